"""One update of a filter: the pulls of all places, computed in plain loops, are drawn, and add up to its gradient."""

import re

import numpy as np
import pytest
from audit import check_layout
from matplotlib import colormaps
from matplotlib.patches import Rectangle
from pull_helpers import apart, chosen_of, pulls_of

from animations.engine.painter import Painter
from animations.scenes.convolution.pulls import strongest_apart
from tests.animations.samples.convolution import SIZE
from tests.animations.samples.convolution import pulls as make
from tests.animations.samples.convolution import update as given

# --- numbers ---------------------------------------------------------------------------------------------------------


def test_adds_up_to_the_gradient_that_the_recording_proves():
    scene, update = make(), given()
    total = sum(pull for each in pulls_of(update["x"], update["dout"], (3, 3)) for pull in each.values())
    np.testing.assert_allclose(total, update["gradient"], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(sum(scene.columns[:6]), update["gradient"], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(scene.columns[7] + scene.columns[8], scene.columns[9], atol=1e-7)


# --- pictures --------------------------------------------------------------------------------------------------------


def images_of(painter):
    """Return the axes of pictures: the picture, dout, and the tiles and patches, from left to right."""
    axes = [each for each in painter.figure.axes if each.images]
    return sorted(axes, key=lambda each: (-each.bbox.height, each.bbox.x0))


def framed(axes):
    """Return the corners (row, column) of the framed patches, in the order of their names."""
    names = {text.get_text(): text for text in axes.texts if text.get_visible()}
    corners = [(patch.get_y() + 0.5, patch.get_x() + 0.5) for patch in axes.patches
               if isinstance(patch, Rectangle) and patch.get_visible()][::2]  # fmt: skip
    for (row, column), name in zip(corners, sorted(names), strict=True):
        x, y = names[name].get_position()
        assert (int(y - row + 0.5), int(x - column + 0.5)) == (1, 0), f"{name} stands in another frame"
    return corners


def test_frames_the_places_that_pulled_most_one_by_one_on_picture_and_dout():
    scene, update = make(), given()
    pulls = pulls_of(update["x"], update["dout"], (3, 3))
    chosen, ranked = chosen_of(pulls)
    corners = [(p - 1, q - 1) for p, q in apart(ranked, (SIZE, SIZE), (3, 3))]
    painter = Painter(scene)
    picture, dout, *_ = images_of(painter)
    np.testing.assert_array_equal(picture.images[0].get_array(), update["pictures"][chosen])
    np.testing.assert_array_equal(dout.images[0].get_array(), update["dout"][chosen])
    for frame in range(scene.frames):
        scene.update(frame)
        assert dout.images[0].get_visible() == (frame >= 1)
        for axes in (picture, dout):
            assert framed(axes) == corners[: max(0, min(frame - 1, 4))]


def test_draws_tiles_of_the_pulls_blue_above_zero_red_below():
    scene, update = make(), given()
    pulls = pulls_of(update["x"], update["dout"], (3, 3))
    chosen, ranked = chosen_of(pulls)
    own = [pulls[chosen][place] for place in apart(ranked, (SIZE, SIZE), (3, 3))]
    painter = Painter(scene)
    pixels, limit = painter.paint(scene.frames - 1), max(np.abs(pull).max() for pull in own)
    boxes = [axes.bbox for axes in images_of(painter)[2:] if axes.bbox.height > axes.bbox.width and axes.bbox.y1 < 222]
    for pull, box in zip(own, boxes[:4], strict=True):
        for channel in range(3):
            down = len(pixels) - box.y1 + (4 * channel + np.arange(3) + 0.5) * box.height / 11
            across = box.x0 + (np.arange(3) + 0.5) * box.width / 3
            seen = pixels[np.ix_(down.astype(int), across.astype(int))][..., :3]
            wanted = 255 * colormaps["RdBu"](0.5 + pull[..., channel] / (2 * limit))[..., :3]
            outside = np.ones((3, 3), bool)  # of the framed weight
            outside[scene.largest[:2]] = channel != scene.largest[2]
            np.testing.assert_allclose(seen[outside], wanted[outside], atol=3)


def test_shows_only_places_inside_that_share_no_pixel():
    force = np.zeros((7, 9))
    force[0, 0], force[3, 3], force[3, 4], force[5, 3], force[3, 6], force[1, 1] = 9, 8, 7, 6, 5, 4
    assert strongest_apart(force, (3, 3), 4) == [(3, 3), (3, 6)]
    assert strongest_apart(force, (1, 1), 4) == [(0, 0), (3, 3), (3, 4), (5, 3)]
    assert strongest_apart(force, (2, 2), 9) == [(0, 0), (3, 3), (5, 3), (3, 6)]


# --- words and layout ------------------------------------------------------------------------------------------------


def test_begins_the_first_update_with_initialise():
    assert "initialise" in check_layout(make(step=1), 0)[0]


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda given: {"gradient": given["gradient"] * 1.01}, "must add up to gradient; take both from one update"),
        (lambda given: {"dout": given["dout"][::-1]}, "must add up to gradient"),
        (lambda given: {"dout": 0 * given["dout"], "gradient": np.zeros((3, 3, 3))}, "4 places must pull .* got 0"),
        (lambda given: {"x": given["x"][:2]}, r"x must have shape \(3, 16, 16, 3\), as pictures has"),
        (lambda given: {"dout": given["dout"][:, 1:]}, r"dout must have shape \(3, 16, 16\), as pictures has"),
        (lambda given: {"before": np.zeros((2, 3, 3))}, r"before must have shape \(3, 3, 3\), as gradient has"),
        (lambda given: {"step": 0}, "step must be at least 1, got 0"),
    ],
)
def test_refuses_things_that_do_not_belong_together(wrong, message):
    with pytest.raises(ValueError, match=re.compile(f"FilterPull: .*{message}", re.DOTALL)):
        make(**wrong(given()))
