"""fit against a loop by hand, and what it refuses. The published numbers are in tests/chapters."""

import numpy as np
import pytest

import tinylearn as tl
from tests.tinylearn.refusals import assert_refused, refusals
from tests.tinylearn.training_helpers import small_data, small_model, train
from tinylearn import SGD, Adam, BinaryCrossEntropy, Dense, MeanSquaredError, ProgressBar


@pytest.mark.parametrize(("make", "batch_size", "dtype"), [
    (lambda: SGD(0.1), 8, np.float32), (lambda: Adam(np.float64(0.01)), 8, np.float64),
    (lambda: SGD(0.1), 20, np.float64), (lambda: Adam(np.float64(0.01)), 20, np.float32),
])  # fmt: skip
def test_equals_the_loop_by_hand_bit_for_bit(make, batch_size, dtype):
    x, y = small_data(20)
    model, by_hand, other = (small_model(dtype=dtype) for _ in range(3))
    settings = {"epochs": 5, "batch_size": batch_size}
    losses = train(model, x, y, optimizer=make(), rng=np.random.default_rng(3), **settings)
    train(other, x, y, optimizer=make(), rng=np.random.default_rng(4), **settings)

    loss, optimizer, losses_by_hand, rng = BinaryCrossEntropy(), make(), [], np.random.default_rng(3)
    for _ in range(5):
        order, total = np.arange(20) if batch_size == 20 else rng.permutation(20), 0.0
        for start in range(0, 20, batch_size):  # the last batch has the four rows that are left
            rows = order[start : start + batch_size]
            value = loss.forward(by_hand.forward(x[rows]), y[rows])
            by_hand.backward(loss.backward())
            optimizer.step(by_hand.parameters, by_hand.gradients)
            total += value * len(rows)
        losses_by_hand.append(total / 20)

    assert model.parameters.tobytes() == by_hand.parameters.tobytes()
    assert (model.parameters.tobytes() == other.parameters.tobytes()) == (batch_size == 20)  # of another seed
    assert model.parameters.dtype == model.gradients.dtype == dtype
    np.testing.assert_allclose(losses, losses_by_hand, rtol=1e-14)
    assert {type(value) for value in losses} == {float}


def test_keeps_the_order_of_the_data_without_shuffle():
    seen = []
    note = lambda update: seen.append(update.batch.tolist())  # noqa: E731
    train(small_model(), *small_data(10), epochs=2, batch_size=4, shuffle=False, callbacks=[note])
    assert seen == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] * 2


@pytest.mark.parametrize("batch_size", [4, 10])
def test_augments_every_batch_and_leaves_the_callers_data_alone(batch_size):
    """augment may work in place: what it does to a batch is gone when the row comes again, in a full batch, too."""
    (x, y), sizes = small_data(10), []
    x_before, y_before = x.copy(), y.copy()

    def flip_signs(x_batch, rng):
        assert isinstance(rng, np.random.Generator)
        sizes.append(len(x_batch))
        x_batch *= -1
        return x_batch

    augmented, by_hand = small_model(), small_model()
    settings = {"epochs": 2, "batch_size": batch_size}
    train(augmented, x, y, augment=flip_signs, rng=np.random.default_rng(5), **settings)
    train(by_hand, -x, y, rng=np.random.default_rng(5), **settings)
    assert sizes == ([4, 4, 2] if batch_size == 4 else [10]) * 2
    np.testing.assert_allclose(augmented.parameters, by_hand.parameters, rtol=1e-12)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(y, y_before)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("batch_size", [3, 8])
@pytest.mark.parametrize("kind", [np.matrix, np.ma.masked_array, np.ndarray.tolist], ids=["matrix", "masked", "list"])
def test_takes_other_kinds_of_arrays_as_plain_ones(kind, batch_size):
    (x, y), models = small_data(8), [small_model(), small_model()]
    settings = {"epochs": 2, "batch_size": batch_size}
    losses = [train(models[0], x, y, rng=np.random.default_rng(0), **settings),
              train(models[1], kind(x), kind(y), rng=np.random.default_rng(0), **settings)]  # fmt: skip
    assert losses[0] == losses[1]
    assert models[0].parameters.tobytes() == models[1].parameters.tobytes()


def refused(x=None, y=None, **settings):
    """Call fit, for an error after which the model is as it was."""
    rows, targets = small_data(4)
    model = small_model()
    before = model.parameters.copy()
    try:
        train(model, rows if x is None else x, targets if y is None else y, **settings)
    finally:
        np.testing.assert_array_equal(model.parameters, before)


ONES = np.ones((4, 3))


@refusals(
    (lambda: refused(ONES, np.ones((5, 1))), ValueError, r"one row per example, got shapes \(4, 3\) and \(5, 1\)"),
    (lambda: refused(np.ones(4), np.ones((4, 1))), ValueError,
     r"x must have shape \(N, …\), a row per example, got \(4,\); reshape .*x\[:, None\]"),
    (lambda: refused(ONES, np.ones(4)), ValueError,
     r"^BinaryC.*: target must have the shape of predicted, \(4, 1\), got \(4,\); reshape it with target\[:, None\]$"),
    (lambda: refused(loss=BinaryCrossEntropy(from_logits=True)), ValueError,
     r"^fit: BinaryC.* must get the numbers before the sigm.*, got a model that ends with Sigmoid\(\); leave out that"),
    (lambda: refused(ONES, np.array([0, 1, 1, 0]), loss=tl.CategoricalCrossEntropy()), ValueError,
     r"^CategoricalCrossEntropy\(\): .* at least 2 classes, got .*\(4, 1\); .*BinaryCrossEntropy$"),
    (lambda: refused(np.ones((4, 2))), ValueError, r"Dense\(3, 5\), the first layer, does not fit the input"),
    (lambda: refused(np.diag([1, 1, -np.inf, 1])), ValueError, r"^fit: x must be finite numbers, got -inf at x\[2, "),
    # as plain numbers they would be whatever stands below the mask: 0, -999
    (lambda: refused(np.ma.masked_array(ONES, np.eye(4, 3))), ValueError,
     r"fit: x must hold numbers only, got a masked entry at x\[0, 0\]; leave it out"),
    (lambda: refused([["1", "2", "3"]], [[1]]), TypeError,
     r"^fit: x must hold real numbers, got \[\['1', '2', '3'\]\]; write np\.array\(x, float\)$"),
    (lambda: refused(ONES, np.array(["cat", "dog"] * 2)), TypeError,
     "^fit: y must hold real numbers, got an array of texts, such as 'cat'; give each text a number first, such as"),
    (lambda: refused(epochs=True), TypeError, "^fit: epochs must be a whole number, got True"),
    (lambda: refused(loss=MeanSquaredError), TypeError,
     r"loss must be a Loss .* the class MeanSquaredError; write MeanSquaredError\(…\)"),
    (lambda: refused(optimizer=SGD), TypeError, r"optimizer must be .*; write SGD\(…\)"),
    (lambda: refused(callbacks=ProgressBar()), TypeError, "callbacks must be a list"),
    (lambda: refused(augment=lambda x, rng: x[:1]), ValueError, "must return a batch like x"),
    (lambda: train(Dense(3, 1, rng=np.random.default_rng(0)), *small_data(4)), TypeError, "fit: model must be a"),
)  # fmt: skip
def test_refuses(call, kind, words):
    assert_refused(call, kind, words)
