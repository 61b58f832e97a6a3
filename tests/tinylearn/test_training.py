"""fit: the loop by hand is the truth, and the neuron of chapter 3 is the number to reproduce."""

import io
import weakref

import numpy as np
import pytest

from tinylearn import (
    SGD,
    Adam,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Dense,
    DivergenceError,
    Layer,
    MeanSquaredError,
    ProgressBar,
    ReLU,
    Sequential,
    Sigmoid,
    Update,
    fit,
)
from tinylearn.datasets import celsius_fahrenheit
from tinylearn.initializers import ones


def neuron():
    """The neuron of chapter 3: w = b = 1."""
    return Sequential([Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])


def small_model(seed=0):
    rng = np.random.default_rng(seed)
    return Sequential([Dense(3, 5, rng=rng), ReLU(), Dense(5, 1, rng=rng), Sigmoid()])


def small_data(n=20):
    rng = np.random.default_rng(7)
    x = rng.normal(size=(n, 3))
    return x, (x.sum(axis=1, keepdims=True) > 0).astype(float)


def train(model, x, y, **settings):
    """Call fit with settings that every test would have to repeat."""
    given = {"loss": BinaryCrossEntropy(), "optimizer": SGD(0.1), "epochs": 1} | settings
    return fit(model, x, y, **given)


# --- the same as by hand -------------------------------------------------------------------------------------------


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


# --- chapter 3 ---------------------------------------------------------------------------------------------------


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


# --- batches -----------------------------------------------------------------------------------------------------


def seen_batches(**settings):
    batches = []
    x, y = small_data(10)
    train(small_model(), x, y, callbacks=[lambda update: batches.append((update.epoch, update.batch))], **settings)
    return batches


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


# --- augment -----------------------------------------------------------------------------------------------------


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


# --- what a callback is told ---------------------------------------------------------------------------------------


def test_an_update_says_what_happened():
    model, optimizer, told = small_model(), SGD(0.1), []
    x, y = small_data(10)
    before = model.parameters.copy()

    def listen(update):
        assert isinstance(update, Update)
        assert update.model is model
        assert update.optimizer is optimizer
        told.append((update.step, update.epoch, update.loss, list(update.batch), model.parameters.copy()))

    train(model, x, y, optimizer=optimizer, epochs=2, batch_size=4, shuffle=False, callbacks=[listen])
    assert [row[0] for row in told] == [1, 2, 3, 4, 5, 6]
    assert [row[1] for row in told] == [1, 1, 1, 2, 2, 2]
    for _, _, value, rows, after in told:
        model.parameters = before  # the loss is that of this batch, before the update
        assert value == BinaryCrossEntropy().forward(model.forward(x[rows]), y[rows])
        before = after
        assert not np.array_equal(model.parameters, after)


def test_updates_that_are_kept_keep_their_values():
    kept = []
    x, y = small_data(10)
    train(small_model(), x, y, epochs=3, batch_size=4, callbacks=[kept.append])
    assert [update.step for update in kept] == list(range(1, 10))
    assert [update.epoch for update in kept] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert len({update.loss for update in kept}) == 9


def test_updates_that_are_kept_now_and_then_keep_their_values():
    kept = {}
    x, y = small_data(10)

    def keep_every_third(update):
        if update.step % 3 == 0:
            kept[update.step] = update

    train(small_model(), x, y, epochs=4, batch_size=4, callbacks=[lambda update: None, keep_every_third])
    assert {step: update.step for step, update in kept.items()} == {3: 3, 6: 6, 9: 9, 12: 12}


def test_batches_that_are_kept_keep_their_rows():
    for _, batch in seen_batches(epochs=2, batch_size=4):
        with pytest.raises(ValueError, match="read-only"):
            batch[0] = 0


def test_all_callbacks_are_called_in_order():
    calls = []
    x, y = small_data(4)
    train(small_model(), x, y, epochs=2, callbacks=[lambda update: calls.append("a"), lambda update: calls.append("b")])
    assert calls == ["a", "b", "a", "b"]


def test_callbacks_may_come_from_a_generator():
    calls = []
    x, y = small_data(4)
    train(small_model(), x, y, epochs=2, callbacks=(calls.append for _ in range(1)))
    assert len(calls) == 2


class Door:
    """A callback that must be closed."""

    def __init__(self, error=None):
        self.closed, self.error = 0, error

    def __call__(self, update):
        if self.error is not None:
            raise self.error

    def close(self):
        self.closed += 1


@pytest.mark.parametrize("error", [None, RuntimeError("stop"), KeyboardInterrupt()], ids=["none", "error", "Ctrl-C"])
def test_callbacks_are_closed_and_training_ends_whatever_happens(error):
    model, doors = small_model(), [Door(), Door(error), Door()]
    x, y = small_data(4)
    if error is None:
        train(model, x, y, callbacks=doors)
    else:
        with pytest.raises(type(error)):
            train(model, x, y, callbacks=doors)
    assert [door.closed for door in doors] == [1, 1, 1]
    assert not any(layer.training for layer in model.layers)


def test_one_callback_that_cannot_close_does_not_keep_the_others_open():
    class Stuck(Door):
        def close(self):
            raise OSError("the disk is full")

    last = Door()
    x, y = small_data(4)
    with pytest.raises(OSError, match="the disk is full"):
        train(small_model(), x, y, callbacks=[Stuck(), last])
    assert last.closed == 1


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


def test_nothing_is_kept_after_fit():
    model, loss = small_model(), BinaryCrossEntropy()
    x, y = small_data(4)
    watch = Door()
    train(model, x, y, loss=loss, callbacks=[watch])
    alive = weakref.ref(watch)
    del watch
    assert alive() is None


# --- divergence --------------------------------------------------------------------------------------------------


def test_divergence_names_step_parameter_and_learning_rate():
    """Chapter 3's neuron with a learning rate twenty times too large. A RuntimeWarning would be an error here."""
    model, steps = neuron(), []
    celsius, fahrenheit = celsius_fahrenheit()
    with pytest.raises(DivergenceError, match=r"update \d+ made dense_1\.w NaN or infinite") as caught:
        train(
            model,
            celsius,
            fahrenheit,
            loss=MeanSquaredError(),
            optimizer=SGD(0.01),
            epochs=8000,
            callbacks=[lambda update: steps.append(update.step)],
        )
    error = caught.value
    assert error.step == steps[-1] + 1  # the callbacks were told of every update before
    assert error.parameter == "dense_1.w"
    assert error.learning_rate == 0.01
    assert not error.gradient_norm < 1e100
    assert "learning rate 0.01" in str(error)
    assert "try a learning rate ten times smaller, or scale the inputs" in str(error)
    assert not any(layer.training for layer in model.layers)


def test_divergence_names_the_parameter_that_diverged():
    class Exploding(SGD):
        def step(self, parameters, gradients):
            super().step(parameters, gradients)
            parameters[-1] = np.nan

    x, y = small_data(4)
    with pytest.raises(DivergenceError, match=r"update 1 made dense_2\.b NaN") as caught:
        train(small_model(), x, y, optimizer=Exploding(0.1))
    assert caught.value.step == 1


def test_very_large_parameters_are_no_divergence():
    """Their square overflows, they do not."""
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0), weights=ones)], np.float32)
    model.parameters = np.array([3e30, 0])
    losses = train(model, [[0.0]], [[0.0]], loss=MeanSquaredError())
    assert losses == [0.0]


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.ones((4, 3)), np.ones((5, 1)), r"one row an example each, got shapes \(4, 3\) and \(5, 1\)"),
        (
            np.ones(4),
            np.ones((4, 1)),
            r"x must have shape \(N, …\), a row an example, got \(4,\); reshape .*x\[:, None\]",
        ),
        (np.ones((4, 3)), np.array(1.0), r"one row an example each, got shapes \(4, 3\) and \(\)"),
        (np.ones((0, 3)), np.ones((0, 1)), "x must hold at least one example, got none"),
        (np.ones((4, 3)), np.ones(4), r"target must have the shape of predicted, \(4, 1\), got \(4,\); reshape"),
        (np.ones((4, 2)), np.ones((4, 1)), r"Dense\(3, 5\), the first layer, does not fit the input"),
    ],
)
def test_data_of_wrong_shapes_are_refused(x, y, message):
    model = small_model()
    before = model.parameters.copy()
    with pytest.raises(ValueError, match=message):
        train(model, x, y)
    np.testing.assert_array_equal(model.parameters, before)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_data_that_are_not_finite_are_refused_with_their_place(bad):
    x, y = small_data(4)
    x[2, 1] = bad
    with pytest.raises(ValueError, match=rf"fit: x must be finite numbers, got {bad} at x\[2, 1\]; clean the data"):
        train(small_model(), x, y)
    x, y = small_data(4)
    y[3, 0] = bad
    with pytest.raises(ValueError, match=rf"fit: y must be finite numbers, got {bad} at y\[3, 0\]"):
        train(small_model(), x, y)


def test_data_that_are_no_numbers_are_refused():
    with pytest.raises(TypeError, match="fit: x must hold real numbers, got an array of <U1"):
        train(small_model(), [["a", "b", "c"]], [[1]])
    with pytest.raises(TypeError, match="fit: y must hold real numbers, got an array of <U3"):
        train(small_model(), [[1, 2, 3]], [["yes"]])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "fit: epochs must be at least 1, got 0"),
        ({"epochs": 1.5}, TypeError, "fit: epochs must be a whole number, got 1.5"),
        ({"batch_size": 0}, ValueError, "fit: batch_size must be at least 1, got 0"),
        ({"rng": 0}, TypeError, "fit: rng must be a NumPy generator"),
    ],
)
def test_wrong_settings_are_refused(settings, error, message):
    x, y = small_data(4)
    with pytest.raises(error, match=message):
        train(small_model(), x, y, **settings)


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


# --- progress bar --------------------------------------------------------------------------------------------------


def test_the_progress_bar_counts_updates_and_ends_its_line(capsys):
    x, y = small_data(10)
    bar = ProgressBar(total=6, description="learning")
    train(small_model(), x, y, epochs=2, batch_size=4, callbacks=[bar])
    shown = capsys.readouterr().err
    assert "learning" in shown
    assert "/6" in shown
    assert bar.bar is None  # closed
    assert shown.endswith("\r")  # and its line is free again


def test_the_progress_bar_can_be_used_again(capsys):
    x, y = small_data(4)
    bar = ProgressBar()
    train(small_model(), x, y, callbacks=[bar])
    train(small_model(), x, y, callbacks=[bar])
    assert capsys.readouterr().err.count("training: 0 updates") == 2


def test_the_progress_bar_shows_the_loss(monkeypatch):
    text = io.StringIO()
    monkeypatch.setattr("sys.stderr", text)
    bar = ProgressBar()
    bar(Update(1, loss=0.5))
    bar.bar.mininterval = 0  # redraw at every update, not a few times a second
    bar.bar.miniters = 0
    for step in range(2, 6):
        bar(Update(step, loss=0.25))
    bar.close()
    assert "loss=0.25" in text.getvalue()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"loss": MeanSquaredError}, r"loss must be a Loss, .* write MeanSquaredError\(…\)"),
        ({"loss": "mse"}, "loss must be a Loss, got 'mse'"),
        ({"optimizer": SGD}, r"write SGD\(…\)"),
        ({"callbacks": ProgressBar()}, "callbacks must be a list"),
        ({"callbacks": [None]}, "a callback must be a function of an Update, got None"),
        ({"augment": lambda x, rng: None}, "must hold real numbers"),
        ({"augment": lambda x, rng: x[:1]}, "must return a batch like x"),
        ({"workers": 2}, "one worker"),
    ],
)
def test_a_wrong_part_is_named(wrong, message):
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
    parts = {"loss": MeanSquaredError(), "optimizer": SGD(0.1), "epochs": 1} | wrong
    with pytest.raises((TypeError, ValueError), match=message):
        fit(model, np.ones((3, 1)), np.ones((3, 1)), **parts)


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
