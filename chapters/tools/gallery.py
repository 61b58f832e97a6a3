"""The gallery: one page with everything that the chapters have written into a folder.

It is made from the files alone (`chNN_*.html`, `.gif`, …, `chNN.json` and the chapters' sources), so that chapters can
be run one by one, in any order, and looked at while they are made.
"""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template
from urllib.parse import quote

from tinylearn.files import complete_or_absent

HERE = Path(__file__).parent
SUFFIXES = ("html", "gif", "mp4", "apng", "png")  # the first that is there is shown, the others are linked


def write_gallery(out: Path, unfinished: Mapping[str, str] | None = None) -> Path:
    """Write `index.html` and the chapters' sources, for all chapters whose numbers are in the folder `out`.

    And for those that are `unfinished`: name → what to say in the place of what is not there yet.
    """
    unfinished = unfinished or {}
    (out / "source").mkdir(exist_ok=True)
    contents, chapters = [], []
    for script in sorted(HERE.parent.glob("ch[0-9][0-9]_*.py")):
        name = script.stem[:4]
        if name not in unfinished and not (out / f"{name}.json").exists():
            continue
        source = script.read_text(encoding="utf-8")
        _write(out / "source" / f"{script.stem}.txt", source)  # .txt: browsers show it
        title, *paragraphs = re.split(r"\n\s*\n", ast.get_docstring(ast.parse(source)) or script.stem)
        contents.append(f'<li><a href="#{name}">{html.escape(title)}</a></li>')
        chapters.append(_chapter(out, script.stem, source, title, paragraphs, unfinished.get(name)))
    page = Template((HERE / "gallery.html").read_text(encoding="utf-8"))
    path = out / "index.html"
    _write(path, page.substitute(contents="\n".join(contents), chapters="\n".join(chapters)))
    return path


def _write(path: Path, text: str) -> None:
    with complete_or_absent(path) as file:
        file.write(text.encode())


def films_in(out: Path, name: str) -> set[Path]:
    """Return the files in the folder `out` that are films of a chapter."""
    return {path for path in out.glob(f"{name}_*") if path.suffix[1:] in SUFFIXES and path.is_file()}


def _chapter(
    out: Path, script: str, source: str, title: str, paragraphs: list[str], instead_of_numbers: str | None
) -> str:
    """Return a chapter: its text, its films in the order in which the script names them, its numbers."""
    name = script[:4]
    films = {path.stem for path in films_in(out, name)}
    ordered = sorted(films, key=lambda film: (film not in source, source.find(f'"{film}"'), film))  # unnamed ones last
    parts = [
        f'<section id="{name}">',
        f"<h2>{html.escape(title)}</h2>",
        *(_paragraph(text) for text in paragraphs),
        *(_film(out, film) for film in ordered),
        _numbers(out / f"{name}.json") if instead_of_numbers is None else _paragraph(instead_of_numbers),
        f'<p>The program: <a href="source/{script}.txt">chapters/{script}.py</a></p>',
        "</section>",
    ]
    return "\n".join(parts)


def _paragraph(text: str) -> str:
    """Return a paragraph of a docstring as HTML; one that is indented is code.

    >>> _paragraph("2 * 3 is `a * b`, *if a is 2*: a **product**")
    '<p>2 * 3 is <code>a * b</code>, <em>if a is 2</em>: a <strong>product</strong></p>'
    """
    if text.startswith("    "):
        lines = (line.removeprefix("    ") for line in text.rstrip().splitlines())
        return f"<pre>{html.escape(chr(10).join(lines))}</pre>"
    marked = re.sub(r"`([^`]+)`|\*\*([^*\s][^*]*)\*\*|(?<!\w)\*([^*\s][^*]*)\*(?!\w)", _marked, html.escape(text))
    return f"<p>{marked}</p>"


def _marked(found: re.Match[str]) -> str:
    """Return what stands in backticks as code, between two asterisks as a term, and between one as stressed."""
    code, term, stressed = found.groups()
    return f"<code>{code}</code>" if code else f"<strong>{term}</strong>" if term else f"<em>{stressed}</em>"


def _film(out: Path, film: str) -> str:
    """Return the player of a film, and links to its files."""
    files = [f"{film}.{suffix}" for suffix in SUFFIXES if (out / f"{film}.{suffix}").is_file()]
    name = html.escape(film[5:].replace("_", " "))
    links = " · ".join(f'<a href="{quote(file)}">{file.rpartition(".")[2].upper()}</a>' for file in files)
    return f"<figure>\n{_player(out / files[0], name)}\n<figcaption>{name}: {links}</figcaption>\n</figure>"


def _player(path: Path, name: str) -> str:
    address = quote(path.name)
    if path.suffix == ".html":
        with open(path, encoding="utf-8", errors="replace") as page:
            size = re.search(r'name="picture-size" content="(\d+) (\d+)"', page.read(1000))
        width, height = map(int, size.groups()) if size else (1200, 600)
        shape = f"--width: {width}px; --ratio: {height / width:.4f}"
        return f'<iframe data-src="{address}" title="{name}" style="{shape}"></iframe>'
    if path.suffix == ".mp4":
        return f'<video src="{address}" aria-label="{name}" controls loop muted playsinline preload="none"></video>'
    return f'<img src="{address}" alt="{name}" loading="lazy">'


def _numbers(path: Path) -> str:
    headline = json.loads(path.read_text(encoding="utf-8"))
    rows = "\n".join(f"<tr><th>{html.escape(key)}</th><td>{html.escape(str(value))}</td></tr>"
                     for key, value in headline.items())  # fmt: skip
    return f'<div class="numbers"><table>\n{rows}\n</table></div>'
