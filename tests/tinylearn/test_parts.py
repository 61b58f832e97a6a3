"""Layers inside layers, and state: where they are found, one vector for all, copies, and what is refused."""

import copy
import pickle
import random
from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest

import tinylearn as tl
from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import SGD, BatchNorm, Dense, Dropout, Layer, ReLU, Residual, Sequential, Tanh, fit, workers

X, Y = np.random.default_rng(4).normal(size=(12, 3)), np.random.default_rng(5).normal(size=(12, 3))


def dense(seed=0):
    return Dense(3, 3, rng=np.random.default_rng(seed))


class Held(Layer):
    """Holds anything in attributes, and runs the layers among it, one after another."""

    def __init__(self, **attributes):
        vars(self).update(attributes)

    def forward(self, x):
        for part in self.parts().values():
            x = part.forward(x)
        return x

    def backward(self, dout):
        for part in reversed(self.parts().values()):
            dout = part.backward(dout)
        return dout


class Counts(Layer):
    """A state of no axis: how many batches it has seen in training. Its cache is a list in a dict."""

    def __init__(self, counting=True):
        self.cache, self.params["w"] = {"xs": []}, np.full(3, 2.0)
        if counting:
            self.state["batches"] = np.zeros(())

    def forward(self, x):
        if self.training and self.state:
            self.state["batches"] = self.state["batches"] + 1
        self.cache["xs"][:] = [x]
        return self.params["w"] * x

    def backward(self, dout):
        (x,) = self.cache["xs"]
        self.grads["w"] = (dout * x).sum(axis=0)
        return dout * self.params["w"]


class WithHead(Sequential):
    """A model of its own class, and a layer that is none of its list."""

    def __init__(self, head):
        super().__init__([dense()])
        self.head = head

    def forward(self, x):
        return self.head.forward(super().forward(x))

    def backward(self, dout):
        return super().backward(self.head.backward(dout))


def held():
    return Held(first=dense(1), others=[Tanh(), dense(2)], named={"a": dense(3), "b": [Tanh(), (dense(4),)]})


def deep(dtype=np.float64):
    """Three deep: a model, in it a residual, in that a model, in that a residual."""
    rng = np.random.default_rng(1)
    inner = Sequential([Dense(3, 3, rng=rng), Residual(Tanh(), Dense(3, 3, rng=rng)), Dropout(0.3, rng=rng)])
    return Sequential([Dense(3, 3, rng=rng), Residual(inner, ReLU()), Dense(3, 3, rng=rng)], dtype)


def remembering(dtype=np.float64):
    """With state at the top, in a part, and in a part of a part."""
    inner = Sequential([BatchNorm(3), dense(1), Residual(Counts())])
    return Sequential([BatchNorm(3), dense(2), Residual(inner, ReLU()), dense(3)], dtype)


STATE = [
    *("batchnorm_1.mean", "batchnorm_1.var"),
    *("residual_1.sequential_1.batchnorm_1.mean", "residual_1.sequential_1.batchnorm_1.var"),
    "residual_1.sequential_1.residual_1.counts_1.batches",
]


def train(model, *, n_workers=1, epochs=3, callbacks=()):
    return fit(model, X, Y, loss=tl.MeanSquaredError(), optimizer=SGD(0.005), epochs=epochs, batch_size=4,
               rng=np.random.default_rng(2), workers=n_workers, callbacks=callbacks)  # fmt: skip


def bits(model):
    return model.parameters.tobytes(), model.vectors.state.tobytes()


def assert_packed(model):
    """Every array of every part, however deep, is a view into the three vectors, one behind the other."""
    for _, part in model.walk():
        named = part.named_parameters(), part.named_gradients(), part.named_state()
        for vector, own, arrays in zip(model.vectors, part.vectors, named, strict=True):
            assert np.shares_memory(own, vector) or not own.size
            start = own.__array_interface__["data"][0]
            for name, array in arrays.items():
                assert (array.__array_interface__["data"][0], array.dtype) == (start, model.dtype), name
                start += array.nbytes
            assert start == own.__array_interface__["data"][0] + own.nbytes
            assert part.dtype == model.dtype


def test_parts_have_their_place_in_their_name():
    assert list(deep().named_parameters()) == [
        *("dense_1.w", "dense_1.b"),
        *("residual_1.sequential_1.dense_1.w", "residual_1.sequential_1.dense_1.b"),
        *("residual_1.sequential_1.residual_1.dense_1.w", "residual_1.sequential_1.residual_1.dense_1.b"),
        *("dense_2.w", "dense_2.b"),
    ]
    assert list(deep().generators()) == ["residual_1.sequential_1.dropout_1.rng"]
    assert list(remembering().named_state()) == STATE
    assert not set(STATE) & set(remembering().named_parameters())
    names, model = [f"held_1.dense_{n}.{key}" for n in range(1, 5) for key in "wb"], Sequential([held()])
    assert list(model.named_parameters()) == list(model.named_gradients()) == names
    assert tl.check_gradients(held(), X[:1]).error < 1e-6
    model.last = model.layers[0]  # which makes it no second one
    assert list(model.parts()) == ["held_1"]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("make", [
    deep, remembering, lambda dtype: Sequential([held()], dtype), lambda dtype: Sequential([WithHead(Tanh())], dtype)
])  # fmt: skip
def test_a_copy_has_vectors_of_its_own_and_learns_alone(make, dtype, copied):
    original = make(dtype)
    train(original)
    before, model = bits(original), copied(original)
    for each in (original, model):
        assert_packed(each)
    assert bits(model) == before
    train(model)
    assert_packed(model)
    assert bits(original) == before != bits(model)
    assert model.predict(X).dtype == model.forward(X).dtype == model.backward(Y).dtype == dtype
    for name, view in make(dtype).named_parameters().items():
        assert not np.array_equal(model.named_parameters()[name], view), name


def test_a_copy_of_a_part_belongs_to_no_model():
    model = deep()
    for part in (model.layers[1], model.layers[1].layers[0], model.layers[0]):
        alone = copy.deepcopy(part)
        assert not any(np.shares_memory(array, model.parameters) for array in alone.named_parameters().values())
        assert_packed(Sequential([alone]))


def test_training_reaches_every_part_and_only_the_first_that_learns_needs_no_dx():
    seen, rng = [], np.random.default_rng(0)

    class Note(Dense):
        def backward(self, dout):
            seen.append((self.needs_dx, self.training))
            return super().backward(dout)

    model = Sequential([Tanh(), Sequential([Note(3, 3, rng=rng), ReLU()]), Residual(Note(3, 3, rng=rng))])
    train(model, epochs=1, callbacks=[lambda update: seen.append("update")])
    assert seen == [(True, True), (False, True), "update"] * 3
    assert not any(part.training for _, part in model.walk())
    model.forward(X)
    assert model.backward(Y).shape == X.shape


def test_an_encoder_and_a_decoder_make_a_model():
    encoder, decoder = Sequential([dense(1), BatchNorm(3)], np.float32), Sequential([dense(2)], np.float32)
    encoder.layers[1].state["var"][:] = 3
    before = encoder.parameters.copy()
    model = Sequential([encoder, decoder])
    assert_packed(model)
    assert encoder.dtype == decoder.dtype == model.dtype == np.float64
    np.testing.assert_array_equal(encoder.parameters, before)
    np.testing.assert_array_equal(model.vectors.state, [0, 0, 0, 3, 3, 3])
    train(model)
    assert not np.any(encoder.parameters[:9] == before[:9])  # the same numbers, learned in their place
    np.testing.assert_array_equal(model.predict(X), decoder.predict(encoder.predict(X)))
    assert encoder.forward(X.astype(np.float32)).dtype == np.float64


def test_training_changes_state_and_nothing_else_does_nor_what_backward_needs():
    model = remembering()
    train(model)
    assert model.named_state()[STATE[-1]] == 9
    before = model.vectors.state.copy()
    model.forward(X[:6])
    model.backward(Y[:6])
    gradients = model.gradients.copy()
    model.predict(X)
    model.summary((3,))
    model.output_shapes((3,))
    model.backward(Y[:6])
    np.testing.assert_array_equal(model.gradients, gradients)
    np.testing.assert_array_equal(model.vectors.state, before)


def test_several_workers_give_the_same_bits_every_time(monkeypatch):
    """Each has caches of its own; dropout draws from the model's generator, whichever thread is faster."""
    monkeypatch.setattr(workers, "SMALL", 0)
    models = [Sequential([Counts(False), Residual(deep())]) for _ in range(3)]
    losses = [train(model, n_workers=2, epochs=4) for model in models]
    assert losses[0] == losses[1] == losses[2]
    assert len({bits(model) for model in models}) == 1
    assert len({str([rng.bit_generator.state for rng in model.generators().values()]) for model in models}) == 1


class SkipsEverySecond(Held):
    """Stochastic depth, in order."""

    skips = True

    def forward(self, x):
        self.skips = not self.skips
        return x.copy() if self.skips else super().forward(x)

    def backward(self, dout):
        return dout.copy() if self.skips else super().backward(dout)


def test_a_part_whose_backward_is_not_called_has_a_gradient_of_zero():
    model = Sequential([SkipsEverySecond(inner=dense()), dense(1)])
    for called in (True, False, True):
        model.forward(X)
        model.backward(Y)
        assert model.layers[0].inner.grads["w"].any() == called
    copy.deepcopy(model.layers[0]).backward(Y)  # a copy belongs to no model


def arrays(array, params=(), state=(), **attributes):
    """A layer with the same array in several places."""
    layer = Held(**attributes)
    layer.params |= dict.fromkeys(params, array)
    layer.state |= dict.fromkeys(state, array)
    return layer


def in_circle(number):
    layers = [Held() for _ in range(number)]
    for one, other in zip(layers, layers[1:] + layers[:1], strict=True):
        one.other = [other]
    return layers[0]


def tied(after):
    a, b = dense(0), dense(1)
    if after:
        Sequential([a, Residual(b)])
    b.params["w"] = a.params["w"].T.copy()  # as the message says
    b.params["w"] = a.params["w"].T
    Sequential([a, Residual(b)])


NAMES_TWICE = r"^Held\(.*\): two of its arrays have the name "
ATTRIBUTE = r"^Held\(.*\): its attribute v is the same array as .*{}, .*self\.params"


@refusals(
    *((lambda make=make: make(dense()), ValueError,
       r"one layer object is in two places, Dense\(3, 3\); make one for each place") for make in (
           lambda layer: Sequential([layer, layer]), lambda layer: Residual(layer, ReLU(), layer),
           lambda layer: Sequential([Held(one=[layer], other={"a": Residual(layer)})]))),
    (lambda: Sequential([arrays((part := dense()).params["w"][:1], ["0.w"], part=part)]), ValueError,
     "held_1.* are one array"),
    (lambda: tied(after=False), ValueError, r"dense_1\.w and residual_1\.dense_1\.w are one array, .*do not tie"),
    (lambda: tied(after=True), ValueError, r"w cannot be tied .*params\['w'\] = other\.copy\(\)"),
    *((lambda wrap=wrap: Sequential([wrap(deep().layers[1].layers[0])]), ValueError, "already belongs to a model")
      for wrap in (Residual, lambda layer: layer.layers[0])),
    *((lambda n=n: Sequential([in_circle(n)]), ValueError, "Held holds itself; keep no reference") for n in (1, 2)),
    # it would compute with the array of before, which never moves
    (lambda: Sequential([Residual(arrays(v := np.ones(3), ["w"], v=v))]), ValueError, ATTRIBUTE.format("w")),
    (lambda: Sequential([arrays(v := np.ones(3), state=["mean"], v=v)]), ValueError, ATTRIBUTE.format("mean")),
    (lambda: Sequential([arrays(np.zeros(3), ["m"], ["mean"])]), ValueError, "are one array"),
    # a file, and a recording, would keep one of them
    (lambda: Sequential([arrays(1.0, ["mean"], ["mean"])]), ValueError, NAMES_TWICE + "'mean'; give each its own$"),
    (lambda: Sequential([Residual(arrays(1.0, ["dense_1.w"], part=dense()))]), ValueError, NAMES_TWICE + "'dense_1.w'"),
    (lambda: Sequential([arrays(1.0, ["batchnorm_1.mean"], part=BatchNorm(4))]), ValueError, NAMES_TWICE + "'batch"),
    *((lambda place=place: Sequential([Residual(Held(place=place))]), ValueError,
       rf"^Held\(.*\): a layer in place, a {type(place).__name__}, is not found")
      for place in ({dense()}, deque([dense()]), SimpleNamespace(dense=dense()))),
    *((lambda rng=rng: Sequential([Held(rng=rng)]), TypeError,
       r"^Held\(.*\): rng must be a generator such as np\.random\.default_rng\(0\)")
      for rng in (random.Random(0), np.random.RandomState(0))),
    *((lambda name=name: Sequential([Held(**{name: np.ones((2, 3))})]), TypeError,
       f"^Held: {name} is a name") for name in ("parts", "vectors")),
    *((lambda name=name: Sequential([Held(**{name: [1]})]), TypeError,
       rf"^Held: self\.{name} must be a dict of arrays, got \[1\]$") for name in ("params", "grads", "state")),
    (lambda: remembering().layers[0].state.update(mean=np.ones(4)), ValueError, "mean has shape"),
    (lambda: remembering().layers[0].state.update(median=np.ones(3)), ValueError, "only mean, var"),
)  # fmt: skip
def test_refuses(call, kind, words):
    assert_refused(call, kind, words)


class MadeInForward(Held):
    def forward(self, x):
        self.part = vars(self).get("part") or dense()
        return super().forward(x)


def replaced(kind):
    model = remembering()
    setattr(model.layers[0], kind, dict(getattr(model.layers[0], kind)))
    train(model)


def reordered(change):
    model = Sequential([dense(1), dense(2), dense(3)])
    model.layers = change(model.layers)
    new = Sequential(copy.deepcopy(model.layers))
    np.testing.assert_array_equal(new.predict(X), model.forward(X))
    model.predict(X)


def at_the_start(model):
    """Train, for an error before the first update."""
    train(model, callbacks=[lambda update: pytest.fail("an update was made")])


def test_a_part_without_numbers_may_come_later():
    assert np.isfinite(train(WithHead(Tanh()))).all()


def without_state(folder):
    np.savez(folder / "model.npz", **remembering().named_parameters())
    remembering().load(folder / "model.npz")


LATER = r"its part \S+ came after the model was made, so that it would never"


@refusals(
    *((lambda _, head=head, use=use: use(WithHead(head)), ValueError, LATER) for head, use in (
        (dense(1), at_the_start), (Residual(dense(2)), Sequential.named_arrays),
        (Sequential([dense(3)]), lambda model: model.predict(X)))),
    (lambda _: train(Sequential([MadeInForward(), dense(1)])), ValueError, LATER),
    *((lambda _, kind=kind: replaced(kind), ValueError,
       rf"^BatchNorm: self\.{kind} was replaced; assign its arrays one by one") for kind in ("params", "state")),
    *((lambda _, change=change: reordered(change), ValueError, "its layers were changed after the model was made")
      for change in (lambda layers: layers[1:], lambda layers: layers[::-1])),
    (without_state, ValueError, r"does not fit this model: batchnorm_1\.mean is float64 \(3,\) in the model, no"),
)  # fmt: skip
def test_refuses_later(call, kind, words, tmp_path):
    assert_refused(lambda: call(tmp_path), kind, words)
