"""Explains the numbers of one update: by the chain of the recorded network, under the names of this picture.

    this picture            the chain, row 0 of the batch
    input[i], target[0]     x[0,i], target[0,0]
    loss_now                loss[0]
    dense_1[2].out          out.dense_1[0,2]; so .dout and .slope
    dense_1.w[0,1]          before.dense_1.w[0,1]; after the step dense_1.w[0,1]
    dense_1.w[0,1].gradient gradient.dense_1.w[0,1]

After the step, outputs and loss have the new parameters. Numbers that led to the step keep their names in the chain.
"""

from __future__ import annotations

import re
from typing import Any

from animations.kit.whys import noted
from animations.why import Line, Term, Why

OF_NODE = re.compile(r"(.+)\[(\d+)\]\.(out|dout|slope)")
OF_PARAMETER = re.compile(r"(.+)\.(w|b)\[([\d,]+)\](?:\.(\w+))?")
OF_CHAIN = re.compile(r"(out|dout|slope)\.(.+)\[0,(\d+)\]")
SAME = {"x[0,{}]": "input[{}]", "target[0,{}]": "target[{}]"}


def backpropagation_why(scene: Any, gid: str, frame: int) -> Why | None:
    """Explain a number of the scene, or one of the chain."""
    return _OfFrame(scene, frame).why(gid)


class _OfFrame:
    """A frame before or after the step."""

    def __init__(self, scene: Any, frame: int) -> None:
        self.scene, self.frame, self.passes, self.step = scene, frame, scene.passes, scene.step
        self.stepped = frame >= scene.beats.turn

    def why(self, gid: str) -> Why | None:
        if gid == "step":
            return noted("the update that this film shows", "counted while training", self.step)
        parameter = OF_PARAMETER.fullmatch(gid)
        if parameter and parameter[4] == "product":
            return self.product(*parameter.groups()[:3])
        name, again = self.in_chain(gid, parameter)
        told = self.scene.chain.why(name, self.step, again)
        return told and told.renamed(self.after_step if self.stepped and not again else self.of_picture)

    def in_chain(self, gid: str, parameter: re.Match[str] | None) -> tuple[str, bool]:
        """Return the chain's gid for one of this picture, and whether it means the pass after the step."""
        last = self.passes.names[-1]
        if parameter:
            return self.of_parameter(*parameter.groups()), False
        if node := OF_NODE.fullmatch(gid):
            return f"{node[3]}.{node[1]}[0,{node[2]}]", self.stepped and node[3] == "out"
        for chain, picture in SAME.items():
            if found := re.fullmatch(re.escape(picture).replace(r"\{\}", r"(\d+)"), gid):
                return chain.format(found[1]), False
        named = {"loss_now": ("loss[0]", self.stepped), "loss.before": ("loss[0]", False),
                 "loss.out": (f"out.{last}[0,0]", False), "loss.target": ("target[0,0]", False)}  # fmt: skip
        return named.get(gid, (gid, False))

    def of_parameter(self, layer: str, key: str, index: str, part: str | None) -> str:
        """Return the chain's gid for a parameter, or for a number of the arithmetic next to it."""
        name = f"{layer}.{key}[{index}]"
        if part is None:
            return name if self.stepped or layer.startswith(("before.", "gradient.")) else f"before.{name}"
        unit = index.split(",")[-1]
        return {
            "x": self.input_of(layer, index),
            "weight": f"before.{name}",
            "before": f"before.{name}",
            "dout": f"dout.{layer}[0,{unit}]",
            "gradient": f"gradient.{name}",
            "rate": "learning_rate",
        }.get(part, "")

    def input_of(self, layer: str, index: str) -> str:
        """Return the gid of the number that a weight multiplies."""
        number = self.passes.names.index(layer) if layer in self.passes.names else 0
        before = f"out.{self.passes.names[number - 1]}" if number else "x"
        return f"{before}[0,{index.split(',')[0]}]"

    def product(self, layer: str, key: str, index: str) -> Why | None:
        """Explain what a line carries: forward input · weight, backward dout · weight."""
        if layer not in self.passes.names or key != "w":
            return None
        number, (i, j) = self.passes.names.index(layer), map(int, index.split(","))
        w = Term(float(self.passes.before[f"{layer}.w"][i, j]), f"{layer}.w[{i},{j}].weight")
        if number and self.frame == self.scene.beats.told_at(number - 1):
            dout = Term(float(self.passes.douts[number][j]), f"{layer}.w[{i},{j}].dout")
            return _product("what this line carries back: dout · weight", dout, w)
        given = self.passes.outputs[0][number - 1] if number else self.passes.x
        return _product("what this line carries: input · weight", Term(float(given[i]), f"{layer}.w[{i},{j}].x"), w)

    def of_picture(self, gid: str) -> str:
        """Return this picture's name for a gid of the chain."""
        for chain, picture in SAME.items():
            if found := re.fullmatch(re.escape(chain).replace(r"\{\}", r"(\d+)"), gid):
                return picture.format(found[1])
        if found := OF_CHAIN.fullmatch(gid):
            return f"{found[2]}[{found[3]}].{found[1]}"
        if gid == "loss[0]":
            return "loss_now"
        if gid.startswith("gradient."):
            return f"{gid.removeprefix('gradient.')}.gradient"
        return gid.removeprefix("before.")

    def after_step(self, gid: str) -> str:
        """Return it if the nodes show the state after the step: only numbers next to a parameter have other names."""
        for kind in ("before", "gradient"):
            if gid.startswith(f"{kind}."):
                return f"{gid.removeprefix(f'{kind}.')}.{kind}"
        return gid


def _product(words: str, one: Term, other: Term) -> Why:
    value = one.value * other.value
    return Why(words, value, [Line(words.split(": ")[1], one, "*", other, "=", value)])
