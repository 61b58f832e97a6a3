"""Give a loaded recording the parts that it cannot store. Then it can explain, as in the process that trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.batches import Batches
from tinylearn.identity import described, digest
from tinylearn.recording import Recording
from tinylearn.recording.origin import Origin, Training, description, states_of
from tinylearn.training_arguments import check_data, check_functions, check_parts


def with_training(
    recording: Recording, *, model: Any = None, x: Any = None, y: Any = None, loss: Any = None, optimizer: Any = None,
    augment: Callable[..., Any] | None = None,
) -> Recording:  # fmt: skip
    """Return the same recording, but able to explain its updates. Pass the model, data, loss and optimiser of the run.

    x and y must hold the same numbers. The recording restores the initial parameters and generators. Only two things
    must be as before training: parameters that were not recorded, and, for your own loop, the model's random
    generators. Your arguments do not change. If there were several calls of `fit`, you can explain those with these
    data and parts.

    Raises ValueError if no call was made with these; the message says what differs.
    """
    check_parts("with_training", model, loss, optimizer)
    check_functions((), augment)
    x, y = check_data("with_training", x, y, model.dtype)
    _compare(recording, {"model": recording.meta["model"]}, {"model": described(model)})
    batches = Batches(x, y, len(x), 1, dtype=model.dtype, rng=np.random.default_rng(0), shuffle=False, augment=augment)
    given = Training(model, loss, optimizer._rebuilt(), batches)
    runs = recording.meta["runs"] or [description(origin) for origin in recording.origins if origin.by_fit]
    origins = [_origin(recording, run, given) for run in runs]
    if not origins:
        first = int(recording.steps[0])
        origins = [Origin(first, _at(recording, first, given), by_fit=False)]
    if all(origin.unknown for origin in origins):
        raise ValueError(origins[0].unknown)
    return type(recording)(recording.table, recording.meta, source=recording.source, origins=origins)


def _origin(recording: Recording, run: dict[str, Any], given: Training) -> Origin:
    """Return the origin of one call of `fit`; if these parts do not match, its `unknown` says which one."""
    training, unknown = _at(recording, run["after_step"], given), ""
    batches, generators = training.batches, training.model.generators()
    batches.size, batches.epochs, batches.shuffle = run["batch_size"], run["epochs"], run["shuffle"]
    batches.step, batches.epoch = run["began"]["step"], run["began"]["epoch"]
    batches.rest = np.array(run["began"]["rest"], np.int64)
    batches.one_batch = batches.augment is None and len(batches.x) <= batches.size
    training.workers, states = run["workers"], run["generators"]
    shared = [generators[name] for name, state in states.items() if state == "the same as rng" and name in generators]
    new = np.random.Generator(getattr(np.random, states["rng"]["bit_generator"])())
    batches.rng = shared[0] if shared else new
    generators = {"rng": batches.rng} | generators
    now = {"loss": described(given.loss), "optimizer": described(given.optimizer),
           "augment": described(batches.augment), "x": digest(batches.x), "y": digest(batches.y),
           "generators": _kinds(states_of(generators))}  # fmt: skip
    try:
        _compare(recording, run | {"generators": _kinds(states)}, now)
        for name, state in states.items():
            if not isinstance(state, str):
                generators[name].bit_generator.state = state
    except ValueError as error:
        unknown = str(error)
    return Origin(run["after_step"], training, run["blas_threads"], goes_on=run["optimizer_has_stepped"],
                  unknown=unknown)  # fmt: skip


def _at(recording: Recording, step: int, given: Training) -> Training:
    """Return a copy with the recorded parameters of that step, which is always there, if all were recorded."""
    training = given.copy()
    training.model.set_training(True)
    if set(recording.names) == set(training.model.named_arrays()) and step in recording.steps:
        recording.restore(training.model, step)
    return training


def _kinds(states: dict[str, Any]) -> dict[str, str]:
    """Return name → the kind of each generator, or "the same as" and the name of another."""
    return {name: state if isinstance(state, str) else state["bit_generator"] for name, state in states.items()}


def _compare(recording: Recording, was: dict[str, Any], now: dict[str, Any]) -> None:
    """Raise ValueError for the first thing that differs."""
    for name, value in now.items():
        if was[name] != value:
            raise ValueError(
                f"with_training: the recording in {recording.source} was made with another {name}: {was[name]} then, "
                f"{value} now; give the same {name}"
            )
