"""Chapter 6: windows by plain loops, feature maps and right answers from the recorded filters."""

import numpy as np

from chapters.ch06_convolution import centred
from tests.animations.board_helpers import FACTS, convolution_values, pooling_values
from tests.chapters.sources.tallies import counts_of
from tests.chapters.sources.values import beside
from tinylearn.layers.loops import convolve

HANDED = ("feature_maps",)
CAPTIONS = {
    "3 × 3 filter, stride 1, padding 1", "2 × 2 filter, stride 2, no padding",
    "2 × 2 max pooling, stride 1, no padding", "grey is a weight of 0", "maps: black is 0, white the",
}  # fmt: skip
UNPLACED = set()


def films(handed):
    ((model, recording, data, _), _) = handed["feature_maps"][0]
    picture, epochs = centred(data.x_test[[data.horse]]), list(range(7))
    maps, seen, new = [], [], []
    for epoch in epochs:
        w, b = (recording.at(5 * epoch)[f"conv2d_1.{name}"] for name in "wb")
        maps.append(np.maximum(convolve(picture, w, b, model.layers[0].windows)[0], 0).max(axis=(0, 1)))
        recording.restore(model, 5 * epoch)
        for count, x, y in ((seen, data.x_train, data.y_train), (new, data.x_test, data.y_test)):
            count.append(((model.predict(centred(x))[:, 0] >= 0.5) == y).sum())
    limit = max(np.abs(recording.at(5 * epoch)["conv2d_1.w"]).max() for epoch in epochs)
    values = {"epoch": epochs, "last_epoch": 6, "limit": limit, "-limit": -limit}
    values |= {f"maps[{k}].max": [largest[k] for largest in maps] for k in range(8)}
    counted, names = counts_of(seen, new, data.y_test, epochs, "network.")
    names |= {"epoch": "Epoch", "last_epoch": "of", "limit": "all of it is", "-limit": "no colour is"}

    boards = [convolution_values(*FACTS[name][:4], prefix) for name, prefix in
              (("padding", "row."), ("stride", "diagonal."))]  # fmt: skip
    sums = {f"{name}.{gid}": label for name in ("row", "diagonal")
            for gid, label in (("place", "place"), ("places", "of"), ("sum", "sum of all products ="))}  # fmt: skip
    return {
        "ch06_padding_and_stride": {"source": beside(*boards), "names": sums},
        "ch06_max_pooling": {
            "source": pooling_values(FACTS["stride"][-1], (2, 2), (1, 1), 0),
            "names": {"place": "place", "places": "of", "largest": "largest ="},
        },
        "ch06_feature_maps": {"source": values | counted, "names": names},
    }
