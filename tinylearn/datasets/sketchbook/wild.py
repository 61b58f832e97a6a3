"""Bird and frog."""

from __future__ import annotations

import numpy as np

from tinylearn.datasets.sketchbook.canvas import Canvas
from tinylearn.datasets.sketchbook.colours import BEAK, BLACK, FEATHERS, FROG_SKINS, WHITE
from tinylearn.datasets.sketchbook.scenery import (
    LEAVES,
    MEADOW,
    POND,
    ROOM,
    SEA,
    SKY,
    WOOD,
    backdrop,
    posts,
    shadow,
)
from tinylearn.datasets.sketchbook.shapes import along


def bird_perched(canvas: Canvas) -> None:
    """A drop of a body on two thin legs, a round head with a beak, a folded wing, a long tail."""
    backdrop(canvas, LEAVES, MEADOW, SEA, SKY)
    posts(canvas)
    canvas.place(tilt=8)
    feathers, belly = plumage(canvas)
    slope = canvas.between(15, 45)
    canvas.line((-1.0, -0.84), (1.0, -0.8), 0.13, canvas.pick(FEATHERS) * 0.5, only=canvas.chance(0.5))
    for hip in (-0.05, 0.12):
        canvas.line((hip, -0.4), (hip + 0.04, -0.78), 0.06, BEAK * 0.8)
        canvas.line((hip + 0.04, -0.78), (hip + 0.16, -0.78), 0.06, BEAK * 0.8)
    rump = along((0, -0.15), slope + 180, 0.4)
    canvas.line(rump, along(rump, slope + 180, 0.45), 0.2, feathers * 0.7, 0.13)
    breast = along((0, -0.15), slope, 0.18)
    canvas.line(breast, rump, 0.62, feathers, 0.2)
    canvas.ellipse(along(breast, slope - 90, 0.12), (0.26, 0.18), belly, angle=slope)
    canvas.line(along(breast, slope + 150, 0.05), along(rump, slope + 180, 0.1), 0.3, feathers * 0.65, 0.1)
    head = along(breast, slope + 25, 0.42)
    canvas.line(head, along(head, canvas.between(-15, 10), canvas.between(0.36, 0.5)), 0.17, BEAK, 0.03)
    canvas.ellipse(head, (0.25, 0.23), feathers)
    canvas.ellipse(along(head, 30, 0.09), (0.06, 0.06), BLACK)


def bird_flying(canvas: Canvas) -> None:
    """Two bent wings, one before and one behind the body, a tail like a fan."""
    backdrop(canvas, SKY, SKY, SEA, MEADOW)
    canvas.place(tilt=15)
    feathers, belly = plumage(canvas)
    flap = canvas.between(25, 70) * np.where(canvas.chance(0.7), 1, -1)
    for lean, colour in ((35, feathers * 0.6), (-5, feathers * 0.85)):
        root = (0.0, 0.02)
        angle = flap + np.sign(flap) * lean + 10
        elbow = along(root, angle, 0.5)
        tip = along(elbow, angle + np.sign(flap) * 45, 0.45)
        canvas.line(root, elbow, 0.4, colour, 0.3)
        canvas.line(elbow, tip, 0.3, colour, 0.04)
    canvas.polygon([(-0.4, 0), (-0.85, 0.17), (-0.92, 0.0), (-0.85, -0.15)], feathers * 0.7)
    canvas.line((0.28, 0.03), (-0.5, 0.0), 0.34, feathers, 0.12)
    canvas.line((0.26, -0.03), (-0.2, -0.04), 0.18, belly, 0.1)
    canvas.line((0.55, 0.1), (0.86, canvas.between(0.0, 0.1)), 0.13, BEAK, 0.03)
    canvas.ellipse((0.48, 0.1), (0.19, 0.17), feathers)
    canvas.ellipse((0.54, 0.14), (0.05, 0.05), BLACK)


def plumage(canvas: Canvas) -> tuple[np.ndarray, np.ndarray]:
    """Return colours (N, 3) of a bird and of its belly, which is often lighter."""
    feathers = canvas.stand_out(FEATHERS)
    belly = np.where(canvas.chance(0.6)[:, None], feathers * 0.4 + WHITE * 0.6, canvas.pick(FEATHERS))
    return feathers, belly


def frog_sitting(canvas: Canvas) -> None:
    """From the side: a low wedge of a body, a great folded hind leg, an eye on top of the head."""
    skin = by_the_pond(canvas)
    belly = skin * 0.5 + WHITE * 0.5
    shadow(canvas, -0.62, 0.8)
    canvas.line((0.34, -0.1), (0.3, -0.55), 0.16, skin * 0.65, 0.12)
    canvas.line((-0.5, -0.32), (0.38, 0.08), 0.46, skin, 0.56)
    canvas.line((-0.2, -0.4), (0.5, -0.08), 0.2, belly, 0.24)
    canvas.ellipse((0.5, 0.14), (0.34, 0.24), skin, angle=-10)
    canvas.line((0.44, 0.04), (0.8, 0.06), 0.05, BLACK)
    canvas.line((0.3, -0.15), (0.42, -0.58), 0.18, skin, 0.12)
    canvas.line((0.42, -0.6), (0.62, -0.6), 0.1, skin)
    spots(canvas, skin, ((-0.3, -0.05), (0.0, 0.1), (-0.1, -0.2)), 0.09)
    canvas.ellipse((-0.42, -0.32), (0.36, 0.22), skin * 0.85, angle=25)
    canvas.line((-0.66, -0.5), (-0.3, -0.6), 0.13, skin * 0.7)
    canvas.line((-0.3, -0.6), (0.05, -0.62), 0.1, skin * 0.85)
    bulging_eye(canvas, skin, (0.46, 0.38), 0.18)


def frog_face(canvas: Canvas) -> None:
    """From the front: wide and flat, two eyes that stand out above, a mouth from side to side, bent legs."""
    skin = by_the_pond(canvas)
    belly = skin * 0.5 + WHITE * 0.5
    shadow(canvas, -0.66, 0.85)
    for side in (-1, 1):
        canvas.ellipse((0.6 * side, -0.3), (0.3, 0.32), skin * 0.75, angle=-30 * side)
        canvas.line((0.6 * side, -0.6), (0.88 * side, -0.62), 0.12, skin * 0.75)
    canvas.ellipse((0, -0.22), (0.56, 0.44), skin)
    canvas.ellipse((0, -0.34), (0.4, 0.3), belly)
    for side in (-1, 1):
        canvas.line((0.34 * side, -0.25), (0.28 * side, -0.6), 0.17, skin * 0.9, 0.13)
        for toe in (-0.14, 0, 0.14):
            canvas.line((0.28 * side, -0.6), (0.28 * side + toe, -0.68), 0.07, skin * 0.9)
    canvas.ellipse((0, 0.12), (0.62, 0.32), skin)
    spots(canvas, skin, ((-0.2, 0.25), (0.15, 0.3), (0.0, 0.15)), 0.08)
    for side in (-1, 1):
        canvas.line((0, 0.0), (0.48 * side, 0.08), 0.06, BLACK)
        bulging_eye(canvas, skin, (0.4 * side, 0.4), 0.22)


def by_the_pond(canvas: Canvas) -> np.ndarray:
    """Paint where frogs live, give them a place there, and return their skins (N, 3)."""
    backdrop(canvas, POND, LEAVES, WOOD, ROOM)
    canvas.place(tilt=10)
    return canvas.stand_out(FROG_SKINS)


def bulging_eye(canvas: Canvas, skin: np.ndarray, centre: tuple[float, float], radius: float) -> None:
    """Paint an eye with a lid of skin around it."""
    canvas.ellipse(centre, (radius, radius), skin)
    canvas.ellipse(centre, (radius * 0.75, radius * 0.7), BEAK * 0.5 + WHITE * 0.5)
    canvas.ellipse(centre, (radius * 0.5, radius * 0.35), BLACK)


def spots(canvas: Canvas, skin: np.ndarray, centres: tuple[tuple[float, float], ...], radius: float) -> None:
    """Paint dark spots on half of the animals."""
    spotted = canvas.chance(0.5)
    for centre in centres:
        canvas.ellipse(centre, (radius, radius * 0.8), skin * 0.45, only=spotted)
