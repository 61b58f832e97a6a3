"""The pictures of chapters 5 to 7: sketches drawn by the program, or the photographs of CIFAR-10.

    x (N, 32, 32, 3): rows, columns, and red, green, blue in [0, 1]        y (N,): class numbers

On the command line, `--data sketches` (the default) needs no file. `--data cifar10` reads the photographs from the
archive or folder in `--data-dir`, or otherwise from the cache, and downloads them there once.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from chapters.tools.settings import UsageError
from tinylearn import datasets
from tinylearn.datasets import CLASS_NAMES

DATA = ("sketches", "cifar10")
DEER_OR_HORSE = ("deer", "horse")  # the meaning of the labels 0 and 1 of `horses_and_deer`
FIRST, FOUND, TESTED = 1000, 201, 41  # of the first 1000 photographs 201 are deer or horses; 41 are tests
SHOWN_HORSE, SHOWN_DEER = 152, 107  # the two of these 201 that the book shows
MORE = 400  # sketches in addition


class Images(NamedTuple):
    """Pictures (N, 32, 32, 3) float32 and their class numbers (N,), for training and for testing."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


class HorsesAndDeer(NamedTuple):
    """Pictures (N, 32, 32, 3) float32 and their labels (N,): 1 for a horse, 0 for a deer.

    160 are for training and 41 for testing, as in the book. Since 41 are few, `x_more` holds more, and no model learns
    from those either. `horse` and `deer` are the rows of `x_test` to show.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    x_more: np.ndarray
    y_more: np.ndarray
    horse: int
    deer: int


def options(command: argparse.ArgumentParser) -> None:
    """Add the options that say where the pictures come from."""
    command.add_argument("--data", choices=DATA, default=DATA[0], help="for chapters 5 to 7 (default: %(default)s)")
    command.add_argument("--data-dir", type=_existing, metavar="PATH", help="archive or folder with CIFAR-10 (default: "
                         "the cache; downloaded once, 170 MB)")  # fmt: skip


def load(
    data: str,
    data_dir: str | os.PathLike[str] | None,
    *,
    sketches: tuple[int, int],
    classes: Sequence[str] | None = None,
    rng: np.random.Generator,
) -> Images:
    """Return the photographs of CIFAR-10, all of them, or new sketches: this many for training, this many for testing.

    `classes` are the sketches to draw (None: all ten). Raises ValueError if `data` has another name, and UsageError if
    the photographs cannot be read, or if sketches are given a `data_dir`.
    """
    if data not in DATA:
        raise ValueError(f"load: data must be {' or '.join(DATA)}, got {data!r}")
    if data == "cifar10":
        try:
            return Images(*datasets.cifar10(data_dir, download=data_dir is None))
        except (OSError, ValueError) as error:  # missing, damaged, or no network: the message says which file, and why
            raise UsageError(str(error)) from error
    if data_dir is not None:
        raise UsageError(f"sketches need no data_dir, got {data_dir}: choose data cifar10, or leave out data_dir")
    x, y = datasets.sketches(sum(sketches), classes=classes, rng=rng)
    n_train = sketches[0]
    return Images(x[:n_train], y[:n_train], x[n_train:], y[n_train:])


def horses_and_deer(
    data: str = "sketches", data_dir: str | os.PathLike[str] | None = None, *, seed: int = 0
) -> HorsesAndDeer:
    """Return the pictures of chapters 5 and 6, as many as in the book; `seed` determines what sketches look like.

    From CIFAR-10, these are the deer and horses among the first 1000 photographs, and those of its own test set as
    `x_more`. ValueError if the first set does not have 201: then it is not CIFAR-10 as the book has it.
    """
    rng = np.random.default_rng(seed)
    images = load(data, data_dir, sketches=(FOUND, MORE), classes=DEER_OR_HORSE, rng=rng)
    x, y = _deer_and_horses(images.x_train[:FIRST], images.y_train[:FIRST])
    if len(x) != FOUND:
        raise ValueError(
            f"expected {FOUND} deer and horses among the first {FIRST} pictures of CIFAR-10, got {len(x)} among "
            f"{len(images.x_train[:FIRST])}; a shortened copy must keep these rows of data_batch_1"
        )
    order = np.random.RandomState(0).permutation(FOUND)  # the old generator, as in the book
    test, train = order[:TESTED], order[TESTED:]
    if data == "cifar10":
        horse, deer = (np.flatnonzero(test == row)[0] for row in (SHOWN_HORSE, SHOWN_DEER))
    else:
        horse, deer = (np.flatnonzero(y[test] == label)[0] for label in (1, 0))
    more = _deer_and_horses(images.x_test, images.y_test)
    return HorsesAndDeer(x[train], y[train], x[test], y[test], *more, int(horse), int(deer))


def _deer_and_horses(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pictures of deer and horses, and 0 or 1 for each."""
    deer, horse = (y == CLASS_NAMES.index(name) for name in DEER_OR_HORSE)
    return x[deer | horse], horse[deer | horse].astype(np.intp)


def _existing(text: str) -> Path:
    """Return the path of an existing file or folder; otherwise raise an error for the command line."""
    if not Path(text).exists():
        raise argparse.ArgumentTypeError(f"there is no file or folder {text}")
    return Path(text)
