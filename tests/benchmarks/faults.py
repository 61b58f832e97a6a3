"""Kills at random moments, and what is left: `python tests/benchmarks/faults.py --kills 20`.

Each job of tests/faults works in a process of its own, which is killed with SIGKILL between two of its signs of life.
Then what it had completed must be there, byte for byte, and what it had not must not have its final name. The table
says during what the kills landed: the first output, a later one, between two, after the end. Ends with 1 if anything
was lost, half-written or left behind, or if no kill landed during a later output.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.faults.breaches import BREACHES
from tests.faults.death import killed, pace
from tests.faults.jobs import JOBS


def campaign(job, kills, rng, breach):
    """Kill a job so often; return where the kills landed, how much was kept, and the breaches of each kind."""
    landed, kept, lost, half, litter = Counter(), 0, [], [], []
    with tempfile.TemporaryDirectory() as scratch, job.ready() as job:
        folders = [Path(scratch) / str(number) for number in range(kills + 1)]
        for folder in folders:
            folder.mkdir()
        seconds = pace(job, folders.pop(), breach)
        for folder in tqdm(folders, desc=job.name, leave=False):
            death, verdict = killed(job, folder, rng, seconds, breach)
            landed[death.landed] += 1
            kept += verdict.kept
            lost, half, litter = lost + verdict.lost, half + verdict.half, litter + verdict.litter
    return landed, kept, lost, half, litter


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20, help="of each job")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--only", default="", help="jobs whose names contain this")
    parser.add_argument("--plant", choices=BREACHES, help="a fault to be found")
    arguments = parser.parse_args()
    columns = ["first", "during", "between", "after"]
    print(f"{'job':44} {'kills':>6} " + " ".join(f"{name:>8}" for name in [*columns, "kept", "lost", "half", "litter"]))
    wrong = False
    for name, job in JOBS.items():
        if arguments.only not in name:
            continue
        rng = np.random.default_rng(arguments.seed)
        landed, kept, *breaches = campaign(job, arguments.kills, rng, arguments.plant)
        numbers = [*(landed[column] for column in columns), kept, *map(len, breaches)]
        tqdm.write(f"{name:44} {landed.total():6} " + " ".join(f"{number:8,}" for number in numbers))
        for text in [text for kind in breaches for text in kind][:3]:
            tqdm.write(f"    {text[:300]}")
        in_the_work = landed["first"] if job.outputs == 1 else landed["during"]
        wrong |= any(breaches) or not in_the_work
    sys.exit(wrong)


if __name__ == "__main__":
    main()
