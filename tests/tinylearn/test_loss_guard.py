"""The guard around every loss, also around your own: it checks arguments, and puts names into errors."""

import copy
import pickle
import warnings

import numpy as np
import pytest

from tinylearn import BinaryCrossEntropy, CategoricalCrossEntropy, Loss, MeanSquaredError
from tinylearn.loss_table import LOSSES

HALF = np.full((3, 1), 0.5)


class Own(Loss):
    """The mean of the absolute errors, in the plainest words."""

    def forward(self, predicted, target):
        self.seen = predicted, target
        self.sign = np.sign(predicted - target)
        return np.abs(predicted - target).mean()

    def backward(self):
        return self.sign / self.sign.size


# --- arguments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("target", [[[1], [2], [3]], np.array([[1], [2], [3]], np.uint8), np.float64([[1], [2], [3]])])
def test_an_own_loss_gets_targets_in_the_shape_and_dtype_of_predicted(dtype, target):
    loss = Own()
    for _ in range(2):  # the second passes by the first
        assert loss.forward(HALF.astype(dtype), target) == 1.5
        predicted, target_seen = loss.seen
        assert predicted.dtype == target_seen.dtype == dtype
        assert loss.backward().dtype == dtype


@pytest.mark.parametrize(
    ("predicted", "target", "error", "message"),
    [
        (HALF, np.ones(3), ValueError, r"target must .*\(3, 1\), got \(3,\); reshape it with target\[:, None\]"),
        (np.ones((3, 2)), np.ones(3), ValueError, "target must .*; for class numbers take CategoricalCrossEntropy$"),
        (HALF, np.ones((3, 2)), ValueError, r"target must have the shape of predicted, \(3, 1\), got \(3, 2\)$"),
        (HALF, [["a"]] * 3, TypeError, r"target must hold real numbers, got"),
        (HALF[:0], HALF[:0], ValueError, r"predicted must hold at least one number, got shape \(0, 1\)"),
        (np.ones((3, 1), int), HALF, TypeError, "predicted must hold floats, as models return, got an array of int64"),
        (HALF.astype(np.float16), HALF, TypeError, "predicted must hold float32 or float64, got float16"),
    ],
)
def test_refuses_wrong_arguments_of_an_own_loss(predicted, target, error, message):
    loss = Own()
    loss.forward(HALF, HALF)
    with pytest.raises(error, match=rf"^Own\(\): {message}"):
        loss.forward(predicted, target)


def test_a_batch_of_another_shape_or_dtype_is_looked_at_again():
    loss = Own()
    loss.forward(HALF, HALF)
    assert loss.forward(HALF[:2], [[0], [0]]) == 0.5
    assert loss.backward().shape == (2, 1)
    loss.forward(HALF.astype(np.float32), HALF.astype(np.float32))
    assert loss.backward().dtype == np.float32


@pytest.mark.parametrize("name", LOSSES)
def test_refuses_masked_entries_with_their_place(name):
    rng = np.random.default_rng(0)
    loss, predicted, target = LOSSES[name].make(), LOSSES[name].predicted(rng), LOSSES[name].target(rng)
    for wrong in (predicted, target):
        masked = np.ma.masked_array(wrong, np.zeros(wrong.shape, bool))
        arguments = {"predicted": predicted, "target": target}
        (argument,) = (key for key, value in arguments.items() if value is wrong)
        assert loss.forward(**arguments | {argument: masked}) == loss.forward(predicted, target)
        index = (1,) + (0,) * (wrong.ndim - 1)
        masked[index] = np.ma.masked
        with pytest.raises(ValueError, match="got a masked entry at") as error:
            loss.forward(**arguments | {argument: masked})
        assert str(error.value).startswith(repr(loss))
        assert f"{argument}{list(index)}" in str(error.value)


@pytest.mark.parametrize("loss", [MeanSquaredError(), BinaryCrossEntropy(), CategoricalCrossEntropy()], ids=repr)
def test_matrices_count_as_arrays(loss):
    predicted, target = np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        matrices = np.asmatrix(predicted), np.asmatrix(target)
    value, gradient = loss.forward(predicted, target), loss.backward()
    assert loss.forward(*matrices) == value
    assert type(loss.backward()) is np.ndarray
    np.testing.assert_array_equal(loss.backward(), gradient)


# --- what a loss declares ---------------------------------------------------------------------------------------------


def test_checks_declared_probabilities_in_every_batch():
    class Brier(Own):
        predicted_are = target_are = "probabilities"

    loss = Brier()
    for _ in range(2):
        loss.forward(HALF, HALF)
        with pytest.raises(ValueError, match=r"^Brier\(\): predicted must be prob.* got 1.5; end .* with Sigmoid\(\)$"):
            loss.forward(HALF + np.array([[0], [1], [0]]), HALF)
        with pytest.raises(ValueError, match=r"^Brier\(\): target must be prob.*, got -0.5; 1 is yes, 0 no$"):
            loss.forward(HALF, HALF - np.array([[0], [1], [0]]))


def test_declared_classes_come_as_one_hot_rows():
    class Margin(Own):
        target_are = "classes"

    loss = Margin()
    loss.forward(np.zeros((2, 3), np.float32), [2, 0])
    np.testing.assert_array_equal(loss.seen[1], np.array([[0, 0, 1], [1, 0, 0]], np.float32))
    with pytest.raises(
        ValueError, match=r"Margin\(\): class numbers must lie in 0 … 2, got 3; count the classes from 0"
    ):
        loss.forward(np.zeros((2, 3)), [3, 0])


def test_targets_may_be_anything():
    class Quantile(Loss):
        target_are = "anything"

        def forward(self, predicted, target):
            values, self.fraction = target
            return float((predicted - values).sum()) * self.fraction

        def backward(self):
            return np.full((3, 1), self.fraction)

    loss = Quantile()
    assert loss.forward(HALF, (0, 0.5)) == 0.75
    np.testing.assert_array_equal(loss.backward(), HALF)
    with pytest.raises(TypeError, match=r"^Quantile\(\): predicted must hold floats"):
        loss.forward([[1]], (0, 0.5))


def test_what_nobody_can_declare_is_refused_where_the_class_is_written():
    with pytest.raises(ValueError, match=r"Wrong: target_are must be one of 'numbers', .*'anything', got 'labels'"):

        class Wrong(Own):
            target_are = "labels"


# --- mixins, subclasses, copies ---------------------------------------------------------------------------------------


def test_formulas_from_a_mixin_are_guarded():
    class Formulas:
        forward, backward = Own.__dict__["forward"].__wrapped__, Own.__dict__["backward"].__wrapped__

    class Mixed(Formulas, Loss):
        pass

    with pytest.raises(ValueError, match=r"Mixed\(\): backward was called before forward"):
        Mixed().backward()
    with pytest.raises(ValueError, match=r"Mixed\(\): target must have the shape"):
        Mixed().forward(HALF, np.ones(3))
    assert Mixed().forward(HALF, [[1], [1], [1]]) == 0.5


def test_super_forward_takes_what_that_class_takes():
    """Rows of class -1 are left out: fewer rows go into the formula than come out of the model."""

    class LeavesOut(CategoricalCrossEntropy):
        target_are = "anything"

        def forward(self, predicted, target):
            self.kept, self.shape = np.asarray(target) >= 0, predicted.shape
            return super().forward(predicted[self.kept], target[self.kept])

        def backward(self):
            gradient = np.zeros(self.shape)
            gradient[self.kept] = super().backward()
            return gradient

    x, target = np.random.default_rng(0).normal(size=(4, 3)), np.array([0, -1, 2, 1])
    loss, plain = LeavesOut(from_logits=True), CategoricalCrossEntropy(from_logits=True)
    value = plain.forward(x[target >= 0], target[target >= 0])
    for _ in range(2):
        assert loss.forward(x, target) == value
        np.testing.assert_array_equal(loss.backward()[target >= 0], plain.backward())
    with pytest.raises(ValueError, match=r"^LeavesOut\(from_logits=True\): class numbers must lie in 0 … 2, got 7"):
        loss.forward(x, np.array([0, -1, 7, 1]))


def test_a_loss_without_formulas_says_what_it_needs():
    class Empty(Loss):
        pass

    class OnlyForward(Empty):
        def forward(self, predicted, target):
            return 0

    with pytest.raises(NotImplementedError, match=r"Empty\(\) has no forward method: a loss needs forward\(predicted"):
        Empty().forward(HALF, HALF)
    loss = OnlyForward()
    assert type(loss.forward(HALF, HALF)) is float
    with pytest.raises(NotImplementedError, match=r"OnlyForward\(\) has no backward method"):
        loss.backward()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda loss: pickle.loads(pickle.dumps(loss))])
def test_a_copy_remembers_its_own_batch(name, copied):
    rng = np.random.default_rng(0)
    loss, predicted, target = LOSSES[name].make(), LOSSES[name].predicted(rng), LOSSES[name].target(rng)
    loss.forward(predicted, target)
    gradient = loss.backward()
    other = copied(loss)
    np.testing.assert_array_equal(other.backward(), gradient)
    other.forward(predicted[:1], target[:1])
    np.testing.assert_array_equal(loss.backward(), gradient)


def test_what_a_loss_remembers_in_a_dict_is_its_own_in_a_copy():
    class Caching(Own):
        def __init__(self):
            self.cache = {}

        def forward(self, predicted, target):
            self.cache["sign"] = np.sign(predicted - target)
            return 0.0

        def backward(self):
            return self.cache["sign"]

    loss = Caching()
    loss.forward(HALF, HALF - 1)
    copy.copy(loss).forward(HALF, HALF + 1)
    np.testing.assert_array_equal(loss.backward(), np.ones((3, 1)))


def test_writes_a_loss_as_the_call_that_makes_it():
    class Huber(Own):
        def __init__(self, delta=1.0, *, rows=False):
            self.delta, self.rows = delta, rows

    assert [repr(Huber()), repr(Huber(2.5)), repr(Huber(rows=True))] == [
        "Huber()",
        "Huber(delta=2.5)",
        "Huber(rows=True)",
    ]
    assert repr(BinaryCrossEntropy(True)) == "BinaryCrossEntropy(from_logits=True)"


# --- what a formula gives, and raises ---------------------------------------------------------------------------------


def giving(value, gradient=None):
    class Gives(Loss):
        def forward(self, predicted, target):
            return value

        def backward(self):
            return gradient

    return Gives()


@pytest.mark.parametrize("value", [np.float32(0.25), np.float64(0.25), np.array(0.25), 0.25])
def test_a_loss_is_a_python_float(value):
    given = giving(value).forward(HALF, HALF)
    assert (type(given), given) == (float, 0.25)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (np.ones((3, 1)), ValueError, r"shape \(3, 1\); take its mean\(\)"),
        (np.ones(1), ValueError, r"shape \(1,\)"),
        (None, TypeError, "None"),
        ("0.5", TypeError, "'0.5'"),
        (1j, TypeError, "1j"),
    ],
)
def test_refuses_a_forward_that_gives_no_number(value, error, message):
    with pytest.raises(error, match=rf"^Gives\(\): forward must return one number, got {message}"):
        giving(value).forward(HALF, HALF)


@pytest.mark.parametrize(
    ("gradient", "error", "got"),
    [
        (None, TypeError, "as an array, got None"),
        (1.0, TypeError, "as an array, got 1.0"),
        (np.ones(3), ValueError, r"got \(3,\)"),
    ],
)
def test_refuses_a_backward_that_gives_another_shape(gradient, error, got):
    loss = giving(0.0, gradient)
    loss.forward(HALF, HALF)
    with pytest.raises(error, match=rf"^Gives\(\): backward must return .* of predicted, \(3, 1\), {got}$"):
        loss.backward()


def test_a_gradient_comes_in_the_dtype_of_predicted():
    loss = giving(0.0, np.full((3, 1), 1e300))
    loss.forward(HALF.astype(np.float32), HALF)
    assert (loss.backward() == np.float32(np.inf)).all()
    assert loss.backward().dtype == np.float32


class OfItsOwn(Exception):
    """An error that carries more than a text."""

    def __init__(self, text, rows):
        super().__init__(text)
        self.rows = rows


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: IndexError("7 is too much"), "7 is too much"),
        (lambda: KeyError("scale"), "'scale'"),
        (ZeroDivisionError, ""),
        (lambda: OfItsOwn("no", rows=[3]), "no"),
    ],
)
@pytest.mark.parametrize("method", ["forward", "backward"])
def test_an_error_in_a_formula_is_the_same_object_and_names_the_loss(make, text, method):
    error = make()

    def fail(*_):
        raise error

    loss = type("Fails", (Own,), {method: fail})()
    if method == "backward":
        loss.forward(HALF, HALF)
    with pytest.raises(type(error)) as raised:
        loss.forward(HALF, HALF) if method == "forward" else loss.backward()
    assert raised.value is error
    assert f"Fails(): {text}" in str(error)


def test_an_error_that_makes_its_own_text_names_the_loss_in_a_note():
    class Reads(Own):
        def forward(self, predicted, target):
            return open("/no/such/file").read()

    with pytest.raises(FileNotFoundError, match="no/such/file") as raised:
        Reads().forward(HALF, HALF)
    assert raised.value.__notes__ == ["raised by Reads()"]
    assert raised.value.errno


def test_backward_waits_for_a_forward_that_ends_well():
    class Sometimes(Own):
        def forward(self, predicted, target):
            return super().forward(predicted, target) / len(predicted[1:])

    loss = Sometimes()
    loss.forward(HALF, HALF)
    with pytest.raises(ZeroDivisionError, match=r"^Sometimes\(\): (float )?division"), np.errstate(all="raise"):
        float(loss.forward(HALF[:1], HALF[:1]))
    with pytest.raises(ValueError, match="backward was called before forward"):
        loss.backward()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_harmless_underflow_stays_harmless(dtype):
    tiny = np.finfo(dtype).smallest_subnormal
    cases = [
        (CategoricalCrossEntropy(from_logits=True), [[1000, 0]], [1]),
        (BinaryCrossEntropy(from_logits=True), [[-1000, 1000]], [[0, 1]]),
        (BinaryCrossEntropy(), [[tiny, 1]], [[0, 1]]),
        (MeanSquaredError(), [[1]], [[1e-320]]),
        (MeanSquaredError(), [[1]], [[-1.00788]]),
    ]
    for loss, predicted, target in cases:
        predicted = np.array(predicted, dtype)
        value, gradient = loss.forward(predicted, target), loss.backward()
        with np.errstate(all="raise"):
            assert loss.forward(predicted, target) == value
            np.testing.assert_array_equal(loss.backward(), gradient)
