"""The **minibatches** of a training run, or batches for short: which rows come when, and how many have come.

rows of x    3 0 4 │ 1 5 2 ║ 5 1 2 │ 0 4 3 ║ …        batch_size 3, shuffled anew in every epoch
step             1       2       3       4
epoch                    1               2
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tinylearn.checks import boolean, numbers
from tinylearn.identity import checksum

Batch = tuple[np.ndarray, np.ndarray, np.ndarray]  # row numbers, their x, their y


class Batches:
    """Iterate over it to get (rows, x, y) of each remaining batch.

    step, epoch  of the last batch; 0 at the start
    last         the last batch
    rest         the row numbers that remain in this epoch, in their order

    The same settings and the same state of `rng` give the same batches. Only the rows of a batch are converted to
    `dtype` (except whole numbers in y, which may be classes), so x and y may be larger than memory.

    >>> x = np.arange(5.0)[:, None]
    >>> rng = np.random.default_rng(0)
    >>> batches = Batches(x, x, 3, epochs=2, dtype=np.dtype(np.float64), rng=rng, shuffle=False)
    >>> [(batches.step, batches.epoch, rows.tolist()) for rows, x_batch, y_batch in batches]
    [(1, 1, [0, 1, 2]), (2, 1, [3, 4]), (3, 2, [0, 1, 2]), (4, 2, [3, 4])]
    """

    def __init__(
        self, x: np.ndarray, y: np.ndarray, size: int, epochs: int, *, dtype: np.dtype, rng: np.random.Generator,
        shuffle: bool = True, augment: Callable[..., Any] | None = None,
    ) -> None:  # fmt: skip
        self.x, self.y, self.size, self.epochs = x, y, size, epochs
        self.dtype, self.shuffle, self.augment, self.rng = dtype, boolean("fit", "shuffle", shuffle), augment, rng
        self.step = self.epoch = 0
        self.rest = np.empty(0, np.int64)
        self.one_batch = augment is None and len(x) <= size  # the same in every epoch: take it only once
        self.last: Batch

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy gets: not the batches, which it takes anew from x and y."""
        return {name: value for name, value in vars(self).items() if name not in ("only_batch", "last")}

    @functools.cached_property
    def only_batch(self) -> Batch:
        """The only batch, if there is one."""
        batch = self._batch(np.arange(len(self.x)))
        for array in batch:
            array.flags.writeable = False  # or a layer could change it for the next epoch
        return batch

    @property
    def last_of_epoch(self) -> bool:
        """Was this batch the last one of its epoch?"""
        return not len(self.rest)

    def __iter__(self) -> Iterator[Batch]:
        while len(self.rest) or self.epoch < self.epochs:
            self.step += 1
            if self.one_batch:
                self.epoch += 1
                self.last = self.only_batch
            else:
                if not len(self.rest):
                    self.epoch += 1
                    self.rest = self._order()
                rows, self.rest = self.rest[: self.size], self.rest[self.size :]
                self.last = self._batch(rows)
            yield self.last

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the x of a full batch."""
        return min(self.size, len(self.x)), *self.x.shape[1:]

    @functools.cached_property
    def digest(self) -> str:
        """A checksum: a resumed run recognises its data by it."""
        return checksum(self.x, self.y)

    def _order(self) -> np.ndarray:
        """Return the numbers of all rows, in the order of an epoch."""
        order = self.rng.permutation(len(self.x)) if self.shuffle else np.arange(len(self.x))
        order.flags.writeable = False  # callbacks may keep parts of it
        return order

    def _batch(self, rows: np.ndarray) -> Batch:
        """Return a batch of these rows."""
        x, y = take_rows(self.x, self.y, rows, self.dtype)
        return rows, x if self.augment is None else augmented(self.augment, x, self.rng), y


def take_rows(x: np.ndarray, y: np.ndarray, rows: np.ndarray, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Return copies of these rows, in `dtype` except whole numbers in y. (x[rows] takes three times as long.)"""
    y = y.take(rows, axis=0)
    return x.take(rows, axis=0).astype(dtype, copy=False), y if y.dtype.kind in "iu" else y.astype(dtype, copy=False)


def augmented(augment: Callable[..., Any], x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return `augment(x, rng)` in the dtype of x; ValueError if it has another number of rows or axes."""
    changed = numbers("fit", "augment(x, rng)", augment(x, rng), x.dtype)
    if changed.ndim != x.ndim or len(changed) != len(x):
        raise ValueError(f"fit: augment(x, rng) must return a batch like x, {x.shape}, got {changed.shape}")
    return changed
