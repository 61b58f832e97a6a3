"""Peers that take turns: each in a process of its own, and only one of them computes at a time.

    parent   peer.ask("round", 32)  ──  a line of JSON  ──▶   child   answer("round", 32)
             4711.0                 ◀── a line of JSON  ──            computes, and returns 4711.0

So neither the threads of one peer nor its settings of memory allocation reach another. Rounds are interleaved: what the
machine does besides slows all peers alike, and a ratio is the median of the ratios of single rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from threadpoolctl import threadpool_info

# glibc keeps the memory that is freed instead of returning it: PyTorch at its best.
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000"}


class Peer:
    """A benchmark file run once more, as `python FILE --peer NAME`, that answers questions until it is closed."""

    def __init__(self, file: str, name: str, environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("MALLOC_", "GLIBC_"))}
        self.process = subprocess.Popen(
            [sys.executable, file, "--peer", name], env=inherited | dict(environment or {}),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, *question: Any) -> Any:
        """Return what the child's function answers to `question`."""
        print(json.dumps(question), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the peer {self.name} has ended without an answer; its error is printed above")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()


def serve(answer: Callable[..., Any]) -> None:
    """Be the child: answer every question that comes, until there are no more."""
    for line in sys.stdin:
        print(json.dumps(answer(*json.loads(line))), flush=True)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of single rounds."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def asked_rounds(doc: str | None, default: int) -> int:
    """Read how many rounds are asked for, print what is measured on, and return them."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=default)
    arguments = parser.parse_args()
    print_machine()
    return arguments.rounds


def print_machine() -> None:
    """Print what is measured on: versions, cores, and the kernels and threads of BLAS and OpenMP."""
    pools = (
        f"{pool['internal_api']} {pool.get('architecture', '')} ({pool['num_threads']} threads)"
        for pool in threadpool_info()
    )
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, {os.cpu_count()} cores; {', '.join(pools)}")
    print(f"PyTorch computes with {torch.backends.cpu.get_cpu_capability()}")
    if "OPENBLAS_CORETYPE" in os.environ:
        print("WARNING: OPENBLAS_CORETYPE is set, which slows NumPy and not PyTorch: run with env -u OPENBLAS_CORETYPE")
