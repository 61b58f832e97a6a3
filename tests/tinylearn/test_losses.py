"""Losses: values by hand, gradients against central differences, and extreme inputs."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinylearn import BinaryCrossEntropy, CategoricalCrossEntropy, MeanSquaredError, Sigmoid, Softmax
from tinylearn.loss_table import LOSSES

# --- values by hand ----------------------------------------------------------------------------------------------


def test_mean_squared_error_by_hand():
    loss = MeanSquaredError()
    assert loss.forward(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [6.0, 4.0]])) == (0 + 4 + 9 + 0) / 4
    np.testing.assert_array_equal(loss.backward(), [[0, 2 * 2 / 4], [2 * -3 / 4, 0]])


def test_binary_cross_entropy_by_hand():
    loss = BinaryCrossEntropy()
    value = loss.forward(np.array([[0.8], [0.4]]), np.array([[1.0], [0.0]]))
    assert value == pytest.approx((-np.log(0.8) - np.log(0.6)) / 2, rel=1e-14)
    np.testing.assert_allclose(loss.backward(), [[-1 / 0.8 / 2], [1 / 0.6 / 2]], rtol=1e-14)


def test_binary_cross_entropy_from_logits_by_hand():
    loss = BinaryCrossEntropy(from_logits=True)
    assert loss.forward(np.array([[0.0], [0.0]]), np.array([[1.0], [0.0]])) == pytest.approx(np.log(2), rel=1e-15)
    np.testing.assert_allclose(loss.backward(), [[(0.5 - 1) / 2], [0.5 / 2]], rtol=1e-15)


def test_categorical_cross_entropy_by_hand():
    loss = CategoricalCrossEntropy()
    value = loss.forward(np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]), np.array([0, 2]))
    assert value == pytest.approx((-np.log(0.5) - np.log(0.8)) / 2, rel=1e-14)
    np.testing.assert_allclose(loss.backward(), [[-1 / 0.5 / 2, 0, 0], [0, 0, -1 / 0.8 / 2]], rtol=1e-14)


def test_categorical_cross_entropy_from_logits_by_hand():
    """Four equal scores: every class has a quarter."""
    loss = CategoricalCrossEntropy(from_logits=True)
    assert loss.forward(np.array([[3.0, 3.0, 3.0, 3.0]]), np.array([1])) == pytest.approx(np.log(4), rel=1e-15)
    np.testing.assert_allclose(loss.backward(), [[0.25, 0.25 - 1, 0.25, 0.25]], rtol=1e-15)


# --- gradients ---------------------------------------------------------------------------------------------------

every_loss = pytest.mark.parametrize(
    "loss",
    [
        MeanSquaredError(),
        BinaryCrossEntropy(),
        BinaryCrossEntropy(from_logits=True),
        CategoricalCrossEntropy(),
        CategoricalCrossEntropy(from_logits=True),
    ],
    ids=repr,
)


def example(loss, n, k, rng):
    """Return predictions (n, k) and targets that this loss can take: probabilities of yes, or of k classes."""
    scores, target = rng.normal(size=(n, k)), rng.random((n, k))
    if isinstance(loss, CategoricalCrossEntropy):
        target = target / target.sum(axis=1, keepdims=True)
        return scores if loss.from_logits else Softmax().forward(scores), target
    if isinstance(loss, BinaryCrossEntropy) and not loss.from_logits:
        return Sigmoid().forward(scores), target
    return scores, target


def central_differences(loss, predicted, target, h=1e-6):
    numeric = np.empty_like(predicted)
    for index in np.ndindex(predicted.shape):
        up, down = predicted.copy(), predicted.copy()
        up[index] += h
        down[index] -= h
        numeric[index] = (loss.forward(up, target) - loss.forward(down, target)) / (2 * h)
    return numeric


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_the_table_equal_central_differences(name):
    rng = np.random.default_rng(0)
    loss, predicted, target = LOSSES[name].make(), LOSSES[name].predicted(rng), LOSSES[name].target(rng)
    loss.forward(predicted, target)
    analytic = loss.backward()
    np.testing.assert_allclose(analytic, central_differences(loss, predicted, target), rtol=1e-5, atol=1e-8)
    assert name.split(",")[0] == repr(loss)


@every_loss
@given(n=st.integers(1, 5), k=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_gradients_equal_central_differences(loss, n, k, seed):
    if isinstance(loss, CategoricalCrossEntropy):
        k += 1
    predicted, target = example(loss, n, k, np.random.default_rng(seed))
    loss.forward(predicted, target)
    analytic = loss.backward()
    np.testing.assert_allclose(analytic, central_differences(loss, predicted, target), rtol=1e-5, atol=1e-8)


def test_mean_squared_error_takes_any_number_of_axes():
    loss, rng = MeanSquaredError(), np.random.default_rng(0)
    predicted, target = rng.normal(size=(2, 3, 2, 2)), rng.normal(size=(2, 3, 2, 2))
    assert loss.forward(predicted, target) == pytest.approx(((predicted - target) ** 2).mean(), rel=1e-14)
    np.testing.assert_allclose(loss.backward(), central_differences(loss, predicted, target), rtol=1e-6, atol=1e-9)


@every_loss
def test_what_was_given_is_only_read_and_what_was_returned_stays(loss):
    predicted, target = example(loss, 4, 3, np.random.default_rng(0))
    predicted.flags.writeable = target.flags.writeable = False
    loss.forward(predicted, target)
    first = loss.backward()
    then = first.copy()
    loss.forward(predicted[::-1], target)
    second = loss.backward()
    np.testing.assert_array_equal(first, then)
    assert not np.shares_memory(first, second)


@every_loss
def test_a_float32_loss_is_a_python_float_with_a_float32_gradient(loss):
    predicted, target = example(loss, 4, 3, np.random.default_rng(0))
    assert type(loss.forward(predicted.astype(np.float32), target)) is float
    assert loss.backward().dtype == np.float32


# --- from_logits -------------------------------------------------------------------------------------------------


@given(n=st.integers(1, 5), k=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_binary_from_logits_equals_sigmoid_and_plain(n, k, seed):
    rng = np.random.default_rng(seed)
    x, target = rng.normal(scale=3, size=(n, k)), rng.integers(0, 2, size=(n, k))
    together, apart, sigmoid = BinaryCrossEntropy(from_logits=True), BinaryCrossEntropy(), Sigmoid()
    assert together.forward(x, target) == pytest.approx(apart.forward(sigmoid.forward(x), target), rel=1e-10)
    np.testing.assert_allclose(together.backward(), sigmoid.backward(apart.backward()), rtol=1e-9, atol=1e-14)


@given(n=st.integers(1, 5), k=st.integers(2, 6), seed=st.integers(0, 2**32 - 1))
def test_categorical_from_logits_equals_softmax_and_plain(n, k, seed):
    rng = np.random.default_rng(seed)
    x, target = rng.normal(scale=3, size=(n, k)), rng.integers(0, k, size=n)
    together, apart, softmax = CategoricalCrossEntropy(from_logits=True), CategoricalCrossEntropy(), Softmax()
    assert together.forward(x, target) == pytest.approx(apart.forward(softmax.forward(x), target), rel=1e-10, abs=1e-14)
    np.testing.assert_allclose(together.backward(), softmax.backward(apart.backward()), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_from_logits_is_exact_at_1000(dtype):
    binary = BinaryCrossEntropy(from_logits=True)
    x = np.array([[1000.0], [-1000.0]], dtype)
    assert binary.forward(x, np.array([[1], [0]])) == 0  # sure, and right
    assert binary.forward(x, np.array([[0], [1]])) == 1000  # sure, and wrong: the loss still knows how wrong
    np.testing.assert_array_equal(binary.backward(), [[0.5], [-0.5]])

    categorical = CategoricalCrossEntropy(from_logits=True)
    x = np.array([[1000.0, -1000.0, 0.0]], dtype)
    assert categorical.forward(x, np.array([0])) == 0
    assert categorical.forward(x, np.array([1])) == 2000
    np.testing.assert_array_equal(categorical.backward(), [[1, -1, 0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("largest", [1e30, float(np.finfo(np.float32).max)])
def test_from_logits_is_finite_for_every_number_of_float32(dtype, largest):
    x = np.array([[largest, -largest, 0], [-largest, largest, largest]], dtype)
    categorical = CategoricalCrossEntropy(from_logits=True)
    assert categorical.forward(x, np.array([1, 0])) >= largest
    np.testing.assert_array_equal(categorical.backward(), [[0.5, -0.5, 0], [-0.5, 0.25, 0.25]])
    binary = BinaryCrossEntropy(from_logits=True)
    assert binary.forward(x, np.array([[0, 1, 1], [1, 0, 0]])) == pytest.approx(5 / 6 * largest, rel=1e-6)
    np.testing.assert_allclose(binary.backward() * 6, [[1, -1, -0.5], [-1, 1, 1]])


# --- sums ------------------------------------------------------------------------------------------------------------


@every_loss
def test_a_million_float32_numbers_are_added_up_without_drift(loss):
    """A float32 sum of numbers that are all the same rounds them all the same way."""
    predicted, target = np.full((500_000, 2), 0.5, np.float32), np.full((500_000, 2), [[0.4, 0.6]], np.float32)
    one = loss.forward(predicted[:1], target[:1])
    assert loss.forward(predicted, target) == pytest.approx(one, rel=1e-9)


# --- probabilities of exactly 0 and 1 ----------------------------------------------------------------------------

dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@dtypes
def test_binary_is_finite_at_exactly_0_and_1(dtype):
    loss = BinaryCrossEntropy()
    predicted = np.array([[0.0], [1.0], [0.0], [1.0]], dtype)
    value = loss.forward(predicted, np.array([[0.0], [1.0], [1.0], [0.0]]))
    assert value == pytest.approx(-np.log(np.finfo(dtype).tiny) / 2)  # large: two of the four are surely wrong
    gradient = loss.backward()
    assert np.isfinite(gradient).all()
    assert gradient[2] < 0 < gradient[3]  # the wrong ones are pushed the right way


@dtypes
def test_binary_is_almost_zero_for_sure_and_right(dtype):
    value = BinaryCrossEntropy().forward(np.array([[0.0], [1.0]], dtype), np.array([[0.0], [1.0]]))
    assert 0 <= value < 1e-6


@dtypes
def test_categorical_is_finite_at_exactly_0_and_1(dtype):
    loss = CategoricalCrossEntropy()
    value = loss.forward(np.array([[1.0, 0.0], [1.0, 0.0]], dtype), np.array([0, 1]))
    assert value == pytest.approx(-np.log(np.finfo(dtype).tiny) / 2)
    gradient = loss.backward()
    assert np.isfinite(gradient).all()
    assert gradient[1, 1] < 0


@dtypes
def test_categorical_is_zero_for_sure_and_right(dtype):
    assert CategoricalCrossEntropy().forward(np.array([[0.0, 1.0]], dtype), np.array([1])) == 0


@pytest.mark.parametrize(("dtype", "x"), [(np.float32, [-18, -25, -87]), (np.float64, [-18, -37, -700])])
def test_the_most_wrong_answers_teach_as_long_as_p_is_a_normal_number(dtype, x):
    """PyTorch's gradients at float32 logits -18 and -25, from sigmoid and binary_cross_entropy, are -1 too."""
    x = np.array(x, dtype)[:, None]
    binary, sigmoid = BinaryCrossEntropy(), Sigmoid()
    value = binary.forward(sigmoid.forward(x), np.ones(x.shape))
    assert value == pytest.approx(-x.mean(), rel=1e-6)
    np.testing.assert_allclose(sigmoid.backward(binary.backward()) * len(x), -np.ones(x.shape), rtol=1e-5)

    categorical, softmax = CategoricalCrossEntropy(), Softmax()
    x = np.hstack([x, 0 * x])
    assert categorical.forward(softmax.forward(x), np.zeros(len(x), int)) == pytest.approx(value, rel=1e-6)
    dx = softmax.backward(categorical.backward()) * len(x)
    np.testing.assert_allclose(dx, np.full(x.shape, [-1, 1]), rtol=1e-5)


@dtypes
def test_what_rounding_put_outside_0_and_1_counts_as_0_and_1(dtype):
    eps = np.finfo(dtype).eps
    inside, outside = np.array([[0, 1]], dtype), np.array([[-eps, 1 + eps]], dtype)
    for loss, target in ((BinaryCrossEntropy(), [[1, 1]]), (CategoricalCrossEntropy(), [0])):
        value, gradient = loss.forward(inside, target), loss.backward()
        assert loss.forward(outside, target) == value
        np.testing.assert_array_equal(loss.backward(), gradient)


# --- forms of the target -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint8])
def test_one_hot_equals_class_numbers(from_logits, kind):
    rng = np.random.default_rng(0)
    predicted, labels = Softmax().forward(rng.normal(size=(5, 4))), np.array([0, 3, 1, 1, 2], kind)
    by_number, by_row = CategoricalCrossEntropy(from_logits), CategoricalCrossEntropy(from_logits)
    assert by_number.forward(predicted, labels) == by_row.forward(predicted, np.eye(4)[labels])
    np.testing.assert_array_equal(by_number.backward(), by_row.backward())


def test_targets_may_be_lists_of_whole_numbers():
    predicted = np.array([[0.5], [0.25]])
    assert MeanSquaredError().forward(predicted, [[1], [0]]) == (0.25 + 0.0625) / 2
    assert BinaryCrossEntropy().forward(predicted, [[True], [False]]) == -(np.log(0.5) + np.log(0.75)) / 2


@pytest.mark.parametrize("from_logits", [False, True])
def test_smoothed_labels_are_rows_of_probabilities(from_logits):
    predicted, smoothing = np.array([[0.5, 0.25, 0.25]]), 0.1
    value = CategoricalCrossEntropy(from_logits).forward(predicted, (1 - smoothing) * np.eye(3)[[1]] + smoothing / 3)
    log_p = np.log(Softmax().forward(predicted) if from_logits else predicted)[0]
    assert value == pytest.approx(-0.9 * log_p[1] - 0.1 * log_p.mean(), rel=1e-12)


# --- errors ------------------------------------------------------------------------------------------------------


@every_loss
def test_backward_before_forward_says_so(loss):
    fresh = type(loss)(**({"from_logits": True} if getattr(loss, "from_logits", False) else {}))
    with pytest.raises(ValueError, match="backward was called before forward") as error:
        fresh.backward()
    assert repr(loss) in str(error.value)


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ([0, 3], ValueError, r"class numbers must lie in 0 … 2, got 3"),
        ([-1, 0], ValueError, r"class numbers must lie in 0 … 2, got -1"),
        ([0.0, 1.0], TypeError, "class numbers must be integers, got an array of float64"),
        ([0, 1, 2], ValueError, r"target must be class numbers \(2,\) or one-hot \(2, 3\), got \(3,\)"),
        ([[0], [1]], ValueError, r"target must be class numbers \(2,\) or one-hot \(2, 3\), got \(2, 1\)"),
        ([[0, 1], [1, 0]], ValueError, r"target must be class numbers \(2,\) or one-hot \(2, 3\), got \(2, 2\)"),
    ],
)
@pytest.mark.parametrize("from_logits", [False, True])
def test_refuses_wrong_classes(target, error, message, from_logits):
    with pytest.raises(error, match=message):
        CategoricalCrossEntropy(from_logits).forward(np.full((2, 3), 1 / 3), np.array(target))


@pytest.mark.parametrize("predicted", [-0.01, 1.01, -1e-9, 1 + 1e-9])
def test_probabilities_outside_0_and_1_are_refused(predicted):
    with pytest.raises(ValueError, match=r"predicted must be probabilities in \[0, 1\].*end the model with Sigmoid"):
        BinaryCrossEntropy().forward(np.array([[0.5], [predicted]]), np.array([[0.0], [1.0]]))
    with pytest.raises(ValueError, match=r"predicted must be probabilities in \[0, 1\].*end the model with Softmax"):
        CategoricalCrossEntropy().forward(np.array([[0.5, predicted]]), np.array([0]))


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("target", [-0.1, 1.1, 2.0])
def test_a_binary_target_outside_0_and_1_is_refused(target, from_logits):
    with pytest.raises(ValueError, match=r"target must be probabilities in \[0, 1\], got .*; 1 is yes, 0 no"):
        BinaryCrossEntropy(from_logits).forward(np.array([[0.5], [0.5]]), np.array([[0.0], [target]]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_refuses_rows_that_are_not_distribution(dtype):
    """Sigmoids in the place of a softmax: all of them at 1 would be a loss of 0, and right about nothing."""
    predicted = Sigmoid().forward(np.array([[0.0, 0.0], [2.0, 1.0]], dtype))
    refused = r"each row of predicted must sum to 1, got 1.61186 in row 1 of .*; end the model with Softmax\(\), or"
    with pytest.raises(ValueError, match=refused):
        CategoricalCrossEntropy().forward(predicted, np.array([0, 1]))
    with pytest.raises(ValueError, match=r"got 0.9 in row 0"):
        CategoricalCrossEntropy().forward(np.array([[0.5, 0.4]], dtype), np.array([0]))


def test_a_float32_softmax_over_many_thousand_classes_is_a_distribution():
    """In this order of memory the sum below the fraction is added up one by one."""
    x = np.asfortranarray(np.random.default_rng(0).normal(scale=0.0001, size=(4, 30_000)).astype(np.float32))
    predicted = Softmax().forward(x)
    assert np.abs(predicted.sum(axis=1, dtype=np.float64) - 1).max() > 1e-4
    CategoricalCrossEntropy().forward(predicted, np.arange(4))


def test_memory_grows_with_the_classes_not_with_their_square():
    predicted, target = np.zeros((2, 50_000)), np.array([0, 49_999])
    tracemalloc.start()
    CategoricalCrossEntropy(from_logits=True).forward(predicted, target)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20 * predicted.nbytes


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("target", [[[1], [1]], [0, 0]])
def test_refuses_one_class(from_logits, target):
    """A softmax over one number is always 1: the loss would be 0 for ever."""
    with pytest.raises(ValueError, match=r"at least 2 classes, got \(2, 1\); .* take BinaryCrossEntropy$"):
        CategoricalCrossEntropy(from_logits).forward(np.ones((2, 1)), np.array(target))


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("row", [[1, 1, 0], [0, 0, 0], [0.5, 0.25, 0]])
def test_refuses_a_target_row_that_is_not_a_distribution(from_logits, row):
    with pytest.raises(
        ValueError, match=r"each row of target must sum to 1, got .* in row 1 of .*; for several yes .* Binary"
    ):
        CategoricalCrossEntropy(from_logits).forward(np.full((2, 3), 1 / 3), np.array([[0, 1, 0], row]))


@every_loss
def test_nan_predictions_give_a_loss_of_nan(loss):
    """A model that diverges: `fit` reports that."""
    predicted, target = example(loss, 4, 3, np.random.default_rng(0))
    predicted[1] = np.nan
    with np.errstate(invalid="ignore"):  # as in fit
        assert np.isnan(loss.forward(predicted, target))
    assert np.isnan(loss.backward()[1]).all()


def test_categorical_wants_rows_of_classes():
    with pytest.raises(ValueError, match=r"predicted must have shape \(N, K\), .* classes, got \(3,\)"):
        CategoricalCrossEntropy().forward(np.full(3, 1 / 3), np.array([0, 1, 2]))
