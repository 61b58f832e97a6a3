"""A neuron and two pictures: every number, map, bar and word of every frame is as recorded."""

import numpy as np
import pytest
from audit import check_layout, painted
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

import tinylearn as tl
from animations import CorrectCounts, PixelNeuron, PixelStates, style
from tests.animations.samples.neurons import (
    ANSWERS,
    PANELS,
    PICTURES,
    counts,
    limits_of,
    of_pictures,
    pixel_states,
    pixel_values,
)
from tests.animations.samples.neurons import pixel_neuron as neuron

LAST = 8


@pytest.fixture
def made():
    """States on their own arrays, for tests that spoil them."""
    return pixel_states()


@pytest.fixture
def recording():
    return of_pictures()


WEIGHTS, PRODUCTS = (438, 198, 288), ((790, 362, 224), (790, 98, 224))  # of the maps: left, bottom, side


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_adds_up_to_the_sum(made):
    np.testing.assert_allclose(made.plus + made.minus + made.b[:, None], made.sums, atol=1e-12)
    np.testing.assert_allclose(made.products.sum(axis=2) + made.b[:, None], made.sums, atol=1e-12)
    assert (made.plus[1:] > 0).all()
    assert (made.minus[1:] < 0).all()


# --- maps ------------------------------------------------------------------------------------------------------------


def test_paints_every_weight_and_product_in_its_place_and_colour(made, recording):
    """They share one scale: a colour means the same weight in all maps."""
    scene = neuron(made)
    painter = painted(scene, 0)
    for step in (0, 1, LAST):
        limit = limits_of(recording)[step]
        w = recording.at(step)["dense_1.w"].reshape(32, 32)  # row after row
        maps = [w, *(w * picture[..., 0] for picture in PICTURES)]
        pixels = painter.paint(step).astype(int)
        for values, (left, bottom, side) in zip(maps, (WEIGHTS, *PRODUCTS), strict=True):
            wanted = colormaps["RdBu"]((values / limit + 1) / 2, bytes=True)[..., :3].astype(int)
            top, apart = scene.size[1] - bottom - side, side // 32
            middles = np.s_[top + apart // 2 : top + side : apart, left + apart // 2 : left + side : apart, :3]
            assert np.abs(pixels[middles] - wanted).max() <= 3, "neighbours in a table of 256 colours"


def test_draws_a_neuron_that_has_learned_nothing(made):
    made.w[:2] = 0
    assert neuron(made).limits[:2].tolist() == [neuron(made).limits[2]] * 2, "the first that there is"
    made.w[:] = 0
    scene = neuron(made)
    assert set(scene.limits) == {1}
    painted(scene, 0)


# --- what is drawn without digits ------------------------------------------------------------------------------------


def test_draws_the_bar_as_high_as_the_probability(made, recording):
    scene = neuron(made)
    painted(scene, 0)
    page, values = scene.page.axes, pixel_values()
    boxes = [patch for patch in page.patches if isinstance(patch, Rectangle) and patch.get_width() == 30]
    for (bar, box), name in zip((boxes[:2], boxes[2:]), PANELS, strict=True):
        assert to_hex(bar.get_facecolor()) == style.FAINT
        halves = [line.get_ydata()[0] for line in page.lines if line.get_linestyle() == "--"]
        assert box.get_y() + box.get_height() / 2 in halves
        for frame in (0, 3, LAST):
            scene.update(frame)
            assert bar.get_y() == box.get_y()
            assert bar.get_height() / box.get_height() == pytest.approx(values[f"{name}.predicted"][frame])


@pytest.mark.parametrize(
    ("total", "target", "said", "colour"),
    [
        (2.0, 1, "says horse ✓", style.TARGET),
        (-2.0, 1, "says deer ✗", style.ERROR),
        (2.0, 0, "says horse ✗", style.ERROR),
        (-2.0, 0, "says deer ✓", style.TARGET),
        (0.0, 0, "cannot tell", style.QUIET),
    ],
)
def test_gives_the_verdict(made, total, target, said, colour):
    made.sums[4] = total, 3.0
    scene = neuron(made, targets=(target, 1))
    painted(scene, 4)
    (verdict,) = (text for text in scene.page.axes.texts if text.get_text() == said and text.get_position()[1] > 342)
    assert verdict.get_color() == colour
    assert said in scene.describe(4)


# --- layout ----------------------------------------------------------------------------------------------------------


def test_finds_room_for_large_sums(made):
    made.plus[:], made.minus[:], made.sums[:] = 123.456, -234.567, -111.111
    check_layout(neuron(made), LAST)


# --- states ----------------------------------------------------------------------------------------------------------


def test_shows_states_after_the_updates(recording):
    found = PixelStates(recording, PICTURES, [0, 3, LAST])
    for row, step in enumerate((0, 3, LAST)):
        np.testing.assert_array_equal(found.w[row], recording.at(step)["dense_1.w"][:, 0])
        assert found.b[row] == recording.at(step)["dense_1.b"]
    assert found.last == LAST


def test_refuses_states_that_were_not_recorded(recording):
    with pytest.raises(ValueError, match=r"steps must be recorded steps, 0 to 8, got \[0, 9\]"):
        PixelStates(recording, PICTURES, [0, 9])
    with pytest.raises(ValueError, match=r"dense_1.w, of one neuron .* \(1, 16, 1\), got \(1, 1024, 1\)"):
        PixelStates(recording, PICTURES[:, :4, :4], [0])
    with pytest.raises(ValueError, match=r"pictures must have shape \(P, H, W, 3\), got \(2, 32, 32\)"):
        PixelStates(recording, PICTURES[..., 0], [0])
    model = tl.Sequential([tl.Dense(1024, 2, rng=np.random.default_rng(0))])
    with pytest.raises(ValueError, match=r"got \(1, 1024, 2\)"):
        PixelStates(tl.Recorder(model).recording, PICTURES, [0])


def test_refuses_states_between_kept_records():
    model = tl.Sequential([tl.Dense(1024, 1, rng=np.random.default_rng(0)), tl.Sigmoid()])
    recorder = tl.Recorder(model, every=2)
    tl.fit(model, PICTURES[..., 0].reshape(2, -1), [[1], [0]], loss=tl.BinaryCrossEntropy(), optimizer=tl.SGD(0.1),
           epochs=4, callbacks=[recorder])  # fmt: skip
    assert PixelStates(recorder.recording, PICTURES, [0, 2, 4]).last == 4
    with pytest.raises(ValueError, match=r"steps must be recorded steps, 0 to 4, got \[0, 3\]"):
        PixelStates(recorder.recording, PICTURES, [0, 3])


def test_refuses_other_than_two_pictures(recording):
    one = PixelStates(recording, PICTURES[:1], range(9))
    with pytest.raises(ValueError, match=r"PixelNeuron: expected two pictures with different names, got \('horse',\)"):
        PixelNeuron(one, [1], counts(), names=["horse"], answers=ANSWERS, notes=[""])
    with pytest.raises(ValueError, match=r"different names, got \('horse', 'horse'\)"):
        PixelNeuron(pixel_states(), [1, 1], counts(), names=["horse", "horse"], answers=ANSWERS, notes=["", ""])


def test_refuses_tallies_that_do_not_fit(made):
    for wrong, got in (([1, 5], r"\[1\. 5\.\]"), ([-1, 4], r"\[-1\.  4\.\]"), ([0.5, 1], r"\[0\.5 1\. \]")):
        with pytest.raises(ValueError, match=rf"CorrectCounts: 'seen' must count 0 to 4 correct answers, got {got}"):
            CorrectCounts("seen", wrong, 4)
    words = {"names": list(PANELS), "answers": ANSWERS, "notes": ["", ""]}
    with pytest.raises(ValueError, match=r"PixelNeuron: 'seen' must have a count for each of 9 epochs, got \(2,\)"):
        PixelNeuron(made, [1, 0], [CorrectCounts("seen", [1, 2], 4)], **words)
    with pytest.raises(ValueError, match="PixelNeuron: expected 1 to 3 counts, got 4"):
        PixelNeuron(made, [1, 0], 2 * counts(), **words)
