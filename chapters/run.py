"""Running chapters: the command line, the headline numbers, where the files are."""

from __future__ import annotations

import argparse
import inspect
import io
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from animations.video import check_video
from chapters.gallery import write_gallery
from tinylearn.files import complete_or_absent

FORMATS = ("html", "gif", "mp4", "apng", "png")

Headline = dict[str, Any]
Parser = argparse.ArgumentParser
Main = Callable[..., Headline]


def parser(description: str, prog: str) -> Parser:
    """Return the command line that all chapters share."""
    command = Parser(prog=prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--out", type=Path, default=Path("gallery"), metavar="DIR", help="folder for the files")
    command.add_argument("--seed", type=int, default=0, help="fixes everything random (default: 0)")
    command.add_argument("--quick", action="store_true", help="fewer pictures, to see that all works")
    command.add_argument(
        "--processes", type=_at_least_one, default=2, metavar="N", help="draw so many at once (default: 2)"
    )
    command.add_argument("--format", nargs="+", choices=FORMATS, default=["html", "gif"], help="(default: html gif)")
    return command


def run(main: Main, name: str, arguments: argparse.Namespace) -> None:
    """Run a chapter, print its headline numbers, write them to `name.json`, and bring the gallery up to date."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that has no ° shows a question mark
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    started = time.time()
    formats = tuple(dict.fromkeys(arguments.format))
    takes = inspect.signature(main).parameters  # chapters 5 to 7 take `data`, the others have no use for it
    settings = {name: value for name, value in vars(arguments).items() if name in takes and name != "out"}
    if "mp4" in formats:
        check_video()  # before minutes of training
    headline = main(out, formats=formats, **settings)
    with complete_or_absent(out / f"{name}.json") as file:
        file.write((json.dumps(headline, indent=1, ensure_ascii=False) + "\n").encode())
    gallery = write_gallery(out)
    print(title(main), f"({time.time() - started:.1f} s)")
    width = max(len(key) for key in headline)
    for key, value in headline.items():
        print(f"  {key:{width}}  {value}")
    print(f"  see {gallery}")


def run_alone(
    main: Main, name: str, argv: Sequence[str] | None = None, *, options: Callable[[Parser], Any] | None = None
) -> None:
    """Run one chapter from its own command line, to which `options` may add what is the chapter's own."""
    script = Path(main.__globals__["__file__"]).stem
    command = parser(title(main), f"python -m chapters.{script}")
    if options is not None:
        options(command)
    run(main, name, command.parse_args(argv))


def title(main: Main) -> str:
    """Return the first line of the chapter's text."""
    text = main.__globals__["__doc__"]
    return str(text).strip().splitlines()[0]


def _at_least_one(text: str) -> int:
    """Return a number of processes; an error that says what is wrong is for the command line."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number from 1 on, got {text!r}")
    return int(text)
