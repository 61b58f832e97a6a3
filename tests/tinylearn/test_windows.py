"""Windows, counted one by one. That "same" is TensorFlow's rule, the oracle says."""

import numpy as np
import pytest
from hypothesis import given

from tests.tinylearn.window_cases import cases
from tinylearn import MaxPool2D
from tinylearn.layers.windows import Windows


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
    (2, (1, -1), 0, ValueError, "stride must be at least 1, got (1, -1)"),
    (2, 1, -1, ValueError, "padding must not be negative, got -1"),
    ((1, 2, 3), 1, 0, ValueError, "size must be a number or a pair (rows, columns), got (1, 2, 3)"),
    (2, 1, "SAME", ValueError, 'padding must be a number, a pair, "valid" or "same", got \'SAME\''),
    (2, 1.5, 0, TypeError, "stride must be a whole number, got 1.5"),
    (2, 1, (1, "same"), TypeError, "padding must be whole numbers, got (1, 'same')"),
])  # fmt: skip
def test_refuses_a_wrong_size_stride_or_padding(size, stride, padding, error, message):
    with pytest.raises(error) as raised:
        Windows.of("MaxPool2D", "size", size, stride, padding)
    assert str(raised.value) == f"MaxPool2D: {message}"
