"""The recorder: a callback that keeps the parameters after every update.

    recorder = Recorder(model, "run")                       records step 0 immediately
    fit(model, …, callbacks=[recorder])                     and every update after it
    recording = Recording.load("run")                       at any time, from any process

It only copies: the model, the loss and the optimiser do not know about it.
"""

from __future__ import annotations

import math
import os
import struct
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np

from tinylearn.blas import blas_threads
from tinylearn.callbacks import Update
from tinylearn.checks import path_of, shortened
from tinylearn.ctrl_c import ctrl_c_later
from tinylearn.divergence import DivergenceError
from tinylearn.files import FULL
from tinylearn.recording.meta import META, RUNS, Meta
from tinylearn.recording.origin import Origin, Training
from tinylearn.recording.reader import Recording
from tinylearn.recording.selection import Selection, selected_names
from tinylearn.recording.store import Store, record_dtype
from tinylearn.recording.table import Table
from tinylearn.recording.thinning import Thinning

COPIED_BYTES = 1 << 28  # memory for the copies at each `fit`, roughly


class Recorder:
    """A callback that stores the parameters after every update, with step, epoch, loss, batch and learning rate.

    path     a folder (created if it is missing): memory use then stays constant. None keeps everything in memory
    every    a number n: keep one update in n. Or a function of the step: keep an update if it returns True
    select   parameter names, or a function that returns True for the names to keep. Default: all
    budget   the most bytes to use, such as 2_000_000 or "2 MB". When it is used up, the recorder drops every other
             record and keeps half as many from then on. So an endless run keeps an evenly spaced history

    It always keeps step 0, the parameters as they are now, and the last update. `fit` closes the recorder when it ends,
    also after an error; in your own loop write `with Recorder(…) as recorder`. If you call it again after that, it
    continues to count where it stopped. When `fit(…, resume=…)` continues a run, a new recorder starts at the step of
    the checkpoint instead of 0. Raises FileExistsError if the folder already holds a recording, and OSError when the
    disk is full. The model then stays intact, and you can read all earlier records.

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
        if isinstance(model, type) or not (hasattr(model, "parameters") and hasattr(model, "named_parameters")):
            raise TypeError(f"Recorder: model must be a Sequential, got {shortened(model)}")
        self.model, self.path = model, None if path is None else path_of("Recorder", path)
        named = model.named_parameters() | getattr(model, "named_state", dict)()
        self.names = selected_names(named, select)
        # Views of the bytes to copy after each update: of the whole vector, or of each parameter and state.
        whole = self.names == tuple(model.named_parameters())
        arrays = [model.parameters] if whole else [named[name] for name in self.names]
        self._pieces = [memoryview(values.reshape(-1)).cast("B") for values in arrays]
        self._whole = self._pieces[0] if len(self._pieces) == 1 else b""
        self._vector = model.parameters
        self.closed, self._failure = False, ""
        self._steps_before = self._epochs_before = 0  # those of earlier calls of fit
        self._last_step = self._last_epoch = 0
        self._origins: list[Origin] = []
        self._meta = Meta(model, self.path)
        self._thinning = Thinning(every, budget)
        dtype = record_dtype(self.names, [named[name] for name in self.names])
        self._meta_size = len(self._meta.as_bytes())
        self._thinning.check(Table(dtype), self._meta_size)
        with ctrl_c_later():  # once the thread writes, something must end it
            self._store = self._first_store(dtype)
            self._finisher: Any = weakref.finalize(self, self._store.finish)  # when this is deleted, or at exit

    def _first_store(self, dtype: np.dtype) -> Store:
        """Return a new store that holds step 0. If two processes try this in one folder, one of them fails."""
        if self.path is not None:
            self._make_folder(self.path)
        store = None
        try:
            store = Store(dtype, self.path)
            store.append(0, 0, math.nan, math.nan, None, b"".join(self._pieces))
            store.flush()
            self._meta.write(self._meta.as_bytes())
        except FileExistsError as error:
            raise FileExistsError(
                f"Recorder: {error.filename} exists already; choose another folder. (A recorder is at work there, or "
                "was killed before its first record was complete; or the file is another program's)"
            ) from None
        except BaseException as error:
            if store is not None:
                store.delete()
            if isinstance(error, OSError):
                raise self._failed(error) from error
            raise
        return store

    @staticmethod
    def _make_folder(path: Path) -> None:
        """Make the folder if it is missing. OSError with a hint if that fails, or if it holds a recording."""
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            text = f"Recorder: cannot create the folder {path}: {os.strerror(error.errno or 0)}; choose another"
            raise OSError(error.errno, text) from error
        if (path / META).exists():
            raise FileExistsError(f"Recorder: {path} holds a recording already; delete that folder or choose another")

    # --- what it keeps ------------------------------------------------------------------------------------------------

    @property
    def row_bytes(self) -> int:
        """The number of bytes for the parameters of one record."""
        return sum(piece.nbytes for piece in self._pieces)

    @property
    def budget(self) -> int | None:
        """The most bytes to use; None without a limit."""
        return self._thinning.budget

    @property
    def recording(self) -> Recording:
        """A Recording of all records so far, for any thread. It does not get later records."""
        meta, source = dict(self._meta.content), str(self.path or "memory")
        return Recording(self._store.read(), meta, source=source, origins=self._origins)

    def __call__(self, update: Update) -> None:
        """Keep the present parameters, after `update`, if `every` selects this step."""
        if update.model is not None:
            self._check_model(update.model)
        rate = update.learning_rate
        if math.isnan(rate) and update.optimizer is not None:  # in your own loop, directly after the step
            rate = update.optimizer.learning_rate
        self.record(update.step, update.epoch, update.loss, update.batch, rate)

    def record(self, step: int, epoch: int, loss: float, batch: Any, learning_rate: float = math.nan) -> None:
        """Record one update, given as plain values."""
        loss, rate = float(loss), float(learning_rate)  # a wrong value fails here, not in the thread that writes
        step += self._steps_before
        if step <= self._last_step or self.closed:
            step = self._again(step)
        epoch += self._epochs_before
        before = self._last_step, self._last_epoch
        self._last_step, self._last_epoch = step, epoch
        record = step, epoch, loss, rate, batch, self._whole or b"".join(self._pieces)
        try:
            if self._thinning.keeps_all:
                self._store.append(*record)
            else:
                self._thinning.add(self._store, record, self._meta_size)
        except OSError as error:
            raise self._failed(error) from error
        except (struct.error, TypeError, ValueError) as error:  # the record was rejected
            self._last_step, self._last_epoch = before
            if not isinstance(error, struct.error):
                raise
            raise TypeError(f"Recorder: step and epoch must be whole numbers, got {step!r} and {epoch!r}") from None

    with_values = record  # so `fit` needs no Update: it took 8 % of the time of a neuron's update

    def _again(self, step: int) -> int:
        """Return the step's number in the recording: it grows from one `fit` to the next, also after `close`."""
        if self.closed:
            self._reopen()
            self._write_meta()
        if step > self._last_step:
            return step
        if step <= 0:
            raise ValueError(f"Recorder: steps count from 1, 0 is before the first update; got step {step}")
        if step != self._steps_before + 1:
            raise ValueError(
                f"Recorder: steps must grow, or start again from 1, got step {step - self._steps_before} after step "
                f"{self._last_step}; for a run that continues from an earlier step make a new Recorder, with "
                "another folder"
            )
        self._steps_before, self._epochs_before = self._last_step, self._last_epoch
        return self._steps_before + 1

    # --- what `fit` tells ---------------------------------------------------------------------------------------------

    def begin(self, run: Any) -> None:
        """Note how the run begins."""
        self._check_model(run.model)
        if run.callbacks.count(self) > 1:
            raise ValueError("Recorder: one recorder stands twice in callbacks; once is enough")
        if self.closed:
            self._reopen()
        if run.batches.step == 0:  # it begins, or else goes on
            self._steps_before, self._epochs_before = self._last_step, self._last_epoch
        self._note(run)

    def _note(self, run: Any) -> None:
        """Keep a copy of the run as it begins, and describe it in `meta.json`."""
        training, unknown = Training(run.model, run.loss, run.optimizer, run.batches, run.workers), ""
        try:
            training = training.copy()
        except Exception as error:  # whatever a user's object raises
            unknown = f"the start of fit could not be copied: {error}"
        origin = Origin(self._steps_before + run.batches.step, training, blas_threads(), unknown=unknown)
        most = min(RUNS, max(2, COPIED_BYTES // (8 * run.model.parameters.nbytes + 1)))
        self._origins[:] = [*self._origins[1 - most :], origin]
        if self.path is not None or self.budget is not None:
            self._meta.add_run(origin, math.inf if self.budget is None else self.budget / 4)
            self._write_meta()

    def resuming(self, step: int) -> None:
        """Raise ValueError if a run cannot continue after update `step`, because later steps are already recorded."""
        step += self._steps_before
        if self._last_step > step:
            raise ValueError(
                f"Recorder: the run continues after step {step}, but step {self._last_step} is already recorded; pass "
                "a new Recorder, with another folder"
            )

    def resumed(self, step: int, epoch: int) -> None:
        """Note that the run continues after update `step`, as `fit(…, resume=…)` says. The model is there now.

        If there was only step 0, this becomes the first record. ValueError if later steps are already recorded.
        """
        self.resuming(step)
        if self._last_step > 0:
            return
        if self.closed:
            self._reopen()
        self._last_step, self._last_epoch = step + self._steps_before, epoch + self._epochs_before
        try:
            self._store.append(self._last_step, self._last_epoch, math.nan, math.nan, None, b"".join(self._pieces))
            self._store.rewrite(keep=np.array([len(self._store) - 1]))
        except OSError as error:
            raise self._failed(error) from error

    def diverged(self, error: DivergenceError) -> None:
        """Note for `Recording.autopsy` that training diverged. `fit` calls this; so does the end of a `with` block."""
        last = self._last_step
        step = error.step + self._steps_before
        step = step if step > last else error.step + last  # the first update of another fit: not counted on yet
        norms = {str(at + step - error.step): norm for at, norm in error.gradient_norms.items()}
        told = {"step": step, "parameter": error.parameter, "reason": error.reason}
        told |= {"learning_rate": error.learning_rate, "gradient_norms": norms}
        self._meta.content["divergence"] = told
        self._write_meta()

    def _check_model(self, model: Any) -> None:
        if model is not self.model:
            raise ValueError(
                "Recorder: this recorder was made for another model; make one for the model that is trained"
            )
        vector = model.parameters
        if vector is not self._vector and vector.__array_interface__ != self._vector.__array_interface__:
            raise ValueError(
                "Recorder: the parameters have moved in memory, since the model became a part of another one; make the "
                "recorder after that"
            )

    # --- begin, end, failure ------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Keep the last update, if it is not kept yet, and complete the files. You may call it twice."""
        if self.closed or self._store.is_of_another_process():
            return
        with ctrl_c_later():
            try:
                self._thinning.add_last(self._store, self._meta_size)
                self._store.close()
            except OSError as error:
                raise self._failed(error) from error
            self.closed = self._meta.content["closed"] = True
            self._write_meta()
            self._finisher.detach()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if isinstance(error, DivergenceError) and not self._store.is_of_another_process():
            self.diverged(error)
        self.close()

    def _reopen(self) -> None:
        """Continue after `close`."""
        if self._failure:
            raise OSError(self._failure)
        self._store.reopen()
        self.closed = self._meta.content["closed"] = False
        self._meta.content.pop("divergence", None)
        self._finisher = weakref.finalize(self, self._store.finish)

    def _write_meta(self) -> None:
        """Write `meta.json`; there must be room for it."""
        try:
            self._store.check_process()
            content = self._meta.as_bytes()
            self._meta_size = len(content)
            if not self.closed:
                self._thinning.make_room(self._store, None, self._meta_size)
            self._meta.write(content)
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> OSError:
        """Stop recording; return the error that says why."""
        reason = os.strerror(error.errno) if error.errno else error
        self._failure = (
            f"Recorder: could not write step {self._last_step} to {self.path}: {reason}. The model is intact, "
            "and what was recorded until then can be read"
        )
        if error.errno in FULL:
            self._failure += ". Free some space, or record less with every, select or budget"
        self.closed = True
        if hasattr(self, "_finisher"):
            self._finisher.detach()
        if hasattr(self, "_store"):
            self._store.give_up()
        return OSError(error.errno, self._failure) if error.errno else OSError(self._failure)

    def describe(self) -> str:
        """Say how many bytes an update takes, and which updates will be kept.

        >>> from tinylearn import Dense, Sequential
        >>> print(Recorder(Sequential([Dense(1, 1, rng=np.random.default_rng(0))]), every=10).describe())
        2 numbers per record (dense_1.w, dense_1.b): 16 bytes, plus 40, plus 8 for each row of a minibatch
        keeps step 0, one update in 10, and the last
        1,000 records take 0.06 MB and their batches, in memory
        """
        size = self.row_bytes
        names = self.names if len(self.names) <= 4 else (self.names[0], "…", self.names[-1])
        every = self._thinning.every
        rule = "every update" if every == 1 else f"one update in {every}"
        if callable(every):
            rule = "the updates for whose step `every` returns True"
        lines = [
            f"{size // self._vector.itemsize:,} numbers per record ({', '.join(names)}): {size:,} bytes, plus 40, "
            "plus 8 for each row of a minibatch",
            f"keeps step 0, {rule}, and the last",
            f"1,000 records take {(size + 40) / 1000:,.2f} MB and their batches, in {self.path or 'memory'}",
        ]
        if self.budget is not None:
            lines.append(f"never uses more than {self.budget:,} bytes: when they are used, drops every other record")
        return "\n".join(lines)
