"""The guard around every loss, also around your own: it checks arguments, and puts names into errors."""

import copy
import pickle
import re

import numpy as np
import pytest

from tests.tinylearn.refusals import assert_refused, refusals
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


class Brier(Own):
    predicted_are = target_are = "probabilities"


class Margin(Own):
    target_are = "classes"


class Gives(Loss):
    """Its forward and its backward return, or raise, what it is told."""

    def __init__(self, value=0.0, gradient=None):
        self.value, self.gradient = value, gradient

    def forward(self, predicted, target):
        return given(self.value)

    def backward(self):
        return given(self.gradient)


def given(answer):
    if isinstance(answer, Exception):
        raise answer
    return answer


def backward(loss):
    loss.forward(HALF, HALF)
    return loss.backward()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("target", [[[1], [2], [3]], np.array([[1], [2], [3]], np.uint8), np.float64([[1], [2], [3]])])
def test_an_own_loss_gets_targets_in_the_shape_and_dtype_of_predicted(dtype, target):
    loss = Own()
    for _ in range(2):  # the second passes by the first
        assert loss.forward(HALF.astype(dtype), target) == 1.5
        assert {array.dtype for array in (*loss.seen, loss.backward())} == {np.dtype(dtype)}
    assert loss.forward(HALF[:2], [[0], [0]]) == 0.5  # another batch is looked at again
    assert loss.backward().shape == (2, 1)
    rows = Margin()
    rows.forward(np.zeros((2, 3), dtype), [2, 0])  # declared classes come as one-hot rows
    np.testing.assert_array_equal(rows.seen[1], [[0, 0, 1], [1, 0, 0]])
    assert rows.seen[1].dtype == dtype


def second(predicted, target, loss=None, first=HALF):
    """After a batch that is well."""
    loss = loss or Own()
    loss.forward(first, first)
    loss.forward(predicted, target)


ONE, EYE = np.array([[0], [1], [0]]), np.eye(3)


@refusals(
    (lambda: second(HALF, np.ones(3)), ValueError, r"^Own\(\): target must .*got \(3,\); .* target\[:, None\]$"),
    (lambda: second(np.ones((3, 2)), np.ones(3)), ValueError, "target must .*; for class numbers take Categorical"),
    (lambda: second(np.ones((3, 2, 2)), np.ones(3)), ValueError, r"target must .*, got \(3,\)$"),
    (lambda: second(HALF, np.ones((3, 2))), ValueError, r"target must have the shape of predicted, .* got \(3, 2\)$"),
    (lambda: BinaryCrossEntropy("no"), TypeError, "^BinaryCrossEntropy: from_logits must be True or False, got 'no'$"),
    (lambda: second(HALF, [["a"]] * 3), TypeError, r"^Own\(\): target must hold real numbers, got"),
    (lambda: second(HALF[:0], HALF[:0]), ValueError, r"predicted must hold at least one number, got shape \(0, 1\)"),
    (lambda: second(np.ones((3, 1), int), HALF), TypeError, "must hold floats, as models return, got .* int64"),
    (lambda: second(HALF.astype(np.float16), HALF), TypeError, "predicted must hold float32 or float64, got float16"),
    (lambda: second(HALF + ONE, HALF, Brier()), ValueError, r"predicted .* 1.5; end .* Sigmoid\(\)$"),
    (lambda: second(HALF, HALF - ONE, Brier()), ValueError, "^Brier.* target .*-0.5; 1 is yes"),
    (lambda: second(EYE, 2 * EYE, Margin(), EYE), ValueError, r"^Margin\(\): target must be probabilities"),
    (lambda: Margin().forward(np.zeros((1, 3)), [3]), ValueError, r"^Margin\(\): class numbers must lie in 0 … 2"),
    (lambda: type("Wrong", (Own,), {"target_are": "labels"}), ValueError, "^Wrong: target_are must be one of 'num"),
    (lambda: backward(Gives(np.ones((3, 1)))), ValueError, r"^Gives\(.*\): .* got shape \(3, 1\); take its"),
    (lambda: backward(Gives(None)), TypeError, r"^Gives\(.*\): forward must return one number, got None$"),
    (lambda: backward(Gives(np.complex128(1))), TypeError, r"^Gives\(.*\): forward must return one number, got "),
    (lambda: backward(Gives(0.0, 1.0)), TypeError, r"^Gives\(.*\): .* \(3, 1\), as an array, got 1.0$"),
    (lambda: backward(Gives(0.0, np.ones(3))), ValueError, r"of predicted, \(3, 1\), got \(3,\)$"),
    (lambda: Own().backward(), ValueError, r"^Own\(\): .* before forward; call forward\(predicted, target\) first$"),
    (lambda: Loss().forward(HALF, HALF), NotImplementedError, r"Loss\(\) has no forward"),
    (lambda: backward(type("Own", (Loss,), {"forward": lambda *_: 0})()), NotImplementedError, "has no backward"),
)  # fmt: skip
def test_refuses(call, kind, words):
    assert_refused(call, kind, words)


@pytest.mark.parametrize("name", LOSSES)
def test_refuses_masked_entries_with_their_place_and_takes_matrices(name):
    rng = np.random.default_rng(0)
    loss = LOSSES[name].make()
    given = {"predicted": LOSSES[name].predicted(rng), "target": LOSSES[name].target(rng)}
    value = loss.forward(**given)
    for argument, array in given.items():
        masked = np.ma.masked_array(array, np.zeros(array.shape, bool))
        assert loss.forward(**given | {argument: masked}) == value
        masked[(1,) + (0,) * (array.ndim - 1)] = np.ma.masked
        words = rf"got a masked entry at {argument}\[1(, 0)*\]"
        with pytest.raises(ValueError, match=words) as error:
            loss.forward(**given | {argument: masked})
        assert str(error.value).startswith(repr(loss))
        if array.ndim == 2:
            with pytest.warns(PendingDeprecationWarning):
                matrix = np.matrix(array)
            assert loss.forward(**given | {argument: matrix}) == value
            assert type(loss.backward()) is np.ndarray


def test_targets_may_be_anything():
    quantile = type("Quantile", (Own,), {"target_are": "anything", "forward": lambda self, p, t: p.sum() * t["part"]})()
    assert quantile.forward(HALF, {"part": 0.5}) == 0.75
    with pytest.raises(TypeError, match=r"^Quantile\(\): predicted must hold floats"):
        quantile.forward([[1]], {"part": 0.5})


def test_super_forward_takes_what_that_class_takes():
    class FirstTwo(CategoricalCrossEntropy):
        """Fewer rows go into the formula than come out of the model."""

        target_are = "anything"

        def forward(self, predicted, target):
            return super().forward(predicted[:2], target[:2])

        def backward(self):
            return np.pad(super().backward(), ((0, 2), (0, 0)))

    x, loss, plain = np.random.default_rng(0).normal(size=(4, 3)), FirstTwo(True), CategoricalCrossEntropy(True)
    for _ in range(2):
        assert loss.forward(x, np.array([2, 0, -1, 7])) == plain.forward(x[:2], np.array([2, 0]))
        np.testing.assert_array_equal(loss.backward()[:2], plain.backward())


@pytest.mark.parametrize("make", [Own, MeanSquaredError, lambda: BinaryCrossEntropy(True)])
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda loss: pickle.loads(pickle.dumps(loss))])
def test_a_copy_remembers_its_own_batch(make, copied):
    loss = make()
    loss.cache = {"rows": [3]}
    loss.forward(HALF, ONE)
    gradient = loss.backward()
    other = copied(loss)
    np.testing.assert_array_equal(other.backward(), gradient)
    other.forward(HALF[:1], ONE[1:2])
    other.cache["rows"].append(1)
    np.testing.assert_array_equal(loss.backward(), gradient)
    assert loss.cache == {"rows": [3]}


def test_gives_a_python_float_and_a_gradient_in_the_dtype_of_predicted():
    for value in (np.float32(0.25), np.float64(0.25), np.array(0.25), 0.25):
        loss = Gives(value, np.full((3, 1), 1e300))
        answer = loss.forward(HALF.astype(np.float32), HALF)
        assert (type(answer), answer) == (float, 0.25)
        assert (loss.backward() == np.float32(np.inf)).all()
        assert loss.backward().dtype == np.float32


@pytest.mark.parametrize("error", [IndexError("7 is too much"), KeyError("scale"), ZeroDivisionError()])
def test_an_error_in_a_formula_is_the_same_object_names_the_loss_and_backward_has_to_wait(error):
    text, loss = str(error), Gives(0.0, HALF)
    backward(loss)
    loss.value = error
    with pytest.raises(type(error)) as raised:
        loss.forward(HALF, HALF)
    assert raised.value is error
    assert re.search(rf"^\W*Gives\(.*\): {text}", str(error))
    with pytest.raises(ValueError, match="backward was called before forward"):
        loss.backward()
    with pytest.raises(type(error), match=r"Gives\(.*\): .*again"):
        backward(Gives(0.0, type(error)("again")))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_harmless_underflow_stays_harmless(dtype):
    for loss, predicted, target in (
        (CategoricalCrossEntropy(from_logits=True), [[1000, 0]], [1]),
        (BinaryCrossEntropy(from_logits=True), [[-1000, 1000]], [[0, 1]]),
        (BinaryCrossEntropy(), [[1e-45, 1]], [[0, 1]]),
        (MeanSquaredError(), [[1]], [[1e-320]]),
    ):
        predicted = np.array(predicted, dtype)
        value, gradient = loss.forward(predicted, target), loss.backward()
        with np.errstate(all="raise"):
            assert loss.forward(predicted, target) == value
            np.testing.assert_array_equal(loss.backward(), gradient)
