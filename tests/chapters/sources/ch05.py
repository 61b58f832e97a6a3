"""Chapter 5: answers and counts of neuron and network, computed by hand from their recorded parameters alone."""

import numpy as np

from tests.chapters.sources.counts import gap_film
from tests.chapters.sources.values import named

HANDED = ("learn", "PixelStates", "telling_neurons")
CAPTIONS = set()
STEPS = [0, 125, 250, 375, 500, 625]


def films(handed):
    ((_, data, _), of_neuron), ((_, _, _), of_network) = handed["learn"]
    ((_, shown, _), _) = handed["PixelStates"][0]
    (_, neurons) = handed["telling_neurons"][0]
    counted = counts(of_neuron, data)
    return {
        "ch05_horse_and_deer": neuron_film(of_neuron, shown, counted),
        "ch05_neuron_and_network": gap_film([counted, counts(of_network, data)], [step // 5 for step in STEPS]),
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


def counts(recording, data):
    """Return name, correct answers and total of both sets, and of always giving the same answer."""
    sets = {"training set": (data.x_train, data.y_train), "test set": (data.x_test, data.y_test)}
    found = [(name, [int(((layers(recording, step, red(x))[-1][:, 0] >= 0) == y).sum()) for step in STEPS], len(y))
             for name, (x, y) in sets.items()]  # fmt: skip
    return [*found, ("", [np.bincount(data.y_test).max()] * len(STEPS), len(data.y_test))]


def scale(maps):
    """Return the limits of the colours: the largest size so far; while that is 0, the next one."""
    largest = [np.abs(each).max() for each in maps]
    limits = np.array([max(largest[: max(frame, 1) + 1]) for frame in range(len(maps))])
    return {"scale[-1]": -limits, "scale[1]": limits}


def neuron_film(recording, shown, counted):
    values = {"step": STEPS, "last_step": 625, "weights": 1024}
    values |= scale([recording.at(step)["dense_1.w"] for step in STEPS])
    for row, (_, correct, total) in enumerate(counted[1:]):
        values |= {f"correct[{row}]": correct, f"total[{row}]": total}
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
