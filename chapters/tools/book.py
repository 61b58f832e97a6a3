"""The book: a page for each chapter, a cover, and a glossary.

It is made only from files: the chapters' scripts, and the `chNN_*.html`, `.gif`, … and `chNN.json` that runs write. So
you can run the chapters one by one, in any order, and read them while they are being made. A page that is written again
keeps its films, even those that have no file any more.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from animations.formats.html import looks, player
from animations.formats.whys import pack
from chapters.tools.chapter import CHAPTERS, Chapter
from chapters.tools.figures import bound_in, captions, figure, films_in, placed, remove_bound
from chapters.tools.glossary import GLOSSARY, anchor, entry
from chapters.tools.numbers import numbers_table
from chapters.tools.placeholders import placeholders, replaced
from chapters.tools.prose import MARKDOWN, as_html, code, terms_in
from chapters.tools.script import Cell
from chapters.turns import turn as turns
from tinylearn.files import complete_or_absent

HERE = Path(__file__).parent
TITLE = "Machine learning, animated"
INTRODUCTION = """
Initialise, adjust, repeat: that is how machines learn, and here you can watch them do it. The films show real data,
recorded while programs learned. You can play each film, stop it, and step through it. The text around it tells you
what to look for; its numbers come from the same run. First you guess what a film will show. Then it is your turn: move
something, and your browser computes it anew.
"""
GLOSSARY_TITLE = "Words"
NOTES_FOR_TOOLS = re.compile(r"  # (fmt: skip|noqa.*|type: ignore.*)$", re.MULTILINE)
DAMAGED = "The numbers in {name}.json are damaged. Run `python -m chapters {number}` to make them again."
DATA_TURN = re.compile(r'<section class="turn wide" id="turn-\w+" data-turn="(\w+)"')
COMMENTS = re.compile(r"/\*[^*]*\*/|^\s*//.*\n| +// [^\"'`\n]*$|^[ \t]+", re.MULTILINE)
PENDING = "…"  # stands for a number that the run has not reached yet


class BookPages:
    """Writes the pages of the book into a folder. Called again, it writes only the pages that have changed.

    When the page of a chapter in `bind` is complete and holds its films, their .html files are removed.
    """

    def __init__(self, out: Path, bind: Collection[str] = ()) -> None:
        self.out, self.bind = out, bind
        self.written: dict[str, Any] = {}

    def write(self, unfinished: Mapping[str, str] | None = None) -> Path:
        """Write the cover, and a page for each chapter whose numbers are in the folder; return the path of the cover.

        Chapters in `unfinished` (name → notice) get a page too, though some of their films and numbers are missing.
        """
        unfinished = unfinished or {}
        chapters = [each for each in CHAPTERS.values()
                    if each.name in unfinished or (self.out / f"{each.name}.json").exists()]  # fmt: skip
        (self.out / "source").mkdir(exist_ok=True)
        names = [chapter.name for chapter in chapters]
        for place, chapter in enumerate(chapters):
            around = (
                chapters[place - 1] if place else None,
                chapters[place + 1] if place + 1 < len(chapters) else None,
            )
            self._chapter(chapter, around, unfinished.get(chapter.name))
        if self._is_new("glossary", names):
            self._page("glossary.html", f"{GLOSSARY_TITLE}: {TITLE}", "words", glossary_body(chapters), _links())
        cover = cover_body(self.out, chapters, unfinished)
        if self._is_new("index", cover):
            self._page("index.html", TITLE, "cover", cover, _links())
        return self.out / "index.html"

    def _chapter(self, chapter: Chapter, around: tuple[Chapter | None, Chapter | None], notice: str | None) -> None:
        """Write the page of a chapter, between those before and after it, if something has changed."""
        name, record = chapter.name, None
        if notice is None:
            record = read_record(self.out / f"{name}.json")
            notice = None if record else DAMAGED.format(name=name, number=int(name[2:]))
        if not self._is_new(name, (films_in(self.out, name), record, notice, around)):
            return
        bind = notice is None and name in self.bind
        body = chapter_body(self.out, chapter, record, notice, bind=bind)
        self._page(f"{name}.html", chapter.title, "chapter", body, _links(*around))
        write_page(self.out / "source" / f"{chapter.path.stem}.txt", chapter.source)  # .txt: browsers show it
        if bind:
            remove_bound(self.out, name)
            self.written[name] = films_in(self.out, name), record, notice, around

    def _is_new(self, page: str, made_of: Any) -> bool:
        """Has anything changed since the page was last written?"""
        before, self.written[page] = self.written.get(page), made_of
        return before != made_of

    def _page(self, file: str, title: str, kind: str, main: str, links: str) -> None:
        write_page(self.out / file, page(title, kind, main, links))


def write_book(out: Path, unfinished: Mapping[str, str] | None = None) -> Path:
    """Write all pages of the book; return the path of the cover."""
    return BookPages(out).write(unfinished)


def page(title: str, kind: str, main: str, links: str, more: Sequence[tuple[str, str]] = ()) -> str:
    """Return a page, with the player and the programs of turns where it needs them, and then more (type, text)."""
    styles, programs = [part("book.css")], []
    if '<section class="film"' in main:  # write the player once for all films of the page
        styles.append(looks("drawing"))
        programs += [("text/css", looks("player")), ("text/javascript", player("js"))]
    if '<section class="guess"' in main or '<section class="turn' in main:
        programs += [("text/css", turns.looks()), ("module", turns.script(DATA_TURN.findall(main)))]
    programs += more
    return Template(part("page.html")).substitute(
        title=html.escape(title), kind=kind, links=links, main=main,
        style="\n".join(styles), script=_starting(programs) if programs else "",
    )  # fmt: skip


def _starting(programs: Sequence[tuple[str, str]]) -> str:
    """Return programs and the looks of what they make, (type, text), packed, and what starts them."""
    short = [(kind, without_comments(text)) for kind, text in programs]
    packed = f'<script type="text/plain" class="programs">{pack(short)}</script>'
    return f"{packed}\n<script>\n{part('programs.js')}</script>"


def without_comments(program: str) -> str:
    """Return a program or a style sheet without comments and indents: nobody reads them in a packed page.

    >>> without_comments('// One.\\n  a = "b // c";  // two\\n')
    'a = "b // c";\\n'
    """
    return COMMENTS.sub("", program)


def read_record(path: Path) -> Any:
    """Return the record of a run; None if it is damaged: cut short, edited, or something else."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        sound = isinstance(record["numbers"], dict) and isinstance(record["cells"], list)
    except (ValueError, KeyError, TypeError):
        return None
    return record if sound else None


def part(name: str) -> str:
    """Return a file that pages are made of."""
    return (HERE / name).read_text(encoding="utf-8")


def write_page(path: Path, text: str) -> None:
    """Write a page; a reader finds the old one or the new one, never half of one."""
    with complete_or_absent(path) as file:
        file.write(text.encode())


def _links(before: Chapter | None = None, after: Chapter | None = None) -> str:
    """Return links to the cover and the glossary, and from a chapter to the ones before and after it."""
    links = ['<a href="index.html">Contents</a>', '<a href="glossary.html">Words</a>']
    if before is not None:
        links.append(f'<a rel="prev" href="{before.name}.html">← {html.escape(_short(before))}</a>')
    if after is not None:
        links.append(f'<a class="next" rel="next" href="{after.name}.html">{html.escape(_short(after))} →</a>')
    return " ".join(links)


def _short(chapter: Chapter) -> str:
    """Return "Chapter 3"."""
    return f"Chapter {int(chapter.name[2:])}"


# --- a chapter ------------------------------------------------------------------------------------------------------


def chapter_body(
    out: Path, chapter: Chapter, record: Mapping[str, Any] | None, notice: str | None, *, bind: bool = False
) -> str:
    """Return the main part of a chapter's page: its cells, each film after the cell that shows it."""
    script, left = chapter.script, record["cells"] if record else []
    bound = bound_in(out, chapter.name)
    films = placed({path.stem for path in films_in(out, chapter.name)} | bound.keys(), script)
    parts = []
    for number, cell in enumerate(script):
        found = left[number] if len(left) == len(script) else None
        parts.append(_prose(cell, found) if cell.prose else _code(cell, found))
        says = captions(cell) if films[number] else {}
        parts += record.get("asked", {}).get(str(number), []) if record else []
        parts += [figure(out, film, says.get(film, ""), bound.get(film, ""), bind=bind) for film in films[number]]
        if number == 0 and notice:
            parts.append(_notice(notice))
    parts += [figure(out, film, "", bound.get(film, ""), bind=bind) for film in films[-1]]
    if record:
        parts.append(f"<details><summary>All numbers of this run</summary>{numbers_table(record['numbers'])}</details>")
    source = f"source/{chapter.path.stem}.txt"
    parts.append(f'<p>This chapter is a program: <a href="{source}">chapters/{chapter.path.name}</a></p>')
    return "\n".join(parts)


def _notice(text: str) -> str:
    return f'<p class="notice" role="status">{MARKDOWN.renderInline(text)}</p>'


def _prose(cell: Cell, found: Sequence[str] | None) -> str:
    return f'<div class="prose">\n{as_html(prose_text(cell, found))}</div>'


def prose_text(cell: Cell, found: Sequence[str] | None) -> str:
    """Return prose with its numbers, in Markdown; without a run, dots stand for the numbers."""
    values = iter(found if found is not None and len(found) == len(placeholders(cell.text)) else ())
    return replaced(cell.text, lambda inside: next(values, PENDING))


def _code(cell: Cell, found: str | None) -> str:
    """Return code, and the value of its last line; if the cell has a title, hide it under that title."""
    if not cell.text:
        return ""
    shown = code_shown(cell, found)
    if not cell.title:
        return shown
    says = cell.title if cell.title.startswith("Answer ") else f"Code · {cell.title}"
    return f"<details><summary>{html.escape(says)}</summary>{shown}</details>"


def code_shown(cell: Cell, found: str | None) -> str:
    """Return code, and the value of its last line."""
    output = f'<pre class="output" tabindex="0"><code>{html.escape(found)}</code></pre>' if found else ""
    return code(NOTES_FOR_TOOLS.sub("", cell.text)) + output


# --- cover and glossary -----------------------------------------------------------------------------------------------


def cover_body(out: Path, chapters: Sequence[Chapter], unfinished: Mapping[str, str]) -> str:
    """Return the cover: for each chapter a moving picture that links to it."""
    cards = []
    for chapter in chapters:
        number, _, title = chapter.title.partition(". ")
        picture = _picture(out, chapter)
        note = "<br><small>not finished yet</small>" if chapter.name in unfinished else ""
        cards.append(f'<li><a href="{chapter.name}.html">{picture}{html.escape(number)}<br>'
                     f"<strong>{html.escape(title)}</strong>{note}</a></li>")  # fmt: skip
    return (f"<h1>{TITLE}</h1>\n{MARKDOWN.render(INTRODUCTION)}\n"
            f'<ol class="cards wide" role="list">\n{chr(10).join(cards)}\n</ol>')  # fmt: skip


def _picture(out: Path, chapter: Chapter) -> str:
    """Return the first film of a chapter as a picture: the smallest moving one, or a still; "" if there is none."""
    order = [
        film for films in placed({path.stem for path in films_in(out, chapter.name)}, chapter.script) for film in films
    ]
    for suffixes in (("gif", "apng"), ("png",)):
        for film in order:
            files = [path for suffix in suffixes if (path := out / f"{film}.{suffix}").is_file()]
            if files:
                file = min(files, key=lambda path: path.stat().st_size)
                return f'<img src="{html.escape(file.name)}" alt="" loading="lazy">'
    return ""


def glossary_body(chapters: Sequence[Chapter]) -> str:
    """Return all terms, their explanations, and a link to the chapter that uses each term first."""
    used: dict[str, Chapter] = {}
    for chapter in chapters:
        for cell in chapter.script:
            for term in terms_in(cell.text) if cell.prose else ():
                used.setdefault(entry(term) or term, chapter)
    items = []
    for term, sentence in GLOSSARY.items():
        where = f' <a href="{used[term].name}.html#{anchor(term)}">{_short(used[term])}</a>' if term in used else ""
        items.append(
            f'<dt id="{anchor(term)}">{html.escape(term)}</dt><dd>{MARKDOWN.renderInline(sentence)}{where}</dd>'
        )
    return f'<h1>{GLOSSARY_TITLE}</h1>\n<dl class="glossary">\n{chr(10).join(items)}\n</dl>'
