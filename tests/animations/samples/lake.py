"""The frozen lake: an episode move by move, a network that learns to win, episodes of one or two players."""

from functools import partial
from itertools import chain

import numpy as np

import tinylearn as tl
from animations import LakeEpisodes, LakeLearning, LakeMoves, LakePlayer
from tests.animations.samples.sample import Sample, unpictured

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


# --- learning to win -------------------------------------------------------------------------------------------------

STEPS = [0, 10, 20, 30, 299, 600]
PHASES = ["initialise", *["returns"] * 3, *["targets"] * 2]
WAYS = [[0] * 101, [0] * 101, [0, 4, 5], [0, 1, 5], [0, 4, 8, 9, 13, 14, 15], [0, 4, 8, 9, 13, 14, 15]]
_rng = np.random.default_rng(3)
PREDICTED = 10 ** -_rng.uniform(0, 3, (6, 16, 4))
PREDICTED[0, 0] = [0.1, 0.1, 0.1, 0.5]  # up, against the edge
WINS = _rng.integers(0, 2, (6, 16)).astype(float)


def learning(**changed):
    """Six records, made up."""
    given = {"rows": MAP, "predictions": PREDICTED, "wins": WINS, "ways": WAYS, "steps": STEPS, "phases": PHASES}
    return LakeLearning(**given | changed)


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


def episodes():
    return LakeEpisodes("Episodes", [player("first"), player("second")], "It slides.")


BACK = [0, 1, 0, 0, 1, 2], [2, 0, 0, 2, 2, 3]  # tiles, and actions: a way back and forth is dotted once


def there_and_back():
    return LakeEpisodes("", [LakePlayer("it", MAP, *BACK, [0] * 6, [2], 0.5)])


def on_another_lake(kind, rows):
    count = len("".join(rows))
    if kind == "moves":
        return LakeMoves(rows, [0, 1], [2], np.full((count, 4), 0.5), np.full((count, 4), 0.5))
    if kind == "episodes":
        return LakeEpisodes("Episodes", [LakePlayer("it", rows, [0], [2], [0], [count - 1], 1)])
    return LakeLearning(rows, np.full((1, count, 4), 0.9999), np.ones((1, count)), [[0, 1]], [0], ["initialise"])


ROWS = {"two tiles": ("SFG",), "64 tiles": ("SFFFFFFF",) * 7 + ("FFFFFFFG",)}
OTHERS = [(kind, name) for kind in ("moves", "episodes", "learning") for name in ROWS]
SAMPLES = unpictured({f"{kind} on {name}": partial(on_another_lake, kind, ROWS[name]) for kind, name in OTHERS})
SAMPLES |= unpictured({
    "moves without hope": lambda: moves([], predictions=np.zeros((16, 4))),
    "moves into a hole": lambda: moves(tiles=[0, 1, 5], actions=[2, 1]),
    "moves without an end": lambda: moves(tiles=[0, 1], actions=[2]),
    "moves, logits alone": lambda: moves(["logits"]),
    "moves, exact values of other rules": lambda: moves([], exact=EXACT**2),
    "learning to win, explained": learned,
}) | {
    "moves against the edge": Sample(
        lambda: moves(tiles=[0, 0, 4], actions=[3, 1]), pictured=False, also=(1.25, 1.5, 1.75, 3.5)),
    "episode back and forth": Sample(there_and_back, pictured=False, also=(0.5, 1, 1.5, 3.5, 4, 4.5)),
    "moves on the lake": Sample(moves, drawn=7.4, also=(1, 2, 6.5, 8.5)),
    "learning to win": Sample(learning, also=(0.5, 8, 9, 12.5, 13, 15.25)),
    "episodes on the lake": Sample(episodes, drawn=4, also=(1.5, 2, 5.5, 6.5, 10, 12)),
}  # fmt: skip
