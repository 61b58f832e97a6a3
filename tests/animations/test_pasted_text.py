"""Pasted text looks like matplotlib's own, in the same place; matplotlib draws what cannot be pasted."""

import unicodedata

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from animations import Number, PastedText, style
from animations.engine.glyphs import glyphs_of
from animations.engine.text import pastable, text_width
from animations.kit.numbers import decimals_by_size, few_digits, in_brackets

WIDTH, HEIGHT = 300, 160


def pixels(*texts):
    """Return a white picture of some texts, (H, W, 3)."""
    figure = Figure((WIDTH / 100, HEIGHT / 100), dpi=100, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    for text in texts:
        figure.add_artist(text)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def ink(picture):
    """Return how dark each pixel is, 0 … 1."""
    return 1 - picture.mean(axis=-1) / 255


def place(picture):
    """Return the rows and columns around the ink: top, bottom, left, right."""
    rows, columns = np.nonzero(ink(picture) > 0.2)
    return np.array([rows.min(), rows.max(), columns.min(), columns.max()])


def both(text="0.125", x=0.5, y=0.5, **settings):
    """Return a picture of matplotlib's own text, and one of the pasted text."""
    settings = {"fontfamily": style.FONT, "size": style.MEDIUM} | settings
    return pixels(Text(x, y, text, **settings)), pixels(PastedText(x, y, text, **settings))


LOOKS = {
    "digits": {},
    "minus": {"text": "−31.97"},
    "letters": {"text": "loss, their mean"},
    "descenders": {"text": "gypjq"},
    "units": {"text": "50 °C →"},
    "maths without mathtext": {"text": "Ŷ = Σ w² · x"},
    "bold": {"weight": "bold"},
    "small": {"size": style.SMALL},
    "large": {"size": style.LARGE},
    "huge": {"size": 40},
    "one letter": {"text": "1"},
}


@pytest.mark.parametrize("settings", LOOKS.values(), ids=LOOKS)
def test_looks_like_matplotlibs_own_text(settings):
    own, pasted = both(**settings)
    letters = len(settings.get("text", "0.125"))
    assert (abs(place(own) - place(pasted)) <= [1, 1, 1, 1 + letters / 2]).all()  # letters stand on whole pixels
    assert ink(pasted).sum() == pytest.approx(ink(own).sum(), rel=0.05)


PLACES = [
    *({"ha": ha, "va": va} for ha in ("left", "center", "right")
      for va in ("top", "center", "center_baseline", "baseline", "bottom")),
    *({"text": "123", "x": x, "y": y} for x, y in (
        (0.5, 0.5), (0.503, 0.507), (0.01, 0.02), (0.9, 0.9), (-0.01, 0.5), (0.5, 0.99))),
    {"text": "Ŷ", "size": 40},
]  # fmt: skip


@pytest.mark.parametrize("settings", PLACES, ids=str)
def test_stands_where_matplotlibs_own_text_stands_even_off_the_edge(settings):
    own, pasted = both(**{"text": "−12.5 gp"} | settings)
    assert abs(place(own) - place(pasted)).max() <= 2


def test_encloses_the_ink_in_the_window_extent():
    text = PastedText(0.5, 0.5, "−1.25 gp", ha="center", va="center", fontfamily=style.FONT)
    top, bottom, left, right = place(pixels(text))
    box = text.get_window_extent()
    assert box.x0 <= left <= right <= box.x1
    assert box.y0 <= HEIGHT - bottom <= HEIGHT - top <= box.y1
    assert box.width <= right - left + 6


@pytest.mark.parametrize("text", ["0.125", "loss", "−3"])
def test_measures_nearly_like_matplotlibs_own_text(text):
    own, pasted = (kind(0.5, 0.5, text, ha="right", fontfamily=style.FONT) for kind in (Text, PastedText))
    pixels(own), pixels(pasted)
    boxes = Bbox(own.get_window_extent()).extents, pasted.get_window_extent().extents
    assert np.abs(boxes[0] - boxes[1])[[0, 2]].max() <= 1 + len(text) / 2


@pytest.mark.parametrize("decomposed", ["Sa\u0303o", "Y\u0302 = 3", "A\u030angstro\u0308m"])
def test_puts_accents_on_their_letters_however_they_are_written(decomposed):
    """A Mac writes file names with separate accents."""
    composed = unicodedata.normalize("NFC", decomposed)
    assert pastable(decomposed) == composed != decomposed
    np.testing.assert_array_equal(both(decomposed)[1], both(composed)[1])


FALLBACKS = {
    "Hebrew": {"text": "שלום עולם 123"},
    "Arabic": {"text": "مرحبا 2020"},
    "marks that no letter has": {"text": "x\u0304 q\u0307\u0323"},
    "joined by what is not seen": {"text": "لا\u200dلا"},
    "rotated": {"rotation": 90},
    "slightly rotated": {"rotation": 3},
    "two lines": {"text": "one\ntwo"},
    "mathtext": {"text": "$x^2$"},
    "box": {"bbox": {"facecolor": "yellow"}},
    "path effect": {"path_effects": [withStroke(linewidth=4, foreground="red")]},
}


@pytest.mark.parametrize("settings", FALLBACKS.values(), ids=FALLBACKS)
def test_leaves_unpastable_text_to_matplotlib(settings):
    own, pasted = both(**settings)
    np.testing.assert_array_equal(pasted, own)


@pytest.mark.parametrize(("text", "rotation"), [("1.5", 90), ("one\ntwo", 0), ("$x^2$", 0)])
def test_measures_unpastable_text_as_matplotlib_does(text, rotation):
    own, pasted = (kind(0.5, 0.5, text, rotation=rotation) for kind in (Text, PastedText))
    pixels(own), pixels(pasted)
    np.testing.assert_array_equal(own.get_window_extent().extents, pasted.get_window_extent().extents)


def test_begins_hebrew_on_the_right():
    alone, word = (both(text, ha="right", size=40)[1] for text in ("ש", "שלום"))
    _, _, left, right = place(alone)
    np.testing.assert_array_equal(word[:, left + 2 : right + 1], alone[:, left + 2 : right + 1])


def test_measures_the_width_of_letters_and_guesses_for_missing_ones():
    assert text_width("Sa\u0303o", 12) == text_width("São", 12)
    assert text_width("学习", 72) == 200
    assert text_width("GDP 学", 12) == text_width("GDP ", 12) + 17


@pytest.mark.parametrize("kind", [Text, PastedText])
def test_ends_clipped_text_at_its_axes(kind):
    figure = Figure((3, 2), dpi=100, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.2, 0.2, 0.3, 0.6))
    axes.set_axis_off()
    axes.add_artist(kind(0.5, 0.5, "a text that is far too long", clip_on=True))
    canvas.draw()
    columns = np.nonzero(ink(np.asarray(canvas.buffer_rgba())[..., :3]).sum(axis=0))[0]
    assert 100 <= columns.min() <= columns.max() <= 150


def test_draws_nothing_without_text_or_while_invisible():
    assert ink(pixels(PastedText(0.5, 0.5, ""))).sum() == 0
    assert ink(pixels(PastedText(0.5, 0.5, "text", visible=False))).sum() == 0
    assert ink(pixels(Number(0.5, 0.5, "{:.1f}", gid="w"))).sum() == 0, "before its first value"


@pytest.mark.parametrize("weak", [{"alpha": 0.5}, {"color": "#00000080"}])
def test_weakens_the_ink_evenly_by_alpha(weak):
    full, half = (ink(pixels(PastedText(0.5, 0.5, "88.8", **look))) for look in ({"color": "#000000"}, weak))
    np.testing.assert_allclose(half, full / 2, atol=0.01)
    assert full.max() > 0.95


def test_paints_exactly_the_colour_at_full_coverage():
    picture = pixels(PastedText(0.5, 0.5, "88", color=style.WEIGHT, size=30, weight="bold"))
    colours, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    commonest = colours[np.argsort(-counts)[1]]  # after the paper
    assert "#" + bytes(commonest).hex() == style.WEIGHT
    assert len(np.unique(pixels(PastedText(0.5, 0.5, "0123456789")).reshape(-1, 3), axis=0)) <= 4  # makes small files


CHANGES = {
    "text": (lambda text: text.set_text("2.5"), {"text": "2.5"}),
    "size": (lambda text: text.set_size(20), {"size": 20}),
    "colour": (lambda text: text.set_color("red"), {"color": "red"}),
    "position": (lambda text: text.set_position((0.1, 0.2)), {"x": 0.1, "y": 0.2}),
    "alignment": (lambda text: text.set_ha("right"), {"ha": "right"}),
}


@pytest.mark.parametrize(("change", "made"), CHANGES.values(), ids=CHANGES)
def test_draws_a_changed_text_like_a_new_one(change, made):
    def text(x=0.5, y=0.5, text="1.5", **settings):
        return PastedText(x, y, text, **settings)

    figure = Figure((WIDTH / 100, HEIGHT / 100), dpi=100, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    changed = figure.add_artist(text())
    canvas.draw()
    change(changed)
    canvas.draw()
    after = np.asarray(canvas.buffer_rgba())[..., :3]
    assert np.array_equal(after, pixels(text(**made)))
    assert not np.array_equal(after, pixels(text()))


def test_leaves_the_letters_of_a_changed_text_to_others():
    """Its font was the first of its kind; changing it in place must not change the font that the letters belong to."""
    first = PastedText(0.5, 0.5, "W", family=style.FONT, size=23.5, weight="bold")
    pixels(first)
    letters = glyphs_of(first.get_fontproperties().copy(), 100)
    first.set(weight="normal")
    assert glyphs_of(FontProperties(family=style.FONT, size=23.5, weight="bold"), 100) is letters


def test_keeps_letters_of_one_font_in_two_sizes_and_resolutions_apart():
    sizes = [place(pixels(PastedText(0.1, 0.1, "8", size=size))) for size in (10, 20, 10)]
    heights = [bottom - top for top, bottom, _, _ in sizes]
    assert heights[1] > 1.5 * heights[0]
    assert heights[0] == heights[2]


# --- numbers -------------------------------------------------------------------------------------------------------


def test_shows_the_value_of_a_number_in_its_form_under_its_gid():
    number = Number(0, 0, "{:.2f} °F", gid="answer(50)")
    number.set_value(121.98292444485148)
    assert (number.get_text(), number.get_gid()) == ("121.98 °F", "answer(50)")


def test_writes_a_number_in_ascii_that_can_be_read_back():
    number = Number(0, 0, "{:.3f}", gid="w")
    number.set_value(-1.23456)
    assert number.get_text().isascii()
    assert float(number.get_text()) == -1.235


@pytest.mark.parametrize(("form", "value", "shown"), [
    ("{:.2f}", -0.0, "0.00"), ("{:.2f}", -0.001, "0.00"), ("{:.2f}", -0.01, "-0.01"), ("{:,.0f}", -0.4, "0"),
    ("{:+.1f}", 0.01, "+0.0"), ("{:.0%}", -1e-9, "0%"), ("{:.1e}", -0.0, "0.0e+00"), ("{:g}", -1e-9, "-1e-09"),
    (few_digits, -1e-9, "0.0000"), (decimals_by_size, -1e-9, "0.000"), (in_brackets, -1e-9, "(+0.000)"),
])  # fmt: skip
def test_writes_zero_without_a_minus(form, value, shown):
    number = Number(0, 0, form, gid="x")
    number.set_value(value)
    assert number.get_text() == shown


def test_paints_a_minus_sign_and_no_hyphen():
    number = Number(0.5, 0.5, "{:.1f}", gid="w")
    number.set_value(-1.5)
    painted = pixels(number)
    assert np.array_equal(painted, pixels(PastedText(0.5, 0.5, "−1.5")))
    assert not np.array_equal(painted, pixels(PastedText(0.5, 0.5, "-1.5")))


def test_makes_digits_equally_wide():
    def right_edge(value):
        number = Number(0.2, 0.5, "{:.0f}", gid="w")
        number.set_value(value)
        pixels(number)
        return number.get_window_extent().x1

    assert len({right_edge(value) for value in (1111, 8888, 9027)}) == 1
