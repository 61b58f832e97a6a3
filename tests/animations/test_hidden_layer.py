"""Hidden neurons and two pictures: numbers, maps, bars and words of every frame are those of the network."""

import numpy as np
import pytest
from audit import numbers_on, painted
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from animations import HiddenLayer, style

S, K = 5, 3
ROWS = ("upper", "lower")
STEPS = [0, 1, 2, 10, 625]
rng = np.random.default_rng(2)
PICTURES = rng.random((2, 32, 32, 3))
LEARNED = rng.normal(size=(S, 32, 32, K)) * np.linspace(0, 1, S)[:, None, None, None]
LIMITS = np.array([np.abs(LEARNED[: max(frame, 1) + 1]).max() for frame in range(S)])
ANSWERS = np.maximum(rng.normal(1, 1, (S, 2, K)), 0)
ANSWERS[2, 0, 1] = 0
PREDICTED = rng.random((S, 2))


def make(targets=(1, 0), **other):
    given = {"pictures": PICTURES, "learned": LEARNED, "answers": ANSWERS, "predicted": PREDICTED, "steps": STEPS}
    return HiddenLayer(**given | other, targets=targets, classes=("deer", "horse"), note="test set",
                       title="three hidden neurons", ends=("answer horses", "answer deer"))  # fmt: skip


def bars(scene):
    """Return (picture, neuron) → bar, found by its place."""
    found = [patch for patch in scene.page.axes.patches if isinstance(patch, Rectangle) and patch.get_width() == 72]
    assert len(found) == 2 * K
    columns = sorted({bar.get_x() for bar in found})
    return {(int(bar.get_y() < 326), columns.index(bar.get_x())): bar for bar in found}


@pytest.mark.parametrize("moment", [0, 2, 3.25, S - 1])
def test_scales_a_bar_to_the_largest_answer_of_its_neuron(moment):
    scene = make()
    painted(scene, 0)
    scene.update(moment)
    before, fraction = int(moment), moment % 1
    now = ANSWERS[before] if fraction == 0 else (1 - fraction) * ANSWERS[before] + fraction * ANSWERS[before + 1]
    for (picture, k), bar in bars(scene).items():
        sign = (1, -1)[picture]
        assert bar.get_height() == pytest.approx(sign * 118 * now[picture, k] / ANSWERS[..., k].max())
        assert bar.get_y() == 326 + sign * 104
        number = numbers_on(scene.page.figure)[f"{ROWS[picture]}.answers[{k}]"]
        x, y = number.get_position()
        assert (x, y) == pytest.approx((bar.get_x() + 36, bar.get_y() + bar.get_height() + sign * 16))
        assert float(number.get_text()) == pytest.approx(ANSWERS[before, picture, k], abs=0.006), "of the record"


def test_paints_the_changes_by_training_in_their_place_and_colour():
    scene = make()
    painter = painted(scene, 0)
    for frame in (0, 3, S - 1):
        pixels = painter.paint(frame).astype(int)
        for k in range(K):
            wanted = colormaps["RdBu"]((LEARNED[frame, ..., k] / LIMITS[frame] + 1) / 2, bytes=True)[..., :3].astype(
                int
            )
            top, left = scene.size[1] - 326 - 96, 200 + 222 * k
            drawn = pixels[top + 3 : top + 192 : 6, left + 3 : left + 192 : 6, :3]
            assert np.abs(drawn - wanted).max() <= 3


def test_fills_the_bar_by_the_probability():
    scene = make()
    painted(scene, 0)
    boxes = [patch for patch in scene.page.axes.patches if isinstance(patch, Rectangle) and patch.get_width() == 30]
    for picture, (bar, box) in enumerate((boxes[:2], boxes[2:])):
        assert to_hex(bar.get_facecolor()) == style.FAINT
        for frame in range(S):
            scene.update(frame)
            assert bar.get_height() / box.get_height() == pytest.approx(PREDICTED[frame, picture])


@pytest.mark.parametrize(
    ("p", "target", "said", "colour"),
    [
        (0.7, 1, "says horse ✓", style.TARGET),
        (0.7, 0, "says horse ✗", style.ERROR),
        (0.2, 0, "says deer ✓", style.TARGET),
        (0.5, 0, "cannot tell", style.QUIET),
    ],
)
def test_gives_the_verdict(p, target, said, colour):
    scene = make(targets=(target, 0), predicted=np.tile([p, 0.9], (S, 1)))
    painted(scene, 3)
    (verdict,) = (text for text in scene.page.axes.texts if text.get_text() == said and text.get_position()[1] > 326)
    assert verdict.get_color() == colour
    assert said in scene.describe(3)


def test_draws_neurons_that_are_always_off():
    scene = make(answers=np.zeros((S, 2, K)), learned=np.zeros((S, 32, 32, K)))
    painted(scene, 2)
    assert {bar.get_height() for bar in bars(scene).values()} == {0}


def test_refuses_too_many_neurons_and_answers_before_relu():
    five = {"learned": np.zeros((S, 2, 2, 5)), "answers": np.zeros((S, 2, 5)), "pictures": np.zeros((2, 2, 2, 3))}
    with pytest.raises(ValueError, match=r"HiddenLayer: expected two targets and 1 to 4 neurons, got \[1, 0\] and 5"):
        make(**five)
    with pytest.raises(ValueError, match="take them after ReLU"):
        make(answers=-ANSWERS)
    with pytest.raises(ValueError, match=r"answers must have shape \(5, 2, 3\)"):
        make(answers=ANSWERS[:, :, :2])
