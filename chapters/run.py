"""Running chapters: the command line, the headline numbers, where the files are."""

from __future__ import annotations

import argparse
import inspect
import io
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from animations.video import check_video
from chapters.gallery import write_gallery
from tinylearn.checks import as_int, path_of, positive_integer, shortened, texts
from tinylearn.files import complete_or_absent

FORMATS = ("html", "gif", "mp4", "apng", "png")

Headline = dict[str, Any]
Parser = argparse.ArgumentParser
Main = Callable[..., Headline]


class Refusal(ValueError):
    """A chapter cannot run with these settings; the command line shows the sentence without a traceback."""


def checked(
    chapter: str, out: str | os.PathLike[str], seed: int, quick: bool, formats: Sequence[str], processes: int
) -> Path:
    """Return the folder `out`; TypeError, ValueError or OSError before minutes of training for what cannot be meant."""
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
    return folder


def parser(description: str, prog: str) -> Parser:
    """Return the command line that all chapters share."""
    command = Parser(prog=prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--out", type=Path, default=Path("gallery"), metavar="DIR", help="folder for the files")
    command.add_argument("--seed", type=_from(0), default=0, help="fixes everything random (default: 0)")
    command.add_argument("--quick", action="store_true", help="fewer pictures, to see that all works")
    command.add_argument("--processes", type=_from(1), default=2, metavar="N", help="draw so many at once (default: 2)")
    command.add_argument("--format", nargs="+", choices=FORMATS, default=["html", "gif"], help="(default: html gif)")
    return command


def run(main: Main, name: str, arguments: argparse.Namespace) -> None:
    """Run a chapter, print its headline numbers, write them to `name.json`, and bring the gallery up to date."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that has no ° shows a question mark
    try:
        out = arguments.out.resolve()
        out.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # a file is in the way, no rights, a name that no folder can have
        raise SystemExit(f"{name}: --out must be a folder to write to, got {arguments.out}: {error}") from None
    started = time.time()
    formats = tuple(dict.fromkeys(arguments.format))
    takes = inspect.signature(main).parameters  # chapters 5 to 7 take `data`, the others have no use for it
    settings = {name: value for name, value in vars(arguments).items() if name in takes and name != "out"}
    if "mp4" in formats:
        check_video()  # before minutes of training
    try:
        headline = main(out, formats=formats, **settings)
    except Refusal as refusal:
        raise SystemExit(f"{name}: {refusal}") from refusal
    with complete_or_absent(out / f"{name}.json") as file:
        file.write((json.dumps(headline, indent=1, ensure_ascii=False) + "\n").encode())
    gallery = write_gallery(out)
    print(title(main), f"({time.time() - started:.1f} s)")
    print(table(headline))
    print(f"  see {gallery}")


def run_alone(
    main: Main, name: str, argv: Sequence[str] | None = None, *, options: Callable[[Parser], Any] | None = None
) -> None:
    """Run one chapter from its own command line, to which `options` may add what is the chapter's own."""
    script = Path(str(sys.modules[main.__module__].__file__)).stem
    command = parser(title(main), f"python -m chapters.{script}")
    if options is not None:
        options(command)
    run(main, name, command.parse_args(argv))


def table(headline: Headline) -> str:
    """Return a line for each number: its name, its value; of a matrix, one for each of its rows.

    >>> print(table({"right": 3, "confusion matrix": [[12, 0], [3, 7]]}))
      right             3
      confusion matrix  12   0
                         3   7
    """
    width = max(len(key) for key in headline)
    return "\n".join(
        f"  {key if row == 0 else '':{width}}  {text}"
        for key, value in headline.items()
        for row, text in enumerate(_matrix(value))
    )


def _matrix(value: Any) -> list[str]:
    """Return the rows of a matrix with its numbers one below the other; of any other value, its text."""
    if not (isinstance(value, list) and value and all(isinstance(row, list) and row for row in value)):
        return [str(value)]
    if any(isinstance(number, list) for row in value for number in row):
        return [str(matrix) for matrix in value]  # several of them
    widest = max(len(str(number)) for row in value for number in row)
    return ["  ".join(f"{number!s:>{widest}}" for number in row) for row in value]


def title(main: Main) -> str:
    """Return the first line of the chapter's text."""
    return str(sys.modules[main.__module__].__doc__).strip().splitlines()[0]


def _from(least: int) -> Callable[[str], int]:
    """Return what reads a whole number from `least` on; an error that says what is wrong is for the command line."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} on, got {text!r}")
        return int(text)

    return read
