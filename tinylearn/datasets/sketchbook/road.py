"""Car and truck: the same paints on the same roads."""

from __future__ import annotations

import numpy as np

from tinylearn.datasets.sketchbook.canvas import Canvas
from tinylearn.datasets.sketchbook.colours import BLACK, GLASS, LAMP, PAINTS, TAIL_LAMP, TYRE, WHITE
from tinylearn.datasets.sketchbook.scenery import MEADOW, ROAD, TOWN, backdrop, posts, shadow
from tinylearn.datasets.sketchbook.shapes import Value


def car_from_side(canvas: Canvas) -> None:
    """Low: a long body, a cabin with two windows, two wheels."""
    paint = on_the_road(canvas)
    shadow(canvas, -0.52, 0.95)
    roof, rear, front = canvas.between(0.28, 0.42), canvas.between(-0.5, -0.3), canvas.between(0.12, 0.28)
    canvas.polygon([(rear - 0.22, -0.06), (front + 0.32, -0.06), (front, roof), (rear, roof)], paint * 0.9)
    inside = roof - 0.07
    middle = (rear + front) / 2
    canvas.polygon([(rear - 0.1, 0), (middle - 0.04, 0), (middle - 0.04, inside), (rear + 0.03, inside)], GLASS)
    canvas.polygon([(middle + 0.04, 0), (front + 0.2, 0), (front - 0.03, inside), (middle + 0.04, inside)], GLASS)
    canvas.line((-0.8, -0.16), (0.8, -0.2), 0.32, paint, 0.26)
    canvas.box(-0.94, -0.4, 0.94, -0.18, paint)
    canvas.box(-0.94, -0.42, 0.94, -0.34, paint * 0.5)
    canvas.ellipse((0.88, -0.16), (0.08, 0.07), LAMP)
    canvas.ellipse((-0.9, -0.16), (0.06, 0.07), TAIL_LAMP)
    for axle in (-0.56, 0.56):
        wheel(canvas, axle, -0.38, 0.22)


def car_from_front(canvas: Canvas) -> None:
    """Wide and low: a windscreen, two lamps, a grille, two tyres below."""
    paint = on_the_road(canvas)
    shadow(canvas, -0.68, 0.85)
    roof = canvas.between(0.4, 0.55)
    for side in (-1, 1):
        canvas.box(0.58 * side - 0.13, -0.72, 0.58 * side + 0.13, -0.3, TYRE)
    canvas.polygon([(-0.68, -0.02), (0.68, -0.02), (0.46, roof), (-0.46, roof)], paint * 0.9)
    canvas.polygon([(-0.54, 0.03), (0.54, 0.03), (0.38, roof - 0.09), (-0.38, roof - 0.09)], GLASS)
    canvas.line((-0.62, -0.24), (0.62, -0.24), 0.5, paint)
    canvas.box(-0.82, -0.5, 0.82, -0.3, paint * 0.75)
    canvas.box(-0.32, -0.42, 0.32, -0.24, BLACK)
    for side in (-1, 1):
        canvas.ellipse((0.62 * side, -0.16), (0.15, 0.1), LAMP)
        canvas.line((0.72 * side, 0.08), (0.82 * side, 0.1), 0.1, paint)


def box_truck(canvas: Canvas) -> None:
    """A cab, and behind it a box that is higher."""
    paint = on_the_road(canvas)
    load = canvas.pick(PAINTS)
    chassis(canvas)
    top = canvas.between(0.4, 0.65)
    canvas.box(-0.95, -0.36, 0.34, top, load)
    canvas.box(-0.95, -0.05, 0.34, 0.1, canvas.pick(PAINTS), only=canvas.chance(0.4))
    cab(canvas, paint)


def tank_truck(canvas: Canvas) -> None:
    """A cab, and behind it a lying cylinder."""
    paint = on_the_road(canvas)
    tank = canvas.pick(PAINTS)
    chassis(canvas)
    canvas.line((-0.7, -0.02), (0.1, -0.02), 0.54, tank)
    canvas.line((-0.7, 0.1), (0.1, 0.1), 0.1, tank * 0.5 + WHITE * 0.5)
    for band in (-0.55, -0.1):
        canvas.box(band - 0.04, -0.28, band + 0.04, 0.24, tank * 0.6)
    cab(canvas, paint)


def dump_truck(canvas: Canvas) -> None:
    """A cab, and behind it an open bed with a heap in it."""
    paint = on_the_road(canvas)
    bed, heap = canvas.pick(PAINTS), canvas.pick(PAINTS) * 0.6
    chassis(canvas)
    canvas.ellipse((-0.35, 0.08), (0.45, canvas.between(0.1, 0.4)), heap)
    canvas.polygon([(-0.8, -0.32), (0.26, -0.32), (0.34, 0.12), (-0.97, 0.12)], bed)
    for rib in (-0.65, -0.32, 0.0):
        canvas.line((rib, -0.28), (rib, 0.08), 0.07, bed * 0.6)
    cab(canvas, paint)


def truck_from_front(canvas: Canvas) -> None:
    """High and narrow: a flat face with a large windscreen, the load behind it higher still, lamps low down."""
    paint = on_the_road(canvas)
    shadow(canvas, -0.9, 0.7)
    for side in (-1, 1):
        canvas.box(0.44 * side - 0.13, -0.92, 0.44 * side + 0.13, -0.5, TYRE)
    canvas.box(-0.62, -0.5, 0.62, canvas.between(0.7, 0.95), canvas.pick(PAINTS))
    canvas.box(-0.55, -0.7, 0.55, 0.5, paint)
    canvas.box(-0.46, 0.02, 0.46, 0.38, GLASS)
    canvas.box(-0.3, -0.48, 0.3, -0.12, BLACK)
    for bar in (-0.39, -0.21):
        canvas.box(-0.3, bar - 0.03, 0.3, bar + 0.03, WHITE * 0.7)
    canvas.box(-0.58, -0.74, 0.58, -0.6, paint * 0.5)
    for side in (-1, 1):
        canvas.ellipse((0.42 * side, -0.52), (0.1, 0.08), LAMP)
        canvas.box(0.68 * side - 0.06, 0.0, 0.68 * side + 0.06, 0.3, BLACK)


def on_the_road(canvas: Canvas) -> np.ndarray:
    """Paint where cars and trucks drive, give them a place there, and return their paints (N, 3)."""
    backdrop(canvas, ROAD, TOWN, MEADOW)
    posts(canvas)
    canvas.place(tilt=6)
    return canvas.stand_out(PAINTS)


def cab(canvas: Canvas, paint: np.ndarray) -> None:
    """Paint a driver's cab at the right end: flat-nosed or with a bonnet."""
    nose, roof = canvas.between(0.0, 0.25), canvas.between(0.2, 0.4)
    canvas.box(0.38, -0.4, 0.92, -0.05, paint)
    canvas.polygon([(0.38, -0.1), (0.92 - nose, -0.1), (0.86 - nose, roof), (0.38, roof)], paint)
    canvas.polygon([(0.5, 0.0), (0.87 - nose, 0.0), (0.82 - nose, roof - 0.08), (0.5, roof - 0.08)], GLASS)
    canvas.ellipse((0.9, -0.28), (0.06, 0.07), LAMP)
    wheel(canvas, 0.64, -0.46, 0.2)


def chassis(canvas: Canvas) -> None:
    """Paint the frame and the wheels that carry the load."""
    shadow(canvas, -0.62, 0.95)
    canvas.box(-0.95, -0.46, 0.9, -0.34, BLACK)
    canvas.box(0.2, -0.4, 0.5, -0.1, BLACK)
    wheel(canvas, -0.68, -0.46, 0.2)
    wheel(canvas, -0.22, -0.46, 0.2, only=canvas.chance(0.6))


def wheel(canvas: Canvas, x: float, y: float, radius: float, only: Value = 1.0) -> None:
    """Paint a tyre with its hub."""
    canvas.ellipse((x, y), (radius, radius), TYRE, only=only)
    canvas.ellipse((x, y), (radius * 0.45, radius * 0.45), WHITE * 0.75, only=only)
