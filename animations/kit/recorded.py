"""Numbers of a recorded network in a scene with several networks: each network has a prefix."""

from __future__ import annotations

import functools

from animations.kit.chain import Chain
from animations.why import Why
from tinylearn import Recording


def recorded_why(recording: Recording, gid: str, step: int, prefix: str) -> Why | None:
    """Explain a number of update `step`, as `Chain.why` does; all gids in the explanation get the `prefix`."""
    why = _chain_of(recording).why(gid, step)
    return why and why.renamed(lambda gid: prefix + gid)


@functools.lru_cache(maxsize=8)
def _chain_of(recording: Recording) -> Chain:
    """Return the chain of a recording. It is not part of a scene, because a scene may go to another process."""
    return Chain(recording)
