"""What the page of chapter 7 is given, in which one moves, turns and draws on pictures in front of the network.

As float32 the network's 169,130 parameters would make the page 770 kB larger, for each epoch. So they are rounded: in
the large dense layer to one byte, elsewhere to eleven bits. The page says by how much its answers are off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chapters.parts.images import Images
from tinylearn import Recording, Sequential
from tinylearn.datasets import CLASS_NAMES
from tinylearn.layers.activations import Softmax

OTHERS = ("plane", "cat", "horse", "ship")  # beside those of the film
BITS = [11, 11, 8, 11]  # of the weights of each layer


def rounded(values: np.ndarray, bits: int) -> dict[str, np.ndarray]:
    """Return values (…, M) as whole numbers of so many bits, and the step of each column: value = number · step.

    >>> small = rounded(np.array([[0.5, 0.0], [-1.0, 0.25]]), 8)
    >>> small["numbers"].tolist(), (small["numbers"] * small["step"]).round(2).tolist()
    ([[64, 0], [-127, 127]], [[0.5, 0.0], [-1.0, 0.25]])
    """
    largest = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
    step = np.where(largest > 0, largest, 1) / (2 ** (bits - 1) - 1)
    numbers = np.rint(values / step).astype(np.int8 if bits <= 8 else np.int16)
    return {"numbers": numbers, "step": step.astype(np.float32)}


def classes_turn(model: Sequential, found: Mapping[int, Recording], data: Images, shown: Sequence[int],
                 updates: int) -> dict[str, Any]:  # fmt: skip
    """Return the pictures, the network after its first epoch and its last, and its answers to each picture.

    `found` says which recording has a step, `shown` are the rows of the test set that the film shows, and `updates` are
    those of an epoch.
    """
    rows = [*shown, *(int(np.flatnonzero(data.y_test == CLASS_NAMES.index(name))[0]) for name in OTHERS)]
    pictures = np.array([*data.x_test[rows], np.zeros_like(data.x_test[0])])
    steps = sorted({step for step in (updates, max(found)) if step in found})
    nets, answers = [], []
    for step in steps:
        found[step].restore(model, step)
        layers = [layer.params for layer in model.layers if layer.params]
        nets.append([{"w": rounded(params["w"], bits), "b": params["b"].copy()}
                     for params, bits in zip(layers, BITS, strict=True)])  # fmt: skip
        answers.append(Softmax().forward(model.predict(pictures)))
    labels = data.y_test[rows].tolist()
    about: list[dict[str, Any]] = [
        {"name": f"a {CLASS_NAMES[label]}", "label": label, "python": f"pictures.x_test[{row}:{row + 1}].copy()"}
        for row, label in zip(rows, labels, strict=True)
    ]
    about.append({"name": "an empty canvas", "label": None, "python": f"np.zeros({data.x_test[:1].shape}, np.float32)"})
    return {
        "pictures": [each | {"colours": np.rint(65535 * x).astype(np.uint16), "answers": answer}
                     for each, x, answer in zip(about, pictures, np.swapaxes(answers, 0, 1), strict=True)],
        "epochs": [step // updates for step in steps],
        "nets": nets,
        "filter": int(np.abs(layers[0]["w"]).sum(axis=(0, 1, 2)).argmax()),  # the first to be shown large
        "classes": list(CLASS_NAMES),
    }  # fmt: skip
