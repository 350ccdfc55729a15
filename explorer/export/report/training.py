"""Training runs in a report: what was asked for, what came out, and the curves."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.analysis.palette import NETWORKS
from explorer.charts.curves import smooth, thin
from explorer.export.report.parts import (
    Chart,
    Fact,
    Facts,
    Line,
    Paragraph,
    Part,
    Section,
    Table,
    cells,
)
from explorer.formatting import numbers
from explorer.jobs.text import printable
from explorer.training.runs.snapshot import RunSnapshot

MOST_POINTS = 200  # of a line
MOST_CLASSES = 20  # that are named
DATA_DIFFERS = (
    "These runs learn from different images or validate on different ones, so their accuracies "
    "cannot be compared with each other."
)


def runs_section(runs: Sequence[RunSnapshot]) -> Section:
    """The runs in the order that was asked for."""
    labels = _labels(runs)
    parts: list[Part] = [
        Paragraph(DATA_DIFFERS) if len({run.data for run in runs}) > 1 else _images(runs),
        _results(runs, labels),
        _chart(runs, labels, "accuracy"),
        _chart(runs, labels, "loss"),
    ]
    for run, label in zip(runs, labels):
        parts.append(_facts(run, label))
    return Section("Training runs", tuple(parts), new_page=True)


def _labels(runs: Sequence[RunSnapshot]) -> list[str]:
    """Names that differ: those of one name are numbered."""
    labels: list[str] = []
    for run in runs:
        name, number = printable(run.name, 60), 1
        while name in labels:
            number += 1
            name = f"{printable(run.name, 60)} ({number})"
        labels.append(name)
    return labels


def _images(runs: Sequence[RunSnapshot]) -> Paragraph:
    return Paragraph(f"Images: {printable(runs[0].data_name, 100)}.")


def _results(runs: Sequence[RunSnapshot], labels: Sequence[str]) -> Table:
    rows = [
        cells(
            label,
            run.spec.name,
            printable(run.data_name, 60),
            run.state,
            f"{len(run.epochs)} of {run.recipe.epochs}",
            _accuracy(run.best_accuracy),
            _accuracy(run.test_accuracy),
            numbers.duration(run.duration),
        )
        for run, label in zip(runs, labels)
    ]
    header = ("Run", "Network", "Images", "State", "Epochs", "Best validation", "Test", "Time")
    return Table("Accuracy and time", cells(*header), tuple(rows), words=4)


def _accuracy(value: float | None) -> str:
    return numbers.UNKNOWN if value is None else f"{100 * value:.2f} %"


def _chart(runs: Sequence[RunSnapshot], labels: Sequence[str], metric: str) -> Chart:
    lines: list[Line] = []
    for index, (run, label) in enumerate(zip(runs, labels)):
        colour = NETWORKS[index % len(NETWORKS)]
        soft = smooth([getattr(point, metric) for point in run.points])
        points = tuple((run.points[i].epoch, soft[i]) for i in thin(len(soft), MOST_POINTS))
        lines.append(Line(f"{label}, training", colour, points, faint=True))
        epochs = tuple(
            (float(epoch.epoch), getattr(epoch, f"val_{metric}")) for epoch in run.epochs
        )
        lines.append(Line(label, colour, epochs))
    caption = f"{metric.capitalize()}: validation, and training smoothed (faint)"
    return Chart(caption, "Epoch", metric.capitalize(), tuple(lines), percent=metric == "accuracy")


def _facts(run: RunSnapshot, label: str) -> Facts:
    names = [printable(name, 30) for name in run.class_names]
    classes = ", ".join(names[:MOST_CLASSES])
    more = len(names) - MOST_CLASSES
    facts = [
        Fact("Run", run.id),
        Fact("Input", numbers.shape(run.spec.input_shape)),
        Fact("Classes", classes + (f" and {more} more" if more > 0 else "") or numbers.UNKNOWN),
        *(
            Fact(key.replace("_", " ").capitalize(), _setting(value))
            for key, value in run.recipe.to_dict().items()
            if value not in ([], None)
        ),
        Fact("Machine", printable(run.machine, 100)),
        Fact("Computed in", run.precision),
        Fact("Ended because", printable(run.reason, 300)),
        *(Fact("Note", printable(note, 300)) for note in run.notes),
    ]
    return Facts(tuple(fact for fact in facts if fact.value), title=f"{label}: how it was trained")


def _setting(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else printable(str(value), 100)
