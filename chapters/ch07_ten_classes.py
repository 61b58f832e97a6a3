# %% [markdown]
# # Chapter 7. Ten classes: is it right about pictures that it has never seen?
#
# Imagine a picture of a truck. Now look at it in a mirror, tilt it a little, and push it to one side. Is it still a
# truck? You do not hesitate. But to a network a picture is three thousand numbers, and you have just changed nearly all
# of them.
#
# In this chapter a network learns to tell ten things apart: planes, cars, birds, cats, deer, dogs, frogs, horses, ships
# and trucks. To be right about the pictures that it learns from is the easy part. Is it also right about others? That
# is what you want to know of every network. Most of this chapter is about how to find out, and what can help.

# %% What this chapter uses
import math
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from animations import (
    AccuracyGap,
    AugmentationSteps,
    ClassBars,
    Clip,
    ImageGrid,
    LearningRun,
    SideBySide,
    CorrectCounts,
)
from chapters.parts import images
from chapters.parts.classes_turn import classes_turn
from chapters.parts.images import Images
from chapters.parts.scores import correct
from tinylearn import (
    Augment,
    CategoricalCrossEntropy,
    Checkpoint,
    Conv2D,
    Dense,
    Dropout,
    Evaluate,
    Flatten,
    MaxPool2D,
    ProgressBar,
    Recorder,
    Recording,
    ReLU,
    RMSprop,
    Scorecard,
    Sequential,
    Softmax,
    fit,
)
from tinylearn.callbacks import Callback
from tinylearn.checkpoint import read_more
from tinylearn.checks import path_of, positive_integer
from tinylearn.datasets import CLASS_NAMES
from chapters.tools.run import begin
from chapters.tools.settings import UsageError
from chapters.turns import Choose, Place, Turn

book = begin("ch07")
BATCH, WORKERS = 32, 2
SKETCHES = 8000, 1000  # to learn from, and to be tested on
EPOCHS = {"sketches": 8, "cifar10": 125}
LEARNING_RATE = {"sketches": 1e-3, "cifar10": 1e-4}
AUGMENT = Augment(rotation=20, shift=0.1, flip=True)
DROPOUT = 0.2  # the probability that a number is dropped
BOOK = {"truck": 23, "frog": 29}  # rows of CIFAR-10's test pictures that the book shows
FEW, NEW, FEW_EPOCHS = 320, 200, 15  # where few are learned from: how many, to be tested on how many; epochs
IN_FIRST, LATER = 44, 16  # frames of the first film: in the first epoch, and in all others


# %% Train the network, in a run that can be interrupted and resumed
def network(rng: np.random.Generator) -> Sequential:
    """Return the network. Softmax is left to the loss."""
    layers = [
        *(Conv2D(3, 64, 3, rng=rng), MaxPool2D(2), ReLU()),  # 15 × 15 × 64
        *(Conv2D(64, 32, 3, rng=rng), MaxPool2D(2), ReLU()),  # 6 × 6 × 32
        *(Flatten(), Dense(1152, 128, rng=rng), ReLU()),  # 128
        Dropout(DROPOUT, rng=rng),
        Dense(128, 10, rng=rng),
    ]
    return Sequential(layers, dtype=np.float32)


def probabilities(predicted: np.ndarray, _: Any = None) -> np.ndarray:
    """Return what the network thinks of each picture: (N, 10), each row adds up to 1."""
    return Softmax().forward(predicted)


class Run:
    """The network, how it is trained, and what it says of the pictures that the film shows.

    shown    (2, 10) probabilities after every epoch, from epoch 0
    """

    def __init__(self, data: Images, shown: Sequence[int], learning_rate: float, seed: int, checkpoint: Path) -> None:
        self.data, self.rows, self.seed, self.checkpoint = data, list(shown), seed, checkpoint
        self.rng = np.random.default_rng(seed)
        self.model, self.optimizer = network(self.rng), RMSprop(learning_rate)
        self.updates = math.ceil(len(data.x_train) / BATCH)  # of an epoch
        self.shown = Evaluate(data.x_test[self.rows], None, probabilities)
        self.shown.measure(self.model)

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.shown.values) - 1

    def resume(self, *others: Callback) -> None:
        """Go to where the checkpoint was written; ValueError if it belongs to a run with other settings or pictures."""
        self._fit(read_more(self.checkpoint).get("epoch", 1), *others, resume=self.checkpoint)

    def learn(self, epochs: int, *others: Callback) -> None:
        """Train until `epochs` are done; write a checkpoint after each."""
        bar = ProgressBar(epochs * self.updates, "chapter 7")
        self._fit(epochs, bar, *others, resume=self.checkpoint if self.epoch else None)

    def _fit(self, epochs: int, *others: Callback, resume: Path | None) -> None:
        callbacks = [*others, self.shown, Checkpoint(self.checkpoint, self.rng)]
        fit(self.model, self.data.x_train, self.data.y_train, loss=CategoricalCrossEntropy(from_logits=True),
            optimizer=self.optimizer, epochs=epochs, batch_size=BATCH, augment=AUGMENT, rng=self.rng, workers=WORKERS,
            callbacks=callbacks, resume=resume)  # fmt: skip

    def seconds_per_epoch(self) -> float:
        """Return how long an epoch takes on this machine, by twelve updates of a network that is thrown away."""
        data, rng = self.data, np.random.default_rng(self.seed)
        times: list[float] = []
        some = slice(0, 12 * BATCH)
        fit(network(rng), data.x_train[some], data.y_train[some], loss=CategoricalCrossEntropy(from_logits=True),
            optimizer=RMSprop(), epochs=1, batch_size=BATCH, augment=AUGMENT, rng=rng, workers=WORKERS,
            callbacks=[lambda update: times.append(time.perf_counter())])  # fmt: skip
        return self.updates * float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def estimate_cost(run: Run, epochs: int, recorder: Recorder) -> str:
    """Say how long the run will take, and what a recording of it does."""
    left, pictures = epochs - run.epoch, len(run.data.x_train)
    minutes, updates = left * run.seconds_per_epoch() / 60, left * run.updates
    lines = [
        f"{updates:,} updates, {left} × {pictures:,} pictures: about {math.ceil(minutes)} min",
        f"all parameters after each update would take {updates * recorder.row_bytes / 1e9:.3g} GB;",
        "what is recorded:",
        *(f"  {line}" for line in recorder.describe().splitlines()),
    ]
    return "\n".join(lines)


def checkpoint_file(out: Path, data: str, quick: bool, named: str | os.PathLike[str] | None, resume: bool) -> Path:
    """Return the checkpoint's path. UsageError if --resume finds none, or if one that took hours would be lost."""
    file = path_of("ch07", named or out / f"ch07_{'quick' if quick else data}.npz")
    if resume and not file.exists():
        raise UsageError(f"there is no checkpoint {file} to go on from; start without --resume")
    if not file.parent.is_dir():
        raise UsageError(f"there is no folder {file.parent} for the checkpoint")
    if file.exists() and not resume and (named or (data == "cifar10" and not quick)):
        raise UsageError(
            f"{file} would be overwritten: go on from it with --resume, move it away, or name another file"
        )
    return file


def truck_and_frog(data: Images, source: str) -> list[int]:
    """Return which of the test pictures to show: the book's photographs, or the first sketches of each."""
    numbers = [CLASS_NAMES.index(name) for name in BOOK]
    if source == "cifar10":
        return list(BOOK.values())
    return [int(np.flatnonzero(data.y_test == number)[0]) for number in numbers]


def film_steps(updates: int, epochs: int) -> set[int]:
    """Return the updates that the film of truck and frog shows: most of them in the first epoch, then ever fewer.

    >>> sorted(film_steps(250, 8))[:4], sorted(film_steps(250, 8))[-3:]
    ([0, 6, 12, 17], [1542, 1756, 2000])
    """
    first, later = np.linspace(0, updates, IN_FIRST), np.geomspace(updates, updates * epochs, LATER + 1)
    return {round(step) for step in [*first, *later]}


def parts_of(folder: Path) -> list[Recording]:
    """Return what a run has recorded in a folder, part after part: each time that it went on it began another."""
    names = [path.name for path in folder.iterdir() if path.name.isdecimal()] if folder.is_dir() else []
    return [Recording.load(folder / name) for name in sorted(names, key=int)]


if book.epochs is not None:
    positive_integer("ch07", "epochs", book.epochs)
file = checkpoint_file(book.out, book.data, book.quick, book.checkpoint, book.resume)
n_train, n_test = (200, 100) if book.quick else SKETCHES
pictures = images.load(book.data, book.data_dir, sketches=(n_train, n_test), rng=np.random.default_rng(book.seed))
if book.quick:  # of the photographs, too
    pictures = Images(*(part[:n] for part, n in zip(pictures, (n_train, n_train, n_test, n_test), strict=True)))
epochs = book.epochs or (2 if book.quick else EPOCHS[book.data])
learning_rate = book.learning_rate or LEARNING_RATE[book.data]
training = Run(pictures, truck_and_frog(pictures, book.data), learning_rate, book.seed, file)
folder = None if book.record is None else path_of("ch07", book.record)
try:
    if book.resume:
        training.resume()
    parts = [] if folder is None else parts_of(folder)
    if parts and not book.resume:
        raise UsageError(f"{folder} holds a recording already; go on from it with --resume, or name another folder")
    todo = training.epoch < epochs
    part = folder / f"{len(parts) + 1}" if folder is not None and todo else None
    recorder = Recorder(training.model, part, every=film_steps(training.updates, epochs).__contains__)
except (OSError, ValueError) as error:
    raise UsageError(str(error)) from error
if todo and (book.data == "cifar10" or book.record is not None):
    print(estimate_cost(training, epochs, recorder), flush=True)
if todo:
    training.learn(epochs, recorder)
else:
    print(f"{training.epoch} epochs are done, there is nothing left to learn", flush=True)
    training.resume(recorder)  # so that the film has an end

kind = "photographs" if book.data == "cifar10" else "sketches that the program has drawn"
first, last = ([float(epoch[i, CLASS_NAMES.index(name)]) for i, name in enumerate(BOOK)]
               for epoch in (training.shown.values[0], training.shown.values[-1]))  # fmt: skip
few_updates = "This was a quick run, with too few pictures and updates to learn much."
times = "one epoch" if training.epoch == 1 else f"{training.epoch} epochs"
quick_note = few_updates if book.quick else ""

# %% [markdown]
# The network learns from {len(pictures.x_train):,} {kind}, for {times}. In the film you see two pictures that are not
# among them, a truck and a frog of the test set. In the middle stand the layers of the network; on the right are its
# answers, a bar for each class. The ten bars of a picture always add up to one. The clock at the top counts updates.
# After the first epoch its leaps get longer and longer.


# %% Draw the film: a truck and a frog, update by update
def joined(parts: Sequence[Recording]) -> dict[int, Recording]:
    """Return step → the recording that has it. What was recorded after a checkpoint gives way to what went on there."""
    found: dict[int, Recording] = {}
    for part in parts:
        found = {step: other for step, other in found.items() if step < part.steps[0]}
        found |= dict.fromkeys(part.steps.tolist(), part)
    return found


def class_bars(run: Run, parts: Sequence[Recording]) -> ClassBars:
    """Truck and frog on the left, the network between, and what it says of each on the right."""
    found, wanted, model = joined(parts), film_steps(run.updates, run.epoch), network(np.random.default_rng(run.seed))
    ends = min(found), max(found)
    steps = [step for step in sorted(found) if step in wanted or step in ends]
    model.set_training(False)
    said, epochs, last = [], [], []
    for step in steps:
        found[step].restore(model, step)
        epochs.append(found[step].epochs[found[step].index(step)])
        said.append(model.predict(run.data.x_test[run.rows]))
        last.append(last_layer(model, run.data.x_test[run.rows]))
    features, weights, biases = map(np.array, zip(*last, strict=True))
    shown = np.array([probabilities(logits) for logits in said], float)
    return ClassBars(run.data.x_test[run.rows], shown, CLASS_NAMES,
                     targets=run.data.y_test[run.rows].tolist(), model=model, steps=steps,
                     epochs=epochs, note="never seen", logits=np.array(said), features=features, weights=weights,
                     biases=biases)  # fmt: skip


def last_layer(model: Sequential, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what the last layer is given for pictures x (N, …), (N, 128), its weights (128, 10), its biases (10,)."""
    *layers, last = model.layers
    for layer in layers:
        x = layer.forward(x)
    return x.copy(), last.params["w"].copy(), last.params["b"].copy()


bars = class_bars(training, [*parts, recorder.recording])
pause = {frame: 1 for frame, step in enumerate(bars.steps) if step == training.updates}  # at the end of epoch 1
book.ask(Place('How much does the truck get for "truck" before the network has learned anything?',
               "A network that knows nothing gives every class a little.",
               name="probability", low=0, high=1, start=0.5, answer=first[0]))  # fmt: skip
book.film("ch07_truck_and_frog", Clip(bars, **book.pace(5), hold_first=2.5, hold_last=4, holds=pause),
          "The network's answers to two pictures that it never learns from.")  # fmt: skip
logits = np.asarray(bars.logits, float)  # of each picture of the film, each class of truck and frog

# %% [markdown]
# At the start every class has a little. The truck gets {first[0]:.3f} for "truck", and the frog {first[1]:.3f} for
# "frog". Shared evenly, it would be a tenth for each.
#
# Then the bars begin to move, and not straight to their goal. Each batch pulls the weights towards its own pictures,
# and what is good for one class may harm another. In the end the network gives {last[0]:.4f} to "truck" and
# {last[1]:.4f} to "frog". {quick_note}
#
# ## Ten answers
#
# For horse or deer, one number at the end of the network was enough. For ten classes there must be ten, one for each.
# Here is the whole network. Beside its layers stand the shapes of what they hand on:
#
# ::source chapters/ch07_ten_classes.py network
#
# You know nearly all of it from chapter 6. Sixty-four filters look at red, green and blue; thirty-two others look at
# what those have found. After each convolution, max pooling keeps about a quarter of the numbers. (ReLU can wait until
# then: the largest of four numbers is the same one before and after it, and there is less work.) Two dense layers come
# last. Only `Dropout` is new, and we shall come to it. Altogether there are {training.model.parameters.size:,}
# parameters.
#
# ## Logits, softmax, one-hot
#
# Out of the last layer come ten numbers of any size, including negative ones. They are called **logits**. The softmax
# of chapter 4 turns logits $z$ into probabilities $p$:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$
#
# You can write the right answer as ten numbers, too: a one for the true class, and zeros for the others. That is called
# **one-hot**. The loss function is the cross-entropy of chapter 5. With a one-hot target $t$ a single term is left,
# that of the true class $k$:
#
# $$L = -\sum_j t_j \log p_j = -\log p_k$$
#
# And how does the loss change with each logit? The slope could not be simpler. It is what the network said, minus what
# it should have said:
#
# $$\frac{\partial L}{\partial z_j} = p_j - t_j$$
#
# A step goes against the slope. So the logit of the true class is pulled up, the harder the more its probability falls
# short of one, and each of the others is pulled down, the harder the more it got. Here are the slopes for the truck, in
# the first picture of the film:

# %%
z = logits[0, 0]  # of the first picture and the truck
p = np.exp(z) / np.exp(z).sum()
t = np.eye(10)[CLASS_NAMES.index("truck")]  # one-hot
loss = -(t * np.log(p)).sum()
slopes = p - t

slopes.round(2).tolist()

# %% [markdown]
# Only the last of them, that of "truck", is negative. The loss is {loss:.2f}; in the end it is
# {abs(np.log(last[0])):.4f}. A network that gives a tenth to each class has a loss of $-\log \frac{1}{10}$, which is
# {np.log(10):.2f}. Keep that number in mind: while a network for ten classes stays near it, it has learned next to
# nothing.
#
# With these slopes backpropagation begins. Our network leaves the softmax to its loss: that is what `from_logits` says.
# Each row of $t$ adds up to one, so for us `t.sum` changes nothing, and the mean over all rows of the batch divides by
# their number:
#
# ::source tinylearn/losses.py CategoricalCrossEntropy.backward
#
# ## Is it right?

# %% Count
answers = probabilities(training.model.predict(pictures.x_test))
card = Scorecard(answers, pictures.y_test, names=CLASS_NAMES)
mistakes = card.matrix * (1 - np.eye(10, dtype=int))
mistaken, taken_for = np.unravel_index(mistakes.argmax(), mistakes.shape)
some = slice(1000)
n_known = len(pictures.y_train[some])
known = correct(training.model.predict(pictures.x_train[some]), pictures.y_train[some]) / n_known
often, likely = CLASS_NAMES[mistaken], mistakes[mistaken].argsort(kind="stable")[::-1]
four = sorted([each for each in likely if each != mistaken][:4])  # for which it is taken most often
book.ask(Choose(f"The most frequent mistake of all is about a {often}. What is that {often} mistaken for?",
                f"That happens to {mistakes.max()} of {card.matrix[mistaken].sum()}.",
                options=tuple(f"a {CLASS_NAMES[each]}" for each in four),
                right=f"a {CLASS_NAMES[taken_for]}"))  # fmt: skip

# %% [markdown]
# Two pictures prove nothing, so we count. The test set has {card.total:,}, and the network gets
# {card.accuracy:.1%} of them right. Always naming the most frequent class would get {card.baseline:.1%} right.
#
# On many more pictures of the same kind, its accuracy would probably come out between {card.interval[0]:.1%} and
# {card.interval[1]:.1%}. The confusion matrix, under "All numbers of this run", says which class is taken for
# which. Most often it was a {CLASS_NAMES[mistaken]} that was taken for a {CLASS_NAMES[taken_for]}:
# {card.matrix[mistaken, taken_for]} of {card.matrix[mistaken].sum()}.
#
# ## Learned, or learned by heart?
#
# That many parameters can store a good many pictures together with their labels. A network that does so has found out
# nothing about trucks. It is right about the pictures that it knows, and helpless before others. In chapter 5 you saw
# such a gap between training set and test set: that is **overfitting**.
#
# The best cure is more pictures. But somebody has to find and label them. The next best cure is to make new pictures
# out of old ones, by changes that leave the answer as it is. That is called **data augmentation**. Each time a picture
# is shown, three things are drawn by chance: whether it is mirrored, an angle of up to {AUGMENT.rotation:.0f}° to
# either side, and how far it moves, by up to {AUGMENT.shift:.0%} of its width and its height.
#
# The film shows this for one truck: twice step by step, then seven times more. On the right you see what the network
# has been shown in the truck's place. Would you know it each time? And are two of the nine alike?


# %% Draw the film: augmentation
def augmented(data: Images, rng: np.random.Generator) -> SideBySide:
    """A truck on the left, changed by chance, and on the right what the network has been shown in its place."""
    picture = data.x_train[np.flatnonzero(data.y_train == CLASS_NAMES.index("truck"))[0]]
    steps = AugmentationSteps(picture, *AUGMENT.draw(9, rng), name="a truck")
    grid = np.tile(steps.shown.reshape(1, 3, 3, *picture.shape), (steps.frames, 1, 1, 1, 1, 1))
    known = (np.arange(9) < steps.done[:, None]).reshape(-1, 3, 3)
    return SideBySide(steps, ImageGrid(grid, [""] * 3, known=known, title="what the network has been shown", zoom=4))


shown = augmented(pictures, np.random.default_rng(book.seed))
mirrored, angles, shifts = AUGMENT.draw(9, np.random.default_rng(book.seed))  # as the film does
down, right = 32 * shifts[0]  # pixels
book.film("ch07_augmentation", Clip(shown, fps=1.2, motion=8, hold_last=3, hold_first=1.5, holds={3: 1, 7: 1}),
          "One truck, nine times: each time other numbers are drawn.")  # fmt: skip

# %% [markdown]
# The first time it was {"mirrored" if mirrored[0] else "not mirrored"}, turned by {abs(angles[0]):.1f}° to the
# {"left" if angles[0] > 0 else "right"}, and moved by {abs(down):.1f} pixels {"down" if down > 0 else "up"} and
# {abs(right):.1f} to the {"right" if right > 0 else "left"}. Beyond its edge the picture goes on as in a mirror:
# look at the corners.
#
# No two of the nine are alike, but the label is always "truck". So it is of little use to learn by heart where each
# pixel of this truck is. It is better to learn the things that all nine have in common.
#
# For `fit` it is one more argument, `augment=AUGMENT`. These lines then change every batch:
#
# ::source tinylearn/augmentation.py Augment.__call__
#
# ## Your turn
#
# Your browser has the network, too. Turn the truck, mirror it, move it, or paint it green. Does the answer change while
# you stay within the limits of augmentation? Beyond them, what does the truck become? And what is an empty canvas?
# Below you see what the filters of the first layer find. Then ask the network after its first epoch the same.

# %% Let the browser look
book.your_turn(Turn("classes", "Turn the picture, and draw on it", {
    **classes_turn(network(np.random.default_rng(book.seed)), joined([*parts, recorder.recording]), pictures,
                   training.rows, training.updates),
    "data": book.data, "seed": book.seed, "sketches": [n_train, n_test], "learned": len(pictures.x_train),
    "rate": learning_rate, "checkpoint": file.name, "done": training.epoch,
}))  # fmt: skip

# %% [markdown]
# Does augmentation help? For the next film the same network learns twice, from no more than
# {min(FEW, len(pictures.x_train))} pictures: once as they are, once with augmentation. Both begin with the same
# weights. The solid line is the accuracy on the training set, the dashed one that on the test set, and between them
# lies the gap.


# %% Draw the film: two networks that learn from few pictures
def learning_run(name: str, data: Images, augment: Augment | None, epochs: int, seed: int) -> LearningRun:
    """Train the network on few pictures; return how many answers are correct after each epoch, on both sets."""
    rng = np.random.default_rng(seed)
    model, (x, y, *test) = network(rng), data
    recorder = Recorder(model, every=math.ceil(len(x) / BATCH))
    fit(model, x, y, loss=CategoricalCrossEntropy(from_logits=True), optimizer=RMSprop(LEARNING_RATE["sketches"]),
        epochs=epochs, batch_size=BATCH, augment=augment, rng=rng, workers=WORKERS, callbacks=[recorder])  # fmt: skip
    correct = []
    for step in recorder.recording.steps:
        recorder.recording.restore(model, step)
        correct.append([correct_of_each(model.predict(some), labels) for some, labels in ((x, y), test)])
    seen, new = np.swapaxes(correct, 0, 1)  # (S, 10) each
    return LearningRun(
        name,
        *(
            CorrectCounts(which, each.sum(axis=1), count, of_each=each, classes=CLASS_NAMES)
            for which, each, count in (("training set", seen, len(x)), ("test set", new, len(test[0])))
        ),
    )


def correct_of_each(predicted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how many answers (N, 10) are correct, class by class: (10,)."""
    return np.bincount(labels[predicted.argmax(axis=1) == labels], minlength=len(CLASS_NAMES))


def overfitting(data: Images, epochs: int, seed: int) -> AccuracyGap:
    """The gap between training set and test set, of the network that is shown few pictures as they are, or changed."""
    few = Images(*(part[:n] for part, n in zip(data, (FEW, FEW, NEW, NEW), strict=True)))
    runs = [learning_run(name, few, augment, epochs, seed)
            for name, augment in (("without augmentation", None), ("with augmentation", AUGMENT))]  # fmt: skip
    return AccuracyGap(range(epochs + 1), runs)


gap = overfitting(pictures, 2 if book.quick else FEW_EPOCHS, book.seed)
plain, changed = gap.runs
narrower = "That gap is narrower." if changed.gaps[-1] < plain.gaps[-1] else "In this run that gap is not narrower."
fewer = changed.accuracies[1, -1] < plain.accuracies[1, -1]
too_few = "; here it had too few to be better on the test set" if fewer else ""
longer = ""
if book.data == "sketches":  # measured with this seed's first 320 sketches; the run would take minutes
    longer = ("We once let both go on for a hundred epochs. From epoch 40 on they were about level; in the end, "
              "augmentation got 76.9% of 1,000 test pictures right, and the other network 73.5%.")  # fmt: skip
in_large = ""
if len(pictures.x_train) <= FEW:
    in_large = "In this quick run, they are no more."
elif known - card.accuracy < min(plain.gaps[-1], changed.gaps[-1]):
    in_large = "Thousands of pictures are hard to learn by heart."
    if known < card.accuracy:
        in_large += (" Why not even fewer of the test set? The network has learned from changed pictures only: "
                     "unchanged, both sets are new to it, and so small a difference can be chance.")  # fmt: skip
widest = max(gap.runs, key=lambda run: run.gaps[-1])
count, tries = min(FEW, 3 * len(pictures.x_train) // 4), 2 if book.quick else 8  # for choosing a learning rate
book.ask(Choose("Which gap will be wider in the end?", f"{plain.gaps[-1]:.1%} without augmentation, "
                f"{changed.gaps[-1]:.1%} with it.", options=(plain.name, changed.name), right=widest.name))  # fmt: skip
book.film("ch07_overfitting", Clip(gap, fps=1.5, motion=6, hold_first=2, hold_last=4),
          "The same network, with few pictures: as they are, and with augmentation.")  # fmt: skip

# %% [markdown]
# Shown the pictures as they are, the network ends with {plain.accuracies[0, -1]:.1%} on its training set and
# {plain.accuracies[1, -1]:.1%} on the test set: a gap of {plain.gaps[-1]:.1%}.
#
# With augmentation the two are {changed.accuracies[0, -1]:.1%} and {changed.accuracies[1, -1]:.1%}. {narrower} But
# augmentation has a price. A network that never sees a picture twice has more to learn, and needs more epochs for
# it{too_few}. {longer}
#
# And more pictures? The network of the first film has learned from {len(pictures.x_train):,}. It gets
# {known:.1%} of {n_known:,} of those right, and {card.accuracy:.1%} of the test set. {in_large}
#
# ## Dropout
#
# To make a network fit its training set less closely, so that it generalises better, is called **regularisation**.
# Augmentation does it by changing the inputs.
#
# **Dropout** does it inside the network. During training it sets each of the numbers behind the first dense layer to
# zero with a probability of {DROPOUT:.0%}. It rolls its dice anew for every picture. The others are multiplied by
#
# $$\frac{1}{1 - \text{rate}}$$
#
# so that sums keep their mean:
#
# ::source tinylearn/layers/dropout.py Dropout.forward
#
# Why should it help to destroy something? Think of a rule that needs five neurons at once because it fits one picture
# only. It is broken {1 - (1 - DROPOUT) ** 5:.0%} of the time. A hint that many neurons give, each on its own, survives.
# When the network is asked, not trained, nothing is dropped: `training` is off then.
#
# ## Settings that are not learned
#
# Training adjusts the parameters. But somebody has chosen the learning rate, how many epochs there are and how many
# filters, how much is dropped, and how far pictures turn. Such settings are **hyperparameters**. To choose one, try
# several values and keep the best.
#
# The best at what? Not at the training set, for there learning by heart wins. And not at the test set. Suppose that you
# try twenty values that are all equally good, and keep the one that does best on the test set. It was the luckiest, and
# its accuracy promises more than it will keep. A set by which you have chosen can no longer tell you how well a network
# generalises. If the last film makes you switch augmentation on or off, you have used up its test set.
#
# So there is a third set, split off from the training set: the **validation set**. Learn from the training set, choose
# by the validation set, and look at the test set once, at the end. Here we try three learning rates, on {count}
# pictures for {tries} epochs, and count right answers on the validation set:

# %%
few = pictures.x_train[:count], pictures.y_train[:count]  # to learn from
x, y = (part[count : count + NEW] for part in pictures[:2])  # to choose by
entropy = CategoricalCrossEntropy(from_logits=True)
n_correct = {}
for rate in (1e-4, 1e-3, 1e-2):
    rng = np.random.default_rng(book.seed)
    model = network(rng)  # the same start each time
    fit(model, *few, loss=entropy, optimizer=RMSprop(rate), epochs=tries, rng=rng)
    n_correct[rate] = correct(model.predict(x), y)

n_correct

# %% Choose the one that was best
chosen = max(n_correct, key=lambda rate: n_correct[rate])
reason = "A smaller learning rate has not come far after so few updates; the steps of a larger one are too long."
chance = "With so few pictures and updates, chance has a say in that, too."
why_that_one = reason if chosen == 1e-3 and not book.quick else chance

# %% [markdown]
# Behind each learning rate stands how many of {len(y)} answers were right. So you choose {chosen:g}. {why_that_one}
#
# The validation set also tells you when to stop. When the loss on it no longer falls, more epochs only teach the
# network its training set. Stopping there is called **early stopping**.

# %% Ask it about what it does not know
source = "one collection of photographs" if book.data == "cifar10" else "the same program has drawn both"
noise = probabilities(training.model.predict(np.random.default_rng(book.seed).random((1, 32, 32, 3), np.float32)))[0]
wrong = np.flatnonzero(answers.argmax(axis=1) != pictures.y_test)
surest = wrong[answers[wrong].max(axis=1).argmax()]
sure, y_sure = answers[surest], pictures.y_test[surest]
book.ask(Place("Now show the network nothing but noise. How much will it give to its favourite class?",
               f'It would say "{CLASS_NAMES[noise.argmax()]}".', name="probability", low=0, high=1, start=0.1,
               answer=float(noise.max())))  # fmt: skip

# %% [markdown]
# ## Where it is wrong to trust it
#
# *Other pictures.* Training set and test set come from the same source: {source}. So {card.accuracy:.0%} is a promise
# about pictures from there. About a truck in the fog, or one seen from above, it says nothing.
#
# *An eleventh class.* The probabilities add up to one, whatever you show. We gave the network a picture of nothing but
# noise. It gives {noise.max():.0%} to "{CLASS_NAMES[noise.argmax()]}". "None of these" is not among its answers.
#
# *To be sure is not to be right.* Of all its mistakes on the test set it was surest of this one: a
# {CLASS_NAMES[y_sure]}, to which it gave {sure.max():.0%} for "{CLASS_NAMES[sure.argmax()]}". A probability is only as
# good as what the network has learned to see.
#
# *Changes that change the answer.* A mirrored truck is a truck. A mirrored "b" is a "d", and a six that you turn far
# enough is a nine. You choose what augmentation may do, and the network has to believe you.
#
# ## With photographs
#
# Sketches are easier than the world. You can train the same network on the [50,000 photographs of
# CIFAR-10](https://www.cs.toronto.edu/~kriz/cifar.html):
#
# ```
# python -m chapters.ch07_ten_classes --data cifar10
# ```
#
# That takes about an hour, and writes a checkpoint after each epoch. If it is interrupted, run it again with
# `--resume`.
#
# ## Exercises
#
# Unfold an answer when you have your own.

# %% [markdown]
# ### Exercise 1. The sum of the slopes
#
# Add up the ten slopes $p_j - t_j$. What do you get, and would you get it for any picture? What does that say about a
# network that adds the same number to all its logits?

# %% Answer 1
assert abs(slopes.sum()) < 1e-12  # p and t both add up to 1, for every picture
shifted = np.exp(z + 5) / np.exp(z + 5).sum()
assert np.allclose(shifted, p)  # so the loss has nothing against a common shift: it changes no probability
f"their sum is {abs(slopes.sum()):.6f}; a common shift of all logits changes nothing"

# %% [markdown]
# ### Exercise 2. Dropout that stays on
#
# Ask the trained network a hundred times for the logit of "truck" of the same truck, first as usual and then with
# dropout on. How many different answers do you expect in each case?

# %% Answer 2
picture, number = pictures.x_test[training.rows[:1]], CLASS_NAMES.index("truck")


def logits_of(training_on: bool) -> set[float]:
    """Return the different logits of a hundred times."""
    training.model.set_training(training_on)
    found = {float(training.model.forward(picture)[0, number]) for _ in range(100)}
    training.model.set_training(False)
    return found


usual, dropped = logits_of(False), logits_of(True)
assert len(usual) == 1
assert len(dropped) > 1
f"as usual {len(usual)}; with dropout {len(dropped)}, from {min(dropped):.2f} to {max(dropped):.2f}"

# %% [markdown]
# ### Exercise 3. The best of twenty
#
# Twenty networks know nothing and guess one of ten classes. You test each on two hundred pictures and keep the best.
# How good does it look? How good is it on two hundred thousand others?

# %% Answer 3
guesses = np.random.default_rng(book.seed).binomial([[200], [200_000]], 0.1, (2, 20)) / [[200], [200_000]]
best = guesses[0].argmax()
assert guesses[0, best] > guesses[1, best]  # it was the luckiest of twenty, not the best
f"it looks like {guesses[0, best]:.1%}, and it is {guesses[1, best]:.1%}"


# %% Keep the numbers of this run
def headline(run: Run) -> dict[str, Any]:
    """Return what the network has become: of the two that are shown, of those it learned from, of those it did not."""
    card = Scorecard(run.model.predict(run.data.x_test), run.data.y_test, names=CLASS_NAMES)
    found: dict[str, Any] = {"parameters": run.model.parameters.size, "epochs": run.epoch}
    for i, name in enumerate(BOOK):
        first, last = (float(run.shown.values[epoch][i, CLASS_NAMES.index(name)]) for epoch in (0, -1))
        found[f"probability of a {name}, for the {name}"] = f"{first:.4f} at first, {last:.4f} in the end"
    x, y = run.data.x_train[:1000], run.data.y_train[:1000]
    found["correct of those it learned from"] = f"{correct(run.model.predict(x), y)} of {len(x)}"
    found |= card.as_dict(f"{card.total} unseen")
    return found | {"rows of the matrix (true class) and its columns (answer)": list(CLASS_NAMES)}


book.numbers(headline(training))
