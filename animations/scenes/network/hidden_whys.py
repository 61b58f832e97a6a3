"""Explains the numbers of a hidden layer: from the network that made them, if the scene has it."""

from __future__ import annotations

from typing import Any

from animations.kit.scales import scale_why
from animations.kit.whys import Table, explained, given, noted
from animations.why import Why


def hidden_why(scene: Any, gid: str, frame: int) -> Why | None:
    """Explain a number of the scene; any other is a number of the recorded network."""
    for picture, row in enumerate(("upper", "lower")):
        if gid.startswith(f"{row}."):
            return explained(gid.removeprefix(f"{row}."), OF_PICTURE, scene, frame, picture)
    own = explained(gid, OF_ALL, scene, frame)
    return own if own or scene.network is None else scene.network.why(gid, int(scene.steps[frame]))


def _step(scene: Any, frame: int) -> Why:
    return noted("the update that this frame shows", "counted while training", scene.steps[frame])


def _last_step(scene: Any, frame: int) -> Why:
    return noted("the last update", "counted while training", scene.steps[-1])


def _scale(scene: Any, frame: int, sign: int) -> Why:
    return scale_why(scene.learned, scene.limits, scene.steps, frame, sign)


def _answer(scene: Any, frame: int, picture: int, neuron: int) -> Why | None:
    if neuron >= scene.lengths["K"]:
        return None
    if scene.network is None:
        return given(f"the answer of neuron {neuron}", scene.answers[frame, picture, neuron])
    return _of_network(scene, frame, f"out.{scene.layer}[{picture},{scene.neurons[neuron]}]")


def _predicted(scene: Any, frame: int, picture: int) -> Why | None:
    if scene.network is None:
        return given(f"the probability of {scene.classes[1]}", scene.predicted[frame, picture])
    return _of_network(scene, frame, f"out.{scene.network.model.layer_names[-1]}[{picture},0]")


def _of_network(scene: Any, frame: int, gid: str) -> Why | None:
    why: Why | None = scene.network.why(gid, int(scene.steps[frame]))
    return why


OF_ALL: Table = {"step": _step, "last_step": _last_step, "scale[{±}]": _scale}
OF_PICTURE: Table = {"answers[{}]": _answer, "predicted": _predicted}
