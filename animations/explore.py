"""Explore a recording: one call makes a page whose numbers say why they are what they are.

    explore(recorder.recording)                  shows itself in a notebook; .open() shows it in a browser
    explore(recorder.recording, "learned.html")  writes the page

The page has the network, the loss of every update, and numbers of the parameters, each with its history. Click on a
number to see where it comes from: back along the chain, through gradients and outputs, to the data and the loss.
"""

from __future__ import annotations

import os
import tempfile
import webbrowser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from animations import checks
from animations.engine.clip import Clip
from animations.formats.notebook import mimebundle
from animations.groups import SideBySide, Stacked
from animations.render import OPTIONS, render
from animations.scene import Scene
from animations.scenes.network.diagram import NetworkDiagram
from animations.scenes.network.numbers import ParameterNumbers
from animations.scenes.network.parameters import RecordedParameters
from animations.scenes.training.loss_curve import LossCurve
from tinylearn import Recording
from tinylearn.checks import shortened

BESIDE, LOSS, LOW = 900, 440, 280  # pixels: narrower networks have the losses beside them; others, below


class Exploration(Stacked):
    """Everything a recording shows about any model, in one picture: the result of `explore`.

    steps     the update that each frame shows; by default 61, dense at first, or all if there are fewer
    numbers   parameters to show in digits, by name: "dense_1.w[0,3]", or "dense_1.b" for all of its numbers
    options   of `render`, for the page that it shows itself as: fps, explanations, …
    """

    def __init__(
        self, recording: Recording, *, steps: Sequence[int] | None = None, numbers: Iterable[str] = (), **options: Any
    ) -> None:
        if not isinstance(recording, Recording):
            raise TypeError(f"explore: recording must be a Recording, got {shortened(recording)}")
        if not len(recording):
            raise ValueError("explore: the recording is still empty; explore it after the first update")
        if isinstance(numbers, str) or not isinstance(numbers, Iterable):
            raise TypeError(f"explore: numbers must be a list of names, got {shortened(numbers)}")
        if unknown := [name for name in options if name not in OPTIONS]:
            raise TypeError(f"explore: unknown option {unknown[0]!r}; the options are {', '.join(OPTIONS)}")
        self.recording, self.options = recording, options
        network = network_of(recording, None if steps is None else checks.clock("explore", "steps", steps))
        width, height = network.size
        self.steps, beside = network.steps, width <= BESIDE
        size = (LOSS, height) if beside else (width, LOW)
        loss = LossCurve(recording, self.steps, size=size)
        rest = ParameterNumbers(recording, self.steps, numbers=tuple(numbers), apart=network.written,
                                width=width + LOSS * beside)  # fmt: skip
        rows: list[Scene] = [SideBySide(network, loss)] if beside else [network, loss]
        super().__init__(*rows, *([rest] if rest.parts else []))
        Clip(self, **options, caller="explore")  # it raises an error for a bad option

    def open(self) -> Path:
        """Write the page to a temporary file, open it in the browser, and return its path."""
        path = Path(tempfile.mkdtemp(prefix="tinylearn-")) / "exploration.html"
        render(self, path, progress=False, **self.options)
        if not webbrowser.open(path.as_uri()):
            print(f"Open {path} in a browser.")
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return mimebundle(self, **self.options)

    def __repr__(self) -> str:
        return f"<Exploration of {self.recording.describe()}>"


def explore(
    recording: Recording, path: str | os.PathLike[str] | None = None, *, steps: Sequence[int] | None = None,
    numbers: Iterable[str] = (), progress: bool = True, **options: Any,
) -> Exploration | Path:  # fmt: skip
    """Return the recording as a scene that shows itself in a notebook and opens in a browser; or write it to `path`.

    A recording that `fit` made in this process knows everything its numbers were made of. If you loaded it, tell it
    once: Recording.load(path, model=…, x=…, y=…, loss=…, optimizer=…). Otherwise the page shows the numbers without
    explanations. If there are many parameters, the page shows in digits those that changed most, and some others;
    `numbers` names those that you want to see.

    steps, numbers   see `Exploration`
    options          of `render`: fps=5, explanations=2_000_000 (bytes of the page for explanations), …

    >>> import numpy as np
    >>> from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, fit
    >>> model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    >>> model.parameters = np.zeros(2)
    >>> recorder = Recorder(model)
    >>> x = np.array([[1.0], [3.0]])
    >>> losses = fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.125), epochs=5, callbacks=[recorder])
    >>> explored = explore(recorder.recording)
    >>> print(explored.why("dense_1.w[0,0]", 2).parts[-1].arithmetic)
    2.5 - 0.125 * 9.0 = 1.375
    """
    explored = Exploration(recording, steps=steps, numbers=numbers, **options)
    return explored if path is None else render(explored, path, progress=progress, **options)


def network_of(recording: Recording, steps: Any) -> NetworkDiagram | RecordedParameters:
    """Return a picture of the network; if its model is unknown or has too many layers, a picture of its parameters."""
    for origin in reversed(recording.origins):
        batches = origin.training.batches
        try:
            return NetworkDiagram(recording, origin.training.model, steps, input_shape=batches.x.shape[1:])
        except ValueError:
            break
    return RecordedParameters(recording, steps)
