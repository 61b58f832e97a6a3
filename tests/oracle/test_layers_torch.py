"""Every layer of the table against its twin in PyTorch, float64: the output, dx and the gradient of every parameter."""

from collections.abc import Callable

import numpy as np
import pytest

from tinylearn import Dropout
from tinylearn.layer_table import LAYERS, make_input, make_layer

torch = pytest.importorskip("torch")

from tests.oracle.torch_windows import average_pool2d, conv2d, max_pool2d  # noqa: E402 (needs PyTorch)

theirs = torch.nn.functional

# name of the class → what PyTorch computes for that layer from x and the parameters, given under tinylearn's names
TWINS: dict[str, Callable] = {
    "AveragePool2D": lambda layer, x: average_pool2d(layer.windows, x),
    "BatchNorm": lambda layer, x, **params: batch_norm(layer, x, **params),
    "Conv2D": lambda layer, x, w, b: conv2d(layer.windows, x, w, b),
    "Dense": lambda layer, x, w, b: theirs.linear(x, w.T, b),
    "Dropout": lambda layer, x: theirs.dropout(x, layer.rate, layer.training),
    "Flatten": lambda layer, x: torch.flatten(x, start_dim=1),
    "LayerNorm": lambda layer, x, gamma, beta: theirs.layer_norm(x, (layer.n_in,), gamma, beta, layer.epsilon),
    "LeakyReLU": lambda layer, x: theirs.leaky_relu(x, layer.slope),
    "MaxPool2D": lambda layer, x: max_pool2d(layer.windows, x),
    "ReLU": lambda layer, x: torch.relu(x),
    "Residual": lambda layer, x, **dense: x + torch.tanh(theirs.linear(x, dense["dense_1.w"].T, dense["dense_1.b"])),
    "Sigmoid": lambda layer, x: torch.sigmoid(x),
    "Softmax": lambda layer, x: torch.softmax(x, dim=-1),
    "Tanh": lambda layer, x: torch.tanh(x),
}


def batch_norm(layer, x, gamma, beta):
    """PyTorch's, which wants the features behind the batch."""
    running = [torch.tensor(layer.state[name].copy()) for name in ("mean", "var")]
    out = theirs.batch_norm(
        x.movedim(-1, 1), *running, gamma, beta, layer.training, momentum=layer.momentum, eps=layer.epsilon
    )
    return out.movedim(1, -1)


def as_tensor(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_layer_equals_pytorch(name, training):
    rng = np.random.default_rng(0)
    layer, x = make_layer(name, rng), make_input(name, rng)
    layer.set_training(training)
    twin = TWINS[type(layer).__name__]
    if training and isinstance(layer, Dropout):
        pytest.skip("PyTorch draws other random numbers")

    their_x, their_params = as_tensor(x), {key: as_tensor(value) for key, value in layer.named_parameters().items()}
    their_out = twin(layer, their_x, **their_params)  # first: it reads the state of before

    out = layer.forward(x)
    dout = rng.normal(size=out.shape)
    dx = layer.backward(dout)
    their_out.backward(torch.tensor(dout))

    close = {"rtol": 1e-10, "atol": 1e-13}
    np.testing.assert_allclose(out, their_out.detach().numpy(), **close)
    np.testing.assert_allclose(dx, their_x.grad.numpy(), **close)
    for key, parameter in their_params.items():
        np.testing.assert_allclose(layer.named_gradients()[key], parameter.grad.numpy(), **close, err_msg=key)
