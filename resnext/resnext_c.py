"""The zoo's composable ResNeXt: a class whose methods also work on a user's own tensors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from resnext import network
from resnext.spec import ResNeXtSpec, SpecError, Stage


class ResNeXt:
    """A ResNeXt by depth, by its groups, or from a spec.

    ``ResNeXt(50)`` is the paper's ResNeXt-50 (32x4d). ``ResNeXt(groups=[(128, 256, 2), ...])``
    has groups in the zoo's form: (filters_in, filters_out, n_blocks), n_blocks counting the
    identity blocks after the group's projection block, or dicts of these with ``strides``.

    The static methods are the functions of `resnext.network`, for use in Keras code of one's
    own: ``x = ResNeXt.group(x, filters_in=64, filters_out=128, n_blocks=2)``.

    Args:
        n_layers: 26, 50, 101, 152 or 200.
        cardinality: Number of paths in each block; by default 32.
        input_shape: (height, width, channels); by default (224, 224, 3).
        n_classes: Number of output classes; by default 1000.
        include_top: Whether there is a classifier; by default there is.
        groups: Custom groups, instead of ``n_layers``.
        spec: A whole spec, instead of all of these.
        fields: Any other field of `ResNeXtSpec`: width, stem, form, ...

    Raises:
        SpecError: Nothing, or more than one of n_layers, groups and spec was given, or a
            rule of `ResNeXtSpec` is broken.
    """

    stem = staticmethod(network.stem)
    learner = staticmethod(network.learner)
    group = staticmethod(network.group)
    projection_block = staticmethod(network.projection_block)
    identity_block = staticmethod(network.identity_block)
    classifier = staticmethod(network.classifier)

    def __init__(
        self,
        n_layers: int | None = None,
        cardinality: int | None = None,
        input_shape: tuple[int, int, int] | None = None,
        n_classes: int | None = None,
        include_top: bool | None = None,
        *,
        groups: Sequence[Any] | None = None,
        spec: ResNeXtSpec | None = None,
        **fields: Any,
    ) -> None:
        if sum(given is not None for given in (n_layers, groups, spec)) != 1:
            raise SpecError(
                "Exactly one of n_layers, groups and spec must be given. "
                f"Received n_layers={n_layers!r}, groups={groups!r}, spec={spec!r}."
            )
        asked: dict[str, Any] = {
            "cardinality": cardinality,
            "input_shape": input_shape,
            "classes": n_classes,
            "include_top": include_top,
        }
        chosen = {name: value for name, value in asked.items() if value is not None}
        if clash := sorted(chosen.keys() & fields.keys()):
            raise SpecError(f"A field must be given once. Received {clash[0]!r} twice.")
        chosen |= fields
        if spec is not None:
            if chosen or not isinstance(spec, ResNeXtSpec):
                raise SpecError(
                    "A spec, which is a ResNeXtSpec, says everything: nothing may stand beside "
                    f"it. Received spec={spec!r}, {chosen!r}."
                )
            self.spec = spec
        elif groups is not None:
            stages = Stage.from_groups(groups)
            if not stages:
                raise SpecError(f"The groups must be one or more. Received {groups!r}.")
            self.spec = ResNeXtSpec.from_dict({"groups": stages, **chosen})
        else:
            self.spec = ResNeXtSpec.from_dict({**_of_depth(n_layers), **chosen})

    @cached_property
    def model(self) -> Any:
        """The Keras model, built on first use."""
        from resnext.keras_builder import build_model

        return build_model(self.spec)


def _of_depth(depth: int | None) -> dict[str, Any]:
    """The field that a depth decides."""
    return {"blocks": ResNeXtSpec.from_depth(depth or 0).blocks}
