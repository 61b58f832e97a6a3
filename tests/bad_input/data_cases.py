"""Bad input for data, augmentation and initializers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import tinylearn as tl
from tests.bad_input.hostile import array, choice, flag, integer, never_none, old_path, real, rng
from tests.bad_input.small_runs import seeded
from tests.bad_input.verdict import Subject
from tests.tinylearn.cifar10_files import random_batches, write_folder
from tinylearn import datasets, initializers


def described(table: datasets.Table) -> Any:
    return table.times, table.names, table.values


def write_table(folder: Path) -> None:
    (folder / "table.csv").write_text("year,a,b\n2000,1,2\n2001,3,4\n", encoding="utf-8")


images = array(2, 4, 3, 2, low=0, floats=False)
mirrored = choice([True, False], wrong=[None, [2, 0], ["a", "b"], [True], 1.5, np.array([0, 1])])
shapes = choice((3, 2), (3, 3, 2, 4), wrong=[None, "3", (), (-1, 2), (1.5, 2), (0, 2)], also=[(3,), 3])
fills = choice("reflect", "nearest", wrong=["wrap", None, "", 0])

DATA = {
    "Augment": Subject(lambda x, rng, **given: tl.Augment(**given)(x, rng), x=images, rng=rng(),
        rotation=real(20.0, high=180), shift=real(0.1, high=1), flip=flag(), fill=fills),
    "affine": Subject(tl.affine, x=images, angles=array(2, high=90), shifts=array(2, 2, low=-0.5, high=0.5),
        mirrored=mirrored, fill=fills),
    "flip": Subject(tl.flip, x=images, mirrored=mirrored),
    "initializers.he_normal": Subject(lambda shape: initializers.he_normal(shape, seeded()), shape=shapes),
    "initializers.glorot_uniform": Subject(lambda shape: initializers.glorot_uniform(shape, seeded()), shape=shapes),
    "initializers.constant": Subject(lambda value: initializers.constant(value)((2, 2), seeded()),
        value=real(0.5, low=-np.inf)),
    "datasets.sine": Subject(datasets.sine, count=integer(2, 10)),
    "datasets.celsius_fahrenheit": Subject(datasets.celsius_fahrenheit),
    "datasets.gdp": Subject(lambda: described(datasets.gdp())),
    "datasets.sketches": Subject(datasets.sketches, n=integer(2, 3), rng=rng(),
        classes=choice(None, ["deer", 7], also=["deer"],
                       wrong=[[], ["dragon"], [10], [-1], [1.5], 3.5, [None], ["deer", 4]])),
    "datasets.read_table": Subject(lambda path: described(datasets.read_table(path)), path=old_path("table.csv"),
        files=write_table),
    "datasets.Table": Subject(lambda times, names, values: described(datasets.Table(times, names, values)),
        times=choice([1, 2, 4], np.arange(3),
                     wrong=[None, [1], [2, 1, 3], [0, 1, np.nan], "012", [[0, 1, 2]], [1, 1j, 2]]),
        names=choice(("a", "b"), wrong=[("a",), None, (), ("a", "a"), 3, ("a", 3)], also=[["a", "b"]]),
        values=array(3, 2)),
    "datasets.cifar10": Subject(  # None is the reader's own
        lambda path: datasets.cifar10(path).y_test, path=never_none(old_path("cifar")),
        files=lambda folder: write_folder(folder / "cifar", "binary", random_batches())),
}  # fmt: skip
