"""What lies behind and before the things: sky, meadow, wood, sea, road, room, each as two colours and a horizon.

    ┌──────────┐   above: sky, trees, a wall
    │          │
    │──────────│   horizon
    └──────────┘   below: grass, water, a floor

Patches, lighter or darker, lie over both; on water and streets they are wide and flat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinylearn.datasets.sketchbook.canvas import SIDE, Canvas
from tinylearn.datasets.sketchbook.colours import BLACK, palette
from tinylearn.datasets.sketchbook.shapes import each

SKIES = palette("8fbbe8", "b9d3ea", "5d93d1", "d9e2ea", "a9b3bd", "e8c9a3", "c9a9b0", "4a5f86")
TREES = palette("3d5a34", "56703f", "2c4030", "7a7a4a", "8a6a3a")
GRASS = palette("6f8f45", "8aa05a", "a5a05f", "5a7a3c", "b59a62", "84734f", "dfe3e6")
WATER = palette("3f6f95", "5b8ba8", "2f5573", "6f9a9a", "8f9fa8", "48706a")
STREETS = palette("77797c", "5a5c60", "96938c", "a89c88", "c9c9c7")
TOWNS = palette("b39a82", "8f7766", "c4bdb0", "7a828c", "a0584a", "6a7a5a")
ROOMS = palette("c9b79a", "a8b8b0", "b58f8a", "8a9ab0", "d8d2c4", "6f6258", "c8a86a", "7f8f6a")
POSTS = palette("5a4636", "7a6a55", "3f3a36", "9a9a98")
FLOORS = palette("9a7550", "b8a588", "6a5648", "8a8a8a", "a34f45", "5a6a8a", "d0c4b0")


@dataclass(frozen=True, eq=False)
class Scene:
    """A place: palettes above and below the horizon, where that may lie (y from -1 to 1), and how hilly it is.

    calm: its patches are wide and flat.
    """

    above: np.ndarray
    below: np.ndarray
    horizon: tuple[float, float]
    hills: float = 0.0
    calm: bool = False


SKY = Scene(SKIES, SKIES, (-1.0, 1.0), hills=0.3)
MEADOW = Scene(SKIES, GRASS, (-0.3, 0.6), hills=0.15)
WOOD = Scene(TREES, GRASS, (-0.4, 0.5), hills=0.1)
LEAVES = Scene(TREES, TREES, (-1.0, 1.0), hills=0.6)
SEA = Scene(SKIES, WATER, (-0.3, 0.4), calm=True)
POND = Scene(TREES, WATER, (-0.2, 0.9), hills=0.1, calm=True)
ROAD = Scene(SKIES, STREETS, (-0.3, 0.4), hills=0.05, calm=True)
TOWN = Scene(TOWNS, STREETS, (-0.4, 0.3), hills=0.1, calm=True)
ROOM = Scene(ROOMS, FLOORS, (-0.6, 0.3))


def backdrop(canvas: Canvas, *scenes: Scene) -> None:
    """Paint one of the scenes, chosen anew for each picture, over all that was there."""
    which = (canvas.rng.integers(len(scenes), size=canvas.n), np.arange(canvas.n))
    above = np.stack([canvas.pick(scene.above) for scene in scenes])[which]
    below = np.stack([canvas.pick(scene.below) for scene in scenes])[which]
    horizon = np.stack([canvas.between(*scene.horizon) for scene in scenes])[which]
    hills = np.array([scene.hills for scene in scenes])[which[0]]
    calm = each(np.array([scene.calm for scene in scenes])[which[0]])
    skyline = each(horizon) + each(hills) * patches(canvas, 1, 8)
    ground = np.clip(0.5 - (canvas.y - skyline) * SIDE / 2, 0, 1)[:, None]
    canvas.pixels[:] = above[:, :, None, None] * (1 - ground) + below[:, :, None, None] * ground
    texture = calm * patches(canvas, 16, 5) + (1 - calm) * patches(canvas, 10, 10)
    slope = each(canvas.between(-0.15, 0.15)) * canvas.y
    canvas.pixels += (texture * each(canvas.between(0.03, 0.22)) + slope)[:, None]


def posts(canvas: Canvas) -> None:
    """Paint up to two trunks, poles or pillars behind the thing, from top to bottom or part of the way."""
    for _ in range(2):
        foot, lean, top = canvas.between(-1.2, 1.2), canvas.between(-0.1, 0.1), canvas.between(-0.2, 1.5)
        colour = canvas.pick(POSTS)
        canvas.line((foot, -0.6), (foot + lean, top), canvas.between(0.05, 0.2), colour, only=canvas.chance(0.15))


def grass(canvas: Canvas) -> None:
    """Paint tufts before the thing, that hide a little of its feet."""
    colour = canvas.pick(GRASS)
    for _ in range(4):
        foot, lean, height = canvas.between(-1, 1), canvas.between(-0.1, 0.1), canvas.between(0.1, 0.4)
        canvas.line((foot, -1.1), (foot + lean, height - 1), 0.12, colour, 0.03, only=canvas.chance(0.4))


def shadow(canvas: Canvas, level: float, reach: float) -> None:
    """Darken the ground at the height `level` of the thing."""
    canvas.ellipse((0.0, level), (reach, 0.09), BLACK, only=canvas.between(0, 0.5))


def light(canvas: Canvas) -> None:
    """Light the finished picture: brighter or darker, warmer or colder, from one side, with the grain of a camera."""
    gain = canvas.between(0.7, 1.15)[:, None] * canvas.rng.normal(1, 0.03, (canvas.n, 3))
    across = 1 + each(canvas.between(-0.25, 0.25)) * np.linspace(-1, 1, SIDE, dtype=np.float32)
    grain = (
        canvas.rng.standard_normal(canvas.pixels.shape, np.float32) * canvas.between(0.01, 0.04)[:, None, None, None]
    )
    shading = 1 + canvas.covered * np.clip(canvas.y, -1, 1) * each(canvas.between(0.05, 0.35))  # things, from above
    canvas.pixels *= gain.astype(np.float32)[:, :, None, None] * (across * shading)[:, None]
    canvas.pixels += grain
    np.clip(canvas.pixels, 0, 1, out=canvas.pixels)


def patches(canvas: Canvas, rows: int, columns: int) -> np.ndarray:
    """Return smooth random patches, about -1 to 1: a coarse grid (N, rows, columns), bilinear in between."""
    coarse = canvas.rng.normal(0, 0.5, (canvas.n, rows, columns)).astype(np.float32)
    return _weights(rows) @ coarse @ _weights(columns).T


def _weights(count: int) -> np.ndarray:
    """Return (32, count): how much each pixel takes from each of `count` evenly spaced numbers."""
    place = np.linspace(0, count - 1, SIDE, dtype=np.float32)
    return np.clip(1 - np.abs(place[:, None] - np.arange(count, dtype=np.float32)), 0, 1)
