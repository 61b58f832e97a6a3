"""Image grids: every pixel of every picture is where it belongs, enlarged and unchanged."""

import numpy as np
import pytest

from animations import ImageGrid, SideBySide
from animations.engine.painter import Painter
from animations.scenes.classes.image_grid import GAP, MARGIN
from tests.animations.samples.classes import grid, sheets

NAMES = ["cat", "", "dog"]


def picture(pixels, scene, row, column, shift=0):
    """Return the painted pixels of one picture, by its place counted from the lower right corner of the grid."""
    _, rows, columns, h, w, _ = scene.images.shape
    right = scene.left + scene.extent[0] - (columns - 1 - column) * (w + GAP) * scene.zoom + shift
    bottom = scene.size[1] - MARGIN - (rows - 1 - row) * (h + GAP) * scene.zoom
    return pixels[bottom - h * scene.zoom : bottom, right - w * scene.zoom : right, :3]


def enlarged(image, zoom):
    """Return an image (H, W, C) in [0, 1] as bytes of red, green, blue, each pixel a square of zoom × zoom."""
    colours = np.broadcast_to(image, (*image.shape[:2], 3))
    return np.kron((255 * colours).round(), np.ones((zoom, zoom, 1))).astype(np.uint8)


@pytest.mark.parametrize(("zoom", "channels", "title"), [(1, 3, ""), (3, 1, "Pets"), (10, 3, "Pets")])
def test_checks_every_pixel_of_every_picture_in_every_frame(zoom, channels, title):
    data = sheets(c=channels)
    scene = ImageGrid(data, NAMES, title=title, zoom=zoom)
    painter = Painter(scene)
    for frame, sheet in enumerate(data):
        pixels = painter.paint(frame)
        for row, column in np.ndindex(sheet.shape[:2]):
            painted = picture(pixels, scene, row, column)
            np.testing.assert_array_equal(painted, enlarged(sheet[row, column], zoom), f"{frame}: {row}, {column}")


def test_leaves_paper_between_the_pictures():
    scene = grid()
    pixels = Painter(scene).paint(0)[..., :3]
    painted = (pixels != 255).any(axis=2)[-MARGIN - scene.extent[1] :, scene.left :]
    assert painted.sum() == scene.zoom**2 * scene.images[0, ..., 0].size


def test_keeps_sheets_next_to_each_other_as_exact():
    before, after = sheets(frames=1, columns=1), sheets(columns=4)
    left, right = ImageGrid(before, NAMES, title="before"), ImageGrid(after, [""] * 3, title="after")
    pixels = Painter(SideBySide(left, right)).paint(3)
    for row in range(3):
        np.testing.assert_array_equal(picture(pixels, left, row, 0), enlarged(before[0, row, 0], 3))
        for column in range(4):
            painted = picture(pixels, right, row, column, shift=left.size[0])
            np.testing.assert_array_equal(painted, enlarged(after[3, row, column], 3))
