"""Convolution and pooling against PyTorch, on more than 200 random configurations each, float64: out, dx, dw, db."""

import numpy as np
import pytest
from hypothesis import given, settings

from tests.tinylearn.window_cases import Case, assert_they_cover, cases
from tinylearn import AveragePool2D

torch = pytest.importorskip("torch")

from tests.oracle.torch_windows import average_pool2d, conv2d, max_pool2d  # noqa: E402 (needs PyTorch)

close = {"rtol": 1e-9, "atol": 1e-11}  # atol: where large terms cancel
many = settings(max_examples=260, derandomize=True, deadline=None)


@pytest.fixture(autouse=True)
def one_thread():
    """More than one only wait for each other over such small arrays."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


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
def test_equals_pytorch_on_200_configurations(name):
    make, twin, is_pooling = LAYERS[name]
    seen = set()

    @many
    @given(cases(pooling=is_pooling))
    def compare(case: Case) -> None:
        assert_equal_to_pytorch(make(case), twin, case)
        seen.add(case)

    compare()
    assert_they_cover(seen, at_least=200)


@given(cases(pooling=True))
def test_average_pool_counts_its_padding_as_pytorch_does(case: Case):
    """PyTorch's own padding, where it takes it: the same on both sides, at most half the window."""
    (ph, pw), (kh, kw) = case.windows.padding if isinstance(case.windows.padding, tuple) else (0, 0), case.windows.size
    padding = min(ph, kh // 2), min(pw, kw // 2)
    layer, x = AveragePool2D(case.size, case.stride, padding), case.x()
    if min(x.shape[1] + 2 * padding[0] - kh, x.shape[2] + 2 * padding[1] - kw) < 0:
        return
    pool = torch.nn.AvgPool2d(case.windows.size, case.windows.stride, padding)
    expected = pool(tensor(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    np.testing.assert_allclose(layer.forward(x), expected.detach().numpy(), **close)
