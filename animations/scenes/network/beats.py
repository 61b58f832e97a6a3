"""The beats of one update: what each frame of `Backpropagation` brings, and how far it is between two frames.

    initialise  forward, a layer a frame  loss  backward, from the loss on  gradients  the step  forward again  loss

Values run on the way from one frame to the next, and arrive with the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from animations.scenes.network.passes import UpdatePasses
from tinylearn import Dense, ReLU
from tinylearn.layers import Layer

STOP = 0.46  # how far along its path a stopped value comes
Progress = Callable[[float], float]  # moment → how far something has come, 0 … 1


class Beat(NamedTuple):
    """A word, a sentence, and the numbers that arrive with a frame."""

    phase: str
    words: str
    brings: Any = ()


class Beats:
    """The `said` beats of an update, one for each of S frames.

    last    the number of layers, which is also the number of the loss after them
    learns  the frame that shows the gradients of dense layer `number`; `turn`: the frame of the step
    """

    def __init__(self, passes: UpdatePasses) -> None:
        self.passes, self.last = passes, len(passes.layers)
        dense = [number for number, layer in enumerate(passes.layers) if isinstance(layer, Dense)]
        self.learns = {number: 2 * self.last + 2 + turn for turn, number in enumerate(reversed(dense))}
        self.turn = 2 * self.last + 2 + len(dense)
        self.said = list(self._all())
        self.frames = len(self.said)

    def forward(self, number: int, off: Sequence[bool] = (False, False)) -> Progress:
        """Return how far values have come on their way to what layer `number` gives.

        off   is it stopped on its way, before and after the step?
        """

        def come(moment: float) -> float:
            again = moment >= self.turn
            return float(np.clip(moment - number - again * self.turn, 0, STOP if off[again] else 1))

        return come

    def backward(self, number: int, off: bool = False) -> Progress:
        """Return how far dout is on its way to the output of layer `number`; it vanishes with the step."""
        begins, most = self.told_at(number) - 1, STOP if off else 1
        return lambda moment: float(np.clip(moment - begins, 0, most)) if moment < self.turn else 0.0

    def told_at(self, number: int) -> int:
        """Return the frame where dout has arrived at the output of layer `number`."""
        return 2 * self.last + 1 - number

    def when(self, progress: Progress) -> np.ndarray:
        """Return in which frames something has arrived, (S,)."""
        return np.array([progress(frame) == 1 for frame in range(self.frames)])

    def by_frame(self, before: Any, after: Any) -> np.ndarray:
        """Return values that change with the step, (S,)."""
        return np.where(np.arange(self.frames) < self.turn, before, after)

    def _all(self) -> Iterator[Beat]:
        passes, layers = self.passes, list(zip(self.passes.names, self.passes.layers, strict=True))
        yield Beat("initialise" if passes.step == 1 else "before", "weights stand on the lines, biases b at the nodes")
        for (name, layer), out in zip(layers, passes.outputs[0], strict=True):
            yield Beat("forward", f"{name}: {_forward(layer)}", out)
        yield Beat("loss", "(out − target)²: how wrong the answer is", passes.losses[:1])
        yield Beat("backward", "dout = 2 × (out − target): how the loss grows with out", passes.douts[-1])
        for (name, layer), dout in reversed(list(zip(layers[1:], passes.douts, strict=False))):
            yield Beat("backward", f"{name}: {_backward(layer)}", dout)
        for number in self.learns:
            name = passes.names[number]
            yield Beat("gradients", f"{name}: the gradient of a weight is its input × its dout; a bias has input 1",
                       passes.gradients[f"{name}.w"].ravel())  # fmt: skip
        stays = "; around a neuron that is off nothing changes" if not all(map(np.all, passes.slopes.values())) else ""
        yield Beat("step", f"each parameter − learning rate × its gradient{stays}",
                   np.concatenate([array.ravel() for array in passes.after.values()]))  # fmt: skip
        for name, out in zip(passes.names, passes.outputs[1], strict=True):
            yield Beat("forward again", f"{name}, after the step", out)
        fell = passes.losses[1] < passes.losses[0]
        yield Beat("loss", "it fell: one update is done" if fell else "it did not fall: this step was too large",
                   passes.losses[1:])  # fmt: skip


def _forward(layer: Layer) -> str:
    if isinstance(layer, Dense):
        return "each line carries input × weight; a node adds them up, and b"
    return "what is below 0 becomes 0: that neuron is off" if isinstance(layer, ReLU) else "each number is bent"


def _backward(layer: Layer) -> str:
    if isinstance(layer, Dense):
        return "dout × weight runs back along each line"
    return "dout × slope" + (": a neuron that is off has slope 0, and stops it" if isinstance(layer, ReLU) else "")
