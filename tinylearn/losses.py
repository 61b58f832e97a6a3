"""Losses: one number that says how wrong the predictions are, and how it grows with each of them.

    predicted, target (N, …)  →  forward  →  a float, the mean
    dpredicted (N, …)         ←  backward

"Mean" is over all elements; for the categorical loss, whose row of K probabilities is one answer, over the rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinylearn.checks import numbers, real_array


class Loss:
    """What every loss is: `forward(predicted, target) -> float`, then `backward() -> dpredicted`."""

    def forward(self, predicted: np.ndarray, target: Any) -> float:
        """Return the mean loss of `predicted` against `target`, and remember what `backward` needs."""
        raise NotImplementedError

    def backward(self) -> np.ndarray:
        """Return the gradient of the mean loss with respect to `predicted`, in its shape."""
        raise NotImplementedError

    def remembered(self, value: np.ndarray | None) -> np.ndarray:
        """Return what forward remembered; ValueError if there was no forward."""
        if value is None:
            raise ValueError(f"{self}: backward was called before forward; call forward(predicted, target) first")
        return value

    def check_predicted(self, predicted: Any) -> np.ndarray:
        """Return `predicted` as an array; TypeError unless it holds floats, ValueError if it holds nothing."""
        if not isinstance(predicted, np.ndarray) or predicted.dtype.kind != "f":
            predicted = real_array(self, "predicted", predicted)
            if predicted.dtype.kind != "f":
                got = f"an array of {predicted.dtype}"
                raise TypeError(f"{self}: predicted must hold floats, as models return, got {got}")
        if predicted.size == 0:
            raise ValueError(f"{self}: predicted must hold at least one number, got shape {predicted.shape}")
        return predicted

    def match(self, predicted: np.ndarray, target: Any) -> np.ndarray:
        """Return `target` as an array of the dtype and, or ValueError, the shape of `predicted`."""
        if not isinstance(target, np.ndarray) or target.dtype != predicted.dtype:
            target = numbers(self, "target", target, predicted.dtype)
        if target.shape != predicted.shape:
            column = target.ndim == 1 and predicted.shape == (len(target), 1)
            classes = target.ndim == 1 and predicted.shape[:-1] == target.shape
            hint = "; for class numbers take CategoricalCrossEntropy" if classes else ""
            if column:
                hint = "; reshape it with target[:, None]"
            raise ValueError(
                f"{self}: target must have the shape of predicted, {predicted.shape}, got {target.shape}{hint}"
            )
        return target

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'from_logits=True' if getattr(self, 'from_logits', False) else ''})"


class MeanSquaredError(Loss):
    """The mean of (predicted - target)².

    >>> loss = MeanSquaredError()
    >>> loss.forward(np.array([[1.0], [5.0]]), np.array([[1.0], [2.0]]))
    4.5
    >>> loss.backward()
    array([[0.],
           [3.]])
    """

    def __init__(self) -> None:
        self.difference: np.ndarray | None = None

    def forward(self, predicted: np.ndarray, target: Any) -> float:
        predicted = self.check_predicted(predicted)
        self.difference = difference = predicted - self.match(predicted, target)
        return float(np.vdot(difference, difference)) / difference.size  # vdot: the sum of all squares

    def backward(self) -> np.ndarray:
        """L = Σ difference² / size, so ∂L / ∂predicted = 2 · difference / size."""
        difference = self.remembered(self.difference)
        return difference * (2 / difference.size)


class BinaryCrossEntropy(Loss):
    """The mean of -(t · log p + (1 - t) · log(1 - p)), for p the predicted probability of "yes" and t 1 or 0.

    With `from_logits`, predicted is the x before the sigmoid, p = sigmoid(x): exact and finite for every x.
    Otherwise p is moved away from exactly 0 and 1 by the smallest step of its dtype, so that the loss and its gradient
    stay finite. ValueError for a p or a t outside [0, 1].

    >>> BinaryCrossEntropy().forward(np.array([[0.5], [0.5]]), np.array([[1.0], [0.0]]))
    0.6931471805599453
    """

    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = from_logits
        self.target: np.ndarray | None = None

    def forward(self, predicted: np.ndarray, target: Any) -> float:
        predicted = self.check_predicted(predicted)
        self.target = t = self.match(predicted, target)
        no = 1 - t
        if not (t * no).min(initial=0) >= 0:  # negative only outside [0, 1]; `not`: NaN fails every comparison
            raise self._out_of_range("target", t)
        if self.from_logits:
            x = predicted
            surprise_yes = np.logaddexp(0, -x)  # -log p, without a large exp
            self.p = np.exp(-surprise_yes)
            total = np.vdot(t, surprise_yes) + np.vdot(no, np.logaddexp(0, x))  # 1 - p = sigmoid(-x)
        else:
            smallest = np.finfo(predicted.dtype).eps
            self.p = p = np.minimum(np.maximum(predicted, smallest), 1 - smallest)
            moved = predicted - p
            if np.vdot(moved, moved) > (4 * smallest) ** 2 * t.size:  # by more than rounding
                raise self._out_of_range("predicted", predicted)
            total = -np.vdot(t, np.log(p)) - np.vdot(no, np.log(1 - p))
        return float(total) / t.size

    def backward(self) -> np.ndarray:
        """∂/∂p of -(t log p + (1 - t) log(1 - p)) is (1 - t) / (1 - p) - t / p = (p - t) / (p (1 - p)).

        From logits it meets the sigmoid's slope p (1 - p), which cancels the denominator: p - t is left. Both are
        divided by the number of elements, since the loss is a mean.
        """
        t = self.remembered(self.target)
        p = self.p
        dpredicted = p - t if self.from_logits else (p - t) / (p * (1 - p))
        return dpredicted / t.size

    def _out_of_range(self, name: str, values: np.ndarray) -> ValueError:
        wrong = values[~((values >= 0) & (values <= 1))][0]
        hint = "end the model with Sigmoid(), or pass from_logits=True" if name == "predicted" else "1 is yes, 0 no"
        return ValueError(f"{self}: {name} must be probabilities in [0, 1], got {wrong}; {hint}")


class CategoricalCrossEntropy(Loss):
    """The mean over the rows of -log p[k], where k is the row's true class and p its K predicted probabilities.

    predicted (N, K); target either class numbers (N,) or one row of probabilities each (N, K), one-hot as a rule.
    With `from_logits`, predicted is the x before the softmax: exact and finite for every x. Otherwise a p of 0 counts
    as the smallest step of its dtype, so that the loss and its gradient stay finite. ValueError for a class number
    outside 0 … K-1 and for probabilities outside [0, 1].

    >>> loss = CategoricalCrossEntropy()
    >>> loss.forward(np.array([[0.5, 0.25, 0.25]]), np.array([0]))
    0.6931471805599453
    >>> loss.backward()
    array([[-2., -0., -0.]])
    """

    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = from_logits
        self.target: np.ndarray | None = None

    def forward(self, predicted: np.ndarray, target: Any) -> float:
        predicted = self.check_predicted(predicted)
        if predicted.ndim != 2:
            raise ValueError(
                f"{self}: predicted must have shape (N, K), a row of K classes each, got {predicted.shape}"
            )
        self.target = t = self._one_hot(real_array(self, "target", target), predicted)  # (N, K)
        if self.from_logits:
            shifted = predicted - predicted.max(axis=1, keepdims=True)  # softmax is blind to a common shift
            e = np.exp(shifted)
            total = e.sum(axis=1, keepdims=True)
            self.p = e / total  # (N, K)
            log_p = shifted - np.log(total)
        else:
            if predicted.min(initial=0) < 0 or predicted.max(initial=0) > 1:
                raise ValueError(
                    f"{self}: predicted must be probabilities in [0, 1], got {predicted.min()} to {predicted.max()}; "
                    "end the model with Softmax(), or pass from_logits=True"
                )
            self.p = np.maximum(predicted, np.finfo(predicted.dtype).eps)  # finite for p = 0
            log_p = np.log(self.p)
        return -float((t * log_p).sum()) / len(t)

    def backward(self) -> np.ndarray:
        """∂/∂p[k] of -Σ t[k] log p[k] is -t[k] / p[k].

        From logits x, each p[k] depends on each x[j]: ∂p[k]/∂x[j] = p[k] ([k = j] - p[j]), where [k = j] is 1 if
        k = j, else 0. In the sum over k the p[k] cancels: Σ_k -t[k] ([k = j] - p[j]) = p[j] Σ_k t[k] - t[j], which is
        p - t for a row of t that sums to 1. Both are divided by the number of rows, since the loss is a mean.
        """
        t = self.remembered(self.target)
        if self.from_logits:
            return (self.p * t.sum(axis=1, keepdims=True) - t) / len(t)
        return -t / self.p / len(t)

    def _one_hot(self, target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        """Return the target as one row of K probabilities each."""
        n, k = predicted.shape
        if target.shape == (n, k):
            if not (target.min() >= 0 and target.max() <= 1):
                raise ValueError(f"{self}: a one-hot target must lie in [0, 1], got {target.min()} to {target.max()}")
            return target.astype(predicted.dtype, copy=False)
        if target.shape != (n,):
            hint = "; write target[:, 0]" if target.shape == (n, 1) else ""
            raise ValueError(
                f"{self}: target must be class numbers ({n},) or one-hot ({n}, {k}), got {target.shape}{hint}"
            )
        if target.dtype.kind not in "iu":
            raise TypeError(f"{self}: class numbers must be integers, got an array of {target.dtype}")
        if not (target.min() >= 0 and target.max() < k):
            wrong = target[(target < 0) | (target >= k)][0]
            hint = "; count the classes from 0" if wrong == k else ""
            raise ValueError(f"{self}: class numbers must lie in 0 … {k - 1}, got {wrong}{hint}")
        return np.eye(k, dtype=predicted.dtype)[target]
