"""The one protocol of all losses: `forward` says how wrong, `backward` how that grows with each prediction."""

from __future__ import annotations

import copy
from typing import Any, ClassVar, Self

import numpy as np

from tinylearn.guarding import guard
from tinylearn.loss_guard import call_text, guarded_backward, guarded_forward


class Loss:
    """What every loss is: `forward(predicted, target)` gives a number, then `backward()` gives dpredicted.

    Both are formulas. What they take is declared, and checked before they run (see `loss_guard.py`):

    predicted_are  "numbers"; "probabilities", each in [0, 1]; or "distributions", each row of which sums to 1 too
    target_are     "numbers" or "probabilities", in the shape and dtype of predicted; "classes": class numbers (N,) or
                   rows of probabilities (N, K), which forward gets as rows, one-hot; "anything", as it was given
    from_logits    True: predicted are the numbers before the sigmoid or the softmax, whatever predicted_are says

    A loss of your own is one class with `forward` and `backward`:

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

    shape_seen: tuple[int, ...] | None = None  # the guard's: what predicted was like in the last forward
    dtype_seen: np.dtype | None = None

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        guard(cls, forward=guarded_forward, backward=guarded_backward)

    def forward(self, predicted: np.ndarray, target: Any) -> float:
        """Return the mean loss of `predicted` against `target`, and remember what `backward` needs."""
        raise NotImplementedError(f"{self} has no forward method: a loss needs forward(predicted, target), backward()")

    def backward(self) -> np.ndarray:
        """Return the gradient of the mean loss with respect to `predicted`, in its shape."""
        raise NotImplementedError(f"{self} has no backward method: a loss needs forward(predicted, target), backward()")

    def __copy__(self) -> Self:
        """Return a copy that shares nothing: what forward remembers, also in a dict or a list, is each copy's own."""
        return copy.deepcopy(self)

    def __repr__(self) -> str:
        return call_text(self)
