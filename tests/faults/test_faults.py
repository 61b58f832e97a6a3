"""Complete files survive a kill, a full disk and a second recorder; a half-written file never has a final name.

A few kills of each job; `python tests/benchmarks/faults.py` does many, and of whole chapters too.
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
from tests.faults import death, files, full_disk, onlookers
from tests.faults.concurrent_recorders import record_at_the_same_time
from tests.faults.death import Life, killed
from tests.faults.job import Job
from tests.faults.jobs import JOBS
from tests.faults.recordings import Training
from tests.tinylearn import interrupted_run
from tests.tinylearn.download_server import serving

LONG = ("render .apng", "render .png", "render .html", "chapters 1 2", "chapters 1 2, again")  # for the campaign
QUICK = [name for name in JOBS if name not in LONG]
OUTPUTS = 3  # the campaign kills later ones too
OF_A_TRAINING = 150  # until it has thinned its records
SECONDS = 0.03  # about what an output takes
every_disk = pytest.mark.parametrize("disk", ["a quota", "a small file system"])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


def numbered(folder, number):
    path = folder / str(number)
    path.mkdir()
    return path


@pytest.mark.parametrize("name", QUICK)
def test_loses_nothing_that_was_complete_in_a_kill(tmp_path, name):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    with JOBS[name].ready() as ready:
        job = copy.copy(ready)
        job.outputs = OF_A_TRAINING if isinstance(job, Training) else OUTPUTS
        for number in range(2):
            its_death, verdict = killed(job, numbered(tmp_path, number), rng, SECONDS)
            assert verdict.faults == [], its_death


@pytest.mark.parametrize(
    ("planted", "name", "said"),
    [
        ("write_in_place", "save_checkpoint", "run.npz is neither version"),
        ("rename_too_early", "render .png", "film.png is neither version"),
        ("count_before_the_row", "record tiny rows, flushed at once", "damaged recording"),
    ],
)
def test_finds_a_planted_fault(tmp_path, planted, name, said):
    rng, job = np.random.default_rng(0), copy.copy(JOBS[name])
    job.outputs = 8
    for number in range(20):
        seconds = SECONDS * 2 ** (number // 4)  # on a slow machine an output takes longer
        _, verdict = killed(job, numbered(tmp_path, number), rng, seconds, planted)
        if verdict.faults:
            break
    assert any(part in text for text in verdict.faults for part in said.split("|"))


class Silent(Job):
    """Does nothing."""

    name = "silent"

    def work(self, folder, tell):
        time.sleep(60)


def test_proves_nothing_by_a_job_that_does_not_work(tmp_path, monkeypatch):
    monkeypatch.setattr(death, "PATIENCE", 0.1)
    with pytest.raises(RuntimeError, match="silent does not work"):
        killed(Silent(), numbered(tmp_path, 0), np.random.default_rng(0), SECONDS)


class Drawing(Job):
    """Has processes that are at work for a long time."""

    def work(self, folder, tell):
        jobs = dict.fromkeys(["one", "other"], functools.partial(time.sleep, 60))
        processes.run_parallel(jobs, 2, begins=lambda name: tell("begin", 1))


def test_ends_the_processes_that_draw_in_a_kill_too(tmp_path):
    life = Life(Drawing(), numbered(tmp_path, 0))
    life.until_it_begins(1)
    orphans = life.kill()
    life.death()
    assert life.heard
    assert not orphans


def test_refuses_the_second_of_two_recorders_in_one_folder(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(2):
        assert record_at_the_same_time(numbered(tmp_path, number), rng).faults == []


@pytest.fixture
def full(disk, tmp_path):
    """What fills the disk that tmp_path is on."""
    if disk == "a quota":
        yield full_disk.quota
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(full_disk.small_disk(tmp_path))
        except PermissionError as error:
            pytest.skip(str(error))
        yield full_disk.filled


@every_disk
@pytest.mark.filterwarnings("ignore:unclosed file <_io.BufferedWriter:ResourceWarning")  # imageio's, to a dead ffmpeg
@pytest.mark.parametrize("job", files.JOBS, ids=lambda job: job.name)
def test_leaves_the_last_complete_file_on_a_full_disk(tmp_path, full, job):
    assert full_disk.rewrite(job, tmp_path, full).faults == []


@every_disk
@pytest.mark.parametrize("kind", interrupted_run.KINDS)
def test_leaves_the_records_until_then_on_a_full_disk(tmp_path, full, kind):
    assert full_disk.record(kind, tmp_path, full).faults == []


@every_disk
def test_leaves_the_part_of_a_download_on_a_full_disk(tmp_path, full, capsys):
    with serving() as server:
        assert full_disk.fetch(server, tmp_path, full).faults == []


@pytest.mark.parametrize("size", onlookers.ROWS)
@pytest.mark.parametrize("budgets", [{}, onlookers.BUDGETS], ids=["all", "under a budget"])
def test_lets_a_thread_see_what_happened_and_do_no_harm(tmp_path, size, budgets):
    verdict = onlookers.looked_at(tmp_path, size, 100, budgets.get(size), seconds=0.1, looks=6)
    assert verdict.faults == []
    assert verdict.kept > 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
@pytest.mark.parametrize("size", onlookers.ROWS)
def test_lets_no_forked_child_write(tmp_path, size):
    assert onlookers.forked(tmp_path, size, 6, updates=240).faults == []
