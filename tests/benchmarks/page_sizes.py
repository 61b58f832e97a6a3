"""The pages of a book: how many kB each has, without explanations too, and what of.

    python -m chapters --format html --out book
    python -m tests.benchmarks.page_sizes book

why        explanations                 drawings   pictures as they are first, with their letters
changes    what the films change        data       of the turns, and the words of the films
programs   and the looks of the page    text       everything else
"""

import json
import re
import sys
from pathlib import Path

from tests.animations.page_checks import DATA

FILM = re.compile(r'<section class="film".*?</section>', re.DOTALL)
TURN = re.compile(r'<script type="application/json" class="turn-data">.*?</script>', re.DOTALL)
PROGRAMS = re.compile(r'<style>.*?</style>|<script(?: type="text/plain" class="programs")?>.*?</script>', re.DOTALL)
PARTS = ("why", "drawings", "changes", "data", "programs", "text")


def size(texts):
    return sum(len(text.encode()) for text in texts)


def parts_of(page):
    """Return part → bytes."""
    films, rest = FILM.findall(page), FILM.sub("", page)
    packed = [DATA.search(film)[1] for film in films]
    data = [json.loads(each) for each in packed]
    why, changes = (
        size(json.dumps(each[name], separators=(",", ":")) for each in data) for name in ("whys", "changes")
    )
    parts = {"why": why, "changes": changes, "drawings": size(films) - size(packed)}
    parts["data"] = size(packed) - why - changes + size(TURN.findall(rest))
    parts["programs"] = size(PROGRAMS.findall(TURN.sub("", rest)))
    return parts | {"text": size([page]) - sum(parts.values())}


def main(folder):
    pages = {path.stem: parts_of(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("ch0?.html"))}
    pages["all"] = {part: sum(each[part] for each in pages.values()) for part in PARTS}
    print("page     kB  without why   " + " ".join(f"{part:>8}" for part in PARTS))
    for name, parts in pages.items():
        whole = sum(parts.values())
        numbers = " ".join(f"{parts[part] / 1000:8.1f}" for part in PARTS)
        print(f"{name:4} {whole / 1000:6.0f} {(whole - parts['why']) / 1000:12.1f}   {numbers}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
