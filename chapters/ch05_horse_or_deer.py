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
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from animations import (
    Clip,
    ClockStrip,
    HiddenLayer,
    OverfittingGap,
    PixelNeuron,
    PixelStates,
    SideBySide,
    Stacked,
    Tally,
)
from chapters import images
from chapters.films import draw
from chapters.images import DEER_OR_HORSE, HorsesAndDeer, horses_and_deer
from chapters.run import Headline, checked, run_alone
from chapters.scores import recorded_counts, scores
from tinylearn import (
    Adam,
    BinaryCrossEntropy,
    Dense,
    ProgressBar,
    Recorder,
    Recording,
    ReLU,
    Sequential,
    Sigmoid,
    fit,
)
from tinylearn.initializers import zeros

EPOCHS, BATCH = 125, 32
SEEN, UNSEEN = "training set", "test set"


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


def learn(model: Sequential, data: HorsesAndDeer, rng: np.random.Generator, every: Any = 1) -> Recording:
    """Train the model on the training set; return the recording of its updates, of those that `every` wants."""
    x, y = red_pixels(data.x_train), data.y_train
    recorder = Recorder(model, every=every)
    bar = ProgressBar(EPOCHS * updates_of_an_epoch(data), "chapter 5")
    fit(model, x, y[:, None], loss=BinaryCrossEntropy(), optimizer=Adam(), epochs=EPOCHS, batch_size=BATCH, rng=rng,
        callbacks=[bar, recorder])  # fmt: skip
    return recorder.recording


def updates_of_an_epoch(data: HorsesAndDeer) -> int:
    """Return how many batches the training set is."""
    return math.ceil(len(data.x_train) / BATCH)


def right_answers(model: Sequential, recording: Recording, data: HorsesAndDeer, steps: Sequence[int]) -> list[Tally]:
    """Return how many answers are right after `steps`: of the training set, 160, of the test set, 41, of always one."""
    sets = [(red_pixels(data.x_train), data.y_train), (red_pixels(data.x_test), data.y_test)]
    return tallies(recorded_counts(recording, model, steps, *sets), data, range(len(steps)))


# --- the pictures -----------------------------------------------------------------------------------------------------


def shown_steps(last: int, frames: int) -> list[int]:
    """Return the updates that frames show, 0 to `last`: each one at first, when all changes, then fewer and fewer."""
    return np.unique((last * np.linspace(0, 1, frames) ** 2).round().astype(int)).tolist()


def shown_pictures(data: HorsesAndDeer, neuron: Sequential, source: str) -> np.ndarray:
    """Return a horse and a deer (2, 32, 32, 3) of the test set to show.

    Of the photographs they are the book's; of the sketches those of which the neuron is surest in the end.
    """
    if source == "cifar10":
        return data.x_test[[data.horse, data.deer]]
    p = neuron.predict(red_pixels(data.x_test))[:, 0]
    surest = np.where(data.y_test == 1, p, 0).argmax(), np.where(data.y_test == 0, p, 1).argmin()
    return data.x_test[list(surest)]


def tallies(counts: list[np.ndarray], data: HorsesAndDeer, epochs: Sequence[int]) -> list[Tally]:
    """Return the right answers at the end of `epochs`, and beside them those of always giving the same answer."""
    (seen, new), total = (count[epochs] for count in counts), len(data.y_test)
    of_each = np.bincount(data.y_test)
    always = np.full(len(epochs), of_each.max())
    return [Tally(SEEN, seen, len(data.y_train)), Tally(UNSEEN, new, total),
            Tally(f"always {DEER_OR_HORSE[of_each.argmax()]}", always, total)]  # fmt: skip


def horse_and_deer(states: PixelStates, counts: list[Tally]) -> PixelNeuron:
    """The neuron before a horse and a deer."""
    return PixelNeuron(states, (1, 0), counts[1:], names=("horse", "deer"), answers=DEER_OR_HORSE, notes=[UNSEEN] * 2)


def gap_of_overfitting(epochs: list[int], neuron: list[Tally], network: list[Tally]) -> Stacked:
    """Right answers of the neuron and of the network beside each other, on one clock."""
    return Stacked(ClockStrip(epochs, 1120, title="do more neurons help?"),
                   SideBySide(OverfittingGap(epochs, neuron, title="one neuron", name="neuron"),
                              OverfittingGap(epochs, network, title="three layers", name="network")))  # fmt: skip


def telling_neurons(answers: np.ndarray, labels: np.ndarray, shown: np.ndarray) -> list[int]:
    """Return two hidden neurons that answer horses more, then two that answer deer more, of all `answers` (N, 64).

    The difference of the two means is measured in standard deviations of the neuron's answers; a neuron that is off
    for both pictures that are `shown`, answers (2, 64), is left out.
    """
    horses, deer = answers[labels == 1], answers[labels == 0]
    apart = (horses.mean(axis=0) - deer.mean(axis=0)) / (answers.std(axis=0) + 1e-3)
    order = [neuron for neuron in apart.argsort(kind="stable")[::-1].tolist() if shown[:, neuron].any()]
    return [*order[:2], *order[-2:]]


def hidden_layer(
    network: Sequential, recording: Recording, data: HorsesAndDeer, shown: np.ndarray, steps: list[int]
) -> HiddenLayer:
    """The first hidden layer of the network: what four of its neurons have learned, and their answers."""
    dense, relu = network.layers[:2]

    def answers(x: np.ndarray) -> np.ndarray:
        return relu.forward(dense.forward(x))

    begun, x = recording.at(0)["dense_1.w"], red_pixels(shown)
    recording.restore(network, steps[-1])
    neurons = telling_neurons(answers(red_pixels(data.x_train)), data.y_train, answers(x))
    learned, answered, predicted = [], [], []
    for step in steps:
        recording.restore(network, step)
        learned.append((dense.params["w"] - begun)[:, neurons].reshape(*shown.shape[1:3], -1))
        answered.append(answers(x)[:, neurons])
        predicted.append(network.predict(x)[:, 0])
    return HiddenLayer(shown, learned, answered, predicted, steps, targets=(1, 0), classes=DEER_OR_HORSE, note=UNSEEN,
                       title="four hidden neurons: what each looks for, and how strongly it answers",
                       ends=("answer horses more", "answer deer more"))  # fmt: skip


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
    batches = updates_of_an_epoch(pictures)
    steps = shown_steps(EPOCHS * batches, 6 if quick else 90)
    epochs = [*range(0, EPOCHS, EPOCHS // 5 if quick else 1), EPOCHS]
    ends = [batches * epoch for epoch in epochs]
    kept = {*steps, *ends}
    of_neuron = learn(neuron, pictures, rng)
    of_network = learn(network, pictures, rng, every=kept.__contains__)

    shown = shown_pictures(pictures, neuron, data)
    films = {
        "ch05_horse_and_deer": Clip(
            horse_and_deer(PixelStates(of_neuron, shown, steps), right_answers(neuron, of_neuron, pictures, steps)),
            fps=10, hold_first=3, hold_last=4),
        "ch05_neuron_and_network": Clip(
            gap_of_overfitting(epochs, *(right_answers(*each, pictures, ends)
                                         for each in ((neuron, of_neuron), (network, of_network)))),
            fps=12, hold_first=2, hold_last=4, colors=48),
        "ch05_hidden_layer": Clip(
            hidden_layer(network, of_network, pictures, shown, steps), fps=10, hold_first=3, hold_last=4),
    }  # fmt: skip
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
