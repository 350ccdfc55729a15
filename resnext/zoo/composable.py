"""The zoo's composable ResNeXt: a class whose methods also apply to a user's Keras tensors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from resnext.errors import SpecError
from resnext.spec import ResNeXtSpec
from resnext.stage import Stage
from resnext.zoo import procedural


class ResNeXt:
    """A ResNeXt by depth, by its groups, or from a spec.

    ``ResNeXt(50)`` is the paper's ResNeXt-50 (32x4d). ``ResNeXt(groups=[(128, 256, 2), ...])``
    has groups in the zoo's form, see `resnext.stage.Stage.from_groups`.

    The static methods are the functions of `resnext.network`, for use in other Keras
    code: ``x = ResNeXt.group(x, filters_in=64, filters_out=128, n_blocks=2)``.

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

    stem = staticmethod(procedural.stem)
    learner = staticmethod(procedural.learner)
    group = staticmethod(procedural.group)
    projection_block = staticmethod(procedural.projection_block)
    identity_block = staticmethod(procedural.identity_block)
    classifier = staticmethod(procedural.classifier)

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
                    "The spec must be a ResNeXtSpec, and the only argument. "
                    f"Received spec={spec!r}, {chosen!r}."
                )
            self.spec = spec
        elif groups is not None:
            stages = Stage.from_groups(groups)
            if not stages:
                raise SpecError(f"The groups must be one or more. Received {groups!r}.")
            self.spec = ResNeXtSpec.from_dict({"groups": stages, **chosen})
        else:
            self.spec = ResNeXtSpec.from_depth(n_layers or 0, **chosen)

    @cached_property
    def model(self) -> Any:
        """The Keras model, built on first use."""
        from resnext.keras.builder import build_model

        return build_model(self.spec)
