"""Fifty steps of every optimiser on a small network, float64, against the same network in PyTorch."""

import numpy as np
import pytest

from tinylearn import SGD, Adam, Dense, MeanSquaredError, RMSprop, Sequential, Tanh, fit

torch = pytest.importorskip("torch")


class Decayed:
    """An optimiser of PyTorch's in front of whose steps every parameter shrinks, as AdamW does it."""

    def __init__(self, optimizer, weight_decay):
        self.optimizer, self.weight_decay, self.zero_grad = optimizer, weight_decay, optimizer.zero_grad

    def step(self):
        for group in self.optimizer.param_groups:
            for parameter in group["params"]:
                parameter.data.mul_(1 - group["lr"] * self.weight_decay)
        self.optimizer.step()


OPTIMIZERS = {
    "SGD": (lambda: SGD(0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
    "SGD with momentum": (lambda: SGD(0.05, momentum=0.9), lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    "RMSprop": (lambda: RMSprop(0.01), lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-7)),
    "Adam": (lambda: Adam(0.01), lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-7)),
    "AdamW": (
        lambda: Adam(0.01, weight_decay=0.3),
        lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.999), eps=1e-7, weight_decay=0.3),
    ),
    "SGD, decoupled weight decay": (
        lambda: SGD(0.05, momentum=0.9, weight_decay=0.2),
        lambda p: Decayed(torch.optim.SGD(p, lr=0.05, momentum=0.9), 0.2),
    ),
    "RMSprop, decoupled weight decay": (
        lambda: RMSprop(0.01, weight_decay=0.2),
        lambda p: Decayed(torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-7), 0.2),
    ),
    "Adam, other settings": (
        lambda: Adam(0.05, beta_1=0.6, beta_2=0.8, epsilon=1e-3),
        lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.6, 0.8), eps=1e-3),
    ),
}


def same_network(model):
    """Return the model's twin in PyTorch, with the same parameters."""
    layers = []
    for layer in model.layers:
        if isinstance(layer, Dense):
            linear = torch.nn.Linear(layer.n_in, layer.n_out, dtype=torch.float64)
            with torch.no_grad():
                linear.weight[:] = torch.tensor(layer.params["w"].T)
                linear.bias[:] = torch.tensor(layer.params["b"])
            layers.append(linear)
        else:
            layers.append(torch.nn.Tanh())
    return torch.nn.Sequential(*layers)


def parameters_of(network):
    """Return PyTorch's parameters in tinylearn's order: weights (D, M), then biases, of each layer."""
    linears = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
    return np.concatenate(
        [values.detach().numpy().ravel() for linear in linears for values in (linear.weight.T, linear.bias)]
    )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_steps_equal_pytorch(name):
    make_ours, make_theirs = OPTIMIZERS[name]
    rng = np.random.default_rng(0)
    model = Sequential([Dense(4, 7, rng=rng), Tanh(), Dense(7, 3, rng=rng)])
    x, y = rng.normal(size=(11, 4)), rng.normal(size=(11, 3))
    network = same_network(model)
    optimizer = make_theirs(network.parameters())
    start = model.parameters.copy()
    np.testing.assert_array_equal(parameters_of(network), start)

    def compare(update):
        """Called after each of our updates: make PyTorch's, and look at every parameter."""
        optimizer.zero_grad()
        value = torch.nn.functional.mse_loss(network(torch.tensor(x)), torch.tensor(y))
        value.backward()
        optimizer.step()
        assert update.loss == pytest.approx(value.item(), rel=1e-9)
        np.testing.assert_allclose(model.parameters, parameters_of(network), rtol=1e-9, atol=1e-11)
        compare.steps = update.step

    fit(model, x, y, loss=MeanSquaredError(), optimizer=make_ours(), epochs=50, callbacks=[compare])
    assert compare.steps == 50
    assert np.abs(model.parameters - start).max() > 0.1  # it went somewhere
