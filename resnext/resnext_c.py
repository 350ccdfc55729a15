"""The zoo's composable program by its old name; see `resnext.zoo.composable`."""

from resnext.zoo.composable import ResNeXt

__all__ = ["ResNeXt"]
