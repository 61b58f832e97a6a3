"""The settings that all chapters share: the command line, and a check of every setting before the training begins."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tinylearn.checks import as_int, number, path_of, positive_integer, shortened, texts

FORMATS = ("html", "gif", "mp4", "apng", "png")
USUAL = FORMATS[:1]
SMALLEST, LARGEST = 0.5, 4  # pixels of a film's file for each pixel of its size

OWN_FILTER = {"kernel", "image", "stride", "padding"}
OWN_TRAINING = {"epochs", "learning_rate"}

Parser = argparse.ArgumentParser


class UsageError(ValueError):
    """A chapter cannot run with these settings; the command line shows this sentence without a traceback."""


def checked(
    chapter: str,
    out: str | os.PathLike[str],
    seed: int,
    quick: bool,
    formats: Sequence[str],
    processes: int,
    scale: float,
) -> Path:
    """Check the settings and return the folder `out`; raise TypeError, ValueError or OSError before any training."""
    folder = path_of(chapter, out)
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise NotADirectoryError(f"{chapter}: {out} must be a folder to write to, but {existing} is a file")
    if as_int(chapter, "seed", seed) < 0:
        raise ValueError(f"{chapter}: seed must be 0 or more, got {seed}")
    if not isinstance(quick, bool):
        raise TypeError(f"{chapter}: quick must be True or False, got {shortened(quick)}")
    for each in texts(chapter, "formats", formats):
        if each not in FORMATS:
            raise ValueError(f"{chapter}: formats must be some of {', '.join(FORMATS)}, got {each!r}")
    positive_integer(chapter, "processes", processes)
    if not SMALLEST <= number(chapter, "scale", scale) <= LARGEST:
        raise ValueError(f"{chapter}: scale must lie in {SMALLEST} … {LARGEST}, got {scale:g}")
    return folder


def parser(description: str, prog: str) -> Parser:
    """Return a parser for the options that all chapters share."""
    command = Parser(prog=prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument(
        "--out", type=Path, metavar="DIR",
        help="folder for the files (default: gallery, or a folder in it if the results differ from the book's)",
    )  # fmt: skip
    command.add_argument("--seed", type=_from(0), default=0, help="the same seed gives the same results (default: 0)")
    command.add_argument("--quick", action="store_true", help="train and draw less, to see whether everything works")
    command.add_argument(
        "--processes", type=_from(1), default=2, metavar="N", help="how many processes share the work (default: 2)"
    )
    command.add_argument("--open", action="store_true", help="open the book when the first chapter is ready")
    command.add_argument(
        "--format", nargs="+", choices=FORMATS, help="(default: html, and a gif of the first film for the cover)"
    )
    command.add_argument(
        "--scale", type=_scale, default=1, metavar="N", help="2: twice the resolution, for pictures and videos"
    )
    command.add_argument("--slides", action="store_true", help="also write each chapter as slides, for teaching")
    return command


def folder(arguments: argparse.Namespace) -> Path:
    """Return the folder that a command line asks for.

    A table or a filter of your own gets a folder of its own inside, so that it does not replace the chapter's films. If
    you name no folder, so does every run whose numbers differ from the book's, such as a quick one:

    >>> folder(argparse.Namespace(out=None, seed=0, quick=True)).parts[-2:]
    ('gallery', 'quick')
    >>> folder(argparse.Namespace(out=Path("mine"), seed=0, quick=True)).name
    'mine'
    >>> folder(argparse.Namespace(out=Path("mine"), seed=0, quick=False, padding=0)).name
    'ch06_own'
    """
    given = {name: value for name, value in vars(arguments).items() if not (value is None or value is False)}
    names = [f"ch01_{given['csv'].stem}"] if "csv" in given else []
    names += ["ch06_own"] if OWN_FILTER & given.keys() else []
    if arguments.out is None:
        names += ["quick"] if arguments.quick else []
        names += [f"seed_{arguments.seed}"] if arguments.seed else []
        names += [given["data"]] if given.get("data", "sketches") != "sketches" else []
        names += ["ch07_own"] if OWN_TRAINING & given.keys() else []
    return Path(arguments.out or "gallery", "_".join(names)).resolve()


def _scale(text: str) -> float:
    """Read how much larger than usual the films shall be; errors are worded for the command line."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not SMALLEST <= value <= LARGEST:
        raise argparse.ArgumentTypeError(f"must lie in {SMALLEST} … {LARGEST}, got {text!r}")
    return value


def _from(least: int) -> Callable[[str], int]:
    """Return a function that reads a whole number, `least` or more; its error is for the command line."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"must be a whole number, {least} or more, got {text!r}")
        return int(text)

    return read
