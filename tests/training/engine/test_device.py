"""What is chosen on a GPU, told by a TensorFlow that says it has one: none is needed."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.training.engine.device import (
    Card,
    Configuration,
    configuration,
    first_card,
    share_cards,
)
from explorer.training.engine.machine import machine
from explorer.training.engine.precision import resolve
from resnext.errors import UserError


def seeing(monkeypatch: pytest.MonkeyPatch, *cards: dict[str, Any]) -> list[tuple[str, bool]]:
    """Let TensorFlow see these GPUs; return what is asked of their memory."""
    grown: list[tuple[str, bool]] = []
    names = [f"gpu{number}" for number in range(len(cards))]
    config = SimpleNamespace(
        list_physical_devices=lambda kind: names if kind == "GPU" else ["cpu"],
        experimental=SimpleNamespace(
            get_device_details=lambda name: cards[names.index(name)],
            set_memory_growth=lambda name, on: grown.append((name, on)),
        ),
    )
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))
    return grown


H200 = {"device_name": "NVIDIA H200", "compute_capability": (9, 0)}
V100 = {"device_name": "Tesla V100-SXM2-16GB", "compute_capability": (7, 0)}


@pytest.fixture(autouse=True)
def _nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RESNEXT_XLA", raising=False)


def test_without_a_gpu_the_processor_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    seeing(monkeypatch)
    assert first_card() is None
    assert configuration("auto") == Configuration(None, resolve("auto"), False)
    assert configuration("bfloat16") == Configuration(None, "bfloat16", False)
    assert configuration("float32").words == "Training steps compute in float32."


def test_on_a_gpu_with_matrix_units_for_it_steps_are_bfloat16_and_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seeing(monkeypatch, H200, V100)
    card = Card("NVIDIA H200", (9, 0))
    assert configuration("auto") == Configuration(card, "bfloat16", True)
    assert configuration("float32") == Configuration(card, "float32", True)
    words = "Training steps compute in bfloat16 on NVIDIA H200, by XLA."
    assert configuration("auto").words == words


@pytest.mark.parametrize("details", [V100, {"device_name": "A card"}, {}])
def test_on_another_gpu_steps_stay_float32(
    monkeypatch: pytest.MonkeyPatch, details: dict[str, Any]
) -> None:
    seeing(monkeypatch, details)
    found = configuration("auto")
    assert (found.precision, found.xla) == ("float32", True)
    assert found.card is not None
    assert found.card.name == details.get("device_name", "GPU")


def test_the_compiler_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    seeing(monkeypatch, H200)
    monkeypatch.setenv("RESNEXT_XLA", "0")
    assert not configuration("auto").xla
    seeing(monkeypatch)
    monkeypatch.setenv("RESNEXT_XLA", "1")
    assert configuration("auto").xla
    monkeypatch.setenv("RESNEXT_XLA", "yes")
    with pytest.raises(UserError, match=r"RESNEXT_XLA must be 0 or 1\. Received 'yes'"):
        configuration("auto")


def test_no_process_takes_all_memory_of_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    grown = seeing(monkeypatch, H200, V100)
    share_cards()
    assert grown == [("gpu0", True), ("gpu1", True)]


def test_a_machine_is_named_with_its_gpu() -> None:
    assert machine(Card("NVIDIA H200")) == f"{machine()}, NVIDIA H200"
