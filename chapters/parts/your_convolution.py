"""A convolution of your own, animated: chapter 6 does this instead if you give it a kernel, an image, …

    python -m chapters.ch06_convolution --kernel "0 1; -1 0" --stride 2 --padding same --image "1 2 3; 4 5 6; 7 8 9"

Anything you leave out is as in the book: its image and filter, stride 1, padding 0.
"""

from __future__ import annotations

import argparse
import re
from typing import Any

from animations import Clip, ConvolutionSteps
from chapters.parts import images

ROW = [[0, 0, 0], [1, 1, 1], [0, 0, 0]]  # looks for a horizontal line
IMAGE = [
    [1, 0, 0, 1, 1, 0],
    [1, 0, 1, 0, 0, 1],
    [0, 0, 0, 1, 1, 0],
    [0, 1, 1, 0, 1, 0],
    [1, 0, 1, 1, 0, 0],
    [0, 1, 0, 0, 1, 0],
]
SLOWLY: dict[str, Any] = {"fps": 1.5, "motion": 6, "hold_first": 2, "hold_last": 3, "colors": 48}
SETTINGS = ("kernel", "image", "stride", "padding")


def your_convolution(kernel: Any, image: Any, stride: Any, padding: Any) -> ConvolutionSteps:
    """Return the scene; None stands for the book's image and filter, stride 1, padding 0."""
    return ConvolutionSteps(
        IMAGE if image is None else image,
        ROW if kernel is None else kernel,
        stride=1 if stride is None else stride,
        padding=0 if padding is None else padding,
    )


def instead(book: Any) -> bool:
    """Animate the convolution that the settings of a run ask for; return False if they ask for none."""
    given = [getattr(book, name) for name in SETTINGS]
    if all(value is None for value in given):
        return False
    yours = your_convolution(*given)
    book.film("ch06_your_convolution", Clip(yours, **SLOWLY))
    book.numbers({yours.title: yours.out.tolist()})
    return True


def board(text: str) -> list[list[float]]:
    """Return rows of numbers, written with semicolons between the rows.

    >>> board("0 1; -1, 0.5")
    [[0.0, 1.0], [-1.0, 0.5]]
    """
    rows = [row.replace(",", " ").split() for row in text.strip().rstrip(";").split(";")]
    if len({len(row) for row in rows}) > 1:
        raise argparse.ArgumentTypeError(f"all rows need the same length, got {[len(row) for row in rows]} numbers")
    try:
        return [[float(word) for word in row] for row in rows]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected rows of numbers with ; between the rows: {error}") from None


def one_or_two(text: str) -> int | tuple[int, ...] | str:
    """Return a whole number, two of them as a pair, and words as they are.

    >>> one_or_two("2"), one_or_two("1,2"), one_or_two("same")
    (2, (1, 2), 'same')
    """
    try:
        numbers = tuple(int(word) for word in text.replace(",", " ").split())
    except ValueError:
        return text
    return numbers[0] if len(numbers) == 1 else numbers


def options(command: argparse.ArgumentParser) -> None:
    """Add the options of chapter 6."""
    images.options(command)
    command.add_argument("--kernel", type=board, metavar="ROWS", help='animate only this filter: "0 1; -1 0"')
    command.add_argument("--image", type=board, metavar="ROWS", help="the image under it (default: the book's, 6 × 6)")
    command.add_argument("--stride", type=one_or_two, metavar="N", help='1, 2, …, or "rows columns" (default: 1)')
    command.add_argument("--padding", type=one_or_two, metavar="N", help="0, 1, …, or same (default: 0)")


def as_argument(word: str) -> str:
    """Return a word of the command line, changed so that "-1,0" is read as numbers and not as an option."""
    return re.sub(r"^(?=-[\d.])", " ", word)


def refuse(arguments: argparse.Namespace) -> None:
    """Raise ValueError or TypeError for an impossible convolution."""
    your_convolution(*(getattr(arguments, name) for name in SETTINGS))
