"""A canvas on which N pictures are painted at once, each in a pose and in colours of its own.

    the picture: x right, y up            the thing, as it is written down
    -1 ┌────────────┐ y = 1               place() moves, turns, scales and mirrors the grid, not the shapes:
       │    ┌─────┐ │                     the thing itself is always the same size, upright, facing right,
       │    │ >o< │ │                     between -1 and 1 both ways
       │    └─────┘ │
       └────────────┘ y = -1

All that differs from picture to picture is an array (N,), drawn from the canvas's generator.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tinylearn.datasets.sketchbook import shapes
from tinylearn.datasets.sketchbook.shapes import Point, Value, each

SIDE = 32  # pixels, as in CIFAR-10
SIZES = (0.76, 1.0)  # of things; 1 fills the picture
_CENTRES = (np.arange(SIDE, dtype=np.float32) + 0.5) / (SIDE / 2) - 1


class Canvas:
    """N pictures in the making.

    pixels    (N, 3, 32, 32) float32: colours, channels first while painting
    covered   (N, 32, 32) float32: how much of each pixel the thing covers, of all that was painted since `place`
    x, y      (1, 32, 32), after `place` (N, 32, 32), float32: where each pixel lies, in the coordinates of the thing

    >>> canvas = Canvas(2, np.random.default_rng(0))
    >>> canvas.ellipse((0, 0), (0.5, np.array([0.25, 0.5])), np.ones(3))  # white on black: an ellipse, a disc
    >>> canvas.covered.sum(axis=(1, 2)).round()                           # π · 8 · 4 and π · 8 · 8 pixels
    array([101., 201.], dtype=float32)
    """

    def __init__(self, n: int, rng: np.random.Generator) -> None:
        self.n, self.rng = n, rng
        self.pixels = np.zeros((n, 3, SIDE, SIDE), np.float32)
        self.covered = np.zeros((n, SIDE, SIDE), np.float32)
        self.x, self.y = np.meshgrid(_CENTRES, -_CENTRES)
        self.x, self.y = self.x[None], self.y[None]
        self.scale = each(1.0)

    # what chance decides, (N,) or (N, 3)

    def between(self, low: float, high: float) -> np.ndarray:
        """Return a number in [low, high) for each picture."""
        return self.rng.uniform(low, high, self.n).astype(np.float32)

    def chance(self, probability: float) -> np.ndarray:
        """Return True or False for each picture."""
        return self.rng.random(self.n) < probability

    def pick(self, palette: np.ndarray) -> np.ndarray:
        """Return a colour (N, 3) of the palette for each picture, a little lighter or darker, bluer or redder."""
        colours = palette[self.rng.integers(len(palette), size=self.n)]
        vary = self.rng.normal(0, 0.06, (self.n, 1)) + self.rng.normal(0, 0.02, (self.n, 3))
        return np.clip(colours + vary, 0, 1).astype(np.float32)

    def stand_out(self, palette: np.ndarray) -> np.ndarray:
        """Return, of three colours for each picture, the one that differs most from what is painted so far."""
        candidates = np.stack([self.pick(palette) for _ in range(3)])
        difference = np.abs(candidates - self.pixels.mean((2, 3))).sum(axis=-1)
        return candidates[difference.argmax(axis=0), np.arange(self.n)]

    # where the thing stands

    def place(self, tilt: float) -> None:
        """Give the thing its size, a place where all of it is seen, a tilt up to `tilt` degrees, and a side to face."""
        scale = self.between(*SIZES)
        room = 1 - scale
        left, up = self.between(-1, 1) * room, self.between(-1, 1) * room
        angle = np.deg2rad(self.between(-tilt, tilt))
        facing = np.where(self.chance(0.5), -1, 1)
        x, y = (self.x - each(left)) / each(scale), (self.y - each(up)) / each(scale)
        cos, sin = each(np.cos(angle)), each(np.sin(angle))
        self.x, self.y = (cos * x + sin * y) * each(facing), cos * y - sin * x
        self.scale = each(scale)
        self.covered[:] = 0

    # strokes of the brush

    def paint(self, distance: np.ndarray, colour: np.ndarray, only: Value = 1.0) -> None:
        """Lay `colour`, (3,) or (N, 3), over a shape. `only` (N,): how much of it each picture gets, 0 for none."""
        coverage = np.clip(0.5 - distance * (self.scale * (SIDE / 2)), 0, 1) * each(only)  # distance in pixels
        self.pixels += coverage[:, None] * (np.reshape(colour, (-1, 3, 1, 1)) - self.pixels)
        np.maximum(self.covered, coverage, out=self.covered)

    def line(
        self,
        start: Point,
        end: Point,
        width: Value,
        colour: np.ndarray,
        end_width: Value | None = None,
        only: Value = 1.0,
    ) -> None:
        """Paint a stroke with round ends, as thick at its end as at its start unless `end_width` is given."""
        end_width = width if end_width is None else end_width
        self.paint(shapes.line(self.x, self.y, start, end, width, end_width), colour, only)

    def ellipse(self, centre: Point, radii: Point, colour: np.ndarray, angle: Value = 0.0, only: Value = 1.0) -> None:
        """Paint an ellipse, turned by `angle` degrees."""
        self.paint(shapes.ellipse(self.x, self.y, centre, radii, angle), colour, only)

    def polygon(self, corners: Sequence[Point], colour: np.ndarray, only: Value = 1.0) -> None:
        """Paint a convex polygon."""
        self.paint(shapes.polygon(self.x, self.y, corners), colour, only)

    def box(self, left: Value, bottom: Value, right: Value, top: Value, colour: np.ndarray, only: Value = 1.0) -> None:
        """Paint an upright rectangle."""
        self.polygon([(left, bottom), (right, bottom), (right, top), (left, top)], colour, only)
