"""Walks for the tests, made by hand and recorded: the scenes must show these."""

import functools

import numpy as np
from matplotlib.contour import ContourSet
from matplotlib.lines import Line2D

from animations import Curve, CurveDescent, Descent, SideBySide, style
from tinylearn import Recorder, Update

START, ENOUGH = 1.2345, 1e-4
CLOCK = [*range(59), 60, 100, 200, 400, 1000, 1999, 2000]
RATES = (0.95, 0.1, 0.0003)


def height(x):
    return (x - 10) ** 2


def slope(x):
    return 2 * (x - 10)


class Place:
    def __init__(self, names):
        self.names, self.parameters = names, np.zeros(len(names))

    def named_parameters(self):
        return {name: self.parameters[i : i + 1] for i, name in enumerate(self.names)}


def recorded(**columns):
    """Return a recording of the columns, name → the value at every step."""
    place, rows = Place(list(columns)), np.transpose(list(columns.values()))
    place.parameters[:] = rows[0]
    with Recorder(place) as recorder:
        for step, row in enumerate(rows[1:], 1):
            place.parameters[:] = row
            recorder(Update(step))
    return recorder.recording


def walk(rate, most=2000):
    """Return x at every step of gradient descent, as a list of plain numbers."""
    x = [START]
    for _ in range(most):
        x.append(x[-1] - rate * 2 * (x[-1] - 10))
        if abs((x[-1] - 10) ** 2 - (x[-2] - 10) ** 2) <= ENOUGH:
            break
    return x


@functools.cache
def recorded_walk(rate, **settings):
    return recorded(x=walk(rate, **settings))


def descent(rate, **settings):
    return Descent(recorded_walk(rate, **settings), height, slope, rate, enough=ENOUGH)


def curve(low=0, high=20):
    x = np.linspace(low, high, 101)
    return Curve(x, height(x), "y = (x − 10)²")


def panel(rate=0.1, clock=CLOCK, window=(0, 20), walked=None, **settings):
    walked = walked or descent(rate, **settings)
    return CurveDescent(walked, curve(*window), clock, title="Panel", name=f"rate_{rate}")


def three_panels():
    return SideBySide(*[panel(rate) for rate in RATES])


def panel_values(rate, clock=CLOCK, most=2000):
    """Return a function frame → (gid → value) for all numbers of a panel, from the walk by hand alone."""
    x, name = walk(rate, most), f"rate_{rate}"
    last = len(x) - 1

    def values(frame):
        step = min(clock[frame], last)
        now = {"setting": rate, "divisor": 10}
        now |= {"x": x[step], "y": (x[step] - 10) ** 2, "slope": 2 * (x[step] - 10)}
        if clock[frame] < last:
            now |= {"update.x": x[step], "update.rate": rate, "update.push": 2 * (x[step] - 10)}
            now |= {"update.next_x": x[step + 1]}
        else:
            change = abs((x[-1] - 10) ** 2 - (x[-2] - 10) ** 2)
            now |= {"last_step": last, "change": change, "enough": ENOUGH}
        return {f"{name}.{gid}": value for gid, value in now.items()}

    return values


def check_curve(panel):
    """Check that a panel's curve goes through (x, (x − 10)²) from edge to edge, in invisibly short pieces."""
    (line,) = [line for line in panel.axes.lines if line.get_color() == style.QUIET and line.get_linestyle() == "-"]
    x, y = line.get_data()
    left, right = panel.axes.get_xlim()
    assert x[0] <= left < right <= x[-1]
    assert ((left <= x) & (x <= right)).sum() >= 100
    np.testing.assert_allclose(y, (x - 10) ** 2)


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
