"""Numbers of a recorded network in a scene that shows more than one: each network's stand under a prefix."""

from __future__ import annotations

import functools

from animations.kit.chain import Chain
from animations.why import Why
from tinylearn import Recording


def recorded_why(recording: Recording, gid: str, step: int, prefix: str) -> Why | None:
    """Explain a number of update `step`, as `Chain.why` does; what it asks for stands under `prefix`."""
    why = _chain_of(recording).why(gid, step)
    return why and why.renamed(lambda gid: prefix + gid)


@functools.lru_cache(maxsize=8)
def _chain_of(recording: Recording) -> Chain:
    """Return the chain of a recording. It is no part of a scene, which may go to another process."""
    return Chain(recording)
