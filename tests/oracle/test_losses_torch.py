"""Every loss of the table against PyTorch, float64: the value and the gradient."""

import numpy as np
import pytest

from tinylearn import BinaryCrossEntropy, Sigmoid
from tinylearn.loss_table import LOSSES

torch = pytest.importorskip("torch")
theirs = torch.nn.functional


def of_probabilities(predicted, target):
    """PyTorch's nll_loss takes logarithms of probabilities, and class numbers only."""
    if target.ndim == 1:
        return theirs.nll_loss(predicted.log(), target)
    return -(target * predicted.log()).sum(dim=1).mean()


THEIRS = {
    "MeanSquaredError()": theirs.mse_loss,
    "BinaryCrossEntropy()": theirs.binary_cross_entropy,
    "BinaryCrossEntropy(from_logits=True)": theirs.binary_cross_entropy_with_logits,
    "CategoricalCrossEntropy()": of_probabilities,
    "CategoricalCrossEntropy(from_logits=True)": theirs.cross_entropy,
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("seed", range(3))
def test_loss_equals_pytorch(name, seed):
    ours, rng = LOSSES[name].make(), np.random.default_rng(seed)
    predicted, target = LOSSES[name].predicted(rng), LOSSES[name].target(rng)
    their_predicted, their_target = torch.tensor(predicted, requires_grad=True), torch.tensor(target)
    if target.ndim > 1:
        their_target = their_target.double()
    their_value = THEIRS[repr(ours)](their_predicted, their_target)
    their_value.backward()
    assert ours.forward(predicted, target) == pytest.approx(their_value.item(), rel=1e-10)
    np.testing.assert_allclose(ours.backward(), their_predicted.grad.numpy(), rtol=1e-10, atol=1e-14)


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
