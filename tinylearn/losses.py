"""Losses: one number that says how wrong the predictions are, and how it grows with each of them.

    predicted, target (N, …)  →  forward  →  a float, the mean
    dpredicted (N, …)         ←  backward

Such a formula is called a **loss function** (also cost, objective): a mean over all elements, or over the rows if a row
of K probabilities is one answer. Backpropagation begins here: each `backward` is the derivative of the `forward` above.
"""

from __future__ import annotations

import numpy as np

from tinylearn.checks import boolean
from tinylearn.loss import Loss

# dtype → its smallest number of full precision: both its logarithm and 1 divided by it are still finite.
TINY = {np.dtype(kind): np.finfo(kind).tiny for kind in (np.float32, np.float64)}


def sum_of_products(a: np.ndarray, b: np.ndarray) -> float:
    """Return Σ a · b, added up in float64: in float32, a sum of 4·10⁷ numbers is wrong in the fourth digit."""
    return float(np.vdot(a.astype(np.float64, copy=False), b.astype(np.float64, copy=False)))


class MeanSquaredError(Loss):
    """The mean of (predicted - target)².

    >>> loss = MeanSquaredError()
    >>> loss.forward(np.array([[1.0], [5.0]]), np.array([[1.0], [2.0]]))
    4.5
    >>> loss.backward()
    array([[0.],
           [3.]])
    """

    def forward(self, predicted: np.ndarray, target: np.ndarray) -> float:
        self.difference = d = predicted - target
        return float(np.vdot(d, d.astype(np.float64))) / d.size  # Σ d², added up in float64

    def backward(self) -> np.ndarray:
        """loss = Σ difference² / size, so ∂loss / ∂predicted = 2 · difference / size."""
        return self.difference * (2 / self.difference.size)


class BinaryCrossEntropy(Loss):
    """The mean of -(t · log p + (1 - t) · log(1 - p)): p is the predicted probability of "yes", and t is 1 or 0.

    With `from_logits`, pass the x before the sigmoid, p = sigmoid(x). That is better: where p has rounded to 1 (in
    float32 from x = 18 on), only x still says how wrong "yes" is. Without `from_logits`, a p or 1 - p of 0 counts as
    the smallest normal number of its dtype, so that the loss and its gradient stay finite.

    >>> BinaryCrossEntropy().forward(np.array([[0.5], [0.5]]), np.array([[1.0], [0.0]]))
    0.6931471805599453
    """

    predicted_are = target_are = "probabilities"

    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = boolean(type(self).__name__, "from_logits", from_logits)

    def forward(self, predicted: np.ndarray, target: np.ndarray) -> float:
        self.t = t = target
        if self.from_logits:
            x = predicted
            log_yes, log_no = -np.logaddexp(0, -x), -np.logaddexp(0, x)  # without a large exp; 1 - p = sigmoid(-x)
            self.p = np.exp(log_yes)
        else:
            self.p = p = predicted
            log_yes, log_no = np.log(np.maximum(p, TINY[p.dtype])), np.log(np.maximum(1 - p, TINY[p.dtype]))
        return -(sum_of_products(t, log_yes) + sum_of_products(1 - t, log_no)) / t.size

    def backward(self) -> np.ndarray:
        """∂/∂p of -(t log p + (1 - t) log(1 - p)) is (1 - t) / (1 - p) - t / p = (p - t) / (p (1 - p)).

        From logits, x reaches the loss through p with the sigmoid's slope p (1 - p) as factor. That cancels the
        denominator and leaves p - t. The loss is a mean, so both are divided by the number of elements.
        """
        p, t = self.p, self.t
        if self.from_logits:
            return (p - t) / t.size
        return (p - t) / np.maximum(p * (1 - p), TINY[p.dtype]) / t.size


class CategoricalCrossEntropy(Loss):
    """The mean over the rows of -log p[k], where k is the row's true class and p its K predicted probabilities.

    predicted (N, K), K ≥ 2; target: class numbers (N,), or rows of probabilities (N, K), which are usually one-hot.
    With `from_logits`, pass the x before the softmax. That is better: where p has rounded to 0, only x still says how
    wrong the answer is. Without `from_logits`, a p of 0 counts as the smallest normal number of its dtype.

    >>> loss = CategoricalCrossEntropy()
    >>> loss.forward(np.array([[0.5, 0.25, 0.25]]), np.array([0]))
    0.6931471805599453
    >>> loss.backward()
    array([[-2., -0., -0.]])
    """

    predicted_are, target_are = "distributions", "classes"

    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = boolean(type(self).__name__, "from_logits", from_logits)

    def forward(self, predicted: np.ndarray, target: np.ndarray) -> float:
        self.t = t = target  # (N, K)
        if self.from_logits:
            x = predicted
            with np.errstate(over="ignore"):  # two x may lie further apart than the largest float
                shifted = np.maximum(x - x.max(axis=1, keepdims=True), np.finfo(x.dtype).min)
            e = np.exp(shifted)  # a common shift does not change softmax; now e ≤ 1
            total = e.sum(axis=1, keepdims=True)
            self.p = e / total  # (N, K)
            surprise = np.log(total) - shifted  # -log p
        else:
            self.p = np.maximum(predicted, TINY[predicted.dtype])
            surprise = -np.log(self.p)
        return float((t * surprise).sum(dtype=np.float64)) / len(t)

    def backward(self) -> np.ndarray:
        """∂/∂p[k] of -Σ_j t[j] log p[j] is -t[k] / p[k].

        From logits, x[j] reaches the loss through every p[k] of its row, with factor p[k] ([k = j] - p[j]), where
        [k = j] is 1 if k = j, else 0 (the Kronecker delta). The p[k] cancels:
            Σ_k -t[k] ([k = j] - p[j]) = p[j] Σ_k t[k] - t[j] = p[j] - t[j] for a row of t that sums to 1
        The loss is a mean, so both are divided by the number of rows.
        """
        p, t = self.p, self.t
        if self.from_logits:
            return (p * t.sum(axis=1, keepdims=True) - t) / len(t)
        return -t / p / len(t)
