"""Readers of a recording, and forks of its process, while it grows: the records stay correct."""

import os
import threading
import time

import numpy as np

from tests.faults.job import Verdict
from tinylearn import Dense, Recorder, Recording, Sequential, Update

ROWS = {16: 1, 5_000: 312, 700_000: 43_750}  # bytes of a row → units of a layer of float64
BUDGETS = {16: "20 kB", 5_000: "200 kB", 700_000: "20 MB"}


def make_model(size):
    return Sequential([Dense(1, ROWS[size], rng=np.random.default_rng(0))])


def problem_of(recording, last, *, every_update):
    """Return what is wrong with a recording of parameters that grew by 1 with each update; nothing, if all is well."""
    steps = recording.steps.tolist()
    if steps != sorted(set(steps)) or (last is not None and steps[-1] != last):
        return f"steps out of order, doubled, or not up to {last}: {steps[:3]} … {steps[-3:]}"
    if every_update and steps != list(range(len(steps))):
        return f"{len(steps)} records up to step {steps[-1]}"
    grown = recording["dense_1.b"][:, [0, -1]] - recording["dense_1.b"][0, [0, -1]]
    if not np.array_equal(grown, np.stack([recording.steps] * 2, axis=1)):
        return "parameters of another step"
    if any(len(recording.batch(step)) != step % 9 for step in steps[:: max(1, len(steps) // 50)]):
        return "a batch of another step"
    return None


def looked_at(folder, size, looks_per_second, budget, seconds, looks=0):
    """Record for so long, and until a thread has read `recorder.recording` as many times as `looks`; return the verdict
    on what it saw, and the end."""
    model = make_model(size)
    verdict, done, step = Verdict(), threading.Event(), 0
    recorder = Recorder(model, folder / "run", budget=budget)

    def look():
        while not done.wait(1 / looks_per_second):
            problem = problem_of(recorder.recording, None, every_update=budget is None)
            verdict.kept += not problem
            verdict.lost += [f"seen: {problem}"] if problem else []

    onlooker, end = threading.Thread(target=look), time.monotonic() + seconds
    onlooker.start()
    with recorder:
        while time.monotonic() < end or verdict.kept + len(verdict.lost) < looks:
            step += 1
            model.parameters += 1
            recorder(Update(step, batch=np.arange(step % 9)[::-1]))
    done.set()
    onlooker.join()
    problem = problem_of(Recording.load(folder / "run"), step, every_update=budget is None)
    verdict.lost += [f"in the end: {problem}"] if problem else []
    return verdict


def forked(folder, size, forks, updates=4_000):
    """Fork again and again while recording; the children go on, or end as programs do. Return the verdict."""
    model, verdict, step = make_model(size), Verdict(), 0
    recorder = Recorder(model, folder / "run")
    for step in range(1, updates + 1):
        model.parameters += 1
        recorder(Update(step, batch=np.arange(step % 9)[::-1]))
        if step % (updates // forks) == 0:
            child = os.fork()
            if child == 0:
                _be_a_child(recorder, model, step)
            _, status = os.waitpid(child, 0)
            verdict.lost += [] if status == 0 else [f"a child ended with {status}"]
    recorder.close()
    problem = problem_of(Recording.load(folder / "run"), updates, every_update=True)
    verdict.kept += not problem
    verdict.lost += [problem] if problem else []
    return verdict


def _be_a_child(recorder, model, step):
    """Do what must not harm, as one of three kinds of children: look, try to record, let the recorder vanish."""
    status = 1
    try:
        if step % 3 == 0:
            seen = recorder.recording
            status = int(problem_of(seen, None, every_update=True) is not None)
        elif step % 3 == 1:
            try:
                recorder.close()  # as `fit` does at the end of the child: it does nothing
                for more in range(step + 1, step + 30_000):
                    model.parameters -= 7
                    recorder(Update(more))
            except OSError as error:
                status = int("is a fork of the one that records" not in str(error))
        else:
            recorder.__dict__["_finisher"]()  # as at the end of Python
            status = 0
    finally:
        os._exit(status)
