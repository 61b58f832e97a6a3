"""Bad input for functions and neurons: what they make of numbers, and lines and curves that they fit."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import numpy as np
from hypothesis import strategies as st

import animations as an
import tinylearn as tl
from tests.bad_input import scene_arguments as shown
from tests.bad_input.hostile import WRONG, Argument, Given, array, choice, integer, made, real
from tests.bad_input.scene_arguments import NEURON, STATES, Scenes, X, clock, growing, one_of, optional, word, words
from tests.bad_input.verdict import Subject

NEURONS = Scenes()
scene = NEURONS.add


def function_states(layer: Any = None, x: Any = X) -> an.FunctionStates:
    return an.FunctionStates(layer or tl.ReLU(), x)


NEURONS.made["FunctionStates"] = Subject(
    lambda layer, x: [(s := an.FunctionStates(layer, x)).y, s.fine_slope],
    speaks=("value_and_slope", "Dense"),
    layer=made("Tanh()", tl.Tanh, [tl.Dense(3, 2, rng=np.random.default_rng(0)), tl.ReLU, tl.Flatten]),
    x=growing(5),
)
scene("FunctionAndSlope", an.FunctionAndSlope, states=one_of("FunctionStates(…)", function_states),
      title=word("ReLU"), formula=word("max(x, 0)"), name=word("relu"), note=word("", "a note"),
      beside=optional(one_of("FunctionStates(…)", function_states)))  # fmt: skip
scene("FunctionAndSlope, its x",
      lambda x: an.FunctionAndSlope(function_states(tl.Tanh(), x), title="", formula="", name="f"),
      x=growing(5), speaks=("FunctionStates",))  # fmt: skip


def softmax_bars(scores: Any, **given: Any) -> an.SoftmaxBars:
    """Return bars of scores whose probabilities fit, where there are any."""
    table = np.zeros(0)
    with contextlib.suppress(ValueError):  # rows of different lengths
        table = np.asarray(scores)
    fits = table.ndim == 2 and table.size > 0 and table.dtype.kind in "fiu"
    probabilities = tl.Softmax().forward(table.astype(float)) if fits else np.full((3, 4), 0.25)
    return an.SoftmaxBars(scores, probabilities, **given)


scene("SoftmaxBars", softmax_bars, scores=array(3, 4, low=-5, high=5, nan=WRONG), moving=integer(0, 3, low=0))
scene("SoftmaxBars, probabilities", lambda probabilities: an.SoftmaxBars(np.zeros((3, 4)), probabilities, moving=0),
      probabilities=Argument(st.just(Given(np.full((3, 4), 0.25))), array(3, 4, nan=WRONG).hostile))  # fmt: skip
NEURONS.made["NeuronStates"] = Subject(
    lambda **given: [getattr(an.NeuronStates(**given), name) for name in ("w", "b", "predicted", "loss")],
    speaks=("recording", "Recording"),
    recording=NEURON, x=array(5, nan=WRONG), target=array(5, nan=WRONG), steps=clock(0, 1, 4, wrong=[[0, 5], [99]]),
    layer=choice("dense_1", wrong=["dense_9", None, 3]),
)  # fmt: skip
UNITS = words("°C", "°F")
scene("NeuronDiagram", an.NeuronDiagram, states=STATES, units=UNITS, ask=optional(real(50.0, -1e4, low=-np.inf)))
LEARNED = Argument(st.just(Given(X)), array(5, nan=WRONG).hostile)
scene("NeuronUpdates", an.NeuronUpdates, recording=NEURON, x=LEARNED, target=LEARNED,
      updates=clock(1, 2, 4, wrong=[[0, 1], [99]]), units=UNITS,
      speaks=("Recording", "recording"))  # fmt: skip
scene("LineFit", an.LineFit, states=STATES, units=UNITS)
scene("LineFit, what it learns", lambda x, target: an.LineFit(an.NeuronStates(shown.neuron()[1], x, target, [0, 4])),
      x=array(5, nan=WRONG), target=array(5, nan=WRONG), speaks=("NeuronStates",))  # fmt: skip
bent = functools.partial(shown.run, 1, (3, 1))


def curve_states(**changed: Any) -> an.CurveStates:
    settings = {"recording": bent()[1], "model": bent()[0], "x": X[:, None], "target": X[:, None], "steps": [0, 2, 4]}
    return an.CurveStates(**settings | changed)


NEURONS.made["CurveStates"] = Subject(
    lambda **given: [(s := curve_states(**given)).predicted, s.loss, s.x],
    speaks=("Recording", "restore"),
    recording=one_of("a recording", lambda: bent()[1], shown.other_recording()),
    model=one_of("its model", lambda: bent()[0], tl.Dense),
    x=growing(5), target=array(5, nan=WRONG),
    steps=clock(0, 1, 4, wrong=[[0, 5], [99]]),
)  # fmt: skip
scene("CurveFit", an.CurveFit, states=one_of("CurveStates(…)", curve_states), title=word("ReLU"), name=word("relu"),
      best_line=real(0.1, 2.0, low=0.0), heights=choice((-1.2, 1.2), wrong=[(1, -1), (0, np.nan), None, 3, (1,), "ab"]),
      losses=choice((0.01, 1.0), wrong=[(1, 0.5), (0, 1), (0.1, np.inf), None, 3, (1,), "ab"]),
      clock=choice(True, False, wrong=[None, "yes", 2]))  # fmt: skip
scene("CurveRace", an.CurveRace, title=word("Two"), best_line=real(0.1, 2.0, low=0.0),
      states=made("{CurveStates(…)}", functools.cache(lambda: {"one": curve_states(), "other": curve_states()}),
                  [{}, {"one": 3}, {3: curve_states}, [1], None,
                   {str(number): curve_states for number in range(6)}]))  # fmt: skip
