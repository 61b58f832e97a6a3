"""Mistakes that a model refuses: layers and arrays that would get lost, or silently not learn.

A model moves all parameters and all state of its layers into its own vectors (see `parameters.py`). An array that is in
two places, or that comes later, would stay behind.
"""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Iterable

import numpy as np

from tinylearn.checks import shortened
from tinylearn.layers.module import Module
from tinylearn.parameters import Views


def refuse_sharing(model: Module) -> None:
    """Raise ValueError if a layer or an array of this new model is in two places, or where the model cannot find it."""
    _refuse_taken_names(model)
    layers = [layer for _, layer in model.walk()]
    for number, layer in enumerate(layers):
        if any(layer is other for other in layers[:number]):
            raise ValueError(f"Sequential: one layer object is in two places, {layer!r}; make one for each place")
    _refuse_hidden(layers)
    _refuse_owned(model.parts().values())
    _refuse_aliases(model)
    _refuse_equal_names(layers)


def refuse_changes(model: Module) -> None:
    """Raise ValueError if layers, or their dicts of arrays, have changed since the model was made."""
    made_of, now = {"": model} | dict(model.made_of), dict(model.walk())
    for name, layer in now.items():
        for kind in ("params", "grads", "state"):
            if name in made_of and not isinstance(getattr(layer, kind), Views):
                raise ValueError(
                    f"{type(layer).__name__}: self.{kind} was replaced; assign its arrays one by one, self.{kind}[…] = "
                    "…, so that the model keeps them"
                )
        if (layer.params or layer.state) and not any(layer is each for each in made_of.values()):
            raise ValueError(
                f"{model!r}: its part {name} came after the model was made, so that it would never learn; make all "
                "parts of a layer in its __init__, and those of a Sequential before super().__init__"
            )
    if any(now.get(name) is not layer for name, layer in made_of.items() if layer.params or layer.state):
        raise ValueError(
            f"{model!r}: its layers were changed after the model was made; make a new model of copies of them, "
            "Sequential(copy.deepcopy(layers))"
        )


def _refuse_taken_names(model: Module) -> None:
    """Raise TypeError if an attribute hides a name of the base class, or if `params` and the like are not dicts."""
    layers = [model]
    for layer in layers:  # it grows
        kind = type(layer).__name__
        for name in vars(layer):
            if callable(getattr(Module, name, None)) or (name == "vectors" and not isinstance(layer.vectors, tuple)):
                raise TypeError(f"{kind}: {name} is a name of the base class; call the layer's own attribute otherwise")
        for name in ("params", "grads", "state"):
            value = getattr(layer, name)
            if not isinstance(value, dict):
                raise TypeError(f"{kind}: self.{name} must be a dict of arrays, got {shortened(value)}")
        parts = [part for _, part in Module.attributes(layer, Module)]
        layers += [part for part in parts if not any(part is each for each in layers)]


def _refuse_owned(layers: Iterable[Module]) -> None:
    """Raise ValueError for a layer of another model. A whole model may be a part, if no other model holds it."""
    for layer in layers:
        if not isinstance(layer.params, Views):
            _refuse_owned(layer.parts().values())
        elif layer.inside:
            raise ValueError(f"{layer} already belongs to a model; make a new layer, or copy.deepcopy this one")


def _refuse_hidden(layers: Iterable[Module]) -> None:
    """Raise an error for a layer in a place where it is not found, or a generator that no checkpoint can keep."""
    for layer in layers:
        for name, value in vars(layer).items():
            kind = type(value).__name__
            if isinstance(value, random.Random | np.random.RandomState):
                raise TypeError(f"{layer!r}: {name} must be a generator such as np.random.default_rng(0), got a {kind}")
            if isinstance(value, Module | list | tuple | dict):
                continue
            held = value if isinstance(value, set | frozenset | deque) else getattr(value, "__dict__", {}).values()
            if any(isinstance(each, Module) for each in held):
                raise ValueError(
                    f"{layer!r}: a layer in {name}, a {kind}, is not found, and would never learn; keep it as an "
                    "attribute, or in a list, tuple or dict, or let what holds it be a Layer"
                )


def _refuse_equal_names(layers: Iterable[Module]) -> None:
    """Raise ValueError if a layer uses one name for two arrays, or the name of an array in one of its parts."""
    for layer in layers:
        own = [*layer.params, *layer.state]
        parts = layer.parts().items()
        inner = [f"{name}.{key}" for name, part in parts for key in part.named_parameters() | part.named_state()]
        for name in own:
            if [*own, *inner].count(name) > 1:
                raise ValueError(f"{layer!r}: two of its arrays have the name {name!r}; give each its own")


def _refuse_aliases(model: Module) -> None:
    """Raise ValueError if a parameter or a state shares memory with another one, or with an attribute of a layer."""
    arrays = [
        (f"{name}.{key}".lstrip("."), array)
        for name, layer in model.walk()
        if not isinstance(layer.params, Views)  # those of a model that becomes a part are apart already
        for key, array in (*layer.params.items(), *layer.state.items())
        if isinstance(array, np.ndarray)
    ]
    for (name, one), (other, two) in itertools.combinations(arrays, 2):
        if np.shares_memory(one, two):
            raise ValueError(
                f"{name} and {other} are one array, but a model gives each its own place; do not tie weights, and "
                "leave the parameters of a layer that a layer holds where they are: they are found there"
            )
    for _, layer in model.walk():
        for (attribute, value), (name, array) in itertools.product(list(layer.attributes(np.ndarray)), arrays):
            if np.shares_memory(value, array):
                raise ValueError(
                    f"{layer!r}: its attribute {attribute} is the same array as {name}, and would not follow when that "
                    "moves into the model; read it from self.params or self.state each time"
                )
