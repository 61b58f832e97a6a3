"""Convolution and pooling: by hand, and the page, the fast one and the plain loops against each other."""

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


@settings(max_examples=60)
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


@settings(max_examples=60)
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
