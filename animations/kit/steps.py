"""Chooses which steps of a long training to show."""

from __future__ import annotations

from tinylearn.checks import as_int


def log_spaced_steps(last: int, count: int) -> list[int]:
    """Return `count` steps from 0 to `last`, dense at first and sparse later, as learning is fast and then slow.

    >>> log_spaced_steps(8000, 9)
    [0, 2, 8, 28, 88, 274, 845, 2601, 8000]
    """
    last, count = as_int("log_spaced_steps", "last", last), as_int("log_spaced_steps", "count", count)
    if not 2 <= count <= last + 1:
        raise ValueError(f"log_spaced_steps: count must lie in 2 … {last + 1} to reach step {last}, got {count}")
    steps = [0]
    for number in range(1, count):
        wanted = round((last + 1) ** (number / (count - 1))) - 1
        steps.append(max(wanted, steps[-1] + 1))
    return [min(step, last - (count - 1 - number)) for number, step in enumerate(steps)]
