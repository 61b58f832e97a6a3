"""Episodes on the lake: the first ones move by move, all counted; every number, pawn, arrow, word and bar."""

import numpy as np
import pytest
from audit import check_layout
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from animations import LakeEpisodes, LakePlayer, style
from animations.engine.painter import Painter
from animations.scenes.lake.board import WATER, arrow
from tests.animations.samples.lake import BOTH, ENDS, MAP, POLICY, done, episodes, episodes_values, player
from tests.animations.samples.lake import EPISODES as WAYS
from tests.animations.samples.lake import episode as move


@pytest.fixture(scope="module")
def drawn():
    """The scene of both players, drawn once for all tests that only look at it."""
    scene = episodes()
    Painter(scene)
    return scene


def middle_of(tile, number=0):
    """Return the centre of a tile of one of two boards, in pixels."""
    row, column = divmod(tile, 4)
    return np.array([40 + 480 * number + 105 * (column + 0.5), 130 + 420 - 105 * (row + 0.5)])


def pawns(scene):
    """Return the centres of the visible pawns."""
    corners = [patch.get_xy() for patch in scene.page.axes.patches if patch.get_zorder() == 5 and patch.get_visible()]
    return [(each.min(axis=0) + each.max(axis=0)) / 2 for each in corners]


def bars(scene):
    """Return the (left, width, colour) of the parts of all bars."""
    parts = [patch for patch in scene.page.axes.patches if isinstance(patch, Rectangle)]
    return [(part.get_x(), part.get_width(), to_hex(part.get_facecolor())) for part in parts]


def arrows(scene, zorder):
    """Return the outlines of the policies, or of the actions that are tried: a list for each player."""
    found = [each for each in scene.page.axes.collections
             if isinstance(each, PolyCollection) and each.get_zorder() == zorder]  # fmt: skip
    return [[path.vertices[:7] for path in each.get_paths()] for each in found]


def words(scene):
    """Return the words about both players, and their colours."""
    place = scene.size[1] - 152 + 20
    said = [text for text in scene.page.axes.texts if text.get_position()[1] == place]
    return [(text.get_text(), text.get_color()) for text in said]


def test_lets_a_shorter_game_wait_for_the_longer_one(drawn):
    assert (drawn.ended, drawn.glides) == ([5, 9], True)
    for frame in range(18):
        drawn.update(frame)
        episode, moves = move(frame)
        wanted = []
        for number, name in enumerate(BOTH if moves is not None else []):
            way = [*WAYS[name][0][episode], ENDS[name][episode]]
            wanted.append(middle_of(way[min(moves, len(way) - 1)], number))
        assert np.ravel(pawns(drawn)) == pytest.approx(np.ravel(wanted), abs=1)


def test_walks_pawns_between_frames_but_not_between_games(drawn):
    drawn.update(1.5)  # from tile 4 into the hole; from 4 to 8
    for pawn, wanted in zip(
        pawns(drawn), ((middle_of(4) + middle_of(5)) / 2, (middle_of(4, 1) + middle_of(8, 1)) / 2), strict=True
    ):
        assert pawn == pytest.approx(wanted, abs=1)
    drawn.update(5.5)
    assert pawns(drawn)[0] == pytest.approx(middle_of(5), abs=1)
    drawn.update(6.5)  # up, against the edge
    assert pawns(drawn)[0] == pytest.approx(middle_of(0) + np.array([0, 0.26 * 105]), abs=1)


def test_draws_a_way_back_and_forth_once():
    """Dots on top of dots made a solid line."""
    tiles = [0, 1, 0, 0, 1, 2]
    scene = LakeEpisodes("Episodes", [LakePlayer("it", MAP, tiles, [2, 0, 0, 2, 2, 3], [0] * 6, [2], 0.5)])
    Painter(scene)
    (way,) = (each for each in scene.page.axes.collections if each.get_zorder() == 3)
    for frame, steps in ((0, 0), (0.5, 1), (1, 1), (1.5, 1), (2.5, 1), (3.5, 1), (4, 1), (4.5, 2), (6, 2)):
        scene.update(frame)
        assert len(way.get_segments()) == steps
    (first, second) = (segment.tolist() for segment in way.get_segments())
    assert (first[1], second[1][0] - first[0][0]) == (second[0], 240)


def test_shows_what_is_tried_as_an_arrow_and_a_word_and_whether_it_slides(drawn):
    said = {0: ("action: down", "action: down"), 2: ("in a hole ✗", "action: right"),
            4: ("in a hole ✗", "action: down, but it slides"), 5: ("in a hole ✗", "out of moves ✗"),
            6: ("action: up", "action: down, but it slides"), 12: ("", "")}  # fmt: skip
    colors = {"a": style.INK, "i": style.ERROR, "o": style.ERROR}
    for frame, texts in said.items():
        drawn.update(frame)
        found = words(drawn)
        assert tuple(text for text, _ in found) == texts
        for text, color in found:
            assert not text or color == (style.ERROR if "slides" in text else colors[text[0]])
        episode, moves = move(frame)
        for number, (text, outlines) in enumerate(zip(texts, arrows(drawn, 4), strict=True)):
            tiles, actions = (each[episode] for each in WAYS[BOTH[number]]) if moves is not None else ([], [])
            assert len(outlines) == text.startswith("action")
            for outline in outlines:
                place = middle_of(tiles[moves], number)
                assert outline == pytest.approx(arrow(place, actions[moves], 0.26 * 105, 0.22 * 105, 0.07 * 105))


def test_draws_the_policy_where_an_episode_continues(drawn):
    nothing, policy = arrows(drawn, 1.8)
    tiles = [0, 1, 2, 3, 4, 6, 8, 9, 10, 13, 14]
    assert not nothing
    for tile, outline in zip(tiles, policy, strict=True):
        assert outline == pytest.approx(arrow(middle_of(tile, 1), POLICY[tile], 0.26 * 105, 0.22 * 105, 0.07 * 105))


def test_divides_bars_by_the_ends_of_the_episodes(drawn):
    for frame in range(18):
        drawn.update(frame)
        wanted, values = [], episodes_values(frame)
        for number, name in enumerate(BOTH):
            left = 40 + 480 * number
            for gid, color in (("won", style.TARGET), ("lost", WATER), ("out", style.QUIET)):
                width = 420 * values[f"{gid}[{number}]"] / max(done(name, frame), 1)
                wanted.append((left, width, color))
                left += width
        for found, part in zip(bars(drawn), wanted, strict=True):
            assert found == (pytest.approx(part[0]), pytest.approx(part[1]), part[2])


@pytest.mark.parametrize("rows", [("SG",), ("SFFFFFFF",) * 7 + ("FFFFFFFG",)])
def test_finds_room_for_lakes_of_other_shapes(rows):
    goal = len("".join(rows)) - 1
    scene = LakeEpisodes("Episodes", [LakePlayer("it", rows, [0], [2], [0], [goal], 1)])
    assert scene.frames == 2
    check_layout(scene, 0, 1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rows": ("SX", "FG")}, "rows must be texts of one length"),
        ({"tiles": [0, 4, 0, 0, 16]}, "tiles must"),
        ({"actions": [1, 2, 3, 2]}, r"actions must be .*\(5,\)"),
        ({"episodes": [0, 0, 2, 2, 2]}, "episodes must count 0, 1, … up to 9 at most, because ends has 10, got"),
        (
            {"episodes": [0, 0, 1, 1, 1], "ends": [5]},
            "episodes must count 0, 1, … up to 0 at most",
        ),
        ({"rate": 1.1}, "rate must"),
        ({"policy": POLICY[:4]}, "policy must"),
    ],
)
def test_refuses_a_player_that_does_not_fit(changed, message):
    with pytest.raises(ValueError, match=f"LakePlayer: .*{message}"):
        player("first", **changed)


@pytest.mark.parametrize(
    "players",
    [[], [player("first"), player("second", ends=ENDS["second"][:9])], [player("first") for _ in range(3)]],
    ids=["none", "not as many episodes", "three"],
)
def test_refuses_players_that_do_not_fit(players):
    with pytest.raises(ValueError, match=f"LakeEpisodes: players must be one or two, .* got {len(players)}: "):
        LakeEpisodes("Episodes", players)
