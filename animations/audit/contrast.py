"""Texts are readable on what lies under them: a contrast of 4.5 : 1, as WCAG 2.1 requires for small letters."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from animations.kit.colours import luminance

LEAST = 4.5
MOST_HIDDEN = 0.25  # of the pixels under a text may have less: it may cross a grid line


def contrast(colour: str, other: str) -> float:
    """Return the contrast of two colours, 1 … 21.

    >>> round(contrast("black", "white"), 2), round(contrast("#777777", "white"), 2)
    (21.0, 4.48)
    """
    return float(_ratio(luminance(to_rgb(colour)), luminance(to_rgb(other))))


def faint_texts(texts: Sequence[Text], boxes: Sequence[Bbox], pixels: np.ndarray) -> Iterator[tuple[str, str]]:
    """Yield (text, message) for each text that is too faint on `pixels` (H, W, 3) uint8, the picture without texts."""
    for text, box in zip(texts, boxes, strict=True):
        low = faint(text, box, pixels)
        if low is not None:
            word = text.get_text()
            yield word, f"{word!r} has a contrast of {low:.2f} : 1 (least: {LEAST})"


def faint(text: Text, box: Bbox, pixels: np.ndarray) -> float | None:
    """Return the contrast of a text with `pixels` (H, W, 3) uint8, the picture without texts; None if it is enough.

    The pixels in its box count as its background; if they vary, the worst quarter decides.
    """
    height = len(pixels)
    left, right = max(round(box.x0), 0), max(round(box.x1), 1)
    top, bottom = max(height - round(box.y1), 0), max(height - round(box.y0), 1)
    under = pixels[top:bottom, left:right]
    if not under.size or text.get_path_effects():  # an outline makes its own background
        return None
    worst = _worst_quarter(to_rgba(text.get_color(), text.get_alpha()), under.tobytes())
    return worst if worst < LEAST else None


@functools.lru_cache(maxsize=2048)  # saves an eighth of an audit: most texts have the same background in every frame
def _worst_quarter(color: tuple[float, ...], under: bytes) -> float:
    """Return the contrast of a colour that at least three quarters of the pixels `under` a text have.

    `color` is red, green, blue, alpha; `under` is the pixels' red, green, blue, as bytes, so that it can be cached.
    """
    colours, counts = _unique(np.frombuffer(under, np.uint8).reshape(-1, 3))
    *rgb, alpha = color
    ink = alpha * np.array(rgb) + (1 - alpha) * colours
    ratios = _ratio(luminance(ink), luminance(colours))
    order = np.argsort(ratios)
    worst = order[np.searchsorted(np.cumsum(counts[order]), MOST_HIDDEN * counts.sum())]
    return float(ratios[worst])


def _unique(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct colours (…, 3) in 0 … 1 of pixels (P, 3) uint8, and how often each occurs."""
    code = pixels.astype(np.int32) @ np.array([65536, 256, 1], np.int32)
    codes, counts = (
        (code[:1], np.array([code.size])) if (code == code[0]).all() else np.unique(code, return_counts=True)
    )
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1) / 255, counts


def _ratio(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)
