"""Bad input for descents: steps on a curve and in a valley, and charts of them."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

import animations as an
from tests.bad_input import scene_arguments as shown
from tests.bad_input.hostile import WRONG, array, choice, integer, made, real
from tests.bad_input.scene_arguments import Scenes, X, clock, growing, objects, one_of, word, words
from tests.bad_input.verdict import Subject

DESCENTS = Scenes()
scene = DESCENTS.add


def height(x: Any) -> Any:
    return (x - 10) ** 2


def slope(x: Any) -> Any:
    return 2 * (x - 10)


CURVE = an.Curve(np.linspace(0, 20, 9), height(np.linspace(0, 20, 9)))
STEPS = clock(0, 1, 3, 5)
FUNCTIONS = [None, 3, lambda x: x[:1], lambda x: None, lambda x: "text", lambda x: x * np.nan]


def descent(**changed: Any) -> an.Descent:
    settings = {"recording": shown.walk(), "f": height, "slope": slope, "rate": 0.1, "enough": 1e-3}
    return an.Descent(**settings | changed)


DESCENTS.made["Descent"] = Subject(
    lambda **given: [getattr(an.Descent(**given), name) for name in ("x", "y", "slope", "push", "change", "converged")],
    recording=one_of("a walk", shown.walk, shown.other_recording(), shown.diverged()),
    f=choice(height, wrong=FUNCTIONS),
    slope=choice(slope, wrong=FUNCTIONS),
    rate=real(0.1, 2.0, low=-np.inf),
    enough=real(1e-3, -1.0, low=-np.inf),
    push=choice(np.sign, None, wrong=FUNCTIONS[1:]),
    parameter=choice("x", wrong=["y", None, 3]), speaks=("recording",),
)  # fmt: skip
scene("Curve", lambda **given: an.GridSearch(X, X**2, an.Curve(**given), [0, 4], title="t", name="n"),
      x=growing(5), y=array(5, nan=WRONG), label=word("y"), speaks=("GridSearch",))  # fmt: skip
scene("GridSearch", an.GridSearch, x=array(6, low=0, high=20, nan=WRONG), y=array(6, low=0, high=99, nan=WRONG),
      curve=made("Curve(…)", lambda: CURVE, [(X, X)]), clock=STEPS, title=word("Grid"), name=word("grid"))  # fmt: skip
scene("CurveDescent", an.CurveDescent, descent=made("Descent(…)", functools.cache(descent), [shown.walk()]),
      curve=made("Curve(…)", lambda: CURVE), clock=STEPS, title=word("Down"), name=word("down"),
      setting=word("learning rate"), push=word("slope"),
      views=choice(None, [(0, 20)] * 4, wrong=[[(20, 0)] * 4, [(0, 20)], 3, "x", [(0, np.nan)] * 4]))  # fmt: skip
scene("Heading", an.Heading, rule=word("x ← x − slope"), clock=STEPS, width=integer(200), said=words("first", "next"))


def valley(**changed: Any) -> an.Valley:
    x, y = np.linspace(-2, 2, 9), np.linspace(-1, 1, 7)
    f = x**2 + 3 * y[:, None] ** 2
    settings = {"x": x, "y": y, "f": f, "levels": [0.5, 1, 2], "label": "f(x, y)", "bottom": (0, 0), "numbers_at": 1.0}
    return an.Valley(**settings | changed)


def walker(name: str = "SGD", **columns: Any) -> an.Series:
    return an.Series(name, {"x": X, "y": X**2, "f": X**2 + 0.1, "rate": 0.1} | columns)


SERIES = objects("Series(…)", walker, lambda: walker("Adam"), wrong=[(walker(),) * 6, (an.Series("SGD", {"x": X}),)])
scene("Valley", lambda **given: an.ContourDescent(valley(**given), [walker()], [0, 4]),
      x=growing(9), y=growing(7), f=array(7, 9, low=0, high=4, nan=WRONG),
      levels=choice([0.5, 1, 2], wrong=[[], None, [2, 1], [np.nan], ["1"], 9, [[1]]]),
      label=word("f(x, y)"), bottom=choice((0, 0), wrong=[None, 3, (0,), (0, np.nan), (0, 9), "ab", (0, 0, 0)]),
      numbers_at=real(0.5, low=-2, high=2), speaks=("ContourDescent",))  # fmt: skip
scene("ContourDescent", an.ContourDescent, valley=one_of("Valley(…)", valley, X), series=SERIES, clock=STEPS,
      gradient=choice(lambda places: places, None, wrong=FUNCTIONS[1:]),
      closer=choice(None, wrong=[3, "x", X]), closer_at=choice((0.0, 0.0), wrong=[None, 3, (0,), (0, np.nan), "ab"]),
      closer_by=real(2.0, low=1))  # fmt: skip
DESCENTS.made["Series"] = Subject(
    lambda name, x, y: [(s := an.Series(name, {"x": x, "y": y})).name, *s.columns.values(), s.at("x", 99)],
    name=word("SGD"), x=array(4, nan=WRONG), y=choice(1.0, 3.5, [1.0, 2.0], wrong=[None, "1", 1j, [[1.0]], np.nan]),
)  # fmt: skip
DESCENTS.made["Series, its columns"] = Subject(
    lambda columns: [an.Series("SGD", columns).columns],
    columns=choice({"x": [1.0, 2.0]}, wrong=[None, [1, 2], {3: [1]}, {"x": None}, {"x": [[1]]}, {}, "x"]),
)
scene("StepChart", an.StepChart, series=SERIES, clock=STEPS, shown=choice("f", wrong=["g", "rate", None]),
      title=word("How far"), forms=choice(None, {}, {"f": "{:.3f}"},
                                          wrong=["{:.3f}", {"f": 3}, {"f": "{:d}"}, {"f": len}]))  # fmt: skip
