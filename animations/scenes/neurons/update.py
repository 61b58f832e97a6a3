"""One update after another in slow motion: how wrong is each row, how does it pull, one step down the valley.

    x   predicted  target   error      pull on w = 2/N · error · x         the loss over w and b, from above:
    100    101.0      212    −111      ◄──────────────  −2220              a dot that takes the step, against the
      …                                their sum, dw    −3893              arrow of the gradient
    w ← 1.0000 − 0.0005 · (−3893.0) = 2.9465

The first frame is "initialise"; after it, each update takes three frames: look, pull, step. All numbers of the three
belong to one update: w and b before it, its gradient from `Recording.gradients`, and the recorded w and b after it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from animations.data import clock, column, instance, text, texts
from animations.kit import style
from animations.kit.chain import Chain
from animations.kit.following import between
from animations.kit.numbers import form_of_all
from animations.kit.page import Page, PageScene
from animations.scenes.neurons.update_whys import update_why
from animations.why import Why
from tinylearn import Recording

START, LOOK, PULL, STEP = range(4)
PHASES = (
    "initialise",
    "adjust: how wrong is each row?",
    "adjust: how does each row pull?",
    "adjust: one step, and repeat",
)
ROW, TOP = 31, 474  # pixels from row to row; the place of the first
ZERO, REACH, EDGE = 490, 130, 720  # of the bars: the place of 0, the length of the longest, the end of their numbers
MOST = 10  # rows that there is room for


class NeuronUpdates(PageScene):
    """Some updates of one neuron with one input, which learns by SGD from all rows in each update.

    x, target   (N,) the rows, at most 10
    updates     (U,) the updates to show

    The gids: "step", "last_step", "rate.w"; "loss", of the batch, before the update, and "loss_now", at the dot;
    "x[3]", "predicted[3]", "target[3]", "error[3]", "pull[3]", their sum "pulls"; before and after the update
    "dense_1.w[0,0]" and "next.dense_1.w[0,0]", "gradient.dense_1.w[0,0]"; same for "dense_1.b[0]".

    Raises ValueError if an update is not learning rate · gradient, or if x and target are not what it learned from.
    """

    recording: Recording = instance(Recording)
    x: np.ndarray = column("N")
    target: np.ndarray = column("N")
    updates: np.ndarray = clock("U")
    units: tuple[str, ...] = texts(2, default=("x", "y"), kw_only=True)
    layer: str = text(default="dense_1", kw_only=True)

    size = (1280, 600)
    cuts = (740,)  # between the table and the map
    glides = True

    def prepare(self) -> None:
        if self.x.size > MOST:
            raise ValueError(f"NeuronUpdates: the table has room for {MOST} rows, got {self.x.size}")
        if self.updates[0] < 1:
            raise ValueError(f"NeuronUpdates: updates must be 1 or more, because 0 is the start, got {self.updates[0]}")
        self.names = f"{self.layer}.w[0,0]", f"{self.layer}.b[0]"
        self.frames = 1 + 3 * len(self.updates)
        self.phases = np.array([START, *[LOOK, PULL, STEP] * len(self.updates)])
        self.shown = np.array([0, *np.repeat(np.arange(len(self.updates)), 3)])  # frame → index of its update
        after = [self.recording.index(step) for step in self.updates]
        before = [self.recording.index(step - 1) for step in self.updates]
        places = np.column_stack([self.recording[f"{self.layer}.w"][:, 0, 0], self.recording[f"{self.layer}.b"][:, 0]])
        made = [self.recording.gradients(int(step)) for step in self.updates]
        self.gradients = np.array([[g[f"{self.layer}.w"].item(), g[f"{self.layer}.b"].item()] for g in made])  # (U, 2)
        self.before, self.after = places[before], places[after]  # (U, 2): w and b
        self.errors = self.predict(self.before) - self.target  # (U, N)
        self.pulls = 2 / self.x.size * self.errors * self.x  # (U, N): they add up to the gradient of w
        self.rates = self.recording.learning_rates[after]  # (U,)
        self._check()
        self.chain = Chain(self.recording)
        self.where = np.where((self.phases == STEP)[:, None], self.after[self.shown], self.before[self.shown])

    def _check(self) -> None:
        """Raise ValueError unless the rows make the recorded gradients, and these the steps of plain SGD."""
        made = np.column_stack([self.pulls.sum(axis=1), 2 * self.errors.mean(axis=1)])
        losses = self.recording.losses[[self.recording.index(step) for step in self.updates]]
        one, square = 1e-5 * np.abs(self.pulls).max(), 1e-6 * (self.target**2).max()  # rounding of float32
        same = np.allclose(made, self.gradients, 1e-5, one)
        if not (same and np.allclose(self.loss_at(self.before), losses, 1e-4, square)):
            raise ValueError(
                "NeuronUpdates: x and target must be all rows that the neuron learned from in one batch, with the mean "
                f"squared error: their pulls add up to {made[:, 0]}, the gradient is {self.gradients[:, 0]}"
            )
        steps = self.rates[:, None] * self.gradients
        room = 8 * np.finfo(self.after.dtype).eps * np.maximum(np.abs(self.before), np.abs(steps))
        for update, axis in np.argwhere(~(np.abs(self.before - steps - self.after) <= room)):
            old, new, g = (float(each[update, axis]) for each in (self.before, self.after, self.gradients))
            raise ValueError(
                "NeuronUpdates: each step must be learning rate · gradient, as by SGD without momentum and weight "
                f"decay: update {self.updates[update]} made {self.names[axis]} {new:.6g}, but {old:.6g} − "
                f"{self.rates[update]:g} · ({g:.6g}) = {old - self.rates[update] * g:.6g}"
            )

    def stepped(self, frame: int) -> bool:
        """Has the update of a frame been made?"""
        return bool(self.phases[frame] == STEP)

    def why(self, gid: str, frame: int) -> Why | None:
        return update_why(self, gid, frame)

    def predict(self, places: np.ndarray) -> np.ndarray:
        """Return the neuron's answers (…, N) at places (…, 2) of w and b."""
        return places[..., :1] * self.x + places[..., 1:]

    def loss_at(self, places: np.ndarray) -> np.ndarray:
        """Return the loss (…) at places (…, 2) of w and b."""
        return ((self.predict(places) - self.target) ** 2).mean(axis=-1)

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        steps = np.where(self.phases == STEP, self.updates[self.shown], self.updates[self.shown] - 1)
        end = self.page.clock((30, 558), "Update", "step", steps, int(self.recording.steps[-1]), size=style.LARGE)
        self.page.words([PHASES[phase] for phase in self.phases], (end + 24, 558), color=style.QUIET)
        self._draw_table()
        self._draw_step()
        self._draw_valley()

    def describe(self, frame: int) -> str:
        (w, b), (dw, db), write = self.where[frame], self.gradients[self.shown[frame]], form_of_all(self.gradients, 1)
        return (
            f"{PHASES[self.phases[frame]]}: w is {w:.4f} and b is {b:.4f}; the gradient of the loss for update "
            f"{self.updates[self.shown[frame]]} is {write(dw)} for w and {write(db)} for b."
        )

    def _draw_table(self) -> None:
        """Draw a row for each example: its input, its output, its error, and its pull on w."""
        page, shown, (x_unit, y_unit), predicted = self.page, self.shown, self.units, self.predict(self.before)
        columns = (
            (84, x_unit, "x", "{:.4g}", self.x, style.INPUT),
            (180, "predicted", "predicted", form_of_all(predicted, 1), predicted[shown].T, style.WEIGHT),
            (270, f"target {y_unit}", "target", "{:.4g}", self.target, style.TARGET),
            (348, "error", "error", form_of_all(self.errors, 1, "+"), self.errors[shown].T, style.ERROR),
            (EDGE, "pull on w = 2/N · error · x", "pull", self._pull, self.pulls[shown].T, style.ERROR),
        )
        longest = np.abs(self.pulls).max(axis=1)[shown]
        for right, head, gid, form, values, color in columns:
            since = {"error": LOOK, "pull": PULL}.get(gid, START)
            page.show(self.phases >= since, page.quiet(head, (right, TOP + 32), ha="right", size=style.SMALL))
            for row, each in enumerate(values):
                number = page.number(form, f"{gid}[{row}]", each, (right, TOP - ROW * row), color=color)
                page.show(self.phases >= since, number)
        (zero,) = page.axes.plot(
            [ZERO, ZERO], [TOP - (self.x.size - 0.5) * ROW, TOP + 16], color=style.QUIET, linewidth=1, zorder=3.5
        )
        page.glide(zero, visible=lambda at: max(self.phases[[math.floor(at), math.ceil(at)]]) >= PULL)
        for row, pulls in enumerate(self.pulls[shown].T):
            (bar,) = page.axes.barh(TOP - ROW * row, 0, left=ZERO, height=15, color=style.ERROR, zorder=3)
            page.glide(bar, width=partial(self._length, np.where(self.phases >= PULL, REACH * pulls / longest, 0)))
        low = TOP - ROW * self.x.size
        pulls = self.pulls.sum(axis=1)
        added = page.number(form_of_all(pulls, 1, "+"), "pulls", pulls[shown], (EDGE, low - 5), color=style.ERROR)
        said = page.quiet("their sum, the slope along w", (ZERO + REACH, low - 5), ha="right", size=style.SMALL)
        page.show(self.phases >= PULL, page.rule((ZERO - REACH, EDGE), low + 13), said, added)

    def _length(self, lengths: np.ndarray, moment: float) -> float:
        """Return the length of a bar: it grows towards its number, and stays while its number is there."""
        return lengths[int(moment)] if self.phases[int(moment)] >= PULL else between(lengths)(moment)

    def _pull(self, value: float) -> str:
        """Write a pull with its sign; one that is too small for its digits as 0."""
        written = form_of_all(self.pulls, 0, "+")(value)
        return written if re.search("[1-9]", written) else "0"

    def _draw_step(self) -> None:
        """Write the two sums of the pulls, and the resulting steps."""
        page, names, same = self.page, self.names, (self.rates == self.rates[0]).all()
        rates = self.rates[0] if same else self.rates[self.shown]
        for axis, (name, color) in enumerate((("w", style.WEIGHT), ("b", style.BIAS))):
            y, old, new = 116 - 46 * axis, self.before[self.shown, axis], self.after[self.shown, axis]
            slopes, write = self.gradients[self.shown, axis], form_of_all(np.append(old, new), 4)
            slope = page.number(_in_brackets(slopes), f"gradient.{names[axis]}", slopes, color=style.ERROR)
            begin = [page.text(f"{name} =", color=color), page.number(write, names[axis], old, color=color)]
            middle = [page.text("−"), page.number("{:g}", f"rate.{name}", rates), page.text("·"), slope]
            ending = [page.text("="), page.number(write, f"next.{names[axis]}", new, color=color, weight="bold")]
            page.row((30, y), *begin, *middle, *ending)
            added = "sum of the pulls" if name == "w" else "sum without the x"
            said = page.quiet(f"{name} − learning rate · {added}", (EDGE, y), ha="right", size=style.SMALL)
            page.show(self.phases >= PULL, *middle, said)
            page.show(self.phases == STEP, *ending)

    def _draw_valley(self) -> None:
        """Draw the loss over w and b as a map, the path so far, the gradient, and the dot that steps against it."""
        axes = self.page.plot((806, 70, 444, 430), xlabel="w", ylabel="b", xcolor=style.WEIGHT, ycolor=style.BIAS)
        best = np.linalg.lstsq(np.column_stack([self.x, np.ones_like(self.x)]), self.target, rcond=None)[0]
        self._draw_map(axes, best)
        self._draw_loss((1250, 548))
        self.page.quiet("the loss over w and b: a valley, lowest at the star", (806, 520))
        (way,) = axes.plot([], [], color=style.WEIGHT, linewidth=1.5, marker="o", markersize=4.5, zorder=3)
        (step,) = axes.plot([], [], color=style.ERROR, linewidth=1.5, linestyle=":", marker="o", markevery=[-1],
                            markerfacecolor=style.PAPER, zorder=3.5)  # fmt: skip
        ends = np.stack([self.before, self.after], axis=1)[self.shown]  # (S, 2 ends, 2)
        self.page.bind(step, xdata=ends[..., 0], ydata=ends[..., 1], visible=self.phases == PULL)
        self.page.glide(way, data=self._way)
        self.page.dot(axes, self.where, color=style.WEIGHT, markersize=11)

    def _draw_loss(self, place: tuple[float, float]) -> None:
        """Write the loss at the dot; after a step, in front of it the loss before the step."""
        page, loss, moved = self.page, self.loss_at(self.before)[self.shown], self.loss_at(self.where)
        words, write = page.text("loss", color=style.ERROR), form_of_all(np.append(loss, moved), 1)
        now = page.number(write, "loss_now", moved, color=style.ERROR)
        before = page.quiet("before"), page.number(write, "loss", loss, color=style.ERROR)
        start = page.row(place, words, now, ha="right")
        page.row((start - 24, place[1]), *before, ha="right")
        page.show(self.phases == STEP, *before)

    def _draw_map(self, axes: Axes, best: np.ndarray) -> None:
        """Draw contour lines around the lowest place, `best`, as far as the path goes."""
        seen = np.vstack([self.where, best])
        low, high = seen.min(axis=0), seen.max(axis=0)
        pad = 0.12 * (high - low) + 1e-9
        w, b = np.meshgrid(*np.linspace(low - pad, high + pad, 121).T)
        loss = self.loss_at(np.stack([w, b], axis=-1))
        levels = np.geomspace(max(loss.min(), loss.max() / 1000), loss.max(), 10)
        axes.contourf(w, b, loss, levels=[0, *levels], cmap="Greys", vmin=-loss.max(), vmax=6 * loss.max())
        axes.contour(w, b, loss, levels=levels, colors=style.FAINT, linewidths=1)
        axes.set(xlim=w[0, [0, -1]], ylim=b[[0, -1], 0])
        axes.plot(*best, "*", color=style.TARGET, markersize=15, zorder=3)
        words = "no error" if loss.max() > 1e9 * self.loss_at(best) else "least error"
        far = best[0] > low[0] + 0.7 * (high - low)[0]  # no room for words at its right
        axes.annotate(words, tuple(best), (-8 if far else 8, 8), textcoords="offset points", color=style.TARGET,
                      size=style.SMALL, ha="right" if far else "left")  # fmt: skip

    def _way(self, frame: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the path up to a frame, or a moment between two."""
        before = int(frame)
        ahead = self.where[min(before + 1, self.frames - 1)]
        tip = self.where[before] + (frame - before) * (ahead - self.where[before])
        return tuple(np.vstack([self.where[: before + 1], tip]).T)


def _in_brackets(values: np.ndarray) -> Callable[[float], str]:
    write = form_of_all(values, 1, "+")
    return lambda value: f"({write(value)})"
