"""Bad input for scenes of numbers: charts, descents, functions and neurons; and for whole runs as pictures."""

# ruff: noqa: I001 (a line for each name of the language of the tables would be long)
import contextlib
import functools

import numpy as np

import animations as an
import tinylearn as tl
from chapters.ch02_gradient_descent import diverge, gradient_descent
from chapters.ch04_activations import one_update
from tests.bad_input.hostile import (
    OPEN, WRONG, always, array, choice, clock, flag, growing, integer, made, objects, one_of, optional, real,
    word, words,
)  # fmt: skip
from tests.bad_input.scenes import X, part, recorded_run, run, scene
from tinylearn.datasets import Table

NO_FUNCTIONS = [3, lambda x: x[:1], lambda x: None, lambda x: "text", lambda x: x * np.nan]
NO_PLACES = [None, 3, (0,), (0, np.nan), "ab"]
EPOCHS = clock(0, 1, 4, wrong=[[0, 5], [99]])

# --- charts of a table ------------------------------------------------------------------------------------------------


def chart(kind):
    """Return what makes a chart from the parts of a table."""
    return lambda values, names, clock, unit, **settings: kind(
        Table([1, 2, 4], names, values, clock=clock, unit=unit), **settings
    )


for kind in (an.BarRace, an.Bars, an.GrowingLines, an.Pie):
    scene(chart(kind), kind.__name__, speaks=("Table",), values=array(3, 2, low=0, high=9, nan=OPEN),
          names=words("Oslo", "Rome"), clock=word("year"), unit=word("mm"), top=integer(1, 2), with_clock=flag(),
          title=word("a title"), source=optional(word("a source")))  # fmt: skip
scene(lambda **given: an.GrowingLines(Table([1, 2, 4], ("Oslo", "Rome"), np.eye(3)[:, :2]), **given),
      "GrowingLines, its width", with_values=flag(), width=choice(
          400, 1000, np.int64(400), also=[250], wrong=[-1, 0, 400.5, "400", None, 10**6, np.nan, 1j]))  # fmt: skip

# --- descents: on a curve and in a valley -----------------------------------------------------------------------------


def height(x):
    return (x - 10) ** 2


def slope(x):
    return 2 * (x - 10)


walk = functools.cache(functools.partial(gradient_descent, 0.1, most=5))
diverged = functools.cache(functools.partial(diverge, 1.1))
CURVE = an.Curve(np.linspace(0, 20, 9), height(np.linspace(0, 20, 9)))
STEPS, CURVES = clock(0, 1, 3, 5), made(lambda: CURVE, (X, X))
part(an.Descent, ("x", "y", "slope", "push", "change", "converged"), speaks=("recording",),
     recording=one_of(walk, run(1)[1], diverged()), f=choice(height, wrong=[None, *NO_FUNCTIONS]),
     slope=choice(slope, wrong=[None, *NO_FUNCTIONS]), rate=real(0.1, 2.0, low=-np.inf),
     enough=real(1e-3, -1.0, low=-np.inf), push=choice(np.sign, None, wrong=NO_FUNCTIONS),
     parameter=choice("x", wrong=["y", None, 3]))  # fmt: skip
scene(lambda **given: an.GridSearch(X, X**2, an.Curve(**given), [0, 4], title="t", name="n"), "Curve",
      speaks=("GridSearch",), x=growing(5), y=array(5, nan=WRONG), label=word("y"))  # fmt: skip
scene(an.GridSearch, x=array(6, low=0, high=20, nan=WRONG), y=array(6, low=0, high=99, nan=WRONG), curve=CURVES,
      clock=STEPS)  # fmt: skip
scene(an.CurveDescent, curve=CURVES, clock=STEPS, setting=word("learning rate"), push=word("slope"),
      descent=one_of(lambda: an.Descent(walk(), height, slope, 0.1, enough=1e-3), walk()),
      views=choice(None, [(0, 20)] * 4, wrong=[[(20, 0)] * 4, [(0, 20)], 3, "x", [(0, np.nan)] * 4]))  # fmt: skip
scene(an.Heading, rule=word("x ← x − slope"), clock=STEPS, width=integer(200), said=words("first", "next"))


def valley(**changed):
    x, y = np.linspace(-2, 2, 9), np.linspace(-1, 1, 7)
    f = x**2 + 3 * y[:, None] ** 2
    settings = {"x": x, "y": y, "f": f, "levels": [0.5, 1, 2], "label": "f(x, y)", "bottom": (0, 0), "numbers_at": 1.0}
    return an.Valley(**settings | changed)


def walker(name="SGD"):
    return an.Series(name, {"x": X, "y": X**2, "f": X**2 + 0.1, "rate": 0.1})


WALKERS = objects(walker, lambda: walker("Adam"), wrong=[(walker(),) * 6, (an.Series("SGD", {"x": X}),)])
scene(lambda **given: an.ContourDescent(valley(**given), [walker()], [0, 4]), "Valley", speaks=("ContourDescent",),
      x=growing(9), y=growing(7), f=array(7, 9, low=0, high=4, nan=WRONG), label=word("f(x, y)"),
      levels=choice([0.5, 1, 2], wrong=[[], None, [2, 1], [np.nan], ["1"], 9, [[1]]]),
      bottom=choice((0, 0), wrong=[*NO_PLACES, (0, 9), (0, 0, 0)]), numbers_at=real(0.5, low=-2, high=2))  # fmt: skip
scene(an.ContourDescent, valley=one_of(valley, X), series=WALKERS, clock=STEPS, closer=choice(None, wrong=[3, "x", X]),
      gradient=choice(lambda places: places, None, wrong=NO_FUNCTIONS),
      closer_at=choice((0.0, 0.0), wrong=NO_PLACES), closer_by=real(2.0, low=1))  # fmt: skip
scene(an.StepChart, series=WALKERS, clock=STEPS, shown=choice("f", wrong=["g", "rate", None]), title=word("How far"),
      forms=choice(None, {}, {"f": "{:.3f}"}, wrong=["{:.3f}", {"f": 3}, {"f": "{:d}"}, {"f": len}]))  # fmt: skip
part(lambda name, x, y: [(s := an.Series(name, {"x": x, "y": y})).name, *s.columns.values(), s.at("x", 99)], (),
     "Series", name=word("SGD"), x=array(4, nan=WRONG),
     y=choice(1.0, 3.5, [1.0, 2.0], wrong=[None, "1", 1j, [[1.0]], np.nan]))  # fmt: skip
part(lambda columns: an.Series("SGD", columns).columns, (), "Series, its columns", columns=choice(
    {"x": [1.0, 2.0]}, wrong=[None, [1, 2], {3: [1]}, {"x": None}, {"x": [[1]]}, {}, "x"]))  # fmt: skip

# --- functions and neurons: what they make of numbers, and lines and curves that they fit -----------------------------


def function_states(layer=None, x=X):
    return an.FunctionStates(layer or tl.ReLU(), x)


def softmax_bars(scores, **given):
    """Return bars of scores whose probabilities fit, where there are any."""
    table = np.zeros(0)
    with contextlib.suppress(ValueError):  # rows of different lengths
        table = np.asarray(scores)
    fits = table.ndim == 2 and table.size > 0 and table.dtype.kind in "fiu"
    probabilities = tl.Softmax().forward(table.astype(float)) if fits else np.full((3, 4), 0.25)
    return an.SoftmaxBars(scores, probabilities, **given)


part(an.FunctionStates, ("y", "fine_slope"), speaks=("value_and_slope", "Dense"), x=growing(5),
     layer=made(tl.Tanh, tl.Dense(3, 2, rng=np.random.default_rng(0)), tl.ReLU, tl.Flatten))  # fmt: skip
scene(an.FunctionAndSlope, states=one_of(function_states), formula=word("max(x, 0)"),
      beside=optional(one_of(function_states)))  # fmt: skip
scene(lambda x: an.FunctionAndSlope(function_states(tl.Tanh(), x), title="", formula="", name="f"),
      "FunctionAndSlope, its x", speaks=("FunctionStates",), x=growing(5))  # fmt: skip
scene(softmax_bars, "SoftmaxBars", scores=array(3, 4, low=-5, high=5, nan=WRONG), moving=integer(0, 3, low=0))
scene(lambda probabilities: an.SoftmaxBars(np.zeros((3, 4)), probabilities, moving=0), "SoftmaxBars, probabilities",
      probabilities=always(np.full((3, 4), 0.25), array(3, 4, nan=WRONG)))  # fmt: skip

NEURON, UNITS, NUMBERS = recorded_run(1), words("°C", "°F"), array(5, nan=WRONG)
states = functools.partial(an.NeuronStates, run(1)[1])
STATES, LEARNED = one_of(lambda: states(X, X, [0, 2, 4])), always(X, NUMBERS)
SPEAK = {"speaks": ("recording", "Recording")}
part(an.NeuronStates, ("w", "b", "predicted", "loss"), **SPEAK, recording=NEURON, x=NUMBERS, target=NUMBERS,
     steps=EPOCHS, layer=choice("dense_1", wrong=["dense_9", None, 3]))  # fmt: skip
scene(an.NeuronDiagram, states=STATES, units=UNITS, ask=optional(real(50.0, -1e4, low=-np.inf)))
scene(an.NeuronUpdates, **SPEAK, recording=NEURON, x=LEARNED, target=LEARNED, units=UNITS,
      updates=clock(1, 2, 4, wrong=[[0, 1], [99]]))  # fmt: skip
scene(an.LineFit, states=STATES, units=UNITS)
scene(lambda x, target: an.LineFit(states(x, target, [0, 4])), "LineFit, what it learns", speaks=("NeuronStates",),
      x=NUMBERS, target=NUMBERS)  # fmt: skip


def curve_states(**changed):
    model, recording = run(1, (3, 1))
    settings = {"recording": recording, "model": model, "x": X[:, None], "target": X[:, None], "steps": [0, 2, 4]}
    return an.CurveStates(**settings | changed)


BEST = real(0.1, 2.0, low=0.0)
part(curve_states, ("predicted", "loss", "x"), "CurveStates", speaks=("Recording", "restore"), x=growing(5),
     recording=recorded_run(1, (3, 1)), model=one_of(lambda: run(1, (3, 1))[0], tl.Dense), target=NUMBERS,
     steps=EPOCHS)  # fmt: skip
scene(an.CurveFit, states=one_of(curve_states), best_line=BEST,
      heights=choice((-1.2, 1.2), wrong=[(1, -1), (0, np.nan), None, 3, (1,), "ab"]),
      losses=choice((0.01, 1.0), wrong=[(1, 0.5), (0, 1), (0.1, np.inf), None, 3, (1,), "ab"]),
      clock=choice(True, False, wrong=[None, "yes", 2]))  # fmt: skip
scene(an.CurveRace, best_line=BEST, states=one_of(
    lambda: {"one": curve_states(), "other": curve_states()}, {}, {"one": 3}, {3: curve_states}, [1],
    {str(number): curve_states for number in range(6)}))  # fmt: skip

# --- whole runs: a network, a race, an autopsy ------------------------------------------------------------------------

RUN, ITS_MODEL = recorded_run(2, (3, 1)), one_of(lambda: run(2, (3, 1))[0], tl.Dense)
scene(an.AutopsyPicture, autopsy=one_of(lambda: diverged().autopsy(), diverged()))
scene(an.Backpropagation, speaks=("recording",), recording=one_of(one_update, run(1)[1]),
      step=choice(1, wrong=[0, 2, -1, 1.5, None, "1", np.nan, 10**20, [1]]))  # fmt: skip
scene(an.NetworkDiagram, speaks=("recording", "output_shapes", "Dense"), recording=RUN, model=ITS_MODEL,
      steps=optional(EPOCHS),
      input_shape=choice(None, (2,), wrong=["2", 2, (3,), (2, 2), (0,), (-1,), (2.5,), [None]]))  # fmt: skip
scene(an.explore, speaks=("recording",), recording=RUN, steps=optional(EPOCHS), fps=choice(
          5, 2.5, also=[3.5], wrong=[0, -1, "5", None, np.nan, [5]]),
      numbers=choice((), [], ["dense_1.w[0, 1]"], ("dense_2.b",), also=[{}],
                     wrong=[None, 3, "dense_1.w", ["dense_9.w"], ["dense_1.w[9,9]"], [3], [None], ["dense_1.w[0]"]]),
      )  # fmt: skip


def runners():
    """Return a race of two: a learning rate that is fine, and one that diverges."""
    return tl.race(
        lambda rng: tl.Sequential([tl.Dense(1, 1, rng=rng)]), (X[:, None], X[:, None]),
        {"slow": tl.SGD(0.1), "fast": tl.SGD(1e60)}, loss=tl.MeanSquaredError(), epochs=3, batch_size=5,
    )  # fmt: skip


scene(an.Race, runners=one_of(runners, {}, {"a": 3}, {3: None}), steps=optional(clock(0, 1, 3)), title=word("Rates"))
