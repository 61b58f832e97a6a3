"""fit against a loop by hand, and against the published numbers of chapter 3's neuron."""

import numpy as np
import pytest

from tests.tinylearn.training_helpers import neuron, seen_batches, small_data, small_model, train
from tinylearn import (
    SGD,
    Adam,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Dense,
    Layer,
    MeanSquaredError,
    ReLU,
    Sequential,
    Sigmoid,
    fit,
)
from tinylearn.datasets import celsius_fahrenheit

# --- the same as by hand ------------------------------------------------------------------------------------------


def test_full_batch_equals_the_loop_by_hand_bit_for_bit():
    x, y = small_data()
    model, by_hand = small_model(), small_model()
    losses = train(model, x, y, optimizer=SGD(0.1), epochs=50, batch_size=len(x))

    loss, optimizer, losses_by_hand = BinaryCrossEntropy(), SGD(0.1), []
    for _ in range(50):
        losses_by_hand.append(loss.forward(by_hand.forward(x), y))
        by_hand.backward(loss.backward())
        optimizer.step(by_hand.parameters, by_hand.gradients)

    assert model.parameters.tobytes() == by_hand.parameters.tobytes()
    np.testing.assert_allclose(losses, losses_by_hand, rtol=1e-14)


def test_minibatches_equal_the_loop_by_hand_bit_for_bit():
    x, y = small_data(20)
    model, by_hand = small_model(), small_model()
    rng = np.random.default_rng(3)
    losses = train(model, x, y, optimizer=Adam(0.01), epochs=5, batch_size=8, rng=np.random.default_rng(3))

    loss, optimizer, losses_by_hand = BinaryCrossEntropy(), Adam(0.01), []
    for _ in range(5):
        order, total = rng.permutation(20), 0.0
        for start in (0, 8, 16):  # the last batch has the four rows that are left
            rows = order[start : start + 8]
            value = loss.forward(by_hand.forward(x[rows]), y[rows])
            by_hand.backward(loss.backward())
            optimizer.step(by_hand.parameters, by_hand.gradients)
            total += value * len(rows)
        losses_by_hand.append(total / 20)

    assert model.parameters.tobytes() == by_hand.parameters.tobytes()
    np.testing.assert_allclose(losses, losses_by_hand, rtol=1e-14)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    x, y = small_data()
    models = [small_model() for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        train(model, x, y, epochs=3, batch_size=4, rng=np.random.default_rng(seed))
    assert models[0].parameters.tobytes() == models[1].parameters.tobytes()
    assert models[0].parameters.tobytes() != models[2].parameters.tobytes()


def test_float32_training_stays_float32():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(3, 5, rng=rng), ReLU(), Dense(5, 1, rng=rng), Sigmoid()], np.float32)
    x, y = small_data()
    losses = train(model, x, y, optimizer=Adam(np.float64(0.01)), epochs=2)
    assert model.parameters.dtype == model.gradients.dtype == np.float32
    assert {type(value) for value in losses} == {float}


# --- chapter 3 ----------------------------------------------------------------------------------------------------


def test_the_neuron_of_chapter_3():
    model = neuron()
    celsius, fahrenheit = celsius_fahrenheit()
    after_100 = []

    def remember(update):
        if update.step == 100:
            after_100.append(model.parameters.copy())

    losses = train(
        model, celsius, fahrenheit, loss=MeanSquaredError(), optimizer=SGD(0.0005), epochs=8000, callbacks=[remember]
    )

    np.testing.assert_allclose(after_100, [[2.040425243055281, 3.589007086046493]], rtol=1e-12)
    np.testing.assert_allclose(model.parameters, [1.8002504858014874, 31.970400154777106], rtol=1e-12)
    np.testing.assert_allclose(model.predict([[50.0]]), [[121.98292444485148]], rtol=1e-12)
    assert losses[-1] == pytest.approx(0.0007626076470641347, rel=1e-12)  # before the last update
    assert len(losses) == 8000
    assert losses[0] == MeanSquaredError().forward(neuron().predict(celsius), fahrenheit)  # before the first update


@pytest.mark.parametrize(("learning_rate", "diverges"), [(5.45e-4, False), (5.46e-4, True)])
def test_the_largest_stable_learning_rate(learning_rate, diverges):
    celsius, fahrenheit = celsius_fahrenheit()
    losses = train(neuron(), celsius, fahrenheit, loss=MeanSquaredError(), optimizer=SGD(learning_rate), epochs=2000)
    assert (losses[-1] > losses[0]) == diverges


def test_standardised_x_needs_six_updates():
    celsius, fahrenheit = celsius_fahrenheit()
    x = (celsius - celsius.mean()) / celsius.std()
    model = neuron()
    train(model, x, fahrenheit, loss=MeanSquaredError(), optimizer=SGD(0.4), epochs=6)
    assert MeanSquaredError().forward(model.predict(x), fahrenheit) < 0.0007626076470641347


# --- batches ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 3, 5, 10, 1000])
def test_every_row_is_seen_exactly_once_an_epoch(batch_size):
    batches = seen_batches(epochs=4, batch_size=batch_size, rng=np.random.default_rng(0))
    for epoch in (1, 2, 3, 4):
        rows = np.concatenate([batch for of, batch in batches if of == epoch])
        np.testing.assert_array_equal(np.sort(rows), np.arange(10))
    sizes = [len(batch) for of, batch in batches if of == 1]
    assert all(size == batch_size for size in sizes[:-1])
    assert sizes[-1] <= batch_size


def test_the_order_is_another_one_in_every_epoch():
    batches = seen_batches(epochs=3, batch_size=5, rng=np.random.default_rng(0))
    orders = {tuple(np.concatenate([batch for of, batch in batches if of == epoch])) for epoch in (1, 2, 3)}
    assert len(orders) == 3


def test_without_shuffle_the_order_is_that_of_the_data():
    batches = seen_batches(epochs=2, batch_size=4, shuffle=False)
    assert [list(batch) for _, batch in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] * 2


def test_a_single_batch_is_not_shuffled():
    """Its gradient does not depend on the order of its rows; the last bits would."""
    assert [list(batch) for _, batch in seen_batches(epochs=2, batch_size=10)] == [list(range(10))] * 2


def test_the_callers_data_are_left_alone():
    x, y = small_data()
    x_before, y_before = x.copy(), y.copy()
    train(small_model(), x, y, epochs=3, batch_size=4)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(y, y_before)


# --- augment ------------------------------------------------------------------------------------------------------


def test_augment_changes_the_inputs_of_every_batch():
    x, y = small_data(10)
    seen = []

    def flip_signs(x_batch, rng):
        assert isinstance(rng, np.random.Generator)
        seen.append(len(x_batch))
        return -x_batch

    augmented, by_hand = small_model(), small_model()
    train(augmented, x, y, epochs=2, batch_size=4, augment=flip_signs, rng=np.random.default_rng(5))
    train(by_hand, -x, y, epochs=2, batch_size=4, rng=np.random.default_rng(5))
    assert seen == [4, 4, 2] * 2
    assert augmented.parameters.tobytes() == by_hand.parameters.tobytes()


@pytest.mark.parametrize("batch_size", [4, 10])
def test_augment_may_work_in_place_and_does_not_pile_up(batch_size):
    """What augment does to a batch must be gone when the row comes again, in a full batch, too."""
    x, y = small_data(10)
    x_before = x.copy()
    largest = []

    def double(x_batch, rng):
        x_batch *= 2
        largest.append(np.abs(x_batch).max())
        return x_batch

    train(small_model(), x, y, epochs=5, batch_size=batch_size, augment=double)
    np.testing.assert_array_equal(x, x_before)
    assert max(largest) == 2 * np.abs(x).max()


def test_an_augment_of_another_dtype_does_not_change_the_models():
    seen = []

    class Spy(Layer):
        def forward(self, x):
            seen.append(x.dtype)
            return x

        def backward(self, dout):
            return dout

    model = Sequential([Spy(), Dense(1, 1, rng=np.random.default_rng(0))], dtype=np.float32)
    fit(model, np.ones((3, 1)), np.ones((3, 1)), loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=1,
        augment=lambda x, rng: x.astype(np.float64) * 2)  # fmt: skip
    assert seen == [np.float32]


# --- data and layers ----------------------------------------------------------------------------------------------


def test_class_numbers_stay_whole_numbers():
    rng = np.random.default_rng(0)
    model = Sequential([Dense(3, 4, rng=rng)])
    x, _ = small_data(20)
    labels = x.argmax(axis=1)
    losses = train(
        model, x, labels, loss=CategoricalCrossEntropy(from_logits=True), optimizer=Adam(0.05), epochs=50, rng=rng
    )
    assert losses[-1] < losses[0] / 2


def test_lists_will_do():
    model = neuron()
    train(model, [[0], [1]], [[1], [3]], loss=MeanSquaredError(), optimizer=SGD(0.5), epochs=200)
    np.testing.assert_allclose(model.parameters, [2, 1], atol=1e-6)


def test_layers_learn_inside_fit_only():
    class Spy(Layer):
        def forward(self, x):
            seen.append(self.training)
            return x

        def backward(self, dout):
            return dout

    seen = []
    model = Sequential([Spy(), Dense(3, 1, rng=np.random.default_rng(0)), Sigmoid()])
    x, y = small_data(4)
    model.predict(x)
    train(model, x, y)
    model.predict(x)
    assert seen == [False, True, False]
