"""Checks of a drawn network: its lines are the recorded weights, and everything has room."""

import itertools

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter
from animations.kit.colours import NEGATIVE, POSITIVE
from animations.scenes.network.glyphs import THICK, THIN


def drawn(scene, frame=0):
    """Return the painter of a drawn scene that shows a frame, before any pixel is painted."""
    painter = Painter(scene)
    scene.update(frame)
    return painter


def texts(scene):
    """Return the texts of a drawn scene."""
    return [text.get_text() for text in drawn_texts(scene.page.figure)]


def lines_of(scene, *colors):
    """Return the collections of lines with these colours in a drawn scene, and their colours."""
    lines = [each for each in scene.page.axes.collections if isinstance(each, LineCollection)]
    return [(each, to_hex(each.get_edgecolor()[0])) for each in lines if to_hex(each.get_edgecolor()[0]) in colors]


def check_lines(scene, recording, frame):
    """Compare the lines of all dense layers with the recorded weights: which there are, their paths and thickness."""
    lines = {}
    for collection, color in lines_of(scene, POSITIVE, NEGATIVE):
        sign = 1 if color == POSITIVE else -1
        segments = np.array(collection.get_segments()).reshape(-1, 4)
        for segment, width in zip(segments, collection.get_linewidth(), strict=False):
            lines[tuple(segment.round(3))] = sign * width
    found = 0
    for before, column in itertools.chain(*(itertools.pairwise(row) for row in scene.rows)):
        if not (column.is_dense and before.units and f"{column.name}.w" in recording):
            continue
        everything = recording[f"{column.name}.w"]
        w, largest = recording.at(int(scene.steps[frame]))[f"{column.name}.w"], np.abs(everything).max()
        for (i, start), (j, end) in itertools.product(
            zip(before.shown, before.places(), strict=True), zip(column.shown, column.places(), strict=True)
        ):
            way = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
            ends = *(start + before.radius * way), *(end - column.radius * way)
            width = lines[tuple(np.round(ends, 3))]
            assert np.sign(width) == (1 if w[i, j] >= 0 else -1)
            fraction = (abs(width) - THIN) / (THICK - THIN)
            assert fraction - 1 / 8 <= abs(w[i, j]) / largest <= fraction + 1e-9
            found += 1
    assert found == len(lines)
    return found


def check_room(scene):
    """Check that the columns of a row are apart and on the page, and no text is on a picture but its own numbers."""
    width, _ = scene.size
    for row in scene.rows:
        for before, column in itertools.pairwise(row):
            assert before.x + before.width / 2 + 20 <= column.x - column.width / 2
        assert row[0].x - row[0].width / 2 >= 140, "the words before the rows"
        assert row[-1].x + row[-1].width / 2 <= width - 20
        for column in row:
            assert column.middle + column.glyph_height / 2 < column.top - 66
            assert column.middle - column.glyph_height / 2 > column.blocks_top
            assert column.blocks_top - column.height_of_blocks > 48
    lower = [row[0].top for row in scene.rows[1:]]
    for row, below in zip(scene.rows, lower, strict=False):
        assert min(column.blocks_top - column.height_of_blocks for column in row) > below
    pictures = [image.get_window_extent() for image in scene.page.axes.images]
    for text in drawn_texts(scene.page.figure):
        box = text.get_window_extent()
        on = sum(picture.overlaps(box) for picture in pictures)
        assert on == ("[" in str(text.get_gid()) or text.get_gid() in recorded_scalars(scene)), text
    for one, other in itertools.combinations(pictures, 2):
        assert not one.overlaps(other)


def recorded_scalars(scene):
    columns = itertools.chain(*scene.rows)
    return {block.parameter.name for column in columns for block in column.blocks if not block.parameter.shape}
