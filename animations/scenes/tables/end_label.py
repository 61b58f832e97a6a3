"""The label of a line or a wedge: a name, and after it a number."""

from __future__ import annotations

import numpy as np

from animations.engine.text import Form, Number, text_width
from animations.kit import style
from animations.kit.labels import widest
from animations.scenes.tables.table_scene import TableScene, look

LINE_HEIGHT = 20  # pixels from one label to the next
GAP = 7  # pixels from a name to its value


class EndLabel:
    """The name of a series and a number after it, at the end of its line or bar. `width` is in pixels.

    `values` are the numbers in each frame, written as `form`; None for no number.
    """

    def __init__(
        self, scene: TableScene, series: int, values: np.ndarray | None, form: Form, kind: str = "value"
    ) -> None:
        self.color, name = look(series)[0], scene.names[series]
        self.name = scene.page.text(name, color=self.color, zorder=4)
        self.width = self.step = text_width(name, style.MEDIUM) + GAP  # to the left of the number
        self.number: Number | None = None
        if values is None:
            self.width -= GAP
        else:
            self.number = scene.add_value(series, values, form, kind)
            self.width += widest(scene.texts(values, form), style.MEDIUM)

    def move(self, x: float, y: float) -> None:
        """Begin at x, in the middle of the line at y; without y, the label is hidden."""
        self.name.set(visible=not np.isnan(y), position=(x, y))
        if self.number is not None:
            self.number.set_position((x + self.step, y))
