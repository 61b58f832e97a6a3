"""A small training for the tests of the recorder, and a witness that the recording must agree with."""

import numpy as np

from tinylearn import Adam, BinaryCrossEntropy, Dense, ReLU, Sequential, Sigmoid, fit


def small_model(seed=0, dtype=np.float64, hidden=4):
    rng = np.random.default_rng(seed)
    return Sequential([Dense(3, hidden, rng=rng), ReLU(), Dense(hidden, 1, rng=rng), Sigmoid()], dtype)


def train(model, callbacks, epochs=20, batch_size=4):
    """Train for 3 updates an epoch: 60."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(10, 3))
    settings = {"loss": BinaryCrossEntropy(), "optimizer": Adam(0.01), "batch_size": batch_size}
    return fit(model, x, x[:, :1] > 0, epochs=epochs, rng=rng, callbacks=[lower_the_rate, *callbacks], **settings)


def lower_the_rate(update):
    """For the next update; those who are told after this of the last one must not see it."""
    update.optimizer.learning_rate *= 0.99


class Witness:
    """Keeps a copy of everything, the plain way: step → what the recorder must have of it."""

    def __init__(self, model):
        self.model, self.before = model, (0, 0)
        self.rows = {0: (0, np.nan, np.nan, [], self.values())}

    def values(self):
        return {name: values.copy() for name, values in self.model.named_parameters().items()}

    def __call__(self, update):
        step, epoch = self.before[0] + update.step, self.before[1] + update.epoch
        self.rows[step] = epoch, update.loss, update.learning_rate, update.batch.tolist(), self.values()

    def close(self):
        self.before = max(self.rows), self.rows[max(self.rows)][0]


def assert_agrees(recording, true):
    """Every record is, bit for bit, what `true` has: step → epoch, loss, learning rate, batch and parameters."""
    for index, step in enumerate(recording.steps.tolist()):
        *numbers, batch, parameters = true[step]
        found = recording.epochs[index], recording.losses[index], recording.learning_rates[index]
        np.testing.assert_array_equal(found, numbers, err_msg=f"step {step}")
        assert recording.batch(step).tolist() == batch
        now = recording.at(step)
        assert recording.names == tuple(now) == tuple(parameters)
        for name, values in now.items():
            assert values.tobytes() == recording[name][index].tobytes() == parameters[name].tobytes()
        assert recording.rows[index].tobytes() == b"".join(values.tobytes() for values in now.values())


def bytes_in(folder):
    return sum(path.stat().st_size for path in folder.iterdir())
