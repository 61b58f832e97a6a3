"""The one protocol of all layers: `forward` computes, `backward` derives.

    x     forward →     out
    dx  ← backward      dout

`dout` says how much the loss grows when an entry of `out` grows. From it, `backward` derives how much the loss
grows with every parameter (kept in `grads`) and with every entry of `x` (returned: it is the `dout` of the layer
before). Throughout the project `dname` is the gradient of the loss with respect to `name`, in the shape of `name`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from tinylearn.checks import numbers, shortened


class Layer:
    """What every layer is: two dicts and two methods.

    params     name → array, in the order of insertion; what the layer learns
    grads      the same names; `backward` assigns the gradients here
    training   False except inside `fit`; for layers that behave differently while they learn (dropout)
    out_shape  the shape that `forward` returned last, None before
    state      of the class: names of attributes that a checkpoint keeps too, since later steps depend on them: for a
               running mean, `state = ("mean",)`

    A layer of your own is one class with `forward` and `backward`:

    >>> class Scale(Layer):
    ...     def __init__(self):
    ...         self.params["factor"] = np.array([3.0])
    ...     def forward(self, x):
    ...         self.x = x
    ...         return self.params["factor"] * x
    ...     def backward(self, dout):
    ...         self.grads["factor"] = np.array([np.sum(dout * self.x)])
    ...         return dout * self.params["factor"]
    >>> Scale().forward(np.array([[1.0, 2.0]]))
    array([[3., 6.]])
    """

    params: dict[str, np.ndarray]
    grads: dict[str, np.ndarray]
    training: bool
    state: ClassVar[tuple[str, ...]] = ()
    out_shape: tuple[int, ...] | None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Give every layer its own dicts, so that a layer's `__init__` has nothing to call and nothing to forget."""
        layer = super().__new__(cls)
        layer.params, layer.grads = {}, {}
        layer.training = False
        layer.out_shape = None
        return layer

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the layer's output for a batch `x` of shape (N, …), and remember what `backward` needs.

        That may be `x` itself, not a copy: write into `x` only after `backward`.
        """
        raise NotImplementedError(f"{self} has no forward method: a layer needs forward(x) and backward(dout)")

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Fill `grads` and return `dx`; `dout` has the shape that `forward` returned. Writes into neither."""
        raise NotImplementedError(f"{self} has no backward method: a layer needs forward(x) and backward(dout)")

    def fill_grads(self, dout: np.ndarray) -> None:
        """Fill `grads` without deriving dx, which nobody reads at the first layer that learns.

        Override it where dx is expensive, as Dense does; `backward` then calls it and adds dx.
        """
        self.backward(dout)

    def generators(self) -> dict[str, np.random.Generator]:
        """Return the random generators that the layer keeps, by the names of their attributes.

        A checkpoint saves their states; each of several workers is dealt others.
        """
        return {name: value for name, value in vars(self).items() if isinstance(value, np.random.Generator)}

    def floats(self, x: Any) -> np.ndarray:
        """Return `x` as an array of floats, itself if it is one; TypeError if it does not hold real numbers.

        A Sequential has seen to that; but a layer may be called alone, by a reader with a list, or with bytes of an
        image, whose negatives wrap around.
        """
        if isinstance(x, np.ndarray) and x.dtype.kind == "f":
            return x
        return numbers(self, "x", x)

    def check_dout(self, dout: np.ndarray) -> None:
        """Raise ValueError unless `dout` is an array of the shape that `forward` returned last."""
        if isinstance(dout, np.ndarray) and dout.shape == self.out_shape:
            return
        if self.out_shape is None:
            raise ValueError(
                f"{self}: backward was called before forward; call forward(x) first (or let forward set self.out_shape)"
            )
        got = dout.shape if isinstance(dout, np.ndarray) else shortened(dout)
        raise ValueError(
            f"{self}: backward expects dout in the shape that forward returned, {self.out_shape}, got {got}"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
