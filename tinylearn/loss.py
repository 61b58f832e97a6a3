"""All losses have one protocol: `forward` says how wrong, `backward` how that grows with each prediction.

    loss.forward(predicted, target)  →  checks what the loss declares  →  its formula  →  a Python float
    loss.backward()                  →  an error before forward        →  its formula  →  an array like predicted

If a batch has the shape and dtype of the last one, a few comparisons are enough for a loss of numbers.
`super().forward(…)` runs the guard of the parent class, with the declarations of that class.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np

from tinylearn.checks import numbers, real_array, shortened
from tinylearn.guarding import again, as_floats, guard, returned
from tinylearn.identity import call_that_made

NDARRAY = np.ndarray
DECLARED = {
    "predicted_are": ("numbers", "probabilities", "distributions"),
    "target_are": ("numbers", "probabilities", "classes", "anything"),
}
ROUNDING = 4  # a probability may lie this many eps outside [0, 1]
ROW_SUM = 0.005  # and a row's sum this far from 1: a float32 softmax over 200,000 classes is up to 0.0013 off


class Loss:
    """A loss is two methods: `forward(predicted, target)` returns a number, then `backward()` returns dpredicted.

    Both hold formulas only. A class declares its arguments, and the guard checks them before the formulas run:

    predicted_are  "numbers"; "probabilities", each in [0, 1]; or "distributions", each row of which sums to 1 too
    target_are     "numbers" or "probabilities", in the shape and dtype of predicted; "classes": class numbers (N,) or
                   rows of probabilities (N, K), which forward gets as rows, one-hot; "anything", unchanged
    from_logits    True: predicted are the numbers before the sigmoid or the softmax, whatever predicted_are says

    To make a loss of your own, write one class with `forward` and `backward`:

    >>> class AbsoluteError(Loss):
    ...     def forward(self, predicted, target):
    ...         self.difference = predicted - target
    ...         return np.abs(self.difference).mean()
    ...     def backward(self):
    ...         return np.sign(self.difference) / self.difference.size
    >>> AbsoluteError().forward(np.array([[1.0], [5.0]]), [[1], [2]])
    1.5
    """

    predicted_are: ClassVar[str] = "numbers"
    target_are: ClassVar[str] = "numbers"
    from_logits: bool = False
    made_by: str  # the call that made it

    shape_seen: tuple[int, ...] | None = None  # the guard's: what predicted was like in the last forward
    dtype_seen: np.dtype | None = None

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        guard(cls, forward=guarded_forward, backward=guarded_backward)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        loss = super().__new__(cls)
        loss.made_by = call_that_made(cls, args, kwargs)
        return loss

    def forward(self, predicted: np.ndarray, target: Any) -> float:
        """Return the mean loss of `predicted` against `target`, and keep the arrays that `backward` needs."""
        raise NotImplementedError(f"{self} has no forward method: a loss needs forward(predicted, target), backward()")

    def backward(self) -> np.ndarray:
        """Return the gradient of the mean loss with respect to `predicted`, in its shape."""
        raise NotImplementedError(f"{self} has no backward method: a loss needs forward(predicted, target), backward()")

    def __copy__(self) -> Self:
        """Return a copy that shares nothing: each copy has its own arrays, also those in a dict or a list."""
        return copy.deepcopy(self)

    def __repr__(self) -> str:
        """Return the call that made this loss."""
        return self.made_by


# --- the guard --------------------------------------------------------------------------------------------------------


def guarded_forward(formula: Callable[..., Any], owner: Any) -> Callable[..., float]:
    """Return the `forward` of a loss: check what `owner` declares, run the formula, check the number."""
    for name, known in DECLARED.items():
        if (value := getattr(owner, name)) not in known:
            raise ValueError(f"{owner.__name__}: {name} must be one of {', '.join(map(repr, known))}, got {value!r}")
    same_form = owner.target_are in ("numbers", "probabilities")
    bounded = (owner.predicted_are, owner.target_are) != ("numbers", "numbers")

    def forward(loss: Any, predicted: Any, target: Any) -> float:
        try:
            if not (
                same_form
                and type(predicted) is type(target) is NDARRAY
                and predicted.shape == target.shape == loss.shape_seen
                and predicted.dtype is target.dtype is loss.dtype_seen
            ):
                predicted, target = _as_arrays(loss, owner, predicted, target)
            if bounded:
                predicted = _in_range(loss, owner, predicted, target)
            value = formula(loss, predicted, target)
            if type(value) is not float:
                value = _one_number(loss, value)
        except Exception as error:
            loss.shape_seen = None  # backward has to wait for a forward that ends well
            return again(loss, forward, error, predicted, target)
        loss.shape_seen, loss.dtype_seen = predicted.shape, predicted.dtype
        return value

    return forward


def guarded_backward(formula: Callable[..., Any], _: type) -> Callable[..., np.ndarray]:
    """Return the `backward` of a loss: run the formula, check dpredicted."""

    def backward(loss: Any) -> np.ndarray:
        shape, dtype = loss.shape_seen, loss.dtype_seen
        try:
            if shape is None:
                raise ValueError(f"{loss}: backward was called before forward; call forward(predicted, target) first")
            gradient = formula(loss)
            if type(gradient) is NDARRAY and gradient.shape == shape and gradient.dtype is dtype:
                return gradient
            if type(loss).backward is not backward:  # super().backward: the guard is around that of the subclass
                return gradient
            must = f"backward must return dpredicted in the shape of predicted, {shape}"
            return returned(loss, "dpredicted", must, gradient, dtype, shape)
        except Exception as error:
            return again(loss, backward, error)

    return backward


def _as_arrays(loss: Any, owner: Any, predicted: Any, target: Any) -> tuple[np.ndarray, Any]:
    """Return both in the type, shape and dtype that the formula needs; TypeError or ValueError if that fails."""
    predicted = real_array(loss, "predicted", predicted)
    if predicted.dtype.kind != "f":
        raise TypeError(f"{loss}: predicted must hold floats, as models return, got an array of {predicted.dtype}")
    predicted = as_floats(loss, "predicted", predicted)
    if predicted.size == 0:
        raise ValueError(f"{loss}: predicted must hold at least one number, got shape {predicted.shape}")
    if owner.target_are == "anything":
        return predicted, target
    if owner.target_are == "classes":
        return predicted, _as_rows(loss, predicted, target)
    target = numbers(loss, "target", target, predicted.dtype)
    if target.shape != predicted.shape:
        hint = ""
        if target.ndim == 1 and predicted.shape == (len(target), 1):
            hint = "; reshape it with target[:, None]"
        elif target.ndim == 1 and predicted.shape[:-1] == target.shape:
            hint = "; for class numbers take CategoricalCrossEntropy"
        must = f"target must have the shape of predicted, {predicted.shape}"
        raise ValueError(f"{loss}: {must}, got {target.shape}{hint}")
    return predicted, target


def _as_rows(loss: Any, predicted: np.ndarray, target: Any) -> np.ndarray:
    """Return `target`, class numbers (N,) or rows (N, K), as rows of K probabilities, for `predicted` (N, K).

    ValueError if a class number is not in 0 … K-1, or if a row is not in [0, 1] or does not sum to 1. TypeError for
    class numbers that are not integers.
    """
    if predicted.ndim != 2 or predicted.shape[1] < 2:
        must = "predicted must have shape (N, K), a column for each of at least 2 classes"
        raise ValueError(f"{loss}: {must}, got {predicted.shape}; for yes or no take BinaryCrossEntropy")
    n, k = predicted.shape
    target = real_array(loss, "target", target)
    if target.shape == (n, k):
        _check_probabilities(loss, "target", target, "a row is one-hot")
        _check_sums(loss, "target", target, "for several yes in a row take BinaryCrossEntropy")
        return numbers(loss, "target", target, predicted.dtype)
    if target.shape != (n,):
        hint = "; write target[:, 0]" if target.shape == (n, 1) else ""
        raise ValueError(f"{loss}: target must be class numbers ({n},) or one-hot ({n}, {k}), got {target.shape}{hint}")
    if target.dtype.kind not in "iu":
        raise TypeError(f"{loss}: class numbers must be integers, got an array of {target.dtype}")
    for wrong in (target.min(), target.max()):
        if not 0 <= wrong < k:
            hint = "; count the classes from 0" if wrong == k else ""
            raise ValueError(f"{loss}: class numbers must lie in 0 … {k - 1}, got {wrong}{hint}")
    rows = np.zeros((n, k), predicted.dtype)  # not the rows of np.eye(k): that is k² numbers, for a batch of few
    rows[np.arange(n), target] = 1
    return rows


def _in_range(loss: Any, owner: Any, predicted: np.ndarray, target: Any) -> np.ndarray:
    """Return `predicted`, clipped to [0, 1] where it is outside by rounding; ValueError if it is further outside."""
    if owner.target_are == "probabilities":
        _check_probabilities(loss, "target", target, "1 is yes, 0 no")
    if owner.predicted_are == "numbers" or loss.from_logits:
        return predicted
    low, high = extremes(predicted)
    if low < 0 or high > 1:  # not NaN, which makes the loss NaN
        inside = np.clip(predicted, 0, 1)
        if np.abs(predicted - inside).max() > ROUNDING * np.finfo(predicted.dtype).eps:
            _check_probabilities(loss, "predicted", predicted, _way_out(loss, owner))
        predicted = inside
    if owner.predicted_are == "distributions":
        _check_sums(loss, "predicted", predicted, _way_out(loss, owner))
    return predicted


def _way_out(loss: Any, owner: Any) -> str:
    """Return a hint: what to do about predictions that are not probabilities."""
    layer = "Softmax" if owner.predicted_are == "distributions" else "Sigmoid"
    choice = ", or pass from_logits=True" if "from_logits" in vars(loss) else ""
    return f"end the model with {layer}(){choice}"


def extremes(values: np.ndarray) -> tuple[float, float]:
    """Return the smallest and the largest entry, or NaN, four times as fast as min() and max() on a small array."""
    return values.item(values.argmin()), values.item(values.argmax())


def _check_probabilities(loss: Any, name: str, values: np.ndarray, hint: str) -> None:
    """Raise ValueError for an entry outside [0, 1], or NaN."""
    low, high = extremes(values)
    if not (low >= 0 and high <= 1):
        wrong = values.dtype.type(high if low >= 0 else low)
        raise ValueError(f"{loss}: {name} must be probabilities in [0, 1], got {wrong}; {hint}")


def _check_sums(loss: Any, name: str, values: np.ndarray, hint: str) -> None:
    """Raise ValueError if a row of `values` (…, K) does not sum to 1. A row with NaN may pass: its loss will be NaN."""
    sums = np.atleast_1d(values).sum(axis=-1, dtype=np.float64).ravel()
    row = int(np.abs(sums - 1).argmax())
    if abs(sums[row] - 1) > ROW_SUM:
        place = f"row {row} of shape {values.shape}"
        raise ValueError(f"{loss}: each row of {name} must sum to 1, got {sums[row]:.6g} in {place}; {hint}")


def _one_number(loss: Any, value: Any) -> float:
    """Return the result of forward as a Python float; ValueError for several numbers, TypeError for anything else."""
    if np.ndim(value):
        raise ValueError(f"{loss}: forward must return one number, got shape {np.shape(value)}; take its mean()")
    if isinstance(value, int | float | np.ndarray | np.generic) and np.asarray(value).dtype.kind in "fiu":
        return float(value)
    raise TypeError(f"{loss}: forward must return one number, got {shortened(value)}")
