"""A picture and the probabilities of its classes: every number, bar, mark and word of every frame."""

import functools

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, check_painter, nameless_digits, numbers_on, painted
from matplotlib.colors import to_hex

from animations import ClassBars, SideBySide, Stacked, Tally, TallyStrip, style
from tinylearn.datasets import CLASS_NAMES

EPOCHS = [0, 1, 2, 5, 25, 125]
SHOWN = {"truck": 9, "frog": 6}  # name → target
RIGHT = {"training pictures": [4_962, 15_000, 21_777, 30_001, 44_444, 50_000],
         "test pictures": [999, 1_000, 3_500, 6_000, 7_777, 8_019]}  # fmt: skip
TOTALS = {"training pictures": 50_000, "test pictures": 10_000}

rng = np.random.default_rng(8)
PICTURES = {name: rng.random((32, 32, 3), dtype=np.float32) for name in SHOWN}
SCORES = {name: np.arange(6)[:, None] * rng.normal(size=(6, 10)) for name in SHOWN}  # 0 in the first frame


def probabilities(name):
    return np.exp(SCORES[name]) / np.exp(SCORES[name]).sum(axis=1, keepdims=True)


def panel(name, note="never seen"):
    return ClassBars(PICTURES[name], probabilities(name), CLASS_NAMES, target=SHOWN[name], epochs=EPOCHS, name=name,
                     note=note)  # fmt: skip


@functools.cache
def painter(name):
    """Return the painter of a panel that has painted frame 0, for all tests that only look at it."""
    return painted(panel(name), 0)


def strip():
    tallies = [Tally(name, np.array(RIGHT[name]), TOTALS[name]) for name in RIGHT]
    return TallyStrip(EPOCHS, tallies, title="right answers", name="net")


def film():
    return Stacked(SideBySide(panel("truck"), panel("frog")), strip())


def recomputed():
    """Return gid → the value in each frame, from the scores and counts alone."""
    values = {"net.epoch": EPOCHS, "net.last_epoch": [125] * 6}
    for name, scores in SCORES.items():
        values |= {f"{name}.epoch": EPOCHS, f"{name}.last_epoch": [125] * 6}
        for k in range(10):
            values[f"{name}.predicted[{k}]"] = [np.exp(row[k]) / sum(np.exp(x) for x in row) for row in scores]
    for row, name in enumerate(RIGHT):
        values |= {f"net.right[{row}]": RIGHT[name], f"net.total[{row}]": [TOTALS[name]] * 6}
        values[f"net.share[{row}]"] = [right / TOTALS[name] for right in RIGHT[name]]
    return values


def bars_of(scene):
    """Return the bars of a scene, from the top down."""
    (axes,) = (axes for axes in scene.page.figure.axes if axes.patches)
    return axes.patches


def with_rows(rows, names=("cat", "dog", "frog"), target=1, picture=None):
    """Return a scene with given probabilities, one row a frame."""
    picture = np.zeros((4, 4, 3)) if picture is None else picture
    return ClassBars(picture, np.array(rows), names, target=target, epochs=range(len(rows)), name="it")


# --- numbers and bars ------------------------------------------------------------------------------------------------


def test_every_number_of_every_frame():
    check_all_numbers(film(), recomputed())


@pytest.mark.parametrize(("name", "frame"), [("truck", 0), ("frog", 5)])
def test_one_wrong_probability_is_noticed(name, frame):
    scene = film()
    wrong = next(each for each in scene.scenes[0].scenes if each.name == name)
    wrong.probabilities[frame, 3] += 0.002
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(scene, recomputed())


def test_every_digit_says_where_it_came_from():
    assert nameless_digits(film(), range(6)) == set()


@pytest.mark.parametrize("name", SHOWN)
def test_bar_and_number_stand_in_the_row_of_their_class_and_are_as_long_as_its_probability(name):
    scene = painter(name).scene
    labels = {text.get_text(): text for text in scene.page.axes.texts if not text.get_gid()}
    numbers, bars = numbers_on(scene.page.figure), bars_of(scene)
    for frame in range(6):
        scene.update(frame)
        for k, each in enumerate(CLASS_NAMES):
            bar, y = bars[k], labels[each].get_position()[1]
            box = bar.get_window_extent()
            assert (box.y0 + box.y1) / 2 == pytest.approx(y)
            assert numbers[f"{name}.predicted[{k}]"].get_position()[1] == y
            assert (bar.get_x(), bar.get_width()) == (0, pytest.approx(probabilities(name)[frame, k]))
    assert bars[0].axes.get_xlim() == (0, 1)
    heights = [labels[each].get_position()[1] for each in CLASS_NAMES]
    assert heights == sorted(heights, reverse=True), "from the top down"


def test_the_bars_of_two_scenes_start_at_one_place():
    assert len({bars_of(painter(name).scene)[0].get_window_extent().x0 for name in SHOWN}) == 1


# --- the true class, and the answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHOWN)
def test_the_true_class_alone_is_marked_by_an_arrow_bold_letters_and_colour(name):
    scene = painter(name).scene
    scene.update(3)
    texts, bars = scene.page.axes.texts, bars_of(scene)
    rows = {text.get_text(): text.get_position()[1] for text in texts}
    assert rows["▸"] == pytest.approx(rows[name], abs=3)
    for k, each in enumerate(CLASS_NAMES):
        wanted = ("bold", style.TARGET) if each == name else ("normal", style.INK)
        for text in texts:
            if text.get_text() == each or text.get_gid() == f"{name}.predicted[{k}]":
                assert (text.get_weight(), text.get_color()) == wanted
        assert (to_hex(bars[k].get_facecolor()) == style.TARGET) == (each == name)


@pytest.mark.parametrize(
    ("row", "said", "colour"),
    [
        ([0.2, 0.5, 0.3], "says dog ✓", style.TARGET),
        ([0.2, 0.35, 0.45], "says frog ✗", style.ERROR),
        ([0.4, 0.4, 0.2], "cannot tell", style.QUIET),
        ([1 / 3] * 3, "cannot tell", style.QUIET),
        ([0.4, 0.2, 0.4], "cannot tell", style.QUIET),
    ],
)
def test_the_verdict(row, said, colour):
    scene = with_rows([[1.0, 0, 0], row])
    painted(scene, 1)
    (verdict,) = (text for text in scene.page.axes.texts if text.get_text() == said)
    assert verdict.get_color() == colour
    assert scene.describe(1) == (
        f"Epoch 1 of 1, shown a dog: the network {said}, the probability of dog is {row[1]:.3f}."
    )


def test_the_picture_is_painted_pixel_by_pixel():
    pixels = painter("truck").paint(0).astype(int)
    drawn = pixels[30 + 3 : 30 + 224 : 7, 30 + 3 : 30 + 224 : 7, :3]  # the middle of each pixel, 7 × 7 large
    assert np.abs(drawn - 255 * PICTURES["truck"]).max() <= 2


@pytest.mark.parametrize("shape", [(9, 20), (300, 100)])
def test_a_picture_of_any_size_keeps_its_shape_and_its_place(shape):
    scene = with_rows([[0.5, 0.25, 0.25]], picture=np.full((*shape, 3), 0.5))
    check_layout(scene, 0)
    image = next(axes for axes in scene.page.figure.axes if axes.images)
    box = image.get_window_extent()
    assert (box.x0, box.y1) == pytest.approx((30, 600))
    assert max(box.width, box.height) <= 224
    assert box.height / box.width == pytest.approx(shape[0] / shape[1], rel=0.01)


# --- layout ----------------------------------------------------------------------------------------------------------


def test_every_text_has_its_place_and_can_be_read_and_every_tick_stands_at_its_number():
    scene = film()
    assert scene.size == (1200, 900)
    for texts in check_layout(scene, 0, 1, 5, words_at_ticks=[]):
        assert {"a truck", "a frog", "never seen", "right answers", "50,000", "10,000", "125"} <= set(texts)
        assert texts.count("▸") == 2


LONG = "a class with a name that goes on and on"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("no", "yes"), 0),
        (("airplane", "automobile", "bird"), 1),
        ((LONG, "WW" * 20, "i"), 0),
        (tuple("abcdefghijkl"), 11),
        ((LONG,) * 12, 0),
    ],
)
def test_few_many_and_long_names_have_their_place(names, said):
    rows = np.eye(len(names))[[said]]
    scene = with_rows(rows, names)
    scene.note = LONG
    check_layout(scene, 0)
    assert bars_of(scene)[0].axes.bbox.width > 200, "room for the bars"
    values = {f"it.predicted[{k}]": rows[:, k] for k in range(len(names))}
    check_all_numbers(with_rows(rows, names), values | {"it.epoch": [0], "it.last_epoch": [0]})


def test_a_long_name_keeps_its_start_and_its_end():
    scene = with_rows(np.eye(2), (LONG, "yes"))
    painted(scene, 0)
    short = [text.get_text() for text in scene.page.axes.texts if "…" in text.get_text()]
    for text, whole in zip(sorted(short), (LONG, f"says {LONG} ✗"), strict=True):
        start, end = text.split("…")
        assert whole.startswith(start)
        assert whole.endswith(end)
        assert abs(len(start) - len(end)) <= 1
    assert scene.said(0) == f"says {LONG} ✗"


def test_frames_in_any_order():
    check_painter(film, [5, 0])


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"names": ["cat"]}, "names must be 2 texts, got 1"),
        ({"names": ["cat"], "probabilities": [[1.0]]}, "names must be 2 to 12 texts, got 1"),
        ({"names": list("abcdefghijklm"), "probabilities": np.full((1, 13), 1 / 13)}, "must be 2 to 12 texts, got 13"),
        ({"picture": np.zeros((4, 4))}, r"picture must have shape \(H, W, 3\), got \(4, 4\)"),
        ({"picture": np.zeros((3, 4, 4))}, r"picture must have shape \(H, W, 3\), got \(3, 4, 4\)"),
        ({"picture": np.zeros((0, 4, 3))}, r"picture must have shape \(H, W, 3\), got \(0, 4, 3\)"),
        ({"epochs": [0, 1]}, r"epochs must be .* one for each frame, as probabilities has 1, got shape \(2,\)"),
        ({"names": list("abc")}, "names must be 2 texts, got 3"),
        (
            {"epochs": [], "probabilities": np.zeros((0, 2))},
            r"probabilities must have shape \(S, K\), got \(0, 2\)",
        ),
        ({"target": 2}, "target must lie in 0 … 1, got 2"),
        ({"target": -1}, "target must lie in 0 … 1, got -1"),
        ({"probabilities": [[0.5, 0.6]]}, r"add up to 1, .* the rows add up to 1\.1"),
        ({"probabilities": [[-0.5, 1.5]]}, r"must be 0 or more, got -0\.5 to 1\.5"),
        ({"probabilities": [[np.nan, 1.0]]}, "must be finite numbers, got nan"),
        (
            {"picture": np.full((4, 4, 3), 255)},
            r"picture must lie in \[0, 1\], got 255 to 255; for bytes: picture / 255",
        ),
    ],
)
def test_what_does_not_fit_is_refused(changed, message):
    right = {"picture": np.zeros((4, 4, 3)), "probabilities": [[0.5, 0.5]], "names": ["cat", "dog"], "target": 0,
             "epochs": [0]}  # fmt: skip
    ClassBars(**right, name="it")
    with pytest.raises(ValueError, match=f"ClassBars: .*{message}"):
        ClassBars(**right | changed, name="it")
