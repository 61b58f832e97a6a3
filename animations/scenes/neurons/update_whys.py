"""Explains the numbers of an update in slow motion: errors, pulls, their sum, the step.

Numbers that made w and b before the update have the gids of the recorded network after "earlier.": they belong to
another update, which has its own gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from animations.kit.whys import added, noted
from animations.scenes.neurons.neuron_whys import name_of_row
from animations.why import Line, Term, Why

EARLIER = "earlier."


def update_why(scene: Any, gid: str, frame: int) -> Why | None:
    """Explain a number of the scene."""
    return OfFrame(scene, frame).why(gid)


class OfFrame:
    """One frame: update `step`, w and b before it, the rows, and their pulls."""

    def __init__(self, scene: Any, frame: int) -> None:
        self.scene, self.frame, self.update = scene, frame, int(scene.shown[frame])
        self.step, self.count = int(scene.updates[self.update]), scene.x.size
        self.old, self.new = scene.before[self.update], scene.after[self.update]  # w and b
        self.errors, self.pulls = scene.errors[self.update], scene.pulls[self.update]
        self.names = [name_of_row(x, scene.units[0]) for x in scene.x]
        self.table: dict[str, Callable[[], Why | None]] = {
            "step": lambda: noted("how many updates have been made", "counted while training", self.made),
            "last_step": lambda: noted("the last update", "counted while training", scene.recording.steps[-1]),
            "loss_now": lambda: self.loss(self.scene.where[self.frame], self.made),
            "loss": lambda: self.loss(self.old, self.step - 1),
            "pulls": lambda: self.gradient(0, "w"),
        }
        for row in range(self.count):
            self.table |= self.of_row(row)
        for axis, letter in enumerate("wb"):
            self.table |= self.of_parameter(axis, letter)

    @property
    def made(self) -> int:
        return self.step if self.scene.stepped(self.frame) else self.step - 1

    def why(self, gid: str) -> Why | None:
        if gid in self.table:
            return self.table[gid]()
        if not gid.startswith(EARLIER):
            return None
        told = self.scene.chain.why(gid.removeprefix(EARLIER), self.step - 1)
        return told and told.renamed(lambda each: f"{EARLIER}{each}")

    def before(self, axis: int) -> Term:
        return Term(float(self.old[axis]), self.scene.names[axis])

    def of_row(self, row: int) -> dict[str, Callable[[], Why | None]]:
        """Return the functions that explain the numbers of a row."""
        scene = self.scene
        x, target = Term(float(scene.x[row]), f"x[{row}]"), Term(float(scene.target[row]), f"target[{row}]")
        error, pull = Term(float(self.errors[row]), f"error[{row}]"), float(self.pulls[row])
        predicted = Term(float(scene.predict(self.old)[row]), f"predicted[{row}]")
        name = self.names[row]
        return {
            x.gid: lambda: noted(f"x, in {scene.units[0]}", "the data", x.value),
            target.gid: lambda: noted(f"the target of {name}, in {scene.units[1]}", "the data", target.value),
            predicted.gid: lambda: Why(
                f"the neuron's answer for {name}, before update {self.step}", predicted.value,
                [Line("w · x + b", self.before(0), "*", x, "+", self.before(1), "=", predicted.value)],
            ),
            error.gid: lambda: Why(f"the error of {name}", error.value,
                                   [Line("predicted − target", predicted, "-", target, "=", error.value)]),
            f"pull[{row}]": lambda: Why(
                f"how {name} pulls on w: what it adds to the gradient", pull,
                [Line("2 / N · error · x: the slope of the mean of (w · x + b − target)², in w", f"2 / {self.count} *",
                      error, "*", x, "=", pull)],
            ),
        }  # fmt: skip

    def of_parameter(self, axis: int, letter: str) -> dict[str, Callable[[], Why | None]]:
        """Return the functions that explain w or b before and after the update, its gradient and the rate."""
        name, rate = self.scene.names[axis], float(self.scene.rates[self.update])
        slope, new = float(self.scene.gradients[self.update, axis]), float(self.new[axis])
        gradient = Term(slope, f"gradient.{name}")
        words = f"{letter} − learning rate · sum of the pulls: against the slope"
        return {
            name: lambda: self.earlier(axis, letter),
            f"rate.{letter}": lambda: noted("the learning rate", "chosen before training", rate),
            gradient.gid: lambda: self.gradient(axis, letter),
            f"next.{name}": lambda: Why(
                f"{letter} after update {self.step}", new,
                [Line(words, self.before(axis), "-", Term(rate, f"rate.{letter}"), "*", gradient, "=", new)],
            ),
        }  # fmt: skip

    def earlier(self, axis: int, letter: str) -> Why:
        """Explain w or b before the update: by the update that made it, or as its initial value."""
        name, value = self.scene.names[axis], float(self.old[axis])
        told = self.scene.chain.why(name, self.step - 1)
        if told:
            return told.renamed(lambda each: f"{EARLIER}{each}")
        return noted(f"{letter} before update {self.step}", "as recorded", value)

    def gradient(self, axis: int, letter: str) -> Why:
        """Explain a gradient: the pulls of all rows, and the lines that compute it."""
        value = float(self.scene.gradients[self.update, axis])
        on_b = 2 / self.count * self.errors
        rows = [(self.names[row], float(pull), f"pull[{row}]" if axis == 0 else f"error[{row}]")
                for row, pull in enumerate(self.pulls if axis == 0 else on_b)]  # fmt: skip
        words = "the pulls of all rows" if axis == 0 else "2 / N · error of each row: for b, x is always 1"
        parts = [added(words, rows, value)]
        told = self.scene.chain.why(f"gradient.{self.scene.names[axis]}", self.step)
        source = [part for part in told.parts if part.__class__.__name__ == "Code"] if told else []
        return Why(f"how the loss grows with {letter}, in update {self.step}", value, [*parts, *source])

    def loss(self, where: np.ndarray, made: int) -> Why:
        """Explain the loss with w and b as `where`, after `made` updates."""
        scene = self.scene
        squares = (scene.predict(where) - scene.target) ** 2 / self.count
        moved = np.any(where != self.old)
        words = f"(w · x + b − target)² / {self.count} of each row" + (", with the new w and b" if moved else "")
        rows = [(self.names[row], float(square), f"next.{scene.names[0]}" if moved else f"error[{row}]")
                for row, square in enumerate(squares)]  # fmt: skip
        value = float(scene.loss_at(where))
        return Why(f"the loss after {made} updates: the mean", value, [added(words, rows, value)])
