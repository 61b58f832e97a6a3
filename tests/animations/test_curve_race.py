"""Networks that learn one curve: losses and curves follow from their recorded parameters at the same epoch."""

import copy

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, check_painter, nameless_digits, names_beside, painted

from animations import CurveRace, CurveStates, style
from chapters import ch04_activations as chapter
from tinylearn.datasets import sine

STEPS = [0, 1, 3, 9, 40]
BEST = chapter.best_line(*sine())[2]


@pytest.fixture(scope="module")
def runners():
    return chapter.learn(0, *sine())


@pytest.fixture(scope="module")
def states(runners):
    return {name: CurveStates(each.recording, each.model, *sine(), STEPS) for name, each in runners.items()}


@pytest.fixture(scope="module")
def drawn(states):
    """The scene, drawn once for all tests that only look at it."""
    return painted(make(states), 0).scene


def make(states):
    return CurveRace(states, title="Four networks", best_line=BEST)


def said(name, runner, step):
    """Return a network's predictions after an update, by hand."""
    p, bend = runner.recording.at(step), chapter.ACTIVATIONS[name]
    bend = bend().forward if bend else lambda z: z
    out = sine()[0]
    for number in (1, 2, 3):
        out = out @ p[f"dense_{number}.w"] + p[f"dense_{number}.b"]
        out = bend(out) if number < 3 else out
    return out[:, 0]


def recomputed(runners):
    """Return gid → the value in each frame, from recorded parameters and data alone."""
    values = {"epoch": STEPS, "last_epoch": 1000, "best_line": BEST}
    for name, runner in runners.items():
        values[f"{name}.loss"] = [((said(name, runner, step) - sine()[1][:, 0]) ** 2).mean() for step in STEPS]
    return values


def test_shows_every_number_of_every_frame(states, runners):
    check_all_numbers(make(states), recomputed(runners))


@pytest.mark.parametrize("name", list(chapter.ACTIVATIONS))
def test_notices_one_wrong_loss(states, runners, name):
    spoiled = copy.deepcopy(states)
    spoiled[name].loss[2] *= 1.01
    with pytest.raises(AssertionError, match=f"{name}.loss shows"):
        check_all_numbers(make(spoiled), recomputed(runners))


def test_shows_the_loss_of_the_parameters_on_the_picture(states, runners):
    """The race once showed the loss before this update, which was recorded before the next one."""
    for name, runner in runners.items():
        np.testing.assert_allclose(states[name].loss[:-1], runner.recording.losses[np.add(STEPS[:-1], 1)], rtol=1e-12)


def test_draws_curves_and_losses_of_their_networks(drawn, runners, states):
    _, losses, *panels = drawn.page.figure.axes
    for frame, step in enumerate(STEPS):
        drawn.update(frame)
        falls = [
            line for line in losses.lines if line.get_color() in style.SERIES and len(line.get_xdata()) == frame + 1
        ]
        for (name, runner), panel, color in zip(runners.items(), panels, style.SERIES, strict=False):
            _, target, curve = panel.lines
            np.testing.assert_allclose(curve.get_ydata(), said(name, runner, step), rtol=1e-9, atol=1e-12)
            np.testing.assert_array_equal(target.get_ydata(), sine()[1][:, 0])
            assert curve.get_color() == color
            fall = next(line for line in falls if line.get_color() == color)
            np.testing.assert_allclose(fall.get_xydata(), np.c_[STEPS, states[name].loss][: frame + 1])


def test_writes_marker_name_and_loss_over_the_curve_of_a_network(drawn):
    _, losses, *panels = drawn.page.figure.axes
    markers = [line for line in drawn.page.axes.lines if line.get_marker() in style.MARKERS]
    tips = [line for line in losses.lines if line.get_marker() in style.MARKERS]
    for place, (name, panel) in enumerate(zip(drawn.states, panels, strict=True)):
        (number,) = drawn.page.figure.findobj(lambda artist, gid=f"{name}.loss": artist.get_gid() == gid)
        box, above = panel.get_window_extent(), number.get_window_extent()
        assert box.x0 < above.x0 < above.x1 < box.x1 + 2
        assert box.y1 < above.y0 < box.y1 + 40
        looks = {(each.get_color(), each.get_marker()) for each in (markers[place], tips[place])}
        assert looks == {(number.get_color(), style.MARKERS[place])}
        assert {text.get_color() for text in drawn.page.axes.texts if text.get_text() == name} == {number.get_color()}


def test_moves_curves_and_tips_between_two_frames(drawn, states):
    _, losses, panel, *_ = drawn.page.figure.axes
    drawn.update(2.5)
    first = states[chapter.LINE].predicted
    np.testing.assert_allclose(panel.lines[2].get_ydata(), (first[2] + first[3]) / 2)
    tips = [line.get_xdata()[0] for line in losses.lines if line.get_marker() in style.MARKERS]
    assert len(tips) == 4
    assert all(3 < tip < 9 for tip in tips)


def test_gives_all_panels_the_same_axes_with_room_for_the_target(drawn):
    _, losses, *panels = drawn.page.figure.axes
    assert len({(*panel.get_xlim(), *panel.get_ylim()) for panel in panels}) == 1
    low, high = panels[0].get_ylim()
    assert low < -1 < 1 < high
    assert losses.get_ylim()[0] < min(states.loss.min() for states in drawn.states.values())


@pytest.mark.parametrize("count", [1, 3, 4])
def test_keeps_every_text_in_place_and_readable(states, count):
    check_layout(make(dict(list(states.items())[:count])), 0, 4, words_at_ticks=[])


def test_names_and_digits(states):
    scene = make(states)
    assert names_beside(scene) == {"epoch": "epoch", "last_epoch": "of", "best_line": "- - -  best straight line"} | {
        f"{name}.loss": name for name in states
    }
    assert nameless_digits(scene, range(len(STEPS))) == set()


def test_draws_frames_in_any_order(states):
    check_painter(lambda: make(states), [4, 1])


def test_says_a_frame_in_words(states):
    words = make(states).describe(0)
    assert words.startswith("Four networks, epoch 0 of 1000: losses of without activations 1.6977, with ReLU 0.8643,")


def test_refuses_states_that_cannot_be_compared(states, runners):
    one = next(iter(runners.values()))
    other = CurveStates(one.recording, one.model, *sine(), [0, 2])
    with pytest.raises(ValueError, match="CurveRace: all states must have the same steps, got different ones"):
        make(states | {"other": other})
    with pytest.raises(ValueError, match="CurveRace: expected 1 to 5 states, got 0"):
        make({})
    with pytest.raises(TypeError, match="CurveRace: states must be a list of CurveStates"):
        make({"one": 3})
