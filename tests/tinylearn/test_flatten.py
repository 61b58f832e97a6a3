"""Flatten: the order of the numbers, there and back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tinylearn import (
    Flatten,
)

numbers = st.floats(-30, 30)


@given(arrays(np.float64, array_shapes(min_dims=1, max_dims=5, max_side=4), elements=numbers))
def test_flatten_there_and_back(x):
    layer = Flatten()
    out = layer.forward(x)
    assert out.shape == (len(x), x[0].size)
    np.testing.assert_array_equal(layer.backward(out), x)


def test_flatten_goes_row_by_row_pixel_by_pixel_channel_by_channel():
    x = np.arange(2 * 2 * 3 * 2).reshape(2, 2, 3, 2)  # a number says its place
    np.testing.assert_array_equal(Flatten().forward(x), [range(12), range(12, 24)])
