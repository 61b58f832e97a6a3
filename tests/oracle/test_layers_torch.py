"""Every layer of the table against its twin in PyTorch, float64: the output, dx and the gradient of every parameter."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.tinylearn.layer_table import LAYERS, make_input, make_layer

torch = pytest.importorskip("torch")

from tests.oracle.torch_windows import conv2d, max_pool2d  # noqa: E402 (needs PyTorch)

# name of the class → what PyTorch computes for that layer from x and the parameters, given under tinylearn's names
TWINS: dict[str, Callable] = {
    "Conv2D": lambda layer, x, w, b: conv2d(layer.windows, x, w, b),
    "Dense": lambda layer, x, w, b: torch.nn.functional.linear(x, w.T, b),
    "Dropout": lambda layer, x: torch.nn.functional.dropout(x, layer.rate, layer.training),
    "Flatten": lambda layer, x: torch.flatten(x, start_dim=1),
    "MaxPool2D": lambda layer, x: max_pool2d(layer.windows, x),
    "ReLU": lambda layer, x: torch.relu(x),
    "Sigmoid": lambda layer, x: torch.sigmoid(x),
    "Softmax": lambda layer, x: torch.softmax(x, dim=-1),
    "Tanh": lambda layer, x: torch.tanh(x),
}


def as_tensor(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("name", LAYERS)
def test_layer_equals_pytorch(name):
    rng = np.random.default_rng(0)
    layer, x = make_layer(name, rng), make_input(name, rng)
    twin = TWINS.get(type(layer).__name__)
    if twin is None:
        pytest.skip(f"{layer} has no twin in PyTorch: add one to TWINS if there is one")

    out = layer.forward(x)
    dout = rng.normal(size=out.shape)
    dx = layer.backward(dout)

    their_x, their_params = as_tensor(x), {key: as_tensor(value) for key, value in layer.params.items()}
    their_out = twin(layer, their_x, **their_params)
    their_out.backward(torch.tensor(dout))

    close = {"rtol": 1e-10, "atol": 1e-13}
    np.testing.assert_allclose(out, their_out.detach().numpy(), **close)
    np.testing.assert_allclose(dx, their_x.grad.numpy(), **close)
    for key, theirs in their_params.items():
        np.testing.assert_allclose(layer.grads[key], theirs.grad.numpy(), **close, err_msg=key)
