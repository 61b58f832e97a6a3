"""Your own optimisers, and wrappers around others, are checked, copied, saved and recorded like ours."""

import copy
import math
import pickle

import numpy as np
import pytest

import tinylearn as tl
from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import SGD, Adam, Dense, MeanSquaredError, Optimizer, RMSprop, Sequential, fit, load_checkpoint, race

X = np.random.default_rng(0).normal(size=(12, 3))
Y = X @ np.array([[1.0], [-2], [0.5]])


class Lion(Optimizer):
    """Settings of its own, and a memory."""

    remembers = ("m",)

    def __init__(self, learning_rate, beta=0.9, *, pull=0.0):
        super().__init__(learning_rate)
        self.beta, self.pull = beta, pull

    def step(self, parameters, gradients):
        m = self.state["m"]
        m *= self.beta
        m += gradients
        self.state["steps"] = self.state.get("steps", 0) + 1
        parameters -= self.learning_rate * (np.sign(m) + self.pull * parameters)


class Counted(Optimizer):
    """It keeps its state in attributes; its first step makes one of them."""

    def __init__(self, learning_rate):
        super().__init__(learning_rate)
        self.count = 0

    def step(self, parameters, gradients):
        self.count += 1
        self.sum = getattr(self, "sum", 0) + gradients
        parameters -= self.learning_rate * self.sum / self.count


class Clipped(Optimizer):
    """Gradients of at most a norm."""

    def __init__(self, inner, max_norm):
        self.inner, self.max_norm = inner, max_norm

    def step(self, p, g):
        self.inner.step(p, g * min(1, self.max_norm / np.linalg.norm(g)))


class ClippedByIf(Optimizer):
    """The same with a learning rate that it was given, and a plain number."""

    def __init__(self, inner, max_norm):
        super().__init__(inner.learning_rate)
        self.inner, self.max_norm = inner, max_norm

    def step(self, p, g):
        norm = math.sqrt(float(g @ g))
        if norm > self.max_norm:
            g = g * (self.max_norm / norm)
        self.inner.step(p, g)


class Cosine(Optimizer):
    """A schedule that ends at 0."""

    def __init__(self, inner, steps):
        self.inner, self.steps, self.first, self.t = inner, steps, inner.learning_rate, 0

    def step(self, p, g):
        self.inner.learning_rate = self.first * (1 + math.cos(math.pi * self.t / self.steps)) / 2
        self.t += 1
        self.inner.step(p, g)


class Fading(Optimizer):
    """A schedule that only knows the rate of now."""

    def __init__(self, inner, factor):
        self.inner, self.factor = inner, factor

    def step(self, p, g):
        self.inner.step(p, g)
        self.inner.learning_rate *= self.factor


class Warm(Optimizer):
    """A schedule with a learning rate of its own, that of the end."""

    def __init__(self, inner, steps):
        super().__init__(inner.learning_rate)
        self.inner, self.steps = inner, steps

    def step(self, p, g):
        t = self.state["t"] = self.state.get("t", 0) + 1
        self.inner.learning_rate = self.learning_rate * min(1, t / self.steps)
        self.inner.step(p, g)


class Halves(Optimizer):
    """One optimiser for each half of the parameters."""

    def __init__(self, inners):
        super().__init__(0.1)
        self.inners = inners

    def step(self, p, g):
        half = len(p) // 2
        self.inners[0].step(p[:half], g[:half])
        self.inners[1].step(p[half:], g[half:])


class Descent(Optimizer):
    def step(self, p, g):
        p -= self.learning_rate * g


class Twice(Descent):
    def step(self, p, g):
        super().step(p, g)


class Newton(Optimizer):
    def __init__(self):
        pass

    def step(self, p, g):
        p -= g


class Failing(Optimizer):
    """Its step fails in a way."""

    def __init__(self, fails):
        super().__init__(0.1)
        self.fails = fails

    def step(self, p, g):
        self.fails(p)


def halves(hold):
    return Halves(hold([SGD(0.1, momentum=0.9), SGD(0.01, momentum=0.9)]))


MAKERS = {
    "Lion": lambda: Lion(0.01, pull=0.5),
    "Counted": lambda: Counted(0.1),
    "Clipped": lambda: Clipped(SGD(0.1, momentum=0.9), 0.5),
    "Clipped, by if": lambda: ClippedByIf(Adam(0.1), 0.5),
    "Cosine": lambda: Cosine(SGD(0.02, momentum=0.9), 12),
    "Fading": lambda: Fading(RMSprop(0.1), 0.8),
    "Warm": lambda: Warm(Adam(0.1), 5),
    "Halves in a list": lambda: halves(list),
    "Halves in a dict": lambda: halves(lambda pair: dict(enumerate(pair))),
    "Clipped Cosine": lambda: Clipped(Cosine(Adam(0.1), 12), 0.5),
}
WRAPPERS = {name: make for name, make in MAKERS.items() if name.startswith(("Clipped", "Cosine", "Fading", "Warm"))}
every_own = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
MEMORIES = {"SGD": lambda: SGD(0.05, momentum=0.9), "RMSprop": RMSprop, "Adam": Adam} | MAKERS
every_memory = pytest.mark.parametrize("make", MEMORIES.values(), ids=MEMORIES)
every_wrapper = pytest.mark.parametrize("make", WRAPPERS.values(), ids=WRAPPERS)


def small_model(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return Sequential([Dense(3, 4, rng=rng), Dense(4, 1, rng=rng)], dtype)


def train(model, optimizer, epochs=3, **settings):
    given = {"loss": MeanSquaredError(), "batch_size": 4, "rng": np.random.default_rng(1)} | settings
    return fit(model, X, Y, optimizer=optimizer, epochs=epochs, **given)


def walk(optimizer, steps=6, seed=0):
    """Return p after a number of steps along random gradients."""
    p, rng = np.ones(5), np.random.default_rng(seed)
    for _ in range(steps):
        optimizer.step(p, rng.normal(size=5))
    return p


# --- settings, copies -------------------------------------------------------------------------------------------------


def test_settings_are_the_arguments_of_the_constructor():
    assert Lion(0.1, pull=2).settings == {"learning_rate": 0.1, "beta": 0.9, "pull": 2}
    assert repr(Lion(0.1, pull=2)) == "Lion(learning_rate=0.1, beta=0.9, pull=2)"
    changed = Clipped(SGD(1), 2)
    changed.learning_rate = 0.5
    assert repr(changed) == "Clipped(inner=SGD(learning_rate=0.5, momentum=0.0, weight_decay=0.0), max_norm=2)"


@every_own
def test_a_clone_remembers_nothing_and_a_copy_goes_on(make):
    optimizer, expected = make(), walk(make())
    np.testing.assert_array_equal(walk(optimizer), expected)
    twins = copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))
    rate, clone = optimizer.learning_rate, optimizer.clone()
    assert (clone.learning_rate, clone.state) == (rate, {})
    assert not any(part is own for part in clone.parts().values() for own in optimizer.parts().values())
    for part, new in zip(clone.parts().values(), make().parts().values(), strict=True):
        if "_learning_rate" in vars(part):
            part.learning_rate = new.learning_rate
    np.testing.assert_array_equal(walk(clone), expected)
    further = walk(optimizer)
    assert not np.array_equal(further, expected)
    for twin in twins:
        np.testing.assert_array_equal(walk(twin), further)
        assert repr(twin) == repr(optimizer)


@every_wrapper
def test_a_learning_rate_that_is_set_reaches_the_step(make):
    """Of a schedule, too, unless it sets the rate itself."""
    p, optimizer = np.ones(5), make()
    optimizer.learning_rate = 0
    optimizer.step(p, np.ones(5))
    assert optimizer.learning_rate in (0, 0.1, 0.02)
    assert (p == 1).all() == ("Cosine" not in repr(optimizer))


@pytest.mark.parametrize("kind", [Descent, Twice])
def test_gives_weight_decay_to_your_own_optimizer_without_a_line(kind):
    p, shipped = np.array([1.0, -2.0]), np.array([1.0, -2.0])
    kind(0.1, weight_decay=0.5).step(p, np.ones(2))
    SGD(0.1, weight_decay=0.5).step(shipped, np.ones(2))
    np.testing.assert_array_equal(p, shipped)


@pytest.mark.parametrize("empty", [lambda one: one.state.clear(), lambda one: setattr(one, "state", {})])
def test_a_state_that_is_emptied_begins_again(empty):
    optimizer = Lion(0.1)
    first = walk(optimizer)
    empty(optimizer)
    np.testing.assert_array_equal(walk(optimizer), first)


# --- another model ----------------------------------------------------------------------------------------------------


@every_memory
@pytest.mark.parametrize("kept", [True, False], ids=["the first model is there", "it is gone"])
def test_refuses_an_optimizer_that_remembers_another_model(make, kept):
    optimizer, first, other = make(), small_model(), small_model(1)
    train(first, optimizer)
    train(first, optimizer)  # the same model goes on
    if not kept:
        del first
    before = other.parameters.copy()
    message = r"remembers the gradients of another model, .* optimizer=optimizer\.clone\(\)"
    with pytest.raises(ValueError, match=message):
        train(other, optimizer)
    np.testing.assert_array_equal(other.parameters, before)
    for usable in (optimizer.clone(), copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        train(other, usable)  # a copy is bound to no model


def test_an_optimizer_that_remembers_nothing_goes_everywhere():
    optimizer = SGD(0.1)
    for model in (small_model(), small_model(1), small_model_of(np.random.default_rng(0))):
        train(model, optimizer)
    assert optimizer.state == {}


# --- checkpoints ------------------------------------------------------------------------------------------------------


@every_own
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_run_goes_on_from_a_checkpoint(make, dtype, tmp_path):
    whole, stopped, resumed = ((small_model(seed, dtype), make(), np.random.default_rng(3)) for seed in (0, 0, 9))
    train(whole[0], whole[1], rng=whole[2])
    train(whole[0], whole[1], rng=whole[2])
    train(stopped[0], stopped[1], rng=stopped[2])
    tl.save_checkpoint(tmp_path / "run.npz", *stopped)
    train(resumed[0], resumed[1])  # whatever it remembers, it forgets
    load_checkpoint(tmp_path / "run.npz", *resumed)
    assert resumed[1].learning_rate == stopped[1].learning_rate
    train(resumed[0], resumed[1], rng=resumed[2])
    np.testing.assert_array_equal(resumed[0].parameters, whole[0].parameters)


def through_file(folder, there, here):
    """Save a run with one optimiser, and load it with another."""
    rng, model = np.random.default_rng(0), small_model(7)
    tl.save_checkpoint(folder / "run.npz", small_model(), there, rng)
    load_checkpoint(folder / "run.npz", model, here, rng)
    np.testing.assert_array_equal(model.parameters, small_model().parameters)


def test_a_checkpoint_keeps_a_state_with_names_of_other_things_and_knows_a_function_again(tmp_path):
    optimizer, again = Clipped(Lion(0.1), 1.0), Clipped(Lion(0.1), 1.0)
    optimizer.state |= {"learning_rate": 7, "max_norm": np.ones(2), "a.b": 3}
    optimizer.inner.state["beta"] = np.zeros(2)
    through_file(tmp_path, optimizer, again)
    np.testing.assert_equal([again.state, again.inner.state], [optimizer.state, optimizer.inner.state])
    assert (again.max_norm, again.learning_rate, again.inner.beta) == (1.0, 0.1, 0.9)
    through_file(tmp_path, Lion(0.1, lambda t: t), Lion(0.1, lambda t: t))  # its address is another one


OTHER = "(?s)is the checkpoint of another run: the optimizer is .*"
many = np.arange(2000.0)


class Returning(Optimizer):
    def step(self, parameters, gradients):
        return parameters - self.learning_rate * gradients


class Forgetful(Optimizer):
    def step(self, parameters, gradients):
        self.state["v"] += gradients


@refusals(
    (lambda _: Returning(0.1).step(np.ones(1), np.ones(1)), TypeError,
     r"^Returning\(.*\): step must change parameters in place, .*, and return nothing, got array"),
    (lambda _: Forgetful(0.1).step(np.ones(1), np.ones(1)), KeyError,
     r"^Forgetful\(.*\): its state has no 'v' yet; declare what it remembers: remembers = \('v',\)$"),
    (lambda _: type("Own", (Optimizer,), {"remembers": "v"}), TypeError, "^Own: remembers must be .*; write .'v'.$"),
    (lambda folder: through_file(folder, Adam(0.1, weight_decay=0.5), Adam(0.1)), ValueError,
     OTHER + "weight_decay=0.0.* here, .*weight_decay=0.5"),
    (lambda folder: through_file(folder, Lion(0.1, pull=0.5), Lion(0.1)), ValueError,
     OTHER + "pull=0.0.* here, .*pull=0.5"),
    (lambda folder: through_file(folder, Clipped(Lion(0.1, pull=0.5), 1), Clipped(Lion(0.1), 1)), ValueError,
     OTHER + "pull=0.0.* here, .*pull=0.5"),
    (lambda folder: through_file(folder, Clipped(Adam(), 1), Clipped(Adam(), 2)), ValueError,
     OTHER + "max_norm=2.* here, .*max_norm=1"),
    (lambda folder: through_file(folder, Clipped(Adam(), 1), Adam()), ValueError, OTHER + r"Adam\(.* here, Clipped\("),
    (lambda folder: through_file(folder, Lion(0.1, many), Lion(0.1, many + 1e-9)), ValueError,
     OTHER + r"beta=float64 \(2000,\), checksum .* here, .*beta=float64 \(2000,\), checksum"),
    (lambda folder: through_file(folder, Lion(0.1, np.random.default_rng(0)), Lion(0.1)), TypeError,
     r"Lion\.self\.beta must be an array, a number, .*, got Generator"),
    (lambda _: train(small_model(), Newton()), TypeError, r"Newton has no learning rate; give one to"),
)  # fmt: skip
def test_refuses(call, kind, words, tmp_path):
    assert_refused(lambda: call(tmp_path), kind, words)


# --- fit, race, explain -----------------------------------------------------------------------------------------------


def small_model_of(rng):
    return Sequential([Dense(3, 1, rng=rng)])


@every_memory
def test_races_unless_it_has_made_steps(make):
    used = make()
    runners = race(small_model_of, (X, Y), {"one": make(), "two": make()}, loss=MeanSquaredError(), epochs=2)
    np.testing.assert_array_equal(runners["one"].recording.rows, runners["two"].recording.rows)
    if isinstance(used, Adam | Counted):  # without a slope, only a count changes
        used.step(np.ones(5), np.zeros(5))
    else:
        walk(used)
    with pytest.raises(ValueError, match=r"'used', .* has made steps already"):
        race(small_model_of, (X, Y), {"used": used}, loss=MeanSquaredError(), epochs=2)


@pytest.mark.parametrize("name", [name for name in MAKERS if not name.startswith("Halves in a")])
def test_explains_every_update(name, tmp_path):
    """In the process that trained; and loaded, told with a new optimiser."""
    make, model = MAKERS[name], small_model(0, np.float32)
    recorder = tl.Recorder(model, tmp_path / "run")
    train(model, make(), callbacks=[recorder])
    recording = recorder.recording
    parts = {"model": small_model(0, np.float32), "x": X, "y": Y, "loss": MeanSquaredError(), "optimizer": make()}
    loaded = tl.Recording.load(tmp_path / "run", **parts)
    for step in recording.steps[:0:-2].tolist():
        told = [each.explain(step, "dense_1.w[1, 2]") for each in (recording, loaded)]
        assert str(told[0]) == str(told[1])
        assert told[0].untold == ""
        last = [term for term in told[0].terms if term.name == "p"][-1]
        assert last.value.tobytes() == told[0].new.tobytes() == recording.at(step)["dense_1.w"][1, 2].tobytes()


# --- errors -----------------------------------------------------------------------------------------------------------


class Rejected(Exception):
    """One of the reader's own."""

    def __init__(self, code, text):
        super().__init__(code, text)


def reject(p):
    raise Rejected(3, "no")


@pytest.mark.parametrize(("fails", "kind"), [
    (lambda p: {}["v"], KeyError),
    (lambda p: p @ np.ones(99), ValueError),
    (lambda p: np.load("/no such file"), OSError),
    (reject, Rejected),
])  # fmt: skip
def test_whatever_a_step_raises_names_the_optimizer(fails, kind):
    for optimizer in (Failing(fails), Clipped(Failing(fails), 1.0)):
        with pytest.raises(kind) as error:
            optimizer.step(np.ones(2), np.ones(2))
        told = f"{error.value} {getattr(error.value, '__notes__', '')}"
        assert told.count("Failing(") == 1
