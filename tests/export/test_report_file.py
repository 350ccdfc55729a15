"""Reports: their figures, the three formats, and names that try to be markup in each of them."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from run_snapshots import run_of

from explorer.analysis.published import CIFAR_NOTE
from explorer.cli import main
from explorer.cost.measures import TRAINING, step_measures, step_notes
from explorer.cost.memory import memory
from explorer.export.report import REPORT_FORMATS, document, file_stem
from explorer.export.report.chart_svg import ticks
from explorer.export.report.html import to_html
from explorer.export.report.latex import plain as latex
from explorer.export.report.markdown import plain as markdown
from explorer.export.report.parts import Cell, Chart, Facts, Items, Paragraph, Table
from explorer.formatting import numbers
from resnext import Graph, ResNeXtSpec, trace
from resnext.errors import UserError

HOSTILE = (
    "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)> $x$ \\input{/etc/passwd} % _a_ # ~ "
    "^ {} | `x` **b** [l](http://evil.example) https://evil.example 日本 😀 é"
)
NAMES = ["resnet50", "resnext50_32x4d", "resnext101_32x4d"]


@pytest.fixture(scope="module")
def hostile():
    """Two networks, one of a hostile name, and a run whose every text is hostile."""
    run = replace(
        run_of(points=40, epochs=4, name=HOSTILE[:95]),
        class_names=(HOSTILE, "cat"),
        notes=(HOSTILE,),
        reason=HOSTILE,
        machine=HOSTILE,
    )
    nodes = trace(ResNeXtSpec.from_name("mini_resnext")).nodes
    other = run_of(name="plain", run="20260101-000000-abcde0")
    return document([ResNeXtSpec.from_name("resnext29_8x64d"), Graph(HOSTILE, nodes)], [run, other])


def parts(report, kind):
    return [part for section in report.sections for part in section.parts if isinstance(part, kind)]


def number(text):
    return int(text.replace(",", ""))


def test_the_headline_has_the_published_figures():
    (headline,) = (part for part in parts(document(["resnext50_32x4d"]), Facts) if part.main)
    facts = {fact.label: fact for fact in headline.facts}
    assert facts["Parameters"].note == "25,028,904"  # torchvision's model table
    assert facts["MACs"].value == "4.23 G"
    assert facts["FLOPs"].value == "8.46 G"


@pytest.mark.parametrize("form", ["grouped", "concatenated"])
def test_the_rows_of_each_table_sum_to_its_total(form):
    spec = ResNeXtSpec.from_name("resnext29_8x64d", form=form)
    tables = [table for table in parts(document([spec]), Table) if table.total]
    assert len(tables) == 2
    for table in tables:
        titles = [cell.text for cell in table.header]
        for title in ("Parameters", "MACs"):
            column = [number(row[titles.index(title)].text) for row in table.rows]
            assert sum(column[:-1]) == column[-1]
            assert column[-1] == {"Parameters": 34_426_698, "MACs": 5_387_266_048}[title]


def test_the_spec_makes_the_same_network_again():
    spec = ResNeXtSpec(blocks=(2, 3), cardinality=8, width=4, input_shape=(64, 64, 3), classes=7)
    facts = {f.label: f.value for f in parts(document([spec]), Facts)[1].facts}
    assert facts["Blocks"] == "2-3"
    assert (facts["Cardinality"], facts["Width"], facts["Classes"]) == ("8", "4", "7")
    assert (facts["Input"], facts["Padding"]) == ("64×64×3", "same")
    labels = {label.lower().replace(" ", "_") for label in facts}
    assert {"input" if key == "input_shape" else key for key in spec.to_dict()} < labels


def test_a_comparison_says_how_much_more_the_others_cost():
    tables = {table.caption: table for table in parts(document(NAMES), Table)}
    rows = {row[0].text: row for row in tables["Parameters by stage"].rows}
    assert [row[-1].text for row in rows.values()] == ["25.6 M", "25.0 M", "44.2 M"]
    assert rows["resnext101_32x4d"][-1].note == "73 % more"  # 44,177,704 / 25,557,032
    published = tables["What others published about these networks"].rows
    speeds = {row[0].text: row[3] for row in published if row[1].text.endswith("pycls, V100")}
    assert speeds["resnext50_32x4d"] == Cell("821", "78 ms for 64 images")
    sources = {row[2].text for row in published}
    assert "pytorch/vision, torchvision/models/resnet.py at 824e8c8" in sources


@pytest.mark.slow
def test_steps_are_columns_of_a_table_and_their_notes_sources():
    columns, notes = step_measures(NAMES), step_notes(NAMES)
    report = document(NAMES, steps=columns, notes=notes)
    (table,) = (t for t in parts(report, Table) if t.caption.startswith("Memory of a step"))
    peaks = [memory(name, TRAINING).peak_bytes for name in NAMES]
    assert [row[2].text for row in table.rows] == [numbers.size(peak) for peak in peaks]
    assert table.header[2].note == TRAINING.text
    (first, *_) = table.rows
    assert first[0].note == "baseline"
    texts = [text for one in parts(report, Items) for text in one.texts]
    assert set(notes) <= set(texts)
    assert not any(t.caption.startswith("Memory of a step") for t in parts(document(NAMES), Table))


def test_a_resnet_and_its_resnext_show_what_cardinality_gains():
    tables = {table.caption: table for table in parts(document(NAMES), Table)}
    rows = tables["What cardinality gains, by recipe"].rows
    found = {row[2].text: row[-1].text for row in rows}
    assert found["the paper"] == "+1.7"
    assert found["torchvision V1, not trained alike"] == "+1.49"
    assert {row[0].text for row in rows} == {"resnext50_32x4d"}  # resnet101 is not in the report
    alone = {table.caption for table in parts(document(["resnext50_32x4d"]), Table)}
    assert "What cardinality gains, by recipe" not in alone


def test_cifar_figures_of_the_paper_come_with_what_they_rest_on():
    words = [part.text for part in parts(document(["resnext29_8x64d"]), Paragraph)]
    assert CIFAR_NOTE in words
    assert "3.68 to 3.90 %" in CIFAR_NOTE
    assert CIFAR_NOTE not in [p.text for p in parts(document(["resnext50_32x4d"]), Paragraph)]


def test_curves_are_those_of_the_runs(hostile):
    accuracy, loss = parts(hostile, Chart)
    (line,) = (line for line in loss.lines if line.name == "plain")
    assert line.points == ((1.0, 1.5), (2.0, 0.75))
    assert accuracy.percent
    assert {line.colour for line in accuracy.lines if line.name.startswith("plain")} == {
        line.colour
    }


@pytest.mark.slow
def test_too_many_layers_become_blocks():
    spec = ResNeXtSpec.from_name("resnext50_32x4d", form="aggregated")
    report = document([spec])
    table = parts(report, Table)[-1]
    assert table.caption.startswith("Blocks of")
    assert number(table.rows[-1][3].text) == 25_028_904


@pytest.mark.parametrize("sources", [[], ["mini_resnext"] * 9])
def test_a_report_has_one_to_eight_networks(sources):
    with pytest.raises(UserError, match=f"1 to 8 networks. Received {len(sources)}"):
        document(sources)


def test_ticks_are_round_and_hold_all_values():
    assert ticks([0.0, 0.43]) == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert ticks([1.0, 10.0])[-1] >= 10
    assert ticks([]) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.words = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attributes)
        self.links += [value for name, value in attributes if name in ("href", "src")]

    def handle_data(self, data):
        self.words.append(data)


def test_names_are_no_markup_in_html(hostile):
    reader = Reader()
    reader.feed(to_html(hostile))
    assert not {"script", "img", "link"} & set(reader.tags)
    assert all(link.startswith("#") for link in reader.links)
    assert HOSTILE[:60] in "".join(reader.words)
    assert reader.tags.count("iframe") == 1


def test_names_are_no_markup_in_markdown(hostile):
    mistune = pytest.importorskip("mistune")
    text = REPORT_FORMATS["md"].write(hostile)
    shown = mistune.create_markdown(plugins=["table", "url", "strikethrough"])(text)
    reader = Reader()
    reader.feed(shown)
    assert set(reader.tags) <= {
        *("h1", "h2", "p", "ul", "ol", "li", "strong"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    words = "".join(reader.words)
    assert HOSTILE[:26] in words
    assert "**b** [l](http" in words.replace("\u200b", "")
    for rows in re.findall(r"(?:^\|.*\n)+", text, re.M):  # each row has as many cells as its header
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows.splitlines()}) == 1


COMMANDS = re.compile(r"\\([A-Za-z]+|.)")
OURS = {
    *("textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar"),
    *("textquotedbl", "textasciigrave", "textendash", "ensuremath", "times", "ge", "to", "ldots"),
    *("allowbreak", "sign", "&", "%", "$", "#", "_", "{", "}"),
}


def test_a_note_in_latex_is_aligned_as_its_column():
    text = REPORT_FORMATS["tex"].write(document(NAMES))
    assert r"\begin{tabular}[t]{@{}l@{}}resnet50\\{\tiny baseline}\end{tabular}" in text
    assert "{@{}r@{}}" in text
    assert "{@{}c@{}}" not in text


def test_names_are_no_commands_in_latex():
    assert set(COMMANDS.findall(latex(HOSTILE))) <= OURS
    assert latex("a_b") == r"a\_\allowbreak{}b"
    assert latex("日") == r"\sign{65E5}{日}"
    assert latex("é – ×") == r"é \textendash{} \ensuremath{\times}"


def test_markdown_keeps_plain_names_plain():
    assert markdown("resnext50_32x4d, 3×3 conv") == "resnext50_32x4d, 3×3 conv"
    assert markdown("_a_ *b* | <c>") == r"\_a\_ \*b\* \| \<c\>"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdfLaTeX is not installed")
def test_latex_compiles_and_nothing_is_cut(hostile, tmp_path):
    reports = {"names": document(NAMES), "hostile": hostile}
    for name, report in reports.items():
        (tmp_path / f"{name}.tex").write_text(REPORT_FORMATS["tex"].write(report), encoding="utf-8")
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        log = done.stdout.decode(errors="replace")
        assert done.returncode == 0, log[-2000:]
        assert (tmp_path / f"{name}.pdf").stat().st_size > 10_000
        if name == "names":
            assert "Overfull" not in log


@pytest.mark.slow
@pytest.mark.parametrize("ending", REPORT_FORMATS)
def test_the_command_writes_a_file(ending, tmp_path, capsys):
    path = tmp_path / f"report.{ending}"
    assert main(["report", "mini_resnext", "resnext29_8x64d", "-o", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert "34,426,698" in text
    assert "ResNeXt explorer" in text
    assert str(path) in capsys.readouterr().err


def test_the_command_says_what_is_wrong(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))
    assert main(["report", "mini_resnext", "-o", "report.pdf"]) == 2
    assert "must end in one of .html, .md, .tex. Received 'report.pdf'" in capsys.readouterr().err
    arguments = ["report", "mini_resnext", "--runs", "none", "-o", str(tmp_path / "r.html")]
    assert main(arguments) == 2
    assert "there is no run 'none'" in capsys.readouterr().err


def test_a_files_name_is_a_name():
    assert file_stem(["a/b", "resnext50_32x4d"]) == "report-a_b-resnext50_32x4d"
    assert file_stem(list("abcde")) == "report-a-b-c-2-more"
