"""The right contents of the boards of convolution and pooling, computed cell by cell."""

import numpy as np

FACTS = {  # image, kernel, stride, padding, output
    "padding": (
        [[1, 1, 1], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [1, 1, 1], [0, 0, 0]], 1, 1, [[2, 3, 2], [0, 0, 0], [0, 0, 0]],
    ),
    "stride": (
        [[1, 0, 0, 1, 1, 0], [1, 0, 1, 0, 0, 1], [0, 0, 0, 1, 1, 0], [0, 1, 1, 0, 1, 0], [1, 0, 1, 1, 0, 0],
         [0, 1, 0, 0, 1, 0]], [[1, 0], [0, 1]], 2, 0, [[1, 0, 2], [1, 0, 1], [2, 1, 0]],
    ),
}  # fmt: skip


class Expected:
    """The numbers under a window of `size`; rows and columns count in the image, also in the padding."""

    def __init__(self, image, size, stride, padding, prefix=""):
        self.image, self.size, self.stride, self.prefix = np.array(image, float), size, stride, prefix
        self.down, self.across = (
            self.pads(length, k, s, padding) for length, k, s in zip(self.image.shape, size, stride, strict=True)
        )
        lengths = (self.image.shape[0] + sum(self.down), self.image.shape[1] + sum(self.across))
        self.shape = tuple((length - k) // s + 1 for length, k, s in zip(lengths, size, stride, strict=True))
        self.places = self.shape[0] * self.shape[1]

    def pads(self, length, size, stride, padding):
        """Return (before, after) for a number or "same"; TensorFlow's rule: one window for each begun stride."""
        total = max((-(-length // stride) - 1) * stride + size - length, 0)
        return (total // 2, total - total // 2) if padding == "same" else (padding, padding)

    def inside(self, r, c):
        return 0 <= r < self.image.shape[0] and 0 <= c < self.image.shape[1]

    def at(self, r, c):
        return self.image[r, c] if self.inside(r, c) else 0

    def covered(self, place):
        """Return {(i, j): (r, c)} for the cells of the window at a place."""
        p, q = divmod(place, self.shape[1])
        r, c = p * self.stride[0] - self.down[0], q * self.stride[1] - self.across[0]
        return {(i, j): (r + i, c + j) for i in range(self.size[0]) for j in range(self.size[1])}

    def values(self, frame, work, out, *, padding=True, clock=True):
        """Return gid → value for a frame; `work(covered, phase)` gives the numbers between image and output."""
        values = {}
        for r in range(-self.down[0], self.image.shape[0] + self.down[1]):
            for c in range(-self.across[0], self.image.shape[1] + self.across[1]):
                if padding or self.inside(r, c):
                    values[f"{'x' if self.inside(r, c) else 'padding'}[{r},{c}]"] = self.at(r, c)
        if frame:
            place, phase = divmod(frame - 1, 3)
            values |= {"place": place + 1, "places": self.places} if clock else {}
            values |= work(self.covered(place), phase)
            written = [divmod(k, self.shape[1]) for k in range(place + (phase == 2))]
            values |= {f"out[{p},{q}]": out[p][q] for p, q in written}
        return {self.prefix + gid: value for gid, value in values.items()}


def convolution_values(image, kernel, stride, padding, prefix="", *, clock=True):
    """Return a function frame → (gid → value) for everything that ConvolutionSteps draws, in plain loops."""
    kernel = np.array(kernel, float)
    expected = Expected(image, kernel.shape, np.broadcast_to(stride, 2), padding, prefix)

    def summed(covered):
        return sum(expected.at(*cell) * kernel[where] for where, cell in covered.items())

    def work(covered, phase):
        values = {"sum": summed(covered)} if phase >= 1 else {}
        for (i, j), cell in covered.items():
            x, w = expected.at(*cell), kernel[i, j]
            values |= {f"product[{i},{j}].x": x, f"product[{i},{j}].w": w}
            values |= {f"product[{i},{j}]": x * w} if phase >= 1 else {}
        return values

    out = np.reshape([summed(expected.covered(place)) for place in range(expected.places)], expected.shape)
    own = {f"{prefix}w[{i},{j}]": value for (i, j), value in np.ndenumerate(kernel)}
    return lambda frame: expected.values(frame, work, out, clock=clock) | own


def largest(expected, covered):
    """Return the largest number under the window and its cell, in a tie the first."""
    inside = [cell for cell in covered.values() if expected.inside(*cell)]
    return max((expected.image[cell], (-cell[0], -cell[1]), cell) for cell in inside)[::2]


def pooling_values(image, size, stride, padding, prefix="", *, clock=True):
    """Return a function frame → (gid → value) for everything that MaxPoolingSteps draws."""
    expected = Expected(image, size, stride, padding, prefix)
    out = [largest(expected, expected.covered(place))[0] for place in range(expected.places)]

    def work(covered, phase):
        return {"largest": largest(expected, covered)[0]} if phase >= 1 else {}

    out = np.reshape(out, expected.shape)
    return lambda frame: expected.values(frame, work, out, padding=False, clock=clock)
