"""Are two runs equal, byte for byte? `python -m chapters --check` runs the chapters twice, and compares every file.

Among the files are digests of all recordings (see `digests.py`). The runs are processes of their own, with another
PYTHONHASHSEED and with local clocks 25 hours apart: what depends on the order of a set, on an address in memory, on
random numbers without a seed, or on the time, the hour or the date here, differs then, and is found. What both runs
share is not found: the machine, its libraries and threads, the date in UTC, the chapters that ran before in a run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from chapters.tools.starting import interruptible

COMMAND = (sys.executable, "-m", "chapters")
CLOCKS = ("RUN+12", "RUN-13")  # as TZ, for each run: so many hours behind UTC, or before it


def check(argv: Sequence[str]) -> int:
    """Run `python -m chapters` with these arguments twice, say which files differ; return the exit code, 0 or 1."""
    with interruptible(), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        outs = [Path(folder) / f"run {number}" for number in (1, 2)]
        for number, (out, clock) in enumerate(zip(outs, CLOCKS, strict=True), 1):
            print(f"run {number} of 2", flush=True)
            command = [*COMMAND, *argv, "--digests", "--out", str(out)]
            try:
                code = _run(command, os.environ | {"PYTHONHASHSEED": str(number), "TZ": clock})
            except KeyboardInterrupt:
                print("interrupted, nothing was compared")
                return 130
            if code:
                print(f"run {number} ended with exit code {code}")
                return 1
        differences = compare(*outs)
        files = [path for path in outs[0].rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        print(*differences, sep="\n", end="\n" if differences else "")
        print(f"{len(files)} files, {size:,} bytes: {len(differences)} differ" if differences else
              f"{len(files)} files, {size:,} bytes: the same in both runs")  # fmt: skip
    return 1 if differences else 0


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command, return its exit code. It is told of Ctrl-C, too, and has a few seconds to end."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            with suppress(subprocess.TimeoutExpired):
                process.wait(3)
            process.kill()
            raise


def compare(first: Path, second: Path) -> list[str]:
    """Return a line for each file that differs between two folders, or is in one only."""
    names = {path.relative_to(out) for out in (first, second) for path in out.rglob("*") if path.is_file()}
    found = ((name, difference(first / name, second / name)) for name in sorted(names))
    return [f"{name}: {text}" for name, text in found if text]


def difference(one: Path, other: Path) -> str:
    """Return what differs between two files, "" if nothing does."""
    for path, which in ((one, "first"), (other, "second")):
        if not path.is_file():
            return f"not written by the {which} run"
    a, b = one.read_bytes(), other.read_bytes()
    if a == b:
        return ""
    place = next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return f"differs from byte {place:,} on, of {len(a):,} and {len(b):,}"
