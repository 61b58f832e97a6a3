"""Chapter 5. Horse or deer? One neuron looks at a picture.

A picture is a table of numbers. Each of its 32 × 32 pixels has three: how much red, green and blue there is, from 0 to
1. Here the neuron sees the red ones alone, as the book has it: 1024 inputs, so 1024 weights. It multiplies every pixel
with its weight, adds up, and adds the bias. The sum can be any number; the sigmoid of chapter 4 squeezes it between 0
and 1, and that is the neuron's answer: the probability that this is a horse. Below a half it means a deer.

It starts with weights of 0: it has no opinion and answers a half to everything. Then it is shown 160 pictures in
batches of 32, 125 times over, and each batch moves the weights a little against the gradient of the binary
cross-entropy. The weights make a picture, too: where it is blue, a bright pixel speaks for a horse, where it is red,
for a deer. So all that the neuron can notice is at which places bright pixels went together with which animal in these
160 pictures. A horse that looks the other way, or stands a little higher, is something else to it.

How good is it? Of the book's 41 photographs that it has not learned from it gets 24 right. That sounds better than
tossing a coin, until one counts: 24 of the 41 are deer. Who says "deer" to everything, with closed eyes, gets as many.
And 41 are few: with luck, good or bad, 24 of 41 can come from a model that is right in 43 of 100 cases, or in 72. So
the scorecard says how many are right, of how many, the 95 % interval, and what always saying the same would get.

Would more neurons help? The second film sets a network of three layers, 1024-64-32-1 with ReLU, beside the one neuron.
It soon knows the 160 pictures by heart, and of those that it has not seen it gets hardly more right: it, too, looks at
each pixel at its place. Chapter 6 looks in another way.

    python -m chapters.ch05_horse_or_deer
    python -m chapters.ch05_horse_or_deer --data cifar10 --data-dir PATH

The first learns from sketches that the program draws itself, the second from the book's photographs. Of these the film
shows two that the neuron has never seen, of the sketches two that it has learned from.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from animations import Clip, PixelNeuron, PixelStates, SideBySide, Tally, TallyCurves, WeightPicture
from chapters import images
from chapters.films import draw
from chapters.images import DEER_OR_HORSE, HorsesAndDeer, horses_and_deer
from chapters.run import Headline, checked, run_alone
from chapters.scores import counters, scores
from tinylearn import (
    Adam,
    BinaryCrossEntropy,
    Dense,
    ProgressBar,
    Recorder,
    ReLU,
    Sequential,
    Sigmoid,
    fit,
)
from tinylearn.callbacks import Callback
from tinylearn.initializers import zeros

EPOCHS, BATCH = 125, 32
SEEN, UNSEEN = "learned from", "never seen"


def answer_by_hand(picture: np.ndarray, w: np.ndarray, b: float) -> float:
    """The whole neuron, with nothing hidden: picture (32, 32, 3) → the probability of a horse."""
    total = b
    for row in range(32):
        for column in range(32):
            total += w[32 * row + column] * picture[row, column, 0]  # 0: red
    return 1 / (1 + math.exp(-total))


def red_pixels(pictures: np.ndarray) -> np.ndarray:
    """Return the red channels (N, 1024), row after row, of pictures (N, 32, 32, 3)."""
    return pictures[..., 0].reshape(len(pictures), -1)


def one_neuron(rng: np.random.Generator) -> Sequential:
    """Return the neuron with weights of 0. (Several neurons in a layer must start apart, or they stay the same.)"""
    return Sequential([Dense(1024, 1, rng=rng, weights=zeros), Sigmoid()])


def deeper_network(rng: np.random.Generator) -> Sequential:
    """Return the network of three layers."""
    hidden = [Dense(1024, 64, rng=rng), ReLU(), Dense(64, 32, rng=rng), ReLU()]
    return Sequential([*hidden, Dense(32, 1, rng=rng), Sigmoid()])


def learn(model: Sequential, data: HorsesAndDeer, rng: np.random.Generator, *others: Callback) -> list[np.ndarray]:
    """Train the model; return how many it gets right after each epoch: of the training set, 160, and the test set, 41.

    A probability of a half counts as "horse".
    """
    x, y = red_pixels(data.x_train), data.y_train
    counts = counters(model, (x, y), (red_pixels(data.x_test), data.y_test))
    bar = ProgressBar(EPOCHS * math.ceil(len(x) / BATCH), "chapter 5")
    fit(model, x, y[:, None], loss=BinaryCrossEntropy(), optimizer=Adam(), epochs=EPOCHS, batch_size=BATCH, rng=rng,
        callbacks=[*counts, bar, *others])  # fmt: skip
    return [np.array(each.values) for each in counts]


# --- the pictures -----------------------------------------------------------------------------------------------------


def shown_pictures(data: HorsesAndDeer, neuron: Sequential, source: str) -> tuple[np.ndarray, str]:
    """Return a horse and a deer (2, 32, 32, 3) to show, and whether the neuron has seen them.

    Of the photographs they are the book's, which it has not. Of the sketches that it has not seen it mostly knows
    nothing, so they are the two of which it has learned most: those of the 160 of which it is surest in the end.
    """
    if source == "cifar10":
        return data.x_test[[data.horse, data.deer]], UNSEEN
    p = neuron.predict(red_pixels(data.x_train))[:, 0]
    surest = np.where(data.y_train == 1, p, 0).argmax(), np.where(data.y_train == 0, p, 1).argmin()
    return data.x_train[list(surest)], SEEN


def tallies(counts: list[np.ndarray], data: HorsesAndDeer, epochs: list[int]) -> list[Tally]:
    """Return the right answers at the end of `epochs`, and beside them those of who always says the same."""
    (seen, new), total = (count[epochs] for count in counts), len(data.y_test)
    of_each = np.bincount(data.y_test)
    always = np.full(len(epochs), of_each.max())
    return [Tally(SEEN, seen, len(data.y_train)), Tally(UNSEEN, new, total),
            Tally(f"always {DEER_OR_HORSE[of_each.argmax()]}", always, total)]  # fmt: skip


def horse_and_deer(states: PixelStates, counts: list[Tally], note: str) -> SideBySide:
    """The neuron and a horse on the left, the same neuron and a deer on the right, its weights between them."""
    both: dict[str, Any] = {"answers": DEER_OR_HORSE, "note": note}
    return SideBySide(PixelNeuron(states, 0, target=1, name="horse", **both),
                      WeightPicture(states, counts, answers=DEER_OR_HORSE),
                      PixelNeuron(states, 1, target=0, name="deer", **both))  # fmt: skip


def main(
    out: Path,
    *,
    seed: int = 0,
    quick: bool = False,
    formats: tuple[str, ...] = ("gif",),
    processes: int = 1,
    data: str = images.DATA[0],
    data_dir: str | os.PathLike[str] | None = None,
) -> Headline:
    """Train, draw, count; return the headline numbers. `seed` fixes the sketches, the batches, the initial weights."""
    out = checked("ch05", out, seed, quick, formats, processes)
    pictures = horses_and_deer(data, data_dir, seed=seed)
    rng = np.random.default_rng(seed)
    neuron, network = one_neuron(rng), deeper_network(rng)
    recorder = Recorder(neuron)
    of_neuron, of_network = learn(neuron, pictures, rng, recorder), learn(network, pictures, rng)

    shown, note = shown_pictures(pictures, neuron, data)
    epochs = [*range(0, EPOCHS, EPOCHS // 5 if quick else 1), EPOCHS]
    states = PixelStates(recorder.recording, shown, epochs)
    shallow, deeper = (tallies(counts, pictures, epochs) for counts in (of_neuron, of_network))
    compared = SideBySide(TallyCurves(epochs, shallow, title="one neuron", name="neuron"),
                          TallyCurves(epochs, deeper, title="three layers", name="network"))  # fmt: skip
    films = {
        "ch05_horse_and_deer": Clip(horse_and_deer(states, shallow, note), fps=10, hold_first=1.5, hold_last=3),
        "ch05_neuron_and_network": Clip(compared, fps=10, hold_first=1, hold_last=3, colors=48),
    }
    draw(films, out, formats, processes)

    w, b = neuron.parameters[:-1], float(neuron.parameters[-1])
    by_hand = [answer_by_hand(picture, w, b) for picture in shown]
    headline: Headline = {
        "probability of a horse, for the horse": by_hand[0],
        "probability of a horse, for the deer": by_hand[1],
        "difference from the sum by hand": float(np.abs(neuron.predict(red_pixels(shown))[:, 0] - by_hand).max()),
    }
    for name, model in (("neuron", neuron), ("three layers", network)):
        headline |= scores(name, model, pictures, red_pixels)
    return headline


if __name__ == "__main__":
    run_alone(main, "ch05", options=images.options)
