"""Workers: threads that share the work of one batch (data parallelism).

    x (N, …) ─┬─ the first half  → replica 1: forward, loss, backward → gradients 1 ─┐
              └─ the second half → replica 2: forward, loss, backward → gradients 2 ─┴─ sum → model.gradients

A replica has the model's parameters, in the same memory, but its own layers and its own gradient vector. The mean over
the batch is the weighted mean over its pieces: each counts by its fraction of the rows. The same holds for the
gradients. They are added up in a fixed order, so the same seed and the same number of workers give the same bits.

NumPy lets another thread run while it computes. BLAS does the matrix products, and during `fit` it gets one thread: two
workers with a thread each are faster than one worker with two threads for its products. A small network gains even more
(see `blas.py`).
"""

from __future__ import annotations

import copy
import functools
import itertools
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext

import numpy as np

from tinylearn.blas import one_blas_thread
from tinylearn.ctrl_c import ctrl_c_later
from tinylearn.losses import Loss
from tinylearn.model import Sequential, first_that_learns
from tinylearn.parameters import replica

Compute = Callable[[np.ndarray, np.ndarray], float]  # (x, y) → loss; fills model.gradients

SMALL = 10_000_000  # multiplications of a forward pass below which one worker is faster than several
PIECE = 1_000_000  # outputs of the largest layer for one piece of a batch, so that they stay in the cache


@contextmanager
def workers_for(model: Sequential, loss: Loss, workers: int, batch_shape: tuple[int, ...]) -> Iterator[Compute]:
    """Yield a function (x, y) that fills `model.gradients` and returns the loss.

    A small network gets one worker, and BLAS one thread.
    """
    keep_freed_memory()
    state = list(model.named_state())
    if workers > 1 and state:
        raise ValueError(
            f"fit: workers must be 1 for a model that remembers more than parameters, {state[0]}: several would "
            f"each remember a part of the batches; got workers={workers}"
        )
    workers = min(workers, batch_shape[0])
    with blas_for(model, workers, batch_shape):
        if workers == 1 or multiplications(model, batch_shape) < SMALL:
            yield functools.partial(gradients, model, loss)
            return
        largest = max(math.prod(shape or (1,)) for shape in model.output_shapes(batch_shape[1:]))
        with _threads(workers - 1) as pool:
            yield ParallelGradients(model, loss, workers, max(1, PIECE // largest), pool).gradients


def blas_for(model: Sequential, workers: int, batch_shape: tuple[int, ...]) -> AbstractContextManager[None]:
    """Hold BLAS to one thread where several workers were asked for, and for a small network."""
    several = min(workers, batch_shape[0]) > 1
    return one_blas_thread() if several or at_most(model, batch_shape) < SMALL else nullcontext()


@contextmanager
def _threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of threads; Ctrl-C in its end would leave locks behind, for which they wait for ever."""
    pool = ThreadPoolExecutor(number)
    try:
        yield pool
    finally:
        with ctrl_c_later():
            pool.shutdown()


def gradients(model: Sequential, loss: Loss, x: np.ndarray, y: np.ndarray, fraction: float = 1.0) -> float:
    """Fill `model.gradients` for one batch, or for a `fraction` of one. Return its loss times that fraction."""
    value = loss.forward(model.forward(x), y)
    dout = loss.backward()
    model.backward(dout if fraction == 1 else dout * fraction)
    return value * fraction


class ParallelGradients:
    """Replicas of a model, each with its loss, and the threads that they run on."""

    def __init__(self, model: Sequential, loss: Loss, workers: int, piece_rows: int, pool: ThreadPoolExecutor) -> None:
        self.model, self.piece_rows, self.pool = model, piece_rows, pool
        self.replicas = [(replica(model), copy.deepcopy(loss)) for _ in range(workers)]
        for each, _ in self.replicas:
            first_that_learns(each).needs_dx = False
        copies = [each.generators() for each, _ in self.replicas]
        found = {id(rng): (rng, [each[name] for each in copies]) for name, rng in model.generators().items()}
        self.generators = list(found.values())  # each once, though several layers may share it

    def gradients(self, x: np.ndarray, y: np.ndarray) -> float:
        """Fill `model.gradients` for the batch x, y and return its loss."""
        self.deal_random_numbers()
        slices = self.slices(len(x))
        with ctrl_c_later():  # the pool's locks are not made for it
            others = [self.pool.submit(self._work, n, x, y, slices[n]) for n in range(1, len(slices))]
            total, summed = self._work(0, x, y, slices[0])
            for other in others:
                value, gradient = other.result()
                total += value
                summed = np.add(summed, gradient, out=self.model.gradients)
        return total

    def slices(self, rows: int) -> list[slice]:
        """Divide the rows of a batch among the replicas: one slice each."""
        bounds = [rows * n // len(self.replicas) for n in range(len(self.replicas) + 1)]
        return [slice(*pair) for pair in itertools.pairwise(bounds)]

    def pieces(self, rows: slice) -> list[slice]:
        """Return the pieces in which a replica computes its rows."""
        starts = range(rows.start, rows.stop, self.piece_rows)
        return [slice(start, min(start + self.piece_rows, rows.stop)) for start in starts]

    def _work(self, number: int, x: np.ndarray, y: np.ndarray, rows: slice) -> tuple[float, np.ndarray]:
        """Return the loss and the gradients of `rows`, computed piece by piece on replica `number`."""
        (model, loss), pieces = self.replicas[number], self.pieces(rows)
        total, summed = 0.0, model.gradients if len(pieces) == 1 else np.zeros_like(model.gradients)
        with np.errstate(all="ignore"):  # a thread has settings of its own
            for piece in pieces:
                total += gradients(model, loss, x[piece], y[piece], (piece.stop - piece.start) / len(x))
                if summed is not model.gradients:
                    summed += model.gradients
        return total, summed

    def deal_random_numbers(self) -> None:
        """Seed the generators of the replicas from those of the model, so that the threads' speed changes nothing."""
        for rng, copies in self.generators:
            for each in copies:
                each.bit_generator.state = np.random.PCG64(rng.integers(2**63)).state


def at_most(model: Sequential, batch_shape: tuple[int, ...]) -> int:
    """Return an upper bound of the multiplications, quickly: as if each parameter were used at each place of an image.

    >>> from tinylearn import Dense
    >>> at_most(Sequential([Dense(20, 128, rng=np.random.default_rng(0))]), (32, 20))
    86016
    """
    return model.parameters.size * math.prod(batch_shape[:-1])


def multiplications(model: Sequential, batch_shape: tuple[int, ...]) -> int:
    """Return how many multiplications a forward pass takes: each parameter is used at each place of its output.

    >>> from tinylearn import Conv2D
    >>> multiplications(Sequential([Conv2D(3, 64, 3, rng=np.random.default_rng(0))]), (32, 32, 32, 3))
    51609600
    """
    shapes = model.output_shapes(batch_shape[1:])
    places = [math.prod((shape or (1,))[:-1]) for shape in shapes]
    sizes = [sum(value.size for value in layer.named_parameters().values()) for layer in model.layers]
    return batch_shape[0] * sum(size * place for size, place in zip(sizes, places, strict=True))


def keep_freed_memory() -> None:
    """Keep up to 64 MB of freed memory for the next arrays, instead of returning it to the system.

    Linux clears memory before a process gets it again, so a convolution would take three times as long. Its C library
    keeps blocks up to the size of the largest one that was freed (mallopt(3): "dynamic mmap threshold").
    """
    np.empty(2**25 - 2**13, np.uint8)
