"""Explain one update of one number, from the recording: repeat the update, and look at each of its steps.

    p(step - 1), recorded → forward, loss, backward → g → optimiser → p(step), which must be the recorded one

replay.py repeats the update, contributions.py looks into its forward and backward pass, traced.py finds the arithmetic
of the optimiser's step, and explanation.py prints the result.
"""

from __future__ import annotations

import re

import numpy as np

from tinylearn.analysis.contributions import contributions
from tinylearn.analysis.explanation import Explanation
from tinylearn.analysis.replay import as_in_training, replay
from tinylearn.analysis.traced import terms_of
from tinylearn.checks import positive_integer, shortened
from tinylearn.recording import Recording


def explain(recording: Recording, step: int, name: str) -> Explanation:
    """Explain how update `step` changed one number, such as "dense_1.w[0, 3]". Print the result, or use its data.

    From the gradient g on, the printed arithmetic gives the recorded number again, bit for bit. The loss is a mean, so
    each dout includes the factor 1/N, and g is the plain sum over the rows. (NumPy adds in its own order, so the last
    digits may differ.)

    If `fit` made the recording in this process, it needs nothing else; only x and y must not have changed. If you
    loaded it, or made it in your own loop, call `with_training` first. You can explain every recorded update. `every`,
    `budget` or `select` may have dropped earlier ones, as long as these can be repeated: not if a callback changed the
    learning rate there.

    Raises ValueError if the repeated update differs from the recorded one in a single bit.

    >>> import numpy as np
    >>> from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, fit
    >>> x, model = np.array([[1.0], [3.0]]), Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    >>> model.parameters = np.zeros(2)
    >>> recorder = Recorder(model)
    >>> losses = fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.125), epochs=5, callbacks=[recorder])
    >>> print(recorder.recording.explain(2, "dense_1.w[0, 0]"))
    update 2 of dense_1.w[0, 0]: epoch 2, 2 rows, loss 4.25
    dout = ∂loss/∂out of dense_1 for x[0], by backpropagation: the chain rule, from the loss back
      from the loss  1.5
    g, the gradient: the sum of input * dout of each row
      x[0]: 1.0 * 1.5 = 1.5
      x[1]: 3.0 * 2.5 = 7.5
      g = 9.0 (the order of summation may change the last digits)
    p, the parameter, by SGD(learning_rate=0.125, momentum=0.0, weight_decay=0.0):
      p = p - learning_rate * g
        = 2.5 - 0.125 * 9.0
        = 1.375
    recorded: 2.5 before, 1.375 after
    """
    step = positive_integer("explain", "step", step)
    parameter, index = _place(recording, name)
    _, before, after, batch = replay(recording, step)
    with as_in_training(recording, step, before):
        place = _position(before.model.named_parameters(), parameter, index)
        constants, terms, untold = terms_of(before.optimizer, before.model.parameters, after.model.gradients, place)
        g = after.model.gradients[place]
        seen = contributions(before.copy(), batch, parameter, index, g)
        old, new = before.model.parameters[place], after.model.parameters[place]
    at = recording.index(step)
    record, earlier = recording.table[at], recording.table[at - 1]
    old_is_recorded = bool(earlier["step"] == step - 1 and earlier[parameter][index] == old)
    return Explanation(
        step=step, parameter=parameter, index=index,
        epoch=int(record["epoch"]), loss=float(record["loss"]), rows=batch[0],
        **seen._asdict(), gradient=g,
        optimizer=repr(before.optimizer), constants=constants, terms=terms, untold=untold,
        old=old, new=new, old_is_recorded=old_is_recorded,
    )  # fmt: skip


def gradients(recording: Recording, step: int) -> dict[str, np.ndarray]:
    """Return name → gradient of the loss in update `step`. It repeats the update, as `explain` does.

    Raises ValueError if the repeated update differs from the recorded one in a single bit.
    """
    after = replay(recording, positive_integer("gradients", "step", step)).after
    return {name: gradient.copy() for name, gradient in after.model.named_gradients().items()}


def _place(recording: Recording, name: str) -> tuple[str, tuple[int, ...]]:
    """Return name and index of "dense_1.w[0, 3]", counted from 0; ValueError if there is no such recorded number."""
    match = re.fullmatch(r"(.+)\[(.*)\]", name) if isinstance(name, str) else None
    numbers = match[2].split(",") if match and match[2].strip() else []
    if match is not None and "][" in name:
        one_pair = name.replace("][", ", ")
        raise ValueError(f"explain: name must have one pair of brackets, got {name!r}; write {one_pair!r}")
    if match is None or not all(re.fullmatch(r"\s*-?\d{1,18}\s*", number) for number in numbers):
        example = f"{recording.names[0]}[{', '.join('0' * len(recording.shapes[recording.names[0]]))}]"
        raise ValueError(f"explain: name must have an index, such as {example!r}, got {shortened(name)}")
    parameter, given = match[1].strip(), tuple(map(int, numbers))
    if parameter not in recording:
        raise ValueError(f"explain: {shortened(name)} was not recorded, only {', '.join(recording.names)}")
    shape = recording.shapes[parameter]
    if len(given) != len(shape) or not all(-n <= i < n for i, n in zip(given, shape, strict=True)):
        raise ValueError(f"explain: there is no {shortened(name)}: {parameter} has shape {shape}")
    return parameter, tuple(i % n for i, n in zip(given, shape, strict=True))


def _position(named: dict[str, np.ndarray], name: str, index: tuple[int, ...]) -> int:
    """Return the place of a parameter's number in the vector of all; ValueError if it is not a parameter."""
    if name not in named:
        raise ValueError(
            f"explain: {name} is state, not a parameter: it has no gradient, so there is nothing to explain"
        )
    before = sum(array.size for array in [*named.values()][: [*named].index(name)])
    return before + int(np.ravel_multi_index(index, named[name].shape))
