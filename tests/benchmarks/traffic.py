"""What chapter 7's training step reads and writes, and at least must, and how long that takes, part by part.

    python tests/benchmarks/traffic.py [--rounds 5]

Batches of 32, in the pieces that `fit(…, workers=2)` makes. In kilobytes an image:

read, written  what NumPy's operations read and write; `counted.py` says how it is counted
least          what a part must read and write, if it shares nothing with its neighbours:
                 forward      reads x and the parameters, writes out, and the mask if backward needs one
                 backward     reads dout, and either that mask or x and the parameters; writes dx and the gradients
                 a mask       one byte for each number of out: ReLU, max pooling, dropout
                 flatten      nothing: it only renames
                 loss         reads predictions and labels, writes dpredicted
                 the batch    reads the row numbers and the rows, writes the rows
                 the sum      reads the gradients of each worker, writes their sum
                 RMSprop      reads p, g and v, writes p and v
                 divergence   reads p
µs alone       the same step on one thread, one worker's piece after the other
with two       on two threads, as `fit` does it: the time of both is added up. The sum's row holds all waiting, too
GB/s           bytes by time with two, of one thread

A part with many times its least, and few GB/s, may still be as fast as it can: a convolution computes, and what it
reads again is in the cache. Before all that, small operations must be counted as by hand, and the counted steps must
give the same parameters as `fit`.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from typing import Any, NamedTuple

import numpy as np
from chapter7_nets import THREADS, Tinylearn
from convnet import data
from counted import Counted, as_counted, check_by_hand, counting, make_countable, traffic
from peers import asked_rounds

import tinylearn as tl
from tinylearn.batches import Batches
from tinylearn.divergence import DivergenceMonitor
from tinylearn.workers import workers_for

BATCH = 32
WARM = 12  # updates that do not count: in the first ones, divergence is looked for more closely
TIMED = 52  # updates after them that are timed
STEP, SUM = "the whole step", "sum of gradients, rest"


class Cost(NamedTuple):
    """Of one call, or of an image: seconds, and bytes."""

    time: float
    read: float
    written: float
    least: float


Log = defaultdict[str, list[Cost]]  # part → what each call of it has cost


def watched(log: Log, part: str, function: Callable[..., Any], least: Callable[..., float]) -> Callable[..., Any]:
    """Return the function with a note in `log` of each call; least(*arguments, result) is what it must cost."""

    def call(*args: Any) -> Any:
        start, read, written = time.perf_counter(), traffic["read"], traffic["written"]
        result = function(*args)
        elapsed = time.perf_counter() - start
        log[part].append(Cost(elapsed, traffic["read"] - read, traffic["written"] - written, least(*args, result)))
        return result

    return call


class LeastOfLayer:
    """The bytes that a layer must read and write; the docstring above has the rules."""

    def __init__(self, layer: tl.Layer) -> None:
        self.renames, self.masks = isinstance(layer, tl.Flatten), isinstance(layer, tl.ReLU | tl.MaxPool2D | tl.Dropout)
        self.parameters = sum(array.nbytes for array in layer.params.values())
        self.x = 0

    def forward(self, x: np.ndarray, out: np.ndarray) -> int:
        self.x = x.nbytes
        return 0 if self.renames else x.nbytes + self.parameters + out.nbytes + out.size * self.masks

    def backward(self, dout: np.ndarray, dx: np.ndarray | None) -> int:
        if self.renames:
            return 0
        if self.masks:
            return dout.nbytes + dout.size + self.x
        return dout.nbytes + self.x + self.parameters + (0 if dx is None else self.parameters + self.x)


class InTurn:
    """A pool without threads: what it is given is done at once."""

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*args))
        return future


def train(net: Tinylearn, x: np.ndarray, y: np.ndarray, log: Log, at_once: bool) -> None:
    """Go through the data once, as `fit(…, workers=2)` does; without `at_once`, one worker after the other."""
    model, optimizer = net.model, net.optimizer
    model.set_training(True)
    batches = Batches(x, y, BATCH, epochs=1, dtype=model.dtype, rng=net.rng)
    with ExitStack() as at_the_end:
        gradients = at_the_end.enter_context(workers_for(model, net.loss, THREADS, batches.shape))
        at_the_end.enter_context(np.errstate(all="ignore"))
        team = gradients.__self__
        team.pool = team.pool if at_once else InTurn()
        if isinstance(x, Counted):
            at_the_end.enter_context(counting())
            make_countable(model, *(replica for replica, _ in team.replicas))
        watch_workers(team.replicas, log)
        size, monitor = model.parameters.nbytes, DivergenceMonitor(model, optimizer)
        take = watched(log, "taking the batch", iter(batches).__next__, lambda batch: least_of_batch(*batch))
        step = watched(log, "RMSprop", optimizer.step, lambda *_: 5 * size)
        check = watched(log, "divergence", monitor.check, lambda *_: size)

        def update() -> None:
            _, x_batch, y_batch = take()
            value = gradients(x_batch, y_batch)
            step(model.parameters, model.gradients)
            check(batches.step, value)

        update = watched(log, STEP, update, lambda _: (THREADS + 1) * size)  # the least of the sum alone
        for _ in range(len(x) // BATCH):
            update()


def watch_workers(replicas: list[tuple[tl.Sequential, tl.Loss]], log: Log) -> None:
    """Have each layer and each loss of the workers note its calls."""
    for model, loss in replicas:
        for name, layer in zip(model.layer_names, model.layers, strict=True):
            least = LeastOfLayer(layer)
            layer.forward = watched(log, f"{name} forward", layer.forward, least.forward)
            layer.backward = watched(log, f"{name} backward", layer.backward, least.backward)
        loss.forward = watched(log, "loss", loss.forward, lambda predicted, y, _: predicted.nbytes + y.nbytes)
        loss.backward = watched(log, "loss", loss.backward, lambda dpredicted: dpredicted.nbytes)


def least_of_batch(rows: np.ndarray, x: np.ndarray, y: np.ndarray) -> int:
    return rows.nbytes + 2 * (x.nbytes + y.nbytes)


def an_image(log: Log, updates: int, threads: int = 1) -> dict[str, Cost]:
    """Return what each part costs an image, in so many updates, the last ones; SUM is what the others leave."""
    costs = {}
    for part, calls in log.items():
        last = calls[-(len(calls) // len(log[STEP])) * updates :]
        costs[part] = Cost(*(sum(column) / (updates * BATCH) for column in zip(*last, strict=True)))
    whole = costs.pop(STEP)
    whole = whole._replace(time=whole.time * threads)
    parts = [sum(column) for column in zip(*costs.values(), strict=True)]
    costs[SUM] = Cost(*(all_ - part for all_, part in zip(whole[:3], parts, strict=False)), whole.least)
    costs[STEP] = whole._replace(least=whole.least + parts[3])
    return costs


def count() -> dict[str, Cost]:
    """Return the bytes an image of each part; RuntimeError unless the counted steps do what `fit` does."""
    x, y = data((WARM + 1) * BATCH)
    net, log = Tinylearn(), Log(list)
    train(net, as_counted(x), as_counted(y), log, at_once=False)
    by_fit = Tinylearn()
    by_fit.train(x, y, BATCH)
    if net.model.parameters.tobytes() != by_fit.model.parameters.tobytes():
        raise RuntimeError("the steps that were counted did not give the parameters that fit gives")
    print(f"counted as by hand; {WARM + 1} counted steps give the parameters of fit, bit for bit\n")
    return an_image(log, updates=1)


def measure(at_once: bool) -> dict[str, float]:
    """Return the seconds an image of each part."""
    x, y = data((WARM + TIMED) * BATCH)
    log = Log(list)
    train(Tinylearn(), x, y, log, at_once)
    return {part: cost.time for part, cost in an_image(log, TIMED, THREADS if at_once else 1).items()}


def print_table(rounds: int) -> None:
    """Print the parts in the order in which they come."""
    costs = count()
    pairs = [(measure(at_once=False), measure(at_once=True)) for _ in range(rounds + 1)][1:]  # the first warms up
    titles = ("read", "written", "least", "× least", "µs alone", "with two", "GB/s")
    print(f"{'kilobytes an image':24}{''.join(f'{title:>10}' for title in titles)}")
    for part, cost in costs.items():
        alone, two = (statistics.median(times[part] for times in column) for column in zip(*pairs, strict=True))
        total = cost.read + cost.written
        ratio = f"{total / cost.least:10.1f}" if cost.least else " " * 10
        sizes = "".join(f"{size / 1e3:10.1f}" for size in (cost.read, cost.written, cost.least))
        print(f"{part:24}{sizes}{ratio}{alone * 1e6:10.1f}{two * 1e6:10.1f}{total / two / 1e9:10.1f}")


if __name__ == "__main__":
    rounds = asked_rounds(__doc__, 5)
    check_by_hand()
    print_table(rounds)
