"""Colours, sizes and fonts of all pictures, in one place.

Each colour has one meaning everywhere, and is never the only sign of it. As text on PAPER, all but FAINT have a
contrast of 4.5 : 1. The colour-blind can tell any two apart, too: see animations/audit/colour_blindness.py.
"""

from __future__ import annotations

from typing import Any

from animations.engine.settings import DPI as DPI
from animations.engine.settings import FONT as FONT

PAPER = "#ffffff"
INK = "#1f2328"  # text, axes, outlines
QUIET = "#5c6570"  # explaining labels
FAINT = "#c9ced6"  # earlier states; grid lines

INPUT = "#5c6570"  # x, the input
WEIGHT = "#0068a8"  # w, and the line that it tilts
BIAS = "#722e80"  # b
TARGET = "#00734f"  # y, the truth
ERROR = "#b83d00"  # how wrong, and which way it grows: errors, losses, slopes

# Things of one kind next to each other (countries, optimisers), distinct for the colour-blind too.
SERIES = ("#0068a8", "#d8006d", "#6b7c1f", "#8517fa", "#652d12")
MARKERS = ("o", "s", "^", "D", "v")  # with the colours of SERIES: colour is never the only sign
TIP: dict[str, Any] = {"markersize": 10, "markeredgecolor": PAPER, "linestyle": "none"}  # the current end of a curve

SMALL, MEDIUM, LARGE = 10.5, 12.0, 17.0  # points
