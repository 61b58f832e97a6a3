"""The network of chapter 8: where one stands and what one does → the probability of winning.

    tile (one-hot, S) and action (one-hot, 4)  →  128 → 64 → 32 → 16 → 1 with ReLU  →  sigmoid  →  probability

It learns from moves of random games, with labels of two kinds:

    outcomes   1 for every move of a game that was won, 0 for those of the others
    glances    what the network itself says of the tile to which the move led; 1 at the goal, 0 in a hole

N moves, S tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from tqdm import tqdm

from chapters.parts.lake import Games
from chapters.parts.lake_values import Later
from tinylearn import Adam, BinaryCrossEntropy, Dense, ReLU, Sequential, Sigmoid, fit
from tinylearn.callbacks import Callback

HIDDEN = (128, 64, 32, 16)
BATCH, LEARNING_RATE = 256, 1e-3


def network(tiles: int, rng: np.random.Generator) -> Sequential:
    """Return the network; for the 16 tiles of chapter 8 that is 20-128-64-32-16-1."""
    layers = []
    for n_in, n_out in zip((tiles + 4, *HIDDEN), HIDDEN, strict=False):
        layers += [Dense(n_in, n_out, rng=rng), ReLU()]
    return Sequential([*layers, Dense(HIDDEN[-1], 1, rng=rng), Sigmoid()], dtype=np.float32)


def every_pair(tiles: int) -> np.ndarray:
    """Return the inputs for every tile and action: (4 S, S + 4), row 4 s + a for tile s and action a.

    >>> every_pair(2)[5]                            # tile 1, action 1
    array([0., 1., 0., 1., 0., 0.], dtype=float32)
    """
    tile, action = np.divmod(np.arange(4 * tiles), 4)
    return np.hstack([np.eye(tiles, dtype=np.float32)[tile], np.eye(4, dtype=np.float32)[action]])


def predictions(model: Sequential) -> np.ndarray:
    """Return what the network says of every tile and action: (S, 4)."""
    tiles = model.layers[0].n_in - 4  # type: ignore[attr-defined]
    return model.predict(every_pair(tiles)).reshape(tiles, 4)


def last_layer(model: Sequential) -> dict[str, np.ndarray]:
    """Return what the last layer is given for every tile and action, its parameters, and what it gives.

    features (S, 4, D), weights (D,), bias (), scores (S, 4): of these `predictions` is the sigmoid.
    """
    *layers, last, _ = model.layers
    tiles = model.layers[0].n_in - 4  # type: ignore[attr-defined]
    features = every_pair(tiles)
    for layer in layers:
        features = layer.forward(features)
    return {"scores": last.forward(features).reshape(tiles, 4), "features": features.reshape(tiles, 4, -1).copy(),
            "weights": last.params["w"][:, 0].copy(), "bias": last.params["b"][0].copy()}  # fmt: skip


def outcomes(games: Games) -> Callable[[Sequential], np.ndarray]:
    """Return labels (N,): was the game won?"""
    return lambda model: games.won


def glances(games: Games, later: Later) -> Callable[[Sequential], np.ndarray]:
    """Return labels (N,): what the network says of the tile to which the move led, if one goes on as `later` says.

    The outcome of a game is a throw of dice, which shows a small probability only if it is thrown many times. The
    probability of winning from the next tile is less of a gamble, and has the same mean: whoever moves from tile s to
    tile t wins as often as one who stands on t. So the network can take its own word for it, made of all games that
    ever passed there. Where the game has ended, the reward is the truth; where it was only broken off, it is not.

    R. S. Sutton, "Learning to predict by the methods of temporal differences", 1988; with the best action as `later`,
    C. Watkins, "Learning from delayed rewards", 1989 (Q-learning).
    """
    return lambda model: np.where(games.ended, games.rewards, later(predictions(model))[games.after])


def learn(
    model: Sequential,
    games: Games,
    labels: Callable[[Sequential], np.ndarray],
    epochs: int,
    *,
    rng: np.random.Generator,
    callbacks: Iterable[Callback] = (),
) -> None:
    """Train the network; the labels are asked for anew in each epoch, and the learning rate falls to 0 evenly."""
    x = every_pair(model.layers[0].n_in - 4)[4 * games.tiles + games.actions]  # type: ignore[attr-defined]
    optimizer = Adam(LEARNING_RATE)
    for epoch in tqdm(range(epochs), desc="chapter 8", unit=" epochs", leave=False):
        optimizer.learning_rate = LEARNING_RATE * (1 - epoch / epochs)
        fit(model, x, labels(model)[:, None].astype(np.float32), loss=BinaryCrossEntropy(), optimizer=optimizer,
            epochs=1, batch_size=BATCH, rng=rng, callbacks=callbacks)  # fmt: skip
