"""Jobs in parallel: each is reported; an error, or the death of a process, ends them all and names the job."""

import os
import threading
import time
from concurrent.futures.process import BrokenProcessPool
from functools import partial

import pytest

from chapters.tools.processes import run_parallel


class Odd(Exception):
    """An error that cannot be made again from its text."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def fail(error, *given):
    raise error(*given)


def begin_and_wait(folder):
    (folder / str(os.getpid())).touch()
    time.sleep(60)


def wait_for_a_file(folder):
    while not list(folder.iterdir()):
        time.sleep(0.01)


def fail_when_it_has_begun(folder):
    wait_for_a_file(folder)
    raise ValueError("no more")


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:  # a process that has ended may wait for its parent
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def noted(jobs, processes):
    """Return the reports of run_parallel, in order."""
    said = []
    run_parallel(jobs, processes, begins=said.append, ends=lambda *told: said.append(told))
    return said


def test_reports_each_job_and_uses_this_process_if_there_is_one():
    jobs = {text: partial(str.upper, text) for text in ("a", "b", "c", "d")}
    said = noted(jobs, 2)
    assert said[:2] == ["a", "b"]
    assert [each for each in said if isinstance(each, str)] == list("abcd")
    assert {each for each in said if not isinstance(each, str)} == {("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")}
    for text in jobs:
        assert said.index(text) < said.index((text, text.upper()))
    jobs = {"a": os.getpid, "b": os.getpid}
    assert noted(jobs, 1) == ["a", ("a", os.getpid()), "b", ("b", os.getpid())]
    assert noted({"a": os.getpid}, 2) == ["a", ("a", os.getpid())]
    assert os.getpid() not in dict(each for each in noted(jobs, 2) if isinstance(each, tuple)).values()


def test_runs_in_a_thread_and_says_that_it_waits(tmp_path):
    said, jobs = [], {"a": partial(wait_for_a_file, tmp_path), "b": os.getpid}
    run = partial(run_parallel, jobs, 2, waits=(tmp_path / "told").touch, ends=lambda *told: said.append(told))
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(60)
    assert len(said) == 2


def test_raises_the_error_of_a_job_or_hands_it_over_in_words():
    for processes in (1, 2):
        with pytest.raises(ValueError, match="no such thing") as caught:
            run_parallel({"a": partial(fail, ValueError, "no such thing"), "b": os.getpid}, processes)
    assert "in fail\n" in "".join(caught.value.__notes__)  # where it was raised
    with pytest.raises(RuntimeError, match="Odd: this and that"):
        run_parallel({"a": partial(fail, Odd, "this", "that"), "b": os.getpid}, 2)


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="asks Linux which processes live")
def test_ends_the_other_jobs_after_an_error(tmp_path):
    with pytest.raises(ValueError, match="no more"):
        run_parallel({"a": partial(begin_and_wait, tmp_path), "b": partial(fail_when_it_has_begun, tmp_path)}, 2)
    (file,) = tmp_path.iterdir()
    assert not lives(int(file.name))


def test_says_which_job_a_process_had_that_died():
    with pytest.raises(BrokenProcessPool, match="worked on b ended with exit code 7"):
        run_parallel({"a": partial(time.sleep, 60), "b": partial(os._exit, 7)}, 2)
