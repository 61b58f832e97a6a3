"""Bad input for charts of a table: bars, lines and pies."""

from __future__ import annotations

from typing import Any

import numpy as np

import animations as an
from tests.bad_input.hostile import OPEN, Argument, array, choice, flag, integer, made
from tests.bad_input.scene_arguments import Scenes, optional, word, words
from tinylearn.datasets import Table

CHARTS = Scenes()
scene = CHARTS.add


def table(values: Any, names: Any = ("Oslo", "Rome"), **texts: Any) -> Table:
    return Table([1, 2, 4], names, values, **texts)


VALUES = array(3, 2, low=0, high=9, nan=OPEN)
SETTINGS: dict[str, Argument] = {"top": integer(1, 2), "with_clock": flag(), "title": word("a title"),
                                 "source": optional(word("a source"))}  # fmt: skip
for kind in (an.BarRace, an.Bars, an.GrowingLines, an.Pie):
    scene(
        kind.__name__,
        lambda values, names, clock, unit, kind=kind, **settings: kind(
            table(values, names, clock=clock, unit=unit), **settings
        ),
        values=VALUES, names=words("Oslo", "Rome"), clock=word("year"), unit=word("mm"), speaks=("Table",), **SETTINGS,
    )  # fmt: skip
scene("GrowingLines, its width", an.GrowingLines, table=made("a table", lambda: table(np.eye(3)[:, :2])),
      with_values=flag(), width=choice(400, 1000, np.int64(400), also=[250],
                                       wrong=[-1, 0, 400.5, "400", None, 10**6, np.nan, 1j]))  # fmt: skip
