"""Augmentation step by step: every number, every pixel, and the moments between two steps."""

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, check_painter, nameless_digits, numbers_on, painted

from animations import AugmentationSteps, style
from tinylearn.augmentation import affine

MIRRORED, ANGLES = [False, True, False, True], [12.25, -3.5, 0.0, 180.0]
SHIFTS = [[0.125, -0.25], [-0.5, 0.0], [0.0, 0.0625], [-0.125, 0.5]]
TIMES = [0, 0, 0, 0, 1, 1, 1, 1, 2, 3]
PICTURE = np.random.default_rng(0).random((8, 16, 3))


def make(**settings):
    given = {"picture": PICTURE, "mirrored": MIRRORED, "angles": ANGLES, "shifts": SHIFTS, "name": "a truck"}
    return AugmentationSteps(**given | settings)


def recomputed():
    down, right = np.abs(SHIFTS)[TIMES].T * [[8], [16]]
    return {"time": np.add(TIMES, 1), "last_time": 4, "angle": np.abs(ANGLES)[TIMES], "down": down, "right": right}


def image_of(scene):
    (image,) = scene.page.axes.images
    return image


def test_shows_every_number_of_every_frame():
    check_all_numbers(make(), recomputed())
    assert nameless_digits(make(), range(10)) == set()


@pytest.mark.parametrize("name", ["angles", "shifts", "times"])
def test_notices_one_wrong_number(name):
    scene = make()
    getattr(scene, name)[1] += 1 if name == "times" else 0.3
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(scene, recomputed())


def test_shows_at_each_step_what_was_done_so_far():
    scene = make()
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
    scene = make()
    wanted = affine(np.repeat(PICTURE[None], 4, axis=0), ANGLES, SHIFTS, MIRRORED)
    np.testing.assert_allclose(scene.shown, wanted, atol=1e-12)
    painted(scene, 0)
    for frame, time in ((3, 0), (3.9, 0), (7, 1), (8, 2), (8.5, 2), (9, 3)):
        scene.update(frame)
        np.testing.assert_array_equal(image_of(scene).get_array(), scene.shown[time])
    assert scene.done.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 3, 4]


def test_moves_between_two_steps():
    scene = make()
    painted(scene, 0)
    scene.update(1.5)  # half turned
    np.testing.assert_allclose(image_of(scene).get_array(), affine(PICTURE[None], [6.125], [[0, 0]], [False])[0])
    scene.update(2.25)  # a quarter of the way
    wanted = affine(PICTURE[None], [12.25], [[0.125 / 4, -0.25 / 4]], [False])[0]
    np.testing.assert_allclose(image_of(scene).get_array(), wanted)


def test_turns_a_picture_over_while_it_is_mirrored():
    scene = make()
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
    scene = make()
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
    for texts in check_layout(make(picture=picture, name="a picture with a name that goes on"), 0, 3, -1):
        assert {"drawn at random", "that it is shown"} <= set(texts)


def test_draws_frames_in_any_order():
    check_painter(make, [9, 0, 5])


def test_says_a_frame_in_words():
    assert make().describe(5) == (
        "Time 2 of 4 that a truck is shown: mirrored, turned by -3.5 degrees, moved -4.0 pixels down and 0.0 to the "
        "right; after the mirror."
    )
    assert make(slow=9).frames == 16


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
        make(**changed)
