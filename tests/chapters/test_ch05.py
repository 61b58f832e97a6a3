"""Chapter 5: what one neuron makes of horses and deer, counted honestly; the films show what the headline says."""

import math

import numpy as np
import pytest
from PIL import Image

from chapters import ch05_horse_or_deer as chapter
from chapters.images import DEER_OR_HORSE, HorsesAndDeer
from tests.chapters.chapter_helpers import check_films, check_scorecard
from tinylearn import Recorder, Scorecard

FILMS = {"ch05_horse_and_deer": (1460, 700), "ch05_neuron_and_network": (1120, 600)}
FORMATS = ("gif", "png")
pytestmark = pytest.mark.usefixtures("each_sketch_is_drawn_once")


def test_every_frame_of_every_film(drawn):
    check_films(drawn)


def test_the_neuron_has_learned_the_two_that_are_shown(drawn):
    headline = drawn.headline
    assert headline["probability of a horse, for the horse"] > 0.75
    assert headline["probability of a horse, for the deer"] < 0.25
    assert headline["difference from the sum by hand"] < 1e-12


def test_three_layers_know_by_heart_what_they_have_seen_and_not_much_else(drawn):
    headline = drawn.headline
    right, of, total = headline["three layers, right of those it learned from"].split()
    assert (of, total) == ("of", "160")
    assert int(right) >= 155
    assert headline["neuron, 400 unseen, accuracy"] < 0.65
    assert headline["three layers, 400 unseen, accuracy"] < 0.75


@pytest.mark.parametrize("name", ["neuron, 41 unseen", "neuron, 400 unseen", "three layers, 41 unseen"])
def test_every_accuracy_comes_with_its_count_interval_and_baseline(drawn, name):
    check_scorecard(drawn.headline, name, int(name.split()[-2]))


def test_the_films_show_what_the_headline_says(drawn):
    headline, films = drawn.headline, drawn.films
    assert list(films) == list(FILMS)
    horse, weights, deer = films["ch05_horse_and_deer"].scene.scenes
    assert (horse.name, horse.target, deer.name, deer.target) == ("horse", 1, "deer", 0)
    assert horse.states is weights.states is deer.states
    shown = [panel.states.predicted[-1, panel.which] for panel in (horse, deer)]
    assert shown == pytest.approx([headline[f"probability of a horse, for the {name}"] for name in ("horse", "deer")])
    for panel, name in zip(films["ch05_neuron_and_network"].scene.scenes, ("neuron", "three layers"), strict=True):
        seen, new, always = panel.tallies
        assert f"{seen.right[-1]} of {seen.total}" == headline[f"{name}, right of those it learned from"]
        assert f"{new.right[-1]} of {new.total}" == headline[f"{name}, 41 unseen, right"]
        assert always.right[0] / always.total == headline[f"{name}, 41 unseen, baseline"]
    for one, other in zip(weights.tallies, films["ch05_neuron_and_network"].scene.scenes[0].tallies, strict=True):
        assert (one.total, one.right.tolist()) == (other.total, other.right.tolist())


def test_the_pictures_shown_are_said_to_be_seen_or_not(drawn):
    films = drawn.films
    data = chapter.horses_and_deer("sketches", None, seed=0)
    states = films["ch05_horse_and_deer"].scene.scenes[0].states
    assert all(panel.note == "learned from" for panel in films["ch05_horse_and_deer"].scene.scenes[::2])
    rows = [int((data.x_train == picture).all(axis=(1, 2, 3)).argmax()) for picture in states.pictures]
    np.testing.assert_array_equal(data.x_train[rows], states.pictures)
    assert data.y_train[rows].tolist() == [1, 0]
    photographs, note = chapter.shown_pictures(data, chapter.one_neuron(np.random.default_rng(0)), "cifar10")
    np.testing.assert_array_equal(photographs, data.x_test[[data.horse, data.deer]])
    assert note == "never seen"


def test_the_whole_film_has_every_epoch(tmp_path, monkeypatch):
    films = {}
    monkeypatch.setattr(chapter, "draw", lambda found, *_: films.update(found))
    monkeypatch.setattr(chapter, "EPOCHS", 7)
    chapter.main(tmp_path)
    for film in films.values():
        assert film.scene.frames == 8
    assert films["ch05_horse_and_deer"].scene.scenes[0].states.epochs.tolist() == list(range(8))


def test_the_files(drawn):
    folder = drawn.folder
    for name, size in FILMS.items():
        with Image.open(folder / f"{name}.gif") as film:
            assert film.size == size
            assert film.n_frames == 6
        with Image.open(folder / f"{name}.png") as picture:
            assert picture.size == size


# --- parts -----------------------------------------------------------------------------------------------------------


def easy(rng, count):
    """Return pictures whose left half is bright for a horse, the right one for a deer, and their labels."""
    labels = rng.integers(0, 2, count)
    pictures = 0.7 * rng.random((count, 32, 32, 3), dtype=np.float32)
    pictures[labels == 1, :, :16] += 0.3
    pictures[labels == 0, :, 16:] += 0.3
    return pictures, labels


def easy_data(rng):
    return HorsesAndDeer(*easy(rng, 70), *easy(rng, 9), *easy(rng, 9), horse=0, deer=1)


def test_counts_are_those_of_the_ends_of_epochs(monkeypatch):
    monkeypatch.setattr(chapter, "EPOCHS", 5)
    rng = np.random.default_rng(0)
    data = easy_data(rng)
    neuron = chapter.one_neuron(rng)
    recorder = Recorder(neuron)
    counts = chapter.learn(neuron, data, rng, recorder)
    assert len(recorder.recording) == 1 + 5 * 3
    for epoch in range(6):
        recorder.recording.restore(neuron, 3 * epoch)
        for count, x, y in zip(counts, (data.x_train, data.x_test), (data.y_train, data.y_test), strict=True):
            card = Scorecard(neuron.predict(chapter.red_pixels(x)), y, names=DEER_OR_HORSE)
            assert count[epoch] == card.right
    assert counts[0][-1] > counts[0][0], "it has learned something"


def test_counting_changes_nothing_of_the_training(monkeypatch):
    monkeypatch.setattr(chapter, "EPOCHS", 2)
    data = easy_data(np.random.default_rng(0))
    results = []
    for watched in (True, False):
        if not watched:
            monkeypatch.setattr("tinylearn.Evaluate.measure", lambda evaluate, model: None)
        model = chapter.deeper_network(np.random.default_rng(3))
        chapter.learn(model, data, np.random.default_rng(4))
        results.append(model.parameters.copy())
    np.testing.assert_array_equal(*results)


def test_by_hand_is_the_sum_over_the_red_channel():
    rng = np.random.default_rng(0)
    picture, w = rng.random((32, 32, 3)), rng.normal(size=1024)
    total = (picture[:, :, 0] * w.reshape(32, 32)).sum() + 0.3
    assert chapter.answer_by_hand(picture, w, 0.3) == pytest.approx(1 / (1 + math.exp(-total)))
    np.testing.assert_array_equal(chapter.red_pixels(picture[None])[0], picture[..., 0].ravel())


def test_the_neuron_starts_without_an_opinion():
    pictures, _ = easy(np.random.default_rng(0), 3)
    neuron = chapter.one_neuron(np.random.default_rng(0))
    np.testing.assert_array_equal(neuron.predict(chapter.red_pixels(pictures)), np.full((3, 1), 0.5))
