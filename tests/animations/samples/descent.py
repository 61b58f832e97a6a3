"""Searches for the lowest place: walks on one curve, made by hand and recorded, a grid search, a map with a chart."""

import functools

import numpy as np

import animations as an
from tests.animations.samples.sample import Sample, unpictured
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
    return an.Descent(recorded_walk(rate, **settings), height, slope, rate, enough=ENOUGH)


def curve(low=0, high=20):
    x = np.linspace(low, high, 101)
    return an.Curve(x, height(x), "y = (x − 10)²")


def panel(rate=0.1, clock=CLOCK, window=(0, 20), **settings):
    walked = descent(rate, **settings)
    return an.CurveDescent(walked, curve(*window), clock, title="Panel", name=f"rate_{rate}")


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


LEAVING = [0, 1, 12, 13, 14, 59, 60]


def leaving(clock=LEAVING):
    """Return the panel of a walk that diverges, and leaves the picture after step 12."""
    return panel(1.1, clock, window=(-75, 95), most=60)


def followed(clock=range(0, 40, 2)):
    """Return a diverging walk, seen by a camera that steps back as far as the walk leaps."""
    x = np.array(walk(1.1, most=60))
    reach = 1.5 * np.abs(x[list(clock)] - 10)
    far = np.geomspace(0.1, 1e5, 300)
    wide = an.Curve(np.concatenate([10 - far[::-1], 10 + far]), np.concatenate([far[::-1], far]) ** 2)
    views = np.stack([10 - reach, 10 + reach], axis=1)
    return an.CurveDescent(descent(1.1, most=60), wide, clock, title="Diverges", name="rate_1.1", views=views)


def by_sign(size, walked=None, clock=(0, 1, 2, 5, 11, 12, 13), title="Fixed"):
    """Return the panel of a walk whose steps have one size."""
    x = [START]
    for _ in range(12):
        x.append(x[-1] - size * (1 if x[-1] > 10 else -1))
    walked = walked or an.Descent(recorded(x=x), height, slope, size, enough=ENOUGH, push=np.sign)
    return an.CurveDescent(walked, curve(), clock, title=title, name="fixed", setting="step size",
                           push="sign of slope")  # fmt: skip


# --- a grid ----------------------------------------------------------------------------------------------------------

GRID = np.linspace(0, 20, 2000)
GRID_CLOCK = [0, 1, 2, 50, 999, 1000, 1001, 1500, 1999, 2500]


def grid(x=GRID, y=None, clock=GRID_CLOCK):
    return an.GridSearch(x, height(x) if y is None else y, curve(), clock, title="Look everywhere", name="grid")


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
        made.append(an.Series(name, {"learning rate": rate, "x": x, "y": y, "f": f(x, y)}))
    return made


def apart():
    walkers = series()
    walkers[0].columns["x"][0] += 1
    return walkers


def valley():
    x, y = np.linspace(-10, 4, 57), np.linspace(-3.2, 3.2, 257)
    levels = [0.5, 2, 10, 40, 60]
    return an.Valley(x, y, f(x, y[:, None]), levels, "f = ½ (x² + 25 y²)", bottom=(0, 0), numbers_at=3)


def middle():
    x, y = np.linspace(-2, 0.5, 41), np.linspace(-0.2, 0.2, 41)
    return an.Valley(x, y, f(x, y[:, None]), [0.1, 0.5], "f", bottom=(0, 0), numbers_at=0)


def contour(walkers=None):
    return an.ContourDescent(valley(), walkers or series(), MAP_CLOCK)


def enlarged(walkers=None, by=2, **settings):
    """Return a map with the way down at the first walker, and its middle drawn larger."""
    own = {"gradient": gradient, "closer": middle(), "closer_at": (-6, -2.3), "closer_by": by}
    return an.ContourDescent(valley(), walkers or series(), MAP_CLOCK, **own | settings)


def chart(walkers=None):
    forms = {"x": "{:z.3f}", "y": "{:z.3f}", "f": "{:.5f}"}
    return an.StepChart(walkers or series(), MAP_CLOCK, shown="f", title="How high each still is", forms=forms)


def still():
    return an.ContourDescent(valley(), [an.Series("still", {"x": np.zeros(2), "y": np.zeros(2)})], [0, 1],
                             gradient=gradient)  # fmt: skip


LEVELS = ("f = ½ (x² + 25 y²)", "10", "40", "60")
SAMPLES = {
    "one curve, three rates": Sample(
        lambda: an.SideBySide(*[panel(rate) for rate in RATES]), drawn=3.4, also=(3, 4, 5.5, 7.5)),
    "under a rule": Sample(lambda: an.Stacked(an.Heading("a rule", CLOCK, 600), panel())),
    "leaving the picture": Sample(leaving, lambda: panel_values(1.1, LEAVING, 60), drawn=2, also=(2.5, 3)),
    "camera that follows": Sample(followed, lambda: panel_values(1.1, range(0, 40, 2), 60), also=(4.5,)),
    "steps of one size": Sample(lambda: by_sign(0.5)),
    "too large a size": Sample(lambda: by_sign(8.0)),
    "grid": Sample(grid, also=(3.5, 6.9)),
    "map": Sample(contour, allowed=LEVELS, also=(12.5,)),
    "map, its middle enlarged": Sample(enlarged, allowed=LEVELS, also=(0.5, 3.5, 12)),
    "chart": Sample(chart, also=(12.5,)),
} | unpictured({
    "steps of one size, long words": lambda: by_sign(0.1, descent(0.1), CLOCK, title="Steps of one size"),
    "map, from the bottom": still,
    "map, starting apart": lambda: enlarged(apart()),
}, allowed=LEVELS)  # fmt: skip
