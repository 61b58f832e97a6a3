"""Files that are complete or absent: a crash never leaves a half-written file.

A file is first written under a temporary name, such as `.run.1f2e3d4c5b6a7988.tmp.npz` for `run.npz`, and renamed when
it is complete. So its own name always holds the old file, the new one or, if there was no old one, nothing:

    an error, a full disk, Ctrl-C      nothing else is left
    a kill                             the temporary file may be left; the next write to that name removes it
    a loss of power                    nothing is renamed before the disk has it

A link stays a link, and its target is replaced. A device or a pipe is refused, since it would become a plain file.

The writer locks its temporary file, and the lock ends with the process. So if a file can be locked, its writer is dead.
Windows has no such locks: there the temporary file of a killed process stays.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tinylearn.checks import path_of

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

LONGEST = 255  # bytes of a name, on the usual file systems
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # no space left, disk quota exceeded, file too large


@contextmanager
def complete_or_absent(
    path: str | os.PathLike[str], caller: str = "write", *, survives_power_loss: bool = True
) -> Iterator[BinaryIO]:
    """Open a temporary file to write to. If the block ends well it takes the name `path`; otherwise it vanishes.

    `survives_power_loss` waits for the disk before the file is renamed: a checkpoint of a million numbers then takes
    1.4 times as long. Raises an OSError that names `path`, and TypeError if it is not a path.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with complete_or_absent(Path(folder) / "greeting.txt") as file:
    ...         _ = file.write(b"hello")
    ...     (Path(folder) / "greeting.txt").read_text()
    'hello'
    """
    path = path_of(caller, path)
    target = target_of(path, caller)
    temporary = target.with_name(f".{target.stem[:50]}.{secrets.token_hex(8)}.tmp{target.suffix}")
    lock = None
    try:
        try:
            _remove_stale(target.parent, rf"\.{re.escape(target.stem[:50])}", re.escape(target.suffix))
            while not temporary.exists():  # again, if another process removed it before it was locked
                temporary.touch(exist_ok=False)
                lock = _lock(temporary, wait=True)
        except OSError as error:  # it names the temporary file, which the user does not know
            raise OSError(
                error.errno, f"{caller}: {path} cannot be written: {os.strerror(error.errno or 0)}"
            ) from error
        with open(temporary, "wb") as file:
            yield file
            if survives_power_loss:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        try:
            _remove(temporary)
        finally:  # again: a second signal may have cut that short, as Ctrl-C is followed by being told to terminate
            _remove(temporary)
        with say_what_is_full(f"{caller}: {path}"):
            raise
    finally:
        if lock is not None:
            os.close(lock)


@contextmanager
def say_what_is_full(what: str) -> Iterator[None]:
    """If the disk is full, name the file: the error of the system does not."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL or error.filename is not None:
            raise
        text = f"{what} could not be written: {os.strerror(error.errno)}; free some space, or write elsewhere"
        raise OSError(error.errno, text) from error


def target_of(path: Path, caller: str) -> Path:
    """Return the file that `path` is, or links to; OSError if it cannot be written."""
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    if path.is_dir():
        raise IsADirectoryError(f"{caller}: {path} cannot be written: it is a folder; name a file in it")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"{caller}: {path} cannot be written: there is no folder {target.parent}")
    if len(os.fsencode(path.name)) > LONGEST:
        raise OSError(f"{caller}: {path} cannot be written: its name must be shorter, at most {LONGEST} bytes")
    if target.exists() and not target.is_file():
        raise OSError(f"{caller}: {path} cannot be written: it is a device or a pipe; name a file")
    return target


def _remove(temporary: Path) -> None:
    with suppress(OSError):
        temporary.unlink()


def remove_unfinished(folder: Path) -> None:
    """Remove all temporary files of dead writers in a folder, such as those of killed processes."""
    with suppress(FileNotFoundError):
        _remove_stale(folder, r"\..{1,50}", r"(\..*)?")


def _remove_stale(folder: Path, stem: str, suffix: str) -> None:
    """Remove temporary files with such names, if their writers are dead."""
    pattern = re.compile(rf"{stem}\.[0-9a-f]{{16}}\.tmp{suffix}")
    for name in filter(pattern.fullmatch, os.listdir(folder)):
        lock = _lock(folder / name, wait=False)
        if lock is not None:
            _remove(folder / name)
            os.close(lock)


def _lock(path: Path, wait: bool) -> int | None:
    """Return a descriptor that holds the file's lock; None if another process holds it, or without locks or file."""
    if fcntl is None:
        return None
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(path)):  # the file may have been removed in the meantime
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None
