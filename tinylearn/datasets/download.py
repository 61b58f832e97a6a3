"""Download one file with a known size and hash. You find the complete file, or no file.

    cifar-10-binary.tar.gz.part    what has arrived so far; the next call asks the server for the rest
    cifar-10-binary.tar.gz.lock    empty; a second program waits here until the first is done
    cifar-10-binary.tar.gz         the whole file; it gets this name when size and hash are right

If a resumed download ends with a wrong hash (the part was damaged, or the server's file has changed), it starts again
from the beginning. So it need not ask the server whether the file is still the same: the hash tells.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tinylearn.files import say_what_is_full
from tinylearn.progress import Bar

try:
    import fcntl
except ImportError:  # Windows: two programs that download together may spoil each other's part; the hash shows it
    fcntl = None  # type: ignore[assignment]

CHUNK = 1 << 16  # bytes in one request
TIMEOUT = 30  # seconds of silence after which a connection counts as broken
OUT_OF_RANGE = 416  # the answer of a server if its file ends before the requested byte


class Checksum(NamedTuple):
    """Identifies a file: its size in bytes and its hash, by an algorithm such as "md5".

    >>> import io
    >>> print(Checksum.of(io.BytesIO(b"frog"), "md5"))
    4 bytes with md5 938c2cc0dcc05f2b68c4287040cfcf71
    """

    size: int
    algorithm: str
    hash: str

    @classmethod
    def of(cls, file: io.BufferedIOBase, algorithm: str) -> Checksum:
        """Return the checksum of the whole `file`. The position is at the first byte before and after."""
        file.seek(0)
        digest = hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False))
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        return cls(size, algorithm, digest.hexdigest())

    def __str__(self) -> str:
        return f"{self.size:,} bytes with {self.algorithm} {self.hash}"


def download(url: str, path: Path, checksum: Checksum) -> None:
    """Fetch the file at `url` to `path`, unless it is there. Continue an earlier call that was interrupted.

    Raises ConnectionError if the network fails, and OSError if the disk is full: the next call then continues with the
    part that has arrived. Raises ValueError, and keeps nothing, if the file does not have this `checksum`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with _one_at_a_time(path.with_name(path.name + ".lock")):
        if path.exists():  # the other program has fetched it
            return
        resumed = part.exists()
        found = _complete(url, part, checksum)
        if resumed and found != checksum:
            part.unlink()
            found = _complete(url, part, checksum)
        if found != checksum:
            part.unlink()
            raise ValueError(f"{url}: expected {checksum}, got {found}; it was deleted; find the file elsewhere")
        os.replace(part, path)


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with open(lock, "ab") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed, also after a kill
        yield


def _complete(url: str, part: Path, checksum: Checksum) -> Checksum:
    """Append to `part` the missing bytes of the file at `url`; return its checksum."""
    part.touch()
    with say_what_is_full(f"{url}: {part}"), open(part, "r+b") as file:
        have = file.seek(0, os.SEEK_END)
        if have < checksum.size:
            with Bar(total=checksum.size, initial=have, unit="B", unit_scale=True, desc=part.stem) as bar:
                for position, chunk in _chunks(url, have, checksum.size):
                    file.seek(position)
                    file.write(chunk)
                    bar.update(file.tell() - bar.n)
            file.flush()
            os.fsync(file.fileno())  # before it gets its name, in case the power fails
        return Checksum.of(file, checksum.algorithm)


def _chunks(url: str, start: int, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield (position, bytes) of the file at `url` from byte `start` on, or from 0 if the server sends it all."""
    position = start
    try:
        with urlopen(Request(url, headers={"Range": f"bytes={start}-"} if start else {}), timeout=TIMEOUT) as response:
            position = start if response.status == 206 else 0
            length = response.headers["Content-Length"]
            if length is not None and position + int(length) != size:
                raise ValueError(f"{url}: expected {size:,} bytes, got {position + int(length):,}: it is another file")
            while chunk := response.read(min(CHUNK, size - position)):
                yield position, chunk
                position += len(chunk)
        trouble: object = "the connection ended"
    except (OSError, HTTPException) as error:
        trouble = error
        if isinstance(error, HTTPError):
            error.close()
    if isinstance(trouble, HTTPError) and trouble.code == OUT_OF_RANGE and start:
        yield from _chunks(url, 0, size)
    elif position < size:
        raise ConnectionError(
            f"{url}: {trouble} after {position:,} of {size:,} bytes; call again to continue, "
            "or pass the path of your own copy"
        )
