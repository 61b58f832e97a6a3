"""The frozen lake: an episode move by move, a network that learns to win, episodes of one or two players."""

import functools
from itertools import chain

import numpy as np

import tinylearn as tl
from animations import LakeEpisodes, LakeLearning, LakeMoves, LakePlayer
from tests.animations.samples.sample import Sample

MAP = ("SFFF", "FHFH", "FFFH", "HFFG")
LETTERS = "".join(MAP)
OPEN = [tile for tile, letter in enumerate(LETTERS) if letter in "SF"]
LAYER = ("logits", "features", "weights", "bias")


def led(tile, action):
    """Return the tile that an action leads to."""
    row, column = divmod(tile, 4)
    row, column = [(row, column - 1), (row + 1, column), (row, column + 1), (row - 1, column)][action]
    return 4 * row + column if 0 <= row < 4 and 0 <= column < 4 else tile


def random_values(count):
    """Return the probability of winning for each tile and action, if all later actions are random, by many sweeps."""
    values = np.zeros((16, 4))
    for _ in range(count):
        values = np.array([[float(LETTERS[led(t, a)] == "G") if LETTERS[led(t, a)] in "GH" else values[led(t, a)].mean()
                            for a in range(4)] for t in range(16)])  # fmt: skip
    return values


EXACT, EXACT_100 = random_values(300), float(random_values(100)[0].mean())


def answers(records, known=LAYER):
    """Return predictions (R, 16, 4) of a layer for each record, and the layer."""
    rng = np.random.default_rng(records)
    layer = {"features": rng.random((records, 16, 4, 50), dtype=np.float32),
             "weights": rng.normal(size=(records, 50)).astype(np.float32) / 3,
             "bias": rng.normal(size=records).astype(np.float32)}  # fmt: skip
    layer["logits"] = np.einsum("rtad,rd->rta", layer["features"], layer["weights"]) + layer["bias"][:, None, None]
    return tl.Sigmoid().forward(layer["logits"]), {name: layer[name] for name in known}


# --- one episode -----------------------------------------------------------------------------------------------------

TILES, ACTIONS = [0, 4, 8, 9, 13, 14, 15], [1, 1, 2, 1, 2, 2]


def moves(known=LAYER, **changed):
    predictions, layer = answers(1, known)
    given = {"rows": MAP, "tiles": TILES, "actions": ACTIONS, "predictions": predictions[0], "exact": EXACT}
    return LakeMoves(**given | {name: each[0] for name, each in layer.items()} | changed)


def moves_values(exact=EXACT):
    """Return gid → the value in each frame, three for each move."""
    predicted = answers(1)[0][0]
    values = {"move": np.repeat(range(1, 7), 3), "moves": 6, "tile": np.repeat(TILES[:-1], 3)}
    for action in range(4):
        for name, table in (("predicted", predicted), ("exact", exact)):
            values[f"{name}[{action}]"] = np.repeat([table[tile, action] for tile in TILES[:-1]], 3)
    return values


# --- learning to win -------------------------------------------------------------------------------------------------

STEPS = [0, 10, 20, 30, 299, 600]
PHASES = ["initialise", *["returns"] * 3, *["targets"] * 2]
WAYS = [[0] * 101, [0] * 101, [0, 4, 5], [0, 1, 5], [0, 4, 8, 9, 13, 14, 15], [0, 4, 8, 9, 13, 14, 15]]
RECORD = [0] * 9 + [1] + [2] * 3 + [3] + [4] * 7 + [5] * 7  # the first record of each end, and the last, are walked
_rng = np.random.default_rng(3)
PREDICTED = 10 ** -_rng.uniform(0, 3, (6, 16, 4))
PREDICTED[0, 0] = [0.1, 0.1, 0.1, 0.5]  # up, against the edge
WINS = _rng.integers(0, 2, (6, 16)).astype(float)


def learning(**changed):
    """Six records, made up."""
    given = {"rows": MAP, "predictions": PREDICTED, "wins": WINS, "ways": WAYS, "steps": STEPS, "phases": PHASES}
    return LakeLearning(**given | changed)


def learning_values():
    values = {"step": np.array(STEPS)[RECORD], "last_step": 600, "starts": 11}
    values["rate"] = [sum(WINS[record, tile] for tile in OPEN) / 11 for record in RECORD]
    return values | {f"value[{tile}]": [max(PREDICTED[record, tile]) for record in RECORD] for tile in OPEN}


def walked(table, tile):
    """Return the tiles on the path of the greedy policy, at most a hundred moves."""
    way = [tile]
    while LETTERS[way[-1]] in "SF" and len(way) < 100:
        way.append(led(way[-1], table[way[-1]].argmax()))
    return way


def learned(**changed):
    """Three records of a layer, which explains them."""
    predictions, layer = answers(3)
    wins = np.random.default_rng(1).random((3, 16))
    for record, table in enumerate(predictions):
        for tile in OPEN[2:]:  # the first two stay: no path explains them
            wins[record, tile] = float(LETTERS[walked(table, tile)[-1]] == "G")
    ways = [walked(table, 0) for table in predictions]
    return LakeLearning(MAP, predictions, wins, ways, [0, 10, 20], ["initialise", "returns", "targets"],
                        **layer | changed)  # fmt: skip


# --- episodes --------------------------------------------------------------------------------------------------------

POLICY = [1, 2, 1, 0, 1, 0, 1, 0, 2, 1, 1, 0, 0, 2, 2, 0]
EPISODES = {  # (tiles before each move, actions) of two episodes of two players
    "first": ([[0, 4], [0, 0, 1]], [[1, 2], [3, 2, 1]]),
    "second": ([[0, 4, 8, 9, 13], [0]], [[1, 1, 2, 1, 1], [1]]),  # the last move slides, and the second episode
}
ENDS = {"first": [5, 5] + [7, 15] * 4, "second": [14, 1] + [15, 12] * 4}  # of ten episodes
LASTS = {"first": (2, 3), "second": (5, 1)}
ALONE, BOTH = ["first"], ["first", "second"]


def chances(moves):
    """Return the chances of random moves, (M, 16, 16)."""
    one = np.zeros((16, 16))
    for tile, action in np.ndindex(16, 4):
        one[tile, led(tile, action)] += 0.25
    return np.repeat(one[None], moves, axis=0)


def player(name, **changed):
    """Return a player; the first plays at random, and its win rate is explained."""
    tiles, actions = EPISODES[name]
    episodes = np.repeat([0, 1], [len(way) for way in tiles])
    given = {"name": name, "rows": MAP, "tiles": [*chain(*tiles)], "actions": [*chain(*actions)], "episodes": episodes,
             "ends": ENDS[name]}  # fmt: skip
    more = {"rate": EXACT_100, "chances": chances(100)} if name == "first" else {"rate": 0.25, "policy": POLICY}
    return LakePlayer(**given | more | changed)


def episodes(names=BOTH, note="It slides.", **changed):
    return LakeEpisodes("Episodes", [player(name, **changed) for name in names], note)


def episode(frame):
    """Return the episode and the move of a frame of two players; no move for episodes that are only counted."""
    return (0, frame) if frame < 6 else (1, frame - 6) if frame < 10 else (frame - 8, None)


def done(name, frame):
    """Return how many episodes have ended."""
    number, moves = episode(frame)
    return number + (moves is None or moves >= LASTS[name][number])


def episodes_values(frame):
    values = {"episode": episode(frame)[0] + 1, "episodes": 10}
    for number, name in enumerate(BOTH):
        ended = ENDS[name][: done(name, frame)]
        kinds = [LETTERS[tile] for tile in ended]
        values |= {f"won[{number}]": kinds.count("G"), f"lost[{number}]": kinds.count("H"),
                   f"out[{number}]": len(ended) - kinds.count("G") - kinds.count("H")}  # fmt: skip
        values |= {f"ended_{number}[{tile}]": ended.count(tile) for tile in (5, 7, 11, 12, 15) if tile in ended}
        values |= {f"rate[{number}]": [EXACT_100, 0.25][number]} if frame > 9 else {}
    return values


ROWS = {"two tiles": ("SFG",), "64 tiles": ("SFFFFFFF",) * 7 + ("FFFFFFFG",), "three alike": ("SFHFG",) * 3}
BACK = [0, 1, 0, 0, 1, 2], [2, 0, 0, 2, 2, 3]  # tiles, and actions: a way back and forth is dotted once


def on_another_lake(kind, rows):
    count = len("".join(rows))
    if kind == "moves":
        return LakeMoves(rows, [0, 1], [2], np.full((count, 4), 0.5), np.full((count, 4), 0.5))
    if kind == "episodes":
        return LakeEpisodes("Episodes", [LakePlayer("it", rows, [0], [2], [0], [count - 1], 1)])
    return LakeLearning(rows, np.full((1, count, 4), 0.9999), np.ones((1, count)), [[0, 1]], [0], ["initialise"])


SAMPLES = {
    f"{kind} on {name}": Sample(functools.partial(on_another_lake, kind, rows), frames=frames, pictured=False)
    for kind, frames in {"moves": (0, 1), "episodes": (1,), "learning": (1,)}.items()
    for name, rows in ROWS.items()
}
SAMPLES |= {
    "moves without hope": Sample(lambda: moves([], predictions=np.zeros((16, 4))), pictured=False),
    "moves against the edge": Sample(
        lambda: moves(tiles=[0, 0, 4], actions=[3, 1]), pictured=False, also=(1.25, 1.5, 1.75, 3.5)
    ),
    "moves into a hole": Sample(lambda: moves(tiles=[0, 1, 5], actions=[2, 1]), pictured=False),
    "moves without an end": Sample(lambda: moves(tiles=[0, 1], actions=[2]), pictured=False),
    "episode back and forth": Sample(
        lambda: LakeEpisodes("", [LakePlayer("it", MAP, *BACK, [0] * 6, [2], 0.5)]),
        pictured=False,
        also=(0.5, 1, 1.5, 3.5, 4, 4.5),
    ),
    "moves on the lake": Sample(moves, moves_values, drawn=7.4, also=(1, 2, 6.5, 8.5)),
    "moves, logits alone": Sample(lambda: moves(["logits"]), moves_values, pictured=False),
    "moves, exact values of other rules": Sample(
        lambda: moves([], exact=EXACT**2), lambda: moves_values(EXACT**2), pictured=False
    ),
    "learning to win": Sample(
        learning, learning_values, (), (0, 4, 8, 9, 10, 12, 13, 20, 27), also=(0.5, 8, 9, 12.5, 13, 15.25)
    ),
    "learning to win, explained": Sample(learned, pictured=False),
    "episodes on the lake": Sample(episodes, lambda: episodes_values, drawn=4, also=(1.5, 2, 5.5, 6.5, 10, 12)),
}
