"""Augment, which `fit` calls: it draws as it promises, x does not change, and errors name mistakes."""

import re

import numpy as np
import pytest

import tinylearn as tl
from tinylearn import Augment, affine, flip

ALL = Augment(rotation=20, shift=0.1, flip=True)


def images(shape=(5, 8, 6, 3), dtype=np.float32):
    return np.random.default_rng(0).random(shape).astype(dtype)


def test_it_draws_who_is_mirrored_then_angles_then_shifts():
    x, rng = images(), np.random.default_rng(3)
    mirrored = rng.random(5) < 0.5
    angles, shifts = rng.uniform(-20, 20, 5), rng.uniform(-0.1, 0.1, (5, 2))
    np.testing.assert_array_equal(ALL(x, np.random.default_rng(3)), affine(x, angles, shifts, mirrored))


def test_what_is_drawn_is_what_a_batch_is_changed_by():
    augment, x = Augment(rotation=30, shift=0.2, flip=True), np.random.default_rng(0).random((5, 8, 6, 3))
    mirrored, angles, shifts = augment.draw(5, np.random.default_rng(3))
    np.testing.assert_array_equal(augment(x, np.random.default_rng(3)), affine(x, angles, shifts, mirrored))
    assert [len(each) for each in augment.draw(0, np.random.default_rng(3))] == [0, 0, 0]


@pytest.mark.parametrize(("count", "kind"), [(-1, ValueError), (1.5, TypeError), ("3", TypeError)])
def test_refuses_a_wrong_count(count, kind):
    with pytest.raises(kind, match="Augment: count must be "):
        Augment().draw(count, np.random.default_rng(0))


def test_what_is_not_asked_for_is_not_drawn():
    x = images()
    rng = np.random.default_rng(3)
    turned = affine(x, rng.uniform(-90, 90, 5), np.zeros((5, 2)), [False] * 5, fill="nearest")
    np.testing.assert_array_equal(Augment(rotation=90, fill="nearest")(x, np.random.default_rng(3)), turned)
    rng = np.random.default_rng(3)
    shifted = affine(x, np.zeros(5), rng.uniform(-0.5, 0.5, (5, 2)), [False] * 5)
    np.testing.assert_array_equal(Augment(shift=0.5)(x, np.random.default_rng(3)), shifted)
    mirrored = np.random.default_rng(3).random(5) < 0.5
    np.testing.assert_array_equal(Augment(flip=True)(x, np.random.default_rng(3)), flip(x, mirrored))


def test_nothing_asked_for_is_a_copy_that_draws_nothing():
    x, rng = images(), np.random.default_rng(0)
    out = Augment()(x, rng)
    np.testing.assert_array_equal(out, x)
    assert not np.shares_memory(out, x)
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state


def test_the_same_seed_gives_the_same_bits_and_the_next_batch_others():
    x, rng = images(), np.random.default_rng(7)
    first, second = ALL(x, rng), ALL(x, rng)
    np.testing.assert_array_equal(first, ALL(x, np.random.default_rng(7)))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("augment", [ALL, Augment(flip=True), Augment(rotation=180, fill="nearest")], ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(0, 8, 8, 3), (1, 5, 9, 1), (40, 3, 2, 4), (2, 1, 1, 3)])
def test_shape_and_dtype_stay_and_x_is_not_written_into(augment, shape, dtype):
    x = images(shape, dtype)
    x.flags.writeable = False
    out = augment(x, np.random.default_rng(0))
    assert (out.shape, out.dtype, out.flags.writeable) == (shape, dtype, True)
    assert not np.shares_memory(out, x)


def test_how_x_lies_in_memory_does_not_matter():
    wide = images((10, 16, 12, 6))
    for x in (wide[::2, ::2, ::2, ::2], wide.transpose(0, 2, 1, 3), wide[:, ::-1, :, ::-1]):
        expected = ALL(np.ascontiguousarray(x), np.random.default_rng(0))
        np.testing.assert_array_equal(ALL(x, np.random.default_rng(0)), expected)


def test_every_image_is_moved_in_its_own_way_within_the_limits():
    """A bright point at the right of the centre shows angle, shift and mirror of its image."""
    size, n = 65, 400
    x = np.zeros((n, size, size, 1))
    x[:, 32, 52] = 1  # 20 pixels right of the centre
    for rotation, shift, flipped in ((20, 0, False), (0, 0.1, False), (0, 0, True)):
        out = Augment(rotation=rotation, shift=shift, flip=flipped)(x, np.random.default_rng(0))[..., 0]
        mass = out.sum(axis=(1, 2))
        up = 32 - (out.sum(axis=2) @ np.arange(size)) / mass
        right = (out.sum(axis=1) @ np.arange(size)) / mass - 32
        if rotation:
            angles = np.degrees(np.arctan2(up, right))
            assert -20.5 < angles.min() < -19 < 19 < angles.max() < 20.5
        elif shift:
            for moved in (up, right - 20):
                assert -6.51 < moved.min() < -6.3 < 6.3 < moved.max() < 6.51
        else:
            assert 160 < (right == -20).sum() < 240
            assert ((right == 20) | (right == -20)).all()


def test_fit_takes_it():
    x, y = images((6, 4, 4, 1)), np.array([0, 1] * 3)
    losses = []
    for augment in (ALL, ALL, None):
        model = tl.Sequential([tl.Flatten(), tl.Dense(16, 2, rng=np.random.default_rng(0))], dtype=np.float32)
        loss = tl.CategoricalCrossEntropy(from_logits=True)
        losses.append(tl.fit(model, x, y, loss=loss, optimizer=tl.SGD(0.1), epochs=3, batch_size=4, augment=augment,
                             rng=np.random.default_rng(1)))  # fmt: skip
    assert losses[0] == losses[1] != losses[2]


def test_writes_it_as_the_call_that_makes_it():
    assert repr(ALL) == "Augment(rotation=20, shift=0.1, flip=True, fill='reflect')"
    assert repr(eval(repr(ALL))) == repr(ALL)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rotation": 181}, "Augment: rotation must lie in 0 … 180 degrees, to either side, got 181"),
        ({"rotation": -1}, "Augment: rotation must lie in 0 … 180 degrees, to either side, got -1"),
        ({"rotation": np.nan}, "Augment: rotation must lie in 0 … 180 degrees, to either side, got nan"),
        ({"shift": 1}, "Augment: shift must be in [0, 1), got 1.0"),
        ({"shift": -0.1}, "Augment: shift must be in [0, 1), got -0.1"),
        ({"fill": "zeros"}, "Augment: fill must be one of 'reflect', 'nearest', got 'zeros'"),
    ],
)
def test_refuses_arguments_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Augment(**arguments)


@pytest.mark.parametrize("call", [lambda x: ALL(x, np.random.default_rng(0)), lambda x: flip(x, [True] * len(x))])
def test_refuses_wrong_batches(call):
    with pytest.raises(ValueError, match=r"x must be images of shape \(N, H, W, C\), got \(4, 8, 8\)"):
        call(np.zeros((4, 8, 8)))
    with pytest.raises(ValueError, match=r"x must be images of shape \(N, H, W, C\), got \(4, 0, 8, 3\)"):
        call(np.zeros((4, 0, 8, 3)))
    with pytest.raises(TypeError, match=r"must hold floats, got uint8; scale the pixels to .* first: x / 255"):
        call(np.zeros((4, 8, 8, 3), np.uint8))


def test_refuses_a_wrong_rng():
    with pytest.raises(TypeError, match=r"Augment: rng must be a NumPy generator, .* got 0"):
        ALL(images(), 0)


def test_refuses_moves_that_do_not_fit():
    x, angles, shifts, mirrored = images(), np.zeros(5), np.zeros((5, 2)), np.zeros(5, bool)
    with pytest.raises(ValueError, match=r"affine: angles must have shape \(5,\), for 5 images, got \(\)"):
        affine(x, 20, shifts, mirrored)
    with pytest.raises(ValueError, match=r"affine: angles must be finite numbers, got nan at angles\[2\]"):
        affine(x, [0, 0, np.nan, 0, 0], shifts, mirrored)
    with pytest.raises(ValueError, match=r"affine: shifts must have shape \(5, 2\), for 5 images, got \(5,\)"):
        affine(x, angles, angles, mirrored)
    with pytest.raises(ValueError, match=r"affine: shifts must be finite numbers, got nan at shifts\[0, 0\]"):
        affine(x, angles, shifts + np.nan, mirrored)
    for wrong in (1, -2):
        with pytest.raises(ValueError, match="shifts must lie between -1 and 1, as fractions of height and width"):
            affine(x, angles, shifts + wrong, mirrored)
    with pytest.raises(ValueError, match=r"affine: mirrored must be 5 bools, one per image, got int64 of shape \(5,\)"):
        affine(x, angles, shifts, [0, 1, 0, 1, 0])
    with pytest.raises(ValueError, match="affine: fill must be one of 'reflect', 'nearest', got 'wrap'"):
        affine(x, angles, shifts, mirrored, fill="wrap")
