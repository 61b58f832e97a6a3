"""A job that downloads one file after another, from a slow server in the process of the test."""

import contextlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.faults.job import Job, Verdict
from tests.tinylearn.download_server import CHECKSUM, CONTENT, serving
from tinylearn.datasets.download import download


@dataclass
class Downloads(Job):
    """Fetches 1.bin, 2.bin, …; what is fetched is always the same."""

    url: str = ""
    ranges: Sequence[str | None] = ()  # what the server was asked for
    name = "download"

    @contextlib.contextmanager
    def ready(self):
        with serving(pause=0.002) as server:
            yield replace(self, url=server.url, ranges=server.ranges)

    def fetch(self, folder, n):
        os.environ["no_proxy"] = "*"
        with contextlib.redirect_stderr(io.StringIO()):
            download(self.url, folder / f"{n}.bin", CHECKSUM)

    def work(self, folder, tell):
        n = 0
        while True:
            n += 1
            tell("begin", n)
            self.fetch(folder, n)
            tell("done", n)

    def check(self, folder, done):
        """Return the verdict, after the next call has gone on with what was left half done."""
        verdict = Verdict()
        for n in range(1, done + 1):
            whole = (folder / f"{n}.bin").exists() and (folder / f"{n}.bin").read_bytes() == CONTENT
            verdict.kept += whole
            verdict.lost += [] if whole else [f"{n}.bin was complete"]
        n = done + 1
        if (folder / f"{n}.bin").exists() and (folder / f"{n}.bin").read_bytes() != CONTENT:
            verdict.half.append(f"{n}.bin")
        part = folder / f"{n}.bin.part"
        have = part.read_bytes() if part.exists() else b""
        self.fetch(folder, n)
        if not CONTENT.startswith(have) or (folder / f"{n}.bin").read_bytes() != CONTENT:
            verdict.half.append(f"{n}.bin.part does not become {n}.bin")
        if 0 < len(have) < len(CONTENT) and self.ranges[-1] != f"bytes={len(have)}-":
            verdict.lost.append(f"{len(have)} bytes of {n}.bin.part were fetched again")
        expected = {f"{i}.bin{suffix}" for i in range(1, n + 1) for suffix in ("", ".lock")}
        verdict.litter += sorted({path.name for path in folder.iterdir()} - expected)
        return verdict
