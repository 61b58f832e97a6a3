"""The one protocol of all layers: **backpropagation**, which is the **chain rule**, layer by layer.

    x     forward →     out
    dx  ← backward      dout

`dout` says how much the loss grows when an entry of `out` grows. From it, `backward` derives how much the loss grows
with every parameter (kept in `grads`) and with every entry of `x` (returned: it is the `dout` of the layer before).
Throughout the project `dname` is the gradient of the loss with respect to `name`, in the shape of `name`.

Every derivation states the chain rule in these words: "w reaches the loss through out, with factor f". The factor is
f = ∂out / ∂w and adds f · dout to dw; dw is the sum over all entries of `out` through which w reaches the loss.
The two methods are formulas and nothing else: `guard.py` checks what goes in and out, also in a layer of your own.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from tinylearn.guarding import guard
from tinylearn.layers.guard import guarded_backward, guarded_forward
from tinylearn.layers.module import Module


class Layer(Module):
    """What every layer is: two methods, and three dicts of arrays by name. `module.py` has the rest.

    params     what the layer learns
    grads      the same names; `backward` assigns the gradients here, anew each time
    state      what it remembers from batch to batch without gradients, such as a running mean
    training   False except inside `fit`; for layers that behave differently while they learn (dropout)
    x_shape    of the class: the shape that `forward` expects. "…" stands for any number of axes, the name of an
               attribute for its value, any other name for any length
    out_shape  the shape that `forward` returned last, None before
    needs_dx   False inside `fit` for the first layer that learns: no layer before it needs a gradient

    A layer of your own is one class. It may hold layers, as attributes or in lists.

    >>> class Scale(Layer):
    ...     def __init__(self):
    ...         self.params["factor"] = np.array([3.0])
    ...     def forward(self, x):
    ...         self.x = x
    ...         return self.params["factor"] * x
    ...     def backward(self, dout):
    ...         self.grads["factor"] = np.array([np.sum(dout * self.x)])
    ...         return dout * self.params["factor"]
    >>> Scale().forward([[1.0, 2.0]])
    array([[3., 6.]])
    """

    x_shape: ClassVar[tuple[str, ...]] = ("…",)
    out_shape: tuple[int, ...] | None
    needs_dx: bool
    _x_shape: tuple[int, ...] | None
    _x_dtype: np.dtype | None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        layer = super().__new__(cls)
        layer.out_shape = layer._x_shape = layer._x_dtype = None  # the guard sets them in every forward
        layer.needs_dx = True
        return layer

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        guard(cls, forward=guarded_forward, backward=guarded_backward)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for a batch `x` of shape (N, …), and remember what `backward` needs.

        That may be `x` itself, not a copy: write into `x` only after `backward`.
        """
        raise NotImplementedError(f"{self} has no forward method: a layer needs forward(x) and backward(dout)")

    def backward(self, dout: np.ndarray) -> np.ndarray | None:
        """Assign `grads`, return dx, or None where x has no gradient. Linear in dout; changes neither x nor dout."""
        raise NotImplementedError(f"{self} has no backward method: a layer needs forward(x) and backward(dout)")

    def check_shape(self, x_shape: tuple[int, ...]) -> None:
        """Raise ValueError for a shape that `x_shape` allows and the layer cannot take; called before `forward`."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
