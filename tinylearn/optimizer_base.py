"""What every optimiser is, and what one of your own gets without writing a line: checks, settings, memory, copies."""

from __future__ import annotations

import inspect
import math
import weakref
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Self

import numpy as np

from tinylearn.checks import FLOATS, number_between, numbers, shortened
from tinylearn.guarding import guard, name_error


class Memory(dict[str, Any]):
    """What an optimiser remembers; `zeros` are shape and dtype of the arrays that are made when they are asked for."""

    zeros: dict[str, tuple[Any, Any]] = {}  # noqa: RUF012 (never changed)

    def __missing__(self, name: str) -> np.ndarray:
        if name not in self.zeros:
            raise KeyError(name)
        self[name] = np.zeros(*self.zeros[name])
        return self[name]


class OfInner:
    """The learning rate of an optimiser that was given none: that of the one that it holds."""

    def __get__(self, optimizer: Any, kind: Any = None) -> Any:
        inner = [*optimizer.parts().values()][1:]
        if not inner:
            raise AttributeError(f"{type(optimizer).__name__} has no learning rate; give one to super().__init__")
        return inner[0].learning_rate


class Optimizer:
    """What every optimiser is: a learning rate, its rule `step`, and a dict `state` of all that it remembers.

    One of your own inherits from it. What its `step` is given has been checked. The arrays that `remembers` names are
    zeros in `state`, in the shape of the parameters, until a step changes them. An optimiser that holds another one
    has the learning rate of that, unless it gives one to `super().__init__`.

    >>> from tinylearn import SGD
    >>> class Clipped(Optimizer):
    ...     def __init__(self, inner, largest):
    ...         self.inner, self.largest = inner, largest
    ...     def step(self, parameters, gradients):
    ...         self.inner.step(parameters, np.clip(gradients, -self.largest, self.largest))
    >>> Clipped(SGD(0.1), largest=1).clone()
    Clipped(inner=SGD(learning_rate=0.1, momentum=0.0, weight_decay=0.0), largest=1)
    """

    __slots__ = ("__dict__", "__weakref__", "_arguments", "_stepped")  # the last two are no part of what it remembers
    remembers: tuple[str, ...] = ()
    state: dict[str, Any]
    _learning_rate: Any = OfInner()
    _arguments: tuple[tuple[Any, ...], dict[str, Any]]
    _stepped: tuple[Any, Any, Any]  # shape, dtype, and a weak reference to the array; None before the first step

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        guard(cls, step=guarded_step)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Note the settings: whatever the constructor is given."""
        optimizer = super().__new__(cls)
        optimizer.state, optimizer._arguments, optimizer._stepped = Memory(), (args, kwargs), (None, None, None)
        return optimizer

    def __init__(self, learning_rate: float) -> None:
        name = type(self).__name__
        self._learning_rate = number_between(name, "learning_rate", learning_rate, 0, math.inf, open_low=True)

    def step(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Update `parameters` in place; `gradients` is only read."""
        raise NotImplementedError(f"{type(self).__name__} has no step(parameters, gradients) of its own")

    def _set_learning_rate(self, value: float) -> None:
        new, old = number_between(type(self).__name__, "learning_rate", value, 0, math.inf), self.learning_rate
        for part in self.parts().values():
            if vars(part).get("_learning_rate") == old:  # a part that has another one was given it by a schedule
                part._learning_rate = new

    learning_rate = property(  # read in C, as it is in every step
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

    def as_made(self) -> Self:
        """Return what the constructor makes of the same arguments."""
        args, kwargs = self._arguments

        def anew(value: Any) -> Any:
            return value.as_made() if isinstance(value, Optimizer) else value

        return type(self)(*map(anew, args), **{name: anew(value) for name, value in kwargs.items()})

    def clone(self) -> Self:
        """Return an optimiser with the same settings, and the learning rate of now, that remembers nothing."""
        new = self.as_made()
        for part, own in zip(new.parts().values(), self.parts().values(), strict=True):
            if "_learning_rate" in vars(own):
                part._learning_rate = own._learning_rate
        return new

    def parts(self) -> dict[str, Optimizer]:
        """Return itself, under the name "", and the optimisers that its attributes are."""
        found: dict[str, Optimizer] = {"": self}
        for name, value in vars(self).items():
            if isinstance(value, Optimizer):
                found |= {f"{name}.{below}".rstrip("."): part for below, part in value.parts().items()}
        return found

    def __getstate__(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a copy has: all but the parameters that were stepped."""
        return vars(self).copy(), {"_arguments": self._arguments}

    def __repr__(self) -> str:
        now = {name: getattr(self, name, value) for name, value in self.settings.items()}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in now.items())})"


# --- the guard --------------------------------------------------------------------------------------------------------


def guarded_step(formula: Callable[..., None], _: type) -> Callable[..., None]:
    def step(optimizer: Any, parameters: np.ndarray, gradients: np.ndarray) -> None:
        shape, dtype, _ = optimizer._stepped
        try:
            if not (  # the arrays are like those of the last step
                type(parameters) is type(gradients) is np.ndarray
                and parameters.shape == gradients.shape == shape
                and parameters.dtype is gradients.dtype is dtype
                and type(optimizer.state) is Memory
            ):
                gradients = _checked(optimizer, parameters, gradients)
            formula(optimizer, parameters, gradients)
        except Exception as error:  # also one of np.seterr: calling again would be a second step
            name_error(optimizer, error)
            raise

    return step


def _checked(optimizer: Any, parameters: Any, gradients: Any) -> Any:
    """Return the gradients, as floats, and note what the parameters are like; TypeError or ValueError if they misfit.

    NumPy would stretch gradients of another shape over them, silently.
    """
    if not _plain_floats(parameters):
        array = isinstance(parameters, np.ndarray)
        got = f"{type(parameters).__name__} of {parameters.dtype}" if array else shortened(parameters)
        must = "parameters must be a plain array of float32 or float64, to be changed in place"
        raise TypeError(f"{optimizer}: {must}, got {got}")
    shape, dtype = parameters.shape, parameters.dtype
    if not _plain_floats(gradients):
        gradients = numbers(optimizer, "gradients", gradients, dtype)
    if gradients.shape != shape:
        must = f"gradients must have the shape of the parameters, {shape}"
        raise ValueError(f"{optimizer}: {must}, got {gradients.shape}")
    if not isinstance(optimizer.state, Memory):
        optimizer.state = Memory(optimizer.state)
    for array in [optimizer.state[name] for name in optimizer.remembers if name in optimizer.state]:
        if (array.shape, array.dtype) != (shape, dtype):
            stepped = f"has stepped parameters of {array.dtype} {array.shape}"
            raise ValueError(
                f"{optimizer} {stepped}, now got {dtype} {shape}; use a new optimizer for other parameters"
            )
    optimizer.state.zeros = dict.fromkeys(optimizer.remembers, (shape, dtype))
    optimizer._stepped = shape, dtype, weakref.ref(owner_of(parameters))
    return gradients


def _plain_floats(value: Any) -> bool:
    """Return whether a step can work with a value as it is."""
    odd = np.ma.MaskedArray | np.matrix
    return isinstance(value, np.ndarray) and not isinstance(value, odd) and value.dtype in FLOATS


def owner_of(array: np.ndarray) -> np.ndarray:
    """Return the array whose memory this one views, or itself."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
