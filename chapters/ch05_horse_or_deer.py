# %% [markdown]
# # Chapter 5. Horse or deer? One neuron looks at a picture
#
# A picture is a table of numbers. Each of its 32 × 32 pixels has three: how much red, green and blue there is, from 0
# to 1. Here the neuron sees the red ones alone, as the book has it: 1024 inputs, so 1024 weights. It multiplies every
# pixel with its weight, adds up, and adds the bias. The sum can be any number; the sigmoid of chapter 4 squeezes it
# between 0 and 1, and that is the neuron's answer: the probability that this is a horse. Below a half it means a deer.
#
# It starts with weights of 0: it has no opinion and answers a half to everything. Then it is shown the **training
# set**, 160 pictures in batches of 32, 125 times over, and each batch moves the weights a little against the gradient
# of the binary cross-entropy. The weights make a picture, too: where it is blue, a bright pixel speaks for a horse,
# where it is red, for a deer; the scale below it grows with the weights. Multiply the two pictures pixel by pixel, and
# you get a third, in the same colours: add up all that is blue, all that is red, and the bias, and you have the sum.
# Horse and deer of the film are from the **test set**, from which the neuron never learns. All that it can notice is
# at which places bright pixels went together with which animal in the training set. A horse that looks the other way,
# or stands a little higher, is something else to it.
#
# How good is it? Of the 41 sketches of the test set it gets 26 right. That sounds better than tossing a coin, until
# you count: 24 of the 41 are deer, so always answering "deer" gets 24. And 41 are few: with luck, good or bad, 26 of
# 41 can come from a model that is right in 48 of 100 cases, or in 76. So the scorecard says how many are right, of how
# many, the 95 % interval, and what always giving the same answer would get.
#
# Would more neurons help? The second film sets a network of three layers, 1024-64-32-1 with ReLU, beside the one
# neuron. It soon knows the training set by heart, 158 of 160, but of the test set it gets 29 of 41. Both models
# **overfit**: they are better on what they have learned from than on what is new, and the gap of the network is the
# wider one. What have its hidden neurons learned? The third film shows four of the 64 in the first layer: what
# training has added to their weights, and how strongly each answers the horse and the deer. Each looks for another
# pattern of bright and dark, and the layers after it weigh their answers. But each looks at every pixel at its place.
# Chapter 6 looks in another way.
#
# ```
# python -m chapters.ch05_horse_or_deer
# python -m chapters.ch05_horse_or_deer --data cifar10 --data-dir PATH
# ```
#
# The first learns from sketches that the program draws itself, and the numbers above are those of this run; the second
# learns from the book's photographs. Of these the films show the book's two; of the sketches the horse and the deer of
# the test set of which the neuron is surest, so both look better than the 26 of 41 that count.

# %% What this chapter uses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from animations import (
    AccuracyGap,
    Clip,
    HiddenLayer,
    LearningRun,
    PixelNeuron,
    PixelStates,
    Tally,
)
from animations.kit.chain import Predictions
from chapters.parts.dense_networks import EPOCHS, SEEN, UNSEEN, deeper_network, red_pixels
from chapters.parts.images import DEER_OR_HORSE, HorsesAndDeer, horses_and_deer
from chapters.parts.scores import recorded_counts, scores
from tinylearn import (
    Adam,
    BinaryCrossEntropy,
    Dense,
    ProgressBar,
    Recorder,
    Recording,
    Sequential,
    Sigmoid,
    fit,
)
from tinylearn.initializers import zeros
from chapters.tools.run import begin

book = begin("ch05")

# %% What it works with
BATCH = 32


def answer_by_hand(picture: np.ndarray, w: np.ndarray, b: float) -> float:
    """The whole neuron, with nothing hidden: picture (32, 32, 3) → the probability of a horse."""
    total = b
    for row in range(32):
        for column in range(32):
            total += w[32 * row + column] * picture[row, column, 0]  # 0: red
    return 1 / (1 + math.exp(-total))


def one_neuron(rng: np.random.Generator) -> Sequential:
    """Return the neuron with weights of 0. (Several neurons in a layer must start apart, or they stay the same.)"""
    return Sequential([Dense(1024, 1, rng=rng, weights=zeros), Sigmoid()])


def learn(model: Sequential, data: HorsesAndDeer, rng: np.random.Generator) -> Recording:
    """Train the model on the training set; return its states: every update of the first epoch, the end of every other.

    With all 625 updates the network's recording would take 340 MB, so it takes 70.
    """
    x, y, batches = red_pixels(data.x_train), data.y_train, updates_of_an_epoch(data)
    recorder = Recorder(model, every=lambda step: step < batches or step % batches == 0)
    bar = ProgressBar(EPOCHS * batches, "chapter 5")
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


# %% The pictures
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
                       ends=("these answer horses more", "these answer deer more"), neurons=neurons,
                       network=Predictions(recording, network, x, ["the horse", "the deer"]))  # fmt: skip


# %% All that is learned
pictures = horses_and_deer(book.data, book.data_dir, seed=book.seed)
rng = np.random.default_rng(book.seed)
neuron, network = one_neuron(rng), deeper_network(rng)
of_neuron, of_network = (learn(model, pictures, rng) for model in (neuron, network))

batches, slow = updates_of_an_epoch(pictures), {}
epochs = [*range(0, EPOCHS, EPOCHS // 5 if book.quick else 1), EPOCHS]
steps = ends = [batches * epoch for epoch in epochs]
if not book.quick:  # the first epoch update by update, then every second epoch
    steps = sorted({*range(batches), *ends[1::2], ends[-1]})
    slow = dict.fromkeys(range(1, batches + 1), 0.7)
shown = shown_pictures(pictures, neuron, book.data)
pace: dict[str, Any] = {"fps": 8, "hold_first": 3, "hold_last": 4, "holds": slow}

# %% The films
counts = right_answers(neuron, of_neuron, pictures, steps)
book.film("ch05_horse_and_deer", Clip(horse_and_deer(PixelStates(of_neuron, shown, steps), counts), **pace))
compared = [
    LearningRun("one neuron", *right_answers(neuron, of_neuron, pictures, ends)),
    LearningRun("three layers", *right_answers(network, of_network, pictures, ends)),
]
book.film("ch05_neuron_and_network", Clip(AccuracyGap(epochs, compared), fps=12, hold_first=2, hold_last=4, colors=48))
book.film("ch05_hidden_layer", Clip(hidden_layer(network, of_network, pictures, shown, steps), **pace))

# %% The numbers
w, b = neuron.parameters[:-1], float(neuron.parameters[-1])
by_hand = [answer_by_hand(picture, w, b) for picture in shown]
book.numbers({
    "probability of a horse, for the horse": by_hand[0],
    "probability of a horse, for the deer": by_hand[1],
    "difference from the sum by hand": float(np.abs(neuron.predict(red_pixels(shown))[:, 0] - by_hand).max()),
})  # fmt: skip
for name, model in (("neuron", neuron), ("three layers", network)):
    book.numbers(scores(name, model, pictures, red_pixels))
