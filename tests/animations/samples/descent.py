"""Searches for the lowest place: walks on one curve, made by hand and recorded, a grid search, a map with a chart."""

import functools

import numpy as np

from animations import (
    ContourDescent,
    Curve,
    CurveDescent,
    Descent,
    GridSearch,
    Heading,
    Series,
    SideBySide,
    Stacked,
    StepChart,
    Valley,
)
from tests.animations.samples.sample import Sample
from tinylearn import Recorder, Update

# --- one curve -------------------------------------------------------------------------------------------------------

START, ENOUGH = 1.2345, 1e-4
CLOCK = [0, 1, 2, 7, 29, 30, 58, 60, 1999, 2000]
RATES = (0.95, 0.1, 0.0003)  # one leaps over the lowest place, one comes there at step 30, one never does


def height(x):
    return (x - 10) ** 2


def slope(x):
    return 2 * (x - 10)


class Place:
    """Named numbers, as the Recorder wants them."""

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


def three_panels():
    return SideBySide(*[panel(rate) for rate in RATES])


def three_values():
    panels = [panel_values(rate) for rate in RATES]
    return lambda frame: {gid: value for panel in panels for gid, value in panel(frame).items()}


LEAVING = [0, 1, 12, 13, 14, 59, 60]


def leaving(clock=LEAVING):
    """Return the panel of a walk that diverges, and leaves the picture after step 12."""
    return panel(1.1, clock, window=(-75, 95), most=60)


def followed(clock=range(0, 40, 2)):
    """Return a diverging walk, seen by a camera that steps back as far as the walk leaps."""
    x = np.array(walk(1.1, most=60))
    reach = 1.5 * np.abs(x[list(clock)] - 10)
    far = np.geomspace(0.1, 1e5, 300)
    wide = Curve(np.concatenate([10 - far[::-1], 10 + far]), np.concatenate([far[::-1], far]) ** 2)
    views = np.stack([10 - reach, 10 + reach], axis=1)
    return CurveDescent(descent(1.1, most=60), wide, clock, title="Diverges", name="rate_1.1", views=views)


SIZES_CLOCK = [0, 1, 2, 5, 11, 12, 13]


def equal_steps(size):
    """Return x at every step, if all steps have one size."""
    x = [START]
    for _ in range(12):
        x.append(x[-1] - size * (1 if x[-1] > 10 else -1))
    return x


def by_sign(size):
    made = Descent(recorded(x=equal_steps(size)), height, slope, size, enough=ENOUGH, push=np.sign)
    return CurveDescent(made, curve(), SIZES_CLOCK, title="Fixed", name="fixed", setting="step size",
                        push="sign of slope")  # fmt: skip


def by_sign_values(size):
    x = equal_steps(size)

    def values(frame):
        step = min(SIZES_CLOCK[frame], 12)
        now = {"setting": size, "divisor": 10, "x": x[step], "y": height(x[step]), "slope": slope(x[step])}
        if step < 12:
            push = 1 if x[step] > 10 else -1
            now |= {"update.x": x[step], "update.rate": size, "update.push": push, "update.next_x": x[step + 1]}
        else:
            now |= {"last_step": 12, "change": abs(height(x[-1]) - height(x[-2])), "enough": ENOUGH}
        return {f"fixed.{gid}": value for gid, value in now.items()}

    return values


# --- a grid ----------------------------------------------------------------------------------------------------------

GRID = np.linspace(0, 20, 2000)
GRID_CLOCK = [0, 1, 2, 50, 999, 1000, 1001, 1500, 1999, 2500]


def grid(x=GRID, y=None, clock=GRID_CLOCK):
    return GridSearch(x, height(x) if y is None else y, curve(), clock, title="Look everywhere", name="grid")


def grid_values(frame):
    step = min(GRID_CLOCK[frame], 1999)
    seen = [(float((x - 10) ** 2), float(x)) for x in GRID[: step + 1]]
    y, x = min(seen)
    now = {"setting": 2000, "now.x": GRID[step], "now.y": seen[step][0], "best.x": x, "best.y": y}
    now |= {"last_step": 1999} if step == 1999 else {}
    return {f"grid.{gid}": value for gid, value in now.items()}


# --- a map, and a chart ----------------------------------------------------------------------------------------------

MAP_CLOCK = [*range(12), 15, 20, 40]
WALKERS = {"SGD": 0.06, "slow": 0.01, "Adam": 0.03}  # name → learning rate
STEPS = {"SGD": 40, "slow": 40, "Adam": 9}  # one ends before the clock does


def f(x, y):
    return (x**2 + 25 * y**2) / 2


def gradient(places):
    x, y = places
    return np.array([x, 25 * y])


def way(name):
    """Return the places (S, 2) of plain descent with this rate, by hand."""
    places = [(-9.0, 2.0)]
    for _ in range(STEPS[name]):
        x, y = places[-1]
        places.append((x - WALKERS[name] * x, y - WALKERS[name] * 25 * y))
    return places


def series():
    made = []
    for name, rate in WALKERS.items():
        x, y = np.transpose(way(name))
        made.append(Series(name, {"learning rate": rate, "x": x, "y": y, "f": f(x, y)}))
    return made


def apart():
    walkers = series()
    walkers[0].columns["x"][0] += 1
    return walkers


def valley():
    x, y = np.linspace(-10, 4, 57), np.linspace(-3.2, 3.2, 257)
    levels = [0.5, 2, 10, 40, 60]
    return Valley(x, y, f(x, y[:, None]), levels, "f = ½ (x² + 25 y²)", bottom=(0, 0), numbers_at=3)


def middle():
    x, y = np.linspace(-2, 0.5, 41), np.linspace(-0.2, 0.2, 41)
    return Valley(x, y, f(x, y[:, None]), [0.1, 0.5], "f", bottom=(0, 0), numbers_at=0)


def contour(walkers=None):
    return ContourDescent(valley(), walkers or series(), MAP_CLOCK)


def enlarged(walkers=None, by=2, **settings):
    """Return a map with the way down at the first walker, and its middle drawn larger."""
    own = {"gradient": gradient, "closer": middle(), "closer_at": (-6, -2.3), "closer_by": by}
    return ContourDescent(valley(), walkers or series(), MAP_CLOCK, **own | settings)


def enlarged_values(frame):
    last = {"closer_by": 2}  # before that, none comes to the middle
    return {"step": MAP_CLOCK[frame]} | (last if frame == len(MAP_CLOCK) - 1 else {})


def chart(walkers=None):
    forms = {"x": "{:z.3f}", "y": "{:z.3f}", "f": "{:.5f}"}
    return StepChart(walkers or series(), MAP_CLOCK, shown="f", title="How high each still is", forms=forms)


def chart_values(frame):
    values = {}
    for name, rate in WALKERS.items():
        x, y = way(name)[min(MAP_CLOCK[frame], STEPS[name])]
        values |= {f"{name}.learning rate": rate, f"{name}.x": x, f"{name}.y": y}
        values |= {f"{name}.f": (x * x + 25 * y * y) / 2}
    return values


LEVELS = ("f = ½ (x² + 25 y²)", "10", "40", "60")

SAMPLES = {
    "one curve, three rates": Sample(three_panels, three_values, drawn=3.4, also=(3, 4, 5.5, 7.5)),
    "under a rule": Sample(lambda: Stacked(Heading("a rule", CLOCK, 600), panel()),
                           lambda: lambda frame: panel_values(0.1)(frame) | {"step": CLOCK[frame]}),
    "leaving the picture": Sample(leaving, lambda: panel_values(1.1, LEAVING, 60), drawn=2, also=(2.5, 3)),
    "camera that follows": Sample(followed, lambda: panel_values(1.1, range(0, 40, 2), 60), frames=(0, 9, 19),
                                  also=(4.5,)),
    "steps of one size, long words": Sample(
        lambda: CurveDescent(descent(0.1), curve(), CLOCK, title="Steps of one size", name="fixed", setting="step size",
                             push="sign of slope"), frames=(3,), pictured=False),
    "steps of one size": Sample(lambda: by_sign(0.5), lambda: by_sign_values(0.5)),
    "too large a size": Sample(lambda: by_sign(8.0), lambda: by_sign_values(8.0)),
    "grid": Sample(grid, lambda: grid_values, also=(3.5, 6.9)),
    "map": Sample(contour, lambda: {"step": MAP_CLOCK}, LEVELS, also=(12.5,)),
    "map, its middle enlarged": Sample(enlarged, lambda: enlarged_values, LEVELS, also=(0.5, 3.5, 12)),
    "map, from the bottom": Sample(
        lambda: ContourDescent(valley(), [Series("still", {"x": np.zeros(2), "y": np.zeros(2)})], [0, 1],
                               gradient=gradient), None, LEVELS, pictured=False),
    "map, starting apart": Sample(lambda: enlarged(apart()), None, LEVELS, pictured=False),
    "chart": Sample(chart, lambda: chart_values, also=(12.5,)),
}  # fmt: skip
