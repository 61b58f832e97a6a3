"""Chapter 2: walks down a parabola and through a valley, by hand."""

import numpy as np

from tests.animations.samples.descent import ENOUGH, RATES, panel_values
from tests.chapters.sources.values import beside, named
from tinylearn import SGD, Adam, RMSprop

HANDED = ()
CAPTIONS = {
    "f = ½ (x² + 100 y²)", "|x − 10|", "20", "50", "100", "200", "400",  # heights, on the lines of a map
    "Height, each with the best of 15 rates tried", "It met a loss of inf, with x at norm 1.44e+154.",
}  # fmt: skip
FIRST = range(5)  # steps, which a quick run shows, too


def films(handed):
    return {
        "ch02_grid_search": grid_search([0, 375, 750, 1125, 1500, 1875, 1999]),
        "ch02_fixed_steps": fixed_steps([*FIRST, 40, 2000]),
        "ch02_learning_rates": learning_rates([*FIRST, 15, 50, 543, 2000]),
        "ch02_diverging": diverging([*FIRST, 24, 60]),
        "ch02_two_dimensions": two_dimensions([*FIRST, 15, 30, 60, 90, 100]),
    }


def under(clock, *panels):
    """Return what the audit is told of panels under a heading with a clock."""
    return {"source": beside(lambda frame: {"step": clock[frame]}, *panels)}


def grid_search(clock):
    places = np.linspace(0, 20, 2000)

    def values(frame):
        at, best = places[clock[frame]], min(places[: clock[frame] + 1], key=lambda x: (x - 10) ** 2)
        found = {"setting": 2000, "now.x": at, "now.y": (at - 10) ** 2, "best.x": best, "best.y": (best - 10) ** 2}
        return named("grid", found | ({"last_step": 1999} if clock[frame] == 1999 else {}))

    return under(clock, values)


def fixed_steps(clock):
    return under(clock, *(fixed_values(size, clock) for size in (8.0, 0.01, 0.001)))


def fixed_values(size, clock):
    """Return frame → (gid → value) of the panel of one step size, from a walk by hand."""
    x = [1.2345]
    while len(x) <= 2000 and (len(x) < 2 or abs((x[-1] - 10) ** 2 - (x[-2] - 10) ** 2) > ENOUGH):
        x.append(x[-1] - size * np.sign(x[-1] - 10))
    last = len(x) - 1

    def values(frame):
        step = min(clock[frame], last)
        now = {"setting": size, "divisor": 10, "x": x[step], "y": (x[step] - 10) ** 2, "slope": 2 * (x[step] - 10)}
        if step < last:
            now |= {"update.x": x[step], "update.rate": size, "update.push": np.sign(x[step] - 10)}
            return named(f"size_{size}", now | {"update.next_x": x[step + 1]})
        change = abs((x[-1] - 10) ** 2 - (x[-2] - 10) ** 2)
        return named(f"size_{size}", now | {"last_step": last, "change": change, "enough": ENOUGH})

    return values


def learning_rates(clock):
    return under(clock, *(panel_values(rate, clock) for rate in RATES))


def diverging(clock):
    rates = {"diverges": 1.1, "the bound": 1.0, "large": 0.95, "medium": 0.1, "small": 0.0003}
    ends = {"medium": 30, "large": 58}

    def chart(frame):
        found = {}
        for name, rate in rates.items():
            distance = 8.7655 * abs(1 - 2 * rate) ** min(clock[frame], ends.get(name, 60))
            found |= named(name, {"learning rate": rate, "× each step": abs(1 - 2 * rate), "|x − 10|": distance})
        return found

    panels, end = under(clock, panel_values(1.1, clock, most=60), chart)["source"], how_it_ends()
    return {"source": lambda frame: panels(frame) if frame < len(clock) else end}


def how_it_ends():
    """Return gid → value of the autopsy: x by hand until y is infinite."""
    x = [np.float64(1.2345)]
    with np.errstate(over="ignore"):
        while np.isfinite((x[-1] - 10) ** 2):
            x.append(x[-1] - 1.1 * 2 * (x[-1] - 10))
    last = len(x) - 1  # the update that led to it; the next one starts from an infinite y
    values = {"diverged_at": last + 1, "learning_rate": 1.1, "first": 1, "last": last}
    values |= {"loss.first": (x[0] - 10) ** 2, "loss.last": (x[last - 1] - 10) ** 2}
    return values | {"x.first": abs(x[1]), "x.last": abs(x[last])}


def two_dimensions(clock):
    optimizers = {
        "SGD": (0.015, SGD(0.015)), "momentum": (0.015, SGD(0.015, momentum=0.9)),
        "RMSprop": (0.15, RMSprop(0.15)), "Adam": (0.3, Adam(0.3)),
    }  # fmt: skip
    frames = [{"step": step} for step in range(101)]
    for name, (rate, optimizer) in optimizers.items():
        place = np.array([-9.0, 2.0])
        for now in frames:
            x, y = place.tolist()
            now |= named(name, {"learning rate": rate, "x": x, "y": y, "f": x * x / 2 + 50 * y * y})
            now |= {"closer_by": 6} if abs(x) <= 0.7 and abs(y) <= 0.17 else {}  # one has come to the middle
            optimizer.step(place, np.array([x, 100 * y]))
    return {"source": lambda frame: frames[clock[frame]]}
