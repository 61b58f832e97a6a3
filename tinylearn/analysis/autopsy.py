"""The autopsy of a training that diverged: its last finite states, and what broke first.

`fit` tells the recorder about a DivergenceError: the broken update is the one after the last record. A loop without a
monitor may have recorded it. Then `autopsy` finds it, by the same rules (`divergence.diagnose`).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinylearn.checks import positive_integer
from tinylearn.divergence import diagnose, norm
from tinylearn.recording import Recording


@dataclass(frozen=True)
class Autopsy:
    """The last S finite states before update `step` broke `parameter`; `reason` says how, in a sentence."""

    step: int
    parameter: str
    reason: str
    learning_rate: float  # NaN if unknown
    steps: np.ndarray  # (S,) each state is that after this update
    losses: np.ndarray  # (S,) the loss of the batch, before the update
    norms: dict[str, np.ndarray]  # name → (S,) the norm of each parameter
    largest: dict[str, np.ndarray]  # name → (S,) the largest absolute value
    step_lengths: np.ndarray  # (S,) how far the update moved all parameters; NaN if the previous one was not recorded
    gradient_norms: np.ndarray  # (S,) from DivergenceError; NaN where unknown

    def __repr__(self) -> str:  # so that a notebook shows the table
        rows = {"loss before it": self.losses, "gradient norm": self.gradient_norms, "step length": self.step_lengths}
        for name, norms in self.norms.items():
            rows |= {f"{name}, norm": norms, f"{name}, largest": self.largest[name]}
        texts = [["after update", *map(str, self.steps)]]
        texts += [[name, *("-" if math.isnan(v) else f"{v:.4g}" for v in row)] for name, row in rows.items()]
        first, *others = (max(map(len, column)) for column in zip(*texts, strict=True))  # how wide the columns are
        lines = ["  ".join([name.ljust(first), *map(str.rjust, row, others)]) for name, *row in texts]
        rate = "" if math.isnan(self.learning_rate) else f", with learning rate {self.learning_rate:g}"
        return "\n".join([f"update {self.step} {self.reason}{rate}; the last finite states before it:", *lines])


def autopsy(recording: Recording, last: int = 8) -> Autopsy:
    """Return the `last` finite states of a training that diverged, and what broke first. Print it, or use its data.

    Raises ValueError if training did not diverge.

    >>> import numpy as np
    >>> from tinylearn import SGD, Dense, DivergenceError, MeanSquaredError, Recorder, Sequential, fit
    >>> x, model = np.array([[1.0], [3.0]]), Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    >>> recorder = Recorder(model)
    >>> settings = {"loss": MeanSquaredError(), "optimizer": SGD(1000), "callbacks": [recorder]}
    >>> try:
    ...     losses = fit(model, x, 2 * x, epochs=100, **settings)
    ... except DivergenceError:
    ...     print(recorder.recording.autopsy(last=3))
    update 39 met a loss of inf, with dense_1.w at norm ...e+154, with learning rate 1000; ... before it:
    after update                36          37          38
    loss before it      ...e+285  ...e+294  ...e+302
    gradient norm       ...e+143  ...e+147  ...e+151
    step length         ...e+146  ...e+150  ...e+154
    dense_1.w, norm     ...e+146  ...e+150  ...e+154
    dense_1.w, largest  ...e+146  ...e+150  ...e+154
    dense_1.b, norm     ...e+146  ...e+150  ...e+154
    dense_1.b, largest  ...e+146  ...e+150  ...e+154
    """
    last = positive_integer("autopsy", "last", last)
    about = recording.divergence or _recorded_fault(recording)
    end = int(np.searchsorted(recording.steps, about["step"]))
    start = max(end - last, 0)
    parts = {name: recording[name][start:end].astype(np.float64).reshape(end - start, -1) for name in recording.names}
    steps = np.array(recording.steps[start:end])
    known, rows = about["gradient_norms"], recording.rows
    lengths = [
        norm(rows[index].astype(np.float64) - rows[index - 1]) if _follows(recording, index) else math.nan
        for index in range(start, end)
    ]
    return Autopsy(
        int(about["step"]), about["parameter"], about["reason"], float(about["learning_rate"]), steps,
        np.array(recording.losses[start:end]),
        {name: np.array([norm(row) for row in part]) for name, part in parts.items()},
        {name: np.abs(part).max(axis=1, initial=0) for name, part in parts.items()},
        np.array(lengths),
        np.array([known.get(str(step), math.nan) for step in steps]),
    )  # fmt: skip


def _recorded_fault(recording: Recording) -> dict[str, Any]:
    """Return what is known of the first broken update, by the rules of `fit`; ValueError if none is broken."""
    next_losses = [*recording.losses[1:].tolist(), math.inf]
    for index, record in enumerate(recording.table):
        after = {name: norm(record[name].ravel()) for name in recording.names}
        if not _follows(recording, index):
            before = after  # no growth is known, as of the first
        loss = float(recording.losses[index]) if recording.steps[index] else 0.0
        total = math.hypot(*before.values())
        fault = diagnose(before, total, after, loss, loss_again=functools.partial(next_losses.__getitem__, index))
        if fault is not None:
            told = {"step": recording.steps[index], "parameter": fault[0], "reason": fault[1]}
            return told | {"learning_rate": math.nan, "gradient_norms": {}}
        before = after
    raise ValueError(
        f"autopsy: no update of this recording broke: all {len(recording)} states are finite, and none made a norm "
        "10⁶ times as large"
    )


def _follows(recording: Recording, index: int) -> bool:
    """Is the previous record that of the previous update?"""
    return index > 0 and recording.steps[index] == recording.steps[index - 1] + 1
