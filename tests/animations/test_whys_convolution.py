"""Where the numbers of convolution, pooling, feature maps and pulls come from: asked back to image and weights."""

import pytest
from board_helpers import FACTS
from why_checks import check_whys

from animations import ConvolutionSteps, MaxPoolingSteps, SideBySide

IMAGE = [[1, -2, 0.5, 3], [0, 1 / 3, 2, -1], [4, 0, 0, 12.75]]


def steps(name, prefix=""):
    image, kernel, stride, padding, _ = FACTS[name]
    return ConvolutionSteps(image, kernel, stride=stride, padding=padding, name=prefix)


BOARDS = {
    "padding": lambda: steps("padding"),
    "stride": lambda: steps("stride", "right"),
    "same": lambda: ConvolutionSteps(IMAGE, [[1, -1], [0.25, 2]], padding="same", stride=(2, 1)),
    "one weight": lambda: ConvolutionSteps(IMAGE, [[2]]),
    "pooling": lambda: MaxPoolingSteps(IMAGE, 2, stride=1, name="one"),
    "padded pooling": lambda: MaxPoolingSteps(IMAGE, 3, stride=2, padding=1),
    "pooling one by one": lambda: MaxPoolingSteps(IMAGE, 1),
    "beside each other": lambda: SideBySide(steps("padding", "left"), steps("stride", "right")),
}


@pytest.mark.parametrize("make", BOARDS.values(), ids=BOARDS.keys())
def test_explains_every_number_of_every_board(make):
    scene = make()
    assert check_whys(scene, range(scene.frames)) > 0


def test_leads_from_an_output_to_image_weight_and_padding():
    scene = steps("padding", "row")
    why = scene.why("row.out[0,1]", 27)
    assert why.value == 3
    assert [term.gid for term in why.parts[0].terms][:2] == ["row.out[0,1].product[0,0]", "row.out[0,1].product[0,1]"]
    assert list(scene.why("row.out[0,1].product[0,0]", 27).asked()) == ["row.padding[-1,0]", "row.w[0,0]"]
    assert list(scene.why("row.out[0,1].product[1,2]", 27).asked()) == ["row.x[0,2]", "row.w[1,2]"]
    assert next(scene.why("row.out[0,1]", 6).asked()) == "row.product[0,0]", "those of the place that is shown"


@pytest.mark.parametrize("gid", ["out[0,9]", "x[9,0]", "x[0,0]", "row.padding[0,0]", "row.padding[7,7]", "row.nothing",
                                 "row.out[0,0].product[4,4]"])  # fmt: skip
def test_says_nothing_of_numbers_that_are_not_there(gid):
    assert steps("padding", "row").why(gid, 3) is None


def test_counts_frames_in_places():
    unit, values = steps("padding").moments()
    assert unit == "place"
    assert values[:5] == [0, 1, 1, 1, 2]
    assert (len(values), values[-1]) == (28, 9)
