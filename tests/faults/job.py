"""The jobs to kill: a job writes outputs 1, 2, 3, … into a folder, and knows what must be left.

A job gives signs of life: ("begin", n) before it writes output n, ("done", n) when that is complete.
"""

import functools
import re
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TEMPORARY = re.compile(r"\..*\.[0-9a-f]{16}\.tmp(\.\w+)?")


@dataclass
class Verdict:
    """What is left after a fault: how many complete outputs, and what should not be."""

    kept: int = 0
    lost: list[str] = field(default_factory=list)  # what was complete, and is gone or changed
    half: list[str] = field(default_factory=list)  # what is under its final name without being complete
    litter: list[str] = field(default_factory=list)  # files and processes that are left over for ever

    @property
    def faults(self) -> list[str]:
        return [*self.lost, *self.half, *self.litter]


class Job:
    """What all jobs have."""

    outputs = 8  # it is killed while it writes one of these
    once = False  # whether its last output is the end of its process

    @contextmanager
    def ready(self):
        """Yield this job with all that it needs, such as a server."""
        yield self


@dataclass
class Rewritten(Job):
    """A job that writes one file again and again, under one name: `write(path, n)` makes its n-th version."""

    name: str
    file: str
    write: Callable[[Path, int], object]

    def work(self, folder, tell):
        """Write versions until this process is killed."""
        n = 0
        while True:
            n += 1
            tell("begin", n)
            self.write(folder / self.file, n)
            tell("done", n)

    def check(self, folder, done):
        """Return the verdict after a death before which version `done` was complete; 0 if none was."""
        verdict, path = Verdict(), folder / self.file
        verdict.half += [f"{name} was never asked for" for name in final_names(folder) if name != self.file]
        if not path.exists():
            verdict.lost += [f"{self.file}: version {done} is gone"] if done else []
        elif any(path.read_bytes() == expected(self, n) for n in (done, done + 1) if n):  # renamed, and not yet told
            verdict.kept = 1
        else:
            verdict.half.append(f"{self.file} is neither version {done} nor version {done + 1}")
        self.write(path, done + 2)
        verdict.litter += [each.name for each in folder.iterdir() if each != path]
        return verdict


@functools.cache
def _expected(write, file, n):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / file, n)
        return (Path(folder) / file).read_bytes()


def expected(job, n):
    """Return the bytes of version `n`, written in peace."""
    return _expected(job.write, job.file, n)


def final_names(folder):
    """Return the names in `folder` that are not those of temporary files."""
    return [path.name for path in folder.iterdir() if not TEMPORARY.fullmatch(path.name)]
