"""Text that changes from frame to frame, pasted from glyphs that were drawn once.

Laying out a text costs matplotlib 0.7 ms; a picture with 23 numbers spends most of its time there. Here each letter
is drawn once a font, size and colour-free (as coverage, 0 … 255), and a text is put together from these tiles.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from animations import checks, style
from tinylearn.checks import shortened

Form = str | Callable[[float], str]  # how a number is written: "{:.2f}", or a function
SHADES = 3  # above 0 of coverage: with 255 a GIF of numbers is a third larger, and nobody sees a difference


class PastedText(Text):
    """A `Text` of one plain line, drawn quickly; whatever else a `Text` can be is drawn by matplotlib.

    Letters stand on whole pixels and without kerning, so that digits keep their places while a number changes.
    """

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible() or not self._is_plain():
            super().draw(renderer)
            return
        coverage = self._coverage()
        left, bottom = self._corner(coverage)
        pixels = np.empty((*coverage.shape, 4), np.uint8)
        red, green, blue, alpha = to_rgba(self.get_color(), self.get_alpha())
        pixels[..., :3] = [round(255 * part) for part in (red, green, blue)]
        pixels[..., 3] = coverage if alpha == 1 else (coverage * alpha).round()
        context = renderer.new_gc()
        if self.get_clip_on():
            context.set_clip_rectangle(self.get_clip_box())
        renderer.draw_image(context, left, bottom, pixels[::-1])
        self.stale = False

    def get_window_extent(self, renderer: RendererBase | None = None, dpi: float | None = None) -> Bbox:
        """Return the box of the letters in pixels, as they are pasted."""
        if not self._is_plain():
            return super().get_window_extent(renderer, dpi)
        coverage = self._coverage()
        left, bottom = self._corner(coverage)
        pad, (high, wide) = self._line().pad, coverage.shape
        return Bbox.from_bounds(left + pad, bottom + pad, wide - 2 * pad, high - 2 * pad)

    def _is_plain(self) -> bool:
        """Is this a line that can be pasted: one, upright, of letters, with nothing around it?"""
        text = self.get_text()
        more = self.get_rotation(), self.get_bbox_patch(), self.get_path_effects(), self.get_clip_path()
        return (
            bool(text) and not any(more) and not {"\n", "$"} & set(text) and not (self.get_wrap() or self.get_usetex())
        )

    def _coverage(self) -> np.ndarray:
        """Return how much of each pixel the text covers, (height, width) uint8, with the line's pad around it."""
        line, tiles = self._line(), [self._tile(letter) for letter in self.get_text()]
        width = sum(tile.shape[1] - 2 * line.pad for tile in tiles)
        coverage = np.zeros((line.height + 2 * line.pad, width + 2 * line.pad), np.uint8)
        x = 0
        for tile in tiles:
            place = coverage[:, x : x + tile.shape[1]]
            np.maximum(place, tile, out=place)
            x += tile.shape[1] - 2 * line.pad
        return coverage

    def _tile(self, letter: str) -> np.ndarray:
        return _draw_letter(letter, self.get_fontproperties(), self._dpi())

    def _line(self) -> Line:
        return _measure_line(self.get_fontproperties(), self._dpi())

    def _dpi(self) -> float:
        figure = self.get_figure(root=True)
        assert figure is not None, "a text is drawn in a figure"
        return figure.dpi

    def _corner(self, coverage: np.ndarray) -> tuple[int, int]:
        """Return the left and lower edge in pixels, from the position and the alignment."""
        x, y = self.get_transform().transform(self.get_unitless_position())
        line = self._line()
        before = {"left": 0.0, "center": 0.5, "right": 1.0}[self.get_horizontalalignment()]
        below = {
            "baseline": line.descent,
            "bottom": 0,
            "top": line.height,
            "center": line.height / 2,
            "center_baseline": (line.height + line.descent) / 2,
        }[self.get_verticalalignment()]
        left = x - before * (coverage.shape[1] - 2 * line.pad)
        return round(left) - line.pad, round(y - below) - line.pad


class Number(PastedText):
    """A text that shows one number, and says by its `gid` where the number came from: `dense_1.w[0,0]`, `loss`.

    The text itself is plain ASCII, so that a test can read it back; on the picture "-" is drawn as a minus sign.

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
        """Show `value`; TypeError if it is no number."""
        if np.ndim(value) or not isinstance(value, int | float | np.number | np.bool | np.ndarray):
            raise TypeError(f"Number: {self.get_gid()} must be one number, got {shortened(value)}")
        self.set_text(self.form(value))

    def _tile(self, letter: str) -> np.ndarray:
        return super()._tile("−" if letter == "-" else letter)


def few_digits(value: float) -> str:
    """Return a number with three digits that count, but at least one and at most four behind the point.

    >>> [few_digits(value) for value in (12321, 82.42, 8.2, -0.97, 0.00076)]
    ['12321.0', '82.4', '8.20', '-0.970', '0.0008']
    """
    size = abs(value)
    decimals = 1 if not size < 10 else 2 if size >= 1 else 3 if size >= 0.1 else 4
    return f"{value:.{decimals}f}"


def text_width(text: str, points: float, weight: str = "normal") -> int:
    """Return how wide a text is when it is pasted, in pixels."""
    font = FontProperties(family=style.FONT, size=points, weight=weight)
    pad = _measure_line(font, style.DPI).pad
    return sum(_draw_letter(letter, font, style.DPI).shape[1] - 2 * pad for letter in text)


class Line(NamedTuple):
    """The measures of a line in a font, in whole pixels: `pad` is the room around it for accents and slants."""

    height: int
    descent: int
    pad: int


@functools.lru_cache(maxsize=256)
def _measure_line(font: FontProperties, dpi: float) -> Line:
    _, height, descent = _measure("lp", font, dpi)
    return Line(math.ceil(height), math.ceil(descent), 3 + math.ceil(height / 4))


@functools.lru_cache(maxsize=4096)
def _draw_letter(letter: str, font: FontProperties, dpi: float) -> np.ndarray:
    """Return the tile of a letter: as wide as it moves the next one, with the line's pad around it."""
    if not checks.has_letter(letter, font):
        raise ValueError(f"PastedText: a text must be of letters that {font.get_name()} has, got {letter!r}")
    advance = max(1, round((_measure(letter * 10 + ".", font, dpi)[0] - _measure(".", font, dpi)[0]) / 10))
    line = _measure_line(font, dpi)
    wide, high = advance + 2 * line.pad, line.height + 2 * line.pad
    figure = Figure((wide / dpi, high / dpi), dpi, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    x, y = line.pad / wide, (line.pad + line.descent) / high
    figure.text(x, y, letter, fontproperties=font, va="baseline", color="black")
    canvas.draw()
    coverage = 1 - np.asarray(canvas.buffer_rgba())[..., 0] / 255
    return (np.round(coverage * SHADES) * (255 // SHADES)).astype(np.uint8)


def _measure(text: str, font: FontProperties, dpi: float) -> tuple[float, float, float]:
    """Return width, height and descent of a text in pixels."""
    renderer = FigureCanvasAgg(Figure((1, 1), dpi)).get_renderer()
    width, height, descent = renderer.get_text_width_height_descent(text, font, False)
    return width, height, descent
