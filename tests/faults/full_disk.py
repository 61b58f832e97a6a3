"""Disks with little room, and the files that must stay complete: a quota for each file, and a small file system."""

import contextlib
import os
import resource
import subprocess

import numpy as np

from tests.faults.death import Verdict, expected
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


def on_a_full_disk(folder, full):
    """Yield name → the verdict on what is there, after each job has met a disk filled by `full`."""
    for job in REWRITTEN:
        yield job.name, rewrite(job, new(folder / job.name.replace("/", " ")), full)
    for kind in interrupted_run.KINDS:
        yield kind, record(kind, new(folder / kind), full)
    with serving() as server:
        yield "download", fetch(server, new(folder / "download"), full)


def new(folder):
    folder.mkdir()
    return folder


def rewrite(job, folder, full):
    """Have `job` write its second version where there is room for half of it."""
    path = folder / job.file
    path.write_bytes(expected(job, 1))
    with full(folder, len(expected(job, 2)) // 2):
        error = error_of(job.write, path, 2)
    return judge(error, job.file, path.read_bytes() == expected(job, 1), folder, [job.file])


def record(kind, folder, full):
    """Train until the recorder has no room any more; the records until then must be there."""
    model, path = interrupted_run.make_model(kind), folder / "run"
    settings = interrupted_run.KINDS[kind][1] and {"budget": "400 kB"}  # on a small disk, too much when it is thinned
    room = 100_000 if settings and full is quota else 300_000
    recorder, last = Recorder(model, path, **settings), model.parameters.copy()

    def keep(update):
        last[:] = model.parameters

    with full(folder, room):
        error = error_of(interrupted_run.train, model, 10**6, [keep, recorder])
    recording = Recording.load(path)
    assert_start_of_the_undisturbed_run(recording, kind)
    intact = np.array_equal(model.parameters, last) and len(recording) > 5 and "The model is intact" in str(error)
    return judge(error, "run", intact, path, [META, TABLE])


def fetch(server, folder, full):
    """Download where there is room for half of the file, then where there is room for all of it."""
    path = folder / "file.bin"
    with full(folder, len(CONTENT) // 2):
        error = error_of(download, server.url, path, CHECKSUM)
    part = path.with_name("file.bin.part").read_bytes()
    intact = len(part) > 0 and CONTENT.startswith(part)
    verdict = judge(error, "file.bin", intact, folder, ["file.bin.lock", "file.bin.part"])
    download(server.url, path, CHECKSUM)
    if path.read_bytes() != CONTENT or server.ranges[-1] != f"bytes={len(part)}-":
        verdict.lost.append("the next call did not go on from the part")
    return verdict


def error_of(function, *arguments):
    """Return the OSError that a call ends with; None if it ends well."""
    try:
        function(*arguments)
    except OSError as error:
        return error
    return None


def judge(error, named, intact, folder, names):
    """The error must say what was full, what was complete be `intact`, and nothing be left but `names`."""
    verdict, text = Verdict(kept=intact), str(error)
    if named not in text or not any(reason in text for reason in ("No space left", "File too large", "File size")):
        verdict.half.append(f"no clear error about {named}: {error!r}")
    verdict.lost += [] if intact else [f"{named} was complete"]
    verdict.litter += sorted({path.name for path in folder.iterdir()} - set(names))
    return verdict
