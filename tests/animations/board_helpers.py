"""The right contents of the boards of convolution and pooling, computed cell by cell; and their right places."""

import re

import numpy as np

from animations.audit.texts import drawn_texts

FACTS = {  # image, kernel, stride, padding, output
    "padding": (
        [[1, 1, 1], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [1, 1, 1], [0, 0, 0]], 1, 1, [[2, 3, 2], [0, 0, 0], [0, 0, 0]],
    ),
    "stride": (
        [[1, 0, 0, 1, 1, 0], [1, 0, 1, 0, 0, 1], [0, 0, 0, 1, 1, 0], [0, 1, 1, 0, 1, 0], [1, 0, 1, 1, 0, 0],
         [0, 1, 0, 0, 1, 0]], [[1, 0], [0, 1]], 2, 0, [[1, 0, 2], [1, 0, 1], [2, 1, 0]],
    ),
}  # fmt: skip


def pads_of(length, size, stride, padding):
    """Return (before, after) for a number or "same"; TensorFlow's rule: one window for each begun stride."""
    if padding != "same":
        return padding, padding
    total = max((-(-length // stride) - 1) * stride + size - length, 0)
    return total // 2, total - total // 2


class Expected:
    """Return the numbers under a window of `size`; rows and columns count in the image, also in the padding."""

    def __init__(self, image, size, stride, padding, prefix=""):
        self.image, self.size, self.stride, self.prefix = np.array(image, float), size, stride, prefix
        self.down, self.across = (
            pads_of(length, k, s, padding) for length, k, s in zip(self.image.shape, size, stride, strict=True)
        )
        lengths = (self.image.shape[0] + sum(self.down), self.image.shape[1] + sum(self.across))
        self.shape = tuple((length - k) // s + 1 for length, k, s in zip(lengths, size, stride, strict=True))
        self.places = self.shape[0] * self.shape[1]

    def inside(self, r, c):
        return 0 <= r < self.image.shape[0] and 0 <= c < self.image.shape[1]

    def cells(self):
        """Yield (r, c) for every cell of the image and its padding."""
        for r in range(-self.down[0], self.image.shape[0] + self.down[1]):
            for c in range(-self.across[0], self.image.shape[1] + self.across[1]):
                yield r, c

    def covered(self, place):
        """Return {(i, j): (r, c)} for the cells of the window at a place."""
        p, q = divmod(place, self.shape[1])
        r, c = p * self.stride[0] - self.down[0], q * self.stride[1] - self.across[0]
        return {(i, j): (r + i, c + j) for i in range(self.size[0]) for j in range(self.size[1])}

    def at(self, r, c, outside):
        return self.image[r, c] if self.inside(r, c) else outside

    def gid_of(self, r, c):
        return f"{self.prefix}{'x' if self.inside(r, c) else 'padding'}[{r},{c}]"

    def values(self, frame, work, out, *, padding=True, clock=True):
        """Return gid → value for a frame; `work(covered, phase)` gives the numbers between image and output."""
        place, phase = (frame - 1) // 3, (frame - 1) % 3 if frame else -1
        values = {self.gid_of(r, c): self.at(r, c, 0) for r, c in self.cells() if padding or self.inside(r, c)}
        if frame and clock:
            values |= {f"{self.prefix}place": place + 1, f"{self.prefix}places": self.places}
        if frame:
            values |= {self.prefix + gid: value for gid, value in work(self.covered(place), phase).items()}
        written = place + (phase == 2) if frame else 0
        for k in range(written):
            p, q = divmod(k, self.shape[1])
            values[f"{self.prefix}out[{p},{q}]"] = out[p][q]
        return values


def convolved(expected, kernel):
    """Return the output and the function `work` of a convolution, in plain loops."""
    kernel, shape = np.array(kernel, float), expected.shape
    sums = [
        sum(expected.at(*cell, 0) * kernel[where] for where, cell in expected.covered(place).items())
        for place in range(expected.places)
    ]

    def work(covered, phase):
        values = {}
        for (i, j), cell in covered.items():
            x, w = expected.at(*cell, 0), kernel[i, j]
            values |= {f"product[{i},{j}].x": x, f"product[{i},{j}].w": w}
            if phase >= 1:
                values[f"product[{i},{j}]"] = x * w
        if phase >= 1:
            values["sum"] = sum(expected.at(*cell, 0) * kernel[where] for where, cell in covered.items())
        return values

    return np.reshape(sums, shape), work


def convolution_values(image, kernel, stride, padding, prefix="", *, clock=True):
    """Return a function frame → (gid → value) for everything that ConvolutionSteps draws."""
    expected = Expected(image, np.shape(kernel), np.broadcast_to(stride, 2), padding, prefix)
    out, work = convolved(expected, kernel)
    own = {f"{prefix}w[{i},{j}]": value for (i, j), value in np.ndenumerate(np.array(kernel, float))}
    return lambda frame: expected.values(frame, work, out, clock=clock) | own


def largest(expected, place):
    """Return the largest number under the window and its (i, j), in a tie the first."""
    inside = {where: cell for where, cell in expected.covered(place).items() if expected.inside(*cell)}
    value = max(expected.image[cell] for cell in inside.values())
    return value, min(where for where, cell in inside.items() if expected.image[cell] == value)


def pooling_values(image, size, stride, padding, prefix="", *, clock=True):
    """Return a function frame → (gid → value) for everything that MaxPoolingSteps draws."""
    expected = Expected(image, size, stride, padding, prefix)
    out = np.reshape([largest(expected, place)[0] for place in range(expected.places)], expected.shape)

    def work(covered, phase):
        inside = [expected.image[cell] for cell in covered.values() if expected.inside(*cell)]
        return {"largest": max(inside)} if phase >= 1 else {}

    return lambda frame: expected.values(frame, work, out, padding=False, clock=clock)


def positions(figure, prefix=""):
    """Return {board: {(i, j): (x, y)}} of all visible numbers on boards; padding counts as part of the image."""
    found = {}
    for text in drawn_texts(figure):
        match = re.fullmatch(re.escape(prefix) + r"(\w+)\[(-?\d+),(-?\d+)\](\.\w)?", text.get_gid() or "")
        if match:
            name = {"padding": "x"}.get(match[1], match[1]) + (match[4] or "")
            found.setdefault(name, {})[int(match[2]), int(match[3])] = text.get_position()
    return found


def check_places(scene, figure, prefix=""):
    """Check that row i of an array is one line of the picture, below row i - 1, and column j right of column j - 1."""
    for frame in range(scene.frames):
        scene.update(frame)
        for name, board in positions(figure, prefix).items():
            rows, columns = {}, {}
            for (i, j), (x, y) in board.items():
                rows.setdefault(i, set()).add(y)
                columns.setdefault(j, set()).add(x)
            assert all(len(places) == 1 for places in [*rows.values(), *columns.values()]), f"{name} is no grid"
            ys, xs = ([line.pop() for _, line in sorted(lines.items())] for lines in (rows, columns))
            assert (np.diff(ys) < 0).all(), f"rows of {name} are in another order"
            assert (np.diff(xs) > 0).all(), f"columns of {name} are in another order"


def enclosed(lines, board):
    """Return, for each thick outline, the (i, j) of the numbers inside it."""
    found = []
    for path in lines.get_paths():
        (left, bottom), (right, top) = path.vertices.min(axis=0), path.vertices.max(axis=0)
        found.append({cell for cell, (x, y) in board.items() if left < x < right and bottom < y < top})
    return found


def check_filter(scene, figure, stride, padding, prefix=""):
    """Check that the filter begins beside the image, then lies on it, with a frame, each weight on its number."""
    expected = Expected(scene.image, scene.kernel.shape, stride, padding)
    for frame in range(scene.frames):
        scene.update(frame)
        boards, (wide, high) = positions(figure, prefix), (scene.board.wide, scene.board.high)
        weights = boards["w"]
        assert enclosed(scene.window, weights) == [set(weights)], f"frame {frame}: a weight lies beside its filter"
        if frame == 0:
            assert min(x for x, _ in weights.values()) > scene.board.right
            continue
        for where, cell in expected.covered((frame - 1) // 3).items():
            (x, y), (right, low) = boards["x"][cell], weights[where]
            assert 0 < right - x < wide / 2, f"frame {frame}: w{where} lies beside the cell {cell}"
            assert 0 < y - low < high / 2, f"frame {frame}: w{where} lies above or below the cell {cell}"


def check_marks(scene, figure, size, stride, padding, prefix=""):
    """Check that the largest number is marked on the image, once it has been found."""
    expected = Expected(scene.image, size, stride, padding)
    for frame in range(scene.frames):
        scene.update(frame)
        place, phase = divmod(frame - 1, 3)
        if frame == 0 or phase == 0:
            assert not scene.marks.get_paths()
            continue
        boards, (_, winner) = positions(figure, prefix), largest(expected, place)
        assert enclosed(scene.marks, boards["x"]) == [{expected.covered(place)[winner]}]
