"""A model: layers one after another, their parameters in one vector.

    x → layers[0] → layers[1] → … → out
    dx ←          ←           ← … ← dout

**Backpropagation** is the second line: the dx of each layer is the dout of the layer before it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, NoReturn

import numpy as np
from numpy.typing import DTypeLike

from tinylearn.checks import float_type, numbers, positive_integer, read_only, real_array
from tinylearn.files import complete_or_absent
from tinylearn.layers.guard import checked_layers, raise_misfit, required_dx
from tinylearn.layers.layer import Layer
from tinylearn.npz import read_arrays, write_arrays, written_by
from tinylearn.parameters import Views, pack, twin
from tinylearn.sharing import refuse_changes, refuse_sharing
from tinylearn.summary import output_shapes, summary

AT_ONCE = 2**16  # numbers of x in a batch of `predict`; with four times as many, images took 1.7 times as long


class Sequential(Layer):
    """Layers one after another. It is a layer itself: an encoder and a decoder make a model.

    parameters, gradients   one contiguous vector each; the `params` and `grads` of all layers are views of them
    layers, dtype           as given; the model converts every parameter and every input to `dtype`

    >>> from tinylearn import Dense, ReLU
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential([Dense(2, 3, rng=rng), ReLU(), Dense(3, 1, rng=rng)])
    >>> [(name, view.shape) for name, view in model.named_parameters().items()]
    [('dense_1.w', (2, 3)), ('dense_1.b', (3,)), ('dense_2.w', (3, 1)), ('dense_2.b', (1,))]
    >>> model.parameters.size
    13
    >>> model.forward([[1, 2], [3, 4], [5, 6]]).shape
    (3, 1)
    """

    layers: tuple[Layer, ...]
    dtype: np.dtype
    calls_all_parts = True

    def __init__(self, layers: Iterable[Layer], dtype: DTypeLike = np.float64) -> None:
        self.layers = checked_layers("Sequential", layers, Layer)
        refuse_sharing(self)
        pack(self, float_type("Sequential", dtype))

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for the batch `x`. You may keep it: no later call writes into it."""
        out = x
        try:
            for layer in self.layers:
                out = layer.forward(out)
        except ValueError as error:
            raise_misfit(self.layers, layer, out, error)
        return out.copy()

    def backward(self, dout: np.ndarray) -> np.ndarray | None:
        """Fill `gradients` from `dout`, the gradient of the loss with respect to the last output; return dx."""
        for layer in reversed(self.layers):
            dx = layer.backward(dout)
            if dx is None:  # fine, if no layer before this one learns
                if layer.needs_dx:
                    self._refuse_learners_before(layer)
                return None
            dout = dx
        return dout.copy()

    def predict(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the output for all rows of `x`, `batch_size` rows at a time, with `training` off.

        By default it takes 256 rows at a time, or fewer if they are long, so that the outputs of the layers fit into
        the processor's cache. The layers keep the arrays of the last `forward`, so `backward` may still follow it.
        """
        x = real_array("predict", "x", x)
        if batch_size is None:
            batch_size = max(1, min(256, AT_ONCE // max(1, math.prod(x.shape[1:]))))
        batch_size = positive_integer("predict", "batch_size", batch_size)
        if x.ndim < 1:
            raise ValueError(f"predict: x must have shape (N, …), a row per example, got {x}")
        if x.ndim == 1:  # probably one row without its batch axis: do not cut it into batches
            batch_size = max(len(x), 1)
        refuse_changes(self)
        idle = twin(self)
        idle.set_training(False)
        batches = (x[start : start + batch_size] for start in range(0, max(len(x), 1), batch_size))
        return np.concatenate([idle.forward(read_only(numbers("predict", "x", rows, self.dtype))) for rows in batches])

    def _set_parameters(self, values: np.ndarray) -> None:
        values = numbers("parameters", "values", values, self.dtype)
        if values.shape != self.parameters.shape:
            raise ValueError(f"parameters: expected shape {self.parameters.shape}, got {values.shape}")
        self.parameters[...] = values

    parameters = property(attrgetter("vectors.parameters"), _set_parameters)  # assigning writes into the vector
    gradients = property(attrgetter("vectors.gradients"))  # in the order of the parameters; `backward` fills it

    @property
    def layer_names(self) -> list[str]:
        """The name of each layer: its class in lower case, numbered from 1 within the class."""
        return list(self.parts())[: len(self.layers)]

    def summary(self, input_shape: tuple[int, ...] | None = None) -> str:
        """Return a table of layers, output shapes (N is the batch) and numbers of parameters.

        Pass the shape of one example as `input_shape`, unless the first layer determines it, as Dense does.

        >>> from tinylearn import Dense, Sigmoid
        >>> print(Sequential([Dense(2, 1, rng=np.random.default_rng(0)), Sigmoid()]).summary())
        layer        name       output shape  parameters
        Dense(2, 1)  dense_1    (N, 1)                 3
        Sigmoid()    sigmoid_1  (N, 1)                 0
        total                                          3
        """
        return summary(self, input_shape)

    def output_shapes(self, input_shape: tuple[int, ...] | None = None) -> list[tuple[int, ...] | None]:
        """Return each layer's output shape for one example of `input_shape`; None where it is not known."""
        return output_shapes(self, input_shape)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the parameters and the state of the layers to `path` as `.npz`, one array per name.

        This replaces an existing file atomically. Read the file with `load`, or without tinylearn with
        `np.load(path)["dense_1.w"]`.
        """
        with complete_or_absent(path, "save") as file:
            write_arrays(file, self.named_arrays())

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read the file that `save` wrote.

        Raises FileNotFoundError if there is none, and ValueError if it is another kind of file or does not fit this
        model: the message names the first array that differs. After an error the model is unchanged.
        """
        with written_by("Sequential.save", path, "load") as file:
            arrays = read_arrays(file)
        self.assign(arrays, str(path))

    def assign(self, values: Mapping[str, np.ndarray], source: str) -> None:
        """Set every parameter and state, bit for bit, to the array of its name. If one does not fit, change nothing."""
        own = self.named_arrays()
        for name in [*own, *values]:
            mine = f"{own[name].dtype} {own[name].shape}" if name in own else "no such parameter"
            theirs = f"{values[name].dtype} {values[name].shape}" if name in values else "no such parameter"
            if mine != theirs:
                raise ValueError(f"{source} does not fit this model: {name} is {mine} in the model, {theirs} there")
        for name, view in own.items():
            view[...] = values[name]

    def named_arrays(self) -> dict[str, np.ndarray]:
        """Return name → view of everything that training changes: first the parameters, then the layers' state."""
        refuse_changes(self)
        return self.named_parameters() | self.named_state()

    def _refuse_learners_before(self, layer: Layer) -> None:
        """Raise ValueError if a layer before this one learns: it needs the dx that this one did not return."""
        if any(each.named_parameters() for each in self.layers[: self.layers.index(layer)]):
            required_dx(layer, None)

    def __setstate__(self, attributes: dict[str, Any]) -> None:
        """Give a copy vectors of its own: arrays that were copied are not views any more."""
        vars(self).update(attributes)
        if not isinstance(self.params, Views):  # a twin's are still views
            self.inside = False
            pack(self, self.dtype)

    def __copy__(self) -> NoReturn:
        raise TypeError("copy.copy(model) would share its layers; write copy.deepcopy(model)")

    def __repr__(self) -> str:
        dtype = "" if self.dtype == np.float64 else f", dtype=np.{self.dtype}"
        return f"{type(self).__name__}([{', '.join(map(repr, self.layers))}]{dtype})"


def first_that_learns(model: Layer) -> Layer:
    """Return the first layer with parameters, or the model if none has any. Training does not need this layer's dx."""
    backward = type(model).backward
    if not isinstance(model, Sequential) or backward is not Sequential.backward:  # what it does with a dx is its own
        return model
    return next((first_that_learns(layer) for layer in model.layers if layer.named_parameters()), model)
