"""Races on one clock: every number, curve and name belongs to its runner at that update; autopsies of trainings that
diverged: their curves are those of the recording.
"""

import numpy as np
import pytest

from animations import AutopsyPicture, Number, Race, audit, style
from animations.engine.painter import Painter
from animations.scenes.training.race import LOOKS
from tests.animations.audit import painted
from tests.animations.samples.training import ODD, RECORDINGS, WILD, made_up, raced, six
from tests.animations.why_checks import check_whys
from tinylearn import SGD, Dense, DivergenceError, MeanSquaredError, Recorder, Sequential, fit, race


def shown(scene, *frames):
    """Return gid → text for each frame."""
    numbers, found = Painter(scene).figure.findobj(Number), []
    for frame in frames:
        scene.update(frame)
        found.append({number.get_gid(): number.get_text() for number in numbers if number.get_visible()})
    return found


def test_counts_an_epoch_of_one_update_once_and_says_where_a_runner_ends():
    (texts,) = shown(Race(raced(["SGD", "Adam"], epochs=4, batch_size=24)), 2)
    assert texts.keys() == {"step", "last_step", "SGD.loss", "Adam.loss"}
    (last,) = shown(Race(ODD["of other lengths"]()), 40)
    assert last["b.last_step"] == "20"
    assert not last.keys() & {"a.last_step", "epoch"}


def test_names_stand_in_the_order_of_the_losses_each_before_its_own():
    names = {f"{name}.loss": name for name in six() if len(name) <= 20} | {f"{WILD}.diverged": "diverged at update"}
    audit(Race(six(), steps=[119, 120]), six(), names=names, checks=["name"]).check()
    scene = Race(six())
    Painter(scene)
    for frame in range(1, scene.frames, 5):
        scene.update(frame)
        heights = [row.name.get_position()[1] for row in scene.rows]
        recorded = [runner.recording.losses for runner in six().values()]  # of every update
        losses = [each[min(scene.steps[frame], len(each) - 1)] for each in recorded]
        inside = np.clip(losses, *scene.axes.get_ylim())
        lowest_first = np.lexsort((-np.arange(6), inside))  # in a tie the first is highest
        assert (np.diff(np.array(heights)[lowest_first]) > 43.9).all()


def test_has_six_colours_and_six_markers():
    colours, markers = zip(*LOOKS, strict=True)
    assert len(set(colours)) == len(set(markers)) == 6
    assert colours[:5] == style.SERIES


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


@pytest.mark.parametrize("settings", [{"every": 7}, {"budget": 6_000}])
def test_draws_recordings_without_every_update(settings):
    runners = raced(["SGD", WILD, "Adam"], record=lambda model: Recorder(model, **settings))
    assert len(runners["Adam"].recording) < 60
    scene = Race(runners)
    audit(scene, runners, checks=["number"]).check()
    recorded = {int(step) for runner in runners.values() for step in runner.recording.steps}
    assert set(scene.steps) <= recorded | {runners[WILD].divergence.step}, "between records there is nothing to show"
    audit(Race(runners, steps=[10, 11, 12]), runners, checks=["number"]).check()


DATA = np.arange(8.0)[:, None] / 8


class Half(MeanSquaredError):
    def forward(self, predicted, target):
        return super().forward(predicted, target) / 2


@pytest.mark.parametrize(("changed", "title"), [
    ({"optimizer": {"a": SGD(0.1), "b": SGD(0.2)}}, "The same start, the same batches"),
    ({"batch_size": {"a": 2, "b": 4}}, "The same start, different batches"),
    ({"batch_size": {"a": 32, "b": 64}}, "The same start, the same batches"),
    ({"data": {"a": (DATA, DATA), "b": (DATA, 2 * DATA)}}, "The same start, different data: do not compare the losses"),
    ({"loss": {"a": MeanSquaredError(), "b": Half()}},
     "The same start and batches, different loss functions: do not compare the losses"),
    ({"augment": {"a": None, "b": lambda x, rng: x}}, "The same start, the same rows, augmented differently"),
], ids=["optimizer", "batch_size", "one batch", "data", "loss", "augment"])  # fmt: skip
def test_says_what_the_runners_share(changed, title):
    given = {"data": (DATA, DATA), "optimizer": SGD(0.1), "loss": MeanSquaredError(), "epochs": 1} | changed
    model = lambda rng: Sequential([Dense(1, 1, rng=rng)])  # noqa: E731
    data, optimizer = given.pop("data"), given.pop("optimizer")
    assert Race(race(model, data, optimizer, **given)).title == title


def test_explains_every_number_of_runners_that_end_or_diverge():
    runners = {"a": made_up([3, 2, 1]), "a.b": made_up([3, np.inf], 3), "step": made_up([3, 2, 2, 1, 1])}
    scene = Race(runners)
    last = scene.frames - 1
    check_whys(scene, range(scene.frames))
    assert [scene.why(gid, last).value for gid in ("a.last_step", "a.b.diverged", "a.b.loss")] == [3, 3, np.inf]
    assert scene.why("a.loss", 2).says == "the loss of the batch of update 2, before it: a"
    assert scene.why("a.diverged", last) is None
    between = Race({"a": made_up([3, 2, 1], every=10)}, steps=[0, 15, 30]).why("a.loss", 1)
    assert (between.value, between.says) == (3, "the loss of the batch of update 10, before it: a")


# --- autopsies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECORDINGS)
def test_draws_curves_and_the_diverging_step(name):
    recording = RECORDINGS[name]()
    autopsy = recording.autopsy()
    scene = AutopsyPicture(autopsy)
    axes = painted(scene, 0).figure.axes[1]
    *curves, broken = axes.lines
    assert list(broken.get_xdata()) == [autopsy.step] * 2
    for line, (name, values) in zip(curves, scene.curves.items(), strict=True):
        source = recording.losses if name == "loss" else None
        for step, value in zip(*line.get_data(), strict=True):
            index = recording.index(int(step))
            assert value == pytest.approx(source[index] if source is not None else values[autopsy.steps == step][0])
    low, high = axes.get_ylim()
    drawn = np.concatenate([line.get_ydata() for line in curves])
    assert low <= drawn.min() <= drawn.max() <= high


def test_shows_the_four_parameters_that_grew_most_and_the_one_that_diverged():
    autopsy = RECORDINGS["deep"]().autopsy()
    scene = AutopsyPicture(autopsy)
    assert len(autopsy.norms) == 8
    assert len(scene.curves) == 5
    assert autopsy.parameter in scene.curves
    growth = {name: norms[-1] / norms[0] for name, norms in autopsy.norms.items()}
    left_out = growth.keys() - scene.curves.keys()
    assert max(growth[name] for name in left_out) <= min(growth[name] for name in growth.keys() - left_out)
    assert [name for name in autopsy.norms if name in scene.curves] == list(scene.curves)[1:]


def test_says_that_a_parameter_was_not_recorded():
    rng = np.random.default_rng(0)
    recorder = Recorder(model := Sequential([Dense(3, 3, rng=rng), Dense(3, 1, rng=rng)]), select=["dense_2.b"])
    x, y = rng.normal(size=(16, 3)), rng.normal(size=(16, 1))
    with pytest.raises(DivergenceError) as caught:
        fit(model, x, y, loss=MeanSquaredError(), optimizer=SGD(1000), epochs=90, callbacks=[recorder])
    assert caught.value.parameter != "dense_2.b"
    scene = AutopsyPicture(recorder.recording.autopsy())
    assert scene.captions[0].endswith(f"({caught.value.parameter} was not recorded).")
