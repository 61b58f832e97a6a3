"""Chapter 4: functions by their formulas, networks by their recorded parameters, a race by its recordings."""

import numpy as np

from animations import log_spaced_steps
from tests.chapters.sources.update_by_hand import update_by_hand
from tests.chapters.sources.values import named
from tinylearn.datasets import sine

HANDED = ("learn", "CurveStates", "one_update")
CAPTIONS = {
    "f(x) = max(x, 0)", "f(x) = 1 / (1 + e⁻ˣ)", "at 0 itself tinylearn takes 0", "never steeper than 0.25",
}  # fmt: skip
STEPS = log_spaced_steps(1000, 9)


def films(handed):
    x = np.linspace(-6, 6, 7)
    p = 1 / (1 + np.exp(-x))
    functions = named("relu", {"x": x, "y": np.maximum(x, 0), "slope": x > 0})
    functions |= named("sigmoid", {"x": x, "y": p, "slope": p * (1 - p)})
    ((_, runners),), ((_, update), *_) = handed["learn"], handed["one_update"]
    return {
        "ch04_relu_sigmoid": {"source": functions},
        "ch04_softmax": {"source": softmax_bars()},
        "ch04_one_update": {"source": update_by_hand(update)},
        "ch04_learning_sine": {"source": learning_sine(*(given[0] for given, _ in handed["CurveStates"][:2]))},
        "ch04_race": {"source": race(runners)},
    }


def softmax_bars():
    scores = np.array([(2.3, 7.9, 0.8, 5.1 + more) for more in (0, 2, 4, 2, 0, -2, -4, -2, 0)])
    powers = np.exp(scores)
    found = {"exp_sum": powers.sum(axis=1), "p_sum": 1}
    for k in range(4):
        found |= {f"x[{k}]": scores[:, k], f"exp[{k}]": powers[:, k], f"p[{k}]": powers[:, k] / powers.sum(axis=1)}
    return found


def best_line(x, y):
    return ((np.polynomial.Polynomial.fit(x[:, 0], y[:, 0], 1)(x) - y) ** 2).mean()


def race(runners):
    """The losses belong to the recorded parameters, after the update."""
    x, y = sine()
    found = {"epoch": STEPS, "last_epoch": 1000, "best_line": best_line(x, y)}
    for name, runner in runners.items():
        losses = found[f"{name}.loss_now"] = []
        for step in STEPS:
            runner.recording.restore(runner.model, step)
            losses.append(((runner.model.predict(x) - y) ** 2).mean())
    return found


def learning_sine(line, relu):
    x, y = sine()

    def outputs(recording, step, bend):
        """Return the sums of both hidden layers, before any ReLU, and the predictions."""
        w = recording.at(step)
        first = x @ w["dense_1.w"] + w["dense_1.b"]
        second = bend(first) @ w["dense_2.w"] + w["dense_2.b"]
        return first, second, bend(second) @ w["dense_3.w"] + w["dense_3.b"]

    def values(frame):
        step, best = STEPS[frame], best_line(x, y)
        straight, (first, second, bent) = outputs(line, step, lambda z: z)[-1], outputs(relu, step, lambda z: z.clip(0))
        on = np.hstack([first, second]) > 0
        dots = []  # those that can be told apart: 12 pixels of 531 that are 10.4 units lie between
        for place in x[1:, 0][(on[1:] != on[:-1]).any(axis=1)]:
            if not dots or place >= dots[-1] + 12 * 10.4 / 531.2:
                dots.append(place)
        return {
            "line.epoch": step, "line.loss_now": ((straight - y) ** 2).mean(), "line.best_line": best,
            "line.w": (straight[-1, 0] - straight[0, 0]) / 10, "line.b": (straight[-1, 0] + straight[0, 0]) / 2,
            "relu.loss_now": ((bent - y) ** 2).mean(), "relu.best_line": best, "relu.bends": len(dots),
        }  # fmt: skip

    return values
