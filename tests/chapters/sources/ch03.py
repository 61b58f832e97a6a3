"""Chapter 3: what the recorded neuron answers, and its error for every example."""

from animations import spaced_steps
from tinylearn.datasets import celsius_fahrenheit

HANDED = ("NeuronStates",)
CAPTIONS = {"1", "never shown: 50 °C →"}  # what the bias is the weight of; what was asked
UNPLACED = set()


def films(handed):
    ((recording, *_), _) = handed["NeuronStates"][0]
    x, target = (column[:, 0] for column in celsius_fahrenheit())
    steps = spaced_steps(8000, 9)

    def values(frame):
        w, b = recording["dense_1.w"][steps[frame]].item(), recording["dense_1.b"][steps[frame]].item()
        found = {"answer(50)": w * 50 + b, "loss": ((w * x + b - target) ** 2).mean()}
        for i in range(10):
            said = w * x[i] + b
            found |= {f"x[{i}]": x[i], f"predicted[{i}]": said, f"target[{i}]": target[i]}
            found |= {f"squared_error[{i}]": (said - target[i]) ** 2}
        return found

    names = {
        "step": "Update", "last_step": "of", "dense_1.w[0,0]": "w =", "dense_1.b[0]": "b =", "loss": "loss, their mean",
        "answer(50)": "never shown: 50 °C →",
    }  # fmt: skip
    return {"ch03_first_neuron": {"source": [values, recording], "steps": steps, "names": names}}
