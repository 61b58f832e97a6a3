"""Image grids: every pixel of every picture is where it belongs, enlarged and unchanged."""

import numpy as np
import pytest
from audit import check_layout

from animations import ImageGrid, SideBySide
from animations.audit.texts import drawn_texts
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


@pytest.mark.parametrize("zoom", [1, 3, 10])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("title", ["", "Pets"])
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


def test_places_a_name_before_the_middle_of_its_row():
    scene = grid(title="")
    painter = Painter(scene)
    painter.paint(0)
    texts = {text.get_text(): text for text in drawn_texts(painter.figure)}
    assert set(texts) == {"cat", "dog"}
    step = scene.zoom * (8 + GAP)
    for name, row in (("cat", 0), ("dog", 2)):
        box = texts[name].get_window_extent()
        assert MARGIN // 2 <= box.x0 < box.x1 < scene.left
        assert (box.y0 + box.y1) / 2 == pytest.approx(scene.size[1] - MARGIN - row * step - 4 * scene.zoom, abs=4)


@pytest.mark.parametrize("names", [NAMES, ["WWWWWWWWWWWWWWWWWWWW", "i", "Zebra, grazing"], ["", "", ""]])
@pytest.mark.parametrize("title", ["", "Pets", "Pictures of animals that live with people in their houses"])
def test_keeps_every_text_in_place_and_readable(names, title):
    scene = ImageGrid(sheets(), names, title=title)
    (texts,) = check_layout(scene, 3)
    assert sorted(texts) == sorted(text for text in (*names, title) if text)
    assert scene.size[0] % 2 == scene.size[1] % 2 == 0


def test_ignores_later_changes_of_the_array():
    data = sheets()
    scene = ImageGrid(data, NAMES)
    data[:] = 0
    assert scene.images.any()


def wrong(value):
    """Return a sheet in which one share of light is this value."""
    data = np.zeros((1, 3, 2, 8, 6, 3))
    data[0, 1, 1, 2, 2, 0] = value
    return data


@pytest.mark.parametrize(
    ("images", "changed", "error", "message"),
    [
        (
            np.zeros((3, 2, 8, 6, 3)),
            {},
            ValueError,
            r"images must have shape \(S, R, M, H, W, C\), got \(3, 2, 8, 6, 3\)",
        ),
        (sheets(frames=1)[:0], {}, ValueError, r"images must have shape .*, got \(0, 3, 2, 8, 6, 3\)"),
        (sheets()[..., None], {}, ValueError, r"images must have shape .*, got \(4, 3, 2, 8, 6, 3, 1\)"),
        (sheets(c=4), {}, ValueError, r"last axis of images must be 1 or 3 long, got \(4, 3, 2, 8, 6, 4\)"),
        (np.full((1, 3, 2, 8, 6, 3), 255, np.uint8), {}, ValueError, r"got 255 to 255; for bytes: images / 255"),
        (wrong(-0.1), {}, ValueError, r"images must lie in \[0, 1\], got -0.1 to 0"),
        (wrong(1.5), {}, ValueError, r"images must lie in \[0, 1\], got 0 to 1.5"),
        (wrong(np.nan), {}, ValueError, "images must be finite numbers, got nan"),
        (sheets(), {"names": ["cat", "dog"]}, ValueError, r"names must be 3 texts, got 2: \['cat', 'dog'\]"),
        (sheets(), {"names": "cat"}, TypeError, r"names must be a list of texts, got 'cat'; write \['cat'\]"),
        (sheets(), {"zoom": 0}, ValueError, "zoom must be at least 1, got 0"),
        (sheets(), {"zoom": 2.5}, TypeError, r"zoom must be a whole number, got 2\.5"),
    ],
)
def test_refuses_what_is_no_grid_of_pictures(images, changed, error, message):
    with pytest.raises(error, match=message):
        ImageGrid(images, **{"names": NAMES} | changed)
