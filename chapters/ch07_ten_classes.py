# %% [markdown]
# # Chapter 7. Ten classes: plane, car, bird, cat, deer, dog, frog, horse, ship, truck
#
# One number is enough to say "horse" or "not a horse". For ten classes the network has ten numbers at its end, one for
# each, and the softmax of chapter 4 makes probabilities of them, which add up to 1. Before it has learned anything
# every class gets some, and which gets most is chance. What it learns from is the cross-entropy: minus the logarithm
# of the probability that it gave to the true class.
#
# The network is that of chapter 6, with colours: 64 filters of 3 × 3, which see red, green and blue, then 32 filters
# that see what those 64 have found, and two dense layers; 169,130 parameters in all. After each convolution max
# pooling keeps a quarter of the numbers. The ReLU comes behind it, since the largest of four numbers is the same
# before and after, and there is a quarter of the work.
#
# Many parameters learn few pictures by heart. But a truck that is mirrored, turned a little and moved a little is
# still a truck; so each picture is changed at random each time that it is shown, and never shown twice alike. That is
# called **data augmentation**. The first film shows it slowly, and then what the network is shown in the picture's
# place.
#
# The second film shows two pictures that the network never learns from, a truck and a frog, and what it says of them,
# from update 0, where it knows nothing. Most of its frames lie in the first epoch, where most is learned: the answers
# waver, then they settle. In the end the probabilities are nearly 1, but only nearly.
#
# What does augmentation change? In the third film the same network learns twice, from only 320 pictures. Shown as they
# are, it soon knows nearly all of them by heart, but of those that it has never seen it gets far fewer right. This gap
# is called **overfitting**. With augmentation the gap is narrower; but it learns more slowly, and after so few epochs
# it gets fewer right of both. More pictures narrow the gap, too: the numbers below are those of the network of the
# second film, which learns from thousands.
#
# ```
# python -m chapters.ch07_ten_classes
# python -m chapters.ch07_ten_classes --data cifar10 --epochs 125
# ```
#
# The first learns from sketches that the program draws itself. The second is the book's run, on 50,000 photographs: it
# takes about an hour, says before it starts how long, and writes a checkpoint after every epoch. If it is killed, the
# same command with `--resume` goes on from there and ends, bit for bit, with the parameters of a run that was not.
#
# Recording every update of this run would fill a disk, so about 60 are recorded, those that the second film shows.
# They are kept in memory, or, with `--record FOLDER`, on disk: then the film of a run that was killed and resumed is
# whole, too. Without it, that film begins where the run goes on.

# %% What this chapter uses
import math
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from animations import AccuracyGap, AugmentationSteps, ClassBars, Clip, ContactSheet, LearningRun, SideBySide, Tally
from chapters.parts import images
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
from chapters.tools.settings import Refusal

book = begin("ch07")

# %% What it works with
BATCH, WORKERS = 32, 2
SKETCHES = 8000, 1000  # to learn from, and to be tested on
EPOCHS = {"sketches": 8, "cifar10": 125}
LEARNING_RATE = {"sketches": 1e-3, "cifar10": 1e-4}
AUGMENT = Augment(rotation=20, shift=0.1, flip=True)
BOOK = {"truck": 23, "frog": 29}  # rows of CIFAR-10's test pictures that the book shows
FEW, NEW, FEW_EPOCHS = 320, 200, 15  # of the third film: pictures to learn from, to be tested on, epochs
IN_FIRST, LATER = 44, 16  # frames of the second film: in the first epoch, and in all others


def network(rng: np.random.Generator) -> Sequential:
    """Return the network; the numbers behind the layers are output shapes. Softmax is left to the loss."""
    first = [Conv2D(3, 64, 3, rng=rng), MaxPool2D(2), ReLU()]  # 15 × 15 × 64
    second = [Conv2D(64, 32, 3, rng=rng), MaxPool2D(2), ReLU()]  # 6 × 6 × 32
    dense = [Flatten(), Dense(1152, 128, rng=rng), ReLU(), Dropout(0.2, rng=rng)]  # 128
    return Sequential([*first, *second, *dense, Dense(128, len(CLASS_NAMES), rng=rng)], dtype=np.float32)


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


def outlook(run: Run, epochs: int, recorder: Recorder) -> str:
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


# %% The pictures
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
    shown = np.array([probabilities(scores) for scores in said], float)
    return ClassBars(run.data.x_test[run.rows], shown, CLASS_NAMES,
                     targets=run.data.y_test[run.rows].tolist(), model=model, steps=steps,
                     epochs=epochs, note="never seen", scores=np.array(said), features=features, weights=weights,
                     biases=biases)  # fmt: skip


def last_layer(model: Sequential, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what the last layer is given for pictures x (N, …), (N, 128), its weights (128, 10), its biases (10,)."""
    *layers, last = model.layers
    for layer in layers:
        x = layer.forward(x)
    return x.copy(), last.params["w"].copy(), last.params["b"].copy()


def augmented(data: Images, rng: np.random.Generator) -> SideBySide:
    """A truck on the left, changed by chance, and on the right what the network has been shown in its place."""
    picture = data.x_train[np.flatnonzero(data.y_train == CLASS_NAMES.index("truck"))[0]]
    steps = AugmentationSteps(picture, *AUGMENT.draw(9, rng), name="a truck")
    sheet = np.ones((steps.frames, *steps.shown.shape), np.float32)  # white, until it has been shown
    for frame, done in enumerate(steps.done):
        sheet[frame, :done] = steps.shown[:done]
    sheet = sheet.reshape(steps.frames, 3, 3, *picture.shape)
    return SideBySide(steps, ContactSheet(sheet, [""] * 3, title="what the network has been shown", zoom=4))


def learning_run(name: str, data: Images, augment: Augment | None, epochs: int, seed: int) -> LearningRun:
    """Train the network on few pictures; return how many answers are right after each epoch, on both sets."""
    rng = np.random.default_rng(seed)
    model, (x, y, *test) = network(rng), data
    recorder = Recorder(model, every=math.ceil(len(x) / BATCH))
    fit(model, x, y, loss=CategoricalCrossEntropy(from_logits=True), optimizer=RMSprop(LEARNING_RATE["sketches"]),
        epochs=epochs, batch_size=BATCH, augment=augment, rng=rng, workers=WORKERS, callbacks=[recorder])  # fmt: skip
    right = []
    for step in recorder.recording.steps:
        recorder.recording.restore(model, step)
        right.append([correct_of_each(model.predict(some), labels) for some, labels in ((x, y), test)])
    seen, new = np.swapaxes(right, 0, 1)  # (S, 10) each
    return LearningRun(
        name,
        *(
            Tally(which, each.sum(axis=1), count, of_each=each, classes=CLASS_NAMES)
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


# %% The run
def checkpoint_file(out: Path, data: str, quick: bool, named: str | os.PathLike[str] | None, resume: bool) -> Path:
    """Return where the checkpoint is; Refusal if there is none to go on from, or one that took hours would be lost."""
    file = path_of("ch07", named or out / f"ch07_{'quick' if quick else data}.npz")
    if resume and not file.exists():
        raise Refusal(f"there is no checkpoint {file} to go on from; start without --resume")
    if not file.parent.is_dir():
        raise Refusal(f"there is no folder {file.parent} for the checkpoint")
    if file.exists() and not resume and (named or (data == "cifar10" and not quick)):
        raise Refusal(f"{file} would be overwritten: go on from it with --resume, move it away, or name another file")
    return file


def headline(run: Run) -> dict[str, Any]:
    """Return what the network has become: of the two that are shown, of those it learned from, of those it did not."""
    card = Scorecard(run.model.predict(run.data.x_test), run.data.y_test, names=CLASS_NAMES)
    found: dict[str, Any] = {"parameters": run.model.parameters.size, "epochs": run.epoch}
    for i, name in enumerate(BOOK):
        first, last = (float(run.shown.values[epoch][i, CLASS_NAMES.index(name)]) for epoch in (0, -1))
        found[f"probability of a {name}, for the {name}"] = f"{first:.4f} at first, {last:.4f} in the end"
    x, y = run.data.x_train[:1000], run.data.y_train[:1000]
    found["right of those it learned from"] = f"{correct(run.model.predict(x), y)} of {len(x)}"
    return found | card.facts(f"{card.total} unseen")


# %% This run
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
        raise Refusal(f"{folder} holds a recording already; go on from it with --resume, or name another folder")
    todo = training.epoch < epochs
    part = folder / f"{len(parts) + 1}" if folder is not None and todo else None
    recorder = Recorder(training.model, part, every=film_steps(training.updates, epochs).__contains__)
except (OSError, ValueError) as error:
    raise Refusal(str(error)) from error

# %% Training
if todo and (book.data == "cifar10" or book.record is not None):
    print(outlook(training, epochs, recorder), flush=True)
if todo:
    training.learn(epochs, recorder)
else:
    print(f"{training.epoch} epochs are done, there is nothing left to learn", flush=True)
    training.resume(recorder)  # so that the film has an end

# %% The films
steps = augmented(pictures, np.random.default_rng(book.seed))
book.film("ch07_augmentation", Clip(steps, fps=1.2, motion=8, hold_last=3, hold_first=1.5, holds={3: 1, 7: 1}))
bars = class_bars(training, [*parts, recorder.recording])
pause = {frame: 1 for frame, step in enumerate(bars.steps) if step == training.updates}  # at the end of epoch 1
book.film("ch07_truck_and_frog", Clip(bars, fps=5, motion=2, hold_first=2.5, hold_last=4, holds=pause))
gap = overfitting(pictures, 2 if book.quick else FEW_EPOCHS, book.seed)
book.film("ch07_overfitting", Clip(gap, fps=1.5, motion=6, hold_first=1, hold_last=4))

# %% The numbers
book.numbers(headline(training))
