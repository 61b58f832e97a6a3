"""Chapter 7's films: their pictures and frames, parts of a run that was continued, and draws of augmentation."""

import numpy as np
import pytest

from animations import CorrectCounts, LearningRun
from chapters import ch07_ten_classes as ch07
from chapters.parts import images
from tinylearn import CategoricalCrossEntropy, Evaluate, Recorder, RMSprop, fit

TRUCK, FROG, EPOCHS = 9, 6, 3


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a run on a few sketches, its recording, and the parameters that it ended with."""
    data = images.load("sketches", None, sketches=(70, 60), rng=np.random.default_rng(0))
    run = ch07.Run(data, ch07.truck_and_frog(data, "sketches"), 1e-3, 0, tmp_path_factory.mktemp("run") / "run.npz")
    recorder = Recorder(run.model, every=ch07.film_steps(run.updates, EPOCHS).__contains__)
    run.learn(EPOCHS, recorder)
    return run, recorder.recording, run.model.parameters.copy()


@pytest.fixture
def film(made):
    return ch07.class_bars(made[0], [made[1]])


def test_shows_the_first_truck_and_frog_that_it_never_learns_from(made, film):
    data = made[0].data
    for picture, number in zip(film.pictures, (TRUCK, FROG), strict=True):
        np.testing.assert_array_equal(picture, data.x_test[data.y_test.tolist().index(number)])
        assert not (data.x_train == picture).all(axis=(1, 2, 3)).any()


def test_leaves_the_trained_network_as_it_is(made, film):
    np.testing.assert_array_equal(made[0].model.parameters, made[2])


def test_draws_most_frames_in_the_first_epoch_and_some_in_every_other():
    for updates, epochs in ((250, 8), (1563, 125)):
        steps = np.array(sorted(ch07.film_steps(updates, epochs)))
        assert (len(steps), steps[0], steps[-1]) == (60, 0, updates * epochs)
        assert {updates, *steps[:44]} == set(steps[steps <= updates])
        assert (np.diff(steps) > 0).all()


def test_joins_parts_of_a_run_where_it_continued(made):
    """The first part was killed after update 5, and continued from a checkpoint at update 3."""
    run, recording, _ = made
    first, second = (Recorder(run.model) for _ in range(2))
    for step in (1, 2, 3, 4, 5):
        first.record(step, 1, 0.5, [0])
    second.resumed(3, 1)
    second.record(4, 2, 0.5, [0])
    found = ch07.joined([first.recording, second.recording])
    assert list(found) == [0, 1, 2, 3, 4]
    assert [found[step].steps[0] for step in found] == [0, 0, 0, 3, 3]
    assert list(ch07.joined([recording])) == list(range(10))


def test_shows_what_fit_would_give_the_network_for_these_draws(made):
    data = made[0].data
    scene = ch07.augmented(data, np.random.default_rng(5))
    steps, sheet = scene.scenes
    truck = data.x_train[data.y_train.tolist().index(TRUCK)]
    np.testing.assert_array_equal(steps.picture, truck)
    given = ch07.AUGMENT(np.repeat(truck[None], 9, axis=0), np.random.default_rng(5)).clip(0, 1)
    np.testing.assert_array_equal(steps.shown, given)
    for frame, done in enumerate([0, 0, 0, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]):
        pictures = sheet.images[frame].reshape(9, 32, 32, 3)
        np.testing.assert_array_equal(pictures[:done], (255 * given[:done]).round())
        assert sheet.known[frame].ravel().tolist() == [1] * done + [0] * (9 - done)


@pytest.mark.parametrize("augment", [None, ch07.AUGMENT])
def test_counts_the_gap_during_the_same_training(made, augment):
    data = images.Images(*(part[:40] for part in made[0].data))
    run = ch07.learning_run("a name", data, augment, 2, 3)
    rng = np.random.default_rng(3)
    model = ch07.network(rng)
    sets = (data.x_train, data.y_train), (data.x_test, data.y_test)
    counts = [Evaluate(x, y, lambda predicted, y: int((predicted.argmax(axis=1) == y).sum())) for x, y in sets]
    for count in counts:
        count.measure(model)
    fit(model, data.x_train, data.y_train, loss=CategoricalCrossEntropy(from_logits=True), optimizer=RMSprop(1e-3),
        epochs=2, batch_size=32, augment=augment, rng=rng, workers=2, callbacks=counts)  # fmt: skip
    assert [run.seen.correct.tolist(), run.new.correct.tolist()] == [count.values for count in counts]
    assert (run.name, run.seen.total, run.new.total) == ("a name", 40, 40)


def test_starts_both_networks_alike_and_counts_them_on_few_pictures(made, monkeypatch):
    asked = []
    monkeypatch.setattr(ch07, "learning_run", lambda *given: asked.append(given) or LearningRun(
        given[0], CorrectCounts("a", [1, 2], 2), CorrectCounts("b", [1, 1], 2)))  # fmt: skip
    scene = ch07.overfitting(made[0].data, 1, 7)
    assert [(augment, epochs, seed) for _, _, augment, epochs, seed in asked] == [(None, 1, 7), (ch07.AUGMENT, 1, 7)]
    assert [run.name for run in scene.runs] == ["without augmentation", "with augmentation"]
    for _, few, *_ in asked:
        np.testing.assert_array_equal(few.x_train, made[0].data.x_train[:320])
        np.testing.assert_array_equal(few.x_test, made[0].data.x_test[:200])
