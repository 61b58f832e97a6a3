"""What one sigmoid neuron, whose inputs are the red pixels of pictures, computes while it learns.

    picture (H, W, 3) → red channel → x (D,) → x @ w + b → sigmoid → predicted

P pictures, D = H · W pixels of each, row after row, S epochs. Everything of an epoch belongs to its end: w and b are
recorded, sums and probabilities computed from them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from animations import checks
from tinylearn import Recording, Sigmoid


class PixelStates:
    """What the neuron makes of P pictures at the end of some epochs; epoch 0 is before the first update.

    pictures (P, H, W, 3), red (P, H, W), x (P, D); epochs (S,), `last` that of the whole recording
    w (S, D), b (S,), sums (S, P) = x @ w + b, predicted (S, P) = sigmoid(sums)

    Raises ValueError if the recorded layer is not one neuron with D inputs, or if an epoch was not recorded.
    """

    def __init__(
        self, recording: Recording, pictures: np.ndarray, epochs: Sequence[int], layer: str = "dense_1"
    ) -> None:
        checks.instance("PixelStates", "recording", recording, Recording)
        self.pictures = checks.picture("PixelStates", "pictures", pictures, ("P", "H", "W", 3))
        self.epochs, layer = checks.clock("PixelStates", "epochs", epochs), checks.text("PixelStates", "layer", layer)
        self.red = self.pictures[..., 0]
        self.x = self.red.reshape(len(self.red), -1)
        weights, biases = recording[f"{layer}.w"], recording[f"{layer}.b"]
        if weights.shape[1:] != (self.x.shape[1], 1):
            raise ValueError(
                f"PixelStates: {layer}.w must be ({self.x.shape[1]}, 1), one neuron that sees every pixel, "
                f"got {weights.shape[1:]} in the recording"
            )
        records = np.searchsorted(recording.epochs, self.epochs, side="right") - 1  # the last of each epoch
        if not (recording.epochs[records] == self.epochs).all():
            raise ValueError(f"PixelStates: epochs must be recorded ones, 0 to {recording.epochs[-1]}, got {epochs}")
        self.layer, self.last = layer, int(recording.epochs[-1])
        self.w = checks.array("PixelStates", f"{layer}.w", weights[records, :, 0], (len(records), self.x.shape[1]))
        self.b = checks.array("PixelStates", f"{layer}.b", biases[records, 0], (len(records),))
        self.sums = self.w @ self.x.T + self.b[:, None]
        self.predicted = Sigmoid().forward(self.sums)


def spread_pixels(height: int, width: int) -> list[int]:
    """Return the numbers of five pixels of a picture: one in the middle, the others towards its corners.

    >>> [divmod(pixel, 32) for pixel in spread_pixels(32, 32)]
    [(6, 6), (6, 25), (16, 16), (25, 6), (25, 25)]
    """
    places = [(0.2, 0.2), (0.2, 0.8), (0.5, 0.5), (0.8, 0.2), (0.8, 0.8)]
    return [int(down * height) * width + int(right * width) for down, right in places]
