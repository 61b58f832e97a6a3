"""Explains the numbers of a neuron with one input: from w, b and the rows; w and b from the recording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from animations.kit.numbers import few_digits
from animations.kit.whys import added, noted
from animations.why import Line, Term, Why


def neuron_why(scene: Any, gid: str, frame: int) -> Why | None:
    """Explain a number of a scene with `states`; any other is a number of the recorded network."""
    states = scene.states
    step = int(states.steps[frame])
    return _table(scene, frame).get(gid, lambda: states.chain.why(gid, step))()


def _table(scene: Any, frame: int) -> dict[str, Callable[[], Why | None]]:
    """Return gid → the function that explains it in a frame."""
    states = scene.states
    step = int(states.steps[frame])
    table: dict[str, Callable[[], Why | None]] = {
        "step": lambda: noted("the update that this frame shows", "counted while training", step),
        "last_step": lambda: noted("the last update", "counted while training", states.last),
        "loss_now": lambda: _loss(scene, frame),
    }
    for row in range(states.x.size):
        table |= _of_row(scene, frame, row)
    ask = getattr(scene, "ask", None)
    if ask is not None:
        table[f"answer({ask:g})"] = lambda: _answer(scene, frame, ask)
    return table


def name_of_row(x: float, unit: str) -> str:
    """Name a row by its x.

    >>> name_of_row(100.0, "°C"), name_of_row(0.25, "x")
    ('the row of 100 °C', 'the row of x = 0.25')
    """
    return f"the row of {f'x = {x:.4g}' if unit == 'x' else f'{x:.4g} {unit}'}"


def _of_row(scene: Any, frame: int, row: int) -> dict[str, Callable[[], Why | None]]:
    states, (x_unit, y_unit) = scene.states, scene.units
    name = name_of_row(states.x[row], x_unit)
    x, target = float(states.x[row]), float(states.target[row])
    predicted, error = float(states.predicted[frame, row]), float(states.squared_error[frame, row])
    return {
        f"x[{row}]": lambda: noted(f"x, in {x_unit}", "the data", x),
        f"target[{row}]": lambda: noted(f"the target of {name}, in {y_unit}", "the data", target),
        f"predicted[{row}]": lambda: Why(
            f"the neuron's answer for {name}, in {y_unit}", predicted,
            [weighted(states, frame, Term(x, f"x[{row}]"), predicted)],
        ),
        f"squared_error[{row}]": lambda: Why(
            f"the squared error of {name}: never below 0, and large errors count most", error,
            [Line("(prediction − target)²", "(", Term(predicted, f"predicted[{row}]"), "-",
                  Term(target, f"target[{row}]"), ") ** 2 =", error)],
        ),
    }  # fmt: skip


def weighted(states: Any, frame: int, x: Term, said: float) -> Line:
    """Explain the neuron's answer for x in a frame."""
    w = Term(float(states.w[frame]), f"{states.layer}.w[0,0]")
    b = Term(float(states.b[frame]), f"{states.layer}.b[0]")
    return Line("w · x + b", w, "*", x, "+", b, "=", said)


def _answer(scene: Any, frame: int, ask: float) -> Why:
    said = float(scene.states.w[frame] * ask + scene.states.b[frame])
    says = f"the neuron's answer for {ask:g} {scene.units[0]}, which it has never seen"
    return Why(says, said, [weighted(scene.states, frame, Term(ask), said)])


def _loss(scene: Any, frame: int) -> Why:
    states = scene.states
    count, loss = states.x.size, float(states.loss[frame])
    names = [name_of_row(x, scene.units[0]) for x in states.x.ravel()]
    errors = states.squared_error[frame].tolist()
    rows = [(f"{name}: {few_digits(error)} / {count}", error / count, f"squared_error[{row}]")
            for row, (name, error) in enumerate(zip(names, errors, strict=True))]  # fmt: skip
    words = f"the mean of the squared errors: each divided by {count}, added up"
    return Why(f"the loss after update {states.steps[frame]}", loss, [added(words, rows, loss)])
