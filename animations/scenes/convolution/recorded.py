"""Numbers of a scene that are in a recording: under which name, and how to explain them there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from animations.kit.chain import Chain
from animations.why import Why
from tinylearn import Recording


class Recorded:
    """The chain of a recording, and the parameters in it that hold the numbers of a scene.

    arrays   name → what the scene shows of a parameter after update `step`, in any shape
    """

    def __init__(self, caller: str, recording: Recording, step: int, arrays: Mapping[str, np.ndarray]) -> None:
        self.chain, at = Chain(recording), recording.at(step)
        self.names: dict[str, tuple[str, tuple[int, ...], tuple[int, ...]]] = {}
        for what, array in arrays.items():
            found = [name for name, values in at.items() if np.array_equal(np.ravel(values), np.ravel(array))]
            if not found:
                raise ValueError(f"{caller}: recording must contain {what} after update {step}, but does not")
            self.names[what] = found[0], np.shape(array), at[found[0]].shape

    def why(self, says: str, what: str, index: tuple[int, ...], step: int) -> Why | None:
        """Explain a number of one of the arrays after an update."""
        name, shape, recorded = self.names[what]
        place = np.unravel_index(np.ravel_multi_index(index, shape), recorded)
        why = self.chain.why(f"{name}[{','.join(str(int(i)) for i in place)}]", step)
        return why and replace(why, says=says)
