"""Dropout: off unless training; the fraction and the numbers that it keeps; and its random numbers."""

import math

import numpy as np
import pytest

from tinylearn import SGD, Dense, Dropout, Layer, MeanSquaredError, Sequential, check_gradients, fit


def training(rate: float = 0.4, seed: int = 0) -> Dropout:
    layer = Dropout(rate, rng=np.random.default_rng(seed))
    layer.training = True
    return layer


def numbers(*shape: int, dtype=np.float64) -> np.ndarray:
    """Random numbers, none of them 0: a 0 in what comes out was dropped."""
    return np.random.default_rng(1).uniform(1, 2, size=shape).astype(dtype)


# --- off and on ---------------------------------------------------------------------------------------------------


def test_it_changes_nothing_and_draws_nothing_while_not_training():
    layer, x = Dropout(0.4, rng=np.random.default_rng(0)), numbers(5, 3)
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x * 2), x * 2)
    assert layer.rng.bit_generator.state == np.random.default_rng(0).bit_generator.state


def test_fit_switches_it_on_and_off_again():
    kept = []

    class Watch(Layer):
        def forward(self, x):
            kept.append((x != 0).mean())
            self.out_shape = x.shape
            return x

        def backward(self, dout):
            return dout

    rng = np.random.default_rng(0)
    model = Sequential([Dropout(0.5, rng=rng), Watch(), Dense(40, 1, rng=rng)])
    x = numbers(8, 40)
    fit(model, x, x[:, :1], loss=MeanSquaredError(), optimizer=SGD(0.001), epochs=3)
    assert all(0.3 < fraction < 0.7 for fraction in kept)
    kept.clear()
    model.predict(x)
    model.forward(x)
    assert kept == [1, 1]


# --- what is dropped ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_the_share_that_is_kept_and_what_becomes_of_it(rate):
    n = 100_000
    x = numbers(n // 10, 10)
    out = training(rate).forward(x)
    kept = out != 0
    np.testing.assert_allclose(out[kept], x[kept] / (1 - rate), rtol=1e-12)
    # How many of n are kept scatters by √(n · rate · (1 - rate)): allow four times that.
    assert abs(kept.sum() - n * (1 - rate)) < 4 * math.sqrt(n * rate * (1 - rate))


def test_keeps_the_mean():
    x = numbers(400, 500)
    # A number times its mask scatters by x · √(rate / (1 - rate)), the mean of n of them by √n less; x is below 2.
    scatter = 2 * math.sqrt(0.4 / 0.6 / x.size)
    assert abs(training(0.4).forward(x).mean() - x.mean()) < 4 * scatter


def test_drops_every_number_of_a_batch_on_its_own():
    """It drops no whole row, column or channel: two neighbours along any axis agree as often as two random numbers."""
    kept = training(0.5).forward(numbers(20, 20, 20, 20)) != 0
    for axis in range(4):
        agree = (np.diff(kept, axis=axis) == 0).mean()
        assert abs(agree - 0.5) < 0.01


def test_each_forward_drops_others():
    layer, x = training(), numbers(30, 30)
    assert not np.array_equal(layer.forward(x), layer.forward(x))


def test_rate_0_keeps_everything():
    x = numbers(50, 20)
    np.testing.assert_array_equal(training(0).forward(x), x)


# --- backward -----------------------------------------------------------------------------------------------------


def test_dx_is_dout_times_the_mask_of_the_last_forward():
    layer, x, dout = training(0.4), numbers(30, 20), numbers(30, 20) - 5
    layer.forward(x)
    out = layer.forward(x)
    np.testing.assert_allclose(layer.backward(dout), dout * (out / x), rtol=1e-12)
    np.testing.assert_array_equal(layer.backward(dout), layer.backward(dout))


@pytest.mark.parametrize("shape", [(5, 4), (2, 3, 4, 2)])
def test_its_gradients_are_right_while_training(shape):
    assert check_gradients(training(), np.random.default_rng(2).normal(size=shape)).error < 1e-8


@pytest.mark.parametrize("rate", [0.4, np.float64(0.4), np.float32(0.4)])
def test_float32_stays_float32(rate):
    layer = training(rate)
    out = layer.forward(numbers(5, 3, dtype=np.float32))
    assert out.dtype == layer.backward(out).dtype == np.float32


def test_an_empty_batch():
    layer = training()
    out = layer.forward(np.ones((0, 3)))
    assert out.shape == layer.backward(out).shape == (0, 3)


# --- whose random numbers -----------------------------------------------------------------------------------------


def test_the_same_seed_drops_the_same():
    first, same, other = (training(seed=seed).forward(numbers(30, 30)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_two_layers_may_draw_from_one_generator():
    """One after the other: the second drops what the first would have dropped next."""
    rng, x = np.random.default_rng(0), numbers(30, 30)
    first, second = Dropout(0.4, rng=rng), Dropout(0.4, rng=rng)
    first.training = second.training = True
    alone = training(0.4, seed=0)
    np.testing.assert_array_equal(first.forward(x), alone.forward(x))
    np.testing.assert_array_equal(second.forward(x), alone.forward(x))


def test_a_generator_put_back_drops_the_same_again():
    """What resuming a training needs: the state of `layer.rng` is all there is to keep."""
    layer, x = training(), numbers(30, 30)
    layer.forward(x)
    state = layer.rng.bit_generator.state
    dropped = layer.forward(x)
    layer.rng.bit_generator.state = state
    np.testing.assert_array_equal(layer.forward(x), dropped)


# --- what it refuses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "error", "message"),
    [
        (1, ValueError, r"Dropout: rate must be in \[0, 1\), got 1\.0"),
        (-0.1, ValueError, r"Dropout: rate must be in \[0, 1\), got -0\.1"),
        (20, ValueError, r"Dropout: rate must be in \[0, 1\), got 20\.0"),
        (math.nan, ValueError, r"Dropout: rate must be in \[0, 1\), got nan"),
        ("0.2", TypeError, "Dropout: rate must be a number, got '0.2'; write 0.2"),
        (None, TypeError, "Dropout: rate must be a number, got None"),
    ],
)
def test_refuses_a_wrong_rate(rate, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        Dropout(rate, rng=np.random.default_rng(0))


def test_a_generator_is_needed():
    with pytest.raises(TypeError, match="rng"):
        Dropout(0.2)
    with pytest.raises(TypeError, match=r"^Dropout: rng must be a NumPy generator, such as np\.random\."):
        Dropout(0.2, rng=np.random.RandomState(0))


@pytest.mark.parametrize("rate", [0, 0.2, 0.5])
def test_repr_rebuilds_the_layer(rate):
    text = repr(Dropout(rate, rng=np.random.default_rng(0)))
    rebuilt = eval(text[:-1] + ", rng=rng)", {"Dropout": Dropout, "rng": np.random.default_rng(0)})
    assert rebuilt.rate == rate
