"""Chapter 5: one neuron, and horses and deer, counted honestly; films and prose agree with the results."""

import numpy as np

from chapters import ch05_horse_or_deer as chapter
from tests.chapters.chapter_helpers import check_films, check_scorecard, undrawn


def test_checks_every_film(drawn):
    check_films(drawn)


def test_has_learned_the_two_pictures_shown_overfits_with_three_layers_and_counts_honestly(drawn):
    headline = drawn.headline
    for name in ("neuron, 41 unseen", "neuron, 400 unseen", "three layers, 41 unseen", "three layers, 400 unseen"):
        check_scorecard(headline, name, int(name.split()[-2]))
    assert headline["probability of a horse, for the horse"] > 0.75
    assert headline["probability of a horse, for the deer"] < 0.25
    assert headline["difference from the sum by hand"] < 1e-12
    assert headline["three layers, correct of those it learned from"].endswith(" of 160")
    assert int(headline["three layers, correct of those it learned from"].split()[0]) >= 155
    assert headline["neuron, 400 unseen, accuracy"] < 0.65
    assert headline["three layers, 400 unseen, accuracy"] < 0.75
    assert headline["three layers, 400 unseen, summary"].startswith("better than")
    assert headline["neuron, 41 unseen, summary"].startswith('not shown to be better than always saying "deer"')


def test_takes_numbers_in_the_text_from_the_run(drawn):
    """Prose and table of numbers are computed independently."""
    headline, said = drawn.headline, [words for words in drawn.cells if isinstance(words, list)]
    correct = {name: value.split()[0] for name, value in headline.items() if "correct" in name}
    known = [correct[f"{name}, correct of those it learned from"] for name in ("three layers", "neuron")]
    most = str(round(41 * headline["neuron, 41 unseen, baseline"]))
    low, high = (f"{end:.0%}" for end in headline["neuron, 41 unseen, 95 % interval"])
    (worth,) = (words for words in said if "We cannot say" in words)
    assert worth[:4] == [f"{headline['neuron, 41 unseen, accuracy']:.1%}", "41", most, "deer"]
    assert worth[-10:-7] == [low, high, "inside"]
    assert worth[-4:] == [str(count) for row in headline["neuron, 41 unseen, confusion matrix"] for count in row]
    (gap,) = (words for words in said if words[:3] == [known[0], "160", known[1]])
    assert gap[3:6] == ["41", correct["three layers, 41 unseen, correct"], correct["neuron, 41 unseen, correct"]]
    (more,) = (words for words in said if "400" in words)
    assert more[more.index("400") + 1] == correct["neuron, 400 unseen, correct"]
    ends = [f"{end:.0%}" for end in headline["three layers, 400 unseen, 95 % interval"]]
    assert more[-4:-1] == [*ends, "better than the baseline"]


def test_shows_pictures_of_the_test_set_and_what_was_added_to_the_weights_of_telling_neurons(drawn):
    data = chapter.horses_and_deer("sketches", None, seed=0)
    neuron, hidden = (drawn.films[f"ch05_{name}"].scene for name in ("horse_and_deer", "hidden_layer"))
    assert (neuron.names, neuron.targets, hidden.targets) == (("horse", "deer"), [1, 0], [1, 0])
    assert (neuron.notes, hidden.note) == (("test set",) * 2, "test set")
    np.testing.assert_array_equal(neuron.states.pictures, hidden.pictures)
    rows = [int((data.x_test == picture).all(axis=(1, 2, 3)).argmax()) for picture in neuron.states.pictures]
    np.testing.assert_array_equal(data.x_test[rows], neuron.states.pictures)
    assert data.y_test[rows].tolist() == [1, 0]
    of_photographs = chapter.shown_rows(data, chapter.one_neuron(np.random.default_rng(0)), "cifar10")
    assert of_photographs == [data.horse, data.deer]
    ((_, recording), *_), (_, neurons) = drawn.handed["learn"][1:], drawn.handed["telling_neurons"][0]
    first, *_, last = (recording.at(step)["dense_1.w"][:, neurons] for step in hidden.steps)
    np.testing.assert_array_equal(hidden.learned[-1], (last - first).reshape(32, 32, -1))


def test_draws_every_update_of_the_first_epoch_and_then_epochs_in_the_complete_film(tmp_path, monkeypatch):
    monkeypatch.setattr(chapter, "EPOCHS", 7)
    films, _ = undrawn(chapter, tmp_path)
    neuron, hidden = (films[f"ch05_{name}"] for name in ("horse_and_deer", "hidden_layer"))
    assert neuron.scene.states.steps.tolist() == hidden.scene.steps.tolist() == [0, 1, 2, 3, 4, 5, 15, 25, 35]
    assert neuron.holds == hidden.holds == dict.fromkeys(range(1, 6), 0.7)
    assert films["ch05_neuron_and_network"].scene.frames == 8


def test_answers_one_animal_more_and_one_of_the_pictures_in_telling_neurons():
    answers = np.array([[5, 1, 2, 0, 3, 9], [5, 1, 4, 0, 2, 8], [1, 3, 2, 0, 1, 1], [2, 4, 3, 0, 1, 0]], float)
    shown = np.ones((2, 6))
    shown[:, 5] = 0  # the pixel that tells them apart best is off for both
    assert chapter.telling_neurons(answers, np.array([1, 1, 0, 0]), shown) == [0, 4, 3, 1]
    pictures = np.random.default_rng(0).random((3, 32, 32, 3))
    said = chapter.one_neuron(np.random.default_rng(0)).predict(chapter.red_pixels(pictures))
    assert (said == 0.5).all(), "the neuron starts without an opinion"
