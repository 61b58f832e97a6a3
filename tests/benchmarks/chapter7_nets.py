"""Chapter 7's net, 169,130 parameters, for each peer: the same layers, the same weights, the same optimiser.

    x (N, 32, 32, 3) → conv 64 3×3 → ReLU, pool 2 → conv 32 3×3 → ReLU, pool 2 → dense 128, ReLU → dropout → dense 10

ReLU before the pool or after it: the same function with the same gradient, since the largest number stays the largest;
after it there is a quarter of the work. tinylearn does it after, as chapter 7 has it; PyTorch is measured both ways.
"""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np
import torch
from torch import nn

import tinylearn as tl

THREADS = 2
LEARNING_RATE, RHO, EPSILON = 1e-4, 0.9, 1e-7  # of RMSprop


class Net(Protocol):
    """What each peer is."""

    def train(self, x: np.ndarray, y: np.ndarray, batch_size: int) -> list[float]:
        """Go through the data once, in random order; return the time after each update, in seconds."""

    def loss_and_gradients(self, x: np.ndarray, y: np.ndarray) -> tuple[float, list[np.ndarray]]:
        """Return the loss of one batch and the gradients, in the order and the shapes of tinylearn."""


class Tinylearn:
    """`fit`, as chapter 7 calls it."""

    def __init__(self, dropout: float = 0.2, dtype: type = np.float32) -> None:
        rng = np.random.default_rng(0)
        blocks = [[tl.Conv2D(*sizes, 3, rng=rng), tl.MaxPool2D(2), tl.ReLU()] for sizes in ((3, 64), (64, 32))]
        head = [tl.Flatten(), tl.Dense(6 * 6 * 32, 128, rng=rng), tl.ReLU(), tl.Dropout(dropout, rng=rng),
                tl.Dense(128, 10, rng=rng)]  # fmt: skip
        self.model = tl.Sequential([*blocks[0], *blocks[1], *head], dtype=dtype)
        self.loss = tl.CategoricalCrossEntropy(from_logits=True)
        self.optimizer = tl.RMSprop(LEARNING_RATE, RHO, EPSILON)
        self.rng = np.random.default_rng(1)

    def train(self, x: np.ndarray, y: np.ndarray, batch_size: int) -> list[float]:
        times: list[float] = []
        tl.fit(self.model, x, y, loss=self.loss, optimizer=self.optimizer, epochs=1, batch_size=batch_size,
               rng=self.rng, workers=THREADS, callbacks=[lambda update: times.append(time.perf_counter())])  # fmt: skip
        return times

    def loss_and_gradients(self, x: np.ndarray, y: np.ndarray) -> tuple[float, list[np.ndarray]]:
        value = self.loss.forward(self.model.forward(x), y)
        self.model.backward(self.loss.backward())
        return value, list(self.model.named_gradients().values())


class PyTorch:
    """nn.Sequential and the loop of its tutorials; on request with channels last, and with ReLU behind the pool."""

    def __init__(
        self, dropout: float = 0.2, dtype: type = np.float32, channels_last: bool = False, relu_last: bool = False
    ) -> None:
        torch.set_num_threads(THREADS)
        torch.manual_seed(0)
        self.dtype = torch.float64 if dtype is np.float64 else torch.float32
        self.format = torch.channels_last if channels_last else torch.contiguous_format

        def block(channels_in: int, channels_out: int) -> list[nn.Module]:
            middle = [nn.ReLU(), nn.MaxPool2d(2)]
            return [nn.Conv2d(channels_in, channels_out, 3), *(reversed(middle) if relu_last else middle)]

        head = [nn.Flatten(), nn.Linear(32 * 6 * 6, 128), nn.ReLU(), nn.Dropout(dropout), nn.Linear(128, 10)]
        model = nn.Sequential(*block(3, 64), *block(64, 32), *head)
        self.model = model.to(dtype=self.dtype, memory_format=self.format)
        self.loss = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.RMSprop(self.model.parameters(), LEARNING_RATE, alpha=RHO, eps=EPSILON)
        self.data: tuple[torch.Tensor, torch.Tensor] | None = None

    def tensors(self, x: np.ndarray, y: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the data as PyTorch's, x (N, C, H, W) in the memory format of the net."""
        images = torch.from_numpy(x).permute(0, 3, 1, 2).to(self.dtype)
        return images.contiguous(memory_format=self.format), torch.from_numpy(y)

    def train(self, x: np.ndarray, y: np.ndarray, batch_size: int) -> list[float]:
        self.data = self.data or self.tensors(x, y)  # once: every round has the same data
        x, y = self.data
        times: list[float] = []
        order = torch.randperm(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(self.model(x[rows]), y[rows]).backward()
            self.optimizer.step()
            times.append(time.perf_counter())
        return times

    def loss_and_gradients(self, x: np.ndarray, y: np.ndarray) -> tuple[float, list[np.ndarray]]:
        images, labels = self.tensors(x, y)
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.model(images), labels)
        loss.backward()
        return loss.item(), [to_tinylearn(parameter.grad.numpy()) for parameter in self.model.parameters()]

    def load(self, parameters: list[np.ndarray]) -> None:
        """Take over the weights of a net of tinylearn's."""
        with torch.no_grad():
            for mine, values in zip(self.model.parameters(), parameters, strict=True):
                mine.copy_(torch.tensor(to_pytorch(values)))


def to_pytorch(values: np.ndarray) -> np.ndarray:
    """Return a parameter in PyTorch's shape: (F, C, KH, KW), (M, D), and the D = H·W·C of an image as C·H·W."""
    if values.ndim == 4:
        return values.transpose(3, 2, 0, 1)
    if values.shape == (6 * 6 * 32, 128):
        return values.reshape(6, 6, 32, 128).transpose(3, 2, 0, 1).reshape(128, -1)
    return values.T


def to_tinylearn(values: np.ndarray) -> np.ndarray:
    """Undo `to_pytorch`."""
    if values.ndim == 4:
        return values.transpose(2, 3, 1, 0)
    if values.shape == (128, 6 * 6 * 32):
        return values.reshape(128, 32, 6, 6).transpose(2, 3, 1, 0).reshape(-1, 128)
    return values.T
