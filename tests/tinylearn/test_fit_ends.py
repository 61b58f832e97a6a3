"""However fit ends, it restores everything that it changed, except its results."""

import concurrent.futures
import copy
import threading
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

import tinylearn as tl
from tests.tinylearn.ctrl_c import InterruptedAt
from tests.tinylearn.training_helpers import small_data, small_model, train
from tinylearn import SGD, Dense, DivergenceError, Layer, MeanSquaredError, Recorder, Sequential, fit, workers

TINYLEARN = Path(tl.__file__).parent
BLAS = ThreadpoolController().select(user_api="blas")


@pytest.fixture(autouse=True)
def two_blas_threads_and_no_small_network(monkeypatch):
    monkeypatch.setattr(workers, "SMALL", 0)
    with BLAS.limit(limits=2):
        yield


def blas_threads():
    return {library["num_threads"] for library in BLAS.info()}


def surroundings(model):
    """Return what fit changes while it runs."""
    flags = [(layer.training, layer.needs_dx) for _, layer in model.walk()]
    return flags, blas_threads(), threading.active_count(), np.geterr()


class Door:
    """A callback that must be closed, and may fail in one of its methods."""

    def __init__(self, fails="", error=None):
        self.fails, self.error, self.closed, self.during = fails, error, 0, None

    def __call__(self, update):
        self.during = surroundings(update.model)
        self.may_fail("call")

    def close(self):
        self.closed += 1
        self.may_fail("close")

    def start(self, run):
        self.may_fail("start")

    def diverged(self, error):
        self.may_fail("diverged")

    def may_fail(self, where):
        if where == self.fails:
            raise self.error


def test_what_it_changes_while_it_runs(monkeypatch):
    (x, y), model, door, kept = small_data(8), small_model(), Door(), []
    before = surroundings(model)
    train(model, x, y, workers=2, callbacks=[door, lambda update: kept.append(copy.deepcopy(update.model))])
    flags, blas, threads, errors = door.during
    assert [training for training, _ in flags] == [True] * 5
    assert [needs_dx for _, needs_dx in flags] == [True, False, True, True, True], "of the first layer that learns"
    assert (blas, threads) == ({1}, before[2] + 1)
    assert set(errors.values()) == {"ignore"}
    assert surroundings(model) == before
    kept[0].forward(x)  # a copy is a model like any other
    assert kept[0].backward(np.ones((8, 1))).shape == x.shape
    for small, blas in ((0, 2), (10_000, 1)):  # one worker leaves BLAS its threads unless the network is small
        monkeypatch.setattr(workers, "SMALL", small)
        train(model, x, y, callbacks=[door])
        assert (door.during[1], blas_threads()) == ({blas}, {2})


class Fragile(Layer):
    """It fails in one of its methods, in the main thread or in another."""

    def __init__(self, fails="", in_main=True):
        self.fails, self.in_main = fails, in_main

    def forward(self, x):
        return self.may_fail("forward", x)

    def backward(self, dout):
        return self.may_fail("backward", dout)

    def may_fail(self, where, x):
        here = (threading.current_thread() is threading.main_thread()) == self.in_main
        if self.training and where == self.fails and here:
            raise ZeroDivisionError
        return x


HUGE = {"optimizer": SGD(1e300), "epochs": 9}


@pytest.mark.parametrize(("layer", "callback", "error", "settings"), [
    *(((), (where, error), error, {}) for where in ("start", "call", "close") for error in (OSError, SystemExit)),
    *(((where, main), (), ZeroDivisionError, {}) for where in ("forward", "backward") for main in (True, False)),
    ((), (), DivergenceError, HUGE),
    ((), ("diverged", OSError), OSError, HUGE),
])  # fmt: skip
def test_leaves_nothing_after_an_error_of_a_layer_or_a_callback(layer, callback, error, settings):
    model = Sequential([Dense(3, 1, rng=np.random.default_rng(0)), Fragile(*layer)])
    doors, before = [Door(), Door(*callback), Door()], surroundings(model)
    with pytest.raises(error):
        train(model, *small_data(8), workers=2, callbacks=doors, **{"loss": MeanSquaredError()} | settings)
    assert surroundings(model) == before
    assert [door.closed for door in doors] == [1, 1, 1]


@pytest.mark.parametrize(("file", "apart", "lines"), [
    ("training.py", 1, 15),
    ("run.py", 1, 50),
    ("workers.py", 1, 60),
    ("blas.py", 1, 40),
    ("layers/module.py", 211, 4_000),
    (concurrent.futures.__path__[0], 3, 60),  # whose locks are not made for it
    (threading.__file__, 3, 100),
], ids=["training", "run", "workers", "blas", "module", "pool", "threads"])  # fmt: skip
def test_leaves_nothing_after_ctrl_c_at_any_line(file, apart, lines):
    """Not one moment but all, or one in `apart`: each time all is given back, and closed if it was called."""
    (x, y), line, was_interrupted = small_data(4), 0, True
    while was_interrupted:
        line, was_interrupted = line + apart, False
        model, doors = Sequential([Dense(3, 1, rng=np.random.default_rng(0))]), [Door(), Door()]
        before = surroundings(model)
        try:
            with InterruptedAt(line, TINYLEARN / file):
                train(model, x, y, loss=MeanSquaredError(), workers=2, callbacks=[doors[0], Recorder(model), doors[1]])
        except KeyboardInterrupt:
            was_interrupted = True
        assert surroundings(model) == before, line
        assert all(door.closed == 1 or door.during is None for door in doors), line
    assert line > lines


def test_two_that_overlap_give_blas_its_threads_back_when_both_have_ended():
    """The one that began first ends first: while the other one runs, BLAS still has one thread."""
    second_runs, first_has_ended, seen = threading.Event(), threading.Event(), {}

    def run(name, wait):
        def callback(update):
            wait()
            seen[name] = blas_threads(), np.geterr()["over"]

        train(small_model(), *small_data(8), workers=2, callbacks=[callback])

    def second():
        run("second", lambda: (second_runs.set(), first_has_ended.wait(9)))
        seen["after"] = np.geterr()["over"]

    thread = threading.Thread(target=second)
    run("first", lambda: (thread.start(), second_runs.wait(9)))
    assert (blas_threads(), np.geterr()["over"]) == ({1}, "warn")
    first_has_ended.set()
    thread.join()
    assert seen == {"first": ({1}, "ignore"), "second": ({1}, "ignore"), "after": "warn"}
    assert blas_threads() == {2}


@pytest.mark.parametrize("n_workers", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_harmless_underflow_stays_harmless(tmp_path, n_workers, dtype):
    """exp(-1000) and 1e-200², in the model, the loss, the optimiser, all callbacks: the bits are those of always."""

    def run(errors):
        rng = np.random.default_rng(0)
        layers = [Dense(3, 4, rng=rng), tl.Tanh(), tl.Dropout(0.1, rng=rng), Dense(4, 2, rng=rng)]
        model = Sequential(layers, dtype)
        model.parameters *= 1e3
        x, y = np.array([[1e3, 1e-30, -1e3], [1e-40, 0, 1e-30], [1, 2, 3], [-1e3, 1e3, 0]]), [0, 1, 0, 1]
        evaluate = tl.Evaluate(x, y, tl.accuracy)
        callbacks = [Recorder(model, tmp_path / errors), evaluate, tl.Checkpoint(tmp_path / f"{errors}.npz", rng)]
        with np.errstate(all=errors):
            losses = fit(model, x, y, loss=tl.CategoricalCrossEntropy(from_logits=True), optimizer=tl.Adam(1e-3),
                         epochs=3, batch_size=2, rng=rng, workers=n_workers, callbacks=callbacks,
                         augment=lambda x, rng: x * 0.999)  # fmt: skip
            return losses, model.parameters.tobytes(), evaluate.values, str(callbacks[0].recording.losses)

    assert run("raise") == run("ignore")


def test_reports_divergence_as_such_where_numpy_was_told_to_raise():
    with np.errstate(all="raise"):
        with pytest.raises(DivergenceError, match=r"update 1 grew dense_1\.w from norm"):
            train(small_model(), *small_data(8), loss=MeanSquaredError(), optimizer=SGD(1e300), epochs=9)
        assert set(np.geterr().values()) == {"raise"}


def test_refuses_a_model_that_another_fit_trains():
    (x, y), model, flags = small_data(8), small_model(), []

    def again(update):
        flags.append((update.model.training, update.model.layers[0].needs_dx))
        with pytest.raises(ValueError, match=r"^fit: this model is being trained by another fit; train a copy"):
            train(update.model, x, y)
        train(copy.deepcopy(update.model), x, y)

    train(model, x, y, epochs=2, callbacks=[again])
    assert set(flags) == {(True, False)}
    train(model, x, y)
