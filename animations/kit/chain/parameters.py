"""A parameter after an update: the optimiser's lines, from old to new; before the first update, its initial value."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from animations.kit.chain.arithmetic import Index, Piece, gid_of
from animations.kit.chain.look import Update
from animations.why import FUNCTIONS, Line, Part, Term
from tinylearn import SGD, Adam, Recording, RMSprop
from tinylearn.analysis.explanation import WORD
from tinylearn.analysis.explanation import Term as OptimizerLine
from tinylearn.analysis.replay import as_in_training
from tinylearn.analysis.traced import terms_of
from tinylearn.optimizers import Optimizer

NUMBER = r"(\(-[^()]*\)|[^()\s]+)"  # as explanation.py writes a number
SHARED = {"p": "the parameter", "decay": "weight decay makes it smaller by this factor"}
MEANINGS: dict[type, dict[str, str]] = {
    SGD: {"v": "the velocity"},
    RMSprop: {"rest": "how much the new g² counts", "v": "the running mean of g²"},
    Adam: {
        "m_rest": "how much the new g counts",
        "v_rest": "how much the new g² counts",
        "t": "the number of this step",
        "root": "bias correction: v began at 0 and is too small",
        "rate_t": "bias correction of the learning rate: m, too, began at 0",
        "epsilon_t": "epsilon, corrected in the same way",
        "m": "the running mean of g",
        "v": "the running mean of g²",
    },
}


def parts_of_start(recording: Recording, parameter: str, index: Index) -> Sequence[Part]:
    """Explain the start of a parameter. The recording does not have the name of its initializer, only the result."""
    values = np.asarray(recording[parameter][0])
    value = float(values[index])
    if recording.steps[0]:
        return [Line(f"the recording begins here, after update {recording.steps[0]}", value)]
    if values.size > 1 and (values == values.flat[0]).all():
        return [Line(f"initialise: every number of {parameter} starts with the same value", value)]
    if values.size == 1 or len(np.unique(values)) < values.size:
        return [Line("initialise: set before the first update", value)]
    return [Line(f"initialise: set by the initializer of {parameter}, usually at random", value)]


def parts_of_update(look: Update, parameter: str, index: Index) -> Sequence[Part]:
    """Explain how the optimiser made the new value from the old one and the gradient."""
    made = look.made
    new = float(made.after.model.named_parameters()[parameter][index])
    with as_in_training(look.recording, look.step, made.before):
        place = position(look.parameters, parameter, index)
        optimizer, vector = made.before.optimizer, made.before.model.parameters
        constants, terms, untold = terms_of(optimizer, vector, made.after.model.gradients, place)
    g = Term(float(look.gradients[parameter][index]), gid_of(f"gradient.{parameter}", index))
    p = Term(float(look.parameters[parameter][index]), gid_of(f"before.{parameter}", index))
    given = [Line("the gradient of this update", g), Line("before the update", p)]
    if not terms:
        return [*given, Line(f"{optimizer} made it from both; its arithmetic cannot be shown: {untold}", new)]
    known, lines = {"p": p, "g": g, "learning_rate": Term(optimizer.learning_rate, "learning_rate")}, list[Line]()
    for told in (*constants, *terms):
        lines.append(line_of(told, known, meaning_of(told.name, optimizer)))
        known[told.name] = Term(float(told.value))  # from here on, the name has this value
    return lines if all(len(line.pieces) > 1 for line in lines) else [*given, *lines]


def position(named: dict[str, np.ndarray], parameter: str, index: Index) -> int:
    """Return the position of a number in the vector of all parameters."""
    names = [*named]
    before = sum(named[name].size for name in names[: names.index(parameter)])
    return before + (int(np.ravel_multi_index(index, named[parameter].shape)) if index else 0)


def meaning_of(name: str, optimizer: Optimizer) -> str:
    """Explain the optimiser's name for a number; "" if only the author of the optimiser knows.

    >>> meaning_of("v", SGD()), meaning_of("v", Adam()), meaning_of("speed", Adam())
    ('the velocity', 'the running mean of g²', '')
    """
    return (MEANINGS.get(type(optimizer), {}) | SHARED).get(name, "")


def line_of(told: OptimizerLine, known: dict[str, Term], meaning: str = "") -> Line:
    """Return a line of the optimiser with its numbers as terms; only as words if it has no plain arithmetic."""
    words, value = f"{told.name} = {_pretty(told.formula)}", float(told.value)
    words = f"{meaning}: {words}" if meaning else words
    names, between = WORD.findall(told.formula), WORD.split(told.formula)
    pattern = re.escape(between[0]) + "".join(NUMBER + re.escape(sign) for sign in between[1:])
    match = re.fullmatch(pattern, told.arithmetic)
    numbers = match.groups() if match else ()
    functions = {name for name, number in zip(names, numbers, strict=False) if name == number}
    if match is None or not functions <= FUNCTIONS.keys():
        return Line(words, value)
    pieces: list[Piece] = [between[0]]
    for name, number, sign in zip(names, numbers, between[1:], strict=True):
        term = name if name in functions else known.get(name, Term(float(number.strip("()"))))
        powered = isinstance(term, Term) and term.value < 0 and sign.lstrip().startswith("**")
        pieces += ["(", term, ")", sign] if powered else [term, sign]
    return Line(words, *_joined(pieces), "=", value)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Join neighbouring texts: "sqrt(" instead of "sqrt" and "("."""
    joined: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece != "":
            joined.append(piece)
    return joined


def _pretty(formula: str) -> str:
    """Write a formula as in a book: · for *, − for -."""
    return formula.replace("**", "^").replace(" * ", " · ").replace("-", "−")
