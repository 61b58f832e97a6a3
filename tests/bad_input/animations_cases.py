"""The table of bad input, the half of animations: how each public name is called, and with what."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import numpy as np
from hypothesis import strategies as st

import animations as an
import tinylearn as tl
from tests.animations.small_scenes import Trail
from tests.bad_input.hostile import WRONG, Argument, Given, array, choice, flag, made, of, real, whole
from tests.bad_input.scene_arguments import (
    NEURON,
    PIXEL_STATES,
    PIXELS,
    STATES,
    X,
    clock,
    diverged,
    growing,
    neuron,
    objects,
    one_of,
    optional,
    other_recording,
    painted,
    rows,
    run,
    told,
    walk,
    word,
    words,
)  # fmt: skip
from tests.bad_input.verdict import Subject
from tinylearn.datasets import Table

ANIMATIONS: dict[str, Subject] = {}
DRAWN: dict[str, Subject] = {}


def scene(name: str, make: Any, /, **arguments: Any) -> None:
    """Add the rows of a scene."""
    made_only, drawn = rows(name, make, arguments)
    ANIMATIONS.update(made_only)
    DRAWN.update(drawn)


# --- tables -----------------------------------------------------------------------------------------------------------


def table(values: Any, names: Any = ("Oslo", "Rome"), **texts: Any) -> Table:
    return Table([1, 2, 4], names, values, **texts)


VALUES = array(3, 2, low=0, high=9, nan=WRONG)
SETTINGS: dict[str, Argument] = {"per_row": whole(1, 2), "with_clock": flag(), "title": word("a title"),
                                 "source": optional(word("a source"))}  # fmt: skip
for kind in (an.BarRace, an.Bars, an.GrowingLines, an.Pie):
    scene(
        kind.__name__,
        lambda values, names, clock, unit, kind=kind, **settings: kind(
            table(values, names, clock=clock, unit=unit), **settings
        ),
        values=VALUES, names=words("Oslo", "Rome"), clock=word("year"), unit=word("mm"), speaks=("Table",), **SETTINGS,
    )  # fmt: skip
scene("GrowingLines, its width", an.GrowingLines, table=made("a table", lambda: table(np.eye(3)[:, :2])),
      with_values=flag(), width=choice(400, 1000, np.int64(400), also=[250],
                                       wrong=[-1, 0, 400.5, "400", None, 10**6, np.nan, 1j]))  # fmt: skip

# --- steps on a curve, in a valley ------------------------------------------------------------------------------------


def height(x: Any) -> Any:
    return (x - 10) ** 2


def slope(x: Any) -> Any:
    return 2 * (x - 10)


CURVE = an.Curve(np.linspace(0, 20, 9), height(np.linspace(0, 20, 9)))
STEPS = clock(0, 1, 3, 5)
FUNCTIONS = [None, 3, lambda x: x[:1], lambda x: None, lambda x: "text", lambda x: x * np.nan]


def descent(**changed: Any) -> an.Descent:
    settings = {"recording": walk(), "f": height, "slope": slope, "rate": 0.1, "enough": 1e-3}
    return an.Descent(**settings | changed)


ANIMATIONS["Descent"] = Subject(
    lambda **given: [getattr(an.Descent(**given), name) for name in ("x", "y", "slope", "push", "change", "converged")],
    recording=one_of("a walk", walk, other_recording(), diverged()),
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
scene("CurveDescent", an.CurveDescent, descent=made("Descent(…)", functools.cache(descent), [walk()]),
      curve=made("Curve(…)", lambda: CURVE), clock=STEPS, title=word("Down"), name=word("down"),
      setting=word("learning rate"), push=word("slope"))  # fmt: skip


def valley(**changed: Any) -> an.Valley:
    x, y = np.linspace(-2, 2, 9), np.linspace(-1, 1, 7)
    f = x**2 + 3 * y[:, None] ** 2
    settings = {"x": x, "y": y, "f": f, "levels": [0.5, 1, 2], "label": "f(x, y)", "bottom": (0, 0), "numbers_at": 1.0}
    return an.Valley(**settings | changed)


def walker(name: str = "SGD", **columns: Any) -> an.Series:
    return an.Series(name, {"x": X, "y": X**2, "f": X**2 + 0.1, "rate": 0.1} | columns)


SERIES = objects("Series(…)", walker, lambda: walker("Adam"), wrong=[(walker(),) * 6, (an.Series("SGD", {"x": X}),)])
LIST = array(2, low=0.4, high=1.9, nan=WRONG)
scene("Valley", lambda **given: an.ContourDescent(valley(**given), [walker()], [0, 4]),
      x=growing(9), y=growing(7), f=array(7, 9, low=0, high=4, nan=WRONG),
      levels=choice([0.5, 1, 2], wrong=[[], None, [2, 1], [np.nan], ["1"], 9, [[1]]]),
      label=word("f(x, y)"), bottom=choice((0, 0), wrong=[None, 3, (0,), (0, np.nan), (0, 9), "ab", (0, 0, 0)]),
      numbers_at=real(0.5, low=-2, high=2), speaks=("ContourDescent",))  # fmt: skip
scene("ContourDescent", an.ContourDescent, valley=one_of("Valley(…)", valley, X), series=SERIES, clock=STEPS)
ANIMATIONS["Series"] = Subject(
    lambda name, x, y: [(s := an.Series(name, {"x": x, "y": y})).name, *s.columns.values(), s.at("x", 99)],
    name=word("SGD"), x=array(4, nan=WRONG), y=choice(1.0, 3.5, [1.0, 2.0], wrong=[None, "1", 1j, [[1.0]], np.nan]),
)  # fmt: skip
ANIMATIONS["Series, its columns"] = Subject(
    lambda columns: [an.Series("SGD", columns).columns],
    columns=choice({"x": [1.0, 2.0]}, wrong=[None, [1, 2], {3: [1]}, {"x": None}, {"x": [[1]]}, {}, "x"]),
)
scene("StepChart", an.StepChart, series=SERIES, clock=STEPS, shown=choice("f", wrong=["g", "rate", None]),
      title=word("How far"), forms=choice(None, {}, {"f": "{:.3f}"},
                                          wrong=["{:.3f}", {"f": 3}, {"f": "{:d}"}, {"f": len}]))  # fmt: skip

# --- functions, networks ----------------------------------------------------------------------------------------------


def function_states(layer: Any = None, x: Any = X) -> an.FunctionStates:
    return an.FunctionStates(layer or tl.ReLU(), x)


ANIMATIONS["FunctionStates"] = Subject(
    lambda layer, x: [(s := an.FunctionStates(layer, x)).y, s.fine_slope],
    speaks=("value_and_slope", "Dense"),
    layer=made("Tanh()", tl.Tanh, [tl.Dense(3, 2, rng=np.random.default_rng(0)), tl.ReLU, tl.Flatten]),
    x=growing(5),
)
scene("FunctionAndSlope", an.FunctionAndSlope, states=one_of("FunctionStates(…)", function_states),
      title=word("ReLU"), formula=word("max(x, 0)"), name=word("relu"), note=word("", "a note"))  # fmt: skip
scene("FunctionAndSlope, its x",
      lambda x: an.FunctionAndSlope(function_states(tl.Tanh(), x), title="", formula="", name="f"),
      x=growing(5), speaks=("FunctionStates",))  # fmt: skip


def softmax_bars(scores: Any, **given: Any) -> an.SoftmaxBars:
    """Return bars of scores whose probabilities fit, where there are any."""
    table = np.zeros(0)
    with contextlib.suppress(ValueError):  # rows of different lengths
        table = np.asarray(scores)
    fits = table.ndim == 2 and table.size > 0 and table.dtype.kind in "fi"
    probabilities = tl.Softmax().forward(table.astype(float)) if fits else np.full((3, 4), 0.25)
    return an.SoftmaxBars(scores, probabilities, **given)


scene("SoftmaxBars", softmax_bars, scores=array(3, 4, low=-5, high=5, nan=WRONG), moving=whole(0, 3, low=0))
scene("SoftmaxBars, probabilities", lambda probabilities: an.SoftmaxBars(np.zeros((3, 4)), probabilities, moving=0),
      probabilities=Argument(st.just(Given(np.full((3, 4), 0.25))), array(3, 4, nan=WRONG).hostile))  # fmt: skip
ANIMATIONS["NeuronStates"] = Subject(
    lambda **given: [getattr(an.NeuronStates(**given), name) for name in ("w", "b", "predicted", "loss")],
    speaks=("recording", "Recording"),
    recording=NEURON, x=array(5, nan=WRONG), target=array(5, nan=WRONG), steps=clock(0, 1, 4, wrong=[[0, 5], [99]]),
    layer=choice("dense_1", wrong=["dense_9", None, 3]),
)  # fmt: skip
UNITS = words("°C", "°F")
scene("NeuronDiagram", an.NeuronDiagram, states=STATES, units=UNITS, ask=optional(real(50.0, -1e4, low=-np.inf)))
scene("LineFit", an.LineFit, states=STATES, units=UNITS)
scene("LineFit, what it learns", lambda x, target: an.LineFit(an.NeuronStates(neuron()[1], x, target, [0, 4])),
      x=array(5, nan=WRONG), target=array(5, nan=WRONG), speaks=("NeuronStates",))  # fmt: skip
bent = functools.partial(run, 1, (3, 1))


def curve_states(**changed: Any) -> an.CurveStates:
    settings = {"recording": bent()[1], "model": bent()[0], "x": X[:, None], "target": X[:, None], "steps": [0, 2, 4]}
    return an.CurveStates(**settings | changed)


ANIMATIONS["CurveStates"] = Subject(
    lambda **given: [(s := curve_states(**given)).predicted, s.loss, s.x],
    speaks=("Recording", "restore"),
    recording=one_of("a recording", lambda: bent()[1], other_recording()),
    model=one_of("its model", lambda: bent()[0], tl.Dense),
    x=growing(5), target=array(5, nan=WRONG),
    steps=clock(0, 1, 4, wrong=[[0, 5], [99]]),
)  # fmt: skip
scene("CurveFit", an.CurveFit, states=one_of("CurveStates(…)", curve_states), title=word("ReLU"), name=word("relu"),
      best_line=real(0.1, 2.0, low=0.0), heights=choice((-1.2, 1.2), wrong=[(1, -1), (0, np.nan), None, 3, (1,), "ab"]),
      losses=choice((0.01, 1.0), wrong=[(1, 0.5), (0, 1), (0.1, np.inf), None, 3, (1,), "ab"]))  # fmt: skip

# --- pictures ---------------------------------------------------------------------------------------------------------

EPOCHS = clock(0, 1, 4)
scene("ClassBars",
      lambda probabilities, **given: an.ClassBars(probabilities=shares(probabilities), **given),
      picture=array(4, 4, 3, low=0, nan=WRONG), probabilities=array(3, 2, low=0.1, nan=WRONG),
      names=words("cat", "dog"), target=whole(0, 1, low=0), epochs=EPOCHS, name=word("it"),
      note=word("", "new"))  # fmt: skip


def shares(values: Any) -> Any:
    """Return rows that add up to 1, where there are any."""
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiub" or values.ndim != 2:
        return values
    if not (values > 0.05).all():
        return values
    return values / values.sum(axis=1, keepdims=True)


scene("ContactSheet", an.ContactSheet, images=array(2, 2, 3, 4, 4, 1, low=0, nan=WRONG, floats=None),
      names=words("cat", "dog"), title=word("", "Pets"), zoom=whole(1, 3))  # fmt: skip
scene("FeatureMaps", an.FeatureMaps, picture=array(6, 6, 3, low=0, nan=WRONG),
      filters=array(3, 3, 3, 3, 2, nan=WRONG), maps=array(3, 4, 4, 2, low=0, nan=WRONG), epochs=EPOCHS)  # fmt: skip
ANIMATIONS["PixelStates"] = Subject(
    lambda **given: [getattr(an.PixelStates(**given), name) for name in ("red", "w", "sums", "predicted")],
    speaks=("recording", "Recording"),
    recording=PIXELS, pictures=array(2, 4, 4, 3, low=0, nan=WRONG), epochs=clock(0, 1, 4, wrong=[[0, 9], [7]]),
    layer=choice("dense_1", wrong=["dense_9", None, 3]),
)  # fmt: skip
scene("PixelNeuron", an.PixelNeuron, states=PIXEL_STATES, which=whole(0, 1, low=0), answers=words("deer", "horse"),
      target=whole(0, 1, low=0), note=word("", "never seen"), name=word("deer"))  # fmt: skip
scene("PixelNeuron, its pictures", lambda pictures: an.PixelNeuron(
          an.PixelStates(run(16)[1], pictures, [0, 4]), 1, answers=("a", "b"), target=0, note="", name="n"),
      pictures=array(2, 4, 4, 3, low=0, nan=WRONG), speaks=("PixelStates",))  # fmt: skip


def tally(name: str = "seen", right: Any = (1, 2, 4), total: Any = 4) -> an.Tally:
    return an.Tally(name, np.array(right), total)


TALLIES = objects(
    "Tally(…)", tally, lambda: tally("new", (0, 4, 2), 9), wrong=[[tally()] * 4, [tally(right=[1])], [(1, 2, 3)]]
)
COUNTS = array(3, low=0, high=4, whole=True, nan=WRONG)
scene("WeightPicture", an.WeightPicture, states=PIXEL_STATES, tallies=TALLIES, answers=words("deer", "horse"))
for kind in (an.TallyCurves, an.TallyStrip):
    scene(kind.__name__, kind, epochs=EPOCHS, tallies=TALLIES, title=word("right"), name=word("net"))
scene("Tally", lambda **given: an.TallyCurves([0, 1, 4], [an.Tally(**given)], title="right", name="net"),
      name=word("seen"), right=COUNTS, total=whole(4, 50), speaks=("TallyCurves",))  # fmt: skip

# --- boards, lakes, others --------------------------------------------------------------------------------------------

BOARD = array(3, 4, low=-9, high=9, nan=WRONG)
scene("ConvolutionSteps", an.ConvolutionSteps, image=BOARD, kernel=array(2, 2, low=-9, high=9, nan=WRONG),
      stride=whole(1, 2), padding=whole(0, 1, low=0), title=word("", "Edges"), name=word("", "one"))  # fmt: skip
scene("MaxPoolingSteps", an.MaxPoolingSteps, image=BOARD, size=whole(2, 1), stride=optional(whole(1, 2)),
      padding=whole(0, low=0), title=word("", "Largest"), name=word("", "one"),
      speaks=("MaxPool2D",))  # fmt: skip
MAP = choice(
    ["SF", "HG"], ("SF", "HG"), wrong=["SFHG", None, [], [""], ["SF", "H"], ["SX", "HG"], [1, 2], ["sf", "hg"]]
)
CHANCES = array(4, 4, low=0, nan=WRONG)
TILES = [[0, 4, 3], [0, -1, 3], [0, 1.5, 3], [0], [], None, "013", [0, 1, 3, 3], [[0, 1, 3]], ["0", "1", "3"]]
scene("LakeMoves", an.LakeMoves, rows=MAP, tiles=choice([0, 1, 3], np.array([0, 1, 3]), wrong=TILES),
      actions=choice([2, 1], wrong=[[2, 4], [2, -1], [2], [], None, "21", [2.5, 1], [2, np.nan]]),
      predictions=CHANCES, exact=CHANCES)  # fmt: skip
scene("LakePolicy", an.LakePolicy, rows=MAP, predictions=array(3, 4, 4, low=0, nan=WRONG), exact=CHANCES, epochs=EPOCHS,
      phases=words("first", "first", "then"))  # fmt: skip
scene("AutopsyPicture", an.AutopsyPicture, autopsy=one_of("an autopsy", lambda: diverged().autopsy(), diverged()))


NETWORK = {
    "recording": one_of("a recording", lambda: run(2, (3, 1))[1], other_recording()),
    "model": one_of("its model", lambda: run(2, (3, 1))[0], tl.Dense),
    "steps": optional(clock(0, 1, 4, wrong=[[0, 5], [99]])),
    "input_shape": choice(None, (2,), wrong=["2", 2, (3,), (2, 2), (0,), (-1,), (2.5,), [None]]),
}
scene("NetworkDiagram", an.NetworkDiagram, speaks=("recording", "output_shapes", "Dense"), **NETWORK)


@functools.cache
def runners() -> dict[str, Any]:
    """Return a race of two: a learning rate that is fine, and one that diverges."""
    return tl.race(
        lambda rng: tl.Sequential([tl.Dense(1, 1, rng=rng)]), (X[:, None], X[:, None]),
        {"slow": tl.SGD(0.1), "fast": tl.SGD(1e60)}, loss=tl.MeanSquaredError(), epochs=3, batch_size=5,
    )  # fmt: skip


scene("Race", an.Race, runners=one_of("race(…)", runners, {}, {"a": 3}, {3: None}),
      steps=optional(clock(0, 1, 3)), title=word("Rates"))  # fmt: skip


def number_text(form: Any, gid: Any, value: Any) -> list[Any]:
    number = an.Number(0, 0, form, gid=gid)
    number.set_value(value)
    return [number.get_text(), number.get_gid()]


NO_NUMBERS = ["1", None, [1.0], 1j, {}, np.zeros(2)]
ANIMATIONS["Number"] = Subject(
    number_text,
    form=choice("{:.2f}", wrong=[None, 3, "{:d}", "{", "{a}", len, [], lambda value: value]),
    gid=word("loss"),
    value=choice(1.5, 3.5, 3, np.nan, np.inf, True, np.float32(2), wrong=NO_NUMBERS),
)


class Written(an.Scene):
    """A scene of one text."""

    size = (400, 100)

    def __init__(self, text: Any) -> None:
        self.text = an.PastedText(200, 50, text, zorder=3)

    def draw(self, figure: Any) -> None:
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 400), ylim=(0, 100))
        axes.add_artist(self.text)

    def update(self, frame: int) -> list[Any]:
        return [self.text]


odd = of(["", "$", "two\nlines", "$x^2$", "é → ✓", "a" * 90, None, 3])
DRAWN["PastedText"] = Subject(
    lambda text: painted(Written(text)),
    text=Argument(word("one").good, st.sampled_from(of(["雪", "\t", "\0"], WRONG) + odd)),
)


def shaped(size: Any, frames: Any) -> an.Scene:
    made = Trail()
    made.size, made.frames = size, frames
    return made


SIZE = choice(
    (80, 60), wrong=[None, 3, (80,), (80, 60, 3), (0, 60), (80, -1), (80.5, 60), "ab", (10**6, 60), (np.nan, 9)]
)
FRAMES = whole(1, 6)
for kind in (an.SideBySide, an.Stacked):
    scene(kind.__name__, lambda size, frames, kind=kind: kind(shaped(size, frames), Trail()), size=SIZE, frames=FRAMES)
    ANIMATIONS[f"{kind.__name__}, its scenes"] = Subject(
        lambda scenes, kind=kind: told(kind(*scenes)) if isinstance(scenes, tuple) else told(kind(scenes)),
        scenes=choice((Trail(), Trail()), wrong=[(), (Trail,), (Trail(), None), 2 * (Trail(),), (3,)]),
    )
