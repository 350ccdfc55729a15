"""The zoo's procedural program by its old name; see `resnext.zoo.procedural`."""

from resnext.zoo.procedural import *  # noqa: F403
