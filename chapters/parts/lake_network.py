"""The network of chapter 8: a state and an action → the probability of winning.

    state (one-hot, S) and action (one-hot, 4)  →  128 → 64 → 32 → 16 → 1 with ReLU  →  sigmoid  →  probability

It learns from the moves of random episodes, with two kinds of labels:

    returns      Monte Carlo returns: 1 for every move of an episode that was won, 0 for the others
    td_targets   bootstrapped targets: the network's own prediction for the next state; 1 at the goal, 0 in a hole

N moves, S states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from chapters.parts.lake import Episodes
from chapters.parts.lake_values import Later
from tinylearn import Adam, BinaryCrossEntropy, Dense, ReLU, Sequential, Sigmoid, fit
from tinylearn.callbacks import Callback
from tinylearn.progress import Bar

HIDDEN = (128, 64, 32, 16)
BATCH, LEARNING_RATE = 256, 1e-3

Labels = Callable[[Sequential], np.ndarray]  # they may contain predictions of the network


def network(states: int, rng: np.random.Generator) -> Sequential:
    """Return the network; for the 16 states of chapter 8 it is 20-128-64-32-16-1."""
    layers = []
    for n_in, n_out in zip((states + 4, *HIDDEN), HIDDEN, strict=False):
        layers += [Dense(n_in, n_out, rng=rng), ReLU()]
    return Sequential([*layers, Dense(HIDDEN[-1], 1, rng=rng), Sigmoid()], dtype=np.float32)


def every_pair(states: int) -> np.ndarray:
    """Return the inputs for every state and action: (4 S, S + 4), row 4 s + a for state s and action a.

    >>> every_pair(2)[5]                            # state 1, action 1
    array([0., 1., 0., 1., 0., 0.], dtype=float32)
    """
    state, action = np.divmod(np.arange(4 * states), 4)
    return np.hstack([np.eye(states, dtype=np.float32)[state], np.eye(4, dtype=np.float32)[action]])


def predictions(model: Sequential) -> np.ndarray:
    """Return what the network predicts for every state and action: (S, 4)."""
    states = model.layers[0].n_in - 4  # type: ignore[attr-defined]
    return model.predict(every_pair(states)).reshape(states, 4)


def last_layer(model: Sequential) -> dict[str, np.ndarray]:
    """Return the inputs of the last layer for every state and action, its parameters, and its outputs.

    features (S, 4, D), weights (D,), bias (), logits (S, 4): `predictions` is their sigmoid.
    """
    *layers, last, _ = model.layers
    states = model.layers[0].n_in - 4  # type: ignore[attr-defined]
    features = every_pair(states)
    for layer in layers:
        features = layer.forward(features)
    return {"logits": last.forward(features).reshape(states, 4), "features": features.reshape(states, 4, -1).copy(),
            "weights": last.params["w"][:, 0].copy(), "bias": last.params["b"][0].copy()}  # fmt: skip


def returns(episodes: Episodes) -> Labels:
    """Return Monte Carlo returns (N,): was the episode won?"""
    return lambda model: episodes.returns


def td_targets(episodes: Episodes, later: Later) -> Labels:
    """Return bootstrapped targets (N,): the network's prediction for the next state, where `later` chooses the action.

    The return of one episode is a throw of dice; you need many to see a small probability. The value of the next state
    has the same mean and varies less, because the network learned it from every episode that passed there. If a move
    ended the episode, its target is its reward. A truncated episode has not ended: its last move gets a target like any
    other.

    R. S. Sutton, "Learning to predict by the methods of temporal differences", 1988; with the best action as `later`,
    C. Watkins, "Learning from delayed rewards", 1989 (Q-learning).
    """

    def targets(model: Sequential) -> np.ndarray:
        next_values = later(predictions(model))[episodes.next_states]
        return np.where(episodes.terminated, episodes.rewards, next_values)

    return targets


def learn(
    model: Sequential,
    episodes: Episodes,
    labels: Labels,
    epochs: int,
    *,
    rng: np.random.Generator,
    callbacks: Iterable[Callback] = (),
) -> None:
    """Train the network, with new labels in each epoch and a learning rate that falls evenly to 0."""
    x = every_pair(model.layers[0].n_in - 4)[4 * episodes.states + episodes.actions]  # type: ignore[attr-defined]
    optimizer = Adam(LEARNING_RATE)
    for epoch in Bar(range(epochs), desc="chapter 8", unit=" epochs", leave=False):
        optimizer.learning_rate = LEARNING_RATE * (1 - epoch / epochs)
        fit(model, x, labels(model)[:, None].astype(np.float32), loss=BinaryCrossEntropy(), optimizer=optimizer,
            epochs=1, batch_size=BATCH, rng=rng, callbacks=callbacks)  # fmt: skip
