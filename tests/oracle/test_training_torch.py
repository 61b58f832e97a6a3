"""Fifty updates with `fit` against PyTorch, float64: losses, parameters, running statistics, a prediction.

Three networks with one optimiser, and every optimiser with one network.
"""

import numpy as np
import pytest

import tinylearn as tl
from tinylearn import SGD, Adam, BatchNorm, Conv2D, Dense, Flatten, LayerNorm, LeakyReLU, Residual, RMSprop, Tanh, fit

torch = pytest.importorskip("torch")
nn = torch.nn

UPDATES, BATCH = 50, 10


class TheirResidual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.layers(x)


class ChannelsLast(nn.Module):
    """Flatten in tinylearn's order."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def vectors(rng):
    ours = [
        *(Dense(4, 6, rng=rng), BatchNorm(6), LeakyReLU(0.1)),
        Residual(Dense(6, 6, rng=rng), LayerNorm(6), Tanh(), Residual(Dense(6, 6, rng=rng), BatchNorm(6, 0.3, 0.01))),
        *(LayerNorm(6, 0.01), Dense(6, 2, rng=rng)),
    ]
    inner = TheirResidual(nn.Linear(6, 6), nn.BatchNorm1d(6, eps=0.01, momentum=0.3))
    theirs = [
        *(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.LeakyReLU(0.1)),
        TheirResidual(nn.Linear(6, 6), nn.LayerNorm(6), nn.Tanh(), inner),
        *(nn.LayerNorm(6, eps=0.01), nn.Linear(6, 2)),
    ]
    return ours, theirs, rng.normal(2, 3, size=(UPDATES * BATCH, 4))


def images(rng):
    ours = [
        *(Conv2D(2, 5, 3, padding=1, rng=rng), BatchNorm(5), tl.MaxPool2D(2, stride=1)),
        Residual(Conv2D(5, 5, 3, padding="same", rng=rng), BatchNorm(5), LeakyReLU()),
        *(tl.AveragePool2D(2, padding=1), Flatten(), Dense(60, 2, rng=rng), tl.Sigmoid()),
    ]
    theirs = [
        *(nn.Conv2d(2, 5, 3, padding=1), nn.BatchNorm2d(5), nn.MaxPool2d(2, stride=1)),
        TheirResidual(nn.Conv2d(5, 5, 3, padding=1), nn.BatchNorm2d(5), nn.LeakyReLU()),
        *(nn.AvgPool2d(2, padding=1), ChannelsLast(), nn.Linear(60, 2), nn.Sigmoid()),
    ]
    return ours, theirs, rng.normal(2, 3, size=(UPDATES * BATCH, 7, 6, 2))


def sequences(rng):
    """Rows of rows: x (N, T, D)."""
    ours = [Dense(4, 6, rng=rng), LayerNorm(6), Tanh(), Dense(6, 2, rng=rng)]
    theirs = [nn.Linear(4, 6), nn.LayerNorm(6), nn.Tanh(), nn.Linear(6, 2)]
    return ours, theirs, rng.normal(size=(UPDATES * BATCH, 3, 4))


def as_theirs(array):
    """A parameter of ours, as PyTorch lays it out."""
    axes = {1: (0,), 2: (1, 0), 4: (3, 2, 0, 1)}[array.ndim]
    return torch.tensor(np.ascontiguousarray(array.transpose(axes)))


class Decayed:
    """An optimiser of PyTorch's in front of whose steps every parameter shrinks, as AdamW does it."""

    def __init__(self, optimizer, weight_decay):
        self.optimizer, self.weight_decay, self.zero_grad = optimizer, weight_decay, optimizer.zero_grad

    def step(self):
        for group in self.optimizer.param_groups:
            for parameter in group["params"]:
                parameter.data.mul_(1 - group["lr"] * self.weight_decay)
        self.optimizer.step()


their = torch.optim
MOMENTUM = SGD(0.05, momentum=0.9), lambda p: their.SGD(p, 0.05, momentum=0.9)
RUNS = {
    "vectors": (vectors, *MOMENTUM),
    "images": (images, *MOMENTUM),
    "SGD": (sequences, SGD(0.1), lambda p: their.SGD(p, 0.1)),
    "SGD, decoupled weight decay": (
        sequences, SGD(0.05, momentum=0.9, weight_decay=0.2), lambda p: Decayed(MOMENTUM[1](p), 0.2)),
    "RMSprop": (sequences, RMSprop(0.01), lambda p: their.RMSprop(p, 0.01, alpha=0.9, eps=1e-7)),
    "RMSprop, other settings": (sequences, RMSprop(0.02, rho=0.7, epsilon=1e-3, weight_decay=0.2),
        lambda p: Decayed(their.RMSprop(p, 0.02, alpha=0.7, eps=1e-3), 0.2)),
    "Adam": (sequences, Adam(0.01), lambda p: their.Adam(p, 0.01, eps=1e-7)),
    "AdamW, other settings": (
        sequences, Adam(0.05, beta_1=0.6, beta_2=0.8, epsilon=1e-3, weight_decay=0.3),
        lambda p: their.AdamW(p, 0.05, betas=(0.6, 0.8), eps=1e-3, weight_decay=0.3)),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_fifty_updates_equal_pytorchs(name):
    rng = np.random.default_rng(0)
    make, ours_steps, theirs_steps = RUNS[name]
    ours, theirs, x = make(rng)
    model, twin = tl.Sequential(ours), nn.Sequential(*theirs).double()
    y = rng.uniform(size=(*x.shape[:-1], 2) if x.ndim == 3 else (len(x), 2))
    with torch.no_grad():
        for mine, parameter in zip(model.named_parameters().values(), twin.parameters(), strict=True):
            parameter.copy_(as_theirs(mine))
    before = model.parameters.copy()
    losses, their_losses, settings = [], [], {"epochs": 1, "batch_size": BATCH, "shuffle": False}
    fit(model, x, y, loss=tl.MeanSquaredError(), optimizer=ours_steps.clone(), **settings,
        callbacks=[lambda update: losses.append(update.loss)])  # fmt: skip

    their_x = torch.tensor(x).permute(0, 3, 1, 2) if x.ndim == 4 else torch.tensor(x)
    optimizer = theirs_steps(twin.parameters())
    for rows in (slice(start, start + BATCH) for start in range(0, len(x), BATCH)):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(twin(their_x[rows]), torch.tensor(y[rows]))
        loss.backward()
        optimizer.step()
        their_losses.append(loss.item())

    close = {"rtol": 1e-9, "atol": 1e-12}
    assert len(losses) == UPDATES
    assert np.abs(model.parameters - before).max() > 0.1  # it went somewhere
    np.testing.assert_allclose(losses, their_losses, **close)
    for (name, mine), parameter in zip(model.named_parameters().items(), twin.parameters(), strict=True):
        np.testing.assert_allclose(as_theirs(mine), parameter.detach(), **close, err_msg=name)
    running = [buffer for name, buffer in twin.named_buffers() if "running" in name]
    for (name, mine), theirs_now in zip(model.named_state().items(), running, strict=True):
        np.testing.assert_allclose(mine, theirs_now, **close, err_msg=name)
    twin.eval()
    np.testing.assert_allclose(model.predict(x[:40]), twin(their_x[:40]).detach(), **close)
