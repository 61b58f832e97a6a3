"""Augmentation: the geometry is exact, and the fast way equals the plain loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinylearn.augmentation import FILLS, _inside, affine, flip

fills = st.sampled_from(FILLS)
seeds = st.integers(0, 2**32 - 1)


def batch(rng, shape=None, dtype=np.float64):
    """Return images with a random shape, not square, of one channel or more."""
    shape = shape or (rng.integers(1, 4), rng.integers(1, 8), rng.integers(1, 8), rng.choice([1, 3, 4]))
    return rng.random(shape).astype(dtype)


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


@given(seeds, fills)
def test_affine_equals_the_plain_loops(seed, fill):
    rng = np.random.default_rng(seed)
    x = batch(rng)
    how = moves(rng, len(x))
    np.testing.assert_allclose(affine(x, *how, fill=fill), affine_loops(x, *how, fill=fill), rtol=0, atol=1e-12)


@pytest.mark.parametrize("fill", FILLS)
def test_in_float32_it_is_the_same_to_rounding(fill):
    rng = np.random.default_rng(0)
    x = batch(rng, (2, 20, 31, 3), np.float32)
    how = moves(rng, 2)
    np.testing.assert_allclose(affine(x, *how, fill=fill), affine_loops(x, *how, fill=fill), rtol=0, atol=1e-5)


@pytest.mark.parametrize("pixels", [1, 40, 60])  # one image at a time, two, three
def test_pieces_of_a_large_batch_are_put_together_in_order(pixels, monkeypatch):
    rng = np.random.default_rng(pixels)
    x, how = batch(rng, (7, 4, 5, 3)), moves(rng, 7)
    with monkeypatch.context() as patch:
        patch.setattr("tinylearn.augmentation.PIECE", pixels)
        in_pieces = affine(x, *how)
    np.testing.assert_array_equal(in_pieces, affine(x, *how))


@given(seeds, fills, st.sampled_from([np.float16, np.float32, np.float64]))
def test_no_turn_and_no_shift_change_no_bit(seed, fill, dtype):
    x = batch(np.random.default_rng(seed), dtype=dtype)
    out = affine(x, *still(len(x)), fill=fill)
    np.testing.assert_array_equal(out, x)
    assert out.dtype == dtype


@pytest.mark.parametrize("turns", [1, 2, 3, 4, -1])
@pytest.mark.parametrize("size", [1, 4, 7])
def test_quarter_turns_go_counter_clockwise_as_those_of_numpy(turns, size):
    x = batch(np.random.default_rng(0), (2, size, size, 3))
    _, shifts, mirrored = still(2)
    turned = affine(x, [90 * turns] * 2, shifts, mirrored)
    np.testing.assert_allclose(turned, np.rot90(x, turns, axes=(1, 2)), atol=1e-12)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (2, 0), (0, 3), (-3, 5), (4, -1), (-4, -6)])
@pytest.mark.parametrize(("fill", "mode"), [("reflect", "symmetric"), ("nearest", "edge")])
def test_shifts_by_whole_pixels_show_a_part_of_the_padded_image(fill, mode, down, right):
    x = batch(np.random.default_rng(0), (1, 5, 7, 3))
    angles, _, mirrored = still(1)
    padded = np.pad(x, ((0, 0), (5, 5), (7, 7), (0, 0)), mode)
    expected = padded[:, 5 - down : 10 - down, 7 - right : 14 - right]
    np.testing.assert_allclose(affine(x, angles, [[down / 5, right / 7]], mirrored, fill=fill), expected, atol=1e-12)


def test_half_a_pixel_is_the_mean_of_two():
    x = np.array([0.0, 1.0, 5.0, 7.0]).reshape(1, 1, 4, 1)
    np.testing.assert_allclose(affine(x, [0], [[0, 0.5 / 4]], [False]).ravel(), [0, 0.5, 3, 6])


def test_mirror_turn_shift_come_in_this_order():
    rng = np.random.default_rng(0)
    x, (angles, shifts, mirrored) = batch(rng, (4, 8, 8, 3)), moves(rng, 4)
    angles[:] = 90  # so that no step but the last mixes pixels
    turned = affine(flip(x, mirrored), angles, 0 * shifts, ~mirrored & mirrored)
    np.testing.assert_allclose(affine(x, angles, shifts, mirrored), affine(turned, 0 * angles, shifts, [False] * 4),
                               atol=1e-12)  # fmt: skip
    assert not np.allclose(affine(x, angles, shifts, mirrored), affine(x, angles, shifts, ~mirrored))


@given(seeds)
def test_a_mirror_alone_is_flip(seed):
    rng = np.random.default_rng(seed)
    x = batch(rng)
    angles, shifts, _ = still(len(x))
    mirrored = rng.random(len(x)) < 0.5
    np.testing.assert_array_equal(affine(x, angles, shifts, mirrored), flip(x, mirrored))


@given(seeds)
def test_flip_turns_the_chosen_around_and_twice_is_once_too_many(seed):
    rng = np.random.default_rng(seed)
    x = batch(rng)
    mirrored = rng.random(len(x)) < 0.5
    for before, after, turned in zip(x, flip(x, mirrored), mirrored, strict=True):
        np.testing.assert_array_equal(after, before[:, ::-1] if turned else before)
    np.testing.assert_array_equal(flip(flip(x, mirrored), mirrored), x)


@given(seeds, fills, st.sampled_from([np.float32, np.float64]))
def test_no_value_is_larger_or_smaller_than_those_before(seed, fill, dtype):
    rng = np.random.default_rng(seed)
    x = batch(rng, dtype=dtype)
    out, rounding = affine(x, *moves(rng, len(x)), fill=fill), 2 * np.finfo(dtype).eps
    low, high = x.min(axis=(1, 2)), x.max(axis=(1, 2))  # (N, C): no image or channel leaks into another either
    assert (out >= low[:, None, None] - rounding).all()
    assert (out <= high[:, None, None] + rounding).all()


@given(seeds, fills)
def test_an_image_of_one_colour_stays_as_it_is(seed, fill):
    rng = np.random.default_rng(seed)
    x = np.broadcast_to(rng.random((3, 1, 1, 3), np.float32), (3, 6, 9, 3))
    np.testing.assert_array_equal(affine(x, *moves(rng, 3), fill=fill), x)


@given(st.integers(1, 9), st.integers(-40, 40), fills)
def test_places_beyond_the_edge_are_those_that_pad_shows(size, place, fill):
    padded = np.pad(np.arange(size), 40, {"reflect": "symmetric", "nearest": "edge"}[fill])
    assert _inside(np.array([float(place)]), size, fill) == padded[40 + place]
