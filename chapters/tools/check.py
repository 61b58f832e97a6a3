"""Are two runs equal, byte for byte? `python -m chapters --check` runs the chapters twice and compares every file.

The files include digests of all recordings (see `digests.py`). Each run is a process of its own. The two have different
values of PYTHONHASHSEED and local clocks that are 25 hours apart. So the check finds whatever depends on the order of a
set, on an address in memory, on random numbers without a seed, on the time, or on the local date. It cannot find what
both runs share: the machine, its libraries and threads, the date in UTC, and which chapters ran before.
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
CLOCKS = ("RUN+12", "RUN-13")  # values of TZ for the two runs: hours behind UTC, and hours ahead of it


def check(argv: Sequence[str]) -> int:
    """Run `python -m chapters` twice with these arguments and report which files differ; return the exit code."""
    with interruptible(), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        outs = [Path(folder) / f"run {number}" for number in (1, 2)]
        for number, (out, clock) in enumerate(zip(outs, CLOCKS, strict=True), 1):
            print(f"run {number} of 2", flush=True)
            command = [*COMMAND, *argv, "--digests", "--out", str(out)]
            try:
                code = _run(command, os.environ | {"PYTHONHASHSEED": str(number), "TZ": clock})
            except KeyboardInterrupt:
                print("Interrupted before the comparison.")
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
    """Run a command and return its exit code. On Ctrl-C, which it receives too, give it a few seconds to end."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            with suppress(subprocess.TimeoutExpired):
                process.wait(3)
            process.kill()
            raise


def compare(first: Path, second: Path) -> list[str]:
    """Return a line for each file that differs between two folders, or exists in only one of them."""
    names = {path.relative_to(out) for out in (first, second) for path in out.rglob("*") if path.is_file()}
    found = ((name, difference(first / name, second / name)) for name in sorted(names))
    return [f"{name}: {text}" for name, text in found if text]


def difference(one: Path, other: Path) -> str:
    """Return how two files differ, "" if they are equal."""
    for path, which in ((one, "first"), (other, "second")):
        if not path.is_file():
            return f"not written by the {which} run"
    a, b = one.read_bytes(), other.read_bytes()
    if a == b:
        return ""
    place = next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return f"differs from byte {place:,} on; the sizes are {len(a):,} and {len(b):,} bytes"
