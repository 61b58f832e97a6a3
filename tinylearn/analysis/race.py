"""A race: variants of a training that differ in one thing. All else is the same: also initial weights and batches.

So every difference at the end comes from that one thing, and not from luck at the start. `animations.Race` draws it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinylearn.callbacks import Callback
from tinylearn.checks import as_int, instance, positive_integer, shortened
from tinylearn.divergence import DivergenceError
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizer_state import has_stepped
from tinylearn.optimizers import Optimizer
from tinylearn.recording import Recorder, Recording
from tinylearn.training import fit
from tinylearn.training_arguments import check_functions, check_parts

Maker = Callable[[np.random.Generator], Sequential]


@dataclass(frozen=True)
class Runner:
    """One variant after the race."""

    model: Sequential  # after the last update
    recording: Recording  # every update from the common start
    losses: list[float]  # the mean loss of every epoch; none if it diverged
    divergence: DivergenceError | None  # the error that stopped it


def race(
    make_model: Maker | Mapping[str, Maker],
    data: tuple[Any, Any] | Mapping[str, tuple[Any, Any]],
    optimizer: Optimizer | Mapping[str, Optimizer],
    *,
    loss: Loss | Mapping[str, Loss],
    epochs: int | Mapping[str, int],
    seed: int = 0,
    record: Callable[[Sequential], Recorder] = Recorder,
    callbacks: Iterable[Callback] = (),
    **settings: Any,
) -> dict[str, Runner]:
    """Train variants that differ in one thing; return name → Runner, in the same order.

    Pass a dict, name → variant, in place of the argument that differs. All other arguments are the same for all.

    make_model   called once per variant, with a generator of the same seed: the same initial weights, dropout too.
                 Models may differ in their layers, as with other activations, or with and without BatchNorm;
                 parameters of the same name and shape must start equal
    data         (x, y), as for `fit`; settings are more of `fit`'s: batch_size, shuffle, augment, workers
    optimizer    each variant gets a copy; it must not have made a step yet
    record       makes the recorder of a model: `lambda model: Recorder(model, budget="20 MB")`

    The order of rows is the same for all, whatever `augment` draws. If a runner diverges, or a callback stops it, the
    others continue. Raises ValueError or TypeError if not exactly one thing differs, or if two models do not start
    equal.

    >>> from tinylearn import SGD, Adam, Dense, MeanSquaredError
    >>> x = np.linspace(-1, 1, 20)[:, None]
    >>> runners = race(lambda rng: Sequential([Dense(1, 1, rng=rng)]), (x, 3 * x), {"SGD": SGD(0.1), "Adam": Adam(0.1)},
    ...                loss=MeanSquaredError(), epochs=5, batch_size=4)
    >>> {name: len(runner.recording) for name, runner in runners.items()}
    {'SGD': 26, 'Adam': 26}
    """
    shared = {"make_model": make_model, "data": data, "optimizer": optimizer, "loss": loss, "epochs": epochs} | settings
    what = _what_differs(shared)
    if as_int("race", "seed", seed) < 0:
        raise ValueError(f"race: seed must be at least 0, got {seed}")
    model_seed, batch_seed, augment_seed = np.random.SeedSequence(seed).spawn(3)
    runs = {name: shared | {what: variant} for name, variant in shared[what].items()}
    if not callable(record):
        raise TypeError(f"race: record must be a function that makes the recorder of a model, got {shortened(record)}")
    callbacks = check_functions(callbacks, None)  # a tuple, which all runners can go through
    models: dict[str, Sequential] = {}
    for name, run in runs.items():
        make = run.pop("make_model")
        if not callable(make):
            raise TypeError(f"race: make_model must be a function of rng, got {shortened(make)}")
        models[name] = make(np.random.default_rng(model_seed))
        _check_run(name, models[name], **run)
    _check_start(models)
    recorders = {name: record(model) for name, model in models.items()}
    runners: dict[str, Runner] = {}
    for name, run in runs.items():
        x, y = run.pop("data")
        run |= {"optimizer": copy.deepcopy(run["optimizer"]), "loss": copy.deepcopy(run["loss"])}
        if run.get("augment") is not None:
            run["augment"] = OwnDraws(copy.deepcopy(run["augment"]), np.random.default_rng(augment_seed))
        run |= {"rng": np.random.default_rng(batch_seed), "callbacks": [recorders[name], *callbacks]}
        losses, divergence = [], None
        try:
            losses = fit(models[name], x, y, **run)
        except DivergenceError as error:
            divergence = error
        runners[name] = Runner(models[name], recorders[name].recording, losses, divergence)
    return runners


@dataclass
class OwnDraws:
    """An `augment` with its own generator: whatever it draws, the order of rows stays the same."""

    augment: Callable[..., Any]
    rng: np.random.Generator

    def __call__(self, x: np.ndarray, _: Any) -> Any:
        return self.augment(x, self.rng)


# --- what can be wrong ------------------------------------------------------------------------------------------------


def _what_differs(given: Mapping[str, Any]) -> str:
    """Return the name of the argument that is a dict of variants; TypeError or ValueError unless exactly one is."""
    dicts = [what for what, value in given.items() if isinstance(value, Mapping)]
    for what in {"rng", "resume"} & given.keys():
        raise ValueError(
            f"race: leave out {what}, got {shortened(given[what])}; all runners begin anew, with the same seed"
        )
    if not dicts:
        got = shortened(given["optimizer"])
        raise TypeError(
            f'race: one argument must be a dict of variants, such as {{"SGD": SGD(0.1), …}}, got optimizer={got}'
        )
    if len(dicts) > 1:
        got = " and ".join(f"{what}={shortened(given[what])}" for what in dicts)
        raise ValueError(f"race: one thing must differ, got variants of several, {got}; race twice")
    if not given[dicts[0]]:
        raise ValueError(f"race: {dicts[0]} must hold at least one variant, got none")
    return dicts[0]


def _check_run(
    name: Any, model: Any, *, data: Any, optimizer: Any, loss: Any, epochs: Any, batch_size: Any = 1,
    augment: Any = None, **others: Any,
) -> None:  # fmt: skip
    """Raise an error if a variant cannot be trained, or if its optimiser is not a new one."""
    instance("race", "the name of a variant", name, str, example='"SGD"')
    check_parts("race", model, loss, optimizer)
    if not isinstance(data, list | tuple) or len(data) != 2:
        raise TypeError(f"race: data must be a pair, (x, y), got {shortened(data)}")
    positive_integer("race", "epochs", epochs)
    positive_integer("race", "batch_size", batch_size)
    check_functions((), augment)
    if has_stepped(optimizer):
        raise ValueError(
            f"race: the optimizer of {name!r}, {optimizer}, has made steps already, or was changed since it was made; "
            "give each variant a new one"
        )


def _check_start(models: Mapping[str, Sequential]) -> None:
    """Raise ValueError if two models are the same object, or if a parameter that they share does not start equal."""
    if len({id(model) for model in models.values()}) < len(models):
        raise ValueError("race: make_model(rng) must make a new model each time, got one object twice")
    first = next(iter(models))
    start = models[first].named_parameters()
    for name, model in models.items():
        own = model.named_parameters()
        common = [each for each in start.keys() & own.keys() if start[each].shape == own[each].shape]
        differ = [each for each in start if each in common and not np.array_equal(start[each], own[each])]
        if differ or not common:
            which = f"the first that differs is {differ[0]}" if differ else "they have no parameter in common"
            raise ValueError(
                f"race: {name!r} starts with other parameters than {first!r}; make_model(rng) must draw everything "
                f"random from rng, in the same order; {which}"
            )
