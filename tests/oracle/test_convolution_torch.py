"""Convolution and pooling against PyTorch, on a hundred random configurations each, float64: out, dx, dw, db."""

import numpy as np
import pytest
from hypothesis import given, settings

from tests.tinylearn.window_cases import Case, cases
from tinylearn import AveragePool2D

torch = pytest.importorskip("torch")

from tests.oracle.torch_windows import average_pool2d, conv2d, max_pool2d  # noqa: E402 (needs PyTorch)

close = {"rtol": 1e-9, "atol": 1e-11}  # atol: where large terms cancel


def tensor(values: np.ndarray):
    return torch.tensor(np.array(values), dtype=torch.float64, requires_grad=True)


def assert_equal_to_pytorch(layer, twin, case: Case) -> None:
    x = case.x()
    out = layer.forward(x)
    dout = case.dout(out.shape)
    dx = layer.backward(dout)
    their_x, their_params = tensor(x), {name: tensor(value) for name, value in layer.params.items()}
    their_out = twin(layer.windows, their_x, **their_params)
    their_out.backward(torch.tensor(np.array(dout)))
    np.testing.assert_allclose(out, their_out.detach().numpy(), **close)
    np.testing.assert_allclose(dx, their_x.grad.numpy(), **close)
    for name, parameter in their_params.items():
        np.testing.assert_allclose(layer.grads[name], parameter.grad.numpy(), **close, err_msg=name)


LAYERS = {  # the layer of a case, its twin, is it pooling?
    "Conv2D": (Case.conv2d, conv2d, False),
    "MaxPool2D": (Case.max_pool, max_pool2d, True),
    "AveragePool2D": (lambda case: AveragePool2D(case.size, case.stride, case.padding), average_pool2d, True),
}


@pytest.mark.parametrize("name", LAYERS)
def test_equals_pytorch_on_random_configurations(name):
    make, twin, is_pooling = LAYERS[name]

    @settings(max_examples=100, derandomize=True, deadline=None)
    @given(cases(pooling=is_pooling))
    def compare(case: Case) -> None:
        assert_equal_to_pytorch(make(case), twin, case)

    compare()
