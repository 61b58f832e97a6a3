"""Bad input for whole runs as pictures: a network, a race, an autopsy."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

import animations as an
import tinylearn as tl
from chapters.ch04_activations import one_update
from tests.bad_input.hostile import choice
from tests.bad_input.scene_arguments import Scenes, X, clock, diverged, one_of, optional, other_recording, run, word

RUNS = Scenes()
scene = RUNS.add

scene("AutopsyPicture", an.AutopsyPicture, autopsy=one_of("an autopsy", lambda: diverged().autopsy(), diverged()))
NETWORK = {
    "recording": one_of("a recording", lambda: run(2, (3, 1))[1], other_recording()),
    "model": one_of("its model", lambda: run(2, (3, 1))[0], tl.Dense),
    "steps": optional(clock(0, 1, 4, wrong=[[0, 5], [99]])),
    "input_shape": choice(None, (2,), wrong=["2", 2, (3,), (2, 2), (0,), (-1,), (2.5,), [None]]),
}
scene("Backpropagation", an.Backpropagation, speaks=("recording",),
      recording=one_of("the recording of an update", one_update, other_recording()),
      step=choice(1, wrong=[0, 2, -1, 1.5, None, "1", np.nan, 10**20, [1]]))  # fmt: skip
scene("NetworkDiagram", an.NetworkDiagram, speaks=("recording", "output_shapes", "Dense"), **NETWORK)
scene("explore", an.explore, speaks=("recording",),
      recording=one_of("a recording", lambda: run(2, (3, 1))[1], run(2, (3, 1))[0]),
      steps=optional(clock(0, 1, 4, wrong=[[0, 5], [99]])),
      numbers=choice((), [], ["dense_1.w[0, 1]"], ("dense_2.b",), also=[{}],
                     wrong=[None, 3, "dense_1.w", ["dense_9.w"], ["dense_1.w[9,9]"], [3], [None], ["dense_1.w[0]"]]),
      fps=choice(5, 2.5, also=[3.5], wrong=[0, -1, "5", None, np.nan, [5]]))  # fmt: skip


@functools.cache
def runners() -> dict[str, Any]:
    """Return a race of two: a learning rate that is fine, and one that diverges."""
    return tl.race(
        lambda rng: tl.Sequential([tl.Dense(1, 1, rng=rng)]), (X[:, None], X[:, None]),
        {"slow": tl.SGD(0.1), "fast": tl.SGD(1e60)}, loss=tl.MeanSquaredError(), epochs=3, batch_size=5,
    )  # fmt: skip


scene("Race", an.Race, runners=one_of("race(…)", runners, {}, {"a": 3}, {3: None}),
      steps=optional(clock(0, 1, 3)), title=word("Rates"))  # fmt: skip
