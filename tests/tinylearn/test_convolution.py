"""Convolution and pooling: by hand; the page, the fast one and the plain loops against each other; and windows."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tinylearn.window_cases import Case, cases
from tinylearn import AveragePool2D, Conv2D, MaxPool2D
from tinylearn.layers import convolution, fast_convolution, pooling
from tinylearn.layers.loops import convolve, convolve_backward, max_pool, max_pool_backward
from tinylearn.layers.windows import Windows

close = {"rtol": 1e-9, "atol": 1e-11}


def of_filter(kernel, **arguments):
    """A layer of one channel and one filter, `kernel`, without bias."""
    kernel = np.array(kernel, float)
    weights = lambda *_: kernel[:, :, None, None]  # noqa: E731
    return Conv2D(1, 1, kernel.shape, rng=np.random.default_rng(0), weights=weights, **arguments)


BY_HAND = {  # layer, image, out, dout, dx; the oracle has more
    "the filter is not turned round": (
        of_filter([[1, 10], [100, 1000]]), [[1, 2], [3, 4]], [[4321]], [[2]], [[2, 20], [200, 2000]],
    ),
    "of equals the first": (MaxPool2D(3), [[1, 2, 5], [5] * 3, [5] * 3], [[5]], [[4]], [[0, 0, 4], [0] * 3, [0] * 3]),
    "padding never wins": (
        MaxPool2D(3, stride=1, padding=1), -np.arange(1.0, 10).reshape(3, 3),
        [[-1, -1, -2], [-1, -1, -2], [-4, -4, -5]], np.ones((3, 3)), [[4, 2, 0], [2, 1, 0], [0, 0, 0]],
    ),
    "padding as zeros": (
        AveragePool2D(3, stride=1, padding="same"), [[9, 9], [9, 9]], [[4, 4], [4, 4]],
        [[9, 0], [0, 0]], [[1, 1], [1, 1]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_computes_by_hand(name):
    layer, x, out, dout, dx = BY_HAND[name]
    x, dout = (np.array(table, float)[None, :, :, None] for table in (x, dout))
    np.testing.assert_allclose(layer.forward(x)[0, :, :, 0], out, rtol=1e-15)
    np.testing.assert_allclose(layer.backward(dout)[0, :, :, 0], dx, rtol=1e-15)


@settings(max_examples=40)
@given(cases(largest=4), st.sampled_from([np.float32, np.float64]))
@example(Case(2, 1, 3, (2, 4, 3, 16), 2, "any", "rows", 0), np.float64)  # windows on the padding alone
def test_three_convolutions_are_equal(case: Case, dtype):
    fast, x = case.conv2d(), case.x().astype(dtype)
    page = convolution.Conv2D(
        case.images[3], case.filters, case.size, case.stride, case.padding, rng=np.random.default_rng(0)
    )
    page.params = fast.params = {name: value.astype(dtype) for name, value in fast.params.items()}
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
        assert {out.dtype, *(gradient.dtype for gradient in layer.grads.values())} == {np.dtype(dtype)}
        with_dx, layer.grads, layer.needs_dx = layer.grads, {}, False
        assert layer.backward(dout) is None
        for name in ("w", "b"):
            np.testing.assert_array_equal(layer.grads[name], with_dx[name])


@settings(max_examples=40)
@given(cases(pooling=True), st.sampled_from([np.float32, np.float64]))
def test_three_poolings_are_equal(case: Case, dtype):
    """Exactly, ties included: with whole numbers in dout, sums have no rounding that could differ."""
    fast, x = case.max_pool(), case.x().astype(dtype)
    page = pooling.MaxPool2D(case.size, case.stride, case.padding)
    expected = max_pool(x, fast.windows)
    dout = np.rint(100 * case.dout(expected.shape)).astype(dtype)
    for layer in (page, fast):
        out = layer.forward(x)
        np.testing.assert_array_equal(out, expected)
        for _ in range(2):
            dx = layer.backward(dout)
            np.testing.assert_array_equal(dx, max_pool_backward(x, dout, fast.windows))
        assert out.dtype == dx.dtype == dtype


@pytest.mark.parametrize("channels", [3, 16])
def test_the_gradients_are_the_same_when_products_are_halved(channels, monkeypatch):
    layer, halved = Conv2D(channels, 8, 3, padding=1, rng=np.random.default_rng(0)), []
    monkeypatch.setattr(fast_convolution, "FAST", 42 * 8 * (3 * channels if channels == 16 else 9 * channels))
    monkeypatch.setattr(np, "matmul", lambda *args, matmul=np.matmul, **out: halved.append(0) or matmul(*args, **out))
    x = np.random.default_rng(1).normal(size=(2, 7, 6, channels))
    dout = np.random.default_rng(2).normal(size=layer.forward(x).shape)
    dx, (expected, dw, db) = layer.backward(dout), convolve_backward(x, layer.params["w"], dout, layer.windows)
    assert halved
    for ours, theirs in ((dx, expected), (layer.grads["w"], dw), (layer.grads["b"], db)):
        np.testing.assert_allclose(ours, theirs, **close)


def test_the_loops_do_not_cut_decimals_off_for_an_image_of_whole_numbers():
    x, kernel, windows = np.ones((1, 3, 3, 1), int), np.full((3, 3, 1, 1), 0.3), Windows((3, 3), (1, 1), (0, 0))
    np.testing.assert_allclose(convolve(x, kernel, np.array([0.5]), windows), [[[[3.2]]]])
    dx, *_ = convolve_backward(x, kernel, np.full((1, 1, 1, 1), 0.5), windows)
    np.testing.assert_allclose(dx, np.full((1, 3, 3, 1), 0.15))


def square(size, stride, padding):
    return Windows((size, size), (stride, stride), padding)


@given(cases())
def test_counts_the_windows_that_fit_and_pads_there_and_back(case):
    windows, x = case.windows, case.x()
    n, height, width, c = x.shape
    (above, below), (left, right) = windows.pads(height, width)
    sides = above + height + below, left + width + right
    for axis, length in enumerate(sides):
        starts = [start for start in range(0, length, windows.stride[axis]) if start + windows.size[axis] <= length]
        assert windows.count(height, width)[axis] == len(starts)
    padded = windows.pad(x, 7.0)
    assert padded.shape == (n, *sides, c)
    np.testing.assert_array_equal(windows.unpad(padded, height, width), x)
    assert (padded == 7).sum() == padded.size - x.size  # x is below 7: what was added, and nothing else


def test_pads_rows_then_columns_with_zeros_and_copies_nothing_without_padding():
    padded = Windows((3, 3), (1, 1), (1, 0)).pad(np.ones((1, 1, 1, 1), np.float32))
    np.testing.assert_array_equal(padded[0, :, :, 0], [[0], [1], [0]])
    assert padded.dtype == np.float32
    x = np.ones((1, 4, 4, 1))
    assert square(2, 2, (0, 0)).pad(x) is square(2, 2, "same").pad(x) is x


@pytest.mark.parametrize(("arguments", "windows", "written"), [
    ((3, 1, 0), square(3, 1, (0, 0)), "3"),
    (([3, 2], [2, 1], [0, 1]), Windows((3, 2), (2, 1), (0, 1)), "(3, 2), stride=(2, 1), padding=(0, 1)"),
    ((np.int64(3), np.uint8(2), np.int32(1)), square(3, 2, (1, 1)), "3, stride=2, padding=1"),
    ((2, 2, "same"), square(2, 2, "same"), "2, stride=2, padding='same'"),
])  # fmt: skip
def test_an_int_stands_for_a_pair_of_equals(arguments, windows, written):
    made = Windows.of("Conv2D", "kernel_size", *arguments)
    assert (made, made.arguments()) == (windows, written)
    assert MaxPool2D((3, 2)).windows == Windows((3, 2), (3, 2), (0, 0))


@pytest.mark.parametrize(("size", "stride", "padding", "error", "message"), [
    (0, 1, 0, ValueError, "size must be at least 1, got 0"),
    (2, 1, -1, ValueError, "padding must not be negative, got -1"),
    ((1, 2, 3), 1, 0, ValueError, "size must be a number or a pair (rows, columns), got (1, 2, 3)"),
    (2, 1, "SAME", ValueError, 'padding must be a number, a pair, "valid" or "same", got \'SAME\''),
    (2, 1, (1, "same"), TypeError, "padding must be whole numbers, got (1, 'same')"),
])  # fmt: skip
def test_refuses_a_wrong_size_stride_or_padding(size, stride, padding, error, message):
    with pytest.raises(error) as raised:
        Windows.of("MaxPool2D", "size", size, stride, padding)
    assert str(raised.value) == f"MaxPool2D: {message}"
