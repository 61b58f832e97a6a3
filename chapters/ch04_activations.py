# %% [markdown]
# # Chapter 4. Activations: how a network gets its bends
#
# An activation sits behind each neuron and bends what comes out. ReLU cuts off everything below 0; its slope is 0 on
# the left and 1 on the right (at 0 itself there is no slope, and tinylearn takes 0). The sigmoid squeezes every number
# between 0 and 1; it is steepest in the middle, 0.25, and almost level far out. What a neuron learns from is
# multiplied by that slope: where it is almost 0, the neuron hardly learns. Softmax looks at several numbers at once
# and turns them into probabilities: each eˣ, divided by the sum of them all.
#
# How does a neuron in the middle of a network learn? By **backpropagation**. Values flow forward, layer by layer, to
# the loss. Then dout, which says how the loss grows with a number, flows back: times the weight along each line, times
# the slope at each activation. A ReLU that is off has slope 0; there dout stops, and the weights before it learn
# nothing from this example. The gradient of a weight is its input times its dout, and the step subtracts the learning
# rate times that.
#
# Why bend at all? Two layers without activation are w₂ · (w₁ · x + b₁) + b₂ = (w₂ · w₁) · x + (w₂ · b₁ + b₂): one
# weight and one bias. So is a third layer, and a hundredth: always a straight line. The best line through sin(x) on
# [−5, 5] has a mean squared error of 0.50003, and the network without activations finds that line and stays there.
# With ReLU, from the same initial weights, the same network bends where its neurons switch on and off, and follows the
# wave. So it does with tanh, and later with sigmoid, whose slopes are small: four networks race that differ in nothing
# but their activations. (Of seeds 0 to 39, tanh ends lowest with 38, though the start is made for ReLU; the line stays
# at its 0.50003 with all.)
#
# Where a ReLU network starts matters. A neuron that is off for every x has slope 0 and never learns: it is dead. With
# random weights and biases of 0, 6 of 40 networks were still stuck after 4000 epochs, a part of the wave missing. So
# here the seven neurons of the first layer start with their bends spread evenly from x = −4 to x = 4; the biases of
# the second layer start at 1, so that most of its neurons are on; and the weights of the last layer start small, so
# that learning soon turns a wrong sign. All networks start so, and with ReLU every seed from 0 to 99 follows the wave.
#
# ```
# python -m chapters.ch04_activations
# ```

# %% What this chapter uses
from collections.abc import Collection
from typing import Any

import numpy as np

from animations import (
    Backpropagation,
    Clip,
    CurveFit,
    CurveRace,
    CurveStates,
    FunctionAndSlope,
    FunctionStates,
    SideBySide,
    SoftmaxBars,
    spaced_steps,
)
from animations.scenes.activations.curve_fit import straight_line
from tinylearn import (
    SGD,
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
    Tanh,
    fit,
    race,
)
from tinylearn.analysis.race import Runner
from tinylearn.datasets import sine
from tinylearn.initializers import constant, he_normal, ones
from tinylearn.layers import Layer
from chapters.tools.run import begin

book = begin("ch04")

# %% What it works with
INPUTS = np.linspace(-6, 6, 121)
SCORES, MOVING = (2.3, 7.9, 0.8, 5.1), 3  # which of the scores moves, counted from 0
LEARNING_RATE, EPOCHS = 0.005, 1000
LINE, RELU = "without activations", "with ReLU"
READING = {1: 2.5, 2: 1.5, 3: 1, 4: 1, 5: 2, 6: 2.5, 7: 3, 8: 2.5, 9: 2.5, 10: 3.5}  # beat of an update → seconds
ACTIVATIONS: dict[str, type[Layer] | None] = {LINE: None, RELU: ReLU, "with tanh": Tanh, "with sigmoid": Sigmoid}


# %% The maths, by hand
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


# %% The network
def network(seed: int, activation: type[Layer] | None) -> Sequential:
    """Return the network 1-7-5-1, with an activation behind the hidden layers or none; for one seed all start equal."""
    rng = np.random.default_rng(seed)
    first = Dense(1, 7, rng=rng, weights=constant(0.5), biases=spread)
    second = Dense(7, 5, rng=rng, weights=he_normal, biases=ones)
    last = Dense(5, 1, rng=rng, weights=small)
    return Sequential([first, activation(), second, activation(), last] if activation else [first, second, last])


def spread(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Biases for weights of 0.5: a neuron switches where 0.5 · x + b = 0, so the first at x = 4, the last at x = −4."""
    return np.linspace(-2, 2, shape[0])


def small(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A quarter of He's weights: the first curve lies near 0, and a wrong sign is soon turned."""
    return 0.25 * he_normal(shape, rng)


def learn(seed: int, x: np.ndarray, y: np.ndarray, names: Collection[str] = tuple(ACTIVATIONS)) -> dict[str, Runner]:
    """Let networks race that differ in their activations, with all rows in one batch, so that an epoch is one update.

    The race checks that all start from the same weights.
    """
    makers = {name: lambda _, activation=ACTIVATIONS[name]: network(seed, activation) for name in names}
    return race(makers, (x, y), Adam(LEARNING_RATE), loss=MeanSquaredError(), epochs=EPOCHS, batch_size=len(x),
                callbacks=[ProgressBar(EPOCHS, "chapter 4")])  # fmt: skip


def one_update() -> Recording:
    """Let a network 1-3-1 make one update, from round numbers that can be followed by hand; one of its ReLUs is off."""
    rng = np.random.default_rng(0)
    model = Sequential([Dense(1, 3, rng=rng), ReLU(), Dense(3, 1, rng=rng)])
    model.parameters = np.array([1, -0.5, 0.5, 0.5, 0.25, 0.5, 0.5, 0.75, -0.5, 0.25])  # w and b, layer by layer
    recorder = Recorder(model)
    fit(model, np.array([[2.0]]), np.array([[1.75]]), loss=MeanSquaredError(), optimizer=SGD(0.02), epochs=1,
        callbacks=[recorder])  # fmt: skip
    return recorder.recording


# %% The pictures
def two_functions(x: np.ndarray) -> SideBySide:
    """ReLU and sigmoid beside each other, at the inputs x, their slopes on the same axis."""
    relu, sigmoid = (FunctionStates(layer, x) for layer in (ReLU(), Sigmoid()))
    steepest = max(relu.slope.max(), sigmoid.slope.max())
    return SideBySide(
        FunctionAndSlope(relu, title="ReLU", formula="f(x) = max(x, 0)", name="relu", steepest=steepest,
                         note=f"at 0 itself tinylearn takes {relu_slope_at_zero():.0f}"),
        FunctionAndSlope(sigmoid, title="Sigmoid", formula="f(x) = 1 / (1 + e⁻ˣ)", name="sigmoid", steepest=steepest,
                         note=f"never steeper than {sigmoid.fine_slope.max():.2f}"))  # fmt: skip


def relu_slope_at_zero() -> float:
    """Ask the layer: `backward` multiplies a `dout` of 1 by the slope."""
    relu = ReLU()
    relu.forward(np.zeros(1))
    return relu.backward(np.ones(1)).item()


def moving_scores(frames: int) -> np.ndarray:
    """Return SCORES in every frame (frames, 4); one of them goes up by 4, down to 4 below its start, and back."""
    scores = np.tile(SCORES, (frames, 1))
    scores[:, MOVING] += np.interp(np.linspace(0, 1, frames), [0, 0.25, 0.75, 1], [0, 4, -4, 0])
    return scores


def two_networks(line: CurveStates, curve: CurveStates, error: float) -> SideBySide:
    """The network without activations and that with ReLU, on one clock and with the same axes; `error`: best_line's."""
    said = np.concatenate([line.predicted, curve.predicted])
    losses = np.concatenate([line.loss, curve.loss])
    heights = (min(-1.5, said.min() - 0.3), max(1.5, said.max() + 0.3))
    both: dict[str, Any] = {"best_line": error, "heights": heights, "losses": (losses.min(), losses.max())}
    return SideBySide(CurveFit(line, title=LINE, name="line", **both),
                      CurveFit(curve, title=RELU, name="relu", clock=False, **both))  # fmt: skip


# %% All that is learned
x, y = sine()
w, b, error = best_line(x, y)
runners, steps = learn(book.seed, x, y), spaced_steps(EPOCHS, 9 if book.quick else 101)
states = {name: CurveStates(runner.recording, runner.model, x, y, steps) for name, runner in runners.items()}
line, curve = states[LINE], states[RELU]
scores = moving_scores(9 if book.quick else 101)

# %% The films
functions = two_functions(INPUTS[::20] if book.quick else INPUTS)
book.film("ch04_relu_sigmoid", Clip(functions, fps=4 if book.quick else 20, hold_first=1.5,
                                    holds={3 if book.quick else 60: 2}, hold_last=3, colors=48))  # fmt: skip
bars = SoftmaxBars(scores, Softmax().forward(scores), moving=MOVING)
book.film("ch04_softmax", Clip(bars, fps=10, hold_first=2, colors=48))
passes = Backpropagation(one_update())
book.film("ch04_one_update", Clip(passes, fps=1, motion=1 if book.quick else 10, hold_first=2, holds=READING,
                                  hold_last=4, colors=48))  # fmt: skip
both = two_networks(line, curve, error)
book.film("ch04_learning_sine", Clip(both, fps=10, hold_first=1.5, hold_last=3, colors=48))
all_four = CurveRace(states, title="Four networks that differ in their activations", best_line=error)
book.film("ch04_race", Clip(all_four, fps=10, hold_first=1.5, hold_last=3, colors=64))

# %% The numbers
places = INPUTS[::4]
sigmoid, p = FunctionStates(Sigmoid(), places), Softmax().forward(np.array(SCORES))
book.numbers({
    "slope of ReLU at 0": relu_slope_at_zero(),
    "steepest slope of the sigmoid": sigmoid.slope.max().item(),
    "largest difference from the measured slope": float(np.abs(sigmoid.slope - sigmoid_slope(places)).max()),
    "softmax": p.round(5).tolist(),
    "difference from softmax by hand": float(np.abs(p - softmax(np.array(SCORES))).max()),
    "loss without activations": float(line.loss[-1]),
    "loss of the best straight line": error,
    "w and b of the best line, by hand": [w, b],
    "w and b of the network without activations": straight_line(runners[LINE].model),
    "loss with ReLU": float(curve.loss[-1]),
    **{f"last recorded loss {name}": float(runner.recording.losses[-1]) for name, runner in runners.items()},
})  # fmt: skip
