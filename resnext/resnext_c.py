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
        cardinality: Number of paths in each block.
        input_shape: (height, width, channels).
        n_classes: Number of output classes.
        include_top: Whether there is a classifier.
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
        cardinality: int = 32,
        input_shape: tuple[int, int, int] = (224, 224, 3),
        n_classes: int = 1000,
        include_top: bool = True,
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
        if spec is not None:
            self.spec = spec
            return
        chosen: dict[str, Any] = {
            "cardinality": cardinality,
            "input_shape": input_shape,
            "classes": n_classes,
            "include_top": include_top,
            **fields,
        }
        if groups is not None:
            self.spec = ResNeXtSpec(groups=Stage.from_groups(groups), **chosen)
        else:
            self.spec = ResNeXtSpec.from_depth(n_layers or 0, **chosen)

    @cached_property
    def model(self) -> Any:
        """The Keras model, built on first use."""
        from resnext.keras_builder import build_model

        return build_model(self.spec)
