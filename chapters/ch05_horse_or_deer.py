# %% [markdown]
# # Chapter 5. Horse or deer? One neuron looks at a picture
#
# Is that a horse or a deer? You look, and you know. Now try to write that down, as a rule for somebody who has never
# seen either. Antlers? Many deer have none. Four long legs? Both have them.
#
# For a machine it is harder still. It sees no animal, only a table of numbers, which say how bright each small square
# of the picture is. No good rule for such a table is known. So we do as in chapter 3: we show a neuron examples,
# tell it the right answers, and let it find a rule.

# %% What this chapter uses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from animations import AccuracyGap, Clip, HiddenLayer, LearningRun, PixelNeuron, PixelStates, CorrectCounts
from animations.kit.chain import Predictions
from chapters.parts.dense_networks import EPOCHS, SEEN, UNSEEN, deeper_network, red_pixels
from chapters.parts.images import DEER_OR_HORSE, HorsesAndDeer, horses_and_deer
from chapters.parts.pixels_turn import pixels_turn
from chapters.parts.scores import correct, recorded_counts, scores
from chapters.tools.run import begin
from chapters.turns import Choose, Place, Turn
from tinylearn import (
    SGD,
    Adam,
    BinaryCrossEntropy,
    Dense,
    ProgressBar,
    Recorder,
    Recording,
    ReLU,
    Scorecard,
    Sequential,
    Sigmoid,
    fit,
)
from tinylearn.initializers import zeros

book = begin("ch05")
BATCH = 32
UNLIKELY = 0.01  # a probability, for an example
MOVED = 4  # pixels to the right


# %% Train one neuron, and a network for later
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


pictures = horses_and_deer(book.data, book.data_dir, seed=book.seed)
rng = np.random.default_rng(book.seed)
neuron, network = one_neuron(rng), deeper_network(rng)
of_neuron, of_network = (learn(model, pictures, rng) for model in (neuron, network))

n_train, n_test, side = len(pictures.x_train), len(pictures.x_test), pictures.x_train.shape[1]
pixels, batches = side * side, updates_of_an_epoch(pictures)
sketched = book.data == "sketches"
one_by_one = "" if book.quick else f"The first {batches} updates are shown one by one."
source = "sketches, which the program draws itself" if sketched else "photographs of CIFAR-10"

# %% [markdown]
# The pictures of this run are {source}. They have {side} rows of {side} pixels, and each pixel has three numbers
# between zero and one: how much red, green and blue there is. We show the neuron the red ones alone. So it has
# {pixels:,} inputs, and {pixels:,} weights.
#
# Its answer is new, too. It is not a temperature, but one of two classes. That is called **classification**. The neuron
# begins as it always did: it multiplies every input by its weight, adds up, and adds the bias. The sum $z$ can be any
# number. The sigmoid of chapter 4 squeezes it between zero and one, and we read that as the probability of a horse:
#
# $$z = b + \sum_{i} w_i x_i, \qquad \hat{p} = \frac{1}{1 + e^{-z}}$$
#
# A half or more means "horse", less means "deer". As a program, it is a loop over all pixels:


# %%
def answer_by_hand(picture: np.ndarray, w: np.ndarray, b: float) -> float:
    """picture (32, 32, 3) → the probability of a horse"""
    total = b
    for row in range(32):
        for column in range(32):
            total += w[32 * row + column] * picture[row, column, 0]  # 0: red
    return 1 / (1 + math.exp(-total))


# %% [markdown]
# The film draws this loop. A horse and a deer go through the same neuron, from left to right. You see the picture, and
# its red numbers as shades of grey. In the middle stand the weights, one for each pixel: blue above zero, red below.
# Then come the products. A bright pixel keeps the colour of its weight, a dark one makes it pale. Add up all that is
# blue, all that is red, and the bias, and you have the sum.
#
# At the start all weights are zero: the neuron has no opinion, and answers a half to everything. {one_by_one} Watch how
# the weights take colour.


# %% Draw the film: a horse and a deer go through the neuron
def shown_rows(data: HorsesAndDeer, neuron: Sequential, source: str) -> list[int]:
    """Return the rows of a horse and a deer of the test set to show.

    Of the photographs they are the book's; of the sketches, the two that the neuron is surest about in the end.
    """
    if source == "cifar10":
        return [data.horse, data.deer]
    p = neuron.predict(red_pixels(data.x_test))[:, 0]
    return [int(np.where(data.y_test == 1, p, 0).argmax()), int(np.where(data.y_test == 0, p, 1).argmin())]


def right_answers(
    model: Sequential, recording: Recording, data: HorsesAndDeer, steps: Sequence[int]
) -> list[CorrectCounts]:
    """Return how many answers are correct after `steps`: training set, test set, and a constant answer."""
    sets = [(red_pixels(data.x_train), data.y_train), (red_pixels(data.x_test), data.y_test)]
    (seen, new), total = recorded_counts(recording, model, steps, *sets), len(data.y_test)
    of_each = np.bincount(data.y_test)
    always = np.full(len(steps), of_each.max())
    return [CorrectCounts(SEEN, seen, len(data.y_train)), CorrectCounts(UNSEEN, new, total),
            CorrectCounts(f"always {DEER_OR_HORSE[of_each.argmax()]}", always, total)]  # fmt: skip


epochs = [*range(0, EPOCHS, EPOCHS // 5 if book.quick else 1), EPOCHS]
steps = ends = [batches * epoch for epoch in epochs]
slow = {}
if not book.quick:  # the first epoch update by update, then every second epoch
    steps = sorted({*range(batches), *ends[1::2], ends[-1]})
    slow = dict.fromkeys(range(1, batches + 1), 0.7)
pace: dict[str, Any] = {**book.pace(8), "hold_first": 3, "hold_last": 4, "holds": slow}

rows_shown = shown_rows(pictures, neuron, book.data)
shown = pictures.x_test[rows_shown]
states, counts = PixelStates(of_neuron, shown, steps), right_answers(neuron, of_neuron, pictures, steps)
looking = PixelNeuron(states, (1, 0), counts[1:], names=("horse", "deer"), answers=DEER_OR_HORSE, notes=[UNSEEN] * 2)
book.ask(Choose("What will you see among the weights in the end?",
                "Each weight must serve every horse and every deer, wherever they stand.",
                options=("a horse", "half a horse, half a deer", "a patchwork"), right="a patchwork"))  # fmt: skip
book.film("ch05_horse_and_deer", Clip(looking, **pace),
          "One neuron, and two pictures from which it does not learn.")  # fmt: skip
plus, minus, total = (float(each[-1, 0]) for each in (states.plus, states.minus, states.sums))
says_horse, says_deer = states.predicted[-1].tolist()
chosen = "But these are the two sketches that it is surest about." if sketched else "But these are only two of many."

# %% [markdown]
# No horse: a patchwork. In the first update, almost all weights move equally far. That is the work of Adam, the
# optimiser of this chapter. It gives each weight steps of its own length; for the first step that length is the same
# for all, and the gradient only says which way. After that, the weights drift apart. They must serve every horse and
# every deer, near or far, and whichever way it looks. All that a weight can say is: bright *here* speaks for a horse,
# or for a deer.
#
# For the horse, the positive products add up to {plus:.1f} and the negative ones to {minus:.1f}. What is left, with the
# bias, is {total:.2f}.
#
# From that, the sigmoid makes a probability of {says_horse:.3f}. The deer, it says, is a horse with a probability of
# {says_deer:.3f}. {chosen} Before we count, let us see how it learned.
#
# ## Your turn
#
# Here your browser does the sum. Drag the horse to one side: how far does it get as a horse? Turn it, mirror it, and
# look for the pixels that speak loudest. Then draw. What must you paint before the neuron changes its mind? On the
# empty canvas, only the bias is left.

# %% Let the browser look
book.your_turn(Turn("pixels", "Move the picture, and draw on it", {
    **pixels_turn(neuron, of_neuron, network, pictures, rows_shown, batches), "data": book.data, "seed": book.seed,
}))  # fmt: skip

# %% [markdown]
# ## How wrong is a probability?
#
# The target is one for a horse, and zero for a deer. For probabilities there is a better loss function than the squared
# error. Look at the probability that the neuron gave to the *true* class, and take minus its logarithm. This is the
# **cross-entropy**. One formula serves for both classes, with the target $t$:
#
# $$L = -\frac{1}{N} \sum_{n=1}^{N} \left( t_n \log \hat{p}_n + (1 - t_n) \log (1 - \hat{p}_n) \right)$$
#
# For each picture, one of the two terms is zero. Be sure and right, and the loss is almost zero. Say a half, and it is
# {-math.log(0.5):.2f}. Give the truth a probability of {UNLIKELY}, and it is {-math.log(UNLIKELY):.2f}. There is no
# upper limit: nothing costs more than to be sure and wrong.
#
# Which way is down? The chain rule goes back through the loss, and then through the sigmoid, which gets the slope of
# the loss as `dout`:
#
# ::source tinylearn/losses.py BinaryCrossEntropy.backward
#
# ::source tinylearn/layers/activations.py Sigmoid.backward
#
# (Pass over `from_logits` today; `np.maximum` only avoids a division by zero.) Multiply the two slopes. The loss
# divides by $\hat{p} (1 - \hat{p})$, and the sigmoid multiplies by it. This is the factor that made gradients vanish in
# chapter 4. Here it cancels, and what is left is the error:
#
# $$\frac{\partial L}{\partial w_i} = \frac{1}{N} \sum_{n=1}^{N} \left( \hat{p}_n - t_n \right) x_{n i}$$
#
# Error times input: you know that from chapter 3.
#
# One thing is new. There, every update looked at all the examples. Here the {n_train} pictures are shuffled in each
# epoch and dealt out in piles of {BATCH}. Such a pile is a **minibatch**, or a **batch** for short, and an update looks
# at one batch only.
#
# The gradient of a batch is rougher than that of all pictures, but an epoch has {batches} updates in place of one. Here
# is such an epoch by hand, with plain gradient descent:

# %%
x, t, rate = red_pixels(pictures.x_train), pictures.y_train, 0.01
w, b = np.zeros(pixels), 0.0
order = np.random.default_rng(book.seed).permutation(n_train)
for start in range(0, n_train, BATCH):
    rows = order[start : start + BATCH]
    p = 1 / (1 + np.exp(-(x[rows] @ w + b)))
    dw = (p - t[rows]) @ x[rows] / len(rows)
    db = (p - t[rows]).mean()
    w, b = w - rate * dw, b - rate * db

# %% Compare that with fit, and count right answers
plain, again = one_neuron(rng), np.random.default_rng(book.seed)
fit(plain, x, t[:, None], loss=BinaryCrossEntropy(), optimizer=SGD(rate), epochs=1, batch_size=BATCH, rng=again)
assert np.allclose(plain.parameters, [*w, b])
known = correct(neuron.predict(x), t)
by_heart = correct(network.predict(x), t)


def card_of(model: Sequential, x: np.ndarray, y: np.ndarray) -> Scorecard:
    """Return what the answers of a model to pictures (N, 32, 32, 3) are worth."""
    return Scorecard(model.predict(red_pixels(x)), y, names=DEER_OR_HORSE)


def judged(card: Scorecard) -> str:
    """Say whether a model is better than the baseline, for a sentence."""
    return "better than the baseline" if card.is_better else "not shown to be better than the baseline"


# %% [markdown]
# ## Is it any good?
#
# The pictures from which a model learns are its **training set**. Of these the neuron gets {known} of {n_train} right.
# That proves little, for it was told the answers. So {n_test} pictures were put aside before the training: the **test
# set**. The neuron never learns from them. The two animals of the film come from there.
#
# A `Scorecard` compares the answers to the test set with the labels, which are the targets. How many are right, and of
# how many?

# %%
answers = neuron.predict(red_pixels(pictures.x_test))
card = Scorecard(answers, pictures.y_test, names=DEER_OR_HORSE)
card.correct, card.total

# %% What these answers are worth
low, high = card.interval
place = "above" if card.baseline > high else "below" if card.is_better else "inside"
meaning = "We can say" if card.is_better else "We cannot say"
deviation = math.sqrt(card.accuracy * (1 - card.accuracy) / n_test)
most = int(card.matrix.sum(axis=1).max())
ways = ("the neuron", "you", "both the same")
better = ways[0] if card.correct > most else ways[1] if card.correct < most else ways[2]
book.ask(Choose(f'Suppose that you say "{card.majority}" every time, with your eyes shut. Who gets more of these '
                f"{n_test} right, you or the neuron?",
                f"You get {most}; the neuron gets {card.correct}. Is that a difference, or chance?",
                options=ways, right=better))  # fmt: skip

# %% [markdown]
# The fraction of correct answers is called **accuracy**. Here it is {card.accuracy:.1%}. Is that a lot? Ask two things
# of every accuracy.
#
# *Compared with what?* Of the {n_test} pictures {most} show a {card.majority}. With your eyes shut, you get these.
# This is the **baseline**. A model that does not beat it has shown nothing.
#
# *How sure is it?* With {n_test} other pictures, the count would have been different. If the true accuracy
# is $a$, the accuracy on $n$ pictures scatters around it with a standard deviation of
#
# $$\sqrt{\frac{a (1 - a)}{n}}$$
#
# and in {19 / 20:.0%} of all cases it is off by less than two of these. Here one standard deviation is about
# {deviation:.1%}. All the accuracies that agree with the count, in this sense, are its **confidence interval**, from
# {low:.0%} to {high:.0%}. The baseline lies {place} it. {meaning} that the neuron does better than you with your eyes
# shut.
#
# Which mistakes does it make? The **confusion matrix** has a row for each true class and a column for each answer. On
# its diagonal are the right answers. Beside it are {card.matrix[0, 1]} deer that were taken for horses, and
# {card.matrix[1, 0]} horses for deer.
#
# | true class | says deer | says horse |
# |---|---|---|
# | a deer | {card.matrix[0, 0]} | {card.matrix[0, 1]} |
# | a horse | {card.matrix[1, 0]} | {card.matrix[1, 1]} |
#
# (`print(card)` says all this in six lines.)

# %% What the network is made of
hidden = [layer.params["w"].shape[1] for layer in network.layers if isinstance(layer, Dense)][:-1]

# %% [markdown]
# ## A hidden layer
#
# Would more neurons do better? Put a hidden layer of {hidden[0]} neurons behind the pixels, another of {hidden[1]}
# behind that, all with ReLU, and let one last neuron answer. In place of {neuron.parameters.size:,} parameters there
# are now {network.parameters.size:,}. No neuron has to serve all animals any more. One can look for this, its neighbour
# for that, and the next layer weighs what they say.
#
# What do they look for? The film shows four of the {hidden[0]}. Two of them respond to the horses of the training set
# more strongly than to its deer, two do the opposite. Each map shows what training has *added* to the weights of a
# neuron, because these weights start at random values. (Why not at zero? That is exercise 2.) The bars say how strongly
# it responds to the horse, above, and to the deer, below. Do the four look for the same thing?


# %% Draw the film: four neurons of the hidden layer
def telling_neurons(answers: np.ndarray, labels: np.ndarray, shown: np.ndarray) -> list[int]:
    """Return two hidden neurons that prefer horses, then two that prefer deer, of all `answers` (N, 64).

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
    pixels = [f"row {row + 1}, column {column + 1}, red" for row, column in np.ndindex(shown.shape[1:3])]
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
                       ends=("these prefer horses", "these prefer deer"), neurons=neurons,
                       network=Predictions(recording, network, x, ["the horse", "the deer"], pixels))  # fmt: skip


four = hidden_layer(network, of_network, pictures, shown, steps)
book.film("ch05_hidden_layer", Clip(four, **pace), "Four of the hidden neurons, and their answers.")
to_horse, to_deer = four.answers[-1]
agree = int((to_horse > to_deer)[:2].sum() + (to_deer > to_horse)[2:].sum())
sure_horse, sure_deer = four.predicted[-1].tolist()

# %% [markdown]
# Each has found a patchwork of its own: where one is blue, another is red. In {agree} of {len(to_horse)} cases the
# heading holds for these two animals, too. None has to be right every time, for the last neuron never hears one of them
# alone. The network gives the horse a probability of {sure_horse:.3f}, and the deer one of {sure_deer:.3f}.
#
# Let it look at [your picture](#turn-pixels), too. The weights that you see there are those of the neurons that are on.
#
# ## Learned by heart
#
# Is the network better, then? The third film counts right answers after every epoch, for the neuron and for the
# network. The solid line is the accuracy on the training set, the dashed one that on the test set, and the dotted one
# the baseline. The gap between the solid line and the dashed one is shaded. (Before the first epoch nothing has been
# learned, so any gap there is chance.)

# %% Draw the film: the neuron and the network on both sets
compared = [
    LearningRun("one neuron", *right_answers(neuron, of_neuron, pictures, ends)),
    LearningRun("three layers", *right_answers(network, of_network, pictures, ends)),
]
(seen, new), (net_seen, net_new) = (run.accuracies[:, -1] for run in compared)
gained, gained_new = net_seen - seen, net_new - new
lines = ("on the training set", "on the test set", "on both alike")
further = lines[0] if gained > gained_new else lines[1] if gained < gained_new else lines[2]
book.ask(Choose("Where will the network be further ahead of the neuron?",
                f"On the training set it is {net_seen:.1%} against {seen:.1%}, on the test set {net_new:.1%} against "
                f"{new:.1%}.",
                options=lines, right=further))  # fmt: skip
book.film("ch05_neuron_and_network",
          Clip(AccuracyGap(epochs, compared), **book.pace(12), hold_first=2, hold_last=4, colors=48),
          "Right answers on the training set and on the test set, epoch by epoch.")  # fmt: skip
gaps = [run.gaps[-1] for run in compared]
of_truth = np.where(t == 1, network.predict(x)[:, 0], 1 - network.predict(x)[:, 0])  # the probability of the true class
lost = np.sort(of_truth[of_truth < 0.5])
slip = ""
if compared[1].accuracies[0, -2] > net_seen and len(lost) < 4:
    slip = (f" (An epoch before, the network knew {round(n_train * compared[1].accuracies[0, -2])}. But an update sees "
            f"only {BATCH} pictures, and its step moves the answers to all: the last one left the truth a probability "
            f"of {' and '.join(f'{p:.2f}' for p in lost)}, just below a half.)")  # fmt: skip
net_card = card_of(network, pictures.x_test, pictures.y_test)
more, net_more = (card_of(model, pictures.x_more, pictures.y_more) for model in (neuron, network))

# %% [markdown]
# In the end, the network knows {by_heart} of the {n_train} pictures of its training set, the neuron {known}. Of the
# {n_test} in the test set the network gets {net_card.correct} right, the neuron {card.correct}.{slip}
#
# Both **overfit**: they have learned what is true of horses and deer, but also what happens to be true of these
# {n_train} pictures alone, a bright spot here, a dark corner there. A network with {network.parameters.size:,}
# parameters has ample room to learn {n_train} answers by heart. The gap of the network is {gaps[1]:.1%}, that of the
# neuron {gaps[0]:.1%}. But do not choose a model by its gap, and least of all by its training set. What counts is
# whether it generalises.
#
# Nor do {n_test} pictures say much. So we kept {more.total} more from which neither has learned. Of these the neuron
# gets {more.correct} right: it is {judged(more)}.
#
# The network gets {net_more.correct} right, with an interval from {net_more.interval[0]:.0%} to
# {net_more.interval[1]:.0%}: it is {judged(net_more)}. Compare that with its probabilities for the two animals in
# the film.
#
# ## Where it is wrong to trust it
#
# *A step to the side.* Every weight belongs to one pixel. Move all pictures of the training set by {MOVED} pixels to
# the right; what leaves on the right comes back on the left. For you they are the same horses and deer.

# %%
moved = np.roll(pictures.x_train, MOVED, axis=2)  # picture, row, column, colour
still = correct(network.predict(red_pixels(moved)), pictures.y_train)

# %% Ask first
book.ask(Place(f"How many of the {n_train} does the network still know?",
               f"It knew {by_heart} of them where they were.", name="right answers", low=0, high=n_train,
               start=by_heart, answer=still, digits=0))  # fmt: skip

# %% [markdown]
# It knew {by_heart}, and now it gets {still} right; always the same answer would get {np.bincount(t).max()}. Each
# animal now meets the weights of other places, where the network has learned something else. Chapter 6 has a remedy:
# weights that belong to no place.
#
# *Neither of them.* The neuron cannot say that it does not know. Show it a black picture: every product is zero, and
# the answer is the sigmoid of the bias, {1 / (1 + math.exp(-neuron.parameters[-1])):.3f}. Its probability chooses
# between the classes that it knows, for pictures like those that it has seen. A cow is unlike them,
# and so, perhaps, is a horse in the snow.
#
# *A test set that was used.* The dashed lines go up and down, and you might stop where one is highest. Then
# you have chosen with the test set, and it is no longer a test: the number that you report is too good. For choosing
# you need a third set; more about that in chapter 7.
#
# With `python -m chapters.ch05_horse_or_deer --data cifar10` you can read this chapter with photographs.
#
# ## Exercises
#
# Unfold an answer when you have your own.
#
# ### Exercise 1. The first gradient is a picture
#
# Before the first update, the neuron answers a half to everything. Put this into the formula of the gradient, with the
# whole training set as one batch. Which picture is it?

# %% Answer 1
untrained, loss = one_neuron(rng), BinaryCrossEntropy()
loss.forward(untrained.forward(x), t[:, None])
untrained.backward(loss.backward())
horses, deer = x[t == 1].sum(axis=0), x[t == 0].sum(axis=0)
by_means = (deer - horses) / (2 * n_train)  # p - t is a half for deer, and minus a half for horses
assert np.allclose(untrained.gradients[:-1], by_means, atol=1e-6)
f"all deer laid over each other, minus all horses, divided by {2 * n_train}"


# %% [markdown]
# ### Exercise 2. Twins
#
# Build a network with eight hidden neurons, and give every weight the same value at the start. Train it for a few
# epochs. How many different neurons are there in the hidden layer? Why?


# %% Answer 2
def alike(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Give all weights the same value."""
    return np.full(shape, 0.01)


eight = Dense(pixels, 8, rng=rng, weights=alike)
twins = Sequential([eight, ReLU(), Dense(8, 1, rng=rng, weights=alike), Sigmoid()])
fit(twins, x, t[:, None], loss=BinaryCrossEntropy(), optimizer=Adam(), epochs=5, batch_size=BATCH, rng=rng)
learned = eight.params["w"]
assert np.allclose(learned, learned[:, :1])  # same weights, same answers, same dout: so the same gradient, each time
assert not np.allclose(learned, 0.01)  # although they have learned
f"one: the weights of the eight differ by {np.ptp(learned, axis=1).max():.1g} at most"

# %% [markdown]
# ### Exercise 3. A jigsaw puzzle
#
# Mix up the pixels of all pictures, in the training set and in the test set, always in the same way. You would
# recognise nothing. Train one neuron for a few epochs on the pictures as they are, and another on the mixed ones, with
# the same batches. Which one does better?


# %% Answer 3
def trained(pixel_order: np.ndarray) -> np.ndarray:
    """Return the probabilities for the test set of a neuron that saw all pixels in this order."""
    model = one_neuron(rng)
    fit(model, x[:, pixel_order], t[:, None], loss=BinaryCrossEntropy(), optimizer=Adam(), epochs=20, batch_size=BATCH,
        rng=np.random.default_rng(book.seed))  # fmt: skip
    return model.predict(red_pixels(pictures.x_test)[:, pixel_order])


tidy, mixed = trained(np.arange(pixels)), trained(rng.permutation(pixels))
assert np.allclose(tidy, mixed, atol=1e-6)  # the weights are mixed in the same way, and the sum is the same
f"neither: {correct(tidy, pictures.y_test)} and {correct(mixed, pictures.y_test)} right of {n_test}"

# %% Keep the numbers of this run
w, b = neuron.parameters[:-1], float(neuron.parameters[-1])
by_hand = [answer_by_hand(picture, w, b) for picture in shown]
book.numbers({
    "probability of a horse, for the horse": by_hand[0],
    "probability of a horse, for the deer": by_hand[1],
    "difference from the sum by hand": float(np.abs(neuron.predict(red_pixels(shown))[:, 0] - by_hand).max()),
})  # fmt: skip
for name, model in (("neuron", neuron), ("three layers", network)):
    book.numbers(scores(name, model, pictures, red_pixels))
