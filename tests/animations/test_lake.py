"""Explanations of the frozen lake: answers, values and win rates, back to the rules and the network."""

from animations import LakeEpisodes
from tests.animations.samples.lake import MAP, OPEN, learned, player, random_values, walked
from tests.animations.why_checks import check_whys


def test_explains_a_win_by_the_path_of_the_policy_if_that_agrees():
    scene = learned()
    way = walked(scene.predictions[0], OPEN[5])
    words = scene.why(f"wins[{OPEN[5]}]", 0).parts[0].words
    assert words.startswith(f"the policy walks over the tiles {way[0]}, ")
    assert "given" in scene.why("wins[0]", 0).parts[0].words


def test_explains_a_win_rate_move_by_move_up_to_the_goal():
    scene = LakeEpisodes("Episodes", [player("first")])
    (gid,) = scene.why("rate[0]", scene.frames - 1).asked()
    assert gid == "value_0[100,0]"
    assert list(scene.why(gid, 9).asked()) == [f"step_0[100,0,{to}]" for to in (0, 1, 4)]
    assert list(scene.why("step_0[100,0,4]", 9).asked()) == ["value_0[99,4]"]
    ends = ("value_0[1,14]", "value_0[0,15]", "value_0[7,5]", "value_0[0,14]")
    assert [scene.why(gid, 9).value for gid in ends] == [0.25, 1, 0, 0]
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
