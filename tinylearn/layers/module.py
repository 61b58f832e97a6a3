"""Layers inside layers: who holds whom, and what everything is called.

    Sequential([Dense(2, 3), Residual(Dense(3, 3), ReLU())])

    dense_1.w   dense_1.b   residual_1.dense_1.w   residual_1.dense_1.b

A layer is found where it is: in an attribute, or in a list, tuple or dict that is an attribute. Nothing is registered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from tinylearn.checks import found_in

T = TypeVar("T")

LEFT_OUT = ("vectors", "may_skip_parts", "needs_dx")  # of copies


class Module:
    """Arrays by name, and other modules inside it. A layer is a module that also computes.

    params, grads, state   name → array, each in the order in which they were added
    vectors                of a model and its parts: all numbers of these, and of what is inside, as three vectors
    inside                 is it part of a model?
    """

    calls_all_parts: ClassVar[bool] = False  # does its backward always call that of each part?
    params: dict[str, np.ndarray]
    grads: dict[str, np.ndarray]
    state: dict[str, np.ndarray]
    training: bool
    dtype: np.dtype | None  # of the model that it belongs to
    vectors: Any
    made_of: list[tuple[str, Module]]  # of a model: the layers inside it, as it was made
    inside: bool
    may_skip_parts: bool = False  # is it a layer in a model, with parts, and not one that calls all?

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Give every module its own dicts, so that its `__init__` has nothing to call and nothing to forget."""
        module = super().__new__(cls)
        module.params, module.grads, module.state = {}, {}, {}
        module.training = module.inside = False
        module.dtype = None
        return module

    def __getstate__(self) -> dict[str, Any]:
        """Return what is copied and pickled: not what a model, or `fit`, gives each of its layers anew."""
        return {name: value for name, value in vars(self).items() if name not in LEFT_OUT}

    def parts(self) -> dict[str, Self]:
        """Return the layers that this one holds, by name: the class in lower case, numbered from 1 within the class.

        Those in its list `layers`, if it has one, come first.
        """
        found: dict[str, Self] = {}
        numbers: Counter[str] = Counter()
        first = [part for _, part in found_in("layers", vars(self).get("layers"), Module)]
        among_them = {id(part) for part in first}
        others = [part for _, part in self.attributes(Module) if id(part) not in among_them]
        for part in [*first, *others]:
            kind = type(part).__name__.lower()
            numbers[kind] += 1
            found[f"{kind}_{numbers[kind]}"] = part  # type: ignore[assignment]
        return found

    def walk(self, name: str = "", above: tuple[Module, ...] = ()) -> Iterator[tuple[str, Self]]:
        """Yield (name, layer) for this one, whose name is "", then for each of its parts and what that holds."""
        if any(self is each for each in above):
            raise ValueError(
                f"{type(self).__name__} holds itself; keep no reference to a layer that this one stands in"
            )
        yield name, self
        for part_name, part in self.parts().items():
            yield from part.walk(f"{name}.{part_name}" if name else part_name, (*above, self))

    def named_parameters(self) -> dict[str, np.ndarray]:
        """Return name → array for the parameters of this layer and of its parts: `w`, …, `dense_1.w`, …"""
        return self._named("params")

    def named_gradients(self) -> dict[str, np.ndarray]:
        """Return name → array for the gradients, under the names of the parameters."""
        return self._named("grads")

    def named_state(self) -> dict[str, np.ndarray]:
        """Return name → array for what this layer and its parts remember: `batchnorm_1.mean`, …"""
        return self._named("state")

    def generators(self) -> dict[str, np.random.Generator]:
        """Return the random generators that this layer and its parts keep: `dropout_1.rng`, …"""
        return {
            f"{name}.{key}" if name else key: rng
            for name, part in self.walk()
            for key, rng in part.attributes(np.random.Generator)
        }

    def set_training(self, training: bool) -> None:
        """Tell this layer and its parts whether they are learning."""
        for _, part in self.walk():
            part.training = training

    def attributes(self, kind: type[T]) -> Iterator[tuple[str, T]]:
        """Yield (attribute, value) for values of that type, also those in lists, tuples and dicts.

        Those in `params`, `grads` and `state` do not count, nor those that the parts hold.
        """
        for name, value in vars(self).items():
            if name not in ("params", "grads", "state", "vectors", "made_of"):
                yield from found_in(name, value, kind)

    def _named(self, kind: str) -> dict[str, np.ndarray]:
        """Return name → array for one kind, such as "grads", of this layer and its parts."""
        return {
            f"{name}.{key}" if name else key: array
            for name, part in self.walk()
            for key, array in getattr(part, kind).items()
        }
