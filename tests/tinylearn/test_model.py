"""Sequential: one vector for all parameters, views into it, and everything that is done with the whole model."""

import copy
import pickle

import numpy as np
import pytest

from tinylearn import SGD, Dense, Flatten, Layer, MeanSquaredError, ReLU, Sequential, Sigmoid, Softmax, fit


def small_model(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return Sequential([Dense(3, 4, rng=rng), ReLU(), Dense(4, 2, rng=rng)], dtype)


# --- one vector --------------------------------------------------------------------------------------------------


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


def test_an_unknown_name_is_refused():
    model = small_model()
    with pytest.raises(ValueError, match=r"Dense\(3, 4\) has no parameter 'weights', only w, b"):
        model.layers[0].params["weights"] = np.ones((3, 4))
    with pytest.raises(ValueError, match=r"Dense\(3, 4\) has no parameter 'weights', only w, b"):
        model.layers[0].grads.update(weights=np.ones((3, 4)))
    with pytest.raises(ValueError, match=r"ReLU\(\) has no parameter 'w', only none"):
        model.layers[1].params["w"] = np.ones(1)


@pytest.mark.parametrize("value", [np.ones(3), np.ones((1, 4)), 1.0])
def test_a_parameter_of_another_shape_is_refused(value):
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
    model.fill_gradients(np.ones((2, 3)))  # nothing to fill
    assert model.backward(np.ones((2, 3))).shape == (2, 1, 3)


# --- forward and backward ----------------------------------------------------------------------------------------


def test_forward_and_backward_equal_the_layers_one_by_one():
    model, x, dout = small_model(), np.random.default_rng(1).normal(size=(5, 3)), np.ones((5, 2))
    first, relu, second = small_model().layers  # the same weights again
    np.testing.assert_array_equal(model.forward(x), second.forward(relu.forward(first.forward(x))))
    np.testing.assert_array_equal(model.backward(dout), first.backward(relu.backward(second.backward(dout))))
    by_hand = [gradient.ravel() for layer in (first, second) for gradient in layer.grads.values()]
    np.testing.assert_array_equal(model.gradients, np.concatenate(by_hand))


def test_fill_gradients_fills_what_backward_fills():
    rng = np.random.default_rng(0)
    model = Sequential([Flatten(), Dense(6, 4, rng=rng), ReLU(), Dense(4, 2, rng=rng), Sigmoid()])
    model.forward(rng.normal(size=(5, 2, 3)))
    dout = rng.normal(size=(5, 2))
    model.backward(dout)
    expected = model.gradients.copy()
    model.gradients[:] = 0
    model.fill_gradients(dout)
    np.testing.assert_array_equal(model.gradients, expected)


@pytest.mark.parametrize(
    "layers", [[Flatten()], [ReLU()], [Dense(3, 3, rng=np.random.default_rng(0)), Sigmoid()]], ids=repr
)
def test_what_is_returned_belongs_to_the_caller(layers):
    """Writing into what came back changes neither the caller's input nor what the model remembers."""
    model = Sequential(copy.deepcopy(layers))
    x, dout = np.random.default_rng(0).normal(size=(4, 3)), np.ones((4, 3))
    x_before = x.copy()
    out, predicted = model.forward(x), model.predict(x)
    dx = model.backward(dout)
    dx_before = dx.copy()
    out[:] = predicted[:] = 99
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(model.backward(dout), dx_before)
    dx[:] = 99
    np.testing.assert_array_equal(dout, np.ones((4, 3)))


def test_no_later_call_overwrites_what_was_returned():
    model, x = small_model(), np.random.default_rng(0).normal(size=(4, 3))
    out, predicted = model.forward(x), model.predict(x)
    dx = model.backward(np.ones((4, 2)))
    copies = out.copy(), predicted.copy(), dx.copy()
    model.predict(x * 2)
    model.forward(x * 3)
    model.backward(np.full((4, 2), 5.0))
    for now, then in zip((out, predicted, dx), copies, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inputs_become_the_models_dtype(dtype):
    model = small_model(dtype=dtype)
    for x in ([[1, 2, 3]], np.array([[1, 2, 3]], np.uint8), np.array([[1, 2, 3]], np.float64)):
        assert model.forward(x).dtype == model.predict(x).dtype == dtype


@pytest.mark.parametrize("x", [[["a", "b", "c"]], [[1j, 0, 0]], np.array([[None, 1, 2]])])
def test_inputs_that_are_no_numbers_are_refused(x):
    with pytest.raises(TypeError, match="x must hold real numbers, got an array of"):
        small_model().forward(x)
    with pytest.raises(TypeError, match="x must hold real numbers, got an array of"):
        small_model().predict(x)


# --- predict -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 8, 1000])
def test_predict_gives_the_same_for_any_batch_size(batch_size):
    model, x = small_model(), np.random.default_rng(0).normal(size=(7, 3))
    np.testing.assert_allclose(model.predict(x, batch_size=batch_size), model.forward(x), rtol=1e-13)


def test_predict_takes_a_batch_of_none():
    assert small_model().predict(np.zeros((0, 3))).shape == (0, 2)


@pytest.mark.parametrize(("batch_size", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError)])
def test_predict_refuses_other_batch_sizes(batch_size, error):
    with pytest.raises(error, match="predict: batch_size must be"):
        small_model().predict(np.ones((1, 3)), batch_size=batch_size)


class Spy(Layer):
    """Passes x on and notes whether it was learning."""

    def __init__(self):
        self.seen = []

    def forward(self, x):
        self.seen.append(self.training)
        if x.max() > 100:
            raise ValueError("too large")
        return x

    def backward(self, dout):
        return dout


def test_predict_switches_training_off_and_back():
    spy = Spy()
    model = Sequential([spy])
    model.set_training(True)
    model.predict(np.ones((1, 1)))
    assert spy.seen == [False]
    assert spy.training


def test_predict_switches_training_back_after_an_error():
    spy = Spy()
    model = Sequential([spy])
    model.set_training(True)
    with pytest.raises(ValueError, match="too large"):
        model.predict(np.full((1, 1), 1000.0))
    assert spy.training


# --- layers that do not fit ----------------------------------------------------------------------------------------


def test_two_layers_that_do_not_fit_are_both_named():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(3, 4, rng=rng), ReLU(), Dense(5, 2, rng=rng)])
    with pytest.raises(
        ValueError, match=r"layers 2 and 3 do not fit: ReLU\(\) gives \(6, 4\), but Dense\(5, 2\) expects"
    ):
        model.forward(np.ones((6, 3)))


def test_a_missing_flatten_is_suggested():
    class Keep(Layer):
        def forward(self, x):
            return x

    model = Sequential([Keep(), Dense(12, 2, rng=np.random.default_rng(0))])
    with pytest.raises(
        ValueError, match=r"layers 1 and 2 do not fit: Keep\(\) gives \(1, 2, 2, 3\).*put Flatten\(\) before"
    ):
        model.forward(np.ones((1, 2, 2, 3)))


def test_an_input_that_does_not_fit_is_told_from_layers_that_do_not():
    with pytest.raises(ValueError, match=r"Dense\(3, 4\), the first layer, does not fit the input: .* got \(6, 5\)"):
        small_model().forward(np.ones((6, 5)))


def test_layers_that_do_not_fit_are_found_before_the_first_update():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(3, 4, rng=rng), Dense(5, 2, rng=rng)])
    before = model.parameters.copy()
    with pytest.raises(ValueError, match=r"layers 1 and 2 do not fit: Dense\(3, 4\) gives .*, but Dense\(5, 2\)"):
        fit(model, np.ones((4, 3)), np.ones((4, 2)), loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=1)
    np.testing.assert_array_equal(model.parameters, before)


# --- making one --------------------------------------------------------------------------------------------------


def test_a_layer_object_cannot_stand_in_two_places():
    layer = Dense(2, 2, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="one layer object stands in two places; make a layer for each place"):
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
    """The first layer is free, the second belongs to somebody: after the error the first is still free."""
    free, taken = (Dense(2, 2, rng=np.random.default_rng(0)) for _ in range(2))
    Sequential([taken])
    with pytest.raises(ValueError, match="already belongs to a model"):
        Sequential([free, taken])
    Sequential([free])


@pytest.mark.parametrize(
    ("layers", "dtype", "error", "message"),
    [
        ([], np.float64, ValueError, "expected at least one layer, got none"),
        ([ReLU], np.float64, TypeError, "expected layers, got <class .*ReLU"),
        (
            [np.tanh],
            np.float64,
            TypeError,
            "expected layers, got <ufunc 'tanh'>; a layer of your own inherits from Layer",
        ),
        ([ReLU()], np.int64, TypeError, "dtype must be a floating-point type such as np.float64, got int64"),
    ],
)
def test_what_is_no_model_is_refused(layers, dtype, error, message):
    with pytest.raises(error, match=message):
        Sequential(layers, dtype)


def test_repr_shows_the_layers():
    assert repr(small_model()) == "Sequential([Dense(3, 4), ReLU(), Dense(4, 2)])"
    assert repr(small_model(dtype=np.float32)) == "Sequential([Dense(3, 4), ReLU(), Dense(4, 2)], dtype=np.float32)"


# --- copies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_deep_copy_is_equal_packed_and_independent(dtype):
    model = small_model(dtype=dtype)
    before = model.parameters.copy()
    twin = copy.deepcopy(model)
    np.testing.assert_array_equal(twin.parameters, before)
    assert twin.parameters.dtype == dtype
    twin.parameters[:] = 1
    np.testing.assert_array_equal(twin.layers[0].params["w"], np.ones((3, 4)))  # packed: the views see it
    np.testing.assert_array_equal(model.parameters, before)  # independent
    assert not np.shares_memory(twin.gradients, model.gradients)


# --- summary and output shapes -----------------------------------------------------------------------------------


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


def test_shapes_that_do_not_fit_are_found_by_summary():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="layers 1 and 2 do not fit"):
        Sequential([Dense(3, 4, rng=rng), Dense(5, 2, rng=rng)]).summary()


# --- save and load -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["model.npz", "no suffix", "Gewichte für Straßen 雪.npz", "a.b.c"])
def test_save_and_load_give_the_same_bits(tmp_path, dtype, name):
    model, other = small_model(0, dtype), small_model(1, dtype)
    model.parameters[:3] = [np.nan, -0.0, 5e-324]  # numbers that a text file would lose
    folder = tmp_path / "some folder"
    folder.mkdir()
    model.save(folder / name)
    other.load(str(folder / name))
    assert other.parameters.tobytes() == model.parameters.tobytes()
    assert [path.name for path in folder.iterdir()] == [name]  # exactly that name, and nothing beside it


def test_saving_again_replaces_the_file(tmp_path):
    model = small_model()
    model.save(tmp_path / "model.npz")
    model.parameters += 1
    model.save(tmp_path / "model.npz")
    other = small_model(1)
    other.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(other.parameters, model.parameters)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_file_can_be_read_without_tinylearn(tmp_path):
    model = small_model()
    model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        assert file.files == list(model.named_parameters())
        np.testing.assert_array_equal(file["dense_2.b"], model.named_parameters()["dense_2.b"])


def refused(model, path, message):
    before = model.parameters.copy()
    with pytest.raises(ValueError, match=message) as error:
        model.load(path)
    assert path.name in str(error.value)
    np.testing.assert_array_equal(model.parameters, before)


def test_a_file_of_another_model_is_refused_with_the_first_name_that_differs(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "model.npz"
    model = small_model()
    Sequential([Dense(3, 4, rng=rng), Dense(4, 5, rng=rng)]).save(path)
    refused(model, path, r"dense_2.w is float64 \(4, 2\) in the model, float64 \(4, 5\) there")
    Sequential([Dense(3, 4, rng=rng)]).save(path)
    refused(model, path, r"dense_2.w is float64 \(4, 2\) in the model, no such parameter there")
    Sequential([Dense(3, 4, rng=rng), Dense(4, 2, rng=rng), Dense(2, 1, rng=rng)]).save(path)
    refused(model, path, r"dense_3.w is no such parameter in the model, float64 \(2, 1\) there")
    small_model(dtype=np.float32).save(path)
    refused(model, path, r"dense_1.w is float64 \(3, 4\) in the model, float32 \(3, 4\) there")


def test_a_file_that_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.npz"
    small_model().save(path)
    whole = path.read_bytes()
    for content in (b"", b"hello", whole[: len(whole) // 2], whole[:-1], whole[100:]):
        path.write_bytes(content)
        refused(small_model(1), path, "is not a file that Sequential.save wrote")


def test_a_file_with_a_flipped_bit_is_refused(tmp_path):
    path = tmp_path / "model.npz"
    small_model().save(path)
    content = bytearray(path.read_bytes())
    content[200] ^= 1  # among the numbers of dense_1.w
    path.write_bytes(content)
    refused(small_model(1), path, "is not a file that Sequential.save wrote")


def test_a_plain_npy_file_is_refused(tmp_path):
    np.save(tmp_path / "model.npy", np.ones(26))
    refused(small_model(), tmp_path / "model.npy", "is not a file that Sequential.save wrote")


def test_a_pickle_is_refused(tmp_path):
    objects = np.array([{"not": "numbers"}], dtype=object)
    np.savez(tmp_path / "model.npz", **{"dense_1.w": objects})
    refused(small_model(), tmp_path / "model.npz", "is not a file that Sequential.save wrote")


def test_a_missing_file_and_a_missing_folder_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.npz"):
        small_model().load(tmp_path / "missing.npz")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        small_model().save(tmp_path / "nowhere" / "model.npz")


def test_a_pickled_model_still_learns():
    model = pickle.loads(pickle.dumps(small_model()))
    np.testing.assert_array_equal(model.parameters, small_model().parameters)
    x = np.ones((2, 3))
    before = model.predict(x)
    model.parameters += 1
    assert not np.allclose(model.predict(x), before)


def test_predict_leaves_what_backward_needs():
    """Between forward and backward somebody may look at other data."""
    model, rng = small_model(), np.random.default_rng(0)
    x, other = rng.normal(size=(2, 4, 3))
    dout = rng.normal(size=model.forward(x).shape)
    model.backward(dout)
    expected = model.gradients.copy()
    model.forward(x)
    model.predict(other)
    model.backward(dout)
    np.testing.assert_array_equal(model.gradients, expected)
