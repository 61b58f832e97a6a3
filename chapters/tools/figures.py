"""A film in a page: its place, its player or picture, and links to its files."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import quote

from chapters.tools.script import Cell

FRAGMENT = re.compile(r'<section class="film".*?</section>', re.DOTALL)  # in a page that `animations` wrote
SUFFIXES = ("html", "gif", "mp4", "apng", "png")  # the page shows the first that exists, and links to the others


def films_in(out: Path, name: str) -> set[Path]:
    """Return the files of a chapter's films in the folder `out`."""
    return {path for path in out.glob(f"{name}_*") if path.suffix[1:] in SUFFIXES and path.is_file()}


def placed(films: Collection[str], script: Sequence[Cell]) -> list[list[str]]:
    """Return the films to show after each cell of a script, and at its end those that no cell names.

    A film follows the first code cell that has its name in quotes. Several films of one cell follow in the order of
    their names there.
    """
    places: list[list[str]] = [[] for _ in range(len(script) + 1)]
    for film in sorted(films):
        cells = (number for number, cell in enumerate(script) if not cell.prose and f'"{film}"' in cell.text)
        places[next(cells, len(script))].append(film)
    for cell, found in zip(script, places, strict=False):
        found.sort(key=lambda film: cell.text.index(f'"{film}"'))
    return places


def captions(cell: Cell) -> dict[str, str]:
    """Return film → caption, for the films that a cell shows with a caption.

    >>> captions(Cell(False, "", 'book.film("ch03_bowl", Clip(bowl), "The loss is a bowl.")', 1))
    {'ch03_bowl': 'The loss is a bowl.'}
    """
    calls = (node for node in ast.walk(ast.parse(cell.text)) if isinstance(node, ast.Call) and len(node.args) == 3)
    texts = ((call.args[0], call.args[2]) for call in calls if getattr(call.func, "attr", "") == "film")
    return {
        str(name.value): str(caption.value)
        for name, caption in texts
        if isinstance(name, ast.Constant) and isinstance(caption, ast.Constant)
    }


def figure(out: Path, film: str, caption: str = "") -> str:
    """Return a film, its caption, and links to its files. An .html file plays in the page itself."""
    files = [out / f"{film}.{suffix}" for suffix in SUFFIXES if (out / f"{film}.{suffix}").is_file()]
    said = html.escape(caption or film[5:].replace("_", " "))
    links = " · ".join(f'<a href="{quote(file.name)}">{file.suffix[1:].upper()}</a>' for file in files)
    player = next(filter(None, (_player(file, said) for file in files)), "")
    return (f'<figure class="shown wide" id="{html.escape(film)}">\n{player}\n'
            f'<figcaption>{said} <span class="files">{links}</span></figcaption>\n</figure>')  # fmt: skip


def _player(path: Path, said: str) -> str:
    """Return what shows the film of a file; "" for a page without a film."""
    address = quote(path.name)
    if path.suffix == ".html":
        found = FRAGMENT.search(path.read_text(encoding="utf-8", errors="replace"))
        return found[0] if found else ""
    if path.suffix == ".mp4":
        return f'<video src="{address}" aria-label="{said}" controls loop muted playsinline preload="none"></video>'
    return f'<img src="{address}" alt="{said}" loading="lazy">'
