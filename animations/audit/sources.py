"""The right numbers of a scene, by gid and frame.

    Recording                       knows dense_1.w[0,0] (any parameter), dense_1.w.norm, and dense_1.w.largest, the
                                    largest size in all records; step, last_step, epoch, last_epoch; and loss, that
                                    of the batch before the update, as recorded (a loss after it is `loss_now`)
    {gid: value or values}          the same value in all frames, or one for each
    {name: Recording}               the same for gids that begin with a name: "horse.dense_1.b[0]"
    {name: Runner}                  the result of race(…): the same, from the last record so far; "SGD.diverged",
                                    the update that diverged; and the step and epoch of the longest runner
    function frame → {gid: value}   for numbers that come and go
    a list of these                 the first that knows a gid gives its value

Every gid in a mapping or from a function must be drawn; a recording knows more than a picture shows.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from animations.groups import Group
from animations.scene import Scene
from tinylearn import Recording
from tinylearn.analysis.race import Runner
from tinylearn.checks import numbers, shortened

Source = Any  # as described above
Values = Mapping[str, float]


class Sources:
    """All sources for `scene`; `steps` gives the update that each frame shows, for recordings."""

    def __init__(self, given: Source, scene: Scene, steps: Sequence[int] | None) -> None:
        self.scene, self.steps = scene, steps
        self.functions: list[Callable[[int], Values]] = []
        self.recordings: list[
            tuple[str, Recording, list[int]]
        ] = []  # name before the gids, and a record for each frame
        self.told: list[Values] = []  # for each frame, what races say beside their recordings
        self.names: set[str] = set()  # digits in them are not numbers
        for each in given if isinstance(given, list | tuple) else [given]:
            self._take(each)

    def named(self, frame: int) -> dict[str, float]:
        """Return gid → value for everything that must be drawn."""
        values: dict[str, float] = {}
        for function in self.functions:
            values = {**_said(function, frame), **values}
        return values

    def recorded(self, gid: str, frame: int) -> float | None:
        """Return the value of a number in the recordings, or None."""
        if self.told and gid in self.told[frame]:
            return self.told[frame][gid]
        for name, recording, records in self.recordings:
            if gid.startswith(name):
                value = _look_up(recording, gid.removeprefix(name), records[min(frame, len(records) - 1)])
                if value is not None:
                    return value
        return None

    def _take(self, given: Source) -> None:
        if isinstance(given, Recording):
            self._record("", given)
        elif isinstance(given, Mapping):
            arrays = {gid: value for gid, value in given.items() if not isinstance(value, Recording | Runner)}
            runners = {name: value for name, value in given.items() if isinstance(value, Runner)}
            for name in given.keys() - arrays.keys() - runners.keys():
                self._record(f"{name}.", given[name])
            self._race(runners)
            self._arrays(arrays)
        elif callable(given):
            self.functions.append(given)
        else:
            raise TypeError(
                "audit: a source must be a Recording, a mapping gid → values, a function frame → mapping, or a list of "
                f"these, got {given!r}"
            )

    def _arrays(self, arrays: Mapping[str, Any]) -> None:
        frames = self.scene.frames
        values = {gid: numbers("audit", f"the source of {gid}", value, np.float64) for gid, value in arrays.items()}
        for gid, value in values.items():
            if value.shape not in ((), (frames,)):
                raise ValueError(
                    f"audit: {gid} must be one number, or one for each of {frames} frames, got {value.shape}"
                )
        values = {gid: np.broadcast_to(value, frames) for gid, value in values.items()}
        self.functions.append(lambda frame: {gid: value[frame] for gid, value in values.items()})

    def _record(self, name: str, recording: Recording) -> None:
        records = [recording.index(step) for step in self._steps(recording)]
        self.recordings.append((name, recording, records))

    def _race(self, runners: Mapping[str, Runner]) -> None:
        """Take runners; some may end, or miss a record, while others have one."""
        if not runners:
            return
        known = {f"{name}.": runner.recording for name, runner in runners.items()}
        known[""] = longest = max(known.values(), key=lambda recording: recording.steps[-1])
        for name, recording in known.items():
            records = np.searchsorted(recording.steps, self._steps(recording), side="right") - 1
            self.recordings.append((name, recording, records.tolist()))
        broken = {f"{name}.diverged": runner.divergence.step for name, runner in runners.items() if runner.divergence}
        self.told = [{"step": step} | broken for step in self._steps(longest)]
        self.names |= runners.keys()

    def _steps(self, recording: Recording) -> list[int]:
        """Return the update that each frame shows."""
        steps = self.steps if self.steps is not None else _steps_of(self.scene)
        if steps is None and self.scene.frames == len(recording):
            steps = recording.steps.tolist()
        if steps is None:
            raise ValueError(
                f"audit: {type(self.scene).__name__} has {self.scene.frames} frames and does not say which of the "
                f"{len(recording)} records each shows; pass steps=[…], the update of each frame"
            )
        return [int(step) for step in steps]


def _said(function: Callable[[int], Values], frame: int) -> Values:
    """Return what a source says about a frame; TypeError unless that is gid → number."""
    said = function(frame)
    if not isinstance(said, Mapping):
        raise TypeError(f"audit: a source must return a dict, gid → number, got {shortened(said)} for frame {frame}")
    for gid, value in said.items():
        if np.ndim(numbers("audit", f"the source of {gid} in frame {frame}", value)):
            raise TypeError(f"audit: the source of {gid} in frame {frame} must be one number, got {shortened(value)}")
    return said


def _steps_of(scene: Scene) -> Sequence[int] | None:
    """Return the updates that a scene says it shows: its `steps`, or those of its `states`."""
    if isinstance(scene, Group):
        found = [steps for steps in map(_steps_of, scene.scenes) if steps is not None]
        return max(found, key=len, default=None)
    return getattr(scene, "steps", getattr(getattr(scene, "states", None), "steps", None))


def _look_up(recording: Recording, gid: str, record: int) -> float | None:
    """Return the value of `dense_1.w[0,0]`, `step`, … in one record; None if there is no such thing."""
    columns = {"step": recording.steps, "epoch": recording.epochs, "loss": recording.losses}
    if gid in columns:
        return float(columns[gid][record])
    if gid in ("last_step", "last_epoch"):
        return float(columns[gid.removeprefix("last_")][-1])
    parameter, _, statistic = gid.rpartition(".")
    if parameter in recording and statistic == "norm":
        return float(np.linalg.norm(recording[parameter][record].astype(np.float64)))
    if parameter in recording and statistic == "largest":
        return _largest(recording, parameter)
    name, index = re.fullmatch(r"([^\[]*)(?:\[([\d,]+)\])?.*", gid, re.DOTALL).groups()  # type: ignore[union-attr]
    if name not in recording:
        return None
    place = tuple(map(int, index.split(","))) if index else ()
    values = recording[name][record]
    if len(place) != values.ndim or any(i >= length for i, length in zip(place, values.shape, strict=True)):
        return None
    return float(values[place])


@functools.lru_cache(maxsize=256)
def _largest(recording: Recording, name: str) -> float:
    """Return the largest size of a finite number of a parameter in all records."""
    values = recording[name]
    return float(np.abs(values[np.isfinite(values)]).max(initial=0))
