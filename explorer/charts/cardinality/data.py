"""One block of a network with its paths, for every choice of cardinality and depth, as plain data.

    {"words", "inks": {"light", "dark"},                 texts and colours
     "depths": [{"label", "blocks"}],
     "rules": {rule: [choice]},                           see `choices.Choices`
     "resnets": [block]}                                  those that choices name by number

A choice is {"cardinality", "width", "block": block, "resnet": number of a block, "why": sentence,
"networks": [{"name", "costs", "measured": sentence,
"resnet": {"name", "costs"}}] by depth}, a block {"title", "costs",
"description", "rows": [{"channels", "groups", "reads", "reading"}], "steps", "shortcut"}.
"""

from __future__ import annotations

from typing import Any

from explorer.analysis.equal_cost import resnet_width
from explorer.analysis.palette import INKS
from explorer.charts.cardinality import words
from explorer.charts.cardinality.choices import Choices, changed, channels_of, resnet_block
from explorer.charts.cardinality.figures import Block, block_of, network_cost
from resnext import PRESETS, ResNeXtSpec
from resnext.attention import ATTENTIONS

_INKS = {
    "paths": "projection",  # the map's colour of grouped convolutions on its wires
    "dense": "identity",
    "lit": "focus",
    "line": "wire",
    "page": "page",
}


def cardinality_data(offered: Choices) -> dict[str, Any]:
    """Everything that the browser needs to draw each choice by itself."""
    spec = offered.spec
    resnets: dict[int, int] = {}  # by width, the number of a ResNet block
    rules = {
        rule: [_choice(offered, pair, resnets) for pair in pairs]
        for rule, pairs in offered.rules.items()
    }
    height, width = block_of(spec).shape
    note = words.WORDS["note"].format(shape=f"{height}×{width}")
    return {
        "words": {**words.WORDS, "note": note, "keep_help": words.KEEP_HELP[next(iter(rules))]},
        "inks": {mode: {k: inks[v] for k, v in _INKS.items()} for mode, inks in INKS.items()},
        "depths": [
            {"label": str(spec.depth if spec.groups else spec.replace(blocks=blocks).depth),
             "blocks": list(blocks)}
            for blocks in offered.depths
        ],
        "rules": rules,
        "resnets": [
            _block(block_of(resnet_block(spec, width)), "ResNet block, similar cost", width, spec)
            for width in resnets
        ],
    }  # fmt: skip


def _choice(offered: Choices, pair: tuple[int, int], resnets: dict[int, int]) -> dict[str, Any]:
    """One cardinality with its width."""
    spec = changed(offered.spec, *pair)
    usual = resnet_width(*pair, channels_of(spec), offered.resnet)
    block, kind = block_of(spec), "ResNet block" if pair[0] == 1 else "ResNeXt block"
    return {
        "cardinality": pair[0],
        "width": pair[1],
        "block": _block(block, kind, pair[1], spec),
        "resnet": resnets.setdefault(usual, len(resnets)),
        "why": words.why(block, block_of(resnet_block(spec, usual))),
        "networks": [_network(spec, usual, blocks) for blocks in offered.depths],
    }


def _network(spec: ResNeXtSpec, resnet: int, blocks: tuple[int, ...]) -> dict[str, Any]:
    """What the whole network costs at a depth, and the ResNet of equal cost."""
    costs = words.network_costs(network_cost(spec, blocks))
    if spec.groups:  # the other stages of a ResNet would not be of equal cost
        name = spec.name if spec.name in PRESETS else ""
        return {"name": name, "costs": costs, "measured": "", "resnet": None}
    spec = spec.replace(blocks=blocks)
    other = resnet_block(spec, resnet)
    return {
        "name": spec.name,
        "costs": costs,
        "measured": words.measured(spec),
        "resnet": {
            "name": other.name,
            "costs": words.network_costs(network_cost(other, blocks)),
        },
    }


def _block(block: Block, kind: str, width: int, spec: ResNeXtSpec) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": words.paths(block.rows[2].groups, width),
        "costs": words.costs(block.cost),
        "description": words.description(block),
        "rows": [
            {
                "channels": row.channels,
                "groups": row.groups,
                "reads": row.reads,
                "reading": words.reading(block.rows, number) if number else "",
            }
            for number, row in enumerate(block.rows)
        ],
        "steps": words.steps(block.rows),
        "projects": block.projects,
        "attention": ATTENTIONS[spec.attention].words,
    }
