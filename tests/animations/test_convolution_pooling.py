"""Every number of every frame of max pooling, and the mark of the largest."""

import numpy as np
from audit import check_all_numbers
from board_helpers import check_marks, check_places, pooling_values
from hypothesis import given, settings
from hypothesis import strategies as st

from animations import MaxPoolingSteps
from animations.engine.painter import Painter
from tinylearn import MaxPool2D


def test_marks_the_first_of_equal_numbers():
    scene = MaxPoolingSteps([[0, 3, 3], [3, 3, 3]], (2, 3))
    assert scene.winners == [(0, 1)]
    check_marks(scene, Painter(scene).figure, (2, 3), (2, 3), 0)


def test_never_lets_padding_win():
    scene = MaxPoolingSteps([[-1, -2], [-3, -4]], 2, stride=2, padding=1)
    np.testing.assert_array_equal(scene.out, [[-1, -2], [-3, -4]])
    figure = check_all_numbers(scene, pooling_values([[-1, -2], [-3, -4]], (2, 2), (2, 2), 1))
    check_marks(scene, figure, (2, 2), (2, 2), 1)


side = st.integers(2, 4)


@settings(max_examples=10, deadline=None)
@given(
    st.tuples(side, side).flatmap(lambda shape: st.lists(
        st.lists(st.sampled_from([0, 1, -1, 0.5, 2]), min_size=shape[0], max_size=shape[0]),
        min_size=shape[1], max_size=shape[1])),
    st.tuples(st.integers(1, 2), st.integers(1, 2)), st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.sampled_from([0, "same"]),
)  # fmt: skip
def test_pools_in_any_way(image, size, stride, padding):
    scene = MaxPoolingSteps(image, size, stride=stride, padding=padding)
    x = np.array(image, float)[None, :, :, None]
    np.testing.assert_array_equal(scene.out, MaxPool2D(size, stride, padding).forward(x)[0, :, :, 0])
    figure = check_all_numbers(scene, pooling_values(image, size, stride, padding))
    check_places(scene, figure)
    check_marks(scene, figure, size, stride, padding)
