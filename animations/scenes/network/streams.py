"""Parts of a network at work: nodes, streams from node to node, and the arithmetic of a line.

o ────── 1.00 ────● ─ ─ o        a line leaves a gap for what is written on it
    2.00 × 1.00 = 2.00
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from animations.engine.text import Form
from animations.kit import style
from animations.kit.colours import SIGNED
from animations.kit.following import Shown
from animations.kit.page import Page, Place

Part = str | tuple[str, Any, str]  # of a formula: a sign; or the name of a number, its value and its colour
BELOW, ABOVE = (to_hex(colormaps[SIGNED](end)) for end in (0.03, 0.97))  # dark, to tell them from ERROR
LOUD: dict[str, Any] = {"size": style.MEDIUM, "weight": "bold"}  # the numbers that count most


def draw_stream(
    page: Page, start: Place, end: Place, progress: Callable[[float], float], gap: float = 0, *, way: bool = True,
    **look: Any,
) -> Line2D:  # fmt: skip
    """Draw a line that has covered progress(moment), 0 … 1, of its path from `start` to `end`, with a marker at its
    head.

    gap   pixels left free to the left and right of its middle way   show the whole path as a faint line?
    """
    own: dict[str, Any] = {"marker": "o", "markevery": [-1], "markersize": 7, "linewidth": 2, "zorder": 2.2}
    (line,) = page.axes.plot([], [], **own | {"solid_capstyle": "butt", "dash_capstyle": "butt"} | look)
    far = np.subtract(end, start)
    stop, go_on = (0.5 - gap / abs(far[0]), 0.5 + gap / abs(far[0])) if gap else (1, 1)

    def data(reach: float) -> np.ndarray:
        parts = [0, reach] if reach else []
        if reach > stop:
            parts = [0, stop, np.nan, *([go_on] if reach > go_on else []), reach]
        return np.reshape(start, (2, 1)) + np.multiply.outer(far, parts)

    if way:
        page.axes.plot(*data(1), color=style.FAINT, linewidth=1, zorder=2)
    return page.glide(line, data=lambda moment: data(progress(moment)))


def draw_formula(
    page: Page, place: Place, when: Shown, form: Form, gid: str, *parts: Part, ha: str = "center", **settings: Any
) -> None:  # fmt: skip
    """Write a line of arithmetic, shown `when`. Each gid is `gid`, a dot, and a name; `settings` are the numbers'."""
    small: dict[str, Any] = {"size": style.SMALL, "zorder": 5}
    made = [page.quiet(part, **small) if isinstance(part, str) else
            page.number("{:g}" if part[0] == "rate" else form, f"{gid}.{part[0]}", part[1], color=part[2],
                        **small | settings) for part in parts]  # fmt: skip
    width = page.row((0, 0), *made, space=4)
    page.row((place[0] - width * {"left": 0, "center": 0.5, "right": 1}[ha], place[1]), *made, space=4)
    page.show(when, *made)


def pull(name: str, value: Any) -> Part:
    """Return a number of a formula that says how the loss grows; where it does not, the number is grey."""
    return name, float(value), style.ERROR if value else style.QUIET


def draw_node(
    page: Page, place: Place, radius: float, form: Form, gid: str, values: Shown, known: np.ndarray, off: Any = False,
    color: str = style.INK,
) -> None:  # fmt: skip
    """Draw a circle with a number, which is known in some frames (S,); where it is `off`, it is grey."""
    circle = Circle(place, radius, linewidth=2.5, zorder=4)
    page.axes.add_patch(circle)
    page.bind(circle, edgecolor=np.where(known & np.logical_not(off), color, style.FAINT).tolist(),
              facecolor=np.where(known & off, style.FAINT, style.PAPER).tolist())  # fmt: skip
    page.show(known, page.number(form, gid, values, place, ha="center", zorder=5, color=color))
