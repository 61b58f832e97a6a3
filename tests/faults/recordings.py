"""Jobs that record: one endless training, and many small recordings, in which rare moments are frequent.

Every complete record must be left, bit for bit as in an undisturbed run.
"""

from dataclasses import dataclass

import numpy as np

from tests.faults.job import Job, Verdict
from tests.tinylearn import interrupted_run
from tinylearn import Recorder, Recording, Update
from tinylearn.recording import store

UPDATES = 40  # of a small recording
BUDGETS = {"under a budget": {"budget": 9_000}}  # some updates cause several thinnings


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
    if kind == "under a budget":
        assert len(set(np.diff(steps[:-1]))) <= 1
    else:
        np.testing.assert_array_equal(steps, np.arange(len(steps)))
    model = interrupted_run.make_model(kind)
    undisturbed = Recorder(model)
    interrupted_run.train(model, -(-int(steps[-1]) // interrupted_run.BATCHES) or 1, [undisturbed])
    expected = undisturbed.recording
    np.testing.assert_array_equal(recording.rows, expected.rows[steps])
    np.testing.assert_array_equal(recording.losses, expected.losses[steps])
    np.testing.assert_array_equal(recording.epochs, expected.epochs[steps])
    for step in steps:
        assert np.array_equal(recording.batch(step), expected.batch(step)), f"another batch in step {step}"


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

        before = lambda update: tell("begin", update.step)  # noqa: E731
        interrupted_run.train(model, 10**9, [before, recorder, after])

    def check(self, folder, done):
        """Return the verdict after a death before which the records up to step `done` were complete."""
        try:
            recording = Recording.load(folder / "run")
        except (ValueError, FileNotFoundError) as error:
            return Verdict(half=[str(error)])
        verdict = Verdict(kept=len(recording))
        if recording.steps[-1] < done:
            verdict.lost.append(f"step {done} was complete, the last is {recording.steps[-1]}")
        try:
            assert_start_of_the_undisturbed_run(recording, self.kind)
        except AssertionError as error:
            verdict.lost.append(" ".join(str(error).split()))
        problem = refusal_of(folder / "run")
        verdict.lost += [problem] if problem else []
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
        n = 0
        while True:
            n += 1
            tell("begin", n)
            model = interrupted_run.make_model(self.kind)
            with Recorder(model, folder / str(n), **BUDGETS.get(self.kind, {})) as recorder:
                for step in range(1, UPDATES + 1):
                    model.parameters += 1
                    recorder(Update(step, loss=step / 2, batch=np.arange(step, 0, -1)))
            tell("done", n)

    def check(self, folder, done):
        verdict = Verdict()
        for n in range(1, done + 1):
            problem = self.problem(folder / str(n), complete=True)
            verdict.lost += [problem] if problem else []
            verdict.kept += not problem
        problem = (folder / str(done + 1)).exists() and self.problem(folder / str(done + 1), complete=False)
        verdict.half += [problem] if problem else []
        return verdict

    def problem(self, path, *, complete):
        """Return what is wrong with a recording; nothing, if all is well."""
        try:
            recording = Recording.load(path)
        except FileNotFoundError as error:
            return str(error) if complete else refusal_of(path)
        except ValueError as error:
            return str(error)
        if complete and not (recording.closed and recording.steps[-1] == UPDATES):
            return f"{path}: it was complete, now it ends with step {recording.steps[-1]}"
        row, step = interrupted_run.make_model(self.kind).parameters, 0
        for index, kept in enumerate(recording.steps):
            while step < kept:
                row, step = row + 1, step + 1
            as_given = np.array_equal(recording.batch(kept), np.arange(step, 0, -1))
            if not (as_given and np.array_equal(recording.rows[index], row)):
                return f"{path}: step {step} is not what was recorded"
        return refusal_of(path)


def refusal_of(path):
    """Return what is wrong with how another recorder meets this folder: it must be named, or usable."""
    model = interrupted_run.make_model("tiny rows")
    try:
        Recorder(model, path).close()
    except FileExistsError as error:
        return None if str(path) in str(error) else f"refused without a name: {error}"
    return None if len(Recording.load(path)) == 1 else f"{path}: two recordings in one folder"


JOBS = [
    *(Training(kind, at_once) for kind in interrupted_run.KINDS for at_once in (False, True)),
    *(Anew(kind) for kind in interrupted_run.KINDS),
]
