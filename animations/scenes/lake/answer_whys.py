"""Explains a network's answer for a tile and an action, and the target it has learned from.

predicted[t,a]    the sigmoid of logit[t,a]; beside it the target that bootstrapping would set
logit[t,a]        feature · weight of the last layer, and its bias, added up
exact[t,a]        the reward, or the mean of the four actions on the next tile: all later actions are random
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from animations.kit.whys import Table, added, given, noted, sigmoid
from animations.scenes.lake.board import ACTIONS, Rows
from animations.why import Line, Term, Why


class Answers(NamedTuple):
    """A network's answers for all tiles and actions, (T, 4), and the last layer that made them, as far as it is known.

    logits (T, 4), features (T, 4, D), weights (D,), bias ()
    """

    rows: Rows
    predictions: np.ndarray
    logits: Any
    features: Any
    weights: Any
    bias: Any
    gid: Callable[[int, int], str]  # of the prediction for a tile and an action


def after(rows: Rows, tile: int, action: int, values: np.ndarray, gid: Callable[[int, int], str]) -> Line:
    """Return a line with the value of an action: the reward, or the mean of the four values on the next tile."""
    to, letter = rows.beside(tile, action), rows.letters[rows.beside(tile, action)]
    if letter in "GH":
        return Line(f"tile {to} is {'the goal: reward 1' if letter == 'G' else 'a hole: reward 0'}; the episode ends",
                    float(letter == "G"))  # fmt: skip
    terms = [Term(float(value), gid(to, a)) for a, value in enumerate(values[to])]
    listed = [piece for term in terms for piece in ("+", term)][1:]
    return Line(f"reward 0, plus the mean of the four on tile {to}", "0 + (", *listed, ") / 4 =",
                sum(term.value for term in terms) / 4)  # fmt: skip


def _named(tile: int, action: int) -> str:
    return f"{ACTIONS[action]} on tile {tile}"


def predicted(scene: Any, frame: int, tile: int, action: int) -> Why | None:
    """Explain the network's answer for an action: its target, and the sigmoid of its logit."""
    answers: Answers = scene.answers(frame)
    if answers.rows.letters[tile] in "HG":
        return given(f"the network's prediction for {_named(tile, action)}", answers.predictions[tile, action])
    target = after(answers.rows, tile, action, answers.predictions, answers.gid)
    value = float(answers.predictions[tile, action])
    says = f"the network's probability of winning with {_named(tile, action)}"
    target = Line(f"its target, if bootstrapped: {target.words}", *target.pieces)
    if answers.logits is None:
        return Why(says, value, [target, Line("the network's prediction, given to this picture", value)])
    logit = sigmoid(Term(float(answers.logits[tile, action]), f"logit[{tile},{action}]"))
    return Why(says, value, [target, Line(logit.words, *logit.pieces[:-1], value)])


def _logit(scene: Any, frame: int, tile: int, action: int) -> Why:
    """Explain the number before the sigmoid: the sum of the last layer."""
    answers: Answers = scene.answers(frame)
    says, total = f"the logit of {_named(tile, action)}, before the sigmoid", float(answers.logits[tile, action])
    if answers.features is None:
        return given(says, total)
    products = answers.features[tile, action].astype(float) * answers.weights
    rows = [(f"feature {d + 1}", value, f"product[{tile},{action},{d}]") for d, value in enumerate(products.tolist())]
    rows.append(("bias", float(answers.bias), "bias"))
    return Why(says, total, [added("feature · weight, and the bias", rows, total)])


def _product(scene: Any, frame: int, tile: int, action: int, d: int) -> Why:
    answers: Answers = scene.answers(frame)
    feature, w = float(answers.features[tile, action, d]), float(answers.weights[d])
    line = Line("feature · weight", Term(feature, f"feature[{tile},{action},{d}]"), "*", Term(w, f"weight[{d}]"), "=",
                feature * w)  # fmt: skip
    return Why(f"what feature {d + 1} adds to the logit", feature * w, [line])


def _feature(scene: Any, frame: int, tile: int, action: int, d: int) -> Why:
    words = f"the output of the layers before the last one, for {_named(tile, action)}"
    return noted(f"feature {d + 1}", words, scene.answers(frame).features[tile, action, d])


def _weight(scene: Any, frame: int, d: int) -> Why:
    return noted(f"the weight of feature {d + 1}", "a parameter of the last layer", scene.answers(frame).weights[d])


def _bias(scene: Any, frame: int) -> Why:
    return noted("the bias", "a parameter of the last layer", scene.answers(frame).bias)


def answer_table(scene: Any) -> Table:
    """Return the table that explains the answers of a scene, as far as its last layer is known."""
    logits, features = scene.logits is not None, scene.features is not None
    return {**PREDICTED, **(LOGITS if logits else {}), **(FEATURES if features else {})}


PREDICTED: Table = {"predicted[{},{}]": predicted}
LOGITS: Table = {"logit[{},{}]": _logit}
FEATURES: Table = {
    "product[{},{},{}]": _product,
    "feature[{},{},{}]": _feature,
    "weight[{}]": _weight,
    "bias": _bias,
}


def check_last_layer(caller: str, predictions: np.ndarray, logits: Any, layer: Sequence[Any]) -> None:
    """Raise ValueError if logits and (features, weights, bias) do not give the predictions.

    Shapes: (R, T, 4), (R, T, 4), and (R, T, 4, D), (R, D), (R,).
    """
    if logits is not None and not np.allclose(0.5 + np.tanh(logits / 2) / 2, predictions, rtol=1e-3, atol=1e-5):
        raise ValueError(f"{caller}: predictions must be the sigmoid of logits; take both from one network")
    missing = [each is None for each in layer]
    if any(missing) and not all(missing):
        raise ValueError(f"{caller}: give features, weights and bias together to explain logits, got some of them")
    if any(missing):
        return
    if logits is None:
        raise ValueError(f"{caller}: features, weights and bias explain logits; give logits, too")
    features, weights, bias = layer
    made = np.einsum("rtad,rd->rta", features, weights) + bias[:, None, None]
    if not np.allclose(made, logits, rtol=1e-3, atol=1e-3 * (np.abs(logits).max() or 1)):
        raise ValueError(f"{caller}: logits must be features · weights + bias; take all from one network")
