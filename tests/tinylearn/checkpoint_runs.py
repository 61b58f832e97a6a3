"""Small training runs with everything that a checkpoint must keep: shuffling, dropout, augmentation, an optimiser."""

import shutil

import numpy as np

from tinylearn import (
    SGD,
    Adam,
    Augment,
    CategoricalCrossEntropy,
    Checkpoint,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    ReLU,
    RMSprop,
    Sequential,
    fit,
)

OPTIMIZERS = {"SGD": lambda: SGD(0.05, momentum=0.9), "RMSprop": RMSprop, "Adam": Adam}
EPOCHS = 6


def start(seed=0, optimizer="Adam", dtype=np.float64, *, shared=True, generator=np.random.PCG64, side=6, filters=2):
    """Return (model, optimizer, rng) as they are before a run; dropout draws from `rng` if that is `shared`."""
    rng = np.random.Generator(generator(seed))
    dropped = rng if shared else np.random.Generator(generator(seed + 100))
    layers = [Conv2D(2, filters, 3, rng=rng), MaxPool2D(2), ReLU(), Flatten(), Dropout(0.4, rng=dropped),
              Dense(filters * ((side - 2) // 2) ** 2, 3, rng=rng), Dropout(0.1, rng=dropped)]  # fmt: skip
    return Sequential(layers, dtype), OPTIMIZERS[optimizer](), rng


def go_on(run, epochs, n_workers=1, side=6, count=40, data_seed=1, **settings):
    """Train for `epochs` epochs, in batches of 16 of 40 images; return the losses. `settings` go to `fit`."""
    model, optimizer, rng = run
    data = np.random.default_rng(data_seed)
    x, y = data.random((count, side, side, 2)), data.integers(0, 3, count)
    augment, loss = Augment(rotation=20, shift=0.1, flip=True), CategoricalCrossEntropy(from_logits=True)
    settings = {"batch_size": 16, "augment": augment, "loss": loss} | settings
    return fit(model, x, y, optimizer=optimizer, epochs=epochs, rng=rng, workers=n_workers, **settings)


def keeping(folder, run, steps):
    """Return callbacks that leave the checkpoints of some steps in a folder, as `3.npz`."""

    def copy(update):
        if update.step in steps:
            shutil.copy(folder / "run.npz", folder / f"{update.step}.npz")

    return [Checkpoint(folder / "run.npz", run[2], every=1), copy]


def state(run):
    """Return all that a run depends on, as what compares bit for bit."""
    model, optimizer, rng = run
    kept = optimizer.state | {"learning_rate": optimizer.learning_rate}
    state = {name: value.tobytes() if isinstance(value, np.ndarray) else value for name, value in kept.items()}
    generators = [rng, *(layer.rng for layer in model.layers if isinstance(layer, Dropout))]
    return model.parameters.tobytes(), state, [repr(each.bit_generator.state) for each in generators]
