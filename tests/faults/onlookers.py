"""Readers of a recording, and forks of its process, while it grows: the records stay correct."""

import os
import threading
import time

import numpy as np

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

    def close(self):
        """End the recording, and check it."""
        self.recorder.close()
        recording = Recording.load(self.path)
        self.check(recording)
        assert recording.steps[-1] == self.step

    def check(self, recording):
        steps = recording.steps
        assert steps.tolist() == (sorted(set(steps)) if self.budget else list(range(len(steps))))
        grown = recording["dense_1.b"][:, [0, -1]] - recording["dense_1.b"][0, [0, -1]]
        assert np.array_equal(grown, np.stack([steps] * 2, axis=1)), "parameters of another step"
        for step in steps[:: max(1, len(steps) // 50)]:
            assert len(recording.batch(step)) == step % 9, "a batch of another step"


def looked_at(folder, size, looks_per_second, budget, seconds, looks=0):
    """Record for so long, and until a thread has read `recorder.recording` as many times as `looks`; check what it saw,
    and the end. Return how many times it looked."""
    run, seen, done = Growing(folder, size, budget), [], threading.Event()

    def look():
        while not done.wait(1 / looks_per_second):
            try:
                seen.append(run.check(run.recorder.recording))
            except Exception as error:
                seen.append(error)

    onlooker, end = threading.Thread(target=look), time.monotonic() + seconds
    onlooker.start()
    while time.monotonic() < end or len(seen) < looks:
        run.grow()
    done.set()
    onlooker.join()
    assert [error for error in seen if error] == []
    run.close()
    return len(seen)


def forked(folder, size, forks, updates=4_000):
    """Fork again and again while recording; the children go on, or end as programs do. Return how many."""
    run = Growing(folder, size)
    while run.step < updates:
        run.grow()
        if run.step % (updates // forks) == 0:
            child = os.fork()
            if child == 0:
                _be_a_child(run)
            assert os.waitpid(child, 0)[1] == 0
    run.close()
    return forks


def _be_a_child(run):
    """Do what must not harm, as one of three kinds of children: look, try to record, let the recorder vanish."""
    status = 1
    try:
        if run.step % 3 == 0:
            run.check(run.recorder.recording)
            status = 0
        elif run.step % 3 == 1:
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
