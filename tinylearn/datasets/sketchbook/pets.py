"""Cat and dog, in coats of the same colours, at home and outside: standing, sitting, and face to face."""

from __future__ import annotations

import numpy as np

from tinylearn.datasets.sketchbook.canvas import Canvas
from tinylearn.datasets.sketchbook.colours import BLACK, CAT_EYES, COATS, NOSE, TONGUE, WHITE
from tinylearn.datasets.sketchbook.scenery import MEADOW, ROOM, TOWN, backdrop, shadow
from tinylearn.datasets.sketchbook.shapes import Point, along


def cat_standing(canvas: Canvas) -> None:
    """A long low body, a round head with pointed ears, a thin tail held high."""
    coat = at_home(canvas)
    shadow(canvas, -0.68, 0.6)
    tip = along((-0.62, 0.3), canvas.between(60, 150), 0.34)
    canvas.line((-0.5, -0.1), (-0.62, 0.3), 0.13, coat, 0.11)
    canvas.line((-0.62, 0.3), tip, 0.11, coat, 0.09)
    paws(canvas, coat, hips=(-0.42, 0.22), ground=-0.66)
    canvas.line((-0.38, -0.12), (0.22, -0.1), 0.42, coat, 0.38)
    cat_head(canvas, coat, (0.48, 0.22), 0.27)


def cat_sitting(canvas: Canvas) -> None:
    """Seen from the front: a pear with a round head on top, the tail laid around it."""
    coat = at_home(canvas)
    shadow(canvas, -0.82, 0.6)
    canvas.line((0.3, -0.75), (0.62, -0.6), 0.15, coat * 0.8)
    canvas.line((0.62, -0.6), along((0.62, -0.6), canvas.between(60, 150), 0.3), 0.14, coat * 0.8, 0.1)
    canvas.ellipse((0, -0.45), (0.42, 0.4), coat)
    canvas.line((0, -0.4), (0, 0.1), 0.7, coat, 0.4)
    canvas.ellipse((0, -0.25), (0.17, 0.3), coat * 0.4 + WHITE * 0.6, only=canvas.chance(0.5))
    for side in (-1, 1):
        canvas.line((0.13 * side, -0.4), (0.13 * side, -0.78), 0.15, coat * 0.85, 0.17)
    cat_head(canvas, coat, (0, 0.4), 0.36)


def cat_face(canvas: Canvas) -> None:
    """A round face that fills the picture."""
    coat = at_home(canvas)
    canvas.ellipse((0, -0.9), (0.55, 0.5), coat * 0.85)
    cat_head(canvas, coat, (0, -0.1), 0.72)


def cat_head(canvas: Canvas, coat: np.ndarray, centre: Point, radius: float) -> None:
    """Paint a head of that radius: pointed ears, stripes, bright eyes with a slit, a small nose, whiskers."""
    x, y = centre
    muzzle, eyes = coat * 0.5 + WHITE * 0.5, canvas.pick(CAT_EYES)
    stripes = canvas.chance(0.5)
    for side in (-1, 1):
        ear = [(x + side * radius * a, y + radius * b) for a, b in ((0.95, 0.3), (0.1, 0.85), (0.85, 1.45))]
        inner = [(x + side * radius * a, y + radius * b) for a, b in ((0.8, 0.6), (0.4, 0.8), (0.77, 1.15))]
        canvas.polygon(ear, coat)
        canvas.polygon(inner, NOSE * 0.8)
    canvas.ellipse(centre, (radius, radius * 0.88), coat)
    for shift in (-0.25, 0, 0.25):
        start, end = (x + shift * radius, y + 0.85 * radius), (x + shift * radius * 0.8, y + 0.45 * radius)
        canvas.line(start, end, 0.1 * radius, coat * 0.5, only=stripes)
    canvas.ellipse((x, y - 0.4 * radius), (0.42 * radius, 0.3 * radius), muzzle)
    for side in (-1, 1):
        eye = (x + 0.42 * side * radius, y + 0.1 * radius)
        canvas.ellipse(eye, (0.24 * radius, 0.19 * radius), eyes)
        canvas.ellipse(eye, (0.09 * radius, 0.19 * radius), BLACK)
        for rise in (-0.15, 0.1):
            cheek = (x + 0.4 * side * radius, y - 0.4 * radius)
            canvas.line(cheek, (x + 1.2 * side * radius, y + (rise - 0.4) * radius), 0.035 * radius, WHITE)
    canvas.ellipse((x, y - 0.25 * radius), (0.13 * radius, 0.09 * radius), NOSE)


def dog_standing(canvas: Canvas) -> None:
    """Long legs, a deep chest, a long muzzle, a hanging ear, a tail that wags."""
    coat = at_home(canvas)
    ear = np.where(canvas.chance(0.5)[:, None], coat * 0.55, coat * 0.8)
    shadow(canvas, -0.82, 0.6)
    canvas.line((-0.5, 0.05), along((-0.5, 0.05), canvas.between(110, 170), 0.36), 0.14, coat, 0.06)
    paws(canvas, coat, hips=(-0.42, 0.22), ground=-0.8)
    canvas.line((-0.36, -0.08), (0.2, -0.1), 0.36, coat, 0.48)
    canvas.line((0.22, 0.0), (0.4, 0.34), 0.34, coat, 0.26)
    nod = canvas.between(-25, 10)
    muzzle = along((0.5, 0.38), nod, 0.36)
    canvas.ellipse((0.44, 0.42), (0.24, 0.21), coat)
    canvas.line((0.5, 0.38), muzzle, 0.28, coat, 0.17)
    canvas.ellipse(along(muzzle, nod + 30, 0.05), (0.07, 0.06), BLACK)
    canvas.line((0.34, 0.5), along((0.34, 0.5), canvas.between(-110, -80), 0.34), 0.15, ear, 0.2)
    canvas.ellipse((0.52, 0.47), (0.05, 0.05), BLACK)
    canvas.line(along(muzzle, -90, 0.1), along(muzzle, -90, 0.2), 0.1, TONGUE, only=canvas.chance(0.4))


def dog_sitting(canvas: Canvas) -> None:
    """Seen from the front: straight forelegs, a chest, the face of a dog."""
    coat = at_home(canvas)
    shadow(canvas, -0.86, 0.6)
    canvas.line((0.3, -0.7), along((0.3, -0.7), canvas.between(0, 60), 0.4), 0.12, coat * 0.8, 0.06)
    for side in (-1, 1):
        canvas.ellipse((0.3 * side, -0.62), (0.2, 0.24), coat * 0.8)
    canvas.line((0, -0.4), (0, 0.15), 0.6, coat, 0.44)
    canvas.ellipse((0, -0.2), (0.17, 0.3), coat * 0.4 + WHITE * 0.6, only=canvas.chance(0.5))
    for side in (-1, 1):
        canvas.line((0.17 * side, -0.3), (0.17 * side, -0.8), 0.2, coat * 0.9, 0.18)
    dog_head(canvas, coat, (0, 0.42), 0.36)


def dog_face(canvas: Canvas) -> None:
    """A long face that fills the picture."""
    coat = at_home(canvas)
    canvas.ellipse((0, -0.9), (0.5, 0.5), coat * 0.85)
    dog_head(canvas, coat, (0, 0.05), 0.68)


def dog_head(canvas: Canvas, coat: np.ndarray, centre: Point, radius: float) -> None:
    """Paint a head of that radius: hanging ears, dark eyes, a large muzzle with a large black nose, a tongue."""
    x, y = centre
    ear = np.where(canvas.chance(0.6)[:, None], coat * 0.5, coat * 0.75)
    muzzle = np.where(canvas.chance(0.6)[:, None], coat * 0.4 + WHITE * 0.6, coat * 0.85)
    tongue, patch = canvas.chance(0.6), canvas.chance(0.3)
    canvas.ellipse(centre, (radius * 0.82, radius * 0.9), coat)
    canvas.ellipse((x + 0.35 * radius, y + 0.2 * radius), (0.3 * radius, 0.32 * radius), ear, only=patch)
    for side in (-1, 1):
        root = (x + 0.72 * side * radius, y + 0.6 * radius)
        canvas.line(root, (x + 1.0 * side * radius, y - 0.4 * radius), 0.36 * radius, ear, 0.5 * radius)
        canvas.ellipse((x + 0.34 * side * radius, y + 0.2 * radius), (0.13 * radius, 0.14 * radius), BLACK)
    canvas.line((x, y - 0.8 * radius), (x, y - 1.1 * radius), 0.3 * radius, TONGUE, only=tongue)
    canvas.line((x, y), (x, y - 0.5 * radius), 0.4 * radius, muzzle, 0.85 * radius)
    canvas.ellipse((x, y - 0.28 * radius), (0.25 * radius, 0.18 * radius), BLACK)
    canvas.line((x, y - 0.4 * radius), (x, y - 0.75 * radius), 0.06 * radius, BLACK)


def at_home(canvas: Canvas) -> np.ndarray:
    """Paint where pets live, give them a place there, and return their coats (N, 3)."""
    backdrop(canvas, ROOM, ROOM, MEADOW, TOWN)
    canvas.place(tilt=10)
    return canvas.stand_out(COATS)


def paws(canvas: Canvas, coat: np.ndarray, hips: tuple[float, float], ground: float) -> None:
    """Paint four legs, the far pair darker, from the hips down to the ground."""
    for hip in hips:
        stride = canvas.between(-0.15, 0.15)
        for side, colour in ((-1, coat * 0.65), (1, coat)):
            foot = (hip + side * stride + 0.05 * side, ground)
            canvas.line((hip, -0.1), foot, 0.2, colour, 0.12)
            canvas.line(foot, (foot[0] + 0.06, ground), 0.11, colour)
