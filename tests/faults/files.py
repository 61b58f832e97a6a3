"""Jobs that rewrite one file: checkpoints, models and pictures. Version n is easy to tell from version n + 1."""

from importlib.util import find_spec

import numpy as np

from animations import Scene, render
from tests.faults.job import Rewritten
from tinylearn import SGD, Checkpoint, Dense, MeanSquaredError, Sequential, fit, save_checkpoint


def large_model(n):
    """Return a model of 0.8 MB, all of whose numbers are `n`."""
    model = Sequential([Dense(400, 250, rng=np.random.default_rng(0))])
    model.parameters[:] = n
    return model


def checkpoint(path, n):
    """Save a run whose numbers are all `n`."""
    model, optimizer = large_model(n), SGD(0.1, momentum=0.9)
    optimizer.state["v"] = model.parameters.copy()
    save_checkpoint(path, model, optimizer, np.random.default_rng(0), epoch=n)


def model_file(path, n):
    """Save such a model."""
    large_model(n).save(path)


def train(path, last, tell):
    """Write a checkpoint after each update, and call `tell`; stop after update `last`."""
    rng = np.random.default_rng(0)
    model, optimizer = Sequential([Dense(30, 200, rng=rng), Dense(200, 1, rng=rng)]), SGD(0.001, momentum=0.9)
    x = rng.normal(size=(40, 30))

    def begin(update):
        tell("begin", update.step)

    def done(update):
        tell("done", update.step)
        if update.step == last:
            update.stop()

    fit(model, x, x[:, :1], loss=MeanSquaredError(), optimizer=optimizer, epochs=10**6, batch_size=16, rng=rng,
        callbacks=[begin, Checkpoint(path, rng, every=1), done])  # fmt: skip


def trained(path, n):
    """Leave the checkpoint of update `n`."""
    train(path, n, lambda *sign: None)


class FitWithCheckpoints(Rewritten):
    """A single training, from one version to the next."""

    def work(self, folder, tell):
        train(folder / self.file, 10**9, tell)


class Versioned(Scene):
    """A line that moves, and the number of the version."""

    size, frames = (160, 120), 12

    def __init__(self, n):
        self.n = n

    def draw(self, figure):
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8), xlim=(0, 10), ylim=(0, 10))
        (self.line,) = axes.plot([], [], linewidth=6, zorder=3)
        figure.text(0.5, 0.5, f"version {self.n}", fontsize=14)

    def update(self, frame):
        self.line.set_data([0, 10], [frame % 10, self.n % 10])
        return [self.line]


def picture(path, n):
    """Draw version `n` in the format of the suffix."""
    render(Versioned(n), path, progress=False)


FORMATS = ["gif", "apng", "png", "html", *(["mp4"] if find_spec("imageio_ffmpeg") else [])]
JOBS = [
    Rewritten("save_checkpoint", "run.npz", checkpoint),
    FitWithCheckpoints("fit with checkpoints", "run.npz", trained),
    Rewritten("model.save", "model.npz", model_file),
    *(Rewritten(f"render .{suffix}", f"film.{suffix}", picture) for suffix in FORMATS),
]
