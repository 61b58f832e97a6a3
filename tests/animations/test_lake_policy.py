"""The four arrows on every tile: numbers, lengths, marks, the mean error, in every frame."""

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, check_painter, nameless_digits
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex

from animations import LakePolicy, style
from animations.engine.painter import Painter

MAP = ("SFFF", "FHFH", "FFFH", "HFFG")
OPEN = [0, 1, 2, 3, 4, 6, 8, 9, 10, 13, 14]
EPOCHS, PHASES = [0, 1, 2, 3, 10], ["initialise", "outcomes", "outcomes", "answers", "answers"]
rng = np.random.default_rng(3)
EXACT = 10 ** -rng.uniform(0, 3, (16, 4))
PREDICTED = np.stack([EXACT * (1 + far * rng.uniform(-1, 1, (16, 4))) for far in (0.9, 0.3, 0.1, 0.01, 0.001)])
PREDICTED = PREDICTED.clip(0, 1)


def film(**changed):
    given = {"rows": MAP, "predictions": PREDICTED, "exact": EXACT, "epochs": EPOCHS, "phases": PHASES} | changed
    return LakePolicy(**given)


@pytest.fixture(scope="module")
def drawn():
    """The scene, drawn once for all tests that only look at it."""
    scene = film()
    Painter(scene)
    return scene


def recomputed():
    """Return gid → the value in each frame."""
    values = {"epoch": EPOCHS, "last_epoch": [10] * 5, "pairs": [44] * 5, "error": []}
    for tile in OPEN:
        for action in range(4):
            values[f"predicted[{tile},{action}]"] = PREDICTED[:, tile, action]
            values[f"exact[{tile},{action}]"] = [EXACT[tile, action]] * 5
    for table in PREDICTED:
        off = [abs(table[tile, action] - EXACT[tile, action]) for tile in OPEN for action in range(4)]
        values["error"].append(sum(off) / 44)
    return values


def middle_of(tile):
    """Return the middle of a tile, in pixels."""
    row, column = divmod(tile, 4)
    return np.array([40 + 200 * column + 100, 840 - 200 * row - 100])


def arrows(scene):
    """Return the collection of the arrows: four on each open tile."""
    (found,) = (each for each in scene.page.axes.collections
                if isinstance(each, PolyCollection) and len(each.get_paths()) == 4 * len(OPEN))  # fmt: skip
    return found


def test_every_number_of_every_frame():
    check_all_numbers(film(), recomputed())
    assert nameless_digits(film(), range(5)) == set()


@pytest.mark.parametrize("tile", [0, 14])
def test_one_wrong_number_is_noticed(tile):
    wrong = PREDICTED.copy()
    wrong[2, tile, 3] += 0.0002
    with pytest.raises(AssertionError, match=rf"predicted\[{tile},3\] shows"):
        check_all_numbers(film(predictions=wrong), recomputed())


def test_the_numbers_of_an_action_stand_beside_its_arrow(drawn):
    drawn.update(0)
    texts = {text.get_gid(): text for text in drawn.page.axes.texts if text.get_gid()}
    for tile in OPEN:
        middle = middle_of(tile)
        for action, ahead in enumerate([(-1, 0), (0, -1), (1, 0), (0, 1)]):
            for name in ("predicted", "exact"):
                box = texts[f"{name}[{tile},{action}]"].get_window_extent()
                off = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2]) - middle
                assert off @ ahead > 50, "on its side of the tile"
                assert max(abs(box.x0 - middle[0]), abs(box.x1 - middle[0])) < 100
                assert max(abs(box.y0 - middle[1]), abs(box.y1 - middle[1])) < 100
                side = off @ [ahead[1], ahead[0]]
                assert abs(side) > 15, "beside the arrow"


def test_arrows_point_their_way_and_grow_with_the_prediction(drawn):
    for frame in range(5):
        drawn.update(frame)
        paths = arrows(drawn).get_paths()
        for place, tile in enumerate(OPEN):
            for action, ahead in enumerate([(-1, 0), (0, -1), (1, 0), (0, 1)]):
                tip = paths[4 * place + action].vertices[3] - middle_of(tile)
                wanted = 12 + 84 * max(0, 1 + np.log10(PREDICTED[frame, tile, action]) / 3)
                assert tip == pytest.approx(np.multiply(ahead, wanted), abs=1e-6)


def test_the_best_of_four_is_thick_blue_and_bold_and_the_truly_best_number_is_bold(drawn):
    for frame in range(5):
        drawn.update(frame)
        colors = [to_hex(color) for color in arrows(drawn).get_facecolor()]
        texts = {text.get_gid(): text for text in drawn.page.axes.texts if text.get_gid()}
        for place, tile in enumerate(OPEN):
            best, true = PREDICTED[frame, tile].argmax(), EXACT[tile].argmax()
            for action in range(4):
                chosen = action == best
                number = texts[f"predicted[{tile},{action}]"]
                assert (number.get_weight(), number.get_color()) == (
                    ("bold", style.WEIGHT) if chosen else ("normal", style.INK)
                )
                assert colors[4 * place + action] == (style.WEIGHT if chosen else style.QUIET)
                weight = texts[f"exact[{tile},{action}]"].get_weight()
                assert weight == ("bold" if action == true else "normal")
        thick = [np.ptp(path.vertices[:7], axis=0).min() for path in arrows(drawn).get_paths()]
        assert min(size for size, color in zip(thick, colors, strict=True) if color == style.WEIGHT) > max(
            size for size, color in zip(thick, colors, strict=True) if color == style.QUIET
        )


def test_the_curve_is_the_mean_error_and_a_line_stands_where_the_labels_change(drawn):
    drawn.update(3)
    (curve,) = (axes for axes in drawn.page.figure.axes if axes.axison)
    solid, tip = (next(line for line in curve.lines if line.get_color() == style.ERROR and line.get_marker() == marker)
                  for marker in ("None", "o"))  # fmt: skip
    x, y = solid.get_data()
    np.testing.assert_array_equal(x, EPOCHS[:4])
    np.testing.assert_allclose(y, recomputed()["error"][:4])
    assert [values[0] for values in tip.get_data()] == [3, pytest.approx(recomputed()["error"][3])]
    dotted = [line.get_xdata()[0] for line in curve.lines if line.get_linestyle() == ":"]
    assert dotted == [2]
    assert [text.get_text() for text in drawn.page.axes.texts if text.get_text() in PHASES] == ["answers"]


def test_two_actions_that_are_equally_good_are_both_bold():
    exact = EXACT.copy()
    exact[9] = [0.1, 0.3, 0.3, 0.2]
    scene = film(exact=exact)
    Painter(scene)
    weights = [text.get_weight() for text in scene.page.axes.texts if str(text.get_gid()).startswith("exact[9,")]
    assert weights == ["normal", "bold", "bold", "normal"]


def test_every_text_has_its_place_and_can_be_read_and_every_tick_stands_at_its_number():
    for phases in (PHASES, ["initialise", *["adjust, repeat: from how games ended"] * 4]):
        for texts in check_layout(film(phases=phases), 0, 4, words_at_ticks=[]):
            assert {"start", "Learning to win", "Mean error", "arrows"} <= set(texts)


@pytest.mark.parametrize("rows", [("SFG",), ("SFFFG",), ("SFFFF",) * 4 + ("FFFFG",)])
def test_smaller_and_larger_lakes_have_their_place(rows):
    count = len("".join(rows))
    scene = LakePolicy(rows, np.full((1, count, 4), 0.9999), np.full((count, 4), 0.5), [0], ["initialise"])
    (texts,) = check_layout(scene, 0)
    assert "start" in texts


def test_a_frame_in_words():
    right = sum(PREDICTED[0, tile].argmax() == EXACT[tile].argmax() for tile in OPEN)
    assert film().describe(0) == (
        f"Epoch 0 of 10, initialise: the mean error of all probabilities is {recomputed()['error'][0]:.4f}; "
        f"on {right} of 11 tiles the action that the network finds best is the best."
    )


def test_frames_in_any_order():
    check_painter(film, [4, 0])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"rows": ("SFFFFF", "FFFFFG")},
            "rows may have at most 5 rows and columns to be drawn, got 2 × 6; take a smaller",
        ),
        ({"rows": ("SX",)}, "rows must be equally long"),
        ({"predictions": PREDICTED[:2]}, "epochs must be a list of .*, one for each frame, as predictions has 2, got"),
        (
            {"predictions": PREDICTED[:0], "epochs": [], "phases": []},
            r"predictions must have shape \(S, 16, 4\), .*, got \(0, 16, 4\)",
        ),
        ({"exact": EXACT[:4]}, r"exact must have shape \(16, 4\), as rows has 16, got \(4, 4\)"),
        ({"phases": ["initialise"]}, "phases must be 5 texts, got 1"),
    ],
)
def test_what_does_not_fit_is_refused(changed, message):
    with pytest.raises(ValueError, match=f"LakePolicy: .*{message}"):
        film(**changed)
