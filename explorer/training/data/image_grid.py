"""Small images with captions as HTML that needs nothing from outside."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

STYLE = """<style>
.tiles {display: flex; flex-wrap: wrap; gap: 10px;}
.tiles figure {margin: 0; width: 92px;}
.tiles img {width: 92px; height: 92px; object-fit: contain; image-rendering: pixelated;
  border-radius: 6px; border: 2px solid #8888; box-sizing: border-box;}
.tiles .right img {border-color: #009E73;}
.tiles .wrong img {border-color: #D55E00;}
.tiles figcaption {font-size: 12px; line-height: 1.3; overflow-wrap: anywhere;}
</style>"""


def tiles(
    images: NDArray[np.uint8],
    labels: Sequence[int],
    predictions: Sequence[int],
    confidences: Sequence[float],
    names: Sequence[str],
) -> str:
    """HTML of images with their labels and predictions.

    Args:
        images: uint8, (N, height, width, channels).
        labels: True classes.
        predictions: Predicted classes.
        confidences: Probability of each prediction.
        names: Class names in label order; escaped here.
    """
    figures = []
    for image, label, prediction, confidence in zip(images, labels, predictions, confidences):
        truth, guess = _name(names, label), _name(names, prediction)
        figures.append(
            f'<figure class="{"right" if label == prediction else "wrong"}">'
            f'<img alt="{truth}" src="{data_url(image)}">'
            f"<figcaption>{verdict(guess, confidence, truth)}</figcaption></figure>"
        )
    return f'{STYLE}<div class="tiles">{"".join(figures)}</div>'


def verdict(predicted: str, probability: float, actual: str) -> str:
    """``Predicted star (14 %), actually ring``, or ``Predicted ring (98 %), correct``."""
    outcome = "correct" if predicted == actual else f"actually {actual}"
    return f"Predicted {predicted} ({100 * probability:.0f} %), {outcome}"


def data_url(image: NDArray[np.uint8]) -> str:
    """A PNG of an image, (height, width, 1 or 3), as a ``data:`` address."""
    from PIL import Image

    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _name(names: Sequence[str], label: int) -> str:
    return html.escape(names[label] if 0 <= label < len(names) else str(label))
