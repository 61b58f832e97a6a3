"""The network of chapter 8: its inputs, its two kinds of labels, its training."""

import numpy as np
import pytest

from chapters.parts import lake_network
from chapters.parts.lake import Episodes, make_lake, random_episodes
from chapters.parts.lake_network import every_pair, learn, network, predictions, returns, td_targets
from chapters.parts.lake_values import best_of_four, mean_of_four
from tinylearn import Dense, Recorder, ReLU, Sigmoid

SMALL = ("SFF", "FHG")


def test_uses_the_network_of_the_book():
    layers = network(16, np.random.default_rng(0)).layers
    sizes = [(layer.n_in, layer.n_out) for layer in layers if isinstance(layer, Dense)]
    assert sizes == [(20, 128), (128, 64), (64, 32), (32, 16), (16, 1)]
    assert [type(layer) for layer in layers[1::2]] == [ReLU] * 4 + [Sigmoid]


def test_gives_each_state_and_action_its_row_and_its_inputs():
    rows = every_pair(6)
    assert (rows.shape, rows.dtype) == ((24, 10), np.float32)
    for state in range(6):
        for action in range(4):
            assert np.flatnonzero(rows[4 * state + action]).tolist() == [state, 6 + action]
    model = network(6, np.random.default_rng(0))
    inputs = np.zeros((1, 10), np.float32)
    inputs[0, [4, 6 + 3]] = 1
    assert predictions(model)[4, 3] == pytest.approx(model.predict(inputs).item(), rel=1e-5)


def two_episodes(**changed):
    """Return two episodes on the small lake: one is won, one is truncated."""
    moves = {"states": [0, 1, 2, 0], "actions": [2, 2, 1, 0], "next_states": [1, 2, 5, 0], "rewards": [0, 0, 1, 0],
             "terminated": [False, False, True, False], "returns": [1, 1, 1, 0], "episode": [0, 0, 0, 1]}  # fmt: skip
    moves |= changed
    return Episodes(*(np.array(moves[name]) for name in Episodes._fields))


@pytest.mark.parametrize("later", [mean_of_four, best_of_four])
def test_labels_moves_with_returns_or_the_value_of_the_next_state(later):
    model = network(6, np.random.default_rng(0))
    worth = later(predictions(model))
    assert returns(two_episodes())(model).tolist() == [1, 1, 1, 0]
    np.testing.assert_allclose(td_targets(two_episodes(), later)(model), [worth[1], worth[2], 1, worth[0]], rtol=1e-6)
    lost = two_episodes(rewards=[0, 0, 0, 0], terminated=[False, True, True, False])
    np.testing.assert_allclose(td_targets(lost, later)(model), [worth[1], 0, 0, worth[0]], rtol=1e-6)


def test_asks_for_labels_in_each_epoch_and_shrinks_the_steps(monkeypatch):
    told = []
    monkeypatch.setattr(lake_network, "fit", lambda model, x, y, *, optimizer, epochs, **others: told.append(
        (x, y, optimizer.learning_rate, epochs)))  # fmt: skip
    asked = iter(np.arange(12.0).reshape(3, 4))
    rng = np.random.default_rng(0)
    learn(network(6, rng), two_episodes(), lambda model: next(asked), 3, rng=rng)
    for epoch, (x, y, rate, epochs) in enumerate(told):
        np.testing.assert_array_equal(x, every_pair(6)[[2, 6, 9, 0]])
        assert y.ravel().tolist() == [4 * epoch, 4 * epoch + 1, 4 * epoch + 2, 4 * epoch + 3]
        assert (rate, epochs) == (pytest.approx(1e-3 * (1 - epoch / 3)), 1)
    assert len(told) == 3


@pytest.mark.parametrize(
    "labels", [returns, lambda played: td_targets(played, best_of_four)], ids=["returns", "td_targets"]
)
def test_explains_every_update_with_a_falling_learning_rate_and_changing_labels(labels):
    rng = np.random.default_rng(4)
    played, model = random_episodes(make_lake(SMALL, slippery=True), 12, seed=4), network(6, rng)
    recorder = Recorder(model)
    learn(model, played, labels(played), 3, rng=rng, callbacks=[recorder])
    recording = recorder.recording
    assert len(np.unique(recording.learning_rates[1:])) == 3
    for step in recording.steps[1:].tolist():
        explanation = recording.explain(step, "dense_2.w[3, 5]")
        assert explanation.terms[-1].value == explanation.new == recording.at(step)["dense_2.w"][3, 5]
