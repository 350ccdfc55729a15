from __future__ import annotations

import json
import math

import pytest

from explorer.training import Recipe, RecipeError, recipe_names


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
    with pytest.raises(RecipeError, match="short, sprint, authors, zoo"):
        Recipe.from_name("long")
    with pytest.raises(RecipeError, match="colour"):
        Recipe.from_dict({"colour": "red"})


def test_warm_up_climbs_and_linear_decay_falls_to_zero() -> None:
    recipe = Recipe(epochs=10, learning_rate=1.0, warmup_epochs=2, schedule="linear")
    rates = [recipe.rate_at(step, 10) for step in range(101)]
    assert rates[0] == pytest.approx(1 / 20)
    assert rates[9] == pytest.approx(0.5)
    assert max(rates) == pytest.approx(1.0)
    assert rates[60] == pytest.approx(0.5)  # half of the 80 steps that fall
    assert rates[100] == pytest.approx(0.0)
    assert rates[19:] == sorted(rates[19:], reverse=True)


def test_cosine_is_half_way_at_half_time() -> None:
    recipe = Recipe(epochs=4, learning_rate=0.4, warmup_epochs=0, schedule="cosine")
    assert recipe.rate_at(0, 10) == pytest.approx(0.4)
    assert recipe.rate_at(20, 10) == pytest.approx(0.2)


def test_the_authors_divide_by_ten_at_half_and_three_quarters() -> None:
    recipe = Recipe.from_name("authors")
    rates = [recipe.rate_at(epoch * 351, 351) for epoch in (0, 149, 150, 224, 225, 299)]
    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])
    assert (recipe.epochs, recipe.batch_size, recipe.weight_decay) == (300, 128, 5e-4)
