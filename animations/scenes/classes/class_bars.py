"""What a classifier says of one picture, epoch by epoch: its probability of each class as a bar and as a number.

S frames, K classes, H W rows and columns of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations import checks
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes, plot_axes
from animations.kit.images import image_axes
from animations.kit.labels import fit
from animations.kit.numbers import three_decimals
from animations.scene import Scene

MOST = 12  # classes
SIDE = 224  # of the picture, in pixels
BESIDE = 284  # where the words beside the picture start
EDGE = 575  # where the numbers end, and no word goes beyond
TOP, BOTTOM = 352, 64  # of the bars
WIDEST = 220  # a class name, in pixels
ARROW = 24  # from the mark of the true class to its name


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

    size = (600, 630)

    def __init__(
        self,
        picture: np.ndarray,
        probabilities: np.ndarray,
        names: Sequence[str],
        *,
        target: int,
        epochs: Sequence[int],
        name: str,
        note: str = "",
    ) -> None:
        who, self.names = "ClassBars", checks.texts("ClassBars", "names", names)
        count = len(self.names)
        if not 2 <= count <= MOST:
            raise ValueError(f"ClassBars: expected 2 to {MOST} class names, got {count}")
        self.picture, self.epochs = (
            checks.picture(who, "picture", picture, ("H", "W", 3)),
            checks.clock(who, "epochs", epochs),
        )
        self.target, self.frames = checks.position(who, "target", target, count), len(self.epochs)
        self.probabilities = checks.array(
            who, "probabilities, a row for each epoch and a column for each name,", probabilities, (self.frames, count)
        )
        self._check_sums()
        self.name, self.note = checks.text(who, "name", name), checks.text(who, "note", note)

    def draw(self, figure: FigureBase) -> None:
        self.page = pixel_axes(figure, self.size)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        self._draw_picture(figure)
        self._draw_words()
        self._draw_bars(figure)

    def update(self, frame: int) -> list[Artist]:
        for number, values in self.numbers:
            number.set_value(values[frame])
        for bar, value in zip(self.bars, self.probabilities[frame], strict=True):
            bar.set_width(value)
        said = self.said(frame)
        self.verdict.set_text(said)
        self.verdict.set_color({"✓": style.TARGET, "✗": style.ERROR}.get(said[-1], style.QUIET))
        fit(self.verdict, EDGE - BESIDE)
        return [*self.bars, self.zero, self.verdict, *(number for number, _ in self.numbers)]

    def said(self, frame: int) -> str:
        """Return the class of the largest probability, and whether that is right."""
        row = self.probabilities[frame]
        answers = np.flatnonzero(row == row.max())
        if len(answers) > 1:
            return "cannot tell"
        return f"says {self.names[answers[0]]} {'✓' if answers[0] == self.target else '✗'}"

    def describe(self, frame: int) -> str:
        true = self.names[self.target]
        return (
            f"Epoch {self.epochs[frame]} of {self.epochs[-1]}, shown {_one(true)}: the network {self.said(frame)}, "
            f"the probability of {true} is {three_decimals(self.probabilities[frame, self.target])}."
        )

    def _draw_picture(self, figure: FigureBase) -> None:
        """Draw the picture as large as whole pixels allow, at the upper left."""
        high, wide = self.picture.shape[:2]
        times = SIDE / max(high, wide)
        times = int(times) if times >= 1 else times
        extent = round(times * wide), round(times * high)
        axes = image_axes(figure, self.size, (30, self.size[1] - 30 - extent[1]), extent)
        axes.imshow(self.picture, interpolation="nearest", aspect="auto")

    def _draw_words(self) -> None:
        """Write beside the picture what it shows, the epoch, and make room for the verdict."""
        title = add_label(self.page, BESIDE, 584, _one(self.names[self.target]), size=style.LARGE, weight="bold")
        note = add_label(self.page, BESIDE, 554, self.note, color=style.QUIET)
        for words in (title, note):
            fit(words, EDGE - BESIDE)
        add_label(self.page, BESIDE, 432, "Epoch")
        self.numbers.append(
            (add_number(self.page, BESIDE + 94, 432, "{:.0f}", f"{self.name}.epoch", weight="bold"), self.epochs)
        )
        add_label(self.page, BESIDE + 104, 432, "of", color=style.QUIET)
        last = add_number(self.page, BESIDE + 130, 432, "{:.0f}", f"{self.name}.last_epoch", ha="left",
                          color=style.QUIET)  # fmt: skip
        last.set_value(self.epochs[-1])
        self.verdict = add_label(self.page, BESIDE, 396, "", size=style.LARGE, weight="bold")

    def _draw_bars(self, figure: FigureBase) -> None:
        """Draw a row for each class, from the top down: its name, its bar, its number."""
        width, height = self.size
        count = len(self.names)
        step = min((TOP - BOTTOM) / count, 56)
        rows = TOP - step * (np.arange(count) + 0.5)  # (K,) heights of the rows' middles, in pixels
        left = 0.0
        for k, y in enumerate(rows):
            label = add_label(self.page, 30 + ARROW, y, self.names[k], weight="bold")
            left = max(left, 30 + ARROW + fit(label, WIDEST) + 14)  # as if all were bold: two scenes' bars are aligned
            number = add_number(self.page, EDGE, y, three_decimals, f"{self.name}.predicted[{k}]")
            self.numbers.append((number, self.probabilities[:, k]))
            if k != self.target:
                label.set(weight="normal")
            else:
                for text in (label, number):
                    text.set(weight="bold", color=style.TARGET)
        add_label(self.page, 30, rows[self.target] + 2, "▸", color=style.TARGET, size=style.LARGE)
        right, bottom = EDGE - 70, TOP - step * count
        box = (left / width, bottom / height, (right - left) / width, (TOP - bottom) / height)
        axes = plot_axes(figure, box, xlabel="probability", xlim=(0, 1), ylim=(count - 0.5, -0.5), yticks=[])
        axes.set_xticks([0, 0.5, 1])
        colors = [style.TARGET if k == self.target else style.FAINT for k in range(count)]
        self.bars: list[Rectangle] = list(axes.barh(range(count), [0] * count, height=0.62, color=colors, zorder=3))
        self.zero = axes.axvline(0, color=style.INK, linewidth=1.5, zorder=4)  # over bars of less than a pixel

    def _check_sums(self) -> None:
        """Raise ValueError unless each row is one of probabilities."""
        sums = self.probabilities.sum(axis=1)
        if not ((self.probabilities >= 0).all() and (abs(sums - 1) < 1e-3).all()):
            raise ValueError(
                "ClassBars: probabilities must be 0 or more and each row add up to 1, as a Softmax returns them; "
                f"the smallest is {self.probabilities.min()}, the rows add up to {sums.min()} … {sums.max()}"
            )


def _one(name: str) -> str:
    """Return the name with "a" or "an" before it.

    >>> _one("truck"), _one("airplane")
    ('a truck', 'an airplane')
    """
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
