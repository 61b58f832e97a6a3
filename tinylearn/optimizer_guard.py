"""What stands between an optimiser's `step` and who calls it; no part of any rule.

NumPy would stretch gradients of another shape over the parameters, silently, and what was remembered of one model would
move another.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.checks import shortened


class Memory(dict[str, Any]):
    """What an optimiser remembers; `zeros` are shape and dtype of the arrays that are made when they are asked for."""

    zeros: dict[str, tuple[Any, Any]] = {}  # noqa: RUF012 (never changed)

    def __missing__(self, name: str) -> np.ndarray:
        if name not in self.zeros:
            raise KeyError(name)
        self[name] = np.zeros(*self.zeros[name])
        return self[name]


def guarded(step: Callable[..., None]) -> Callable[..., None]:
    """Return `step` with a guard: arguments are checked, zeros are there, whatever it raises names the optimiser."""

    @functools.wraps(step)
    def guarded_step(self: Any, parameters: np.ndarray, gradients: np.ndarray) -> None:
        shape, dtype, _ = self._stepped
        ready = (  # the arrays are like those of the last step
            type(parameters) is type(gradients) is np.ndarray
            and parameters.shape == gradients.shape == shape
            and parameters.dtype is gradients.dtype is dtype
            and type(self.state) is Memory
        )
        if not ready:
            gradients = _checked(self, parameters, gradients)
        try:
            step(self, parameters, gradients)
        except Exception as error:
            _raise_named(self, error)
            raise

    return guarded_step


def owner_of(array: np.ndarray) -> np.ndarray:
    """Return the array whose memory this one views, or itself."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _checked(self: Any, parameters: Any, gradients: Any) -> Any:
    """Return the gradients, as floats; note the parameters, and what `remembers` says.

    TypeError unless the parameters are an array of floats, and the gradients real numbers, ValueError unless both have
    one shape, and that of what is remembered.
    """
    for name, value in (("parameters", parameters), ("gradients", gradients)):
        if isinstance(value, np.ma.MaskedArray | np.matrix):
            hint = "; fill its gaps" if isinstance(value, np.ma.MaskedArray) else ""
            kind = type(value).__name__
            raise TypeError(f"{self}: {name} must be a plain array, got a {kind}{hint}, and write np.asarray(…)")
    if isinstance(parameters, np.ndarray) and parameters.dtype == np.float16:
        raise TypeError(f"{self}: parameters must be float32 or float64, got float16, too coarse to learn")
    if not isinstance(parameters, np.ndarray) or parameters.dtype.kind != "f":
        got = f"one of {parameters.dtype}" if isinstance(parameters, np.ndarray) else shortened(parameters)
        raise TypeError(f"{self}: parameters must be an array of floats, to be changed in place, got {got}")
    real = isinstance(gradients, np.ndarray | np.generic | float) and np.asarray(gradients).dtype.kind in "fiub"
    if not real:  # a number may be the gradient of a number
        raise TypeError(f"{self}: gradients must be an array of real numbers, got {shortened(gradients)}")
    if np.shape(gradients) != parameters.shape:
        raise ValueError(
            f"{self}: gradients must have the shape of the parameters, {parameters.shape}, got {np.shape(gradients)}"
        )
    shape, _, stepped = self._stepped
    arrays = [self.state[name] for name in self.remembers if name in self.state]  # they may come from a checkpoint
    shapes = [shape] * (shape is not None) + [array.shape for array in arrays]
    if self.state and any(other != parameters.shape for other in shapes):
        raise ValueError(
            f"{self} has stepped parameters of shape {next(o for o in shapes if o != parameters.shape)}, now got "
            f"{parameters.shape}; use a new optimizer for other parameters"
        )
    if self.state and any(array.dtype != parameters.dtype for array in arrays):
        raise ValueError(
            f"{self} has stepped parameters of {arrays[0].dtype}, now got {parameters.dtype}; use a new optimizer for "
            "other parameters"
        )
    if stepped is None or not self.state:
        stepped = weakref.ref(owner_of(parameters))
    if not isinstance(self.state, Memory):
        self.state = Memory(self.state)
    self.state.zeros = dict.fromkeys(self.remembers, (parameters.shape, parameters.dtype))
    self._stepped = parameters.shape, parameters.dtype, stepped
    exact = np.asarray(gradients).dtype.kind == "f" and np.asarray(gradients).itemsize >= 4
    return gradients if exact else np.asarray(gradients, parameters.dtype)  # whose squares are not cut off


def _raise_named(self: Any, error: Exception) -> None:
    """Raise an error of the same kind that names the optimiser, or note its name if the kind is no common one."""
    names = [type(part).__name__ for part in self.parts().values()]
    if str(error).lstrip("\"'").startswith(tuple(name + end for name in names for end in "(:. ")):
        return
    kind: Any = next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")
    ours = type(error).__module__.partition(".")[0] in ("builtins", "numpy")
    if ours and not issubclass(kind, OSError | UnicodeError):  # they take more than a text
        raise kind(f"{self}: {error}") from error
    if not hasattr(error, "__notes__"):
        error.add_note(f"in a step of {self}")
