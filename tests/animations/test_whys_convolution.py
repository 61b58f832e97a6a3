"""Explanations of convolution, pooling, feature maps and pulls lead back to image and weights."""

import pytest

from tests.animations.samples.convolution import pulls, steps, trained


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


def test_leads_from_a_filter_by_the_optimiser_and_dout_back_to_the_loss():
    scene = pulls(recording=trained()[1])
    assert {"gradient", "before", "learning_rate"} <= set(scene.why("after", 10).asked())
    gid, seen = "dout[0]", []
    while gid and len(seen) < 20:
        seen.append(gid.split("[")[0])
        gid = next((each for each in scene.why(gid, 10).asked() if each.startswith(("dx", "dout"))), "")
    assert seen[0] == "dout"
    assert seen[-1] in ("dout.sigmoid_1", "dx.sigmoid_1"), "the loss is next"


def test_leads_from_the_gradient_of_a_filter_back_to_a_pixel_of_the_batch():
    scene = pulls()
    gids = list(scene.why("gradient", 10).asked())
    assert gids == ["pull[0]", "pull[1]", "pull[2]", "pull[3]", "pull.places", "pull.pictures"]
    _, seen = scene.why("pull[0]", 10).asked()
    (pixel,) = scene.why(seen, 10).asked()
    n, r, c, k = map(int, pixel.removeprefix("pixel[").removesuffix("]").split(","))
    assert scene.why(pixel, 10).value == pytest.approx(scene.pictures[n, r, c, k])
    assert scene.why(seen, 10).value == pytest.approx(scene.pictures[n, r, c, k] - 0.5, abs=1e-7)
