"""Two networks that learn a sine: everything drawn is computed by hand from the recorded parameters of that step."""

import copy
from itertools import product

import numpy as np
import pytest
from audit import (
    check_all_numbers,
    check_layout,
    check_painter,
    nameless_digits,
    names_beside,
)

from animations import CurveFit, CurveStates, SideBySide, log_spaced_steps, style
from animations.engine.painter import Painter
from animations.scenes.activations.curve_fit import bends, straight_line
from chapters import ch04_activations as chapter
from tinylearn import Dense, Recorder, ReLU, Sequential
from tinylearn.datasets import sine

FRAMES = 31
STEPS = log_spaced_steps(chapter.EPOCHS, FRAMES)
NAMES = {"line": False, "relu": True}  # name of the panel → does the network have ReLUs?


@pytest.fixture(scope="module")
def trained():
    """Return name → (model, recording)."""
    x, y = sine()
    runners = chapter.learn(0, x, y, (chapter.LINE, chapter.RELU)).values()
    return {name: (runner.model, runner.recording) for name, runner in zip(NAMES, runners, strict=True)}


@pytest.fixture(scope="module")
def computed(trained):
    x, y = sine()
    return {name: CurveStates(recording, model, x, y, STEPS) for name, (model, recording) in trained.items()}


@pytest.fixture
def states(computed):
    """Name → states on their own arrays, for tests that spoil them."""
    return copy.deepcopy(computed)


@pytest.fixture
def make(states):
    error = chapter.best_line(*sine())[2]
    return lambda: chapter.two_networks(states["line"], states["relu"], error)


@pytest.fixture(scope="module")
def drawn(computed):
    """The scene, drawn once for all tests that only look at it."""
    scene = chapter.two_networks(computed["line"], computed["relu"], chapter.best_line(*sine())[2])
    Painter(scene)
    return scene


class Lines:
    """The lines that a panel has drawn."""

    def __init__(self, panel):
        _, above, below = panel.page.figure.axes
        self.wanted, self.curve, self.dots = above.lines
        self.best, self.fall, self.tip = below.lines


def hidden_and_output(recording, step, relu):
    """Return the inputs of the first and the second hidden layer's activations, and the output: by hand."""
    p, cut = recording.at(step), (lambda z: np.where(z > 0, z, 0)) if relu else (lambda z: z)
    first = np.linspace(-5, 5, 1000)[:, None] * p["dense_1.w"] + p["dense_1.b"]
    second = cut(first) @ p["dense_2.w"] + p["dense_2.b"]
    return first, second, (cut(second) @ p["dense_3.w"] + p["dense_3.b"])[:, 0]


def switches(first, second):
    """Return for each x but the first whether a neuron of the hidden layers has just switched."""
    on = np.hstack([first, second]) > 0
    return (on[1:] != on[:-1]).any(axis=1)


def told_apart(places):
    """Return the growing places where a dot is drawn; they are 12 pixels apart, and 531 pixels are 10.4 units."""
    kept = []
    for place in places:
        if not kept or place >= kept[-1] + 12 * 10.4 / 531.2:
            kept.append(place)
    return kept


@pytest.fixture(scope="module")
def recomputed(trained):
    """Return gid → the value in each frame, from recorded parameters and data alone."""
    x, y = (column[:, 0] for column in sine())
    best = np.polynomial.Polynomial.fit(x, y, 1)
    values = {f"{name}.{gid}": [] for name in NAMES for gid in ("epoch", "loss", "best_line")}
    values |= {"line.w": [], "line.b": [], "relu.bends": []}
    del values["relu.epoch"]  # one clock is enough
    for step in STEPS:
        for name, relu in NAMES.items():
            first, second, said = hidden_and_output(trained[name][1], step, relu)
            values.get(f"{name}.epoch", []).append(step)
            values[f"{name}.loss"].append(((said - y) ** 2).mean())
            values[f"{name}.best_line"].append(((best(x) - y) ** 2).mean())
            if relu:
                values["relu.bends"].append(len(told_apart(np.array(x)[1:][switches(first, second)])))
            else:
                values["line.w"].append((said[-1] - said[0]) / 10)
                values["line.b"].append((said[-1] + said[0]) / 2)
    return values


def test_takes_every_number_of_every_frame_from_the_recording(make, recomputed):
    check_all_numbers(make(), recomputed)


@pytest.mark.parametrize(("name", "what"), [("line", "loss"), ("relu", "loss"), ("line", "steps")])
def test_notices_one_wrong_value(make, states, recomputed, name, what):
    values = getattr(states[name], what)
    values[10] += 1
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(make(), recomputed)


def test_notices_one_wrong_line_or_bend(make, states, recomputed):
    states["line"].line[10, 0] += 0.001
    with pytest.raises(AssertionError, match=r"line\.w shows"):
        check_all_numbers(make(), recomputed)
    states["line"].line[10, 0] -= 0.001
    states["relu"].bends[10] = states["relu"].bends[10][:4]
    with pytest.raises(AssertionError, match=r"relu\.bends shows"):
        check_all_numbers(make(), recomputed)


def test_draws_curves_dots_and_losses_of_the_step(drawn, trained, recomputed):
    scene, x = drawn, np.linspace(-5, 5, 1000)
    for frame, (panel, (name, relu)) in product((0, 12, 30), zip(scene.scenes, NAMES.items(), strict=True)):
        scene.update(frame)
        lines = Lines(panel)
        first, second, said = hidden_and_output(trained[name][1], STEPS[frame], relu)
        for line, y in ((lines.curve, said), (lines.wanted, np.sin(x))):
            np.testing.assert_allclose(line.get_xydata(), np.column_stack([x, y]), rtol=1e-9, atol=1e-12)
        loss = np.column_stack([STEPS[: frame + 1], recomputed[f"{name}.loss"][: frame + 1]])
        np.testing.assert_allclose(lines.fall.get_xydata(), loss, rtol=1e-9)
        np.testing.assert_allclose(lines.tip.get_xydata(), loss[-1:], rtol=1e-9)
        np.testing.assert_allclose(lines.best.get_ydata(), recomputed[f"{name}.best_line"][0], rtol=1e-9)
        dots = told_apart(x[1:][switches(first, second)] if relu else [])
        np.testing.assert_allclose(lines.dots.get_xydata(), np.c_[dots, np.interp(dots, x, said)], rtol=1e-9, atol=1e-9)


def test_keeps_the_dots_on_the_moving_curve_between_two_frames(drawn):
    panel = drawn.scenes[1]
    lines, states = Lines(panel), panel.states
    panel.update(12.25)
    np.testing.assert_allclose(lines.curve.get_ydata(), 0.75 * states.predicted[12] + 0.25 * states.predicted[13])
    x, y = lines.dots.get_data()
    np.testing.assert_array_equal(x, told_apart(states.bends[12][:, 0]))
    np.testing.assert_allclose(y, np.interp(x, states.x, lines.curve.get_ydata()))
    assert STEPS[12] < lines.tip.get_xdata()[0] < STEPS[13]


def test_counts_the_dots_that_can_be_told_apart(drawn):
    """The text said eleven places over nine dots, because some dots hid others."""
    panel = drawn.scenes[1]
    lines, fewer = Lines(panel), 0
    (number,) = panel.page.figure.findobj(lambda artist: artist.get_gid() == "relu.bends")
    for frame in range(FRAMES):
        panel.update(frame)
        dots = lines.dots.axes.transData.transform(lines.dots.get_xydata())
        assert number.get_text() == str(len(dots))
        assert (np.diff(dots[:, 0]) > 11.9).all()
        fewer += len(dots) < len(panel.states.bends[frame])
    assert fewer > 0


def test_keeps_curves_and_losses_within_their_axes(drawn):
    for panel in drawn.scenes:
        drawn.update(FRAMES - 1)
        lines = Lines(panel)
        low, high = lines.curve.axes.get_ylim()
        assert low < panel.states.predicted.min()
        assert panel.states.predicted.max() < high
        (left, right), (low, high) = lines.fall.axes.get_xlim(), lines.fall.axes.get_ylim()
        assert left < 0 < chapter.EPOCHS < right
        assert low < panel.states.loss.min() <= panel.states.loss.max() < high
    one, other = map(Lines, drawn.scenes)
    for name in ("curve", "fall"):
        limits = [(line.axes.get_xlim(), line.axes.get_ylim()) for line in (getattr(one, name), getattr(other, name))]
        assert limits[0] == limits[1], "the panels can only be compared on the same axes"


def test_uses_colours_and_dashes_as_the_legend_says(drawn):
    for lines in map(Lines, drawn.scenes):
        found = {text.get_text(): line for text, line in zip(*legend(lines.curve.axes), strict=True)}
        looks = {text: (line.get_color(), line.get_linestyle()) for text, line in found.items()}
        assert looks == {"target, sin(x)": (style.TARGET, "--"), "network": (style.WEIGHT, "-")}
        assert (lines.wanted.get_color(), lines.wanted.get_linestyle()) == (style.TARGET, "--")
        assert (lines.curve.get_color(), lines.curve.get_linestyle()) == (style.WEIGHT, "-")
        assert (lines.fall.get_color(), lines.tip.get_color()) == (style.ERROR, style.ERROR)
        assert (lines.best.get_color(), lines.best.get_linestyle()) == (style.QUIET, "--")


def legend(axes):
    """Return the texts of a legend, and the lines before them."""
    return axes.get_legend().get_texts(), axes.get_legend().get_lines()


def test_initialises_in_the_first_frame_and_adjusts_in_the_others(drawn):
    panel = drawn.scenes[0]
    for frame, phase in ((0, "initialise"), (1, "adjust, repeat"), (FRAMES - 1, "adjust, repeat")):
        panel.update(frame)
        assert phase in {text.get_text() for text in panel.page.axes.texts}


def test_keeps_the_curve_straight_between_two_bends(states):
    """The dots mark all places where the curve can bend: elsewhere its slope does not change."""
    relu = states["relu"]
    for predicted, dots in zip(relu.predicted, relu.bends, strict=True):
        change = np.abs(np.diff(predicted, n=2))  # at x[1], x[2], …
        near = np.isin(relu.x[1:-1], dots[:, 0]) | np.isin(relu.x[2:], dots[:, 0])
        assert change[~near].max() < 1e-12
    assert change[near].max() > 1e-4


def test_draws_a_straight_line_at_every_step_without_activations(states):
    line = states["line"]
    np.testing.assert_allclose(line.predicted, line.line[:, :1] * line.x + line.line[:, 1:], rtol=1e-9, atol=1e-12)
    assert states["relu"].line is None
    assert all(len(dots) == 0 for dots in line.bends)


def test_keeps_the_parameters_of_the_callers_model(trained):
    model, recording = trained["relu"]
    before = model.parameters.copy()
    CurveStates(recording, model, *sine(), [0, 5])
    np.testing.assert_array_equal(model.parameters, before)


def test_bends_where_the_neuron_switches():
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0)), ReLU()])
    model.parameters = np.array([2.0, -1.0])  # on from x = 0.5
    x = np.array([0.0, 0.25, 0.75, 1.0])
    np.testing.assert_array_equal(bends(model, x, model.forward(x[:, None])[:, 0]), [[0.75, 0.5]])
    assert straight_line(model) is None


def test_refuses_data_that_cannot_be_drawn():
    x, y = sine(5)
    model = chapter.network(0, ReLU)
    recording = Recorder(model).recording
    with pytest.raises(ValueError, match=r"target must have shape \(5,\), as x has 5, got \(4,\)"):
        CurveStates(recording, model, x, y[:4], [0])
    with pytest.raises(ValueError, match=r"CurveStates: x, .* must be at least 2 numbers, each above the one before"):
        CurveStates(recording, model, x[::-1], y, [0])
    with pytest.raises(
        ValueError, match=r"steps must be a list of whole numbers, one for each frame, got shape \(0,\)"
    ):
        CurveStates(recording, model, x, y, [])
    wide = Sequential([Dense(1, 2, rng=np.random.default_rng(0))])
    with pytest.raises(ValueError, match=r"what the model says must have shape \(5, 1\), got \(5, 2\)"):
        CurveStates(Recorder(wide).recording, wide, x, y, [0])


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ((0.0, 1.0), "be 1e-100 or more, got 0 to 1"),
        ((2.0, 1.0), r"be two numbers, the lowest and the highest, got \[2. 1.\]"),
        ((0.1, np.inf), "be finite numbers"),
        ((np.nan, 1.0), "be finite numbers"),
    ],
)
def test_refuses_losses_that_a_log_scale_cannot_show(states, losses, message):
    with pytest.raises(ValueError, match=f"CurveFit: losses must {message}"):
        CurveFit(states["line"], title="", name="line", best_line=0.5, heights=(-1, 1), losses=losses)


def test_keeps_every_text_readable_and_every_tick_at_its_number(make):
    for texts in check_layout(make(), 0, 30, words_at_ticks=[]):
        assert len(texts) > 60


def test_writes_every_number_after_its_name(make):
    scene = make()
    both = {"epoch": "epoch", "loss": "loss", "best_line": "- - -  best straight line"}
    names = {f"{name}.{gid}": text for name in NAMES for gid, text in both.items()}
    del names["relu.epoch"]
    assert names_beside(scene) == names | {"line.w": "w =", "line.b": "b =", "relu.bends": "dots"}
    for lines in map(Lines, scene.scenes):
        assert (lines.curve.axes.get_xlabel(), lines.curve.axes.get_ylabel()) == ("x", "y")
        assert (lines.fall.axes.get_xlabel(), lines.fall.axes.get_ylabel()) == ("epoch, log scale", "loss, log scale")


def test_says_where_every_digit_comes_from(make):
    assert nameless_digits(make(), range(0, FRAMES, 5)) == set()


def test_draws_frames_in_any_order(make):
    check_painter(make, [30, 7])


def test_says_a_frame_in_words(make):
    scene = make()
    assert isinstance(scene, SideBySide)
    words = scene.describe(FRAMES - 1)
    assert words.startswith("without activations, epoch 1000 of 1000: the network is a straight line with w = -0.0575")
    assert "with ReLU, epoch 1000 of 1000: the network's curve can bend at 11 places; the loss is 0.0005." in words
