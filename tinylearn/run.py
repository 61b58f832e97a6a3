"""A training run: what `fit` was given, how far it has come, and who is told.

What a checkpoint keeps of it is its `position`; parameters, optimiser and random generators are kept beside that.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from tinylearn.batches import Batches
from tinylearn.callbacks import Update
from tinylearn.checkpoint import load_checkpoint, read_more
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.optimizers import Optimizer
from tinylearn.parameters import twin


class Run:
    """One run of `fit`.

    losses    the mean loss of every epoch that is done
    loss_sum  of the epoch that is not: the losses of its batches, each times its rows
    """

    def __init__(
        self, model: Sequential, loss: Loss, optimizer: Optimizer, batches: Batches, callbacks: tuple[Any, ...]
    ) -> None:
        self.model, self.loss, self.optimizer, self.batches, self.callbacks = model, loss, optimizer, batches, callbacks
        self.losses: list[float] = []
        self.loss_sum, self.rows = 0.0, 0
        self.listeners: list[Callable[..., Any]] = []
        self.stopped = False

    def start(self) -> None:
        """Tell the callbacks that ask for it, and get ready to tell all of every update."""
        for callback in self.callbacks:
            if hasattr(callback, "start"):
                callback.start(self)
        self.listeners = [self._listener(callback) for callback in self.callbacks]

    def tell(self, loss: float, rows: np.ndarray) -> bool:
        """Count an update, tell every callback of it, and return whether one of them stopped the run."""
        batches, rate = self.batches, self.optimizer.learning_rate
        self.loss_sum += loss * len(rows)
        self.rows += len(rows)
        if not len(batches.rest):
            self._end_epoch()
        for tell in self.listeners:
            tell(batches.step, batches.epoch, loss, rows, rate)
        if self.stopped and self.rows:
            self._end_epoch()
        return self.stopped

    def _end_epoch(self) -> None:
        """Note the mean loss of the rows that came."""
        self.losses.append(self.loss_sum / self.rows)
        self.loss_sum, self.rows = 0.0, 0

    def _listener(self, callback: Any) -> Callable[..., Any]:
        """Return what to call with step, epoch, loss, batch and learning rate of an update, for this callback.

        It makes the Update, unless the callback has a `listener(model)`, as recorders have, that returns such a
        function: an Update less saves a twentieth of a step of chapter 3's neuron.
        """
        if hasattr(callback, "listener"):
            return callback.listener(self.model)

        def listener(step: int, epoch: int, loss: float, rows: np.ndarray, rate: float) -> None:
            update = Update(
                step, epoch, loss, rows, self.model, self.optimizer, rate, last_of_epoch=self.batches.last_of_epoch
            )
            callback(update)
            self.stopped |= update.stopped

        return listener

    def loss_again(self) -> float:
        """Return the loss of the last batch with the parameters as they are now, and disturb nothing."""
        idle = twin(self.model)
        idle.set_training(False)
        _, x, y = self.batches.last
        return copy.deepcopy(self.loss).forward(idle.forward(x), y)

    def position(self) -> dict[str, Any]:
        """Return what a checkpoint keeps, so that `resume` can go on from here."""
        batches = self.batches
        kept = {f"callback {n}": each.keep() for n, each in enumerate(self.callbacks) if hasattr(each, "keep")}
        return kept | {
            "step": batches.step,
            "epoch": batches.epoch,
            "rest": batches.rest,
            "losses": self.losses,
            "loss_sum": self.loss_sum,
            "loss_rows": self.rows,
            "rows": len(batches.x),
            "batch_size": batches.size,
            "data": batches.digest,
        }

    def resume(self, path: str | os.PathLike[str]) -> None:
        """Go on where the run that wrote the checkpoint was: model, optimiser, random numbers, batches, callbacks.

        ValueError if that was another run: other layers, settings, data, batch size, callbacks.
        """
        batches, saved = self.batches, read_more(path)
        if "rest" not in saved:
            raise ValueError(f"fit: {path} is no checkpoint of a run; give the file that a Checkpoint callback wrote")
        now = self.position()
        for name in ("rows", "batch_size", "data"):
            if saved[name] != now[name]:
                what = {"data": "the checksum of x and y"}.get(name, name)
                raise ValueError(
                    f"fit: resume must be of a run like this one: {what} was {saved[name]}, is {now[name]}; give the "
                    "same x, y and batch_size as then"
                )
        if saved["epoch"] > batches.epochs:
            raise ValueError(
                f"fit: epochs must count from the start: {path} is in epoch {saved['epoch']}, got epochs={batches.epochs}"
            )
        for number, callback in enumerate(self.callbacks):
            if hasattr(callback, "restore") and f"callback {number}" not in saved:
                raise ValueError(
                    f"fit: {path} knows nothing of callback {number}, {callback!r}; give the callbacks of the first run, "
                    "in their order"
                )
        load_checkpoint(path, self.model, self.optimizer, batches.rng)
        batches.step, batches.epoch, batches.rest = saved["step"], saved["epoch"], saved["rest"].astype(np.int64)
        batches.rest.flags.writeable = False  # callbacks may keep parts of it
        self.losses, self.loss_sum, self.rows = saved["losses"].tolist(), saved["loss_sum"], saved["loss_rows"]
        for number, callback in enumerate(self.callbacks):
            if hasattr(callback, "restore"):
                callback.restore(saved[f"callback {number}"])
            if hasattr(callback, "resumed"):
                callback.resumed(batches.step, batches.epoch)
