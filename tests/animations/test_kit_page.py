"""The kit: the page that scenes write on, and its colours, readable and apart for colour-blind readers too."""

import pickle
from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from animations import style
from animations.audit.colour_blindness import APART, SEEN_WITH, distances
from animations.audit.contrast import contrast
from animations.engine.painter import Painter
from animations.kit.axes import add_legend, arrow_corners
from animations.kit.labels import fit
from animations.kit.page import SPACE, Page, PageScene

SIZE = (400, 200)
VALUES = np.array([3.0, 17.0, 8000.0])


def sheet(scale=1):
    return Page(Figure(figsize=(SIZE[0] / style.DPI, SIZE[1] / style.DPI), dpi=scale * style.DPI), SIZE, "net")


@pytest.fixture
def page():
    return sheet()


def box(text):
    return text.get_window_extent()


@pytest.mark.parametrize("scale", [0.5, 1, 3])
def test_sets_a_row_as_close_at_every_scale(scale):
    page = sheet(scale)
    number, texts = page.number("{:.1f}", "loss", VALUES), [page.text(words) for words in ("w =", "and more")]
    end = page.row((30, 100), texts[0], number, texts[1])
    for frame in (0, 2):  # a number has room for its longest value
        page.update(frame)
        assert box(texts[1]).x0 - box(number).x1 == pytest.approx(SPACE * scale, abs=1)
    edges = [edge / scale for text in (texts[0], number, texts[1]) for edge in box(text).intervalx]
    assert edges[2] - edges[1] == pytest.approx(SPACE, abs=1 / scale)
    assert (edges[0], edges[-1]) == pytest.approx((30, end), abs=1 / scale)
    assert number.get_gid() == "net.loss"


def test_sets_a_row_as_close_on_a_stretched_page_and_ends_it_at_its_place(page):
    wide = Page(Figure(figsize=(8, 2), dpi=style.DPI), SIZE)  # twice as wide as the page
    texts = [wide.text(words) for words in ("w =", "and more")]
    end = wide.row((30, 100), *texts)
    assert box(texts[1]).x0 - box(texts[0]).x1 == pytest.approx(2 * SPACE, abs=1)
    assert box(texts[1]).x1 == pytest.approx(2 * end, abs=1)
    texts = [page.text(words) for words in ("w", "times")]
    start = page.row((300, 100), *texts, ha="right")
    assert (box(texts[0]).x0, box(texts[1]).x1) == pytest.approx((start, 300), abs=1)


def test_shortens_texts_alike_at_other_scales():
    for scale in (1, 2):
        label = sheet(scale).text("a name that is far too long for its place")
        assert 80 < fit(label, 100) <= 100
        assert label.get_text() == "a na…lace"


def test_moves_gliding_artists_between_frames_and_bound_ones_with_whole_frames(page):
    page.number("{:.2f}", "rate", 0.1)  # never changes
    line, dot = page.rule((0, 10), 5), page.axes.plot([0], [0])[0]
    page.bind(line, linewidth=VALUES, color=["#ff0000", "#00ff00", "#0000ff"])
    page.glide(line, ydata=np.array([[0, 0], [1, 1], [2, 2]]))
    page.glide(dot, ydata=np.array([[0.0], [10.0], [20.0]]), xdata=lambda frame: [frame])
    number = page.number("{:.0f}", "y", VALUES)
    assert page.update(1.5) == [line, dot, number]  # each once
    assert (line.get_linewidth(), to_hex(line.get_color()), number.get_text()) == (17, "#00ff00", "17")
    assert (dot.get_ydata()[0], dot.get_xdata()[0]) == (15, 1.5)
    page.update(2)
    assert (line.get_linewidth(), list(line.get_ydata())) == (8000, [2, 2])


FOLLOWS = [  # what is made, or done to a line → at each moment, what it is
    (lambda page, line: page.bind(line, linewidth=3), {0: {"linewidth": 3}, 1.5: {"linewidth": 3}}),
    (lambda page, line: page.glide(line, linewidth=3), {1.5: {"linewidth": 3}}),
    (lambda page, line: page.glide(line, xdata=[[0, 9], [2, 3]]), {0.5: {"xdata": [1, 6]}, 1: {"xdata": [2, 3]}}),
    (lambda page, line: page.show([False, True, False], page.text("too"), line),
     {0: {"visible": False}, 1.5: {"visible": True}, 2: {"visible": False}}),
    (lambda page, line: page.show(True, line), {0: {"visible": True}, 1.5: {"visible": True}}),
    (lambda page, line: page.show(np.False_, line), {0: {"visible": False}}),
    (lambda page, line: page.signed(line, np.array([0.0, -2.0, 4.0])),  # thick if large, dashed below zero
     {0: {"linewidth": 1.5, "linestyle": "-"}, 1: {"linewidth": 4.5, "linestyle": "--"}, 2: {"linewidth": 7.5}}),
    (lambda page, line: page.signed(line, np.array([0.0, 2.0]), least=1, most=6, largest=4),
     {0: {"linewidth": 1}, 1: {"linewidth": 3.5}}),
    (lambda page, _: page.dot(page.axes, np.array([[0.0, 10.0], [100.0, 30.0]]), marker="s"),
     {0: {"xydata": [[0, 10]], "marker": "s", "linestyle": "None"}, 0.25: {"xydata": [[25, 15]]}}),
    (lambda page, _: page.dot(page.axes, [(0, 1), (2, 3)]), {0.5: {"xydata": [[1, 2]]}}),
    (lambda page, _: page.dot(page.axes, lambda moment: (moment, 7)), {0.25: {"xydata": [[0.25, 7]]}}),
    (lambda page, _: page.words("fixed"), {0: {"text": "fixed"}, 1: {"text": "fixed"}}),
    (lambda page, _: page.words(["one", "two"]), {0: {"text": "one"}, 1: {"text": "two"}}),
    (lambda page, _: page.words("frame {}".format), {0: {"text": "frame 0"}, 1: {"text": "frame 1"}}),
    (lambda page, _: page.verdict(["says dog ✓", "says cat ✗", "cannot tell"], (0, 0)),
     {0: {"text": "says dog ✓", "color": style.TARGET}, 1: {"color": style.ERROR}, 2: {"color": style.QUIET}}),
    (lambda page, _: page.verdict("frame {}".format, (0, 0)), {1: {"text": "frame 1"}}),
    (lambda page, _: page.number("{:.2f}", "rate", 0.1), {0: {"text": "0.10"}}),
]  # fmt: skip


@pytest.mark.parametrize(("make", "looks"), FOLLOWS)
def test_follows_the_frames(page, make, looks):
    line = page.rule((0, 1), 5)
    artist = make(page, line) or line
    for moment, look in looks.items():
        page.update(moment)
        assert {name: np.array(getattr(artist, f"get_{name}")()).tolist() for name in look} == look


class Shows(PageScene):
    size, frames = SIZE, 3

    def __init__(self, make=None):
        self.make = make

    def draw(self, figure):
        if self.make:
            self.page = Page(figure, self.size, "net")
            self.make(self.page)


@pytest.mark.parametrize(("make", "message"), [
    (lambda page: page.number("{:.1f}", "w", [1, None, 2]), "net.w must be one number, got None"),
    (lambda page: page.number("{:.1f}", "w", [1, 2]), "net.w must have a value for each of 3 frames, got 2"),
    (lambda page: page.number("{:.1f}", "w", []), "net.w must have a value for each of 3 frames, got 0"),
    (lambda page: page.bind(page.text("a"), x=range(4)), "x must have a value for each of 3 frames, got 4"),
    (lambda page: page.dot(page.axes, [(0, 1)]), "dot must have a value for each of 3 frames, got 1"),
    (lambda page: page.grow(page.axes, np.arange(2), np.arange(2)), "a line that grows must .* 3 frames, got 2"),
    (None, r"draw must make a page: self.page = Page\(figure, self.size\)"),
])  # fmt: skip
def test_refuses_lists_of_another_length_and_no_page(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Painter(Shows(make)).paint(0)


def test_sends_a_page_scene_to_another_process_after_it_was_drawn():
    scene = Shows(str)
    Painter(scene).paint(0)
    assert pickle.loads(pickle.dumps(scene)).make is str


def test_places_arrows_lines_plots_and_pictures_at_pixels(page):
    shaft = page.arrow((10, 50), (110, 50), style.INK, head=20)
    (head,) = page.axes.patches
    assert head.get_xy()[0].tolist() == [110, 50]
    assert shaft.get_xdata().tolist() == [10, 90]
    corners = arrow_corners(np.array([120.0, 60.0]), np.array([220.0, 60.0]))
    assert corners[[3, 0, 6]].mean(axis=0) == pytest.approx([460 / 3, 60])  # its tip, and the ends of its shaft
    assert (corners[3, 0], corners[2, 0]) == pytest.approx((220, 206))
    assert arrow_corners(np.array([120.0, 60.0]), np.array([120.0, 65.0]))[2, 1] == pytest.approx(62)
    line = page.line((10, 20), (40, 60), style.INK, gaps=(5, 10))  # 50 long: 3 right and 4 up, ten times
    assert line.get_xydata() == pytest.approx(np.array([[13, 24], [34, 52]]))
    plot, image = page.plot((40, 20, 200, 100)), page.image((300, 10), (64, 64))
    page.figure.draw_without_rendering()
    assert box(plot).bounds == pytest.approx((40, 20, 200, 100))
    assert box(image).bounds == pytest.approx((300, 10, 64, 64))


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_grows_line_and_tip_along_the_visible_line(page, scale):
    axes = page.plot((40, 20, 200, 100), xlim=(1, 100), ylim=(1, 1000), xscale=scale, yscale=scale)
    page.grow(axes, np.array([1, 10, 100]), np.array([1, 1000, 10]), marker="s", zorder=3.5, color=style.ERROR)
    line, tip = axes.lines
    assert (line.get_marker(), tip.get_marker(), tip.get_zorder()) == ("None", "s", 4.5)
    ends = []
    for moment in (0, 1, 1.25, 2):
        page.update(moment)
        assert len(line.get_xdata()) == np.ceil(moment) + 1
        np.testing.assert_array_equal(line.get_xydata()[-1:], tip.get_xydata())
        ends.append(axes.transData.transform(tip.get_xydata())[0])
    first, start, between, end = ends
    np.testing.assert_allclose(between, 0.75 * start + 0.25 * end)
    np.testing.assert_array_equal(line.get_xydata(), [[1, 1], [10, 1000], [100, 10]])
    assert first[0] == pytest.approx(40)


def test_writes_names_in_the_legend_as_they_are(page):
    axes = page.plot((40, 20, 200, 100))
    axes.plot([0, 1], [0, 1], label="5 $ or 6 $")
    axes.plot([0, 1], [0, 2], label="_total")
    axes.plot([0, 1], [0, 3])
    name, other = add_legend(axes).get_texts()
    page.figure.draw_without_rendering()
    assert (name.get_text(), name.get_parse_math(), other.get_text()) == ("5 $ or 6 $", False, "_total")


# --- colours ---------------------------------------------------------------------------------------------------------

NOT_FOR_TEXT = {"PAPER", "FAINT"}
COLOURS = {name: value for name, value in vars(style).items() if isinstance(value, str) and value.startswith("#")}
OF_TEXT = [COLOURS[name] for name in sorted(COLOURS.keys() - NOT_FOR_TEXT)] + [*style.SERIES]


def test_keeps_text_colours_and_series_readable_on_paper():
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.005)  # just too faint
    assert len(OF_TEXT) >= 7 + len(style.SERIES)
    assert [colour for colour in OF_TEXT if contrast(colour, style.PAPER) < 4.5] == []


def test_keeps_any_two_colours_apart_and_series_most():
    """So all may appear in one picture: x is QUIET, and w the first of the series."""
    pairs = combinations(sorted({*COLOURS.values(), *style.SERIES}), 2)
    assert [pair for pair in pairs if min(distances(*pair).values()) < APART] == []
    for kind in ("everybody", *SEEN_WITH):
        assert min(distances(*pair)[kind] for pair in combinations(style.SERIES, 2)) > 20  # 2.3 is just noticeable
