"""A table of a model: its layers, their output shapes, and their numbers of parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinylearn.checks import shortened
from tinylearn.layers.guard import declared_shape
from tinylearn.parameters import replica


def summary(model: Any, input_shape: tuple[int, ...] | None) -> str:
    """Return the table of `Sequential.summary`."""
    rows = [("layer", "name", "output shape", "parameters")]
    for layer, name, shape in zip(model.layers, model.layer_names, output_shapes(model, input_shape), strict=True):
        count = sum(value.size for value in layer.named_parameters().values())
        text = "?" if shape is None else f"({', '.join(['N', *map(str, shape)])}{'' if shape else ','})"
        rows.append((repr(layer), name, text, f"{count:,}"))
    rows.append(("total", "", "", f"{model.parameters.size:,}"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]:{widths[2]}}  {row[3]:>{widths[3]}}" for row in rows
    )


def output_shapes(model: Any, input_shape: tuple[int, ...] | None) -> list[tuple[int, ...] | None]:
    """Return the shapes of `Sequential.output_shapes`: send a row of zeros through a replica of the model.

    So this works for your own layers, too, and it draws no random numbers from the model's generators.
    """
    if input_shape is None:
        input_shape = _told_by(model)
        if input_shape is None:
            return [None] * len(model.layers)
    if not isinstance(input_shape, tuple | list) or not all(
        isinstance(n, int | np.integer) and n > 0 for n in input_shape
    ):
        raise ValueError(
            "output_shapes: input_shape must be the shape of one example, without the batch axis, such as (3,) or "
            f"(32, 32, 3), got {shortened(input_shape)}"
        )
    idle = replica(model)
    idle.set_training(False)
    try:
        idle.forward(np.zeros((1, *input_shape), model.dtype))
    except ValueError as error:
        why = str(error).partition(";")[0]  # without the hint, which is about x
        raise ValueError(f"output_shapes: input_shape {tuple(input_shape)} does not fit: {why}") from error
    return [layer.out_shape[1:] for layer in idle.layers]


def _told_by(layer: Any) -> tuple[int, ...] | None:
    """Return the shape of one example if the first layer declares the length of all its axes, else None."""
    while hasattr(layer, "layers"):
        layer = layer.layers[0]
    _, *row = declared_shape(layer)
    row = [length for length in row if length != "…"]
    lengths = tuple(length for length in row if isinstance(length, int))
    return lengths if row and len(lengths) == len(row) else None
