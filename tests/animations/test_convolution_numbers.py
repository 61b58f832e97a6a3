"""Every number of every frame of a convolution: its value, its name and its place."""

import numpy as np
import pytest
from audit import check_all_numbers, check_numbers
from board_helpers import FACTS, Expected, check_filter, check_places, convolution_values, enclosed, positions
from hypothesis import given, settings
from hypothesis import strategies as st

from animations import ConvolutionSteps, MaxPoolingSteps, SideBySide
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter
from tinylearn import Conv2D
from tinylearn.layers.loops import convolve

facts = pytest.mark.parametrize("name", FACTS)


def make(name, prefix=""):
    image, kernel, stride, padding, _ = FACTS[name]
    return ConvolutionSteps(image, kernel, stride=stride, padding=padding, name=prefix)


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
def test_shows_every_number_of_every_frame(name):
    scene = make(name)
    assert scene.frames == 1 + 3 * 9
    check_places(scene, check_all_numbers(scene, convolution_values(*FACTS[name][:4])))


def test_draws_two_convolutions_next_to_each_other():
    scene = SideBySide(make("padding", "left"), make("stride", "right"))
    sides = [convolution_values(*FACTS[name][:4], prefix) for name, prefix in
             (("padding", "left."), ("stride", "right."))]  # fmt: skip
    check_all_numbers(scene, lambda frame: sides[0](frame) | sides[1](frame))


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


@facts
def test_lays_every_weight_on_the_number_that_it_meets(name):
    scene = make(name)
    check_filter(scene, Painter(scene).figure, (FACTS[name][2],) * 2, FACTS[name][3])


def test_notices_a_filter_that_lies_at_the_place_before():
    scene = make("stride")
    scene.corners.insert(0, scene.corners.pop())
    with pytest.raises(AssertionError, match="lies"):
        check_filter(scene, Painter(scene).figure, (2, 2), 0)


def test_slides_window_and_weights_between_two_places_and_keeps_numbers():
    scene = make("padding")
    painter = Painter(scene)

    def seen(frame):
        scene.update(frame)
        texts = {text.get_gid(): text for text in painter.figure.findobj(lambda artist: artist.get_gid())}
        (path,) = scene.window.get_paths()
        return path.vertices, texts["w[1,1]"].get_position(), texts["sum"].get_text(), texts["place"].get_text()

    before, between, after = seen(3), seen(3.5), seen(4)
    for known in (0, 1):
        np.testing.assert_allclose(between[known], (before[known] + np.asarray(after[known])) / 2)
        assert not np.allclose(before[known], after[known])
    assert between[2:] == before[2:] == ("2", "1")


def test_says_nothing_of_places_products_and_sums_before_the_first_place():
    for scene in (make("padding"), MaxPoolingSteps([[1, 0], [0, 1]])):
        figure = Painter(scene).figure
        scene.update(0)
        texts = [text.get_text() for text in drawn_texts(figure)]
        assert scene.window.get_visible() == isinstance(scene, ConvolutionSteps), "beside the image"
        assert not {"place", "of", "·", "sum of all products =", "largest =", "image · filter"} & set(texts)


def test_allows_the_clock_in_one_of_two_panels():
    image, kernel, stride, padding, _ = FACTS["stride"]
    scene = ConvolutionSteps(image, kernel, stride=stride, padding=padding, with_clock=False)
    check_all_numbers(scene, convolution_values(image, kernel, stride, padding, clock=False))
    assert not {"start", "cover", "write"} & {text.get_text() for text in drawn_texts(Painter(scene).figure)}


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


@pytest.mark.parametrize("name", ["inputs", "products", "out", "kernel", "image"])
def test_notices_one_wrong_value(name):
    scene = make("stride")
    values = getattr(scene, name)
    values[(1,) * values.ndim] += 1
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(scene, convolution_values(*FACTS["stride"][:4]))


def test_notices_an_output_written_too_early():
    scene = make("padding")
    painter = Painter(scene)
    scene.update(3)
    with pytest.raises(AssertionError):
        check_numbers(painter.figure, 2, convolution_values(*FACTS["padding"][:4]))


@pytest.mark.parametrize("turn", [lambda i, j: (j, i), lambda i, j: (i, 2 - j), lambda i, j: (2 - i, j)])
def test_notices_a_board_that_is_transposed_or_mirrored(turn):
    """As the book draws the first output and the second filter."""
    scene = make("padding")
    figure = Painter(scene).figure
    scene.update(scene.frames - 1)
    places = positions(figure)["out"]
    for (i, j), (number,) in ((cell, numbers_named(figure, f"out[{cell[0]},{cell[1]}]")) for cell in places):
        number.set_position(places[turn(i, j)])
    with pytest.raises(AssertionError, match="out"):
        check_places(scene, figure)


def numbers_named(figure, gid):
    return figure.findobj(lambda artist: artist.get_gid() == gid)
