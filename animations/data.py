"""Declares the arguments of a scene. From these lines come its `__init__`, its signature and every check.

    class ClassBars(Scene):
        picture: np.ndarray = pixels("H", "W", 3)
        names: tuple[str, ...] = texts("K", least=2, most=12)
        target: int = position("K")
        probabilities: np.ndarray = array("S", "K", low=0, high=1)
        epochs: np.ndarray = clock("S", kw_only=True)
        note: str = text(default="", kw_only=True)

A letter stands for one length, the same wherever it appears; S is the number of frames. The arguments follow in this
order, a class's own before the inherited ones. Mistakes are refused when the scene is made, not when it is drawn.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from animations import checks
from animations.checks import Shape
from tinylearn.checks import positive_integer

REQUIRED: Any = inspect.Parameter.empty


class Field:
    """An argument: `check(caller, name, value, shape)` returns the value to keep, or raises TypeError or ValueError.

    shape     its lengths; `check` gets the known ones as numbers
    default   the value if you pass none, unchecked. All kinds below accept `default` and `kw_only`.
    apart     does it have lengths of its own? Otherwise its lengths also apply to the other arguments
    """

    def __init__(
        self,
        check: Callable[[str, str, Any, Shape], Any],
        *shape: int | str,
        default: Any = REQUIRED,
        kw_only: bool = False,
        apart: bool = False,
    ) -> None:
        self.check, self.shape, self.default, self.kw_only = check, Shape(shape), default, kw_only
        self.apart = apart

    def lengths(self, value: Any) -> list[tuple[str, int]]:
        """Return (letter, length) of everything the value tells: its own axes, and its arguments if it is `Data`."""
        if isinstance(value, tuple) and all(isinstance(each, Data) for each in value):
            return [(key, each.lengths[key]) for each in value for key in each.lengths if key in self.shape]
        axes = zip(self.shape, np.shape(value), strict=False) if self.shape else ()
        inner = getattr(value, "lengths", None)  # of Data, or of something like it
        own = inner.items() if isinstance(inner, dict) and not self.apart else ()
        return [(letter, length) for letter, length in (*axes, *own) if isinstance(letter, str)]

    def parameter(self, name: str) -> inspect.Parameter:
        """Return it as a parameter of a signature."""
        kind = inspect.Parameter.KEYWORD_ONLY if self.kw_only else inspect.Parameter.POSITIONAL_OR_KEYWORD
        return inspect.Parameter(name, kind, default=self.default)


def array(
    *shape: int | str, low: float = -checks.LARGEST, high: float = checks.LARGEST, hint: str = "", **how: Any
) -> Any:
    """Declare finite numbers of one shape, all in [low, high]; they are copied, and float32 stays float32.

    hint   for the error: what to do with numbers outside
    """
    return Field(
        lambda caller, name, value, shape: checks.array(caller, name, value, shape, low, high, hint), *shape, **how
    )


def column(length: str, **how: Any) -> Any:
    """Declare numbers (N,); a column (N, 1) counts as such."""
    return Field(checks.column, length, **how)


def pixels(*shape: int | str, **how: Any) -> Any:
    """Declare pictures: numbers in [0, 1]."""
    return Field(checks.picture, *shape, **how)


def clock(length: str = "S", **how: Any) -> Any:
    """Declare a clock, such as the step of each frame: whole numbers that never go back."""
    return Field(lambda caller, name, value, shape: checks.clock(caller, name, value, shape=shape), length, **how)


def growing(length: str, **how: Any) -> Any:
    """Declare at least two numbers, each larger than the one before."""
    return Field(lambda caller, name, value, shape: checks.growing(caller, name, value), length, **how)


def text(**how: Any) -> Any:
    """Declare a text of one line."""
    return Field(lambda caller, name, value, shape: checks.text(caller, name, value), **how)


def texts(length: int | str, *, least: int = 1, most: int | None = None, **how: Any) -> Any:
    """Declare a list of texts of one line, `least` to `most` of them."""
    return Field(
        lambda caller, name, value, shape: checks.texts(caller, name, value, shape, least, most), length, **how
    )


def position(among: int | str, **how: Any) -> Any:
    """Declare which one of `among` things, counted from 0. Declare the argument with that length before it."""

    def check(caller: str, name: str, value: Any, shape: Shape) -> int:
        return checks.position(caller, name, value, _known(caller, name, shape[0]))

    return Field(check, among, **how)


def positions(length: str, among: int | str, **how: Any) -> Any:
    """Declare a list of such positions, each counted from 0."""

    def check(caller: str, name: str, value: Any, shape: Shape) -> list[int]:
        return checks.positions(caller, name, value, (shape[0], _known(caller, name, shape[1])))

    return Field(check, length, among, **how)


def _known(caller: str, name: str, length: int | str) -> int:
    """Return a length; TypeError if it is a letter that no argument has defined yet."""
    if isinstance(length, str):
        raise TypeError(f"{caller}: {name} is one of {length}, but no argument before it has the length {length}")
    return length


def real(*, low: float = -checks.LARGEST, high: float = checks.LARGEST, **how: Any) -> Any:
    """Declare a number in [low, high]."""
    return Field(lambda caller, name, value, shape: checks.real(caller, name, value, low, high), **how)


def integer(**how: Any) -> Any:
    """Declare a whole number, 1 or more."""
    return Field(lambda caller, name, value, shape: positive_integer(caller, name, value), **how)


def instance(kind: type, **how: Any) -> Any:
    """Declare an object of one kind; if it is `Data` too, its lengths apply here as well, unless it stands `apart`."""
    return Field(lambda caller, name, value, shape: checks.instance(caller, name, value, kind), **how)


def anything(check: Callable[[str, str, Any], Any] = lambda caller, name, value: value, **how: Any) -> Any:
    """Declare any value, converted by `check(caller, name, value)`, for which no other kind fits."""
    return Field(lambda caller, name, value, shape: check(caller, name, value), **how)


class Declared:
    """The signature of a class, as help() shows it: its declared arguments, unless it has an `__init__` of its own."""

    def __get__(self, made: Any, cls: type[Data]) -> inspect.Signature:
        return cls.declared if cls.__init__ is Data.__init__ else inspect.signature(cls.__init__.__get__(cls))


class Data:
    """A class with declared arguments. Once all are checked, it calls `prepare`, which computes the rest from them.

    lengths   letter → length, of all arguments

    >>> class Curve(Data):
    ...     x: np.ndarray = array("K")
    ...     y: np.ndarray = array("K")
    >>> Curve([0, 1, 2], [0, 1, 4]).y
    array([0., 1., 4.])
    >>> Curve([0, 1, 2], [0, 1])
    Traceback (most recent call last):
    ValueError: Curve: y must have shape (3,), as x has 3, got (2,)
    """

    fields: ClassVar[dict[str, Field]] = {}
    declared: ClassVar[inspect.Signature] = inspect.Signature()
    lengths: dict[str, int]
    __signature__ = Declared()

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        if taken := [name for name in own if name == "lengths" or callable(getattr(super(cls, cls), name, None))
                     or hasattr(Data, name)]:  # fmt: skip
            raise TypeError(f"{cls.__name__}: every scene already has {taken[0]}; give the argument another name")
        cls.fields = own | {name: field for name, field in cls.fields.items() if name not in vars(cls)}
        ordered = sorted(cls.fields.items(), key=lambda item: item[1].kw_only)
        cls.declared = inspect.Signature([field.parameter(name) for name, field in ordered])

    def __init__(self, *given: Any, **named: Any) -> None:
        if not (self.fields or given or named):
            super().__init__()
            return
        caller, lengths, reasons = type(self).__name__, dict[str, int](), dict[int | str, str]()
        try:
            bound = self.declared.bind(*given, **named)
        except TypeError as error:
            raise TypeError(f"{caller}: {error}") from None
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            field = self.fields[name]
            if value is not field.default:
                known = Shape(lengths.get(str(part), part) for part in field.shape)
                known.reason = "".join(reasons.get(part, "") for part in field.shape)
                value = field.check(caller, name, value, known)
            for letter, length in field.lengths(value):
                if lengths.setdefault(letter, length) != length:
                    must = f"{name} must have {lengths[letter]} of {letter}{reasons[letter]}"
                    raise ValueError(f"{caller}: {must}, got {length}")
                reasons.setdefault(letter, f", as {name} has {length}")
            setattr(self, name, value)
        self.lengths = lengths
        if "S" in lengths:
            self.frames = lengths["S"]
        self.prepare()

    def prepare(self) -> None:
        """Compute everything that follows from the arguments, once."""
