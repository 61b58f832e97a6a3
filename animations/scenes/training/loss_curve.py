"""The loss of every update, and a dot at the current one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from animations.data import anything, clock, instance
from animations.kit import style
from animations.kit.numbers import three_digits
from animations.kit.page import Page, PageScene
from tinylearn import Recording

MUCH = 30  # losses that differ by more than this factor need a log axis
BINS = 400  # for a longer recording, the curve has the largest and the smallest loss of each bin


class LossCurve(PageScene):
    """The losses in a recording: of each batch, before its update.

    steps   (S,) the update that each frame shows
    size    (width, height) of the picture

    Its digits are those of the axes; a `NetworkDiagram` shows the loss as a number.
    """

    recording: Recording = instance(Recording)
    steps: np.ndarray = clock("S")
    size: tuple[int, int] = anything(default=(480, 360), kw_only=True)

    glides = True

    def prepare(self) -> None:
        recording = self.recording
        self.losses = recording.losses[[recording.index(step) for step in self.steps]]
        known = np.isfinite(recording.losses)
        self.curve = envelope(recording.steps[known], recording.losses[known])
        values = self.curve[1]
        self.is_log = bool(len(values) and values.min() > 0 and values.max() > MUCH * values.min())

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        width, height = self.size
        words = f"of the batch, before the update{', log scale' * self.is_log}"
        page.row((24, height - 30), page.text("Loss", weight="bold"), page.quiet(words, size=style.SMALL), space=14)
        if not len(self.curve[1]):
            page.quiet("No loss was recorded.", (24, height - 60))
            return
        axes = page.plot((84, 64, width - 84 - 30, height - 64 - 60), xlabel="update")
        self._set_axes(axes)
        axes.plot(*self.curve, color=style.ERROR, linewidth=1, alpha=0.6)
        places = np.stack([self.steps, self.losses], axis=1).astype(float)
        seen = np.isfinite(self.losses)
        places[~seen] = self.curve[0][0], self.curve[1][0]  # waits here, invisible
        dot = page.dot(axes, places, color=style.ERROR, markersize=10)
        page.show(seen, dot)

    def describe(self, frame: int) -> str:
        loss = self.losses[frame]
        said = "none yet" if np.isnan(loss) else three_digits(loss)
        return f"The loss of the batch of update {self.steps[frame]}, before it: {said}."

    def _set_axes(self, axes: Axes) -> None:
        """Set the ends and the marks of the axes."""
        steps, values = self.curve
        first, last = steps[0], max(steps[-1], steps[0] + 1)
        low, high = values.min(), values.max()
        room = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
        ends = (low / 1.3, high * 1.3) if self.is_log else (low - room, high + room)
        axes.set(xlim=(first - 0.02 * (last - first), last + 0.03 * (last - first)), autoscale_on=False)
        axes.set(yscale="log" if self.is_log else "linear", ylim=ends)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
        if self.is_log:
            digits = (1, 2, 5) if high < 200 * low else (1,)
            axes.yaxis.set(major_locator=LogLocator(subs=digits, numticks=9), minor_locator=NullLocator())
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:g}")


def envelope(steps: np.ndarray, losses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points (P,) of a curve that looks the same: for a long one, only the extremes of each part, in order.

    >>> steps, losses = envelope(np.arange(1, 10_001), np.sin(np.arange(10_000)))
    >>> len(steps), round(float(losses.max()), 3)
    (800, 1.0)
    """
    if len(steps) <= 2 * BINS:
        return steps, losses
    ends = pairwise(np.linspace(0, len(losses), BINS + 1).astype(int).tolist())
    extremes = [(start + losses[start:end].argmin(), start + losses[start:end].argmax()) for start, end in ends]
    places = np.sort(extremes, axis=1).ravel()
    return steps[places], losses[places]
