"""Augmentation: the geometry is exact, the fast way equals the plain loops, and Augment draws as it promises."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import Augment
from tinylearn.augmentation import FILLS, affine, flip

fills = st.sampled_from(FILLS)
seeds = st.integers(0, 2**32 - 1)
ALL = Augment(rotation=20, shift=0.1, flip=True)


def batch(rng, shape=None, dtype=np.float64):
    """Return images with a random shape, not square, of one channel or more."""
    shape = shape or (rng.integers(1, 4), rng.integers(1, 8), rng.integers(1, 8), rng.choice([1, 3, 4]))
    return rng.random(shape).astype(dtype)


def images(shape=(5, 8, 6, 3), dtype=np.float32):
    return batch(np.random.default_rng(0), shape, dtype)


def moves(rng, n):
    """Return angles, shifts and who is mirrored, over all that is allowed."""
    return rng.uniform(-360, 360, n), rng.uniform(-0.99, 0.99, (n, 2)), rng.random(n) < 0.5


def still(n):
    return np.zeros(n), np.zeros((n, 2)), np.zeros(n, bool)


def affine_loops(x, angles, shifts, mirrored, fill):
    """Return what `affine` returns, pixel by pixel."""
    out = np.empty(x.shape, x.dtype)
    _, h, w, _ = x.shape
    for n, row, column in np.ndindex(x.shape[:3]):
        below = row - (h - 1) / 2 - shifts[n, 0] * h  # from the centre, the shift undone
        beside = column - (w - 1) / 2 - shifts[n, 1] * w
        angle = math.radians(angles[n])
        from_row = below * math.cos(angle) + beside * math.sin(angle) + (h - 1) / 2  # the turn undone
        from_column = beside * math.cos(angle) - below * math.sin(angle) + (w - 1) / 2
        image = x[n, :, ::-1] if mirrored[n] else x[n]
        out[n, row, column] = pixel_between(image, from_row, from_column, fill)
    return out


def pixel_between(image, row, column, fill):
    """Return the mixture (C,) of the four pixels around a place, each with the share of the opposite corner's area."""
    h, w, _ = image.shape
    top, left = math.floor(row), math.floor(column)
    down, right = row - top, column - left
    mixture = np.zeros(image.shape[2])
    for i, part_i in ((top, 1 - down), (top + 1, down)):
        for j, part_j in ((left, 1 - right), (left + 1, right)):
            mixture += part_i * part_j * image[filled(i, h, fill), filled(j, w, fill)]
    return mixture


def filled(index, size, fill):
    """Return which of `size` pixels stands at `index`, which may lie beyond the edge."""
    if fill == "nearest":
        return min(max(index, 0), size - 1)
    index %= 2 * size  # there and back again
    return index if index < size else 2 * size - 1 - index


@given(seeds, fills, st.sampled_from([np.float32, np.float64]))
def test_affine_equals_the_plain_loops(seed, fill, dtype):
    rng = np.random.default_rng(seed)
    x = batch(rng, dtype=dtype)
    how = moves(rng, len(x))
    atol = 1e-12 if dtype == np.float64 else 1e-5
    out = affine(x, *how, fill=fill)
    np.testing.assert_allclose(out, affine_loops(x, *how, fill=fill), rtol=0, atol=atol)
    rounding, low, high = 2 * np.finfo(dtype).eps, x.min(axis=(1, 2)), x.max(axis=(1, 2))
    assert (out >= low[:, None, None] - rounding).all()  # (N, C): no image or channel leaks into another
    assert (out <= high[:, None, None] + rounding).all()
    one_colour = np.broadcast_to(x[:, :1, :1], x.shape)
    np.testing.assert_array_equal(affine(one_colour, *how, fill=fill), one_colour)


def test_pieces_of_a_large_batch_are_put_together_in_order(monkeypatch):
    rng = np.random.default_rng(1)
    x, how = batch(rng, (7, 4, 5, 3)), moves(rng, 7)
    whole = affine(x, *how)
    for pixels in (1, 40, 60):  # one image at a time, two, three
        monkeypatch.setattr("tinylearn.augmentation.PIECE", pixels)
        np.testing.assert_array_equal(affine(x, *how), whole)


@given(seeds, fills, st.sampled_from([np.float16, np.float32, np.float64]))
def test_no_turn_and_no_shift_change_no_bit(seed, fill, dtype):
    rng = np.random.default_rng(seed)
    x = batch(rng, dtype=dtype)
    (angles, shifts, _), mirrored = still(len(x)), rng.random(len(x)) < 0.5
    for out in (affine(x, angles, shifts, mirrored, fill=fill), flip(x, mirrored)):
        for before, after, is_mirrored in zip(x, out, mirrored, strict=True):
            np.testing.assert_array_equal(after, before[:, ::-1] if is_mirrored else before)
        assert out.dtype == dtype


@given(seeds, st.sampled_from([0, 90]), st.sampled_from([0, 0.5]), st.booleans(), fills)
def test_draws_who_is_mirrored_then_angles_then_shifts_and_nothing_else(seed, rotation, shift, mirror, fill):
    x, rng, used = images(), np.random.default_rng(seed), np.random.default_rng(seed)
    mirrored = rng.random(5) < 0.5 if mirror else np.zeros(5, bool)
    angles = rng.uniform(-rotation, rotation, 5) if rotation else np.zeros(5)
    shifts = rng.uniform(-shift, shift, (5, 2)) if shift else np.zeros((5, 2))
    augment = Augment(rotation=rotation, shift=shift, flip=mirror, fill=fill)
    for drawn, expected in zip(augment.draw(5, np.random.default_rng(seed)), (mirrored, angles, shifts), strict=True):
        np.testing.assert_array_equal(drawn, expected)
    np.testing.assert_array_equal(augment(x, used), affine(x, angles, shifts, mirrored, fill=fill))
    assert used.bit_generator.state == rng.bit_generator.state
    assert repr(augment) == f"Augment(rotation={rotation}, shift={shift}, flip={mirror}, fill={fill!r})"


@pytest.mark.parametrize("augment", [ALL, Augment(flip=True), Augment(rotation=180, fill="nearest")], ids=repr)
def test_keeps_shape_and_dtype_and_only_reads_x_however_it_lies_in_memory(augment):
    for shape, dtype in (((0, 8, 8, 3), np.float32), ((1, 5, 9, 1), np.float64), ((40, 3, 2, 4), np.float32)):
        x = images(shape, dtype)
        x.flags.writeable = False
        out = augment(x, np.random.default_rng(0))
        assert (out.shape, out.dtype, out.flags.writeable) == (shape, dtype, True)
        assert not np.shares_memory(out, x)
    wide = images((10, 16, 12, 6))
    for x in (wide[::2, ::2, ::2, ::2], wide.transpose(0, 2, 1, 3), wide[:, ::-1]):
        expected = augment(np.ascontiguousarray(x), np.random.default_rng(0))
        np.testing.assert_array_equal(augment(x, np.random.default_rng(0)), expected)


def moved(angles=0, shifts=0, **given):
    """Call affine, with moves that are added to none."""
    none = still(5)
    return affine(images(), given.pop("at", none[0] + angles), given.pop("by", none[1] + shifts),
                  given.pop("mirrored", none[2]), **given)  # fmt: skip


RNG = np.random.default_rng(0)
FOUR_AXES = r"x must be images of shape \(N, H, W, C\), got "


@refusals(
    (lambda: Augment(rotation=181), ValueError, "^Augment: rotation must lie in 0 … 180 degrees, to eit.*, got 181$"),
    (lambda: Augment(fill="zeros"), ValueError, "^Augment: fill must be one of 'reflect', 'nearest', got 'zeros'$"),
    (lambda: ALL.draw(-1, RNG), ValueError, "^Augment: count must be 0 or more, got -1$"),
    (lambda: ALL(np.zeros((4, 8, 8)), RNG), ValueError, "^Augment: " + FOUR_AXES + r"\(4, 8, 8\)"),
    (lambda: ALL(np.zeros((4, 8, 8, 3), np.uint8), RNG), TypeError, "must hold floats, got uint8; .* first: x / 255"),
    (lambda: moved(at=20), ValueError, r"^affine: angles must have shape \(5,\), for 5 images, got \(\)"),
    (lambda: moved(shifts=1), ValueError, "shifts must lie between -1 and 1, as fractions of height and width"),
    (lambda: moved(mirrored=[0, 1, 0, 1, 0]), ValueError,
     r"^affine: mirrored must be 5 bools, one per image, got int64 of shape \(5,\)"),
)  # fmt: skip
def test_refuses(call, kind, words):
    assert_refused(call, kind, words)
