"""Optimisers: their formulas by hand, and what each of them promises and refuses."""

import numpy as np
import pytest

from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import SGD, Adam, Optimizer, RMSprop
from tinylearn.optimizer_table import GRADIENTS, OPTIMIZERS

KINDS = {"SGD": SGD, "momentum": lambda *rate: SGD(*rate, momentum=0.9), "RMSprop": RMSprop, "Adam": Adam}
every_optimizer = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_by_hand(name, dtype):
    p, optimizer = np.ones(2, dtype), OPTIMIZERS[name].make()
    for gradient in GRADIENTS:
        optimizer.step(p, np.full(2, gradient, dtype))
    close = {"rtol": 1e-13, "atol": 1e-15} if dtype == np.float64 else {"rtol": 1e-5, "atol": 1e-7}
    np.testing.assert_allclose(p, OPTIMIZERS[name].end, **close)


def test_the_defaults_are_those_of_keras():
    decay = {"weight_decay": 0.0}
    assert SGD(0.1).settings == {"learning_rate": 0.1, "momentum": 0.0} | decay
    assert RMSprop().settings == {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-7} | decay
    assert Adam().settings == {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7} | decay


@every_optimizer
@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3)])
def test_steps_in_place_through_views_of_any_shape(make, shape):
    vector = np.full(7, 2.0)
    p, g = vector[: int(np.prod(shape))].reshape(shape), np.full(shape, 3.0)
    g.flags.writeable = False
    optimizer = make(0.1)
    for _ in range(3):
        optimizer.step(p, g)
    assert (p < 2).all()
    np.testing.assert_array_equal(vector < 2, np.arange(7) < p.size)


@every_optimizer
@pytest.mark.parametrize("rate", [np.float64(0.1), np.float32(0.1), np.array(0.1), 1])
def test_keeps_float32_for_any_kind_of_learning_rate(make, rate):
    p, optimizer = np.ones(3, np.float32), make(rate)
    optimizer.step(p, np.ones(3, np.float32))
    optimizer.learning_rate = np.float64(0.01)
    optimizer.step(p, np.ones(3, np.float32))
    assert (p < 1).all()
    assert {array.dtype for array in (p, *optimizer.state.values()) if isinstance(array, np.ndarray)} == {p.dtype}
    assert type(optimizer.learning_rate) is float


@every_optimizer
def test_the_learning_rate_can_be_changed_on_the_way_down_to_0(make):
    walks = {rate: np.array([5.0]) for rate in (0.1, 0.2, 0)}
    for rate, p in walks.items():
        optimizer = make(0.1)
        optimizer.step(p, np.ones(1))
        once = p.item()
        optimizer.learning_rate = rate
        optimizer.step(p, np.ones(1))
        assert optimizer.clone().learning_rate == rate
        assert f"learning_rate={float(rate)}" in repr(optimizer)
    assert walks[0.2] < walks[0.1] < once
    np.testing.assert_array_equal(make(0.1).settings["learning_rate"], 0.1)


def test_a_momentum_that_is_set_after_some_steps_starts_at_rest():
    p, optimizer = np.array([1.0]), SGD(0.1)
    optimizer.step(p, np.array([1.0]))
    optimizer.momentum = 0.5
    optimizer.step(p, np.array([1.0]))  # v = -0.1
    optimizer.step(p, np.array([0.0]))  # v = -0.05
    assert p[0] == pytest.approx(0.75, rel=1e-15)


@pytest.mark.parametrize("dtype", [np.int8, bool, np.float16, np.float32, ">f8"])
@every_optimizer
def test_takes_gradients_of_another_dtype_as_the_numbers_that_they_are(make, dtype):
    """The square of 100 is none of int8's."""
    g = np.array([100, 1, 0, -3]).astype(dtype)
    found, wanted = np.ones(4), np.ones(4)
    make(0.1).step(found, g)
    make(0.1).step(wanted, g.astype(float))
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.mark.parametrize("make", [*KINDS.values(), lambda rate: SGD(rate, weight_decay=0.5)])
def test_an_underflow_is_harmless_also_where_numpy_would_raise(make):
    usual, strict = np.array([1e-310, 1.0]), np.array([1e-310, 1.0])
    one, other = make(0.1), make(0.1)
    for gradients in (np.array([1e-200, 1.0]), np.array([1e-300, 1e-10])):
        one.step(usual, gradients)
        with np.errstate(all="raise"):
            other.step(strict, gradients)
    np.testing.assert_array_equal(usual, strict)


nan, inf = float("nan"), float("inf")


def setting(rate):
    optimizer = SGD(0.1)
    try:
        optimizer.learning_rate = rate
    finally:
        assert optimizer.learning_rate == 0.1


@refusals(
    *((lambda kind=kind, rate=rate: kind(rate), ValueError,
       f"^{kind.__name__}: learning_rate must be above 0, got {float(rate)}$")
      for kind in (SGD, RMSprop, Adam) for rate in (0, -0.1, nan)),
    *((lambda kind=kind, rate=rate: kind(rate), TypeError, f"^{kind.__name__}: learning_rate must be a number, got")
      for kind in (SGD, RMSprop, Adam) for rate in ("fast", "0.1", None, [0.1, 0.2], 1j)),
    (lambda: SGD(inf), ValueError, "^SGD: learning_rate must be above 0, got inf$"),
    (lambda: setting(-1), ValueError, r"^SGD: learning_rate must be in \[0, inf\), got -1"),
    (lambda: SGD(0.1, momentum=-0.1), ValueError, r"^SGD: momentum must be in \[0, 1\), got -0.1$"),
    (lambda: SGD(0.1, momentum=1), ValueError, r"^SGD: momentum must be in \[0, 1\), got 1"),
    (lambda: SGD(0.1, momentum=nan), ValueError, r"^SGD: momentum must be in \[0, 1\), got nan"),
    (lambda: SGD(weight_decay=-1), ValueError, r"^SGD: weight_decay must be in \[0, inf\), got -1"),
    (lambda: RMSprop(rho=1), ValueError, r"^RMSprop: rho must be in \[0, 1\), got 1"),
    (lambda: RMSprop(epsilon=-1), ValueError, r"^RMSprop: epsilon must be in \[0, inf\), got -1"),
    (lambda: RMSprop(weight_decay=inf), ValueError, r"^RMSprop: weight_decay must be in \[0, inf\), got inf"),
    (lambda: Adam(beta_1=-0.5), ValueError, r"^Adam: beta_1 must be in \[0, 1\), got -0.5"),
    (lambda: Adam(beta_2=1.0), ValueError, r"^Adam: beta_2 must be in \[0, 1\), got 1"),
    (lambda: Adam(epsilon=-1e-7), ValueError, r"^Adam: epsilon must be in \[0, inf\), got -1e-07"),
    (lambda: Adam(weight_decay=-1), ValueError, r"^Adam: weight_decay must be in \[0, inf\), got -1"),
    (lambda: type("Idle", (Optimizer,), {})(0.1).step(np.ones(1), np.ones(1)), NotImplementedError,
     r"Idle has no step\(parameters, gradients\) of its own"),
)  # fmt: skip
def test_refuses_wrong_settings(call, kind, words):
    assert_refused(call, kind, words)


plain = "parameters must be a plain array of float32 or float64, .* got "


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("before", [False, True], ids=["at first", "later"])
@pytest.mark.parametrize(("p", "g", "kind", "words"), [
    (np.ones(2, np.float16), np.ones(2), TypeError, plain + "ndarray of float16"),
    (np.ma.masked_invalid([1, np.nan]), np.ones(2), TypeError, plain + "MaskedArray of float64"),
    ([1.0], np.ones(1), TypeError, plain + r"\[1.0\]"),
    (np.ones(2), np.ma.masked_invalid([1, np.nan]), ValueError, r"got a masked entry at gradients\[1\]"),
    (np.ones(2), np.ones(1), ValueError, r"gradients must have the shape of the parameters, \(2,\), got \(1,\)$"),
    (np.ones(1), "slope", TypeError, "gradients must hold real numbers, got 'slope'"),
])  # fmt: skip
@every_optimizer
def test_refuses_what_cannot_be_stepped_by_name(make, p, g, kind, words, before):
    optimizer, given = make(0.1), np.array(p)
    if before:
        optimizer.step(np.ones(2), np.ones(2))
    with pytest.raises(kind, match=words) as error:
        optimizer.step(p, g)
    assert str(error.value).startswith(type(optimizer).__name__)
    np.testing.assert_array_equal(np.array(p), given)


@pytest.mark.parametrize("other", [np.ones(2), np.ones(3, np.float32)])
@pytest.mark.parametrize("kind", ["momentum", "RMSprop", "Adam"])
def test_an_optimizer_with_a_memory_belongs_to_one_shape_and_dtype(kind, other):
    optimizer, before = KINDS[kind](0.1), other.copy()
    optimizer.step(np.ones(3), np.ones(3))
    words = rf"has stepped parameters of float64 \(3,\), now got {other.dtype} \({len(other)},\); use a new optimizer"
    with pytest.raises(ValueError, match=words):
        optimizer.step(other, np.ones(len(other)))
    np.testing.assert_array_equal(other, before)
