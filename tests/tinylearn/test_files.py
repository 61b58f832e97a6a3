"""Files that are complete or absent: links, devices, read-only folders, and leftovers of dead writers."""

import contextlib
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import tinylearn.files
from tests.tinylearn.ctrl_c import InterruptedAt
from tinylearn.files import complete_or_absent, fcntl, remove_unfinished

posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")


def write(path, data=b"new"):
    with complete_or_absent(path, "save") as file:
        file.write(data)


def left_by_a_kill(*paths):
    """Begin to write `paths` in a process that ends in the middle."""
    code = (
        "import contextlib, os, sys\nfrom tinylearn.files import complete_or_absent\n"
        "with contextlib.ExitStack() as files:\n"
        "    for path in sys.argv[1:]:\n        files.enter_context(complete_or_absent(path)).write(b'half')\n"
        "    os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, *paths], check=True)


@posix
def test_a_link_stays_a_link_and_a_pipe_a_pipe(tmp_path):
    """The target of the link is replaced; the pipe is refused."""
    disk, link, pipe = tmp_path / "disk", tmp_path / "link.npz", tmp_path / "pipe"
    disk.mkdir()
    link.symlink_to(Path("disk") / "run.npz")
    for data in (b"first", b"second"):  # at first it leads nowhere
        write(link, data)
        assert link.is_symlink()
        assert (disk / "run.npz").read_bytes() == data
    assert [path.name for path in disk.iterdir()] == ["run.npz"]
    shutil.rmtree(disk)
    with pytest.raises(FileNotFoundError, match=r"save: .*link\.npz cannot be written: there is no folder .*disk"):
        write(link)
    os.mkfifo(pipe)
    with pytest.raises(OSError, match=r"save: .*pipe cannot be written: it is a device or a pipe"):
        write(pipe)
    assert pipe.is_fifo()
    assert {each.name for each in tmp_path.iterdir()} == {"pipe", "link.npz"}


def test_the_error_names_the_file_that_was_asked_for(tmp_path):
    name = "n." + "s" * 250  # which the temporary file's is longer than
    with pytest.raises(OSError, match=r"save: .*n.s*s cannot be written: File name too long"):
        write(tmp_path / name)
    if os.name == "posix" and os.geteuid() != 0:
        tmp_path.chmod(0o555)
        with pytest.raises(PermissionError, match=r"save: .*run.npz cannot be written: Permission denied"):
            write(tmp_path / "run.npz")
        tmp_path.chmod(0o755)


@pytest.mark.filterwarnings("ignore:Exception ignored in.*FileIO:pytest.PytestUnraisableExceptionWarning")  # not closed
def test_ctrl_c_at_any_line_leaves_the_old_file_or_the_new_one_and_nothing_else(tmp_path):
    seen = set()
    for line in range(1, 1000):
        path = tmp_path / str(line) / "run.npz"
        path.parent.mkdir()
        path.write_bytes(b"old")
        interrupted = InterruptedAt(line, tinylearn.files.__file__, contextlib.__file__)
        with suppress(KeyboardInterrupt), interrupted:
            write(path)
        assert [each.name for each in path.parent.iterdir()] == ["run.npz"], f"line {line}"
        seen.add(path.read_bytes())
        if interrupted.lines_to_go > 0:
            break
    assert line > 30
    assert seen == {b"old", b"new"}


def test_nor_does_a_second_signal_that_comes_while_the_file_is_removed(tmp_path, monkeypatch):
    def interrupted(path, *settings, **more):
        monkeypatch.undo()
        sys.exit("told to terminate")

    monkeypatch.setattr(Path, "unlink", interrupted)
    with pytest.raises(SystemExit), complete_or_absent(tmp_path / "run.npz"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_renamed_last_when_the_disk_has_it(tmp_path, monkeypatch):
    done, fsync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda *given: (done.append("fsync"), fsync(*given)))
    monkeypatch.setattr(os, "replace", lambda *given: (done.append("replace"), replace(*given)))
    write(tmp_path / "run.npz")
    assert done == ["fsync", "replace"]


locks = pytest.mark.skipif(os.name != "posix", reason="without locks, what a kill has left stays")


@locks
def test_what_the_dead_left_goes_with_the_next_write_of_that_name_or_if_asked_and_nothing_else(tmp_path):
    names = ["a.b.npz", "a.npz", "n" * 60 + ".npz", "no suffix"]
    left_by_a_kill(*(tmp_path / name for name in names))
    (tmp_path / ".run.tmp.npz").touch()  # of another program
    for left, name in enumerate(names[:3]):
        assert len(list(tmp_path.glob(".*.tmp*"))) == 5 - left
        write(tmp_path / "b.npz")
        assert len(list(tmp_path.glob(".*.tmp*"))) == 5 - left
        with complete_or_absent(tmp_path / name):
            write(tmp_path / name)  # leaves the other's temporary file alone, since that one lives
    with complete_or_absent(tmp_path / "alive.gif") as file:
        assert len(list(tmp_path.glob(".*.tmp*"))) == 3
        remove_unfinished(tmp_path)
        assert {each.name for each in tmp_path.glob(".*")} == {".run.tmp.npz", Path(file.name).name}
    assert {each.name for each in tmp_path.iterdir()} == {".run.tmp.npz", "alive.gif", "b.npz", *names[:3]}
    remove_unfinished(tmp_path / "nowhere")


@locks
def test_a_file_that_a_living_writer_makes_where_a_stale_one_was_is_left_alone(tmp_path, monkeypatch):
    """The writer makes it anew when another process took it for stale."""
    left_by_a_kill(tmp_path / "run.npz")
    (stale,) = tmp_path.iterdir()
    flock = fcntl.flock

    def late(descriptor, how):
        monkeypatch.setattr(fcntl, "flock", flock)
        stale.unlink()
        stale.touch()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", late)
    write(tmp_path / "run.npz")
    assert {each.name for each in tmp_path.iterdir()} == {"run.npz", stale.name}
