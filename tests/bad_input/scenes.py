"""The rows of scenes. A scene must be right, or refused, when it is made: so MADE makes it and reads what it says of
each frame. DRAWN draws it too, for the campaign and for a few cases of the suite; PLACED says where its texts stand.
"""

import functools
import inspect

import numpy as np
from matplotlib.text import Text

import tinylearn as tl
from animations.engine.painter import Painter
from tests.bad_input.hostile import one_of, word
from tests.bad_input.library_cases import seeded, small_model
from tests.bad_input.verdict import Subject

MADE, DRAWN, PLACED = {}, {}, {}
ALWAYS = {"title": word("", "a title"), "name": word("", "one"), "note": word("", "new")}  # arguments of many scenes


def scene(make, name="", /, speaks=(), **arguments):
    """Add the rows of a scene that `make(**arguments)` makes; of a variant, which has a comma in its name, two rows."""
    name = name or make.__name__
    arguments = {key: ALWAYS[key] for key in inspect.signature(make).parameters if key in ALWAYS} | arguments
    MADE[name] = Subject(lambda **given: told(make(**given)), speaks=speaks, **arguments)
    DRAWN[f"{name}, drawn"] = Subject(lambda **given: painted(make(**given)), speaks=speaks, **arguments)
    if ", " not in name:
        PLACED[name] = Subject(lambda scale, **given: placed(make(**given), scale), **arguments)


def part(make, reads=(), name="", /, speaks=(), **arguments):
    """Add the row of what is no scene: of `make(**arguments)`, these attributes are read; or it gives the answer."""

    def call(**given):
        made = make(**given)
        return [getattr(made, attribute) for attribute in reads] if reads else made

    MADE[name or make.__name__] = Subject(call, speaks=speaks, **arguments)


def told(scene):
    """Return what a scene says of itself, without drawing it."""
    return [scene.size, scene.frames, *(scene.describe(frame) for frame in range(min(scene.frames, 30)))]


def painted(scene):
    """Return its first frame, the one in the middle and the last, as shares of ink: (H, W, 4) each."""
    painter = Painter(scene)
    return [painter.paint(frame).copy() // 64 for frame in sorted({0, scene.frames // 2, scene.frames - 1})]


def placed(scene, scale):
    """Return where its texts begin or end in the last frame, (T, 2) pixels of its size, for each text."""
    painter, places = Painter(scene, scale), {}
    painter.show(scene.frames - 1)
    for text in painter.figure.findobj(Text):
        if text.get_text() and text.axes is not None and text.get_visible():
            place = text.get_transform().transform(text.get_unitless_position()) / scale
            places[text.get_text()] = np.vstack([*places.get(text.get_text(), ()), place])
    return places


# --- small runs -------------------------------------------------------------------------------------------------------

X = np.linspace(-1, 1, 5)


@functools.cache
def run(inputs, layers=(1,), rate=0.1, ends=()):
    """Return a small network after four epochs, and its recording."""
    parts, size = [], inputs
    for units in layers:
        parts += [tl.Dense(size, units, rng=seeded()), tl.ReLU()]
        size = units
    model = tl.Sequential([*parts[:-1], *ends])
    recorder = tl.Recorder(model)
    x = np.linspace(-1, 1, 5 * inputs).reshape(5, -1)
    tl.fit(model, x, x[:, :1], loss=tl.MeanSquaredError(), optimizer=tl.SGD(rate), epochs=4, rng=seeded(),
           callbacks=[recorder])  # fmt: skip
    return model, recorder.recording


def recorded_run(*arguments, wrong=()):
    """The recording of such a run; and that of a model that no scene here is about, of one step."""
    return one_of(lambda: run(*arguments)[1], tl.Recorder(small_model()).recording, *wrong)
