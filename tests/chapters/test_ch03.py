"""Chapter 3 gives the numbers of the book."""

import numpy as np
import pytest

from chapters import ch03_first_neuron as chapter
from tests.chapters.chapter_helpers import check_films


def test_checks_every_film(drawn):
    check_films(drawn)
    film = drawn.films["ch03_first_neuron"]  # there is time to see the line turn before it rises
    seconds, steps = np.array(film.delays()) / 100, film.scene.scenes[0].states.steps
    assert min(seconds[[0, np.flatnonzero(steps >= 100)[0], -1]]) >= 1.5
    assert seconds.min() >= 0.5


def test_gives_the_numbers_of_the_book_and_restores_any_update(drawn):
    exact = {"w": 1.8002504858014874, "b": 31.970400154777106, "50 °C in °F": 121.98292444485148,
             "records, with step 0": 8001, "updates needed with scaled input": 6}  # fmt: skip
    assert {name: drawn.headline[name] for name in exact} == pytest.approx(exact, rel=1e-12)
    assert drawn.headline["loss before the last update"] == pytest.approx(0.0007626076470641347, rel=1e-9)
    assert drawn.headline["largest stable learning rate"] == pytest.approx(5.4566e-4, rel=1e-4)
    assert drawn.headline["difference from the loop by hand"] < 1e-9
    ((recording, *_), _), model = drawn.handed["NeuronStates"][0], chapter.one_neuron()
    recording.restore(model, 100)
    np.testing.assert_allclose(model.parameters, [2.040425243055281, 3.589007086046493], rtol=1e-12)
