"""Chapter 8: the episodes, and the network's predictions after each update shown, next to the exact values."""

import numpy as np

from chapters.parts.lake import MAP, MOVES, greedy, make_lake, open_tiles, play, record_episodes, starting_at
from chapters.parts.lake_films import EARLY
from chapters.parts.lake_values import best_of_four, best_policy, by_policy, exact_values, mean_of_four, win_rate

HANDED = ("learned_from",)
CAPTIONS = set()
OPEN = open_tiles(MAP).tolist()


def films(handed):
    ((played, *_), learned) = handed["learned_from"][0]
    env, learned_one = make_lake(slippery=True), greedy(learned.tables[-1])
    best, policy = best_policy(env, MOVES), by_policy(learned_one)
    slippery = [record_episodes(env, choose, 300, seed=0) for choose in (
        lambda state, moves: learned_one(state), lambda state, moves: int(best[moves][state]))]  # fmt: skip
    return {
        "ch08_random_play": episodes([played], [win_rate(make_lake(), mean_of_four, MOVES)], 3),
        "ch08_learning_to_win": learning(learned),
        "ch08_frozen_lake": moves(learned.tables[-1]),
        "ch08_slippery_lake": episodes(slippery, [win_rate(env, later, MOVES) for later in (policy, best_of_four)], 2),
    }


def moves(values):
    """The walk of the last network."""
    exact, walk = exact_values(make_lake(), mean_of_four, MOVES), play(make_lake(), greedy(values))
    tiles = walk.states[: min(len(walk.actions), 12)]

    def source(frame):
        tile = tiles[frame // 3]
        found = {"move": frame // 3 + 1, "moves": len(tiles), "tile": tile}
        for action in range(4):
            found |= {f"predicted[{action}]": values[tile, action], f"exact[{action}]": exact[tile, action]}
        return found

    return {"source": source}


def learning(learned):
    """The frames of each record: one, or as many as the pawn's moves."""
    records = [record for record, step in enumerate(learned.steps)
               if step <= EARLY or step % (2 * learned.in_epoch) == 0 or step == learned.steps[-1]]  # fmt: skip
    frames, seen = [], set()
    everywhere = make_lake(starting_at(MAP, OPEN))
    for record in records:
        table = learned.tables[record]
        walk = play(make_lake(), greedy(table))
        end = "".join(MAP)[walk.states[-1]]
        end = end if end in "GH" else "for ever"
        found = {"step": learned.steps[record], "last_step": learned.steps[-1], "starts": 11,
                 "rate": win_rate(everywhere, by_policy(greedy(table)), MOVES)}  # fmt: skip
        found |= {f"value[{tile}]": table[tile].max() for tile in OPEN}
        walks = end not in seen or record == records[-1]
        frames += [found] * (1 + walks * min(len(walk.actions), 8 if end == "for ever" else 100))
        seen.add(end)
    return {"source": frames.__getitem__}


def episodes(players, rates, walked):
    """The frames of the episodes shown move by move, then those of counted episodes."""
    lengths = [[int(np.sum(each.episode == episode)) for episode in range(walked)] for each in players]
    ends = [
        [each.next_states[each.episode == episode][-1] for episode in range(each.episode[-1] + 1)] for each in players
    ]
    total = len(ends[0])
    frames = [
        (episode, move) for episode, lasts in enumerate(zip(*lengths, strict=True)) for move in range(max(lasts) + 1)
    ]

    def source(frame):
        if frame < len(frames):
            episode, move = frames[frame]
            done, shown = [episode + (move >= each[episode]) for each in lengths], episode + 1
        else:
            shown = counted(frame - len(frames), total - walked) + walked
            done = [shown] * len(players)
        found = {"episode": shown, "episodes": total}
        for k, (each, count, rate) in enumerate(zip(ends, done, rates, strict=True)):
            tiles, counts = np.unique(each[:count], return_counts=True)
            kinds = dict.fromkeys("GHF", 0)
            for tile, number in zip(tiles.tolist(), counts.tolist(), strict=True):
                letter = "".join(MAP)[tile].replace("S", "F")
                kinds[letter] += number
                found |= {f"ended_{k}[{tile}]": number} if letter != "F" else {}
            found |= {f"won[{k}]": kinds["G"], f"lost[{k}]": kinds["H"], f"out[{k}]": kinds["F"]}
            found |= {f"rate[{k}]": rate} if frame >= len(frames) else {}
        return found

    return {"source": source}


def counted(frame, left):
    """Return how many further episodes are counted after some frames: more and more, from 1 to all, in 19 frames."""
    steps = [0]
    for number in range(1, 20):
        steps.append(max(round((left + 1) ** (number / 19)) - 1, steps[-1] + 1))
    return steps[frame + 1]
