"""Chapter 5: one neuron, and horses and deer, counted honestly; the films agree with the results."""

import math

import numpy as np
import pytest

from chapters import ch05_horse_or_deer as chapter
from chapters.parts.images import DEER_OR_HORSE, HorsesAndDeer
from tests.chapters.chapter_helpers import check_films, check_scorecard, run_chapter
from tinylearn import Scorecard

FORMATS = ("png",)
pytestmark = pytest.mark.usefixtures("each_sketch_is_drawn_once")


def test_checks_every_frame_of_every_film(drawn):
    check_films(drawn)


def test_has_learned_the_two_pictures_shown(drawn):
    headline = drawn.headline
    assert headline["probability of a horse, for the horse"] > 0.75
    assert headline["probability of a horse, for the deer"] < 0.25
    assert headline["difference from the sum by hand"] < 1e-12


def test_overfits_with_three_layers(drawn):
    headline = drawn.headline
    correct, of, total = headline["three layers, correct of those it learned from"].split()
    assert (of, total) == ("of", "160")
    assert int(correct) >= 155
    assert headline["neuron, 400 unseen, accuracy"] < 0.65
    assert headline["three layers, 400 unseen, accuracy"] < 0.75


@pytest.mark.parametrize("name", ["neuron, 41 unseen", "neuron, 400 unseen", "three layers, 41 unseen"])
def test_gives_every_accuracy_with_its_count_interval_and_baseline(drawn, name):
    check_scorecard(drawn.headline, name, int(name.split()[-2]))


def test_shows_in_the_films_what_the_headline_says(drawn):
    headline, films = drawn.headline, drawn.films
    neuron, hidden = (films[f"ch05_{name}"].scene for name in ("horse_and_deer", "hidden_layer"))
    assert (neuron.names, neuron.targets, hidden.targets) == (("horse", "deer"), [1, 0], [1, 0])
    wanted = [headline[f"probability of a horse, for the {name}"] for name in ("horse", "deer")]
    assert neuron.states.predicted[-1] == pytest.approx(wanted)
    compared = films["ch05_neuron_and_network"].scene.runs
    for run, name in zip(compared, ("neuron", "three layers"), strict=True):
        seen, new, always = run.counts
        assert f"{seen.correct[-1]} of {seen.total}" == headline[f"{name}, correct of those it learned from"]
        assert f"{new.correct[-1]} of {new.total}" == headline[f"{name}, 41 unseen, correct"]
        assert always.correct[0] / always.total == headline[f"{name}, 41 unseen, baseline"]
    for one, other in zip(neuron.counts, compared[0].counts[1:], strict=True):
        assert (one.name, one.total, one.correct.tolist()) == (other.name, other.total, other.correct.tolist())


def test_takes_numbers_in_the_text_from_the_run(drawn):
    """Prose and table of numbers are computed independently."""
    headline, said = drawn.headline, [words for words in drawn.cells if isinstance(words, list)]
    correct, low, high = (
        headline["neuron, 41 unseen, correct"].split()[0],
        *headline["neuron, 41 unseen, 95 % interval"],
    )
    matrix = headline["neuron, 41 unseen, confusion matrix"]
    known = [headline[f"{name}, correct of those it learned from"].split()[0] for name in ("three layers", "neuron")]
    most = str(round(41 * headline["neuron, 41 unseen, baseline"]))
    (worth,) = (words for words in said if "We cannot say" in words)
    assert worth[:4] == [f"{headline['neuron, 41 unseen, accuracy']:.1%}", "41", most, "deer"]
    assert worth[-10:-7] == [f"{low:.0%}", f"{high:.0%}", "inside"]
    assert worth[-4:] == [str(count) for row in matrix for count in row]
    (gap,) = (words for words in said if words[:3] == [known[0], "160", known[1]])
    assert gap[3:6] == ["41", headline["three layers, 41 unseen, correct"].split()[0], correct]
    (more,) = (words for words in said if "400" in words)
    assert more[more.index("400") + 1] == headline["neuron, 400 unseen, correct"].split()[0]
    assert more[-4:-1] == [f"{end:.0%}" for end in headline["three layers, 400 unseen, 95 % interval"]] + [
        "better than the baseline"
    ]
    assert headline["three layers, 400 unseen, summary"].startswith("better than")
    assert headline["neuron, 41 unseen, summary"].startswith('not shown to be better than always saying "deer"')


def test_shows_pictures_of_the_test_set(drawn):
    data = chapter.horses_and_deer("sketches", None, seed=0)
    neuron, hidden = (drawn.films[f"ch05_{name}"].scene for name in ("horse_and_deer", "hidden_layer"))
    assert (neuron.notes, hidden.note) == (("test set",) * 2, "test set")
    np.testing.assert_array_equal(neuron.states.pictures, hidden.pictures)
    rows = [int((data.x_test == picture).all(axis=(1, 2, 3)).argmax()) for picture in neuron.states.pictures]
    np.testing.assert_array_equal(data.x_test[rows], neuron.states.pictures)
    assert data.y_test[rows].tolist() == [1, 0]
    assert not any((data.x_train == picture).all(axis=(1, 2, 3)).any() for picture in neuron.states.pictures)
    of_photographs = chapter.shown_rows(data, chapter.one_neuron(np.random.default_rng(0)), "cifar10")
    assert of_photographs == [data.horse, data.deer]


def test_draws_every_update_of_the_first_epoch_and_then_epochs_in_the_complete_film(tmp_path, monkeypatch):
    films = {}
    monkeypatch.setattr("chapters.tools.chapter.draw", lambda found, *_: films.update(found))
    monkeypatch.setattr(chapter, "EPOCHS", 7)
    run_chapter(chapter, tmp_path)
    for name in ("horse_and_deer", "hidden_layer"):
        clip = films[f"ch05_{name}"]
        steps = clip.scene.states.steps if name == "horse_and_deer" else clip.scene.steps
        assert steps.tolist() == [0, 1, 2, 3, 4, 5, 15, 25, 35]
        assert clip.holds == dict.fromkeys(range(1, 6), 0.7)
    assert films["ch05_neuron_and_network"].scene.frames == 8


# --- parts -----------------------------------------------------------------------------------------------------------


def easy(rng, count):
    """Return pictures that are bright on the left for a horse and on the right for a deer, and their labels."""
    labels = rng.integers(0, 2, count)
    pictures = 0.7 * rng.random((count, 32, 32, 3), dtype=np.float32)
    pictures[labels == 1, :, :16] += 0.3
    pictures[labels == 0, :, 16:] += 0.3
    return pictures, labels


def easy_data(rng):
    return HorsesAndDeer(*easy(rng, 70), *easy(rng, 9), *easy(rng, 9), horse=0, deer=1)


def test_counts_are_those_of_the_recorded_parameters(monkeypatch):
    monkeypatch.setattr(chapter, "EPOCHS", 5)
    rng = np.random.default_rng(0)
    data = easy_data(rng)
    neuron = chapter.one_neuron(rng)
    recording = chapter.learn(neuron, data, rng)
    assert recording.steps.tolist() == [0, 1, 2, 3, 6, 9, 12, 15]
    learned = neuron.parameters.copy()
    counts = chapter.right_answers(neuron, recording, data, recording.steps)
    np.testing.assert_array_equal(neuron.parameters, learned, "the last step is what it had learned")
    for place, step in enumerate(recording.steps.tolist()):
        recording.restore(neuron, step)
        for count, x, y in zip(counts[:2], (data.x_train, data.x_test), (data.y_train, data.y_test), strict=True):
            card = Scorecard(neuron.predict(chapter.red_pixels(x)), y, names=DEER_OR_HORSE)
            assert count.correct[place] == card.correct
    assert counts[0].correct[-1] > counts[0].correct[0], "it has learned something"


def test_changes_nothing_of_the_training_by_recording(monkeypatch):
    monkeypatch.setattr(chapter, "EPOCHS", 2)
    data = easy_data(np.random.default_rng(0))
    results = []
    for watched in (True, False):
        if not watched:
            monkeypatch.setattr("tinylearn.Recorder.record", lambda *_: None)
        model = chapter.deeper_network(np.random.default_rng(3))
        chapter.learn(model, data, np.random.default_rng(4))
        results.append(model.parameters.copy())
    np.testing.assert_array_equal(*results)


def test_answers_one_animal_more_and_one_of_the_pictures_in_telling_neurons():
    labels = np.array([1, 1, 0, 0])
    answers = np.array([[5, 1, 2, 0, 3, 9], [5, 1, 4, 0, 2, 8], [1, 3, 2, 0, 1, 1], [2, 4, 3, 0, 1, 0]], float)
    shown = np.ones((2, 6))
    shown[:, 5] = 0  # the pixel that tells them apart best is off for both
    assert chapter.telling_neurons(answers, labels, shown) == [0, 4, 3, 1]


def test_shows_changes_and_answers_of_the_recorded_network(monkeypatch):
    monkeypatch.setattr(chapter, "EPOCHS", 3)
    data = easy_data(np.random.default_rng(0))
    network = chapter.deeper_network(np.random.default_rng(3))
    recording = chapter.learn(network, data, np.random.default_rng(4))
    chosen = []
    monkeypatch.setattr(chapter, "telling_neurons", lambda *_: chosen.append([3, 50, 7, 0]) or chosen[0])
    scene = chapter.hidden_layer(network, recording, data, data.x_test[:2], [0, 2, 9])
    w, b = (recording.at(2)[f"dense_1.{letter}"][..., [3, 50, 7, 0]] for letter in "wb")
    added = w - recording.at(0)["dense_1.w"][:, [3, 50, 7, 0]]
    np.testing.assert_array_equal(scene.learned[1], added.reshape(32, 32, 4))
    assert not scene.learned[0].any()
    np.testing.assert_allclose(scene.answers[1], np.maximum(chapter.red_pixels(data.x_test[:2]) @ w + b, 0))


def test_equals_the_sum_over_the_red_channel_by_hand():
    rng = np.random.default_rng(0)
    picture, w = rng.random((32, 32, 3)), rng.normal(size=1024)
    total = (picture[:, :, 0] * w.reshape(32, 32)).sum() + 0.3
    assert chapter.answer_by_hand(picture, w, 0.3) == pytest.approx(1 / (1 + math.exp(-total)))
    np.testing.assert_array_equal(chapter.red_pixels(picture[None])[0], picture[..., 0].ravel())


def test_starts_the_neuron_without_an_opinion():
    pictures, _ = easy(np.random.default_rng(0), 3)
    neuron = chapter.one_neuron(np.random.default_rng(0))
    np.testing.assert_array_equal(neuron.predict(chapter.red_pixels(pictures)), np.full((3, 1), 0.5))
