"""The update of a network 1-3-1 with ReLU, computed from its recorded parameters, without its layers."""

import numpy as np

X, TARGET, RATE = 2.0, 1.75, 0.02
STEP, LAST = 10, 14  # the frames of the step, and of the last one
OUT = {"dense_1": 1, "relu_1": 2, "dense_2": 3}  # layer → the frame that shows its output
DOUT = {"dense_2": 5, "relu_1": 6, "dense_1": 7}
GRADIENTS = {"dense_2": 8, "dense_1": 9}


class Pass:
    """The outputs of a network and, going back, how the loss grows with them: name of a layer → numbers."""

    def __init__(self, p):
        z = X * p["dense_1.w"][0] + p["dense_1.b"]
        a = np.where(z > 0, z, 0)
        out = (a * p["dense_2.w"][:, 0]).sum() + p["dense_2.b"][0]
        self.slopes, self.loss = (z > 0).astype(int), (out - TARGET) ** 2
        self.out = {"dense_1": z, "relu_1": a, "dense_2": np.array([out])}
        dout = 2 * (out - TARGET)
        self.dout = {"dense_2": np.array([dout]), "relu_1": dout * p["dense_2.w"][:, 0]}
        self.dout["dense_1"] = self.dout["relu_1"] * self.slopes
        self.inputs = {"dense_1": np.array([X]), "dense_2": a}


def update_by_hand(recording):
    """Return frame → (gid → value) of everything that must be drawn, and nothing else."""
    p, new = recording.at(0), recording.at(1)
    before, after = Pass(p), Pass(new)

    def values(frame):
        now = {"input[0]": X, "target[0]": TARGET, "step": 1, "learning_rate": RATE}
        for name, array in (new if frame >= STEP else p).items():
            now |= {f"{name}[{','.join(map(str, where))}]": array[where] for where in np.ndindex(array.shape)}
        for name, shown in OUT.items():
            if shown <= frame < STEP or frame >= STEP + shown:
                out = (before if frame < STEP else after).out[name]
                now |= {f"{name}[{k}].out": each for k, each in enumerate(out)}
            if DOUT[name] <= frame < STEP:
                now |= {f"{name}[{k}].dout": each for k, each in enumerate(before.dout[name])}
        if 7 <= frame < STEP:
            now |= {f"relu_1[{k}].slope": each for k, each in enumerate(before.slopes)}
        return now | losses(frame) | arithmetic(frame)

    def losses(frame):
        now = {"loss_now": before.loss} if 4 <= frame < STEP else {"loss.before": before.loss} if frame >= STEP else {}
        if frame in (4, 5):
            now |= {"loss.out": before.out["dense_2"][0], "loss.target": TARGET}
        return now | ({"loss_now": after.loss} if frame == LAST else {})

    def arithmetic(frame):
        now = {}
        for name, shown in GRADIENTS.items():
            w, b, inputs, dout = p[f"{name}.w"], p[f"{name}.b"], before.inputs[name], before.dout[name]
            for i, j in np.ndindex(w.shape):
                told = {}
                if frame == OUT[name]:
                    told = {"x": inputs[i], "weight": w[i, j], "product": inputs[i] * w[i, j]}
                elif name == "dense_2" and frame == DOUT["relu_1"]:
                    told = {"dout": dout[j], "weight": w[i, j], "product": dout[j] * w[i, j]}
                elif shown <= frame < STEP:
                    told = {"x": inputs[i], "dout": dout[j], "gradient": inputs[i] * dout[j]}
                elif frame == STEP:
                    told = {"before": w[i, j], "rate": RATE, "gradient": inputs[i] * dout[j]}
                now |= {f"{name}.w[{i},{j}].{part}": value for part, value in told.items()}
            for j, pull in enumerate(dout):
                told = {"dout": pull, "gradient": pull} if shown <= frame < STEP else {}
                told = {"before": b[j], "rate": RATE, "gradient": pull} if frame == STEP else told
                now |= {f"{name}.b[{j}].{part}": value for part, value in told.items()}
        return now

    return values
