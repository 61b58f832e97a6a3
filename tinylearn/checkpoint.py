"""Checkpoints: everything that the rest of a training run depends on, in one file.

    parameters          the model's vector
    optimizer.m, …      the optimiser's `state`: its arrays, and in `about` its numbers and the learning rate
    state               what the layers remember, as one vector, such as running means
    more.losses, …      what the caller adds
    about               JSON text: these numbers, the states of the random generators, what must fit, and the names of
                        all arrays, so that none is missed

A run that is killed and goes on from its last checkpoint makes, bit for bit, the parameters of the run without a kill:
the same batches in the same order, the same neurons dropped, the same steps. What else changes while a run goes on is
not kept: what a layer remembers elsewhere than in its `state`, callbacks that count, an `augment` that remembers.
"""

from __future__ import annotations

import itertools
import json
import os
from contextlib import suppress
from typing import Any

import numpy as np

from tinylearn.checks import existing_path, generator
from tinylearn.files import complete_or_absent
from tinylearn.model import Sequential
from tinylearn.npz import read_arrays
from tinylearn.optimizer_memory import facts_of, recall, remembered
from tinylearn.optimizers import Optimizer

FORMAT = "tinylearn checkpoint 2"
PLAIN = "biufU"  # the kinds of arrays that need no pickle: truths, numbers, texts
NUMPY = np.ndarray | np.generic
NUMBERS = bool | int | float | str | None


def save_checkpoint(
    path: str | os.PathLike[str], model: Sequential, optimizer: Optimizer, rng: np.random.Generator, **more: Any
) -> None:
    """Write `model`, `optimizer`, `rng` and the generators of the model's layers to `path`, a `.npz` without pickle.

    `more` are numbers, texts and arrays that belong to the run: the epoch, say, and the losses. A file of that name is
    replaced at once or not at all, whenever the process is killed. TypeError for an optimiser that remembers
    something else than numbers, texts and arrays, or two arrays in the same memory, and for such a value in `more`;
    OSError if the file cannot be written.

    >>> import tempfile
    >>> from tinylearn import Adam, Dense
    >>> rng = np.random.default_rng(0)
    >>> model, optimizer = Sequential([Dense(2, 1, rng=rng)]), Adam()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/run.npz", model, optimizer, rng, epoch=3, losses=[0.9, 0.5, 0.4])
    ...     load_checkpoint(f"{folder}/run.npz", model, optimizer, rng)
    {'epoch': 3, 'losses': array([0.9, 0.5, 0.4])}
    """
    facts, generators = _facts(model, optimizer, rng), _generators(model, rng)
    arrays: dict[str, Any] = {"parameters": model.parameters, "state": model.vectors.state}
    remembered = _remembered(optimizer)
    arrays |= {f"optimizer.{name}": value for name, value in remembered.items() if isinstance(value, NUMPY)}
    _check_apart(arrays)
    scalars = [name for name, value in arrays.items() if isinstance(value, np.generic)]
    arrays |= {f"more.{name}": _plain_array(name, value) for name, value in more.items()}
    about = {
        "format": FORMAT,
        "facts": facts,
        "optimizer": {name: value for name, value in remembered.items() if not isinstance(value, NUMPY)},
        "scalars": scalars,
        "generators": {name: each.bit_generator.state for name, each in generators.items()},
        "seeds": {name: _seed(each) for name, each in generators.items()},
        "arrays": list(arrays),
    }
    with complete_or_absent(path, "save_checkpoint") as file:
        np.savez(file, about=np.array(json.dumps(about, default=lambda value: value.tolist())), **arrays)


def load_checkpoint(
    path: str | os.PathLike[str], model: Sequential, optimizer: Optimizer, rng: np.random.Generator
) -> dict[str, Any]:
    """Bring `model`, `optimizer`, `rng` and the generators of the model's layers to where they were; return `more`.

    All are made as they were for the run that wrote the file. Generators that were one must be one again. Of `more`,
    single numbers and texts come back as Python's, lists as arrays. The optimiser is made with the settings of the
    first run; a learning rate that was changed since comes back changed. ValueError with the first thing that differs
    if the file belongs to another model, to an optimiser of another kind or made with other settings, or to other
    generators, and for a file that is no checkpoint; FileNotFoundError if there is none. Nothing is changed then.
    """
    arrays, about = _read(path)
    own, saved = _facts(model, optimizer, rng), about["facts"]
    for name in [*own, *saved]:
        here, there = own.get(name, "absent"), saved.get(name, "absent")
        if here != there:
            raise ValueError(f"{path} is the checkpoint of another run: {name} is {here} here, {there} there")
    model.parameters = arrays["parameters"]
    model.vectors.state[...] = arrays["state"]
    recall(optimizer, about["optimizer"] | _part(arrays, "optimizer."))
    for name, each in _generators(model, rng).items():
        each.bit_generator.state = about["generators"][name]
        if about["seeds"][name] is not None:
            seed = np.random.SeedSequence(**about["seeds"][name])
            bits: Any = each.bit_generator
            bits.__setstate__((bits.state, seed))  # as if it came from a pickle
    return _more(arrays)


def read_more(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what `load_checkpoint` would, and change nothing."""
    return _more(_read(path)[0])


def _more(arrays: dict[str, Any]) -> dict[str, Any]:
    """Return what was added to a checkpoint: single numbers and texts as Python's, lists as arrays."""
    return {name: value if value.ndim else value.item() for name, value in _part(arrays, "more.").items()}


def _read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the file's arrays and what it says about them; ValueError if `save_checkpoint` did not write it."""
    path = existing_path("load_checkpoint", path)
    try:
        arrays = read_arrays(path)
        about = json.loads(arrays["about"].item())
        if about["format"] != FORMAT:
            raise ValueError(f"its format is {about['format']}")
        if {"about", *about["arrays"]} != set(arrays):
            raise ValueError(f"it holds {', '.join(arrays)}, not {', '.join(about['arrays'])}")
        arrays |= {name: arrays[name][()] for name in about.get("scalars", ())}  # NumPy's, not arrays without axes
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # zip, array and JSON each have their own for a damaged file
        raise ValueError(f"{path} is not a file that save_checkpoint wrote: {error}") from error
    return arrays, about


def _facts(model: Sequential, optimizer: Optimizer, rng: np.random.Generator) -> dict[str, str]:
    """Return what must be the same in both runs, by name: layers, parameters, optimiser, who shares a generator."""
    for part, value, kind in (("model", model, Sequential), ("optimizer", optimizer, Optimizer)):
        if not isinstance(value, kind):
            order = "the order is path, model, optimizer, rng"
            raise TypeError(f"checkpoint: {part} must be a tinylearn.{kind.__name__}, got {value!r}; {order}")
    facts = {f"layer {number}": repr(layer) for number, layer in enumerate(model.layers, 1)}
    facts |= {name: f"{view.dtype} {view.shape}" for name, view in model.named_arrays().items()}
    facts |= facts_of(optimizer)
    first_with: dict[int, str] = {}
    for name, each in _generators(model, rng).items():
        first = first_with.setdefault(id(each.bit_generator), name)
        facts[name] = type(each.bit_generator).__name__ if first == name else f"the same as {first}"
    return facts


def _generators(model: Sequential, rng: np.random.Generator) -> dict[str, np.random.Generator]:
    """Return name → generator: `rng`, then those that layers keep, such as `dropout_1.rng`; some may be one object."""
    return {"rng": generator("checkpoint", rng)} | model.generators()


def _seed(rng: np.random.Generator) -> Any:
    """Return what `rng.spawn` depends on, which is not in the generator's state: its seed, and how many it spawned."""
    seed = rng.bit_generator.seed_seq
    return seed.state if isinstance(seed, np.random.SeedSequence) else None


def _remembered(optimizer: Optimizer) -> dict[str, Any]:
    """Return name → value; TypeError for one that is neither an array nor a number, text or None."""
    found = remembered(optimizer)
    for name, value in found.items():
        plain = value.dtype.kind in PLAIN if isinstance(value, NUMPY) else isinstance(value, NUMBERS)
        if not plain:
            raise TypeError(
                f"checkpoint: {type(optimizer).__name__}.{name} must be an array, a number, a text or None to be "
                f"kept, got {value!r}"
            )
    return found


def _check_apart(arrays: dict[str, Any]) -> None:
    """Raise TypeError if two arrays share memory, as a view does: read from a file, they would not."""
    for (one, a), (other, b) in itertools.combinations(arrays.items(), 2):
        if np.shares_memory(a, b):
            raise TypeError(
                f"checkpoint: {other} is in the memory of {one}, which it would not be when the run goes on; "
                "let it be a copy, or make it anew in every step"
            )


def _plain_array(name: str, value: Any) -> np.ndarray:
    """Return a value of `more` as an array; TypeError if only a pickle could hold it."""
    with suppress(ValueError):  # which NumPy raises for rows of different lengths
        array = np.asarray(value)
        if array.dtype.kind in PLAIN:
            return array
    raise TypeError(f"save_checkpoint: {name} must be a number, a text or an array of these, got {value!r}")


def _part(arrays: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return the arrays whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
