"""The promises of every layer, row by row of the table, and for one of your own."""

import copy

import numpy as np
import pytest

import tinylearn
from tests.tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn import (
    SGD,
    Adam,
    Layer,
    ReLU,
    RMSprop,
    Sequential,
    check_gradients,
)

every_layer = pytest.mark.parametrize("name", LAYERS)


def test_the_table_has_a_row_for_every_layer():
    in_table = {type(row.make(np.random.default_rng(0))).__name__ for row in LAYERS.values()}
    exported = {name for name, value in vars(tinylearn.layers).items() if isinstance(value, type)}
    assert in_table == exported - {"Layer"}


@every_layer
@pytest.mark.parametrize("training", [False, True])
def test_gradients_are_right(name, training):
    rng = np.random.default_rng(0)
    layer = make_layer(name, rng)
    layer.set_training(training)
    assert check_gradients(layer, make_input(name, rng), rng=rng).error < 1e-6


@every_layer
def test_what_was_returned_is_never_overwritten(name):
    rng = np.random.default_rng(1)
    layer, x = make_layer(name, rng), make_input(name, rng)
    out = layer.forward(x)
    dout = rng.normal(size=out.shape)
    dx = layer.backward(dout)
    out_then, dx_then = out.copy(), dx.copy()

    second_out = layer.forward(x[::-1] * 0.5)
    second_dx = layer.backward(dout[::-1] * 3)

    np.testing.assert_array_equal(out, out_then)
    np.testing.assert_array_equal(dx, dx_then)
    assert not np.shares_memory(out, second_out)
    assert not np.shares_memory(dx, second_dx)


@every_layer
def test_the_input_and_dout_are_only_read(name):
    rng = np.random.default_rng(2)
    layer, x = make_layer(name, rng), make_input(name, rng)
    x.flags.writeable = False  # NumPy raises an error if anybody writes
    dout = rng.normal(size=layer.forward(x).shape)
    dout.flags.writeable = False
    assert layer.backward(dout).shape == x.shape


@every_layer
def test_gradients_have_the_names_order_and_shapes_of_the_parameters(name):
    rng = np.random.default_rng(3)
    layer, x = make_layer(name, rng), make_input(name, rng)
    layer.backward(np.ones_like(layer.forward(x)))
    gradients = layer.named_gradients()
    assert list(gradients) == list(layer.named_parameters())
    for key, value in layer.named_parameters().items():
        assert gradients[key].shape == value.shape


@every_layer
@pytest.mark.parametrize("make_optimizer", [SGD, lambda lr: SGD(lr, momentum=np.float64(0.9)), RMSprop, Adam])
def test_float32_stays_float32(name, make_optimizer):
    rng = np.random.default_rng(4)
    model = Sequential([make_layer(name, rng)], dtype=np.float32)
    x = make_input(name, rng)
    out = model.forward(x)
    dx = model.backward(np.ones_like(out))
    make_optimizer(np.float64(0.1)).step(model.parameters, model.gradients)
    assert out.dtype == dx.dtype == np.float32
    assert model.parameters.dtype == model.gradients.dtype == np.float32
    for values in (model.named_parameters(), model.named_gradients(), model.named_state()):
        assert all(value.dtype == np.float32 for value in values.values())
    assert model.forward(x).dtype == np.float32  # after the step, too
    assert model.predict(x.astype(np.float64)).dtype == np.float32


@every_layer
def test_nothing_forces_a_dtype(name):
    """The layer alone, outside a model: float32 in, float32 out, if its parameters are float32."""
    rng = np.random.default_rng(5)
    layer, x = make_layer(name, rng), make_input(name, rng).astype(np.float32)
    for _, part in layer.walk():
        part.params = {key: value.astype(np.float32) for key, value in part.params.items()}
    out = layer.forward(x)
    assert out.dtype == np.float32
    assert layer.backward(np.ones_like(out)).dtype == np.float32


@every_layer
def test_a_batch_gives_what_its_rows_give_one_by_one(name):
    rng = np.random.default_rng(6)
    layer, x = make_layer(name, rng), make_input(name, rng)
    one_by_one = [layer.forward(x[i : i + 1]) for i in range(len(x))]
    np.testing.assert_allclose(layer.forward(x), np.concatenate(one_by_one), rtol=1e-12, atol=1e-15)


@every_layer
def test_an_empty_batch_passes_through(name):
    rng = np.random.default_rng(7)
    layer, x = make_layer(name, rng), make_input(name, rng)
    out = layer.forward(x[:0])
    assert out.shape == (0, *layer.forward(x).shape[1:])


@every_layer
def test_backward_before_forward_says_so(name):
    layer = make_layer(name, np.random.default_rng(8))
    with pytest.raises(ValueError, match="backward was called before forward"):
        layer.backward(np.ones(LAYERS[name].shape))


@every_layer
def test_refuses_a_dout_of_another_shape(name):
    rng = np.random.default_rng(9)
    layer, x = make_layer(name, rng), make_input(name, rng)
    out = layer.forward(x)
    with pytest.raises(ValueError, match="expects dout in the shape that forward returned") as error:
        layer.backward(np.ones((len(out) + 1, *out.shape[1:])))
    assert repr(layer) in str(error.value)
    assert str(out.shape) in str(error.value)


@every_layer
def test_repr_is_the_call_that_rebuilds_the_layer(name):
    layer = make_layer(name, np.random.default_rng(10))
    assert repr(layer).startswith(type(layer).__name__ + "(")
    assert repr(layer).endswith(")")


@every_layer
def test_a_deep_copy_is_independent(name):
    rng = np.random.default_rng(11)
    layer, x = make_layer(name, rng), make_input(name, rng)
    before = layer.forward(x)
    twin = copy.deepcopy(layer)
    for parameter in [*twin.named_parameters().values(), *twin.named_state().values()]:
        parameter += 1
    np.testing.assert_array_equal(layer.forward(x), before)


def test_a_layer_without_forward_and_backward_says_what_it_needs():
    class Nothing(Layer):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing\(\) has no forward method"):
        Nothing().forward(np.ones((1, 1)))

    class OnlyForward(Layer):
        def forward(self, x):
            return x

    layer = OnlyForward()
    with pytest.raises(NotImplementedError, match=r"OnlyForward\(\) has no backward method"):
        layer.backward(layer.forward(np.ones((1, 1))))


def test_no_two_layers_share_their_dicts():
    first, second = ReLU(), ReLU()
    first.params["w"] = np.ones(1)
    assert second.params == {}
