"""A chapter as slides, in one file: what a teacher shows while saying the rest.

Which part of a chapter is a slide follows from rules, so that no chapter needs a second text:

    a heading         with the first sentences below it; a heading that only holds smaller ones is left out
    a formula         with the paragraph in front of it, on the same slide where there is room
    code              that is not folded away, with what it prints, below the heading of its section
    a guess           the question; the answer comes with the next key
    a film            with its caption, as large as the screen
    your turn         the page that computes
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chapters.tools.book import code_shown, page, part, prose_text, read_record, write_page
from chapters.tools.chapter import Chapter
from chapters.tools.figures import bound_in, captions, figure, films_in, placed, slides_file
from chapters.tools.prose import as_html

ROOM = 90  # words on a slide; a formula that does not fit behind them gets the next one
SHORT = 50  # words below a heading


@dataclass
class Slide:
    """A slide: what it shows, `text`, `code`, `film`, `guess` or `turn`, and its parts, as HTML."""

    kind: str
    parts: list[str]
    words: int = 0

    def as_html(self) -> str:
        """Return the slide as a part of the page."""
        return (
            f'<section class="slide" data-kind="{self.kind}" tabindex="-1">\n' + "\n".join(self.parts) + "\n</section>"
        )


@dataclass
class Deck:
    """The slides of a chapter, while its cells are read from the first to the last."""

    slides: list[Slide] = field(default_factory=list)
    heading: str = ""  # of this section
    level: int = 0
    before: str = ""  # the block in front of this one
    shown: bool = False  # is that one on the last slide?

    def add(self, kind: str, *parts: str) -> None:
        """Add a slide, in the place of a heading that has nothing below it."""
        if self.slides and self.slides[-1].parts == [self.heading]:
            self.slides.pop()
        self.slides.append(Slide(kind, [each for each in parts if each]))
        self.shown = False

    def prose(self, text: str) -> None:
        """Add what is to be seen of a cell of prose."""
        found = blocks(text)
        for block, following in zip(found, [*found[1:], ""], strict=True):
            last = self.slides[-1] if self.slides else None
            first = self.before.startswith("#") and self.shown  # the first paragraph below its heading
            if block.startswith("#"):
                self._head(block, len(block) - len(block.lstrip("#")))
            elif last is not None and (first or (block.startswith("$$") and self.shown)):
                self._write(last, block if following.startswith("$$") else shortened(block))
            elif block.startswith("$$"):
                self._formula(block)
            else:
                self.shown = False
            self.before = block

    def _head(self, block: str, level: int) -> None:
        last = self.slides[-1] if self.slides else None
        if last is not None and last.parts[:1] == [self.heading] and 1 < self.level < level:
            self.slides.pop()
        self.heading, self.level = as_html(block), level
        self.add("title" if level == 1 else "text", self.heading)
        self.shown = True

    def _formula(self, block: str) -> None:
        """Show a formula with the paragraph in front of it."""
        last, words = self.slides[-1], len(self.before.split())
        if last.kind not in ("text", "formula") or last.words + words > ROOM:
            self.add("formula", self.heading if self.level > 1 else "")
        self._write(self.slides[-1], self.before)
        self._write(self.slides[-1], block)

    def _write(self, slide: Slide, block: str) -> None:
        slide.parts.append(as_html(block))
        slide.words += 0 if block.startswith("$$") else len(block.split())
        self.shown = True


def blocks(text: str) -> list[str]:
    """Return the blocks of Markdown between empty lines; code in fences is no block of a slide.

    >>> blocks("# A title\\n\\nOne line\\nand another.\\n\\n$$x$$\\n")
    ['# A title', 'One line\\nand another.', '$$x$$']
    """
    text = re.sub(r"(?ms)^```.*?^```$", "", text)
    return [each.strip() for each in re.split(r"\n\s*\n", text) if each.strip()]


def shortened(paragraph: str) -> str:
    """Return the first sentences of a paragraph, about as many words as fit on a slide.

    >>> shortened("A short one. " + "And more. " * 50).count("more")
    23
    >>> shortened("A framework has parts. A layer predicts:")
    'A framework has parts.'
    """
    if paragraph.startswith("$$"):
        return paragraph
    sentences = re.split(r"(?<=[.?!]) +|(?<=[.?!])\n", paragraph)
    kept: list[str] = []
    for sentence in sentences:
        if kept and len(" ".join([*kept, sentence]).split()) > SHORT:
            break
        kept.append(sentence)
    if len(kept) > 1 and kept[-1].endswith(":"):  # it announces what this slide does not show
        kept.pop()
    return " ".join(kept)


def slides_of(out: Path, chapter: Chapter, record: Mapping[str, Any]) -> list[Slide]:
    """Return the slides of a chapter whose page is complete."""
    deck, bound = Deck(), bound_in(out, chapter.name)
    films = placed({path.stem for path in films_in(out, chapter.name)} | bound.keys(), chapter.script)
    for number, (cell, found) in enumerate(zip(chapter.script, record["cells"], strict=True)):
        if cell.prose:
            deck.prose(prose_text(cell, found))
        elif cell.text and not cell.title:
            deck.add("code", deck.heading, code_shown(cell, found))
        for fragment in record.get("asked", {}).get(str(number), []):
            deck.add("guess" if fragment.startswith('<section class="guess"') else "turn", fragment)
        says = captions(cell) if films[number] else {}
        for film in films[number]:
            deck.add("film", figure(out, film, says.get(film, ""), bound.get(film, "")))
    return deck.slides


def write_slides(out: Path, chapter: Chapter) -> Path:
    """Write the slides of a chapter beside its page, from which the films are taken; return their path."""
    path = slides_file(out, chapter.name)
    record = read_record(out / f"{chapter.name}.json")
    if record is None or len(record["cells"]) != len(chapter.script):
        raise ValueError(f"{path.name}: {chapter.name}.json must be that of a whole run of this chapter")
    main = "\n".join(slide.as_html() for slide in slides_of(out, chapter, record))
    more = [("text/css", part("slides.css")), ("module", part("slides.js"))]
    write_page(path, page(chapter.title, "slides", main, "", more))
    return path
