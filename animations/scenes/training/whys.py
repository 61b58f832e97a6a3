"""Explains the numbers of a whole training: clocks, recorded losses, the findings of an autopsy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from animations.kit.formulas import checked
from animations.kit.recorded import recorded_why
from animations.kit.whys import noted
from animations.scenes.training.race_lane import Lane
from animations.why import Line, Term, Why
from tinylearn.analysis.autopsy import Autopsy

ENDS = {"first": 0, "last": -1}  # of an autopsy's curves
UPDATE = "update."  # precedes the gids of an update, after the name of the runner
MADE = "updates made since training began"
PASSED = "how often training has begun to go through all examples"


def race_why(gid: str, lanes: Sequence[Lane], longest: Lane, step: int) -> Why | None:
    """Explain a number of a race at update `step`."""
    facts: dict[str, Callable[[], Why]] = {
        "step": lambda: noted("the update of this frame", MADE, step),
        "last_step": lambda: noted("the last update that is recorded", MADE, longest.last),
        "epoch": lambda: noted("the epoch of this update", PASSED, longest.epoch(step)),
        "last_epoch": lambda: noted("the epoch of the last update", PASSED, longest.epoch(longest.last)),
    }
    for lane in lanes:
        facts[f"{lane.name}.loss"] = partial(_loss_why, lane, step)
        facts[f"{lane.name}.{lane.ending[1]}"] = partial(_ending_why, lane)
    if gid in facts:
        return facts[gid]()
    of_update = {f"{lane.name}.{UPDATE}": lane for lane in lanes}
    prefix = max((prefix for prefix in of_update if gid.startswith(prefix)), key=len, default="")
    return _update_why(of_update[prefix], step, gid.removeprefix(prefix)) if prefix else None


def _loss_why(lane: Lane, step: int) -> Why:
    """Explain the last recorded loss: by its formula, if that update can be repeated."""
    loss = lane.loss(step)
    why = _update_why(lane, step, "loss")
    says = f"the loss of the batch of update {lane.record(step)}, before it: {lane.name}"
    if why is None or not math.isclose(why.value, loss, rel_tol=1e-6):
        return noted(says, "as recorded", loss)
    return replace(why, says=says)


def _update_why(lane: Lane, step: int, gid: str) -> Why | None:
    """Explain a number of the last recorded update, as `Chain` does."""
    return recorded_why(lane.recording, gid, lane.record(step), f"{lane.name}.{UPDATE}")


def _ending_why(lane: Lane) -> Why:
    word, _, update = lane.ending
    reasons = {
        "diverged": "the first update after which a number was not finite, or far too large",
        "ended": "the last recorded update; others made more",
    }
    return noted(f"the update at which {lane.name} {word}", reasons[word], update)


def autopsy_why(gid: str, autopsy: Autopsy, curves: Mapping[str, np.ndarray]) -> Why | None:
    """Explain a number of an autopsy's picture; `curves` are those drawn, name → (S,)."""
    facts: Mapping[str, Callable[[], Why]] = {
        "diverged_at": lambda: _diverged(autopsy),
        "learning_rate": lambda: noted("the learning rate", "a setting, chosen before training", autopsy.learning_rate),
        "first": lambda: noted("the first update shown", MADE, autopsy.steps[0]),
        "last": lambda: noted("the last update with finite numbers", MADE, autopsy.steps[-1]),
    }
    name, _, end = gid.rpartition(".")
    if name in curves and end in ENDS:
        return _curve_why(autopsy, name, curves[name], end)
    return facts[gid]() if gid in facts else None


def _diverged(autopsy: Autopsy) -> Why:
    """Explain which update diverged: the one after the last shown, or a later one."""
    last = int(autopsy.steps[-1])
    line = Line("the update after the last that is recorded", Term(last, "last"), "+ 1 =", autopsy.step)
    broke = checked(line, autopsy.step, "the first update after which a number was not finite, or far too large")
    return Why(f"the update that diverged: it {autopsy.reason}", autopsy.step, [broke])


def _curve_why(autopsy: Autopsy, name: str, values: np.ndarray, end: str) -> Why:
    """Explain a loss or a norm at the first or the last update shown: its growth in between, and its origin."""
    step, first, value = int(autopsy.steps[ENDS[end]]), float(values[0]), float(values[ENDS[end]])
    says = f"the loss of the batch of update {step}, before it"
    words = "as recorded"
    if name != "loss":
        says = f"the norm of {name} after update {step}"
        words = "from the recording: its numbers squared, added up, and the square root of that"
    parts = [Line(words, value)]
    if end == "last" and 0 < first < value < math.inf and value / first < math.inf:
        times = f"times that of update {autopsy.steps[0]}"
        parts.insert(0, Line(times, value, "/", Term(first, f"{name}.first"), "=", value / first))
    return Why(says, value, parts)
