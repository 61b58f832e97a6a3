"""Bad input for every public function, at length: `python tests/benchmarks/bad_input.py --cases 20000`.

Each case is one call with one or two hostile arguments, judged as in tests/bad_input. A table says how many of each
function's were answered rightly, how many refused with a message that helps, and how many are faults; these follow,
each kind once. Ends with 1 if there are any.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

import hypothesis
from hypothesis import HealthCheck, Phase
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.bad_input.cases import CASES, SLOW
from tests.bad_input.verdict import Subject, judge
from tinylearn.checks import shortened


def tried(name: str, subject: Subject, cases: int, seed: int) -> tuple[Counter[str], dict[str, str]]:
    """Return how many verdicts of each kind there were, and each kind of fault with its first case."""
    counts: Counter[str] = Counter()
    faults: dict[str, str] = {}

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )  # fmt: skip
    @hypothesis.given(subject.cases())
    def every_case(case):
        try:
            with tempfile.TemporaryDirectory() as folder:
                counts[judge(name, subject, case, Path(folder))] += 1
        except AssertionError as fault:
            counts["fault"] += 1
            faults.setdefault(str(fault), ", ".join(f"{key}={shortened(each.value)}" for key, each in case.items()))

    every_case()
    return counts, faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="functions whose names contain this")
    arguments = parser.parse_args()
    subjects = {name: subject for name, subject in (CASES | SLOW).items() if arguments.only in name}
    total, found = Counter[str](), 0
    print(f"{'':44} {'right':>7} {'refused':>7} {'faults':>7}")
    for name, subject in tqdm(subjects.items(), leave=False):
        counts, faults = tried(name, subject, max(arguments.cases // len(subjects), 1), arguments.seed)
        total, found = total + counts, found + len(faults)
        tqdm.write(f"{name:44} {counts['right']:7,} {counts['refused']:7,} {counts['fault']:7,}")
        for text, case in faults.items():
            tqdm.write(f"    {text}\n        {name}({case})")
    print(f"{'total':44} {total['right']:7,} {total['refused']:7,} {total['fault']:7,}, {total.total():,} cases")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
