"""Files out of a .tar.gz that may come from anywhere: read by name, in memory. Nothing is ever unpacked to the disk.

So a member named ../../.bashrc has no place to go to, and a link is nothing but a member that is no file. And since
what is packed small may unpack without end, what is read is limited, of each member and of all.
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from tinylearn.datasets.download import Checksum


def members(path: Path, names: Collection[str], *, most: int, checksum: Checksum | None) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of the members of the archive that are files and have one of these names, in its order.

    Raises ValueError if the checksum of the archive is another one (None: it may be any), if it is no .tar.gz or cut
    short, if such a member has more than `most` bytes, or all members together more than `most` for each name.
    """
    with open(path, "rb") as file:
        if checksum:
            _check(path, Checksum.of(file, checksum.algorithm), checksum)
        try:
            with (
                LimitedGzip(file, f"{path}", most * len(names)) as unpacked,
                tarfile.open(fileobj=unpacked, mode="r|") as archive,
            ):
                for member in archive:
                    name = member.name.removeprefix("./")
                    content = archive.extractfile(member) if member.isreg() and name in names else None
                    if content:
                        yield name, read_all(content, f"{path}: {name}", most)
        except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise ValueError(f"{path}: expected a whole .tar.gz, got one that cannot be read ({error})") from None


def read_all(file: IO[bytes], where: str, most: int) -> bytes:
    """Return what is in `file`; ValueError that begins with `where` if that is more than `most` bytes."""
    data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{where}: expected at most {most:,} bytes, got more; that is no batch of CIFAR-10")
    return data


class LimitedGzip(gzip.GzipFile):
    """Unpacks a file, until more than `most` bytes have come out of it: then it raises ValueError."""

    def __init__(self, file: IO[bytes], where: str, most: int) -> None:
        super().__init__(fileobj=file)
        self.where, self.most, self.count = where, most, 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
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
