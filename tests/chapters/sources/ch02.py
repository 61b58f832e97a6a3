"""Chapter 2: walks down a parabola and through a valley, by hand."""

import numpy as np

from tests.animations.descent_helpers import ENOUGH, RATES, panel_values
from tests.chapters.sources.values import beside, named, together
from tinylearn import SGD, Adam, RMSprop

HANDED = ()
CAPTIONS = {
    "f = ½ (x² + 100 y²)", "|x − 10|", "20", "50", "100", "200", "400",  # heights, on the lines of a map
    "Height, each with the best of 15 rates tried",
}  # fmt: skip
UNPLACED = set()

CONVERGED, NOT_YET = ("✓ converged at step", "≤"), ("✗ not converged after", ">")


def labels_of_panel(ending, **other):
    last, enough = ending
    return {
        "setting": "learning rate", "step": "Step", "x": "x =", "y": "y =", "slope": "slope =", "update.x": "x ←",
        "update.rate": "−", "update.push": "·", "update.next_x": "=", "change": "In the last step y changed by",
        "last_step": last, "enough": enough,
    } | other  # fmt: skip


def films(handed):
    clock = [0, 15, 30, 45, 69, 252, 919, 2000]
    labels = {0.95: CONVERGED, 0.1: CONVERGED, 0.0003: NOT_YET}
    return {
        "ch02_grid_and_fixed_steps": grid_and_fixed_steps([0, 375, 750, 1125, 1500, 1875, 1999]),
        "ch02_learning_rates": {
            "source": beside(*(panel_values(rate, clock) for rate in RATES)),
            "names": together(*(named(f"rate_{rate}", labels_of_panel(labels[rate])) for rate in RATES)),
        },
        "ch02_diverging": diverging([0, 15, 30, 45, 60]),
        "ch02_two_dimensions": two_dimensions([0, 15, 30, 45, 60, 75, 90, 100]),
    }


def grid_and_fixed_steps(clock):
    places, x = np.linspace(0, 20, 2000), [1.2345 + 0.01 * step for step in range(878)]

    def values(frame):
        step = clock[frame]
        at, best, now = places[step], min(places[: step + 1], key=lambda x: (x - 10) ** 2), x[min(step, 877)]
        found = {"grid.setting": 2000, "grid.step": step, "grid.now.x": at, "grid.now.y": (at - 10) ** 2}
        found |= {"grid.best.x": best, "grid.best.y": (best - 10) ** 2, "fixed.setting": 0.01, "fixed.step": step}
        found |= {"fixed.x": now, "fixed.y": (now - 10) ** 2, "fixed.slope": 2 * (now - 10)}
        found |= {"grid.last_step": 1999} if step == 1999 else {}
        if step < 877:
            return found | {"fixed.update.x": now, "fixed.update.rate": 0.01, "fixed.update.push": -1,
                            "fixed.update.next_x": now + 0.01}  # fmt: skip
        change = abs((x[877] - 10) ** 2 - (x[876] - 10) ** 2)
        return found | {"fixed.last_step": 877, "fixed.change": change, "fixed.enough": ENOUGH}

    grid = {"setting": "points", "step": "Step", "now.x": "x =", "now.y": "y =", "best.x": "x =", "best.y": "y ="}
    grid |= {"last_step": "✓ all points seen at step"}
    return {
        "source": values,
        "names": named("grid", grid) | named("fixed", labels_of_panel(CONVERGED, setting="step size")),
    }


def diverging(clock):
    rates = {"diverges": 1.1, "the bound": 1.0, "too large": 0.95, "moderate": 0.1, "too small": 0.0003}
    ends = {"moderate": 30, "too large": 58}

    def chart(frame):
        found = {}
        for name, rate in rates.items():
            distance = 8.7655 * abs(1 - 2 * rate) ** min(clock[frame], ends.get(name, 60))
            found |= {f"{name}.learning rate": rate, f"{name}.× each step": abs(1 - 2 * rate)}
            found |= {f"{name}.|x − 10|": distance}
        return found

    columns = ("learning rate", "× each step", "|x − 10|")
    names = {f"{name}.{column}": (name, column) for name in rates for column in columns}
    return {
        "source": beside(panel_values(1.1, clock, most=60), chart),
        "names": names | named("rate_1.1", labels_of_panel(NOT_YET)),
    }


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
            optimizer.step(place, np.array([x, 100 * y]))
    names = {f"{name}.{column}": (name, column) for name in optimizers for column in ("learning rate", "x", "y", "f")}
    return {"source": lambda frame: frames[clock[frame]], "names": {"step": "Step"} | names}
