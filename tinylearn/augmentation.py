"""Augmentation: other pictures of the same things. A horse that looks the other way is a horse.

    x (N, H, W, C)  →  mirror some, turn and shift each a little  →  new batch, of the same shape and dtype

Every epoch sees other pixels with the same labels, so that a network cannot learn its pictures by heart. N batch, H W
rows and columns, C channels; the rows of pixels are counted downwards.

Turning is done backwards: for each pixel of the new picture, where in the old one did it come from?

    row, column  →  undo the shift  →  undo the turn about the centre  →  undo the mirror  →  a place in the old picture

It lies between four pixels, which are mixed, the nearer the more (bilinear). What comes from beyond the edge is filled,
by one of two rules:

    "reflect"   d c b a | a b c d | d c b a    the picture mirrored at its edge, again and again
    "nearest"   a a a a | a b c d | d d d d    the pixel at the edge

NumPy's `pad` calls the first of these "symmetric"; Keras, as here, "reflect".
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinylearn.checks import finite, generator, number_between, numbers, real_array

FILLS = ("reflect", "nearest")
PIECE = 8192  # pixels turned at once, which stay in the cache: half the time for 32 images of 32 × 32


class Augment:
    """Mirror, turn and shift each image of a batch by chance: what `fit(augment=…)` calls.

    rotation   degrees: each image is turned by an angle from [-rotation, rotation); at most 180
    shift      a share of the image: it moves by a share of its height, and another of its width, from [-shift, shift)
    flip       whether every second image, on average, is mirrored left to right
    fill       what comes from beyond the edge: "reflect" or "nearest"

    What is not asked for takes no time and no random numbers; of the rest, the generator gives for each batch first who
    is mirrored (N,), then the angles (N,), then the shifts (N, 2). Raises ValueError and TypeError for arguments out of
    range, for a batch that is not (N, H, W, C) and for integers.

    >>> augment = Augment(rotation=20, shift=0.1, flip=True)
    >>> x = np.random.default_rng(0).random((32, 32, 32, 3), np.float32)
    >>> other = augment(x, np.random.default_rng(1))
    >>> other.shape, other.dtype
    ((32, 32, 32, 3), dtype('float32'))
    """

    def __init__(self, *, rotation: float = 0, shift: float = 0, flip: bool = False, fill: str = "reflect") -> None:
        self.rotation = number_between("Augment", "rotation", rotation, -math.inf, math.inf)
        if not 0 <= self.rotation <= 180:
            raise ValueError(f"Augment: rotation must lie in 0 … 180 degrees, to either side, got {self.rotation:g}")
        self.shift = number_between("Augment", "shift", shift, 0, 1)
        self.flip, self.fill = bool(flip), _known_fill("Augment", fill)

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a new batch, changed by what `rng` draws; x stays as it is."""
        x, rng = _images("Augment", x), generator("Augment", rng)
        mirrored, angles, shifts = np.zeros(len(x), bool), np.zeros(len(x)), np.zeros((len(x), 2))
        if self.flip:
            mirrored = rng.random(len(x)) < 0.5
        if self.rotation:
            angles = rng.uniform(-self.rotation, self.rotation, len(x))
        if self.shift:
            shifts = rng.uniform(-self.shift, self.shift, (len(x), 2))
        if self.rotation or self.shift:
            return affine(x, angles, shifts, mirrored, fill=self.fill)
        return flip(x, mirrored)

    def __repr__(self) -> str:
        return f"Augment(rotation={self.rotation:g}, shift={self.shift:g}, flip={self.flip}, fill={self.fill!r})"


def flip(x: np.ndarray, mirrored: Any) -> np.ndarray:
    """Return a copy of x (N, H, W, C) with those images mirrored left to right for which `mirrored` (N,) is True.

    >>> flip(np.array([[[[1.0], [2.0], [3.0]]]]), [True]).ravel()
    array([3., 2., 1.])
    """
    x = _images("flip", x)
    mirrored = _mirrored("flip", x, mirrored)
    out = x.copy()
    out[mirrored] = x[mirrored, :, ::-1]
    return out


def affine(x: np.ndarray, angles: Any, shifts: Any, mirrored: Any, *, fill: str = "reflect") -> np.ndarray:
    """Return a copy of x (N, H, W, C) with each image mirrored or not, turned about its centre, then shifted.

    angles (N,)     degrees, counter-clockwise as one sees it
    shifts (N, 2)   down and to the right, as shares of height and width: above -1, below 1
    mirrored (N,)   True for images to mirror left to right

    Done in one: the pixels are mixed only once, and `flip` before it would take half as long again.

    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    >>> affine(x, [90], [[0, 0]], [False])[0, :, :, 0].round(6)
    array([[2., 4.],
           [1., 3.]])
    >>> affine(x, [0], [[0, 0.5]], [False], fill="nearest")[0, :, :, 0]
    array([[1., 1.],
           [3., 3.]])
    """
    x, angles, shifts, mirrored = _moves("affine", x, angles, shifts, mirrored, fill)
    out = np.empty(x.shape, x.dtype)
    at_once = max(1, PIECE // (x.shape[1] * x.shape[2]))
    for start in range(0, len(x), at_once):
        piece = slice(start, start + at_once)
        rows, columns = _sources(x[piece], angles[piece], shifts[piece], mirrored[piece], fill)
        _read(x[piece], rows, columns, out[piece])
    return out


def _sources(
    x: np.ndarray, angles: np.ndarray, shifts: np.ndarray, mirrored: np.ndarray, fill: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each new pixel where it comes from: rows (N, H, W) and columns (N, H, W), within the image.

    Seen from the centre, u rows below and v columns to the right, a turn by an angle a takes (u, v) to
    (u cos a - v sin a, v cos a + u sin a). The turn by -a, which undoes it, has the other sign before each sine; a
    mirror changes the sign of v.
    """
    (h, w), dtype = x.shape[1:3], np.result_type(x.dtype, np.float32)
    u = np.arange(h) - (h - 1) / 2 - shifts[:, :1] * h  # (N, H)
    v = np.arange(w) - (w - 1) / 2 - shifts[:, 1:] * w  # (N, W)
    cos, sin = np.cos(np.deg2rad(angles))[:, None], np.sin(np.deg2rad(angles))[:, None]  # (N, 1)
    side = np.where(mirrored, -1, 1)[:, None]  # (N, 1)
    rows = (u * cos + (h - 1) / 2).astype(dtype)[:, :, None] + (v * sin).astype(dtype)[:, None, :]
    columns = (v * cos * side + (w - 1) / 2).astype(dtype)[:, None, :] - (u * sin * side).astype(dtype)[:, :, None]
    return _inside(rows, h, fill), _inside(columns, w, fill)


def _inside(places: np.ndarray, size: int, fill: str) -> np.ndarray:
    """Return places in [0, size - 1] that show what `fill` puts at `places`.

    Mirrored at both edges, -½ and size - ½, the image repeats itself every 2 size pixels.
    """
    if fill == "reflect":
        places = places + 0.5
        places -= 2 * size * np.floor(places / (2 * size))  # in [0, 2 size]; % would take ten times as long
        places = size - 0.5 - np.abs(places - size)
    return places.clip(0, size - 1)


def _read(x: np.ndarray, rows: np.ndarray, columns: np.ndarray, out: np.ndarray) -> None:
    """Write into `out` what x (N, H, W, C) shows at the places (rows, columns), mixed from the four pixels around.

    One channel after the other, since NumPy takes single numbers faster than pixels of three. Below the last row and
    right of the last column lies nothing to mix in: its share there is 0, and any number may stand for it.
    """
    n, h, w, channels = x.shape
    top, left = np.floor(rows), np.floor(columns)
    down, right = (rows - top).ravel(), (columns - left).ravel()  # shares of the lower and of the right pixels
    images = np.arange(n)[:, None, None]
    pixels = ((images * h + top.astype(np.intp)) * w + left.astype(np.intp)).ravel()
    plane = np.zeros(n * h * w + w + 1, x.dtype)  # all pixels of a channel, row after row, and room for the lower right
    for c in range(channels):
        plane[: n * h * w] = x[..., c].ravel()
        upper = _mix(plane.take(pixels), plane[1:].take(pixels), right)
        lower = _mix(plane[w:].take(pixels), plane[w + 1 :].take(pixels), right)
        out[..., c] = _mix(upper, lower, down).reshape(n, h, w)


def _mix(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return a + share · (b - a): a itself, bit for bit, where the share is 0 or a = b."""
    return a + share * (b - a)


# --- the same, pixel by pixel -----------------------------------------------------------------------------------------


def affine_loops(x: np.ndarray, angles: Any, shifts: Any, mirrored: Any, *, fill: str = "reflect") -> np.ndarray:
    """Return what `affine` returns, in plain loops: slow, and as clear as it gets. The tests hold the two equal."""
    x, angles, shifts, mirrored = _moves("affine_loops", x, angles, shifts, mirrored, fill)
    out = np.empty(x.shape, x.dtype)
    _, h, w, _ = x.shape
    for n, row, column in np.ndindex(x.shape[:3]):
        below = row - (h - 1) / 2 - shifts[n, 0] * h  # from the centre, the shift undone
        beside = column - (w - 1) / 2 - shifts[n, 1] * w
        angle = math.radians(angles[n])
        from_row = below * math.cos(angle) + beside * math.sin(angle) + (h - 1) / 2  # the turn undone
        from_column = beside * math.cos(angle) - below * math.sin(angle) + (w - 1) / 2
        image = x[n, :, ::-1] if mirrored[n] else x[n]
        out[n, row, column] = _pixel_between(image, from_row, from_column, fill)
    return out


def _pixel_between(image: np.ndarray, row: float, column: float, fill: str) -> np.ndarray:
    """Return the mixture (C,) of the four pixels around a place, each with the share of the opposite corner's area."""
    h, w, _ = image.shape
    top, left = math.floor(row), math.floor(column)
    down, right = row - top, column - left
    mixture = np.zeros(image.shape[2])
    for i, part_i in ((top, 1 - down), (top + 1, down)):
        for j, part_j in ((left, 1 - right), (left + 1, right)):
            mixture += part_i * part_j * image[_filled(i, h, fill), _filled(j, w, fill)]
    return mixture


def _filled(index: int, size: int, fill: str) -> int:
    """Return which of `size` pixels stands at `index`, which may lie beyond the edge."""
    if fill == "nearest":
        return min(max(index, 0), size - 1)
    index %= 2 * size  # there and back again
    return index if index < size else 2 * size - 1 - index


# --- what is checked --------------------------------------------------------------------------------------------------


def _images(who: str, x: Any) -> np.ndarray:
    """Return x as an array (N, H, W, C) of floats; ValueError or TypeError if it is none."""
    x = real_array(who, "x", x)
    if x.ndim != 4 or 0 in x.shape[1:]:
        raise ValueError(f"{who}: x must be images of shape (N, H, W, C), got {x.shape}")
    if x.dtype.kind != "f":
        raise TypeError(f"{who}: x must hold floats, got {x.dtype}; scale the pixels to [0, 1] first: x / 255")
    return x


def _moves(who: str, x: Any, angles: Any, shifts: Any, mirrored: Any, fill: str) -> tuple[np.ndarray, ...]:
    """Return x, angles (N,), shifts (N, 2), mirrored (N,); ValueError or TypeError if they do not fit together."""
    x = _images(who, x)
    angles, shifts = numbers(who, "angles", angles, np.float64), numbers(who, "shifts", shifts, np.float64)
    for name, array, shape in (("angles", angles, (len(x),)), ("shifts", shifts, (len(x), 2))):
        if array.shape != shape:
            raise ValueError(f"{who}: {name} must have shape {shape}, for {len(x)} images, got {array.shape}")
    finite(who, "angles", angles)
    if not (np.abs(shifts) < 1).all():
        raise ValueError(
            f"{who}: shifts must lie between -1 and 1, as shares of height and width, got {shifts.min():g} to "
            f"{shifts.max():g}: divide by H and W"
        )
    _known_fill(who, fill)
    return x, angles, shifts, _mirrored(who, x, mirrored)


def _mirrored(who: str, x: np.ndarray, mirrored: Any) -> np.ndarray:
    mirrored = real_array(who, "mirrored", mirrored)
    if mirrored.dtype != bool or mirrored.shape != (len(x),):
        raise ValueError(
            f"{who}: mirrored must be {len(x)} bools, one per image, got {mirrored.dtype} of shape {mirrored.shape}"
        )
    return mirrored


def _known_fill(who: str, fill: Any) -> str:
    if fill not in FILLS:
        raise ValueError(f"{who}: fill must be one of {', '.join(map(repr, FILLS))}, got {fill!r}")
    return fill
