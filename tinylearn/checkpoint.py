"""Checkpoints: everything that the rest of a training run depends on, in one file.

    parameters          the model's vector
    optimizer.m, …      what the optimiser remembers: its arrays, and in `about` its numbers
    more.losses, …      what the caller adds
    about               JSON text: the optimiser's numbers, the states of the random generators, and what must fit

A run that is killed and goes on from its last checkpoint makes, bit for bit, the parameters of the run without a kill:
the same batches in the same order, the same neurons dropped, the same steps.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from typing import Any

import numpy as np

from tinylearn.checks import generator
from tinylearn.files import complete_or_absent
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer

FORMAT = "tinylearn checkpoint 1"


def save_checkpoint(
    path: str | os.PathLike[str], model: Sequential, optimizer: Optimizer, rng: np.random.Generator, **more: Any
) -> None:
    """Write `model`, `optimizer`, `rng` and the generators of the model's layers to `path`, a `.npz` without pickle.

    `more` are numbers, texts and arrays that belong to the run: the epoch, say, and the losses. A file of that name is
    replaced at once or not at all, whenever the process is killed. TypeError for an optimiser that remembers something
    else than numbers, texts and arrays, and for such a value in `more`.

    >>> import tempfile
    >>> from tinylearn import Adam, Dense
    >>> rng = np.random.default_rng(0)
    >>> model, optimizer = Sequential([Dense(2, 1, rng=rng)]), Adam()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/run.npz", model, optimizer, rng, epoch=3, losses=[0.9, 0.5, 0.4])
    ...     load_checkpoint(f"{folder}/run.npz", model, optimizer, rng)
    {'epoch': 3, 'losses': array([0.9, 0.5, 0.4])}
    """
    state = _optimizer_state(optimizer)
    added = {name: _plain_array(name, value) for name, value in more.items()}
    generators = _generators(model, rng)
    about = {
        "format": FORMAT,
        "facts": _facts(model, optimizer, rng),
        "optimizer": {name: value for name, value in state.items() if not isinstance(value, np.ndarray)},
        "generators": {name: each.bit_generator.state for name, each in generators.items()},
    }
    arrays = {"about": np.array(json.dumps(about, default=np.ndarray.tolist)), "parameters": model.parameters}
    arrays |= {f"optimizer.{name}": value for name, value in state.items() if isinstance(value, np.ndarray)}
    arrays |= {f"more.{name}": value for name, value in added.items()}
    with complete_or_absent(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_checkpoint(
    path: str | os.PathLike[str], model: Sequential, optimizer: Optimizer, rng: np.random.Generator
) -> dict[str, Any]:
    """Bring `model`, `optimizer`, `rng` and the generators of the model's layers to where they were; return `more`.

    All are made as they were for the run that wrote the file. Generators that were one must be one again. Of `more`,
    single numbers and texts come back as Python's, lists as arrays. ValueError with the first thing that differs if the
    file belongs to another model, to an optimiser of another kind or with other settings, or to other generators, and
    for a file that is no checkpoint; nothing is changed then.
    """
    arrays, about = _read(path)
    own, saved = _facts(model, optimizer, rng), about["facts"]
    for name in [*own, *saved]:
        here, there = own.get(name, "absent"), saved.get(name, "absent")
        if here != there:
            raise ValueError(f"{path} is the checkpoint of another run: {name} is {here} here, {there} there")
    model.parameters = arrays["parameters"]
    vars(optimizer).update(about["optimizer"] | _part(arrays, "optimizer."))
    for name, each in _generators(model, rng).items():
        each.bit_generator.state = about["generators"][name]
    return {name: value if value.ndim else value.item() for name, value in _part(arrays, "more.").items()}


def _read(path: str | os.PathLike[str]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the file's arrays and what it says about them; ValueError if `save_checkpoint` did not write it."""
    try:
        with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(arrays["about"].item())
        if about["format"] != FORMAT:
            raise ValueError(f"its format is {about['format']}")
    except (FileNotFoundError, PermissionError):
        raise
    except (
        TypeError, ValueError, KeyError, OSError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error
    ) as error:  # fmt: skip
        raise ValueError(f"{path} is not a file that save_checkpoint wrote: {error}") from error
    return arrays, about


def _facts(model: Sequential, optimizer: Optimizer, rng: np.random.Generator) -> dict[str, str]:
    """Return what must be the same in both runs, by name: layers, parameters, optimiser, who shares a generator."""
    facts = {f"layer {number}": repr(layer) for number, layer in enumerate(model.layers, 1)}
    facts |= {name: f"{view.dtype} {view.shape}" for name, view in model.named_parameters().items()}
    facts |= {"the optimizer": repr(optimizer), "what it remembers": ", ".join(_optimizer_state(optimizer))}
    first_with: dict[int, str] = {}
    for name, each in _generators(model, rng).items():
        first = first_with.setdefault(id(each.bit_generator), name)
        facts[name] = type(each.bit_generator).__name__ if first == name else f"the same as {first}"
    return facts


def _generators(model: Sequential, rng: np.random.Generator) -> dict[str, np.random.Generator]:
    """Return name → generator: `rng`, then those that layers keep, such as `dropout_1.rng`; some may be one object."""
    named = zip(model.layer_names, model.layers, strict=True)
    kept = {f"{name}.{key}": value for name, layer in named for key, value in vars(layer).items()
            if isinstance(value, np.random.Generator)}  # fmt: skip
    return {"rng": generator("checkpoint", rng)} | kept


def _optimizer_state(optimizer: Optimizer) -> dict[str, Any]:
    """Return the optimiser's attributes; TypeError for one that is neither an array nor a number, text or None."""
    for name, value in vars(optimizer).items():
        if not isinstance(value, np.ndarray | bool | int | float | str | None):
            raise TypeError(
                f"save_checkpoint: {type(optimizer).__name__}.{name} must be an array, a number, a text or None to be "
                f"kept, got {value!r}"
            )
    return dict(vars(optimizer))


def _plain_array(name: str, value: Any) -> np.ndarray:
    """Return a value of `more` as an array; TypeError if only a pickle could hold it."""
    array = np.asarray(value)
    if array.dtype.kind not in "biufU":
        raise TypeError(f"save_checkpoint: {name} must be a number, a text or an array of these, got {value!r}")
    return array


def _part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """Return the arrays whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
