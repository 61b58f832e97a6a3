"""Chapter 4. Activations: how a network gets its bends.

An activation sits behind each neuron and bends what comes out. ReLU cuts off everything below 0; its slope is 0 on the
left and 1 on the right (at 0 itself there is no slope, and tinylearn takes 0). The sigmoid squeezes every number
between 0 and 1; it is steepest in the middle, 0.25, and almost level far out, where a neuron hardly learns any more.
Softmax looks at several numbers at once and turns them into probabilities: each eˣ, divided by the sum of them all.

Why bend at all? Two layers without activation are w₂ · (w₁ · x + b₁) + b₂ = (w₂ · w₁) · x + (w₂ · b₁ + b₂): one weight
and one bias. So is a third layer, and a hundredth: always a straight line. The best line through sin(x) on [−5, 5]
misses it by 0.50003 in the mean square, and the network without activations finds that line and stays there. With ReLU,
from the same initial weights, the same network bends where its neurons switch on and off, and follows the wave.

Where a ReLU network starts matters. A neuron that is off for every x has slope 0 and never learns: it is dead. And with
random weights alone, 6 of 40 networks got stuck with a part of the wave missing. So here the bends of the first layer
start evenly spread, the second layer's biases start at 1, and the last layer's weights, small, have alternating signs:
outputs of ReLU are never negative, and a sum of them must be able to go down. Both networks start so. That is no
guarantee: of the seeds 0 to 99 one, 45, still gets stuck.

    python -m chapters.ch04_activations
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from animations import CurveFit, CurveStates, FunctionAndSlope, FunctionStates, SideBySide, SoftmaxBars, spaced_steps
from chapters.films import Film, draw
from chapters.run import Headline, run_alone
from tinylearn import (
    Adam,
    Dense,
    MeanSquaredError,
    ProgressBar,
    Recorder,
    Recording,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    fit,
)
from tinylearn.datasets import sine
from tinylearn.initializers import constant, he_normal, ones

INPUTS = np.linspace(-6, 6, 31)
SCORES, MOVING = (2.3, 7.9, 0.8, 5.1), 3  # which of the scores moves, counted from 0
LEARNING_RATE, EPOCHS = 0.005, 4000


# --- the maths, by hand -----------------------------------------------------------------------------------------------


def sigmoid_slope(x: np.ndarray) -> np.ndarray:
    """The slope of the sigmoid, measured: how much it rises from just before x to just after, for each step.

    >>> sigmoid_slope(np.array([0.0])).round(6)
    array([0.25])
    """
    h = 1e-5
    return (1 / (1 + np.exp(-(x + h))) - 1 / (1 + np.exp(-(x - h)))) / (2 * h)


def softmax(x: np.ndarray) -> np.ndarray:
    """Softmax as it is written on paper. (tinylearn's subtracts the largest x first, so that no eˣ overflows.)

    >>> softmax(np.array([2.3, 7.9, 0.8, 5.1])).round(5)
    array([3.4700e-03, 9.3867e-01, 7.7000e-04, 5.7080e-02])
    """
    return np.exp(x) / np.exp(x).sum()


def best_line(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Return w and b of the straight line with the smallest mean squared error, and that error.

    At the best w and b both slopes of the loss are 0. From Σ (w x + b − y) = 0 follows b = ȳ − w x̄, with x̄ and ȳ the
    means; put into Σ (w x + b − y) x = 0 it leaves w = Σ (x − x̄)(y − ȳ) / Σ (x − x̄)².
    """
    off_x, off_y = x - x.mean(), y - y.mean()
    w = (off_x * off_y).sum() / (off_x**2).sum()
    b = y.mean() - w * x.mean()
    return float(w), float(b), float(((w * x + b - y) ** 2).mean())


# --- the network ------------------------------------------------------------------------------------------------------


def network(seed: int, *, bend: bool) -> Sequential:
    """Return the network 1-7-5-1, with ReLU behind the hidden layers or without; for one seed both start the same."""
    rng = np.random.default_rng(seed)
    first = Dense(1, 7, rng=rng, weights=constant(0.5), biases=spread)
    second = Dense(7, 5, rng=rng, weights=he_normal, biases=ones)
    last = Dense(5, 1, rng=rng, weights=alternating)
    return Sequential([first, ReLU(), second, ReLU(), last] if bend else [first, second, last])


def spread(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Biases for weights of 0.5: neuron k switches at 0.5 · x + b = 0, so these switch from x = 5 to x = −5."""
    return np.linspace(-2.5, 2.5, shape[0])


def alternating(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Weights a quarter of He's size, so that the first curve is not far off, with the signs +, −, +, …"""
    signs = np.where(np.arange(shape[0]) % 2 == 0, 1.0, -1.0)
    return 0.25 * np.abs(he_normal(shape, rng)) * signs[:, None]


def learn(model: Sequential, x: np.ndarray, y: np.ndarray) -> Recording:
    """Train with all rows in one batch, so that an epoch is one update; return the recording of every one."""
    recorder = Recorder(model)
    fit(model, x, y, loss=MeanSquaredError(), optimizer=Adam(LEARNING_RATE), epochs=EPOCHS, batch_size=len(x),
        callbacks=[recorder, ProgressBar(EPOCHS, "chapter 4")])  # fmt: skip
    return recorder.recording


# --- the pictures -----------------------------------------------------------------------------------------------------


def two_functions(x: np.ndarray) -> SideBySide:
    """ReLU and sigmoid beside each other, at the inputs x."""
    at_zero = FunctionStates(ReLU(), np.array([-1.0, 0.0, 1.0])).slope[1]
    relu = FunctionAndSlope(FunctionStates(ReLU(), x), title="ReLU", formula="f(x) = max(x, 0)", name="relu",
                            note=f"at 0 itself tinylearn takes {at_zero:.0f}")  # fmt: skip
    sigmoid = FunctionAndSlope(FunctionStates(Sigmoid(), x), title="Sigmoid", formula="f(x) = 1 / (1 + exp(−x))",
                               name="sigmoid")  # fmt: skip
    return SideBySide(relu, sigmoid)


def moving_scores(frames: int) -> np.ndarray:
    """Return SCORES in every frame (frames, 4), one of which goes up to 10, down to 0, and back to where it began."""
    start = SCORES[MOVING]
    scores = np.tile(SCORES, (frames, 1))
    corners = np.cumsum([0, 10 - start, 10, start])  # how far it has gone when it turns
    scores[:, MOVING] = np.interp(np.linspace(0, corners[-1], frames), corners, [start, 10, 0, start])
    return scores


def two_networks(line: CurveStates, curve: CurveStates, error: float) -> SideBySide:
    """The network without activations and that with ReLU, on one clock and with the same axes; `error`: best_line's."""
    said = np.concatenate([line.predicted, curve.predicted])
    losses = np.concatenate([line.loss, curve.loss])
    heights = (min(-1.5, said.min() - 0.3), max(1.5, said.max() + 0.3))
    both: dict[str, Any] = {"best_line": error, "heights": heights, "losses": (losses.min(), losses.max())}
    return SideBySide(CurveFit(line, title="without activations", name="line", **both),
                      CurveFit(curve, title="with ReLU", name="relu", **both))  # fmt: skip


def main(
    out: Path, *, seed: int = 0, quick: bool = False, formats: tuple[str, ...] = ("gif",), processes: int = 1
) -> Headline:
    """Compute, train, draw; return the headline numbers. `seed` chooses the initial weights of both networks."""
    out = Path(out)
    x, y = sine()
    w, b, error = best_line(x, y)
    models = {bend: network(seed, bend=bend) for bend in (False, True)}
    if not np.array_equal(models[False].parameters, models[True].parameters):
        raise AssertionError("both networks must start from the same weights")
    recordings = {bend: learn(model, x, y) for bend, model in models.items()}

    steps = spaced_steps(EPOCHS, 9 if quick else 101)
    line, curve = (CurveStates(recordings[bend], models[bend], x, y, steps) for bend in (False, True))
    scores = moving_scores(9 if quick else 101)
    films = {
        "ch04_relu_sigmoid": Film(two_functions(INPUTS[::5] if quick else INPUTS), fps=4, colors=48),
        "ch04_softmax": Film(SoftmaxBars(scores, Softmax().forward(scores), moving=MOVING), fps=10, hold_first=2,
                             colors=48),
        "ch04_learning_sine": Film(two_networks(line, curve, error), fps=10, hold_first=1.5, hold_last=3, colors=48),
    }  # fmt: skip
    draw(films, out, formats, processes)

    sigmoid, scores_now = FunctionStates(Sigmoid(), INPUTS), np.array(SCORES)
    last_w, last_b = line.line[-1].tolist() if line.line is not None else (np.nan, np.nan)
    return {
        "slope of ReLU at 0": FunctionStates(ReLU(), INPUTS).slope[15].item(),
        "steepest slope of the sigmoid": sigmoid.slope.max().item(),
        "largest difference from the measured slope": float(np.abs(sigmoid.slope - sigmoid_slope(INPUTS)).max()),
        "softmax": Softmax().forward(scores_now).round(5).tolist(),
        "difference from softmax by hand": float(np.abs(Softmax().forward(scores_now) - softmax(scores_now)).max()),
        "loss without activations": float(line.loss[-1]),
        "loss of the best straight line": error,
        "its w and b, by hand": [w, b],
        "w and b of the network": [last_w, last_b],
        "loss with ReLU": float(curve.loss[-1]),
    }


if __name__ == "__main__":
    run_alone(main, "ch04")
