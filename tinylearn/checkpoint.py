"""Checkpoints: everything that the rest of a training run depends on, in one file.

    parameters          the model's vector
    optimizer.m, …      what the optimiser remembers: its arrays, and in `about` its numbers
    more.losses, …      what the caller adds
    about               JSON text: the optimiser's numbers, the states of the random generators, what must fit, and the
                        names of all these arrays, so that none is missed

A run that is killed and goes on from its last checkpoint makes, bit for bit, the parameters of the run without a kill:
the same batches in the same order, the same neurons dropped, the same steps.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any

import numpy as np

from tinylearn.checks import generator, path_of
from tinylearn.files import complete_or_absent
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer

FORMAT = "tinylearn checkpoint 1"
PLAIN = "biufU"  # the kinds of arrays that need no pickle: truths, numbers, texts


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
    facts, state, generators = _facts(model, optimizer, rng), _optimizer_state(optimizer), _generators(model, rng)
    arrays = {"parameters": model.parameters}
    arrays |= {f"optimizer.{name}": value for name, value in state.items() if isinstance(value, np.ndarray)}
    arrays |= {f"more.{name}": _plain_array(name, value) for name, value in more.items()}
    about = {
        "format": FORMAT,
        "facts": facts,
        "optimizer": {name: value for name, value in state.items() if not isinstance(value, np.ndarray)},
        "generators": {name: each.bit_generator.state for name, each in generators.items()},
        "arrays": list(arrays),
    }
    with complete_or_absent(path, "save_checkpoint") as file:
        np.savez(file, about=np.array(json.dumps(about, default=np.ndarray.tolist)), **arrays)  # type: ignore[arg-type]


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
    path = path_of("load_checkpoint", path)
    try:
        with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(arrays["about"].item())
        if about["format"] != FORMAT:
            raise ValueError(f"its format is {about['format']}")
        if {"about", *about["arrays"]} != set(arrays):
            raise ValueError(f"it holds {', '.join(arrays)}, not {', '.join(about['arrays'])}")
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
    kept = {f"{name}.{key}": each for name, layer in named for key, each in layer.generators().items()}
    return {"rng": generator("checkpoint", rng)} | kept


def _optimizer_state(optimizer: Optimizer) -> dict[str, Any]:
    """Return the optimiser's attributes; TypeError for one that is neither an array nor a number, text or None."""
    for name, value in vars(optimizer).items():
        plain = isinstance(value, np.ndarray) and value.dtype.kind in PLAIN
        if not plain and not isinstance(value, bool | int | float | str | None):
            raise TypeError(
                f"checkpoint: {type(optimizer).__name__}.{name} must be an array, a number, a text or None to be "
                f"kept, got {value!r}"
            )
    return dict(vars(optimizer))


def _plain_array(name: str, value: Any) -> np.ndarray:
    """Return a value of `more` as an array; TypeError if only a pickle could hold it."""
    with suppress(ValueError):  # which NumPy raises for rows of different lengths
        array = np.asarray(value)
        if array.dtype.kind in PLAIN:
            return array
    raise TypeError(f"save_checkpoint: {name} must be a number, a text or an array of these, got {value!r}")


def _part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """Return the arrays whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
