"""A race on one clock: every number, curve and name belongs to its runner at that update; nothing overlaps."""

import numpy as np
import pytest
from audit import check_all_numbers

from animations import Number, Race, audit, style
from animations.engine.painter import Painter
from animations.scenes.training.race import LOOKS
from tests.animations.samples.training import ODD, WILD, made_up, raced, six, values_of
from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, race


def shown(scene, *frames):
    """Return gid → text for each frame."""
    numbers, found = Painter(scene).figure.findobj(Number), []
    for frame in frames:
        scene.update(frame)
        found.append({number.get_gid(): number.get_text() for number in numbers if number.get_visible()})
    return found


def test_counts_an_epoch_of_one_update_once():
    scene = Race(raced(["SGD", "Adam"], epochs=4, batch_size=24))
    (texts,) = shown(scene, 2)
    assert texts.keys() == {"step", "last_step", "SGD.loss", "Adam.loss"}


def test_writes_each_loss_after_its_name():
    names = {f"{name}.loss": name for name in six() if len(name) <= 20} | {f"{WILD}.diverged": "diverged at update"}
    audit(Race(six(), steps=[119, 120]), six(), names=names, checks=["name"]).check()


def test_names_stand_in_the_order_of_the_losses():
    scene = Race(six())
    Painter(scene)
    for frame in range(1, scene.frames, 5):
        scene.update(frame)
        heights = [row.name.get_position()[1] for row in scene.rows]
        losses = [values_of(six(), scene.steps[frame])[f"{name}.loss"] for name in six()]
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
    audit(Race(runners), runners, frames=[scene.frames - 1]).check()
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
