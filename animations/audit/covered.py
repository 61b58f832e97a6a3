"""Every letter is visible: a text paints the same pixels in the picture as it does alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from animations.engine.painter import Painter
from animations.engine.text import PastedText
from animations.scene import Scene

MOST_COVERED = 0.1  # of a text's pixels


class Background(Scene):
    """The frames of a painter without their texts: the background of these."""

    def __init__(self, painter: Painter) -> None:
        self.painter, self.twin = painter, copy.copy(painter)
        self.twin.scene = self  # on the same figure, with its own background

    def paint(self, frame: int, texts: Sequence[Text]) -> np.ndarray:
        """Return the pixels (H, W, 3) of the last painted frame without `texts`."""
        before = [(text, text.get_visible(), text.get_alpha()) for text in texts]
        for text in texts:
            if isinstance(text, PastedText) and not text.get_bbox_patch():
                text.set_visible(False)
            else:
                text.set_alpha(0)  # if invisible, labels of axes would move, and a text's own patch would vanish
        pixels = self.twin.paint(frame).copy()[..., :3]  # faster than to copy three of four channels
        for text, visible, alpha in before:
            text.set_visible(visible)
            text.set_alpha(alpha)
        return pixels

    def update(self, frame: int) -> Sequence[Artist]:
        """Change nothing: the painter's scene has already done so."""
        return self.painter.changing


class TextMask:
    """The pixels that each text paints on its own, drawn again only when something changed."""

    def __init__(self, figure: Figure) -> None:
        width, height = figure.canvas.get_width_height()
        self.renderer = RendererAgg(width, height, figure.dpi)
        self.known: dict[int, tuple[Any, np.ndarray]] = {}

    def covered(
        self, texts: Sequence[Text], boxes: Sequence[Bbox], shown: np.ndarray, ground: np.ndarray
    ) -> Iterator[tuple[str, str]]:
        """Yield (text, message) for each text that is not visible in `shown` (H, W, 3), a picture over its `ground`."""
        height = len(shown)
        crops = {
            id(text): (slice(max(height - round(box.y1), 0), max(height - round(box.y0), 0)),
                       slice(max(round(box.x0), 0), max(round(box.x1), 0)))
            for text, box in zip(texts, boxes, strict=True)
        }  # fmt: skip
        self._draw_changed(texts, crops)
        for text in texts:
            crop, ink = crops[id(text)], self.known[id(text)][1]
            seen = (shown[crop] != ground[crop]).any(axis=2) & ink
            fraction = 1 - seen.sum() / max(ink.sum(), 1)
            if ink.any() and fraction > MOST_COVERED:
                word = text.get_text()
                yield word, f"{fraction:.0%} of {word!r} is invisible: something lies over it or has its colour"

    def _draw_changed(self, texts: Sequence[Text], crops: dict[int, tuple[slice, slice]]) -> None:
        changed = []
        for text in texts:
            state = (text.get_text(), crops[id(text)], text.get_rotation(), hash(text.get_fontproperties()))
            if self.known.get(id(text), (None,))[0] != state:
                changed.append((text, state))
        if changed:
            self.renderer.clear()
            for text, _ in changed:
                clipped = text.get_clip_on()
                text.set_clip_on(False)
                (Text if isinstance(text, Annotation) else type(text)).draw(text, self.renderer)  # without its arrow
                text.set_clip_on(clipped)
            alpha = np.asarray(self.renderer.buffer_rgba())[..., 3]
            for text, state in changed:
                own = alpha[crops[id(text)]]
                outlined = text.get_path_effects() or text.get_bbox_patch()  # these make their own background
                ink = np.zeros_like(own, bool) if outlined else own > own.max(initial=0) / 2
                self.known[id(text)] = (state, ink)
