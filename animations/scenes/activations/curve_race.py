"""Networks that learn the same curve, on one clock: the loss of each, and next to it its curve.

epoch 62 of 1000   adjust, repeat
  │╲_   ● no bends    0.50   ■ with ReLU   0.25
  │  ╲● ╲___                   __╱╲
  │   ╲■    ╲___             ╲╱    ╲
  └────         ╲                   ╲_
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from matplotlib.figure import FigureBase

from animations import checks
from animations.data import anything, real, text
from animations.kit import style
from animations.kit.axes import log_loss
from animations.kit.labels import short
from animations.kit.page import Page, PageScene
from animations.scenes.activations.curve_fit import CurveStates
from animations.scenes.activations.curve_whys import epoch_why
from animations.scenes.activations.line_whys import BestLineWhys
from animations.why import Why

LEFT, BOTTOM, WIDE, HIGH = 84, 66, 500, 470  # pixels: the place of the losses
PANELS, PANEL, GAP, TITLE = 640, 292, 28, 34  # pixels: the networks begin; the width of each; between two; above each


def _states(caller: str, name: str, states: Any) -> dict[str, CurveStates]:
    states = {checks.text(caller, "each name", each): own for each, own in checks.mapping(caller, name, states).items()}
    checks.instances(caller, name, list(states.values()), CurveStates)
    if not 1 <= len(states) <= len(style.SERIES):
        raise ValueError(f"{caller}: expected 1 to {len(style.SERIES)} {name}, got {len(states)}")
    first, *others = states.values()
    for other, what in product(others, ("x", "target", "steps")):
        if not np.array_equal(getattr(first, what), getattr(other, what)):
            raise ValueError(f"{caller}: all {name} must have the same {what}, got different ones")
    return states


class CurveRace(PageScene):
    """Name → CurveStates, 1 to 5 of them, at the same steps: their losses fall, and their curves approach the target.

    title       how they differ
    best_line   the lowest loss of any straight line, drawn as a dashed line

    Each loss belongs to the parameters whose curve is drawn. The gids of the numbers: "epoch", "last_epoch",
    "best_line", and "name.loss_now".
    """

    states: dict[str, CurveStates] = anything(_states)
    title: str = text(kw_only=True)
    best_line: float = real(low=0, kw_only=True)

    size = (1280, 640)
    glides = True

    def prepare(self) -> None:
        first = next(iter(self.states.values()))
        self.x, self.target, self.steps, self.last = first.x, first.target, first.steps, first.last
        self.frames = len(self.steps)
        self.names = [short(name) for name in self.states]
        self.captions = tuple(self.names)  # their digits belong to names

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        page.text(self.title, (40, 606), size=style.LARGE)
        page.phase((page.clock((40, 570), "epoch", "epoch", self.steps, self.last) + 24, 570))
        page.text("- - -  target", (self.size[0] - GAP, 606), ha="right", color=style.TARGET)
        self._draw_losses()
        for place, name in enumerate(self.states):
            self._draw_network(place, name)

    def describe(self, frame: int) -> str:
        losses = ", ".join(f"{name} {states.loss[frame]:.4f}" for name, states in self.states.items())
        return f"{self.title}, epoch {self.steps[frame]} of {self.last}: losses of {losses}."

    def why(self, gid: str, frame: int) -> Why | None:
        if gid == "epoch":
            return epoch_why("the epoch of this frame", int(self.steps[frame]))
        if gid == "last_epoch":
            return epoch_why("the last epoch", self.last)
        name = max((name for name in self.states if gid.startswith(f"{name}.")), key=len, default=None)
        if name is not None:
            return self.states[name].why(f"{name}.", gid, frame)
        return BestLineWhys("", self.x, self.target, self.best_line).why(gid)

    def _draw_losses(self) -> None:
        """Draw the losses so far, and the loss of the best straight line."""
        axes = self.page.plot((LEFT, BOTTOM, WIDE, HIGH - 40), xlabel="epoch, log scale", ylabel="loss, log scale",
                              ycolor=style.ERROR)  # fmt: skip
        losses = np.clip([states.loss for states in self.states.values()], 1e-100, 1e100)  # a log axis has no 0
        log_loss(axes, self.last)
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_ylim(min(losses.min(), self.best_line or 1) / 2, losses.max() * 2)
        axes.axhline(self.best_line, color=style.QUIET, linestyle="--", linewidth=1.5, zorder=2.6)
        self.page.named((LEFT + WIDE, BOTTOM + HIGH - 18), "- - -  best straight line", "{:.4f}", "best_line",
                        self.best_line, ha="right", color=style.QUIET, size=style.SMALL)  # fmt: skip
        for loss, color, marker in zip(losses, style.SERIES, style.MARKERS, strict=False):
            self.page.grow(axes, self.steps, loss, color=color, marker=marker, markersize=8)

    def _draw_network(self, place: int, name: str) -> None:
        """Draw one network: marker, name and loss, and below them its curve, which approaches the target."""
        page, states, rows = self.page, self.states[name], (len(self.states) + 1) // 2
        color, marker, high = style.SERIES[place], style.MARKERS[place], HIGH / rows
        left, top = PANELS + place % 2 * (PANEL + GAP), BOTTOM + HIGH - place // 2 * high
        page.axes.plot(left + 10, top - 8, color=color, marker=marker, markersize=9)
        page.text(self.names[place], (left + 26, top - 8), color=color, weight="bold")
        page.number("{:.4f}", f"{name}.loss_now", states.loss, (left + PANEL, top - 8), color=color, weight="bold")
        if place < 2:
            page.quiet("loss", (left + PANEL, top + 14), ha="right", size=style.SMALL)
        said = np.concatenate([self.target, *(each.predicted.ravel() for each in self.states.values())])
        heights = max(-2.0, said.min()) - 0.2, min(2.0, said.max()) + 0.2
        axes = page.plot((left, top - high + GAP, PANEL, high - TITLE - GAP), ylim=heights)
        axes.set(xticks=[], yticks=[])
        axes.axhline(0, color=style.FAINT, linewidth=0.8, zorder=1)
        axes.plot(self.x, self.target, "--", color=style.TARGET, linewidth=1.5, zorder=3)
        (curve,) = axes.plot(self.x, states.predicted[0], color=color, linewidth=2.5, zorder=4)
        page.glide(curve, ydata=states.predicted)
