"""An episode on the frozen lake: every number, bar, arrow, mark and word of each of its three frames per move."""

import numpy as np
import pytest
from audit import check_layout
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from animations import LakeMoves, style
from animations.engine.painter import Painter
from animations.scenes.lake.board import ICE, arrow
from tests.animations.samples.lake import ACTIONS, EXACT, TILES, answers, moves

PREDICTED = answers(1)[0][0]


@pytest.fixture(scope="module")
def drawn():
    """The scene, drawn once for all tests that only look at it."""
    scene = moves()
    Painter(scene)
    return scene


def number(scene, gid):
    return next(text for text in scene.page.axes.texts if text.get_gid() == gid)


def word(scene, *words):
    """Return the text with one of these words."""
    (found,) = (text for text in scene.page.axes.texts if text.get_text() in words)
    return found


def shapes(scene, count):
    """Return the collection with this many polygons: 4 arrows, 80 inputs."""
    (found,) = (each for each in scene.page.axes.collections
                if isinstance(each, PolyCollection) and len(each.get_paths()) == count)  # fmt: skip
    return found


def bars(scene):
    """Return the bars of the four actions, from the top."""
    return [patch for patch in scene.page.axes.patches if isinstance(patch, Rectangle) and patch.get_zorder() == 3]


def middle_of_walker(scene):
    corners = next(patch for patch in scene.page.axes.patches if patch.get_zorder() == 5).get_xy()
    return (corners.min(axis=0) + corners.max(axis=0)) / 2


def way(scene):
    """Return the corners of the dotted line (points, 2), up to its end."""
    (path,) = (each for each in scene.page.axes.collections if isinstance(each, LineCollection)
               and each.get_zorder() == 3)  # fmt: skip
    points = [tuple(point) for segment in path.get_segments() for point in segment]
    return np.array(list(dict.fromkeys(points)) or [place(TILES[0])])


def place(tile):
    """Return the centre of a tile, in pixels."""
    return np.array([100 + 120 * (tile % 4), 460 - 120 * (tile // 4)])


def test_shows_three_phases_of_a_move(drawn):
    said = ["Ask: what if the next action is …", "Choose the best: down", "Move down"]
    for frame in range(18):
        drawn.update(frame)
        move, phase = divmod(frame, 3)
        assert middle_of_walker(drawn) == pytest.approx(place(TILES[move + (phase == 2)]), abs=1)
        assert way(drawn) == pytest.approx(np.array([place(tile) for tile in TILES[: move + 1 + (phase == 2)]]))
        assert frame > 2 or word(drawn, *said).get_text() == said[frame]
    assert word(drawn, "Move right: the goal ✓")


def test_walks_to_its_tile_while_numbers_and_words_stay(drawn):
    assert LakeMoves.glides
    drawn.update(7)  # chosen: from tile 8 to the right
    chosen = [(text.get_gid(), text.get_text()) for text in drawn.page.axes.texts]
    for frame, fraction in ((7.25, 0.25), (7.5, 0.5), (7.999, 0.999)):
        drawn.update(frame)
        here = place(8) + fraction * (place(9) - place(8))
        assert middle_of_walker(drawn) == pytest.approx(here, abs=1)
        assert way(drawn)[-1] == pytest.approx(here), "the dotted line follows him"
        assert [(text.get_gid(), text.get_text()) for text in drawn.page.axes.texts] == chosen
    for frame in (6.5, 8.5):  # before it moves, and before the next question
        drawn.update(frame)
        assert middle_of_walker(drawn) == pytest.approx(place(8 if frame < 7 else 9), abs=1)


def test_marks_only_the_chosen_action_and_only_after_the_question(drawn):
    for frame in range(18):
        drawn.update(frame)
        move, phase = divmod(frame, 3)
        heights = [text.get_position()[1] - 2 for text in drawn.page.axes.texts if text.get_text() == "▸"]
        rows = [number(drawn, f"predicted[{action}]").get_position()[1] for action in range(4)]
        assert heights == ([rows[ACTIONS[move]]] if phase else [])
        for action, name in enumerate(("← left", "↓ down", "→ right", "↑ up")):
            chosen = phase > 0 and action == ACTIONS[move]
            bold, color = ("bold", style.WEIGHT) if chosen else ("normal", style.INK)
            for text in (word(drawn, name), number(drawn, f"predicted[{action}]")):
                assert (text.get_weight(), text.get_color()) == (bold, color)
            assert to_hex(bars(drawn)[action].get_facecolor()) == (style.WEIGHT if chosen else style.FAINT)


def beside_best(move):
    """Return the four predictions before a move, scaled so that the best is 1."""
    return PREDICTED[TILES[move]] / max(PREDICTED[TILES[move]])


def test_draws_the_best_bar_longest_and_all_others_in_proportion(drawn):
    for frame in range(18):
        drawn.update(frame)
        for action, bar in enumerate(bars(drawn)):
            assert (bar.get_x(), bar.get_width()) == (982, pytest.approx(170 * beside_best(frame // 3)[action]))
            row = number(drawn, f"predicted[{action}]").get_position()[1]
            assert bar.get_y() + bar.get_height() / 2 == pytest.approx(row)


def test_draws_no_bars_for_a_network_without_hope():
    scene = moves([], predictions=np.zeros((16, 4)))
    Painter(scene).paint(0)
    assert [bar.get_width() for bar in bars(scene)] == [0] * 4


def test_sets_one_input_for_the_tile_and_one_for_the_action(drawn):
    for frame in range(0, 18, 3):
        drawn.update(frame)
        dark = [to_hex(color) == style.INK for color in shapes(drawn, 80).get_facecolor()]
        for action in range(4):
            assert np.flatnonzero(dark[20 * action : 20 * (action + 1)]).tolist() == [TILES[frame // 3], 16 + action]


def test_draws_arrows_from_the_walker_as_long_as_the_predictions(drawn):
    for move, tile in enumerate(TILES[:-1]):
        for phase, shown in enumerate((range(4), [ACTIONS[move]], [])):
            drawn.update(3 * move + phase)
            arrows = shapes(drawn, 4)
            assert phase == 2 or to_hex(arrows.get_facecolor()[0]) == (style.WEIGHT if phase else style.QUIET)
            for action, path in enumerate(arrows.get_paths()):
                size = np.ptp(path.vertices[:7], axis=0).max()
                if action not in shown:
                    assert size == 0, "an arrow of no length is not seen"
                    continue
                tip = path.vertices[3] - place(tile)
                ahead = [(-1, 0), (0, -1), (1, 0), (0, 1)][action]
                wanted = 0.28 * 120 + 0.24 * 120 * beside_best(move)[action]
                assert tip == pytest.approx(np.multiply(ahead, wanted), abs=1e-4)


def test_gives_an_arrow_for_nothing_no_size():
    assert np.ptp(arrow(np.zeros(2), 2, 10, 0, 9), axis=0).max() == 0


def test_runs_against_the_edge_and_comes_back():
    scene = moves(tiles=[0, 0, 4], actions=[3, 1])  # up, and then down
    Painter(scene)
    for frame, up in ((1, 0), (1.25, 0.5**0.5), (1.5, 1), (1.75, 0.5**0.5), (2, 0), (3.5, 0)):
        scene.update(frame)
        assert middle_of_walker(scene) - place(0) == pytest.approx([0, 0.26 * 120 * up], abs=1)


def test_draws_the_map_as_the_lake():
    pixels = Painter(moves()).paint(0)[..., :3]
    water = {5, 7, 11, 12}
    for tile in range(16):
        x, y = 40 + 120 * (tile % 4) + 60, 80 + 120 * (tile // 4) + 60  # rows from above
        if tile in (0, 15):
            continue
        color = to_hex(pixels[y, x] / 255)
        assert color == ("#33507a" if tile in water else ICE)
    green = (pixels == np.array([0, 0x73, 0x4F])).all(axis=2)
    assert green[440:560, 400:520].any()


@pytest.mark.parametrize("rows", [("SG",), ("SFFFFFFF",) * 7 + ("FFFFFFFG",), ("SFHFG",) * 3])
def test_finds_room_for_lakes_of_other_shapes(rows):
    count = len("".join(rows))
    scene = LakeMoves(rows, [0, 1], [2], np.full((count, 4), 0.5), np.full((count, 4), 0.5))
    (texts,) = check_layout(scene, 1)
    assert "start" in texts


def test_names_a_hole_and_says_frames_in_words():
    scene = moves(tiles=[0, 1, 5], actions=[2, 1])
    assert scene.describe(5).endswith("Move down: a hole ✗.")
    assert moves(tiles=[0, 1], actions=[2]).describe(2).endswith("Move right, and so on ✗.")
    assert moves().describe(0).startswith(f"Move 1 of 6, on tile 0: left {PREDICTED[0, 0]:.4f}, down ")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rows": ("SFF", "FG")}, "rows must be texts of one length with the letters S, F, H, G"),
        ({"rows": ("SX", "FG")}, "rows must be texts of one length"),
        ({"rows": ()}, "rows must be 1 or more texts, got 0"),
        ({"predictions": PREDICTED[:9]}, r"predictions must have shape \(16, 4\), as rows has 16, got \(9, 4\)"),
        ({"exact": EXACT.T}, r"exact must have shape \(16, 4\), as rows has 16, got \(4, 16\)"),
        ({"tiles": TILES[:-1]}, "one tile more than actions, got 6 actions and 6 tiles"),
        ({"actions": [], "tiles": [0]}, "at least one action"),
    ],
)
def test_refuses_what_does_not_fit(changed, message):
    with pytest.raises(ValueError, match=f"LakeMoves: .*{message}"):
        moves(**changed)
