"""Chapter 3: the answers of the recorded neuron, and its error for every example."""

from animations import log_spaced_steps
from tinylearn.datasets import celsius_fahrenheit

HANDED = ("NeuronStates",)
# What the bias is the weight of; what was asked; a formula.
CAPTIONS = {"1", "never shown: 50 °C →", "pull on w = 2/N · error · x"}
START, LOOK, PULL, STEP = range(4)  # phases of an update in slow motion


def films(handed):
    ((recording, *_), _) = handed["NeuronStates"][0]
    x, target = (column[:, 0] for column in celsius_fahrenheit())
    steps = [2 * step for step in log_spaced_steps(4000, 9)]

    def values(frame):
        w, b = recording["dense_1.w"][steps[frame]].item(), recording["dense_1.b"][steps[frame]].item()
        found = {"answer(50)": w * 50 + b, "loss_now": ((w * x + b - target) ** 2).mean()}
        for i in range(10):
            said = w * x[i] + b
            found |= {f"x[{i}]": x[i], f"predicted[{i}]": said, f"target[{i}]": target[i]}
            found |= {f"squared_error[{i}]": (said - target[i]) ** 2}
        return found

    return {
        "ch03_first_updates": {"source": lambda frame: in_slow_motion(recording, [1, 2], frame)},
        "ch03_first_neuron": {"source": [values, recording], "steps": steps},
    }


def in_slow_motion(recording, updates, frame):
    """Return gid → value in a frame, from the recorded parameters and the data alone."""
    x, target = (column[:, 0] for column in celsius_fahrenheit())
    phase = START if frame == 0 else (LOOK, PULL, STEP)[(frame - 1) % 3]
    update = updates[max(frame - 1, 0) // 3]
    (w, b), (new_w, new_b) = (
        [recording[name][step].item() for name in ("dense_1.w", "dense_1.b")] for step in (update - 1, update)
    )
    error, at_w, at_b = w * x + b - target, *((new_w, new_b) if phase == STEP else (w, b))
    values = {"step": update - (phase != STEP), "last_step": 8000, "dense_1.w[0,0]": w, "dense_1.b[0]": b}
    values |= {"loss_now": ((at_w * x + at_b - target) ** 2).mean()}
    values |= {f"x[{i}]": x[i] for i in range(10)} | {f"target[{i}]": target[i] for i in range(10)}
    values |= {f"predicted[{i}]": w * x[i] + b for i in range(10)}
    if phase >= LOOK:
        values |= {f"error[{i}]": error[i] for i in range(10)}
    if phase >= PULL:
        values |= {f"pull[{i}]": 0.2 * error[i] * x[i] for i in range(10)} | {"rate.w": 0.0005, "rate.b": 0.0005}
        values |= {"gradient.dense_1.w[0,0]": (0.2 * error * x).sum(), "gradient.dense_1.b[0]": (0.2 * error).sum()}
        values |= {"pulls": (0.2 * error * x).sum()}
    if phase == STEP:
        values |= {"next.dense_1.w[0,0]": new_w, "next.dense_1.b[0]": new_b, "loss": (error**2).mean()}
    return values
