"""Readers of a recording, and forks of its process, while it grows: the records stay correct."""

import os
import threading
import time

import numpy as np

from tests.faults.death import Verdict
from tinylearn import Dense, Recorder, Recording, Sequential, Update

ROWS = {16: 1, 5_000: 312, 700_000: 43_750}  # bytes of a row → units of a layer of float64
BUDGETS = {16: "20 kB", 5_000: "200 kB", 700_000: "20 MB"}


class Growing:
    """A recording of parameters that grow by 1 with each update."""

    def __init__(self, folder, size, budget=None):
        self.model, self.path, self.step = Sequential([Dense(1, ROWS[size], rng=np.random.default_rng(0))]), folder, 0
        self.budget, self.recorder = budget, Recorder(self.model, folder, budget=budget)

    def grow(self):
        self.step += 1
        self.model.parameters += 1
        self.recorder(Update(self.step, batch=np.arange(self.step % 9)[::-1]))

    def close(self, verdict):
        """End the recording, and judge it."""
        self.recorder.close()
        problems = self.problems(Recording.load(self.path), self.step)
        verdict.lost += [f"in the end: {problem}" for problem in problems]
        return verdict

    def problems(self, recording, last=None):
        """Return what is wrong with the recording, which ends with step `last`."""
        steps = recording.steps.tolist()
        if steps != sorted(set(steps)) or (last is not None and steps[-1] != last):
            return [f"steps out of order, doubled, or not up to {last}: {steps[:3]} … {steps[-3:]}"]
        if self.budget is None and steps != list(range(len(steps))):
            return [f"{len(steps)} records up to step {steps[-1]}"]
        grown = recording["dense_1.b"][:, [0, -1]] - recording["dense_1.b"][0, [0, -1]]
        if not np.array_equal(grown, np.stack([recording.steps] * 2, axis=1)):
            return ["parameters of another step"]
        if any(len(recording.batch(step)) != step % 9 for step in steps[:: max(1, len(steps) // 50)]):
            return ["a batch of another step"]
        return []


def looked_at(folder, size, looks_per_second, budget, seconds, looks=0):
    """Record for so long, and until a thread has read `recorder.recording` as many times as `looks`; return the verdict
    on what it saw, and the end."""
    run = Growing(folder, size, budget)
    verdict, done = Verdict(), threading.Event()

    def look():
        while not done.wait(1 / looks_per_second):
            problems = run.problems(run.recorder.recording)
            verdict.kept += not problems
            verdict.lost += [f"seen: {problem}" for problem in problems]

    onlooker, end = threading.Thread(target=look), time.monotonic() + seconds
    onlooker.start()
    while time.monotonic() < end or verdict.kept + len(verdict.lost) < looks:
        run.grow()
    done.set()
    onlooker.join()
    return run.close(verdict)


def forked(folder, size, forks, updates=4_000):
    """Fork again and again while recording; the children go on, or end as programs do. Return the verdict."""
    run, verdict = Growing(folder, size), Verdict()
    while run.step < updates:
        run.grow()
        if run.step % (updates // forks) == 0:
            child = os.fork()
            if child == 0:
                _be_a_child(run)
            _, status = os.waitpid(child, 0)
            verdict.kept += status == 0
            verdict.lost += [] if status == 0 else [f"a child ended with {status}"]
    return run.close(verdict)


def _be_a_child(run):
    """Do what must not harm, as one of three kinds of children: look, try to record, let the recorder vanish."""
    status, kind = 1, run.step % 3
    try:
        if kind == 0:
            status = len(run.problems(run.recorder.recording))
        elif kind == 1:
            try:
                run.recorder.close()  # as `fit` does at the end of the child: it does nothing
                for _ in range(30_000):
                    run.grow()
            except OSError as error:
                status = int("is a fork of the one that records" not in str(error))
        else:
            run.recorder.__dict__["_finisher"]()  # as at the end of Python
            status = 0
    finally:
        os._exit(status)
