"""Chapter 7. Ten classes: plane, car, bird, cat, deer, dog, frog, horse, ship, truck.

One number is enough to say "horse" or "not a horse". For ten classes the network has ten numbers at its end, one for
each, and the softmax of chapter 4 makes probabilities of them, which add up to 1. Before it has learned anything every
class gets some, and which gets most is chance. What it learns from is the cross-entropy: minus the logarithm of the
probability that it gave to the true class.

The network is that of chapter 6, with colours: 64 filters of 3 × 3, which see red, green and blue, then 32 filters that
see what those 64 have found, and two dense layers; 169,130 parameters in all. After each convolution max pooling keeps
a quarter of the numbers. The ReLU comes behind it, since the largest of four numbers is the same before and after, and
there is a quarter of the work.

Many parameters learn few pictures by heart. But a truck that is mirrored, turned a little and moved a little is still a
truck; so each picture is changed at random each time that it is shown, and never shown twice alike. That is called
augmentation. It is slower to learn from, and harder to learn by heart.

The second film shows two pictures that the network never learns from, a truck and a frog, and what it says of them,
from epoch 0, where it knows nothing. Below, how many it gets right of a thousand pictures that it learns from, and of
those that it has never seen. Both go down now and then: an epoch can end worse than the one before, also the last.

    python -m chapters.ch07_ten_classes
    python -m chapters.ch07_ten_classes --data cifar10 --epochs 125

The first learns from sketches that the program draws itself. The second is the book's run, on 50,000 photographs: it
takes about an hour, says before it starts how long, and writes a checkpoint after every epoch. If it is killed, the
same command with `--resume` goes on from there and ends, bit for bit, with the parameters of a run that was not.

Recording every update of this run would fill a disk. `--record FOLDER` keeps two of its parameters, the filters of the
first convolution and the biases of the last layer, from time to time, in at most 200 MB. A run that goes on needs a new
folder, in which step 0 is where it goes on.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from animations import ClassBars, Clip, ContactSheet, SideBySide, Stacked, Tally, TallyStrip
from chapters import images
from chapters.films import draw
from chapters.images import Images
from chapters.run import Headline, Parser, Refusal, checked, run_alone
from chapters.scores import counters
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

BATCH, WORKERS = 32, 2
SKETCHES = 8000, 1000  # to learn from, and to be tested on
EPOCHS = {"sketches": 8, "cifar10": 125}
LEARNING_RATE = {"sketches": 1e-3, "cifar10": 1e-4}
AUGMENT = Augment(rotation=20, shift=0.1, flip=True)
BOOK = {"truck": 23, "frog": 29}  # rows of CIFAR-10's test pictures that the book shows
KEPT, BUDGET = ("conv2d_1.w", "dense_2.b"), "200 MB"  # by --record


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
    """The network, and what is counted while it learns: after every epoch, from epoch 0.

    seen, new  how many answers are correct: of the training set, the first thousand, and of the test set
    shown      (2, 10) what it says of the pictures that the film shows
    """

    def __init__(self, data: Images, shown: Sequence[int], learning_rate: float, seed: int, checkpoint: Path) -> None:
        self.data, self.rows, self.seed, self.checkpoint = data, list(shown), seed, checkpoint
        self.rng = np.random.default_rng(seed)
        self.model, self.optimizer = network(self.rng), RMSprop(learning_rate)
        self.updates = math.ceil(len(data.x_train) / BATCH)  # of an epoch
        sample = data.x_train[:1000], data.y_train[:1000]
        self.seen, self.new = counters(self.model, sample, (data.x_test, data.y_test))
        self.shown = Evaluate(data.x_test[self.rows], None, probabilities)
        self.shown.measure(self.model)

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.seen.values) - 1

    def resume(self) -> None:
        """Go to where the checkpoint was written; ValueError if it belongs to a run with other settings or pictures."""
        self._fit(read_more(self.checkpoint).get("epoch", 1), resume=self.checkpoint)

    def learn(self, epochs: int, *others: Callback) -> None:
        """Train until `epochs` are done; write a checkpoint after each."""
        bar = ProgressBar(epochs * self.updates, "chapter 7")
        self._fit(epochs, bar, *others, resume=self.checkpoint if self.epoch else None)

    def _fit(self, epochs: int, *others: Callback, resume: Path | None) -> None:
        callbacks = [*others, self.seen, self.new, self.shown, Checkpoint(self.checkpoint, self.rng)]
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
        update = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
        started = time.perf_counter()
        for each in (self.seen, self.new):
            self.model.predict(each.x)
        return self.updates * update + time.perf_counter() - started


def outlook(run: Run, epochs: int, recorder: Recorder | None) -> str:
    """Say how long the run will take, and what a recording of it does."""
    left, pictures = epochs - run.epoch, len(run.data.x_train)
    minutes, updates, everything = left * run.seconds_per_epoch() / 60, left * run.updates, Recorder(run.model)
    lines = [
        f"{updates:,} updates, {left} × {pictures:,} pictures: about {math.ceil(minutes)} min",
        f"all parameters after each update would take {updates * everything.row_bytes / 1e9:.3g} GB:",
        *(f"  {line}" for line in everything.describe().splitlines()),
    ]
    if recorder is not None:
        lines += ["what is recorded:", *(f"  {line}" for line in recorder.describe().splitlines())]
    return "\n".join(lines)


# --- the pictures -----------------------------------------------------------------------------------------------------


def truck_and_frog(data: Images, source: str) -> list[int]:
    """Return which of the test pictures to show: the book's photographs, or the first sketches of each."""
    numbers = [CLASS_NAMES.index(name) for name in BOOK]
    if source == "cifar10":
        return list(BOOK.values())
    return [int(np.flatnonzero(data.y_test == number)[0]) for number in numbers]


def class_bars(run: Run) -> Stacked:
    """The truck on the left, the frog on the right, with ten probabilities each; the accuracies below."""
    epochs, shown = range(run.epoch + 1), np.array(run.shown.values, float)
    panels = [
        ClassBars(run.data.x_test[row], shown[:, i], CLASS_NAMES, target=int(run.data.y_test[row]),
                  epochs=epochs, name=name, note="never seen")
        for i, (row, name) in enumerate(zip(run.rows, BOOK, strict=True))
    ]  # fmt: skip
    tallies = [Tally(name, np.array(counted.values), len(counted.x))
               for name, counted in (("learned from", run.seen), ("never seen", run.new))]  # fmt: skip
    return Stacked(SideBySide(*panels), TallyStrip(epochs, tallies, title="right answers", name="network"))


def augmented(data: Images, rng: np.random.Generator, frames: int) -> SideBySide:
    """A picture of each class on the left, and on the right what the network is shown in its place, anew each time."""
    rows = [int(np.flatnonzero(data.y_train == number)[0]) for number in range(len(CLASS_NAMES))]
    before = data.x_train[rows]  # (10, 32, 32, 3)
    after = np.stack([np.stack([AUGMENT(before, rng) for _ in range(6)], axis=1) for _ in range(frames)])
    after = after.clip(0, 1)  # rounding may miss 0 and 1 by a hair
    return SideBySide(ContactSheet(before[None, :, None], CLASS_NAMES, title="the picture", zoom=2),
                      ContactSheet(after, [""] * len(rows), title="what is shown in its place", zoom=2))  # fmt: skip


# --- the run ----------------------------------------------------------------------------------------------------------


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


def main(
    out: Path,
    *,
    seed: int = 0,
    quick: bool = False,
    formats: tuple[str, ...] = ("gif",),
    processes: int = 1,
    data: str = images.DATA[0],
    data_dir: str | os.PathLike[str] | None = None,
    epochs: int | None = None,
    learning_rate: float | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    record: str | os.PathLike[str] | None = None,
) -> Headline:
    """Train, draw, count; return the headline numbers. `seed` fixes the sketches, the batches, the initial weights.

    After every epoch a checkpoint is written; with `resume` the run goes on from it. Refusal if that cannot be.
    """
    out = checked("ch07", out, seed, quick, formats, processes)
    if epochs is not None:
        positive_integer("ch07", "epochs", epochs)
    file = checkpoint_file(out, data, quick, checkpoint, resume)
    n_train, n_test = (200, 100) if quick else SKETCHES
    pictures = images.load(data, data_dir, sketches=(n_train, n_test), rng=np.random.default_rng(seed))
    if quick:  # of the photographs, too
        pictures = Images(*(part[:n] for part, n in zip(pictures, (n_train, n_train, n_test, n_test), strict=True)))
    epochs = epochs or (2 if quick else EPOCHS[data])
    run = Run(pictures, truck_and_frog(pictures, data), learning_rate or LEARNING_RATE[data], seed, file)
    try:
        if resume:
            run.resume()
        todo = run.epoch < epochs
        recorder = Recorder(run.model, record, select=KEPT, budget=BUDGET) if record is not None and todo else None
    except (OSError, ValueError) as error:
        raise Refusal(str(error)) from error
    if not todo:
        print(f"{run.epoch} epochs are done, there is nothing left to learn", flush=True)
    elif data == "cifar10" or recorder is not None:
        print(outlook(run, epochs, recorder), flush=True)
    if todo:
        run.learn(epochs, *([] if recorder is None else [recorder]))

    films = {
        "ch07_augmentation": Clip(augmented(pictures, np.random.default_rng(seed), 3 if quick else 12), fps=2),
        "ch07_truck_and_frog": Clip(class_bars(run), fps=2 if run.epoch <= 20 else 10, hold_first=2, hold_last=4),
    }
    draw(films, out, formats, processes)
    return headline(run)


def headline(run: Run) -> Headline:
    """Return what the network has become: of the two that are shown, of those it learned from, of those it did not."""
    card = Scorecard(run.model.predict(run.data.x_test), run.data.y_test, names=CLASS_NAMES)
    found: Headline = {"parameters": run.model.parameters.size, "epochs": run.epoch}
    for i, name in enumerate(BOOK):
        first, last = (float(run.shown.values[epoch][i, CLASS_NAMES.index(name)]) for epoch in (0, -1))
        found[f"probability of a {name}, for the {name}"] = f"{first:.4f} at first, {last:.4f} in the end"
    found["right of those it learned from"] = f"{run.seen.values[-1]} of {len(run.seen.x)}"
    return found | card.facts(f"{card.total} unseen")


def options(command: Parser) -> None:
    """Add what this chapter can be told."""
    images.options(command)
    command.add_argument("--epochs", type=_positive(int), metavar="N", help="(default: 8; photographs 125)")
    command.add_argument("--learning-rate", type=_positive(float), metavar="R", help="(default: 1e-3; photos 1e-4)")
    command.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="(default: in --out, ch07_sketches.npz or ch07_cifar10.npz)"
    )
    command.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    command.add_argument("--record", type=Path, metavar="FOLDER", help="record two parameters, in at most 200 MB")


def _positive(kind: Any) -> Any:
    """Return what reads a number above 0 of this kind from the command line."""

    def read(text: str) -> Any:
        value = kind(text)
        if not 0 < value < math.inf:
            raise ValueError
        return value

    read.__name__ = f"{kind.__name__} above 0"  # argparse puts it in its error
    return read


if __name__ == "__main__":
    run_alone(main, "ch07", options=options)
