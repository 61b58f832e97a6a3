"""How far a training run has come, in the middle of an epoch too: what `fit` needs to go on as if it had never stopped.

    def keep(update):                                       a callback
        if update.step % 1000 == 0:
            save_checkpoint("run.npz", model, optimizer, rng, **update.progress())

    saved = load_checkpoint("run.npz", model, optimizer, rng)
    fit(…, resume=saved)                                    the same call as before, and `resume`

The checkpoint holds the parameters, the optimiser and the random generators as they are after that update; this, what
else `fit` remembers: where in the epoch it is, and what it will return. Of several callbacks, the one that saves comes
last: after one that changes the learning rate, say, so that the change is saved too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np

from tinylearn.checks import number_between, numbers, positive_integer, shortened


@dataclass
class Progress:
    """What `update.progress()` returns, name by name.

    step, epoch  of the last update
    rest         the row numbers that are still to come in this epoch, in their order
    loss_sum     the losses of this epoch's batches so far, each times its rows
    losses       the mean loss of every epoch before
    rows         how many there are in x
    batch_size   as given to `fit`
    """

    step: int = 0
    epoch: int = 1
    rest: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    loss_sum: float = 0.0
    losses: list[float] = field(default_factory=list)
    rows: int = 0
    batch_size: int = 0

    @classmethod
    def of(cls, saved: Mapping[str, Any] | None, rows: int, batch_size: int, epochs: int) -> Self:
        """Return where to start: what `saved` says (it may hold more), or the beginning if that is None.

        ValueError if it says nothing of the kind, or if that was a run on more or fewer rows, with another batch_size
        or for fewer epochs. Other data of the same length cannot be told apart.
        """
        if saved is None:
            return cls(rows=rows, batch_size=batch_size)
        if not isinstance(saved, Mapping):
            raise ValueError(f"fit: resume must be what load_checkpoint returns, got {shortened(saved)}")
        names = [each.name for each in fields(cls)]
        absent = [name for name in names if name not in saved]
        if absent:
            raise ValueError(
                f"fit: resume must hold {', '.join(names)}, but has no {absent[0]}; save with "
                "save_checkpoint(…, **update.progress()) in a callback, and give what load_checkpoint returns"
            )
        step, epoch = (positive_integer("fit", f"the {name} of resume", saved[name]) for name in ("step", "epoch"))
        for name, now in (("rows", rows), ("batch_size", batch_size)):
            then = positive_integer("fit", f"the {name} of resume", saved[name])
            if then != now:
                raise ValueError(
                    f"fit: resume must be of a run like this one: {name} was {then}, is {now}; give the same x, y and "
                    "batch_size as then"
                )
        rest = numbers("fit", "the rest of resume", saved["rest"], np.int64).copy()
        rest.flags.writeable = False  # callbacks may keep parts of it
        left = {0, *range(rows - batch_size, 0, -batch_size)}  # how many rows may be left after a batch
        if rest.ndim != 1 or rest.size not in left or len({*rest.tolist()} & {*range(rows)}) < rest.size:
            raise ValueError(
                f"fit: resume must be of a run on this x, of {rows} rows in batches of {batch_size}, but goes on with "
                f"rows {rest}"
            )
        if epoch > epochs:
            raise ValueError(f"fit: epochs must count from the start: resume is in epoch {epoch}, got epochs={epochs}")
        losses = numbers("fit", "the losses of resume", saved["losses"], np.float64)
        if losses.shape != (epoch - 1,):
            raise ValueError(f"fit: the losses of resume must be those of the {epoch - 1} epochs before, got {losses}")
        loss_sum = number_between("fit", "the loss_sum of resume", saved["loss_sum"], -math.inf, math.inf)
        if not rest.size:  # that epoch is over
            return cls(step, epoch + 1, rest, 0.0, [*losses.tolist(), loss_sum / rows], rows, batch_size)
        return cls(step, epoch, rest, loss_sum, losses.tolist(), rows, batch_size)
