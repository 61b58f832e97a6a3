"""Workers: several threads compute the same as one, with the same bits every time; small networks stay on one."""

import threading

import numpy as np
import pytest

import tinylearn as tl
from tinylearn import SGD, CategoricalCrossEntropy, Conv2D, Dense, Flatten, Layer, Recorder, ReLU, Sequential, workers

SIDE, CLASSES = 8, 3


class Noise(Layer):
    """Draws from two generators if it has a seed, and notes which thread saw how many rows, and what was drawn."""

    def __init__(self, seed=None):
        if seed is not None:
            self.source, self.other = np.random.default_rng(seed), np.random.default_rng(seed + 1)
        self.seen = []
        self.note = self.seen.append  # a copy of the layer notes it in the same list

    def forward(self, x):
        noise = np.zeros(x.shape)
        if hasattr(self, "source"):
            noise = self.source.normal(size=x.shape) * self.other.random(x.shape)
        if self.training:
            self.note((threading.get_ident(), len(x), noise.tobytes()))
        return x + noise

    def backward(self, dout):
        return dout


def convnet(*first):
    rng = np.random.default_rng(0)
    return Sequential(
        [*first, Conv2D(2, 4, 3, rng=rng), tl.MaxPool2D(2), ReLU(), Flatten(), Dense(36, CLASSES, rng=rng)]
    )


def train(model, n_workers, epochs=1, n=50, callbacks=()):
    """Train in batches of 16 of 50 rows; the last has 2."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(n, SIDE, SIDE, 2)), rng.integers(0, CLASSES, n)
    return tl.fit(model, x, y, loss=CategoricalCrossEntropy(from_logits=True), optimizer=SGD(0.1), epochs=epochs,
                  batch_size=16, rng=np.random.default_rng(2), workers=n_workers, callbacks=callbacks)  # fmt: skip


@pytest.fixture
def no_net_is_small(monkeypatch):
    monkeypatch.setattr(workers, "SMALL", 0)


@pytest.mark.usefixtures("no_net_is_small")
@pytest.mark.parametrize(("n_workers", "piece"), [(2, 100), (3, 1), (5, 3)])
def test_workers_compute_what_one_would(n_workers, piece, monkeypatch):
    """In the last batch there are fewer rows than workers."""
    monkeypatch.setattr(workers, "PIECE", piece * SIDE * SIDE * 2)  # `piece` rows at a time
    alone, together = convnet(), convnet()
    recorder = Recorder(together)
    losses = train(alone, 1), train(together, n_workers, callbacks=[recorder])
    np.testing.assert_allclose(*losses, rtol=1e-9)
    for name, array in alone.named_parameters().items():
        np.testing.assert_allclose(together.named_parameters()[name], array, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(recorder.recording[name][-1], together.named_parameters()[name])
    assert len(recorder.recording) == 5


def test_workers_share_the_rows_but_small_networks_stay_on_one(monkeypatch):
    spies = [Noise(), Noise()]
    small, alone = convnet(spies[0]), convnet()
    train(small, 8)
    train(alone, 1)
    assert {thread for thread, *_ in spies[0].seen} == {threading.get_ident()}
    assert small.parameters.tobytes() == alone.parameters.tobytes()
    monkeypatch.setattr(workers, "SMALL", 0)
    train(convnet(spies[1]), 2, n=16)
    seen = [(thread, rows) for thread, rows, _ in spies[1].seen if rows > 1]  # the others ask for shapes
    assert [rows for _, rows in seen] == [8, 8]
    assert len({thread for thread, _ in seen}) == 2


@pytest.mark.usefixtures("no_net_is_small")
def test_each_replica_draws_other_numbers_in_each_update_from_the_models_generators():
    """Under any names; the same in every run."""

    def run():
        noise, states = Noise(7), []
        model = Sequential([noise, Flatten(), Dense(SIDE * SIDE * 2, CLASSES, rng=np.random.default_rng(0))])
        draw = noise.generators().values()
        train(model, 2, 2, callbacks=[lambda update: states.append([repr(each.bit_generator.state) for each in draw])])
        assert len({thread for thread, *_ in noise.seen}) == 2
        assert len({numbers for *_, numbers in noise.seen}) == 16  # 8 updates, 2 pieces each
        assert [len(set(of_one)) for of_one in zip(*states, strict=True)] == [8, 8]
        return model.parameters.tobytes(), states

    assert run() == run()
