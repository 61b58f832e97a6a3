"""Pictures for the pages in which one moves and draws: what a page needs of each."""

from __future__ import annotations

from typing import Any

import numpy as np


def picture_data(x: np.ndarray, name: str, label: int | None, python: str, **more: Any) -> dict[str, Any]:
    """Return what a page is given of a picture x (32, 32, 3): how it looks, what it is, and how Python gets it.

    >>> sorted(picture_data(np.zeros((32, 32, 3)), "an empty canvas", None, "np.zeros((1, 32, 32, 3))"))
    ['colours', 'label', 'name', 'python']
    """
    colours = np.rint(255 * x).astype(np.uint8)
    return {"colours": colours, "name": name, "label": label, "python": python} | more
