"""What a classifier says of one picture, epoch by epoch: its probability of each class as a bar and as a number.

S frames, K classes, H W rows and columns of the picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase

from animations.data import array, clock, pixels, position, text, texts
from animations.kit import style
from animations.kit.labels import fit, with_article
from animations.kit.numbers import three_decimals
from animations.kit.page import Page
from animations.scene import Scene

MOST = 12  # classes
SIDE = 224  # of the picture, in pixels
LEFT = 30  # where picture and rows start
NAMES = 54  # where the class names start: the mark of the true class stands before its name
BESIDE = 284  # where the words beside the picture start
EDGE = 575  # where the numbers end, and no word goes beyond
TOP, BOTTOM = 352, 64  # of the bars
WIDEST = 220  # a class name, in pixels


class ClassBars(Scene):
    """A picture, and the probability of each class as a bar from 0 to 1, on one clock.

    picture        (H, W, 3) in [0, 1]
    probabilities  (S, K), each row as a Softmax returns it
    names          K class names; the bars stand in this order
    target         which of them is true: its row has an arrow, is bold, and in the colour of the truth
    epochs         (S,) the epoch of each frame
    name           stands before the gids: "truck" gives "truck.epoch", "truck.last_epoch", "truck.predicted[9]"
    note           a word on the picture, below what it shows
    """

    picture: np.ndarray = pixels("H", "W", 3)
    probabilities: np.ndarray = array("S", "K", low=0)
    names: tuple[str, ...] = texts("K", least=2, most=MOST)
    target: int = position("K", kw_only=True)
    epochs: np.ndarray = clock("S", kw_only=True)
    name: str = text(kw_only=True)
    note: str = text(default="", kw_only=True)

    size = (600, 630)

    def prepare(self) -> None:
        sums = self.probabilities.sum(axis=1)
        if not (abs(sums - 1) < 1e-3).all():
            raise ValueError(
                "ClassBars: each row of probabilities must add up to 1, as a Softmax returns them; "
                f"the rows add up to {sums.min()} … {sums.max()}"
            )

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size, self.name)
        self._draw_picture()
        self._draw_words()
        self._draw_bars()

    def update(self, frame: int) -> list[Artist]:
        changed = self.page.update(frame)
        fit(self.verdict, EDGE - BESIDE)
        return changed

    def said(self, frame: int) -> str:
        """Return the class of the largest probability, and whether that is right."""
        row = self.probabilities[frame]
        first, *others = np.flatnonzero(row == row.max())
        return "cannot tell" if others else f"says {self.names[first]} {'✓' if first == self.target else '✗'}"

    def describe(self, frame: int) -> str:
        true = self.names[self.target]
        return (
            f"Epoch {self.epochs[frame]} of {self.epochs[-1]}, shown {with_article(true)}: the network "
            f"{self.said(frame)}, the probability of {true} is "
            f"{three_decimals(self.probabilities[frame, self.target])}."
        )

    def _draw_picture(self) -> None:
        """Draw the picture as large as whole pixels allow, at the upper left."""
        high, wide = self.picture.shape[:2]
        times = SIDE / max(high, wide)
        times = int(times) if times >= 1 else times
        extent = round(times * wide), round(times * high)
        axes = self.page.image((LEFT, self.size[1] - 30 - extent[1]), extent)
        axes.imshow(self.picture, interpolation="nearest", aspect="auto")

    def _draw_words(self) -> None:
        """Write beside the picture what it shows, the epoch, and the verdict."""
        page, shown = self.page, with_article(self.names[self.target])
        fit(page.text(shown, (BESIDE, 584), size=style.LARGE, weight="bold"), EDGE - BESIDE)
        fit(page.quiet(self.note, (BESIDE, 554)), EDGE - BESIDE)
        page.clock((BESIDE, 432), "Epoch", "epoch", self.epochs, self.epochs[-1])
        self.verdict = page.verdict(self.said, (BESIDE, 396))

    def _draw_bars(self) -> None:
        """Draw a row for each class, from the top down: its name, its bar, its number."""
        page, count = self.page, len(self.names)
        step = min((TOP - BOTTOM) / count, 56)
        rows = TOP - step * (np.arange(count) + 0.5)  # (K,) heights of the rows' middles, in pixels
        plain: dict[str, Any] = {"weight": "normal", "color": style.INK}
        looks = [plain] * count
        looks[self.target] = {"weight": "bold", "color": style.TARGET}
        widest = 0.0
        for k, (name, y, look) in enumerate(zip(self.names, rows, looks, strict=True)):
            label = page.text(name, (NAMES, y), weight="bold")
            widest = max(widest, fit(label, WIDEST))  # as if all were bold: two scenes' bars are aligned
            label.set(**look)
            page.number(three_decimals, f"predicted[{k}]", self.probabilities[:, k], (EDGE, y), **look)
        page.text("▸", (LEFT, rows[self.target] + 2), color=style.TARGET, size=style.LARGE)
        left, bottom = NAMES + widest + 14, TOP - step * count
        axes = page.plot((left, bottom, EDGE - 70 - left, TOP - bottom), xlabel="probability", xlim=(0, 1),
                         xticks=[0, 0.5, 1], ylim=(count - 0.5, -0.5), yticks=[])  # fmt: skip
        for k, values in enumerate(self.probabilities.T):
            color = style.TARGET if k == self.target else style.FAINT
            (bar,) = axes.barh(k, 0, height=0.62, color=color, zorder=3)
            page.bind(bar, width=values)
        page.bind(axes.axvline(0, color=style.INK, linewidth=1.5, zorder=4))  # over bars of less than a pixel
