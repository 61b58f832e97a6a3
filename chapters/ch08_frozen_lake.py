# %% [markdown]
# # Chapter 8. The frozen lake: a network learns to play from games that are played at random
#
# A lake of 4 × 4 tiles: start in one corner, goal in the opposite one, four holes. A move goes left, down, right or
# up. A step into a hole loses the game, and so do 100 moves without arriving. No move is called good or bad. So we
# play 10,000 games in which every action is random. 14 of 1000 are won, and each of their moves gets the label 1; each
# move of all others 0. The network sees where one stands and what one does, 16 + 4 inputs, and learns the probability
# that this ends well. What it has then learned is the probability of winning *if every later action is random*.
#
# To play, it is asked before each move four times, what if left, down, right, up, and takes the action of the largest
# answer. A player as good as this is not what any of the games showed. That it wins follows from one line: what a tile
# is worth is the mean of its four actions, and the best of four is not less than their mean. So every step leads to a
# tile that is worth at least as much, and worth most is the goal.
#
# The exact probabilities can be calculated here, because the rules are known: those of a tile follow from those of the
# tiles around it (dynamic programming). So we can say how wrong the network is: the mean of |network - exact| over all
# pairs of the 11 tiles where a game goes on and the 4 actions. It is about as wrong as the games themselves: the share
# of games that were won after each pair is off by as much, since 14 in 1000 is few. With some seeds, that is enough to
# prefer, on the first tile, to walk against the edge for ever.
#
# For the last 20 epochs the labels are therefore others: not how a game ended, but what the network itself says of the
# tile to which the move led. It has the same mean and does not depend on the dice of a single game. The error falls to
# a hundredth and less, with no further game, and the player wins with each of the seeds 0 to 9.
#
# On a slippery lake a move goes astray in two of three cases. There even the exact probabilities for random games make
# a player who wins 0.7298 of his games only, and who estimates them from outcomes gets far less: the four differ by
# too little. But the same labels can ask for what is wanted: the best of the four answers for the next tile in place
# of their mean, times 0.99, so that sooner is better. From 6000 random games the network then learns, with eight of
# the seeds 0 to 9, to win 0.7402. With seeds 0 and 5 it prefers another action on one tile, and wins 0.7298. The
# optimum, 0.7442, needs a player who also counts the moves that are left. The same labels work on larger lakes, where
# a random game from the start hardly ever arrives: there, games start anywhere.
#
# In the words of **reinforcement learning**, the player is the **agent**, a tile is a **state**, a game an
# **episode**, and the rule that names the action in each state is a **policy**. Labels that say how an episode ended
# are **Monte Carlo returns**, the others **bootstrapped (TD) targets**, and 0.99 is a **discount factor**. Policy
# evaluation finds exactly what a given policy is worth; value iteration finds what the best possible one is worth.
#
# How often a player wins follows from the rules in the same way. So you read exact win rates below. One line shows
# what chance does: the network plays 300 games on the slippery lake, and you see how many it won. Such a share is
# often off by two or three hundredths. To halve that, you need four times as many games.
#
# ```
# python -m chapters.ch08_frozen_lake
# python -m chapters.ch08_frozen_lake --play
# python -m chapters.ch08_frozen_lake --render ansi
# ```
#
# The second lets you play first; the last shows in the terminal how the network plays.

# %% What this chapter uses
import math
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from gymnasium.envs.toy_text.frozen_lake import MAPS, generate_random_map

from chapters.parts.lake import MAP, MOVES, Games, greedy, make_lake, open_tiles, play, random_games, starting_at, wins
from chapters.parts.lake_films import (
    EARLY,
    PLAYED,
    SHOWN,
    Learned,
    learning_film,
    moves_film,
    random_film,
    slippery_film,
)
from chapters.parts.lake_network import BATCH, glances, last_layer, learn, network, outcomes, predictions
from chapters.parts.lake_terminal import play_yourself, show_game
from chapters.parts.lake_values import Later, best_of_four, by_player, exact_values, mean_of_four, win_rate
from tinylearn import Recorder, Sequential, confidence_interval
from chapters.tools.run import begin
from chapters.tools.settings import Refusal

book = begin("ch08")

# %% What it works with
GAMES, EPOCHS, MORE = 10_000, 50, 20  # epochs that learn from outcomes, and then from glances
DENSE = 10  # of the first updates, where most is learned, every tenth is shown
RENDER = ("ansi",)


class Lake(NamedTuple):
    """A lake beyond the first one, and how many random games are played on it, from anywhere."""

    rows: Sequence[str]
    slippery: bool
    moves: int
    games: int


def first_lake(seed: int, games: int, epochs: tuple[int, int]) -> tuple[Games, Learned]:
    """Return random games, and what the network says early in its training and after each epoch.

    It learns for `epochs[0]` epochs from the outcomes of the games, then for `epochs[1]` from glances.
    """
    played, rng = random_games(make_lake(), games, seed=seed), np.random.default_rng(seed)
    model, in_epoch = network(len("".join(MAP)), rng), math.ceil(len(played.tiles) / BATCH)
    recorder = Recorder(model, every=lambda step: step % in_epoch == 0 or (step % DENSE == 0 and step <= EARLY))
    for labels, count in zip((outcomes(played), glances(played, mean_of_four)), epochs, strict=True):
        learn(model, played, labels, count, rng=rng, callbacks=[recorder])
    tables, layers = said(model, recorder)
    return played, Learned(recorder.recording.steps, tables, in_epoch, layers)


def said(model: Sequential, recorder: Recorder) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return what the network said of every tile and action, (R, 16, 4), from what was recorded, and its last layer."""
    tables, layers = [], []
    for step in recorder.recording.steps:
        recorder.recording.restore(model, int(step))
        tables.append(predictions(model))
        layers.append(last_layer(model))
    return np.stack(tables), {name: np.stack([layer[name] for layer in layers]) for name in layers[0]}


def sooner(values: np.ndarray) -> np.ndarray:
    """Return what a tile is worth to one who takes the best action, if one game in a hundred ends with each move.

    Without that a detour costs nothing: on a lake that is not slippery every action but those into holes is worth 1.
    """
    return 0.99 * best_of_four(values)


def learn_best(lake: Lake, seed: int, epochs: tuple[int, int] = (5, 50)) -> list[np.ndarray]:
    """Return what a network says after learning from outcomes, and after learning from glances with best actions."""
    everywhere = starting_at(lake.rows, open_tiles(lake.rows))
    games = random_games(make_lake(everywhere, slippery=lake.slippery, moves=lake.moves), lake.games, seed=seed)
    rng = np.random.default_rng(seed)
    model, tables = network(len("".join(lake.rows)), rng), []
    for labels, count in zip((outcomes(games), glances(games, sooner)), epochs, strict=True):
        learn(model, games, labels, count, rng=rng)
        tables.append(predictions(model))
    return tables


# %% How good is it?
def error(values: np.ndarray, exact: np.ndarray) -> float:
    """Return the mean of |values - exact| over the pairs of the 11 tiles where a game goes on and the 4 actions."""
    return float(np.abs(values - exact)[open_tiles(MAP)].mean())


def shares(games: Games) -> np.ndarray:
    """Return for each tile and action the share of the moves whose game was won (16, 4): no network, only counting."""
    pairs = 4 * games.tiles + games.actions
    counts, won = np.bincount(pairs, minlength=64), np.bincount(pairs, games.won, minlength=64)
    return (won / np.maximum(counts, 1)).reshape(16, 4)


def starts_won(values: np.ndarray) -> int:
    """Return from how many of the 11 tiles the greedy player wins; where nobody slips, that is always or never."""
    tiles = open_tiles(MAP)
    return round(len(tiles) * win_rate(make_lake(starting_at(MAP, tiles)), by_player(greedy(values)), MOVES))


def table(name: str, lake: Lake, networks: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return how many games are won at random, at best, and by greedy players.

    One of these knows the exact values of random play, the others what networks say: name → (tiles, 4).
    """
    env = make_lake(lake.rows, slippery=lake.slippery, moves=lake.moves)
    players: dict[str, Later] = {"random": mean_of_four, "the best possible": best_of_four}
    known = {"exact values": exact_values(env, mean_of_four, lake.moves)} | networks
    players |= {who: by_player(greedy(values)) for who, values in known.items()}
    rates = {who: win_rate(env, later, lake.moves) for who, later in players.items()}
    return {f"{name}, {who}": f"{rate:.4f} of games won (exact)" for who, rate in rates.items()}


def sample(lake: Lake, values: np.ndarray, seed: int) -> str:
    """Return how many of a few played games the greedy player wins, and the 95 % interval for his win rate."""
    won = wins(make_lake(lake.rows, slippery=lake.slippery, moves=lake.moves), greedy(values), PLAYED, seed=seed)
    low, high = confidence_interval(won, PLAYED)
    return f"{won} won, {won / PLAYED:.4f}, 95 % interval {low:.4f} to {high:.4f}"


# %% All of it
def facts(values: np.ndarray, exact: np.ndarray) -> dict[str, Any]:
    """Return what the greedy player does with these values, and how wrong they are."""
    return {
        "path": play(make_lake(), greedy(values)).actions[:SHOWN],
        "starts won": f"{starts_won(values)} of {len(open_tiles(MAP))}",
        "mean error": round(error(values, exact), 6),
    }


def further(seed: int, networks: dict[str, np.ndarray], quick: bool) -> dict[str, Any]:
    """Return the table of all lakes; `networks` learned on the first one, and others learn here on those beyond it."""
    share, epochs = (20, (1, 2)) if quick else (1, (5, 50))
    slippery = Lake(MAP, True, MOVES, 6000 // share)
    lakes = {
        "another map": Lake(generate_random_map(4, seed=seed), False, MOVES, 1000 // share),
        "8 × 8": Lake(MAPS["8x8"], False, 2 * MOVES, 2000 // share),
        "another 8 × 8": Lake(generate_random_map(8, seed=seed), False, 2 * MOVES, 2000 // share),
    }
    found = table("not slippery", Lake(MAP, False, MOVES, 0), networks)
    from_outcomes, values = learn_best(slippery, seed, epochs)
    found |= table("slippery", slippery, {"network, from outcomes": from_outcomes, "network": values})
    found[f"slippery, network, {PLAYED} games played"] = sample(slippery, values, seed)
    for name, lake in lakes.items():
        found |= table(name, lake, {"network": learn_best(lake, seed, epochs)[1]})
    return found


# %% A game first, if you want
if book.render not in (None, *RENDER):
    raise Refusal(f"a game can be rendered as {' or '.join(RENDER)}, got {book.render!r}")
if book.play_first:
    book.numbers({"your game": play_yourself(MAP, sys.stdin, seed=book.seed)})

# %% All that is learned
games, epochs = (1000, (10, 20)) if book.quick else (GAMES, (EPOCHS, MORE))
played, learned = first_lake(book.seed, games, epochs)
from_outcomes, from_glances = learned.after(epochs[0]), learned.tables[-1]
exact, game = exact_values(make_lake(), mean_of_four, MOVES), play(make_lake(), greedy(from_glances))

# %% The films
book.film("ch08_random_play", random_film(played))
book.film("ch08_learning_to_win", learning_film(learned, epochs[0]))
book.film("ch08_frozen_lake", moves_film(game, from_glances, exact, learned.layer(-1)))
book.film("ch08_slippery_lake", slippery_film(from_glances, book.seed))

# %% The numbers
book.numbers({"random games": games, "their moves": len(played.tiles)})
for labels, values in (("outcomes", from_outcomes), ("glances", from_glances)):
    book.numbers({f"from {labels}, {name}": value for name, value in facts(values, exact).items()})
book.numbers({"shares of games won, mean error": round(error(shares(played), exact), 6)})
book.numbers(further(book.seed, {"network, from outcomes": from_outcomes, "network": from_glances}, book.quick))
if book.render is not None:
    show_game(MAP, from_glances, seed=book.seed)
