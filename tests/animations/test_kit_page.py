"""The page that scenes write on: places, and values that follow the frames."""

import itertools
import pickle

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from animations import style
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


def test_puts_texts_of_a_row_one_space_apart(page):
    texts = [page.text(words) for words in ("w", "times", "x")]
    end = page.row((30, 100), *texts)
    assert box(texts[0]).x0 == 30
    for one, other in itertools.pairwise(texts):
        assert box(other).x0 - box(one).x1 == pytest.approx(SPACE, abs=1)
    assert end == pytest.approx(box(texts[-1]).x1, abs=1)


@pytest.mark.parametrize("scale", [0.5, 2, 3])
def test_sets_a_row_as_close_at_every_scale(scale):
    page = sheet(scale)
    number, texts = page.number("{:.1f}", "loss", VALUES), [page.text(words) for words in ("w =", "and more")]
    end = page.row((30, 100), texts[0], number, texts[1])
    page.update(2)
    edges = [edge / scale for text in (texts[0], number, texts[1]) for edge in box(text).intervalx]
    assert np.subtract(edges[2:5:2], edges[1:4:2]) == pytest.approx([SPACE] * 2, abs=1 / scale)
    assert (edges[0], edges[-1]) == pytest.approx((30, end), abs=1 / scale)


def test_sets_a_row_as_close_on_a_stretched_page():
    figure = Figure(figsize=(8, 2), dpi=style.DPI)  # twice as wide as the page
    page = Page(figure, SIZE)
    texts = [page.text(words) for words in ("w =", "and more")]
    end = page.row((30, 100), *texts)
    assert box(texts[1]).x0 - box(texts[0]).x1 == pytest.approx(2 * SPACE, abs=1)
    assert box(texts[1]).x1 == pytest.approx(2 * end, abs=1)


@pytest.mark.parametrize("scale", [1, 2])
def test_shortens_texts_alike_at_every_scale(scale):
    label = sheet(scale).text("a name that is far too long for its place")
    assert 80 < fit(label, 100) <= 100
    assert label.get_text() == "a na…lace"


def test_ends_a_row_at_its_place(page):
    texts = [page.text(words) for words in ("w", "times")]
    start = page.row((300, 100), *texts, ha="right")
    assert box(texts[-1]).x1 == pytest.approx(300, abs=1)
    assert box(texts[0]).x0 == pytest.approx(start, abs=1)


def test_gives_a_number_in_a_row_room_for_its_longest_value(page):
    number, after = page.number("{:.1f}", "loss", VALUES), page.text("after")
    page.row((30, 100), number, after)
    for frame in range(3):
        page.update(frame)
        assert box(after).x0 - box(number).x1 == pytest.approx(SPACE, abs=1)
        assert box(number).x0 >= 29.5
    assert number.get_gid() == "net.loss"


def test_counts_on_the_clock_and_names_the_phase(page):
    page.clock((30, 150), "Update", "step", VALUES, 8000)
    phase = page.phase((30, 120))
    shown = []
    for frame in (0, 1, 2):
        page.update(frame)
        texts = sorted((text for text in page.axes.texts if text.get_position()[1] == 150), key=lambda t: box(t).x0)
        shown.append((" ".join(text.get_text() for text in texts), phase.get_text()))
    assert shown == [
        ("Update 3 of 8000", "initialise"),
        ("Update 17 of 8000", "adjust, repeat"),
        ("Update 8000 of 8000", "adjust, repeat"),
    ]


def test_arranges_a_column_in_rows(page):
    rows = [[page.text("a"), page.text("b")], [page.text("c"), page.text("d")]]
    page.column((10, 90), 26, *rows)
    assert [[text.get_position()[1] for text in row] for row in rows] == [[90, 90], [64, 64]]


def test_moves_gliding_artists_between_frames_and_bound_ones_with_whole_frames(page):
    line, dot = page.rule((0, 10), 5), page.axes.plot([0], [0])[0]
    page.bind(line, linewidth=VALUES, color=["#ff0000", "#00ff00", "#0000ff"])
    page.glide(dot, ydata=np.array([[0.0], [10.0], [20.0]]), xdata=lambda frame: [frame])
    number = page.number("{:.0f}", "y", VALUES)
    changed = page.update(1.5)
    assert (line.get_linewidth(), to_hex(line.get_color())) == (17, "#00ff00")
    assert (dot.get_ydata()[0], dot.get_xdata()[0]) == (15, 1.5)
    assert number.get_text() == "17"
    assert changed == [line, dot, number]


def test_returns_an_artist_once_and_sets_the_last_frame(page):
    line = page.rule((0, 10), 5)
    page.bind(line, linewidth=VALUES)
    page.glide(line, ydata=np.array([[0, 0], [1, 1], [2, 2]]))
    assert page.update(2) == [line]
    assert (line.get_linewidth(), list(line.get_ydata())) == (8000, [2, 2])


def test_never_changes_a_number_with_one_value(page):
    number = page.number("{:.2f}", "rate", 0.1)
    assert (number.get_text(), page.update(0)) == ("0.10", [])


@pytest.mark.parametrize(("shown", "seen"), [
    ("fixed", ["fixed"] * 2), (["one", "two"], ["one", "two"]), ("frame {}".format, ["frame 0", "frame 1"]),
])  # fmt: skip
def test_accepts_one_value_a_list_or_a_function(page, shown, seen):
    said, verdict = page.words(shown), page.verdict(shown, (0, 0))
    told = [(page.update(frame), said.get_text(), verdict.get_text())[1:] for frame in range(2)]
    assert told == [(word, word) for word in seen]


def test_binds_one_value_and_glides(page):
    text, line = page.text("a"), page.rule((0, 1), 5)
    page.bind(text, x=30)
    page.show(True, text)
    page.show(np.False_, line)
    page.glide(line, linewidth=3)
    page.update(1.5)
    assert (text.get_position(), text.get_visible(), line.get_visible()) == ((30, 0), True, False)
    assert line.get_linewidth() == 3


def test_glides_plain_lists(page):
    line, dot = page.glide(page.rule((0, 1), 5), xdata=[[0, 10], [20, 30]]), page.dot(page.axes, [(0, 1), (2, 3)])
    page.update(0.5)
    assert (list(line.get_xdata()), dot.get_xydata().tolist()) == ([10, 20], [[1, 2]])


class Shows(PageScene):
    size, frames = SIZE, 3

    def __init__(self, make=None):
        self.make = make

    def draw(self, figure):
        if self.make:
            self.page = Page(figure, self.size, "net")
            self.make(self.page)


@pytest.mark.parametrize(("make", "message"), [
    (lambda page: page.number("{:.1f}", "w", [1, 2]), "net.w must have a value for each of 3 frames, got 2"),
    (lambda page: page.number("{:.1f}", "w", []), "net.w must have a value for each of 3 frames, got 0"),
    (lambda page: page.bind(page.text("a"), x=range(4)), "x must have a value for each of 3 frames, got 4"),
    (lambda page: page.dot(page.axes, [(0, 1)]), "dot must have a value for each of 3 frames, got 1"),
    (lambda page: page.grow(page.axes, np.arange(2), np.arange(2)), "a line that grows must .* 3 frames, got 2"),
    (None, r"draw must make a page: self.page = Page\(figure, self.size\)"),
])  # fmt: skip
def test_refuses_lists_of_another_length_and_no_page(make, message):
    with pytest.raises(ValueError, match=f"Shows: {message}"):
        Painter(Shows(make)).paint(0)


def test_refuses_other_things_than_a_number_by_name(page):
    with pytest.raises(TypeError, match=r"net\.w must be one number, got None"):
        page.number("{:.1f}", "w", [1, None, 2])


def test_sends_a_page_scene_to_another_process_after_it_was_drawn():
    scene = Shows(str)
    Painter(scene).paint(0)
    assert pickle.loads(pickle.dumps(scene)).make is str


def test_changes_words_which_may_be_a_function(page):
    listed, said = page.words(["one", "two"]), page.words("frame {}".format)
    page.update(1)
    assert (listed.get_text(), said.get_text()) == ("two", "frame 1")


def test_draws_a_signed_line_thick_for_large_numbers_and_dashed_below_zero(page):
    line = page.arrow((0, 0), (100, 0), style.INK)
    page.signed(line, np.array([0.0, -2.0, 4.0]))
    seen = []
    for frame in range(3):
        page.update(frame)
        seen.append((line.get_linewidth(), line.get_linestyle()))
    assert seen == [(1.5, "-"), (4.5, "--"), (7.5, "-")]


def test_points_an_arrow_at_its_tip(page):
    shaft = page.arrow((10, 50), (110, 50), style.INK, head=20)
    (head,) = page.axes.patches
    assert head.get_xy()[0].tolist() == [110, 50]
    assert shaft.get_xdata().tolist() == [10, 90]


def test_places_plots_and_pictures_at_pixels(page):
    plot, image = page.plot((40, 20, 200, 100)), page.image((300, 10), (64, 64))
    page.figure.draw_without_rendering()
    assert plot.get_window_extent().bounds == pytest.approx((40, 20, 200, 100))
    assert image.get_window_extent().bounds == pytest.approx((300, 10, 64, 64))


def test_writes_a_name_before_its_number_which_alone_is_bold(page):
    end = page.named((30, 100), "loss", "{:.1f}", "loss", VALUES, weight="bold", color=style.ERROR)
    page.update(2)
    name, number = page.axes.texts
    assert (name.get_text(), number.get_text(), number.get_gid()) == ("loss", "8000.0", "net.loss")
    assert (name.get_weight(), number.get_weight()) == ("normal", "bold")
    assert name.get_color() == number.get_color() == style.ERROR
    assert (box(name).x0, box(number).x1) == (30, pytest.approx(end, abs=1))
    assert box(number).x0 - box(name).x1 == pytest.approx(SPACE, abs=1)


def test_says_what_a_step_does_after_its_number(page):
    place = page.step((30, 150), np.array([0, 0, 2000]))
    told = page.step((30, 100), np.array([0, 0, 2000]), ["look", "look", "rest"].__getitem__)
    shown = []
    for frame in range(3):
        page.update(frame)
        shown.append([text.get_text() for text in page.axes.texts])
    assert shown[1] == ["Step", "0", "initialise", "Step", "0", "look"]
    assert shown[2] == ["Step", "2000", "adjust, repeat", "Step", "2000", "rest"]
    assert place == (told[0], 150)
    assert box(page.axes.texts[1]).x1 < place[0]


def test_glides_a_dot_from_place_to_place(page):
    dot = page.dot(page.axes, np.array([[0.0, 10.0], [100.0, 30.0]]), marker="s")
    other = page.dot(page.axes, lambda moment: (moment, 7))
    seen = []
    for moment in (0, 0.25, 1):
        page.update(moment)
        seen.append((dot.get_xydata().tolist(), other.get_xydata().tolist()))
    assert seen == [([[0, 10]], [[0, 7]]), ([[25, 15]], [[0.25, 7]]), ([[100, 30]], [[1, 7]])]
    assert (dot.get_marker(), dot.get_linestyle()) == ("s", "None")


def test_begins_and_ends_a_line_at_its_gaps(page):
    line = page.line((10, 20), (40, 60), style.INK, gaps=(5, 10))  # 50 long: 3 right and 4 up, ten times
    assert line.get_xydata() == pytest.approx(np.array([[13, 24], [34, 52]]))


def test_lets_signed_lines_share_one_scale(page):
    line = page.line((0, 0), (100, 0), style.INK)
    page.signed(line, np.array([0.0, 2.0]), least=1, most=6, largest=4)
    seen = [page.update(frame)[0].get_linewidth() for frame in range(2)]
    assert seen == [1, 3.5]


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


@pytest.mark.parametrize(
    ("said", "color"), [("says dog ✓", style.TARGET), ("says cat ✗", style.ERROR), ("cannot tell", style.QUIET)]
)
def test_gives_the_verdict_the_colour_of_its_mark(page, said, color):
    verdict = page.verdict(lambda frame: said, (30, 50))
    page.update(0)
    assert (verdict.get_text(), verdict.get_color()) == (said, color)


def test_shows_artists_when_they_should_be_visible(page):
    first, second = page.text("first"), page.number("{:.0f}", "y", VALUES)
    page.show([False, True, False], first, second)
    seen = []
    for moment in (0, 1.5, 2):
        page.update(moment)
        seen.append((first.get_visible(), second.get_visible()))
    assert seen == [(False, False), (True, True), (False, False)]


def test_fits_the_head_of_an_arrow():
    start, tip = np.array([120.0, 60.0]), np.array([220.0, 60.0])
    corners = arrow_corners(start, tip)
    assert corners[3] == pytest.approx(tip)
    assert corners[2, 0] == pytest.approx(206)
    assert corners[[0, 6]].mean(axis=0) == pytest.approx(start)
    assert arrow_corners(start, start + np.array([0, 5]))[2, 1] == pytest.approx(62)


def test_writes_names_in_the_legend_as_they_are(page):
    axes = page.plot((40, 20, 200, 100))
    axes.plot([0, 1], [0, 1], label="5 $ or 6 $")
    axes.plot([0, 1], [0, 2], label="_total")
    axes.plot([0, 1], [0, 3])
    name, other = add_legend(axes).get_texts()
    page.figure.draw_without_rendering()
    assert (name.get_text(), name.get_parse_math(), other.get_text()) == ("5 $ or 6 $", False, "_total")
