"""Convolution and pooling as PyTorch computes them, from tinylearn's arrays and windows.

PyTorch wants channels first, pads both sides alike, and refuses a pool whose padding is more than half its window; so
the images are padded first.
"""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
theirs = torch.nn.functional


def conv2d(windows, x, w, b):
    x, w = x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1).contiguous()  # its backward asks for contiguous weights
    return theirs.conv2d(_padded(x, windows, 0.0), w, b, stride=windows.stride).permute(0, 2, 3, 1)


def max_pool2d(windows, x):
    x = _padded(x.permute(0, 3, 1, 2), windows, -np.inf)
    return theirs.max_pool2d(x, windows.size, windows.stride).permute(0, 2, 3, 1)


def average_pool2d(windows, x):
    """With count_include_pad, their default: padding of zeros, and all of a window counts."""
    x = _padded(x.permute(0, 3, 1, 2), windows, 0.0)
    return theirs.avg_pool2d(x, windows.size, windows.stride).permute(0, 2, 3, 1)


def _padded(x, windows, value: float):
    """Images (N, C, H, W), padded with `value`."""
    if windows.padding == "same":
        sides = [_same(*side) for side in zip(x.shape[2:], windows.size, windows.stride, strict=True)]
    else:
        sides = [(side, side) for side in windows.padding]
    return theirs.pad(x, (*sides[1], *sides[0]), value=value)


def _same(length: int, size: int, stride: int) -> tuple[int, int]:
    """TensorFlow's rule in the words of its documentation, which are not those of tinylearn."""
    total = max(size - stride, 0) if length % stride == 0 else max(size - length % stride, 0)
    return total // 2, total - total // 2
