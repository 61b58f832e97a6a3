"""A race: variants of a training that differ in one thing, from the same initial weights, through the same batches.

Whatever differs in the end then comes from that one thing, and not from luck at the start. `animations.Race` draws it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinylearn.callbacks import Callback
from tinylearn.checks import shortened
from tinylearn.divergence import DivergenceError
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizer_memory import has_stepped
from tinylearn.optimizers import Optimizer
from tinylearn.recording import Recorder, Recording
from tinylearn.training import fit
from tinylearn.training_arguments import check_functions

Maker = Callable[[np.random.Generator], Sequential]


@dataclass(frozen=True)
class Runner:
    """One variant after the race.

    model       as it was after the last update
    recording   every update, from the common start on
    losses      the mean loss of every epoch; none if it diverged
    divergence  what stopped it, or None
    """

    model: Sequential
    recording: Recording
    losses: list[float]
    divergence: DivergenceError | None


# What may differ, what it must be, and how to tell.
PARTS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "make_model": ("a function of rng", callable),
    "optimizer": ("an optimizer", lambda value: isinstance(value, Optimizer)),
    "loss": ("a loss", lambda value: isinstance(value, Loss)),
    "batch_size": ("a whole number", lambda value: isinstance(value, int | np.integer) and bool(value > 0)),
    "augment": ("a function, or None,", lambda value: value is None or callable(value)),
}


def race(
    make_model: Maker | Mapping[str, Maker],
    data: tuple[Any, Any],
    optimizer: Optimizer | Mapping[str, Optimizer],
    *,
    loss: Loss | Mapping[str, Loss],
    epochs: int,
    seed: int = 0,
    record: Callable[[Sequential], Recorder] = Recorder,
    callbacks: Iterable[Callback] = (),
    **settings: Any,
) -> dict[str, Runner]:
    """Train variants that differ in one thing; return name → Runner, in the same order.

    What differs is given as a dict, name → variant, in the place of the one thing: make_model, optimizer, loss,
    batch_size or augment. All else is the same for all.

    make_model   called once per variant, with a generator of the same seed: the same initial weights, dropout too.
                 Different models must have parameters of the same names and shapes, as with other activations
    data         (x, y), as for `fit`
    settings     more of `fit`'s: batch_size, shuffle, augment, workers
    optimizer    the one given is only copied, and must not have made a step yet
    record       makes the recorder of a model: `lambda model: Recorder(model, budget="20 MB")`
    callbacks    more callbacks, the same for all; the runners train one after the other

    The batches of each variant come from a generator of the same seed, and what `augment` draws from another. With
    another batch_size they are other pieces of the same order of rows. A runner that diverges stops there, the others
    go on. Raises ValueError or TypeError if not exactly one thing differs, or if two models do not start equal.

    >>> from tinylearn import SGD, Adam, Dense, MeanSquaredError
    >>> x = np.linspace(-1, 1, 20)[:, None]
    >>> runners = race(lambda rng: Sequential([Dense(1, 1, rng=rng)]), (x, 3 * x), {"SGD": SGD(0.1), "Adam": Adam(0.1)},
    ...                loss=MeanSquaredError(), epochs=5, batch_size=4)
    >>> {name: len(runner.recording) for name, runner in runners.items()}
    {'SGD': 26, 'Adam': 26}
    """
    shared = {"make_model": make_model, "optimizer": optimizer, "loss": loss, "epochs": epochs, **settings}
    what = _what_differs(shared)
    variants = shared.pop(what)
    _check_pair(data)
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"race: seed must be a whole number from 0 on, got {seed!r}")
    model_seed, batch_seed, augment_seed = np.random.SeedSequence(seed).spawn(3)
    makers = variants if what == "make_model" else dict.fromkeys(variants, shared["make_model"])
    models = {name: maker(np.random.default_rng(model_seed)) for name, maker in makers.items()}
    _check_start(models)
    callbacks = check_functions(callbacks, None)  # a tuple, which all runners can go through
    recorders = {name: record(model) for name, model in models.items()}
    runners: dict[str, Runner] = {}
    for name, model in models.items():
        parts = shared | {what: variants[name]}
        del parts["make_model"]
        parts |= {"optimizer": copy.deepcopy(parts["optimizer"]), "loss": copy.copy(parts["loss"])}
        parts["augment"] = _with_own_rng(parts.get("augment"), np.random.default_rng(augment_seed))
        recorder, losses, divergence = recorders[name], [], None
        try:
            losses = fit(model, *data, **parts, rng=np.random.default_rng(batch_seed), callbacks=[recorder, *callbacks])
        except DivergenceError as error:
            divergence = error
        runners[name] = Runner(model, recorder.recording, losses, divergence)
    return runners


def _what_differs(given: Mapping[str, Any]) -> str:
    """Return which argument is a dict of variants; TypeError or ValueError unless just one is, and all parts fit."""
    dicts = [what for what, value in given.items() if isinstance(value, Mapping)]
    if not dicts:
        raise TypeError(
            f'race: one of {", ".join(PARTS)} must be a dict of variants, {{"SGD": SGD(0.1), …}}, got '
            f"optimizer={given['optimizer']!r}"
        )
    for what in ("rng", "resume"):
        if what in given:
            raise ValueError(f"race: {what} must be the same for all, who start from the race's seed; leave it out")
    for what in dicts:
        if what not in PARTS:
            raise ValueError(
                f"race: {what} must be the same for all, got {shortened(given[what])}; a dict may stand for "
                f"{', '.join(PARTS)}"
            )
    if len(dicts) > 1:
        raise ValueError(f"race: one thing must differ, got variants of {' and of '.join(dicts)}; race twice")
    for what, (kind, fits) in PARTS.items():
        values = given.get(what)
        if isinstance(values, Mapping):
            _check_names(what, kind, values)
        elif what in given and not fits(values):
            raise TypeError(f"race: {what} must be {kind} or a dict of variants, got {values!r}")
    _check_unused(given["optimizer"])
    return dicts[0]


def _check_names(what: str, kind: str, variants: Mapping[Any, Any]) -> None:
    """Raise ValueError for a dict without variants, TypeError for one of something else than names and variants."""
    if not variants:
        raise ValueError(f"race: {what} must hold at least one {what}, got none")
    for name, value in variants.items():
        if not isinstance(name, str) or not PARTS[what][1](value):
            raise TypeError(f"race: {what} must hold a text and {kind} each, got {name!r}: {shortened(value)}")


def _check_unused(optimizer: Optimizer | Mapping[str, Optimizer]) -> None:
    """Raise ValueError for an optimiser that remembers steps: what it has is not what a new one would have."""
    for name, each in (optimizer if isinstance(optimizer, Mapping) else {"optimizer": optimizer}).items():
        if has_stepped(each):
            raise ValueError(
                f"race: {name!r}, {each!r}, has made steps already, or was changed since it was made; "
                "give each variant a new one"
            )


def _check_pair(data: Any) -> None:
    """Raise TypeError unless data are a pair."""
    if not isinstance(data, list | tuple) or len(data) != 2:
        count = f" of {len(data)}" if hasattr(data, "__len__") else ""
        raise TypeError(f"race: data must be a pair, (x, y), got {type(data).__name__}{count}")


def _check_start(models: Mapping[str, Any]) -> None:
    """Raise ValueError unless all models have the same parameters; TypeError if one is no model."""
    for name, model in models.items():
        if not isinstance(model, Sequential):
            raise TypeError(f"race: make_model(rng) must return a Sequential, got {model!r} for {name!r}")
    if len({id(model) for model in models.values()}) < len(models):
        raise ValueError("race: make_model(rng) must make a new model each time, got one object twice")
    first, *others = models
    start = models[first].named_parameters()
    for name in others:
        own = models[name].named_parameters()
        for parameter in [*start, *own]:
            if parameter in start and parameter in own and np.array_equal(start[parameter], own[parameter]):
                continue
            raise ValueError(
                f"race: {name!r} starts with other parameters than {first!r}; make_model(rng) must draw everything "
                f"random from rng, and make the same names and shapes each time; the first that differs is {parameter}"
            )


def _with_own_rng(augment: Callable[..., Any] | None, rng: np.random.Generator) -> Callable[..., Any] | None:
    """Return an `augment` that draws from `rng`: the order of rows stays the same whatever it draws."""
    return None if augment is None else lambda x, _: augment(x, rng)
