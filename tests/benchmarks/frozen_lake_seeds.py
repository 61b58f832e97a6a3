"""Chapter 8 with ten seeds: does the network find a way across the lake, and how wrong is it?

    python tests/benchmarks/frozen_lake_seeds.py [--seeds 10] [--games 10000]

For each seed: after 50 epochs of outcomes and after 20 more of glances the path, from how many of the 11 tiles it is
won, and the mean error against the exact values; the error of the shares of games won, without a network; and the
exact chance of winning on the slippery lake. Before it: how fast random games are played, and what takes that time.
"""

from __future__ import annotations

import argparse
import time

import gymnasium

from chapters import ch08_frozen_lake as chapter
from chapters.parts.lake import MAP, MOVES, greedy, make_lake, play, random_games
from chapters.parts.lake_values import by_player, exact_values, mean_of_four, win_rate


def steps_a_second(env: gymnasium.Env, games: int = 3000) -> float:
    """Return how many moves of random games a second are played in this environment, the best of five times."""
    speeds = []
    for seed in range(5):
        start = time.perf_counter()
        played = random_games(env, games, seed=seed)
        speeds.append(len(played.tiles) / (time.perf_counter() - start))
    return max(speeds)


def speeds() -> None:
    """Print the speed of random games, with the wrappers that gymnasium.make adds and without."""
    plain = gymnasium.make("FrozenLake-v1", is_slippery=False)
    for name, env in (("as gymnasium.make gives it", plain), ("make_lake, without the checker", make_lake()),
                      ("make_lake, slippery", make_lake(slippery=True)),
                      ("no wrapper at all, no limit", make_lake().unwrapped)):  # fmt: skip
        print(f"{name:31} {steps_a_second(env):9,.0f} steps a second (asked: 100,000)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--games", type=int, default=chapter.GAMES)
    arguments = parser.parse_args()
    speeds()
    exact, slippery = exact_values(make_lake(), mean_of_four, MOVES), make_lake(slippery=True)
    for seed in range(arguments.seeds):
        played, learned = chapter.first_lake(seed, arguments.games, (chapter.EPOCHS, chapter.MORE))
        print(f"seed {seed}: shares of games won, error {chapter.error(chapter.shares(played), exact):.4f}", end="")
        for name, values in (("outcomes", learned.after(chapter.EPOCHS)), ("glances", learned.tables[-1])):
            game = play(make_lake(), greedy(values))
            path = "".join(map(str, game.actions)) if game.won else "no way"
            print(f" | {name}: {path}, {chapter.starts_won(values)} of 11 starts, error "
                  f"{chapter.error(values, exact):.6f}", end="")  # fmt: skip
        best = greedy(chapter.learn_best(chapter.Lake(MAP, True, MOVES, 6000), seed)[1])
        chance = win_rate(slippery, by_player(best), MOVES)
        print(f" | slippery, exact chance {chance:.4f}", flush=True)


if __name__ == "__main__":
    main()
