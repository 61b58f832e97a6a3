"""A faster max pooling, which `tinylearn.MaxPool2D` runs. The formula and its derivation are in `pooling.py`.

It copies no patch. It finds the largest number of a window in two steps: first in each row of the window, then among
the rows. Each step keeps a running maximum, and a mask of the entries where the next number is larger:

    running_max, mask = max(running_max, next), next > running_max      strictly larger: among equals, the first stays
"""

from __future__ import annotations

import numpy as np

from tinylearn.layers import pooling
from tinylearn.layers.windows import strided


class MaxPool2D(pooling.MaxPool2D):
    __doc__ = pooling.MaxPool2D.__doc__

    def forward(self, x: np.ndarray) -> np.ndarray:
        oh, ow = self.windows.count(*x.shape[1:3])
        (kh, kw), (sh, sw) = self.windows.size, self.windows.stride
        padded = self.windows.pad(x, -np.inf)
        self.shape, self.padded_shape = x.shape, padded.shape
        across, self.masks_across = _largest([padded[:, :, strided(j, sw, ow)] for j in range(kw)])  # (N, H, OW, C)
        out, self.masks_down = _largest([across[:, strided(i, sh, oh)] for i in range(kh)])  # (N, OH, OW, C)
        return out

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Send dout back the way the largest number came: to its row of the window, then to its place in that row."""
        (oh, ow), (kh, kw), (sh, sw) = dout.shape[1:3], self.windows.size, self.windows.stride
        n, h, width, c = self.padded_shape
        dacross = np.zeros((n, h, ow, c), dout.dtype)
        _scatter(dout, self.masks_down, [dacross[:, strided(i, sh, oh)] for i in range(kh)], overlap=sh < kh)
        dx = np.zeros((n, h, width, c), dout.dtype)
        _scatter(dacross, self.masks_across, [dx[:, :, strided(j, sw, ow)] for j in range(kw)], overlap=sw < kw)
        return self.windows.unpad(dx, *self.shape[1:3])


def _largest(numbers: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the maximum, entry by entry, and for each array after the first a mask: is it larger than all before?"""
    running_max, masks = numbers[0], []
    for each in numbers[1:]:
        masks.append(each > running_max)
        running_max = np.maximum(running_max, each)
    return running_max, masks


def _scatter(dout: np.ndarray, masks: list[np.ndarray], places: list[np.ndarray], overlap: bool) -> None:
    """Write dout to the places of the largest numbers: the last place whose mask is set gets all of it.

    Windows that do not overlap need no sum: each contribution is written directly, in half the time.
    """
    masked = list(zip(masks, places[1:], strict=True))[::-1]  # the first one has no mask: it gets the rest
    if overlap:
        for mask, place in masked:
            contribution = dout * mask
            place += contribution
            dout = dout - contribution
        places[0] += dout
    elif masked:
        for mask, place in masked:
            np.multiply(dout, mask, out=place)
            dout = np.subtract(dout, place, out=places[0])
    else:
        places[0][...] = dout
