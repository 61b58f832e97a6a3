"""Checkpoints: everything that the rest of a training run depends on, in one file.

    parameters, state   the model's vectors: its parameters, and the state of its layers, such as running means
    optimizer.m, …      the arrays in the optimiser's state
    more.losses, …      what the caller adds
    about               JSON text: the optimiser's numbers, the states of the random generators, what must be the same
                        in both runs, and the names of all arrays, so that none is missed

Suppose that a run is killed and continues from its last checkpoint. It makes the same batches in the same order, drops
the same neurons, and takes the same steps. So its parameters are, bit for bit, those of a run without a kill. A
checkpoint does not keep other things that change during a run, such as a counter in a layer or in `augment`.
"""

from __future__ import annotations

import itertools
import json
import os
from contextlib import suppress
from typing import Any

import numpy as np

from tinylearn.checks import generator, instance
from tinylearn.files import complete_or_absent
from tinylearn.model import Sequential
from tinylearn.npz import read_arrays, write_arrays, written_by
from tinylearn.optimizer_state import description_of, full_state, restore_state
from tinylearn.optimizers import Optimizer

FORMAT = "tinylearn checkpoint 2"
PLAIN = "biufU"  # kinds of arrays that need no pickle: bools, numbers, texts


def save_checkpoint(
    path: str | os.PathLike[str], model: Sequential, optimizer: Optimizer, rng: np.random.Generator, **more: Any
) -> None:
    """Write `model`, `optimizer`, `rng` and the generators of the model's layers to `path`, a `.npz` without pickle.

    In `more`, pass numbers, texts and arrays that belong to the run, such as the epoch and the losses. This replaces an
    existing file atomically. Raises TypeError if the optimiser's state or `more` hold anything else, or if two arrays
    of the state share memory; OSError if the file cannot be written.

    >>> import tempfile
    >>> from tinylearn import Adam, Dense
    >>> rng = np.random.default_rng(0)
    >>> model, optimizer = Sequential([Dense(2, 1, rng=rng)]), Adam()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/run.npz", model, optimizer, rng, epoch=3, losses=[0.9, 0.5, 0.4])
    ...     load_checkpoint(f"{folder}/run.npz", model, optimizer, rng)
    {'epoch': 3, 'losses': array([0.9, 0.5, 0.4])}
    """
    description, generators = _description(model, optimizer, rng)
    arrays: dict[str, Any] = {"parameters": model.parameters, "state": model.vectors.state}
    numbers = {}
    for name, value in full_state(optimizer).items():
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in PLAIN:
            arrays[f"optimizer.{name}"] = value
        elif value is None or isinstance(value, bool | int | float | str):
            numbers[name] = value
        else:
            what = f"{type(optimizer).__name__}.{name}"
            raise TypeError(f"checkpoint: {what} must be an array, a number, a text or None to be kept, got {value!r}")
    _check_apart(arrays)
    about = {
        "format": FORMAT,
        "facts": description,
        "optimizer": numbers,
        "scalars": [name for name, value in arrays.items() if isinstance(value, np.generic)],
        "generators": {name: each.bit_generator.state for name, each in generators.items()},
        "seeds": {name: _seed(each) for name, each in generators.items()},
        "arrays": [*arrays, *(f"more.{name}" for name in more)],
    }
    arrays |= {f"more.{name}": _plain_array(name, value) for name, value in more.items()}
    with complete_or_absent(path, "save_checkpoint") as file:
        write_arrays(file, {"about": np.array(json.dumps(about, default=lambda value: value.tolist())), **arrays})


def load_checkpoint(
    path: str | os.PathLike[str], model: Sequential, optimizer: Optimizer, rng: np.random.Generator
) -> dict[str, Any]:
    """Restore `model`, `optimizer`, `rng` and the generators of the model's layers; return `more`.

    First make them as you did for the run that wrote the file. If two generators were one object, they must be one
    again. Give the optimiser the same settings: if its learning rate changed during the run, that comes back, too. In
    `more`, single numbers and texts come back as Python objects, lists as arrays. Raises FileNotFoundError if there is
    no file, and ValueError if it is not a checkpoint or belongs to another run: the message says what differs. After
    an error nothing is changed.
    """
    (own, generators), (arrays, about, more) = _description(model, optimizer, rng), _read(path, "load_checkpoint")
    saved = about["facts"]
    for name in [*own, *saved]:
        here, there = own.get(name, "absent"), saved.get(name, "absent")
        if here != there:
            raise ValueError(f"{path} is the checkpoint of another run: {name} is {here} here, {there} there")
    model.parameters = arrays["parameters"]
    model.vectors.state[...] = arrays["state"]
    restore_state(optimizer, about["optimizer"] | _part(arrays, "optimizer."))
    for name, each in generators.items():
        each.bit_generator.state = about["generators"][name]
        if about["seeds"][name] is not None:
            seed = np.random.SeedSequence(**about["seeds"][name])
            bits: Any = each.bit_generator
            bits.__setstate__((bits.state, seed))  # as if it came from a pickle
    return more


def read_more(path: str | os.PathLike[str], caller: str = "read_more") -> dict[str, Any]:
    """Return the `more` of a checkpoint, as `load_checkpoint` does, and change nothing."""
    return _read(path, caller)[2]


def _read(path: str | os.PathLike[str], caller: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return a file's arrays, its `about`, and `more`; ValueError if `save_checkpoint` did not write it."""
    with written_by("save_checkpoint", path, caller) as file:
        arrays = read_arrays(file)
        if "about" not in arrays:
            raise ValueError(f"it holds {', '.join(arrays)}")
        about = json.loads(arrays["about"].item())
        if about["format"] != FORMAT:
            raise ValueError(f"its format is {about['format']}")
        if {"about", *about["arrays"]} != set(arrays):
            raise ValueError(f"it holds {', '.join(arrays)}, not {', '.join(about['arrays'])}")
        arrays |= {name: arrays[name][()] for name in about["scalars"]}  # NumPy's, not arrays without axes
    more = {name: value if value.ndim else value.item() for name, value in _part(arrays, "more.").items()}
    return arrays, about, more


def _description(
    model: Sequential, optimizer: Optimizer, rng: np.random.Generator
) -> tuple[dict[str, str], dict[str, np.random.Generator]]:
    """Return by name what must be equal in both runs, and all generators (some may be the same object)."""
    instance("checkpoint", "model", model, Sequential)
    instance("checkpoint", "optimizer", optimizer, Optimizer)
    generators = {"rng": generator("checkpoint", rng)} | model.generators()
    description = {f"layer {number}": repr(layer) for number, layer in enumerate(model.layers, 1)}
    description |= {name: f"{view.dtype} {view.shape}" for name, view in model.named_arrays().items()}
    description |= description_of(optimizer)
    first_with: dict[int, str] = {}
    for name, each in generators.items():
        first = first_with.setdefault(id(each.bit_generator), name)
        description[name] = type(each.bit_generator).__name__ if first == name else f"the same as {first}"
    return description, generators


def _seed(rng: np.random.Generator) -> Any:
    """Return the seed, and the number of generators spawned: `rng.spawn` needs both, but they are not in its state."""
    seed = rng.bit_generator.seed_seq
    return seed.state if isinstance(seed, np.random.SeedSequence) else None


def _check_apart(arrays: dict[str, Any]) -> None:
    """Raise TypeError if two arrays share memory: read from a file, they would not."""
    for (one, a), (other, b) in itertools.combinations(arrays.items(), 2):
        if np.shares_memory(a, b):
            raise TypeError(f"checkpoint: {other} shares memory with {one}, but would not after a resume; store a copy")


def _plain_array(name: str, value: Any) -> np.ndarray:
    """Return a value of `more` as an array; TypeError if only a pickle could hold it."""
    with suppress(ValueError):  # NumPy raises it for rows of different lengths
        array = np.asarray(value)
        if array.dtype.kind in PLAIN:
            return array
    raise TypeError(f"save_checkpoint: {name} must be a number, a text or an array of these, got {value!r}")


def _part(arrays: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return the arrays whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
