"""Plane and ship."""

from __future__ import annotations

import numpy as np

from tinylearn.datasets.sketchbook.canvas import Canvas
from tinylearn.datasets.sketchbook.colours import BLACK, FOAM, GLASS, METALS, PAINTS, SAILS, WHITE
from tinylearn.datasets.sketchbook.scenery import MEADOW, POND, ROAD, SEA, SKY, TOWN, backdrop
from tinylearn.datasets.sketchbook.shapes import Point


def plane_from_side(canvas: Canvas) -> None:
    """A long tube with windows, a tall fin at its tail, a swept wing with an engine below."""
    metal, trim = in_the_air(canvas, tilt=15)
    canvas.polygon([(0.05, 0.0), (0.28, 0.0), (-0.12, 0.42), (-0.24, 0.42)], metal * 0.6)
    canvas.polygon([(-0.92, 0.55), (-0.72, 0.55), (-0.42, 0.06), (-0.8, 0.06)], trim)
    canvas.line((-0.82, 0.08), (0.68, 0.0), 0.12, metal, 0.28)
    canvas.line((-0.5, 0.02), (0.8, -0.02), 0.22, metal, 0.2)
    canvas.line((0.74, 0.06), (0.84, 0.03), 0.07, BLACK)
    canvas.line((-0.45, 0.05), (0.58, 0.04), 0.055, canvas.pick(PAINTS) * 0.5)
    canvas.polygon([(-0.85, 0.1), (-0.6, 0.1), (-0.88, -0.12), (-0.98, -0.12)], metal * 0.7)
    for shift in (0.0, 0.32):
        canvas.line((shift - 0.18, -0.24), (shift + 0.02, -0.24), 0.14, trim * 0.7)
    canvas.polygon([(-0.05, -0.06), (0.35, -0.06), (-0.3, -0.55), (-0.5, -0.55)], metal * 0.75)


def plane_from_above(canvas: Canvas) -> None:
    """A cross: a tube, two long wings swept back, two short ones at the tail, in any direction."""
    metal, trim = in_the_air(canvas, tilt=180)
    sweep = canvas.between(0.05, 0.4)
    for side in (-1, 1):
        canvas.polygon(
            [(0.3, 0.05 * side), (-0.06, 0.05 * side), (-0.12 - sweep, 0.92 * side), (0.02 - sweep, 0.92 * side)],
            metal * (0.85 + 0.1 * side),
        )
        canvas.polygon(
            [(-0.62, 0), (-0.86, 0), (-0.96, 0.34 * side), (-0.84, 0.34 * side)], metal * (0.85 + 0.1 * side)
        )
        canvas.line((0.0, 0.36 * side), (0.24, 0.36 * side), 0.12, trim * 0.7)
    canvas.line((-0.85, 0), (0.75, 0), 0.14, metal, 0.24)
    canvas.line((0.75, 0), (0.9, 0), 0.2, metal, 0.1)
    canvas.line((-0.9, 0), (-0.6, 0), 0.09, trim)
    canvas.line((0.78, -0.04), (0.78, 0.04), 0.08, BLACK)


def plane_from_front(canvas: Canvas) -> None:
    """Coming towards us: a round nose, wings that rise to both sides, an engine under each, a fin above."""
    metal, trim = in_the_air(canvas, tilt=25)
    rise = canvas.between(0.0, 0.15)
    canvas.line((0, 0.1), (0, 0.55), 0.12, trim, 0.06)
    for side in (-1, 1):
        canvas.line((0, 0.3), (0.32 * side, 0.34), 0.08, metal * 0.8, 0.05)
        canvas.line((0, -0.08), (0.96 * side, rise), 0.16, metal * 0.8, 0.05)
        canvas.ellipse((0.4 * side, -0.14), (0.12, 0.12), trim * 0.7)
        canvas.ellipse((0.4 * side, -0.14), (0.07, 0.07), BLACK)
    canvas.ellipse((0, 0.0), (0.23, 0.23), metal)
    canvas.line((-0.09, 0.08), (0.09, 0.08), 0.08, BLACK)


def in_the_air(canvas: Canvas, tilt: float) -> tuple[np.ndarray, np.ndarray]:
    """Paint where planes are, give them a place there, and return the colours (N, 3) of metal and trim."""
    backdrop(canvas, SKY, SKY, SKY, ROAD, MEADOW)
    canvas.place(tilt=tilt)
    return canvas.stand_out(METALS), canvas.pick(PAINTS)


def steamer(canvas: Canvas) -> None:
    """A long hull with a pointed bow, white decks with windows, one or two funnels."""
    hull = at_sea(canvas)
    funnel, decks = canvas.pick(PAINTS), canvas.pick(METALS)
    canvas.line((-0.3, 0.2), (-0.32, 0.62), 0.18, funnel)
    canvas.line((-0.31, 0.5), (-0.32, 0.62), 0.18, BLACK)
    canvas.line((0.05, 0.2), (0.03, 0.58), 0.18, funnel, only=canvas.chance(0.5))
    canvas.line((0.42, 0.0), (0.42, 0.6), 0.05, BLACK)
    canvas.box(-0.7, -0.2, 0.45, 0.12, decks)
    canvas.box(-0.58, 0.1, 0.25, 0.28, decks)
    canvas.line((-0.6, 0.0), (0.35, 0.0), 0.07, GLASS * 0.5)
    floating_hull(canvas, hull)


def cargo_ship(canvas: Canvas) -> None:
    """A long hull, containers in many colours, a tall bridge at the stern."""
    hull = at_sea(canvas)
    canvas.box(-0.8, -0.2, -0.52, 0.5, canvas.pick(METALS))
    canvas.line((-0.74, 0.36), (-0.56, 0.36), 0.08, BLACK)
    canvas.line((-0.66, 0.5), (-0.66, 0.68), 0.05, BLACK)
    for column in range(4):
        left = -0.46 + 0.27 * column
        for row, only in ((0, 1.0), (1, canvas.chance(0.7))):
            bottom = -0.2 + 0.22 * row
            canvas.box(left, bottom, left + 0.24, bottom + 0.2, canvas.pick(PAINTS), only=only)
    floating_hull(canvas, hull)


def sailing_boat(canvas: Canvas) -> None:
    """A short hull, a mast, a large sail behind it and a small one before."""
    hull = at_sea(canvas)
    cloth, lean = canvas.pick(SAILS), canvas.between(-0.05, 0.05)
    canvas.line((0.05, -0.5), (0.05 + lean, 0.92), 0.06, BLACK)
    canvas.polygon([(0.0, -0.35), (lean, 0.88), (-0.62, -0.35)], cloth)
    canvas.polygon([(0.12, -0.35), (0.1 + lean, 0.7), (0.62, -0.35)], cloth * 0.85)
    floating_hull(canvas, hull, bow=(0.78, -0.38), stern=(-0.7, -0.42), keel=-0.68)


def at_sea(canvas: Canvas) -> np.ndarray:
    """Paint where ships are, give them a place there, and return the paints (N, 3) of their hulls."""
    backdrop(canvas, SEA, SEA, SEA, POND, TOWN)
    canvas.place(tilt=6)
    return canvas.stand_out(PAINTS)


def floating_hull(
    canvas: Canvas, paint: np.ndarray, bow: Point = (0.97, -0.1), stern: Point = (-0.95, -0.18), keel: float = -0.52
) -> None:
    """Paint a hull from stern to bow, a stripe along it, and the foam at its waterline."""
    canvas.polygon([stern, bow, (bow[0] - 0.25, keel), (stern[0] + 0.1, keel)], paint)
    canvas.line((stern[0] + 0.05, stern[1] - 0.06), (bow[0] - 0.08, bow[1] - 0.08), 0.06, WHITE * 0.9)
    canvas.line((stern[0] - 0.02, keel), (bow[0] - 0.1, keel), 0.09, FOAM)
