"""Arguments of scenes: texts, clocks and the small runs that they draw; and the checks of a scene.

A scene must be right, or refused, when it is made. So one row of the table makes a scene and reads what it says of
each frame; another, for the campaign and for a few cases of the suite, draws it too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from matplotlib.text import Text

import animations as an
import tinylearn as tl
from animations.engine.painter import Painter
from chapters.ch02_gradient_descent import diverge, gradient_descent
from tests.bad_input import hostile
from tests.bad_input.hostile import WRONG, Argument, Given, made, never_none, of
from tests.bad_input.small_runs import seeded, small_model
from tests.bad_input.verdict import Subject

NO_TEXTS = [None, 3, 2.5, b"x", ["a"], {}, "two\nlines", "\t", "nul\0", "\ud800", np.float64(1)]


def told(scene: Any) -> list[Any]:
    """Return what a scene says of itself, without drawing it."""
    return [scene.size, scene.frames, *(scene.describe(frame) for frame in range(min(scene.frames, 30)))]


def painted(scene: Any) -> list[Any]:
    """Return its first frame, the one in the middle and the last, as shares of ink: (H, W, 4) each."""
    painter = Painter(scene)
    return [painter.paint(frame).copy() // 64 for frame in sorted({0, scene.frames // 2, scene.frames - 1})]


def placed(scene: Any, scale: float) -> dict[str, np.ndarray]:
    """Return where its texts begin or end in the last frame, (T, 2) pixels of its size, for each text."""
    painter, places = Painter(scene, scale), {}
    painter.paint(scene.frames - 1)
    for text in painter.figure.findobj(Text):
        if text.get_text() and text.axes is not None and text.get_visible():
            place = text.get_transform().transform(text.get_unitless_position()) / scale
            places[text.get_text()] = np.vstack([*places.get(text.get_text(), ()), place])
    return places


class Scenes:
    """Rows of the table: `made` for the suite; `drawn` also draw, and the suite tries a few of them.

    placed   scene and scale → where its texts stand
    """

    def __init__(self) -> None:
        self.placed: dict[str, Subject] = {}
        self.made: dict[str, Subject] = {}
        self.drawn: dict[str, Subject] = {}

    def add(self, name: str, make: Callable[..., Any], /, **arguments: Any) -> None:
        """Add the row of a scene that is made, and that of one that is drawn as well."""
        self.made[name] = Subject(lambda **given: told(make(**given)), **arguments)
        self.drawn[f"{name}, drawn"] = Subject(lambda **given: painted(make(**given)), **arguments)
        self.placed[name] = Subject(lambda scale, **given: placed(make(**given), scale), **arguments)


# --- arguments --------------------------------------------------------------------------------------------------------


def word(*good: str) -> Argument:
    """A text of one line."""
    odd = of(["", "$", "5 $ or 6 $", r"a $\frac$ b", "_^{}", "é ö → ✓", "a" * 300, "'\"<&>%s"])
    return Argument(st.sampled_from(of(good)), st.sampled_from(of(NO_TEXTS, WRONG) + odd))


def words(*good: str) -> Argument:
    """A list of texts."""
    wrong = [None, "text", 3, [1, 2], list(good)[1:], [*good, "more"], [list(good)], [], {}, ["\t", *good[1:]], len]
    alike = [Given(tuple(good), list(good))]
    return Argument(st.just(Given(list(good))), st.sampled_from(of(wrong, WRONG) + alike))


def clock(*good: int, wrong: Sequence[Any] = ()) -> Argument:
    """Whole numbers, one for each frame, that never fall; `wrong` are further ones that must be refused."""
    first, others = list(good), [*good[:-1], -1]
    bad = [None, "012", 3, [], [[0, 1]], others, [*good[:-1], 0.5], [*good[:-1], np.nan], [*good[:-1], np.inf], {},
           [True] * len(good), [str(step) for step in good], good[::-1], [None] * len(good), *wrong]  # fmt: skip
    alike = [tuple(good), np.array(good), np.array(good, np.uint8), np.array(good, float)]
    same = [Given(value, first) for value in [*alike, np.repeat(good, 2)[::2]]]
    return Argument(st.just(Given(first)), st.sampled_from(of(bad, WRONG) + same))


def objects(text: str, *good: Callable[[], Any], wrong: Sequence[Any] = ()) -> Argument:
    """A list of things, made once."""
    make = functools.cache(lambda: tuple(one() for one in good))
    return made(f"({text})", make, [(), [None], ["text"], [3, 4], *wrong])


def growing(count: int) -> Argument:
    """Numbers (count,), each larger than the one before; otherwise in memory, in other dtypes, shapes, orders."""
    good = st.integers(0, 99).map(lambda seed: np.cumsum(np.random.default_rng(seed).uniform(0.2, 0.5, count)) - 1)
    near = [np.zeros(count), np.ones(count), np.arange(count)[::-1]]

    def changed(a: np.ndarray) -> st.SearchStrategy[Given]:
        others = hostile.layouts(a, True) + hostile.kinds(a, True) + hostile.shapes(a) + hostile.values(a, WRONG)
        return st.sampled_from(others + of(near, WRONG))

    return Argument(good.map(Given), good.flatmap(changed) | st.sampled_from(of(hostile.NO_ARRAYS, WRONG)))


def optional(argument: Argument) -> Argument:
    """The same, or None."""
    return Argument(argument.good | st.just(Given(None)), never_none(argument).hostile)


def one_of(text: str, make: Callable[[], Any], *wrong: Any) -> Argument:
    """A thing that scenes only read, made once; and what is none."""
    return made(text, functools.cache(make), wrong)


# --- small runs -------------------------------------------------------------------------------------------------------

X = np.linspace(-1, 1, 5)
PICTURES = np.linspace(0, 1, 2 * 4 * 4 * 3).reshape(2, 4, 4, 3)


@functools.cache
def run(
    inputs: int, layers: Sequence[int] = (1,), rate: float = 0.1, ends: tuple[tl.Layer, ...] = ()
) -> tuple[tl.Sequential, tl.Recording]:  # fmt: skip
    """Return a small network after four epochs, and its recording."""
    parts: list[tl.Layer] = []
    for size in layers:
        parts += [tl.Dense(inputs, size, rng=seeded()), tl.ReLU()]
        inputs = size
    model = tl.Sequential([*parts[:-1], *ends])
    recorder = tl.Recorder(model)
    x = np.linspace(-1, 1, 5 * parts[0].params["w"].shape[0]).reshape(5, -1)
    optimizer, loss = tl.SGD(rate), tl.MeanSquaredError()
    tl.fit(model, x, x[:, :1], loss=loss, optimizer=optimizer, epochs=4, rng=seeded(), callbacks=[recorder])
    return model, recorder.recording


def other_recording() -> tl.Recording:
    """Return a recording of a model that no scene here is about, of one step."""
    return tl.Recorder(small_model()).recording


neuron = functools.partial(run, 1)
pixels = functools.partial(run, 16, ends=(tl.Sigmoid(),))
walk = functools.cache(functools.partial(gradient_descent, 0.1, most=5))
diverged = functools.cache(functools.partial(diverge, 1.1))
NEURON = one_of("the recording of a neuron", lambda: neuron()[1], other_recording())
STATES = one_of("NeuronStates(…)", lambda: an.NeuronStates(neuron()[1], X, X, [0, 2, 4]))
PIXELS = one_of("the recording of a neuron with 16 inputs", lambda: pixels()[1], other_recording())
PIXEL_STATES = one_of("PixelStates(…)", lambda: an.PixelStates(pixels()[1], PICTURES, [0, 1, 4]))
