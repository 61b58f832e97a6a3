"""Explanations of the frozen lake: answers, values and win rates, back to the rules and the network."""

from why_checks import check_whys

from animations import LakeEpisodes
from tests.animations.samples.lake import MAP, player, random_values


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
