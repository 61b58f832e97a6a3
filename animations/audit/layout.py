"""No text is cut off or touches another; nothing is painted on the edge of the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.text import Text
from matplotlib.transforms import Bbox

GAP = 2  # pixels that must lie between two texts


def cut_off(texts: Sequence[Text], boxes: Sequence[Bbox], size: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield (text, message) of those that reach over the edge of the picture, or of what they are clipped to."""
    for text, box in zip(texts, boxes, strict=True):
        word = text.get_text()
        if box.x0 < 0 or box.y0 < 0 or box.x1 > size[0] or box.y1 > size[1]:
            yield word, f"{word!r} is cut off by the edge of the picture"
        elif text.get_clip_on() and (clip := text.get_clip_box()) is not None:
            room = clip.padded(1)  # letters seldom fill their box
            if box.x0 < room.x0 or box.y0 < room.y0 or box.x1 > room.x1 or box.y1 > room.y1:
                yield word, f"{word!r} is cut off by its axes"


def touching(texts: Sequence[Text], boxes: Sequence[Bbox]) -> Iterator[tuple[str, str]]:
    """Yield (both texts, message) of pairs with less than GAP pixels between them."""
    if not texts:
        return
    x0, y0, x1, y1 = np.array([box.extents for box in boxes]).T
    apart_x = (x0[:, None] - GAP / 2 > x1) | (x0 > x1[:, None] + GAP / 2)
    apart_y = (y0[:, None] - GAP / 2 > y1) | (y0 > y1[:, None] + GAP / 2)
    for one, other in np.argwhere(np.triu(~(apart_x | apart_y), 1)):
        both = f"{texts[one].get_text()!r} and {texts[other].get_text()!r}"
        yield both, f"{both} touch each other"


def painted_on_edge(pixels: np.ndarray, paper: np.ndarray) -> bool:
    """Is there on the outermost pixels of (H, W, 3) another colour than the paper's?"""
    edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    return any((edge != paper).any() for edge in edges)


def on_the_edge(pixels: np.ndarray, paper: np.ndarray) -> Iterator[tuple[str, str]]:
    """Yield ("edge", message) if something is painted on the outermost pixels."""
    if painted_on_edge(pixels, paper):
        yield "edge", "something is painted on the edge of the picture"
