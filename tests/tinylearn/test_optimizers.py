"""Optimisers: their formulas by hand, and the downhill walk of chapter 2."""

import numpy as np
import pytest

from tinylearn import SGD, Adam, RMSprop
from tinylearn.optimizer_table import GRADIENTS, OPTIMIZERS

every_optimizer = pytest.mark.parametrize(
    "make", [SGD, lambda lr: SGD(lr, momentum=0.9), RMSprop, Adam], ids=["SGD", "SGD with momentum", "RMSprop", "Adam"]
)

# --- formulas, two steps each ------------------------------------------------------------------------------------


def test_sgd_by_hand():
    p, optimizer = np.array([1.0, 2.0]), SGD(0.1)
    optimizer.step(p, np.array([10.0, -1.0]))
    np.testing.assert_allclose(p, [0.0, 2.1], atol=1e-15)
    optimizer.step(p, np.array([1.0, 1.0]))
    np.testing.assert_allclose(p, [-0.1, 2.0], atol=1e-15)


def test_sgd_with_momentum_by_hand():
    p, optimizer = np.array([1.0]), SGD(0.1, momentum=0.5)
    optimizer.step(p, np.array([2.0]))  # v = -0.2
    assert p[0] == pytest.approx(0.8, rel=1e-15)
    optimizer.step(p, np.array([4.0]))  # v = 0.5 · -0.2 - 0.4 = -0.5
    assert p[0] == pytest.approx(0.3, rel=1e-14)


def test_rmsprop_by_hand():
    p, optimizer = np.array([1.0]), RMSprop(0.1, rho=0.75, epsilon=0.5)
    optimizer.step(p, np.array([4.0]))  # v = 0.25 · 16 = 4
    first = 1 - 0.1 * 4 / (2 + 0.5)
    assert p[0] == pytest.approx(first, rel=1e-15)
    optimizer.step(p, np.array([-1.0]))  # v = 0.75 · 4 + 0.25 · 1 = 3.25
    assert p[0] == pytest.approx(first + 0.1 / (np.sqrt(3.25) + 0.5), rel=1e-15)


def test_adam_by_hand():
    p, optimizer = np.array([1.0]), Adam(0.1, beta_1=0.5, beta_2=0.75, epsilon=0.25)
    optimizer.step(p, np.array([4.0]))  # m = 2, m̂ = 2 / 0.5 = 4; v = 4, v̂ = 4 / 0.25 = 16
    first = 1 - 0.1 * 4 / (4 + 0.25)
    assert p[0] == pytest.approx(first, rel=1e-14)
    optimizer.step(p, np.array([-2.0]))  # m = 0.5 · 2 - 0.5 · 2 = 0; v = 0.75 · 4 + 0.25 · 4 = 4
    assert p[0] == pytest.approx(first, rel=1e-14)  # m̂ = 0: no step
    optimizer.step(p, np.array([2.0]))  # m = 1, m̂ = 1 / (1 - 0.5³); v = 0.75 · 4 + 0.25 · 4 = 4, v̂ = 4 / (1 - 0.75³)
    m_hat, v_hat = 1 / (1 - 0.5**3), 4 / (1 - 0.75**3)
    assert p[0] == pytest.approx(first - 0.1 * m_hat / (np.sqrt(v_hat) + 0.25), rel=1e-14)


@pytest.mark.parametrize("gradient", [1e-3, 1.0, 1e3])
def test_adams_first_step_is_the_learning_rate_whatever_the_gradient(gradient):
    p = np.array([0.0])
    Adam(0.01).step(p, np.array([gradient]))
    assert p[0] == pytest.approx(-0.01, rel=1e-3)


def test_the_defaults_are_those_of_keras():
    assert SGD(0.1).momentum == 0.0
    rmsprop, adam = RMSprop(), Adam()
    assert (rmsprop.learning_rate, rmsprop.rho, rmsprop.epsilon) == (0.001, 0.9, 1e-7)
    assert (adam.learning_rate, adam.beta_1, adam.beta_2, adam.epsilon) == (0.001, 0.9, 0.999, 1e-7)


def test_weight_decay_by_hand():
    """p shrinks by learning_rate · weight_decay · p beside the gradient step, which does not see it."""
    p, optimizer = np.array([2.0]), SGD(0.1, momentum=0.5, weight_decay=0.5)
    optimizer.step(p, np.array([2.0]))  # v = -0.2
    assert p[0] == pytest.approx(2 - 0.05 * 2 - 0.2, rel=1e-15)
    optimizer.step(p, np.array([0.0]))  # v = -0.1
    assert p[0] == pytest.approx(1.7 - 0.05 * 1.7 - 0.1, rel=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("row", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_three_steps_lead_where_plain_python_led(row, dtype):
    p, optimizer = np.ones(2, dtype), row.make()
    for gradient in GRADIENTS:
        optimizer.step(p, np.full(2, gradient, dtype))
    np.testing.assert_allclose(p, row.end, rtol=1e-5 if dtype == np.float32 else 1e-13)


# --- chapter 2 ---------------------------------------------------------------------------------------------------


def walk(p: np.ndarray, learning_rate: float) -> tuple[int, np.ndarray]:
    """Minimise (x - 10)² from p until y changes by at most 1e-4, at most 2000 steps; return the steps made, and p."""
    optimizer = SGD(learning_rate)
    y = (p - 10) ** 2
    for steps in range(1, 2001):
        optimizer.step(p, 2 * (p - 10))
        y, y_before = (p - 10) ** 2, y
        if abs(y_before - y) <= 1e-4:
            return steps, p
    return 2000, p


@pytest.mark.parametrize(
    "start", [np.array(1.2345), np.array([1.2345]), np.array([[1.2345]])], ids=["0-d", "1-d", "2-d"]
)
@pytest.mark.parametrize(("learning_rate", "steps", "x"), [(0.1, 30, 9.989148836585644), (0.95, 58, 9.980553464464322)])
def test_the_walk_of_chapter_2(start, learning_rate, steps, x):
    made, p = walk(start.copy(), learning_rate)
    assert made == steps
    assert p.item() == x


def test_too_small_a_learning_rate_does_not_arrive():
    made, p = walk(np.array(1.2345), 0.0003)
    assert made == 2000
    assert p.item() == pytest.approx(7.3608, abs=5e-5)


def test_a_learning_rate_above_1_walks_away():
    p = np.array([1.2345])
    optimizer = SGD(1.1)
    for _ in range(50):
        optimizer.step(p, 2 * (p - 10))
    assert abs(p[0] - 10) > 1e4


# --- what every optimiser promises -------------------------------------------------------------------------------


@every_optimizer
@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3)])
def test_steps_in_place_on_an_array_of_any_shape(make, shape):
    p, g = np.full(shape, 2.0), np.full(shape, 3.0)
    same, optimizer = p, make(0.1)
    for _ in range(3):
        optimizer.step(p, g)
    assert same is p
    assert (p < 2).all()
    assert p.shape == shape
    np.testing.assert_array_equal(g, np.full(shape, 3.0))  # gradients are only read


@every_optimizer
def test_steps_through_a_view(make):
    """The layers' parameters are views: what moves the vector moves them."""
    vector = np.zeros(6)
    view = vector[2:4].reshape(1, 2)
    make(0.1).step(vector, np.ones(6))
    assert (view < 0).all()


@every_optimizer
def test_float32_parameters_stay_float32_for_any_kind_of_learning_rate(make):
    for learning_rate in (np.float64(0.1), np.float32(0.1), np.array(0.1), 1):
        p = np.ones(3, np.float32)
        optimizer = make(learning_rate)
        optimizer.step(p, np.ones(3, np.float32))
        optimizer.learning_rate = np.float64(0.01)
        optimizer.step(p, np.ones(3, np.float32))
        assert p.dtype == np.float32
        assert (p < 1).all()
        assert type(optimizer.learning_rate) is float


@every_optimizer
def test_all_go_downhill(make):
    p, optimizer = np.array([3.0, -2.0]), make(0.05)
    for _ in range(300):
        optimizer.step(p, 2 * p)  # of the bowl p²
    assert np.abs(p).max() < 0.1


@every_optimizer
def test_the_learning_rate_can_be_changed_on_the_way(make):
    slow, quick = np.array([5.0]), np.array([5.0])
    optimizers = make(0.1), make(0.1)
    for p, optimizer in zip((slow, quick), optimizers, strict=True):
        optimizer.step(p, np.ones(1))
    np.testing.assert_array_equal(slow, quick)
    optimizers[1].learning_rate = 0.2
    for p, optimizer in zip((slow, quick), optimizers, strict=True):
        optimizer.step(p, np.ones(1))
    assert quick[0] < slow[0]


@every_optimizer
def test_zero_gradients_from_the_start_move_nothing(make):
    p = np.array([1.0, 2.0])
    make(0.1).step(p, np.zeros(2))
    np.testing.assert_array_equal(p, [1, 2])


@every_optimizer
def test_a_schedule_may_end_at_a_learning_rate_of_0(make):
    p, optimizer = np.ones(2), make(0.1)
    optimizer.learning_rate = 0
    optimizer.step(p, np.ones(2))
    np.testing.assert_array_equal(p, np.ones(2))
    assert optimizer.clone().learning_rate == 0


def test_a_momentum_that_is_set_after_some_steps_starts_at_rest():
    p, optimizer = np.array([1.0]), SGD(0.1)
    optimizer.step(p, np.array([1.0]))
    optimizer.momentum = 0.5
    optimizer.step(p, np.array([1.0]))  # v = -0.1
    optimizer.step(p, np.array([0.0]))  # v = -0.05
    assert p[0] == pytest.approx(0.75, rel=1e-15)


# --- errors ------------------------------------------------------------------------------------------------------


@every_optimizer
@pytest.mark.parametrize("learning_rate", [0, 0.0, -0.1, float("nan"), float("inf")])
def test_refuses_a_learning_rate_that_is_not_above_0(make, learning_rate):
    with pytest.raises(ValueError, match=r"(SGD|RMSprop|Adam): learning_rate must be above 0, got"):
        make(learning_rate)


@every_optimizer
@pytest.mark.parametrize("learning_rate", ["fast", "0.1", None, [0.1, 0.2], 1j])
def test_refuses_a_learning_rate_that_is_not_a_number(make, learning_rate):
    with pytest.raises(TypeError, match="learning_rate must be a number, got"):
        make(learning_rate)


def test_a_wrong_learning_rate_is_refused_later_too():
    optimizer = SGD(0.1)
    with pytest.raises(ValueError, match=r"SGD: learning_rate must be in \[0, inf\), got -1"):
        optimizer.learning_rate = -1
    assert optimizer.learning_rate == 0.1


@pytest.mark.parametrize("momentum", [-0.1, 1, 1.5, float("nan")])
def test_momentum_outside_0_and_1_is_refused(momentum):
    with pytest.raises(ValueError, match=r"SGD: momentum must be in \[0, 1\), got"):
        SGD(0.1, momentum=momentum)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RMSprop(rho=1), r"RMSprop: rho must be in \[0, 1\), got 1"),
        (lambda: Adam(beta_1=-0.5), r"Adam: beta_1 must be in \[0, 1\), got -0.5"),
        (lambda: Adam(beta_2=1.0), r"Adam: beta_2 must be in \[0, 1\), got 1"),
        (lambda: Adam(epsilon=-1e-7), r"Adam: epsilon must be in \[0, inf\), got -1e-07"),
        (lambda: SGD(weight_decay=-1), r"SGD: weight_decay must be in \[0, inf\), got -1"),
        (lambda: RMSprop(weight_decay=np.inf), r"RMSprop: weight_decay must be in \[0, inf\), got inf"),
        (lambda: Adam(weight_decay=-1), r"Adam: weight_decay must be in \[0, inf\), got -1"),
    ],
)
def test_refuses_other_settings_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@every_optimizer
def test_refuses_gradients_of_another_shape(make):
    """NumPy would stretch the single number over all three."""
    p = np.ones(3)
    with pytest.raises(ValueError, match=r"gradients must have the shape of the parameters, \(3,\), got \(1,\)"):
        make(0.1).step(p, np.ones(1))
    np.testing.assert_array_equal(p, np.ones(3))


@pytest.mark.parametrize("make", [lambda lr: SGD(lr, momentum=0.9), RMSprop, Adam], ids=["momentum", "RMSprop", "Adam"])
def test_an_optimizer_with_a_memory_belongs_to_one_shape(make):
    optimizer = make(0.1)
    optimizer.step(np.ones(3), np.ones(3))
    other = np.ones(2)
    with pytest.raises(
        ValueError, match=r"has stepped parameters of float64 \(3,\), now got float64 \(2,\); use a new optimizer"
    ):
        optimizer.step(other, np.ones(2))
    np.testing.assert_array_equal(other, np.ones(2))


@every_optimizer
def test_repr_says_the_learning_rate(make):
    assert "learning_rate=0.25" in repr(make(0.25))
