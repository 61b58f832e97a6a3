"""The guard around `forward` and `backward` of every layer: a formula gets what it expects, or an error says why not.

It sees to it that

    x       is an array of floats, of the model's dtype inside a model, and has the layer's `x_shape`
    out     is an array of that dtype
    dout    has the shape of out, and its dtype; and there was a forward
    grads   are assigned anew, one for each parameter, in its shape
    dx      has the shape of x, or is None

and that every error of the formula names the layer. What passed once passes again at once: of an x with the shape and
the dtype of the one before, nothing more is asked.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

import numpy as np

from tinylearn.checks import FLOATS, numbers, shortened

NDARRAY = np.ndarray
T = TypeVar("T")


class Assigned(dict[str, Any]):
    """The gradients that a backward has assigned so far."""


def guard(cls: Any) -> None:
    """Put the guard around the `forward` and `backward` of a class of layers, unless they have one already."""
    for name, guarded in (("forward", _forward), ("backward", _backward)):
        method = getattr(cls, name)
        if not hasattr(method, "formula"):
            setattr(cls, name, guarded(method))


def _forward(formula: Callable[[Any, np.ndarray], Any]) -> Callable[[Any, Any], np.ndarray]:
    @functools.wraps(formula)
    def forward(layer: Any, x: Any) -> np.ndarray:
        if type(x) is not NDARRAY or x.shape != layer._x_shape or x.dtype is not layer._x_dtype:
            if type(layer).forward is not forward:  # super().forward: the guard is around that of the subclass
                return formula(layer, x)
            x = _checked_x(layer, x)
        try:
            out = formula(layer, x)
        except Exception as error:
            out = _again(layer, formula, x, error)
        if type(out) is not NDARRAY or out.dtype is not x.dtype:
            out = _checked_out(layer, out, x.dtype)
        layer.out_shape = out.shape
        return out

    forward.formula = formula  # type: ignore[attr-defined]
    return forward


def _backward(formula: Callable[[Any, np.ndarray], Any]) -> Callable[[Any, Any], np.ndarray | None]:
    @functools.wraps(formula)
    def backward(layer: Any, dout: Any) -> np.ndarray | None:
        grads = layer.grads
        if type(grads) is Assigned:
            return _super_backward(layer, formula, dout)
        if type(dout) is not NDARRAY or dout.shape != layer.out_shape or dout.dtype is not layer._x_dtype:
            dout = _checked_dout(layer, dout)
        layer.grads = assigned = Assigned()  # empty: backward must assign each gradient, not add to the last one
        try:
            dx = formula(layer, dout)
        except Exception as error:
            dx = _again(layer, formula, dout, error)
        finally:
            layer.grads = grads
        if assigned or layer.params:
            for name, parameter in layer.params.items():
                gradient = assigned.get(name)
                if type(gradient) is not NDARRAY or gradient.shape != parameter.shape:
                    gradient = _checked_gradient(layer, name, gradient)
                if type(grads) is dict:
                    grads[name] = gradient
                else:  # views of the model's vector
                    grads[name][...] = gradient
            if len(assigned) != len(layer.params):
                _refuse_names(layer, assigned)
        if dx is not None and (type(dx) is not NDARRAY or dx.shape != layer._x_shape or dx.dtype is not dout.dtype):
            dx = _checked_dx(layer, dx, dout.dtype)
        return dx

    backward.formula = formula  # type: ignore[attr-defined]
    return backward


def _naming(check: Callable[..., T]) -> Callable[..., T]:
    """Mark the errors of a check: they name the layer already, and a layer around it adds nothing."""

    @functools.wraps(check)
    def checked(*given: Any) -> T:
        try:
            return check(*given)
        except (TypeError, ValueError) as error:
            error.named = True  # type: ignore[union-attr]
            raise

    return checked


def _super_backward(layer: Any, formula: Callable[[Any, np.ndarray], Any], dout: np.ndarray) -> Any:
    """Return what a super().backward gives. It gives dx in any case: the backward that calls it may work with that."""
    needs_dx, layer.needs_dx = layer.needs_dx, True
    try:
        return formula(layer, dout)
    finally:
        layer.needs_dx = needs_dx


@_naming
def _checked_x(layer: Any, x: Any) -> np.ndarray:
    """Return x as an array of floats; TypeError or ValueError, with what to do, unless the layer can take it."""
    x = numbers(layer, "x", x, layer.dtype)
    if x.dtype not in FLOATS:
        if x.dtype.itemsize < 4:
            raise TypeError(f"{layer}: x must hold float32 or float64, got {x.dtype}; write x.astype(np.float32)")
        x = x.astype(np.float32 if x.dtype.itemsize == 4 else np.float64)  # of another byte order, or longer
    expected = declared_shape(layer)
    if not _fits(x.shape, expected):
        what = "images" if "H" in expected else "x"
        text = f"({', '.join(map(str, expected))})"
        raise ValueError(f"{layer} expects {what} of shape {text}, got {x.shape}{_hint(x.shape, expected)}")
    try:
        layer.check_shape(x.shape)
    except ValueError as error:
        raise named_error(layer, error) from None
    layer._x_shape, layer._x_dtype = x.shape, x.dtype
    return x


@_naming
def _checked_out(layer: Any, out: Any, dtype: np.dtype) -> np.ndarray:
    """Return what a forward gave as an array of `dtype`; TypeError if it gave none."""
    if not isinstance(out, np.ndarray | np.generic):
        raise TypeError(f"{layer}: forward must return an array, got {shortened(out)}")
    return numbers(layer, "what forward returns", out, dtype)


@_naming
def _checked_dout(layer: Any, dout: Any) -> np.ndarray:
    """Return dout as floats; ValueError unless there was a forward whose out has its shape."""
    if layer.out_shape is None:
        raise ValueError(f"{layer}: backward was called before forward; call forward(x) first")
    dout = numbers(layer, "dout", dout, layer._x_dtype)
    if dout.shape != layer.out_shape:
        raise ValueError(
            f"{layer}: backward expects dout in the shape that forward returned, {layer.out_shape}, got {dout.shape}"
        )
    return dout


@_naming
def _checked_dx(layer: Any, dx: Any, dtype: np.dtype) -> np.ndarray | None:
    """Return what a backward gave, in `dtype`; an error unless that is None or has the shape of x."""
    if dx is None:
        return None
    if not isinstance(dx, np.ndarray | np.generic):
        raise TypeError(f"{layer}: backward must return dx, an array in the shape of x, or None, got {shortened(dx)}")
    if dx.shape != layer._x_shape:
        raise ValueError(f"{layer}: backward must return dx in the shape of x, {layer._x_shape}, got {dx.shape}")
    return numbers(layer, "what backward returns", dx, dtype)


def _checked_gradient(layer: Any, name: str, gradient: Any) -> np.ndarray:
    """Return the gradient as an array; ValueError unless there is one, in the shape of its parameter."""
    if gradient is None:
        raise ValueError(f"{layer}: backward gave no gradient for {name}; assign self.grads[{name!r}]")
    shape = layer.params[name].shape
    if np.shape(gradient) != shape:
        raise ValueError(f"{layer}: the gradient of {name} must have its shape {shape}, got {np.shape(gradient)}")
    return numbers(layer, f"the gradient of {name}", gradient)


def _refuse_names(layer: Any, assigned: dict[str, Any]) -> NoReturn:
    """Raise ValueError that names a gradient of no parameter."""
    wrong = next(name for name in assigned if name not in layer.params)
    raise ValueError(f"{layer}: backward gave a gradient for {wrong!r}, which is no parameter of this layer")


def _again(layer: Any, formula: Callable[[Any, np.ndarray], Any], given: np.ndarray, error: Exception) -> Any:
    """Raise the error of a formula, with the layer's name in it; after one of np.seterr, compute again without that.

    exp(-1000) is 0, and that is right: an underflow is no error. An overflow becomes an infinity, which `fit` reports.
    """
    if isinstance(error, FloatingPointError):
        with np.errstate(all="ignore"):
            return formula(layer, given)
    if isinstance(error, KeyError) and type(layer.grads) is Assigned and error.args[0] in layer.params:
        error = ValueError(f"backward must assign self.grads[{error.args[0]!r}], not add to it")
    named = named_error(layer, error)
    if named is error:
        raise error
    raise named from error


def named_error(layer: Any, error: Exception) -> Exception:
    """Return the error with the layer's name in front of its message, if that is not there already."""
    text = str(error)
    if text.startswith((type(layer).__name__, str(layer))) or getattr(error, "named", False):
        named = error
    else:
        try:
            named = type(error)(f"{layer}: {text}")
        except Exception:  # a kind of error with another constructor
            named = RuntimeError(f"{layer}: {type(error).__name__}: {text}")
    named.named = True  # type: ignore[attr-defined]
    return named


def raise_misfit(layers: tuple[Any, ...], layer: Any, x: np.ndarray, error: Exception) -> NoReturn:
    """Raise the error of a layer that could not take x, with the layer before it, which gave it.

    A special kind of ValueError stays what it is: it tells of something else than shapes.
    """
    if type(error) is not ValueError:
        raise error
    place = next(number for number, each in enumerate(layers) if each is layer)
    where = f"{layers[0]}, the first layer, does not fit the input: "
    if place > 0:
        where = f"layers {place} and {place + 1} do not fit: {layers[place - 1]} gives {np.shape(x)}, but "
    whole = ValueError(where + str(error))
    whole.named = True  # type: ignore[attr-defined]
    raise whole from error


def checked_layers(caller: str, layers: Any, kind: type) -> tuple[Any, ...]:
    """Return the layers that a model or a layer is made of, as a tuple; TypeError if one of them is no layer."""
    if not isinstance(layers, Iterable) or isinstance(layers, str):
        hint = f"; write [{layers!r}, …]" if isinstance(layers, kind) else ""
        raise TypeError(f"{caller}: expected a list of layers, got {shortened(layers)}{hint}")
    layers = tuple(layers)
    if not layers:
        raise ValueError(f"{caller}: expected at least one layer, got none")
    for layer in layers:
        if not isinstance(layer, kind):
            hint = "" if isinstance(layer, type) else "; a layer of your own inherits from Layer"
            raise TypeError(f"{caller}: expected layers such as ReLU(), got {shortened(layer)}{hint}")
        if sum(layer is each for each in layers) > 1:
            raise ValueError(f"{caller}: one layer object stands in two places, {layer}; make one for each place")
    return layers


@_naming
def needed(layer: Any, dx: np.ndarray | None) -> np.ndarray:
    """Return what a layer's backward gave; ValueError that names it if that is None, and others need it."""
    if dx is None:
        raise ValueError(f"{layer}: backward returned None, but layers before it learn; return dx")
    return dx


# --- declared shapes --------------------------------------------------------------------------------------------------

Expected = tuple[int | str, ...]


def declared_shape(layer: Any) -> Expected:
    """Return the layer's `x_shape` with numbers in the place of the attributes that it names: ("N", "…", 5)."""
    lengths = {name: vars(layer).get(name) for name in type(layer).x_shape}
    return tuple(value if isinstance(value, int) else name for name, value in lengths.items())


def _fits(shape: tuple[int, ...], expected: Expected) -> bool:
    """Say whether a shape is one of those that are expected."""
    if "…" in expected:
        at, others = expected.index("…"), len(expected) - 1
        if len(shape) < others:
            return False
        expected = (*expected[:at], *("…" for _ in range(len(shape) - others)), *expected[at + 1 :])
    if len(shape) != len(expected):
        return False
    return all(length == wanted for length, wanted in zip(shape, expected, strict=True) if isinstance(wanted, int))


def _hint(shape: tuple[int, ...], expected: Expected) -> str:
    """Return what to write to get from one shape to the other, where that can be guessed."""
    last = expected[-1]
    if "H" not in expected:
        if shape == (last,):
            return "; for a single row, write x[None]"
        return "; put Flatten() before it" if len(shape) > 2 and isinstance(last, int) else ""
    if len(shape) == 2:
        return f"; give the pixels their places with x.reshape(-1, H, W, {last})"
    if len(shape) == 3 and isinstance(last, str):
        return "; for a single image, write x[None], for grey images x[..., None]"
    if len(shape) == 3 and shape[2] == last:
        return "; for a single image, write x[None]"
    if len(shape) == 3:
        return "; give a grey image its channel with x[..., None]"
    if len(shape) == 4 and shape[1] == last:
        return "; put the channels last with x.transpose(0, 2, 3, 1)"
    return ""
