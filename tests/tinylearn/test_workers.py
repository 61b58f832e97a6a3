"""Workers: several threads compute the same as one, with the same bits every time; small networks stay on one."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from tinylearn import (
    SGD,
    CategoricalCrossEntropy,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool2D,
    MeanSquaredError,
    Recorder,
    ReLU,
    RMSprop,
    Sequential,
    fit,
    workers,
)
from tinylearn.parameters import replica

SIDE, CLASSES = 8, 3


class Spy(Layer):
    """Notes which thread sees how many rows, and whether it is training."""

    def __init__(self):
        self.seen = []
        self.note = self.seen.append  # a copy of the layer notes it in the same list

    def forward(self, x):
        self.note((threading.get_ident(), len(x), self.training))
        return x

    def backward(self, dout):
        return dout


def convnet(dropout=0.0, dtype=np.float64, spy=None, seed=0):
    rng = np.random.default_rng(seed)
    layers = [Conv2D(2, 4, 3, rng=rng), MaxPool2D(2), ReLU(), Flatten(), Dropout(dropout, rng=rng),
              Dense(36, CLASSES, rng=rng)]  # fmt: skip
    return Sequential([*([] if spy is None else [spy]), *layers], dtype)


def images(n=50):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, SIDE, SIDE, 2)), rng.integers(0, CLASSES, n)


def train(model, *, n_workers, epochs=3, batch_size=16, n=50, callbacks=(), optimizer=None):
    x, y = images(n)
    return fit(model, x, y, loss=CategoricalCrossEntropy(from_logits=True), optimizer=optimizer or RMSprop(0.01),
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
    losses_alone = train(alone, n_workers=1, optimizer=SGD(0.1))
    losses_together = train(together, n_workers=n_workers, optimizer=SGD(0.1))
    np.testing.assert_allclose(together.parameters, alone.parameters, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(losses_together, losses_alone, rtol=1e-9)


@pytest.mark.usefixtures("no_net_is_small")
def test_the_gradients_of_one_batch_are_the_models():
    """One batch, so that nothing but the sum of the pieces can differ; every gradient is in its place."""
    x, y = images(20)
    alone, together = convnet(), convnet()
    loss = CategoricalCrossEntropy(from_logits=True)
    expected = loss.forward(alone.forward(x), y)
    alone.backward(loss.backward())
    with workers.workers_for(together, loss, 3, x.shape) as fill_gradients:
        assert fill_gradients(x, y) == pytest.approx(expected, rel=1e-12)
    for name, gradient in alone.named_gradients().items():
        np.testing.assert_allclose(together.named_gradients()[name], gradient, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.usefixtures("no_net_is_small")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_same_seed_and_number_of_workers_give_the_same_bits(dtype):
    """With dropout, whose numbers must not depend on which thread is faster."""
    models = [convnet(0.5, dtype) for _ in range(4)]
    losses = [train(model, n_workers=2, epochs=2) for model in models]
    assert len({model.parameters.tobytes() for model in models}) == 1
    assert len({tuple(values) for values in losses}) == 1
    assert models[0].parameters.dtype == dtype


@pytest.mark.usefixtures("no_net_is_small")
def test_each_replica_drops_other_numbers_and_each_update_too():
    seen = {}

    class Watched(Dropout):
        def forward(self, x):
            out = super().forward(x)
            if self.training:
                seen.setdefault(threading.get_ident(), []).append(self.mask.tobytes())
            return out

    rng = np.random.default_rng(0)
    model = Sequential([Flatten(), Watched(0.5, rng=rng), Dense(SIDE * SIDE * 2, CLASSES, rng=rng)])
    train(model, n_workers=2, epochs=2, batch_size=10, n=50)
    masks = [mask for of_thread in seen.values() for mask in of_thread]
    assert len(seen) == 2
    assert len(masks) == 20  # 10 updates, 2 pieces each
    assert len(set(masks)) == len(masks)


class Noise(Layer):
    """A layer that draws from several generators with other names."""

    def __init__(self, seed):
        self.source, self.other = np.random.default_rng(seed), np.random.default_rng(seed + 1)

    def forward(self, x):
        return x + self.source.normal(size=x.shape) * self.other.random(x.shape)

    def backward(self, dout):
        return dout


@pytest.mark.usefixtures("no_net_is_small")
def test_generators_are_dealt_whatever_they_are_called():
    def train_one():
        rng = np.random.default_rng(0)
        noise = Noise(7)
        model = Sequential([noise, Flatten(), Dense(SIDE * SIDE * 2, CLASSES, rng=rng)])
        used = {"source": set(), "other": set()}

        def note(update):
            for name, of_name in used.items():
                of_name.add(repr(noise.generators()[name].bit_generator.state))

        train(model, n_workers=2, epochs=2, callbacks=[note])
        return model.parameters.tobytes(), used

    results = [train_one() for _ in range(4)]
    assert len({bits for bits, _ in results}) == 1
    assert [len(states) for states in results[0][1].values()] == [8, 8], "each update draws from the model's own"
    assert results[0][1] == results[1][1]


@pytest.mark.usefixtures("no_net_is_small")
def test_no_two_replicas_share_a_generator():
    model = Sequential([Noise(7), Flatten(), Dense(SIDE * SIDE * 2, CLASSES, rng=np.random.default_rng(0))])
    parallel = workers.ParallelGradients(model, CategoricalCrossEntropy(from_logits=True), 3, 10, None)
    parallel.deal_random_numbers()
    layers = [model.layers[0], *(each.layers[0] for each, _ in parallel.replicas)]
    assert len({id(each) for layer in layers for each in layer.generators().values()}) == 8


@pytest.mark.usefixtures("no_net_is_small")
def test_a_generator_that_layers_share_is_all_there_is_to_remember():
    """The state of `layer.rng` alone decides what is dropped next: what a checkpoint stores is enough."""
    model = convnet(0.5)
    train(model, n_workers=2, epochs=1)
    (dropout,) = (layer for layer in model.layers if isinstance(layer, Dropout))
    state, parameters = dropout.rng.bit_generator.state, model.parameters.copy()
    train(model, n_workers=2, epochs=1)
    first = model.parameters.copy()
    model.parameters, dropout.rng.bit_generator.state = parameters, state
    train(model, n_workers=2, epochs=1)
    np.testing.assert_array_equal(model.parameters, first)


@pytest.mark.usefixtures("no_net_is_small")
def test_workers_train_and_share_the_rows():
    spy = Spy()
    train(convnet(spy=spy), n_workers=2, epochs=1, n=16)
    rows = [(rows, training) for _, rows, training in spy.seen if rows > 1]  # the others ask for shapes
    assert rows == [(8, True), (8, True)]
    assert len({thread for thread, rows, _ in spy.seen if rows > 1}) == 2


@pytest.mark.parametrize("n_workers", [2, 8])
def test_small_networks_stay_on_one_worker(n_workers):
    spy = Spy()
    model, alone = convnet(spy=spy), convnet()
    train(model, n_workers=n_workers)
    train(alone, n_workers=1)
    assert {thread for thread, *_ in spy.seen} == {threading.get_ident()}
    assert model.parameters.tobytes() == alone.parameters.tobytes()


def test_the_net_of_chapter_7_is_large_and_that_of_chapter_8_is_small():
    rng = np.random.default_rng(0)
    images_net = Sequential([Conv2D(3, 64, 3, rng=rng), MaxPool2D(2), Conv2D(64, 32, 3, rng=rng)])
    lake = Sequential([Dense(20, 128, rng=rng), ReLU(), Dense(128, 64, rng=rng), ReLU(), Dense(64, 1, rng=rng)])
    assert workers.multiplications(images_net, (32, 32, 32, 3)) > workers.SMALL
    assert workers.multiplications(images_net, (32, 32, 32, 3)) < workers.at_most(images_net, (32, 32, 32, 3))
    assert workers.multiplications(lake, (32, 20)) < workers.SMALL


@pytest.mark.usefixtures("no_net_is_small")
def test_blas_has_one_thread_meanwhile_and_its_own_number_again_afterwards():
    def threads():
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    before, during = threads(), []
    train(convnet(), n_workers=2, epochs=1, callbacks=[lambda update: during.append(threads())])
    assert all(number == {1} for number in during)
    assert during
    assert threads() == before


@pytest.mark.usefixtures("no_net_is_small")
def test_an_error_in_a_worker_reaches_the_caller():
    class Fragile(Layer):
        def forward(self, x):
            if threading.current_thread() is not threading.main_thread():
                raise ZeroDivisionError("in a worker")
            return x

        def backward(self, dout):
            return dout

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError, match="in a worker"):
        train(convnet(spy=Fragile()), n_workers=2)
    assert threading.active_count() == before


@pytest.mark.usefixtures("no_net_is_small")
def test_recording_with_workers():
    model = convnet()
    recorder = Recorder(model)
    train(model, n_workers=2, epochs=1, callbacks=[recorder])
    assert recorder.recording["conv2d_1.w"].shape == (5, 3, 3, 2, 4)
    np.testing.assert_array_equal(recorder.recording["dense_1.w"][-1], model.named_parameters()["dense_1.w"])


def test_a_replica_shares_parameters_and_nothing_else():
    model = convnet()
    other = replica(model)
    x, y = images(4)
    loss = MeanSquaredError()
    loss.forward(other.forward(x), np.eye(CLASSES)[y])
    other.backward(loss.backward())
    assert other.gradients.any()
    assert not model.gradients.any()
    model.parameters[:] = 7
    assert (other.parameters == 7).all()
    assert all((view == 7).all() for view in other.named_parameters().values())
