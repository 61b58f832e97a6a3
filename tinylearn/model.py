"""A model: layers one after another, their parameters in one vector.

x → layers[0] → layers[1] → … → out
dx ←          ←           ← … ← dout
"""

from __future__ import annotations

import contextlib
import copy
import functools
import os
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from tinylearn.checks import existing_path, numbers, positive_integer, shortened
from tinylearn.files import complete_or_absent
from tinylearn.layers import Layer
from tinylearn.npz import read_arrays
from tinylearn.parameters import pack, views


class Sequential:
    """Layers one after another.

    parameters, gradients   one contiguous vector each; the layers' `params` and `grads` are views into them
    layers, dtype           as given; every parameter and every input is turned into `dtype`

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

    def __init__(self, layers: Iterable[Layer], dtype: DTypeLike = np.float64) -> None:
        if not isinstance(layers, Iterable) or isinstance(layers, str):
            hint = f"; write [{layers!r}, …]" if isinstance(layers, Layer) else ""
            raise TypeError(f"Sequential: expected a list of layers, got {shortened(layers)}{hint}")
        self.layers, self.dtype = tuple(layers), _float_type(dtype)
        if not self.layers:
            raise ValueError("Sequential: expected at least one layer, got none")
        for layer in self.layers:
            if not isinstance(layer, Layer):
                hint = "" if isinstance(layer, type) else "; a layer of your own inherits from Layer"
                raise TypeError(f"Sequential: expected layers such as ReLU(), got {shortened(layer)}{hint}")
        for position, layer in enumerate(self.layers):
            if any(layer is other for other in self.layers[:position]):
                raise ValueError(
                    f"Sequential: one layer object stands in two places, {layer!r}; make one for each place"
                )
        self._parameters, self._gradients = pack(self.layers, self.dtype)

    @property
    def parameters(self) -> np.ndarray:
        """All parameters as one vector. Assigning writes into it, so that the layers' views stay views."""
        return self._parameters

    @parameters.setter
    def parameters(self, values: np.ndarray) -> None:
        values = numbers("parameters", "values", values, self.dtype)
        if values.shape != self._parameters.shape:
            raise ValueError(f"parameters: expected shape {self._parameters.shape}, got {values.shape}")
        self._parameters[...] = values

    @property
    def gradients(self) -> np.ndarray:
        """All gradients as one vector, in the order of `parameters`; `backward` fills it."""
        return self._gradients

    @property
    def layer_names(self) -> list[str]:
        """A name for each layer: its class in lower case, numbered from 1 within the class."""
        seen: Counter[str] = Counter()
        names = []
        for layer in self.layers:
            kind = type(layer).__name__.lower()
            seen[kind] += 1
            names.append(f"{kind}_{seen[kind]}")
        return names

    def named_parameters(self) -> dict[str, np.ndarray]:
        """Return name → view for every parameter, in order: `dense_1.w`, `dense_1.b`, `dense_2.w`, …"""
        named = zip(self.layer_names, self.layers, strict=True)
        return {f"{name}.{key}": view for name, layer in named for key, view in layer.params.items()}

    def named_gradients(self) -> dict[str, np.ndarray]:
        """Return name → view for every gradient, under the names of `named_parameters`."""
        named = zip(self.layer_names, self.layers, strict=True)
        return {f"{name}.{key}": view for name, layer in named for key, view in layer.grads.items()}

    def forward(self, x: Any) -> np.ndarray:
        """Return the output for the batch `x`; it is the caller's own, no later call writes into it.

        Raises ValueError that names the two layers if the output of one does not fit the next.
        """
        return self.run(numbers("Sequential.forward", "x", x, self.dtype)).copy()

    def run(self, x: np.ndarray) -> np.ndarray:
        """Do what `forward` does without conversion and copy: `x` has the model's dtype, and nobody may write into
        the result, which a layer may remember."""
        return _run(self.layers, x)

    def backward(self, dout: Any) -> np.ndarray:
        """Fill `gradients` from `dout`, the gradient of the loss with respect to the last output; return dx."""
        dx = dout = numbers("Sequential.backward", "dout", dout, self.dtype)
        for layer in reversed(self.layers):
            dx = layer.backward(dx)
        return dx.copy() if np.may_share_memory(dx, dout) else dx  # Flatten's dx is a view of dout

    def fill_gradients(self, dout: np.ndarray) -> None:
        """Do what `backward` does without the dx of the first layer that learns, and of those before it."""
        if self._first_learner is None:
            return
        for layer in self.layers[: self._first_learner : -1]:  # from the last to the one after the first learner
            dout = layer.backward(dout)
        self.layers[self._first_learner].fill_grads(dout)

    @functools.cached_property
    def _first_learner(self) -> int | None:
        """The position of the first layer with parameters."""
        return next((i for i, layer in enumerate(self.layers) if layer.params), None)

    def predict(self, x: Any, batch_size: int = 256) -> np.ndarray:
        """Return the output for all rows of `x`, `batch_size` rows at a time, with `training` off.

        What the layers remember of the last `forward` stays, so that a `backward` may still follow it.
        """
        x = numbers("predict", "x", x, self.dtype)
        batch_size = positive_integer("predict", "batch_size", batch_size)
        if x.ndim < 1:
            raise ValueError(f"predict: x must have shape (N, …), a row per example, got {x}")
        if x.ndim == 1:  # as a rule a row without its batch axis, which no layer should see cut
            batch_size = max(len(x), 1)
        layers = self._idle_layers()
        starts = range(0, max(len(x), 1), batch_size)
        return np.concatenate([_run(layers, x[start : start + batch_size]) for start in starts])

    def _idle_layers(self) -> list[Layer]:
        """Return copies of the layers, with the same parameters, that are not training."""
        layers = [copy.copy(layer) for layer in self.layers]
        for layer in layers:
            layer.training = False
        return layers

    def replica(self) -> Sequential:
        """Return a model with the same parameters, in the same memory, and layers and gradients of its own."""
        replica = Sequential.__new__(Sequential)
        replica.layers, replica.dtype = tuple(copy.copy(layer) for layer in self.layers), self.dtype
        replica._parameters, replica._gradients = self._parameters, np.zeros_like(self._gradients)
        for layer, grads in zip(replica.layers, views(replica.layers, replica._gradients), strict=True):
            layer.grads = grads
        return replica

    def set_training(self, training: bool) -> None:
        """Tell every layer whether the model is learning."""
        for layer in self.layers:
            layer.training = training

    def summary(self, input_shape: tuple[int, ...] | None = None) -> str:
        """Return a table of layers, output shapes (N is the batch) and numbers of parameters.

        `input_shape` is the shape of one example; it is needed unless the first layer tells it, as Dense does.

        >>> from tinylearn import Dense, Sigmoid
        >>> print(Sequential([Dense(2, 1, rng=np.random.default_rng(0)), Sigmoid()]).summary())
        layer        name       output shape  parameters
        Dense(2, 1)  dense_1    (N, 1)                 3
        Sigmoid()    sigmoid_1  (N, 1)                 0
        total                                          3
        """
        shapes = self.output_shapes(input_shape)
        rows = [("layer", "name", "output shape", "parameters")]
        for layer, name, shape in zip(self.layers, self.layer_names, shapes, strict=True):
            count = sum(value.size for value in layer.params.values())
            text = "?" if shape is None else f"({', '.join(['N', *map(str, shape)])}{'' if shape else ','})"
            rows.append((repr(layer), name, text, f"{count:,}"))
        rows.append(("total", "", "", f"{self.parameters.size:,}"))
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        lines = [
            f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]:{widths[2]}}  {row[3]:>{widths[3]}}" for row in rows
        ]
        return "\n".join(lines)

    def output_shapes(self, input_shape: tuple[int, ...] | None = None) -> list[tuple[int, ...] | None]:
        """Return each layer's output shape for one example of `input_shape`, None where it cannot be known.

        Found by sending a row of zeros through copies of the layers, so that it holds for layers of your own too.
        """
        if input_shape is None:
            n_in = getattr(self.layers[0], "n_in", None)
            if n_in is None:
                return [None] * len(self.layers)
            input_shape = (n_in,)
        if not isinstance(input_shape, tuple | list) or not all(
            isinstance(n, int | np.integer) and n > 0 for n in input_shape
        ):
            raise ValueError(
                "output_shapes: input_shape must be the shape of one example, without the batch axis, such as (3,) or "
                f"(32, 32, 3), got {shortened(input_shape)}"
            )
        zeros, layers = np.zeros((1, *input_shape), self.dtype), self._idle_layers()
        return [_run(layers[: number + 1], zeros).shape[1:] for number in range(len(layers))]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the parameters to `path` as `.npz`, one array per name; a file of that name is replaced at once or not.

        Read it back with `load`, or without tinylearn with `np.load(path)["dense_1.w"]`.
        """
        with complete_or_absent(path, "save") as file:
            np.savez(file, **self.named_parameters())  # type: ignore[arg-type]

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read parameters that `save` wrote.

        Raises ValueError with the first name that differs if they do not fit, and for a file of something else;
        FileNotFoundError if there is none. Nothing is changed then.
        """
        path = existing_path("load", path)
        try:
            saved = read_arrays(path)
        except (FileNotFoundError, PermissionError):
            raise
        except (TypeError, ValueError, OSError, EOFError, AttributeError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} is not a file that Sequential.save wrote: {error}") from error
        self.assign(saved, str(path))

    def assign(self, values: Mapping[str, np.ndarray], source: str) -> None:
        """Set every parameter, bit for bit, to the array of its name in `values`; nothing changes if one differs."""
        own = self.named_parameters()
        for name in [*own, *values]:
            mine = f"{own[name].dtype} {own[name].shape}" if name in own else "no such parameter"
            theirs = f"{values[name].dtype} {values[name].shape}" if name in values else "no such parameter"
            if mine != theirs:
                raise ValueError(f"{source} does not fit this model: {name} is {mine} in the model, {theirs} there")
        for name, view in own.items():
            view[...] = values[name]

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy, or pickle, the layers, and pack the copies into vectors of their own; gradients start at zero."""
        return type(self), (self.layers, self.dtype)

    def __repr__(self) -> str:
        dtype = "" if self.dtype == np.float64 else f", dtype=np.{self.dtype}"
        return f"Sequential([{', '.join(map(repr, self.layers))}]{dtype})"


def _float_type(dtype: DTypeLike) -> np.dtype:
    """Return the dtype; TypeError if it is none, or not one of floats."""
    with contextlib.suppress(TypeError, ValueError):
        if dtype is not None and np.dtype(dtype).kind == "f":
            return np.dtype(dtype)
    got = dtype.__name__ if isinstance(dtype, type) else shortened(dtype)
    raise TypeError(f"Sequential: dtype must be a floating-point type such as np.float64, got {got}")


def _run(layers: Sequence[Layer], x: np.ndarray) -> np.ndarray:
    """Return what `x` becomes on its way through `layers`; ValueError that names the two that do not fit."""
    out, position = x, 0
    try:
        for position, layer in enumerate(layers):  # noqa: B007 (the error needs the position)
            out = layer.forward(out)
    except ValueError as error:
        if position == 0:
            raise ValueError(f"{layers[0]}, the first layer, does not fit the input: {error}") from error
        raise ValueError(
            f"layers {position} and {position + 1} do not fit: {layers[position - 1]} gives {out.shape}, but {error}"
        ) from error
    return out
