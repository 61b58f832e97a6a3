"""One vector for all parameters of a model, and one for all gradients. The layers hold views of them.

    dense_1.w (D, M)     dense_1.b (M,)   dense_2.w …
    [ · · · · · · · · ·   · · ·            · · · …      ]   one contiguous vector

A view is an array that shares the memory of another: writing into one changes the other. `layer.params` is a dict of
views, and `model.parameters` is the vector. So an optimiser updates every parameter with a few vector operations, and a
recorder copies a single array. A third vector holds the `state` of all layers.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np

from tinylearn.checks import numbers
from tinylearn.layers.module import Module

M = TypeVar("M", bound=Module)


class Views(dict[str, np.ndarray]):
    """A dict name → view of a model's vector. Assigning checks the shape and writes the values into the vector.

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
                f"{self.owner} has no {name!r}{', only ' if self else ''}{', '.join(self)}; "
                "a layer makes its parameters and its state in __init__"
            )
        if view.shape != np.shape(value):
            raise ValueError(f"{self.owner}: {name} has shape {view.shape}, got {np.shape(value)}")
        view[...] = value

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Assign one by one: dict.update would replace the views by new arrays."""
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


class ParameterViews(Views):
    """Views of parameters. Assigning one parameter to another is an error, since that would only copy its values."""

    def __setitem__(self, name: str, value: Any) -> None:
        view = self.get(name)
        if view is not None and isinstance(value, np.ndarray) and value is not view and value.base is view.base:
            raise ValueError(
                f"{self.owner}: {name} cannot be tied to another parameter of its model; to copy its values of now, "
                f"write params[{name!r}] = other.copy()"
            )
        super().__setitem__(name, value)


class Vectors(NamedTuple):
    """The vectors of a module: all parameters, all gradients, and all state, its own before those of its parts."""

    parameters: np.ndarray
    gradients: np.ndarray
    state: np.ndarray


def pack(module: Module, dtype: np.dtype) -> None:
    """Move all parameters of `module` and its parts into one vector, and their state into another."""
    for _, layer in module.walk():
        vars(layer).pop("vectors", None)  # those of a model that becomes a part
        layer.params, layer.state = (_converted(layer, each, dtype) for each in (layer.params, layer.state))
        layer.dtype = dtype
    module.made_of = list(module.walk())[1:]  # without itself, which would be a circle of references
    parameters, state = _joined(module.named_parameters(), dtype), _joined(module.named_state(), dtype)
    _place(module, Vectors(parameters, np.zeros_like(parameters), state))


def twin(module: M) -> M:
    """Return a module that shares the parameters, state and random generators of `module`, and has caches of its own.

    So its `forward` does not disturb the next `backward` of `module`.
    """
    return _twin(module, {id(rng): rng for rng in module.generators().values()})


def replica(module: M) -> M:
    """Return a twin with gradients and random generators of its own, so that both can learn at the same time."""
    other = _twin(module, {id(rng): np.random.default_rng(0) for rng in module.generators().values()})
    _place(other, other.vectors._replace(gradients=np.zeros_like(other.vectors.gradients)))
    return other


def _twin(module: M, memo: dict[int, Any]) -> M:
    """Return a copy that shares params, grads and state. `memo`: id of an object → the object that replaces it."""
    for _, layer in module.walk():
        memo |= {id(shared): shared for shared in (layer.params, layer.grads, layer.state)}
    other = copy.deepcopy(module, memo)
    for (_, one), (_, two) in zip(module.walk(), other.walk(), strict=True):
        two.vectors = one.vectors
    return other


def _place(module: Module, vectors: Vectors) -> None:
    """Make the arrays of `module` and its parts views of `vectors`, which have exactly the right lengths."""
    module.vectors, owner = vectors, repr(module)
    parameters, gradients, state = vectors
    module.grads = Views(_views(module.params, gradients), owner)
    module.params = ParameterViews(_views(module.params, parameters), owner)
    module.state = Views(_views(module.state, state), owner)
    p, s = _size(module.params), _size(module.state)  # where the numbers of the next part begin
    for part in module.parts().values():
        part.inside = True
        part.may_skip_parts = not part.calls_all_parts and bool(part.parts())
        p_end, s_end = p + _size(part.named_parameters()), s + _size(part.named_state())
        _place(part, Vectors(parameters[p:p_end], gradients[p:p_end], state[s:s_end]))
        p, s = p_end, s_end


def _views(arrays: dict[str, np.ndarray], vector: np.ndarray) -> dict[str, np.ndarray]:
    """Return for each array a view of `vector` in its shape, one after the other."""
    views, start = {}, 0
    for name, array in arrays.items():
        views[name] = vector[start : start + array.size].reshape(array.shape)
        start += array.size
    return views


def _converted(layer: Module, arrays: dict[str, np.ndarray], dtype: np.dtype) -> dict[str, np.ndarray]:
    return {name: numbers(repr(layer), name, value, dtype) for name, value in arrays.items()}


def _joined(arrays: dict[str, np.ndarray], dtype: np.dtype) -> np.ndarray:
    """Return the numbers of all arrays, one array after the other, as a new vector."""
    return np.concatenate([np.empty(0, dtype), *(array.ravel() for array in arrays.values())])


def _size(arrays: dict[str, np.ndarray]) -> int:
    return sum(array.size for array in arrays.values())
