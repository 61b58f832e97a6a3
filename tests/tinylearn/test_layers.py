"""The promises of every layer, row by row of the table; how a layer is written; and what it refuses."""

import math

import numpy as np
import pytest

import tinylearn
from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import Adam, AveragePool2D, BatchNorm, Conv2D, Dense, Dropout, LayerNorm, MaxPool2D, Softmax
from tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn.layers import convolution, dense, pooling

every_layer = pytest.mark.parametrize("name", LAYERS)
RNG = np.random.default_rng(0)


def made(name, seed=0, dtype=np.float64):
    """Return the layer of a row, and an input for it."""
    rng = np.random.default_rng(seed)
    layer = make_layer(name, rng)
    for _, part in layer.walk():
        part.params = {key: value.astype(dtype) for key, value in part.params.items()}
    return layer, make_input(name, rng).astype(dtype)


def passed(layer, x, scale=1.0):
    """Return all that a forward and a backward give."""
    out = layer.forward(x)
    dx = layer.backward((out + 1) * scale)
    return [out, dx, *layer.named_gradients().values()]


def assert_equal(ours, others):
    for one, other in zip(ours, others, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype


def test_the_table_has_a_row_for_every_layer():
    in_table = {type(row.make(RNG)).__name__ for row in LAYERS.values()}
    exported = {name for name, value in vars(tinylearn.layers).items() if isinstance(value, type)}
    assert in_table == exported - {"Layer"}


@every_layer
def test_only_reads_its_arguments_and_never_overwrites_a_result(name):
    layer, x = made(name)
    x.flags.writeable = False  # NumPy raises an error if anybody writes
    out = layer.forward(x)
    dout = RNG.normal(size=out.shape)
    dout.flags.writeable = False
    dx = layer.backward(dout)
    assert list(layer.named_gradients()) == list(layer.named_parameters())
    then = out.copy(), dx.copy()
    later = passed(layer, x[::-1] * 0.5, 3)
    assert_equal((out, dx), then)
    assert not any(np.shares_memory(one, other) for one, other in zip((out, dx), later, strict=False))


@every_layer
def test_keeps_float32_alone_and_in_a_model(name):
    layer, x = made(name, dtype=np.float32)
    assert {array.dtype for array in passed(layer, x)[:2]} == {np.dtype(np.float32)}
    model = tinylearn.Sequential([made(name)[0]], dtype=np.float32)
    for given in (x, x.astype(np.float64)):  # the second time after a step
        assert {array.dtype for array in passed(model, given)} == {np.dtype(np.float32)}
        Adam(np.float64(0.1)).step(model.parameters, model.gradients)
        assert {array.dtype for array in model.named_arrays().values()} <= {np.dtype(np.float32)}
        assert model.predict(given).dtype == np.float32


@every_layer
def test_gives_a_batch_what_its_rows_get_one_by_one_and_takes_one_without_rows(name):
    layer, x = made(name)
    whole = layer.forward(x)
    one_by_one = [layer.forward(x[i : i + 1]) for i in range(len(x))]
    np.testing.assert_allclose(whole, np.concatenate(one_by_one), rtol=1e-12, atol=1e-15)
    for training in (False, True):
        layer.set_training(training)
        out, dx, *gradients = passed(layer, x[:0])
        assert (out.shape, dx.shape) == ((0, *whole.shape[1:]), (0, *x.shape[1:]))
        assert not any(gradient.any() for gradient in gradients)


@every_layer
def test_keeps_nothing_of_batches_of_other_sizes_and_dtypes(name):
    used, x = made(name)
    larger = np.concatenate([x, x * 0.5], axis=1) if x.ndim == 4 else x[:0]  # images of another height
    for batch, dtype in ((x, "f8"), (x[:1], "f8"), (larger, "f8"), (x[::-1], "f4"), (x, "f8")):
        fresh, _ = made(name, dtype=dtype)
        used.set_training(False)
        for (_, part), (_, other) in zip(used.walk(), fresh.walk(), strict=True):
            part.params = dict(other.params)
        assert_equal(passed(used, batch.astype(dtype)), passed(fresh, batch.astype(dtype)))


@pytest.mark.parametrize("page", [dense.Dense, convolution.Conv2D, pooling.MaxPool2D])
def test_what_runs_shows_itself_as_the_page_does(page):
    fast = getattr(tinylearn, page.__name__)
    assert (fast.__doc__, fast.__name__) == (page.__doc__, page.__name__)
    assert fast is not page


@pytest.mark.parametrize(("call", "shortest"), {  # the shortest call that makes the same
    "Conv2D(1, 2, (3, 3), padding='valid')": "Conv2D(1, 2, 3)",
    "Conv2D(1, 2, (3, 1), stride=(1, 2), padding=1)": "Conv2D(1, 2, (3, 1), stride=(1, 2), padding=1)",
    "Conv2D(1, 2, 5, stride=2, padding='same')": "Conv2D(1, 2, 5, stride=2, padding='same')",
    "MaxPool2D()": "MaxPool2D(2)",
    "MaxPool2D(3, stride=3, padding='valid')": "MaxPool2D(3)",
    "AveragePool2D((3, 2), stride=(2, 1), padding=(1, 0))": "AveragePool2D((3, 2), stride=(2, 1), padding=(1, 0))",
    "BatchNorm(3, momentum=0.2)": "BatchNorm(3, momentum=0.2)",
    "BatchNorm(3, 0.1, 0.001)": "BatchNorm(3, epsilon=0.001)",
    "LayerNorm(3, 0.5)": "LayerNorm(3, epsilon=0.5)",
    "LeakyReLU(0.1)": "LeakyReLU(0.1)",
}.items())  # fmt: skip
def test_repr_is_the_call_that_rebuilds_the_layer(call, shortest):
    def evaluated(call):
        rng = ", rng=rng)" if call.startswith(("Dropout", "Conv2D")) else ")"
        return eval(call[:-1] + rng, vars(tinylearn) | {"rng": RNG})

    layer = evaluated(call)
    assert repr(layer) == shortest
    for name in ("rate", "windows", "momentum", "epsilon", "slope"):
        assert getattr(evaluated(repr(layer)), name, None) == getattr(layer, name, None)


def conv(*arguments, **settings):
    return Conv2D(*arguments, **{"rng": RNG} | settings)


@refusals(
    (lambda: Dense(0, 3, rng=RNG), ValueError, "^Dense: n_in must be at least 1, got 0$"),
    (lambda: Dense("3", 3, rng=RNG), TypeError, "^Dense: n_in must be a whole number, got '3'; write 3$"),
    (lambda: Dense(2, 3, rng=0), TypeError, r"^Dense: rng must be a NumPy generator, such as np\.random\.default_rng"),
    (lambda: conv(1, 1, 3, 1, -1), ValueError, "^Conv2D: padding must not be negative, got -1$"),
    (lambda: conv(1, 2, 3, weights=lambda shape, rng: np.ones(2)), ValueError, "initializer of w .* shape"),
    *((lambda rate=rate: Dropout(rate, rng=RNG), ValueError, rf"^Dropout: rate must be in \[0, 1\), got {rate}$")
      for rate in (1.0, -0.1, math.nan)),
    (lambda: tinylearn.LeakyReLU(1), ValueError, r"^LeakyReLU: slope must be in \[0, 1\)"),
    (lambda: BatchNorm(3, momentum=1), ValueError, r"^BatchNorm: momentum must be in \(0, 1\), got 1\.0$"),
    (lambda: BatchNorm(3, momentum=0), ValueError, r"^BatchNorm: momentum must be in \(0, 1\), got 0\.0$"),
    (lambda: BatchNorm(3, epsilon=0), ValueError, r"^BatchNorm: epsilon must be above 0, got 0\.0$"),
    (lambda: LayerNorm(3, epsilon=0), ValueError, r"^LayerNorm: epsilon must be above 0, got 0\.0$"),
    (lambda: AveragePool2D(0), ValueError, "^AveragePool2D: size must be at least 1, got 0$"),
    (lambda: MaxPool2D(padding=2), ValueError, r"padding must be smaller than the window, got \(2, 2\) for 2 × 2: "),
    (lambda: MaxPool2D((3, 2), padding=(0, 2)), ValueError, r"padding must .* got \(0, 2\) for 3 × 2: "),
    (lambda: MaxPool2D((2, 3), padding=(2, 0)), ValueError, r"padding must .* got \(2, 0\) for 2 × 3: "),
)  # fmt: skip
def test_refuses_wrong_arguments(call, kind, words):
    assert_refused(call, kind, words)


@pytest.mark.parametrize(("layer", "shape", "words"), [
    (Dense(3, 2, rng=RNG), (4, 5), r"^Dense\(3, 2\) expects x of shape \(N, …, 3\), got \(4, 5\)$"),
    (Dense(3, 2, rng=RNG), (3,), r"expects x of shape \(N, …, 3\), got \(3,\); for a single row, write x\[None\]$"),
    (Dense(75, 2, rng=RNG), (4, 5, 5, 3), r"\(N, …, 75\), got \(4, 5, 5, 3\); put Flatten\(\) before it$"),
    (Softmax(), (3, 1), r"^Softmax\(\): a row must have two scores or more, got .*; take Sigmoid\(\)"),
    (Softmax(), (1,), "a row must have two scores or more"),
    (LayerNorm(3), (2, 4), r"^LayerNorm\(3\) expects x of shape \(N, …, 3\), got \(2, 4\)$"),
    (BatchNorm(3), (3,), r"got \(3,\); for a single row, write x\[None\]$"),
    (conv(2, 3, (3, 2)), (4, 5, 5, 3), r"expects images of shape \(N, H, W, 2\), got \(4, 5, 5, 3\)$"),
    (conv(2, 3, (3, 2)), (4, 2, 5, 5), r"H, W, 2\), got \(4, 2, 5, 5\); put the channels last with .*$"),
    (conv(2, 3, (3, 2)), (4, 5, 5), r"; for a single image, write x\[None\], for grey images x\[\.\.\., None\]$"),
    (conv(2, 3, (3, 2)), (4, 2), r"H, W, 2\), got \(4, 2\); give the pixels their places with .*$"),
    (conv(2, 3, (3, 2)), (4, 2, 5, 2),
     r": a window of 3 × 2 .* an image of 2 × 5 with padding \(0, 0\); take a smaller window, more padding, or larger"),
    (MaxPool2D(3), (4, 5, 5), r"^MaxPool2D\(3\) expects images of shape \(N, H, W, C\), got \(4, 5, 5\)"),
    (MaxPool2D(3, padding="same"), (4, 0, 5, 1), r"a window of 3 × 3 .* an image of 0 × 5 with padding 'same'"),
    (tinylearn.Residual(Dense(3, 2, rng=RNG)), (12, 3),
     r"^Residual\(Dense\(3, 2\)\): its layers must keep the shape of x, \(12, 3\), they give \(12, 2\)$"),
], ids=str)  # fmt: skip
def test_refuses_an_input_that_does_not_fit(layer, shape, words):
    with pytest.raises(ValueError, match=words):
        layer.forward(np.ones(shape))
