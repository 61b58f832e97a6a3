"""What one sigmoid neuron, whose inputs are the red pixels of pictures, computes while it learns.

    picture (H, W, 3) → red channel → x (D,) → x @ w + b → sigmoid → predicted

P pictures, D = H · W pixels of each, row after row, S epochs. Everything of an epoch belongs to its end: w and b are
recorded, sums and probabilities computed from them.
"""

from __future__ import annotations

import numpy as np

from animations import checks
from animations.data import Data, clock, instance, pixels, text
from tinylearn import Recording, Sigmoid


class PixelStates(Data):
    """What the neuron makes of P pictures at the end of some epochs; epoch 0 is before the first update.

    pictures (P, H, W, 3), red (P, H, W), x (P, D), shape (H, W); epochs (S,), `last` that of the whole recording
    w (S, D), b (S,), sums (S, P) = x @ w + b, predicted (S, P) = sigmoid(sums)

    Raises ValueError if the recorded layer is not one neuron with D inputs, or if an epoch was not recorded.
    """

    recording: Recording = instance(Recording)
    pictures: np.ndarray = pixels("P", "H", "W", 3)
    epochs: np.ndarray = clock("S")
    layer: str = text(default="dense_1")

    def prepare(self) -> None:
        self.red, self.shape = self.pictures[..., 0], self.pictures.shape[1:3]
        self.x = self.red.reshape(len(self.red), -1)
        who, recorded = "PixelStates", self.recording.epochs
        records = np.searchsorted(recorded, self.epochs, side="right") - 1  # the last of each epoch
        if not (recorded[records] == self.epochs).all():
            raise ValueError(f"{who}: epochs must be recorded ones, 0 to {recorded[-1]}, got {self.epochs.tolist()}")
        self.last = int(recorded[-1])
        w, b = (self.recording[f"{self.layer}.{letter}"][records] for letter in "wb")
        told = f"{self.layer}.w, of one neuron that sees every pixel, at each epoch,"
        self.w = checks.array(who, told, w, (self.frames, self.x.shape[1], 1))[..., 0]
        self.b = checks.array(who, f"{self.layer}.b", b, (self.frames, 1))[:, 0]
        self.sums = self.w @ self.x.T + self.b[:, None]
        self.predicted = Sigmoid().forward(self.sums)
