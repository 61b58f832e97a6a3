"""Files that are complete or absent: links, devices, folders that refuse, and what a dead writer has left."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tinylearn.files import complete_or_absent

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
def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path):
    target, link = tmp_path / "disk" / "run.npz", tmp_path / "link.npz"
    target.parent.mkdir()
    link.symlink_to(Path("disk") / "run.npz")
    for data in (b"first", b"second"):  # at first it leads nowhere
        write(link, data)
        assert link.is_symlink()
        assert target.read_bytes() == data
    assert [path.name for path in target.parent.iterdir()] == ["run.npz"]
    shutil.rmtree(target.parent)
    with pytest.raises(FileNotFoundError, match=r"save: .*link\.npz cannot be written: there is no folder .*disk"):
        write(link)


@posix
def test_a_pipe_is_refused_and_stays_one(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"save: .*pipe cannot be written: it is a device or a pipe"):
        write(tmp_path / "pipe")
    assert (tmp_path / "pipe").is_fifo()
    assert len(list(tmp_path.iterdir())) == 1


def test_the_error_names_the_file_that_was_asked_for(tmp_path):
    name = "n." + "s" * 250  # which the temporary file's is longer than
    with pytest.raises(OSError, match=r"save: .*n.s*s cannot be written: File name too long"):
        write(tmp_path / name)
    if os.name == "posix" and os.geteuid() != 0:
        tmp_path.chmod(0o555)
        with pytest.raises(PermissionError, match=r"save: .*run.npz cannot be written: Permission denied"):
            write(tmp_path / "run.npz")
        tmp_path.chmod(0o755)


@pytest.mark.skipif(os.name != "posix", reason="without locks, what a kill has left stays")
def test_what_a_dead_writer_left_goes_with_the_next_write_of_that_name_alone(tmp_path):
    paths = [tmp_path / name / name for name in ("a.b.npz", "a.npz", "n" * 60 + ".npz")]
    for path in paths:
        path.parent.mkdir()
    left_by_a_kill(*paths)
    for path in paths:
        write(path.with_name("b.npz"))
        assert len(list(path.parent.glob(".*.tmp*"))) == 1
        with complete_or_absent(path):
            write(path)  # leaves the other's temporary file alone, since that one lives
        assert sorted(each.name for each in path.parent.iterdir()) == sorted([path.name, "b.npz"])
