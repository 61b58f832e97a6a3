"""Learning to win: value and action of every tile, the pawn's path, the win rate; in every frame."""

import numpy as np
import pytest
from audit import check_layout, numbers_on
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex, to_rgb

from animations import LakeLearning, style
from animations.engine.painter import Painter
from animations.scenes.lake.board import ICE, arrow
from tests.animations.samples.lake import OPEN, PREDICTED, RECORD, STEPS, WAYS, WINS, learning, learning_values

MOVED = [*range(9), 0, *range(3), 0, *range(7), *range(7)]
SAID = ["walks for ever ✗", "walks for ever ✗", *["falls into a hole ✗"] * 2, *["arrives at the goal ✓"] * 2]


@pytest.fixture(scope="module")
def drawn():
    """The scene, drawn once for all tests that only look at it."""
    scene = learning()
    Painter(scene)
    return scene


def middle_of(tile):
    """Return the centre of a tile, in pixels."""
    row, column = divmod(tile, 4)
    return np.array([40 + 150 * column + 75, 640 - 150 * row - 75])


def polygons(scene, zorder):
    """Return the collection of the open tiles, or of their arrows."""
    (found,) = (each for each in scene.page.axes.collections
                if isinstance(each, PolyCollection) and each.get_zorder() == zorder)  # fmt: skip
    return found


def pawn(scene):
    corners = next(patch for patch in scene.page.axes.patches if patch.get_zorder() == 5).get_xy()
    return (corners.min(axis=0) + corners.max(axis=0)) / 2


def ways(scene):
    """Return the corners of the dotted lines: the one behind the pawn, and the whole one."""
    lines = [each.get_segments() for each in scene.page.axes.collections
             if isinstance(each, LineCollection) and each.get_zorder() == 3]  # fmt: skip
    return [list(dict.fromkeys(tuple(point) for step in line for point in step.tolist())) for line in lines]


def corners(tiles):
    """Return the centres of tiles; empty for a single tile."""
    found = [tuple(middle_of(tile).tolist()) for tile in dict.fromkeys(tiles)]
    return found if len(found) > 1 else []


def verdict(scene):
    (found,) = (text for text in scene.page.axes.texts if text.get_text() in {*SAID, "…"})
    return found.get_text()


def test_writes_each_value_on_its_tile(drawn):
    drawn.update(0)
    numbers = numbers_on(drawn.page.figure)
    for tile in OPEN:
        box = numbers[f"value[{tile}]"].get_window_extent()
        for corner in ((box.x0, box.y0), (box.x1, box.y1)):
            assert np.abs(corner - middle_of(tile)).max() < 75


def test_colours_a_tile_as_blue_as_its_value(drawn):
    for frame in (0, 9, 27):
        drawn.update(frame)
        colors = polygons(drawn, 2.6).get_facecolor()[:, :3]
        for place, tile in enumerate(OPEN):
            assert polygons(drawn, 2.6).get_paths()[place].vertices[:4].mean(axis=0) == pytest.approx(middle_of(tile))
            fraction = 0.5 * max(PREDICTED[RECORD[frame], tile]) ** 0.5
            wanted = (1 - fraction) * np.array(to_rgb(ICE)) + fraction * np.array(to_rgb(style.WEIGHT))
            assert colors[place] == pytest.approx(wanted)


def test_draws_the_best_action_as_an_arrow_hollow_where_it_does_not_win(drawn):
    for frame in range(0, 28, 3):
        drawn.update(frame)
        arrows, record = polygons(drawn, 2.9), RECORD[frame]
        for place, tile in enumerate(OPEN):
            wanted = arrow(middle_of(tile), PREDICTED[record, tile].argmax(), 39, 33, 9)
            assert arrows.get_paths()[place].vertices[:7] == pytest.approx(wanted)
            edge, face = (to_hex(colors[place]) for colors in (arrows.get_edgecolor(), arrows.get_facecolor()))
            wins = WINS[record, tile] == 1
            assert (edge, face) == ((style.WEIGHT,) * 2 if wins else (style.ERROR, style.PAPER))


def test_walks_the_first_path_of_each_end_and_the_last_and_then_says_how_it_ends(drawn):
    assert (drawn.frames, drawn.glides) == (28, True)
    assert (drawn.began, drawn.ended) == ([0, 10, 14, 21], [8, 12, 20, 27])
    for frame, (record, moved) in enumerate(zip(RECORD, MOVED, strict=True)):
        drawn.update(frame)
        walks = record not in (1, 3)
        passed = corners(WAYS[record])
        assert pawn(drawn) == pytest.approx(middle_of(WAYS[record][moved]), abs=1)
        assert ways(drawn) == [corners(WAYS[record][: moved + 1]), [] if walks else passed]
        assert verdict(drawn) == (SAID[record] if frame in (8, 9, 12, 13, 20, 27) else "…")


def test_moves_between_frames_or_runs_against_the_edge_but_not_between_records(drawn):
    drawn.update(15.25)
    assert pawn(drawn) == pytest.approx(0.75 * middle_of(4) + 0.25 * middle_of(8), abs=1)
    drawn.update(0.5)
    assert pawn(drawn) == pytest.approx(middle_of(0) + np.array([0, 0.26 * 150]), abs=1)
    drawn.update(12.5)
    assert pawn(drawn) == pytest.approx(middle_of(5), abs=1)
    assert verdict(drawn) == SAID[2]


def test_draws_the_win_rate_and_a_line_where_the_labels_change(drawn):
    (axes,) = (axes for axes in drawn.page.figure.axes if axes.axison)
    change, curve, tip = axes.lines
    for frame in (13, 27):
        drawn.update(frame)
        x, y = curve.get_data()
        np.testing.assert_array_equal(x, np.array(STEPS)[RECORD[: frame + 1]])
        np.testing.assert_allclose(y, learning_values()["rate"][: frame + 1])
        assert tip.get_xydata() == pytest.approx(np.array([[x[-1], y[-1]]]))
        assert change.get_visible() == (frame == 27)
    assert change.get_xdata()[0] == 30


@pytest.mark.parametrize("rows", [("SFG",), ("SFFFFFFF",) * 7 + ("FFFFFFFG",)])
def test_finds_room_for_smaller_and_larger_lakes(rows):
    count = len("".join(rows))
    scene = LakeLearning(rows, np.full((1, count, 4), 0.9999), np.ones((1, count)), [[0, 1]], [0], ["initialise"])
    for texts in check_layout(scene, 0, 1):
        assert "start" in texts


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rows": ("SFFFFFFFFG",)}, "rows may have at most 8 rows and columns to be drawn, got 1 × 10; take a smaller"),
        ({"rows": ("SX",)}, "rows must be texts of one length"),
        ({"rows": ("HHHG",) * 4}, "rows need a tile S or F, where an episode goes on"),
        ({"wins": WINS[:2]}, r"wins must have shape \(6, 16\), .*, got \(2, 16\)"),
        ({"wins": 2 * WINS + 1}, r"wins must"),
        ({"steps": STEPS[::-1]}, "steps must be from 0 upwards and never go down"),
        ({"phases": ["initialise"]}, "phases must be 6 texts, got 1"),
        ({"ways": WAYS[:5]}, "ways must be 6, one for each record, of tiles 0 to 15, got 5"),
        ({"ways": [*WAYS[:5], [0, 16]]}, "ways must be 6, one for each record, of tiles 0 to 15"),
        ({"ways": [*WAYS[:5], []]}, "ways must be 6, one for each record"),
        ({"ways": [*WAYS[:5], [0, -1]]}, r"ways\[5\], \[0, -1\], must"),
    ],
)
def test_refuses_what_does_not_fit(changed, message):
    with pytest.raises(ValueError, match=f"LakeLearning: .*{message}"):
        learning(**changed)
