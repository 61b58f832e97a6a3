"""Pasted text looks like matplotlib's own, in the same place; matplotlib draws what cannot be pasted."""

import unicodedata

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from animations import Number, PastedText, style
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


@pytest.mark.parametrize("settings", [
    {}, {"text": "−31.97"}, {"text": "loss, their mean"}, {"text": "gypjq"}, {"text": "50 °C →"},
    {"text": "Ŷ = Σ w² · x"}, {"weight": "bold"}, {"size": style.SMALL}, {"size": style.LARGE}, {"size": 40},
    {"text": "1"},
], ids=str)  # fmt: skip
def test_looks_like_matplotlibs_own_text(settings):
    own, pasted = both(**settings)
    letters = len(settings.get("text", "0.125"))
    assert (abs(place(own) - place(pasted)) <= [1, 1, 1, 1 + letters / 2]).all()  # letters stand on whole pixels
    assert ink(pasted).sum() == pytest.approx(ink(own).sum(), rel=0.05)


PLACES = [
    *({"ha": ha, "va": va} for ha in ("left", "center", "right")
      for va in ("top", "center", "center_baseline", "baseline", "bottom")),
    *({"text": "123", "x": x, "y": y} for x, y in ((0.503, 0.507), (0.01, 0.02), (-0.01, 0.5), (0.5, 0.99))),
    {"text": "Ŷ", "size": 40}, {"text": "far too long", "clip_box": Bbox([[100, 0], [170, 160]]), "clip_on": True},
]  # fmt: skip


@pytest.mark.parametrize("settings", PLACES, ids=str)
def test_stands_where_matplotlibs_own_text_stands_even_off_the_edge(settings):
    own, pasted = both(**{"text": "−12.5 gp"} | settings)
    assert abs(place(own) - place(pasted)).max() <= 2


@pytest.mark.parametrize("text", ["0.125", "loss", "−1.25 gp"])
def test_measures_its_ink_and_nearly_as_much_as_matplotlibs_own_text(text):
    own, pasted = (kind(0.5, 0.5, text, ha="right", fontfamily=style.FONT) for kind in (Text, PastedText))
    pixels(own)
    top, bottom, left, right = place(pixels(pasted))
    box = pasted.get_window_extent()
    assert box.x0 <= left <= right <= box.x1 <= box.x0 + right - left + 6
    assert box.y0 <= HEIGHT - bottom <= HEIGHT - top <= box.y1
    assert np.abs(Bbox(own.get_window_extent()).extents - box.extents)[[0, 2]].max() <= 1 + len(text) / 2


@pytest.mark.parametrize("decomposed", ["Sa\u0303o", "Y\u0302 = 3", "A\u030angstro\u0308m"])
def test_puts_accents_on_their_letters_however_they_are_written(decomposed):
    """A Mac writes file names with separate accents."""
    composed = unicodedata.normalize("NFC", decomposed)
    assert pastable(decomposed) == composed != decomposed
    np.testing.assert_array_equal(both(decomposed)[1], both(composed)[1])
    assert text_width(decomposed, 12) == text_width(composed, 12)


@pytest.mark.parametrize("settings", [
    {"text": "שלום עולם 123"}, {"text": "مرحبا 2020"},
    {"text": "x\u0304 q\u0307\u0323"},  # marks that no letter has
    {"text": "لا\u200dلا"},  # joined by what is not seen
    {"rotation": 90}, {"rotation": 3}, {"text": "one\ntwo"}, {"text": "$x^2$"}, {"bbox": {"facecolor": "yellow"}},
    {"path_effects": [withStroke(linewidth=4, foreground="red")]},
])  # fmt: skip
def test_leaves_unpastable_text_to_matplotlib(settings):
    own, pasted = both(**settings)
    np.testing.assert_array_equal(pasted, own)
    texts = [kind(0.5, 0.5, **{"text": "1.5"} | settings) for kind in (Text, PastedText)]
    pixels(*texts)
    np.testing.assert_array_equal(*(text.get_window_extent().extents for text in texts))


def test_begins_hebrew_on_the_right_and_guesses_the_width_of_missing_letters():
    alone, word = (both(text, ha="right", size=40)[1] for text in ("ש", "שלום"))
    _, _, left, right = place(alone)
    np.testing.assert_array_equal(word[:, left + 2 : right + 1], alone[:, left + 2 : right + 1])
    assert text_width("学习", 72) == 200
    assert text_width("GDP 学", 12) == text_width("GDP ", 12) + 17


def test_draws_nothing_without_text_or_value_or_while_invisible():
    nothing = PastedText(0.5, 0.5, ""), PastedText(0.5, 0.5, "text", visible=False), Number(0.5, 0.5, "{:.1f}", gid="w")
    assert ink(pixels(*nothing)).sum() == 0


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


CHANGES = [{"text": "2.5"}, {"size": 20}, {"color": "red"}, {"x": 0.1, "y": 0.2}, {"ha": "right"}, {"weight": "normal"}]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_draws_a_changed_text_like_a_new_one_and_leaves_its_letters_to_others(change):
    """Its font is the first of its kind: changing it in place must not change the font that the letters belong to."""
    look = {"x": 0.5, "y": 0.5, "text": "1.5", "weight": "bold", "size": 21 + CHANGES.index(change) / 8}
    changed = PastedText(**look)
    before = pixels(changed)
    changed.remove()
    changed.set(**change)
    after = pixels(changed)
    assert np.array_equal(after, pixels(PastedText(**look | change)))
    assert np.array_equal(before, pixels(PastedText(**look)))
    assert not np.array_equal(after, before)


# --- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "value", "shown"), [
    ("{:.2f} °F", 121.98292444485148, "121.98 °F"), ("{:.3f}", -1.23456, "-1.235"),  # in ASCII
    ("{:.2f}", -0.0, "0.00"), ("{:.2f}", -0.001, "0.00"), ("{:.2f}", -0.01, "-0.01"), ("{:,.0f}", -0.4, "0"),
    ("{:+.1f}", 0.01, "+0.0"), ("{:.0%}", -1e-9, "0%"), ("{:.1e}", -0.0, "0.0e+00"), ("{:g}", -1e-9, "-1e-09"),
    (few_digits, -1e-9, "0.0000"), (decimals_by_size, -1e-9, "0.000"), (in_brackets, -1e-9, "(+0.000)"),
])  # fmt: skip
def test_writes_a_number_in_its_form_and_zero_without_a_minus(form, value, shown):
    number = Number(0, 0, form, gid="answer(50)")
    number.set_value(value)
    assert (number.get_text(), number.get_gid()) == (shown, "answer(50)")


def test_paints_a_minus_sign_and_no_hyphen_and_digits_equally_wide():
    numbers = [Number(0.5, 0.5, "{:.0f}", gid="w") for _ in range(4)]
    for number, value in zip(numbers, (-1, 1111, 8888, 9027), strict=True):
        number.set_value(value)
    painted = pixels(numbers[0])
    assert np.array_equal(painted, pixels(PastedText(0.5, 0.5, "−1")))
    assert not np.array_equal(painted, pixels(PastedText(0.5, 0.5, "-1")))
    pixels(*numbers[1:])
    assert len({number.get_window_extent().x1 for number in numbers[1:]}) == 1
