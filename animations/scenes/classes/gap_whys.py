"""Explains the numbers of an accuracy gap: correct / total for both sets, and the difference.

run_i.gap            accuracy[0] - accuracy[1]
run_i.accuracy[j]    correct[j] / total[j]
"""

from __future__ import annotations

from typing import Any

from animations.kit.whys import Table, added, noted
from animations.why import Line, Term, Why


def _epoch(scene: Any, frame: int) -> Why:
    return noted("the epoch that this frame shows", "counted while training", scene.epochs[frame])


def _last_epoch(scene: Any, frame: int) -> Why:
    return noted("the last epoch that is shown", "counted while training", scene.epochs[-1])


def _correct(scene: Any, frame: int, i: int, j: int) -> Why:
    """Explain the number of correct answers: it was counted."""
    run = scene.runs[i]
    count, epoch = run.counts[j], scene.epochs[frame]
    says = f"correct answers, {count.name}, after epoch {epoch}"
    if j == len(run.accuracies):
        return noted(says, "counted: the correct answers if all answers are the same", count.correct[frame])
    if count.of_each is not None:
        counts = zip(count.classes, count.of_each[frame].tolist(), strict=True)
        rows = [(name, number, f"run_{i}.correct[{j}].of[{k}]") for k, (name, number) in enumerate(counts)]
        return Why(
            says, int(count.correct[frame]), [added("correct answers for each class", rows, count.correct[frame])]
        )
    return noted(says, f"counted: every picture was shown to the network as it was after epoch {epoch}",
                 count.correct[frame])  # fmt: skip


def _correct_of(scene: Any, frame: int, i: int, j: int, k: int) -> Why | None:
    """Explain the number of correct answers for one class."""
    count = scene.runs[i].counts[j]
    if count.of_each is None:
        return None
    words = f"counted: pictures of this class were shown to the network as it was after epoch {scene.epochs[frame]}"
    return noted(f"correct answers for {count.classes[k]}, {count.name}", words, count.of_each[frame, k])


def _total(scene: Any, frame: int, i: int, j: int) -> Why:
    count = scene.runs[i].counts[j]
    return noted(f"all answers, {count.name}", "counted: one answer for each picture", count.total)


def _accuracy(scene: Any, frame: int, i: int, j: int) -> Why:
    """Explain the accuracy on a set."""
    run = scene.runs[i]
    count, value = run.counts[j], float(run.accuracies[j, frame])
    line = Line("correct / total", Term(float(count.correct[frame]), f"run_{i}.correct[{j}]"), "/",
                Term(float(count.total), f"run_{i}.total[{j}]"), "=", value)  # fmt: skip
    return Why(f"the accuracy, {count.name}, after epoch {scene.epochs[frame]}", value, [line])


def _gap(scene: Any, frame: int, i: int) -> Why:
    """Explain the gap: the accuracy on the training set, minus that on the other set."""
    run = scene.runs[i]
    seen, new = (Term(float(run.accuracies[j, frame]), f"run_{i}.accuracy[{j}]") for j in (0, 1))
    line = Line(f"accuracy, {run.seen.name} − accuracy, {run.new.name}", seen, "-", new, "=", float(run.gaps[frame]))
    return Why(f"the gap, {run.name}, after epoch {scene.epochs[frame]}", float(run.gaps[frame]), [line])


GAPS: Table = {
    "epoch": _epoch,
    "last_epoch": _last_epoch,
    "run_{}.correct[{}]": _correct,
    "run_{}.correct[{}].of[{}]": _correct_of,
    "run_{}.total[{}]": _total,
    "run_{}.accuracy[{}]": _accuracy,
    "run_{}.gap": _gap,
}
