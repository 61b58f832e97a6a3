"""Who checks the checker? Each layer here has one planted error. `check_gradients` must find it and say where."""

import numpy as np
import pytest

from tinylearn import (
    Dense,
    Flatten,
    GradientError,
    Sigmoid,
    Softmax,
    check_gradients,
)

# --- planted errors ----------------------------------------------------------------------------------------------


class SoftmaxOfZeroGradient(Softmax):
    """Looks right with an upstream of all ones, for which softmax's gradient really is zero."""

    def backward(self, dout):
        return np.zeros_like(dout)


class DenseWithoutTranspose(Dense):
    """With as many inputs as outputs every shape fits."""

    def backward(self, dout):
        super().backward(dout)
        return dout @ self.params["w"]


class DenseWithMeanInB(Dense):
    def backward(self, dout):
        dx = super().backward(dout)
        self.grads["b"] = dout.mean(axis=0)
        return dx


class DenseWithOneWrongWeight(Dense):
    def backward(self, dout):
        dx = super().backward(dout)
        self.grads["w"][2, 1] *= 1.001
        return dx


class DenseWrongForOneRow(Dense):
    """An axis of length one is squeezed away."""

    def backward(self, dout):
        dx = super().backward(dout)
        return dx if len(dout) > 1 or dx is None else dx.mean() + 0 * dx


class DenseWithoutB(Dense):
    def backward(self, dout):
        self.grads["w"] = self.x.T @ dout
        return dout @ self.params["w"].T


class DenseWithFlatW(Dense):
    def backward(self, dout):
        dx = super().backward(dout)
        self.grads["w"] = self.grads["w"].ravel()
        return dx


class DenseWithNaN(Dense):
    def backward(self, dout):
        dx = super().backward(dout)
        self.grads["b"][1] = np.nan
        return dx


class DenseWithInfinity(Dense):
    def backward(self, dout):
        dx = super().backward(dout)
        if dx is not None:
            dx[0, 2] = np.inf
        return dx


class FlattenOfWrongOrder(Flatten):
    def backward(self, dout):
        return dout.reshape(self.shape, order="F")


class SigmoidOfFlatGradient(Sigmoid):
    def backward(self, dout):
        return super().backward(dout).ravel()


planted = [
    (SoftmaxOfZeroGradient(), (3, 4), r"SoftmaxOfZeroGradient\(\): x\[\d, \d\]: backward gives 0, central differences"),
    (DenseWithoutTranspose(3, 3, rng=np.random.default_rng(0)), (5, 3), r"x\[\d, \d\]: backward gives"),
    (DenseWithMeanInB(3, 2, rng=np.random.default_rng(0)), (5, 3), r"b\[\d\]: backward gives"),
    (DenseWithOneWrongWeight(3, 2, rng=np.random.default_rng(0)), (5, 3), r"w\[2, 1\]: backward gives"),
    (DenseWrongForOneRow(3, 2, rng=np.random.default_rng(0)), (5, 3), r"x\[0, \d\]: backward gives"),
    (DenseWithoutB(3, 2, rng=np.random.default_rng(0)), (5, 3), "gave no gradient for b; it must assign self.grads"),
    (
        DenseWithFlatW(3, 2, rng=np.random.default_rng(0)),
        (5, 3),
        r"must assign self.grads\['w'\] in the shape of w, \(3, 2\), got \(6,\)",
    ),
    (DenseWithNaN(3, 2, rng=np.random.default_rng(0)), (5, 3), r"b\[1\]: backward gives nan"),
    (DenseWithInfinity(3, 2, rng=np.random.default_rng(0)), (5, 3), r"x\[0, 2\]: backward gives inf"),
    (FlattenOfWrongOrder(), (3, 4, 5, 2), r"x\[\d, \d, \d, \d\]: backward gives"),
    (SigmoidOfFlatGradient(), (3, 4), r"must return dx in the shape of x, \(3, 4\), got \(12,\)"),
]


@pytest.mark.parametrize(("layer", "shape", "message"), planted, ids=[type(row[0]).__name__ for row in planted])
def test_a_planted_error_is_caught_and_named(layer, shape, message):
    rng = np.random.default_rng(0)
    with pytest.raises(GradientError, match=message):
        check_gradients(layer, rng.normal(size=shape), rng=rng)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(Softmax(), (3, 4)), (Dense(3, 3, rng=np.random.default_rng(0)), (5, 3)), (Flatten(), (3, 4, 5, 2))],
    ids=repr,
)
def test_the_same_layers_without_the_error_pass(layer, shape):
    rng = np.random.default_rng(0)
    assert check_gradients(layer, rng.normal(size=shape), rng=rng).error < 1e-7
