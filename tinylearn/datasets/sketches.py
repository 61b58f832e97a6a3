"""Pictures of the ten classes of CIFAR-10. The program draws as many as you like, without a download.

Pose, size, place, colours, background, light and grain are random, and most classes have several views. Classes that
look alike share their palettes and places (deer and horse, cat and dog, car and truck): shape has to tell them apart.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tinylearn.checks import generator, positive_integer
from tinylearn.datasets.class_names import CLASS_NAMES
from tinylearn.datasets.sketchbook import VIEWS, View
from tinylearn.datasets.sketchbook.canvas import SIDE, Canvas
from tinylearn.datasets.sketchbook.scenery import light

AT_ONCE = 24  # pictures on one canvas, so that their arrays stay in the cache: twice as fast as 256


def sketches(
    n: int, *, classes: Iterable[str | int] | None = None, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n` pictures: images (n, 32, 32, 3) float32 in [0, 1] and labels (n,) int64, the numbers of CIFAR-10.

    `classes` are names or numbers of `CLASS_NAMES`; by default all ten. Each class is drawn n // len(classes) times, a
    few random ones once more. The order is random. The same state of `rng` gives the same bits.

    Raises ValueError if n < 1, if `classes` is empty, or if a class is unknown or named twice.

    >>> images, labels = sketches(6, classes=["deer", "horse"], rng=np.random.default_rng(0))
    >>> images.shape, images.dtype.name, sorted(labels.tolist())
    ((6, 32, 32, 3), 'float32', [4, 4, 4, 7, 7, 7])
    """
    n = positive_integer("sketches", "n", n)
    rng = generator("sketches", rng)
    numbers = rng.permutation(_numbers(classes))
    labels = rng.permutation(np.resize(numbers, n))
    images = np.empty((n, SIDE, SIDE, 3), np.float32)
    for number in numbers:
        of_class = labels == number
        images[of_class] = _drawn(VIEWS[CLASS_NAMES[number]], int(of_class.sum()), rng)
    return images, labels


def _drawn(views: Sequence[View], n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n pictures (n, 32, 32, 3) of one class, each in a random view."""
    images = np.empty((n, SIDE, SIDE, 3), np.float32)
    choice = rng.integers(len(views), size=n)
    for number, view in enumerate(views):
        rows = np.flatnonzero(choice == number)
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            canvas = Canvas(len(some), rng)
            view(canvas)
            light(canvas)
            images[some] = canvas.pixels.transpose(0, 2, 3, 1)
    return images


def _numbers(classes: Iterable[str | int] | None) -> list[int]:
    """Return the class numbers that `classes` means."""
    if classes is None:
        return list(range(len(CLASS_NAMES)))
    if isinstance(classes, str) or not isinstance(classes, Iterable):
        raise TypeError(f"sketches: classes must be a list of names or numbers, got {classes!r}; write [{classes!r}]")
    numbers = [_number(name) for name in classes]
    if not numbers:
        raise ValueError("sketches: classes must name at least one class, got none; leave it out for all ten")
    for number in numbers:
        if numbers.count(number) > 1:
            raise ValueError(f"sketches: every class must be named only once, got {CLASS_NAMES[number]!r} twice")
    return numbers


def _number(name: Any) -> int:
    """Return the number of one class, given by its name or number."""
    if isinstance(name, str) and name in CLASS_NAMES:
        return CLASS_NAMES.index(name)
    try:
        number = operator.index(name)
    except TypeError:
        number = -1
    if not 0 <= number < len(CLASS_NAMES):
        raise ValueError(f"sketches: a class must be one of {', '.join(CLASS_NAMES)}, or 0 to 9, got {name!r}")
    return number
