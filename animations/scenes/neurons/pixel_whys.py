"""Explains the numbers of a neuron that sees pictures: from pixels and weights; the weights from the recording.

horse.product[r,c]    a pixel times its weight
horse.pixel[r,c]      red, from 0 to 1
"""

from __future__ import annotations

from typing import Any

import numpy as np

from animations.kit.scales import scale_why
from animations.kit.whys import Table, added, explained, noted, place, sigmoid
from animations.why import Line, Term, Why


def pixel_why(scene: Any, gid: str, frame: int) -> Why | None:
    """Explain a number of the scene; any other is a number of the recorded network."""
    for picture, name in enumerate(scene.names):
        if gid.startswith(f"{name}."):
            own = gid.removeprefix(f"{name}.")
            bias = f"{scene.states.layer}.b[0]"
            return _network(scene, frame, bias) if own == bias else explained(own, OF_PICTURE, scene, frame, picture)
    return explained(gid, OF_ALL, scene, frame) or _network(scene, frame, gid)


def _network(scene: Any, frame: int, gid: str) -> Why | None:
    why: Why | None = scene.states.chain.why(gid, int(scene.states.steps[frame]))
    return why


def _step(scene: Any, frame: int) -> Why:
    return noted("the update that this frame shows", "counted while training", scene.states.steps[frame])


def _last_step(scene: Any, frame: int) -> Why:
    return noted("the last update", "counted while training", scene.states.last)


def _weights(scene: Any, frame: int) -> Why:
    height, width = scene.states.shape
    return Why("how many weights the neuron has: one for each pixel", height * width,
               [Line("rows · columns of a picture", height, "*", width, "=", height * width)])  # fmt: skip


def _scale(scene: Any, frame: int, sign: int) -> Why:
    return scale_why(scene.states.w, scene.limits, scene.states.steps, frame, sign)


def _correct(scene: Any, frame: int, row: int) -> Why:
    count, step = scene.counts[row], scene.states.steps[frame]
    words = f"counted: {count.name}, with the parameters after update {step}"
    return noted(f"correct answers, {count.name}", words, count.correct[frame])


def _total(scene: Any, frame: int, row: int) -> Why:
    return noted(f"all answers, {scene.counts[row].name}", "counted: one for each picture", scene.counts[row].total)


# --- of one picture ---------------------------------------------------------------------------------------------------


def _plus(scene: Any, frame: int, picture: int) -> Why:
    return _part(scene, frame, picture, scene.states.plus, "positive", 1)


def _minus(scene: Any, frame: int, picture: int) -> Why:
    return _part(scene, frame, picture, scene.states.minus, "negative", -1)


def _part(scene: Any, frame: int, picture: int, sums: np.ndarray, word: str, sign: int) -> Why:
    """Explain the sum of the products with one sign."""
    products, value = scene.states.products[frame, picture], float(sums[frame, picture])
    rows = [(place(*_where(scene, i)), float(products[i]), f"{scene.names[picture]}.product[{_index(scene, i)}]")
            for i in np.flatnonzero(sign * products > 0).tolist()]  # fmt: skip
    return Why(f"all {word} products of the {scene.names[picture]}, added up", value,
               [added("pixel · weight", rows, value)])  # fmt: skip


def _where(scene: Any, pixel: int) -> tuple[int, int]:
    row, column = divmod(pixel, scene.states.shape[1])
    return row, column


def _index(scene: Any, pixel: int) -> str:
    return ",".join(map(str, _where(scene, pixel)))


def _product(scene: Any, frame: int, picture: int, r: int, c: int) -> Why:
    states, name, i = scene.states, scene.names[picture], r * scene.states.shape[1] + c
    value = float(states.products[frame, picture, i])
    x, w = Term(float(states.x[picture, i]), f"{name}.pixel[{r},{c}]"), Term(float(states.w[frame, i]),
                                                                            f"{states.layer}.w[{i},0]")  # fmt: skip
    return Why(f"what {place(r, c)} of the {name} adds to the sum", value,
               [Line("pixel · weight", x, "*", w, "=", value)])  # fmt: skip


def _pixel(scene: Any, frame: int, picture: int, r: int, c: int) -> Why:
    value = float(scene.states.red[picture, r, c])
    return noted(f"how red {place(r, c)} of the {scene.names[picture]} is, from 0 to 1", "read from the picture", value)


def _sum(scene: Any, frame: int, picture: int) -> Why:
    states, name = scene.states, scene.names[picture]
    plus, minus = (Term(float(part[frame, picture]), f"{name}.{word}")
                   for part, word in ((states.plus, "plus"), (states.minus, "minus")))  # fmt: skip
    bias, value = Term(float(states.b[frame]), f"{name}.{states.layer}.b[0]"), float(states.sums[frame, picture])
    line = Line("positive products + negative products + bias", plus, "+", minus, "+", bias, "=", value)
    return Why(f"what the neuron adds up for the {name}", value, [line])


def _predicted(scene: Any, frame: int, picture: int) -> Why:
    states, name = scene.states, scene.names[picture]
    total = Term(float(states.sums[frame, picture]), f"{name}.sum")
    says = f"the probability that the {name} is a {scene.answers[1]}, says the neuron"
    return Why(says, float(states.predicted[frame, picture]), [sigmoid(total)])


OF_ALL: Table = {
    "step": _step,
    "last_step": _last_step,
    "weights": _weights,
    "scale[{±}]": _scale,
    "correct[{}]": _correct,
    "total[{}]": _total,
}
OF_PICTURE: Table = {
    "plus": _plus,
    "minus": _minus,
    "product[{},{}]": _product,
    "pixel[{},{}]": _pixel,
    "sum": _sum,
    "predicted": _predicted,
}
