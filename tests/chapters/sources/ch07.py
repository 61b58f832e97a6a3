"""Chapter 7: the network's answers, counted and calculated again from its recordings; the draws of augmentation."""

import numpy as np

from chapters import ch07_ten_classes as chapter

HANDED = ("class_bars", "learning_run", "Recorder")
CAPTIONS = {
    "15 × 15 × 64", "conv2d_1", "maxpool2d_1", "relu_1", "6 × 6 × 32", "conv2d_2", "maxpool2d_2", "relu_2",
    "128", "flatten_1", "dense_1", "relu_3", "dropout_1", "10", "dense_2",
}  # fmt: skip


def scores_of(recording, step, x):
    """Return the logits (N, 10) of a network with the parameters of a recorded update."""
    model = chapter.network(np.random.default_rng(1))
    model.parameters = np.concatenate([value.ravel() for value in recording.at(step).values()])
    return model.predict(x).astype(float)


def said_of(run, recording, steps):
    """Return what the audit is told of the film of truck and frog."""
    ends = {"last_step": steps[-1], "last_epoch": -(-steps[-1] // run.updates), "parameters": 169_130}
    values = ends | {"step": steps, "epoch": [-(-step // run.updates) for step in steps]}
    exponentials = [np.exp(scores_of(recording, step, run.data.x_test[run.rows])) for step in steps]
    for p, k in np.ndindex(2, 10):
        values[f"picture_{p}.predicted[{k}]"] = [each[p, k] / each[p].sum() for each in exponentials]
    return {"source": values}


def drawn():
    """Return what the audit is told of the film of augmentation, from a second look at the generator."""
    rng, times = np.random.default_rng(0), [*[0] * 4, *[1] * 4, *range(2, 9)]
    _, angles, shifts = rng.random(9), rng.uniform(-20, 20, 9), rng.uniform(-0.1, 0.1, (9, 2))
    values = {"time": np.add(times, 1), "last_time": 9, "angle": abs(angles[times])}
    return {"source": values | {"down": abs(32 * shifts[times, 0]), "right": abs(32 * shifts[times, 1])}}


def films(handed):
    ((run, (recording,)), scene) = handed["class_bars"][0]
    return {
        "ch07_augmentation": drawn(),
        "ch07_truck_and_frog": said_of(run, recording, scene.steps.tolist()),
        "ch07_overfitting": {},
    }
