"""A small training for the tests of the recorder, and a witness that the recording must agree with."""

import numpy as np

from tinylearn import Adam, BinaryCrossEntropy, Dense, ReLU, Sequential, Sigmoid, Update, fit

UPDATES = 60  # of a run of `train`: 20 epochs of 3 batches


def small_model(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return Sequential([Dense(3, 4, rng=rng), ReLU(), Dense(4, 1, rng=rng), Sigmoid()], dtype)


def train(model, callbacks, epochs=20, batch_size=4, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(10, 3))
    y = x[:, :1] > 0
    settings = {"loss": BinaryCrossEntropy(), "optimizer": Adam(0.01), "batch_size": batch_size}
    return fit(model, x, y, epochs=epochs, rng=rng, callbacks=[lower_the_rate, *callbacks], **settings)


def lower_the_rate(update):
    """For the next update; those who are told after this of the last one must not see it."""
    update.optimizer.learning_rate *= 0.99


def loop(model, callbacks, updates, batch=lambda step: np.arange(step % 5)):
    """A loop of one's own."""
    for step in range(1, updates + 1):
        model.parameters += 1
        for callback in callbacks:
            callback(Update(step, epoch=1, loss=1 / step, batch=batch(step)))


class Witness:
    """Keeps a copy of everything, the plain way: what the recorder must agree with."""

    def __init__(self, model):
        self.model, self.names = model, list(model.named_parameters())
        self.rows = {0: (0, np.nan, np.zeros(0), model.parameters.copy(), np.nan)}
        self.steps_before = self.epochs_before = 0

    def __call__(self, update):
        step, epoch = self.steps_before + update.step, self.epochs_before + update.epoch
        self.rows[step] = epoch, update.loss, update.batch.copy(), self.model.parameters.copy(), update.learning_rate

    def close(self):
        self.steps_before, self.epochs_before = max(self.rows), self.rows[max(self.rows)][0]


def assert_agrees(recording, witness, select=lambda name: True):
    """Every record is, bit for bit, what the witness saw after that update."""
    sizes = [view.size for view in witness.model.named_parameters().values()]
    for index, step in enumerate(recording.steps.tolist()):
        epoch, loss, batch, parameters, learning_rate = witness.rows[step]
        assert recording.epochs[index] == epoch
        np.testing.assert_array_equal(
            (recording.losses[index], recording.learning_rates[index]), (loss, learning_rate), err_msg=f"step {step}"
        )
        np.testing.assert_array_equal(recording.batch(step), batch)
        pieces = dict(zip(witness.names, np.split(parameters, np.cumsum(sizes)[:-1]), strict=True))
        now = recording.at(step)
        assert list(now) == [name for name in witness.names if select(name)]
        for name, values in now.items():
            assert values.tobytes() == recording[name][index].tobytes() == pieces[name].tobytes()


def bytes_in(folder):
    return sum(path.stat().st_size for path in folder.iterdir())
