"""What each row of a batch adds to the gradient of one number, and the chain from the loss down to its layer.

A gradient is linear in dout, so the gradients of the rows add up. To find the contribution of one row, set dout to 0 in
all other rows and run backward. For a dense layer it is simply input · dout. A layer may have other rows than the
batch, for example after a layer that cuts images into patches. Then we take the rows of the loss's dout.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tinylearn.analysis.every_layer import watched
from tinylearn.analysis.observer import MODEL, LayerPass, Observer
from tinylearn.batches import Batch
from tinylearn.layers import Dense
from tinylearn.recording.origin import Training

Chain = tuple[tuple[str, np.ndarray], ...]  # (layer, the dx that it returned), beginning at the loss


class Seen(NamedTuple):
    """The arrays of one parameter's layer in a batch of N rows; see `Explanation`."""

    chain: Chain
    inputs: np.ndarray
    dout: np.ndarray
    contributions: np.ndarray | None
    factors: np.ndarray | None


def contributions(training: Training, batch: Batch, parameter: str, index: tuple[int, ...], gradient: Any) -> Seen:
    """Run forward and backward on the batch, in the same pieces as the workers; return what was seen.

    This changes the model.
    """
    name, _, key = parameter.rpartition(".")
    pieces = [_seen(watch, name or MODEL, key, index) for watch, _ in watched(training, batch)]
    chains = zip(*(piece.chain for piece in pieces), strict=True)
    chain = tuple((entries[0][0], np.concatenate([dout for _, dout in entries])) for entries in chains)
    inputs, dout, added, factors = (_joined(parts) for parts in [*zip(*pieces, strict=True)][1:])
    if added is not None:
        allowed = np.finfo(added.dtype).eps * len(added) ** 0.5 * 100 * np.abs(added).sum()
        if not abs(added.sum() - gradient) <= allowed:  # a layer that mixes rows in a way of its own
            added = factors = None
    return Seen(chain, inputs, dout, added, factors)


def _joined(parts: Any) -> Any:
    """Return the rows of all pieces, or None if a piece has none."""
    return None if any(part is None for part in parts) else np.concatenate(parts)


def _seen(watch: Observer, name: str, key: str, index: tuple[int, ...]) -> Seen:
    """Return what was seen of a layer in one piece, and what each row adds to the gradient of one of its numbers."""
    chain, seen, rows = _chain(watch.layers, name), watch.layers[name], len(watch.layers[MODEL].x)
    dout, factors, added = np.empty(0) if seen.dout is None else seen.dout, None, None
    if type(seen.layer) is Dense and dout.ndim == 2 and len(dout) == rows:  # a subclass may derive otherwise
        added = dout[:, index[-1]]
        if key == "w":
            factors = np.stack([seen.x[:, index[0]], added], axis=1)
            added = factors[:, 0] * factors[:, 1]
    elif name != MODEL and len(dout) == rows:
        added = _per_row(seen.layer.backward, dout, lambda: seen.layer.grads[key][index])
    elif len(chain[0][1]) == rows:
        added = _per_row(watch.model.backward, chain[0][1], lambda: seen.layer.grads[key][index])
    return Seen(chain, seen.x, dout, added, factors)


def _chain(layers: dict[str, LayerPass], name: str) -> Chain:
    """Return what was handed back, from the loss to this layer: each dout is what another layer returned or made."""
    links: dict[str, Any] = {}
    while (seen := layers[name]).dout is not None and seen.dout_from.kind != "loss":
        name = seen.dout_from.layer
        if name in links:  # a layer that is used twice
            break
        links[name] = seen.dout
    return (("loss", layers[MODEL].dout), *reversed(links.items()))


def _per_row(backward: Callable[[np.ndarray], Any], dout: np.ndarray, gradient: Callable[[], Any]) -> np.ndarray:
    """Return the gradient for each row of dout alone."""
    added = np.zeros(len(dout), dout.dtype)
    for row in range(len(dout)):
        alone = np.zeros_like(dout)
        alone[row] = dout[row]
        backward(alone)
        added[row] = gradient()
    return added
