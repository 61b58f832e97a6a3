"""Your turn: a place in a chapter's page that computes what the chapter computed, with settings that one changes.

The program of a turn is `programs/NAME.js`; `programs/core.js` says what such a program consists of. In the page it
first runs with the settings of the chapter, and says of how many states of the recording its own are equal bit for bit.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import chain
from typing import Any

from chapters.turns.fragments import as_json, packed

PROGRAMS = files("chapters.turns.programs")
PLAYER = files("animations.formats.player")


@dataclass(frozen=True)
class Turn:
    """What a chapter gives to the page: the name of a program, and its data (numbers, texts, lists, dicts, arrays).

    >>> "data-turn" in Turn("neuron", "The rate is yours.", {"rate": 0.1}).fragment()
    True
    >>> Turn("nobody", "", {})
    Traceback (most recent call last):
        ...
    ValueError: Turn: 'nobody' has no program, chapters/turns/programs/nobody.js; there are ...
    """

    name: str
    title: str
    data: dict[str, Any] = field(repr=False)

    def __post_init__(self) -> None:
        if self.name not in names():
            raise ValueError(
                f"Turn: {self.name!r} has no program, chapters/turns/programs/{self.name}.js; "
                f"there are {', '.join(names())}"
            )

    def fragment(self) -> str:
        """Return the place in the page, with its data."""
        return (
            f'<section class="turn wide" id="turn-{self.name}" data-turn="{self.name}" '
            f'aria-label="your turn: {html.escape(self.title)}">\n'
            f'<h3>Your turn. {html.escape(self.title)}</h3>\n<div class="stage"></div>\n'
            f"<noscript><p>This picture computes, and needs JavaScript.</p></noscript>\n"
            f'<script type="application/json" class="turn-data">{as_json(packed(self.data))}</script>\n</section>\n'
        )


PARTS = ("core", "stage", "guess")  # what each page has
PICTURES = ("picture", "easel", "layers")
FILTERS = ("board", "weights", "convolving")
NEEDS = {  # what else a turn is made of
    "curve": ("curve_picture",),
    "pixels": PICTURES,
    "classes": PICTURES,
    "filter": FILTERS,
}
SHARED = {*PARTS, "page", *chain.from_iterable(NEEDS.values())}


def names() -> list[str]:
    """Return the names of all turns that have a program."""
    there = (path.name.removesuffix(".js") for path in PROGRAMS.iterdir() if path.name.endswith(".js"))
    return sorted(name for name in there if name not in SHARED)


def programs(name: str) -> list[str]:
    """Return the names of the programs of a turn: those that it needs, and its own."""
    return [*NEEDS.get(name, ()), name]


def source(name: str) -> str:
    """Return a program as it is written."""
    return PROGRAMS.joinpath(f"{name}.js").read_text(encoding="utf-8")


def script(turns: Iterable[str]) -> str:
    """Return the programs of a page with these turns, as one module; page.js starts them."""
    make = PLAYER.joinpath("make.js").read_text(encoding="utf-8")
    own = dict.fromkeys(chain.from_iterable(map(programs, turns)))  # each once
    return "\n".join([make, *map(source, (*PARTS, *own, "page"))])


def looks() -> str:
    """Return the looks of guesses and turns."""
    return PROGRAMS.joinpath("turns.css").read_text(encoding="utf-8")
