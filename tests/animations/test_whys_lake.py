"""Explanations of the frozen lake: answers, values and win rates, back to the rules and the network."""

from itertools import chain

import numpy as np
import pytest
from why_checks import check_whys

import tinylearn as tl
from animations import LakeEpisodes, LakeLearning, LakeMoves, LakePlayer

MAP = ("SFFF", "FHFH", "FFFH", "HFFG")
LETTERS = "".join(MAP)
OPEN = [tile for tile, letter in enumerate(LETTERS) if letter in "SF"]
TILES, ACTIONS = [0, 4, 8, 9, 13, 14, 15], [1, 1, 2, 1, 2, 2]
LAYER = ("scores", "features", "weights", "bias")


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


EXACT = random_values(300)


def answers(records, known=LAYER):
    """Return predictions (R, 16, 4) of a layer for each record, and the layer."""
    rng = np.random.default_rng(records)
    layer = {"features": rng.random((records, 16, 4, 50), dtype=np.float32),
             "weights": rng.normal(size=(records, 50)).astype(np.float32) / 3,
             "bias": rng.normal(size=records).astype(np.float32)}  # fmt: skip
    layer["scores"] = np.einsum("rtad,rd->rta", layer["features"], layer["weights"]) + layer["bias"][:, None, None]
    return tl.Sigmoid().forward(layer["scores"]), {name: layer[name] for name in known}


def moves(known=LAYER, exact=EXACT, **changed):
    predictions, layer = answers(1, known)
    return LakeMoves(MAP, TILES, ACTIONS, predictions[0], exact, **{name: each[0] for name, each in layer.items()}
                     | changed)  # fmt: skip


def learning(known=LAYER, **changed):
    predictions, layer = answers(3, known)
    wins = np.random.default_rng(1).random((3, 16))
    for record, table in enumerate(predictions):
        for tile in OPEN[2:]:  # the first two stay: no path explains them
            wins[record, tile] = float(LETTERS[walked(table, tile)[-1]] == "G")
    ways = [walked(table, 0) for table in predictions]
    return LakeLearning(MAP, predictions, wins, ways, [0, 10, 20], ["initialise", "returns", "targets"],
                        **layer | changed)  # fmt: skip


def walked(table, tile):
    """Return the tiles on the path of the greedy policy, at most a hundred moves."""
    way = [tile]
    while LETTERS[way[-1]] in "SF" and len(way) < 100:
        way.append(led(way[-1], table[way[-1]].argmax()))
    return way


def chances(moves):
    """Return the chances of random moves, (M, 16, 16)."""
    one = np.zeros((16, 16))
    for tile, action in np.ndindex(16, 4):
        one[tile, led(tile, action)] += 0.25
    return np.repeat(one[None], moves, axis=0)


def player(name="random", explained=True, **changed):
    ways = [[0, 4], [0, 0, 1]] if name == "random" else [[0, 4, 8, 9, 13], [0]]
    acts = [[1, 2], [3, 2, 1]] if name == "random" else [[1, 1, 2, 1, 1], [1]]
    ends = [5, 5] + [7, 15] * 40 if name == "random" else [14, 1] + [15, 12] * 40
    more = {"rate": EXACT_100, "chances": chances(100)} if explained else {"rate": 0.25}
    episodes = {"episodes": np.repeat([0, 1], [len(way) for way in ways]), "ends": ends}
    moves = {"tiles": [*chain(*ways)], "actions": [*chain(*acts)]}
    return LakePlayer(**{"name": name, "rows": MAP} | moves | episodes | more | changed)


EXACT_100 = float(random_values(100)[0].mean())
SCENES = {
    "moves": moves,
    "moves, scores alone": lambda: moves(["scores"]),
    "moves, predictions alone, exact values of other rules": lambda: moves([], exact=EXACT**2),
    "learning": learning,
    "learning, predictions alone": lambda: learning([]),
    "episodes": lambda: LakeEpisodes("Episodes", [player(), player("other", explained=False)]),
    "episodes alone": lambda: LakeEpisodes("Episodes", [player("other")]),
}


@pytest.mark.parametrize("make", SCENES.values(), ids=SCENES.keys())
def test_explains_every_number(make):
    scene = make()
    frames = [*range(min(scene.frames, 8)), scene.frames // 2, scene.frames - 1]
    assert check_whys(scene, frames) > 0


def test_explains_an_exact_value_by_the_next_tile_or_the_reward():
    scene = moves()
    assert list(scene.why("exact[1]", 0).asked()) == [f"exact[4,{a}]" for a in range(4)]
    assert list(scene.why("exact[0]", 0).asked()) == [f"exact[{a}]" for a in range(4)], "at the edge: the same tile"
    assert "the goal" in scene.why("exact[14,2]", 0).parts[0].words
    assert scene.why("exact[14,2]", 0).value == 1
    assert "a hole" in scene.why("exact[4,2]", 0).parts[0].words
    assert "given" in moves(exact=EXACT**2).why("exact[1]", 0).parts[0].words


def test_leads_from_an_answer_to_its_target_and_the_features_of_the_last_layer():
    target, said = moves().why("predicted[1]", 0).parts
    assert [term.gid for term in target.pieces if not isinstance(term, str)][:4] == [f"predicted[4,{a}]" for a in
                                                                                     range(4)]  # fmt: skip
    assert said.pieces[1].gid == "score[0,1]"
    assert "product[0,1,7]" in list(moves().why("score[0,1]", 0).asked())
    assert list(moves().why("product[0,1,7]", 0).asked()) == ["feature[0,1,7]", "weight[7]"]


def test_takes_the_largest_of_four_answers_as_the_value():
    scene = learning()
    assert list(scene.why("value[4]", 5).asked()) == [f"predicted[4,{a}]" for a in range(4)]
    assert scene.why("value[5]", 5) is None, "a hole has none"


def test_explains_a_win_by_the_path_of_the_policy_if_that_agrees():
    scene = learning()
    line = scene.why(f"wins[{OPEN[5]}]", 0).parts[0]
    way = walked(scene.predictions[0], OPEN[5])
    assert line.words.startswith(f"the policy walks over the tiles {way[0]}, ")
    assert "given" in scene.why("wins[0]", 0).parts[0].words


def test_explains_a_win_rate_move_by_move_up_to_the_goal():
    scene = LakeEpisodes("Episodes", [player()])
    (gid,) = scene.why("rate[0]", scene.frames - 1).asked()
    assert gid == "value_0[100,0]"
    assert list(scene.why(gid, 9).asked()) == [f"step_0[100,0,{to}]" for to in (0, 1, 4)]
    assert list(scene.why("step_0[100,0,4]", 9).asked()) == ["value_0[99,4]"]
    assert scene.why("value_0[1,14]", 9).value == 0.25
    assert [scene.why(gid, 9).value for gid in ("value_0[0,15]", "value_0[7,5]", "value_0[0,14]")] == [1, 0, 0]
    assert scene.why("step_0[0,0,4]", 9) is None


def test_averages_the_win_rate_over_several_starts():
    rate = float(random_values(100)[:2].mean())
    two = player(rows=("SSFF", *MAP[1:]), rate=rate)
    scene = LakeEpisodes("Episodes", [two])
    assert check_whys(scene, [scene.frames - 1]) > 0
    assert list(scene.why("rate[0]", 9).asked()) == ["value_0[100,0]", "value_0[100,1]"]


def test_names_the_episodes_that_ended_on_a_tile():
    scene = LakeEpisodes("Episodes", [player()])
    last = scene.frames - 1
    assert scene.why("ended_0[5]", last).parts[0].words == "counted among the first 82: episode 1, 2"
    assert scene.why("ended_0[15]", last).parts[0].words.endswith("episode 4, 6, 8, 10, 12, 14, 16, 18, …")
    assert list(scene.why("lost[0]", last).asked()) == ["ended_0[5]", "ended_0[7]"]


@pytest.mark.parametrize(("make", "message"), [
    (lambda: player(rate=EXACT_100 + 0.01), "LakePlayer: rate must follow from chances"),
    (lambda: moves(scores=np.ones((16, 4))), "LakeMoves: predictions must be the sigmoid of scores"),
    (lambda: moves(bias=None), "LakeMoves: give features, weights and bias together to explain scores"),
    (lambda: moves(scores=None), "LakeMoves: features, weights and bias explain scores; give scores, too"),
    (lambda: learning(bias=np.full(3, 9)), "LakeLearning: scores must be features · weights"),
])  # fmt: skip
def test_refuses_what_does_not_explain_the_numbers(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("make", "unit"), [(moves, "move"), (learning, "update"),
                                            (lambda: LakeEpisodes("Episodes", [player()]), "episode")])  # fmt: skip
def test_counts_frames_in_the_words_of_the_lake(make, unit):
    scene = make()
    check_whys(scene, [0])
    assert scene.moments()[0] == unit
    assert len(scene.moments()[1]) == scene.frames
