"""Text that changes from frame to frame, pasted from glyphs that were drawn once.

Laying out a text costs matplotlib 0.7 ms; a picture with 23 numbers spends most of its time there. Here each letter
is drawn once a font, size and colour-free (as coverage, 0 … 255), and a text is put together from these tiles.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.transforms import Bbox

SHADES = 3  # above 0 of coverage: with 255 a GIF of numbers is a third larger, and nobody sees a difference
PAD = 4  # pixels around a tile, for strokes that reach past the letter's own width


class PastedText(Text):
    """A `Text` of one unrotated line without mathtext, drawn quickly; in everything else matplotlib's own.

    Letters stand on whole pixels and without kerning, so that digits keep their places while a number changes.
    """

    def draw(self, renderer: RendererBase) -> None:
        text = self.get_text()
        if not self.get_visible() or not text:
            return
        if self.get_rotation() or "\n" in text or "$" in text:
            super().draw(renderer)
            return
        coverage = self._coverage()
        left, bottom = self._corner(coverage.shape[1])
        pixels = np.empty((*coverage.shape, 4), np.uint8)
        red, green, blue, alpha = to_rgba(self.get_color(), self.get_alpha())
        pixels[..., :3] = [round(255 * part) for part in (red, green, blue)]
        pixels[..., 3] = coverage if alpha == 1 else (coverage * alpha).round()
        renderer.draw_image(renderer.new_gc(), left, bottom, pixels[::-1])
        self.stale = False

    def get_window_extent(self, renderer: RendererBase | None = None, dpi: float | None = None) -> Bbox:
        """Return the box of the letters in pixels, as they are pasted."""
        text = self.get_text()
        if self.get_rotation() or "\n" in text or "$" in text or not text:
            return super().get_window_extent(renderer, dpi)
        height, width = self._coverage().shape
        left, bottom = self._corner(width)
        return Bbox.from_bounds(left + PAD, bottom + PAD, width - 2 * PAD, height - 2 * PAD)

    def _coverage(self) -> np.ndarray:
        """Return how much of each pixel the text covers, (height, width) uint8, with PAD around it."""
        tiles = [self._tile(letter) for letter in self.get_text()]
        width = sum(advance for _, advance in tiles)
        coverage = np.zeros((tiles[0][0].shape[0], width + 2 * PAD), np.uint8)
        x = 0
        for tile, advance in tiles:
            place = coverage[:, x : x + tile.shape[1]]
            np.maximum(place, tile[:, : place.shape[1]], out=place)
            x += advance
        return coverage

    def _tile(self, letter: str) -> tuple[np.ndarray, int]:
        return _draw_letter(letter, self.get_fontproperties(), self._dpi())

    def _dpi(self) -> float:
        figure = self.get_figure(root=True)
        assert figure is not None, "a text is drawn in a figure"
        return figure.dpi

    def _corner(self, width: int) -> tuple[int, int]:
        """Return the left and lower edge in pixels, from the position and the alignment."""
        x, y = self.get_transform().transform(self.get_unitless_position())
        _, height, descent = _line(self.get_fontproperties(), self._dpi())
        left = x - PAD - {"left": 0.0, "center": 0.5, "right": 1.0}[self.get_horizontalalignment()] * (width - 2 * PAD)
        below = {"baseline": descent, "bottom": 0, "top": height, "center": height / 2, "center_baseline": height / 2}
        return round(left), round(y - PAD - below[self.get_verticalalignment()])


class Number(PastedText):
    """A text that shows one number, and says by its `gid` where the number came from: `dense_1.w[0,0]`, `loss`.

    The text itself is plain ASCII, so that a test can read it back; on the picture "-" is drawn as a minus sign.

    >>> number = Number(0, 0, "{:.2f}", gid="dense_1.b[0]")
    >>> number.set_value(-1.2345)
    >>> number.get_text()
    '-1.23'
    """

    def __init__(self, x: float, y: float, form: str, *, gid: str, **style: Any) -> None:
        super().__init__(x, y, "", **style)
        self.form = form
        self.set_gid(gid)

    def set_value(self, value: float) -> None:
        """Show `value`."""
        self.set_text(self.form.format(value))

    def _tile(self, letter: str) -> tuple[np.ndarray, int]:
        return super()._tile("−" if letter == "-" else letter)


@functools.lru_cache(maxsize=256)
def _line(font: FontProperties, dpi: float) -> tuple[Any, int, int]:
    """Return a renderer, and the height and the descent of a line in whole pixels."""
    renderer = FigureCanvasAgg(Figure((1, 1), dpi)).get_renderer()
    _, height, descent = renderer.get_text_width_height_descent("lp", font, False)
    return renderer, int(np.ceil(height)), int(np.ceil(descent))


@functools.lru_cache(maxsize=4096)
def _draw_letter(letter: str, font: FontProperties, dpi: float) -> tuple[np.ndarray, int]:
    """Return the tile of a letter, with PAD around it, and by how much it moves the next one."""
    renderer, height, descent = _line(font, dpi)
    ten, _, _ = renderer.get_text_width_height_descent(letter * 10 + ".", font, False)
    dot, _, _ = renderer.get_text_width_height_descent(".", font, False)
    advance = max(1, round((ten - dot) / 10))
    wide, high = advance + 2 * PAD, height + 2 * PAD
    figure = Figure((wide / dpi, high / dpi), dpi, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    figure.text(PAD / wide, (PAD + descent) / high, letter, fontproperties=font, va="baseline", color="black")
    canvas.draw()
    coverage = 1 - np.asarray(canvas.buffer_rgba())[..., 0] / 255
    return (np.round(coverage * SHADES) * (255 // SHADES)).astype(np.uint8), advance
