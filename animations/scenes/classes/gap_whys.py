"""Where the numbers of an accuracy gap come from: right / all of both sets, and what lies between.

run_i.gap         share[0] - share[1]
run_i.share[j]    right[j] / total[j]
"""

from __future__ import annotations

from typing import Any

from animations.kit.whys import Table, added, noted
from animations.why import Line, Term, Why


def _epoch(scene: Any, frame: int) -> Why:
    return noted("the epoch that this frame shows", "counted while training", scene.epochs[frame])


def _last_epoch(scene: Any, frame: int) -> Why:
    return noted("the last epoch that is shown", "counted while training", scene.epochs[-1])


def _right(scene: Any, frame: int, i: int, j: int) -> Why:
    """Explain how many answers are right: they were counted."""
    run = scene.runs[i]
    tally, epoch = run.tallies[j], scene.epochs[frame]
    says = f"right answers, {tally.name}, after epoch {epoch}"
    if j == len(run.shares):
        return noted(says, "counted: the answers that are right if all are the same", tally.right[frame])
    if tally.of_each is not None:
        counts = zip(tally.classes, tally.of_each[frame].tolist(), strict=True)
        rows = [(name, count, f"run_{i}.right[{j}].of[{k}]") for k, (name, count) in enumerate(counts)]
        return Why(says, int(tally.right[frame]), [added("right answers for each class", rows, tally.right[frame])])
    return noted(says, f"counted: every picture was shown to the network as it was after epoch {epoch}",
                 tally.right[frame])  # fmt: skip


def _right_of(scene: Any, frame: int, i: int, j: int, k: int) -> Why | None:
    """Explain how many answers are right for one class."""
    tally = scene.runs[i].tallies[j]
    if tally.of_each is None:
        return None
    words = f"counted: pictures of this class were shown to the network as it was after epoch {scene.epochs[frame]}"
    return noted(f"right answers for {tally.classes[k]}, {tally.name}", words, tally.of_each[frame, k])


def _total(scene: Any, frame: int, i: int, j: int) -> Why:
    tally = scene.runs[i].tallies[j]
    return noted(f"all answers, {tally.name}", "counted: one answer for each picture", tally.total)


def _share(scene: Any, frame: int, i: int, j: int) -> Why:
    """Explain the accuracy on a set."""
    run = scene.runs[i]
    tally, value = run.tallies[j], float(run.shares[j, frame])
    line = Line("right / all", Term(float(tally.right[frame]), f"run_{i}.right[{j}]"), "/",
                Term(float(tally.total), f"run_{i}.total[{j}]"), "=", value)  # fmt: skip
    return Why(f"the accuracy, {tally.name}, after epoch {scene.epochs[frame]}", value, [line])


def _gap(scene: Any, frame: int, i: int) -> Why:
    """Explain the gap: the accuracy on the set that was learned from, less that on the other."""
    run = scene.runs[i]
    seen, new = (Term(float(run.shares[j, frame]), f"run_{i}.share[{j}]") for j in (0, 1))
    line = Line(f"accuracy, {run.seen.name} − accuracy, {run.new.name}", seen, "-", new, "=", float(run.gaps[frame]))
    return Why(f"the gap, {run.name}, after epoch {scene.epochs[frame]}", float(run.gaps[frame]), [line])


GAPS: Table = {
    "epoch": _epoch,
    "last_epoch": _last_epoch,
    "run_{}.right[{}]": _right,
    "run_{}.right[{}].of[{}]": _right_of,
    "run_{}.total[{}]": _total,
    "run_{}.share[{}]": _share,
    "run_{}.gap": _gap,
}
