"""Colours, sizes and fonts of every picture, in one place.

Each colour means a thing, everywhere; none is the only sign of it. As text on PAPER all but FAINT reach a contrast of
4.5 : 1. Any two stay apart for the colour-blind, too: see animations/audit/colour_blindness.py.
"""

from __future__ import annotations

from typing import Any

from animations.engine.settings import DPI as DPI
from animations.engine.settings import FONT as FONT

PAPER = "#ffffff"
INK = "#1f2328"  # text, axes, outlines
QUIET = "#5c6570"  # labels that explain
FAINT = "#c9ced6"  # what was before; grid lines

INPUT = "#5c6570"  # x, what goes in
WEIGHT = "#0068a8"  # w, and the line that it tilts
BIAS = "#722e80"  # b
TARGET = "#00734f"  # y, the truth
ERROR = "#b83d00"  # how wrong: errors and losses

# Things of one kind beside each other (countries, optimisers): apart also to the colour-blind.
SERIES = ("#0068a8", "#d8006d", "#6b7c1f", "#8517fa", "#652d12")
MARKERS = ("o", "s", "^", "D", "v")  # beside the colours of SERIES: colour is never the only sign
TIP: dict[str, Any] = {"markersize": 10, "markeredgecolor": PAPER, "linestyle": "none"}  # where a curve is now

SMALL, MEDIUM, LARGE = 10.5, 12.0, 17.0  # points
