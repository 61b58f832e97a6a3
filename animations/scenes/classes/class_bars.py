"""A network's answers for pictures, update by update: its probability of each class, as a bar and as a number.

    a truck                                               says truck ✓
    ▒▒▒▒▒▒▒                                               plane ▏            < 0.001
    ▒▒▒▒▒▒▒  →                                        →   …
    ▒▒▒▒▒▒▒      ▇▇▇  →  ▇▇  →  ▌  →  ▖  →                truck ▇▇▇▇▇▇▇▇▇▇▇▇ > 0.999
    a frog                                                says frog ✓
    ▒▒▒▒▒▒▒  →                                        →   …

S frames, P pictures, K classes, H W C rows, columns and channels.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase

from animations.data import array, clock, instance, pixels, positions, text, texts
from animations.engine.text import PastedText
from animations.kit import style
from animations.kit.labels import fit, with_article
from animations.kit.numbers import probability
from animations.kit.page import Page, PageScene
from animations.kit.whys import explained
from animations.scenes.classes.class_whys import DRAWN, FEATURES, LOGITS, check_origins
from animations.scenes.classes.layers import LayerBlocks
from animations.why import Why
from tinylearn import Sequential

MOST, MOST_PICTURES = 12, 3  # classes, pictures
SIDE = 192  # of a picture, in pixels
LEFT, RIGHT = 30, 1170  # where pictures begin, and where the numbers of the bars end
NETWORK = 256, 472  # where the network begins, and its width
NAMES, MARK = 800, 776  # where the names of classes begin; a mark precedes the true one
WIDEST, DIGITS = 120, 80  # the longest class name, and the room for a number, in pixels
HEAD, FOOT, STEP = 72, 8, 24  # the heading, the margin below, from bar to bar
TITLE, AXIS = 36, 68  # above and below the bars of a picture


class ClassBars(PageScene):
    """Pictures, the layers of the network, and for each picture a bar from 0 to 1 for each class, on one clock.

    pictures        (P, H, W, 3) in [0, 1], one to three
    probabilities   (S, P, K), each row as Softmax returns it
    names           K class names, in the order of the bars
    targets         (P,) the true class: its row has a mark, is bold, and has the colour of the truth
    model           its layers are drawn
    steps, epochs   (S,) the update and the epoch of each frame
    note            a word about the pictures

    To explain the probabilities, pass these too; they must give the same ones:

    logits          (S, P, K): their softmax gives the probabilities
    features        (S, P, D) before the last layer, its weights (S, D, K) and biases (S, K): they give the logits

    The gids of its numbers: "step", "last_step", "epoch", "last_epoch", "parameters",
    and "picture_1.predicted[9]": of a picture and a class.
    """

    pictures: np.ndarray = pixels("P", "H", "W", 3)
    probabilities: np.ndarray = array("S", "P", "K", low=0)
    names: tuple[str, ...] = texts("K", least=2, most=MOST)
    targets: list[int] = positions("P", "K", kw_only=True)
    model: Sequential = instance(Sequential, kw_only=True)
    steps: np.ndarray = clock("S", kw_only=True)
    epochs: np.ndarray = clock("S", kw_only=True)
    note: str = text(default="", kw_only=True)
    logits: np.ndarray | None = array("S", "P", "K", default=None, kw_only=True)
    features: np.ndarray | None = array("S", "P", "D", default=None, kw_only=True)
    weights: np.ndarray | None = array("S", "D", "K", default=None, kw_only=True)
    biases: np.ndarray | None = array("S", "K", default=None, kw_only=True)

    def prepare(self) -> None:
        sums, count = self.probabilities.sum(axis=2), len(self.pictures)
        if not (abs(sums - 1) < 1e-3).all():
            raise ValueError(
                "ClassBars: each row of probabilities must add up to 1, as a Softmax returns them; "
                f"the rows add up to {sums.min()} … {sums.max()}"
            )
        if count > MOST_PICTURES:
            raise ValueError(f"ClassBars: expected 1 to {MOST_PICTURES} pictures, got {count}")
        check_origins(self)
        self.layers = LayerBlocks(self.model, self.pictures.shape[1:])
        self.captions = self.layers.captions
        self.half = max(STEP * len(self.names), SIDE + 24) // 2  # of all that stands next to a picture
        self.row = max(TITLE + 2 * self.half + AXIS, 2 * math.ceil(self.layers.height / count / 2))
        self.size = 1200, HEAD + self.row * count + FOOT

    def draw(self, figure: FigureBase) -> None:
        page, self.verdicts = Page(figure, self.size), list[PastedText]()
        self.page = page
        heading = self.size[1] - 40
        end = page.clock((LEFT, heading), "Update", "step", self.steps, self.steps[-1], size=style.LARGE)
        end = page.clock((end + 40, heading), "epoch", "epoch", self.epochs, self.epochs[-1], size=style.LARGE)
        page.phase((end + 30, heading))
        (left, width), middle, high = NETWORK, FOOT + self.row * len(self.pictures) / 2, self.layers.height
        self.layers.draw(page, (left, middle - high / 2, width, high))
        page.quiet("then softmax", (left + width - 16, middle - high / 2 + 16), ha="right", size=style.SMALL)
        for p in range(len(self.pictures)):
            y = self.size[1] - HEAD - self.row * p - TITLE - self.half  # the middle of picture and bars
            self._draw_picture(p, y)
            self._draw_bars(p, y)
            side = middle + np.clip(y - middle, -high / 2 + 30, high / 2 - 30)  # at the edge of the network
            page.arrow((LEFT + SIDE + 8, y), (left - 4, side), style.QUIET, head=10)
            page.arrow((left + width + 4, side), (MARK - 10, y), style.QUIET, head=10)

    def update(self, frame: float) -> list[Artist]:
        changed = self.page.update(frame)
        for verdict in self.verdicts:
            fit(verdict, RIGHT - NAMES)
        return changed

    def said(self, frame: int, p: int) -> str:
        """Return the most probable class, and whether it is right."""
        row = self.probabilities[frame, p]
        first, *others = np.flatnonzero(row == row.max())
        return "cannot tell" if others else f"says {self.names[first]} {'✓' if first == self.targets[p] else '✗'}"

    def describe(self, frame: int) -> str:
        answers = [
            f"shown {with_article(self.names[true])}, the network {self.said(frame, p)}, the probability of "
            f"{self.names[true]} is {probability(self.probabilities[frame, p, true])}"
            for p, true in enumerate(self.targets)
        ]
        return (
            f"Update {self.steps[frame]} of {self.steps[-1]}, epoch {self.epochs[frame]} of {self.epochs[-1]}: "
            f"{'; '.join(answers)}."
        )

    def why(self, gid: str, frame: int) -> Why | None:
        logits, features = self.logits is not None, self.features is not None
        table = {**DRAWN, **(LOGITS if logits else {}), **(FEATURES if features else {})}
        return explained(gid, table, self, frame)

    def _draw_picture(self, p: int, middle: float) -> None:
        """Draw a picture as large as whole pixels allow, above it what it shows, and below it a note."""
        high, wide = self.pictures.shape[1:3]
        times = SIDE / max(high, wide)
        times = int(times) if times >= 1 else times
        extent = round(times * wide), round(times * high)
        axes = self.page.image((LEFT, round(middle - extent[1] / 2)), extent)
        axes.imshow(self.pictures[p], interpolation="nearest", aspect="auto")
        shown, above = with_article(self.names[self.targets[p]]), middle + SIDE / 2 + 22
        fit(self.page.text(shown, (LEFT, above), size=style.LARGE, weight="bold"), SIDE)
        fit(self.page.quiet(self.note, (LEFT, middle - SIDE / 2 - 18)), SIDE)

    def _draw_bars(self, p: int, middle: float) -> None:
        """Draw the answer, and below it a row for each class: its name, its bar, its number."""
        page, count, target = self.page, len(self.names), self.targets[p]
        high = STEP * count
        rows = middle + high / 2 - STEP * (np.arange(count) + 0.5)  # (K,) heights of the middles of the rows, in pixels
        self.verdicts.append(page.verdict(lambda frame: self.said(frame, p), (NAMES, middle + high / 2 + 22)))
        plain: dict[str, Any] = {"weight": "normal", "color": style.INK}
        looks = [plain] * count
        looks[target] = {"weight": "bold", "color": style.TARGET}
        widest = 0.0
        for k, (name, y, look) in enumerate(zip(self.names, rows, looks, strict=True)):
            label = page.text(name, (NAMES, y), weight="bold")
            widest = max(widest, fit(label, WIDEST))  # as if all were bold: the bars of all pictures are aligned
            label.set(**look)
            page.number(probability, f"picture_{p}.predicted[{k}]", self.probabilities[:, p, k], (RIGHT, y), **look)
        page.text("▸", (MARK, rows[target] + 2), color=style.TARGET, size=style.LARGE)
        left = NAMES + widest + 14
        axes = page.plot((left, middle - high / 2, RIGHT - DIGITS - left, high), xlabel="probability", xlim=(0, 1),
                         xticks=[0, 0.5, 1], ylim=(count - 0.5, -0.5), yticks=[])  # fmt: skip
        for k, values in enumerate(self.probabilities[:, p].T):
            (bar,) = axes.barh(k, 0, height=0.62, color=style.TARGET if k == target else style.FAINT, zorder=3)
            page.bind(bar, width=values)
        page.bind(axes.axvline(0, color=style.INK, linewidth=1.5, zorder=4))  # over bars of less than a pixel
