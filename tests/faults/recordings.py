"""Jobs that record: every complete record must be left, bit for bit as in an undisturbed run.

One endless training; many small recordings, in which rare moments are frequent; two recorders in one folder.
"""

import itertools
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.faults.death import PATIENCE, Job, Life
from tests.tinylearn import interrupted_run
from tinylearn import Recorder, Recording, Update
from tinylearn.recording import store

UPDATES = 40  # of a small recording
BUDGETED = "under a budget"  # whose file is replaced; in a small one, some updates cause several thinnings


def flush_every_record():
    """Write to the disk with each record, in the training: so that a kill finds the recorder writing."""
    store.WAITING_BYTES = 1


def flush_often():
    """Let the thread write small records as often as large ones: so that there are some before a kill."""
    store.SECONDS = store.SECONDS_IF_LARGE


def assert_start_of_the_undisturbed_run(recording, kind):
    """Train again in this process, without any accident, and compare every record bit for bit."""
    steps = recording.steps
    assert steps[0] == 0
    if kind == BUDGETED:
        assert len(set(np.diff(steps[:-1]))) <= 1
    else:
        np.testing.assert_array_equal(steps, np.arange(len(steps)))
    model = interrupted_run.make_model(kind)
    undisturbed = Recorder(model)
    interrupted_run.train(model, -(-int(steps[-1]) // interrupted_run.BATCHES) or 1, [undisturbed])
    expected = undisturbed.recording
    for name in ("rows", "losses", "epochs"):
        np.testing.assert_array_equal(getattr(recording, name), getattr(expected, name)[steps])
    for step in steps:
        assert np.array_equal(recording.batch(step), expected.batch(step)), f"another batch in step {step}"


def assert_names_or_takes(path):
    """Another recorder must meet this folder with an error that names it, or make it its own."""
    try:
        Recorder(interrupted_run.make_model("tiny rows"), path).close()
    except FileExistsError as error:
        if str(path) not in str(error):
            raise
    else:
        assert len(Recording.load(path)) == 1, f"{path}: two recordings in one folder"


@dataclass
class Training(Job):
    """A training of one of the kinds of interrupted_run.py, without end; its outputs are its records."""

    kind: str
    at_once: bool
    outputs = 600

    @property
    def name(self):
        return f"record {self.kind}" + (", flushed at once" if self.at_once else "")

    def work(self, folder, tell):
        """Train; every 32 updates, tell up to which step a reader finds complete records."""
        (flush_every_record if self.at_once else flush_often)()
        model = interrupted_run.make_model(self.kind)
        recorder = Recorder(model, folder / "run", **interrupted_run.KINDS[self.kind][1])

        def after(update):
            if update.step % 32 == 0:
                tell("done", Recording.load(folder / "run").steps[-1])

        interrupted_run.train(model, 10**9, [lambda update: tell("begin", update.step), recorder, after])

    def check(self, folder, done):
        recording = Recording.load(folder / "run")
        assert recording.steps[-1] >= done, f"step {done} was complete, the last is {recording.steps[-1]}"
        assert_start_of_the_undisturbed_run(recording, self.kind)
        assert_names_or_takes(folder / "run")
        return len(recording)


@dataclass
class Anew(Job):
    """One recording of 40 updates after another: most of its time goes into beginning, thinning and closing them."""

    kind: str

    @property
    def name(self):
        return f"begin, end recordings, {self.kind}"

    def work(self, folder, tell):
        flush_every_record()
        for n in itertools.count(1):
            tell("begin", n)
            model = interrupted_run.make_model(self.kind)
            with Recorder(model, folder / str(n), budget=9_000 if self.kind == BUDGETED else None) as recorder:
                for step in range(1, UPDATES + 1):
                    model.parameters += 1
                    recorder(Update(step, loss=step / 2, batch=np.arange(step, 0, -1)))
            tell("done", n)

    def check(self, folder, done):
        for n in range(1, done + 1):
            recording = self.checked(folder / str(n))
            assert recording.closed, f"{n} was complete"
            assert recording.steps[-1] == UPDATES
        if (folder / str(done + 1)).exists():
            try:
                self.checked(folder / str(done + 1))
            except FileNotFoundError:  # it has only begun
                assert_names_or_takes(folder / str(done + 1))
        return done

    def checked(self, path):
        recording = Recording.load(path)
        row, step = interrupted_run.make_model(self.kind).parameters, 0
        for index, kept in enumerate(recording.steps):
            while step < kept:
                row, step = row + 1, step + 1
            np.testing.assert_array_equal(recording.batch(kept), np.arange(step, 0, -1))
            np.testing.assert_array_equal(recording.rows[index], row)
        assert_names_or_takes(path)
        return recording


@dataclass
class ConcurrentRecorder(Job):
    """Records into `run`, from a moment on; says ("begin", 1) if it may, ("done", 0) if it is refused by name."""

    run: Path
    moment: float

    def work(self, folder, tell):
        flush_every_record()
        model = interrupted_run.make_model(BUDGETED)
        while time.time() < self.moment:
            pass
        try:
            recorder = Recorder(model, self.run, budget="9 kB")
        except FileExistsError as error:
            if str(self.run) not in str(error):
                raise
            return tell("done", 0)
        tell("begin", 1)
        interrupted_run.train(model, 10**9, [recorder])


def record_at_the_same_time(folder, rng):
    """Let two recorders start on one folder, kill the one that records; return how many records it left."""
    now, run = time.time() + 0.1, folder / "run"
    moments = now, now + rng.choice([0, 0.001, 0.02]) * rng.random()
    lives = [Life(ConcurrentRecorder(run, moment), folder / name) for name, moment in zip("ab", moments, strict=True)]
    deadline = time.monotonic() + PATIENCE
    while not all(life.heard for life in lives):
        for life in lives:
            life.listen(0.01)
            if not life.heard and (time.monotonic() > deadline or not (life.process.is_alive() or life.open)):
                raise RuntimeError(f"a recorder says nothing:\n{life.errors.read_text()}")
    for life in lives:
        life.listen(0.1 * rng.random())
        life.kill()
        life.death()
    said = sorted(life.heard[0][1] for life in lives)
    assert said == ["begin", "done"], f"two that record together: {said}"
    recording = Recording.load(run)
    assert_start_of_the_undisturbed_run(recording, BUDGETED)
    assert_names_or_takes(run)
    return len(recording)


JOBS = [
    *(Training(kind, at_once) for kind in interrupted_run.KINDS for at_once in (False, True)),
    *(Anew(kind) for kind in interrupted_run.KINDS),
]
