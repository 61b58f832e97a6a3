"""Keeps the pages of the book up to date while its chapters run: from the first film on, again with each new film."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from chapters.tools.book import BookPages
from chapters.tools.figures import films_in
from tinylearn.ctrl_c import ctrl_c_later
from tinylearn.progress import Bar

MAKING = "Not finished yet: the rest of this chapter appears while the program runs. Reload this page to see it."
STOPPED = "Not finished: the run stopped early. Run `python -m chapters {number}` to finish this chapter."
FIRST, LATER = 0.5, 2.0  # seconds from one look at the folder to the next, until there is a film and then


class LivePage:
    """Writes the pages of the book into the folder `out` during the block, and again at its end, even after an error.

    A thread watches the folder. So whatever writes films there, in this process or another, need not report them.
    """

    def __init__(self, out: Path, names: Iterable[str], *, bind: bool = False) -> None:
        """For the chapters with these names; `bind` is for `BookPages`."""
        self.out, self.names, self.making = out, list(names), list(names)
        self.book = BookPages(out, self.names if bind else ())
        self.films, self.there = self._films(), False
        self.one_writes, self.over = threading.Lock(), threading.Event()
        self.thread = threading.Thread(target=self._keep_up, daemon=True)

    def __enter__(self) -> LivePage:
        with ctrl_c_later():  # or the thread may wait for ever for a lock of `start`
            self.thread.start()
        return self

    def finished(self, name: str) -> Path:
        """Show the whole chapter, with its numbers; return the path of the cover."""
        self.making = [each for each in self.making if each != name]
        return self._write(MAKING)

    def __exit__(self, *error: Any) -> None:
        with ctrl_c_later():
            self.over.set()
            self.thread.join(2)  # it may wait for tqdm's lock, which Ctrl-C can leave behind
            self.making = [name for name in self.making if not (self.out / f"{name}.json").exists()]
            if self.there or self._films() != self.films:  # a run that was refused leaves nothing to see
                self._write(STOPPED)

    def _keep_up(self) -> None:
        while not self.over.wait(LATER if self.there else FIRST):
            with suppress(OSError):  # a full disk, say; the process that draws will report it
                films = self._films()
                if films != self.films:
                    first, path = not self.there, self._write(MAKING)
                    if first:
                        Bar.write(f"The first film is ready. Open {path} (reload it to see more)", file=sys.stderr)
                    self.films = films

    def _films(self) -> dict[Path, int]:
        """Return the films in the folder, and when each was written."""
        return {path: when for name in self.names for path, when in films_in(self.out, name).items()}

    def _write(self, instead: str) -> Path:
        with ctrl_c_later(), self.one_writes:
            path = self.book.write({name: instead.format(number=int(name[2:])) for name in self.making})
            self.there = True
            return path
