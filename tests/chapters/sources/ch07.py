"""Chapter 7: the network's answers, counted and calculated again from its recordings; the draws of augmentation."""

import numpy as np

from chapters import ch07_ten_classes as chapter
from tinylearn.datasets import CLASS_NAMES

HANDED = ("class_bars", "learning_run", "Recorder")
CAPTIONS = {
    "15 × 15 × 64", "conv2d_1", "maxpool2d_1", "relu_1", "6 × 6 × 32", "conv2d_2", "maxpool2d_2", "relu_2",
    "128", "flatten_1", "dense_1", "relu_3", "dropout_1", "10", "dense_2",
}  # fmt: skip
UNPLACED = set()


def scores_of(recording, step, x):
    """Return the logits (N, 10) of a network with the parameters of a recorded update."""
    model = chapter.network(np.random.default_rng(1))
    model.parameters = np.concatenate([value.ravel() for value in recording.at(step).values()])
    return model.predict(x).astype(float)


def said_of(run, recording, steps):
    """Return gid → values of the film of truck and frog, and gid → label."""
    ends = {"last_step": steps[-1], "last_epoch": -(-steps[-1] // run.updates), "parameters": 169_130}
    values = ends | {"step": steps, "epoch": [-(-step // run.updates) for step in steps]}
    exponentials = [np.exp(scores_of(recording, step, run.data.x_test[run.rows])) for step in steps]
    names = {"step": "Update", "last_step": "of", "epoch": "epoch", "last_epoch": "of", "parameters": "one network"}
    for p in range(2):
        for k, name in enumerate(CLASS_NAMES):
            values[f"picture_{p}.predicted[{k}]"] = [each[p, k] / each[p].sum() for each in exponentials]
            names[f"picture_{p}.predicted[{k}]"] = name
    return values, names


def gaps_of(recordings, data, epochs):
    """Return gid → values of the film of overfitting, gid → label, and frame → where the gaps stand."""
    values, names = {"epoch": range(epochs + 1), "last_epoch": epochs}, {"epoch": "Epoch", "last_epoch": "of"}
    middles = []
    for i, recording in enumerate(recordings):
        accuracies = []
        for j, (x, y) in enumerate(((data.x_train, data.y_train), (data.x_test, data.y_test))):
            answers = [np.argmax(scores_of(recording, step, x), axis=1) for step in recording.steps]
            correct = np.array([sum(a == b for a, b in zip(each, y, strict=True)) for each in answers])
            values |= {f"run_{i}.correct[{j}]": correct, f"run_{i}.total[{j}]": len(y)}
            names |= {f"run_{i}.correct[{j}]": ("training set", "test set")[j], f"run_{i}.total[{j}]": "of"}
            accuracies.append(correct / len(y))
        values[f"run_{i}.gap"] = accuracies[0] - accuracies[1]
        middles.append((accuracies[0] + accuracies[1]) / 2)

    def places(frame):
        return {f"run_{i}.gap": (frame + 0.04 * epochs, max(middle[frame], 0.04)) for i, middle in enumerate(middles)}

    return values, names, places


def drawn():
    """Return gid → values of the film of augmentation, and gid → labels, from a second look at the generator."""
    rng, times = np.random.default_rng(0), [*[0] * 4, *[1] * 4, *range(2, 9)]
    _, angles, shifts = rng.random(9), rng.uniform(-20, 20, 9), rng.uniform(-0.1, 0.1, (9, 2))
    values = {"time": np.add(times, 1), "last_time": 9, "angle": abs(angles[times])}
    values |= {"down": abs(32 * shifts[times, 0]), "right": abs(32 * shifts[times, 1])}
    return values, {"time": "Time", "last_time": "of", "angle": "°", "down": "pixels", "right": "pixels"}


def films(handed):
    ((run, (recording,)), scene) = handed["class_bars"][0]
    (_, few, _, epochs, _), _ = handed["learning_run"][0]
    recordings = [recorder.recording for _, recorder in handed["Recorder"][1:]]
    found = {
        "ch07_augmentation": drawn(),
        "ch07_truck_and_frog": said_of(run, recording, scene.steps.tolist()),
        "ch07_overfitting": gaps_of(recordings, few, epochs),
    }
    return {name: dict(zip(("source", "names", "places"), each, strict=False)) for name, each in found.items()}
