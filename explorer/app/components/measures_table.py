"""The table of a decision: a row for each network, a column for each measure."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from explorer.analysis.measures import Measure


def measures_table(
    names: Sequence[str], columns: Sequence[Measure], colours: Mapping[str, str]
) -> str:
    """HTML: the baseline on top, differences under the values; cards on a narrow screen."""
    head = "".join(
        f'<th role="columnheader" scope="col">{html.escape(column.title)}'
        f"<small>{html.escape(column.basis)}</small></th>"
        for column in columns
    )
    rows = "".join(_row(i, name, columns, colours[name]) for i, name in enumerate(names))
    return (
        f'{STYLE}<table class="measures" role="table"><caption>Networks compared</caption>'
        f'<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Network</th>'
        f'{head}</tr></thead><tbody role="rowgroup">{rows}</tbody></table>'
    )


def _row(index: int, name: str, columns: Sequence[Measure], colour: str) -> str:
    cells = []
    for column in columns:
        known = column.values[index] is not None
        cells.append(
            f'<td role="cell" data-label="{html.escape(f"{column.title}, {column.basis}")}">'
            f"<span{'' if known else ' class=unknown'}>{html.escape(column.text(index))}</span>"
            f"<small>{html.escape(column.difference(index))}</small></td>"
        )
    note = "" if index else "<small>baseline</small>"
    return (
        f'<tr role="row"><th role="rowheader" scope="row">'
        f'<i style="background:{colour}" aria-hidden="true"></i>'
        f"<span>{html.escape(name)}</span>{note}</th>{''.join(cells)}</tr>"
    )


STYLE = """<style>
.measures {width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums;
  line-height: 1.3;}
.measures caption {position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%);}
.measures th, .measures td {padding: 6px 10px; border: 0; border-bottom: 1px solid #8884;
  text-align: right; vertical-align: top; font-weight: 400;}
.measures thead th {font-size: 0.875rem; font-weight: 600; vertical-align: bottom;}
.measures tbody tr:first-child {background: #8881;}
.measures tr > :first-child {text-align: left; font-weight: 600; overflow-wrap: anywhere;}
.measures small {display: block; font-size: 0.8125rem; font-weight: 400; opacity: 0.8;
  min-height: 1.3em;}
.measures i {display: inline-block; width: 11px; height: 11px; border-radius: 50%;
  margin-right: 8px;}
.measures th small {padding-left: 0;}
.measures tbody th small {padding-left: 19px;}
.measures thead small {max-width: 11em; margin-left: auto;}
@media (min-width: 1100px) {.measures tbody :is(th, small) {white-space: nowrap;}}
.measures .unknown {font-size: 0.875rem; opacity: 0.8;}
@media (max-width: 720px) {
  .measures, .measures tbody, .measures tbody th {display: block;}
  .measures thead {position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%);}
  .measures tbody tr {display: grid; grid-template-columns: 1fr 1fr; padding: 8px 0;
    border-bottom: 1px solid #8886;}
  .measures tbody th {grid-column: 1 / -1;}
  .measures tbody th, .measures tbody td {text-align: left; border: 0; padding: 4px 8px;}
  .measures tbody th small {display: inline;}
  .measures td::before {content: attr(data-label); display: block; font-size: 0.8125rem;
    opacity: 0.8;}
  .measures td small {min-height: 0;}
}
</style>"""
