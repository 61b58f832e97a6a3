"""A race: variants of a training that differ in one thing, from the same initial weights, through the same batches.

Whatever differs in the end then comes from that one thing, and not from luck at the start.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer
from tinylearn.recording import Recorder, Recording
from tinylearn.training import DivergenceError, fit


@dataclass(frozen=True)
class Runner:
    """One variant after the race.

    model       as it was after the last update
    recording   every update, from the common start on
    losses      the mean loss of every epoch; fewer if it diverged
    divergence  what stopped it, or None
    """

    model: Sequential
    recording: Recording
    losses: list[float]
    divergence: DivergenceError | None


def race(
    make_model: Callable[[np.random.Generator], Sequential],
    data: tuple[Any, Any],
    variants: Mapping[str, Optimizer],
    *,
    loss: Loss,
    epochs: int,
    seed: int = 0,
    **settings: Any,
) -> dict[str, Runner]:
    """Train `make_model(rng)` once with each optimiser in `variants`; return name → Runner, in the same order.

    make_model   called once per variant, with a generator of the same seed: the same initial weights, dropout too
    data         (x, y), as for `fit`; `settings` are more of `fit`'s: batch_size, shuffle, augment, workers
    variants     name → optimiser; the one given is only copied, and must not have made a step yet

    Each variant's batches come from a generator of the same seed. One that diverges stops there, the others go on.
    Raises ValueError if there are no variants, or if two models start with different parameters.

    >>> from tinylearn import SGD, Adam, Dense, MeanSquaredError
    >>> x = np.linspace(-1, 1, 20)[:, None]
    >>> runners = race(lambda rng: Sequential([Dense(1, 1, rng=rng)]), (x, 3 * x), {"SGD": SGD(0.1), "Adam": Adam(0.1)},
    ...                loss=MeanSquaredError(), epochs=5, batch_size=4)
    >>> {name: len(runner.recording) for name, runner in runners.items()}
    {'SGD': 26, 'Adam': 26}
    """
    _check(variants)
    runners: dict[str, Runner] = {}
    for name, optimizer in variants.items():
        model_seed, batch_seed = np.random.SeedSequence(seed).spawn(2)
        model = make_model(np.random.default_rng(model_seed))
        first = next(iter(runners), name)
        if runners and not np.array_equal(model.parameters, runners[first].recording.rows[0]):
            raise ValueError(
                f"race: {name!r} starts with other parameters than {first!r}; "
                "make_model(rng) must draw everything random from rng, and make the same model each time"
            )
        recorder, losses, divergence = Recorder(model), [], None
        try:
            losses = fit(
                model, *data, loss=copy.copy(loss), optimizer=copy.deepcopy(optimizer), epochs=epochs,
                rng=np.random.default_rng(batch_seed), callbacks=[recorder], **settings,
            )  # fmt: skip
        except DivergenceError as error:
            divergence = error
        runners[name] = Runner(model, recorder.recording, losses, divergence)
    return runners


def _check(variants: Any) -> None:
    """Raise TypeError or ValueError unless `variants` is a dict of names and optimisers that have not stepped yet."""
    if not isinstance(variants, Mapping):
        raise TypeError(f'race: variants must be a dict, {{"SGD": SGD(0.1), …}}, got {variants!r}')
    if not variants:
        raise ValueError("race: variants must hold at least one optimizer, got none")
    for name, optimizer in variants.items():
        if not isinstance(name, str) or not isinstance(optimizer, Optimizer):
            raise TypeError(f"race: variants must hold a text and an optimizer each, got {name!r}: {optimizer!r}")
        if getattr(optimizer, "v", None) is not None:
            raise ValueError(f"race: {name!r}, {optimizer!r}, has made steps already; give each variant a new one")
