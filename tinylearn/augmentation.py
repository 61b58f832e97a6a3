"""Augmentation: more pictures of the same things. A horse that looks the other way is still a horse.

    x (N, H, W, C)  →  mirror some, turn and shift each a little  →  new batch, of the same shape and dtype

**Data augmentation**: every epoch sees other pixels with the same labels, so a network cannot learn its pictures by
heart. N batch, H W rows and columns, C channels; rows of pixels count downwards.

The computation goes backwards: for each pixel of the new picture, it asks where in the old one it came from.

    row, column  →  undo the shift  →  undo the turn about the centre  →  undo the mirror  →  a place in the old picture

That place lies between four pixels. They are mixed; nearer ones count more (bilinear). Beyond the edge, `fill` says how
the picture continues:

    "reflect"   d c b a | a b c d | d c b a    mirrored at its edge, again and again; NumPy's `pad` says "symmetric"
    "nearest"   a a a a | a b c d | d d d d    the pixel at the edge
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinylearn.checks import as_int, finite, generator, number, number_between, numbers, real_array

FILLS = ("reflect", "nearest")
PIECE = 8192  # pixels to turn together, so that they stay in the cache: half the time for 32 images of 32 × 32


class Augment:
    """Mirror, turn and shift each image of a batch at random. Pass it as `fit(augment=…)`.

    rotation   degrees: each image is turned by an angle from [-rotation, rotation); at most 180
    shift      how far at most: each image moves by a fraction of its height and one of its width, from [-shift, shift)
    flip       whether every second image, on average, is mirrored left to right
    fill       how the picture continues beyond the edge: "reflect" or "nearest"

    For each batch it draws first the mirrored images (N,), then the angles (N,), then the shifts (N, 2). A change that
    is switched off draws no random numbers. ValueError or TypeError if a batch is not (N, H, W, C), of floats.

    >>> augment = Augment(rotation=20, shift=0.1, flip=True)
    >>> x = np.random.default_rng(0).random((32, 32, 32, 3), np.float32)
    >>> other = augment(x, np.random.default_rng(1))
    >>> other.shape, other.dtype
    ((32, 32, 32, 3), dtype('float32'))
    """

    def __init__(self, *, rotation: float = 0, shift: float = 0, flip: bool = False, fill: str = "reflect") -> None:
        self.rotation = number("Augment", "rotation", rotation)
        if not 0 <= self.rotation <= 180:
            raise ValueError(f"Augment: rotation must lie in 0 … 180 degrees, to either side, got {self.rotation:g}")
        self.shift = number_between("Augment", "shift", shift, 0, 1)
        self.flip, self.fill = bool(flip), _known_fill("Augment", fill)

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a new batch, changed at random by `rng`; x stays as it is."""
        x, rng = _images("Augment", x), generator("Augment", rng)
        mirrored, angles, shifts = self.draw(len(x), rng)
        if self.rotation or self.shift:
            return affine(x, angles, shifts, mirrored, fill=self.fill)
        return flip(x, mirrored)

    def draw(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draw the arguments of `affine` for a batch of `count` images: mirrored, angles, shifts.

        >>> mirrored, angles, shifts = Augment(rotation=20).draw(2, np.random.default_rng(1))
        >>> mirrored, angles.round(1), shifts
        (array([False, False]), array([ 0.5, 18. ]), array([[0., 0.],
               [0., 0.]]))
        """
        count, rng = as_int("Augment", "count", count), generator("Augment", rng)
        if count < 0:
            raise ValueError(f"Augment: count must be 0 or more, got {count}")
        mirrored, angles, shifts = np.zeros(count, bool), np.zeros(count), np.zeros((count, 2))
        if self.flip:
            mirrored = rng.random(count) < 0.5
        if self.rotation:
            angles = rng.uniform(-self.rotation, self.rotation, count)
        if self.shift:
            shifts = rng.uniform(-self.shift, self.shift, (count, 2))
        return mirrored, angles, shifts

    def __repr__(self) -> str:
        return f"Augment(rotation={self.rotation:g}, shift={self.shift:g}, flip={self.flip}, fill={self.fill!r})"


def flip(x: np.ndarray, mirrored: Any) -> np.ndarray:
    """Return a copy of x (N, H, W, C), with each image mirrored left to right for which `mirrored` (N,) is True.

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
    shifts (N, 2)   down and to the right, as fractions of height and width: above -1, below 1
    mirrored (N,)   True for images to mirror left to right

    All three changes are one step, so the pixels are mixed only once. A separate `flip` would take half as long again.

    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    >>> affine(x, [90], [[0, 0]], [False])[0, :, :, 0].round(6)
    array([[2., 4.],
           [1., 3.]])
    >>> affine(x, [0], [[0, 0.5]], [False], fill="nearest")[0, :, :, 0]
    array([[1., 1.],
           [3., 3.]])
    """
    x, fill = _images("affine", x), _known_fill("affine", fill)
    angles, shifts = _per_image("angles", x, angles), _per_image("shifts", x, shifts, 2)
    mirrored = _mirrored("affine", x, mirrored)
    if not (np.abs(shifts) < 1).all():
        got = f"{shifts.min():g} to {shifts.max():g}: divide by H and W"
        raise ValueError(f"affine: shifts must lie between -1 and 1, as fractions of height and width, got {got}")
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
    """Return the place where each new pixel comes from: rows (N, H, W) and columns (N, H, W), within the image.

    Let (u, v) be u rows below and v columns right of the centre. A turn by an angle a takes it to
    (u cos a - v sin a, v cos a + u sin a). The turn by -a undoes this; it has the other sign before each sine. A mirror
    changes the sign of v.
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
    """Return the places in [0, size - 1] that `fill` shows at `places`.

    An image that is mirrored at both edges, -½ and size - ½, repeats itself every 2 size pixels.
    """
    if fill == "reflect":
        places = places + 0.5
        places -= 2 * size * np.floor(places / (2 * size))  # in [0, 2 size]; % would take ten times as long
        places = size - 0.5 - np.abs(places - size)
    return places.clip(0, size - 1)


def _read(x: np.ndarray, rows: np.ndarray, columns: np.ndarray, out: np.ndarray) -> None:
    """Write into `out` the colours of x (N, H, W, C) at the places (rows, columns), mixed from the four pixels around.

    It takes one channel after another: NumPy takes single numbers faster than pixels of three. Below the last row and
    right of the last column there is nothing to mix in. Its fraction there is 0, so any number will do.
    """
    n, h, w, channels = x.shape
    top, left = np.floor(rows), np.floor(columns)
    down, right = (rows - top).ravel(), (columns - left).ravel()  # fractions of the lower and of the right pixels
    images = np.arange(n)[:, None, None]
    pixels = ((images * h + top.astype(np.intp)) * w + left.astype(np.intp)).ravel()
    plane = np.zeros(n * h * w + w + 1, x.dtype)  # all pixels of a channel, row after row, and room for the lower right
    for c in range(channels):
        plane[: n * h * w] = x[..., c].ravel()
        upper = _mix(plane.take(pixels), plane[1:].take(pixels), right)
        lower = _mix(plane[w:].take(pixels), plane[w + 1 :].take(pixels), right)
        out[..., c] = _mix(upper, lower, down).reshape(n, h, w)


def _mix(a: np.ndarray, b: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """Return a + fraction · (b - a). Where the fraction is 0, or a = b, this is a, bit for bit."""
    return a + fraction * (b - a)


# --- what is checked --------------------------------------------------------------------------------------------------


def _images(caller: str, x: Any) -> np.ndarray:
    """Return x as an array (N, H, W, C) of floats; ValueError or TypeError for anything else."""
    x = real_array(caller, "x", x)
    if x.ndim != 4 or 0 in x.shape[1:]:
        raise ValueError(f"{caller}: x must be images of shape (N, H, W, C), got {x.shape}")
    if x.dtype.kind != "f":
        raise TypeError(f"{caller}: x must hold floats, got {x.dtype}; scale the pixels to [0, 1] first: x / 255")
    return x


def _mirrored(caller: str, x: np.ndarray, mirrored: Any) -> np.ndarray:
    """Return `mirrored` as bools (N,)."""
    mirrored = real_array(caller, "mirrored", mirrored)
    if mirrored.dtype != bool or mirrored.shape != (len(x),):
        got = f"{mirrored.dtype} of shape {mirrored.shape}"
        raise ValueError(f"{caller}: mirrored must be {len(x)} bools, one per image, got {got}")
    return mirrored


def _per_image(name: str, x: np.ndarray, values: Any, *shape: int) -> np.ndarray:
    """Return values as finite numbers (N, *shape)."""
    array = numbers("affine", name, values, np.float64)
    if array.shape != (len(x), *shape):
        raise ValueError(f"affine: {name} must have shape {(len(x), *shape)}, for {len(x)} images, got {array.shape}")
    finite("affine", name, array)
    return array


def _known_fill(caller: str, fill: Any) -> str:
    if fill not in FILLS:
        raise ValueError(f"{caller}: fill must be one of {', '.join(map(repr, FILLS))}, got {fill!r}")
    return fill
