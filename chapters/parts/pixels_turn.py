"""What the page of chapter 5 is given, in which one moves, turns and draws on pictures in front of the neuron."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chapters.parts.dense_networks import SEEN, UNSEEN, red_pixels
from chapters.parts.images import DEER_OR_HORSE, HorsesAndDeer
from tinylearn import Recording, Sequential

KEPT = (0, 1, 2, 3, 5, 8, 12, 20, 32, 50, 80)  # epochs, and the last: with all, the page would be ten times as large
OTHERS, KNOWN = 4, 2  # pictures beside those of the film: of the test set, of the training set


def pixels_turn(
    neuron: Sequential,
    recording: Recording,
    network: Sequential,
    data: HorsesAndDeer,
    shown: Sequence[int],
    batches: int,
) -> dict[str, Any]:
    """Return pictures, and after some epochs the neuron's weights and its answer to each picture.

    And the trained network, as float32, with its answers.

    `shown` are the rows of the test set that the film shows; `batches` are the updates of an epoch.
    """
    last = int(recording.steps[-1]) // batches
    epochs = [*(epoch for epoch in KEPT if epoch < last), last]
    pictures, steps = _pictures(data, shown), [batches * epoch for epoch in epochs]
    x, answers = red_pixels(np.array([x for x, *_ in pictures])), []
    for step in steps:
        recording.restore(neuron, step)
        answers.append(neuron.predict(x)[:, 0])
    kept = [recording.at(step) for step in steps]
    layers = [{name: values.astype(np.float32) for name, values in layer.params.items()}
              for layer in network.layers if layer.params]  # fmt: skip
    return {
        "pictures": [{"colours": np.rint(255 * picture).astype(np.uint8), "red": red, "answers": each,
                      "network_answers": answer, "name": name, "label": label, "python": python}
                     for (picture, name, label, python), red, each, answer
                     in zip(pictures, x, np.transpose(answers), network.predict(x), strict=True)],
        "epochs": epochs,
        "batches": batches,
        "w": np.array([each["dense_1.w"][:, 0] for each in kept]),
        "b": np.array([each["dense_1.b"][0] for each in kept]),
        "network": layers,
    }  # fmt: skip


def _pictures(data: HorsesAndDeer, shown: Sequence[int]) -> list[tuple[np.ndarray, str, int | None, str]]:
    """Return pictures, what each is, its label, and the Python that has it: those of the film, others, a black one."""
    others = [row for row in range(len(data.x_test)) if row not in shown][:OTHERS]
    rows = [(data.x_test, data.y_test, "x_test", UNSEEN, row) for row in (*shown, *others)]
    rows += [(data.x_train, data.y_train, "x_train", SEEN, row) for row in range(KNOWN)]
    found: list[tuple[np.ndarray, str, int | None, str]] = [
        (x[row], f"a {DEER_OR_HORSE[y[row]]} of the {of}", int(y[row]), f"pictures.{name}[{row}:{row + 1}].copy()")
        for x, y, name, of, row in rows
    ]
    empty = np.zeros_like(data.x_test[:1])
    return [*found, (empty[0], "an empty canvas", None, f"np.zeros({empty.shape}, np.float32)")]
