"""Races between variants, real and made up, and autopsies of trainings that diverged."""

import functools

import numpy as np
import pytest

import tinylearn as tl
from animations import AutopsyPicture, Race
from tests.animations.samples.descent import Place
from tests.animations.samples.sample import Sample
from tinylearn.analysis.race import Runner

# --- races -----------------------------------------------------------------------------------------------------------

X = np.random.default_rng(3).normal(size=(24, 2))
Y = np.tanh(X @ np.array([[1.0], [-2.0]]))
WILD = "SGD, rate 9"
OPTIMIZERS = {"SGD": tl.SGD(0.1), "momentum": tl.SGD(0.1, momentum=0.9), WILD: tl.SGD(9.0),
              "RMSprop": tl.RMSprop(0.01), "Adam": tl.Adam(0.01),
              "a name far too long for its place": tl.Adam(0.001)}  # fmt: skip


def network(rng):
    return tl.Sequential([tl.Dense(2, 4, rng=rng), tl.Tanh(), tl.Dense(4, 1, rng=rng)])


def raced(names=tuple(OPTIMIZERS), epochs=40, **settings):
    optimizers = {name: OPTIMIZERS[name] for name in names}
    given = {"loss": tl.MeanSquaredError(), "epochs": epochs, "batch_size": 8}
    return tl.race(network, (X, Y), optimizers, **given | settings)


six = functools.cache(raced)


def made_up(losses, diverged=None, every=1, epoch=4):
    """Return a runner with these losses from update 1 on, in its own loop; nothing else is known about it."""
    recorder = tl.Recorder(Place(["w"]))
    for step, loss in enumerate(losses, 1):
        recorder(tl.Update(every * step, -(-step // epoch), loss))
    if diverged:
        recorder.diverged(tl.DivergenceError(diverged, "w", 1.0, 1.0))
    return Runner(None, recorder.recording, [], tl.DivergenceError(diverged, "w", 1.0, 1.0) if diverged else None)


ODD = {
    "all diverge": lambda: {"a": made_up(10.0 ** np.arange(0, 300, 9), 35), "b": made_up([1, 5e9, 1e18], 4)},
    "one diverges at once": lambda: {"a": made_up([], 1), "b": made_up(1 / np.arange(1, 31))},
    "only that one": lambda: {"a": made_up([], 1)},
    "infinite at the end": lambda: {"a": made_up([1.0, 1e150, np.inf], 4), "b": made_up([1, 0.9, 0.8, 0.7, 0.6])},
    "about to diverge": lambda: {"a": made_up(10.0 ** np.arange(0, 120, 9)), "b": made_up([1, 0.9, 0.8, 0.7])},
    "always exact": lambda: {"a": made_up([0.0, 0.0])},
    "below zero": lambda: {"a": made_up([-1.0, -5, -30]), "b": made_up([2.0, 1e3, 1e200], 4)},
    "tiny": lambda: {"a": made_up(10.0 ** -np.arange(40)), "b": made_up([1e-9] * 40)},
    "close": lambda: {name: made_up(1 + 1e-9 * i + 1 / np.arange(1, 40)) for i, name in enumerate("abcdef")},
    "long": lambda: {"a": made_up(np.geomspace(1, 1e-3, 4_000)), "b": made_up([1, 0.5])},
    "of other lengths": lambda: {"a": made_up(np.linspace(2, 1, 40)), "b": made_up(np.linspace(2, 0, 20), epoch=2)},
    "every tenth": lambda: {"a": made_up([3, 2, 1], every=10), "a.b": made_up([3, np.inf], 3), "step": made_up([3, 2])},
    "names": lambda: {"US$ of $x^2$": made_up([1, 0.4]), "": made_up([1, 0.6])},
}


# --- autopsies -------------------------------------------------------------------------------------------------------


def diverged(rate=1000.0, layers=2):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 3)), rng.normal(size=(16, 1))
    hidden = [layer for _ in range(layers - 1) for layer in (tl.Dense(3, 3, rng=rng), tl.ReLU())]
    recorder = tl.Recorder(model := tl.Sequential([*hidden, tl.Dense(3, 1, rng=rng)]))
    with pytest.raises(tl.DivergenceError):
        tl.fit(model, x, y, loss=tl.MeanSquaredError(), optimizer=tl.SGD(rate), epochs=900, callbacks=[recorder])
    return recorder.recording


def single_number():
    """One number that overflows, as in chapter 2, in a loop that does not tell the learning rate."""
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0))])
    with tl.Recorder(model) as recorder:
        for step in range(1, 40):
            model.parameters[0] = 1e10**step if step < 31 else np.inf
            recorder(tl.Update(step, 1, model.parameters[0] / 2, model=model))
    return recorder.recording


RECORDINGS = {name: functools.cache(make) for name, make in {
    "at once": diverged, "two layers": lambda: diverged(1.0), "one layer": lambda: diverged(1.0, 1),
    "deep": lambda: diverged(10.0, 4), "one number": single_number,
}.items()}  # fmt: skip


def race_sample(name):
    pictured = name in ("all diverge", "of other lengths", "every tenth", "names")
    return Sample(lambda: Race(ODD[name]()), ODD[name], pictured=pictured)


def autopsy(name, last):
    return Sample(lambda: AutopsyPicture(RECORDINGS[name]().autopsy(last)), pictured=last == 6)


SAMPLES = {"race": Sample(lambda: Race(six(), steps=[0, 1, 3, 30, 61, 120]), six, drawn=3.4, also=(1, 4))}
SAMPLES |= {f"race, {name}": race_sample(name) for name in ODD}
SAMPLES |= {f"autopsy, {name}, 6": autopsy(name, 6) for name in RECORDINGS}
SHORT = ("one layer", 1), ("one number", 1), ("two layers", 2)
SAMPLES |= {f"autopsy, {name}, {last}": autopsy(name, last) for name, last in SHORT}
