"""Every number of every frame of a convolution: its value, its name and its place."""

import numpy as np
import pytest
from audit import check_all_numbers
from board_helpers import FACTS, Expected, check_filter, check_places, convolution_values, enclosed, positions
from hypothesis import given, settings
from hypothesis import strategies as st

from animations import ConvolutionSteps, MaxPoolingSteps
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter
from tests.animations.samples.convolution import steps as make
from tinylearn import Conv2D
from tinylearn.layers.loops import convolve

facts = pytest.mark.parametrize("name", FACTS)


@facts
def test_gives_the_outputs_of_the_book_in_the_right_places(name):
    scene, wanted = make(name), FACTS[name][-1]
    np.testing.assert_array_equal(scene.out, wanted)
    painter = Painter(scene)
    scene.update(scene.frames - 1)
    texts = {text.get_gid(): text for text in painter.figure.findobj(lambda artist: artist.get_gid())}
    lines = {}
    for p, q in np.ndindex(3, 3):
        x, y = texts[f"out[{p},{q}]"].get_position()
        lines.setdefault(y, []).append((x, texts[f"out[{p},{q}]"].get_text()))
    read = [[int(text) for _, text in sorted(lines[y])] for y in sorted(lines, reverse=True)]
    assert read == wanted, "as one reads it: line by line from above, each from the left"


@facts
def test_marks_where_the_numbers_come_from_and_go_to(name):
    image, kernel, stride, padding, _ = FACTS[name]
    expected, scene = Expected(image, np.shape(kernel), (stride, stride), padding), make(name)
    painter = Painter(scene)
    for frame in range(scene.frames):
        scene.update(frame)
        place, phase = divmod(frame - 1, 3)
        boards = positions(painter.figure)
        covered = set() if frame == 0 else set(expected.covered(place).values())
        assert enclosed(scene.window, boards["x"]) == [covered]
        assert enclosed(scene.target, boards.get("out", {})) == ([{divmod(place, 3)}] if frame and phase == 2 else [])


def test_says_nothing_of_places_products_and_sums_before_the_first_place():
    for scene in (make("padding"), MaxPoolingSteps([[1, 0], [0, 1]])):
        figure = Painter(scene).figure
        scene.update(0)
        texts = [text.get_text() for text in drawn_texts(figure)]
        assert scene.window.get_visible() == isinstance(scene, ConvolutionSteps), "beside the image"
        assert not {"place", "of", "·", "sum of all products =", "largest =", "image · filter"} & set(texts)


numbers = st.sampled_from([0, 1, -1, 2, 0.5, -0.25, 1 / 3, 12.75])


@st.composite
def convolutions(draw):
    """An image up to 4 × 4, a kernel up to 3 × 3 that fits it, strides, and padding as a number or "same"."""

    def board(rows, columns):
        return draw(st.lists(st.lists(numbers, min_size=columns, max_size=columns), min_size=rows, max_size=rows))

    side = st.integers(1, 4)
    image = board(draw(side), draw(side))
    padding = draw(st.sampled_from([0, 1, 2, "same"]))
    most = [min(3, len(line) + (2 * padding if padding != "same" else 3)) for line in (image, image[0])]
    kernel = board(*(draw(st.integers(1, each)) for each in most))
    return image, kernel, draw(st.tuples(st.integers(1, 3), st.integers(1, 3))), padding


@settings(max_examples=12, deadline=None)
@given(convolutions())
def test_shows_every_number_of_any_convolution(arguments):
    image, kernel, stride, padding = arguments
    scene = ConvolutionSteps(image, kernel, stride=stride, padding=padding)
    figure = check_all_numbers(scene, convolution_values(*arguments))
    check_places(scene, figure)
    check_filter(scene, figure, stride, padding)


@settings(max_examples=60, deadline=None)
@given(convolutions())
def test_equals_the_output_of_the_layer_and_of_the_loops(arguments):
    image, kernel, stride, padding = np.array(arguments[0], float), np.array(arguments[1], float), *arguments[2:]
    scene = ConvolutionSteps(image, kernel, stride=stride, padding=padding)
    layer = Conv2D(1, 1, kernel.shape, stride, padding, rng=np.random.default_rng(0))
    layer.params["w"][...] = kernel[:, :, None, None]
    np.testing.assert_allclose(scene.out, layer.forward(image[None, :, :, None])[0, :, :, 0], atol=1e-12)
    loops = convolve(image[None, :, :, None], layer.params["w"], np.zeros(1), layer.windows)
    np.testing.assert_array_equal(scene.out, loops[0, :, :, 0])
    np.testing.assert_allclose(scene.products.sum(axis=(1, 2)), scene.out.ravel(), atol=1e-12)


# --- the checks above notice what they should ------------------------------------------------------------------------
