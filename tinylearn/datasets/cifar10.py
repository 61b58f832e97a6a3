"""CIFAR-10: 60,000 photographs of ten kinds of things, 32 × 32 pixels, the data of chapters 5 to 7.

    cifar-10-binary.tar.gz    cifar-10-batches-bin/  data_batch_1.bin … data_batch_5.bin, test_batch.bin
    cifar-10-python.tar.gz    cifar-10-batches-py/   data_batch_1     … data_batch_5,     test_batch

Both hold the same 10,000 images per batch. Source: A. Krizhevsky, "Learning multiple layers of features from tiny
images", 2009; https://www.cs.toronto.edu/~kriz/cifar.html.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tinylearn.checks import path_of, shortened
from tinylearn.datasets.archive import members, read_all
from tinylearn.datasets.batches import MOST_BYTES, Batch, binary_batch, python_batch
from tinylearn.datasets.download import Checksum
from tinylearn.datasets.download import download as fetch

URL = "https://www.cs.toronto.edu/~kriz/"


class Cifar10(NamedTuple):
    """Images (N, 32, 32, 3) float32 in [0, 1], red green blue, and class numbers (N,), for training and testing."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


class Form(NamedTuple):
    """One of the two formats of CIFAR-10."""

    archive: str
    checksum: Checksum
    folder: str
    names: tuple[str, ...]
    parse: Callable[[str, bytes], Batch]


BATCHES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")
BINARY = Form(
    "cifar-10-binary.tar.gz",
    Checksum(170_052_171, "md5", "c32a1d4ab5d03f1284b67883e8d87530"),
    "cifar-10-batches-bin",
    tuple(f"{name}.bin" for name in BATCHES),
    binary_batch,
)
PYTHON = Form(
    "cifar-10-python.tar.gz",
    Checksum(170_498_071, "sha256", "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"),
    "cifar-10-batches-py",
    BATCHES,
    python_batch,
)
FORMS = (BINARY, PYTHON)  # look for them in this order: the first is not a pickle


def cifar10(path: str | os.PathLike[str] | None = None, download: bool = False) -> Cifar10:
    """Return CIFAR-10: 50,000 images for training and 10,000 for testing, in the order of the files.

    `path` is one of the archives above, one of the folders, or a folder that holds one of them. None is the cache: the
    folder in the environment variable TINYLEARN_DATA, else tinylearn in XDG_CACHE_HOME, else ~/.cache/tinylearn. With
    `download`, and an empty cache, the binary archive (170 MB) is fetched. An interrupted download is resumed.

    Batches may be cut short, to any number of rows. An archive with an official name must have the official hash. One
    with another name is read without this check; it may also be a .tar, or have more folders. The files are not
    trusted: a pickle may hold only an array and a list, and nothing from an archive is written to the disk.

    Raises FileNotFoundError if there is no data or a batch is missing, ValueError if a file has another content, and
    ConnectionError if a download fails.

    >>> from tinylearn.datasets import CLASS_NAMES, cifar10
    >>> data = cifar10()                                            # doctest: +SKIP
    >>> data.x_train.shape, CLASS_NAMES[data.y_train[0]]            # doctest: +SKIP
    ((50000, 32, 32, 3), 'frog')
    """
    place = _cache() if path is None else path_of("cifar10", path)
    source = _source(place)
    if source is None and path is None and download:
        source = place / BINARY.archive
        fetch(URL + BINARY.archive, source, BINARY.checksum)
    if source is None:
        raise _nothing(place, sorted(each.name for each in place.glob("*")))
    batches = _archive(source) if source.is_file() else _folder(source)
    return Cifar10(*_images(batches[:-1]), *_images(batches[-1:]))


def _cache() -> Path:
    if chosen := os.environ.get("TINYLEARN_DATA"):
        return path_of("cifar10", chosen)
    return path_of("cifar10", os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "tinylearn"


def _source(path: Path) -> Path | None:
    """Return the archive or the folder of batches: `path` itself, or one inside it; None if there is none."""
    if path.is_file():
        return path
    for form in FORMS:
        for folder in (path, path / form.folder):
            if any((folder / name).is_file() for name in form.names):
                return folder
    return next((path / form.archive for form in FORMS if (path / form.archive).is_file()), None)


def _archive(path: Path) -> list[Batch]:
    official = next((form for form in FORMS if form.archive == path.name), None)
    parse = {name: form.parse for form in FORMS for name in form.names}
    batches: dict[str, Batch] = {}
    found: dict[str, str] = {}
    for place, data in members(path, parse, most=MOST_BYTES, checksum=official and official.checksum):
        name = place if data is None else Path(place).name
        if found.setdefault(name, place) != place:
            raise ValueError(f"{path}: expected one {name}, found {found[name]!r} and {place!r}; leave one out")
        if data is not None:
            batches[name] = parse[name](f"{path}: {place}", data)
    if not batches:
        raise _nothing(path, found)
    return _in_order(path, batches)


def _nothing(place: Path, names: Collection[str]) -> FileNotFoundError:
    """Return the error for a place without CIFAR-10; it names the files that are there."""
    found = shortened(list(names), 160) if names else "none"
    if any("cifar-100" in each or Path(each).name in ("meta", "fine_label_names.txt") for each in names):
        found += ", which is CIFAR-100"
    return FileNotFoundError(
        f"cifar10: expected {BINARY.archive}, {PYTHON.archive} or the folder of one in {place}, found {found}; "
        "call cifar10(download=True) to fetch CIFAR-10 once (170 MB), or cifar10(path=…) to use a copy of your own"
    )


def _folder(path: Path) -> list[Batch]:
    batches = {}
    for name, parse in [(name, form.parse) for form in FORMS for name in form.names]:
        if (path / name).is_file():
            with open(path / name, "rb") as file:
                batches[name] = parse(f"{path / name}", read_all(file, f"{path / name}", MOST_BYTES))
    return _in_order(path, batches)


def _in_order(path: Path, batches: dict[str, Batch]) -> list[Batch]:
    """Return the six batches in their order; FileNotFoundError names those that are missing."""
    form = max(FORMS, key=lambda form: len(batches.keys() & set(form.names)))
    if missing := [name for name in form.names if name not in batches]:
        raise FileNotFoundError(
            f"{path}: expected the files {', '.join(form.names)}, but {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing; unpack or download the data again"
        )
    return [batches[name] for name in form.names]


def _images(batches: Sequence[Batch]) -> tuple[np.ndarray, np.ndarray]:
    """Return the images (N, H, W, C) in [0, 1] and the class numbers (N,) of these batches, one after the other."""
    y = np.concatenate([batch.labels for batch in batches]).astype(np.intp)
    x = np.empty((len(y), 32, 32, 3), np.float32)
    start = 0
    for _, rows in batches:
        planes = rows.reshape(-1, 3, 32, 32)  # (n, C, H, W): first the whole red image, then green, then blue
        np.divide(planes.transpose(0, 2, 3, 1), np.float32(255), out=x[start : start + len(rows)])
        start += len(rows)
    return x, y
