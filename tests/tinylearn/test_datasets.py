"""The data that the chapters learn from."""

import numpy as np

from tinylearn.datasets import celsius_fahrenheit


def test_the_ten_pairs_of_chapter_3():
    celsius, fahrenheit = celsius_fahrenheit()
    np.testing.assert_array_equal(celsius[:, 0], [-40, -30, -10, 0, 5, 10, 20, 40, 60, 100])
    np.testing.assert_array_equal(fahrenheit[:, 0], [-40, -22, 14, 32, 41, 50, 68, 104, 140, 212])
    assert celsius.shape == fahrenheit.shape == (10, 1)
    assert celsius.dtype == fahrenheit.dtype == np.float64


def test_every_call_gives_new_arrays():
    celsius_fahrenheit()[0][:] = 0
    assert celsius_fahrenheit()[0][-1, 0] == 100
