"""Explains the numbers of a network's picture: parameters from the recording, and norms and scales from these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from animations.kit.chain.arithmetic import bars, gid_of
from animations.kit.whys import noted
from animations.scenes.network.states import ParameterStates
from animations.why import Line, Why


def diagram_why(scene: Any, gid: str, frame: int) -> Why | None:
    """Explain a number of the scene; any other is a number of the recorded network."""
    step = int(scene.steps[frame])
    table: dict[str, Callable[[], Why | None]] = {
        "step": lambda: noted("the update that this frame shows", "counted while training", step),
        "last_step": lambda: noted("the last update", "counted while training", scene.last),
        "epoch": lambda: noted("its epoch: how often training goes through the data", "counted while training",
                               scene.epochs[frame]),
        "last_epoch": lambda: noted("the last epoch", "counted while training", scene.last_epoch),
        "loss": lambda: _loss(scene, frame, step),
    }  # fmt: skip
    name, _, statistic = gid.rpartition(".")
    if statistic in STATISTICS and name in scene.states:
        return STATISTICS[statistic](scene, scene.states[name], frame)
    why: Why | None = table[gid]() if gid in table else scene.chain.why(gid, step)
    return why


def _loss(scene: Any, frame: int, step: int) -> Why | None:
    """Explain the loss of the batch; if it cannot be computed again, it comes from the recording."""
    if np.isnan(scene.losses[frame]):
        return None
    told: Why | None = scene.chain.why("loss", step)
    return told or noted(f"the loss of the batch of update {step}, before the update", "as recorded",
                         scene.losses[frame])  # fmt: skip


def _norm(scene: Any, state: ParameterStates, frame: int) -> Why:
    """Explain a norm: the root of the sum of all squares."""
    values, norm = state.values[frame].astype(float), float(state.norms[frame])
    squares = (values * values).ravel()

    def bar(k: int) -> tuple[str, str]:
        index = tuple(int(i) for i in np.unravel_index(k, state.shape)) if state.shape else ()
        gid = gid_of(state.name, index)
        return f"{gid} squared", gid

    total = float(squares.sum())
    return Why(f"the norm of {state.name}: how large all its numbers are together", norm,
               [bars("the squares of all its numbers", squares, bar, total),
                Line("the square root of the sum", "sqrt(", total, ") =", norm)])  # fmt: skip


def _largest(scene: Any, state: ParameterStates, frame: int) -> Why:
    """Explain the end of a scale: the largest number of all updates."""
    recorded = scene.recording[state.name]
    sizes = np.abs(np.where(np.isfinite(recorded), recorded, 0).reshape(len(recorded), -1))
    record, place = np.unravel_index(int(sizes.argmax()), sizes.shape)
    index = tuple(int(i) for i in np.unravel_index(place, state.shape)) if state.shape else ()
    number = float(recorded[(record, *index)])
    words = f"{gid_of(state.name, index)} after update {scene.recording.steps[record]}, without its sign"
    line = Line(words, "abs(", number, ") =", state.largest) if state.largest else Line("all are 0", 0.0)
    return Why(f"the end of the scale: the largest number of {state.name} in all updates", state.largest, [line])


STATISTICS: dict[str, Callable[[Any, ParameterStates, int], Why]] = {"norm": _norm, "largest": _largest}
