"""A film in a page: its place, its player or picture, and links to its files.

A film that plays in its chapter's page is bound: the page holds it, and it needs no file. If there is a file, that is
the newer film.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import quote

from chapters.tools.prose import MARKDOWN
from chapters.tools.script import Cell

FRAGMENT = re.compile(r'<section class="film".*?</section>', re.DOTALL)  # in a page that `animations` wrote
BOUND = re.compile(rf'<figure class="shown wide" id="([^"]*)">\s*({FRAGMENT.pattern})', re.DOTALL)  # in a chapter
SUFFIXES = ("html", "gif", "mp4", "apng", "png")  # the page shows the first that exists, and links to all
LINKS = ("on a page of its own", "as a GIF", "as a video", "as an APNG", "as a picture")


def films_in(out: Path, name: str) -> dict[Path, int]:
    """Return the files of a chapter's films in the folder `out`, and when each was written."""
    files = [path for path in out.glob(f"{name}_*")
             if path.suffix[1:] in SUFFIXES and path.is_file() and path != slides_file(out, name)]  # fmt: skip
    return {path: path.stat().st_mtime_ns for path in files}


def slides_file(out: Path, name: str) -> Path:
    """Return where the slides of a chapter are."""
    return out / f"{name}_slides.html"


def bound_in(out: Path, name: str) -> dict[str, str]:
    """Return film → fragment, for all films that a chapter's page holds."""
    page = out / f"{name}.html"
    text = page.read_text(encoding="utf-8", errors="replace") if page.is_file() else ""
    return {html.unescape(film): fragment for film, fragment in BOUND.findall(text)}


def remove_bound(out: Path, name: str) -> None:
    """Remove the .html files of the films that the chapter's page holds exactly as they are."""
    bound = bound_in(out, name)
    for path in films_in(out, name):
        if path.suffix == ".html" and bound.get(path.stem) == _fragment(path):
            path.unlink()


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


def figure(out: Path, film: str, caption: str = "", bound: str = "", *, bind: bool = False) -> str:
    """Return a film, its caption, and links to its files.

    An .html file plays in the page itself; without one, the fragment `bound` does. Set `bind` if the .html file will be
    removed: then no link leads to it.
    """
    files = {suffix: file for suffix in SUFFIXES if (file := out / f"{film}.{suffix}").is_file()}
    said = html.escape(caption or film[5:].replace("_", " "))
    plays = _fragment(files["html"]) if "html" in files else ""
    if bind and plays:
        del files["html"]
    links = " · ".join(f'<a href="{quote(files[suffix].name)}">{says}</a>'
                       for suffix, says in zip(SUFFIXES, LINKS, strict=True) if suffix in files)  # fmt: skip
    shown = plays or bound or next((_shown(file, said) for suffix, file in files.items() if suffix != "html"), "")
    below = MARKDOWN.renderInline(caption) or said  # with typographic quotes
    return (f'<figure class="shown wide" id="{html.escape(film)}">\n{shown}\n'
            f'<figcaption>{below} <span class="files">{links}</span></figcaption>\n</figure>')  # fmt: skip


def _fragment(path: Path) -> str:
    """Return the film in a page; "" for a page without a film."""
    found = FRAGMENT.search(path.read_text(encoding="utf-8", errors="replace"))
    return found[0] if found else ""


def _shown(path: Path, said: str) -> str:
    """Return what shows a video or a picture."""
    address = quote(path.name)
    if path.suffix == ".mp4":
        return f'<video src="{address}" aria-label="{said}" controls loop muted playsinline preload="none"></video>'
    return f'<img src="{address}" alt="{said}" loading="lazy">'
