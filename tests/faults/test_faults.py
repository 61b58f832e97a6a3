"""Complete files survive a kill, a full disk and a second recorder; a half-written file never has a final name.

A few kills of each job; `python tests/benchmarks/faults.py` does many.
"""

import contextlib
import copy
import functools
import os
import time
import zlib

import numpy as np
import pytest

from chapters.tools import processes
from tests.faults import death, full_disk, onlookers
from tests.faults.death import Job, Life, killed
from tests.faults.files import JOBS
from tests.faults.full_disk import new
from tests.faults.recordings import Training, record_at_the_same_time

LONG = ("render .apng", "render .png", "render .html")  # for the campaign
OUTPUTS = 2  # the campaign kills later ones too
OF_A_TRAINING = 150  # until it has thinned its records
SECONDS = 0.03  # about what an output takes


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


@pytest.mark.parametrize("name", [name for name in JOBS if name not in LONG])
def test_loses_nothing_that_was_complete_in_a_kill(tmp_path, name):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    with JOBS[name].ready() as ready:
        job = copy.copy(ready)
        job.outputs = OF_A_TRAINING if isinstance(job, Training) else OUTPUTS
        for number in "12":
            killed(job, new(tmp_path / number), rng, SECONDS)


@pytest.mark.parametrize(
    ("planted", "name", "said"),
    [
        ("write_in_place", "save_checkpoint", "run.npz is neither version"),
        ("write_in_place", "render .png", "film.png is neither version"),
        ("count_before_the_row", "record tiny rows, flushed at once", "damaged recording"),
    ],
)
def test_finds_a_planted_fault(tmp_path, planted, name, said):
    rng, job = np.random.default_rng(0), copy.copy(JOBS[name])
    job.outputs = Job.outputs

    def kill_until_it_is_found():
        for number in range(20):
            seconds = SECONDS * 2 ** (number // 4)  # on a slow machine an output takes longer
            killed(job, new(tmp_path / str(number)), rng, seconds, planted)

    with pytest.raises((AssertionError, ValueError), match=said):
        kill_until_it_is_found()


class Silent(Job):
    """Does nothing."""

    name = "silent"

    def work(self, folder, tell):
        time.sleep(60)


class Drawing(Job):
    """Has processes that are at work for a long time."""

    def work(self, folder, tell):
        jobs = dict.fromkeys(["one", "other"], functools.partial(time.sleep, 60))
        processes.run_parallel(jobs, 2, begins=lambda name: tell("begin", 1))


def test_proves_nothing_by_a_job_that_does_not_work(tmp_path, monkeypatch):
    monkeypatch.setattr(death, "PATIENCE", 0.1)
    with pytest.raises(RuntimeError, match="silent does not work"):
        killed(Silent(), new(tmp_path / "1"), np.random.default_rng(0), SECONDS)


def test_ends_the_processes_that_draw_in_a_kill_too(tmp_path):
    life = Life(Drawing(), new(tmp_path / "1"))
    assert life.listen(death.PATIENCE, begun=1)
    assert not life.kill()
    life.death()


def test_refuses_the_second_of_two_recorders_in_one_folder(tmp_path):
    rng = np.random.default_rng(0)
    for number in "12":
        assert record_at_the_same_time(new(tmp_path / number), rng) > 0


@pytest.mark.parametrize("disk", ["a quota", "a small file system"])
@pytest.mark.filterwarnings("ignore:unclosed file <_io.BufferedWriter:ResourceWarning")  # imageio's, to a dead ffmpeg
def test_leaves_what_was_complete_on_a_full_disk(tmp_path, disk, capsys):
    with contextlib.ExitStack() as stack:
        full = full_disk.quota
        if disk != "a quota":
            try:
                full = stack.enter_context(full_disk.small_disk(tmp_path))
            except PermissionError as error:
                pytest.skip(str(error))
        for _, check in full_disk.checks(tmp_path, full):
            check()


@pytest.mark.parametrize("size", onlookers.ROWS)
def test_lets_threads_and_forks_see_what_happened_and_do_no_harm(tmp_path, size):
    for name, budget in (("all", None), ("under a budget", onlookers.BUDGETS[size])):
        assert onlookers.looked_at(tmp_path / name, size, 100, budget, seconds=0.1, looks=6) > 5
    if hasattr(os, "fork"):
        assert onlookers.forked(tmp_path / "forked", size, 6, updates=240) == 6
