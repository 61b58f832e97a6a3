"""Kills at random moments, and what is left: `python tests/benchmarks/faults.py --kills 20`.

Each job of tests/faults works in a process of its own, which is killed with SIGKILL between two of its signs of life.
Then what it had completed must be there, byte for byte, and what it had not must not have its final name. Recorders
also meet in one folder, all jobs meet a full disk, and recorders are looked at by a thread and forked. The table says

    first, during, between           during what the kills landed: the first output, a later one, between two
    kept                             complete outputs that were found as they were: records, files
    faults                           what was lost, is half written under a final name, or will be removed by nobody

Ends with 1 if there are faults, or if no kill landed during a later output.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.faults import full_disk, onlookers
from tests.faults.death import PLANTED_FAULTS, Job, killed, pace
from tests.faults.files import JOBS
from tests.faults.recordings import record_at_the_same_time

COLUMNS = ["first", "during", "between", "kept", "faults"]


class Row:
    """A line of the table: where the kills of a job landed, and what they left."""

    def __init__(self, name: str) -> None:
        self.name, self.tries, self.found, self.faults = name, 0, Counter[str](), list[str]()

    def add(self, check: Callable[..., Any], *arguments: Any, **settings: Any) -> None:
        """Check once; it returns what was kept, and perhaps where a kill landed."""
        self.tries += 1
        try:
            found = check(*arguments, **settings)
        except (AssertionError, ValueError, FileNotFoundError) as error:
            self.faults.append(" ".join(str(error).split()) or repr(error))
            return
        landed, kept = found if isinstance(found, tuple) else ("", 1 if found is None else found)
        self.found += Counter({landed: 1, "kept": int(kept)})

    def show(self) -> None:
        numbers = {**self.found, "faults": len(self.faults)}
        tqdm.write(f"{self.name:44} {self.tries:5}" + "".join(f"{numbers.get(name, 0):8,}" for name in COLUMNS))
        for text in self.faults[:3]:
            tqdm.write(f"    {text[:300]}")


def kills(job: Job, tries: int, rng: np.random.Generator, planted: str | None) -> Row:
    """Kill a job so often."""
    row = Row(job.name)
    with new_folders(tries + 1) as folders, job.ready() as ready:
        seconds = pace(ready, folders.pop(), planted)
        for folder in tqdm(folders, desc=job.name, leave=False):
            row.add(killed, ready, folder, rng, seconds, planted)
    if not row.found["during"] and not row.faults:
        row.faults.append("no kill landed in the middle of the work: this proves nothing")
    return row


def concurrent(tries: int, rng: np.random.Generator) -> Row:
    """Let two recorders meet in one folder so often."""
    row = Row("two recorders in one folder")
    with new_folders(tries) as folders:
        for folder in folders:
            row.add(record_at_the_same_time, folder, rng)
    return row


def onlookings(tries: int) -> Iterator[Row]:
    """Look at recordings from another thread, and fork their process, so often."""
    for size, budget in onlookers.BUDGETS.items():
        for looks, limit in itertools.product((100, 1), (None, budget)):
            row = Row(f"looked at, {looks} a second, {size:,} bytes{', a budget' if limit else ''}")
            with new_folders(tries) as folders:
                for folder in folders:
                    row.add(onlookers.looked_at, folder, size, looks, limit, seconds=1.2)
            yield row
        row = Row(f"forked 100 times, {size:,} bytes")
        with new_folders(max(tries // 7, 1)) as folders:
            for folder in folders:
                row.add(onlookers.forked, folder, size, 100, updates=4000 if size < 10_000 else 600)
        yield row


def full_disks() -> Iterator[Row]:
    """Fill the disk, of both kinds, under every job."""
    for name in ("a quota", "a small file system"):
        with new_folders(1) as (folder,), ExitStack() as stack:
            full = full_disk.quota
            try:
                if name != "a quota":
                    full = stack.enter_context(full_disk.small_disk(folder))
            except PermissionError as error:
                tqdm.write(f"no small file system: {error}")
                return
            row = Row(f"full disk: {name}")
            for _, check in full_disk.checks(folder, full):
                row.add(check)
            yield row


@contextmanager
def new_folders(number: int) -> Iterator[list[Path]]:
    """Yield so many new folders, for a while."""
    with tempfile.TemporaryDirectory() as scratch:
        yield [full_disk.new(Path(scratch) / str(each)) for each in range(number)]


def rows(only: str, tries: int, seed: int, planted: str | None) -> Iterator[Row]:
    """Do all that is asked for."""
    for name, job in JOBS.items():
        if only in name:
            yield kills(job, tries, np.random.default_rng(seed), planted)
    if only in "two recorders in one folder":
        yield concurrent(tries, np.random.default_rng(seed))
    if only in "full disk":
        yield from full_disks()
    if only in "onlookers":
        yield from onlookings(tries)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20, help="of each job")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--only", default="", help="jobs whose names contain this")
    parser.add_argument("--plant", choices=PLANTED_FAULTS, help="a fault to be found")
    arguments = parser.parse_args()
    os.environ["no_proxy"] = "*"
    print(f"{'':44} {'tries':>5}" + "".join(f"{name:>8}" for name in COLUMNS))
    faults, tried = 0, 0
    for row in rows(arguments.only, arguments.kills, arguments.seed, arguments.plant):
        row.show()
        faults, tried = faults + len(row.faults), tried + 1
    if not tried:
        sys.exit(f"no name contains {arguments.only!r}; the jobs are {', '.join(JOBS)}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
