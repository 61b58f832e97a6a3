"""Chapter 8 with ten seeds: does the network find a way across the lake, and how wrong is it?

    python tests/benchmarks/frozen_lake_seeds.py [--seeds 10] [--episodes 10000]

For each seed: after 50 epochs of Monte Carlo returns and after 20 more of bootstrapped targets the path, from how many
of the 11 tiles the policy wins, and the mean error against the exact values; the error of counting, without a network;
and the exact win rate on the slippery lake. Before it: how fast random episodes are played, and what takes that time.
"""

from __future__ import annotations

import argparse
import time

import gymnasium

from chapters import ch08_frozen_lake as chapter
from chapters.parts.lake import MAP, MOVES, greedy, make_lake, play, random_episodes
from chapters.parts.lake_values import by_policy, exact_values, mean_of_four, win_rate


def steps_a_second(env: gymnasium.Env, episodes: int = 3000) -> float:
    """Return how many moves of random episodes a second are played in this environment, the best of five times."""
    speeds = []
    for seed in range(5):
        start = time.perf_counter()
        played = random_episodes(env, episodes, seed=seed)
        speeds.append(len(played.states) / (time.perf_counter() - start))
    return max(speeds)


def speeds() -> None:
    """Print the speed of random episodes, with the wrappers that gymnasium.make adds and without."""
    plain = gymnasium.make("FrozenLake-v1", is_slippery=False)
    for name, env in (("as gymnasium.make gives it", plain), ("make_lake, without the checker", make_lake()),
                      ("make_lake, slippery", make_lake(slippery=True)),
                      ("no wrapper at all, no limit", make_lake().unwrapped)):  # fmt: skip
        print(f"{name:31} {steps_a_second(env):9,.0f} steps a second (asked: 100,000)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--episodes", type=int, default=chapter.EPISODES)
    arguments = parser.parse_args()
    speeds()
    exact, slippery = exact_values(make_lake(), mean_of_four, MOVES), make_lake(slippery=True)
    for seed in range(arguments.seeds):
        played = random_episodes(make_lake(), arguments.episodes, seed=seed)
        learned = chapter.learned_from(played, seed, (chapter.EPOCHS, chapter.MORE))
        print(f"seed {seed}: counted, error {chapter.error(chapter.fractions(played), exact):.4f}", end="")
        for name, values in (("returns", learned.after(chapter.EPOCHS)), ("TD targets", learned.tables[-1])):
            walk = play(make_lake(), greedy(values))
            path = "".join(map(str, walk.actions)) if walk.won else "no way"
            print(f" | {name}: {path}, {chapter.starts_won(values)} of 11 starts, error "
                  f"{chapter.error(values, exact):.6f}", end="")  # fmt: skip
        best = greedy(chapter.learn_best(chapter.Lake(MAP, True, MOVES, 6000), seed, chapter.ON_OTHER_LAKES)[1])
        rate = win_rate(slippery, by_policy(best), MOVES)
        print(f" | slippery, exact win rate {rate:.4f}", flush=True)


if __name__ == "__main__":
    main()
