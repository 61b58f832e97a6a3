"""Read files by name from a .tar.gz or .tar that may come from anywhere. Nothing is unpacked to the disk.

So a member named ../../.bashrc does no harm, and a link is just a member that is not a file. A small archive may unpack
to endless data, so the size is limited, for each member and for the whole archive.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from tinylearn.datasets.download import Checksum

GZIP = b"\x1f\x8b"  # how what gzip packed begins


def members(
    path: Path, names: Collection[str], *, most: int, checksum: Checksum | None
) -> Iterator[tuple[str, bytes | None]]:
    """Yield (name, bytes) for each file of the archive, in its order; bytes is None if the name is not in `names`.

    A file may be in any folder, but not in one above. Raises ValueError if the archive has a different checksum (unless
    that is None), if it is not a .tar.gz or .tar or is cut short, if such a file has more than `most` bytes, or the
    whole archive more than `most` for each name.
    """
    with open(path, "rb") as file:
        if checksum:
            _check(path, Checksum.of(file, checksum.algorithm), checksum)
        try:
            unpacked = gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == GZIP else file
            with tarfile.open(fileobj=Limited(unpacked, f"{path}", most * len(names)), mode="r|") as archive:
                for member in filter(tarfile.TarInfo.isreg, archive):
                    *folders, last = member.name.removeprefix("./").split("/")
                    content = archive.extractfile(member) if last in names and ".." not in folders else None
                    name = "/".join([*folders, last])
                    yield name, read_all(content, f"{path}: {name}", most) if content else None
        except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise ValueError(f"{path}: expected a whole .tar.gz or .tar, got one that fails ({error})") from None


def read_all(file: IO[bytes], where: str, most: int) -> bytes:
    """Return the content of `file`; ValueError that begins with `where` if it has more than `most` bytes."""
    data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{where}: expected at most {most:,} bytes, got more; that is no batch of CIFAR-10")
    return data


class Limited(io.BufferedIOBase):
    """Reads a file; raises ValueError after more than `most` bytes."""

    def __init__(self, file: io.BufferedIOBase, where: str, most: int) -> None:
        self.file, self.where, self.most, self.count = file, where, most, 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = self.file.read(size)
        self.count += len(data)
        if self.count > self.most:
            raise ValueError(f"{self.where}: expected at most {self.most:,} bytes when unpacked, got more")
        return data


def _check(path: Path, found: Checksum, expected: Checksum) -> None:
    if found != expected:
        raise ValueError(
            f"{path}: expected {expected}, got {found}; it is damaged, cut short or another file: delete it and get it "
            "again (a shortened archive needs a name of its own)"
        )
