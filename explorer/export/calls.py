"""The one call of timm or torchvision that makes a network, where there is one.

Both libraries write the paths as one grouped convolution, pad symmetrically and return logits;
both have the stem, the strides and the shortcuts of ours for ImageNet.
"""

from __future__ import annotations

from collections.abc import Container

from resnext import IMAGENET_BLOCKS, ResNeXtSpec, trace
from resnext.attention import ATTENTIONS
from resnext.errors import InputError

# Depth, cardinality and width of each network that torchvision names.
_TORCHVISION = {
    (50, 1, 64): "resnet50",
    (101, 1, 64): "resnet101",
    (152, 1, 64): "resnet152",
    (50, 32, 4): "resnext50_32x4d",
    (101, 32, 8): "resnext101_32x8d",
    (101, 64, 4): "resnext101_64x4d",
}
_TIMM_BOTH = {**_TORCHVISION, (101, 32, 4): "resnext101_32x4d"}
# Of timm by attention. A network of other blocks is made by changing that attention's 50_32x4d.
_TIMM = {
    "none": {**_TIMM_BOTH, (26, 1, 64): "resnet26", (200, 1, 64): "resnet200"},
    "se": {key: f"se{name}" for key, name in _TIMM_BOTH.items()},
}
_DEPTHS: dict[tuple[int, ...], int] = {blocks: depth for depth, blocks in IMAGENET_BLOCKS.items()}


def torchvision_call(spec: ResNeXtSpec) -> str:
    """A file in which one call of torchvision makes the network.

    Raises:
        InputError: No call makes it; the message says why.
    """
    _check(spec, "torchvision", ("none",))
    if spec.input_shape[2] != 3:
        raise InputError(
            "torchvision's ResNeXt takes images of 3 channels. "
            f"Received {spec.input_shape[2]}; timm takes any number."
        )
    name = _TORCHVISION.get(_key(spec))
    if name:
        imports, call = "from torchvision import models", f"models.{name}"
        arguments: list[str] = []
    else:
        imports, call = "from torchvision.models.resnet import Bottleneck, ResNet", "ResNet"
        arguments = [
            "Bottleneck",
            str(list(spec.blocks)),
            f"groups={spec.cardinality}",
            f"width_per_group={spec.width}",
        ]
    return _file(spec, "torchvision", imports, call, [*arguments, f"num_classes={spec.classes}"])


def timm_call(spec: ResNeXtSpec) -> str:
    """A file in which one call of timm makes the network.

    Raises:
        InputError: No call makes it; the message says why.
    """
    _check(spec, "timm", _TIMM)
    names = _TIMM[spec.attention]
    name = names.get(_key(spec))
    if name:
        arguments = [f'"{name}"']
    else:
        arguments = [
            f'"{names[50, 32, 4]}"',
            f"layers={spec.blocks}",
            f"cardinality={spec.cardinality}",
            f"base_width={spec.width}",
        ]
    channels = spec.input_shape[2]
    arguments += [f"in_chans={channels}"] if channels != 3 else []
    arguments += [f"num_classes={spec.classes}"]
    return _file(spec, "timm", "import timm", "timm.create_model", arguments)


def _key(spec: ResNeXtSpec) -> tuple[int, int, int]:
    """Depth, cardinality and width; depth 0 for blocks that no published network has."""
    return _DEPTHS.get(spec.blocks, 0), spec.cardinality, spec.width


def _check(spec: ResNeXtSpec, library: str, attentions: Container[str]) -> None:
    """Refuse what neither library has, and an attention that this one has not."""
    if spec.attention not in attentions:
        raise InputError(
            f"{library}'s ResNeXt has no {ATTENTIONS[spec.attention].words}. Received attention="
            f"{spec.attention!r}{'; timm has it' if spec.attention in _TIMM else ''}."
        )
    plain = spec.replace(groups=())
    reasons = (
        (
            spec.form != "grouped" and spec.cardinality > 1,
            f"writes the paths as one grouped convolution. Received the form {spec.form!r}; "
            "the form 'grouped' computes the same",
        ),
        (
            spec.stem != "imagenet",
            "has the stem for ImageNet, a 7x7 convolution and a max pooling. "
            f"Received the stem {spec.stem!r}",
        ),
        (
            len(spec.blocks) != 4,
            f"has four stages. Received {len(spec.blocks)}",
        ),
        (
            bool(spec.groups) and plain.stages != spec.stages,
            "doubles width and filters in each stage. Received other stages",
        ),
        (spec.shortcut_bias, "has projection shortcuts without bias. Received them with bias"),
        (spec.head != "average", f"averages before the classifier. Received head={spec.head!r}"),
        (not spec.include_top, "ends in a classifier. Received a network without one"),
    )
    for refused, reason in reasons:
        if refused:
            raise InputError(
                f"No call of {library} makes this network: its ResNeXt {reason}. "
                "Code for PyTorch and Keras can be written for any network."
            )


def _file(spec: ResNeXtSpec, library: str, imports: str, call: str, arguments: list[str]) -> str:
    graph = trace(spec)
    symmetric = trace(spec.replace(padding="symmetric"))
    params = sum(node.params for node in graph)
    notes = [f"{spec.name}: {params:,} trainable parameters. The call returns logits."]
    if [node.pads for node in graph] != [node.pads for node in symmetric]:
        notes += [
            f'{library} pads symmetrically, this spec as TensorFlow\'s "same" does: layers with',
            "strides see other pixels, so that the same weights give another output.",
        ]
    inner = ", ".join(arguments)
    line = f"model = {call}({inner})"
    if len(line) > 88:
        line = f"model = {call}(\n" + "".join(f"    {each},\n" for each in arguments) + ")"
    comments = "\n".join(f"# {note}" for note in notes)
    return f"{imports}\n\n{comments}\n{line}\n"
