"""A person's mistake gets a sentence; a bug of ours says that it is one and keeps its traceback."""

import errno
import re
from pathlib import Path

import pytest

from explorer.cli import main
from explorer.cli.main import build_parser
from resnext.errors import InputError, UserError


def broken(monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr("explorer.cli.analysis.source_of", fail)
    return main(["summary", "resnext50_32x4d"])


@pytest.mark.parametrize(
    "error",
    [ValueError("not enough values to unpack"), KeyError("stem"), OSError("strange")],
    ids=lambda error: type(error).__name__,
)
def test_a_bug_looks_like_a_bug(error, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert broken(monkeypatch, error) == 70
    printed = capsys.readouterr().err
    assert "a bug in the explorer" in printed
    assert type(error).__name__ in printed
    assert "Traceback" not in printed
    log = Path(re.search(r"in (\S+);", printed).group(1))
    assert "Traceback" in log.read_text()


@pytest.mark.parametrize(
    "error",
    [
        UserError("Choose one of the two."),
        InputError("It must be 1. Received 2."),
        OSError(errno.ENOSPC, "No space left on device", "net.html"),
    ],
    ids=["user", "input", "machine"],
)
def test_a_mistake_looks_like_a_mistake(error, monkeypatch, capsys):
    assert broken(monkeypatch, error) == 2
    printed = capsys.readouterr().err
    assert "bug" not in printed
    assert len(printed.splitlines()) == 1


def test_all_our_errors_for_people_have_one_base():
    from explorer.cli.errors import UsageError
    from explorer.foreign.keras_layer import KerasConfigError
    from explorer.graphviz.dot import GraphvizFailed, GraphvizMissing
    from explorer.jobs.worker_process import JobError
    from explorer.training.engine.errors import RecipeError
    from resnext import SpecError
    from resnext.errors import UserError

    ours = (UsageError, GraphvizFailed, GraphvizMissing, KerasConfigError, JobError)
    for error in (*ours, RecipeError, UserError, SpecError):
        assert issubclass(error, UserError)


@pytest.mark.parametrize("place", ["missing/net.svg", "."], ids=["no folder", "a folder"])
def test_a_file_that_cannot_be_written_is_named(place, capsys, tmp_path):
    output = (tmp_path / place).with_suffix(".dot") if place != "." else tmp_path / "x.dot"
    if place == ".":
        output.mkdir()
    assert main(["graph", "mini_resnext", "-o", str(output)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_missing_file_is_a_mistake(capsys):
    assert main(["summary", "missing.keras"]) == 2
    assert "missing.keras" in capsys.readouterr().err


def test_no_name_steers_the_terminal(monkeypatch, capsys):
    error = UserError("a\x1b[31m\x9b2J\u202egpj.zip must be an archive")
    assert broken(monkeypatch, error) == 2
    line = capsys.readouterr().err
    assert line.rstrip("\n").isprintable()
    assert "must be an archive" in line


def test_the_parser_of_a_command_that_is_known_makes_no_later_ones():
    """All take longer to make than many a command to run; a wrong word still lists them all."""
    one, every = build_parser("summary"), build_parser("sumary")
    assert len(one.format_help()) < len(every.format_help())
    assert one.parse_args(["summary", "resnet50"]).handler.__name__
    with pytest.raises(SystemExit):
        one.parse_args(["sweeps", "list"])


def test_a_command_that_does_not_exist_is_answered_with_all_there_are(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["sumary"])
    assert ended.value.code == 2
    printed = capsys.readouterr().err
    assert "summary" in printed
    assert "sweeps" in printed
