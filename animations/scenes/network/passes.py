"""The numbers of one update of a small network: values forward, dout backward, gradients, and the step.

x  →  layer  →  …  →  layer  →  loss           each layer's own forward
      dout   ←  …  ←  dout   ←                 each layer's own backward, which fills its gradients, too
p  ←  p - learning rate · gradient             as recorded
"""

from __future__ import annotations

from typing import Any

import numpy as np

from animations.data import Data, instance, integer
from tinylearn import SGD, Dense, LeakyReLU, MeanSquaredError, Recording, ReLU, Sequential, Sigmoid, Tanh
from tinylearn.analysis.replay import Replayed, replay

ALONE = (ReLU, LeakyReLU, Sigmoid, Tanh)  # each treats every number on its own: one line from each unit to the next
MOST_LAYERS, MOST_WEIGHTS = 5, 3  # the most that there is room for: layers in all, weights between two columns


class UpdatePasses(Data):
    """Both passes of update `step`, repeated by `replay`, and the forward pass with its new parameters.

    names, layers       from left to right; `layers` are copies with the parameters before the update
    x, target           (units,) each; the batch is one row
    outputs, off        before and after the update, for each layer: its output, and where a ReLU is off, (units,)
    losses              before and after
    douts               for each layer: how the loss grows with its output, (units,)
    slopes              for each activation, by its name: f′ at each unit
    before, after, gradients   "dense_1.w" → array; learning_rate

    Raises ValueError unless a batch was one row, the loss MeanSquaredError of one output, the optimiser plain SGD, and
    the network small: dense layers and activations.
    """

    recording: Recording = instance(Recording)
    step: int = integer(default=1)

    def prepare(self) -> None:
        made = replay(self.recording, self.step)
        model = made.before.copy().model
        self.names, self.layers = model.layer_names, model.layers
        self._check(made)
        _, x, y = made.batch
        self.x, self.target, self.learning_rate = x[0], y[0], made.before.optimizer.learning_rate
        self.before, loss = _copies(model.named_parameters()), made.before.copy().loss
        outputs = _forward(model, x)
        losses = [loss.forward(outputs[-1], y)]
        dout: Any = loss.backward()
        self.douts: list[np.ndarray] = []
        self.slopes: dict[str, np.ndarray] = {}
        for name, layer in zip(reversed(self.names), reversed(self.layers), strict=True):
            self.douts.insert(0, dout[0])
            if isinstance(layer, ALONE):
                self.slopes[name] = layer.backward(np.ones_like(dout))[0]
            dout = layer.backward(dout)  # None at the first layer: nothing before it learns
        self.gradients = _copies(model.named_gradients())
        new = made.after.copy().model
        self.after, again = _copies(new.named_parameters()), _forward(new, x)
        losses.append(loss.forward(again[-1], y))
        self.losses = np.array(losses)
        self.outputs = [[out[0] for out in each] for each in (outputs, again)]
        self.off = [[isinstance(layer, ReLU) & (out <= 0) for layer, out in zip(self.layers, each, strict=True)]
                    for each in self.outputs]  # fmt: skip

    def _check(self, made: Replayed) -> None:
        """Raise ValueError for an update that there is no room for, or that this picture would show wrongly."""
        optimizer, (_, x, y) = made.before.optimizer, made.batch
        unknown = [layer for layer in self.layers if type(layer) not in (Dense, *ALONE)]
        dense = [layer for layer in self.layers if isinstance(layer, Dense)]
        large = [layer for layer in dense if layer.n_in * layer.n_out > MOST_WEIGHTS]
        plain = type(optimizer) is SGD and not optimizer.momentum and not optimizer.weight_decay
        for fits, wanted, got in (
            (x.ndim == 2 and len(x) == 1, "a batch of one row; train with batch_size=1", f"{x.shape}"),
            (not unknown, f"layers that are Dense, {', '.join(each.__name__ for each in ALONE)}", f"{unknown[:1]}"),
            (len(self.layers) <= MOST_LAYERS, f"at most {MOST_LAYERS} layers", f"{len(self.layers)}"),
            (not large, f"at most {MOST_WEIGHTS} weights in each layer", f"{large[:1]}"),
            (type(made.before.loss) is MeanSquaredError and y.shape == (1, 1), "MeanSquaredError of one output",
             f"{made.before.loss} of {y.shape[1:]}"),
            (plain, "SGD without momentum and weight decay", f"{optimizer}"),
        ):  # fmt: skip
            if not fits:
                raise ValueError(f"Backpropagation: update {self.step} must have {wanted}, got {got}")


def _forward(model: Sequential, x: np.ndarray) -> list[np.ndarray]:
    """Return the output of each layer."""
    outputs = [x]
    for layer in model.layers:
        outputs.append(layer.forward(outputs[-1]))
    return outputs[1:]


def _copies(named: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array.copy() for name, array in named.items()}
