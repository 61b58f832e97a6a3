"""Explanations of the frozen lake: answers, values and win rates, back to the rules and the network."""

import numpy as np
import pytest
from why_checks import check_whys

from animations import LakeEpisodes
from tests.animations.samples.lake import EXACT, EXACT_100, MAP, OPEN, learned, moves, player, random_values, walked


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
    assert said.pieces[1].gid == "logit[0,1]"
    assert "product[0,1,7]" in list(moves().why("logit[0,1]", 0).asked())
    assert list(moves().why("product[0,1,7]", 0).asked()) == ["feature[0,1,7]", "weight[7]"]


def test_takes_the_largest_of_four_answers_as_the_value():
    scene = learned()
    assert list(scene.why("value[4]", 5).asked()) == [f"predicted[4,{a}]" for a in range(4)]
    assert scene.why("value[5]", 5) is None, "a hole has none"


def test_explains_a_win_by_the_path_of_the_policy_if_that_agrees():
    scene = learned()
    line = scene.why(f"wins[{OPEN[5]}]", 0).parts[0]
    way = walked(scene.predictions[0], OPEN[5])
    assert line.words.startswith(f"the policy walks over the tiles {way[0]}, ")
    assert "given" in scene.why("wins[0]", 0).parts[0].words


def test_explains_a_win_rate_move_by_move_up_to_the_goal():
    scene = LakeEpisodes("Episodes", [player("first")])
    (gid,) = scene.why("rate[0]", scene.frames - 1).asked()
    assert gid == "value_0[100,0]"
    assert list(scene.why(gid, 9).asked()) == [f"step_0[100,0,{to}]" for to in (0, 1, 4)]
    assert list(scene.why("step_0[100,0,4]", 9).asked()) == ["value_0[99,4]"]
    assert scene.why("value_0[1,14]", 9).value == 0.25
    assert [scene.why(gid, 9).value for gid in ("value_0[0,15]", "value_0[7,5]", "value_0[0,14]")] == [1, 0, 0]
    assert scene.why("step_0[0,0,4]", 9) is None


def test_averages_the_win_rate_over_several_starts():
    rate = float(random_values(100)[:2].mean())
    two = player("first", rows=("SSFF", *MAP[1:]), rate=rate)
    scene = LakeEpisodes("Episodes", [two])
    assert check_whys(scene, [scene.frames - 1]) > 0
    assert list(scene.why("rate[0]", 9).asked()) == ["value_0[100,0]", "value_0[100,1]"]


def test_names_the_episodes_that_ended_on_a_tile():
    scene = LakeEpisodes("Episodes", [player("first", ends=[5, 5] + [7, 15] * 40)])
    last = scene.frames - 1
    assert scene.why("ended_0[5]", last).parts[0].words == "counted among the first 82: episode 1, 2"
    assert scene.why("ended_0[15]", last).parts[0].words.endswith("episode 4, 6, 8, 10, 12, 14, 16, 18, …")
    assert list(scene.why("lost[0]", last).asked()) == ["ended_0[5]", "ended_0[7]"]


@pytest.mark.parametrize(("make", "message"), [
    (lambda: player("first", rate=EXACT_100 + 0.01), "LakePlayer: rate must follow from chances"),
    (lambda: moves(logits=np.ones((16, 4))), "LakeMoves: predictions must be the sigmoid of logits"),
    (lambda: moves(bias=None), "LakeMoves: give features, weights and bias together to explain logits"),
    (lambda: moves(logits=None), "LakeMoves: features, weights and bias explain logits; give logits, too"),
    (lambda: learned(bias=np.full(3, 9)), "LakeLearning: logits must be features · weights"),
])  # fmt: skip
def test_refuses_what_does_not_explain_the_numbers(make, message):
    with pytest.raises(ValueError, match=message):
        make()
