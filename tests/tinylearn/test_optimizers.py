"""Optimisers: their formulas by hand, and what each of them promises and refuses."""

import numpy as np
import pytest

from tests.tinylearn.refusals import assert_refused, refusals
from tinylearn import SGD, Adam, RMSprop
from tinylearn.optimizer_table import GRADIENTS, OPTIMIZERS

KINDS = {"SGD": SGD, "momentum": lambda *rate: SGD(*rate, momentum=0.9), "RMSprop": RMSprop, "Adam": Adam}
every_optimizer = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_by_hand_in_float32_too(name):
    """In float64, `python -m tinylearn` takes the same steps."""
    p, optimizer = np.ones(2, np.float32), OPTIMIZERS[name].make()
    for gradient in GRADIENTS:
        optimizer.step(p, np.full(2, gradient, np.float32))
    np.testing.assert_allclose(p, OPTIMIZERS[name].end, rtol=1e-5, atol=1e-7)


def test_the_defaults_are_those_of_keras():
    decay = {"weight_decay": 0.0}
    assert SGD(0.1).settings == {"learning_rate": 0.1, "momentum": 0.0} | decay
    assert RMSprop().settings == {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-7} | decay
    assert Adam().settings == {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7} | decay


@every_optimizer
@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_steps_in_place_through_views_of_any_shape(make, shape):
    vector = np.full(7, 2.0)
    p, g = vector[: int(np.prod(shape))].reshape(shape), np.full(shape, 3.0)
    g.flags.writeable = False
    optimizer = make(0.1)
    for _ in range(3):
        optimizer.step(p, g)
    np.testing.assert_array_equal(vector < 2, np.arange(7) < p.size)


@every_optimizer
def test_the_learning_rate_may_be_any_number_keeps_float32_and_changes_down_to_0(make):
    ends = []
    for rate, later in ((np.float64(0.1), 0.1), (np.array(0.1), np.float64(0.2)), (0.1, 0)):
        p, optimizer = np.full(3, 5, np.float32), make(rate)
        optimizer.step(p, np.ones(3, np.float32))
        once = p.copy()
        optimizer.learning_rate = later
        optimizer.step(p, np.ones(3, np.float32))
        ends.append(once - p)
        assert {array.dtype for array in (p, *optimizer.state.values()) if isinstance(array, np.ndarray)} == {p.dtype}
        assert type(optimizer.learning_rate) is type(optimizer.clone().learning_rate) is float
        assert optimizer.clone().learning_rate == later
        assert f"learning_rate={float(later)}" in repr(optimizer)
        assert optimizer.settings["learning_rate"] == rate
        assert (once < 5).all()
    assert (ends[1] > ends[0]).all()
    assert (ends[0] > 0).all()
    if make is not KINDS["momentum"]:  # its velocity goes on
        assert not ends[2].any()


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
      for kind, rate in ((SGD, 0), (RMSprop, -0.1), (Adam, nan), (SGD, inf))),
    *((lambda kind=kind, rate=rate: kind(rate), TypeError, f"^{kind.__name__}: learning_rate must be a number, got")
      for kind, rate in ((SGD, "0.1"), (RMSprop, None), (Adam, [0.1, 0.2]), (SGD, 1j))),
    (lambda: setting(-1), ValueError, r"^SGD: learning_rate must be in \[0, inf\), got -1"),
    *((lambda kind=kind, name=name, value=value: kind(**{name: value}), ValueError,
       rf"^{kind.__name__}: {name} must be in \[0, {1 if name[0] in 'mrb' else 'inf'}\), got {value}")
      for kind, name, value in (
          (SGD, "momentum", -0.1), (SGD, "momentum", 1), (SGD, "momentum", nan), (SGD, "weight_decay", -1),
          (RMSprop, "rho", 1), (RMSprop, "epsilon", -1), (RMSprop, "weight_decay", inf), (Adam, "beta_1", -0.5),
          (Adam, "beta_2", 1), (Adam, "epsilon", -1e-07), (Adam, "weight_decay", -1))),
)  # fmt: skip
def test_refuses_wrong_settings(call, kind, words):
    assert_refused(call, kind, words)


plain = "parameters must be a plain array of float32 or float64, .* got "


@pytest.mark.parametrize(("p", "g", "kind", "words"), [
    (np.ones(2, np.float16), np.ones(2), TypeError, plain + "ndarray of float16"),
    (np.ma.masked_invalid([1, np.nan]), np.ones(2), TypeError, plain + "MaskedArray of float64"),
    ([1.0], np.ones(1), TypeError, plain + r"\[1.0\]"),
    (np.ones(2), np.ma.masked_invalid([1, np.nan]), ValueError, r"got a masked entry at gradients\[1\]"),
    (np.ones(2), np.ones(1), ValueError, r"gradients must have the shape of the parameters, \(2,\), got \(1,\)$"),
    (np.ones(1), "slope", TypeError, "gradients must hold real numbers, got 'slope'"),
])  # fmt: skip
def test_refuses_what_cannot_be_stepped_by_name(p, g, kind, words):
    optimizer, given = Adam(0.1), np.array(p)
    for _ in range(2):  # at first, and later
        with pytest.raises(kind, match=rf"^Adam\(.*{words}"):
            optimizer.step(p, g)
        np.testing.assert_array_equal(np.array(p), given)
        optimizer.step(np.ones(2), np.ones(2))


@pytest.mark.parametrize("other", [np.ones(2), np.ones(3, np.float32)])
@pytest.mark.parametrize("kind", ["momentum", "RMSprop", "Adam"])
def test_an_optimizer_with_a_memory_belongs_to_one_shape_and_dtype(kind, other):
    optimizer = KINDS[kind](0.1)
    optimizer.step(np.ones(3), np.ones(3))
    words = rf"has stepped parameters of float64 \(3,\), now got {other.dtype} \({len(other)},\); use a new optimizer"
    with pytest.raises(ValueError, match=words):
        optimizer.step(other, np.ones(len(other)))
    assert (other == 1).all()
