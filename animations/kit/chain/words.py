"""Where a number of a network stands, in words: "row 6, column 7, red", "the weight of dense_1 for unit 3"."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import numpy as np

from animations.kit.chain.arithmetic import Index, gid_of
from animations.kit.whys import place

COLOURS = ("red", "green", "blue")


def names_of_rows(rows: Iterable[int], x: np.ndarray) -> list[str]:
    """Name the rows of a batch x, of which the data's numbers are known: by their one number, or counted from 1.

    >>> names_of_rows([4, 2], np.array([[0.5], [-3.0]])), names_of_rows([4, 2], np.zeros((2, 2)))
    (['row x = 0.5', 'row x = -3'], ['row 5', 'row 3'])
    """
    if x.shape[1:] == (1,):
        return [f"row x = {value:.6g}" for value in x[:, 0].tolist()]
    return [f"row {row + 1}" for row in rows]


def place_of(index: Index, names: Sequence[str] = (), in_colour: bool = False) -> str:
    """Say where a number stands in a row.

    names       what the units are called, if they have names
    in_colour   are the three channels of an image red, green and blue?

    >>> place_of((2,)), place_of((2,), ["height", "weight", "age"])
    ('unit 2', 'age')
    >>> place_of((4, 5, 0)), place_of((4, 5, 0), in_colour=True), place_of((1, 3))
    ('row 5, column 6, channel 0', 'row 5, column 6, red', 'place 1, 3')
    """
    if len(index) == 3:
        return f"{place(*index[:2])}, {COLOURS[index[2]] if in_colour else f'channel {index[2]}'}"
    if len(index) == 1:
        return names[index[0]] if names else f"unit {index[0]}"
    return f"place {', '.join(map(str, index))}"


@functools.lru_cache(maxsize=16)
def places_in(shape: tuple[int, ...], in_colour: bool = False) -> tuple[str, ...]:
    """Say where each number of an image stands, in the order in which Flatten puts them.

    >>> places_in((1, 2, 1))
    ('row 1, column 1, channel 0', 'row 1, column 2, channel 0')
    """
    return tuple(place_of(index, in_colour=in_colour) for index in np.ndindex(*shape))


def parameter_in_words(name: str, index: Index, shape: Sequence[int], names: Sequence[str] = ()) -> str:
    """Say which parameter that is; `names` are those of what its layer is given.

    >>> parameter_in_words("dense_1.w", (0, 0), (1, 1)), parameter_in_words("dense_1.w", (3, 5), (4, 8))
    ('the weight of dense_1', 'the weight of dense_1 from unit 3 to unit 5')
    >>> parameter_in_words("dense_1.w", (1, 0), (2, 1), ["height", "age"]), parameter_in_words("dense_2.b", (5,), (8,))
    ('the weight of dense_1 for age', 'the bias of unit 5 of dense_2')
    >>> parameter_in_words("conv2d_1.w", (0, 2, 1, 7), (3, 3, 3, 8))
    'the weight of filter 7 of conv2d_1 at row 1, column 3, green'
    >>> parameter_in_words("conv2d_1.b", (7,), (8,)), parameter_in_words("scale_1.factor", (2,), (4,))
    ('the bias of filter 7 of conv2d_1', 'factor[2] of scale_1')
    """
    layer, _, key = name.rpartition(".")
    kind = layer.rpartition(".")[2].rpartition("_")[0], key, len(index)
    if kind == ("dense", "w", 2):
        to = f" to unit {index[1]}" if shape[1] > 1 else ""
        given = f" {'from' if to else 'for'} {place_of(index[:1], names)}" if shape[0] > 1 else ""
        return f"the weight of {layer}{given}{to}"
    if kind == ("conv2d", "w", 4):
        sees_colours = layer == "conv2d_1" and shape[2] == 3
        return f"the weight of filter {index[3]} of {layer} at {place_of(index[:3], in_colour=sees_colours)}"
    if kind in (("dense", "b", 1), ("conv2d", "b", 1)):
        unit = "unit" if kind[0] == "dense" else "filter"
        return f"the bias of {f'{unit} {index[0]} of ' if shape[0] > 1 else ''}{layer}"
    return f"{gid_of(key, index)} of {layer}" if layer else gid_of(key, index)
