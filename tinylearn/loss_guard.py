"""What every loss gets from its base class: arguments that are right, and errors that name the loss.

    loss.forward(predicted, target)  →  checked, as the loss declares  →  its formula  →  a Python float
    loss.backward()                  →  refused before forward         →  its formula  →  an array like predicted

The guard is put round the formulas when the class is made. For a loss of numbers, a batch in the shape and dtype of the
one before passes it with a few comparisons. `super().forward(…)` meets the guard of that class, with what that class
declares.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.checks import numbers, real_array, shortened

DECLARED = {
    "predicted_are": ("numbers", "probabilities", "distributions"),
    "target_are": ("numbers", "probabilities", "classes", "anything"),
}
ROUNDING = 4  # a probability may lie this many eps outside [0, 1]
ROW_SUM = 0.005  # and a row's sum this far from 1: a float32 softmax over 200,000 classes is up to 0.0013 off


def guard(cls: type, base: type) -> None:
    """Put the guard round the formulas that `cls` defines, or has from a mixin that is no loss; check what it declares.

    base   Loss, whose own methods say that there is no formula
    """
    for name, known in DECLARED.items():
        if (value := getattr(cls, name)) not in known:
            raise ValueError(f"{cls.__name__}: {name} must be one of {', '.join(map(repr, known))}, got {value!r}")
    for name, guarded in (("forward", _guarded_forward), ("backward", _guarded_backward)):
        source = next(each for each in cls.__mro__ if name in vars(each))
        if source is cls or not issubclass(source, base):
            setattr(cls, name, guarded(cls, vars(source)[name]))


def _guarded_forward(owner: type, formula: Callable[..., Any]) -> Callable[..., float]:
    """Return `forward` as callers meet it; `owner` is the class of its formula."""

    @functools.wraps(formula)
    def forward(self: Any, predicted: Any, target: Any) -> float:
        if not (
            self.passed_by is owner
            and type(predicted) is type(target) is np.ndarray
            and predicted.shape == target.shape == self.shape_seen
            and predicted.dtype is target.dtype is self.dtype_seen
        ):
            declared: Any = self if type(self).forward is forward else owner  # owner: this is super().forward
            predicted, target = _as_arrays(self, declared, predicted, target)
            self.passed_by = owner if declared.target_are in ("numbers", "probabilities") else None
            self.in_range = _ranges(self, declared)
        if self.in_range:
            predicted = _in_range(self, self.in_range, predicted, target)
        try:
            value = formula(self, predicted, target)
        except Exception as error:
            self.shape_seen = None  # backward has to wait for a forward that ends well
            value = _once_more(self, error, "forward", formula, predicted, target)
        self.shape_seen, self.dtype_seen = predicted.shape, predicted.dtype
        return value if type(value) is float else _one_number(self, value)

    return forward


def _guarded_backward(owner: type, formula: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """Return `backward` as callers meet it."""

    @functools.wraps(formula)
    def backward(self: Any) -> np.ndarray:
        if self.shape_seen is None:
            raise ValueError(f"{self}: backward was called before forward; call forward(predicted, target) first")
        try:
            gradient = formula(self)
        except Exception as error:
            gradient = _once_more(self, error, "backward", formula)
        if type(gradient) is np.ndarray and gradient.shape == self.shape_seen and gradient.dtype is self.dtype_seen:
            return gradient
        return _like_predicted(self, gradient) if type(self).backward is backward else gradient

    return backward


def _as_arrays(loss: Any, declared: Any, predicted: Any, target: Any) -> tuple[np.ndarray, Any]:
    """Return both in the type, shape and dtype that the formula wants."""
    predicted = as_predicted(loss, predicted)
    if declared.target_are == "classes":
        return predicted, as_rows(loss, predicted, target)
    return predicted, target if declared.target_are == "anything" else as_target(loss, predicted, target)


def _ranges(loss: Any, declared: Any) -> tuple[bool, bool, bool] | None:
    """Return what to ask of every batch: is p in [0, 1], do its rows sum to 1, is t in [0, 1]; None for nothing."""
    answers = declared.predicted_are != "numbers" and not loss.from_logits
    asked = answers, answers and declared.predicted_are == "distributions", declared.target_are == "probabilities"
    return asked if any(asked) else None


def _in_range(loss: Any, asked: tuple[bool, bool, bool], predicted: np.ndarray, target: Any) -> np.ndarray:
    """Return `predicted`, with what rounding put outside [0, 1] back into it; ValueError for what lies further out."""
    p_in_0_1, p_sums_to_1, t_in_0_1 = asked
    if t_in_0_1:
        low, high = extremes(target)
        if not (low >= 0 and high <= 1):  # `not`: NaN is no probability
            wrong = target[~((target >= 0) & (target <= 1))][0]
            raise ValueError(f"{loss}: target must be probabilities in [0, 1], got {wrong}; 1 is yes, 0 no")
    if p_in_0_1:
        low, high = extremes(predicted)
        if low < 0 or high > 1:  # not NaN, which makes the loss NaN
            rounding = ROUNDING * float(np.finfo(predicted.dtype).eps)
            if low < -rounding or high > 1 + rounding:
                wrong = predicted.dtype.type(low if low < -rounding else high)
                hint = _way_out(loss, p_sums_to_1)
                raise ValueError(f"{loss}: predicted must be probabilities in [0, 1], got {wrong}; {hint}")
            predicted = np.clip(predicted, 0, 1)
    if p_sums_to_1:
        check_rows(loss, "predicted", predicted, _way_out(loss, p_sums_to_1))
    return predicted


def extremes(values: np.ndarray) -> tuple[float, float]:
    """Return the smallest and the largest entry, or NaN: a quarter of the time of min() and max() on a small array."""
    return values.item(values.argmin()), values.item(values.argmax())


def _way_out(loss: Any, rows: bool) -> str:
    """Return what to do about predictions that are no probabilities."""
    choice = ", or pass from_logits=True" if "from_logits" in vars(loss) else ""
    return f"end the model with {'Softmax' if rows else 'Sigmoid'}(){choice}"


def as_predicted(loss: Any, predicted: Any) -> np.ndarray:
    """Return `predicted` as an array; TypeError unless it holds float32 or float64, ValueError if it holds nothing."""
    predicted = real_array(loss, "predicted", predicted)
    if predicted.dtype.kind != "f":
        raise TypeError(f"{loss}: predicted must hold floats, as models return, got an array of {predicted.dtype}")
    if predicted.dtype not in (np.float32, np.float64):
        native = predicted.dtype.newbyteorder("=")
        if native not in (np.float32, np.float64):
            raise TypeError(f"{loss}: predicted must be float32 or float64, got an array of {predicted.dtype}")
        predicted = predicted.astype(native)
    if predicted.size == 0:
        raise ValueError(f"{loss}: predicted must hold at least one number, got shape {predicted.shape}")
    return predicted


def as_target(loss: Any, predicted: np.ndarray, target: Any) -> np.ndarray:
    """Return `target` as an array of the dtype and, or ValueError, the shape of `predicted`."""
    target = numbers(loss, "target", target, predicted.dtype)
    if target.shape != predicted.shape:
        hint = ""
        if target.ndim == 1 and predicted.shape == (len(target), 1):
            hint = "; reshape it with target[:, None]"
        elif target.ndim == 1 and predicted.shape[:-1] == target.shape:
            hint = "; for class numbers take CategoricalCrossEntropy"
        raise ValueError(
            f"{loss}: target must have the shape of predicted, {predicted.shape}, got {target.shape}{hint}"
        )
    return target


def as_rows(loss: Any, predicted: np.ndarray, target: Any) -> np.ndarray:
    """Return `target`, class numbers (N,) or rows (N, K), as one row of K probabilities each, for `predicted` (N, K).

    ValueError unless K is at least 2, class numbers lie in 0 … K-1, and rows in [0, 1] sum to 1; TypeError for class
    numbers that are no integers.
    """
    if predicted.ndim != 2:
        raise ValueError(f"{loss}: predicted must have shape (N, K), a row of K classes each, got {predicted.shape}")
    n, k = predicted.shape
    if k == 1:
        raise ValueError(
            f"{loss}: predicted must have a column for each of at least 2 classes, got shape {predicted.shape}; "
            "for yes or no take BinaryCrossEntropy"
        )
    target = real_array(loss, "target", target)
    if target.shape == (n, k):
        if not (target.min() >= 0 and target.max() <= 1):
            raise ValueError(f"{loss}: a one-hot target must lie in [0, 1], got {target.min()} to {target.max()}")
        check_rows(loss, "target", target, "for several yes in a row take BinaryCrossEntropy")
        return numbers(loss, "target", target, predicted.dtype)
    if target.shape != (n,):
        hint = "; write target[:, 0]" if target.shape == (n, 1) else ""
        raise ValueError(f"{loss}: target must be class numbers ({n},) or one-hot ({n}, {k}), got {target.shape}{hint}")
    if target.dtype.kind not in "iu":
        raise TypeError(f"{loss}: class numbers must be integers, got an array of {target.dtype}")
    if not (target.min() >= 0 and target.max() < k):
        wrong = target[(target < 0) | (target >= k)][0]
        hint = "; count the classes from 0" if wrong == k else ""
        raise ValueError(f"{loss}: class numbers must lie in 0 … {k - 1}, got {wrong}{hint}")
    return np.eye(k, dtype=predicted.dtype)[target]


def check_rows(loss: Any, name: str, values: np.ndarray, hint: str) -> None:
    """Raise ValueError if a row of `values` (…, K) does not sum to 1; one of NaN is left to the loss's own NaN."""
    sums = np.atleast_1d(values).sum(axis=-1, dtype=np.float64).ravel()
    off = np.abs(sums - 1)
    if off.max() > ROW_SUM:
        row = int(off.argmax())
        place = f"row {row} of shape {values.shape}"
        raise ValueError(f"{loss}: each row of {name} must sum to 1, got {sums[row]:.6g} in {place}; {hint}")


def _once_more(loss: Any, error: Exception, method: str, formula: Callable[..., Any], *arguments: Any) -> Any:
    """Call the formula again if np.seterr had its underflow raise, which is harmless; else raise what it raised, named.

    The error is the same object, so that its type and what else it holds are kept.
    """
    if isinstance(error, FloatingPointError):
        try:
            with np.errstate(under="ignore"):
                return formula(loss, *arguments)
        except Exception as again:
            error = again
    name, text, args = type(loss).__name__, str(error), error.args
    if name not in text:
        error.args = (f"{loss}: {method} failed with {type(error).__name__}: {text}",)
        if name not in str(error):  # it makes its text of something else, such as an OSError of its path
            error.args = args
            error.add_note(f"raised by {loss}.{method}")
    raise error


def _one_number(loss: Any, value: Any) -> float:
    """Return what forward gave as a Python float; ValueError for several numbers, TypeError for none."""
    if isinstance(value, np.ndarray) and value.shape:
        raise ValueError(
            f"{loss}: forward must return one number, got an array of shape {value.shape}; take its mean()"
        )
    if isinstance(value, int | float | np.ndarray | np.generic) and np.asarray(value).dtype.kind in "fiu":
        return float(value)
    raise TypeError(f"{loss}: forward must return one number, got {shortened(value)}")


def _like_predicted(loss: Any, gradient: Any) -> np.ndarray:
    """Return what backward gave as an array of the dtype and, or ValueError, the shape of predicted."""
    array = isinstance(gradient, np.ndarray | np.generic)
    if not array or gradient.shape != loss.shape_seen:
        got = f"shape {gradient.shape}" if array else shortened(gradient)
        raise ValueError(
            f"{loss}: backward must return an array in the shape of predicted, {loss.shape_seen}, got {got}"
        )
    with np.errstate(over="ignore", under="ignore"):
        return real_array(loss, "dpredicted", gradient).astype(loss.dtype_seen)


def call_text(loss: Any) -> str:
    """Return the call that makes such a loss, with the arguments that are not the default and kept by their names."""
    told = []
    for name, parameter in inspect.signature(type(loss)).parameters.items():
        value = getattr(loss, name, parameter.default)
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) and value is not parameter.default:
            told.append(f"{name}={shortened(value)}")
    return f"{type(loss).__name__}({', '.join(told)})"
