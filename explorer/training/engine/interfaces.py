"""What the loop needs of images and of a recorder; both are made in other packages."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.training.engine.checkpoint import Position


class ImageSet(Protocol):
    """Images and labels, as in `explorer.training.data.readers.ImageSet`."""

    @property
    def images(self) -> NDArray[np.uint8]: ...
    @property
    def labels(self) -> NDArray[np.int64]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


class Data(Protocol):
    """Training, validation and test images, as in `explorer.training.data.Dataset`."""

    @property
    def x_train(self) -> NDArray[np.uint8]: ...
    @property
    def y_train(self) -> NDArray[np.int64]: ...
    @property
    def x_val(self) -> NDArray[np.uint8]: ...
    @property
    def y_val(self) -> NDArray[np.int64]: ...
    @property
    def test(self) -> ImageSet: ...


class Recorder(Protocol):
    """Where the loop writes, such as the files of a run."""

    def record(self, kind: str, values: dict[str, Any]) -> None: ...
    def batch(
        self,
        step: int,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        logits: NDArray[np.float32],
    ) -> None: ...
    def epoch(self, number: int, arrays: dict[str, NDArray[Any]]) -> None: ...
    def checkpoint(self, position: Position, arrays: dict[str, NDArray[Any]]) -> None: ...
