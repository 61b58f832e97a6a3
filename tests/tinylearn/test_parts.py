"""Layers inside layers: where they are found, one vector for all, independent copies, and errors."""

import copy
import pickle
import random
from collections import deque

import numpy as np
import pytest

from tinylearn import (
    SGD,
    Adam,
    Dense,
    Dropout,
    Layer,
    MeanSquaredError,
    ReLU,
    Residual,
    Sequential,
    Tanh,
    check_gradients,
    fit,
    load_checkpoint,
    save_checkpoint,
    workers,
)

X, Y = np.random.default_rng(4).normal(size=(12, 3)), np.random.default_rng(5).normal(size=(12, 3))


def dense(seed=0, n=3):
    return Dense(n, n, rng=np.random.default_rng(seed))


def deep():
    """Three deep: a model, in it a residual, in that a model, in that a residual."""
    rng = np.random.default_rng(1)
    inner = Sequential([Dense(3, 3, rng=rng), Residual(Tanh(), Dense(3, 3, rng=rng)), Dropout(0.3, rng=rng)])
    return Sequential([Dense(3, 3, rng=rng), Residual(inner, ReLU()), Dense(3, 3, rng=rng)])


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


def train(model, *, n_workers=1, epochs=3, optimizer=None, callbacks=()):
    return fit(model, X, Y, loss=MeanSquaredError(), optimizer=optimizer or SGD(0.005), epochs=epochs, batch_size=4,
               rng=np.random.default_rng(2), workers=n_workers, callbacks=callbacks)  # fmt: skip


def assert_packed(model):
    """Every array of every part, however deep, is a view into the three vectors, one behind the other."""
    assert model.parameters.flags.c_contiguous
    for vector, arrays in (
        (model.vectors.parameters, model.named_parameters()),
        (model.vectors.gradients, model.named_gradients()),
        (model.vectors.state, model.named_state()),
    ):
        assert vector.size == sum(array.size for array in arrays.values())
        start = vector.__array_interface__["data"][0]
        for name, array in arrays.items():
            assert array.__array_interface__["data"][0] == start, name
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


def test_finds_parts_in_attributes_lists_tuples_and_dicts():
    model = Sequential([Held()])
    names = [f"held_1.dense_{n}.{key}" for n in range(1, 5) for key in "wb"]
    assert list(model.named_parameters()) == list(model.named_gradients()) == names
    before = model.parameters.copy()
    train(model)
    for name, view in Sequential([Held()]).named_parameters().items():
        assert not np.array_equal(model.named_parameters()[name], view), name
    assert not np.any(model.parameters == before)


def test_a_part_alone_names_its_own_parts():
    assert list(Residual(dense(), Tanh()).named_parameters()) == ["dense_1.w", "dense_1.b"]


@pytest.mark.parametrize("make", [deep, lambda: Sequential([Held()])])
@pytest.mark.parametrize(
    "copied", [lambda model: model, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))]
)
def test_vectors_are_contiguous_and_views_are_views_also_in_copies(make, copied):
    original = make()
    model = copied(original)
    assert_packed(model)
    np.testing.assert_array_equal(model.parameters, original.parameters)
    model.forward(X)
    model.backward(Y)
    assert model.gradients.all()
    if model is not original:
        model.parameters[:] = 0
        assert original.parameters.any()
        assert not original.gradients.any()


def test_a_copy_of_a_part_belongs_to_no_model():
    model = deep()
    for part in (model.layers[1], model.layers[1].layers[0], model.layers[0]):
        alone = copy.deepcopy(part)
        assert not any(np.shares_memory(array, model.parameters) for array in alone.named_parameters().values())
        assert_packed(Sequential([alone]))


def test_the_parts_gradients_are_right():
    for model in (deep(), Sequential([Held()])):
        model.set_training(True)
        assert check_gradients(model, X[:2]).error < 1e-6


def test_training_reaches_every_part_and_ends():
    seen, rng = [], np.random.default_rng(0)

    class Note(Dropout):
        def forward(self, x):
            seen.append(self.training)
            return super().forward(x)

    model = Sequential([dense(), Residual(Sequential([Residual(Note(0.2, rng=rng))]))])
    train(model, epochs=1, callbacks=[lambda update: seen.append("update")])
    assert seen[-6:] == [True, "update"] * 3
    assert not any(part.training for _, part in model.walk())


def test_the_first_layer_that_learns_needs_no_dx_while_it_learns():
    seen = []

    class Note(Dense):
        def backward(self, dout):
            seen.append(self.needs_dx)
            return super().backward(dout)

    rng = np.random.default_rng(0)
    model = Sequential([Tanh(), Sequential([Note(3, 3, rng=rng), ReLU()]), Note(3, 3, rng=rng)])
    train(model, epochs=1)
    assert seen == [True, False] * 3
    model.forward(X)
    assert model.backward(Y).shape == X.shape


# --- models in models -------------------------------------------------------------------------------------------------


def test_an_encoder_and_a_decoder_make_a_model():
    encoder, decoder = Sequential([dense(1), Tanh()], np.float32), Sequential([dense(2)], np.float32)
    before = encoder.parameters.copy()
    model = Sequential([encoder, decoder])
    assert_packed(model)
    assert encoder.dtype == decoder.dtype == model.dtype == np.float64
    np.testing.assert_array_equal(encoder.parameters, before)
    train(model)
    assert not np.any(encoder.parameters[:9] == before[:9])  # the same numbers, learned in their place
    np.testing.assert_array_equal(model.predict(X), decoder.predict(encoder.predict(X)))
    assert encoder.forward(X.astype(np.float32)).dtype == np.float64


def test_a_part_computes_in_the_dtype_of_the_model_that_took_it_over():
    model = Sequential([Sequential([dense(), Residual(dense(1))])], np.float32)
    assert_packed(model)
    assert model.forward(X).dtype == model.layers[0].predict(X).dtype == np.float32
    assert model.backward(Y).dtype == np.float32


def test_a_model_in_a_model_equals_its_layers_in_a_row():
    nested = Sequential([Sequential([dense(1), Tanh()]), Sequential([Sequential([dense(2)])])])
    flat = Sequential([dense(1), Tanh(), dense(2)])
    assert train(nested, optimizer=Adam(0.01)) == train(flat, optimizer=Adam(0.01))
    np.testing.assert_array_equal(nested.parameters, flat.parameters)


def test_a_model_of_its_own_class_copies_pickles_and_is_checked():
    net = Net(3, "a name")
    net.forward(X)
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net)), pickle.loads(pickle.dumps(Sequential([net])))):
        inner = other if isinstance(other, Net) else other.layers[0]
        assert (inner.name, inner.sizes) == ("a name", {"n": 3})
        assert_packed(other)
        np.testing.assert_array_equal(other.predict(X), Net(3, "").predict(X))
    assert check_gradients(Net(3, ""), X[:4]).error < 1e-6
    train(Sequential([Net(3, "")]))


class Net(Sequential):
    def __init__(self, n, name):
        self.name, self.sizes = name, {"n": n}
        self.head = dense(3, n)
        super().__init__([dense(1, n), Residual(dense(2, n)), self.head])


def test_names_layers_of_your_own_class_in_their_order():
    assert list(Net(3, "").parts()) == ["dense_1", "residual_1", "dense_2"]  # the head is no fourth one


# --- what is a copy's own ---------------------------------------------------------------------------------------------


class Caches(Layer):
    """Remembers x in a list, in a dict, or in a list in a dict."""

    def __init__(self, where):
        self.cache = {"list": [], "dict": {}, "nested": {"xs": []}}[where]
        self.where = where
        self.params["w"] = np.full(3, 2.0)

    def forward(self, x):
        if self.where == "dict":
            self.cache["x"] = x
        else:
            (self.cache if self.where == "list" else self.cache["xs"])[:] = [x]
        return self.params["w"] * x

    def backward(self, dout):
        if self.where == "dict":
            x = self.cache["x"]
        else:
            (x,) = self.cache if self.where == "list" else self.cache["xs"]
        self.grads["w"] = (dout * x).sum(axis=0)
        return dout * self.params["w"]


@pytest.mark.parametrize("where", ["list", "dict", "nested"])
@pytest.mark.parametrize("wrap", [lambda layer: layer, Residual, lambda layer: Sequential([layer])])
def test_a_prediction_between_forward_and_backward_leaves_the_caches_alone(where, wrap):
    model = Sequential([wrap(Caches(where)), dense()])
    model.forward(X[:6])
    model.backward(Y[:6])
    expected = model.gradients.copy()
    model.forward(X[:6])
    model.predict(X[6:])
    model.summary((3,))
    model.backward(Y[:6])
    np.testing.assert_array_equal(model.gradients, expected)


@pytest.mark.parametrize("where", ["list", "dict", "nested"])
def test_caches_are_each_workers_own(where, monkeypatch):
    monkeypatch.setattr(workers, "SMALL", 0)
    models = [Sequential([Caches(where), Residual(Caches(where))]) for _ in range(4)]
    for model in models[:3]:
        train(model, n_workers=2, epochs=5)
    train(models[3], epochs=5)
    assert len({model.parameters.tobytes() for model in models[:3]}) == 1
    np.testing.assert_allclose(models[0].parameters, models[3].parameters, rtol=1e-9)


def test_inner_layers_with_workers_give_the_same_bits_every_time(monkeypatch):
    """Dropout inside included: its numbers come from the model's generator, whichever thread is faster."""
    monkeypatch.setattr(workers, "SMALL", 0)
    models = [deep() for _ in range(3)]
    losses = [train(model, n_workers=2, epochs=4) for model in models]
    assert len({model.parameters.tobytes() for model in models}) == 1
    assert losses[0] == losses[1] == losses[2]
    states = [str(model.generators()["residual_1.sequential_1.dropout_1.rng"].bit_generator.state) for model in models]
    assert (
        states[0] == states[1] != str(deep().generators()["residual_1.sequential_1.dropout_1.rng"].bit_generator.state)
    )


def test_an_inner_generator_is_in_the_checkpoint(tmp_path):
    model, other, rng = deep(), deep(), np.random.default_rng(0)
    train(model)
    save_checkpoint(tmp_path / "point.npz", model, SGD(0.1), rng)
    train(model)
    load_checkpoint(tmp_path / "point.npz", other, SGD(0.1), np.random.default_rng(0))
    train(other)
    np.testing.assert_array_equal(other.parameters, model.parameters)


def test_save_and_load_keep_every_part(tmp_path):
    model, other = deep(), deep()
    train(model)
    model.save(tmp_path / "model.npz")
    other.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(other.predict(X), model.predict(X))
    with np.load(tmp_path / "model.npz") as file:
        assert file.files == list(model.named_parameters())


# --- what is refused --------------------------------------------------------------------------------------------------


def scale(values):
    class Scale(Layer):
        def __init__(self):
            self.w = self.params["w"] = values

        def forward(self, x):
            return x * self.w

    return Scale()


def test_refuses_an_attribute_that_is_a_parameter():
    """It would compute with the array of before, which never moves."""
    for layer in (scale(np.ones(3)), Residual(scale(np.ones(3)))):
        with pytest.raises(ValueError, match=r"^Scale\(\): its attribute w is the same array as .*w, .*self\.params"):
            Sequential([layer])


@pytest.mark.parametrize(
    "view", [lambda w: w, lambda w: w.T, lambda w: w[:1], lambda w: w.reshape(-1)], ids=["same", "T", "part", "flat"]
)
def test_a_parameter_of_an_inner_layer_is_not_a_parameter_of_the_outer(view):
    class Outer(Layer):
        def __init__(self):
            self.inner = dense()
            self.params["0.w"] = view(self.inner.params["w"])

    with pytest.raises(
        ValueError, match=r"outer_1\.0\.w and outer_1\.dense_1\.w are one array, .*they are found there"
    ):
        Sequential([Outer()])


@pytest.mark.parametrize("view", [lambda w: w, lambda w: w.T, lambda w: w[:]], ids=["same", "T", "view"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_refuses_tied_weights(view, when):
    a, b = dense(0), dense(1)
    if when == "after":
        Sequential([a, Residual(b)])
        with pytest.raises(
            ValueError, match=r"w cannot be tied to another parameter .*write params\['w'\] = other\.copy\(\)"
        ):
            b.params["w"] = view(a.params["w"])
        b.params["w"] = view(a.params["w"]).copy()  # as the message says
        np.testing.assert_array_equal(b.params["w"], view(a.params["w"]))
        return
    b.params["w"] = view(a.params["w"])
    with pytest.raises(ValueError, match=r"dense_1\.w and residual_1\.dense_1\.w are one array, .*do not tie weights"):
        Sequential([a, Residual(b)])


def test_a_parameter_can_be_changed_in_place():
    layer = dense()
    model = Sequential([layer])
    layer.params["w"] *= 2
    layer.params["w"] = layer.params["w"] + 1
    np.testing.assert_array_equal(model.parameters[:9].reshape(3, 3), dense().params["w"] * 2 + 1)


class TwoOf(Layer):
    def __init__(self, one, other):
        self.one, self.other = one, other


@pytest.mark.parametrize(
    "make",
    [
        lambda layer: Sequential([layer, layer]),
        lambda layer: Residual(layer, ReLU(), layer),
        lambda layer: Sequential([layer, Residual(layer)]),
        lambda layer: Sequential([Residual(layer), Residual(layer)]),
        lambda layer: Sequential([TwoOf(layer, layer)]),
        lambda layer: Sequential([TwoOf([layer], {"a": layer})]),
        lambda layer: Sequential([TwoOf([layer, layer], None)]),
        lambda layer: Sequential([TwoOf(Residual(layer), layer)]),
    ],
)
def test_refuses_one_layer_in_two_places(make):
    """Its second forward would overwrite what the backward of the first needs."""
    with pytest.raises(ValueError, match=r"one layer object is in two places, Dense\(3, 3\); make one for each place"):
        make(dense())


def test_refuses_a_layer_that_holds_itself():
    layer = TwoOf(dense(), None)
    layer.other = layer
    with pytest.raises(ValueError, match="TwoOf holds itself; keep no reference to a layer that this one stands in"):
        Sequential([layer])
    child = TwoOf(None, None)
    parent = TwoOf(child, None)
    child.other = [parent]
    with pytest.raises(ValueError, match="TwoOf holds itself"):
        Sequential([parent])


def test_a_part_of_a_model_cannot_stand_in_another():
    model = deep()
    for part in (model.layers[1], model.layers[1].layers[0], model.layers[1].layers[0].layers[0]):
        for make in (lambda layer: Sequential([layer]), lambda layer: Sequential([Residual(layer)])):
            with pytest.raises(ValueError, match="already belongs to a model"):
                make(part)
    outer = Sequential([model])
    with pytest.raises(ValueError, match="already belongs to a model"):
        Sequential([model])
    assert_packed(outer)


def test_residual_refuses_another_shape():
    with pytest.raises(
        ValueError,
        match=r"^Residual\(Dense\(3, 2\)\): its layers must keep the shape of x, \(12, 3\), they give \(12, 2\)$",
    ):
        Residual(Dense(3, 2, rng=np.random.default_rng(0))).forward(X)


# --- after the model was made ---------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("head", [dense(1), Residual(dense(1)), Sequential([dense(1)])])
def test_refuses_a_part_that_came_after_the_model_was_made(head):
    for use in (train, lambda model: model.predict(X), Sequential.named_arrays):
        with pytest.raises(ValueError, match=r"its part \S+ came after the model was made, so that it would never"):
            use(WithHead(head))


def test_refuses_a_part_that_is_made_in_forward():
    with pytest.raises(ValueError, match=r"its part madeinforward_1\.dense_1 came after the model was made"):
        train(Sequential([MadeInForward(), dense(1)]))


def test_a_part_without_numbers_may_come_later():
    assert np.isfinite(train(WithHead(Tanh()))).all()


def test_refuses_dicts_that_were_replaced():
    class Mean(Layer):
        def __init__(self):
            self.state["mean"] = np.zeros(3)

        def forward(self, x):
            self.state = {"mean": x.mean(axis=0)}
            return x

        def backward(self, dout):
            return dout

    with pytest.raises(ValueError, match=r"^Mean: self\.state was replaced; assign its arrays one by one"):
        train(Sequential([Mean(), dense()]))
    model = Sequential([dense()])
    model.layers[0].params = {"w": np.ones((3, 3)), "b": np.ones(3)}
    with pytest.raises(ValueError, match=r"^Dense: self\.params was replaced; assign its arrays one by one"):
        train(model)


@pytest.mark.parametrize("change", [lambda layers: layers[1:], lambda layers: layers[::-1]])
def test_does_not_compute_with_the_parameters_of_layers_that_stood_there(change):
    model = Sequential([dense(1), dense(2), dense(3)])
    model.layers = change(model.layers)
    with pytest.raises(ValueError, match="its layers were changed after the model was made"):
        model.predict(X)
    new = Sequential(copy.deepcopy(model.layers))
    np.testing.assert_array_equal(new.predict(X), model.forward(X))


# --- what is not found ------------------------------------------------------------------------------------------------


class Holds(ReLU):
    def __init__(self, **attributes):
        vars(self).update(attributes)


class Block:
    def __init__(self):
        self.dense = dense()


@pytest.mark.parametrize("place", [{dense()}, deque([dense()]), Block()])
def test_refuses_a_layer_where_it_is_not_found(place):
    with pytest.raises(ValueError, match=rf"^Holds\(\): a layer in place, a {type(place).__name__}, is not found"):
        Sequential([Residual(Holds(place=place))])


@pytest.mark.parametrize("rng", [random.Random(0), np.random.RandomState(0)])
def test_refuses_a_generator_that_checkpoints_cannot_keep(rng):
    with pytest.raises(TypeError, match=r"^Holds\(\): rng must be a generator such as np\.random\.default_rng\(0\)"):
        Sequential([Holds(rng=rng)])


@pytest.mark.parametrize("name", ["parts", "generators", "vectors"])
def test_refuses_an_attribute_under_a_name_of_the_base_class(name):
    with pytest.raises(TypeError, match=rf"^Holds: {name} is a name of the base class"):
        Sequential([Holds(**{name: np.ones((2, 3))})])


@pytest.mark.parametrize("name", ["params", "grads", "state"])
def test_refuses_what_is_no_dict_in_the_place_of_one(name):
    with pytest.raises(TypeError, match=rf"^Holds: self\.{name} must be a dict of arrays, got \[1\]$"):
        Sequential([Holds(**{name: [1]})])


# --- parts that are not called ----------------------------------------------------------------------------------------


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
        model.backward(np.ones((len(X), 3)))
        assert model.layers[0].inner.grads["w"].any() == called
    copy.deepcopy(model.layers[0]).backward(np.ones((len(X), 3)))  # a copy belongs to no model
