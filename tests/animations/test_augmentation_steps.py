"""Augmentation step by step: every number, every pixel, and the moments between two steps."""

import numpy as np
import pytest
from audit import check_layout, numbers_on, painted

from animations import style
from tests.animations.samples.classes import ANGLES, MIRRORED, PICTURE, SHIFTS, augmentation
from tinylearn.augmentation import affine


def image_of(scene):
    (image,) = scene.page.axes.images
    return image


def test_shows_at_each_step_what_was_done_so_far():
    scene = augmentation()
    painted(scene, 0)
    still, unmoved = [0.0], [[0.0, 0.0]]
    for time, first in ((0, 0), (1, 4)):
        done = (
            ([False], still, unmoved),
            (MIRRORED, still, unmoved),
            (MIRRORED, ANGLES, unmoved),
            (MIRRORED, ANGLES, SHIFTS),
        )
        for stage, (mirrored, angles, shifts) in enumerate(done):
            scene.update(first + stage)
            now = [each[time] if len(each) > 1 else each[0] for each in (angles, shifts, mirrored)]
            wanted = affine(PICTURE[None], *([each] for each in now))[0]
            np.testing.assert_allclose(image_of(scene).get_array(), wanted, atol=1e-12)


def test_equals_one_affine_map_of_all_numbers():
    scene = augmentation()
    wanted = affine(np.repeat(PICTURE[None], 4, axis=0), ANGLES, SHIFTS, MIRRORED)
    np.testing.assert_allclose(scene.shown, wanted, atol=1e-12)
    painted(scene, 0)
    for frame, time in ((3, 0), (3.9, 0), (7, 1), (8, 2), (8.5, 2), (9, 3)):
        scene.update(frame)
        np.testing.assert_array_equal(image_of(scene).get_array(), scene.shown[time])
    assert scene.done.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 3, 4]


def test_moves_between_two_steps():
    scene = augmentation()
    painted(scene, 0)
    scene.update(1.5)  # half turned
    np.testing.assert_allclose(image_of(scene).get_array(), affine(PICTURE[None], [6.125], [[0, 0]], [False])[0])
    scene.update(2.25)  # a quarter of the way
    wanted = affine(PICTURE[None], [12.25], [[0.125 / 4, -0.25 / 4]], [False])[0]
    np.testing.assert_allclose(image_of(scene).get_array(), wanted)


def test_turns_a_picture_over_while_it_is_mirrored():
    scene = augmentation()
    painted(scene, 4)
    widths = []
    for moment in (4, 4.25, 4.5, 4.75, 5):
        scene.update(moment)
        left, right, *_ = image_of(scene).get_extent()
        widths.append((right - left) / 384)
        assert left + right == pytest.approx(2 * 24 + 384)
        wanted = PICTURE[:, ::-1] if moment >= 4.5 else PICTURE
        np.testing.assert_allclose(image_of(scene).get_array(), wanted)
    np.testing.assert_allclose(widths, [1, 0.5**0.5, 0, 0.5**0.5, 1], atol=1e-6)
    scene.update(0.5)
    assert image_of(scene).get_extent()[:2] == pytest.approx([24, 408]), "this time it is not mirrored"


def test_says_the_direction_and_makes_the_current_step_bold():
    scene = augmentation()
    painted(scene, 0)
    words = (
        ["not mirrored", "turned left", "moved down", "moved left"],
        ["mirrored", "turned right", "moved up", "moved right"],
    )
    rows = [[0], [1], [2, 3], []]
    for frame in range(8):
        scene.update(frame)
        texts = {text.get_text(): text for text in scene.page.axes.texts}
        shown = [texts[word] for word in words[frame // 4]]
        assert [i for i, text in enumerate(shown) if text.get_weight() == "bold"] == rows[frame % 4]
        assert {text.get_color() for text in shown} <= {style.INK, style.QUIET}
    number = numbers_on(scene.page.figure)["angle"]
    assert (number.get_text(), number.get_color()) == ("3.5", style.INK)


@pytest.mark.parametrize("picture", [PICTURE, PICTURE[..., :1], np.full((40, 9, 3), 0.5)])
def test_finds_room_for_every_text(picture):
    for texts in check_layout(augmentation(picture=picture, name="a picture with a name that goes on"), 0, 3, -1):
        assert {"drawn at random", "that it is shown"} <= set(texts)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"picture": np.zeros((8, 16, 2))}, "the last axis of picture must be 1 or 3 long"),
        ({"picture": np.zeros((8, 16))}, r"picture must have shape \(H, W, C\)"),
        ({"angles": [1.0]}, r"angles must have shape \(4,\), as mirrored has 4, got \(1,\)"),
        ({"angles": [0, 0, 0, 181]}, r"angles must lie in \[-180, 180\]"),
        ({"shifts": np.ones((4, 2))}, r"shifts must lie in \[-0.999, 0.999\]"),
        ({"mirrored": [2, 0, 0, 0]}, r"mirrored must lie in \[0, 1\]"),
        ({"slow": 0}, "slow must be at least 1, got 0"),
    ],
)
def test_refuses_what_does_not_fit(changed, message):
    with pytest.raises(ValueError, match=f"AugmentationSteps: {message}"):
        augmentation(**changed)
