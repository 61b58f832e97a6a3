"""Chapter 5: one neuron, and horses and deer, counted honestly; the films agree with the results."""

import numpy as np
import pytest

from chapters import ch05_horse_or_deer as chapter
from tests.chapters.chapter_helpers import check_films, check_scorecard, undrawn

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


def test_gives_every_accuracy_with_its_count_interval_and_baseline(drawn):
    for name in ("neuron, 41 unseen", "neuron, 400 unseen", "three layers, 41 unseen", "three layers, 400 unseen"):
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
    monkeypatch.setattr(chapter, "EPOCHS", 7)
    films, _ = undrawn(chapter, tmp_path)
    for name in ("horse_and_deer", "hidden_layer"):
        clip = films[f"ch05_{name}"]
        steps = clip.scene.states.steps if name == "horse_and_deer" else clip.scene.steps
        assert steps.tolist() == [0, 1, 2, 3, 4, 5, 15, 25, 35]
        assert clip.holds == dict.fromkeys(range(1, 6), 0.7)
    assert films["ch05_neuron_and_network"].scene.frames == 8


# --- parts -----------------------------------------------------------------------------------------------------------


def test_answers_one_animal_more_and_one_of_the_pictures_in_telling_neurons():
    labels = np.array([1, 1, 0, 0])
    answers = np.array([[5, 1, 2, 0, 3, 9], [5, 1, 4, 0, 2, 8], [1, 3, 2, 0, 1, 1], [2, 4, 3, 0, 1, 0]], float)
    shown = np.ones((2, 6))
    shown[:, 5] = 0  # the pixel that tells them apart best is off for both
    assert chapter.telling_neurons(answers, labels, shown) == [0, 4, 3, 1]


def test_shows_what_was_added_to_the_weights_of_the_telling_neurons(drawn):
    scene, ((_, recording), *_) = drawn.films["ch05_hidden_layer"].scene, drawn.handed["learn"][1:]
    (_, neurons) = drawn.handed["telling_neurons"][0]
    first, *_, last = (recording.at(step)["dense_1.w"][:, neurons] for step in scene.steps)
    np.testing.assert_array_equal(scene.learned[-1], (last - first).reshape(32, 32, -1))
    assert not scene.learned[0].any()


def test_starts_the_neuron_without_an_opinion():
    rng = np.random.default_rng(0)
    said = chapter.one_neuron(rng).predict(chapter.red_pixels(rng.random((3, 32, 32, 3))))
    np.testing.assert_array_equal(said, np.full((3, 1), 0.5))
