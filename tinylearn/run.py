"""A training run: its parts, how far it has come, and its callbacks."""

from __future__ import annotations

import copy
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from tinylearn.batches import Batches
from tinylearn.callbacks import Update, takes_values
from tinylearn.checkpoint import load_checkpoint, read_more
from tinylearn.ctrl_c import ctrl_c_later
from tinylearn.divergence import DivergenceError
from tinylearn.identity import described
from tinylearn.losses import Loss
from tinylearn.model import Sequential, first_that_learns
from tinylearn.optimizers import Optimizer
from tinylearn.sharing import refuse_changes


class Run:
    """One run of `fit`.

    losses               the mean loss of every complete epoch
    loss_sum, loss_rows  in the present epoch: the sum of loss times rows over its batches, and the sum of their rows
    """

    def __init__(
        self, model: Sequential, loss: Loss, optimizer: Optimizer, batches: Batches, workers: int,
        callbacks: tuple[Any, ...],
    ) -> None:  # fmt: skip
        self.workers = workers
        self.model, self.loss, self.optimizer, self.batches, self.callbacks = model, loss, optimizer, batches, callbacks
        self.calls = [(each.with_values, True) if takes_values(each) else (each, False) for each in callbacks]
        self.losses: list[float] = []
        self.loss_sum, self.loss_rows = 0.0, 0
        self.stopped = False

    @contextmanager
    def going_on(self, resume: str | os.PathLike[str] | None) -> Iterator[None]:
        """Start the callbacks, go to step 0 or to the step of a checkpoint, and switch the model to training.

        At the end, also after an error, switch the model back, and close the callbacks. Ctrl-C waits until all
        callbacks know of the present update.
        """
        model, first = self.model, first_that_learns(self.model)
        if not all(part.needs_dx for _, part in model.walk()):
            raise ValueError("fit: this model is being trained by another fit; train a copy, copy.deepcopy(model)")
        with ctrl_c_later() as self.ctrl_c_may_come, ExitStack() as at_the_end:
            for callback in self.callbacks:
                if hasattr(callback, "close"):
                    at_the_end.callback(callback.close)
            at_the_end.callback(model.set_training, False)
            at_the_end.callback(setattr, first, "needs_dx", True)
            try:
                with np.errstate(all="ignore"):  # NaN and infinity: DivergenceError reports them
                    self._tell_of("start", self)
                    model.set_training(True)
                    first.needs_dx = False
                    if resume is not None:
                        self._go_on(resume)
                    self._tell_of("begin", self)
                    yield
                    refuse_changes(model)  # a part that forward made has not learned
            except DivergenceError as error:
                self._tell_of("diverged", error)
                raise

    def tell(self, loss: float, rows: np.ndarray) -> None:
        """Count an update, and tell every callback."""
        batches = self.batches
        self.loss_sum += loss * len(rows)
        self.loss_rows += len(rows)
        if batches.last_of_epoch:
            self._end_epoch()
        rate = self.optimizer.learning_rate  # a callback may change it for the next step
        update = None
        for call, with_values in self.calls:
            if with_values:
                call(batches.step, batches.epoch, loss, rows, rate)
                continue
            if update is None:
                update = Update(
                    batches.step, batches.epoch, loss, rows, self.model, self.optimizer, rate, batches.last_of_epoch
                )
            call(update)
        if update is not None and update.stopped:
            self.stopped = True
            if self.loss_rows:
                self._end_epoch()
        self.ctrl_c_may_come()

    def _tell_of(self, what: str, *about: Any) -> None:
        """Call this method of every callback that has it."""
        for callback in self.callbacks:
            if hasattr(callback, what):
                getattr(callback, what)(*about)

    def loss_again(self) -> float:
        """Return the loss of the last batch with the present parameters, and disturb nothing."""
        _, x, y = self.batches.last
        return copy.deepcopy(self.loss).forward(copy.deepcopy(self.model).forward(x), y)

    def _end_epoch(self) -> None:
        """Note the mean loss over the rows of this epoch."""
        self.losses.append(self.loss_sum / self.loss_rows)
        self.loss_sum, self.loss_rows = 0.0, 0

    # --- checkpoints --------------------------------------------------------------------------------------------------

    def to_keep(self) -> dict[str, Any]:
        """Return by name everything that the rest of the run needs: its position, and the counts of its callbacks."""
        batches = self.batches
        place = {"step": batches.step, "epoch": batches.epoch, "rest": batches.rest}
        losses = {"losses": self.losses, "loss_sum": self.loss_sum, "loss_rows": self.loss_rows}
        return place | losses | self._given() | {name: each.keep() for name, each in self._keepers().items()}

    def _given(self) -> dict[str, Any]:
        """Return by name the arguments that `fit` must get again to resume the run."""
        batches = self.batches
        return {
            "number of rows": len(batches.x),
            "checksum of x and y": batches.digest,
            "batch_size": batches.size,
            "shuffle": bool(batches.shuffle),
            "loss": described(self.loss),
            "augment": described(batches.augment),
        }

    def _keepers(self) -> dict[str, Any]:
        """Return name → callback for those that a checkpoint keeps. A name is a `name` or class, numbered from 1."""
        found, numbers = {}, Counter[str]()
        for callback in self.callbacks:
            if hasattr(callback, "keep"):
                name = getattr(callback, "name", type(callback).__name__)
                numbers[name] += 1
                found[f"{name}, {numbers[name]}"] = callback
        return found

    def _go_on(self, path: str | os.PathLike[str]) -> None:
        """Continue from the checkpoint; change nothing if a different run wrote it."""
        batches, keepers, given, saved = self.batches, self._keepers(), self._given(), read_more(path, "fit")
        if not {"step", *given} <= saved.keys():
            raise ValueError(f"fit: {path} is no checkpoint of a run; pass the file that a Checkpoint callback wrote")
        for name, now in given.items():
            if saved[name] != now:
                raise ValueError(
                    f"fit: resume must be of a run like this one: {name} was {saved[name]}, is {now}; pass the same "
                    "arguments as then: x, y, batch_size, shuffle, loss and augment"
                )
        for name in keepers.keys() - saved.keys():
            raise ValueError(f"fit: {path} has no values of {name}; pass the callbacks of the first run")
        if saved["epoch"] > batches.epochs:
            got = f"{path} is in epoch {saved['epoch']}, got epochs={batches.epochs}"
            raise ValueError(f"fit: epochs must be the total, not the number to add: {got}")
        self._tell_of("resuming", saved["step"])
        load_checkpoint(path, self.model, self.optimizer, batches.rng)
        batches.step, batches.epoch, batches.rest = saved["step"], saved["epoch"], saved["rest"]
        batches.rest.flags.writeable = False  # callbacks may keep parts of it
        self.losses, self.loss_sum, self.loss_rows = saved["losses"].tolist(), saved["loss_sum"], saved["loss_rows"]
        for name, callback in keepers.items():
            callback.restore(saved[name])
        self._tell_of("resumed", batches.step, batches.epoch)
