"""Chapter 5: answers and counts of neuron and network, computed by hand from their recorded parameters alone."""

import numpy as np

from tests.chapters.sources.values import named

HANDED = ("learn", "PixelStates", "telling_neurons")
CAPTIONS = set()
STEPS = [0, 125, 250, 375, 500, 625]


def films(handed):
    ((_, data, _), of_neuron), (_, of_network) = handed["learn"]
    ((_, shown, _), _) = handed["PixelStates"][0]
    (_, neurons) = handed["telling_neurons"][0]
    return {
        "ch05_horse_and_deer": neuron_film(of_neuron, shown, data),
        "ch05_neuron_and_network": {"source": gaps(data, of_neuron, of_network)},
        "ch05_hidden_layer": network_film(of_network, shown, neurons),
    }


def red(pictures):
    return pictures[..., 0].reshape(len(pictures), -1).astype(float)


def layers(recording, step, x):
    """Return the output of each Dense layer, without the model: ReLU between them, and the sum of the last."""
    parameters, outputs = recording.at(step), []
    for number in range(1, len(parameters) // 2 + 1):
        x = x @ parameters[f"dense_{number}.w"] + parameters[f"dense_{number}.b"]
        outputs.append(x)
        x = np.maximum(x, 0)
    return outputs


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def correct(recording, pictures, labels):
    """Return how many answers are correct in each frame."""
    said = [layers(recording, step, red(pictures))[-1][:, 0] >= 0 for step in STEPS]
    return np.array([int((each == labels).sum()) for each in said])


def gaps(data, *recordings):
    """The gap between what was learned from and what is new; and always giving the same answer."""
    values = {"epoch": [step // 5 for step in STEPS], "last_epoch": 125}
    n, m = len(data.y_train), len(data.y_test)
    for k, recording in enumerate(recordings):
        counts = [correct(recording, data.x_train, data.y_train), correct(recording, data.x_test, data.y_test),
                  np.bincount(data.y_test).max()]  # fmt: skip
        for row, (right, total) in enumerate(zip(counts, (n, m, m), strict=True)):
            values |= {f"run_{k}.correct[{row}]": right, f"run_{k}.total[{row}]": total}
        values[f"run_{k}.gap"] = counts[0] / n - counts[1] / m
    return values


def scale(maps):
    """Return the limits of the colours: the largest size so far; while that is 0, the next one."""
    largest = [np.abs(each).max() for each in maps]
    limits = np.array([max(largest[: max(frame, 1) + 1]) for frame in range(len(maps))])
    return {"scale[-1]": -limits, "scale[1]": limits}


def neuron_film(recording, shown, data):
    values = {"step": STEPS, "last_step": 625, "weights": 1024}
    values |= scale([recording.at(step)["dense_1.w"] for step in STEPS])
    values |= {"correct[0]": correct(recording, data.x_test, data.y_test), "total[0]": len(data.y_test)}
    values |= {"correct[1]": np.bincount(data.y_test).max(), "total[1]": len(data.y_test)}  # always the same answer
    biases = np.array([recording.at(step)["dense_1.b"].item() for step in STEPS])
    for name, x in zip(("horse", "deer"), red(shown), strict=True):
        products = np.array([recording.at(step)["dense_1.w"][:, 0] * x for step in STEPS])
        sums = products.sum(axis=1) + biases
        plus, minus = (np.where(sign * products > 0, products, 0).sum(axis=1) for sign in (1, -1))
        values |= named(name, {"plus": plus, "minus": minus, "dense_1.b[0]": biases, "sum": sums,
                               "predicted": sigmoid(sums)})  # fmt: skip
    return {"source": values}


def network_film(recording, shown, neurons):
    first = recording.at(0)["dense_1.w"][:, neurons]
    values = {"step": STEPS, "last_step": 625}
    values |= scale([recording.at(step)["dense_1.w"][:, neurons] - first for step in STEPS])
    outputs = [layers(recording, step, red(shown)) for step in STEPS]
    for picture, row in enumerate(("upper", "lower")):
        values[f"{row}.predicted"] = [sigmoid(each[-1][picture, 0]) for each in outputs]
        for place, neuron in enumerate(neurons):
            values[f"{row}.answers[{place}]"] = [max(each[0][picture, neuron], 0) for each in outputs]
    return {"source": values}
