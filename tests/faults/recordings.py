"""Jobs that record: every complete record must be left, bit for bit as in an undisturbed run.

One endless training; many small recordings, in which rare moments are frequent; two recorders in one folder.
"""

import itertools
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.faults.death import PATIENCE, Job, Life, Verdict
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


def refusal_of(path):
    """Return what is wrong with how another recorder meets this folder: it must be named, or usable."""
    try:
        Recorder(interrupted_run.make_model("tiny rows"), path).close()
    except FileExistsError as error:
        return [] if str(path) in str(error) else [f"refused without a name: {error}"]
    return [] if len(Recording.load(path)) == 1 else [f"{path}: two recordings in one folder"]


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
        try:
            recording = Recording.load(folder / "run")
        except (ValueError, FileNotFoundError) as error:
            return Verdict(half=[str(error)])
        verdict, last = Verdict(kept=len(recording)), recording.steps[-1]
        verdict.lost += [f"step {done} was complete, the last is {last}"] if last < done else []
        try:
            assert_start_of_the_undisturbed_run(recording, self.kind)
        except AssertionError as error:
            verdict.lost.append(" ".join(str(error).split()))
        verdict.lost += refusal_of(folder / "run")
        return verdict


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
        verdict = Verdict()
        for n in range(1, done + 1):
            problems = self.problems(folder / str(n), complete=True)
            verdict.lost += problems
            verdict.kept += not problems
        if (folder / str(done + 1)).exists():
            verdict.half += self.problems(folder / str(done + 1), complete=False)
        return verdict

    def problems(self, path, *, complete):
        """Return what is wrong with a recording."""
        try:
            recording = Recording.load(path)
        except FileNotFoundError as error:
            return [str(error)] if complete else refusal_of(path)
        except ValueError as error:
            return [str(error)]
        if complete and not (recording.closed and recording.steps[-1] == UPDATES):
            return [f"{path}: it was complete, now it ends with step {recording.steps[-1]}"]
        row, step = interrupted_run.make_model(self.kind).parameters, 0
        for index, kept in enumerate(recording.steps):
            while step < kept:
                row, step = row + 1, step + 1
            as_given = np.array_equal(recording.batch(kept), np.arange(step, 0, -1))
            if not (as_given and np.array_equal(recording.rows[index], row)):
                return [f"{path}: step {step} is not what was recorded"]
        return refusal_of(path)


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
    """Let two recorders start on one folder, kill the one that records; return the verdict on its recording."""
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
    recording, said = Recording.load(run), sorted(life.heard[0][1] for life in lives)
    assert_start_of_the_undisturbed_run(recording, BUDGETED)
    return Verdict(
        len(recording), refusal_of(run), [] if said == ["begin", "done"] else [f"two that record together: {said}"]
    )


JOBS = [
    *(Training(kind, at_once) for kind in interrupted_run.KINDS for at_once in (False, True)),
    *(Anew(kind) for kind in interrupted_run.KINDS),
]
