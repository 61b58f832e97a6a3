"""The network of chapter 8: its inputs, its two kinds of labels, its training."""

import numpy as np
import pytest

from chapters.parts import lake_network
from chapters.parts.lake import Games, make_lake, open_tiles, random_games
from chapters.parts.lake_network import every_pair, glances, learn, network, outcomes, predictions
from chapters.parts.lake_values import best_of_four, exact_values, mean_of_four
from tinylearn import Dense, Recorder, ReLU, Sigmoid

SMALL = ("SFF", "FHG")


def test_the_network_is_the_books():
    layers = network(16, np.random.default_rng(0)).layers
    sizes = [(layer.n_in, layer.n_out) for layer in layers if isinstance(layer, Dense)]
    assert sizes == [(20, 128), (128, 64), (64, 32), (32, 16), (16, 1)]
    assert [type(layer) for layer in layers[1::2]] == [ReLU] * 4 + [Sigmoid]


def test_each_tile_and_action_has_its_row_and_its_inputs():
    rows = every_pair(6)
    assert (rows.shape, rows.dtype) == ((24, 10), np.float32)
    for tile in range(6):
        for action in range(4):
            assert np.flatnonzero(rows[4 * tile + action]).tolist() == [tile, 6 + action]
    model = network(6, np.random.default_rng(0))
    inputs = np.zeros((1, 10), np.float32)
    inputs[0, [4, 6 + 3]] = 1
    assert predictions(model)[4, 3] == pytest.approx(model.predict(inputs).item(), rel=1e-5)


def games(**changed):
    """Return two games on the small lake: one that is won, one that is broken off."""
    moves = {"tiles": [0, 1, 2, 0], "actions": [2, 2, 1, 0], "after": [1, 2, 5, 0], "rewards": [0, 0, 1, 0],
             "ended": [False, False, True, False], "won": [1, 1, 1, 0], "game": [0, 0, 0, 1]} | changed  # fmt: skip
    return Games(*(np.array(moves[name]) for name in Games._fields))


@pytest.mark.parametrize("later", [mean_of_four, best_of_four])
def test_labels(later):
    model = network(6, np.random.default_rng(0))
    worth = later(predictions(model))
    assert outcomes(games())(model).tolist() == [1, 1, 1, 0]
    np.testing.assert_allclose(glances(games(), later)(model), [worth[1], worth[2], 1, worth[0]], rtol=1e-6)
    lost = games(rewards=[0, 0, 0, 0], ended=[False, True, True, False])
    np.testing.assert_allclose(glances(lost, later)(model), [worth[1], 0, 0, worth[0]], rtol=1e-6)


def test_labels_are_asked_for_in_each_epoch_and_the_steps_become_smaller(monkeypatch):
    told = []
    monkeypatch.setattr(lake_network, "fit", lambda model, x, y, *, optimizer, epochs, **others: told.append(
        (x, y, optimizer.learning_rate, epochs)))  # fmt: skip
    asked = iter(np.arange(12.0).reshape(3, 4))
    learn(network(6, np.random.default_rng(0)), games(), lambda model: next(asked), 3, rng=np.random.default_rng(0))
    for epoch, (x, y, rate, epochs) in enumerate(told):
        np.testing.assert_array_equal(x, every_pair(6)[[2, 6, 9, 0]])
        assert y.ravel().tolist() == [4 * epoch, 4 * epoch + 1, 4 * epoch + 2, 4 * epoch + 3]
        assert (rate, epochs) == (pytest.approx(1e-3 * (1 - epoch / 3)), 1)
    assert len(told) == 3


def test_with_glances_it_learns_the_exact_values_from_few_games():
    env, rng = make_lake(SMALL), np.random.default_rng(0)
    played, model = random_games(env, 300, seed=0), network(6, rng)
    off = []
    for labels, epochs in ((outcomes(played), 10), (glances(played, mean_of_four), 15)):
        learn(model, played, labels, epochs, rng=rng)
        off.append(np.abs(predictions(model) - exact_values(env, mean_of_four, 100))[open_tiles(SMALL)].mean())
    assert off[1] < 0.02 < off[0] < 0.1


@pytest.mark.parametrize(
    "labels", [outcomes, lambda played: glances(played, best_of_four)], ids=["outcomes", "glances"]
)
def test_every_update_is_explained_although_the_learning_rate_falls_and_the_labels_change(labels):
    rng = np.random.default_rng(4)
    played, model = random_games(make_lake(SMALL, slippery=True), 12, seed=4), network(6, rng)
    recorder = Recorder(model)
    learn(model, played, labels(played), 3, rng=rng, callbacks=[recorder])
    recording = recorder.recording
    assert len(np.unique(recording.learning_rates[1:])) == 3
    for step in recording.steps[1:].tolist():
        explanation = recording.explain(step, "dense_2.w[3, 5]")
        assert explanation.terms[-1].value == explanation.new == recording.at(step)["dense_2.w"][3, 5]


def test_the_same_seed_gives_the_same_bits():
    found = []
    for _ in range(2):
        rng = np.random.default_rng(4)
        played, model = random_games(make_lake(SMALL, slippery=True), 50, seed=4), network(6, rng)
        learn(model, played, glances(played, best_of_four), 2, rng=rng)
        found.append(model.parameters.tobytes())
    assert found[0] == found[1]
