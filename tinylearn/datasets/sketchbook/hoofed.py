"""Deer and horse: the same coats, the same places, the same walk. What tells them apart is their shape."""

from __future__ import annotations

import numpy as np

from tinylearn.datasets.sketchbook.canvas import Canvas
from tinylearn.datasets.sketchbook.colours import BLACK, COATS, HORNS, WHITE
from tinylearn.datasets.sketchbook.scenery import LEAVES, MEADOW, WOOD, backdrop, grass, posts, shadow
from tinylearn.datasets.sketchbook.shapes import Value, along


def deer(canvas: Canvas) -> None:
    """Slender: thin legs, a thin upright neck, wide ears, antlers, and a short tail on a white rump."""
    coat = outdoors(canvas)
    horns, grown = canvas.pick(HORNS), canvas.chance(0.85)
    legs(canvas, coat, hips=(-0.4, 0.22), top=-0.05, width=0.1, end_width=0.06)
    canvas.ellipse((-0.1, 0.0), (0.46, 0.17), coat, angle=4)
    canvas.ellipse((-0.53, 0.04), (0.09, 0.13), coat * 0.4 + WHITE * 0.6)
    canvas.line((-0.55, 0.1), (-0.64, 0.02), 0.09, coat)
    grazing = canvas.chance(0.2)
    nape = along((0.26, 0.06), np.where(grazing, canvas.between(-45, -25), canvas.between(52, 75)), 0.45)
    canvas.line((0.24, 0.04), nape, 0.22, coat, 0.12)
    nod = np.where(grazing, -60, canvas.between(-35, -10))
    canvas.line(nape, along(nape, nod, 0.2), 0.15, coat, 0.08)
    canvas.line(along(nape, nod, 0.2), along(nape, nod, 0.22), 0.07, BLACK)
    for side in (0, 1):
        beam = nod + 95 + 38 * side
        canvas.line(nape, along(nape, nod + 190 - 90 * side, 0.14), 0.06, coat, 0.03)
        horn = along(nape, beam, 0.2)
        tip = along(horn, beam - 30, 0.2)
        canvas.line(nape, horn, 0.06, horns, 0.05, only=grown)
        canvas.line(horn, tip, 0.05, horns, 0.04, only=grown)
        canvas.line(horn, along(horn, beam + 50, 0.14), 0.05, horns, 0.04, only=grown)
    grass(canvas)


def horse(canvas: Canvas) -> None:
    """Heavy: a deep chest, a thick neck with a mane, a long head, a tail down to the hocks."""
    coat = outdoors(canvas)
    hair = np.where(canvas.chance(0.5)[:, None], coat * 0.4, coat * 0.5 + WHITE * 0.5)
    legs(canvas, coat, hips=(-0.42, 0.28), top=-0.1, width=0.17, end_width=0.09)
    swish = along((-0.6, 0.1), canvas.between(-125, -95), 0.3)
    canvas.line((-0.52, 0.18), swish, 0.1, hair, 0.15)
    canvas.line(swish, along(swish, canvas.between(-110, -85), 0.3), 0.15, hair, 0.06)
    canvas.ellipse((-0.12, 0.04), (0.5, 0.24), coat)
    canvas.ellipse((-0.38, 0.08), (0.22, 0.22), coat)
    grazing = canvas.chance(0.2)
    lift = np.where(grazing, canvas.between(-45, -25), canvas.between(40, 60))
    nape = along((0.28, 0.12), lift, 0.46)
    canvas.line(along((0.2, 0.16), lift + 90, 0.08), along(nape, lift + 90, 0.07), 0.14, hair)
    canvas.line((0.22, 0.08), nape, 0.36, coat, 0.19)
    nod = np.where(grazing, -65, canvas.between(-55, -25))
    canvas.line(nape, along(nape, nod, 0.34), 0.19, coat, 0.12)
    canvas.line(nape, along(nape, nod + 125, 0.15), 0.08, coat, 0.02)
    grass(canvas)


def outdoors(canvas: Canvas) -> np.ndarray:
    """Paint where hoofed animals live, give them a place there, and return their coats (N, 3)."""
    backdrop(canvas, MEADOW, WOOD, LEAVES)
    posts(canvas)
    canvas.place(tilt=8)
    shadow(canvas, -0.88, 0.7)
    return canvas.stand_out(COATS)


def legs(
    canvas: Canvas, coat: np.ndarray, hips: tuple[float, float], top: Value, width: Value, end_width: Value
) -> None:
    """Paint four legs in some phase of a walk, the far pair darker, from the hips down to the ground at -0.88."""
    for hip in hips:
        stride = canvas.between(-0.2, 0.2)
        for side, colour in ((-1, coat * 0.65), (1, coat)):
            foot = hip + side * stride + 0.04 * side
            knee = ((hip + foot) / 2 + 0.03, (top - 0.88) / 2)
            canvas.line((hip, top), knee, width, colour, end_width)
            canvas.line(knee, (foot, -0.84), end_width, colour)
            canvas.line((foot, -0.86), (foot + 0.04, -0.88), end_width, BLACK)
