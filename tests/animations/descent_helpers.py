"""Walks for the tests, made by hand and recorded: the scenes must show these."""

import numpy as np
from matplotlib.contour import ContourSet
from matplotlib.lines import Line2D


def check_map(figure, f, bottom):
    """Check that lines lie at their levels of f, numbers on the lines of their level, and the cross at the bottom."""
    whole, *parts = figure.findobj(ContourSet)
    for lines in (whole, *parts):  # a part may be drawn larger
        for level, path in zip(lines.levels, lines.get_paths(), strict=True):
            assert len(path.vertices) > 20
            np.testing.assert_allclose(f(*path.vertices.T), level, rtol=0.02)
    assert len(whole.labelTexts) >= 3
    for number in whole.labelTexts:
        np.testing.assert_allclose(f(*number.get_position()), float(number.get_text()), rtol=0.02)
    crosses = figure.findobj(lambda artist: isinstance(artist, Line2D) and artist.get_marker() == "+")
    assert [cross.get_xydata().tolist() for cross in crosses] == (1 + len(parts)) * [[list(bottom)]]


def check_map_numbers_are_free(figure, scene):
    """Check that no path comes near the number of a contour line."""
    lines = figure.findobj(ContourSet)[0]
    for one in scene.series:
        steps = np.arange(0, len(one.columns["x"]) - 1 + 1e-9, 0.01)
        path = [np.interp(steps, range(len(one.columns[axis])), one.columns[axis]) for axis in ("x", "y")]
        pixels = lines.axes.transData.transform(np.column_stack(path))
        for number in lines.labelTexts:
            box = number.get_window_extent().padded(10)
            inside = ((pixels > box.min) & (pixels < box.max)).all(axis=1)
            assert not inside.any(), f"{one.name} comes near {number.get_text()}"
