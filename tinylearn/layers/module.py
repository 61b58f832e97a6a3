"""Layers inside layers: which layer holds which, and the names of everything.

    Sequential([Dense(2, 3), Residual(Dense(3, 3), ReLU())])

    dense_1.w   dense_1.b   residual_1.dense_1.w   residual_1.dense_1.b

You need not register anything: layers are found in attributes, and in lists, tuples and dicts that are attributes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from tinylearn.checks import found_in
from tinylearn.identity import call_that_made

T = TypeVar("T")

LEFT_OUT = ("vectors", "may_skip_parts", "needs_dx")  # of copies


class Module:
    """A module holds arrays by name, and other modules. A layer is a module that also computes.

    params, grads, state   name → array, each in the order in which they were added
    vectors                in a model and its parts: all numbers, also of the modules inside, as three vectors
    inside                 is it part of a model?
    made_by                the call that made it
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
    made_by: str
    may_skip_parts: bool = False  # is it a layer in a model, with parts, and not one that calls all?

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Give every module its own dicts, so that no `__init__` has to call, or can forget, super().__init__."""
        module = super().__new__(cls)
        module.params, module.grads, module.state = {}, {}, {}
        module.training = module.inside = False
        module.dtype = None
        module.made_by = call_that_made(cls, args, kwargs)
        return module

    def __getstate__(self) -> dict[str, Any]:
        """Return what to copy or pickle: everything except the values that a model, or `fit`, gives its layers anew."""
        return {name: value for name, value in vars(self).items() if name not in LEFT_OUT}

    def parts(self) -> dict[str, Self]:
        """Return the layers that this one holds, by name: the class in lower case, numbered from 1 within the class.

        If it has a list `layers`, those come first.
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
        """Yield (name, layer): first for itself, with the name "", then for each part, and the parts of that one."""
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
        """Return name → array for the state of this layer and its parts: `batchnorm_1.mean`, …"""
        return self._named("state")

    def generators(self) -> dict[str, np.random.Generator]:
        """Return the random generators that this layer and its parts keep: `dropout_1.rng`, …"""
        return {
            f"{name}.{key}" if name else key: rng
            for name, part in self.walk()
            for key, rng in part.attributes(np.random.Generator)
        }

    def set_training(self, training: bool) -> None:
        """Set `training` for this layer and its parts."""
        for _, part in self.walk():
            part.training = training

    def attributes(self, kind: type[T]) -> Iterator[tuple[str, T]]:
        """Yield (attribute, value) for values of that type, also those in lists, tuples and dicts.

        It skips `params`, `grads` and `state`, and the attributes of the parts.
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
