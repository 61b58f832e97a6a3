"""Jobs that write files: checkpoints, models, pictures and downloads; and the table of all jobs.

Version n of a file is easy to tell from version n + 1.
"""

import contextlib
import io
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

import numpy as np

from animations import Scene, render
from tests.faults import recordings
from tests.faults.death import Job, Rewritten
from tests.tinylearn.download_server import CHECKSUM, CONTENT, serving
from tinylearn import SGD, Checkpoint, Dense, MeanSquaredError, Sequential, fit, save_checkpoint
from tinylearn.datasets.download import download


def large_model(n):
    """Return a model of 0.8 MB, all of whose numbers are `n`."""
    model = Sequential([Dense(400, 250, rng=np.random.default_rng(0))])
    model.parameters[:] = n
    return model


def checkpoint(path, n):
    model, optimizer = large_model(n), SGD(0.1, momentum=0.9)
    optimizer.state["v"] = model.parameters.copy()
    save_checkpoint(path, model, optimizer, np.random.default_rng(0), epoch=n)


def model_file(path, n):
    large_model(n).save(path)


def train(path, last, tell=lambda *sign: None):
    """Write a checkpoint after each update, and call `tell`; stop after update `last`."""
    rng = np.random.default_rng(0)
    model, optimizer = Sequential([Dense(30, 200, rng=rng), Dense(200, 1, rng=rng)]), SGD(0.001, momentum=0.9)
    x = rng.normal(size=(40, 30))

    def done(update):
        tell("done", update.step)
        if update.step == last:
            update.stop()

    callbacks = [lambda update: tell("begin", update.step), Checkpoint(path, rng, every=1), done]
    fit(model, x, x[:, :1], loss=MeanSquaredError(), optimizer=optimizer, epochs=10**6, batch_size=16, rng=rng,
        callbacks=callbacks)  # fmt: skip


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
    render(Versioned(n), path, progress=False)


FORMATS = ["gif", "apng", "png", "html", *(["mp4"] if find_spec("imageio_ffmpeg") else [])]
REWRITTEN = [
    Rewritten("save_checkpoint", "run.npz", checkpoint),
    FitWithCheckpoints("fit with checkpoints", "run.npz", train),
    Rewritten("model.save", "model.npz", model_file),
    *(Rewritten(f"render .{suffix}", f"film.{suffix}", picture) for suffix in FORMATS),
]


@dataclass
class Downloads(Job):
    """Fetches 1.bin, 2.bin, … from a slow server in the process of the test; what is fetched is always the same."""

    url: str = ""
    ranges: Sequence[str | None] = ()  # what the server was asked for
    name = "download"

    @contextlib.contextmanager
    def ready(self):
        with serving(pause=0.002) as server:
            yield replace(self, url=server.url, ranges=server.ranges)

    def fetch(self, folder, n):
        os.environ["no_proxy"] = "*"
        with contextlib.redirect_stderr(io.StringIO()):
            download(self.url, folder / f"{n}.bin", CHECKSUM)

    def work(self, folder, tell):
        for n in itertools.count(1):
            tell("begin", n)
            self.fetch(folder, n)
            tell("done", n)

    def check(self, folder, done):
        """The next call must go on with what was left half done."""
        n, found = done + 1, {path.name: path.read_bytes() for path in folder.iterdir()}
        assert [i for i in range(1, n) if found.get(f"{i}.bin") != CONTENT] == []
        assert found.get(f"{n}.bin", CONTENT) == CONTENT
        part = found.get(f"{n}.bin.part", b"")
        self.fetch(folder, n)
        assert CONTENT.startswith(part)
        assert (folder / f"{n}.bin").read_bytes() == CONTENT
        if 0 < len(part) < len(CONTENT):
            assert self.ranges[-1] == f"bytes={len(part)}-"
        names = {f"{i}.bin{suffix}" for i in range(1, n + 1) for suffix in ("", ".lock")}
        assert {path.name for path in folder.iterdir()} <= names
        return done


JOBS = {job.name: job for job in [*recordings.JOBS, *REWRITTEN, Downloads()]}
