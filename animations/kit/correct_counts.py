"""How many answers are correct, epoch by epoch. Each count comes with its total: a percentage hides small samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from animations import checks
from animations.checks import Shape
from animations.data import Data, Field, array, integer, text, texts
from animations.kit import style
from animations.kit.page import SPACE, Page, Place

LOOKS: tuple[dict[str, Any], ...] = (  # of the first, second and third: colour is not the only sign
    {"color": style.INK, "linestyle": "-", "marker": "o"},
    {"color": style.SERIES[1], "linestyle": "--", "marker": "s"},
    {"color": style.QUIET, "linestyle": ":", "marker": ""},
)
ROW = 26  # pixels from one line to the next


class CorrectCounts(Data):
    """correct (S,): how many of `total` answers are correct at the end of each epoch; `name` says whose.

    of_each   (S, K), the same class by class, with their names in `classes`: a click on a count shows them
    """

    name: str = text()
    correct: np.ndarray = array("S")
    total: int = integer()
    of_each: np.ndarray | None = array("S", "K", low=0, default=None, kw_only=True)
    classes: tuple[str, ...] | None = texts("K", default=None, kw_only=True)

    def prepare(self) -> None:
        if not ((self.correct >= 0) & (self.correct <= self.total) & (self.correct % 1 == 0)).all():
            raise ValueError(
                f"CorrectCounts: {self.name!r} must count 0 to {self.total} correct answers, got {self.correct}"
            )
        self.correct = self.correct.astype(np.intp)
        if (self.of_each is None) != (self.classes is None):
            raise ValueError(f"CorrectCounts: {self.name!r} needs of_each and classes together, got one of them")
        if self.of_each is not None and not np.array_equal(self.of_each.sum(axis=1), self.correct):
            raise ValueError(f"CorrectCounts: of_each of {self.name!r} must add up to correct, {self.correct}")


def few_counts(length: str = "S") -> Any:
    """Declare one to three CorrectCounts, which count in the same frames."""
    return Field(_few, length)


def _few(caller: str, name: str, values: Any, shape: Shape) -> tuple[CorrectCounts, ...]:
    counts = checks.instances(caller, name, values, CorrectCounts)
    if not 1 <= len(counts) <= len(LOOKS):
        raise ValueError(f"{caller}: expected 1 to {len(LOOKS)} {name}, got {len(counts)}")
    epochs = len(counts[0].correct) if isinstance(shape[0], str) else shape[0]
    for each in counts:
        if len(each.correct) != epochs:
            raise ValueError(
                f"{caller}: {each.name!r} must have a count for each of {epochs} epochs, got {each.correct.shape}"
            )
    return counts


def write_counts(page: Page, counts: Sequence[CorrectCounts], place: Place, right: float) -> None:
    """Write a line "name   24 of 41" for each, the first at `place`, up to `right`."""
    heights = [place[1] - ROW * row for row in range(len(counts))]
    totals = [
        page.number("{:,.0f}", f"total[{row}]", each.total, (right, y), color=style.QUIET)
        for row, (each, y) in enumerate(zip(counts, heights, strict=True))
    ]
    middle = right - max(map(page.width, totals)) - SPACE
    for row, (each, y) in enumerate(zip(counts, heights, strict=True)):
        page.text(each.name, (place[0], y))
        count = page.number("{:,.0f}", f"correct[{row}]", each.correct, weight="bold")
        page.row((middle, y), count, page.quiet("of"), ha="right")


def in_words(counts: Sequence[CorrectCounts], frame: int) -> str:
    """Say the counts of a frame.

    >>> in_words([CorrectCounts("seen", np.array([3, 4]), 5), CorrectCounts("new", np.array([1, 2]), 4)], 1)
    'seen 4 of 5, new 2 of 4'
    """
    return ", ".join(f"{each.name} {each.correct[frame]} of {each.total}" for each in counts)
