"""Colours of things, as rows of red, green, blue in [0, 1]: things that share a palette differ by shape alone."""

from __future__ import annotations

import numpy as np


def palette(*codes: str) -> np.ndarray:
    """Return colours (K, 3) float32 from codes such as "ff8000": red, green, blue, two digits each.

    >>> palette("ff0000", "000000").tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    return np.array([list(bytes.fromhex(code)) for code in codes], np.float32) / 255


COATS = palette("8a5a33", "6b4226", "a97b4f", "c29a6b", "4a3a2e", "7d7468", "d8c9ad", "9a4f24", "2f2a28", "b9b2a6")
FEATHERS = palette("6b5644", "3b3a40", "a33a2a", "3f6ea8", "d1a43a", "8d8f94", "e4e0d6", "5d7a4a", "c46a2e", "26292e")
HORNS = palette("d9c7a3", "b09a74", "3f3026", "5a4632")
FROG_SKINS = palette("5f9a35", "3f7a3a", "86a83a", "6b6a32", "8a6a3f", "4c8f6b", "b0b84a", "b5532c", "3f6f8a", "a3905f")
PAINTS = palette("b3261e", "1f4fa3", "e8e6e0", "26282c", "8b9299", "c9a227", "2f6b46", "d9702b", "5a2a6b", "6fa3c9")
METALS = palette("e9ebee", "c7ccd2", "9aa2ab", "d9d4c8", "6d7680", "b8c6d6", "c4554a", "4d6fa8", "e3c455", "3e444c")
SAILS = palette("f3efe4", "e6ddc8", "d4d9dd", "b5483a", "3c5f8f", "d9b24a")

BLACK, WHITE = palette("141414", "f2f2ee")
GLASS, TYRE, FOAM = palette("9fc3d6", "1b1b1d", "e4eef0")
BEAK, TONGUE, NOSE = palette("e0a030", "d86a72", "d89a94")
CAT_EYES = palette("b5c94a", "d9b23a", "7ab0c9", "8fbf6a")
LAMP, TAIL_LAMP = palette("fff2b8", "c8201a")
