"""Digests of everything a chapter records: `python -m chapters --digests` writes them to `chNN_recordings.txt`.

A chapter records in memory, and draws only a few records, with rounded numbers. If the digests of two runs are equal,
the runs recorded the same, bit for bit. If they differ, the file shows which recording differs, and which part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinylearn import Recorder, Recording
from tinylearn.files import complete_or_absent


@contextmanager
def recordings_noted(path: Path) -> Iterator[None]:
    """At the end of the block, write the digests of all recordings that ended in it to `path`.

    A recording ends when its recorder is closed, as `fit` does. So this block replaces the recorders' `close`.
    """
    texts: list[str] = []
    close = Recorder.close

    def close_and_note(self: Recorder) -> None:
        was_closed = self.closed
        close(self)
        if not was_closed:
            texts.append(f"recording {len(texts) + 1}: {digests(self.recording)}")

    Recorder.close = close_and_note  # type: ignore[method-assign]
    try:
        yield
    finally:
        Recorder.close = close  # type: ignore[method-assign]
    with complete_or_absent(path) as file:
        file.write("".join(texts).encode())


def digests(recording: Recording) -> str:
    """Return the number of records, the recorded parameters, and a line with the SHA-256 of each part.

    >>> import numpy as np
    >>> from tinylearn import Dense, Recorder, Sequential
    >>> recorder = Recorder(Sequential([Dense(1, 1, rng=np.random.default_rng(0))]))
    >>> print(digests(recorder.recording))
    1 record of dense_1.w, dense_1.b
      parameters  ...
      steps       af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc
      epochs      af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc
      losses      ...
      batches     ...
      divergence  74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b
    """
    batches = [recording.batch(step).tolist() for step in recording.steps]
    parts = {
        "parameters": recording.rows.tobytes(),
        "steps": recording.steps.tobytes(),
        "epochs": recording.epochs.tobytes(),
        "losses": recording.losses.tobytes(),
        "batches": json.dumps(batches).encode(),
        "divergence": json.dumps(recording.divergence).encode(),
    }
    lines = [f"{len(recording):,} record{'' if len(recording) == 1 else 's'} of {', '.join(recording.names)}"]
    lines += [f"  {name:10}  {hashlib.sha256(data).hexdigest()}" for name, data in parts.items()]
    return "\n".join(lines) + "\n"
