"""The data of the chapters."""

import numpy as np

from tinylearn.datasets import celsius_fahrenheit, sine


def test_gives_the_ten_pairs_of_chapter_3():
    celsius, fahrenheit = celsius_fahrenheit()
    np.testing.assert_array_equal(celsius[:, 0], [-40, -30, -10, 0, 5, 10, 20, 40, 60, 100])
    np.testing.assert_array_equal(fahrenheit[:, 0], [-40, -22, 14, 32, 41, 50, 68, 104, 140, 212])
    assert celsius.shape == fahrenheit.shape == (10, 1)
    assert celsius.dtype == fahrenheit.dtype == np.float64


def test_spaces_the_sine_evenly_from_minus_5_to_5():
    x, y = sine(11)
    np.testing.assert_array_equal(x[:, 0], range(-5, 6))
    np.testing.assert_array_equal(y, np.sin(x))
    assert x.dtype == y.dtype == np.float64
    assert sine()[0].shape == sine()[1].shape == (1000, 1)
