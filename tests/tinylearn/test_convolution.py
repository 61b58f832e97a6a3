"""Conv2D, by hand and against the plain loops, and its errors."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tinylearn.window_cases import Case, cases
from tinylearn import Conv2D, Dense
from tinylearn.initializers import constant, he_normal, ones
from tinylearn.layers import convolution, fast_convolution
from tinylearn.layers.loops import convolve, convolve_backward

ROW = np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]], float)
DIAGONAL = np.array([[1, 0], [0, 1]], float)
ROW_IMAGE = np.array([[1, 1, 1], [0, 0, 0], [0, 0, 0]], float)
SOME = np.random.default_rng(0)
SIX_BY_SIX = np.array([list(row) for row in ["100110", "101001", "000110", "011010", "101100", "010010"]], float)
close = {"rtol": 1e-9, "atol": 1e-11}


def filter_layer(kernel: np.ndarray, **arguments) -> Conv2D:
    """A layer of one channel and one filter, `kernel`, without bias."""
    return Conv2D(1, 1, kernel.shape, rng=np.random.default_rng(0), weights=lambda *_: as_filter(kernel), **arguments)


def as_filter(kernel: np.ndarray) -> np.ndarray:
    return kernel[:, :, None, None]


def as_image(values) -> np.ndarray:
    return np.asarray(values, float)[None, :, :, None]


def small_layer(**arguments) -> Conv2D:
    return Conv2D(2, 3, (3, 2), rng=np.random.default_rng(0), biases=constant(0.5), **arguments)


def images(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


# --- by hand ------------------------------------------------------------------------------------------------------

BOOK = [
    (ROW, ROW_IMAGE, {"stride": 1, "padding": 1}, [[2, 3, 2], [0, 0, 0], [0, 0, 0]]),
    (DIAGONAL, SIX_BY_SIX, {"stride": 2, "padding": 0}, [[1, 0, 2], [1, 0, 1], [2, 1, 0]]),
]


@pytest.mark.parametrize(("kernel", "image", "arguments", "expected"), BOOK)
def test_the_arrays_of_chapter_6(kernel, image, arguments, expected):
    layer = filter_layer(kernel, **arguments)
    np.testing.assert_array_equal(layer.forward(as_image(image))[0, :, :, 0], expected)
    by_loops = convolve(as_image(image), as_filter(kernel), np.zeros(1), layer.windows)
    np.testing.assert_array_equal(by_loops[0, :, :, 0], expected)


def test_the_filter_is_not_turned_round():
    """Cross-correlation: the filter's first entry meets the window's first pixel."""
    layer = filter_layer(np.array([[1.0, 10], [100, 1000]]))
    np.testing.assert_array_equal(layer.forward(as_image([[1, 2], [3, 4]])).ravel(), [1 + 20 + 300 + 4000])


def test_gradients_by_hand():
    """One row, window 2, stride 1: out = [x0 w0 + x1 w1 + b, x1 w0 + x2 w1 + b]."""
    layer = filter_layer(np.array([[10.0, 1.0]]))
    layer.forward(as_image([[2, 3, 5]]))
    dx = layer.backward(as_image([[1, 7]]))
    np.testing.assert_array_equal(layer.grads["w"].ravel(), [2 * 1 + 3 * 7, 3 * 1 + 5 * 7])
    np.testing.assert_array_equal(layer.grads["b"], [1 + 7])
    np.testing.assert_array_equal(dx.ravel(), [10 * 1, 1 * 1 + 10 * 7, 1 * 7])


def test_pixels_that_no_window_covers_get_no_gradient():
    layer = filter_layer(np.ones((2, 2)), stride=3)  # covers rows and columns 0 1, 3 4 of six
    out = layer.forward(as_image(np.ones((6, 6))))
    covered = np.array([1, 1, 0, 1, 1, 0])
    np.testing.assert_array_equal(layer.backward(np.ones_like(out))[0, :, :, 0], np.outer(covered, covered))


def test_a_filter_of_one_pixel_is_a_dense_layer_over_the_channels():
    rng = np.random.default_rng(0)
    conv, dense = Conv2D(3, 4, 1, rng=rng, biases=he_normal), Dense(3, 4, rng=rng)
    dense.params["w"][:], dense.params["b"][:] = conv.params["w"][0, 0], conv.params["b"]
    x, dout = images(2, 5, 4, 3), images(2, 5, 4, 4)
    np.testing.assert_allclose(conv.forward(x).reshape(-1, 4), dense.forward(x.reshape(-1, 3)), **close)
    np.testing.assert_allclose(conv.backward(dout).reshape(-1, 3), dense.backward(dout.reshape(-1, 4)), **close)
    np.testing.assert_allclose(conv.grads["w"][0, 0], dense.grads["w"], **close)
    np.testing.assert_allclose(conv.grads["b"], dense.grads["b"], **close)


# --- the page, the fast one and the plain loops ----------------------------------------------------------------------


@settings(max_examples=150)
@given(cases(largest=4), st.sampled_from([np.float32, np.float64]))
@example(Case(2, 1, 3, (2, 4, 3, 16), 2, "any", "rows", 0), np.float64)  # windows on the padding alone
def test_the_page_the_fast_one_and_the_loops_are_equal(case: Case, dtype):
    fast, x = case.conv2d(), case.x().astype(dtype)
    page = convolution.Conv2D(case.images[3], case.filters, case.size, case.stride, case.padding, rng=SOME)
    page.params = fast.params = {name: value.astype(dtype) for name, value in fast.params.items()}
    assert type(fast) is not type(page)
    w, b, near = fast.params["w"], fast.params["b"], close if dtype == np.float64 else {"rtol": 1e-3, "atol": 1e-4}
    expected = convolve(x, w, b, fast.windows)
    dout = case.dout(expected.shape).astype(dtype)
    dx, dw, db = convolve_backward(x, w, dout, fast.windows)
    for layer in (page, fast):
        out = layer.forward(x)
        np.testing.assert_allclose(out, expected, **near)
        np.testing.assert_allclose(layer.backward(dout), dx, **near)
        np.testing.assert_allclose(layer.grads["w"], dw, **near)
        np.testing.assert_allclose(layer.grads["b"], db, **near)
        assert list(layer.grads) == ["w", "b"]
        assert {out.dtype, *(gradient.dtype for gradient in layer.grads.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize("kind", [convolution.Conv2D, Conv2D])
@pytest.mark.parametrize("channels", [2, 16])
def test_without_dx_the_gradients_are_the_same(kind, channels):
    layer = kind(channels, 3, (3, 2), stride=2, padding=1, rng=np.random.default_rng(0))
    dout = images(*layer.forward(images(2, 5, 6, channels)).shape)
    layer.backward(dout)
    with_dx = layer.grads
    layer.grads, layer.needs_dx = {}, False
    assert layer.backward(dout) is None
    for name, gradient in with_dx.items():
        np.testing.assert_array_equal(layer.grads[name], gradient)


def test_what_runs_shows_itself_as_the_page_does():
    assert Conv2D.__doc__ == convolution.Conv2D.__doc__
    assert Conv2D.__name__ == convolution.Conv2D.__name__


@pytest.mark.parametrize("kind", [convolution.Conv2D, Conv2D])
@given(case=cases())
def test_backward_can_be_called_again(kind, case: Case):
    layer = kind(case.images[3], case.filters, case.size, case.stride, case.padding, rng=np.random.default_rng(0))
    dout = case.dout(layer.forward(case.x()).shape)
    first_dx, first = layer.backward(dout), layer.grads.copy()
    np.testing.assert_array_equal(layer.backward(dout), first_dx)
    for name, gradient in first.items():
        np.testing.assert_array_equal(layer.grads[name], gradient)


@given(n=st.integers(0, 3), sides=st.tuples(*[st.integers(1, 7)] * 3), stacked=st.booleans(), ratio=st.floats(0.3, 1.2))
def test_a_product_by_halves_is_the_product(n, sides, stacked, ratio):
    rows, terms, columns = sides
    a, b = images(n, rows, terms), images(*[n] * stacked, terms, columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_convolution, "FAST", ratio * rows * terms * columns)
        np.testing.assert_allclose(fast_convolution.product(a, b), a @ b, **close)


@pytest.mark.parametrize("channels", [3, 16])
def test_the_gradients_are_the_same_when_products_are_halved(channels, monkeypatch):
    layer, halved = Conv2D(channels, 8, 3, padding=1, rng=np.random.default_rng(0)), []
    monkeypatch.setattr(fast_convolution, "FAST", 42 * 8 * (3 * channels if channels == 16 else 9 * channels))
    monkeypatch.setattr(np, "matmul", lambda *args, matmul=np.matmul, **out: halved.append(0) or matmul(*args, **out))
    x = images(2, 7, 6, channels)
    dout = images(*layer.forward(x).shape)
    dx, (expected, dw, db) = layer.backward(dout), convolve_backward(x, layer.params["w"], dout, layer.windows)
    assert halved
    for ours, theirs in ((dx, expected), (layer.grads["w"], dw), (layer.grads["b"], db)):
        np.testing.assert_allclose(ours, theirs, **close)


def test_the_loops_do_not_cut_decimals_off_for_an_image_of_whole_numbers():
    image, kernel = np.ones((1, 3, 3, 1), int), np.full((3, 3, 1, 1), 0.3)
    windows = Conv2D(1, 1, 3, rng=np.random.default_rng(0)).windows
    np.testing.assert_allclose(convolve(image, kernel, np.array([0.5]), windows), [[[[3.2]]]])
    dx, *_ = convolve_backward(image, kernel, np.full((1, 1, 1, 1), 0.5), windows)
    np.testing.assert_allclose(dx, np.full((1, 3, 3, 1), 0.15))


def test_batches_of_other_sizes_and_dtypes_leave_nothing_behind():
    """A smaller batch, another size of image, another dtype: each as if the layer had seen nothing before."""
    used = small_layer(stride=2, padding="same")
    for shape, dtype in [((4, 7, 6, 2), "f8"), ((1, 7, 6, 2), "f8"), ((4, 3, 9, 2), "f8"), ((4, 7, 6, 2), "f4")]:
        fresh, x = small_layer(stride=2, padding="same"), images(*shape).astype(dtype)
        for layer in (used, fresh):
            layer.params = {name: value.astype(dtype) for name, value in layer.params.items()}
        out = used.forward(x)
        np.testing.assert_array_equal(out, fresh.forward(x))
        np.testing.assert_array_equal(used.backward(out), fresh.backward(out))
        for name, gradient in fresh.grads.items():
            np.testing.assert_array_equal(used.grads[name], gradient)
            assert used.grads[name].dtype == dtype


def test_an_empty_batch_gives_gradients_of_zero():
    layer = small_layer(stride=2, padding=1)
    out = layer.forward(np.ones((0, 7, 6, 2)))
    assert out.shape == (0, 4, 4, 3)
    assert layer.backward(out).shape == (0, 7, 6, 2)
    np.testing.assert_array_equal(layer.grads["w"], np.zeros((3, 2, 2, 3)))
    np.testing.assert_array_equal(layer.grads["b"], np.zeros(3))


# --- what it is made with -----------------------------------------------------------------------------------------


def test_parameters_start_with_he_weights_and_zero_biases():
    layer = Conv2D(3, 5, (2, 4), rng=np.random.default_rng(7))
    np.testing.assert_array_equal(layer.params["w"], he_normal((2, 4, 3, 5), np.random.default_rng(7)))
    np.testing.assert_array_equal(layer.params["b"], np.zeros(5))
    assert list(layer.params) == ["w", "b"]


def test_other_initializers_can_be_chosen():
    layer = Conv2D(3, 5, (2, 4), rng=np.random.default_rng(7), weights=ones, biases=constant(0.5))
    np.testing.assert_array_equal(layer.params["w"], np.ones((2, 4, 3, 5)))
    np.testing.assert_array_equal(layer.params["b"], np.full(5, 0.5))


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        ({"kernel_size": 3}, "Conv2D(1, 2, 3)"),
        ({"kernel_size": (3, 3), "padding": "valid"}, "Conv2D(1, 2, 3)"),
        ({"kernel_size": 3, "stride": 2, "padding": 1}, "Conv2D(1, 2, 3, stride=2, padding=1)"),
        ({"kernel_size": (3, 1), "stride": (1, 2)}, "Conv2D(1, 2, (3, 1), stride=(1, 2))"),
        ({"kernel_size": 5, "padding": "same"}, "Conv2D(1, 2, 5, padding='same')"),
    ],
)
def test_repr_rebuilds_the_layer(arguments, written):
    layer = Conv2D(1, 2, **arguments, rng=np.random.default_rng(0))
    assert repr(layer) == written
    rebuilt = eval(written[:-1] + ", rng=rng)", {"Conv2D": Conv2D, "rng": np.random.default_rng(0)})
    assert rebuilt.windows == layer.windows
    np.testing.assert_array_equal(rebuilt.params["w"], layer.params["w"])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 1, 3), ValueError, "Conv2D: channels_in must be at least 1, got 0"),
        ((1, -1, 3), ValueError, "Conv2D: channels_out must be at least 1, got -1"),
        ((1.0, 1, 3), TypeError, r"Conv2D: channels_in must be a whole number, got 1\.0; write 1"),
        ((1, "8", 3), TypeError, "Conv2D: channels_out must be a whole number, got '8'; write 8"),
        ((1, 1, 0), ValueError, "Conv2D: kernel_size must be at least 1, got 0"),
        ((1, 1, 3, 0), ValueError, "Conv2D: stride must be at least 1, got 0"),
        ((1, 1, 3, 1, -1), ValueError, "Conv2D: padding must not be negative, got -1"),
        ((1, 1, 3, 1, "full"), ValueError, "Conv2D: padding must be a number, .* got 'full'"),
    ],
)
def test_refuses_wrong_arguments(arguments, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        Conv2D(*arguments, rng=np.random.default_rng(0))


def test_a_generator_is_needed():
    with pytest.raises(TypeError, match="rng"):
        Conv2D(1, 1, 3)
    with pytest.raises(TypeError, match=r"^Conv2D: rng must be a NumPy generator, such as np\.random\."):
        Conv2D(1, 1, 3, rng=0)


def test_refuses_an_initializer_of_another_shape():
    with pytest.raises(
        ValueError, match=r"^Conv2D: the initializer of w must return shape \(3, 3, 1, 2\), got \(2,\)$"
    ):
        Conv2D(1, 2, 3, rng=np.random.default_rng(0), weights=lambda shape, rng: np.ones(2))


# --- what goes through it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((4, 5, 5, 3), r"expects images of shape \(N, H, W, 2\), got \(4, 5, 5, 3\)$"),
        ((4, 2, 5, 5), r"expects images of shape \(N, H, W, 2\), got \(4, 2, 5, 5\); put the channels last with .*$"),
        ((4, 5, 5), r"got \(4, 5, 5\); for a single image, write x\[None\], for grey images x\[\.\.\., None\]$"),
        (
            (5, 5, 2),
            r"expects images of shape \(N, H, W, 2\), got \(5, 5, 2\); for a single image, write x\[None\], for .*",
        ),
        ((4, 2), r"expects images of shape \(N, H, W, 2\), got \(4, 2\); give the pixels their places with .*$"),
        ((1, 4, 5, 5, 2), r"expects images of shape \(N, H, W, 2\), got \(1, 4, 5, 5, 2\)$"),
        ((4, 2, 5, 2), r": a window of 3 × 2 does not fit an image of 2 × 5 with padding \(0, 0\); take"),
        ((4, 5, 0, 2), r": a window of 3 × 2 does not fit an image of 5 × 0 with padding \(0, 0\); take"),
    ],
)
def test_refuses_wrong_images(shape, message):
    with pytest.raises(ValueError, match=r"^Conv2D\(2, 3, \(3, 2\)\)") as error:
        small_layer().forward(np.ones(shape))
    assert error.match(message)


def test_refuses_a_dout_of_another_shape_before_it_is_used():
    layer = small_layer()
    out = layer.forward(np.ones((2, 5, 4, 2)))
    for wrong in (out[:1], out[:, :1], out[..., :1], out[0], out.reshape(2, -1)):
        with pytest.raises(ValueError, match=r"expects dout in the shape that forward returned, \(2, 3, 3, 3\)"):
            layer.backward(wrong)
