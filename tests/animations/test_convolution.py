"""Boards of convolution and pooling, with any numbers: each is right, in its place, under its filter; the pulls of a
filter; and explanations, which lead back to image, weights and padding.
"""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from animations import ConvolutionSteps, MaxPoolingSteps, style
from animations.audit.contrast import contrast
from animations.kit.boards import tints
from animations.scenes.convolution.pulls import strongest_apart
from tests.animations.audit import check_all_numbers
from tests.animations.board_helpers import FACTS, convolution_values, pooling_values
from tests.animations.pull_helpers import pulls_of
from tests.animations.samples.convolution import pulls, steps, update
from tinylearn import Conv2D, MaxPool2D
from tinylearn.layers.loops import convolve


@pytest.mark.parametrize(("color", "text"), [(style.WEIGHT, style.WEIGHT), (style.INPUT, style.INK)])
def test_keeps_every_number_readable_on_its_tint(color, text):
    palest, strongest = tints(np.array([0, -3]), color)
    assert palest == to_rgb(style.PAPER)
    assert contrast(text, strongest) >= 4.5
    assert contrast(strongest, style.PAPER) > 1.1, "and the tint can be seen"


def test_gives_the_outputs_of_the_book():
    for name in FACTS:
        np.testing.assert_array_equal(steps(name).out, FACTS[name][-1])


numbers, side = st.sampled_from([0, 1, -1, 2, 0.5, -0.25, 1 / 3, 12.75]), st.integers(1, 4)


def boards(rows, columns):
    return st.lists(st.lists(numbers, min_size=columns, max_size=columns), min_size=rows, max_size=rows)


@st.composite
def convolutions(draw):
    """An image up to 4 × 4, a kernel up to 3 × 3 that fits it, strides, and padding as a number or "same"."""
    image = draw(boards(draw(side), draw(side)))
    padding = draw(st.sampled_from([0, 1, 2, "same"]))
    most = [min(3, len(line) + (2 * padding if padding != "same" else 3)) for line in (image, image[0])]
    kernel = draw(boards(*(draw(st.integers(1, each)) for each in most)))
    return image, kernel, draw(st.tuples(st.integers(1, 3), st.integers(1, 3))), padding


@settings(max_examples=12, deadline=None)
@given(convolutions())
def test_shows_every_number_of_any_convolution_as_layer_and_loops_give_it(arguments):
    image, kernel, stride, padding = arguments
    scene = ConvolutionSteps(image, kernel, stride=stride, padding=padding)
    check_all_numbers(scene, convolution_values(*arguments), also={"board"})
    layer = Conv2D(1, 1, scene.kernel.shape, stride, padding, rng=np.random.default_rng(0))
    layer.params["w"][...] = scene.kernel[:, :, None, None]
    x = np.array(image, float)[None, :, :, None]
    np.testing.assert_allclose(scene.out, layer.forward(x)[0, :, :, 0], atol=1e-12)
    np.testing.assert_array_equal(scene.out, convolve(x, layer.params["w"], np.zeros(1), layer.windows)[0, :, :, 0])
    np.testing.assert_allclose(scene.products.sum(axis=(1, 2)), scene.out.ravel(), atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(lambda shape: boards(*shape)),
       st.tuples(st.integers(1, 2), st.integers(1, 2)), st.tuples(st.integers(1, 3), st.integers(1, 3)),
       st.sampled_from([0, "same"]))  # fmt: skip
@example([[-1, -2], [-3, -4]], (2, 2), (2, 2), 1)  # padding never wins
def test_pools_in_any_way(image, size, stride, padding):
    scene = MaxPoolingSteps(image, size, stride=stride, padding=padding)
    x = np.array(image, float)[None, :, :, None]
    np.testing.assert_array_equal(scene.out, MaxPool2D(size, stride, padding).forward(x)[0, :, :, 0])
    check_all_numbers(scene, pooling_values(image, size, stride, padding), also={"board"})
    assert MaxPoolingSteps([[0, 3, 3], [3, 3, 3]], (2, 3)).winners == [(0, 1)], "the first of equal numbers"


def test_adds_the_pulls_of_all_places_up_to_the_gradient():
    scene, given = pulls(), update()
    total = sum(pull for each in pulls_of(given["x"], given["dout"], (3, 3)) for pull in each.values())
    np.testing.assert_allclose(total, given["gradient"], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(sum(scene.columns[:6]), given["gradient"], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(scene.columns[7] + scene.columns[8], scene.columns[9], atol=1e-7)


def test_shows_only_places_inside_that_share_no_pixel():
    force = np.zeros((7, 9))
    force[0, 0], force[3, 3], force[3, 4], force[5, 3], force[3, 6], force[1, 1] = 9, 8, 7, 6, 5, 4
    assert strongest_apart(force, (3, 3), 4) == [(3, 3), (3, 6)]
    assert strongest_apart(force, (1, 1), 4) == [(0, 0), (3, 3), (3, 4), (5, 3)]
    assert strongest_apart(force, (2, 2), 9) == [(0, 0), (3, 3), (5, 3), (3, 6)]


def test_leads_from_an_output_to_image_weight_and_padding():
    scene = steps("padding", "row")
    why = scene.why("row.out[0,1]", 27)
    assert why.value == 3
    assert [term.gid for term in why.parts[0].terms][:2] == ["row.out[0,1].product[0,0]", "row.out[0,1].product[0,1]"]
    assert list(scene.why("row.out[0,1].product[0,0]", 27).asked()) == ["row.padding[-1,0]", "row.w[0,0]"]
    assert list(scene.why("row.out[0,1].product[1,2]", 27).asked()) == ["row.x[0,2]", "row.w[1,2]"]
    assert next(scene.why("row.out[0,1]", 6).asked()) == "row.product[0,0]", "those of the place that is shown"
    for gid in ("out[0,9]", "x[9,0]", "x[0,0]", "row.padding[0,0]", "row.padding[7,7]", "row.nothing",
                "row.out[0,0].product[4,4]"):  # fmt: skip
        assert scene.why(gid, 3) is None
