"""Pooling, by hand and against the plain loops: ties, padding, overlaps, gaps; and its errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinylearn.window_cases import Case, cases
from tinylearn import AveragePool2D, MaxPool2D
from tinylearn.layers import pooling
from tinylearn.layers.loops import max_pool, max_pool_backward, places
from tinylearn.layers.windows import Windows


def as_image(values) -> np.ndarray:
    return np.asarray(values, float)[None, :, :, None]


def pooled(layer: MaxPool2D, values) -> np.ndarray:
    return layer.forward(as_image(values))[0, :, :, 0]


def dx_of(layer: MaxPool2D, values, dout) -> np.ndarray:
    """dx for an image and a dout, both as tables."""
    layer.forward(as_image(values))
    return layer.backward(as_image(dout))[0, :, :, 0]


# --- by hand --------------------------------------------------------------------------------------------------------


def test_the_arrays_of_chapter_6():
    image = [[1, 0, 2], [1, 0, 1], [2, 1, 0]]
    np.testing.assert_array_equal(pooled(MaxPool2D(2, stride=1), image), [[1, 2], [2, 1]])
    by_loops = max_pool(as_image(image), Windows((2, 2), (1, 1), (0, 0)))
    np.testing.assert_array_equal(by_loops[0, :, :, 0], [[1, 2], [2, 1]])


def test_dout_goes_to_the_largest():
    image = [[1, 2, 8, 7], [4, 3, 5, 6]]
    np.testing.assert_array_equal(pooled(MaxPool2D(2), image), [[4, 8]])
    np.testing.assert_array_equal(dx_of(MaxPool2D(2), image, [[10, 20]]), [[0, 0, 20, 0], [10, 0, 0, 0]])


def test_one_number_collects_from_every_window_that_it_wins():
    image = [[0, 0, 0], [0, 9, 0], [0, 0, 0]]
    expected = [[0, 0, 0], [0, 1 + 10 + 100 + 1000, 0], [0, 0, 0]]
    np.testing.assert_array_equal(dx_of(MaxPool2D(2, stride=1), image, [[1, 10], [100, 1000]]), expected)


@pytest.mark.parametrize(
    ("image", "first"),
    [
        ([[5, 5, 5], [5, 5, 5], [5, 5, 5]], (0, 0)),
        ([[1, 2, 5], [5, 5, 5], [5, 5, 5]], (0, 2)),  # row by row: not (1, 0), the first column by column
        ([[1, 2, 3], [1, 5, 3], [5, 2, 3]], (1, 1)),
        ([[1, 2, 3], [1, 2, 3], [1, 3, 3]], (0, 2)),
        ([[-7, -7, -7], [-7, -7, -7], [-7, -7, -6]], (2, 2)),
    ],
)
def test_of_equals_the_first_row_by_row_gets_the_gradient(image, first):
    expected = np.zeros((3, 3))
    expected[first] = 4
    np.testing.assert_array_equal(dx_of(MaxPool2D(3), image, [[4]]), expected)


@pytest.mark.parametrize("padding", [1, "same"])
def test_padding_never_wins_over_negative_numbers(padding):
    image = -np.arange(1.0, 10).reshape(3, 3)
    layer = MaxPool2D(3, stride=1, padding=padding)
    np.testing.assert_array_equal(pooled(layer, image), [[-1, -1, -2], [-1, -1, -2], [-4, -4, -5]])
    dx = dx_of(layer, image, np.ones((3, 3)))
    np.testing.assert_array_equal(dx, [[4, 2, 0], [2, 1, 0], [0, 0, 0]])


def test_what_no_window_covers_gets_no_gradient():
    image = np.arange(36.0).reshape(6, 6)
    dx = dx_of(MaxPool2D(2, stride=4), image, [[1, 2], [3, 4]])  # covers rows and columns 0 1, 4 5
    expected = np.zeros((6, 6))
    expected[1, 1], expected[1, 5], expected[5, 1], expected[5, 5] = 1, 2, 3, 4
    np.testing.assert_array_equal(dx, expected)
    np.testing.assert_array_equal(dx_of(MaxPool2D(2), np.arange(15.0).reshape(3, 5), [[1, 2]])[2], np.zeros(5))


def test_channels_are_pooled_each_by_itself():
    x = np.stack([np.eye(2), np.eye(2)[::-1] * 3, -np.eye(2)], axis=2)[None]
    np.testing.assert_array_equal(MaxPool2D(2).forward(x), [[[[1, 3, 0]]]])


# --- the page, the fast one and the plain loops ---------------------------------------------------------------------


@settings(max_examples=150)
@given(cases(pooling=True), st.sampled_from([np.float32, np.float64]))
def test_the_page_the_fast_one_and_the_loops_are_equal(case: Case, dtype):
    """Exactly, ties included: with whole numbers in dout, sums have no rounding that could differ."""
    fast, x = case.max_pool(), case.x().astype(dtype)
    page = pooling.MaxPool2D(case.size, case.stride, case.padding)
    assert type(fast) is not type(page)
    expected = max_pool(x, fast.windows)
    dout = np.rint(100 * case.dout(expected.shape)).astype(dtype)
    for layer in (page, fast):
        out = layer.forward(x)
        np.testing.assert_array_equal(out, expected)
        dx = layer.backward(dout)
        np.testing.assert_array_equal(dx, max_pool_backward(x, dout, fast.windows))
        assert out.dtype == dx.dtype == dtype


def test_what_runs_shows_itself_as_the_page_does():
    assert MaxPool2D.__doc__ == pooling.MaxPool2D.__doc__
    assert MaxPool2D.__name__ == pooling.MaxPool2D.__name__


@given(cases(pooling=True))
def test_every_window_hands_its_gradient_on(case: Case):
    """A window has one winner, so nothing of dout is lost, none is counted twice, and a second backward is equal."""
    layer, x = case.max_pool(), case.x()
    dout = np.rint(100 * case.dout(layer.forward(x).shape))
    dx = layer.backward(dout)
    np.testing.assert_array_equal(dx.sum(axis=(1, 2)), dout.sum(axis=(1, 2)))
    np.testing.assert_array_equal(layer.backward(dout), dx)


def test_batches_of_other_sizes_and_dtypes_leave_nothing_behind():
    used, rng = MaxPool2D(3, stride=2, padding="same"), np.random.default_rng(0)
    for shape, dtype in [((4, 7, 6, 2), "f8"), ((1, 7, 6, 2), "f8"), ((4, 3, 9, 1), "f8"), ((4, 7, 6, 2), "f4")]:
        x, fresh = rng.normal(size=shape).astype(dtype), MaxPool2D(3, stride=2, padding="same")
        out = used.forward(x)
        np.testing.assert_array_equal(out, fresh.forward(x))
        dx = used.backward(out)
        np.testing.assert_array_equal(dx, fresh.backward(out))
        assert out.dtype == dx.dtype == dtype


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
@pytest.mark.parametrize("padding", [0, 1])
def test_images_of_whole_numbers_are_pooled_as_floats(dtype, padding):
    x = np.arange(40).reshape(2, 5, 4, 1).astype(dtype)
    out = MaxPool2D(3, padding=padding).forward(x)
    assert out.dtype == np.float64
    np.testing.assert_array_equal(out, MaxPool2D(3, padding=padding).forward(x.astype(float)))


def test_an_empty_batch():
    layer = MaxPool2D(2, padding=1)
    out = layer.forward(np.ones((0, 4, 6, 2)))
    assert out.shape == (0, 3, 4, 2)
    assert layer.backward(out).shape == (0, 4, 6, 2)


# --- the mean -------------------------------------------------------------------------------------------------------


def test_the_mean_of_each_window_and_its_shares_by_hand():
    layer = AveragePool2D(2)
    image = [[1, 2, 8, 7, 9], [4, 5, 3, 6, 9], [9, 9, 9, 9, 9]]
    np.testing.assert_array_equal(layer.forward(as_image(image))[0, :, :, 0], [[3, 6]])
    dx = layer.backward(as_image([[4, 8]]))[0, :, :, 0]
    np.testing.assert_array_equal(dx, [[1, 1, 2, 2, 0], [1, 1, 2, 2, 0], [0, 0, 0, 0, 0]])


@pytest.mark.parametrize("padding", [1, "same"])
def test_the_padding_counts_as_zeros(padding):
    layer = AveragePool2D(3, stride=1, padding=padding)
    np.testing.assert_allclose(layer.forward(np.full((1, 2, 2, 1), 9.0)), np.full((1, 2, 2, 1), 4.0))


@given(cases(pooling=True))
def test_average_pool_equals_a_loop_over_the_patches(case: Case):
    layer, x = AveragePool2D(case.size, case.stride, case.padding), case.x()
    out = layer.forward(x)
    dout, padded = case.dout(out.shape), layer.windows.pad(x)
    dpadded = np.zeros(padded.shape)
    for n, oh, ow, patch in places(out, layer.windows):
        np.testing.assert_allclose(out[n, oh, ow], padded[patch].mean(axis=(0, 1)), rtol=1e-9, atol=1e-12)
        dpadded[patch] += dout[n, oh, ow] / np.prod(layer.windows.size)
    dx = layer.windows.unpad(dpadded, *x.shape[1:3])
    np.testing.assert_allclose(layer.backward(dout), dx, rtol=1e-9, atol=1e-12)


# --- what they are made with, and what goes through them ------------------------------------------------------------


@pytest.mark.parametrize("kind", [MaxPool2D, AveragePool2D])
@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        ({}, "(2)"),
        ({"size": 3}, "(3)"),
        ({"size": 3, "stride": 3, "padding": "valid"}, "(3)"),
        ({"size": (3, 2)}, "((3, 2))"),
        ({"size": 2, "stride": 1}, "(2, stride=1)"),
        ({"size": (3, 2), "stride": (2, 1), "padding": (1, 0)}, "((3, 2), stride=(2, 1), padding=(1, 0))"),
        ({"size": 3, "padding": "same"}, "(3, padding='same')"),
    ],
)
def test_repr_rebuilds_the_layer(kind, arguments, written):
    layer = kind(**arguments)
    assert repr(layer) == kind.__name__ + written
    assert eval(repr(layer), {kind.__name__: kind}).windows == layer.windows


def test_windows_lie_side_by_side_by_default():
    assert MaxPool2D((3, 2)).windows == Windows((3, 2), (3, 2), (0, 0))


@pytest.mark.parametrize("kind", [MaxPool2D, AveragePool2D])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"size": 0}, ValueError, "size must be at least 1, got 0"),
        ({"size": "2"}, TypeError, "size must be a whole number, got '2'"),
        ({"stride": 0}, ValueError, "stride must be at least 1, got 0"),
        ({"padding": -1}, ValueError, "padding must not be negative, got -1"),
        ({"padding": 2}, ValueError, r"padding must be smaller than the window, got \(2, 2\) for 2 × 2: .*"),
        ({"size": (3, 2), "padding": (0, 2)}, ValueError, r"padding must .* got \(0, 2\) for 3 × 2: .*"),
        ({"size": (2, 3), "padding": (2, 0)}, ValueError, r"padding must .* got \(2, 0\) for 2 × 3: .*"),
        ({"padding": "full"}, ValueError, "padding must be a number, .* got 'full'"),
    ],
)
def test_refuses_wrong_arguments(kind, arguments, error, message):
    with pytest.raises(error, match=f"^{kind.__name__}: {message}$"):
        kind(**arguments)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((4, 5, 5), r" expects images of shape \(N, H, W, C\), got \(4, 5, 5\)"),
        ((4, 50), r" expects images of shape \(N, H, W, C\), got \(4, 50\)"),
        ((4, 2, 5, 1), r": a window of 3 × 3 does not fit an image of 2 × 5 with padding \(0, 0\); take"),
        ((4, 5, 0, 1), r": a window of 3 × 3 does not fit an image of 5 × 0 with padding \(0, 0\); take"),
    ],
)
def test_refuses_wrong_images(shape, message):
    with pytest.raises(ValueError, match=rf"^MaxPool2D\(3\){message}"):
        MaxPool2D(3).forward(np.ones(shape))


def test_refuses_a_dout_of_another_shape():
    layer = MaxPool2D(2)
    out = layer.forward(np.ones((2, 4, 6, 3)))
    for wrong in (out[:1], out[:, :1], out[..., :1], out[0]):
        with pytest.raises(ValueError, match=r"expects dout in the shape that forward returned, \(2, 2, 3, 3\)"):
            layer.backward(wrong)
