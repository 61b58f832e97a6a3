"""A recording that was loaded is told what it cannot store: then it can explain, as in the process that trained."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.batches import Batches
from tinylearn.checks import without_addresses
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer
from tinylearn.recording import Recording
from tinylearn.recording.origin import Origin, Training, description, digest
from tinylearn.training_arguments import check_data, check_functions, check_parts


def told(
    recording: Recording, *, model: Sequential, x: Any, y: Any, loss: Loss, optimizer: Optimizer,
    augment: Callable[..., Any] | None = None,
) -> Recording:  # fmt: skip
    """Return the same recording, which can explain its updates: model, data, loss and optimiser are those of the run.

    Their numbers do not matter, but for x and y: what training began with is in the recording. Only where it is not,
    they must be as before training: parameters that were not recorded, and in a loop of your own, where nothing else
    was noted, the model's random generators. Nothing that is given is changed.

    Raises ValueError, with what was and what is, if they are not those that the recording was made with.
    """
    check_parts("told", model, loss, optimizer)
    check_functions((), augment)
    x, y = check_data("told", x, y, model.dtype)
    runs = recording.meta["runs"] or [description(each) for each in recording.origins if each.by_fit] or [None]
    _compare(recording, {"model": recording.meta["model"]}, {"model": without_addresses(model)})
    now = {"loss": without_addresses(loss), "optimizer": without_addresses(optimizer._as_made()),
           "augment": without_addresses(augment), "x": x, "y": y}  # fmt: skip
    origins = []
    for run in runs:
        if run is not None:
            _compare(recording, run, now)
        origins.append(_origin(recording, run, model, x, y, loss, optimizer, augment))
    return type(recording)(recording.table, recording.meta, source=recording.source, origins=origins)


def _compare(recording: Recording, was: dict[str, Any], now: dict[str, Any]) -> None:
    for name, value in now.items():
        told = digest(value) if isinstance(value, np.ndarray) else value
        if was[name] != told:
            raise ValueError(
                f"told: the recording in {recording.source} was made with another {name}: {was[name]} then, {told} "
                "now; give the same"
            )


def _origin(  # type: ignore[no-untyped-def]
    recording, run: dict[str, Any] | None, model, x, y, loss, optimizer, augment
) -> Origin:
    """Return what one call of `fit` began with, or a loop of one's own, of which `run` is None."""
    model, loss, first = copy.deepcopy(model), copy.deepcopy(loss), int(recording.steps[0])
    model.set_training(True)
    generators = model.generators()
    if run is None:
        batches = Batches(x, y, len(x), 1, dtype=model.dtype, rng=np.random.default_rng(0), shuffle=False)
        _begin_with(recording, model, first)
        return Origin(first, Training(model, loss, optimizer._as_made(), batches), by_fit=False)
    states = run["generators"]
    same = [name for name, state in states.items() if state == "the same as rng"]
    rng = generators[same[0]] if same else _generator(states["rng"])
    for name, state in states.items():
        if not isinstance(state, str):
            (generators | {"rng": rng})[name].bit_generator.state = state
    batches = Batches(x, y, run["batch_size"], run["epochs"], dtype=model.dtype, shuffle=run["shuffle"],
                      augment=augment, rng=rng)  # fmt: skip
    batches.step, batches.epoch = run["began"]["step"], run["began"]["epoch"]
    batches.rest = np.array(run["began"]["rest"], np.int64)
    _begin_with(recording, model, run["after_step"])
    training = Training(model, loss, optimizer._as_made(), batches, run["workers"])
    return Origin(run["after_step"], training, run["blas_threads"], goes_on=run["optimizer_has_stepped"])


def _begin_with(recording: Recording, model: Sequential, step: int) -> None:
    """Give the model the parameters of the record of that step, which every recording has, if all were recorded."""
    if set(recording.names) == set(model.named_arrays()) and step in recording.steps:
        recording.restore(model, step)


def _generator(state: dict[str, Any]) -> np.random.Generator:
    """Return a generator of the kind of this state."""
    return np.random.Generator(getattr(np.random, state["bit_generator"])())
