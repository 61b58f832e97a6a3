"""The settings and command-line options that only some chapters have."""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from animations import GrowingLines, render
from chapters.parts import images, your_convolution
from chapters.tools.settings import Parser
from tinylearn.datasets import read_table


class Own(NamedTuple):
    """The settings of one chapter.

    defaults   name → value
    add        adds the options to a command line
    instead    does what the options ask for in place of the chapter, and says whether it did; None: it never does
    clean      turns a word of the command line into one that argparse understands
    refuse     raises an error for settings that do not fit together
    """

    defaults: dict[str, Any] = {}  # noqa: RUF012
    add: Callable[[Parser], Any] = lambda command: None
    instead: Callable[[Any], bool] | None = None
    clean: Callable[[str], str] = lambda word: word
    refuse: Callable[[argparse.Namespace], Any] = lambda arguments: None


def table_option(command: Parser) -> None:
    """Add the options of chapter 1."""
    command.add_argument("--csv", type=_table_file, metavar="FILE", help="chapter 1: animate a table of your own")


def _table_file(text: str) -> Path:
    """Return the path of a table that can be read and drawn; otherwise raise an error for the command line."""
    try:
        table = read_table(text)
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    try:
        with tempfile.TemporaryDirectory() as folder:
            render(GrowingLines(table), Path(folder, "last.png"), progress=False)
    except ValueError as error:  # such as a letter that no font has
        raise argparse.ArgumentTypeError(f"{text}: {error}") from None
    return Path(text)


def training_options(command: Parser) -> None:
    """Add the options of chapter 7."""
    images.options(command)
    command.add_argument("--epochs", type=_positive(int), metavar="N", help="(default: 8; photographs 125)")
    command.add_argument("--learning-rate", type=_positive(float), metavar="R", help="(default: 1e-3; photos 1e-4)")
    command.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="(default: in --out, ch07_sketches.npz or ch07_cifar10.npz)"
    )
    command.add_argument("--resume", action="store_true", help="continue from the checkpoint")
    command.add_argument("--record", type=Path, metavar="FOLDER", help="keep the updates of the film in this folder")


def _positive(kind: Any) -> Any:
    """Return a function that reads a number above 0 of this kind from the command line."""

    def read(text: str) -> Any:
        value = kind(text)
        if not 0 < value < math.inf:
            raise ValueError
        return value

    read.__name__ = f"{kind.__name__} above 0"  # argparse shows this name in its error
    return read


def lake_options(command: Parser) -> None:
    """Add the options of chapter 8."""
    command.add_argument("--render", choices=("ansi",), help="show an episode of the network in the terminal")
    command.add_argument(
        "--play", dest="play_first", action="store_true", help="play an episode yourself before the network learns"
    )


PICTURES = {"data": images.DATA[0], "data_dir": None}
TRAINING = {"epochs": None, "learning_rate": None, "checkpoint": None, "resume": False, "record": None}
OWN = {
    "ch01": Own({"csv": None}, table_option),
    "ch05": Own(PICTURES, images.options),
    "ch06": Own(
        PICTURES | dict.fromkeys(your_convolution.SETTINGS),
        your_convolution.options,
        your_convolution.instead,
        your_convolution.as_argument,
        your_convolution.refuse,
    ),
    "ch07": Own(PICTURES | TRAINING, training_options),
    "ch08": Own({"render": None, "play_first": False}, lake_options),
}
