"""Argument validation for scenes, in addition to `tinylearn.checks`: arrays, clocks, texts, sizes.

Scenes refuse a mistake when you make them, not when they draw a frame. `caller` is the scene, `name` the argument.
"""

from __future__ import annotations

import difflib
import operator
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from matplotlib.font_manager import fontManager

from tinylearn.checks import as_int, finite, number, numbers, shortened
from tinylearn.checks import instance as instance
from tinylearn.checks import texts as list_of_texts

LARGEST = 1e100  # the largest size of a number: the squares and sums of larger ones become infinite
MOST_PIXELS = 16_384  # of each side of a picture
NO_LETTERS = {"Cc", "Cn", "Co", "Cs", "Zl", "Zp"}  # control characters, line breaks, halves of letters
T = TypeVar("T")
N = TypeVar("N", int, float)


class Shape(tuple[int | str, ...]):
    """A length for each axis, or a letter for any length of 1 or more; `reason` says where the numbers come from."""

    reason = ""

    def fits(self, shape: Sequence[int]) -> bool:
        """Does an array of this shape fit?"""
        return len(self) == len(shape) and all(
            has > 0 if isinstance(wanted, str) else wanted == has for wanted, has in zip(self, shape, strict=True)
        )

    def __str__(self) -> str:
        return f"({', '.join(map(str, self))}{',' if len(self) == 1 else ''}){self.reason}"


def mapping(caller: str, name: str, value: Any) -> dict[Any, Any]:
    """Return a mapping as a dict; TypeError for anything else."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{caller}: {name} must be a mapping from name to value, got {shortened(value)}")
    return dict(value)


def instances(caller: str, name: str, values: Any, kind: type[T]) -> tuple[T, ...]:
    """Return a list of things of one kind as a tuple; TypeError for anything else."""
    if not isinstance(values, list | tuple) or not all(isinstance(value, kind) for value in values):
        raise TypeError(f"{caller}: {name} must be a list of {kind.__name__}, got {shortened(values)}")
    return tuple(values)


def within(
    caller: str, name: str, value: Any, kind: Callable[[str, str, Any], N], low: float, high: float, said: str = ""
) -> N:
    """Return `value` as a number of that kind in [low, high]; TypeError if it is none, ValueError if it is outside.

    said   what the error asks for, instead of "lie in low … high"
    """
    given = kind(caller, name, value)
    if not low <= given <= high:
        raise ValueError(f"{caller}: {name} must {said or f'lie in {low} … {high}'}, got {shortened(value)}")
    return given


def real(caller: str, name: str, value: Any, low: float = -LARGEST, high: float = LARGEST) -> float:
    """Return `value` as a float in [low, high]; otherwise raise TypeError or ValueError."""
    return within(caller, name, value, number, low, high, f"be a number from {low:g} to {high:g}")


def position(caller: str, name: str, value: Any, count: int, low: int = 0) -> int:
    """Return a whole number in low … count - 1; otherwise raise TypeError or ValueError."""
    return within(caller, name, value, as_int, low, count - 1)


def positions(caller: str, name: str, values: Any, shape: Sequence[int | str]) -> list[int]:
    """Return a list of whole numbers in 0 … count - 1. shape: (length, count)."""
    found = numbers(caller, name, values)
    if found.ndim != 1 or shape[0] not in (len(found), str(shape[0])):
        raise ValueError(f"{caller}: {name} must be a list of whole numbers, ({shape[0]},), got shape {found.shape}")
    return [position(caller, name, value, int(shape[1])) for value in np.asarray(values).tolist()]


def array(
    caller: str, name: str, values: Any, shape: Sequence[int | str], low: float = -LARGEST, high: float = LARGEST,
    hint: str = "",
) -> np.ndarray:  # fmt: skip
    """Return a copy of `values` as floats in [low, high]: float32 stays float32, all else becomes float64."""
    copied = numbers(caller, name, values, np.float32 if getattr(values, "dtype", None) == np.float32 else np.float64)
    shape = shape if isinstance(shape, Shape) else Shape(shape)
    if not shape.fits(copied.shape):
        raise ValueError(f"{caller}: {name} must have shape {shape}, got {copied.shape}")
    finite(caller, name, copied, "a picture needs a number in every place")
    least, most = float(copied.min()), float(copied.max())
    if least < low or most > high:
        span = f"lie in [{low:g}, {high:g}]" if high < LARGEST or low < 0 else f"be {low:g} or more"
        raise ValueError(f"{caller}: {name} must {span}, got {least:.10g} to {most:.10g}{hint}")
    return copied.copy()


def column(caller: str, name: str, values: Any, shape: Sequence[int | str] = ("N",)) -> np.ndarray:
    """Return a copy of a column, (N,) or (N, 1), as (N,)."""
    given = numbers(caller, name, values)
    return array(caller, name, given[:, 0] if given.ndim == 2 and given.shape[1] == 1 else given, shape)


def growing(caller: str, name: str, values: Any, least: int = 2) -> np.ndarray:
    """Return a copy of at least `least` numbers (N,), each larger than the one before."""
    copied = array(caller, name, values, ("N",))
    falls = np.flatnonzero(np.diff(copied) <= 0)
    if len(copied) < least or falls.size:
        got = shortened(values)
        if falls.size:
            got = f"{copied[falls[0] + 1]:.10g} after {copied[falls[0]]:.10g}"
        raise ValueError(f"{caller}: {name} must be at least {least} numbers, each above the one before, got {got}")
    return copied


def limits(caller: str, name: str, values: Any) -> tuple[float, float]:
    """Return two numbers, the second larger than the first."""
    low, high = array(caller, name, values, (2,))
    if not low < high:
        raise ValueError(f"{caller}: {name} must be two numbers, the second above the first, got {shortened(values)}")
    return float(low), float(high)


def picture(caller: str, name: str, values: Any, shape: Sequence[int | str]) -> np.ndarray:
    """Return a copy of pictures, numbers in [0, 1]."""
    return array(caller, name, values, shape, 0, 1, f"; for bytes: {name} / 255")


def clock(caller: str, name: str, values: Any, last: int | None = None, shape: Sequence[int | str] = "S") -> np.ndarray:
    """Return the clock (S,), one whole number for each frame, such as its step: 0 … `last`, and it never goes back.

    TypeError for anything but whole numbers; ValueError if there is no frame, or the clock goes back.
    """
    times = numbers(caller, name, values, np.float64)
    kind = np.asarray(values).dtype.kind
    wanted = shape if isinstance(shape, Shape) else Shape(shape)
    if not wanted.fits(times.shape):
        each = f"one for each frame{wanted.reason}"
        raise ValueError(f"{caller}: {name} must be a list of whole numbers, {each}, got shape {times.shape}")
    if kind == "b" or (times % 1 != 0).any():
        raise TypeError(f"{caller}: {name} must be whole numbers, got {shortened(values)}")
    high = 2**53 if last is None else last
    if times[0] < 0 or times.max() > high or (np.diff(times) < 0).any():
        upto = " upwards" if last is None else f" to {last}"
        raise ValueError(f"{caller}: {name} must be from 0{upto} and never go down, got {shortened(values)}")
    return times.astype(np.intp)


def text(caller: str, name: str, value: Any) -> str:
    """Return a text of one line; otherwise raise TypeError or ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"{caller}: {name} must be a text, got {shortened(value)}")
    unknown = sorted({letter for letter in value if unicodedata.category(letter) in NO_LETTERS})
    if unknown:
        raise ValueError(
            f"{caller}: {name} must be one line of letters, got {shortened(value)}; "
            f"leave out {', '.join(map(ascii, unknown))}"
        )
    return value


def texts(
    caller: str, name: str, values: Any, shape: Sequence[int | str] = "K", least: int = 1, most: int | None = None
) -> tuple[str, ...]:
    """Return a list of such texts as a tuple: as many as `shape` says, and `least` to `most` of them."""
    words = list_of_texts(caller, name, values)
    fits = shape[0] in (len(words), str(shape[0]))
    count = shape[0] if not fits else f"{least} to {most}" if most else f"{least} or more"
    if not fits or not least <= len(words) <= (most or len(words)):
        raise ValueError(f"{caller}: {name} must be {count} texts, got {len(words)}: {shortened(values)}")
    return tuple(text(caller, name, word) for word in words)


def font(caller: str, name: str, value: Any) -> str:
    """Return the name of a font family that matplotlib finds; otherwise raise TypeError or ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"{caller}: {name} must be the name of a font family, got {shortened(value)}")
    known = {entry.name for entry in fontManager.ttflist}
    if value not in known:
        like = ", ".join(difflib.get_close_matches(value, known))
        like = f"did you mean {like}?" if like else "matplotlib.font_manager.get_font_names() lists them"
        raise ValueError(f"{caller}: {name} must be the name of a font family on this computer, got {value!r}; {like}")
    return value


def size(caller: str, value: Any) -> tuple[int, int]:
    """Return width and height of a picture in pixels; otherwise raise TypeError or ValueError."""
    try:
        width, height = (operator.index(each) for each in value)
    except (TypeError, ValueError):
        raise TypeError(f"{caller}: size must be width and height in whole pixels, got {shortened(value)}") from None
    if not (1 <= width <= MOST_PIXELS and 1 <= height <= MOST_PIXELS):
        raise ValueError(f"{caller}: size must be 1 to {MOST_PIXELS} pixels each way, got {width} × {height}")
    return width, height


def function(caller: str, name: str, value: Any) -> Any:
    """Return a function of arrays; TypeError if it cannot be called."""
    if not callable(value):
        raise TypeError(f"{caller}: {name} must be a function of an array, got {shortened(value)}")
    return value


def number_form(caller: str, name: str, form: Any) -> Callable[[float], str]:
    """Return a function that writes a number: "{:.2f}" as a function, or the function itself; TypeError otherwise."""
    write = form.format if isinstance(form, str) else form
    try:
        written = [write(0.0), write(12.5)]
    except Exception:  # a user's function may raise anything
        written = [None]
    if not all(isinstance(each, str) for each in written) or (isinstance(form, str) and written[0] == written[1]):
        raise TypeError(
            f'{caller}: {name} must be a text such as "{{:.2f}}", or a function from a number to a text, '
            f"got {shortened(form)}"
        )
    return write
