"""Names that fit into their space, and places where they do not touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.text import Text

from animations.engine.text import text_width
from animations.kit import style


def short(name: str, letters: int = 20) -> str:
    """Return a name that is short enough for a picture.

    >>> short("UK"), short("United Kingdom of Great Britain")
    ('UK', 'United Kingdom of G…')
    """
    return name if len(name) <= letters else name[: letters - 1] + "…"


def widest(texts: Iterable[str], size: float = style.SMALL, weight: str = "normal") -> int:
    """Return the width of the widest text, in pixels; a minus is as wide as in a Number."""
    return max((text_width(text.replace("-", "−"), size, weight) for text in texts), default=0)


def width_of(text: Text) -> float:
    """Return the width of a text in the units of its place: in pixels of a page, at any scale."""
    if not text.get_text() or text.axes is None:
        return 0.0
    return round(float(text.get_window_extent().transformed(text.get_transform().inverted()).width), 6)


def fit(label: Text, widest: float) -> float:
    """If a text is wider than `widest` pixels of its page, shorten it in the middle; return its width."""
    text = label.get_text()
    kept = len(text)
    while kept > 2 and width_of(label) > widest:
        kept -= 1
        label.set_text(f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}")
    return width_of(label)


def different(names: Sequence[str], letters: int = 20) -> list[str]:
    """Return names that are short enough for a picture and still differ; if they begin alike, cut the middle.

    >>> different(["UK", "United States of America, men", "United States of America, women"])
    ['UK', 'United St…erica, men', 'United St…ica, women']
    """
    cut = [short(name, letters) for name in names]
    for kept in (letters // 2, *range(1, letters - 1)):  # letters kept at the end
        cut = [
            f"{name[: letters - 1 - kept]}…{name[-kept:]}" if cut.count(now) > 1 else now
            for name, now in zip(names, cut, strict=True)
        ]
    return [name if cut.count(now) > 1 else now for name, now in zip(names, cut, strict=True)]


def with_article(name: str) -> str:
    """Return the name with "a" or "an" before it.

    >>> with_article("truck"), with_article("airplane")
    ('a truck', 'an airplane')
    """
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def push_apart(wanted: Sequence[float] | np.ndarray, gap: float, low: float, high: float) -> np.ndarray:
    """Return places near those wanted, in the same order, at least `gap` apart, and from `low` to `high` if they fit.

    Subtract gap, 2 gap, … from the sorted places; now they only must not decrease. To find the nearest such places,
    give neighbours that decrease their mean, again and again (pool adjacent violators).

    >>> push_apart([50, 12, 10, 11], 4, 0, 100)
    array([50., 15.,  7., 11.])
    """
    order = np.argsort(wanted, kind="stable")
    steps = gap * np.arange(len(order))
    pools: list[tuple[float, int]] = []  # (mean, how many)
    for place in np.asarray(wanted, float)[order] - steps:
        mean, count = float(place), 1
        while pools and pools[-1][0] > mean:
            other, size = pools.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        pools.append((mean, count))
    placed = np.repeat([mean for mean, _ in pools], [count for _, count in pools])
    result = np.empty(len(order))
    result[order] = np.clip(placed, low, max(low, high - steps[-1])) + steps
    return result
