"""Running chapters, one after the other or several at once: what the terminal says, and the headline numbers."""

from __future__ import annotations

import inspect
import io
import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from animations.formats.mp4 import check_video
from chapters.tools.bars import without_bars
from chapters.tools.digests import recordings_noted
from chapters.tools.live_page import LivePage
from chapters.tools.outlook import Outlook, doing, expected
from chapters.tools.processes import at_once
from chapters.tools.settings import FORMATS, Parser, parser
from chapters.tools.settings import Refusal as Refusal
from chapters.tools.settings import checked as checked
from tinylearn.files import complete_or_absent

Headline = dict[str, Any]
Main = Callable[..., Headline]


def run(main: Main, name: str, arguments: Namespace) -> None:
    """Run one chapter, and print its headline numbers."""
    run_all({name: main}, arguments)


def run_all(mains: Mapping[str, Main], arguments: Namespace) -> None:
    """Run chapters, given by their names; say how they get on, and keep the page of the book up to date."""
    _say_lines()
    out, formats = _folder(mains, arguments), tuple(each for each in FORMATS if each in arguments.format)
    seconds = expected(mains, len(formats), arguments.quick) if _usual(arguments) else {}
    at_work = arguments.processes if seconds and len(mains) > 1 else 1  # what may take hours is done alone, with bars
    settings = vars(arguments) | {"formats": formats, "processes": arguments.processes if at_work == 1 else 1}
    jobs = {name: partial(compute, mains[name], name, out, settings) for name in _order(mains, seconds, at_work)}
    try:
        with (
            nullcontext() if sys.stderr.isatty() else without_bars(),
            LivePage(out, mains) as page,
            tqdm(bar_format="{desc}", leave=False, disable=at_work == 1) as line,
        ):
            progress = Progress(mains, Outlook(seconds, at_work), page, line)
            at_once(jobs, at_work, out, begins=progress.begins, ends=progress.ends, waits=progress.waits)
    except Refusal as refusal:
        raise SystemExit(str(refusal)) from refusal
    except KeyboardInterrupt:
        path = out / "index.html"
        there = f"What is finished can be opened: {path}" if path.exists() else "No film is finished yet."
        tqdm.write(f"Interrupted. {there}", file=sys.stderr)
        raise SystemExit(130) from None


class Progress:
    """Says when a chapter begins, how long all of them still take, and when a chapter can be opened."""

    def __init__(self, mains: Mapping[str, Main], outlook: Outlook, page: LivePage, line: Any) -> None:
        """`line` stays below all that is said; the time that is left is renewed in it."""
        self.mains, self.outlook, self.page, self.line = mains, outlook, page, line

    def begins(self, name: str) -> None:
        """Say what the chapter does, and about how long all of them still take."""
        short = title(self.mains[name]).partition(":")[0].rstrip(".")
        self.outlook.begins(name)
        tqdm.write("; ".join(filter(None, [f"{short}: {doing(name)}", self.outlook.left()])), file=sys.stderr)

    def waits(self) -> None:
        """Say again how long."""
        self.line.set_description_str(self.outlook.left())

    def ends(self, name: str, headline: Headline) -> None:
        """Say where the chapter can be seen; print the numbers of one that is run alone."""
        seconds, path = self.outlook.ends(name), self.page.finished(name)
        if len(self.mains) > 1:
            tqdm.write(f"Chapter {int(name[2:])} took {seconds:.0f} s and can be opened: {path}")
        else:
            tqdm.write(f"{title(self.mains[name])} ({seconds:.1f} s)\n{table(headline)}\n  see {path}")


def _usual(arguments: Namespace) -> bool:
    """Is this a run like those that were timed, without settings of a chapter's own, on sketches?"""
    common = {"out", "seed", "quick", "processes", "format", "chapters", "check", "digests", "data"}
    own = [value for name, value in vars(arguments).items() if name not in common]
    return getattr(arguments, "data", "sketches") == "sketches" and not any(own)


def _order(names: Iterable[str], seconds: Mapping[str, float], at_work: int) -> list[str]:
    """Return the names as they are or, if several are at work, the longest first, so that none is alone at the end.

    Chapter 1 comes first in any case: it has something to see soonest.
    """
    return sorted(names, key=lambda name: (name != "ch01", -seconds[name])) if at_work > 1 else list(names)


def _folder(mains: Mapping[str, Main], arguments: Namespace) -> Path:
    """Return the folder to write to, which is made; what cannot be is an error before minutes of training."""
    try:
        own = getattr(arguments, "csv", None)  # the films of your table replace none of the chapter's
        out: Path = (arguments.out / f"ch01_{own.stem}" if own else arguments.out).resolve()
        out.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # a file is in the way, no rights, a name that no folder can have
        raise SystemExit(
            f"{', '.join(mains)}: --out must be a folder to write to, got {arguments.out}: {error}"
        ) from None
    if "mp4" in arguments.format:
        check_video()
    return out


def _say_lines() -> None:
    """Write line by line, into a pipe too; a console that has no ° shows a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace", line_buffering=True)


def compute(main: Main, name: str, out: Path, settings: dict[str, Any]) -> Headline:
    """Run a chapter; write its numbers to `name.json` and, if asked for, digests of what it records."""
    _say_lines()
    takes = inspect.signature(main).parameters  # chapters 5 to 7 take `data`, the others have no use for it
    own = {setting: value for setting, value in settings.items() if setting in takes and setting != "out"}
    noted = recordings_noted(out / f"{name}_recordings.txt") if settings.get("digests") else nullcontext()
    try:
        with noted:
            headline = main(out, **own)
    except Refusal as refusal:
        raise Refusal(f"{name}: {refusal}") from refusal
    with complete_or_absent(out / f"{name}.json") as file:
        file.write((json.dumps(headline, indent=1, ensure_ascii=False) + "\n").encode())
    return headline


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
