from __future__ import annotations

import json
import math

import pytest

from explorer.training.engine.errors import RecipeError
from explorer.training.engine.recipe import Recipe, recipe_names


@pytest.mark.parametrize("name", recipe_names())
def test_recipes_survive_json(name: str) -> None:
    recipe = Recipe.from_name(name)
    assert recipe.name == name
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0),
        ("epochs", 2.0),
        ("epochs", True),
        ("batch_size", 10**6),
        ("learning_rate", 0.0),
        ("learning_rate", math.nan),
        ("learning_rate", "0.1"),
        ("warmup_epochs", 11),
        ("validation", 0.0),
        ("validation", 0.9),
        ("seed", -1),
        ("limit", 1),
        ("optimizer", "rmsprop"),
        ("schedule", ""),
        ("flip", 1),
        ("milestones", 0.5),
        ("name", ""),
    ],
)
def test_a_broken_rule_names_the_field_and_the_value(field: str, value: object) -> None:
    with pytest.raises(RecipeError, match=field) as error:
        Recipe.from_name("short", **{field: value})
    assert repr(value) in str(error.value)


def test_unknown_names_and_fields_are_refused() -> None:
    with pytest.raises(RecipeError, match="short, sprint, paper, authors, zoo"):
        Recipe.from_name("long")
    with pytest.raises(RecipeError, match="zero_gammas"):
        Recipe.from_name("short", zero_gammas=True)
    with pytest.raises(RecipeError, match="colour"):
        Recipe.from_dict({"colour": "red"})


def test_warm_up_climbs_and_linear_decay_falls_to_zero() -> None:
    recipe = Recipe(epochs=10, learning_rate=1.0, warmup_epochs=2, schedule="linear")
    rates = [recipe.rate_at(step, 10) for step in range(101)]
    assert rates[0] == pytest.approx(1 / 20)
    assert rates[9] == pytest.approx(0.5)
    assert max(rates) == pytest.approx(1.0)
    assert rates[19] == 1.0
    assert rates[59] == pytest.approx(0.5)  # half of the 80 steps that fall
    assert rates[99] == rates[100] == 0.0
    assert rates[19:] == sorted(rates[19:], reverse=True)


def test_cosine_is_half_way_at_half_time() -> None:
    recipe = Recipe(epochs=4, learning_rate=0.4, warmup_epochs=0, schedule="cosine")
    assert recipe.rate_at(0, 10) == pytest.approx(0.4)
    assert recipe.rate_at(19, 10) + recipe.rate_at(20, 10) == pytest.approx(0.4)
    assert recipe.rate_at(39, 10) == 0.0


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_a_training_of_one_step_learns(schedule: str) -> None:
    assert Recipe(epochs=1, warmup_epochs=0.0, schedule=schedule).rate_at(0, 1) == 0.1


@pytest.mark.parametrize(("name", "first", "second"), [("paper", 150, 225), ("authors", 147, 222)])
@pytest.mark.parametrize("steps", [1, 7, 351, 390, 391])
def test_the_rate_drops_after_the_epochs_of_the_source(
    name: str, first: int, second: int, steps: int
) -> None:
    recipe = Recipe.from_name(name)
    at = (0, first * steps - 1, first * steps, second * steps - 1, second * steps)
    rates = [recipe.rate_at(step, steps) for step in at]
    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001])
    assert (recipe.epochs, recipe.batch_size, recipe.weight_decay) == (300, 128, 5e-4)
    assert (recipe.crop_fill, recipe.decay_all) == ("mean", True)


# As an earlier version wrote it for its recipe `authors`.
FORMER = """{"name": "authors", "epochs": 300, "batch_size": 128, "learning_rate": 0.1,
 "schedule": "steps", "warmup_epochs": 0.0, "milestones": [0.5, 0.75], "optimizer": "sgd",
 "momentum": 0.9, "weight_decay": 0.0005, "label_smoothing": 0.0, "calm_head": false,
 "whiten_stem": false, "zero_gammas": false, "crop_padding": 4, "flip": true, "validation": 0.1,
 "limit": null, "seed": 0, "precision": "auto", "tensorboard": false}"""


def test_a_recipe_of_an_earlier_version_is_what_it_was() -> None:
    recipe = Recipe.from_dict(json.loads(FORMER))
    assert recipe.name == "authors (former)"
    assert (recipe.crop_fill, recipe.decay_all) == ("black", False)
    assert recipe.rate_at(149, 1) == 0.1
    assert recipe.rate_at(150, 1) == pytest.approx(0.01)
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    assert Recipe.from_dict({**json.loads(FORMER), "zero_gammas": True}) == recipe
