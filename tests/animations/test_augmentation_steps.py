"""Augmentation step by step: every number, every pixel, and the moments between two steps."""

import numpy as np
from audit import painted

from tests.animations.samples.classes import ANGLES, MIRRORED, PICTURE, SHIFTS, augmentation
from tinylearn.augmentation import affine


def image_of(scene):
    (image,) = scene.page.axes.images
    return image


def test_equals_one_affine_map_of_all_numbers():
    scene = augmentation()
    wanted = affine(np.repeat(PICTURE[None], 4, axis=0), ANGLES, SHIFTS, MIRRORED)
    np.testing.assert_allclose(scene.shown, wanted, atol=1e-12)
    painted(scene, 0)
    for frame, time in ((3, 0), (3.9, 0), (7, 1), (8, 2), (8.5, 2), (9, 3)):
        scene.update(frame)
        np.testing.assert_array_equal(image_of(scene).get_array(), scene.shown[time])
    assert scene.done.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 3, 4]


def test_moves_between_two_steps():
    scene = augmentation()
    painted(scene, 0)
    scene.update(1.5)  # half turned
    np.testing.assert_allclose(image_of(scene).get_array(), affine(PICTURE[None], [6.125], [[0, 0]], [False])[0])
    scene.update(2.25)  # a quarter of the way
    wanted = affine(PICTURE[None], [12.25], [[0.125 / 4, -0.25 / 4]], [False])[0]
    np.testing.assert_allclose(image_of(scene).get_array(), wanted)
