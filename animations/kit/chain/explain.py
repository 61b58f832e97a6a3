"""Finds the explanation for a gid of a recorded network."""

from __future__ import annotations

import copy
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from animations.kit.chain import backward, forward, gradients, losses, parameters
from animations.kit.chain.arithmetic import Index
from animations.kit.chain.look import Look, Prediction, Update, inside
from animations.kit.chain.words import parameter_in_words, place_of
from animations.kit.whys import noted
from animations.why import Line, Part, Why
from tinylearn import Recording, Sequential
from tinylearn.analysis.observer import MODEL

GID = re.compile(r"(?:(row\d+\.gradient|gradient|before|dout|dx|out|in|slope)\.)?([^\[\]]+)(?:\[(\d+(?:,\d+)*)\])?")
KEPT = 4  # updates whose passes are kept
OF_LAYERS: dict[str, tuple[str, Callable[[Look, str, Index], Sequence[Part]]]] = {
    "out": ("the output of {layer}", forward.parts_of_out),
    "in": ("the input of {layer}", forward.own_input),
    "dout": ("dout of {layer}: how the loss grows with its output", backward.parts_of_dout),
    "dx": ("dx of {layer}: how the loss grows with its input", backward.parts_of_dx),
}


class Chain:
    """Explains the parameters and gradients of a recorded network, and the inputs and outputs of its layers.

    recording   made by `fit` in this process, or by `recording.with_training(…)`; for any other, only the values of
                the parameters are known
    inputs      the names of the D numbers in a row of x, if they have names: ["height", "weight"]

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
    ('the weight of dense_1 after update 2', '2.5 - 0.125 * 9.0 = 1.375')
    >>> list(why.asked())
    ['before.dense_1.w[0,0]', 'learning_rate', 'gradient.dense_1.w[0,0]']
    >>> print(chain.why("gradient.dense_1.w[0,0]", 2).parts[0].arithmetic)
    1.0 * 1.5 + 3.0 * 2.5 = 9.0
    >>> print(chain.why("dout.dense_1[1,0]", 2).parts[-1].arithmetic)
    2 * (8.5 - 6.0) / 2 = 2.5
    """

    def __init__(self, recording: Recording, inputs: Sequence[str] = ()) -> None:
        self.recording, self.inputs = recording, inputs
        self._looks: OrderedDict[tuple[int, bool], Update | str] = OrderedDict()

    def why(self, gid: str, step: int, again: bool = False) -> Why | None:
        """Explain a number of update `step`; return None if the network has no such number.

        again   explain what the same batch would give after the update; then gids of parameters have no "before."
        """
        kind, name, index = taken_apart(gid)
        if step not in self.recording.steps:
            return None
        if not kind and name in self.recording:
            return self._parameter(name, index, step)
        look = self.look(step, again)
        if not isinstance(look, Update):
            return None
        if kind in OF_LAYERS or kind == "slope":
            return of_layer(look, kind, name, index)
        if kind:
            return None if again else _of_gradient(look, kind, name, index)
        return _of_batch(look, name, index)

    def look(self, step: int, again: bool = False) -> Update | str:
        """Return the passes of update `step`, or the reason why they cannot be repeated."""
        if (step, again) not in self._looks:
            try:
                self._looks[step, again] = Update(self.recording, step, again, self.inputs)
            except ValueError as error:
                self._looks[step, again] = str(error)
            while len(self._looks) > KEPT:
                self._looks.popitem(last=False)
        self._looks.move_to_end((step, again))
        return self._looks[step, again]

    def __reduce__(self) -> tuple[type[Chain], tuple[Recording, Sequence[str]]]:
        """Leave out everything that can be made again: a scene may go to another process."""
        return Chain, (self.recording, self.inputs)

    def _parameter(self, name: str, index: Index, step: int) -> Why | None:
        values = self.recording[name][self.recording.index(step)]
        if not inside(values, index):
            return None
        value, which = float(values[index]), self._in_words(name, index)
        if step == self.recording.steps[0]:
            return Why(when(which, "at the start"), value, parameters.parts_of_start(self.recording, name, index))
        look, says = self.look(step), when(which, f"after update {step}")
        if isinstance(look, str):
            return Why(says, value, [Line(f"as recorded; its origin is unknown: {look}", value)])
        if name not in look.parameters:
            return Why(says, value, [Line("its layer keeps it from batch to batch; no gradient changes it", value)])
        return Why(says, value, parameters.parts_of_update(look, name, index))

    def _in_words(self, name: str, index: Index) -> str:
        """Name the parameter, by the first update that can be looked into."""
        first = self.look(int(self.recording.steps[min(1, len(self.recording) - 1)]))
        names = names_of_inputs(first, name) if isinstance(first, Update) else ()
        return parameter_in_words(name, index, self.recording.shapes[name], names)


class Predictions:
    """Explains the predictions of a recorded model for x (N, …), with its parameters after any update.

        Predictions(recording, model, x, ["the horse", "the deer"]).why("out.dense_1[0,3]", 12)

    Parameters are explained by `Chain`; x is data; `inputs` are the names of the numbers in a row, as there.
    """

    def __init__(
        self, recording: Recording, model: Sequential, x: np.ndarray, labels: Sequence[str], inputs: Sequence[str] = ()
    ) -> None:
        self.recording, self.model, self.x, self.labels = recording, copy.deepcopy(model), x, labels
        self.chain = Chain(recording, inputs)
        self.seen: tuple[int, Prediction] | None = None

    def why(self, gid: str, step: int) -> Why | None:
        """Explain a number of a prediction after update `step`, or a number that led to its parameters."""
        kind, name, index = taken_apart(gid)
        if kind in ("out", "in"):
            return of_layer(self.look(step), kind, name, index)
        if not kind and name == "x" and index and inside(self.x, index):
            where = place_of(index[1:], self.chain.inputs, in_colour=self.x.ndim == 4 and self.x.shape[-1] == 3)
            return noted(f"x of {at(self.labels[index[0]], where)}", "given to the network", self.x[index])
        return self.chain.why(gid, step)

    def look(self, step: int) -> Prediction:
        """Return the pass after update `step`; the last pass is kept."""
        if self.seen is None or self.seen[0] != step:
            self.recording.restore(self.model, step)
            self.seen = step, Prediction(self.model, self.x, self.labels, step, self.chain.inputs)
        return self.seen[1]

    def __reduce__(self) -> tuple[type[Predictions], tuple[Any, ...]]:
        return Predictions, (self.recording, self.model, self.x, self.labels, self.chain.inputs)


def names_of_inputs(look: Look, parameter: str) -> Sequence[str]:
    """Return the names of the inputs of a parameter's layer."""
    layer, _ = gradients.split(parameter)
    return look.names(look.layer(layer).x_from) if layer in look.layers else ()


def taken_apart(gid: str) -> tuple[str, str, Index]:
    """Return the kind, the name and the index of a gid; if it is none, an empty name.

    >>> taken_apart("dout.dense_1[7,3]"), taken_apart("residual_1.dense_1.b[0]")
    (('dout', 'dense_1', (7, 3)), ('', 'residual_1.dense_1.b', (0,)))
    """
    match = GID.fullmatch(gid)
    if match is None:
        return "", "", ()
    return match[1] or "", match[2], tuple(map(int, match[3].split(","))) if match[3] else ()


def of_layer(look: Look, kind: str, name: str, index: Index) -> Why | None:
    """Explain an input, an output or a gradient of a layer."""
    if kind == "slope" and name in look.layers:
        told = backward.slope_of(look, name, index)
        where = told and at(look.row(index[0]), look.place(name, index[1:]))
        return told and Why(f"the slope of {name} at {where}, {look.when}", *told)
    if not look.holds(kind, name, index) or not index:
        return None
    said, parts = OF_LAYERS[kind]
    array = getattr(look.layer(name), {"in": "x"}.get(kind, kind))
    place = look.place if kind in ("out", "dout") else look.place_in_x
    is_of_row = len(array) == len(look.labels)
    where = at(look.row(index[0]), place(name, index[1:])) if is_of_row else place_of(index)
    says = f"{said.format(layer=name)}; {where}, {look.when}"
    return Why(says, float(array[index]), parts(look, name, index))


def _of_gradient(look: Update, kind: str, name: str, index: Index) -> Why | None:
    if name not in look.parameters or not inside(look.parameters[name], index):
        return None
    which = parameter_in_words(name, index, look.parameters[name].shape, names_of_inputs(look, name))
    if kind == "before":
        value = float(look.parameters[name][index])
        line = Line(f"as update {look.step - 1} left it", value)
        return Why(when(which, f"before update {look.step}"), value, [line])
    if kind == "gradient":
        value = float(look.gradients[name][index])
        says = f"the gradient of the loss with respect to {which}, in update {look.step}"
        return Why(says, value, gradients.parts_of_gradient(look, name, index))
    row = int(kind.removeprefix("row").removesuffix(".gradient"))
    told = gradients.parts_of_row(look, name, index, row)
    return told and Why(f"what {look.row(row)} adds to the gradient of {which}, {look.when}", told[1], told[0])


def _of_batch(look: Update, name: str, index: Index) -> Why | None:
    """Explain x, target, the losses, the learning rate."""
    if name == "learning_rate" and not index:
        value = float(look.made.before.optimizer.learning_rate)
        return noted(f"the learning rate of update {look.step}", "chosen before training", value)
    if name == "loss" and not index:
        return Why(f"the loss of the batch, {look.when}", look.loss, losses.parts_of_loss(look))
    formula = losses.formula_of(look)
    if name == "loss" and formula and len(index) == 1 and index[0] < len(look.labels):
        parts, value = formula.of_row(look, index[0])
        return Why(f"the loss of {look.row(index[0])}, {look.when}", value, parts)
    array = {"x": look.layer(MODEL).x, "target": look.targets}.get(name)
    if not index or array is None or not inside(array, index):
        return None
    place = look.place_in_x(MODEL, index[1:]) if name == "x" else place_of(index[1:])
    which = at(look.row(index[0]), place) if array[0].size > 1 else look.row(index[0])
    changed = ", as augment changed them" if name == "x" and look.made.before.batches.augment is not None else ""
    return noted(f"{name}, {which}", f"the data{changed}", float(array[index]))


def when(which: str, moment: str) -> str:
    """Say which number at which moment.

    >>> when("the weight of dense_1", "at the start"), when("the weight of dense_1 for row 2, column 3", "at the start")
    ('the weight of dense_1 at the start', 'the weight of dense_1 for row 2, column 3, at the start')
    """
    return f"{which}{',' * (',' in which)} {moment}"


def at(row: str, place: str) -> str:
    """Say where a number stands: in which row of the data, and where in that.

    >>> at("row 7", "row 2, column 3, red"), at("row 7", "unit 2")
    ('row 7, at row 2, column 3, red', 'row 7, unit 2')
    """
    return f"{row}, {'at ' * place.startswith('row ')}{place}"
