"""Training speed against PyTorch eager, interleaved, medians of ratios; and convolution alone, shape by shape.

    python tests/benchmarks/training.py [--rounds 15]

Small networks: updates a second through `fit`, in one process, one thread each. Chapter 7's network: images a second,
each peer in a process of its own, two threads each (convnet.py). Convolution alone: one thread each (convolution.py).

Needs the extra `oracle` (torch). Where the environment forces an OpenBLAS kernel (OPENBLAS_CORETYPE), unset it for
this command, since that slows NumPy and not PyTorch.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import convnet
import convolution
import numpy as np
import torch
from peers import asked_rounds
from threadpoolctl import threadpool_limits

import tinylearn as tl
from tinylearn.datasets import celsius_fahrenheit

Timer = Callable[[], float]  # runs a fixed number of updates and returns updates a second


def ours(sizes, activations, x, y, loss, optimizer, updates, batch_size, dtype) -> Timer:
    """Return a function that trains for `updates` updates and returns updates a second."""

    def run() -> float:
        rng = np.random.default_rng(0)
        layers = []
        for n_in, n_out, activation in zip(sizes, sizes[1:], activations, strict=False):
            layers += [tl.Dense(n_in, n_out, rng=rng)] + ([activation()] if activation else [])
        model = tl.Sequential(layers, dtype=dtype)
        epochs = updates * batch_size // len(x)
        start = time.perf_counter()
        tl.fit(model, x, y, loss=loss(), optimizer=optimizer(), epochs=epochs, batch_size=batch_size, rng=rng)
        return updates / (time.perf_counter() - start)

    return run


def theirs(sizes, activations, x, y, loss, optimizer, updates, batch_size, dtype) -> Timer:
    """Return the same in PyTorch: nn.Sequential, a loss, an optimiser, and the loop of its tutorials."""
    x, y = torch.tensor(x, dtype=dtype), torch.tensor(y, dtype=dtype)

    def run() -> float:
        torch.manual_seed(0)
        layers = []
        for n_in, n_out, activation in zip(sizes, sizes[1:], activations, strict=False):
            layers += [torch.nn.Linear(n_in, n_out, dtype=dtype)] + ([activation()] if activation else [])
        model, criterion = torch.nn.Sequential(*layers), loss()
        optim = optimizer(model.parameters())
        start = time.perf_counter()
        for _ in range(updates * batch_size // len(x)):
            order = torch.randperm(len(x)) if batch_size < len(x) else None
            for first in range(0, len(x), batch_size):
                rows = order[first : first + batch_size] if order is not None else slice(None)
                optim.zero_grad()
                criterion(model(x[rows]), y[rows]).backward()
                optim.step()
        return updates / (time.perf_counter() - start)

    return run


def cases() -> dict[str, tuple[Timer, Timer, float]]:
    """Return name → (ours, PyTorch's, the ratio to reach)."""
    rng = np.random.default_rng(0)
    celsius, fahrenheit = celsius_fahrenheit()
    pixels, labels = rng.random((160, 1024), np.float32), rng.integers(0, 2, (160, 1)).astype(np.float32)
    states, wins = rng.random((3200, 20), np.float32), rng.integers(0, 2, (3200, 1)).astype(np.float32)
    nn, adam = torch.nn, torch.optim.Adam
    sizes, relus = (20, 128, 64, 32, 16, 1), 4
    neuron = ((1, 1), [None], celsius, fahrenheit)
    horse = ((1024, 1), pixels, labels)
    lake = (sizes, states, wins)
    return {
        "neuron 1-1, 10 rows, float64, SGD": (
            ours(*neuron, tl.MeanSquaredError, lambda: tl.SGD(0.0005), 4000, 10, np.float64),
            theirs(*neuron, nn.MSELoss, lambda p: torch.optim.SGD(p, 0.0005), 1000, 10, torch.float64),
            12.0,
        ),
        "sigmoid neuron 1024-1, batch 32, float32, Adam": (
            ours(horse[0], [tl.Sigmoid], *horse[1:], tl.BinaryCrossEntropy, tl.Adam, 2000, 32, np.float32),
            theirs(horse[0], [nn.Sigmoid], *horse[1:], nn.BCELoss, adam, 500, 32, torch.float32),
            5.5,
        ),
        "MLP 20-128-64-32-16-1, batch 32, float32, Adam (fused)": (
            ours(lake[0], [tl.ReLU] * relus + [tl.Sigmoid], *lake[1:], tl.BinaryCrossEntropy, tl.Adam, 1000, 32,
                 np.float32),
            theirs(lake[0], [nn.ReLU] * relus + [nn.Sigmoid], *lake[1:], nn.BCELoss,
                   lambda p: adam(p, fused=True), 400, 32, torch.float32),
            2.9,
        ),
    }  # fmt: skip


def compare(rounds: int) -> None:
    """Print the updates a second of small networks."""
    torch.set_num_threads(1)
    print("\nSmall networks, one thread each")
    with threadpool_limits(1):
        for name, (run, torch_run, bar) in cases().items():
            run(), torch_run()
            pairs = [(run(), torch_run()) for _ in range(rounds)]
            ratio = statistics.median(a / b for a, b in pairs)
            a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
            print(f"{name}: {a:,.0f} updates a second, PyTorch {b:,.0f}: {ratio:.1f}x (asked: {bar:g}x)")


if __name__ == "__main__":
    rounds = asked_rounds(__doc__, 15)
    for each in (convnet.compare, convolution.compare, compare):
        each(rounds)
