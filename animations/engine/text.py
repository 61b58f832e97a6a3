"""Text that changes from frame to frame, pasted from glyphs that were drawn once.

Laying out a text costs matplotlib 0.7 ms; a picture with 23 numbers spends most of its time there. Here each letter
is drawn once for each font and size (see `glyphs`), and a text is put together from these tiles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from animations import checks
from animations.engine.glyphs import Glyphs, glyphs_of
from animations.engine.settings import DEFAULTS, DPI, FONT, using
from tinylearn.checks import shortened

Form = str | Callable[[float], str]  # how a number is written: "{:.2f}", or a function


class PastedText(Text):
    """A `Text` of one plain line, drawn quickly; whatever else a `Text` can be is drawn by matplotlib.

    Letters stand on whole pixels and without kerning, so that digits keep their places while a number changes.
    """

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible() or not self._is_plain():
            super().draw(renderer)
            return
        glyphs = self._glyphs()
        coverage = glyphs.paste(self._letters())
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
        """Return the box of the letters in pixels, as they are pasted."""
        if not self._is_plain():
            return super().get_window_extent(renderer, dpi)
        glyphs = self._glyphs()
        width = glyphs.width(self._letters())
        return Bbox.from_bounds(*self._corner(glyphs, width), width, glyphs.height)

    def _is_plain(self) -> bool:
        """Is this a line that can be pasted: one, upright, of letters, with nothing around it?"""
        text = self.get_text()
        more = self.get_rotation(), self.get_bbox_patch(), self.get_path_effects(), self.get_clip_path()
        return (
            bool(text) and not any(more) and not {"\n", "$"} & set(text) and not (self.get_wrap() or self.get_usetex())
        )

    def _letters(self) -> str:
        """Return what is pasted."""
        return self.get_text()

    def _glyphs(self) -> Glyphs:
        figure = self.get_figure(root=True)
        assert figure is not None, "a text is drawn in a figure"
        return glyphs_of(self.get_fontproperties(), figure.dpi)

    def _corner(self, glyphs: Glyphs, width: int) -> tuple[int, int]:
        """Return the left and lower edge of the letters in pixels, from position, alignment and their width."""
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

    def _letters(self) -> str:
        return self.get_text().replace("-", "−")


def text_width(text: str, points: float, weight: str = "normal") -> int:
    """Return how wide a text is when it is pasted, in pixels."""
    with using(DEFAULTS):
        return glyphs_of(FontProperties(family=FONT, size=points, weight=weight), DPI).width(text)
