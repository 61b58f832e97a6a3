"""Text that changes from frame to frame, pasted together from letters that were drawn once.

matplotlib needs 0.7 ms to lay out a text; for a picture with 23 numbers, that is most of the time. Here each letter is
drawn once for each font and size (see `glyphs`), and a text is put together from these tiles.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from animations import checks
from animations.engine.glyphs import Glyphs, glyphs_of
from animations.engine.settings import DEFAULTS, DPI, FONT, using
from tinylearn.checks import shortened

NEGATIVE_ZERO = re.compile(r"-0([.,]?0)*(?![.,]?\d)(e|\D|$)")
Form = str | Callable[[float], str]  # the format of a number: "{:.2f}", or a function


@functools.lru_cache(maxsize=4096)
def pastable(text: str) -> str:
    """Return a text with its accents on their letters; "" if only matplotlib can lay it out.

    Letters stand one after the other in most scripts, but not from right to left. Nor can we place combining marks, or
    letters joined by invisible ones.

    >>> [pastable(text) for text in ("Sa\\u0303o", "x\\u0304", "שלום", "$x^2$")]
    ['São', '', '', '']
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if any(
            unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf") or unicodedata.bidirectional(letter) in ("R", "AL")
            for letter in text
        ):
            return ""
    return "" if "\n" in text or "$" in text else text


def unsigned_zero(written: str) -> str:
    """Return a written number, and a zero without a minus sign.

    >>> [unsigned_zero(written) for written in ("-0.00", "-0.0%", "-0.01", "-0", "-10", "-inf")]
    ['0.00', '0.0%', '-0.01', '0', '-10', '-inf']
    """
    return written[1:] if NEGATIVE_ZERO.match(written) else written


class PastedText(Text):
    """A `Text` of one plain line, drawn quickly; matplotlib draws any other kind of text.

    Letters stand on whole pixels, without kerning, so that digits keep their places while a number changes.
    """

    def draw(self, renderer: RendererBase) -> None:
        letters = self._letters()
        if not self.get_visible() or not letters:
            super().draw(renderer)
            return
        glyphs = self._glyphs()
        if hasattr(renderer, "draw_letters"):  # a renderer of pages, where text stays text
            width = glyphs.width(letters)
            left, bottom = self._corner(glyphs, width)
            renderer.draw_letters(self, letters, left, bottom + glyphs.descent, width)
            return
        coverage = glyphs.paste(letters)
        pixels = np.empty((*coverage.shape, 4), np.uint8)
        red, green, blue, alpha = to_rgba(self.get_color(), self.get_alpha())
        pixels[..., :3] = [round(255 * part) for part in (red, green, blue)]
        pixels[..., 3] = coverage if alpha == 1 else (coverage * alpha).round()
        context = renderer.new_gc()
        if self.get_clip_on():
            context.set_clip_rectangle(self.get_clip_box())
        left, bottom = self._corner(glyphs, coverage.shape[1] - 2 * glyphs.pad)
        renderer.draw_image(context, left - glyphs.pad, bottom - glyphs.pad, pixels[::-1])
        self.stale = False

    def get_window_extent(self, renderer: RendererBase | None = None, dpi: float | None = None) -> Bbox:
        """Return the box of the letters in pixels, as pasted."""
        letters = self._letters()
        if not letters:
            return super().get_window_extent(renderer, dpi)
        glyphs = self._glyphs()
        width = glyphs.width(letters)
        return Bbox.from_bounds(*self._corner(glyphs, width), width, glyphs.height)

    def _letters(self) -> str:
        """Return the letters to paste; "" if the line cannot be pasted: if it is turned, or has anything around it."""
        more = self.get_rotation(), self.get_bbox_patch(), self.get_path_effects(), self.get_clip_path()
        return "" if any(more) or self.get_wrap() or self.get_usetex() else pastable(self.get_text())

    def _glyphs(self) -> Glyphs:
        figure = self.get_figure(root=True)
        assert figure is not None, "a text must be in a figure to be drawn"
        return glyphs_of(self.get_fontproperties(), figure.dpi)

    def _corner(self, glyphs: Glyphs, width: int) -> tuple[int, int]:
        """Return the left and lower edge of the letters in pixels, from their place, alignment and width."""
        x, y = self.get_transform().transform(self.get_unitless_position())
        before = {"left": 0.0, "center": 0.5, "right": 1.0}[self.get_horizontalalignment()]
        below = {
            "baseline": glyphs.descent,
            "bottom": 0,
            "top": glyphs.height,
            "center": glyphs.height / 2,
            "center_baseline": (glyphs.height + glyphs.descent) / 2,
        }[self.get_verticalalignment()]
        return round(x - before * width), round(y - below)


class Number(PastedText):
    """A text that shows one number; its `gid` says where the number comes from: `dense_1.w[0,0]`, `loss`.

    The text itself is plain ASCII, so that a test can read it back; the picture shows "-" as a minus sign.

    >>> number = Number(0, 0, "{:.2f}", gid="dense_1.b[0]")
    >>> number.set_value(-1.2345)
    >>> number.get_text()
    '-1.23'
    """

    def __init__(self, x: float, y: float, form: Form, *, gid: str, **style: Any) -> None:
        super().__init__(x, y, "", **style)
        self.form = checks.number_form("Number", "form", form)
        self.set_gid(checks.text("Number", "gid", gid))

    def set_value(self, value: float) -> None:
        """Show `value`; TypeError for anything but a number."""
        if np.ndim(value) or not isinstance(value, int | float | np.number | np.bool | np.ndarray):
            raise TypeError(f"Number: {self.get_gid()} must be one number, got {shortened(value)}")
        self.set_text(unsigned_zero(self.form(value)))

    def _letters(self) -> str:
        return super()._letters().replace("-", "−")


def text_width(text: str, points: float, weight: str = "normal") -> int:
    """Return the width of a pasted text, in pixels. A letter that DejaVu Sans lacks counts as wide as high."""
    glyphs, index_of = _plain(points, weight)
    text = unicodedata.normalize("NFC", text)
    known = [letter for letter in text if index_of(ord(letter))]
    return glyphs.width("".join(known)) + (len(text) - len(known)) * round(points * DPI / 72)


@functools.cache  # otherwise finding the font takes a seventh of a chart's time
def _plain(points: float, weight: str) -> tuple[Glyphs, Callable[[int], int]]:
    """Return the glyphs of DejaVu Sans, and a function that knows which letters it has."""
    font = FontProperties(family=FONT, size=points, weight=weight)
    with using(DEFAULTS):
        return glyphs_of(font, DPI), get_font(findfont(font)).get_char_index
