"""The base of every optimiser. Your own inherits from it, too: settings, state, and copies need no extra line."""

from __future__ import annotations

import inspect
import math
from operator import attrgetter
from typing import Any, Self

import numpy as np

from tinylearn.checks import found_in, number_between, texts
from tinylearn.guarding import guard
from tinylearn.identity import described
from tinylearn.optimizer_guard import NOT_STEPPED, OfInner, State, guarded_step


class Optimizer:
    """An optimiser is a learning rate, a rule `step`, and a dict `state` of all that it remembers.

    Your own inherits from it. The arguments of `step` are checked before it runs. The names in `remembers` become
    arrays in `state`: zeros in the shape of the parameters, until a step changes them. If it holds another optimiser
    and passes no learning rate to `super().__init__`, it uses the learning rate of that one.

    >>> from tinylearn import SGD
    >>> class Clipped(Optimizer):
    ...     def __init__(self, inner, largest):
    ...         self.inner, self.largest = inner, largest
    ...     def step(self, parameters, gradients):
    ...         self.inner.step(parameters, np.clip(gradients, -self.largest, self.largest))
    >>> Clipped(SGD(0.1), largest=1).clone()
    Clipped(inner=SGD(learning_rate=0.1, momentum=0.0, weight_decay=0.0), largest=1)
    """

    __slots__ = ("__dict__", "__weakref__", "_arguments", "_stepped")  # the last two are not part of its state
    remembers: tuple[str, ...] = ()
    state: dict[str, Any]
    weight_decay = 0.0
    _learning_rate: Any = OfInner()
    _arguments: tuple[tuple[Any, ...], dict[str, Any]]
    _stepped: tuple[Any, ...]  # for the guard: shape and dtype of the last parameters

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        cls.remembers = texts(cls.__name__, "remembers", cls.remembers)
        guard(cls, step=guarded_step)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Note the settings: all arguments of the constructor."""
        optimizer = super().__new__(cls)
        optimizer.state, optimizer._arguments, optimizer._stepped = State(), (args, kwargs), NOT_STEPPED
        return optimizer

    def __init__(self, learning_rate: float, weight_decay: float = 0.0) -> None:
        name = type(self).__name__
        self._learning_rate = number_between(name, "learning_rate", learning_rate, 0, math.inf, open_low=True)
        self.weight_decay = number_between(name, "weight_decay", weight_decay, 0, math.inf)

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Update `parameters` in place; `gradients` is only read."""
        raise NotImplementedError(f"{type(self).__name__} has no step(parameters, gradients) of its own")

    def shrink(self, parameters: np.ndarray) -> None:
        """Weight decay, before each step: p ← p - learning_rate · weight_decay · p."""
        decay = 1 - self.learning_rate * self.weight_decay
        parameters *= decay

    def _set_learning_rate(self, value: float) -> None:
        new, old = number_between(type(self).__name__, "learning_rate", value, 0, math.inf), self.learning_rate
        for part in self.parts().values():
            if vars(part).get("_learning_rate") == old:  # if a part has another one, a schedule has set it
                part._learning_rate = new

    learning_rate = property(  # read in C, since every step reads it
        attrgetter("_learning_rate"), _set_learning_rate,
        doc="The size of a step; assign to change it while training. A schedule may end at 0.",
    )  # fmt: skip

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments of its constructor, by name."""
        args, kwargs = self._arguments
        bound = inspect.signature(type(self).__init__).bind(self, *args, **kwargs)
        bound.apply_defaults()
        return dict([*bound.arguments.items()][1:])

    def _rebuilt(self) -> Self:
        """Return a new object: call the constructor again, with the same arguments."""
        args, kwargs = self._arguments

        def anew(value: Any) -> Any:
            if isinstance(value, list | tuple):
                return type(value)(map(anew, value))
            if isinstance(value, dict):
                return {key: anew(each) for key, each in value.items()}
            return value._rebuilt() if isinstance(value, Optimizer) else value

        return type(self)(*map(anew, args), **{name: anew(value) for name, value in kwargs.items()})

    def clone(self) -> Self:
        """Return an optimiser with the same settings and the present learning rate, but with an empty state."""
        new = self._rebuilt()
        for part, own in zip(new.parts().values(), self.parts().values(), strict=True):
            if "_learning_rate" in vars(own):
                part._learning_rate = own._learning_rate
        return new

    def parts(self) -> dict[str, Optimizer]:
        """Return itself, under the name "", and the optimisers that it holds, in attributes or in lists."""
        found: dict[str, Optimizer] = {"": self}
        for attribute, value in vars(self).items():
            for name, held in found_in(attribute, value, Optimizer):
                found |= {f"{name}.{below}".rstrip("."): part for below, part in held.parts().items()}
        return found

    def __getstate__(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a copy gets: everything except the note about the last parameters."""
        return vars(self).copy(), {"_arguments": self._arguments}

    def __repr__(self) -> str:
        now = {name: getattr(self, name, value) for name, value in self.settings.items()}
        return f"{type(self).__name__}({', '.join(f'{name}={described(value)}' for name, value in now.items())})"
