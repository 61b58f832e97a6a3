"""How many answers are right, epoch by epoch: always as a count of a total, since a share alone hides how few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from animations import checks
from animations.checks import Shape
from animations.data import Data, Field, array, text, texts, whole
from animations.kit import style
from animations.kit.page import SPACE, Page, Place

LOOKS: tuple[dict[str, Any], ...] = (  # of the tallies, in their order: colour is not the only sign
    {"color": style.INK, "linestyle": "-", "marker": "o"},
    {"color": style.SERIES[1], "linestyle": "--", "marker": "s"},
    {"color": style.QUIET, "linestyle": ":", "marker": ""},
)
ROW = 26  # pixels from tally to tally


class Tally(Data):
    """right (S,): how many of `total` answers are right at the end of each epoch; `name` says whose.

    of_each   (S, K), the same class by class, and `classes`, their names: this explains the counts
    """

    name: str = text()
    right: np.ndarray = array("S")
    total: int = whole()
    of_each: np.ndarray | None = array("S", "K", low=0, default=None, kw_only=True)
    classes: tuple[str, ...] | None = texts("K", default=None, kw_only=True)

    def prepare(self) -> None:
        if not ((self.right >= 0) & (self.right <= self.total) & (self.right % 1 == 0)).all():
            raise ValueError(f"Tally: {self.name!r} must count 0 to {self.total} right answers, got {self.right}")
        self.right = self.right.astype(np.intp)
        if (self.of_each is None) != (self.classes is None):
            raise ValueError(f"Tally: {self.name!r} needs of_each and classes together, got one of them")
        if self.of_each is not None and not np.array_equal(self.of_each.sum(axis=1), self.right):
            raise ValueError(f"Tally: of_each of {self.name!r} must add up to right, {self.right}")


def few_tallies(length: str = "S") -> Any:
    """Declare one to three tallies, with a count for each frame."""
    return Field(_few, length)


def _few(caller: str, name: str, values: Any, shape: Shape) -> tuple[Tally, ...]:
    tallies = checks.instances(caller, name, values, Tally)
    if not 1 <= len(tallies) <= len(LOOKS):
        raise ValueError(f"{caller}: expected 1 to {len(LOOKS)} {name}, got {len(tallies)}")
    epochs = len(tallies[0].right) if isinstance(shape[0], str) else shape[0]
    for tally in tallies:
        if len(tally.right) != epochs:
            raise ValueError(
                f"{caller}: {tally.name!r} must have a count for each of {epochs} epochs, got {tally.right.shape}"
            )
    return tallies


def write_counts(page: Page, tallies: Sequence[Tally], place: Place, right: float) -> None:
    """Write a row "name   24 of 41" for each tally, from `place` down, up to `right`."""
    heights = [place[1] - ROW * row for row in range(len(tallies))]
    totals = [
        page.number("{:,.0f}", f"total[{row}]", tally.total, (right, y), color=style.QUIET)
        for row, (tally, y) in enumerate(zip(tallies, heights, strict=True))
    ]
    middle = right - max(map(page.width, totals)) - SPACE
    for row, (tally, y) in enumerate(zip(tallies, heights, strict=True)):
        page.text(tally.name, (place[0], y))
        count = page.number("{:,.0f}", f"right[{row}]", tally.right, weight="bold")
        page.row((middle, y), count, page.quiet("of"), ha="right")


def in_words(tallies: Sequence[Tally], frame: int) -> str:
    """Say the counts of a frame.

    >>> in_words([Tally("seen", np.array([3, 4]), 5), Tally("new", np.array([1, 2]), 4)], 1)
    'seen 4 of 5, new 2 of 4'
    """
    return ", ".join(f"{tally.name} {tally.right[frame]} of {tally.total}" for tally in tallies)
