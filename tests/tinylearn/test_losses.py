"""Losses: values by hand, gradients against central differences, extreme inputs, and what they refuse."""

import tracemalloc

import numpy as np
import pytest

from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import BinaryCrossEntropy, CategoricalCrossEntropy, MeanSquaredError, Sigmoid, Softmax
from tinylearn.loss_table import LOSSES

BINARY, CATEGORICAL = BinaryCrossEntropy, CategoricalCrossEntropy
log = np.log
tiny = {dtype: np.finfo(dtype).tiny for dtype in (np.float32, np.float64)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("loss", "predicted", "target", "value", "gradient"), [  # the docstrings have more
    (MeanSquaredError(), [[0.5], [0.25]], [[1], [0]], 0.3125 / 2, [[-0.5], [0.25]]),
    (BINARY(), [[0.5], [0.25]], [[True], [False]], -(log(0.5) + log(0.75)) / 2, [[-1], [1 / 1.5]]),
    (CATEGORICAL(), [[0.0, 1.0]], [1], 0, [[0, -1]]),
])  # fmt: skip
def test_computes_by_hand(dtype, loss, predicted, target, value, gradient):
    rtol = 1e-14 if dtype == np.float64 else 1e-6
    given = loss.forward(np.array(predicted, dtype), target)
    assert given == pytest.approx(value, rel=rtol, abs=0)
    np.testing.assert_allclose(loss.backward(), gradient, rtol=rtol, atol=0)
    assert (type(given), loss.backward().dtype) == (float, dtype)


@pytest.mark.parametrize("name", LOSSES)
def test_only_reads_what_was_given_never_overwrites_a_result_and_passes_nan_on(name):
    """A NaN is a model that diverges: `fit` reports that."""
    row, rng = LOSSES[name], np.random.default_rng(0)
    loss, predicted, target = row.make(), row.predicted(rng), row.target(rng)
    predicted.flags.writeable = target.flags.writeable = False
    loss.forward(predicted, target)
    first = loss.backward()
    then = first.copy()
    predicted = predicted[::-1].copy()
    loss.forward(predicted, target)
    assert not np.shares_memory(first, loss.backward())
    np.testing.assert_array_equal(first, then)
    predicted[1] = np.nan
    with np.errstate(invalid="ignore"):  # as in fit
        assert np.isnan(loss.forward(predicted, target))
    assert np.isnan(loss.backward()[1]).all()


@pytest.mark.parametrize(
    "loss", [MeanSquaredError(), BINARY(), BINARY(True), CATEGORICAL(), CATEGORICAL(True)], ids=repr
)
def test_adds_a_million_float32_numbers_without_drift(loss):
    """A float32 sum of numbers that are all the same rounds them all the same way."""
    predicted, target = np.full((500_000, 2), 0.5, np.float32), np.full((500_000, 2), [[0.4, 0.6]], np.float32)
    one = loss.forward(predicted[:1], target[:1])
    assert loss.forward(predicted, target) == pytest.approx(one, rel=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("largest", [1e30, float(np.finfo(np.float32).max)])
def test_from_logits_is_finite_for_every_number_of_float32(dtype, largest):
    x = np.array([[largest, -largest, 0], [-largest, largest, largest]], dtype)
    categorical = CATEGORICAL(from_logits=True)
    assert categorical.forward(x, np.array([1, 0])) >= largest
    np.testing.assert_array_equal(categorical.backward(), [[0.5, -0.5, 0], [-0.5, 0.25, 0.25]])
    binary = BINARY(from_logits=True)
    assert binary.forward(x, np.array([[0, 1, 1], [1, 0, 0]])) == pytest.approx(5 / 6 * largest, rel=1e-6)
    np.testing.assert_allclose(binary.backward() * 6, [[1, -1, -0.5], [-1, 1, 1]])
    assert binary.forward(x[:, :2], np.array([[1, 0], [0, 1]])) == 0
    assert categorical.forward(x, np.array([0, 2])) == pytest.approx(np.log(2) / 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_plain_losses_are_finite_at_exactly_0_and_1(dtype):
    binary, categorical = BINARY(), CATEGORICAL()
    half_wrong = pytest.approx(-log(tiny[dtype]) / 2)
    assert binary.forward(np.array([[0], [1], [0], [1]], dtype), [[0], [1], [1], [0]]) == half_wrong
    gradient = binary.backward()
    assert np.isfinite(gradient).all()
    assert gradient[2] < 0 < gradient[3]  # the wrong ones are pushed the right way
    assert 0 <= binary.forward(np.array([[0], [1]], dtype), [[0], [1]]) < 1e-6
    assert categorical.forward(np.array([[1, 0], [1, 0]], dtype), [0, 1]) == half_wrong
    assert np.isfinite(categorical.backward()).all()
    assert categorical.backward()[1, 1] < 0


@pytest.mark.parametrize(("dtype", "x"), [(np.float32, [-18, -25, -87]), (np.float64, [-18, -37, -700])])
def test_the_most_wrong_answers_teach_as_long_as_p_is_a_normal_number(dtype, x):
    """PyTorch's gradients at float32 logits -18 and -25, from sigmoid and binary_cross_entropy, are -1 too."""
    x = np.array(x, dtype)[:, None]
    binary, sigmoid = BINARY(), Sigmoid()
    value = binary.forward(sigmoid.forward(x), np.ones(x.shape))
    assert value == pytest.approx(-x.mean(), rel=1e-6)
    np.testing.assert_allclose(sigmoid.backward(binary.backward()) * len(x), -np.ones(x.shape), rtol=1e-5)
    categorical, softmax = CATEGORICAL(), Softmax()
    x = np.hstack([x, 0 * x])
    assert categorical.forward(softmax.forward(x), np.zeros(len(x), int)) == pytest.approx(value, rel=1e-6)
    dx = softmax.backward(categorical.backward()) * len(x)
    np.testing.assert_allclose(dx, np.full(x.shape, [-1, 1]), rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_takes_what_rounding_put_outside_0_and_1_as_0_and_1_and_sums_of_many_thousand(dtype):
    eps = np.finfo(dtype).eps
    inside, outside = np.array([[0, 1]], dtype), np.array([[-eps, 1 + eps]], dtype)
    for loss, target in ((BINARY(), [[1, 1]]), (CATEGORICAL(), [0])):
        value, gradient = loss.forward(inside, target), loss.backward()
        assert loss.forward(outside, target) == value
        np.testing.assert_array_equal(loss.backward(), gradient)
    x = np.random.default_rng(0).normal(scale=0.0001, size=(4, 30_000)).astype(np.float32)
    predicted = Softmax().forward(np.asfortranarray(x))  # in this order of memory its sums are added up one by one
    assert np.abs(predicted.sum(axis=1, dtype=np.float64) - 1).max() > 1e-4
    CATEGORICAL().forward(predicted, np.arange(4))


def test_needs_memory_for_the_classes_not_for_their_square():
    predicted, target = np.zeros((2, 50_000)), np.array([0, 49_999])
    tracemalloc.start()
    CATEGORICAL(from_logits=True).forward(predicted, target)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20 * predicted.nbytes


THIRDS, HALF, F32 = np.full((2, 3), 1 / 3), np.array([[0.5], [0.5]]), np.array([[0.5, 0.4]], np.float32)


def in_both(target, kind, words, predicted=THIRDS):
    target = np.array(target)
    return [
        (lambda loss=loss: loss.forward(predicted, target), kind, words) for loss in (CATEGORICAL(), CATEGORICAL(True))
    ]


@refusals(
    *in_both([0, 3], ValueError, r"^Cat.*\): class numbers must lie in 0 … 2, got 3; count the classes from 0$"),
    *in_both([-1, 0], ValueError, r"class numbers must lie in 0 … 2, got -1$"),
    *in_both([0.0, 1.0], TypeError, "class numbers must be integers, got an array of float64"),
    *in_both([[0], [1]], ValueError, r"or one-hot \(2, 3\), got \(2, 1\); write target\[:, 0\]$"),
    *in_both([[0, 1], [1, 0]], ValueError, r"target must be class numbers \(2,\) or one-hot \(2, 3\), got \(2, 2\)$"),
    *in_both([0, 0], ValueError, r"at least 2 classes, got \(2, 1\); for .* take BinaryCross", np.ones((2, 1))),
    *in_both([[0, 1, 0], [1, 1, 0]], ValueError, "each row of target must sum to 1, got 2 in row 1 of .*; for several"),
    *in_both([[0, 1, 0], [0, 0, 0]], ValueError, "each row of target must sum to 1, got 0 in row 1 of .* Binary"),
    *in_both([[0, 1, 0], [2, -1, 0]], ValueError, r"target must be probabilities .* got -1.*; a row is one-hot"),
    (lambda: CATEGORICAL().forward(np.full(3, 1 / 3), np.array([0, 1, 2])), ValueError, r"got \(3,\)"),
    (lambda: CATEGORICAL().forward(np.array([[0.5, 0.5], [0.880797, 0.7310586]]), [0, 1]), ValueError,
     r"predicted must sum to 1, got 1.61186 in row 1 of .*; end the model with Softmax\(\), or pass from_logits=True"),
    (lambda: CATEGORICAL().forward(F32, [0]), ValueError, "got 0.9 in row 0"),
    *((lambda loss=loss, target=target: loss.forward(HALF, np.array([[0.0], [target]])), ValueError,
       r"^Bin.*: target must be probabilities in \[0, 1\], got .*; 1 is yes, 0 no$")
      for loss, target in ((BINARY(), -0.1), (BINARY(True), 1.1))),
    *((lambda p=p: BINARY().forward(np.array([[0.5], [p]]), [[0], [1]]), ValueError,
       r"predicted must be probabilities in \[0, 1\].*end the model with Sigmoid") for p in (-0.01, 1 + 2**-49)),
    *((lambda p=p: CATEGORICAL().forward(np.array([[0.5, p]]), [0]), ValueError,
       r"predicted must be probabilities in \[0, 1\].*end the model with Softmax") for p in (1.01, -(2**-49))),
)  # fmt: skip
def test_refuses(call, kind, words):
    assert_refused(call, kind, words)
