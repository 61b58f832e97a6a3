"""Workers: several threads compute the same as one, with the same bits every time; small networks stay on one."""

import threading

import numpy as np
import pytest

import tinylearn as tl
from tinylearn import SGD, CategoricalCrossEntropy, Conv2D, Dense, Flatten, Layer, Recorder, ReLU, Sequential, workers
from tinylearn.parameters import replica

SIDE, CLASSES = 8, 3


class Spy(Layer):
    """Notes which thread sees how many rows."""

    def __init__(self):
        self.seen = []
        self.note = self.seen.append  # a copy of the layer notes it in the same list

    def forward(self, x):
        self.note((threading.get_ident(), len(x), self.training))
        return x

    def backward(self, dout):
        return dout


class Noise(Layer):
    """Draws from several generators with other names, and notes what was drawn."""

    def __init__(self, seed):
        self.source, self.other = np.random.default_rng(seed), np.random.default_rng(seed + 1)
        self.seen = []
        self.note = self.seen.append

    def forward(self, x):
        drawn = self.source.normal(size=x.shape) * self.other.random(x.shape)
        self.note((threading.get_ident(), drawn.tobytes(), self.training))
        return x + drawn

    def backward(self, dout):
        return dout


def convnet(*first):
    rng = np.random.default_rng(0)
    return Sequential(
        [*first, Conv2D(2, 4, 3, rng=rng), tl.MaxPool2D(2), ReLU(), Flatten(), Dense(36, CLASSES, rng=rng)]
    )


def images(n=50):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, SIDE, SIDE, 2)), rng.integers(0, CLASSES, n)


def train(model, *, n_workers, epochs=3, batch_size=16, n=50, callbacks=(), optimizer=None):
    x, y = images(n)
    return tl.fit(model, x, y, loss=CategoricalCrossEntropy(from_logits=True), optimizer=optimizer or tl.RMSprop(0.01),
               epochs=epochs, batch_size=batch_size, rng=np.random.default_rng(2), workers=n_workers,
               callbacks=callbacks)  # fmt: skip


@pytest.fixture
def no_net_is_small(monkeypatch):
    monkeypatch.setattr(workers, "SMALL", 0)


@pytest.mark.usefixtures("no_net_is_small")
@pytest.mark.parametrize("n_workers", [2, 3, 5])
@pytest.mark.parametrize("piece", [1, 3, 100])
def test_workers_compute_what_one_would(n_workers, piece, monkeypatch):
    """50 rows in batches of 16. The last batch has 2: fewer rows than workers."""
    monkeypatch.setattr(workers, "PIECE", piece * SIDE * SIDE * 2)  # `piece` rows at a time
    alone, together = convnet(), convnet()
    recorder = Recorder(together)
    losses_alone = train(alone, n_workers=1, optimizer=SGD(0.1), epochs=1)
    losses_together = train(together, n_workers=n_workers, optimizer=SGD(0.1), epochs=1, callbacks=[recorder])
    np.testing.assert_allclose(losses_together, losses_alone, rtol=1e-9)
    for name, array in alone.named_parameters().items():
        np.testing.assert_allclose(together.named_parameters()[name], array, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(recorder.recording[name][-1], together.named_parameters()[name])
    assert len(recorder.recording) == 5


@pytest.mark.usefixtures("no_net_is_small")
def test_workers_train_and_share_the_rows():
    spy = Spy()
    train(convnet(spy), n_workers=2, epochs=1, n=16)
    seen = [(thread, rows, training) for thread, rows, training in spy.seen if rows > 1]  # the others ask for shapes
    assert [each[1:] for each in seen] == [(8, True), (8, True)]
    assert len({thread for thread, *_ in seen}) == 2


def test_small_networks_stay_on_one_worker():
    spy = Spy()
    model, alone = convnet(spy), convnet()
    train(model, n_workers=8)
    train(alone, n_workers=1)
    assert {thread for thread, *_ in spy.seen} == {threading.get_ident()}
    assert model.parameters.tobytes() == alone.parameters.tobytes()


def test_the_net_of_chapter_7_is_large_and_that_of_chapter_8_is_small():
    rng = np.random.default_rng(0)
    images_net = Sequential([Conv2D(3, 64, 3, rng=rng), tl.MaxPool2D(2), Conv2D(64, 32, 3, rng=rng)])
    lake = Sequential([Dense(20, 128, rng=rng), ReLU(), Dense(128, 64, rng=rng), ReLU(), Dense(64, 1, rng=rng)])
    of_images = workers.multiplications(images_net, (32, 32, 32, 3))
    assert workers.at_most(images_net, (32, 32, 32, 3)) > of_images > workers.SMALL
    assert workers.multiplications(lake, (32, 20)) < workers.SMALL


@pytest.mark.usefixtures("no_net_is_small")
def test_each_replica_draws_other_numbers_in_each_update_from_the_models_generators():
    def train_one():
        noise = Noise(7)
        model = Sequential([noise, Flatten(), Dense(SIDE * SIDE * 2, CLASSES, rng=np.random.default_rng(0))])
        states = {"source": set(), "other": set()}

        def note(update):
            for name, of_name in states.items():
                of_name.add(repr(noise.generators()[name].bit_generator.state))

        train(model, n_workers=2, epochs=2, callbacks=[note])
        drawn = {(thread, numbers) for thread, numbers, training in noise.seen if training}
        assert len({thread for thread, _ in drawn}) == 2
        assert len({numbers for _, numbers in drawn}) == 16  # 8 updates, 2 pieces each
        return model.parameters.tobytes(), states

    results = [train_one() for _ in range(2)]
    assert all(result == results[0] for result in results)
    assert [len(of_name) for of_name in results[0][1].values()] == [8, 8]


@pytest.mark.usefixtures("no_net_is_small")
def test_no_two_replicas_share_a_generator():
    model = Sequential([Noise(7), Flatten(), Dense(SIDE * SIDE * 2, CLASSES, rng=np.random.default_rng(0))])
    parallel = workers.ParallelGradients(model, CategoricalCrossEntropy(from_logits=True), 3, 10, None)
    parallel.deal_random_numbers()
    layers = [model.layers[0], *(each.layers[0] for each, _ in parallel.replicas)]
    assert len({id(each) for layer in layers for each in layer.generators().values()}) == 8


def test_a_replica_shares_parameters_and_nothing_else():
    model = convnet()
    other, (x, y) = replica(model), images(4)
    loss = CategoricalCrossEntropy(from_logits=True)
    loss.forward(other.forward(x), y)
    other.backward(loss.backward())
    assert other.gradients.any()
    assert not model.gradients.any()
    model.parameters[:] = 7
    assert all((view == 7).all() for view in (other.parameters, *other.named_parameters().values()))
