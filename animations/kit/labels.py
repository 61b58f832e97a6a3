"""Names that fit where they stand."""

from __future__ import annotations

from animations.engine.text import PastedText


def short(name: str, letters: int = 20) -> str:
    """Return a name that fits on a picture.

    >>> short("UK"), short("United Kingdom of Great Britain")
    ('UK', 'United Kingdom of G…')
    """
    return name if len(name) <= letters else name[: letters - 1] + "…"


def fit(label: PastedText, widest: float) -> float:
    """Shorten a text that is wider than `widest` pixels, in its middle; return its width."""
    text = label.get_text()
    kept = len(text)
    while kept > 2 and label.get_window_extent().width > widest:
        kept -= 1
        label.set_text(f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}")
    return label.get_window_extent().width if text else 0.0
