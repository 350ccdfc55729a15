"""Synthetic shapes (not CIFAR-10): ten classes of 32x32 colour images made from a seed.

Each class is a shape at a random place, size and angle over a dull background with clutter,
occlusion and noise. Two classes share each colour: a network learns the colours within seconds,
which alone give an accuracy of one half at most, and then needs the shapes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CLASS_NAMES = (
    "circle", "ring", "square", "frame", "triangle", "cross", "star", "crescent", "bar", "drop",
)  # fmt: skip
TITLE = "Synthetic shapes (not CIFAR-10)"
VERSION = 2  # of the drawing; part of the cache key
TRAIN_IMAGES = 10_000
TEST_IMAGES = 2_000
SIZE = 32

# Class n and class n + 5 share a colour: red, yellow, green, blue, purple.
COLOURS = ((0.9, 0.2, 0.2), (0.9, 0.8, 0.2), (0.2, 0.7, 0.3), (0.2, 0.4, 0.9), (0.7, 0.3, 0.8))
COLOUR_SPREAD = 0.18  # standard deviation of each of red, green and blue

Floats = NDArray[Any]  # float32 by intent; arithmetic hides it from the type checker


def synthetic_images(
    count: int, seed: int = 0, size: int = SIZE
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return `count` images, shape (count, size, size, 3), and their labels, classes in turn."""
    labels = np.arange(count, dtype=np.int64) % len(CLASS_NAMES)
    images = np.empty((count, size, size, 3), np.uint8)
    for start in range(0, count, 500):
        stop = min(count, start + 500)
        images[start:stop] = _chunk(labels[start:stop], np.random.default_rng([seed, start]), size)
    return images, labels


def _chunk(labels: NDArray[np.int64], rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    count = len(labels)
    line = np.linspace(-1, 1, size, dtype=np.float32)
    x, y = (
        np.broadcast_to(line, (count, size, size)),
        np.broadcast_to(line[:, None], (count, size, size)),
    )
    image = _texture(_dull(count, rng), x, y, rng)
    image = _paint(image, _clutter(x, y, rng), _texture(_dull(count, rng), x, y, rng))
    u, v = _placed(x, y, rng, scale=(0.38, 0.72), reach=0.35)
    shape = np.empty((count, size, size), np.float32)
    for label, distance in enumerate(_SHAPES):
        mine = labels == label
        shape[mine] = distance(u[mine], v[mine])
    colour = np.array(COLOURS, np.float32)[labels % len(COLOURS), None, None]
    colour = colour + COLOUR_SPREAD * rng.standard_normal(colour.shape, dtype=np.float32)
    image = _paint(image, shape, _texture(colour, x, y, rng))
    image = _paint(image, _clutter(x, y, rng), _texture(_dull(count, rng), x, y, rng))
    light = rng.uniform(0.65, 1.2, (count, 1, 1, 1)).astype(np.float32)
    noise = rng.standard_normal(image.shape, dtype=np.float32)
    noise *= rng.uniform(0.02, 0.08, (count, 1, 1, 1)).astype(np.float32)
    return np.asarray(np.clip(image * light + noise, 0, 1) * 255, np.uint8)


def _numbers(rng: np.random.Generator, count: int, low: float, high: float) -> Floats:
    return rng.uniform(low, high, (count, 1, 1)).astype(np.float32)


def _placed(
    x: Floats, y: Floats, rng: np.random.Generator, scale: tuple[float, float], reach: float
) -> tuple[Floats, Floats]:
    """Return the coordinates of a frame that is moved, turned, scaled and stretched at random."""
    count = len(x)
    angle = _numbers(rng, count, -np.pi, np.pi)
    grow = _numbers(rng, count, *scale)
    stretch = _numbers(rng, count, 0.8, 1.25)
    x = x - _numbers(rng, count, -reach, reach)
    y = y - _numbers(rng, count, -reach, reach)
    u = (x * np.cos(angle) + y * np.sin(angle)) / grow * stretch
    v = (y * np.cos(angle) - x * np.sin(angle)) / grow / stretch
    return u, v


def _dull(count: int, rng: np.random.Generator) -> Floats:
    """Return greys with a tint, shape (count, 1, 1, 3)."""
    grey = rng.uniform(0.15, 0.75, (count, 1, 1, 1))
    return np.asarray(grey + rng.uniform(-0.1, 0.1, (count, 1, 1, 3)), np.float32)


def _texture(colour: Floats, x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """Return waves between `colour` and one not far from it, shape (count, size, size, 3)."""
    count = len(x)
    across, down = _numbers(rng, count, -9, 9), _numbers(rng, count, -9, 9)
    wave = np.sin(across * x + down * y + _numbers(rng, count, 0, 6.3))
    wave = (wave * _numbers(rng, count, 0, 0.5) + 0.5)[..., None]
    change = rng.uniform(-0.25, 0.25, colour.shape).astype(np.float32)
    return np.asarray(colour + change * wave, np.float32)


def _clutter(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """Return the signed distance to a small blob or streak that belongs to no class."""
    u, v = _placed(x, y, rng, scale=(0.08, 0.22), reach=1.0)
    return np.asarray(np.hypot(u * _numbers(rng, len(x), 0.35, 1.0), v) - 1)


def _paint(image: Floats, distance: Floats, colour: Floats) -> Floats:
    """Lay `colour` over `image` where `distance` is negative, with an edge about a pixel wide."""
    cover = np.clip(0.5 - distance * 5, 0, 1)[..., None]
    mixed: Floats = image + (colour - image) * cover
    return mixed


def _box(u: Floats, v: Floats, width: float, height: float) -> Floats:
    return np.maximum(np.abs(u) - width, np.abs(v) - height)


def _triangle(u: Floats, v: Floats) -> Floats:
    return np.maximum(np.abs(u) * 0.866 + v * 0.5, -v) - 0.5


def _star(u: Floats, v: Floats) -> Floats:
    return np.asarray(np.hypot(u, v) - 0.62 - 0.38 * np.cos(5 * np.arctan2(v, u)))


def _drop(u: Floats, v: Floats) -> Floats:
    tip = np.maximum(np.abs(u) * 0.87 + v * 0.5 - 0.55, -v - 0.1)
    return np.minimum(np.hypot(u, v + 0.3) - 0.62, tip)


_SHAPES = (
    lambda u, v: np.hypot(u, v) - 0.9,
    lambda u, v: np.abs(np.hypot(u, v) - 0.75) - 0.2,
    lambda u, v: _box(u, v, 0.8, 0.8),
    lambda u, v: np.abs(_box(u, v, 0.75, 0.75)) - 0.2,
    _triangle,
    lambda u, v: np.minimum(_box(u, v, 1.0, 0.28), _box(u, v, 0.28, 1.0)),
    _star,
    lambda u, v: np.maximum(np.hypot(u, v) - 0.95, 0.8 - np.hypot(u - 0.5, v)),
    lambda u, v: _box(u, v, 1.1, 0.3),
    _drop,
)
