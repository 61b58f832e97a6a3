"""Layers inside layers, and state: where they are found, one vector for all, copies, and what is refused."""

import copy
import pickle
import random
from collections import deque

import numpy as np
import pytest

import tinylearn as tl
from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import SGD, BatchNorm, Dense, Dropout, Layer, ReLU, Residual, Sequential, Tanh, fit, workers

X, Y = np.random.default_rng(4).normal(size=(12, 3)), np.random.default_rng(5).normal(size=(12, 3))


def dense(seed=0, n=3):
    return Dense(n, n, rng=np.random.default_rng(seed))


class Held(Layer):
    """Holds layers in an attribute, a list, a dict and a list in a dict, and runs them one after another."""

    def __init__(self):
        self.first = dense(1)
        self.others = [Tanh(), dense(2)]
        self.named = {"a": dense(3), "b": [Tanh(), (dense(4),)]}

    def all(self):
        return [self.first, *self.others, self.named["a"], *self.named["b"][:1], *self.named["b"][1]]

    def forward(self, x):
        for layer in self.all():
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.all()):
            dout = layer.backward(dout)
        return dout


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


class Net(Sequential):
    """A model of its own class."""

    def __init__(self, n=3, name="a name"):
        self.name, self.sizes = name, {"n": n}
        self.head = dense(3, n)
        super().__init__([dense(1, n), Residual(dense(2, n)), self.head])


def deep(dtype=np.float64, seed=1):
    """Three deep: a model, in it a residual, in that a model, in that a residual."""
    rng = np.random.default_rng(seed)
    inner = Sequential([Dense(3, 3, rng=rng), Residual(Tanh(), Dense(3, 3, rng=rng)), Dropout(0.3, rng=rng)])
    return Sequential([Dense(3, 3, rng=rng), Residual(inner, ReLU()), Dense(3, 3, rng=rng)], dtype)


def remembering(dtype=np.float64, seed=1):
    """With state at the top, in a part, and in a part of a part."""
    inner = Sequential([BatchNorm(3), dense(seed), Residual(Counts(3))])
    return Sequential([BatchNorm(3), dense(seed + 1), Residual(inner, ReLU()), dense(seed + 2)], dtype)


MODELS = {
    "deep": deep,
    "remembering": remembering,
    "held": lambda dtype=np.float64, seed=1: Sequential([Held()], dtype),
    "own class": lambda dtype=np.float64, seed=1: Sequential([Net()], dtype),
}
every_model = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
STATE = [
    *("batchnorm_1.mean", "batchnorm_1.var"),
    *("residual_1.sequential_1.batchnorm_1.mean", "residual_1.sequential_1.batchnorm_1.var"),
    "residual_1.sequential_1.residual_1.counts_1.batches",
]


def train(model, *, n_workers=1, epochs=3, optimizer=None, callbacks=()):
    return fit(model, X, Y, loss=tl.MeanSquaredError(), optimizer=optimizer or SGD(0.005), epochs=epochs, batch_size=4,
               rng=np.random.default_rng(2), workers=n_workers, callbacks=callbacks)  # fmt: skip


def bits(model):
    return model.parameters.tobytes(), model.vectors.state.tobytes()


def assert_packed(model):
    """Every array of every part, however deep, is a view into the three vectors, one behind the other."""
    for vector, arrays in (
        (model.vectors.parameters, model.named_parameters()),
        (model.vectors.gradients, model.named_gradients()),
        (model.vectors.state, model.named_state()),
    ):
        assert vector.flags.c_contiguous
        assert vector.size == sum(array.size for array in arrays.values())
        start = vector.__array_interface__["data"][0]
        for name, array in arrays.items():
            assert array.__array_interface__["data"][0] == start, name
            assert array.dtype == model.dtype, name
            start += array.nbytes
    for _, part in model.walk():
        if isinstance(part, Sequential):
            assert part.parameters.size == sum(array.size for array in part.named_parameters().values())
            assert np.shares_memory(part.parameters, model.parameters) or not part.parameters.size
            assert part.dtype == model.dtype


# --- names and vectors ------------------------------------------------------------------------------------------------


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
    names = [f"held_1.dense_{n}.{key}" for n in range(1, 5) for key in "wb"]
    assert list(MODELS["held"]().named_parameters()) == list(MODELS["held"]().named_gradients()) == names
    assert list(Residual(dense(), Tanh()).named_parameters()) == ["dense_1.w", "dense_1.b"]
    assert list(Net().parts()) == ["dense_1", "residual_1", "dense_2"]  # the head is no fourth one


@every_model
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_has_vectors_of_its_own_and_learns_alone(make, dtype, copied):
    original = make(dtype)
    train(original)
    before = bits(original)
    model = copied(original)
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
    inner = pickle.loads(pickle.dumps(Sequential([Net()]))).layers[0]
    assert (inner.name, inner.sizes) == ("a name", {"n": 3})


def test_has_the_gradients_of_its_forward():
    assert tl.check_gradients(Held(), X[:1]).error < 1e-6


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


# --- models in models -------------------------------------------------------------------------------------------------


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


# --- state ------------------------------------------------------------------------------------------------------------


def test_training_changes_state_and_nothing_else_does():
    model = remembering()
    train(model)
    assert model.named_state()[STATE[-1]] == 9
    before = model.vectors.state.copy()
    for look in (
        lambda: model.predict(X),
        lambda: model.summary((3,)),
        lambda: model.output_shapes((3,)),
        lambda: model.forward(X),
        lambda: model.backward(Y),
        lambda: SGD(0.1).step(model.parameters, model.gradients),
    ):
        look()
        np.testing.assert_array_equal(model.vectors.state, before)


@pytest.mark.parametrize("small", [10**7, 0])
def test_refuses_several_workers_for_a_model_with_state(small, monkeypatch):
    """Also for a network so small that one would do all the work: it may grow."""
    monkeypatch.setattr(workers, "SMALL", small)
    model = remembering()
    before = bits(model)
    with pytest.raises(ValueError, match=r"^fit: workers must be 1 for .*, batchnorm_1\.mean: .*; got workers=2$"):
        train(model, n_workers=2)
    assert bits(model) == before
    assert not any(part.training for _, part in model.walk())
    train(model, n_workers=1)
    train(deep(), n_workers=2)  # a layer that only draws random numbers has no state


# --- what is a copy's own ---------------------------------------------------------------------------------------------


class Caches(Layer):
    """Remembers x in a list in a dict."""

    def __init__(self):
        self.cache = {"xs": []}
        self.params["w"] = np.full(3, 2.0)

    def forward(self, x):
        self.cache["xs"][:] = [x]
        return self.params["w"] * x

    def backward(self, dout):
        (x,) = self.cache["xs"]
        self.grads["w"] = (dout * x).sum(axis=0)
        return dout * self.params["w"]


def test_caches_are_each_copys_and_each_workers_own(monkeypatch):
    for wrap in (lambda layer: layer, Residual, lambda layer: Sequential([layer])):
        model = Sequential([wrap(Caches()), dense()])
        model.forward(X[:6])
        model.backward(Y[:6])
        expected = model.gradients.copy()
        model.predict(X[6:])
        model.summary((3,))
        model.backward(Y[:6])
        np.testing.assert_array_equal(model.gradients, expected)
    monkeypatch.setattr(workers, "SMALL", 0)
    models = [Sequential([Caches(), Residual(Caches())]) for _ in range(3)]
    for model, n_workers in zip(models, (2, 2, 1), strict=True):
        train(model, n_workers=n_workers, epochs=5)
    assert bits(models[0]) == bits(models[1])
    np.testing.assert_allclose(models[0].parameters, models[2].parameters, rtol=1e-9)


def test_inner_layers_with_workers_give_the_same_bits_every_time(monkeypatch):
    """Dropout inside included: its numbers come from the model's generator, whichever thread is faster."""
    monkeypatch.setattr(workers, "SMALL", 0)
    models = [deep() for _ in range(3)]
    losses = [train(model, n_workers=2, epochs=4) for model in models]
    assert losses[0] == losses[1] == losses[2]
    states = [str([rng.bit_generator.state for rng in model.generators().values()]) for model in [*models, deep()]]
    assert states[0] == states[1] != states[3]
    assert len({bits(model) for model in models}) == 1


class SkipsEverySecond(Layer):
    """Stochastic depth, in order."""

    def __init__(self):
        self.inner, self.count = dense(), 0

    def forward(self, x):
        self.count += 1
        return x if self.count % 2 == 0 else x + self.inner.forward(x)

    def backward(self, dout):
        return dout.copy() if self.count % 2 == 0 else dout + self.inner.backward(dout)


def test_a_part_whose_backward_is_not_called_has_a_gradient_of_zero():
    model = Sequential([SkipsEverySecond(), dense(1)])
    for called in (True, False, True):
        model.forward(X)
        model.backward(Y)
        assert model.layers[0].inner.grads["w"].any() == called
    copy.deepcopy(model.layers[0]).backward(Y)  # a copy belongs to no model


def test_a_parameter_can_be_changed_in_place_and_a_part_without_numbers_may_come_later():
    layer = dense()
    model = Sequential([layer])
    layer.params["w"] *= 2
    layer.params["w"] = layer.params["w"] + 1
    np.testing.assert_array_equal(model.parameters[:9].reshape(3, 3), dense().params["w"] * 2 + 1)
    assert np.isfinite(train(WithHead(Tanh()))).all()


# --- refused when a model is made -------------------------------------------------------------------------------------


class Holds(ReLU):
    """Anything, in attributes."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


class Block:
    """No layer."""

    def __init__(self):
        self.dense = dense()


class Arrays(Layer):
    """The same array in several places."""

    def __init__(self, array=None, names=(), attribute=None, state=None, part=None):
        self.part = part
        if attribute:
            vars(self)[attribute] = array
        for name in names:
            self.params[name] = array
        if state:
            self.state[state] = np.zeros(2) if array is None else array


class TwoOf(Layer):
    def __init__(self, one, other):
        self.one, self.other = one, other


def in_circle(number):
    layers = [TwoOf(dense(), None) for _ in range(number)]
    for one, other in zip(layers, layers[1:] + layers[:1], strict=True):
        one.other = [other]
    return layers[0]


def of_inner(view):
    inner = dense()
    return Sequential([Arrays(view(inner.params["w"]), ["0.w"], part=inner)])


def tied(view, after):
    a, b = dense(0), dense(1)
    if after:
        Sequential([a, Residual(b)])
    b.params["w"] = view(a.params["w"]).copy()  # as the message says
    b.params["w"] = view(a.params["w"])
    Sequential([a, Residual(b)])


def of_deep(part):
    model = deep()
    return [model.layers[1], model.layers[1].layers[0], model.layers[1].layers[0].layers[0]][part]


TWO_PLACES = [
    lambda layer: Sequential([layer, layer]),
    lambda layer: Residual(layer, ReLU(), layer),
    lambda layer: Sequential([layer, Residual(layer)]),
    lambda layer: Sequential([Residual(layer), Residual(layer)]),
    lambda layer: Sequential([TwoOf(layer, layer)]),
    lambda layer: Sequential([TwoOf([layer], {"a": layer})]),
    lambda layer: Sequential([TwoOf([layer, layer], None)]),
    lambda layer: Sequential([TwoOf(Residual(layer), layer)]),
]
VIEWS = [lambda w: w, lambda w: w.T, lambda w: w[:1], lambda w: w.reshape(-1)]
NAMES_TWICE = r"^Arrays\(.*\): two of its arrays have the name "
ATTRIBUTE = r"^Arrays\(.*\): its attribute {} is the same array as .*{}, .*self\.params"


@refusals(
    *((lambda make=make: make(dense()), ValueError,
       r"one layer object is in two places, Dense\(3, 3\); make one for each place") for make in TWO_PLACES),
    *((lambda view=view: of_inner(view), ValueError,
       r"arrays_1\.0\.w and arrays_1\.dense_1\.w are one array, .*they are found there") for view in VIEWS),
    *((lambda view=view: tied(view, after=False), ValueError,
       r"dense_1\.w and residual_1\.dense_1\.w are one array, .*do not tie weights") for view in VIEWS[:2]),
    *((lambda view=view: tied(view, after=True), ValueError,
       r"w cannot be tied to another parameter .*write params\['w'\] = other\.copy\(\)") for view in VIEWS[:2]),
    *((lambda part=part, wrap=wrap: Sequential([wrap(of_deep(part))]), ValueError, "already belongs to a model")
      for part in range(3) for wrap in (lambda layer: layer, Residual)),
    *((lambda n=n: Sequential([in_circle(n)]), ValueError,
       "TwoOf holds itself; keep no reference to a layer that this one stands in") for n in (1, 2)),
    # it would compute with the array of before, which never moves
    (lambda: Sequential([Arrays(np.ones(3), ["w"], "v")]), ValueError, ATTRIBUTE.format("v", "w")),
    (lambda: Sequential([Residual(Arrays(np.ones(3), ["w"], "v"))]), ValueError, ATTRIBUTE.format("v", "w")),
    (lambda: Sequential([Arrays(np.zeros(3), state="mean", attribute="v")]), ValueError, ATTRIBUTE.format("v", "mean")),
    (lambda: Sequential([Arrays(np.zeros(3), ["m"], state="mean")]), ValueError, "are one array"),
    # a file, and a recording, would keep one of them
    (lambda: Sequential([Arrays(1.0, ["mean"], state="mean")]), ValueError, NAMES_TWICE + "'mean'; give each its own$"),
    (lambda: Sequential([ReLU(), Residual(Arrays(np.ones(2), ["dense_1.w"], part=dense()))]), ValueError,
     NAMES_TWICE + r"'dense_1\.w'"),
    (lambda: Sequential([Arrays(np.ones(2), ["batchnorm_1.mean"], part=BatchNorm(4))]), ValueError,
     NAMES_TWICE + r"'batchnorm_1\.mean'"),
    *((lambda place=place: Sequential([Residual(Holds(place=place))]), ValueError,
       rf"^Holds\(.*\): a layer in place, a {type(place).__name__}, is not found")
      for place in ({dense()}, deque([dense()]), Block())),
    *((lambda rng=rng: Sequential([Holds(rng=rng)]), TypeError,
       r"^Holds\(.*\): rng must be a generator such as np\.random\.default_rng\(0\)")
      for rng in (random.Random(0), np.random.RandomState(0))),
    *((lambda name=name: Sequential([Holds(**{name: np.ones((2, 3))})]), TypeError,
       rf"^Holds: {name} is a name of the base class") for name in ("parts", "generators", "vectors")),
    *((lambda name=name: Sequential([Holds(**{name: [1]})]), TypeError,
       rf"^Holds: self\.{name} must be a dict of arrays, got \[1\]$") for name in ("params", "grads", "state")),
    (lambda: vars(remembering().layers[0])["state"].update(mean=np.ones(4)), ValueError,
     r"BatchNorm\(3\): mean has shape \(3,\), got \(4,\)"),
    (lambda: vars(remembering().layers[0])["state"].update(median=np.ones(3)), ValueError,
     r"BatchNorm\(3\) has no .*'median', only mean, var"),
)  # fmt: skip
def test_refuses(call, kind, words):
    assert_refused(call, kind, words)


# --- refused after the model was made ---------------------------------------------------------------------------------


class MadeInForward(Layer):
    part = None

    def forward(self, x):
        self.part = self.part or dense()
        return self.part.forward(x)

    def backward(self, dout):
        return self.part.backward(dout)


class WithHead(Sequential):
    def __init__(self, head):
        super().__init__([dense()])
        self.head = head

    def forward(self, x):
        return self.head.forward(super().forward(x))

    def backward(self, dout):
        return super().backward(self.head.backward(dout))


class Replaces(Layer):
    def __init__(self):
        self.state["mean"] = np.zeros(3)

    def forward(self, x):
        self.state = {"mean": x.mean(axis=0)}
        return x

    def backward(self, dout):
        return dout


def with_other_params():
    model = Sequential([dense()])
    model.layers[0].params = {"w": np.ones((3, 3)), "b": np.ones(3)}
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


def without_state(folder):
    np.savez(folder / "model.npz", **remembering().named_parameters())
    remembering().load(folder / "model.npz")


LATER = r"its part \S+ came after the model was made, so that it would never"


@refusals(
    *((lambda head=head, use=use: use(WithHead(copy.deepcopy(head))), ValueError, LATER)
      for head in (dense(1), Residual(dense(1)), Sequential([dense(1)]))
      for use in (at_the_start, lambda model: model.predict(X), Sequential.named_arrays)),
    (lambda: train(Sequential([MadeInForward(), dense(1)])), ValueError,
     r"its part madeinforward_1\.dense_1 came after the model was made"),
    (lambda: train(Sequential([Replaces(), dense()])), ValueError,
     r"^Replaces: self\.state was replaced; assign its arrays one by one"),
    (with_other_params, ValueError, r"^Dense: self\.params was replaced; assign its arrays one by one"),
    (lambda: reordered(lambda layers: layers[1:]), ValueError, "its layers were changed after the model was made"),
    (lambda: reordered(lambda layers: layers[::-1]), ValueError, "its layers were changed after the model was made"),
)  # fmt: skip
def test_refuses_later(call, kind, words):
    assert_refused(call, kind, words)


def test_refuses_a_file_without_the_state(tmp_path):
    words = r"does not fit this model: batchnorm_1\.mean is float64 \(3,\) in the model, no"
    with pytest.raises(ValueError, match=words):
        without_state(tmp_path)
