"""The numbers of one sigmoid neuron, whose inputs are the red pixels of pictures, while it learns.

    picture (H, W, 3) → red channel → x (D,) → x @ w + b → sigmoid → predicted

P pictures, D = H · W pixels of each, row by row, S updates. Everything belongs to the moment after its update: w and b
are recorded; products, sums and probabilities are computed from them.
"""

from __future__ import annotations

import numpy as np

from animations import checks
from animations.data import Data, clock, instance, pixels, text
from animations.kit.answers import check_answers
from animations.kit.chain import Chain
from animations.kit.whys import place
from tinylearn import Recording, Sigmoid

ONLY = "this picture is of Dense and Sigmoid, or of Dense whose loss takes logits"


class PixelStates(Data):
    """The neuron's numbers for P pictures after some updates; 0 is before the first.

    pictures (P, H, W, 3), red (P, H, W), x (P, D), shape (H, W); steps (S,), `last` that of the whole recording
    w (S, D), b (S,), products (S, P, D) = x · w, plus and minus (S, P): the sums of those above and below zero,
    sums (S, P) = x @ w + b, predicted (S, P) = sigmoid(sums)

    Raises ValueError if the recorded layer is not one neuron with D inputs, if an update was not recorded, or if the
    recorded model gives other answers.
    """

    recording: Recording = instance(Recording)
    pictures: np.ndarray = pixels("P", "H", "W", 3)
    steps: np.ndarray = clock("S")
    layer: str = text(default="dense_1")

    def prepare(self) -> None:
        self.red, self.shape = self.pictures[..., 0], self.pictures.shape[1:3]
        self.x = self.red.reshape(len(self.red), -1)
        caller, recorded = "PixelStates", self.recording.steps
        records = np.minimum(np.searchsorted(recorded, self.steps), len(recorded) - 1)
        if not (recorded[records] == self.steps).all():
            raise ValueError(f"{caller}: steps must be recorded steps, 0 to {recorded[-1]}, got {self.steps.tolist()}")
        self.last = int(recorded[-1])
        w, b = (self.recording[f"{self.layer}.{letter}"][records] for letter in "wb")
        told = f"{self.layer}.w, of one neuron that sees every pixel, after each update,"
        self.w = checks.array(caller, told, w, (self.frames, self.x.shape[1], 1))[..., 0]
        self.b = checks.array(caller, f"{self.layer}.b", b, (self.frames, 1))[:, 0]
        self.products = self.x * self.w[:, None]
        self.plus, self.minus = np.maximum(self.products, 0).sum(axis=2), np.minimum(self.products, 0).sum(axis=2)
        self.sums = self.w @ self.x.T + self.b[:, None]
        self.predicted = Sigmoid().forward(self.sums)
        check_answers(caller, self.recording, self.steps, self.x, self.predicted, "sigmoid(x @ w + b)", ONLY)
        known = f"{self.recording.meta.get('model')} {self.recording.meta['runs']}"
        if not self.recording.origins and "Sigmoid()" not in known and "from_logits=True" not in known:
            raise ValueError(
                f"{caller}: the recorded model, {self.recording.meta.get('model')}, has no Sigmoid; {ONLY}"
            )
        self.chain = Chain(self.recording, [f"{place(*index)}, red" for index in np.ndindex(self.shape)])
