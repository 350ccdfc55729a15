"""``accuracy``."""

import csv
import io
import json

import pytest

from explorer.cli import main


@pytest.mark.slow
def test_every_row_has_a_source(capsys):
    assert main(["accuracy", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) > 100
    assert all(row["source"] and row["recipe"] for row in rows)


def test_some_recipes_in_each_format(capsys):
    assert main(["accuracy", "--recipe", "paper", "timm-a1", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["recipe"] for row in rows} == {"paper", "timm-a1"}
    for form, word in (("table", "torchvision V1 *"), ("markdown", "| network | recipe |")):
        assert main(["accuracy", "--recipe", "senet", "--format", form]) == 0
        assert word in capsys.readouterr().out


def test_an_unknown_recipe_is_refused(capsys):
    assert main(["accuracy", "--recipe", "best"]) == 2
    assert "A recipe is one of" in capsys.readouterr().err


def test_the_help_names_the_recipes(capsys):
    with pytest.raises(SystemExit):
        main(["accuracy", "--help"])
    out = capsys.readouterr().out
    assert "torchvision-v1" in out
    assert "timm-gluon" in out
