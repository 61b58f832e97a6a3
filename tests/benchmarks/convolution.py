"""Convolution alone, forward and backward with all three gradients, against PyTorch: one thread each, medians.

    python tests/benchmarks/convolution.py [--rounds 15]

In one process, interleaved, float32. PyTorch in its default layout, and with channels last. All must give the same.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from peers import asked_rounds, ratio
from threadpoolctl import threadpool_limits

import tinylearn as tl
from tinylearn.workers import keep_freed_memory


class Shape(NamedTuple):
    """N images of `side` × `side`, `channels_in` → `channels_out`, a square kernel."""

    n: int
    side: int
    channels_in: int
    channels_out: int
    kernel: int
    stride: int = 1
    padding: int = 0

    def __str__(self) -> str:
        step = f", stride {self.stride}" if self.stride > 1 else ""
        return f"{self.n} × {self.side}², {self.channels_in} → {self.channels_out}, {self.kernel}×{self.kernel}{step}"


SHAPES = (
    Shape(16, 32, 3, 64, 3),  # the first of chapter 7
    Shape(16, 15, 64, 32, 3),  # the second
    Shape(16, 28, 1, 8, 5),
    Shape(16, 14, 32, 64, 5, padding=2),
    Shape(16, 16, 64, 128, 3, padding=1),
    Shape(16, 32, 16, 32, 3, stride=2, padding=1),
)


def ours(shape: Shape, x: np.ndarray, dout: np.ndarray) -> Callable[[], list[np.ndarray]]:
    """Return a function that computes out, dx, dw and db."""
    layer = tl.Conv2D(*shape[2:5], shape.stride, shape.padding, rng=np.random.default_rng(1))
    tl.Sequential([layer], dtype=np.float32)

    def run() -> list[np.ndarray]:
        out = layer.forward(x)
        return [out, layer.backward(dout), layer.grads["w"], layer.grads["b"]]

    return run


def theirs(shape: Shape, x: np.ndarray, dout: np.ndarray, memory_format: torch.memory_format) -> Callable[[], list]:
    """Return the same in PyTorch, with tinylearn's weights."""
    layer = torch.nn.Conv2d(*shape[2:5], shape.stride, shape.padding)
    w = tl.Conv2D(*shape[2:5], rng=np.random.default_rng(1)).params["w"]
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(w.transpose(3, 2, 0, 1)))
        layer.bias.zero_()
    layer = layer.to(memory_format=memory_format)
    images, upstream = (
        torch.from_numpy(a).permute(0, 3, 1, 2).contiguous(memory_format=memory_format) for a in (x, dout)
    )
    images.requires_grad_(True)

    def run() -> list[np.ndarray]:
        images.grad = layer.weight.grad = layer.bias.grad = None
        out = layer(images)
        out.backward(upstream)
        first = [each.detach().permute(0, 2, 3, 1).numpy() for each in (out, images.grad)]
        return [*first, layer.weight.grad.permute(2, 3, 1, 0).numpy(), layer.bias.grad.numpy()]

    return run


def microseconds(run: Callable[[], object], times: int = 5) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) / times * 1e6


def compare(rounds: int) -> None:
    """Print a row for each shape: microseconds a call, and how many times as fast tinylearn is."""
    torch.set_num_threads(1)
    keep_freed_memory()
    print(
        "\nConvolution alone, forward and backward, float32, one thread each: µs, how many times as fast tinylearn is"
    )
    print(f"{'':36}{'tinylearn':>10}{'PyTorch':>10}{'ratio':>7}{'channels last':>15}{'ratio':>7}")
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        side = (shape.side + 2 * shape.padding - shape.kernel) // shape.stride + 1
        x = rng.random((shape.n, shape.side, shape.side, shape.channels_in), np.float32)
        dout = rng.normal(size=(shape.n, side, side, shape.channels_out)).astype(np.float32)
        runs = [ours(shape, x, dout)]
        runs += [theirs(shape, x, dout, layout) for layout in (torch.contiguous_format, torch.channels_last)]
        own, *others = (run() for run in runs)
        for other in others:
            for mine, their in zip(own, other, strict=True):
                np.testing.assert_allclose(mine, their, rtol=1e-3, atol=1e-3 * np.abs(their).max())
        with threadpool_limits(1):
            times = [[microseconds(run) for run in runs] for _ in range(rounds + 1)][1:]  # the first round warms up
        own_times, default, last = zip(*times, strict=True)
        print(
            f"{shape!s:36}{statistics.median(own_times):10,.0f}{statistics.median(default):10,.0f}"
            f"{ratio(default, own_times):7.2f}{statistics.median(last):15,.0f}{ratio(last, own_times):7.2f}"
        )


if __name__ == "__main__":
    compare(asked_rounds(__doc__, 15))
