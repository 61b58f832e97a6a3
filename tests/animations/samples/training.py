"""Races between variants, real and made up, and autopsies of trainings that diverged."""

import functools

import numpy as np

from animations import AutopsyPicture, Race
from tests.animations.samples.descent import Place
from tests.animations.samples.sample import Sample
from tinylearn import (
    SGD,
    Adam,
    Dense,
    DivergenceError,
    MeanSquaredError,
    Recorder,
    ReLU,
    RMSprop,
    Sequential,
    Tanh,
    Update,
    fit,
    race,
)
from tinylearn.analysis.race import Runner

# --- races -----------------------------------------------------------------------------------------------------------

X = np.random.default_rng(3).normal(size=(24, 2))
Y = np.tanh(X @ np.array([[1.0], [-2.0]]))
WILD = "SGD, rate 9"
OPTIMIZERS = {"SGD": SGD(0.1), "momentum": SGD(0.1, momentum=0.9), WILD: SGD(9.0), "RMSprop": RMSprop(0.01),
              "Adam": Adam(0.01), "a name far too long for its place": Adam(0.001)}  # fmt: skip


def network(rng):
    return Sequential([Dense(2, 4, rng=rng), Tanh(), Dense(4, 1, rng=rng)])


def raced(names=tuple(OPTIMIZERS), epochs=40, **settings):
    optimizers = {name: OPTIMIZERS[name] for name in names}
    return race(
        network, (X, Y), optimizers, **{"loss": MeanSquaredError(), "epochs": epochs, "batch_size": 8} | settings
    )


six = functools.cache(raced)


def made_up(losses, diverged=None, every=1, epoch=4):
    """Return a runner with these losses from update 1 on, in its own loop; nothing else is known about it."""
    recorder = Recorder(Place(["w"]))
    for step, loss in enumerate(losses, 1):
        recorder(Update(every * step, -(-step // epoch), loss))
    if diverged:
        recorder.diverged(DivergenceError(diverged, "w", 1.0, 1.0))
    return Runner(None, recorder.recording, [], DivergenceError(diverged, "w", 1.0, 1.0) if diverged else None)


ODD = {
    "all diverge": lambda: {"a": made_up(10.0 ** np.arange(0, 300, 9), 35), "b": made_up([1, 5e9, 1e18], 4)},
    "one diverges at once": lambda: {"a": made_up([], 1), "b": made_up(1 / np.arange(1, 31))},
    "only that one": lambda: {"a": made_up([], 1)},
    "infinite at the end": lambda: {"a": made_up([1.0, 1e150, np.inf], 4), "b": made_up([1, 0.9, 0.8, 0.7, 0.6])},
    "about to diverge": lambda: {"a": made_up(10.0 ** np.arange(0, 120, 9)), "b": made_up([1, 0.9, 0.8, 0.7])},
    "exact in the end": lambda: {"a": made_up([1, 0.1, 0, 0]), "b": made_up([1.0, 0.5, 0.4, 0.3])},
    "always exact": lambda: {"a": made_up([0.0, 0.0])},
    "level": lambda: {"a": made_up([0.7] * 9), "b": made_up([0.7] * 9)},
    "below zero": lambda: {"a": made_up([-1.0, -5, -30]), "b": made_up([2.0, 1e3, 1e200], 4)},
    "tiny": lambda: {"a": made_up(10.0 ** -np.arange(40)), "b": made_up([1e-9] * 40)},
    "close": lambda: {name: made_up(1 + 1e-9 * i + 1 / np.arange(1, 40)) for i, name in enumerate("abcdef")},
    "long": lambda: {"a": made_up(np.geomspace(1, 1e-3, 4_000)), "b": made_up([1, 0.5])},
    "of other lengths": lambda: {"a": made_up(np.linspace(2, 1, 40)), "b": made_up(np.linspace(2, 0, 20), epoch=2)},
    "every tenth": lambda: {"a": made_up([3, 2, 1], every=10), "a.b": made_up([3, np.inf], 3), "step": made_up([3, 2])},
    "names": lambda: {"US$ of $x^2$": made_up([1, 0.4]), "": made_up([1, 0.6])},
}


def values_of(runners, step):
    """Return gid → value for everything that a frame of this step must show, found record by record."""
    longest = max((runner.recording for runner in runners.values()), key=lambda recording: recording.steps[-1])
    last = longest.steps[-1]
    values = {"step": step, "last_step": last, "last_epoch": longest.epochs[-1]}
    values["epoch"] = next(e for s, e in reversed([*zip(longest.steps, longest.epochs, strict=True)]) if s <= step)
    for name, runner in runners.items():
        recording = runner.recording
        until = [loss for s, loss in zip(recording.steps, recording.losses, strict=True) if 0 < s <= step]
        values |= {f"{name}.loss": until[-1]} if until else {}
        if runner.divergence and step >= min(runner.divergence.step, last):
            values[f"{name}.diverged"] = runner.divergence.step
    return values


STEPS = [0, 1, 3, 30, 61, 120]

# --- autopsies -------------------------------------------------------------------------------------------------------


def diverged(learning_rate=1000.0, layers=2):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 3)), rng.normal(size=(16, 1))
    hidden = [layer for _ in range(layers - 1) for layer in (Dense(3, 3, rng=rng), ReLU())]
    recorder = Recorder(model := Sequential([*hidden, Dense(3, 1, rng=rng)]))
    try:
        fit(model, x, y, loss=MeanSquaredError(), optimizer=SGD(learning_rate), epochs=900, callbacks=[recorder])
    except DivergenceError:
        return recorder.recording
    raise AssertionError("this training must diverge")


def single_number():
    """One number that overflows, as in chapter 2, in a loop that does not tell the learning rate."""
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    with Recorder(model) as recorder:
        for step in range(1, 40):
            model.parameters[0] = 1e10**step if step < 31 else np.inf
            recorder(Update(step, 1, model.parameters[0] / 2, model=model))
    return recorder.recording


RECORDINGS = {
    "at once": diverged,
    "two layers": lambda: diverged(1.0),
    "one layer": lambda: diverged(1.0, 1),
    "deep": lambda: diverged(10.0, 4),
    "one number": single_number,
}
RECORDINGS = {name: functools.cache(make) for name, make in RECORDINGS.items()}


def autopsy_values(name, last):
    """Return gid → value, from the recording itself."""
    recording = RECORDINGS[name]()
    autopsy = recording.autopsy(last)
    values = {"diverged_at": autopsy.step}
    ends = {"last": autopsy.steps[-1]} | ({"first": autopsy.steps[0]} if len(autopsy.steps) > 1 else {})
    for when, step in ends.items():
        values[when] = step
        if step > 0:  # no update came before step 0, and no loss
            values[f"loss.{when}"] = recording.losses[recording.index(step)]
        for parameter in AutopsyPicture(autopsy).curves.keys() - {"loss"}:  # see test_autopsy
            numbers = recording.at(step)[parameter]
            scale = max(np.abs(numbers).max(), 1e-300)  # the squares alone would overflow
            values[f"{parameter}.{when}"] = scale * np.linalg.norm(numbers / scale)
    if recording.divergence:
        values["learning_rate"] = recording.divergence["learning_rate"]
    return values


def autopsy(name, last):
    return Sample(
        lambda: AutopsyPicture(RECORDINGS[name]().autopsy(last)), lambda: autopsy_values(name, last), pictured=last == 6
    )


PICTURED = {"all diverge", "of other lengths", "every tenth", "names"}


def odd(name):
    return Sample(lambda: Race(ODD[name]()), lambda: ODD[name](), frames=(0, 2, -1), pictured=name in PICTURED)


SAMPLES = {"race": Sample(lambda: Race(six(), steps=STEPS), six, drawn=3.4, also=(1, 4))}
SAMPLES |= {f"race, {name}": odd(name) for name in ODD}
SAMPLES |= {f"autopsy, {name}, {last}": autopsy(name, last) for name in RECORDINGS for last in (1, 6)}
SAMPLES["autopsy, two layers, 2"] = autopsy("two layers", 2)
