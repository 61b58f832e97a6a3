"""The guard around `forward` and `backward` of every layer: it checks what goes in and what comes out.

    x       is an array of floats, with the layer's `x_shape` and, inside a model, the model's dtype
    out     is an array of that dtype
    dout    has the shape of out, and its dtype; and `forward` has run before
    grads   are assigned anew, one for each parameter, in its shape
    dx      has the shape of x, or is None

If x has the shape and the dtype of the last one, a few comparisons are enough. Every error names the layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import numpy as np

from tinylearn.checks import numbers, shortened
from tinylearn.guarding import again, as_floats, name_error, returned

NDARRAY = np.ndarray
Expected = tuple[int | str, ...]


class Assigned(dict[str, Any]):
    """The gradients that a backward has assigned so far."""

    def __missing__(self, name: str) -> NoReturn:
        raise ValueError(f"backward gave no gradient for {name}; it must assign self.grads[{name!r}], not add to it")


def guarded_forward(formula: Callable[[Any, np.ndarray], Any], _: type) -> Callable[[Any, Any], np.ndarray]:
    """Return the `forward` of a layer: check x, run the formula, check out."""

    def forward(layer: Any, x: Any) -> np.ndarray:
        try:
            if type(x) is not NDARRAY or x.shape != layer._x_shape or x.dtype is not layer._x_dtype:
                if type(layer).forward is not forward:  # super().forward: the guard is around that of the subclass
                    return formula(layer, x)
                x = _checked_x(layer, x)
            out = formula(layer, x)
            if type(out) is not NDARRAY or out.dtype is not x.dtype:
                out = returned(layer, "out", "forward must return out", out, x.dtype)
        except Exception as error:
            return again(layer, forward, error, x)
        layer.out_shape = out.shape
        return out

    return forward


def guarded_backward(formula: Callable[[Any, np.ndarray], Any], _: type) -> Callable[[Any, Any], np.ndarray | None]:
    """Return the `backward` of a layer: check dout, run the formula, move its gradients to `grads`, check dx."""

    def backward(layer: Any, dout: Any) -> np.ndarray | None:
        grads = layer.grads
        if type(grads) is Assigned:
            return _super_backward(layer, formula, dout)
        try:
            if type(dout) is not NDARRAY or dout.shape != layer.out_shape or dout.dtype is not layer._x_dtype:
                dout = _checked_dout(layer, dout)
            layer.grads = assigned = Assigned()  # empty: backward must assign each gradient, not add to the last one
            if layer.may_skip_parts:  # the gradient of one whose backward is not called is 0
                layer.vectors.gradients[...] = 0
            dx = formula(layer, dout)
            for name, parameter in layer.params.items():
                gradient = assigned[name]
                if type(gradient) is not NDARRAY or gradient.shape != parameter.shape or gradient.dtype.kind != "f":
                    must = f"backward must assign self.grads[{name!r}] in the shape of {name}, {parameter.shape}"
                    gradient = returned(layer, f"grads[{name!r}]", must, gradient, parameter.dtype, parameter.shape)
                if type(grads) is dict:
                    grads[name] = gradient
                else:  # views of the model's vector
                    grads[name][...] = gradient
            if len(assigned) != len(layer.params):
                wrong = next(name for name in assigned if name not in layer.params)
                raise ValueError(
                    f"{layer}: backward gave a gradient for {wrong!r}, which is no parameter of this layer"
                )
            if dx is None or (type(dx) is NDARRAY and dx.shape == layer._x_shape and dx.dtype is dout.dtype):
                return dx
            must = f"backward must return dx in the shape of x, {layer._x_shape}"
            return returned(layer, "dx", must, dx, dout.dtype, layer._x_shape)
        except Exception as error:
            layer.grads = grads
            return again(layer, backward, error, dout)
        finally:
            layer.grads = grads

    return backward


def _super_backward(layer: Any, formula: Callable[[Any, np.ndarray], Any], dout: np.ndarray) -> Any:
    """Run super().backward and return its dx. It always computes dx, since the method that calls it may need it."""
    needs_dx, layer.needs_dx = layer.needs_dx, True
    try:
        return formula(layer, dout)
    finally:
        layer.needs_dx = needs_dx


def _checked_x(layer: Any, x: Any) -> np.ndarray:
    """Return x as an array of floats. TypeError or ValueError, with a hint, if the layer cannot take it."""
    x = as_floats(layer, "x", x, layer.dtype)
    expected = declared_shape(layer)
    try:
        if not _fits(x.shape, expected):
            what = "images" if "H" in expected else "x"
            text = f"({', '.join(map(str, expected))})"
            raise ValueError(f"{layer} expects {what} of shape {text}, got {x.shape}{_hint(x.shape, expected)}")
        layer.check_shape(x.shape)
    except ValueError as error:
        error.misfit = True  # type: ignore[attr-defined]
        raise
    layer._x_shape, layer._x_dtype = x.shape, x.dtype
    return x


def _checked_dout(layer: Any, dout: Any) -> np.ndarray:
    """Return dout as floats. ValueError if `forward` has not run, or if its out had another shape."""
    shape = layer.out_shape
    if shape is None:
        raise ValueError(f"{layer}: backward was called before forward; call forward(x) first")
    dout = numbers(layer, "dout", dout, layer._x_dtype)
    if dout.shape != shape:
        raise ValueError(
            f"{layer}: backward expects dout in the shape that forward returned, {shape}, got {dout.shape}"
        )
    return dout


def raise_misfit(layers: tuple[Any, ...], layer: Any, x: np.ndarray, error: Exception) -> NoReturn:
    """Raise the error of a layer. If it could not take x, name the layer before it, too: x came from there."""
    if hasattr(error, "misfit"):
        place = next(number for number, each in enumerate(layers) if each is layer)
        where = f"{layer}, the first layer, does not fit the input: "
        if place > 0:
            where = f"layers {place} and {place + 1} do not fit: {layers[place - 1]} gives {np.shape(x)}, but "
        error.args = (f"{where}{error}",)
    raise error


def checked_layers(caller: str, layers: Any, kind: type) -> tuple[Any, ...]:
    """Return the layers of a model or a layer as a tuple; TypeError if one of them is not a layer."""
    if not isinstance(layers, Iterable) or isinstance(layers, str):
        call = f"{caller}([{layers}, …])" if isinstance(layers, kind) else "[ReLU(), …]"
        raise TypeError(f"{caller}: expected a list of layers, got {shortened(layers)}; write {call}")
    layers = tuple(layers)
    if not layers:
        raise ValueError(f"{caller}: expected at least one layer, got none")
    for layer in layers:
        if not isinstance(layer, kind):
            hint = "" if isinstance(layer, type) else "; a layer of your own inherits from Layer"
            raise TypeError(f"{caller}: expected layers such as ReLU(), got {shortened(layer)}{hint}")
        if sum(layer is each for each in layers) > 1:
            raise ValueError(f"{caller}: one layer object is in two places, {layer}; make one for each place")
    return layers


def required_dx(layer: Any, dx: np.ndarray | None) -> np.ndarray:
    """Return the dx of a layer's backward. If it is None, but other layers need it, raise ValueError."""
    if dx is None:
        error = ValueError("backward returned None, but layers before it learn; return dx")
        name_error(layer, error)
        raise error
    return dx


# --- declared shapes --------------------------------------------------------------------------------------------------


def check_declared(cls: Any) -> None:
    """Raise ValueError if the `x_shape` of a class is none that a layer can declare."""
    shape = cls.x_shape
    names = isinstance(shape, tuple) and all(isinstance(axis, str) and axis != "..." for axis in shape)
    if not names or shape.count("…") > 1:
        must = 'x_shape must be a tuple of names, with "…" at most once, such as ("N", "…", "n_in")'
        raise ValueError(f"{cls.__name__}: {must}, got {shape!r}")


def declared_shape(layer: Any) -> Expected:
    """Return the layer's `x_shape`, with each attribute name replaced by its value: ("N", "…", 5)."""
    lengths = {name: vars(layer).get(name) for name in type(layer).x_shape}
    return tuple(value if isinstance(value, int) else name for name, value in lengths.items())


def _fits(shape: tuple[int, ...], expected: Expected) -> bool:
    """Is this one of the shapes that the layer expects?"""
    if "…" in expected:
        at, more = expected.index("…"), len(shape) - (len(expected) - 1)
        expected = expected[:at] + ("…",) * more + expected[at + 1 :]
    pairs = zip(shape, expected, strict=False)
    return len(shape) == len(expected) and all(isinstance(wanted, str) or n == wanted for n, wanted in pairs)


def _hint(shape: tuple[int, ...], expected: Expected) -> str:
    """Return a hint: what to write to get from one shape to the other, if that can be guessed."""
    if "H" in expected:
        hints = {
            2: f"; give the pixels their places with x.reshape(-1, H, W, {expected[-1]})",
            3: "; for a single image, write x[None], for grey images x[..., None]",
            4: "; put the channels last with x.transpose(0, 2, 3, 1)" if shape[1:2] == expected[-1:] else "",
        }
        return hints.get(len(shape), "")
    if shape == expected[-1:]:
        return "; for a single row, write x[None]"
    return "; put Flatten() before it" if len(shape) > 2 and isinstance(expected[-1], int) else ""
