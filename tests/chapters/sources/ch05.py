"""Chapter 5: one neuron's sums and right answers, from its recorded weights; the network's, as counted in training."""

import numpy as np

from tests.chapters.sources.tallies import counts_of
from tests.chapters.sources.values import named

HANDED = ("PixelStates", "learn")
CAPTIONS = {"1"}  # what the bias is the weight of
UNPLACED = set()


def films(handed):
    ((recording, shown, _), _) = handed["PixelStates"][0]
    ((_, data, *_), (seen, new)), (_, (network_seen, network_new)) = handed["learn"]
    epochs = [0, 25, 50, 75, 100, 125]
    weights = [recording.at(5 * epoch)["dense_1.w"][:, 0] for epoch in epochs]
    biases = [recording.at(5 * epoch)["dense_1.b"].item() for epoch in epochs]

    def right(pictures, labels):
        """Count the answers of the recorded neuron, without the model."""
        x = pictures[..., 0].reshape(len(pictures), -1)
        return [int(((x @ w + b >= 0) == labels).sum()) for w, b in zip(weights, biases, strict=True)]

    values, names = counts_of(right(data.x_train, data.y_train), right(data.x_test, data.y_test), data.y_test, epochs)
    limit = max(np.abs(w).max() for w in weights)
    values |= {"last_epoch": 125, "weights": 1024, "scale[-1]": -limit, "scale[0]": 0, "scale[1]": limit}
    for name, picture in zip(("horse", "deer"), shown, strict=True):
        red = picture[..., 0].ravel().astype(float)
        sums = np.array([red @ w + b for w, b in zip(weights, biases, strict=True)])
        values |= named(
            name, {"others": 1019, "dense_1.b[0]": biases, "sum": sums, "predicted": 1 / (1 + np.exp(-sums))}
        )
        for k in (6 * 32 + 6, 6 * 32 + 25, 16 * 32 + 16, 25 * 32 + 6, 25 * 32 + 25):
            values |= named(name, {f"x[{k}]": red[k], f"dense_1.w[{k},0]": [w[k] for w in weights]})
        labels = {"others": "⋮", "dense_1.b[0]": "bias", "sum": "sum", "predicted": "probability"}
        names |= named(name, labels)
    names |= {"epoch": "Epoch", "last_epoch": "of", "weights": "weights w"}
    compared, their_names = {}, {}
    for name, counts in (("neuron", (seen, new)), ("network", (network_seen, network_new))):
        one = counts_of(*(count[epochs] for count in counts), data.y_test, epochs, f"{name}.")
        compared, their_names = compared | one[0], their_names | one[1]
    return {
        "ch05_horse_and_deer": {"source": values, "names": names},
        "ch05_neuron_and_network": {"source": compared, "names": their_names},
    }
