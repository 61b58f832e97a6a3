"""A look into one forward and backward pass: what each layer was given, and what each row adds to one gradient.

A gradient is linear in dout. So a row adds what backward finds when dout is 0 for all other rows, whatever the layer;
for a dense layer it is known as a product. Where the layer does not see the rows of the batch, since one before it has
put them in another shape, the rows of the loss's dout are taken.
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

Chain = tuple[tuple[str, np.ndarray], ...]  # (layer, the dout that it handed back), from the loss on


class Seen(NamedTuple):
    """What was seen of one parameter's layer in a batch of N rows; see `Explanation`."""

    chain: Chain
    inputs: np.ndarray
    upstream: np.ndarray
    contributions: np.ndarray | None
    factors: np.ndarray | None


def contributions(training: Training, batch: Batch, parameter: str, index: tuple[int, ...], gradient: Any) -> Seen:
    """Pass the batch through the model, which is changed, piece by piece if workers did; return what was seen."""
    _, x, y = batch
    pieces = []
    training.model.set_training(True)
    with workers_for(training.model, training.loss, training.workers, training.batches.shape) as fill_gradients:
        for model, loss, rows in _pieces(training, fill_gradients, len(x)):
            watched = Watched(model, parameter.rpartition(".")[0])
            gradients(model, loss, x[rows], y[rows], (rows.stop - rows.start) / len(x))
            pieces.append(watched.seen(rows.stop - rows.start, parameter.rpartition(".")[2], index))
    names, parts = [name for name, _ in pieces[0].chain], [*zip(*pieces, strict=True)][1:]
    joined: list[Any] = [_joined([dict(piece.chain)[name] for piece in pieces]) for name in names]
    rest: list[Any] = [_joined(part) for part in parts]
    seen = Seen(tuple(zip(names, joined, strict=True)), *rest)
    added = seen.contributions
    if added is not None:
        allowed = np.finfo(added.dtype).eps * len(added) ** 0.5 * 100 * np.abs(added).sum()
        if not abs(added.sum() - gradient) <= allowed:  # a layer that mixes rows in a way of its own
            return seen._replace(contributions=None, factors=None)
    return seen


def _pieces(training: Training, fill_gradients: Any, rows: int) -> Iterator[tuple[Sequential, Loss, slice]]:
    """Yield model, loss and rows of each piece in which the batch was computed."""
    workers = getattr(fill_gradients, "__self__", None)
    if not isinstance(workers, ParallelGradients):
        yield training.model, training.loss, slice(0, rows)
        return
    workers.deal_random_numbers()
    for (model, loss), share in zip(workers.replicas, workers.shares(rows), strict=True):
        for piece in workers.pieces(share):
            yield model, loss, piece


def _joined(parts: Any) -> np.ndarray | None:
    """Return the rows of all pieces, or None if a piece has none."""
    return None if any(part is None for part in parts) else np.concatenate(parts)


class Watched:
    """A model whose layers tell what they are given and hand back: until the next pass, of one layer of interest."""

    def __init__(self, model: Sequential, layer: str) -> None:
        self.model, self.name = model, layer
        self.layer = dict(model.walk())[layer]
        self.chain: list[tuple[str, np.ndarray]] = []
        self.reached = False
        self.inputs = self.upstream = np.empty(0)
        for name, part in model.walk():
            vars(part)["backward"] = self._watching(name, type(part).backward.__get__(part))
        vars(self.layer)["forward"] = self._noting(type(self.layer).forward.__get__(self.layer))

    def _noting(self, forward: Callable[..., Any]) -> Callable[..., Any]:
        def noting(x: np.ndarray) -> np.ndarray:
            self.inputs = np.array(x)
            return forward(x)

        return noting

    def _watching(self, name: str, backward: Callable[..., Any]) -> Callable[..., Any]:
        def watching(dout: np.ndarray) -> np.ndarray | None:
            if name == "":
                self.chain.append(("loss", np.array(dout)))
            if not self.reached:  # what layers beside this one handed back does not lead here
                came = [number for number, (_, dx) in enumerate(self.chain, 1) if dx.tobytes() == dout.tobytes()]
                self.chain[max(came, default=len(self.chain)) :] = []
                if not came:  # what the layer around it has made
                    self.chain.append((name.rpartition(".")[0], np.array(dout)))
            if name == self.name:
                self.upstream, self.reached = np.array(dout), True
            before = len(self.chain)
            dx = backward(dout)
            if not self.reached and dx is not None:
                self.chain[before:] = [(name, np.array(dx))]  # in the place of what its parts handed to each other
            return dx

        return watching

    def seen(self, rows: int, key: str, index: tuple[int, ...]) -> Seen:
        """Return what was seen, and what each row adds to the gradient."""
        for _, part in self.model.walk():
            del vars(part)["backward"]  # from here on nothing is to be noted
        chain, upstream, first = tuple(self.chain), self.upstream, self.chain[0][1]
        layer = self.layer
        if type(layer) is Dense and upstream.ndim == 2 and len(upstream) == rows:  # a subclass may derive otherwise
            column = upstream[:, index[-1]]
            if key == "b":
                return Seen(chain, self.inputs, upstream, column, None)
            factors = np.stack([self.inputs[:, index[0]], column], axis=1)
            return Seen(chain, self.inputs, upstream, factors[:, 0] * factors[:, 1], factors)
        added = None
        if self.name and len(upstream) == rows:
            added = self._alone(layer.backward, upstream, key, index)
        elif len(first) == rows:
            added = self._alone(self.model.backward, first, key, index)
        return Seen(chain, self.inputs, upstream, added, None)

    def _alone(self, backward: Callable[..., Any], dout: np.ndarray, key: str, index: tuple[int, ...]) -> np.ndarray:
        """Return the gradient for each row of dout alone."""
        added = np.zeros(len(dout), dout.dtype)
        for row in range(len(dout)):
            alone = np.zeros_like(dout)
            alone[row] = dout[row]
            backward(alone)
            added[row] = self.layer.grads[key][index]
        return added
