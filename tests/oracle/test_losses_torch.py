"""Every loss of the table against PyTorch, float64: the value and the gradient."""

import numpy as np
import pytest

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
