"""Explains the probabilities of classes: softmax, the logits, and the last layer, which made the logits.

picture_p.predicted[k]    eˣ[k] / exp_sum
picture_p.exp[k]          e to the logit minus the largest logit: never too large, and the probabilities stay the same
picture_p.logit[k]        feature · weight of the last layer, and its bias, added up
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from animations.kit.whys import Table, added, given, learned, noted
from animations.scenes.classes.softmax_whys import as_fraction, total_power
from animations.why import Line, Term, Why


def _clock(scene: Any, frame: int, name: str, at: int) -> Why:
    values = {"update": scene.steps, "epoch": scene.epochs}[name]
    which = "the last" if at < 0 else "the"
    return noted(f"{which} {name} that is shown", "counted while training", values[at])


def _parameters(scene: Any, frame: int) -> Why:
    """Explain the number of the network's parameters: those of each layer, added up."""
    rows = [(name, values.size, f"parameters[{i}]")
            for i, (name, values) in enumerate(scene.model.named_parameters().items())]  # fmt: skip
    total = scene.model.parameters.size
    return Why("how many parameters the network has", total, [added("those of each layer", rows, total)])


def _parameters_of(scene: Any, frame: int, i: int) -> Why:
    name, values = list(scene.model.named_parameters().items())[i]
    product = [piece for length in values.shape for piece in ("*", length)][1:]
    line = Line(f"the shape of {name}, multiplied", *product, "=", values.size)
    return Why(f"how many numbers {name} has", values.size, [line])


def _predicted(scene: Any, frame: int, p: int, k: int) -> Why:
    says = f"the probability of {scene.names[k]} after update {scene.steps[frame]}"
    value = float(scene.probabilities[frame, p, k])
    if scene.logits is None:
        return given(says, value)
    powers = _powers(scene, frame, p)
    total = Term(math.fsum(term.value for term in powers), f"picture_{p}.exp_sum")
    return as_fraction(says, powers[k], total, value)


def _powers(scene: Any, frame: int, p: int) -> list[Term]:
    """Return e to each logit, minus the largest."""
    logits = scene.logits[frame, p].tolist()
    return [Term(math.exp(logit - max(logits)), f"picture_{p}.exp[{k}]") for k, logit in enumerate(logits)]


def _power(scene: Any, frame: int, p: int, k: int) -> Why:
    logits, value = scene.logits[frame, p], _powers(scene, frame, p)[k].value
    best = int(logits.argmax())
    line = Line("e to the logit minus the largest logit", "exp(", Term(float(logits[k]), f"picture_{p}.logit[{k}]"),
                "-", Term(float(logits[best]), f"picture_{p}.logit[{best}]"), ") =", value)  # fmt: skip
    return Why(f"eˣ of {scene.names[k]}", value, [line])


def _total(scene: Any, frame: int, p: int) -> Why:
    powers = _powers(scene, frame, p)
    return total_power(powers, scene.names, math.fsum(term.value for term in powers))


def _logit(scene: Any, frame: int, p: int, k: int) -> Why:
    """Explain the last layer's logit for a class."""
    says, total = f"the logit of {scene.names[k]}, before softmax", float(scene.logits[frame, p, k])
    if scene.features is None:
        return given(says, total)
    products = scene.features[frame, p].astype(float) * scene.weights[frame, :, k]
    rows = [(f"feature {d + 1}", value, f"picture_{p}.product[{d},{k}]") for d, value in enumerate(products.tolist())]
    rows.append(("bias", float(scene.biases[frame, k]), f"bias[{k}]"))
    return Why(says, total, [added("feature · weight, and the bias", rows, total)])


def _product(scene: Any, frame: int, p: int, d: int, k: int) -> Why:
    feature, w = float(scene.features[frame, p, d]), float(scene.weights[frame, d, k])
    line = Line("feature · weight", Term(feature, f"picture_{p}.feature[{d}]"), "*", Term(w, f"weight[{d},{k}]"), "=",
                feature * w)  # fmt: skip
    return Why(f"what feature {d + 1} adds to the logit of {scene.names[k]}", feature * w, [line])


def _feature(scene: Any, frame: int, p: int, d: int) -> Why:
    before = [name for name in scene.model.layer_names[:-1] if not name.startswith("dropout")]
    words = f"the output of {before[-1]}" if before else "given to the network"
    return noted(f"feature {d + 1} of this picture", words, scene.features[frame, p, d])


def _weight(scene: Any, frame: int, d: int, k: int) -> Why:
    says = f"the weight of feature {d + 1} for {scene.names[k]}, after update {scene.steps[frame]}"
    return learned(says, scene.weights[:, d, k], scene.steps, frame)


def _bias(scene: Any, frame: int, k: int) -> Why:
    says = f"the bias of {scene.names[k]} after update {scene.steps[frame]}"
    return learned(says, scene.biases[:, k], scene.steps, frame)


DRAWN: Table = {
    "step": lambda scene, frame: _clock(scene, frame, "update", frame),
    "last_step": lambda scene, frame: _clock(scene, frame, "update", -1),
    "epoch": lambda scene, frame: _clock(scene, frame, "epoch", frame),
    "last_epoch": lambda scene, frame: _clock(scene, frame, "epoch", -1),
    "parameters": _parameters,
    "parameters[{}]": _parameters_of,
    "picture_{}.predicted[{}]": _predicted,
}
LOGITS: Table = {
    "picture_{}.exp[{}]": _power,
    "picture_{}.exp_sum": _total,
    "picture_{}.logit[{}]": _logit,
}
FEATURES: Table = {
    "picture_{}.product[{},{}]": _product,
    "picture_{}.feature[{}]": _feature,
    "weight[{},{}]": _weight,
    "bias[{}]": _bias,
}


def check_origins(scene: Any) -> None:
    """Raise ValueError if logits, features, weights and biases do not give the probabilities."""
    if scene.logits is not None:
        powers = np.exp(scene.logits - scene.logits.max(axis=2, keepdims=True))
        if not np.allclose(powers / powers.sum(axis=2, keepdims=True), scene.probabilities, rtol=1e-3, atol=1e-5):
            raise ValueError("ClassBars: probabilities must be the softmax of logits; take both from one network")
    layer = [scene.features, scene.weights, scene.biases]
    missing = [each is None for each in layer]
    if any(missing) and (not all(missing)):
        raise ValueError("ClassBars: give features, weights and biases together to explain logits, got some of them")
    if not any(missing):
        if scene.logits is None:
            raise ValueError("ClassBars: features, weights and biases explain logits; give logits, too")
        made = scene.features @ scene.weights + scene.biases[:, None]
        if not np.allclose(made, scene.logits, rtol=1e-3, atol=1e-3 * (np.abs(scene.logits).max() or 1)):
            raise ValueError("ClassBars: logits must be features · weights + biases; take all from one network")
