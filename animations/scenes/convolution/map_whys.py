"""Explains the numbers of feature maps: back through pooling, ReLU and the filter to the pixels of the picture.

predicted  ←  sum  ←  contributions[k], b
contributions[k]      contribution[k,r,c] of all places after pooling, added up
contribution[k,r,c]   pooled[r,c,k] · weight[r,c,k]
pooled[r,c,k]         the largest map[…,k] under a window
map[r,c,k]            max(0, map_sum[r,c,k])
map_sum[r,c,k]        product[k,r,c,i,j,channel] of the whole filter, and filter_b[k], added up
product[…]            x · filter[i,j,channel,k]
"""

from __future__ import annotations

from typing import Any

import numpy as np

from animations.kit.whys import Table, added, given, largest, learned, noted, place, sigmoid
from animations.scenes.convolution.pixel_whys import COLOURS, network_input, pixel, under
from animations.scenes.convolution.pulls import patches_of
from animations.scenes.convolution.recorded import Recorded
from animations.why import Line, Term, Why

LETTERS = "ABCDEFGH"  # names of the filters


def _step(scene: Any, frame: int) -> Why:
    return noted("the update that this frame shows", "counted while training", scene.steps[frame])


def _last_step(scene: Any, frame: int) -> Why:
    return noted("the last update that is shown", "counted while training", scene.steps[-1])


def _predicted(scene: Any, frame: int) -> Why:
    line = sigmoid(Term(float(scene.sums[frame]), "sum"))
    return Why(f"the probability of {scene.answers[1]} after update {scene.steps[frame]}", line.sides()[0], [line])


def _sum(scene: Any, frame: int) -> Why:
    """Explain the sum of the last neuron: the contribution of each map, and its bias."""
    rows = [(f"map {LETTERS[k]}", float(value), f"contributions[{k}]")
            for k, value in enumerate(scene.contributions[frame])]  # fmt: skip
    total = float(scene.sums[frame])
    words = "what each map contributes, and the bias"
    return Why("the sum of the last neuron", total, [added(words, [*rows, ("b", scene.biases[frame], "b")], total)])


def _bias(scene: Any, frame: int) -> Why:
    return scene.origins.parameter(f"the bias b of the last neuron after update {scene.steps[frame]}", "biases", frame)


def _contributions(scene: Any, frame: int, k: int) -> Why:
    """Explain the contribution of a map: each of its numbers after pooling, times its weight."""
    says, total = f"what map {LETTERS[k]} adds to the sum", float(scene.contributions[frame, k])
    if scene.weights is None:
        return given(says, total)
    products = scene.origins.pooled(frame)[..., k] * scene.weights[frame, ..., k].astype(float)
    rows = [(place(r, c), value, f"contribution[{k},{r},{c}]") for (r, c), value in np.ndenumerate(products)]
    return Why(says, total, [added("pooled number · weight of the last neuron", rows, total)])


def _contribution(scene: Any, frame: int, k: int, r: int, c: int) -> Why:
    pooled, w = float(scene.origins.pooled(frame)[r, c, k]), float(scene.weights[frame, r, c, k])
    line = Line("pooled number · weight of the last neuron", Term(pooled, f"pooled[{r},{c},{k}]"), "*",
                Term(w, f"weight[{r},{c},{k}]"), "=", pooled * w)  # fmt: skip
    return Why(f"what {place(r, c)} of map {LETTERS[k]} adds, after pooling", pooled * w, [line])


def _weight(scene: Any, frame: int, r: int, c: int, k: int) -> Why:
    says = f"the weight of the last neuron for {place(r, c)} of map {LETTERS[k]}, after update {scene.steps[frame]}"
    return scene.origins.parameter(says, "weights", frame, r, c, k)


def _pooled(scene: Any, frame: int, r: int, c: int, k: int) -> Why:
    """Explain a number after pooling: the largest of a block of the map."""
    high, wide = scene.origins.block
    block = scene.origins.maps(frame)[r * high : (r + 1) * high, c * wide : (c + 1) * wide, k]
    terms = [Term(float(value), f"map[{r * high + i},{c * wide + j},{k}]") for (i, j), value in np.ndenumerate(block)]
    line = largest("the largest number of the map under the window", terms)
    return Why(f"{place(r, c)} of map {LETTERS[k]}, after pooling", float(scene.origins.pooled(frame)[r, c, k]), [line])


def _map(scene: Any, frame: int, r: int, c: int, k: int) -> Why:
    """Explain a number of a map: ReLU of the filter's sum there."""
    says, value = f"{place(r, c)} of map {LETTERS[k]}", float(scene.origins.maps(frame)[r, c, k])
    if scene.x is None:
        return given(says, value)
    total = Term(float(scene.origins.before_relu[frame, r, c, k]), f"map_sum[{r},{c},{k}]")
    return Why(says, value, [Line("ReLU: the sum, but 0 if that is negative", "max( 0 ,", total, ") =", value)])


def _map_sum(scene: Any, frame: int, r: int, c: int, k: int) -> Why:
    """Explain the sum of a filter at one place: its products, and its bias."""
    total, (height, width), rows = float(scene.origins.before_relu[frame, r, c, k]), scene.x.shape[:2], []
    for (i, j, channel), w in np.ndenumerate(scene.filters[frame, ..., k]):
        row, column = under(r, c, i, j, scene.filters.shape[1:3])
        if 0 <= row < height and 0 <= column < width:  # the padding is 0
            value = float(scene.x[row, column, channel]) * float(w)
            rows.append((f"{COLOURS[channel]}, {place(i, j)}", value, f"product[{k},{r},{c},{i},{j},{channel}]"))
    rows.append(("b", float(scene.filter_biases[frame, k]), f"filter_b[{k}]"))
    says = f"the sum of filter {LETTERS[k]} at {place(r, c)}"
    return Why(says, total, [added("input · weight, and the bias", rows, total)])


def _product(scene: Any, frame: int, k: int, r: int, c: int, i: int, j: int, channel: int) -> Why | None:
    row, column = under(r, c, i, j, scene.filters.shape[1:3])
    if min(row, column) < 0:
        return None  # in the padding
    x, w = float(scene.x[row, column, channel]), float(scene.filters[frame, i, j, channel, k])
    line = Line("input · weight", Term(x, f"x[{row},{column},{channel}]"), "*",
                Term(w, f"filter[{i},{j},{channel},{k}]"), "=", x * w)  # fmt: skip
    return Why(f"what {COLOURS[channel]}, {place(i, j)} of filter {LETTERS[k]} adds at {place(r, c)}", x * w, [line])


def _filter(scene: Any, frame: int, i: int, j: int, channel: int, k: int) -> Why:
    says = f"filter {LETTERS[k]}, {COLOURS[channel]}, {place(i, j)}, after update {scene.steps[frame]}"
    return scene.origins.parameter(says, "filters", frame, i, j, channel, k)


def _filter_bias(scene: Any, frame: int, k: int) -> Why:
    says = f"the bias of filter {LETTERS[k]} after update {scene.steps[frame]}"
    return scene.origins.parameter(says, "filter_biases", frame, k)


def _input(scene: Any, frame: int, r: int, c: int, k: int) -> Why:
    return network_input(scene.x, scene.picture, r, c, k, f"pixel[{r},{c},{k}]")


DRAWN: Table = {
    "step": _step,
    "last_step": _last_step,
    "predicted": _predicted,
    "sum": _sum,
    "b": _bias,
    "contributions[{}]": _contributions,
    "filter[{},{},{},{}]": _filter,
    "pixel[{},{},{}]": lambda scene, frame, r, c, k: pixel(scene.picture, r, c, k),
    "map[{},{},{}]": _map,
}
AFTER_POOLING: Table = {
    "contribution[{},{},{}]": _contribution,
    "weight[{},{},{}]": _weight,
    "pooled[{},{},{}]": _pooled,
}
BEFORE_RELU: Table = {
    "map_sum[{},{},{}]": _map_sum,
    "product[{},{},{},{},{},{}]": _product,
    "filter_b[{}]": _filter_bias,
    "x[{},{},{}]": _input,
}


class Origins:
    """Explains the maps and the contributions of FeatureMaps, as far as their sources were given.

    before_relu   (S, H, W, F), the sums of the filters, in all digits: needs x
    block         rows and columns of a window of max pooling: needs weights
    recorded      the recorded parameters: needs a recording
    """

    before_relu: np.ndarray | None = None
    block: tuple[int, int] | None = None
    recorded: Recorded | None = None

    def __init__(self, scene: Any) -> None:
        self.given, self.steps = scene.maps, scene.steps
        names = ("filters", "biases", "filter_biases", "weights")
        self.parameters = {name: getattr(scene, name) for name in names if getattr(scene, name) is not None}
        if scene.recording is not None:
            first = {name: values[0] for name, values in self.parameters.items()}
            self.recorded = Recorded("FeatureMaps", scene.recording, int(scene.steps[0]), first)
        if (scene.x is None) != (scene.filter_biases is None):
            raise ValueError("FeatureMaps: give x and filter_biases together to explain the maps, got one of them")
        if scene.x is not None:
            patches = patches_of(scene.x[None].astype(float), scene.filters.shape[1:3])[0]  # (H, W, KH, KW, 3)
            self.before_relu = (
                np.einsum("hwijc,sijcf->shwf", patches, scene.filters) + scene.filter_biases[:, None, None]
            )
            _compare("maps", scene.maps, np.maximum(self.before_relu, 0), "x, filters and filter_biases, with ReLU")
        if scene.weights is not None:
            shape, windows = scene.maps.shape[1:3], scene.weights.shape[1:3]
            if shape[0] % windows[0] or shape[1] % windows[1]:
                raise ValueError(f"FeatureMaps: maps of {shape} must be covered by windows next to each other, as many "
                                 f"as weights, got {windows}")  # fmt: skip
            self.block = shape[0] // windows[0], shape[1] // windows[1]
            made = [(self.pooled(frame) * w).sum(axis=(0, 1)) for frame, w in enumerate(scene.weights)]
            _compare("contributions", scene.contributions, np.array(made), "maps, max pooling and weights")

    @property
    def table(self) -> Table:
        """Return the table that explains the scene's numbers."""
        before, after = self.before_relu is not None, self.block is not None
        return {**DRAWN, **(BEFORE_RELU if before else {}), **(AFTER_POOLING if after else {})}

    def parameter(self, says: str, name: str, frame: int, *index: int) -> Why:
        """Explain a number of one of the scene's parameters: from the recording, if there is one."""
        values = self.parameters[name]
        told = self.recorded and self.recorded.why(says, name, index, int(self.steps[frame]))
        return told or learned(says, values[(slice(None), *index)], self.steps, frame)

    def maps(self, frame: int) -> np.ndarray:
        """Return the maps of a frame (OH, OW, F), in all digits if they can be computed."""
        if self.before_relu is None:
            return self.given[frame].astype(float)
        return np.maximum(self.before_relu[frame], 0)

    def pooled(self, frame: int) -> np.ndarray:
        """Return the numbers that max pooling keeps of the maps, (PH, PW, F)."""
        (high, wide), maps = self.block or (1, 1), self.maps(frame)
        return maps.reshape(maps.shape[0] // high, high, maps.shape[1] // wide, wide, -1).max(axis=(1, 3))


def _compare(name: str, told: np.ndarray, made: np.ndarray, of: str) -> None:
    """Raise ValueError if the numbers that should explain an argument give another result."""
    if made.shape != told.shape or not np.allclose(made, told, rtol=1e-3, atol=1e-3 * (np.abs(told).max() or 1)):
        raise ValueError(f"FeatureMaps: {name} must be those of {of}; take all from one network")
