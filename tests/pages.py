"""The pages of all films, looked at in headless Chromium: a line for each.

    python -m tests.pages --out pages                    all chapters, at full length
    python -m tests.pages ch03 ch04 --quick --out pages  these, quick, and what is explained against the audit's sources

pictures    how many a film has                     kB       of its page; without explanations
off         pixels by which a text stands off       differ   of 255, from what matplotlib paints, on average
asked       numbers, in three frames; not explained seek     milliseconds, in the median and at most
"""

import argparse
import copy
import importlib
import pkgutil
import statistics
import sys
import tempfile
from pathlib import Path
from unittest import mock

import chapters
from animations.audit.sources import Sources
from animations.engine.clip import Clip
from animations.render import write
from tests.animations.page_checks import Expected, Page, ask, compare, seek_times
from tests.browser import Browser, chromium
from tests.chapters.chapter_helpers import quick_run, run_chapter

COLUMNS = ("pictures", "kB", "without", "off", "differ", "asked", "not explained", "seek", "worst")


def main():
    command = argparse.ArgumentParser("python -m tests.pages", description=__doc__.splitlines()[0])
    command.add_argument("chapters", nargs="*", help="ch01, …; all if none is named")
    command.add_argument("--out", type=Path, required=True, help="the folder for the pages")
    command.add_argument("--quick", action="store_true", help="quick runs, compared with the audit's sources, too")
    arguments = command.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    driver, faults = chromium(), 0
    driver.set_script_timeout(120)
    print(f"{'film':28}", *(f"{name:>8}" for name in COLUMNS))
    try:
        for name in (each.name for each in pkgutil.iter_modules(chapters.__path__) if each.name[:3] == "ch0"):
            if not arguments.chapters or name[:4] in arguments.chapters:
                films = (quick_films if arguments.quick else films_of)(importlib.import_module(f"chapters.{name}"))
                for film, (clip, sources) in films.items():
                    faults += look_at(Browser(driver), film, clip, sources, arguments.out / f"{film}.html")
    finally:
        driver.quit()
    sys.exit(bool(faults))


def films_of(chapter):
    """Run a chapter; return name → (clip, None) of its films, not drawn, with as much explained as in the book."""
    clips = {}

    def play(clip, outputs, *_):
        clips[Path(outputs[0][-1]).stem] = clip, None

    with tempfile.TemporaryDirectory() as folder, mock.patch.object(Clip, "play", play):
        run_chapter(chapter, Path(folder), formats=("html",))
    return clips


def quick_films(chapter):
    """Run a chapter quickly; return name → (clip, what its numbers should be)."""
    with tempfile.TemporaryDirectory() as folder:
        run = quick_run(chapter, Path(folder), ())
    expected = run.sources.films(run.handed)
    return {film: (clip, source_of(clip.scene, **expected[film])) for film, clip in run.films.items()}


def source_of(scene, source=None, steps=None, **_):
    """Return a function (gid, frame) → the number, or None if no source knows it."""
    sources = Sources([] if source is None else source, scene, steps)

    def value(gid, frame):
        named = sources.named(frame)
        return named[gid] if gid in named else sources.recorded(gid, frame)

    return value


def look_at(browser, name, clip, sources, path):
    """Write a page, compare it, ask it; print a line, and what is wrong. Return how many faults there are."""
    pristine, frames = copy.deepcopy(clip), clip.scene.frames
    write(clip, [path], progress=False)
    page, expected = Page(browser, path, clip.scene.size), Expected(pristine)
    faults, off, difference, asked, unexplained = [], 0.0, 0.0, 0, set()
    for frame in sorted({0, frames // 2, frames - 1}):
        told = compare(page, expected, frame)
        count, missing, wrong = ask(page, clip.scene, frame, sources)
        faults += [f"frame {frame}: {fault}" for fault in told.faults + wrong]
        off, difference = max(off, told.off), max(difference, told.difference)
        asked, unexplained = asked + count, unexplained | set(missing)
    seeks = seek_times(page)
    faults += browser.complaints() + [url for url in browser.requests() if url != path.as_uri()]
    size = path.stat().st_size
    numbers = [len(page.film["milliseconds"]), size / 1000, (size - page.film["why_bytes"]) / 1000, off, difference,
               asked, len(unexplained), statistics.median(seeks), max(seeks)]  # fmt: skip
    print(f"{name:28}", *(f"{number:8.4g}".rjust(len(name)) for name, number in zip(COLUMNS, numbers, strict=True)))
    for text in filter(None, [*faults[:6], *sorted(unexplained)[:12], page.film["why_says"]]):
        print(f"    {text}")
    sys.stdout.flush()
    return len(faults)


if __name__ == "__main__":
    main()
