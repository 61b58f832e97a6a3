"""Every layer and every loss of the tables against PyTorch, and windows in a hundred random configurations; float64.

Compared are the output, dx and the gradient of every parameter. PyTorch wants channels first, pads both sides alike,
and refuses a pool whose padding is more than half its window; so the images are padded first.
"""

import numpy as np
import pytest
from hypothesis import example, given, settings

from tests.tinylearn.window_cases import Case, cases
from tinylearn import AveragePool2D, Dropout
from tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn.loss_table import LOSSES

torch = pytest.importorskip("torch")
theirs = torch.nn.functional


def padded(x, windows, value):
    """Images (N, H, W, C) → (N, C, H, W), padded with `value`."""

    def same(length, size, stride):
        """TensorFlow's rule in the words of its documentation, which are not those of tinylearn."""
        total = max(size - stride, 0) if length % stride == 0 else max(size - length % stride, 0)
        return total // 2, total - total // 2

    if windows.padding == "same":
        sides = list(map(same, x.shape[1:3], windows.size, windows.stride))
    else:
        sides = [(side, side) for side in windows.padding]
    return theirs.pad(x.permute(0, 3, 1, 2), (*sides[1], *sides[0]), value=value)


def conv2d(layer, x, w, b):
    w = w.permute(3, 2, 0, 1).contiguous()  # its backward asks for contiguous weights
    return theirs.conv2d(padded(x, layer.windows, 0.0), w, b, stride=layer.windows.stride).permute(0, 2, 3, 1)


def pooled(pool, value):
    """With count_include_pad, their default for the average: padding of zeros, and all of a window counts."""

    def call(layer, x):
        return pool(padded(x, layer.windows, value), layer.windows.size, layer.windows.stride).permute(0, 2, 3, 1)

    return call


def batch_norm(layer, x, gamma, beta):
    """PyTorch's, which wants the features behind the batch."""
    running = [torch.tensor(layer.state[name].copy()) for name in ("mean", "var")]
    settings = {"training": layer.training, "momentum": layer.momentum, "eps": layer.epsilon}
    return theirs.batch_norm(x.movedim(-1, 1), *running, gamma, beta, **settings).movedim(1, -1)


TWINS = {  # name of the class → what PyTorch computes for that layer from x and the parameters, under tinylearn's names
    "AveragePool2D": pooled(theirs.avg_pool2d, 0.0),
    "BatchNorm": batch_norm,
    "Conv2D": conv2d,
    "Dense": lambda layer, x, w, b: theirs.linear(x, w.T, b),
    "Dropout": lambda layer, x: theirs.dropout(x, layer.rate, layer.training),
    "Flatten": lambda layer, x: torch.flatten(x, start_dim=1),
    "LayerNorm": lambda layer, x, gamma, beta: theirs.layer_norm(x, (layer.n_in,), gamma, beta, layer.epsilon),
    "LeakyReLU": lambda layer, x: theirs.leaky_relu(x, layer.slope),
    "MaxPool2D": pooled(theirs.max_pool2d, -np.inf),
    "ReLU": lambda layer, x: torch.relu(x),
    "Residual": lambda layer, x, **dense: x + torch.tanh(theirs.linear(x, dense["dense_1.w"].T, dense["dense_1.b"])),
    "Sigmoid": lambda layer, x: torch.sigmoid(x),
    "Softmax": lambda layer, x: torch.softmax(x, dim=-1),
    "Tanh": lambda layer, x: torch.tanh(x),
}


def assert_equals_twin(layer, x, make_dout, **close):
    def tensor(array):
        return torch.tensor(np.array(array), dtype=torch.float64, requires_grad=True)

    their_x, their_params = tensor(x), {key: tensor(value) for key, value in layer.named_parameters().items()}
    their_out = TWINS[type(layer).__name__](layer, their_x, **their_params)  # first: it reads the state of before
    out = layer.forward(x)
    dout = make_dout(out.shape)
    dx = layer.backward(dout)
    their_out.backward(torch.tensor(np.array(dout)))
    np.testing.assert_allclose(out, their_out.detach().numpy(), **close)
    np.testing.assert_allclose(dx, their_x.grad.numpy(), **close)
    for key, parameter in their_params.items():
        np.testing.assert_allclose(layer.named_gradients()[key], parameter.grad.numpy(), **close, err_msg=key)


@pytest.mark.parametrize("name", LAYERS)
def test_layer_equals_pytorch(name):
    for training in (False, True):
        rng = np.random.default_rng(0)
        layer, x = make_layer(name, rng), make_input(name, rng)
        layer.set_training(training)
        if not (training and isinstance(layer, Dropout)):  # PyTorch draws other random numbers
            assert_equals_twin(layer, x, lambda shape, rng=rng: rng.normal(size=shape), rtol=1e-10, atol=1e-13)


WINDOWS = {  # which layer a case makes
    "Conv2D": (cases(), Case.conv2d),
    "MaxPool2D": (cases(pooling=True), Case.max_pool),
    "AveragePool2D": (cases(pooling=True), lambda case: AveragePool2D(case.size, case.stride, case.padding)),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_windows_equal_pytorch_in_random_configurations(name):
    def compare(case):  # atol: where large terms cancel
        assert_equals_twin(WINDOWS[name][1](case), case.x(), case.dout, rtol=1e-9, atol=1e-11)

    tall = Case((3, 1), 1, (2, 0), (1, 4, 2, 1), 1, "any", "rows", 0)  # a padding larger than the other side
    settings(max_examples=100, derandomize=True)(example(tall)(given(WINDOWS[name][0])(compare)))()


def of_probabilities(predicted, target):
    """PyTorch's nll_loss takes logarithms of probabilities, and class numbers only."""
    if target.ndim == 1:
        return theirs.nll_loss(predicted.log(), target)
    return -(target * predicted.log()).sum(dim=1).mean()


THEIR_LOSSES = {
    "MeanSquaredError()": theirs.mse_loss,
    "BinaryCrossEntropy()": theirs.binary_cross_entropy,
    "BinaryCrossEntropy(from_logits=True)": theirs.binary_cross_entropy_with_logits,
    "CategoricalCrossEntropy()": of_probabilities,
    "CategoricalCrossEntropy(from_logits=True)": theirs.cross_entropy,
}


@pytest.mark.parametrize("name", LOSSES)
def test_loss_equals_pytorch(name):
    ours, rng = LOSSES[name].make(), np.random.default_rng(0)
    for _ in range(3):
        predicted, target = LOSSES[name].predicted(rng), LOSSES[name].target(rng)
        their_predicted, their_target = torch.tensor(predicted, requires_grad=True), torch.tensor(target)
        their_target = their_target.double() if target.ndim > 1 else their_target
        their_value = THEIR_LOSSES[repr(ours)](their_predicted, their_target)
        their_value.backward()
        assert ours.forward(predicted, target) == pytest.approx(their_value.item(), rel=1e-10)
        np.testing.assert_allclose(ours.backward(), their_predicted.grad.numpy(), rtol=1e-10, atol=1e-14)
