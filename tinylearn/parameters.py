"""One vector for all parameters of a model, one for all gradients; the layers hold views into them.

    dense_1.w (D, M)     dense_1.b (M,)   dense_2.w …
    [ · · · · · · · · ·   · · ·            · · · …      ]   one contiguous vector

A view is an array that shares another's memory: writing into one changes the other. So `layer.params` is a dict of
views, `model.parameters` the vector; an optimiser updates every parameter with a few vector operations, a recorder
copies one array, a file holds one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from tinylearn.checks import numbers
from tinylearn.layers.layer import Layer


class Views(dict[str, np.ndarray]):
    """name → view into a model's vector: assigning checks the shape and writes the values into the vector.

    >>> vector = np.zeros(3)
    >>> views = Views({"w": vector[:2], "b": vector[2:]}, owner="Dense(2, 1)")
    >>> views["w"] = np.array([5.0, 6.0])
    >>> vector
    array([5., 6., 0.])
    """

    def __init__(self, views: dict[str, np.ndarray], owner: str) -> None:
        super().__init__(views)
        self.owner = owner

    def __setitem__(self, name: str, value: Any) -> None:
        view = self.get(name)
        if view is None:
            raise ValueError(
                f"{self.owner} has no parameter {name!r}, only {', '.join(self) or 'none'}; "
                "a layer makes its parameters in __init__"
            )
        if view.shape != np.shape(value):
            raise ValueError(f"{self.owner}: {name} has shape {view.shape}, got {np.shape(value)}")
        view[...] = value

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Assign one by one: dict's own update would put new arrays in the place of the views."""
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def __ior__(self, other: Any) -> Self:  # type: ignore[override,misc]
        self.update(other)
        return self

    def _fixed(self, *args: Any) -> Any:
        raise TypeError(f"{self.owner}: its parameters {', '.join(self)} can be assigned, not added or removed")

    __delitem__ = pop = popitem = clear = setdefault = _fixed

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy belongs to no model: it is a plain dict of arrays."""
        return dict, (dict(self),)


def pack(layers: Iterable[Layer], dtype: DTypeLike) -> tuple[np.ndarray, np.ndarray]:
    """Move every parameter of `layers` into one vector and return it, with one of the same size for the gradients.

    Afterwards each layer's `params` and `grads` are views into the two. Raises ValueError for a layer that a model
    owns already: its arrays can live in one vector only.
    """
    layers = list(layers)
    for layer in layers:
        if isinstance(layer.params, Views):
            raise ValueError(f"{layer} already belongs to a model; make a new layer, or copy.deepcopy this one")
        layer.params = {name: numbers(repr(layer), name, value, dtype) for name, value in layer.params.items()}
    size = sum(value.size for layer in layers for value in layer.params.values())
    parameters, gradients = np.zeros(size, dtype), np.zeros(size, dtype)
    for layer, params, grads in zip(layers, views(layers, parameters), views(layers, gradients), strict=True):
        for name, value in layer.params.items():
            params[name] = value
        layer.params, layer.grads = params, grads
    return parameters, gradients


def views(layers: Iterable[Layer], vector: np.ndarray) -> list[Views]:
    """Return for each layer its views into `vector`, which has a place for every parameter of all."""
    result, start = [], 0
    for layer in layers:
        of_layer = {}
        for name, value in layer.params.items():
            of_layer[name] = vector[start : start + value.size].reshape(value.shape)
            start += value.size
        result.append(Views(of_layer, repr(layer)))
    return result
