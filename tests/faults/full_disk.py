"""Disks with little room, and the files that must stay complete: a quota for each file, and a small file system."""

import contextlib
import os
import resource
import subprocess
from functools import partial

import numpy as np

from tests.faults.death import expected
from tests.faults.files import REWRITTEN
from tests.faults.recordings import assert_start_of_the_undisturbed_run
from tests.tinylearn import interrupted_run
from tests.tinylearn.download_server import CHECKSUM, CONTENT, serving
from tinylearn import Recorder, Recording
from tinylearn.datasets.download import download
from tinylearn.recording.reader import META
from tinylearn.recording.store import TABLE

SIZE = 16 << 20  # bytes of the file system


@contextlib.contextmanager
def quota(folder, room):
    """No file may grow past `room` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def filled(folder, room):
    """All of the file system that `folder` is on is full, but for `room` bytes."""
    usage = os.statvfs(folder)
    filler = folder / ".filler"
    filler.write_bytes(bytes(max(usage.f_bavail * usage.f_frsize - room, 0)))
    try:
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def small_disk(folder):
    """Mount a file system of 16 MiB at `folder`; PermissionError where that is not allowed."""
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PermissionError(f"mounting needs root on Linux: {error}") from None
    try:
        yield filled
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def new(folder):
    folder.mkdir()
    return folder


def checks(folder, full):
    """Yield name → what lets each job meet a disk filled by `full`, and checks what is there then."""
    for job in REWRITTEN:
        yield job.name, partial(rewrite, job, new(folder / job.name.replace("/", " ")), full)
    for kind in interrupted_run.KINDS:
        yield kind, partial(record, kind, new(folder / kind), full)
    yield "download", partial(fetch, new(folder / "download"), full)


@contextlib.contextmanager
def refused(folder, named, names, also=""):
    """What is done here must end with an error that says what was full, and leave nothing in the folder but `names`."""
    text = ""
    try:
        yield
    except OSError as error:
        text = str(error)
    assert any(reason in text for reason in ("No space left", "File too large", "File size")), text
    assert named in text
    assert also in text
    assert {path.name for path in folder.iterdir()} == set(names)


def rewrite(job, folder, full):
    """Have `job` write its second version where there is room for half of it."""
    path = folder / job.file
    path.write_bytes(expected(job, 1))
    with refused(folder, job.file, [job.file]), full(folder, len(expected(job, 2)) // 2):
        job.write(path, 2)
    assert path.read_bytes() == expected(job, 1), f"{job.file} was complete"


def record(kind, folder, full):
    """Train until the recorder has no room any more; the records until then must be there."""
    model, path = interrupted_run.make_model(kind), folder / "run"
    settings = interrupted_run.KINDS[kind][1] and {"budget": "400 kB"}  # on a small disk, too much when it is thinned
    room = 100_000 if settings and full is quota else 300_000
    recorder, last = Recorder(model, path, **settings), model.parameters.copy()

    def keep(update):
        last[:] = model.parameters

    with refused(path, "run", [META, TABLE], also="The model is intact"), full(folder, room):
        interrupted_run.train(model, 10**6, [keep, recorder])
    recording = Recording.load(path)
    assert_start_of_the_undisturbed_run(recording, kind)
    np.testing.assert_array_equal(model.parameters, last)
    assert len(recording) > 5


def fetch(folder, full):
    """Download where there is room for half of the file, then where there is room for all of it."""
    path = folder / "file.bin"
    with serving() as server:
        with refused(folder, "file.bin", ["file.bin.lock", "file.bin.part"]), full(folder, len(CONTENT) // 2):
            download(server.url, path, CHECKSUM)
        part = path.with_name("file.bin.part").read_bytes()
        assert part
        assert CONTENT.startswith(part)
        download(server.url, path, CHECKSUM)
        assert path.read_bytes() == CONTENT
        assert server.ranges[-1] == f"bytes={len(part)}-", "the next call did not go on from the part"
