"""State, which a layer keeps from batch to batch: saved, loaded, in checkpoints, cast, and with one worker only."""

import copy
import pickle

import numpy as np
import pytest

from tinylearn import (
    SGD,
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    MeanSquaredError,
    ReLU,
    Residual,
    Sequential,
    fit,
    load_checkpoint,
    save_checkpoint,
    workers,
)

RNG = np.random.default_rng(3)
X = RNG.normal(5, 3, size=(20, 4))
Y = X[:, :1] - X[:, 1:2]


def net(seed=0, dtype=np.float64):
    """With state at the top, in a part, and in a part of a part."""
    rng = np.random.default_rng(seed)
    inner = Sequential([BatchNorm(6), Dense(6, 6, rng=rng), Residual(Counts(6))])
    return Sequential([BatchNorm(4), Dense(4, 6, rng=rng), Residual(inner, ReLU()), Dense(6, 1, rng=rng)], dtype)


class Counts(Layer):
    """A state of one number, and of none: how many batches it has seen while training."""

    def __init__(self, n):
        self.params["w"] = np.ones(n)
        self.state["batches"] = np.zeros(())

    def forward(self, x):
        if self.training:
            self.state["batches"] = self.state["batches"] + 1
        self.x = x
        return self.params["w"] * x / (1 + self.state["batches"])

    def backward(self, dout):
        self.grads["w"] = (dout * self.x).sum(axis=0) / (1 + self.state["batches"])
        return dout * self.params["w"] / (1 + self.state["batches"])


def train(model, epochs=2, n_workers=1):
    return fit(model, X, Y, loss=MeanSquaredError(), optimizer=SGD(0.01), epochs=epochs, batch_size=5,
               rng=np.random.default_rng(1), workers=n_workers)  # fmt: skip


NAMES = [
    *("batchnorm_1.mean", "batchnorm_1.var"),
    *("residual_1.sequential_1.batchnorm_1.mean", "residual_1.sequential_1.batchnorm_1.var"),
    "residual_1.sequential_1.residual_1.counts_1.batches",
]


def test_state_has_names_and_a_vector_of_its_own():
    model = net()
    assert list(model.named_state()) == NAMES
    assert model.vectors.state.size == 4 + 4 + 6 + 6 + 1
    assert not any(name in model.named_parameters() for name in NAMES)
    train(model)
    assert model.named_state()[NAMES[-1]] == 8
    in_order = [np.ravel(value) for value in model.named_state().values()]
    np.testing.assert_array_equal(model.vectors.state, np.concatenate(in_order))


def test_the_optimizer_leaves_state_alone():
    model = net()
    model.forward(X)
    before = model.vectors.state.copy()
    model.backward(Y)
    SGD(0.1).step(model.parameters, model.gradients)
    np.testing.assert_array_equal(model.vectors.state, before)


@pytest.mark.parametrize(
    "look",
    [
        lambda model: model.predict(X),
        lambda model: model.summary((4,)),
        lambda model: model.output_shapes((4,)),
        lambda model: model.forward(X),
        repr,
    ],
)
def test_looking_changes_no_state(look):
    model = net()
    train(model)
    before = model.vectors.state.copy()
    look(model)
    np.testing.assert_array_equal(model.vectors.state, before)


def test_predict_between_forward_and_backward_leaves_a_batch_alone():
    model = net()
    model.set_training(True)
    model.forward(X[:5])
    model.backward(Y[:5])
    expected, state = model.gradients.copy(), model.vectors.state.copy()
    model.predict(X * 3)
    model.backward(Y[:5])
    np.testing.assert_array_equal(model.gradients, expected)
    np.testing.assert_array_equal(model.vectors.state, state)


# --- files and copies -------------------------------------------------------------------------------------------------


def test_save_and_load(tmp_path):
    model, other = net(), net(1)
    train(model)
    model.save(tmp_path / "model.npz")
    other.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(other.predict(X), model.predict(X))
    with np.load(tmp_path / "model.npz") as file:
        assert file.files == [*model.named_parameters(), *NAMES]
        np.testing.assert_array_equal(file["batchnorm_1.mean"], model.layers[0].state["mean"])


def test_refuses_a_file_without_the_state(tmp_path):
    model = net()
    np.savez(tmp_path / "model.npz", **model.named_parameters())
    with pytest.raises(
        ValueError, match=r"does not fit this model: batchnorm_1\.mean is float64 \(4,\) in the model, no"
    ):
        model.load(tmp_path / "model.npz")


def test_a_checkpoint_goes_on_with_it(tmp_path):
    model, other = net(), net(1)
    train(model)
    save_checkpoint(tmp_path / "point.npz", model, SGD(0.01), np.random.default_rng(0))
    train(model)
    load_checkpoint(tmp_path / "point.npz", other, SGD(0.01), np.random.default_rng(0))
    train(other)
    np.testing.assert_array_equal(other.parameters, model.parameters)
    np.testing.assert_array_equal(other.vectors.state, model.vectors.state)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_has_a_state_of_its_own(copied):
    model = net()
    train(model)
    other = copied(model)
    np.testing.assert_array_equal(other.vectors.state, model.vectors.state)
    before = model.vectors.state.copy()
    train(other)
    np.testing.assert_array_equal(model.vectors.state, before)
    assert not np.array_equal(other.vectors.state, before)
    np.testing.assert_array_equal(other.named_state()[NAMES[2]], other.vectors.state[8:14])


# --- dtype ------------------------------------------------------------------------------------------------------------


def test_a_float32_model_stays_float32():
    model = net(dtype=np.float32)
    train(model)
    assert model.vectors.state.dtype == model.parameters.dtype == np.float32
    assert {value.dtype for value in model.named_state().values()} == {np.dtype(np.float32)}
    assert model.predict(X).dtype == model.forward(X).dtype == model.backward(Y).dtype == np.float32


def test_a_model_that_takes_another_over_casts_its_state():
    inner = net()
    train(inner)
    before = inner.vectors.state.copy()
    outer = Sequential([inner], np.float32)
    assert outer.vectors.state.dtype == inner.vectors.state.dtype == np.float32
    np.testing.assert_array_equal(outer.vectors.state, before.astype(np.float32))
    assert np.shares_memory(outer.vectors.state, inner.layers[0].state["mean"])


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("small", [True, False])
def test_refuses_several_workers(small, monkeypatch):
    """Also for a network so small that one would do all the work: it may grow."""
    if not small:
        monkeypatch.setattr(workers, "SMALL", 0)
    model = net()
    before = model.named_arrays()["batchnorm_1.mean"].copy()
    with pytest.raises(ValueError, match=r"^fit: workers must be 1 for .*, batchnorm_1\.mean: .*; got workers=2$"):
        train(model, n_workers=2)
    np.testing.assert_array_equal(model.named_arrays()["batchnorm_1.mean"], before)
    assert not any(part.training for _, part in model.walk())
    train(model, n_workers=1)


def test_a_layer_that_only_draws_random_numbers_has_no_state():
    rng = np.random.default_rng(0)
    model = Sequential([Dropout(0.2, rng=rng), Dense(4, 1, rng=rng)])
    train(model, n_workers=2)
    assert model.named_state() == {}


def test_refuses_a_state_of_another_shape_or_name():
    (layer,) = Sequential([BatchNorm(4)]).layers
    with pytest.raises(ValueError, match=r"BatchNorm\(4\): mean has shape \(4,\), got \(3,\)"):
        layer.state["mean"] = np.ones(3)
    with pytest.raises(ValueError, match=r"BatchNorm\(4\) has no .*'median', only mean, var"):
        layer.state["median"] = np.ones(4)


def test_refuses_a_state_that_is_an_attribute_or_a_parameter():
    class Remembers(Layer):
        def __init__(self, where):
            self.state["mean"] = np.zeros(3)
            if where == "attribute":
                self.mean = self.state["mean"]
            else:
                self.params["mean"] = self.state["mean"]

    with pytest.raises(ValueError, match=r"^Remembers\(\): its attribute mean is the same array as .*mean"):
        Sequential([Remembers("attribute")])
    with pytest.raises(ValueError, match="are one array"):
        Sequential([Remembers("params")])


def test_refuses_a_name_that_two_arrays_have():
    """A file, and a recording, would keep one of them."""

    class Twice(Layer):
        def __init__(self, part=None, name="mean"):
            self.part = part
            self.params[name], self.state["mean"] = np.ones(2), np.zeros(2)

    with pytest.raises(ValueError, match=r"^Twice\(\): two of its arrays have the name 'mean'; give each its own$"):
        Sequential([Twice()])
    with pytest.raises(ValueError, match=r"^Twice\(\): two of its arrays have the name 'dense_1\.w'"):
        Sequential([ReLU(), Residual(Twice(Dense(2, 2, rng=np.random.default_rng(0)), "dense_1.w"))])
    with pytest.raises(ValueError, match=r"^Twice\(\): two of its arrays have the name 'batchnorm_1\.mean'"):
        Sequential([Twice(BatchNorm(4), "batchnorm_1.mean")])
