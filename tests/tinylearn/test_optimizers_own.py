"""Your own optimisers, and wrappers around others, are checked, copied, saved and recorded like ours."""

import copy
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

    def step(self, p, g):
        m = self.state["m"]
        m *= self.beta
        m += g
        self.state["steps"] = self.state.get("steps", 0) + 1
        p -= self.learning_rate * (np.sign(m) + self.pull * p)


class Counted(Optimizer):
    """It keeps its state in attributes; its first step makes one of them."""

    def __init__(self, learning_rate):
        super().__init__(learning_rate)
        self.count = 0

    def step(self, p, g):
        self.count += 1
        self.sum = getattr(self, "sum", 0) + g
        p -= self.learning_rate * self.sum / self.count


class Clipped(Optimizer):
    """Gradients of at most a norm, with the learning rate of the optimiser inside, or with its own."""

    def __init__(self, inner, max_norm, own=False):
        self.inner, self.max_norm = inner, max_norm
        if own:
            super().__init__(inner.learning_rate)

    def step(self, p, g):
        self.inner.step(p, g * min(1, self.max_norm / np.linalg.norm(g)))


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


def own(step, **names):
    return type("Own", (Optimizer,), {"step": step} | names)


MAKERS = {
    "Lion": lambda: Lion(0.01, pull=0.5),
    "Counted": lambda: Counted(0.1),
    "Clipped": lambda: Clipped(SGD(0.1, momentum=0.9), 0.5),
    "Clipped, its own rate": lambda: Clipped(Adam(0.1), 0.5, own=True),
    "Clipped Fading": lambda: Clipped(Fading(RMSprop(0.1), 0.8), 0.5),
    "Warm": lambda: Warm(Adam(0.1), 5),
    "Halves in a list": lambda: Halves([SGD(0.1, momentum=0.9), SGD(0.01, momentum=0.9)]),
    "Halves in a dict": lambda: Halves({0: SGD(0.1, momentum=0.9), 1: SGD(0.01, momentum=0.9)}),
}
MEMORIES = {"SGD": lambda: SGD(0.05, momentum=0.9), "RMSprop": RMSprop, "Adam": Adam} | MAKERS
every_own = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
every_memory = pytest.mark.parametrize("make", MEMORIES.values(), ids=MEMORIES)


def small_model(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)  # or a generator
    return Sequential([Dense(3, 4, rng=rng), Dense(4, 1, rng=rng)], dtype)


def train(model, optimizer, rng=1):
    """Three epochs; `rng` may be a generator that goes on."""
    return fit(model, X, Y, loss=MeanSquaredError(), optimizer=optimizer, epochs=3, batch_size=4,
               rng=np.random.default_rng(rng))  # fmt: skip


def walk(optimizer):
    """Return p after six steps along random gradients."""
    p, rng = np.ones(5), np.random.default_rng(0)
    for _ in range(6):
        optimizer.step(p, rng.normal(size=5))
    return p


@every_own
def test_a_clone_remembers_nothing_and_a_copy_goes_on(make):
    optimizer, expected = make(), walk(make())
    np.testing.assert_array_equal(walk(optimizer), expected)
    twins = copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))
    clone = optimizer.clone()
    assert (clone.learning_rate, clone.state) == (optimizer.learning_rate, {})
    for part, new in zip(clone.parts().values(), make().parts().values(), strict=True):
        if "_learning_rate" in vars(part):
            part.learning_rate = new.learning_rate
    np.testing.assert_array_equal(walk(clone), expected)
    further = walk(optimizer)
    assert not np.array_equal(further, expected)
    for twin in twins:
        np.testing.assert_array_equal(walk(twin), further)
        assert repr(twin) == repr(optimizer)


@pytest.mark.parametrize("name", [name for name in MAKERS if name.startswith(("Clipped", "Warm"))])
def test_a_learning_rate_that_is_set_reaches_the_step(name):
    p, optimizer = np.ones(5), MAKERS[name]()
    optimizer.learning_rate = 0
    optimizer.step(p, np.ones(5))
    assert optimizer.learning_rate == 0
    assert (p == 1).all()
    assert "learning_rate=0.0" in repr(optimizer)


def test_shows_its_settings_and_has_weight_decay_without_a_line_and_once():
    assert Lion(0.1, pull=2).settings == {"learning_rate": 0.1, "beta": 0.9, "pull": 2}
    assert repr(Lion(0.1, pull=2)) == "Lion(learning_rate=0.1, beta=0.9, pull=2)"

    class Descent(Optimizer):
        def step(self, p, g):
            p -= self.learning_rate * g

    twice, ends = type("Twice", (Descent,), {"step": lambda self, p, g: Descent.step(self, p, g)}), []
    for kind in (SGD, Descent, twice):
        ends.append(np.array([1.0, -2.0]))
        kind(0.1, weight_decay=0.5).step(ends[-1], np.ones(2))
    np.testing.assert_array_equal(ends[1:], [ends[0]] * 2)
    step_once(own(lambda self, p, g: None, shrink=None)(0.1))  # no decay, no call


@pytest.mark.parametrize("empty", [lambda one: one.state.clear(), lambda one: setattr(one, "state", {})])
def test_a_state_that_is_emptied_begins_again(empty):
    optimizer = Lion(0.1)
    first = walk(optimizer)
    empty(optimizer)
    np.testing.assert_array_equal(walk(optimizer), first)


@every_memory
def test_an_optimizer_that_has_made_steps_serves_its_model_only_and_no_race(make):
    def raced(**optimizers):
        runners = race(small_model, (X, Y), optimizers, loss=MeanSquaredError(), epochs=2).values()
        return [runner.recording.rows for runner in runners]

    np.testing.assert_array_equal(*raced(one=make(), two=make()))
    once = make()
    once.step(np.ones(5), np.zeros(5) if isinstance(once, Adam | Counted) else np.ones(5))  # or only a count changes
    for kept in (True, False):
        optimizer, first, other = make(), small_model(), small_model(1)
        train(first, optimizer)
        train(first, optimizer)  # the same model goes on
        if not kept:
            del first
        before, message = other.parameters.copy(), r"remembers the gradients of another model, .*=optimizer\.clone\(\)"
        with pytest.raises(ValueError, match=message):
            train(other, optimizer)
        np.testing.assert_array_equal(other.parameters, before)
        for used in (optimizer, once):
            with pytest.raises(ValueError, match=r"'used', .* has made steps already"):
                raced(used=used)
    for usable in (optimizer.clone(), copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        train(other, usable)  # a copy is bound to no model


def test_an_optimizer_that_remembers_nothing_goes_everywhere():
    optimizer = SGD(0.1)
    for model in (small_model(), small_model(1), Sequential([Dense(3, 1, rng=np.random.default_rng(0))])):
        train(model, optimizer)
    assert optimizer.state == {}


@every_own
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_run_goes_on_from_a_checkpoint(make, dtype, tmp_path):
    whole, stopped, resumed = ((small_model(seed, dtype), make(), np.random.default_rng(3)) for seed in (0, 0, 9))
    train(*whole)
    train(*whole)
    train(*stopped)
    tl.save_checkpoint(tmp_path / "run.npz", *stopped)
    train(*resumed[:2])  # whatever it remembers, it forgets
    load_checkpoint(tmp_path / "run.npz", *resumed)
    assert resumed[1].learning_rate == stopped[1].learning_rate
    train(*resumed)
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


def step_once(optimizer):
    optimizer.step(np.ones(1), np.ones(1))


OTHER, MANY = "(?s)is the checkpoint of another run: the optimizer is .*", np.arange(2000.0)
OTHERS = [  # the optimiser of a file, another one, and what differs
    (Adam(0.1, weight_decay=0.5), Adam(0.1), "weight_decay=0.0.* here, .*weight_decay=0.5"),
    (Clipped(Lion(0.1, pull=0.5), 1), Clipped(Lion(0.1), 1), "pull=0.0.* here, .*pull=0.5"),
    (Clipped(Adam(), 1), Clipped(Adam(), 2), "max_norm=2.* here, .*max_norm=1"),
    (Clipped(Adam(), 1), Adam(), r"Adam\(.* here, Clipped\("),
    (Lion(0.1, MANY), Lion(0.1, MANY + 1e-9), r"beta=float64 \(2000,\), checksum .* here, .*beta=.*, checksum"),
]


@refusals(
    (lambda _: step_once(own(lambda self, p, g: p - g)(0.1)), TypeError, r"^Own\(.*\): step must .*, got array"),
    (lambda _: step_once(own(lambda self, p, g: self.state["v"])(0.1)), KeyError,
     r"^Own\(.*\): its state has no 'v' yet; declare what it remembers: remembers = \('v',\)$"),
    (lambda _: own(None, remembers="v"), TypeError, "^Own: remembers must be .*; write .'v'.$"),
    (lambda _: train(small_model(), own(step_once, __init__=lambda self: None)()), TypeError, "no learning rate"),
    (lambda _: step_once(type("Idle", (Optimizer,), {})(0.1)), NotImplementedError, "Idle has no step"),
    (lambda folder: through_file(folder, Lion(0.1, np.random.default_rng(0)), Lion(0.1)), TypeError, "beta must be an"),
    *((lambda folder, there=there, here=here: through_file(folder, there, here), ValueError, OTHER + words)
      for there, here, words in OTHERS),
)  # fmt: skip
def test_refuses(call, kind, words, tmp_path):
    assert_refused(lambda: call(tmp_path), kind, words)


@pytest.mark.parametrize(("fails", "kind"), [
    (lambda self, p, g: {}["v"], KeyError), (lambda self, p, g: np.load("/no such file"), OSError)
])  # fmt: skip
def test_whatever_a_step_raises_names_the_optimizer_once(fails, kind):
    for optimizer in (own(fails)(0.1), Clipped(own(fails)(0.1), 1.0)):
        with pytest.raises(kind) as error:
            optimizer.step(np.ones(2), np.ones(2))
        told = f"{error.value} {getattr(error.value, '__notes__', '')}"
        assert told.count("Own(") == 1
