"""The recorder: a callback that keeps the parameters after every update.

    recorder = Recorder(model, "run")                       step 0 is kept at once
    fit(model, …, callbacks=[recorder])                     and every update after it
    recording = Recording.load("run")                       any time, by anybody

It copies; nothing in the model, the loss or the optimiser knows of it.
"""

from __future__ import annotations

import contextlib
import math
import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, Self

import numpy as np

from tinylearn.callbacks import Update
from tinylearn.checks import path_of, positive_integer, shortened
from tinylearn.divergence import DivergenceError
from tinylearn.files import FULL
from tinylearn.recording.arguments import Selection, selected_names
from tinylearn.recording.budget import Budget, copy_every_other
from tinylearn.recording.layout import META, Layout
from tinylearn.recording.reader import Recording
from tinylearn.recording.storage import Store


class Recorder:
    """A callback that stores the parameters after every update, with step, epoch, loss, batch and learning rate.

    path     a folder (made if it is missing), and memory use stays constant; None keeps everything in memory
    every    a number n: keep one update in n; or a function: keep the updates for whose step it returns True
    select   parameter names, or a function that returns True for the names to keep; default: all
    budget   the most bytes to use, such as 2_000_000 or "2 MB": before it is exceeded, every other record is dropped
             and half as many are kept from then on, so that an endless run keeps an evenly spaced history

    Step 0, the parameters as they are now, and the last update are always there. `fit` closes the recorder at its end,
    however it ends; in a loop of your own write `with Recorder(…) as recorder`. A recorder that is called again after
    that goes on counting where it stopped. In a run that goes on (`fit(…, resume=…)`) the first record of a new one is
    not step 0, but the step from which it goes on. Raises FileExistsError if the folder holds a recording already, and
    OSError when the disk is full: the model is then what it was, and the records until then can be read.

    >>> from tinylearn import SGD, Dense, MeanSquaredError, Sequential, fit
    >>> model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    >>> recorder = Recorder(model)
    >>> x = np.array([[0.0], [1.0]])
    >>> losses = fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.5), epochs=30, callbacks=[recorder])
    >>> len(recorder.recording), recorder.recording["dense_1.w"].shape
    (31, (31, 1, 1))
    """

    def __init__(
        self,
        model: Any,
        path: str | os.PathLike[str] | None = None,
        *,
        every: int | Callable[[int], Any] = 1,
        select: Selection = None,
        budget: int | str | None = None,
    ) -> None:
        if isinstance(model, type) or not hasattr(model, "named_parameters"):
            raise TypeError(f"Recorder: model must be a Sequential, got {shortened(model)}")
        self.model = model
        named = model.named_parameters() | getattr(model, "named_state", dict)()
        names = selected_names(named, select)
        self.layout = Layout(names, tuple(named[name].shape for name in names), model.parameters.dtype)
        # What is copied after each update, as flat bytes: the whole vector, or one piece a parameter or state.
        whole = names == tuple(model.named_parameters())
        arrays = [model.parameters] if whole else [named[name] for name in names]
        self._pieces = [memoryview(values.reshape(-1)).cast("B") for values in arrays]
        self._whole = self._pieces[0]
        self._vector = model.parameters
        self.every = every if callable(every) else positive_integer("Recorder", "every", every)
        self.stride = 1  # of the updates that `every` lets through, each stride-th is kept
        self._room = None if budget is None else Budget(budget, self.layout)
        self.budget = None if self._room is None else self._room.total  # in bytes
        self.path = None if path is None else path_of("Recorder", path)
        self.closed = False
        self._let_through = 0
        self._steps_before = self._epochs_before = 0  # those of earlier calls of fit
        self._last_step = 0
        self._skipped: tuple[Any, ...] | None = None  # the record of the last update, if it was not kept
        self._out_of_step: list[int] = []  # steps that were kept only because they were the last of a fit
        self._failure: str | None = None
        self._finisher: Any = None
        self._store = self._first_store()
        self._finish_at_exit()

    def _first_store(self) -> Store:
        """Return a new store that holds step 0. Of two processes that try this in one folder, one fails."""
        if self.path is not None:
            self._make_folder(self.path)
            self._refuse_a_recording(self.path)
        try:
            store = Store(self.layout, self.path)
        except FileExistsError as error:
            raise FileExistsError(
                f"Recorder: {error.filename} exists already; choose another folder. (A recorder is at work there, or "
                "was killed before its first record was complete; or the file is somebody else's)"
            ) from None
        except OSError as error:
            self._fail(error)
        try:
            if self.path is not None:
                self._refuse_a_recording(self.path)  # its files had other names: it was thinned meanwhile
            store.append(self._row(), 0, 0, math.nan, None, math.nan)
            store.publish()
            store.write_meta(closed=False)
        except OSError as error:
            store.delete()
            if isinstance(error, FileExistsError):
                raise
            self._fail(error)
        return store

    @property
    def row_bytes(self) -> int:
        """The bytes of one record's parameters."""
        return sum(piece.nbytes for piece in self._pieces)

    @property
    def recording(self) -> Recording:
        """What is recorded so far, to read; what is recorded later is not in it."""
        return self._store.read(self.closed)

    def describe(self) -> str:
        """Say how many bytes an update takes and what will be kept.

        >>> from tinylearn import Dense, Sequential
        >>> print(Recorder(Sequential([Dense(1, 1, rng=np.random.default_rng(0))]), every=10).describe())
        2 numbers per record (dense_1.w, dense_1.b): 16 bytes, plus 32 for step, epoch, loss, rate, plus 8 per batch row
        keeps step 0, one update in 10, and the last
        1,000 records take 0.05 MB and their batches, in memory
        """
        names = self.layout.names if len(self.layout.names) <= 4 else (self.layout.names[0], "…", self.layout.names[-1])
        rule = "every update" if self.every == 1 else f"one update in {self.every}"
        if callable(self.every):
            rule = "the updates for whose step `every` returns True"
        lines = [
            f"{self.layout.size:,} numbers per record ({', '.join(names)}): {self.row_bytes:,} bytes, "
            "plus 32 for step, epoch, loss, rate, plus 8 per batch row",
            f"keeps step 0, {rule}, and the last",
            f"1,000 records take {(self.row_bytes + 32) / 1000:,.2f} MB and their batches, in {self.path or 'memory'}",
        ]
        if self.budget is not None:
            lines.append(f"never uses more than {self.budget:,} bytes: when they are used, drops every other record")
        return "\n".join(lines)

    def __call__(self, update: Update) -> None:
        """Keep the parameters as they are now, after `update`, if they are wanted."""
        if update.model is not None:
            self._check_model(update.model)
        rate = update.learning_rate
        if math.isnan(rate) and update.optimizer is not None:  # in a loop of one's own, right after the step
            rate = update.optimizer.learning_rate
        self.record(update.step, update.epoch, update.loss, update.batch, rate)

    def record(self, step: int, epoch: int, loss: float, batch: Any, learning_rate: float = math.nan) -> None:
        """Do what a call does, told by single values."""
        loss, rate = float(loss), float(learning_rate)  # what is no number is refused here, not when it is written
        if self.closed:
            self._reopen()
        if step + self._steps_before <= self._last_step:
            self._count_on(step)
        self._last_step = step + self._steps_before
        try:
            self._keep(self._last_step, epoch + self._epochs_before, loss, batch, rate)
        except OSError as error:
            self._fail(error)

    def resuming(self, step: int) -> None:
        """Raise ValueError if a run that goes on after update `step` cannot: later steps are recorded already."""
        step += self._steps_before
        if self._last_step > step:
            raise ValueError(
                f"Recorder: the run goes on after step {step}, but step {self._last_step} is recorded already; give a "
                "new Recorder, with another folder"
            )

    def resumed(self, step: int, epoch: int) -> None:
        """Be told, by `fit(…, resume=…)`, that the run goes on after update `step`, where the model is now.

        That is then the first record, if there was none but step 0. ValueError if later steps are recorded already.
        """
        self.resuming(step)
        step, epoch = step + self._steps_before, epoch + self._epochs_before
        if self._last_step > 0:
            return
        if self.closed:
            self._reopen()
        self._last_step = step
        try:
            self._store.replace_first(self._row(), step, epoch)
        except OSError as error:
            self._fail(error)

    def listener(self, model: Any) -> Callable[..., None]:
        """Return what `fit` is to call after each update: `record`, or its short form where all updates are kept."""
        self._check_model(model)
        simple = self.every == 1 and self.budget is None and len(self._pieces) == 1
        fresh = self._last_step == 0 and not self.closed
        return self._record_each if simple and fresh else self.record

    def _record_each(self, step: int, epoch: int, loss: float, batch: np.ndarray, learning_rate: float) -> None:
        """Do `store.append`, written out: a call fewer is 1 % of a step of chapter 3's neuron."""
        store = self._store
        try:
            if batch is not store.batch:
                store.start_batch(batch)
            store.write(self._whole)
            store.waiting += (learning_rate, loss, epoch, step)
            if len(store.waiting) >= store.publish_when_waiting:
                store.publish()
        except OSError as error:
            self._last_step = step
            self._fail(error)

    def _check_model(self, model: Any) -> None:
        if model is not self.model:
            raise ValueError(
                "Recorder: this recorder was made for another model; make one for the model that is trained"
            )
        vector = model.parameters
        if vector is not self._vector and vector.__array_interface__ != self._vector.__array_interface__:
            raise ValueError(
                "Recorder: the parameters are elsewhere in memory since the model became a part of another one; make "
                "the recorder after that"
            )

    def _keep(self, step: int, epoch: int, loss: float, batch: Any, rate: float) -> None:
        """Keep this update if `every` wants it and the budget's stride does."""
        record = self._row(), step, epoch, loss, batch, rate
        every = self.every
        if every(step) if callable(every) else step % every == 0:
            self._let_through += 1
            self._make_room(batch)
            if self._let_through % self.stride == 0:
                self._store.append(*record)
                self._skipped = None
                return
        kept = None if batch is None else np.array(batch)
        self._skipped = *record[:4], kept, rate  # it may turn out to have been the last

    def _make_room(self, batch: np.ndarray | None) -> None:
        """Thin the records until one more, of such a batch, fits into the budget."""
        room = self._room
        while room is not None and len(self._store) > 1 and not room.has_room(self._store.size(), batch):
            self._thin()

    def _thin(self) -> None:
        """Drop every other record; from now on keep half as many."""
        full, stride = self._store, 2 * self.stride
        thinner = Store(self.layout, self.path, suffix=f"_every_{stride}")
        try:
            copy_every_other(full.read(closed=False), thinner, self._out_of_step)
            thinner.publish()
            thinner.write_meta(closed=False)
        except OSError:  # a full disk: the full store is still the one that the folder names
            thinner.delete()
            raise
        except BaseException:
            full.write_meta(closed=False)
            thinner.delete()
            raise
        self._store, self.stride = thinner, stride
        self._finish_at_exit()
        full.delete()

    def _row(self) -> bytes:
        """Return the recorded parameters as they are now."""
        return b"".join(self._pieces)

    def close(self) -> None:
        """Keep the last update if it is not kept yet, and complete the files. Safe to call twice."""
        if self.closed:
            return
        try:
            self._store.trim()
            self._last_step = max(self._last_step, self._store.last_step)
            if self._skipped is not None:
                self._make_room(self._skipped[4])
                self._store.append(*self._skipped)
                self._out_of_step.append(self._skipped[1])
                self._store.publish()
                self._skipped = None
            self._store.close()
            self._store.write_meta(closed=True)
            self.closed = True
            self._finish_at_exit(False)
        except OSError as error:
            self._fail(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if isinstance(error, DivergenceError):
            self.diverged(error)
        self.close()

    def diverged(self, error: DivergenceError) -> None:
        """Note, for `Recording.autopsy`, that training diverged. `fit` calls this, and the end of a `with` block."""
        last = self._last_step
        try:
            if not self.closed:
                self._store.publish()
                last = max(last, self._store.last_step)
            step = error.step + self._steps_before
            step = step if step > last else error.step + last  # the first update of another fit: not counted on yet
            norms = {str(at + step - error.step): norm for at, norm in error.gradient_norms.items()}
            told = {"step": step, "parameter": error.parameter, "reason": error.reason}
            numbers = {"learning_rate": error.learning_rate, "gradient_norms": norms}
            self._store.divergence = told | numbers
            self._store.write_meta(self.closed)
        except OSError as failure:
            self._fail(failure)

    def _count_on(self, step: int) -> None:
        """Start to count another `fit` where the last one stopped."""
        if step != 1:
            raise ValueError(
                f"Recorder: steps must grow, or start again from 1, got step {step} after step {self._last_step}; for "
                "a run that goes on from an earlier step make a new Recorder, with another folder"
            )
        self._store.publish()
        self._epochs_before = self._skipped[2] if self._skipped else self._store.last_epoch
        self._steps_before = self._last_step

    def _finish_at_exit(self, wanted: bool = True) -> None:
        """See to it that the store is closed when this recorder vanishes or Python ends, whichever comes first."""
        if self._finisher is not None:
            self._finisher.detach()
        self._finisher = weakref.finalize(self, self._store.finish) if wanted else None

    @staticmethod
    def _make_folder(path: Path) -> None:
        """Make the folder, if it is missing; OSError that says so if that cannot be."""
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            text = f"Recorder: there can be no folder {path}: {os.strerror(error.errno or 0)}; name another"
            raise OSError(error.errno, text) from error

    @staticmethod
    def _refuse_a_recording(folder: Path) -> None:
        """Never write over what is there."""
        if (folder / META).exists():
            raise FileExistsError(f"Recorder: {folder} holds a recording already; delete that folder or choose another")

    def _reopen(self) -> None:
        """Go on after `close`."""
        if self._failure:
            raise OSError(self._failure)
        self._store.reopen()
        self.closed, self._store.divergence = False, None
        self._store.write_meta(closed=False)
        self._finish_at_exit()

    def _fail(self, error: OSError) -> NoReturn:
        """Stop recording, and say why."""
        reason = os.strerror(error.errno) if error.errno else error
        self._failure = (
            f"Recorder: could not write step {self._last_step} to {self.path}: {reason}. The model is intact, "
            "and what was recorded until then can be read"
        )
        if error.errno in FULL:
            self._failure += ". Free some space, or record less with every, select or budget"
        self.closed = True
        self._finish_at_exit(False)
        with contextlib.suppress(OSError, AttributeError):  # there may be no store yet
            self._store.close()
        raise (OSError(error.errno, self._failure) if error.errno else OSError(self._failure)) from error
