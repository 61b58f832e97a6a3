"""A look into one forward and backward pass: the input of each layer, and the contribution of each row to a gradient.

A gradient is linear in dout, so the gradients of the rows add up. To find the contribution of one row, set dout to 0 in
all other rows and run backward. For a dense layer it is simply input · dout. A layer may have other rows than the
batch, for example after a layer that cuts images into patches. Then we take the rows of the loss's dout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from tinylearn.batches import Batch
from tinylearn.layers import Dense
from tinylearn.losses import Loss
from tinylearn.model import Sequential
from tinylearn.recording.origin import Training
from tinylearn.workers import ParallelGradients, gradients, workers_for

Chain = tuple[tuple[str, np.ndarray], ...]  # (layer, the dx that it returned), beginning at the loss


class Seen(NamedTuple):
    """The arrays of one parameter's layer in a batch of N rows; see `Explanation`."""

    chain: Chain
    inputs: np.ndarray
    dout: np.ndarray
    contributions: np.ndarray | None
    factors: np.ndarray | None


def contributions(training: Training, batch: Batch, parameter: str, index: tuple[int, ...], gradient: Any) -> Seen:
    """Run forward and backward on the batch, in the same pieces as the workers; return what was seen.

    This changes the model.
    """
    _, x, y = batch
    layer, _, key = parameter.rpartition(".")
    pieces: list[Seen] = []
    training.model.set_training(True)
    with workers_for(training.model, training.loss, training.workers, training.batches.shape) as fill_gradients:
        for model, loss, rows in pieces_of(training, fill_gradients, len(x)):
            hooks = Hooks(model, layer)
            gradients(model, loss, x[rows], y[rows], (rows.stop - rows.start) / len(x))
            pieces.append(hooks.seen(rows.stop - rows.start, key, index))
    chains = zip(*(piece.chain for piece in pieces), strict=True)
    chain = tuple((entries[0][0], np.concatenate([dout for _, dout in entries])) for entries in chains)
    inputs, dout, added, factors = (_joined(parts) for parts in [*zip(*pieces, strict=True)][1:])
    if added is not None:
        allowed = np.finfo(added.dtype).eps * len(added) ** 0.5 * 100 * np.abs(added).sum()
        if not abs(added.sum() - gradient) <= allowed:  # a layer that mixes rows in a way of its own
            added = factors = None
    return Seen(chain, inputs, dout, added, factors)


def pieces_of(training: Training, fill_gradients: Any, rows: int) -> Iterator[tuple[Sequential, Loss, slice]]:
    """Yield model, loss and rows of each piece in which the batch was computed."""
    workers = getattr(fill_gradients, "__self__", None)
    if not isinstance(workers, ParallelGradients):
        yield training.model, training.loss, slice(0, rows)
        return
    workers.deal_random_numbers()
    for (model, loss), of_replica in zip(workers.replicas, workers.slices(rows), strict=True):
        for piece in workers.pieces(of_replica):
            yield model, loss, piece


def _joined(parts: Any) -> Any:
    """Return the rows of all pieces, or None if a piece has none."""
    return None if any(part is None for part in parts) else np.concatenate(parts)


class Hooks:
    """Wraps the backward of each layer, and the forward of one, and notes their arguments and results."""

    def __init__(self, model: Sequential, name: str) -> None:
        self.model, self.name, self.layer = model, name, dict(model.walk())[name]
        self.chain: list[tuple[str, np.ndarray]] = []
        self.reached = False  # has dout come to the layer?
        self.inputs = self.dout = np.empty(0)
        for each, part in model.walk():
            vars(part)["backward"] = self._backward_hook(each, type(part).backward.__get__(part))
        vars(self.layer)["forward"] = self._forward_hook(type(self.layer).forward.__get__(self.layer))

    def _forward_hook(self, forward: Callable[..., Any]) -> Callable[..., Any]:
        def hook(x: np.ndarray) -> np.ndarray:
            self.inputs = np.array(x)
            return forward(x)

        return hook

    def _backward_hook(self, name: str, backward: Callable[..., Any]) -> Callable[..., Any]:
        def hook(dout: np.ndarray) -> np.ndarray | None:
            if name == "":
                self.chain.append(("loss", np.array(dout)))
            if not self.reached:  # what layers beside this one handed back does not lead here
                came = [number for number, (_, dx) in enumerate(self.chain, 1) if dx.tobytes() == dout.tobytes()]
                self.chain[max(came, default=len(self.chain)) :] = []
                if not came:  # what the layer around it has made
                    self.chain.append((name.rpartition(".")[0], np.array(dout)))
            if name == self.name:
                self.dout, self.reached = np.array(dout), True
            before = len(self.chain)
            dx = backward(dout)
            if not self.reached and dx is not None:
                self.chain[before:] = [(name, np.array(dx))]  # in the place of what its parts handed to each other
            return dx

        return hook

    def seen(self, rows: int, key: str, index: tuple[int, ...]) -> Seen:
        """Return what was seen, and what each row adds to the gradient."""
        for _, part in self.model.walk():
            del vars(part)["backward"]  # from here on nothing is to be noted
        layer, dout, of_loss, factors, added = self.layer, self.dout, self.chain[0][1], None, None
        if type(layer) is Dense and dout.ndim == 2 and len(dout) == rows:  # a subclass may derive otherwise
            added = dout[:, index[-1]]
            if key == "w":
                factors = np.stack([self.inputs[:, index[0]], added], axis=1)
                added = factors[:, 0] * factors[:, 1]
        elif self.name and len(dout) == rows:
            added = self._per_row(layer.backward, dout, key, index)
        elif len(of_loss) == rows:
            added = self._per_row(self.model.backward, of_loss, key, index)
        return Seen(tuple(self.chain), self.inputs, dout, added, factors)

    def _per_row(self, backward: Callable[..., Any], dout: np.ndarray, key: str, index: tuple[int, ...]) -> np.ndarray:
        """Return the gradient for each row of dout alone."""
        added = np.zeros(len(dout), dout.dtype)
        for row in range(len(dout)):
            alone = np.zeros_like(dout)
            alone[row] = dout[row]
            backward(alone)
            added[row] = self.layer.grads[key][index]
        return added
