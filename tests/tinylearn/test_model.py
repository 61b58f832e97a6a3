"""Sequential: one vector for all parameters, passes through its layers, files, copies, and how it is shown."""

import copy
import re
from pathlib import Path

import numpy as np
import pytest

import tinylearn as tl
from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import SGD, Conv2D, Dense, Dropout, Flatten, Layer, MaxPool2D, ReLU, Sequential, Sigmoid, Softmax, fit


def dense(n_in, n_out):
    return Dense(n_in, n_out, rng=np.random.default_rng(0))


def small_model(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return Sequential([Dense(3, 4, rng=rng), ReLU(), Dense(4, 2, rng=rng)], dtype)


def small_net(seed=0, dtype=np.float64):
    """Convolutions, pooling and dropout."""
    rng = np.random.default_rng(seed)
    layers = [Conv2D(2, 3, 3, padding="same", rng=rng), ReLU(), MaxPool2D(2), Conv2D(3, 4, (1, 2), rng=rng), ReLU()]
    return Sequential([*layers, Flatten(), Dropout(0.4, rng=rng), Dense(12, 3, rng=rng)], dtype)


def test_all_parameters_live_in_one_vector_under_their_names():
    model = small_net()
    names = [f"{layer}.{key}" for layer in ("conv2d_1", "conv2d_2", "dense_1") for key in "wb"]
    assert list(model.named_parameters()) == list(model.named_gradients()) == names
    assert " ".join(model.layer_names) == "conv2d_1 relu_1 maxpool2d_1 conv2d_2 relu_2 flatten_1 dropout_1 dense_1"
    in_order = [view.ravel() for view in model.named_parameters().values()]
    np.testing.assert_array_equal(model.parameters, np.concatenate(in_order))
    first = Conv2D(2, 3, 3, padding="same", rng=np.random.default_rng(0))
    np.testing.assert_array_equal(model.layers[0].params["w"], first.params["w"])  # the initial values stay


def test_what_is_written_into_the_vector_or_a_layer_shows_in_the_other():
    model = small_model()
    vector, params, w = model.parameters, model.layers[0].params, model.layers[0].params["w"]
    model.parameters = np.arange(26.0)
    model.parameters -= 1
    assert (model.parameters is vector, w[0, 1]) == (True, 0)
    w[0, 0] = 42
    params["b"] = np.array([1.0, 2.0, 3.0, 4.0])  # an assignment: copied into the view
    model.layers[0].grads["b"] = np.array([5.0, 6.0, 7.0, 8.0])
    model.named_parameters()["dense_2.b"][:] = 7
    np.testing.assert_array_equal(vector[[0, *range(12, 16), 24, 25]], [42, 1, 2, 3, 4, 7, 7])
    np.testing.assert_array_equal(model.gradients[12:16], [5, 6, 7, 8])
    params.update({"b": np.ones(4)}, w=np.full((3, 4), 2.0))  # a dict's would put new arrays there
    np.testing.assert_array_equal(vector[:16], [2] * 12 + [1] * 4)
    params |= {"b": np.full(4, 3.0)}
    params["b"] *= 2
    np.testing.assert_array_equal(vector[12:16], [6] * 4)


@pytest.mark.parametrize("layers", [[Flatten()], [ReLU()], [dense(3, 3), Sigmoid()]], ids=repr)
def test_what_is_returned_belongs_to_the_caller(layers):
    """Writing into it changes neither the caller's arrays nor what the model remembers; no later call changes it."""
    model = Sequential(copy.deepcopy(layers))
    x, dout = np.random.default_rng(0).normal(size=(4, 3)), np.ones((4, 3))
    x.flags.writeable = dout.flags.writeable = False
    out, predicted = model.forward(x), model.predict(x)
    dx = model.backward(dout)
    then = out.copy(), predicted.copy(), dx.copy()
    model.predict(x * 2)
    model.forward(x * 3)
    model.backward(dout * 5)
    np.testing.assert_array_equal((out, predicted, dx), then)
    model.forward(x)
    out[:] = predicted[:] = dx[:] = 99
    np.testing.assert_array_equal(model.backward(dout), then[2])


@pytest.mark.parametrize(("make", "shape"), [(small_model, (5, 3)), (small_net, (5, 6, 4, 2))])
def test_predicts_the_same_for_any_batch_size_and_leaves_what_backward_needs(make, shape):
    """Masks, windows and strips included: backward gives what it would have given without the prediction."""
    x, model = np.random.default_rng(1).normal(size=shape), make()
    whole = model.forward(x)
    for batch_size in (1, 2, 3, 5, 6, 1000):
        np.testing.assert_allclose(model.predict(x, batch_size=batch_size), whole, rtol=1e-12)
    assert model.predict(x[:0]).shape == (0, *whole.shape[1:])
    model.set_training(True)
    dout = np.random.default_rng(3).normal(size=model.forward(x).shape)
    dx = model.backward(dout)
    gradients, drawn = model.gradients.copy(), repr([rng.bit_generator.state for rng in model.generators().values()])
    model.predict(np.concatenate([x, x[:4]]) * 3, batch_size=5)  # batches of 5, as remembered, and of 4
    model.summary(x.shape[1:])
    np.testing.assert_array_equal(model.backward(dout), dx)
    np.testing.assert_array_equal(model.gradients, gradients)
    assert repr([rng.bit_generator.state for rng in model.generators().values()]) == drawn


class Spy(Layer):
    """Passes x on and notes whether it was learning."""

    def __init__(self):
        self.seen = []
        self.note = self.seen.append  # a copy of the layer notes it in the same list

    def forward(self, x):
        self.note(self.training)
        if x.max() > 100:
            x *= 2
        return x


def test_predict_switches_training_off_and_back_also_after_an_error():
    spy = Spy()
    model = Sequential([spy])
    model.set_training(True)
    model.predict(np.ones((1, 1)))
    words = r"^Spy\(\): output array is read-only; .* may only be read: work on a copy$"
    with pytest.raises(ValueError, match=words):
        model.predict(np.full((1, 1), 1000.0))
    assert (spy.seen, spy.training) == ([False, False], True)


def taken():
    """A refused model does not take its layers: the first one is still free."""
    free, layer = dense(2, 2), dense(2, 2)
    Sequential([layer])
    with pytest.raises(ValueError, match="already belongs to a model"):
        Sequential([free, layer])
    Sequential([free, copy.deepcopy(layer)])  # as the message says
    Sequential([layer])


def untrained(*layers):
    """Two layers that do not fit are found before the first update."""
    model = Sequential(layers)
    before = model.parameters.copy()
    try:
        fit(model, np.ones((4, 3)), np.ones((4, 2)), loss=tl.MeanSquaredError(), optimizer=SGD(0.1), epochs=1)
    finally:
        np.testing.assert_array_equal(model.parameters, before)


@refusals(
    (lambda: small_model().layers[0].params.update(v=1.0), ValueError, r"Dense\(3, 4\) has no 'v', only w, b"),
    (lambda: small_model().layers[1].params.update(w=np.ones(1)), ValueError, r"ReLU\(\) has no 'w'; a layer makes"),
    (lambda: small_model().layers[0].params.update(b=np.ones(3)), ValueError, r"b has shape \(4,\)"),
    (lambda: setattr(small_model(), "parameters", np.ones(25)), ValueError, r"shape \(26,\), got"),
    (taken, ValueError, r"Dense\(2, 2\) already belongs to a model; make a new layer, or copy.deepcopy"),
    (lambda: Sequential(ReLU(), ReLU()), TypeError, r"expected a list of layers, got ReLU\(\); write Sequential\(\["),
    (lambda: Sequential([]), ValueError, "expected at least one layer, got none"),
    (lambda: Sequential([ReLU]), TypeError, r"expected layers such as ReLU\(\), got the class ReLU; write ReLU\(…\)$"),
    (lambda: Sequential([np.tanh]), TypeError, "got <ufunc 'tanh'>; a layer of your own inherits from Layer$"),
    (lambda: small_model().summary((4,)), ValueError, r"^output_shapes: input_shape \(4,\) .*first"),
    (lambda: small_model().backward(np.ones((4, 2))), ValueError, r"^Sequential\(.*before forward"),
    (lambda: Sequential([dense(300, 2)]).predict(np.ones(300)), ValueError,  # it does not cut the row
     r"expects x of shape \(N, …, 300\), got \(300,\); for a single row, write x\[None\]"),
    (lambda: small_model().forward(np.ones((6, 5))), ValueError, r"the first layer, .* got \(6, 5\)"),
    (lambda: Sequential([dense(3, 4), ReLU(), dense(5, 2)]).forward(np.ones((6, 3))), ValueError,
     r"^layers 2 and 3 do not fit: ReLU\(\) gives \(6, 4\), but Dense\(5, 2\) expects"),
    (lambda: untrained(dense(3, 4), dense(5, 2)), ValueError, r"layers 1 and 2 do not fit: Dense\(3, 4\) gives .*, b"),
    (lambda: Sequential([Spy(), dense(12, 2)]).forward(np.ones((1, 2, 2, 3))), ValueError,
     r"^layers 1 and 2 do not fit: Spy\(\) gives \(1, 2, 2, 3\).*put Flatten\(\) before"),
)  # fmt: skip
def test_refuses(call, kind, words):
    assert_refused(call, kind, words)


def test_shows_its_layers_and_their_shapes_also_without_parameters():
    model = Sequential([Flatten(), dense(192, 1000), Softmax()])
    assert model.summary((8, 8, 3)).splitlines() == [
        "layer             name       output shape  parameters",
        "Flatten()         flatten_1  (N, 192)               0",
        "Dense(192, 1000)  dense_1    (N, 1000)        193,000",
        "Softmax()         softmax_1  (N, 1000)              0",
        "total                                         193,000",
    ]
    assert repr(small_model()) == "Sequential([Dense(3, 4), ReLU(), Dense(4, 2)])"
    assert repr(small_model(dtype=np.float32)).endswith(", Dense(4, 2)], dtype=np.float32)")
    model = Sequential([ReLU(), Flatten(), dense(12, 5)])
    assert model.output_shapes((2, 2, 3)) == [(2, 2, 3), (12,), (5,)]
    assert model.output_shapes() == [None, None, None]  # the first layer does not tell
    assert small_model().output_shapes() == [(4,), (4,), (2,)]  # here it does
    assert "?" in model.summary()
    empty = Sequential([Flatten(), Sigmoid()])  # a model without parameters
    np.testing.assert_array_equal(empty.forward(np.zeros((2, 1, 3))), np.full((2, 3), 0.5))
    assert (empty.parameters.shape, empty.backward(np.ones((2, 3))).shape) == ((0,), (2, 1, 3))


@pytest.mark.parametrize(("name", "dtype"), [("no suffix", np.float32), ("Gewichte für Straßen 雪.npz", np.float64)])
def test_save_and_load_give_the_same_bits(tmp_path, dtype, name):
    model, other, path = small_net(0, dtype), small_net(1, dtype), tmp_path / "some folder" / name
    path.parent.mkdir()
    small_net(2, dtype).save(path)  # which is replaced
    model.parameters[:3] = [np.nan, -0.0, 5e-324]  # numbers that a text file would lose
    model.save(path)
    other.load(str(path))
    assert other.parameters.tobytes() == model.parameters.tobytes()
    assert [each.name for each in path.parent.iterdir()] == [name]  # exactly that name, and nothing beside it
    with np.load(path, allow_pickle=False) as file:
        assert file.files == list(model.named_parameters())
        np.testing.assert_array_equal(file["conv2d_2.w"], model.layers[3].params["w"])


def test_refuses_a_file_that_does_not_fit(tmp_path):
    path, model = tmp_path / "model.npz", small_model()

    def check(words):
        before = model.parameters.copy()
        with pytest.raises(ValueError, match=f"model.npz.* {words}"):
            model.load(path)
        np.testing.assert_array_equal(model.parameters, before)

    for differs, other in {
        r"2.w is float64 \(4, 2\) in the model, float64 \(4, 5\) there": Sequential([dense(3, 4), dense(4, 5)]),
        r"2.w is float64 \(4, 2\) in the model, no such parameter there": Sequential([dense(3, 4)]),
        r"3.w is no such parameter in the model, .* there": Sequential([dense(3, 4), dense(4, 2), dense(2, 1)]),
        r"1.w is float64 \(3, 4\) in the model, float32 \(3, 4\) there": small_model(dtype=np.float32),
    }.items():
        other.save(path)
        check(f"does not fit this model: dense_{differs}")
    small_model(1).save(path)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[200] ^= 1  # among the numbers of dense_1.w
    for content in (b"", b"hello", whole[:-1], whole[100:], flipped):
        path.write_bytes(content)
        no_npz = ": it is no .npz file, or only a" if content in (b"", b"hello", whole[:-1]) else ""
        check(f"is not a file that Sequential.save wrote{no_npz}")
    np.savez(path, **{"dense_1.w": np.array([{"not": "numbers"}], dtype=object)})
    check("is not a file that Sequential.save wrote")
    with pytest.raises(FileNotFoundError, match=r"^load: there is no file .*missing\.npz$"):
        model.load(tmp_path / "missing.npz")
    with pytest.raises(FileNotFoundError, match=f"^load: .* {re.escape(str(Path('missing.npz').absolute()))}$"):
        model.load("missing.npz")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        model.save(tmp_path / "nowhere" / "model.npz")
