"""Sequential: one vector for all parameters, views of it, and how to make and show a model."""

import copy

import numpy as np
import pytest

from tests.tinylearn.model_helpers import small_model
from tinylearn import Dense, Flatten, Layer, ReLU, Sequential, Sigmoid, Softmax

# --- one vector ---------------------------------------------------------------------------------------------------


def test_all_parameters_live_in_one_vector():
    model = small_model()
    assert model.parameters.shape == model.gradients.shape == (3 * 4 + 4 + 4 * 2 + 2,)
    assert model.parameters.flags.c_contiguous
    in_order = [view.ravel() for view in model.named_parameters().values()]
    np.testing.assert_array_equal(model.parameters, np.concatenate(in_order))


def test_parameters_have_names_in_order():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(3, 4, rng=rng), ReLU(), Dense(4, 2, rng=rng), ReLU(), Softmax()])
    assert list(model.named_parameters()) == ["dense_1.w", "dense_1.b", "dense_2.w", "dense_2.b"]
    assert list(model.named_gradients()) == list(model.named_parameters())
    assert model.layer_names == ["dense_1", "relu_1", "dense_2", "relu_2", "softmax_1"]


def test_packing_keeps_the_initial_values():
    layer = Dense(3, 4, rng=np.random.default_rng(0))
    w = layer.params["w"].copy()
    model = Sequential([layer])
    np.testing.assert_array_equal(model.named_parameters()["dense_1.w"], w)


def test_writing_into_the_vector_shows_in_the_layer():
    model = small_model()
    model.parameters[0] = 42
    assert model.layers[0].params["w"][0, 0] == 42


def test_writing_into_the_layer_shows_in_the_vector():
    model = small_model()
    model.layers[0].params["w"][0, 0] = 42  # into the view
    assert model.parameters[0] == 42
    model.layers[0].params["b"] = np.array([1.0, 2.0, 3.0, 4.0])  # an assignment: copied into the view
    np.testing.assert_array_equal(model.parameters[12:16], [1, 2, 3, 4])
    model.layers[0].grads["b"] = np.array([5.0, 6.0, 7.0, 8.0])
    np.testing.assert_array_equal(model.gradients[12:16], [5, 6, 7, 8])
    model.named_parameters()["dense_2.b"][:] = 7
    np.testing.assert_array_equal(model.parameters[-2:], [7, 7])


def test_update_of_a_layers_parameters_keeps_the_views():
    """dict.update would put new arrays in the place of the views, and the vector would no longer hear of them."""
    model = small_model()
    model.layers[0].params.update({"b": np.ones(4)}, w=np.full((3, 4), 2.0))
    np.testing.assert_array_equal(model.parameters[:16], [2] * 12 + [1] * 4)


def test_other_ways_to_change_a_dict_cannot_lose_the_views():
    model = small_model()
    params = model.layers[0].params
    params |= {"b": np.ones(4)}
    np.testing.assert_array_equal(model.parameters[12:16], [1, 1, 1, 1])


def test_refuses_an_unknown_name():
    model = small_model()
    with pytest.raises(ValueError, match=r"Dense\(3, 4\) has no parameter 'weights', only w, b"):
        model.layers[0].params["weights"] = np.ones((3, 4))
    with pytest.raises(ValueError, match=r"Dense\(3, 4\) has no parameter 'weights', only w, b"):
        model.layers[0].grads.update(weights=np.ones((3, 4)))
    with pytest.raises(ValueError, match=r"ReLU\(\) has no parameter 'w', only none"):
        model.layers[1].params["w"] = np.ones(1)


@pytest.mark.parametrize("value", [np.ones(3), np.ones((1, 4)), 1.0])
def test_refuses_a_parameter_of_another_shape(value):
    model = small_model()
    with pytest.raises(ValueError, match=r"Dense\(3, 4\): b has shape \(4,\), got"):
        model.layers[0].params["b"] = value


def test_assigning_the_vector_writes_into_it():
    model = small_model()
    vector, w = model.parameters, model.layers[0].params["w"]
    model.parameters = np.arange(26.0)
    model.parameters -= 1
    assert model.parameters is vector
    assert w[0, 0] == -1
    with pytest.raises(ValueError, match=r"parameters: expected shape \(26,\), got \(25,\)"):
        model.parameters = np.ones(25)


def test_a_model_without_parameters_works():
    model = Sequential([Flatten(), Sigmoid()])
    assert model.parameters.shape == (0,)
    np.testing.assert_array_equal(model.forward(np.zeros((2, 1, 3))), np.full((2, 3), 0.5))
    assert model.backward(np.ones((2, 3))).shape == (2, 1, 3)


# --- making one ---------------------------------------------------------------------------------------------------


def test_a_layer_object_cannot_stand_in_two_places():
    layer = Dense(2, 2, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"one layer object is in two places, Dense\(2, 2\); make one for each"):
        Sequential([layer, layer])


def test_a_layer_cannot_belong_to_two_models():
    layer = Dense(2, 2, rng=np.random.default_rng(0))
    Sequential([layer])
    with pytest.raises(
        ValueError, match=r"Dense\(2, 2\) already belongs to a model; make a new layer, or copy.deepcopy"
    ):
        Sequential([layer])
    Sequential([copy.deepcopy(layer)])  # as the message says


def test_a_refused_model_does_not_take_its_layers():
    """The first layer is free, the second belongs to a model. After the error the first is still free."""
    free, taken = (Dense(2, 2, rng=np.random.default_rng(0)) for _ in range(2))
    Sequential([taken])
    with pytest.raises(ValueError, match="already belongs to a model"):
        Sequential([free, taken])
    Sequential([free])


@pytest.mark.parametrize(
    ("layers", "dtype", "error", "message"),
    [
        ([], np.float64, ValueError, "expected at least one layer, got none"),
        ([ReLU], np.float64, TypeError, r"expected layers such as ReLU\(\), got the class ReLU; write ReLU\(…\)$"),
        (
            [np.tanh],
            np.float64,
            TypeError,
            r"expected layers such as ReLU\(\), got <ufunc 'tanh'>; a layer of your own inherits from Layer",
        ),
        ([ReLU()], np.float16, TypeError, "dtype must be np.float32 or np.float64, got float16"),
        ([ReLU()], np.int64, TypeError, "dtype must be np.float32 or np.float64, got int64"),
    ],
)
def test_what_is_no_model_is_refused(layers, dtype, error, message):
    with pytest.raises(error, match=message):
        Sequential(layers, dtype)


def test_repr_shows_the_layers():
    assert repr(small_model()) == "Sequential([Dense(3, 4), ReLU(), Dense(4, 2)])"
    assert repr(small_model(dtype=np.float32)) == "Sequential([Dense(3, 4), ReLU(), Dense(4, 2)], dtype=np.float32)"


# --- summary and output shapes ------------------------------------------------------------------------------------


def test_summary_is_a_table():
    rng = np.random.default_rng(0)
    model = Sequential([Flatten(), Dense(3072, 1000, rng=rng), Softmax()])
    assert model.summary((32, 32, 3)).splitlines() == [
        "layer              name       output shape  parameters",
        "Flatten()          flatten_1  (N, 3072)              0",
        "Dense(3072, 1000)  dense_1    (N, 1000)      3,073,000",
        "Softmax()          softmax_1  (N, 1000)              0",
        "total                                        3,073,000",
    ]


def test_output_shapes_draw_no_random_numbers():
    class Noise(Layer):
        def __init__(self):
            self.rng = np.random.default_rng(0)

        def forward(self, x):
            return x + self.rng.normal(size=x.shape)

    model = Sequential([Noise()])
    assert model.output_shapes((3,)) == [(3,)]
    assert model.layers[0].rng.random() == np.random.default_rng(0).random()


def test_output_shapes_are_those_of_forward():
    rng = np.random.default_rng(0)
    model = Sequential([ReLU(), Flatten(), Dense(12, 5, rng=rng)])
    assert model.output_shapes((2, 2, 3)) == [(2, 2, 3), (12,), (5,)]
    assert model.output_shapes() == [None, None, None]  # the first layer does not tell
    assert small_model().output_shapes() == [(4,), (4,), (2,)]  # here it does
    assert "?" in model.summary()


def test_asking_for_shapes_leaves_the_last_forward_alone():
    model, x, dout = small_model(), np.random.default_rng(0).normal(size=(5, 3)), np.ones((5, 2))
    model.forward(x)
    expected = model.backward(dout)
    model.summary()
    np.testing.assert_array_equal(model.backward(dout), expected)


def test_finds_shapes_that_do_not_fit_by_summary():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="layers 1 and 2 do not fit"):
        Sequential([Dense(3, 4, rng=rng), Dense(5, 2, rng=rng)]).summary()
