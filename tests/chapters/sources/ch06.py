"""Chapter 6: windows by plain loops; maps, answers and the pulls of places from the recorded network."""

import numpy as np

from chapters.ch06_convolution import PULLED, centred
from tests.animations.board_helpers import FACTS, convolution_values, pooling_values
from tests.animations.pull_helpers import pull_values
from tests.chapters.sources.values import beside
from tinylearn import BinaryCrossEntropy
from tinylearn.layers.loops import convolve, max_pool

HANDED = ("feature_maps", "filter_pull")
CAPTIONS = {
    "3 × 3 filter, stride 1, padding 1", "2 × 2 filter, stride 2, no padding",
    "2 × 2 max pooling, stride 1, no padding", "2 × 2 max pooling, stride 2, no padding",
}  # fmt: skip
POOLED = [[1, 2, 1, 1], [2, 0, 3, 1], [2, 2, 0, 2], [0, 2, 3, 0]]  # the book's image under a diagonal of three


def films(handed):
    ((model, recording, horse), _) = handed["feature_maps"][0]
    ((_, pictures), _) = handed["filter_pull"][0]
    boards = [convolution_values(*FACTS[name][:4], prefix, clock=clock) for name, prefix, clock in
              (("padding", "row.", True), ("stride", "diagonal.", False))]  # fmt: skip
    pools = [pooling_values(image, (2, 2), (stride, stride), 0, prefix, clock=stride == 1)
             for image, stride, prefix in ((FACTS["stride"][-1], 1, "one."), (POOLED, 2, "two."))]  # fmt: skip
    return {
        "ch06_padding_and_stride": {"source": beside(*boards)},
        "ch06_max_pooling": {"source": beside(*pools)},
        "ch06_filter_pull": {"source": pulls(model, recording, pictures)},
        "ch06_dense_and_convolution": {},
        "ch06_feature_maps": {"source": answers(model, recording, horse)},
    }


def answers(model, recording, horse):
    """Return gid → value in each frame: the contribution of each map, and the answer."""
    steps = [0, 1, 2, 3, 4, 5, 10, 15, 20, 25, 30]
    values = {"step": steps, "last_step": [30] * len(steps)}
    windows, pooling = model.layers[0].windows, model.layers[2].windows
    for step in steps:
        at = recording.at(step)
        maps = np.maximum(convolve(centred(horse[None]), at["conv2d_1.w"], at["conv2d_1.b"], windows), 0)
        weighted = max_pool(maps, pooling).ravel() * at["dense_1.w"][:, 0]
        found = {f"contributions[{k}]": weighted[k::8].sum() for k in range(8)} | {"b": at["dense_1.b"][0]}
        found["sum"] = sum(found.values())
        found["predicted"] = 1 / (1 + np.exp(-found["sum"]))
        for gid, value in found.items():
            values.setdefault(gid, []).append(value)
    return values


def pulls(model, recording, pictures):
    """Return the values of the film of update 1: its forward and backward pass, computed again layer by layer."""
    recording.restore(model, 0)
    batch, loss, y = recording.batch(1), BinaryCrossEntropy(), recording.origins[0].training.batches.y
    x = centred(pictures[batch])
    out = x
    for layer in model.layers:
        out = layer.forward(out)
    loss.forward(out, y[batch])
    dout = loss.backward()
    for layer in model.layers[:0:-1]:
        dout = layer.backward(dout)
    model.layers[0].backward(dout)
    name = "conv2d_1.w"
    filters = model.layers[0].grads["w"], recording.at(0)[name], recording.at(1)[name]
    return pull_values(x, dout[..., PULLED], *(w[..., PULLED] for w in filters), 1)
