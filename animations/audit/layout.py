"""No text is cut off or touches another; nothing is painted on the edge of the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.text import Text
from matplotlib.transforms import Bbox

GAP = 2  # pixels, at least, between two texts


def cut_off(texts: Sequence[Text], boxes: Sequence[Bbox], size: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield (text, message) for each text that crosses the edge of the picture, or of its clip."""
    for text, box in zip(texts, boxes, strict=True):
        word = text.get_text()
        if box.x0 < 0 or box.y0 < 0 or box.x1 > size[0] or box.y1 > size[1]:
            yield word, f"{word!r} is cut off by the edge of the picture"
        elif text.get_clip_on() and (clip := text.get_clip_box()) is not None:
            room = clip.padded(1)  # letters seldom fill their box
            if box.x0 < room.x0 or box.y0 < room.y0 or box.x1 > room.x1 or box.y1 > room.y1:
                yield word, f"{word!r} is cut off by its axes"


def touching(texts: Sequence[Text], boxes: Sequence[Bbox]) -> Iterator[tuple[str, str]]:
    """Yield (both texts, message) for each pair with less than GAP pixels between them."""
    if not texts:
        return
    x0, y0, x1, y1 = np.array([box.extents for box in boxes]).T
    apart_x = (x0[:, None] - GAP / 2 > x1) | (x0 > x1[:, None] + GAP / 2)
    apart_y = (y0[:, None] - GAP / 2 > y1) | (y0 > y1[:, None] + GAP / 2)
    for one, other in np.argwhere(np.triu(~(apart_x | apart_y), 1)):
        slanted = _slanted(texts[one]) or _slanted(texts[other])  # letters do not fill the corners of such boxes
        if slanted and _apart(_corners(texts[one], boxes[one]), _corners(texts[other], boxes[other])):
            continue
        both = f"{texts[one].get_text()!r} and {texts[other].get_text()!r}"
        yield both, f"{both} touch each other"


def _slanted(text: Text) -> bool:
    return text.get_rotation() % 90 != 0


def _corners(text: Text, box: Bbox) -> np.ndarray:
    """Return the corners (4, 2) of the box that turns with the text; `box` is the upright box around it."""
    angle = text.get_rotation()
    text.set_rotation(0)
    upright = text.get_window_extent()
    text.set_rotation(angle)
    along = upright.width / 2 * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    up = upright.height / 2 * np.array([-np.sin(np.radians(angle)), np.cos(np.radians(angle))])
    middle = np.mean([box.min, box.max], axis=0)
    return np.array([middle - along - up, middle + along - up, middle + along + up, middle - along + up])


def _apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Does a line along a side of one of two boxes, (4, 2) corners each, separate them?"""
    for box in (one, other):
        for x, y in np.diff(box[:3], axis=0):
            across = np.array([-y, x]) / np.hypot(x, y)
            if (one @ across).max() < (other @ across).min() or (other @ across).max() < (one @ across).min():
                return True
    return False


def painted_on_edge(pixels: np.ndarray, paper: np.ndarray) -> bool:
    """Has any of the outermost pixels of (H, W, 3) another colour than the paper?"""
    edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    return any((edge != paper).any() for edge in edges)


def on_the_edge(pixels: np.ndarray, paper: np.ndarray) -> Iterator[tuple[str, str]]:
    """Yield ("edge", message) if something is painted on the outermost pixels."""
    if painted_on_edge(pixels, paper):
        yield "edge", "something is painted on the edge of the picture"
