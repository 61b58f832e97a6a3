"""Small training runs with everything that a checkpoint must keep: shuffling, dropout, augmentation, an optimiser."""

import shutil

import numpy as np

import tinylearn as tl
from tinylearn import SGD, Adam, Augment, CategoricalCrossEntropy, Checkpoint, Conv2D, Dense, Dropout, Flatten, Layer


class Centred(Layer):
    """x minus its running mean, which only the layer itself knows."""

    def __init__(self, n_in):
        self.n_in = n_in
        self.state["mean"], self.state["batches"] = np.zeros(n_in), np.zeros(())

    def forward(self, x):
        if self.training:
            self.state["batches"] += 1
            self.state["mean"] += 0.1 * (x.mean(axis=0) - self.state["mean"]) / self.state["batches"]
        return x - self.state["mean"]

    def backward(self, dout):
        return dout

    def __repr__(self):
        return f"Centred({self.n_in})"


class Averaged(tl.Optimizer):
    """Gradient descent along a mean of all gradients. It remembers numbers of NumPy's, and what its first step made."""

    def __init__(self, learning_rate):
        super().__init__(learning_rate)
        self.mean, self.steps, self.decay, self.one = None, np.int32(0), np.float32(0.1), np.float64(1)

    def step(self, parameters, gradients):
        self.mean = gradients.copy() if self.mean is None else self.mean
        self.mean += self.decay * (gradients - self.mean)
        self.steps += np.int32(1)
        self.late = getattr(self, "late", 0) + self.mean
        parameters -= self.one * self.learning_rate * self.late


OPTIMIZERS = {"SGD": lambda: SGD(0.05, momentum=0.9), "RMSprop": tl.RMSprop, "Adam": Adam,
              "Averaged": lambda: Averaged(0.02)}  # fmt: skip
EPOCHS = 6


def start(seed=0, optimizer="Adam", dtype=np.float64, *, shared=True, generator=np.random.PCG64, last=()):
    """Return (model, optimizer, rng) as they are before a run; dropout draws from `rng` if that is `shared`."""
    rng = np.random.Generator(generator(seed))
    dropped = rng if shared else np.random.Generator(generator(seed + 100))
    layers = [Conv2D(2, 2, 3, rng=rng), tl.MaxPool2D(2), tl.ReLU(), Flatten(), Dropout(0.4, rng=dropped),
              Dense(8, 3, rng=rng), Dropout(0.1, rng=dropped)]  # fmt: skip
    return tl.Sequential([*layers, *(kind(3) for kind in last)], dtype), OPTIMIZERS[optimizer](), rng


def go_on(run, epochs, n_workers=1, count=40, data_seed=1, **settings):
    """Train, in batches of 16 of 40 images; return the losses. `settings` go to `fit`."""
    model, optimizer, rng = run
    data = np.random.default_rng(data_seed)
    x, y = data.random((count, 6, 6, 2)), data.integers(0, 3, count)
    augment, loss = Augment(rotation=20, shift=0.1, flip=True), CategoricalCrossEntropy(from_logits=True)
    settings = {"batch_size": 16, "augment": augment, "loss": loss} | settings
    return tl.fit(model, x, y, optimizer=optimizer, epochs=epochs, rng=rng, workers=n_workers, **settings)


def keeping(folder, run, steps):
    """Return callbacks that leave the checkpoints of some steps in a folder, as `3.npz`."""

    def copy(update):
        if update.step in steps:
            shutil.copy(folder / "run.npz", folder / f"{update.step}.npz")

    return [Checkpoint(folder / "run.npz", run[2], every=1), copy]


def state(run):
    """Return all that a run depends on, as what compares bit for bit, and types."""
    model, optimizer, rng = run
    kept = {name: value for name, value in vars(optimizer).items() if name != "state"} | optimizer.state
    kept = {name: (type(value), None if value is None else np.asarray(value).tobytes()) for name, value in kept.items()}
    generators = [rng, *(layer.rng for layer in model.layers if isinstance(layer, Dropout))]
    states = [repr(each.bit_generator.state) for each in generators]
    return model.parameters.tobytes(), model.vectors.state.tobytes(), kept, states
