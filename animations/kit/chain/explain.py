"""Which explanation a gid of a recorded network has."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence

from animations.kit.chain import backward, forward, gradients, losses, parameters
from animations.kit.chain.arithmetic import Index, gid_of, place_of
from animations.kit.chain.look import Look, inside
from animations.why import Line, Part, Why
from tinylearn import Recording
from tinylearn.analysis.every_layer import MODEL

GID = re.compile(r"(?:(row\d+\.gradient|gradient|before|dout|dx|out|in)\.)?([^\[\]]+)(?:\[(\d+(?:,\d+)*)\])?")
KEPT = 4  # updates whose passes are kept
OF_LAYERS: dict[str, tuple[str, Callable[[Look, str, Index], Sequence[Part]]]] = {
    "out": ("what {layer} gives", forward.parts_of_out),
    "in": ("what {layer} is given", forward.own_input),
    "dout": ("dout of {layer}: how the loss grows with what it gives", backward.parts_of_dout),
    "dx": ("what {layer} hands back: how the loss grows with what it is given", backward.parts_of_dx),
}


class Chain:
    """Explains parameters, gradients and what layers give and are given, of a recorded network.

    recording   of `fit` in this process, or what `recording.with_training(…)` returns; of any other only the values
                of the parameters are known

    >>> import numpy as np
    >>> from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, fit
    >>> model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    >>> model.parameters = np.zeros(2)
    >>> recorder = Recorder(model)
    >>> x = np.array([[1.0], [3.0]])
    >>> losses = fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.125), epochs=5, callbacks=[recorder])
    >>> chain = Chain(recorder.recording)
    >>> why = chain.why("dense_1.w[0,0]", 2)
    >>> why.says, why.parts[-1].arithmetic
    ('dense_1.w[0,0] after update 2', '2.5 - 0.125 * 9.0 = 1.375')
    >>> list(why.asked())
    ['before.dense_1.w[0,0]', 'learning_rate', 'gradient.dense_1.w[0,0]']
    >>> print(chain.why("gradient.dense_1.w[0,0]", 2).parts[0].arithmetic)
    1.0 * 1.5 + 3.0 * 2.5 = 9.0
    >>> print(chain.why("dout.dense_1[1,0]", 2).parts[-1].arithmetic)
    2 * (8.5 - 6.0) / 2 = 2.5
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._looks: OrderedDict[int, Look | str] = OrderedDict()

    def why(self, gid: str, step: int) -> Why | None:
        """Explain a number of update `step`; None for what no part of the network has."""
        match = GID.fullmatch(gid)
        if match is None or step not in self.recording.steps:
            return None
        kind, name = match[1] or "", match[2]
        index = tuple(map(int, match[3].split(","))) if match[3] else ()
        if not kind and name in self.recording:
            return self._parameter(name, index, step)
        look = self.look(step)
        if not isinstance(look, Look):
            return None
        if kind in OF_LAYERS:
            return _of_layer(look, kind, name, index)
        if kind:
            return _of_gradient(look, kind, name, index)
        return _of_batch(look, name, index)

    def look(self, step: int) -> Look | str:
        """Return the passes of update `step`, or why they cannot be made again."""
        if step not in self._looks:
            try:
                self._looks[step] = Look(self.recording, step)
            except ValueError as error:
                self._looks[step] = str(error)
            while len(self._looks) > KEPT:
                self._looks.popitem(last=False)
        self._looks.move_to_end(step)
        return self._looks[step]

    def _parameter(self, name: str, index: Index, step: int) -> Why | None:
        values = self.recording[name][self.recording.index(step)]
        if not inside(values, index):
            return None
        value, gid = float(values[index]), gid_of(name, index)
        if step == self.recording.steps[0]:
            return Why(f"{gid} at the start", value, parameters.parts_of_start(self.recording, name, index))
        look, says = self.look(step), f"{gid} after update {step}"
        if isinstance(look, str):
            return Why(says, value, [Line(f"as recorded; how it came about is not known: {look}", value)])
        if name not in look.old:
            return Why(says, value, [Line("its layer remembers it from batch to batch; no gradient changes it", value)])
        return Why(says, value, parameters.parts_of_update(look, name, index))


def _of_layer(look: Look, kind: str, name: str, index: Index) -> Why | None:
    if not look.holds(kind, name, index) or not index:
        return None
    said, parts = OF_LAYERS[kind]
    array = getattr(look.layer(name), {"in": "x"}.get(kind, kind))
    where = f"{look.row(index[0])}, {place_of(index[1:])}" if len(array) == len(look.rows) else place_of(index)
    says = f"{said.format(layer=name)}; {where}, in update {look.step}"
    return Why(says, float(array[index]), parts(look, name, index))


def _of_gradient(look: Look, kind: str, name: str, index: Index) -> Why | None:
    if name not in look.old or not inside(look.old[name], index):
        return None
    gid = gid_of(name, index)
    if kind == "before":
        value = float(look.old[name][index])
        return Why(f"{gid} before update {look.step}", value, [Line(f"as update {look.step - 1} left it", value)])
    if kind == "gradient":
        value = float(look.gradients[name][index])
        says = f"the gradient of the loss with respect to {gid}, in update {look.step}"
        return Why(says, value, gradients.parts_of_gradient(look, name, index))
    row = int(kind.removeprefix("row").removesuffix(".gradient"))
    told = gradients.parts_of_row(look, name, index, row)
    return told and Why(f"what {look.row(row)} adds to the gradient of {gid}, in update {look.step}", told[1], told[0])


def _of_batch(look: Look, name: str, index: Index) -> Why | None:
    """Explain x, target, the losses, the learning rate."""
    if name == "learning_rate" and not index:
        value = float(look.made.before.optimizer.learning_rate)
        return Why(f"the learning rate of update {look.step}", value, [Line("chosen before training", value)])
    if name == "loss" and not index:
        says = f"the loss of the batch of update {look.step}, before the update"
        return Why(says, look.passes.loss, losses.parts_of_loss(look))
    if name == "loss" and len(index) == 1 and index[0] < len(look.rows):
        formula = losses.formula_of(look)
        parts, value = formula.of_row(look, index[0]) if formula else ([], 0.0)
        return Why(f"the loss of {look.row(index[0])}, before update {look.step}", value, parts) if formula else None
    array = {"x": look.layer(MODEL).x, "target": look.passes.target}.get(name)
    if not index or array is None or not inside(array, index):
        return None
    rest, value = index[1:], float(array[index])
    changed = name == "x" and look.made.before.batches.augment is not None
    words = "the data, as augment changed them" if changed else "the data"
    return Why(f"{name}, {look.row(index[0])}", value, [Line(f"{words}: {look.row(index[0])} of {name}"
               + (f", {place_of(rest)}" if rest else ""), value)])  # fmt: skip
