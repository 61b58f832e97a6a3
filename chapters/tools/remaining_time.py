"""Tells you while you wait: what each chapter does, and about how long the run still takes."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from typing import NamedTuple


class Work(NamedTuple):
    """A chapter's part of a run: what it does, and how many seconds it takes on one processor."""

    does: str
    computing: float
    drawing: float  # for html and gif


WORK = {  # measured with `python -m chapters` on two cores of an AMD EPYC of 2022, the yardstick for all others
    "ch01": Work("draws a table in five ways", 0, 12),
    "ch02": Work("walks down a curve and a valley", 0.5, 22.5),
    "ch03": Work("trains one neuron", 0.5, 6.5),
    "ch04": Work("trains four networks that differ in their activations", 1.5, 15),
    "ch05": Work("trains one neuron and a network on pictures", 2, 10),
    "ch06": Work("trains three networks on pictures", 11, 16),
    "ch07": Work("trains a network on pictures of ten kinds", 52, 9),
    "ch08": Work("lets networks learn from random episodes", 26, 12),
}
QUICK = 0.2  # the fraction of that time that a quick run takes


def doing(name: str) -> str:
    """Return what a chapter does, in words."""
    return WORK[name].does if name in WORK else "computes and draws"


def expected(names: Collection[str], formats: int, quick: bool) -> dict[str, float]:
    """Return how many seconds each chapter takes on that machine; empty if one of them is unknown."""
    if not all(name in WORK for name in names):
        return {}
    scale = QUICK if quick else 1
    return {name: scale * (WORK[name].computing + WORK[name].drawing * formats / 2) for name in names}


class RemainingTime:
    """Estimates how long a run still takes, from the times of its chapters so far."""

    def __init__(self, expected: Mapping[str, float], at_work: int) -> None:
        self.expected, self.at_work = expected, min(at_work, os.cpu_count() or 1)
        self.began: dict[str, float] = {}
        self.took: dict[str, float] = {}

    def begins(self, name: str) -> None:
        """Note that a chapter has begun."""
        self.began[name] = time.monotonic()

    def ends(self, name: str) -> float:
        """Note that a chapter has ended; return how many seconds it took."""
        self.took[name] = time.monotonic() - self.began[name]
        return self.took[name]

    def seconds_left(self) -> float:
        """Return how many seconds the rest will take, if this machine stays as fast as it was so far."""
        ended = self.expected.keys() & self.took.keys()
        slower = sum(self.took[name] for name in ended) / sum(self.expected[name] for name in ended) if ended else 1
        now = time.monotonic()
        left = [
            max(0.0, slower * self.expected[name] - (now - self.began.get(name, now)))
            for name in self.expected.keys() - ended
        ]
        return max([sum(left) / self.at_work, *left])

    def left(self) -> str:
        """Return the remaining time in words; empty if it is unknown."""
        return f"{about(self.seconds_left())} left" if self.expected else ""


def about(seconds: float) -> str:
    """Return a time, rounded to what we really know.

    >>> about(4), about(38.2), about(97), about(400)
    ('a few seconds', 'about 40 s', 'about 100 s', 'about 7 min')
    """
    if seconds < 8:
        return "a few seconds"
    if seconds < 150:
        return f"about {10 * round(seconds / 10)} s"
    return f"about {round(seconds / 60)} min"
