"""Some pictures compute a network's answers themselves, by a formula. Does the recorded model give the same?"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from tinylearn import Recording

HOW = "Recording.load(path, model=…, x=…, y=…, loss=…, optimizer=…)"


def check_answers(
    caller: str, recording: Recording, steps: np.ndarray, x: np.ndarray, drawn: np.ndarray, formula: str, use: str
) -> None:
    """Raise ValueError unless the recorded model answers x (N, …), after each of the steps, with `drawn` (S, N).

    formula   by which the picture computes its answers, in words
    use       what to do instead

    If its loss takes logits, the answers are their sigmoid. A recording that does not know its model is not checked.
    """
    if not recording.origins:
        return
    training = recording.origins[-1].training.copy()
    from_logits = getattr(training.loss, "from_logits", False)
    room = 1e-5 * np.abs(drawn).max(initial=0)
    for step, wanted in zip(steps, drawn, strict=True):
        said = _predicted(recording, training.model, int(step), x)
        if said is None or said.size != wanted.size:
            got = "cannot answer" if said is None else f"gives {said.size} numbers for"
            raise ValueError(f"{caller}: the recorded model, {training.model}, {got} x of shape {x.shape}; {use}")
        answers = np.exp(-np.logaddexp(0, -said.ravel())) if from_logits else said.ravel()
        if not np.allclose(answers, wanted, rtol=1e-4, atol=room):
            row = int(np.abs(answers - wanted).argmax())
            raise ValueError(
                f"{caller}: the recorded model, {training.model}, answers {answers[row]:.4g} to x[{row}] after update "
                f"{step}, but {formula} is {wanted[row]:.4g}; {use}"
            )


def check_losses(
    caller: str, recording: Recording, steps: np.ndarray, predicted: np.ndarray, target: np.ndarray,
    drawn: np.ndarray,
) -> None:  # fmt: skip
    """Raise ValueError unless the drawn losses (S,), mean squared errors, are those of the recorded loss function.

    predicted (S, N), target (N,). If the recording does not know its loss function, compare the recorded losses of all
    batches that have N rows.
    """
    room = 1e-6 * max(float((target**2).max()), 1e-300)
    if recording.origins:
        loss = copy.deepcopy(recording.origins[-1].training.loss)
        made = [_loss(loss, each[:, None], target[:, None]) for each in predicted]
        which = f"by the recorded loss function, {loss},"
    else:
        made = [_recorded_loss(recording, int(step), target.size) for step in steps]
        which = "in the recording, whose batches have as many rows,"
    for step, value, wanted in zip(steps, made, drawn, strict=True):
        if value is not None and np.isfinite(value) and not np.isclose(value, wanted, rtol=1e-3, atol=room):
            hint = "" if recording.origins else f"; for other rows than those it learned from, tell it more: {HOW}"
            raise ValueError(
                f"{caller}: the loss after update {step} is {value:.4g} {which} but the mean squared error is "
                f"{wanted:.4g}; this picture is of a neuron that learns with MeanSquaredError(){hint}"
            )


def _predicted(recording: Recording, model: Any, step: int, x: np.ndarray) -> np.ndarray | None:
    try:
        recording.restore(model, step)
        with np.errstate(all="ignore"):
            return np.asarray(model.predict(x))
    except ValueError:  # x has another shape than the model takes, or some parameters are not recorded
        return None


def _loss(loss: Any, predicted: np.ndarray, target: np.ndarray) -> float | None:
    try:
        with np.errstate(all="ignore"):
            return float(loss.forward(predicted, target))
    except ValueError:  # a loss of other targets, such as classes
        return None


def _recorded_loss(recording: Recording, step: int, rows: int) -> float | None:
    """Return the recorded loss with the parameters after `step`, before the next update, if that has so many rows."""
    after = recording.index(step) + 1
    known = after < len(recording) and recording.steps[after] == step + 1 and len(recording.batch(step + 1)) == rows
    return float(recording.losses[after]) if known else None
