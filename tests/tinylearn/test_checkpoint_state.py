"""Other things that change during a run: a checkpoint keeps them, or refuses them."""

import numpy as np
import pytest

from tinylearn import (
    SGD,
    Checkpoint,
    Dense,
    Layer,
    MeanSquaredError,
    Sequential,
    fit,
    load_checkpoint,
    save_checkpoint,
)
from tinylearn.optimizers import Optimizer

EPOCHS = 6
RNG = np.random.default_rng(5)
X, Y = RNG.normal(size=(12, 3)), RNG.normal(size=(12, 2))


class Centred(Layer):
    """x minus its running mean, which only the layer itself knows."""

    def __init__(self, n_in):
        self.n_in = n_in
        self.state["mean"], self.state["batches"] = np.zeros(n_in), np.zeros(())

    def forward(self, x):
        if self.training:
            self.state["batches"] += 1
            self.state["mean"] += 0.1 * (x.mean(axis=0) - self.state["mean"]) / self.state["batches"]
        return x - self.state["mean"]

    def backward(self, dout):
        return dout

    def __repr__(self):
        return f"Centred({self.n_in})"


class Averaged(Optimizer):
    """Gradient descent along a mean of all gradients, with numbers of NumPy's among what it remembers."""

    def __init__(self, learning_rate):
        super().__init__(learning_rate)
        self.mean, self.steps, self.decay, self.one = None, np.int32(0), np.float32(0.1), np.float64(1)

    def step(self, parameters, gradients):
        self.mean = gradients.copy() if self.mean is None else self.mean
        self.mean += self.decay * (gradients - self.mean)
        self.steps += np.int32(1)
        parameters -= self.one * self.learning_rate * self.mean


class Late(SGD):
    """It makes an attribute in its first step."""

    def step(self, parameters, gradients):
        self.seen = getattr(self, "seen", 0) + gradients
        super().step(parameters, self.seen)


def start(make_optimizer=lambda: SGD(0.1), seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return Sequential([Centred(3), Dense(3, 2, rng=rng)], dtype), make_optimizer(), rng


def go_on(run, epochs, **settings):
    model, optimizer, rng = run
    return fit(model, X, Y, loss=MeanSquaredError(), optimizer=optimizer, epochs=epochs, batch_size=5, rng=rng,
               **settings)  # fmt: skip


def state(run):
    model, optimizer, _ = run
    kept = vars(optimizer) | optimizer.state
    state = {name: (type(value), np.asarray(value).tobytes()) for name, value in kept.items()
                  if value is not None and name != "state"}  # fmt: skip
    return model.parameters.tobytes(), state, model.vectors.state.tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("make_optimizer", [lambda: SGD(0.1), lambda: Averaged(0.1), lambda: Late(0.1)],
                         ids=["SGD", "NumPy's numbers", "an attribute that step makes"])  # fmt: skip
def test_what_a_layer_and_an_optimizer_remember_goes_on(tmp_path, make_optimizer, dtype):
    """In float32, an np.float64 that came back as Python's float would make other bits."""
    made = {"make_optimizer": make_optimizer, "dtype": dtype}
    whole, stopped, resumed = start(**made), start(**made), start(seed=9, **made)
    losses = go_on(whole, EPOCHS)
    go_on(stopped, 2)
    save_checkpoint(tmp_path / "run.npz", *stopped)
    load_checkpoint(tmp_path / "run.npz", *resumed)
    assert state(resumed) == state(stopped)
    assert go_on(resumed, EPOCHS - 2) == losses[2:]
    assert state(resumed) == state(whole)


def halve(update):
    """The learning rate is halved at every second update."""
    if update.step % 2 == 0:
        update.optimizer.learning_rate /= 2


@pytest.mark.parametrize("step", [1, 2, 5])
def test_a_run_whose_learning_rate_changes_goes_on(tmp_path, step):
    path, whole, stopped, resumed = tmp_path / "run.npz", start(), start(), start(seed=9)
    rates = {}

    def note(update):
        rates[update.step] = update.learning_rate

    def stop(update):
        if update.step == step:
            update.stop()

    losses = go_on(whole, EPOCHS, callbacks=[halve])
    go_on(stopped, 2, callbacks=[halve, Checkpoint(path, stopped[2], every=1), stop])
    assert go_on(resumed, EPOCHS, callbacks=[halve, note], resume=path) == losses
    assert rates == {each: 0.1 / 2 ** ((each - 1) // 2) for each in range(step + 1, 3 * EPOCHS + 1)}
    assert state(resumed) == state(whole)


def test_the_optimizer_may_be_the_one_whose_rate_has_changed(tmp_path):
    run = start()
    go_on(run, 1, callbacks=[halve])
    save_checkpoint(tmp_path / "run.npz", *run)
    go_on(run, 1, callbacks=[halve])
    load_checkpoint(tmp_path / "run.npz", *run)
    assert run[1].learning_rate == 0.05


# --- refused ------------------------------------------------------------------------------------------------------


def test_refuses_a_layer_that_has_a_state_only_here_or_only_there(tmp_path):
    class Forgetful(Centred):
        def __init__(self, n_in):
            self.n_in = n_in

    for there, here, message in ((Centred, Forgetful, r"is absent here, float64 \(3,\) there"),
                                 (Forgetful, Centred, r"is float64 \(3,\) here, absent there")):  # fmt: skip
        there.__name__ = here.__name__ = "Centred"
        rng = np.random.default_rng(0)
        save_checkpoint(tmp_path / "run.npz", Sequential([there(3)]), SGD(), rng)
        with pytest.raises(ValueError, match=f"another run: centred_1.mean {message}"):
            load_checkpoint(tmp_path / "run.npz", Sequential([here(3)]), SGD(), rng)


@pytest.mark.parametrize(
    ("aliases", "message"),
    [
        (
            lambda model, optimizer: {"first": optimizer.mean[:3]},
            "self.first shares memory with optimizer.self.mean",
        ),
        (
            lambda model, optimizer: {"same": optimizer.mean},
            "self.same shares memory with optimizer.self.mean",
        ),
        (lambda model, optimizer: {"p": model.parameters[1:]}, "self.p shares memory with parameters"),
    ],
    ids=["view", "same", "of the model"],
)
def test_refuses_arrays_in_the_same_memory(tmp_path, aliases, message):
    """What comes back are arrays apart: a step that writes into one would leave the other as it is."""
    run = start(lambda: Averaged(0.1))
    go_on(run, 1)
    vars(run[1]).update(aliases(run[0], run[1]))
    with pytest.raises(TypeError, match=f"checkpoint: optimizer.{message}, but .* store a copy"):
        save_checkpoint(tmp_path / "run.npz", *run)
    assert not list(tmp_path.iterdir())


def test_two_halves_of_one_array_are_apart(tmp_path):
    run = start(lambda: Averaged(0.1))
    both = np.arange(6.0)
    run[1].mean, run[1].rest = both[::2], both[1::2]
    save_checkpoint(tmp_path / "run.npz", *run)
    again = start(lambda: Averaged(0.1))
    again[1].rest = None
    load_checkpoint(tmp_path / "run.npz", *again)
    assert (again[1].mean.tolist(), again[1].rest.tolist()) == ([0, 2, 4], [1, 3, 5])
