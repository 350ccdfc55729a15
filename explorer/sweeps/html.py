"""A sweep as one HTML file: no other file and no network is needed to read it."""

from __future__ import annotations

import time
from html import escape
from typing import Any

from explorer.formatting import numbers
from explorer.formatting.numbers import UNKNOWN
from explorer.jobs.text import printable
from explorer.sweeps.charts import (
    cardinality_figure,
    curves_figure,
    distribution_figure,
    parallel_figure,
)
from explorer.sweeps.results import MEASURES, Results
from explorer.sweeps.text import deviation, plan_notes, progress_text, runs_of
from resnext import __version__

STYLE = """
:root{color-scheme:light}
body{font:15px/1.5 system-ui,sans-serif;color:#14202e;background:#fff;margin:0}
main{max-width:1080px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:32px 0 8px}
p{margin:4px 0 8px;max-width:80ch}.soft{color:#5b6878}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px;text-align:right;border-bottom:1px solid #d4dce8;white-space:nowrap}
th:first-child,td:first-child{text-align:left}thead th{border-bottom:2px solid #8b98ab}
.two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
@media (max-width:760px){.two{grid-template-columns:minmax(0,1fr)}}
@media print{section{break-inside:avoid}}
"""
RADOSAVOVIC = (
    "The empirical distribution of errors: Radosavovic et al. 2019, On Network Design Spaces for "
    "Visual Recognition, arXiv 1905.13214, and 2020, Designing Network Design Spaces, "
    "arXiv 2003.13678."
)


def to_html(found: Results) -> str:
    """The page."""
    from plotly.offline import get_plotlyjs

    plan = found.plan
    made = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    data = next((row.run.data_name for row in found.rows if row.run), "")
    about = [
        progress_text(found),
        f"{runs_of(plan)} Recipe {plan.recipe.name}, batch {plan.recipe.batch_size}. "
        f"Images: {data or 'none read yet'}.",
        *plan_notes(plan),
        f"Error: {MEASURES[found.measure]}; mean ± standard error over the seeds that have "
        "finished.",
    ]
    sections = [
        ("Networks", _networks(found)),
        (
            "Error against cardinality, and curves",
            f'<div class="two">{_chart(cardinality_figure(found))}'
            f"{_chart(curves_figure(found))}</div>"
            '<p class="soft">Points are means, bars and bands one standard error, small points '
            "single seeds.</p>",
        ),
    ]
    if found.finished:
        sections += [
            (
                "Distribution of errors",
                f'{_chart(distribution_figure(found))}<p class="soft">{RADOSAVOVIC}</p>',
            ),
            ("From network to error", _chart(parallel_figure(found))),
        ]
    sections.append(("Runs", _runs(found)))
    body = "\n".join(f"<section><h2>{title}</h2>{text}</section>" for title, text in sections)
    title = escape(printable(plan.name))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n<script>{get_plotlyjs()}</script>\n"
        f"</head>\n<body>\n<main>\n<h1>Sweep: {title}</h1>\n"
        + "".join(f"<p>{escape(printable(text))}</p>\n" for text in about)
        + f'{body}\n<p class="soft">Sweep {plan.id}. Made {made} by resnext-explorer '
        f"{__version__}.</p>\n</main>\n</body>\n</html>\n"
    )


def _networks(found: Results) -> str:
    header = ["Network", "Depth", "Widths", "Parameters", "MACs", "Deviation", "Seeds", "Error, %"]
    rows = []
    for number, trial in enumerate(found.plan.trials):
        mean = found.mean(number)
        rows.append(
            [
                trial.label,
                str(trial.depth),
                "-".join(map(str, trial.widths)),
                numbers.full(trial.params),
                numbers.full(trial.macs),
                deviation(trial.deviation),
                f"{len(found.errors(number))}/{len(found.plan.seeds)}",
                UNKNOWN if mean is None else mean.text,
            ]
        )
    return _table(header, rows)


def _runs(found: Results) -> str:
    header = ["Network", "Seed", "State", "Epochs", "Validation", "Test", "Training", "Run"]
    rows = []
    for row in found.rows:
        run = row.run
        rows.append(
            [
                found.plan.trials[row.trial].label,
                str(row.seed),
                row.state,
                f"{len(run.epochs) if run else 0}/{found.plan.recipe.epochs}",
                _percent(row.accuracy),
                _percent(run.test_accuracy if run else None),
                numbers.duration(run.duration) if run else UNKNOWN,
                row.id or UNKNOWN,
            ]
        )
    return _table(header, rows)


def _table(header: list[str], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(printable(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _chart(figure: Any) -> str:
    figure.update_layout(template="plotly_white")
    text: str = figure.to_html(
        full_html=False, include_plotlyjs=False, config={"displaylogo": False, "responsive": True}
    )
    return text


def _percent(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share:.2%}"
