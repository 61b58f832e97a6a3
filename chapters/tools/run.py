"""Runs chapters, one after the other or in parallel: messages on the terminal, files in the folder."""

from __future__ import annotations

import builtins
import errno
import json
import sys
import tempfile
import webbrowser
from argparse import Namespace
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from animations.formats.mp4 import check_video
from chapters.tools.bars import without_bars
from chapters.tools.chapter import DEFAULTS, RUNNING, Book, Chapter, Record
from chapters.tools.digests import recordings_noted
from chapters.tools.live_page import LivePage
from chapters.tools.options import OWN
from chapters.tools.processes import run_parallel
from chapters.tools.remaining_time import RemainingTime, doing, expected
from chapters.tools.settings import FORMATS, USUAL, UsageError, folder, parser
from chapters.tools.slides import write_slides
from chapters.tools.starting import interruptible, prepare_streams
from chapters.tools.terminal import say
from tinylearn.blas import one_blas_thread
from tinylearn.files import FULL, complete_or_absent
from tinylearn.progress import Bar

NO_FAULT_OF_OURS = (*FULL, errno.EACCES, errno.EPERM, errno.EROFS)  # no room, no rights


def run_all(chapters: Mapping[str, Chapter], arguments: Namespace, *, bind: bool = False) -> None:
    """Run chapters, given by their names. Report their progress and keep the cover of the book up to date.

    With `bind`, a film that plays in its chapter's page leaves no .html file of its own.
    """
    prepare_streams()
    formats = tuple(each for each in FORMATS if each in (arguments.format or USUAL))
    out = _folder(chapters, arguments, formats)
    seconds = expected(chapters, len(formats), arguments.quick) if _usual(arguments) else {}
    at_work = arguments.processes if seconds and len(chapters) > 1 else 1  # a run of hours works alone, with bars
    settings = vars(arguments) | {"formats": formats, "processes": arguments.processes if at_work == 1 else 1}
    jobs = {name: partial(compute, chapters[name], name, out, settings) for name in _order(chapters, seconds, at_work)}
    try:
        with (
            interruptible(),
            nullcontext() if sys.stderr.isatty() else without_bars(),
            LivePage(out, chapters, bind=bind) as page,
            Bar(bar_format="{desc}", leave=False, disable=at_work == 1) as line,
        ):
            progress = Progress(chapters, RemainingTime(seconds, at_work), page, line,
                                to_open=arguments.open, slides=arguments.slides)  # fmt: skip
            run_parallel(jobs, at_work, out, begins=progress.begins, ends=progress.ends, waits=progress.waits)
    except UsageError as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt:
        say(f"Interrupted. {_finished(out)}", sys.stderr)
        raise SystemExit(130) from None
    except OSError as error:
        if error.errno not in NO_FAULT_OF_OURS:
            raise
        what = error.strerror if error.filename is None else error  # without its number, if we worded it ourselves
        raise SystemExit(f"{what}. {_finished(out)}") from error


def _finished(out: Path) -> str:
    path = out / "index.html"
    return f"Open what is finished: {path}" if path.exists() else "No film is finished yet."


class Progress:
    """Says when a chapter begins, how long the rest still takes, and when you can open a chapter."""

    def __init__(
        self,
        chapters: Mapping[str, Chapter],
        remaining: RemainingTime,
        page: LivePage,
        line: Any,
        *,
        to_open: bool,
        slides: bool,
    ) -> None:
        """`line` stays below all messages and shows the time that is left."""
        self.chapters, self.remaining, self.page, self.line = chapters, remaining, page, line
        self.to_open, self.slides = to_open, slides

    def begins(self, name: str) -> None:
        """Say what the chapter does, and about how long all chapters still take."""
        short = self.chapters[name].title.partition(":")[0].rstrip(".")
        self.remaining.begins(name)
        say("; ".join(filter(None, [f"{short}: {doing(name)}", self.remaining.left()])), sys.stderr)

    def waits(self) -> None:
        """Show the remaining time again."""
        self.line.set_description_str(self.remaining.left())

    def ends(self, name: str, record: Record) -> None:
        """Say where you can see the chapter; if it is the only one, print its numbers."""
        seconds, path = self.remaining.ends(name), self.page.finished(name)
        if self.slides and record["cells"]:  # a film of your own in the chapter's place has none
            path_of_slides = write_slides(path.parent, self.chapters[name])
            say(f"Slides of chapter {int(name[2:])}: {path_of_slides}", sys.stdout)
        if self.to_open:
            webbrowser.open(path.with_name(f"{name}.html").as_uri())
            self.to_open = False
        if len(self.chapters) > 1:
            say(f"Chapter {int(name[2:])} is ready after {seconds:.0f} s. Open {path}", sys.stdout)
        else:
            said = f"{self.chapters[name].title} ({seconds:.1f} s)\n{table(record['numbers'])}\n  see {path}"
            say(said, sys.stdout)


def _usual(arguments: Namespace) -> bool:
    """Is this a run like those that were timed: on sketches, and with no settings of a chapter's own?"""
    common = {"out", "open", "seed", "quick", "processes", "format", "chapters", "check", "digests", "data",
              "scale", "slides"}  # fmt: skip
    own = [value for name, value in vars(arguments).items() if name not in common]
    return getattr(arguments, "data", "sketches") == "sketches" and not any(own)


def _order(names: Iterable[str], seconds: Mapping[str, float], at_work: int) -> list[str]:
    """Return the names as they are or, if several chapters run in parallel, those that take longest first.

    Chapter 1 always comes first: it has its first film soonest.
    """
    return sorted(names, key=lambda name: (name != "ch01", -seconds[name])) if at_work > 1 else list(names)


def _folder(chapters: Mapping[str, Chapter], arguments: Namespace, formats: Collection[str]) -> Path:
    """Make and return the folder to write to; end with a message, before any training, if that is impossible."""
    try:
        out = folder(arguments)
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):  # are we allowed to?
            pass
    except (OSError, ValueError) as error:  # a file is in the way, no rights, an impossible name
        raise SystemExit(f"{', '.join(chapters)}: --out must be a folder to write to, got {out}: {error}") from None
    if "mp4" in formats:
        try:
            check_video()
        except ModuleNotFoundError as error:
            raise SystemExit(str(error)) from None
    return out


def compute(chapter: Chapter, name: str, out: Path, settings: dict[str, Any]) -> Record:
    """Run a chapter. Write its record to `name.json` and, if asked for, digests of its recordings."""
    prepare_streams()
    own = {setting: value for setting, value in settings.items() if setting in chapter.takes}  # such as `data`
    noted = recordings_noted(out / f"{name}_recordings.txt") if settings.get("digests") else nullcontext()
    try:
        with noted, one_blas_thread():  # more would take the cores from other chapters
            record = chapter.main(out, **own)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from error
    with complete_or_absent(out / f"{name}.json") as file:
        file.write((json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())
    return record


def run_alone(chapter: Chapter, argv: Sequence[str] | None = None) -> None:
    """Run one chapter from its own command line, which has its own options too."""
    command = parser(chapter.title, f"python -m {chapter.module}")
    chapter.own.add(command)
    arguments = command.parse_args([chapter.own.clean(word) for word in (sys.argv[1:] if argv is None else argv)])
    try:
        chapter.own.refuse(arguments)
    except (ValueError, TypeError) as error:
        command.error(str(error))
    run_all({chapter.name: chapter}, arguments)


def begin(name: str) -> Book:
    """Return the book that the cells of a chapter use: that of the current run, or in a notebook one with the defaults.

    If you started the script itself, as in `python -m chapters.ch03_first_neuron --quick`, this function runs its cells
    with the settings of the command line, and then ends the program.
    """
    if RUNNING:
        return RUNNING[-1]
    main = sys.modules["__main__"]
    script = Path(getattr(main, "__file__", None) or "")
    if script.stem.startswith(f"{name}_") and not hasattr(builtins, "__IPYTHON__"):
        main.__spec__ = main.__file__ = None  # otherwise each process that draws would run this script first
        run_alone(Chapter(script.resolve()))
        raise SystemExit
    return Book(name, DEFAULTS | (OWN[name].defaults if name in OWN else {}), in_notebook=True)


def table(numbers: Mapping[str, Any]) -> str:
    """Return a line for each number: its name, then its value; a matrix takes a line for each row.

    >>> print(table({"right": 3, "confusion matrix": [[12, 0], [3, 7]]}))
      right             3
      confusion matrix  12   0
                         3   7
    """
    width = max(len(key) for key in numbers)
    return "\n".join(
        f"  {key if row == 0 else '':{width}}  {text}"
        for key, value in numbers.items()
        for row, text in enumerate(_matrix(value))
    )


def _matrix(value: Any) -> list[str]:
    """Return the rows of a matrix, with its numbers in columns; of any other value, its text."""
    if not (isinstance(value, list) and value and all(isinstance(row, list) and row for row in value)):
        return [str(value)]
    if any(isinstance(number, list) for row in value for number in row):
        return [str(matrix) for matrix in value]  # several matrices
    widest = max(len(str(number)) for row in value for number in row)
    return ["  ".join(f"{number!s:>{widest}}" for number in row) for row in value]
