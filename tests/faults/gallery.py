"""A job that runs two chapters from the command line, into a new folder or over the files of an earlier run."""

import functools
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from tests.faults.job import Job, Verdict, final_names

ROOT = Path(__file__).parents[2]
PAGE = re.compile(r"(index|glossary|ch\d\d)\.html")  # of the book: they grow with the films
COMMAND = [sys.executable, "-m", "chapters", "--quick", "--out"]


@dataclass
class Gallery(Job):
    """`python -m chapters 1 2 --quick`; `again`: over a folder that holds all of it already."""

    again: bool
    complete: dict[str, bytes] = field(default_factory=dict, repr=False)  # what is there when nothing disturbs it
    once = True

    @property
    def name(self):
        return "chapters 1 2" + (", again" if self.again else "")

    @property
    def outputs(self):
        return 2 if self.again else 1

    @contextmanager
    def ready(self):
        yield replace(self, complete=undisturbed())

    def work(self, folder, tell):
        """Become the command."""
        tell("begin", 1)
        if self.again:
            for name, content in self.complete.items():
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(content)
            tell("done", 1)
            tell("begin", 2)
        os.chdir(ROOT)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(sys.executable, [*COMMAND, str(folder), "1", "2"])

    def check(self, folder, done):
        verdict, found = Verdict(), contents(folder)
        for name, content in found.items():
            if content == self.complete.get(name) or (PAGE.fullmatch(name) and is_whole(content.decode(), found)):
                verdict.kept += 1
            else:
                verdict.half.append(f"{name}: {len(content):,} bytes")
        if self.again:
            verdict.lost += [f"{name} is gone" for name in self.complete if name not in found]
        for numbers in (name for name in found if re.fullmatch(r"ch\d\d\.json", name)):
            films = {name for name in self.complete if name.startswith(f"{numbers[:4]}_")}
            verdict.half += [f"{numbers} is there, {name} is not" for name in films - set(found)]
        return verdict


def contents(folder):
    """Return name → bytes of the files in `folder` that have their final names."""
    folders = [path for path in (folder, folder / "source") if path.exists()]
    files = [each / name for each in folders for name in final_names(each) if (each / name).is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def is_whole(page, files):
    """Is it a page to its end, which shows what is there? (Other pages of the book may not be written yet.)"""
    links = [link for link in re.findall(r'(?:src|href)="([^#":]+)[#"]', page) if not PAGE.fullmatch(link)]
    return page.endswith("</html>\n") and all(unquote(link) in files for link in links)


@functools.cache
def undisturbed():
    """Return the contents of the folder after both chapters."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*COMMAND, folder, "1", "2"], cwd=ROOT, check=True, capture_output=True)
        return contents(Path(folder))


JOBS = [Gallery(again=False), Gallery(again=True)]
