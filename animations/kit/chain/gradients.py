"""A gradient: what each row of the batch adds to it, input · dout, and what each place of a row adds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from animations.kit.chain import images
from animations.kit.chain.arithmetic import Index, bars, gid_of, products
from animations.kit.chain.look import Update
from animations.kit.chain.norms import Norm
from animations.kit.chain.source import code_of
from animations.why import Line, Part, Term
from tinylearn import layers as tl
from tinylearn.analysis.contributions import contributions
from tinylearn.analysis.observer import MODEL
from tinylearn.analysis.replay import as_in_training
from tinylearn.layers import convolution, dense

MOST_ROWS = 512  # for a layer of a user's own: its backward runs once for each row


class Pairs(NamedTuple):
    """The numbers that meet at a parameter in a row, at each of P places: an input and the dout to multiply it by.

    inputs   row, place → the input as a term; values (N, P)
    places   the places in dout, (…) without the row
    """

    words: str
    values: np.ndarray
    inputs: Callable[[int, int], Term]
    places: Sequence[Index]


def parts_of_gradient(look: Update, parameter: str, index: Index) -> Sequence[Part]:
    """Explain how the rows of the batch add up to a gradient."""
    name, key, total = *split(parameter), float(look.gradients[parameter][index])
    seen = look.layer(name)
    code = code_of(seen.layer, "backward", key, seen, total)
    if seen.dout is None:
        return [Line("backward did not reach this layer", total)]
    pairs = pairs_of(look, name, key, index)
    if pairs is None:
        return [*_by_row_alone(look, parameter, index, total), code]
    if len(pairs.places) == 1:
        part = products(f"{pairs.words}, of each row", pairs.values[:, 0], _douts(look, name, pairs)[:, 0],
                        lambda row: (look.row(row), pairs.inputs(row, 0), look.dout(name, (row, *pairs.places[0]))),
                        total)  # fmt: skip
    else:
        gid = gid_of(f"gradient.{parameter}", index)
        of_rows = (pairs.values * _douts(look, name, pairs)).sum(axis=1)
        part = bars(f"{pairs.words}, added up over the {len(pairs.places)} places of each row", of_rows,
                    lambda row: (look.row(row), f"row{row}.{gid}"), total)  # fmt: skip
    return [part, code]


def parts_of_row(look: Update, parameter: str, index: Index, row: int) -> tuple[Sequence[Part], float] | None:
    """Explain what the places of one row add to a gradient; None if a row has no places."""
    name, key = split(parameter)
    pairs = pairs_of(look, name, key, index) if look.layer(name).dout is not None else None
    if pairs is None or not 0 <= row < len(pairs.values):
        return None
    values, douts = pairs.values[row], _douts(look, name, pairs)[row]
    total = float((values * douts).sum())

    def terms(k: int) -> tuple[str, Term, Term]:
        return look.place(name, pairs.places[k]), pairs.inputs(row, k), look.dout(name, (row, *pairs.places[k]))

    return [products(f"{pairs.words}, at each place", values, douts, terms, total)], total


def pairs_of(look: Update, name: str, key: str, index: Index) -> Pairs | None:
    """Return the pairs at a parameter; None for a layer of a user's own, or if its rows are not those of the batch."""
    seen = look.layer(name)
    make = PAIRS.get((type(seen.layer), key))
    if make is None or seen.dout is None or len(seen.dout) != len(look.labels):
        return None
    return make(look, name, index)


def split(parameter: str) -> tuple[str, str]:
    """Return the layer and the key of a parameter.

    >>> split("residual_1.dense_1.w"), split("w")
    (('residual_1.dense_1', 'w'), ('model', 'w'))
    """
    layer, _, key = parameter.rpartition(".")
    return layer or MODEL, key


def _douts(look: Update, name: str, pairs: Pairs) -> np.ndarray:
    """Return dout at these places, (N, P)."""
    dout: Any = look.layer(name).dout
    return _columns(dout, pairs.places)


def _columns(array: Any, places: Sequence[Index]) -> np.ndarray:
    """Return the numbers at some places of every row, (N, P)."""
    columns = [array[(slice(None), *place)].astype(float) for place in places]
    return np.stack(columns, axis=1) if columns else np.zeros((len(array), 0))


def _by_row_alone(look: Update, parameter: str, index: Index, total: float) -> list[Part]:
    """Run backward for each row on its own, as `explain` does."""
    seen, rows = None, len(look.labels)
    if rows <= MOST_ROWS:
        made = look.made
        with as_in_training(look.recording, look.step, made.before):
            seen = contributions(made.before.copy(), made.batch, parameter, index, look.gradients[parameter][index])
    if seen is None or seen.contributions is None:
        return [Line("the backward of its layer computes it from the dout of all rows", total)]
    added = seen.contributions.astype(float)
    return [bars("what each row adds, from the backward of its layer for that row alone", added,
                 lambda row: (look.row(row), ""), total)]  # fmt: skip


# --- what meets at the parameters of each kind of layer ---------------------------------------------------------------


def _dense_w(look: Update, name: str, index: Index) -> Pairs:
    (i, j), x = index, look.layer(name).x
    where = list(np.ndindex(*x.shape[1:-1]))
    values = x.reshape(len(x), -1, x.shape[-1])[..., i].astype(float)
    return Pairs("input · dout", values, lambda row, k: look.x(name, (row, *where[k], i)), [(*at, j) for at in where])


def _filter_w(look: Update, name: str, index: Index) -> Pairs:
    pixels, places = images.places_of_weight(look, name, index)
    values = _columns(look.layer(name).x, pixels)
    return Pairs("pixel · dout", values, lambda row, k: look.x(name, (row, *pixels[k])), places)


def _gamma(look: Update, name: str, index: Index) -> Pairs:
    dout: Any = look.layer(name).dout
    where = [(*at, index[0]) for at in np.ndindex(*dout.shape[1:-1])]
    values = _columns(Norm(look, name).z, where)
    return Pairs("z · dout", values, lambda row, k: Term(float(values[row, k])), where)


def _added(look: Update, name: str, index: Index) -> Pairs:
    """A bias is the weight of an input that is always 1."""
    dout: Any = look.layer(name).dout
    where = [(*at, index[0]) for at in np.ndindex(*dout.shape[1:-1])]
    return Pairs("1 · dout", np.ones((len(dout), len(where))), lambda row, k: Term(1.0), where)


PAIRS: dict[tuple[type, str], Callable[[Update, str, Index], Pairs]] = {
    (dense.Dense, "w"): _dense_w,
    (tl.Dense, "w"): _dense_w,
    (dense.Dense, "b"): _added,
    (tl.Dense, "b"): _added,
    (convolution.Conv2D, "w"): _filter_w,
    (tl.Conv2D, "w"): _filter_w,
    (convolution.Conv2D, "b"): _added,
    (tl.Conv2D, "b"): _added,
    (tl.BatchNorm, "gamma"): _gamma,
    (tl.BatchNorm, "beta"): _added,
    (tl.LayerNorm, "gamma"): _gamma,
    (tl.LayerNorm, "beta"): _added,
}
