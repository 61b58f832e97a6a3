"""A race on one clock: every number, curve and name belongs to its runner at that update; nothing overlaps."""

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from audit import check_all_numbers
from matplotlib.artist import Artist
from matplotlib.colors import to_hex

from animations import Number, Race, SideBySide, audit, style
from animations.audit import AuditError
from animations.engine.painter import Painter
from animations.scenes.training.race import LOOKS
from tinylearn import SGD, Adam, Dense, DivergenceError, MeanSquaredError, Recorder, RMSprop, Sequential, Tanh, race
from tinylearn.analysis.race import Runner

X = np.random.default_rng(3).normal(size=(24, 2))
Y = np.tanh(X @ np.array([[1.0], [-2.0]]))
WILD = "SGD, rate 9"
OPTIMIZERS = {"SGD": SGD(0.1), "momentum": SGD(0.1, momentum=0.9), WILD: SGD(9.0), "RMSprop": RMSprop(0.01),
              "Adam": Adam(0.01), "a name far too long for its place": Adam(0.001)}  # fmt: skip


def network(rng):
    return Sequential([Dense(2, 4, rng=rng), Tanh(), Dense(4, 1, rng=rng)])


def raced(names=tuple(OPTIMIZERS), epochs=40, **settings):
    optimizers = {name: OPTIMIZERS[name] for name in names}
    return race(
        network, (X, Y), optimizers, **{"loss": MeanSquaredError(), "epochs": epochs, "batch_size": 8} | settings
    )


def made_up(losses, diverged=None, epoch=4):
    """A runner with these losses from update 1 on, and `epoch` updates per epoch."""
    steps = np.arange(len(losses) + 1)
    recording = SimpleNamespace(steps=steps, epochs=-(-steps // epoch), losses=np.array([np.nan, *losses]),
                                divergence=None if diverged is None else {"step": diverged})  # fmt: skip
    return Runner(None, recording, [], None if diverged is None else DivergenceError(diverged, "w", 1.0, 1.0))


@pytest.fixture(scope="module")
def six():
    return raced()


def values_of(runners, step):
    """Return gid → value for everything that a frame of this step must show, found record by record."""
    longest = max((runner.recording for runner in runners.values()), key=lambda recording: recording.steps[-1])
    last = longest.steps[-1]
    values = {"step": step, "last_step": last, "last_epoch": longest.epochs[-1]}
    values["epoch"] = next(e for s, e in reversed([*zip(longest.steps, longest.epochs, strict=True)]) if s <= step)
    for name, runner in runners.items():
        recording = runner.recording
        until = [loss for s, loss in zip(recording.steps, recording.losses, strict=True) if 0 < s <= step]
        values |= {f"{name}.loss": until[-1]} if until else {}
        if runner.divergence and step >= min(runner.divergence.step, last):
            values[f"{name}.diverged"] = runner.divergence.step
    return values


def shown(scene, *frames):
    """Return gid → text for each frame."""
    numbers, found = Painter(scene).figure.findobj(Number), []
    for frame in frames:
        scene.update(frame)
        found.append({number.get_gid(): number.get_text() for number in numbers if number.get_visible()})
    return found


# --- numbers ------------------------------------------------------------------------------------------------------


def test_counts_an_epoch_of_one_update_once():
    scene = Race(raced(["SGD", "Adam"], epochs=4, batch_size=24))
    (texts,) = shown(scene, 2)
    assert texts.keys() == {"step", "last_step", "SGD.loss", "Adam.loss"}


def test_takes_every_number_of_every_frame_from_the_recording(six):
    assert six[WILD].divergence is not None
    scene = Race(six)
    check_all_numbers(scene, lambda frame: values_of(six, scene.steps[frame]))
    assert (scene.frames, scene.steps[0], scene.steps[-1]) == (101, 0, 120)


def test_accepts_the_result_of_race_in_an_audit(six):
    report = audit(Race(six, steps=[0, 1, 30, 61, 120]), six)
    report.check()
    assert report.compared == report.numbers == 4 * 5 + 4 * 6 + 3


def test_says_it_in_words(six):
    scene = Race(six, steps=[0, 120])
    assert scene.describe(0).endswith("are equal.")
    said = scene.describe(1)
    assert "update 120 of 120" in said
    assert f"Adam {six['Adam'].recording.losses[-1]:.4g}" in said
    assert f"(diverged at update {six[WILD].divergence.step})" in said


# --- names, colours, places ---------------------------------------------------------------------------------------


def test_names_curves_and_tips_belong_to_their_runner(six):
    scene = Race(six, steps=[0, 20, 60, 120])
    Painter(scene)
    to_pixels, to_page = scene.axes.transData, scene.page.axes.transData.inverted()
    lanes = zip(six.items(), scene.rows, LOOKS, strict=True)
    for (frame, step), ((name, runner), row, (color, marker)) in product(enumerate(scene.steps), lanes):
        scene.update(frame)
        steps, losses = runner.recording.steps, runner.recording.losses
        until = (steps <= step) & (steps > 0)
        assert row.curve.get_visible() == row.tip.get_visible() == row.leader.get_visible() == until.any()
        np.testing.assert_array_equal(row.curve.get_xydata(), np.column_stack([steps, losses])[until])
        if until.any():
            end = steps[until][-1], np.clip(losses[until][-1], *scene.axes.get_ylim())
            tip = to_page.transform(to_pixels.transform(end))
            np.testing.assert_allclose(row.tip.get_xydata()[0], tip, atol=0.01)
            np.testing.assert_allclose(row.leader.get_xydata()[0], tip, atol=0.01)
            assert row.leader.get_ydata()[1] == row.name.get_position()[1]
        assert row.name.get_text() == (name if len(name) <= 20 else f"{name[:19]}…")
        assert row.name.get_position()[1] == row.loss.get_position()[1]
        assert {to_hex(each.get_color()) for each in vars(row).values() if isinstance(each, Artist)} == {color}
        diverged = bool(runner.divergence) and step >= runner.divergence.step
        assert row.tip.get_marker() == ("X" if diverged else marker)
        assert row.ending.get_visible() == row.ended.get_visible() == diverged


def test_moves_tips_curves_and_names_between_two_frames(six):
    scene = Race({name: six[name] for name in ("SGD", "Adam")})
    Painter(scene)
    seen = {}
    for frame in (20, 20.25, 21):
        scene.update(frame)
        seen[frame] = [(row.tip.get_xydata()[0], row.name.get_position(), row.loss.get_text()) for row in scene.rows]
        for row in scene.rows:
            end = scene.axes.transData.transform(row.curve.get_xydata()[-1])
            np.testing.assert_allclose(scene.page.axes.transData.inverted().transform(end), row.tip.get_xydata()[0])
    for before, between, after in zip(*seen.values(), strict=True):
        for old, now, new in list(zip(before, between, after, strict=True))[:2]:
            np.testing.assert_allclose(now, 0.75 * np.array(old) + 0.25 * np.array(new))
        assert before[2] == between[2] != after[2], "numbers are those of a record"


def test_writes_each_loss_after_its_name(six):
    names = {f"{name}.loss": name for name in six if len(name) <= 20} | {f"{WILD}.diverged": "diverged at update"}
    audit(Race(six, steps=[119, 120]), six, names=names, checks=["name"]).check()


def test_names_stand_in_the_order_of_the_losses(six):
    scene = Race(six)
    Painter(scene)
    for frame in range(1, scene.frames, 5):
        scene.update(frame)
        heights = [row.name.get_position()[1] for row in scene.rows]
        losses = [values_of(six, scene.steps[frame])[f"{name}.loss"] for name in six]
        inside = np.clip(losses, *scene.axes.get_ylim())
        lowest_first = np.lexsort((-np.arange(6), inside))  # in a tie the first is highest
        assert (np.diff(np.array(heights)[lowest_first]) > 43.9).all()


def test_has_six_colours_and_six_markers():
    colours, markers = zip(*LOOKS, strict=True)
    assert len(set(colours)) == len(set(markers)) == 6
    assert colours[:5] == style.SERIES


# --- all kinds of races -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 4])
def test_lays_out_one_to_six_runners(count):
    first = raced([*OPTIMIZERS][:count], epochs=12)
    scene = Race(first)
    assert scene.frames == 37, "up to 100 updates, each is a frame"
    audit(scene, first, allowed=scene.captions, frames=[0, 1, 36]).check()


ODD = {
    "all diverge": lambda: {"a": made_up(10.0 ** np.arange(0, 300, 9), 35), "b": made_up([1, 5e9, 1e18], 4)},
    "one diverges at once": lambda: {"a": made_up([], 1), "b": made_up(1 / np.arange(1, 31))},
    "only that one": lambda: {"a": made_up([], 1)},
    "infinite at the end": lambda: {"a": made_up([1.0, 1e150, np.inf], 4), "b": made_up([1, 0.9, 0.8, 0.7, 0.6])},
    "about to diverge": lambda: {"a": made_up(10.0 ** np.arange(0, 120, 9)), "b": made_up([1, 0.9, 0.8, 0.7])},
    "exact in the end": lambda: {"a": made_up([1, 0.1, 0, 0]), "b": made_up([1.0, 0.5, 0.4, 0.3])},
    "always exact": lambda: {"a": made_up([0.0, 0.0])},
    "level": lambda: {"a": made_up([0.7] * 9), "b": made_up([0.7] * 9)},
    "below zero": lambda: {"a": made_up([-1.0, -5, -30]), "b": made_up([2.0, 1e3, 1e200], 4)},
    "tiny": lambda: {"a": made_up(10.0 ** -np.arange(40)), "b": made_up([1e-9] * 40)},
    "close": lambda: {name: made_up(1 + 1e-9 * i + 1 / np.arange(1, 40)) for i, name in enumerate("abcdef")},
    "long": lambda: {"a": made_up(np.geomspace(1, 1e-3, 40_000)), "b": made_up([1, 0.5])},
    "of other lengths": lambda: {"a": made_up(np.linspace(2, 1, 40)), "b": made_up(np.linspace(2, 0, 20), epoch=2)},
    "names": lambda: {"US$ of $x^2$": made_up([1, 0.4]), "": made_up([1, 0.6])},
}


@pytest.mark.parametrize("kind", ODD)
def test_draws_odd_races(kind):
    runners = ODD[kind]()
    scene = Race(runners)
    frames = sorted({min(2, scene.frames - 1), scene.frames - 1})
    audit(scene, runners, frames=frames, allowed=scene.captions).check()


def test_shows_the_diverging_update_and_the_one_before_as_frames():
    scene = Race({"a": made_up(np.geomspace(1, 1e-3, 10_000)), "b": made_up([1.0] * 7776, 7777)})
    assert {7776, 7777} <= set(scene.steps)
    assert scene.frames < 110
    (last,) = shown(scene, list(scene.steps).index(7776))
    assert "b.diverged" not in last
    (alone,) = shown(Race({"b": made_up([1.0] * 7, 8)}), 7)  # if all diverge, the clock ends with them
    assert alone["b.diverged"] == "8"


@pytest.mark.parametrize("kind", ["one diverges at once", "about to diverge", "infinite at the end", "below zero"])
def test_does_not_let_a_diverging_runner_squeeze_the_others(kind):
    scene = Race(ODD[kind]())
    Painter(scene)
    low, high = scene.axes.get_ylim()
    calm = next(lane.losses[1:] for lane in scene.lanes if lane.is_calm())
    assert low < calm.min() <= calm.max() < high
    assert high < 100 * max(abs(calm))


def test_draws_next_to_other_scenes(six):
    small = raced(["Adam"], epochs=10)
    both = SideBySide(Race(small), Race(raced(["Adam"], epochs=10), title="Again"))
    report = audit(both, small, frames=[30], checks=["touching", "cut off", "edge", "number"])
    report.check()
    tips = [scene.rows[0].tip.get_xydata()[0] for scene in both.scenes]
    np.testing.assert_allclose(tips[0], tips[1], atol=0.01)


def test_says_where_a_runner_ends_and_does_not_share_other_epochs():
    (last,) = shown(Race(ODD["of other lengths"]()), 40)
    assert last["b.last_step"] == "20"
    assert "a.last_step" not in last
    assert "epoch" not in last


@pytest.mark.parametrize("settings", [{"every": 7}, {"budget": 6_000}])
def test_draws_recordings_without_every_update(settings):
    runners = raced(["SGD", WILD, "Adam"], record=lambda model: Recorder(model, **settings))
    assert len(runners["Adam"].recording) < 60
    scene = Race(runners)
    check_all_numbers(scene, lambda frame: values_of(runners, scene.steps[frame]))
    recorded = {int(step) for runner in runners.values() for step in runner.recording.steps}
    assert set(scene.steps) <= recorded | {runners[WILD].divergence.step}, "between records there is nothing to show"
    audit(Race(runners), runners, frames=[0, scene.frames - 1]).check()
    audit(Race(runners, steps=[10, 11, 12]), runners, checks=["number"]).check()


# --- faults -------------------------------------------------------------------------------------------------------


def spoil_loss(scene):
    number = scene.rows[1].loss
    right = number.set_value
    number.set_value = lambda value: right(1.01 * value)


def spoil_end(scene):
    scene.rows[2].ended.set_value(77)


def swap_names(scene):
    one, other = scene.rows[0].name, scene.rows[1].name
    one.set_text(other.get_text())
    other.set_text("SGD")


def one_place_for_all(scene):
    for row in scene.rows:
        scene.page.bind(row.name, position=lambda frame: (900, 300))


def late_clock(scene):
    (number,) = scene.page.figure.findobj(lambda artist: artist.get_gid() == "step")
    number.set_value = lambda value: None


FAULTS = {  # how it is planted → the kind of check that finds it, what this says
    spoil_loss: ("number", "momentum.loss shows"), spoil_end: ("number", f"{WILD}.diverged shows 77"),
    swap_names: ("name", "SGD.loss stands after"), one_place_for_all: ("touching", "touch each other"),
    late_clock: ("number", "step is not drawn"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_finds_planted_faults(six, fault):
    scene = Race(six, steps=[0, 60, 120])
    draw = scene.draw
    scene.draw = lambda figure: (draw(figure), fault(scene))
    kind, message = FAULTS[fault]
    with pytest.raises(AuditError, match=message):
        audit(
            scene,
            lambda frame: values_of(six, scene.steps[frame]),
            names={"SGD.loss": "SGD"},
            frames=[1, 2],
            checks=[kind],
        ).check()


@pytest.mark.parametrize(
    ("runners", "settings", "kind", "text"),
    [
        ({}, {}, ValueError, "1 to 6 runners, got 0"),
        (dict.fromkeys("abcdefg", made_up([1.0])), {}, ValueError, "1 to 6 runners, got 7"),
        ({"a": [1, 2]}, {}, TypeError, r"as race\(…\) returns, got {'a': \[1, 2\]}"),
        ([1, 2], {}, TypeError, r"as race\(…\) returns, got \[1, 2\]"),
        ({"a": made_up([1.0])}, {"steps": []}, ValueError, "steps must be a list of whole numbers"),
        ({"a": made_up([1.0])}, {"steps": [-1]}, ValueError, r"steps must be from 0 .*, got \[-1\]"),
    ],
)
def test_refuses_what_is_no_race(runners, settings, kind, text):
    with pytest.raises(kind, match=text):
        Race(runners, **settings)
