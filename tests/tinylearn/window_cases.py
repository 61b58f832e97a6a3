"""Random convolutions and poolings, for the tests against the plain loops and against PyTorch.

A case is drawn so that at least one window fits: no draw is thrown away.
"""

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from tinylearn import Conv2D, MaxPool2D
from tinylearn.initializers import he_normal
from tinylearn.layers.windows import Pair, Windows

LAYOUTS = ("rows", "columns", "gaps", "backwards")  # how an array lies in memory
IMAGES = ("any", "ties", "negative")


class Case(NamedTuple):
    """What a layer is made with, and what goes through it; `size`, `stride`, `padding` as a user would write them."""

    size: Any
    stride: Any
    padding: Any
    images: tuple[int, int, int, int]  # (N, H, W, C)
    filters: int
    values: str  # one of IMAGES
    layout: str  # one of LAYOUTS
    seed: int

    @property
    def windows(self) -> Windows:
        return Windows.of("a case", "size", self.size, self.stride, self.padding)

    def conv2d(self) -> Conv2D:
        """The layer with biases other than zero, which would hide errors."""
        arguments = {"stride": self.stride, "padding": self.padding, "rng": np.random.default_rng(self.seed)}
        return Conv2D(self.images[3], self.filters, self.size, **arguments, biases=he_normal)

    def max_pool(self) -> MaxPool2D:
        return MaxPool2D(self.size, stride=self.stride, padding=self.padding)

    def x(self) -> np.ndarray:
        """Images: any numbers; few whole numbers, so that most windows have ties; or below zero everywhere."""
        rng = np.random.default_rng((self.seed, 1))
        if self.values == "ties":
            return laid_out(rng.integers(-2, 1, self.images).astype(float), self.layout)
        return laid_out(rng.normal(-9.0 if self.values == "negative" else 0.0, 1.0, self.images), self.layout)

    def dout(self, shape: tuple[int, ...]) -> np.ndarray:
        return laid_out(np.random.default_rng((self.seed, 2)).normal(size=shape), self.layout)


def laid_out(values: np.ndarray, layout: str) -> np.ndarray:
    """Return the same numbers, laid out in memory in another way, and not to be written into."""
    if layout == "columns":
        values = np.asfortranarray(values)
    if layout == "gaps":
        values = np.repeat(values, 2, axis=2)[:, :, ::2]
    if layout == "backwards":
        values = np.flip(np.flip(values, (1, 3)).copy(), (1, 3))
    values.flags.writeable = False
    return values


def as_pair(value: int | Pair) -> Pair:
    return (value, value) if isinstance(value, int) else value


def int_or_pair(low: int, high: Pair) -> st.SearchStrategy:
    """One number, or two, each from `low` to its `high`."""
    return st.integers(low, min(high)) | st.tuples(st.integers(low, high[0]), st.integers(low, high[1]))


@st.composite
def cases(draw: st.DrawFn, *, pooling: bool = False, largest: int = 5) -> Case:
    """Windows up to `largest`, strides up to 4, unequal sides, every padding; `pooling`: less than the window."""
    size = draw(int_or_pair(1, (largest, largest)))
    kh, kw = as_pair(size)
    most = (kh - 1, kw - 1) if pooling else (3, 3)
    padding = draw(st.sampled_from(["valid", "same"]) | int_or_pair(0, most))
    ph, pw = (0, 0) if isinstance(padding, str) else as_pair(padding)
    least = (1, 1) if padding == "same" else (max(1, kh - 2 * ph), max(1, kw - 2 * pw))
    sides = [draw(st.integers(side, side + 6)) for side in least]
    channels = st.integers(1, 5) | st.sampled_from([15, 16, 17])  # from 16 on, convolution takes another way
    images = (draw(st.integers(1, 4)), *sides, draw(channels))
    seed = draw(st.integers(0, 2**32 - 1))
    stride, values, layout = draw(int_or_pair(1, (4, 4))), draw(st.sampled_from(IMAGES)), draw(st.sampled_from(LAYOUTS))
    return Case(size, stride, padding, images, draw(st.integers(1, 5)), values, layout, seed)
