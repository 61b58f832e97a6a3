"""All layers have one protocol: **backpropagation**, which is the **chain rule**, layer by layer.

    x     forward →     out
    dx  ← backward      dout

`dout` says how much the loss grows when an entry of `out` grows. From it, `backward` derives how much the loss grows
with each parameter, and stores that in `grads`. It does the same for each entry of `x`, and returns that: it is the
`dout` of the layer before. Throughout the project, `dname` is the gradient of the loss with respect to `name`. It has
the shape of `name`.

Every derivation states the chain rule in these words: "w reaches the loss through out, with factor f". The factor is
f = ∂out / ∂w, and it adds f · dout to dw. If w reaches the loss through several entries of `out`, dw is their sum.
The two methods hold formulas and nothing else. `guard.py` checks their arguments and results, in your own layers too.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from tinylearn.guarding import guard
from tinylearn.layers.guard import check_declared, guarded_backward, guarded_forward
from tinylearn.layers.module import Module


class Layer(Module):
    """A layer is two methods, and three dicts of arrays by name. `module.py` has the rest.

    params     the parameters that the layer learns
    grads      their gradients, under the same names; each `backward` assigns them anew
    state      arrays that it keeps from batch to batch, and that have no gradients, such as a running mean
    training   True only inside `fit`, for layers that behave differently while they learn (dropout)
    x_shape    of the class: the shape that `forward` expects. "…" stands for any number of axes, the name of an
               attribute for its value, any other name for any length
    out_shape  the shape of the last output; None before the first `forward`
    needs_dx   False inside `fit` for the first layer that learns: no layer before it needs a gradient

    To make a layer of your own, write one class. It may hold layers, as attributes or in lists.

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
        layer = super().__new__(cls, *args, **kwargs)
        layer.out_shape = layer._x_shape = layer._x_dtype = None  # the guard sets them in every forward
        layer.needs_dx = True
        return layer

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        check_declared(cls)
        guard(cls, forward=guarded_forward, backward=guarded_backward)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for a batch `x` of shape (N, …), and keep the arrays that `backward` needs.

        One of these may be `x` itself, or the output. So write into neither before `backward` has run.
        """
        raise NotImplementedError(f"{self} has no forward method: a layer needs forward(x) and backward(dout)")

    def backward(self, dout: np.ndarray) -> np.ndarray | None:
        """Assign `grads`; return dx, or None if x has no gradient. Linear in dout; changes neither x nor dout."""
        raise NotImplementedError(f"{self} has no backward method: a layer needs forward(x) and backward(dout)")

    def check_shape(self, x_shape: tuple[int, ...]) -> None:
        """Raise ValueError if `x_shape` allows this shape, but the layer cannot take it. Runs before `forward`."""

    def __repr__(self) -> str:
        return self.made_by
