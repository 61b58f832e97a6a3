"""Looks: fill, stroke, clip and hatch of a shape, as attributes of SVG. A film lists its colours and clips once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.colors import to_hex
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D, BboxTransformTo, IdentityTransform, Transform

from animations.formats.paths import UNITS, number, path_data

AS_IT_IS = IdentityTransform()


class Looks:
    """What the shapes of a film look like.

    panels     the shapes of the drawings that the page shows: each of these cuts off what lies outside of it
    clips      shape of a clip path → its name
    hatches    pattern → its name
    colours    each colour so far → its number
    """

    def __init__(self, dpi: float, height: float) -> None:
        self.dpi, self.height = dpi, height
        self.flip = Affine2D().scale(1, -1).translate(0, height)
        self.panels: set[str] = set()
        self.clips: dict[str, str] = {}
        self.hatches: dict[str, str] = {}
        self.colours: dict[str, int] = {}

    def of(self, gc: GraphicsContextBase, face: Any) -> dict[str, str] | None:
        """Return fill, stroke and clip as attributes; None if nothing is visible."""
        look = self.fill(gc, face)
        if gc.get_linewidth() > 0 and (opaque := _alpha(gc.get_rgb(), gc)) > 0:
            look["stroke"] = self.colour(gc.get_rgb())
            look |= self._stroke(gc, opaque)
        if not look and not gc.get_hatch():
            return None
        return look | self.clip(gc)

    def colour(self, colour: Any) -> str:
        """Return the variable for a colour."""
        return f"var(--c{self.colours.setdefault(to_hex(colour[:3]), len(self.colours))})"

    def fill(self, gc: GraphicsContextBase, face: Any) -> dict[str, str]:
        """Return the fill as attributes; none if it is not visible."""
        if face is None or (opaque := _alpha(face, gc)) <= 0:
            return {}
        return {"fill": self.colour(face)} | ({"fill-opacity": f"{opaque:.3g}"} if opaque < 1 else {})

    def _stroke(self, gc: GraphicsContextBase, opaque: float) -> dict[str, str]:
        scale = self.dpi / 72
        look = {"stroke-width": number(gc.get_linewidth() * scale)}
        if opaque < 1:
            look["stroke-opacity"] = f"{opaque:.3g}"
        offset, dashes = cast(tuple[float, Sequence[float] | None], gc.get_dashes())
        if dashes is not None:
            look["stroke-dasharray"] = " ".join(number(dash * scale) for dash in dashes)
            if offset:
                look["stroke-dashoffset"] = number(offset * scale)
        if gc.get_joinstyle() != "round":
            look["stroke-linejoin"] = str(gc.get_joinstyle())
        if gc.get_capstyle() != "butt":
            look["stroke-linecap"] = {"projecting": "square"}.get(gc.get_capstyle(), "round")
        return look

    def clip(self, gc: GraphicsContextBase, turn: Transform = AS_IT_IS) -> dict[str, str]:
        """Return the clip attribute: a path, or else a rectangle, in the coordinates before `turn`."""
        path, transform = cast(tuple[Outline | None, Any], gc.get_clip_path())
        rectangle = gc.get_clip_rectangle()
        if path is not None and not np.isfinite(transform.transform_affine(path.vertices)).all():
            path = None
        if path is not None:
            shape = _cut(path, transform + self.flip + turn)
        elif rectangle is None:
            return {}
        elif turn is AS_IT_IS:  # nearly always, so the short way
            shape = self.rectangle(*rectangle.extents)
        else:
            shape = _cut(Outline.unit_rectangle(), BboxTransformTo(rectangle) + self.flip + turn)
        if shape in self.panels:
            return {}
        return {"clip-path": f"var(--{self.clips.setdefault(shape, f'clip{len(self.clips)}')})"}

    def rectangle(self, x0: float, y0: float, x1: float, y1: float) -> str:
        """Return a rectangle as a path; y is counted from below."""
        left, top, right, bottom = (round(UNITS * each) for each in (x0, self.height - y1, x1, self.height - y0))
        return f"M{left} {top}h{right - left}v{bottom - top}h{left - right}z"

    def hatch(self, gc: GraphicsContextBase) -> str:
        """Return the variable for a hatch."""
        side, colour = int(self.dpi), self.colour(gc.get_hatch_color())
        outline = gc.get_hatch_path(6.0)
        lines = path_data(outline.transformed(Affine2D().scale(side, -side).translate(0, side)).vertices, outline.codes)
        line = number(gc.get_hatch_linewidth() * self.dpi / 72)
        pattern = (
            f'<path d="{lines}" fill="{colour}" stroke="{colour}" stroke-width="{line}" stroke-linecap="butt" '
            f'stroke-linejoin="miter"/>'
        )
        return f"var(--{self.hatches.setdefault(pattern, f'hatch{len(self.hatches)}')})"


def _cut(path: Outline, transform: Transform) -> str:
    outline = path.cleaned(transform, curves=True)
    return path_data(outline.vertices, outline.codes)


def _alpha(colour: Sequence[float], gc: GraphicsContextBase) -> float:
    """Return how opaque a colour is, 0 … 1."""
    if gc.get_forced_alpha():
        return gc.get_alpha()
    return float(colour[3]) if len(colour) == 4 else 1.0
