"""Chapter 3. One neuron learns Fahrenheit from Celsius.

A neuron multiplies its input by a weight w and adds a bias b. From ten temperatures in both scales it learns the rule
F = 1.8 · C + 32: initialise w and b, adjust them against the gradient of the squared error, repeat.

The first film shows six updates slowly. Each row pulls on w by 2/N · error · x, so the hot ones pull hardest. The sum
of the pulls is the gradient, and the step goes against it. The loss over (w, b) is a narrow valley: each step crosses
its floor and lands on the other wall, 0.83 times as far away, because 0.0005 is 92 % of the largest stable learning
rate. The second film shows every second update, so w stays on one side while b creeps to 32.

    python -m chapters.ch03_first_neuron
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from animations import Clip, LineFit, NeuronDiagram, NeuronStates, NeuronUpdates, SideBySide, spaced_steps
from chapters.tools.films import draw
from chapters.tools.run import Headline, checked, run_alone
from tinylearn import SGD, Dense, MeanSquaredError, ProgressBar, Recorder, Sequential, fit
from tinylearn.datasets import celsius_fahrenheit
from tinylearn.initializers import ones

LEARNING_RATE, UPDATES = 0.0005, 8000


def learn_by_hand(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """The whole of learning, with nothing hidden. Return w and b.

    The loss is the mean of difference², so by the chain rule ∂loss / ∂w = Σ 2 / N · difference · x: that is dw.
    """
    w, b = 1.0, 1.0  # initialise
    for _ in range(UPDATES):  # repeat
        difference = w * x + b - y  # grows by x when w grows by 1, and by 1 when b does
        dw, db = (2 / x.size * difference * x).sum(), (2 / x.size * difference).sum()
        w, b = w - LEARNING_RATE * dw, b - LEARNING_RATE * db  # adjust
    return float(w), float(b)


def learn_with_parts(x: np.ndarray, y: np.ndarray) -> Sequential:
    """The same with the parts of tinylearn. Return the model."""
    model, loss, optimizer = one_neuron(), MeanSquaredError(), SGD(LEARNING_RATE)
    for _ in range(UPDATES):
        loss.forward(model.forward(x), y)  # how wrong?
        model.backward(loss.backward())  # which way is down?
        optimizer.step(model.parameters, model.gradients)  # one step there
    return model


def learn_with_fit(x: np.ndarray, y: np.ndarray, model: Sequential) -> Recorder:
    """The same with `fit`, all rows in one batch, and every update recorded. Return the recorder."""
    recorder = Recorder(model)
    fit(model, x, y, loss=MeanSquaredError(), optimizer=SGD(LEARNING_RATE), epochs=UPDATES, batch_size=len(x),
        callbacks=[recorder, ProgressBar(UPDATES, "chapter 3")])  # fmt: skip
    return recorder


def one_neuron() -> Sequential:
    """Return a neuron with one input, whose w and b are 1: nothing is random, so any `rng` will do."""
    return Sequential([Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])


def largest_stable_rate(x: np.ndarray) -> float:
    """Return the learning rate above which the updates grow without bound.

    The loss is a bowl over (w, b) with the curvature matrix H = 2/N · [[Σx², Σx], [Σx, N]]. Along a direction in which
    the curvature is λ, an update multiplies the distance to the bottom by 1 - learning_rate · λ. That shrinks it only
    if the rate is below 2 / λ; the direction with the largest curvature sets the limit.
    """
    inputs = np.column_stack([x, np.ones_like(x)])  # w multiplies x, b multiplies 1
    curvatures = np.linalg.eigvalsh(2 / len(x) * inputs.T @ inputs)
    return float(2 / curvatures.max())


def updates_with_scaled_input(x: np.ndarray, y: np.ndarray, loss: float) -> int:
    """Return after how many updates a neuron that sees x with mean 0 and variance 1 reaches `loss`.

    w multiplies x, some 40 times as large as the 1 that b multiplies, so the curvature along w is about 2000 times that
    along b: a narrow valley. Its walls allow no more than 0.0005, and along its floor, where b has to go from 1 to 32,
    such steps are tiny. With scaled inputs the bowl is round, and 0.4 is fine.
    """
    scaled, model = (x - x.mean()) / x.std(), one_neuron()
    reached = [step for step, value in enumerate(
        fit(model, scaled, y, loss=MeanSquaredError(), optimizer=SGD(0.4), epochs=20)) if value <= loss]  # fmt: skip
    return reached[0]  # the first loss of `fit` is the one after 0 updates


def main(
    out: Path, *, seed: int = 0, quick: bool = False, formats: tuple[str, ...] = ("gif",), processes: int = 1
) -> Headline:
    """Train, compare, draw; return the headline numbers. `seed` changes nothing here: no step is random."""
    out = checked("ch03", out, seed, quick, formats, processes)
    x, y = celsius_fahrenheit()
    by_hand = learn_by_hand(x, y)
    with_parts = learn_with_parts(x, y)
    model = one_neuron()
    recording = learn_with_fit(x, y, model).recording
    if not np.array_equal(with_parts.parameters, model.parameters):
        raise AssertionError(f"fit must give the same bits as its parts, got {model.parameters}")
    w, b = model.parameters.tolist()
    loss = MeanSquaredError().forward(model.predict(x), y)

    units = ("°C", "°F")
    every_second = [2 * step for step in spaced_steps(UPDATES // 2, 9 if quick else 81)]  # w is on one side then
    states = NeuronStates(recording, x, y, every_second)
    fast = SideBySide(NeuronDiagram(states, units=units, ask=50), LineFit(states, units=units))
    slow = NeuronUpdates(recording, x, y, range(1, 3 if quick else 7), LEARNING_RATE, units=units)
    films = {
        "ch03_first_updates": Clip(slow, fps=0.7, hold_first=2, hold_last=3, holds={1: 1, 2: 3}, motion=8, colors=64),
        "ch03_first_neuron": Clip(fast, fps=10, hold_first=1.5, hold_last=3, colors=32),
    }
    draw(films, out, formats, processes)

    return {
        "w": w,
        "b": b,
        "loss before the last update": float(recording.losses[-1]),
        "loss": loss,
        "50 °C in °F": model.predict([[50.0]]).item(),
        "records, with step 0": len(recording),
        "difference from the loop by hand": max(abs(by_hand[0] - w), abs(by_hand[1] - b)),
        "largest stable learning rate": largest_stable_rate(x),
        "updates needed with scaled input": updates_with_scaled_input(x, y, loss),
    }


if __name__ == "__main__":
    run_alone(main, "ch03")
