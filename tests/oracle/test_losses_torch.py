"""Every loss against PyTorch, float64: the value and the gradient."""

import numpy as np
import pytest

from tinylearn import BinaryCrossEntropy, CategoricalCrossEntropy, MeanSquaredError, Sigmoid

torch = pytest.importorskip("torch")
theirs = torch.nn.functional


def probabilities_of_rows(predicted, target):
    """PyTorch's nll_loss takes logarithms of probabilities."""
    return theirs.nll_loss(torch.log(predicted), target)


def some_scores(rng):
    return rng.normal(scale=2, size=(7, 5))


def some_probabilities(rng):
    return rng.uniform(0.02, 0.98, size=(7, 5))


def some_rows_of_probabilities(rng):
    rows = some_probabilities(rng)
    return rows / rows.sum(axis=1, keepdims=True)


def some_classes(rng):
    return rng.integers(0, 5, size=7)


LOSSES = {  # name → ours, PyTorch's, predictions, targets
    "mean squared": (MeanSquaredError(), theirs.mse_loss, some_scores, some_scores),
    "binary": (BinaryCrossEntropy(), theirs.binary_cross_entropy, some_probabilities, some_probabilities),
    "binary from logits": (
        BinaryCrossEntropy(from_logits=True),
        theirs.binary_cross_entropy_with_logits,
        some_scores,
        some_probabilities,
    ),
    "categorical": (CategoricalCrossEntropy(), probabilities_of_rows, some_rows_of_probabilities, some_classes),
    "categorical from logits": (
        CategoricalCrossEntropy(from_logits=True),
        theirs.cross_entropy,
        some_scores,
        some_classes,
    ),
    "categorical from logits, soft targets": (
        CategoricalCrossEntropy(from_logits=True),
        theirs.cross_entropy,
        some_scores,
        some_rows_of_probabilities,
    ),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("seed", range(3))
def test_loss_equals_pytorch(name, seed):
    ours, pytorchs, predictions, targets = LOSSES[name]
    rng = np.random.default_rng(seed)
    predicted, target = predictions(rng), targets(rng)

    value = ours.forward(predicted, target)
    dpredicted = ours.backward()

    their_predicted = torch.tensor(predicted, requires_grad=True)
    their_value = pytorchs(their_predicted, torch.tensor(target))
    their_value.backward()

    assert value == pytest.approx(their_value.item(), rel=1e-10)
    np.testing.assert_allclose(dpredicted, their_predicted.grad.numpy(), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("x", [-1000.0, -40.0, 40.0, 1000.0])
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_extreme_logits_equal_pytorch(x, target):
    predicted = torch.tensor([[x]], dtype=torch.float64, requires_grad=True)
    their_value = theirs.binary_cross_entropy_with_logits(predicted, torch.tensor([[target]], dtype=torch.float64))
    their_value.backward()
    loss = BinaryCrossEntropy(from_logits=True)
    assert loss.forward(np.array([[x]]), np.array([[target]])) == pytest.approx(their_value.item(), rel=1e-12)
    np.testing.assert_allclose(loss.backward(), predicted.grad.numpy(), rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("x", [-10.0, -18.0, -25.0])
def test_the_most_wrong_answers_teach_as_in_pytorch(x):
    """In float32, through the sigmoid: p is far below eps there."""
    logit = torch.tensor([[x]], dtype=torch.float32, requires_grad=True)
    theirs.binary_cross_entropy(torch.sigmoid(logit), torch.ones(1, 1)).backward()
    loss, sigmoid = BinaryCrossEntropy(), Sigmoid()
    loss.forward(sigmoid.forward(np.array([[x]], np.float32)), np.ones((1, 1)))
    np.testing.assert_allclose(sigmoid.backward(loss.backward()), logit.grad.numpy(), rtol=1e-5)
