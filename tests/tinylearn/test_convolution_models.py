"""Convolution, pooling and dropout inside a model: names, shapes, counts, prediction, files."""

import numpy as np
import pytest

from tinylearn import (
    Adam,
    CategoricalCrossEntropy,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    ReLU,
    Sequential,
    Softmax,
    check_gradients,
    fit,
)


def small_net(seed: int = 0, dtype=np.float64, dropout: float = 0.4) -> Sequential:
    rng = np.random.default_rng(seed)
    layers = [Conv2D(2, 3, 3, padding="same", rng=rng), ReLU(), MaxPool2D(2), Conv2D(3, 4, (1, 2), rng=rng), ReLU()]
    return Sequential([*layers, Flatten(), Dropout(dropout, rng=rng), Dense(12, 3, rng=rng)], dtype)


def images(n: int = 5) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(n, 6, 4, 2))


def net_of_chapter_7() -> Sequential:
    rng = np.random.default_rng(0)
    return Sequential(
        [
            *(Conv2D(3, 64, 3, rng=rng), ReLU(), MaxPool2D(2)),
            *(Conv2D(64, 32, 3, rng=rng), ReLU(), MaxPool2D(2), Flatten()),
            *(Dense(1152, 128, rng=rng), ReLU(), Dropout(0.2, rng=rng), Dense(128, 10, rng=rng), Softmax()),
        ],
        dtype=np.float32,
    )


def test_the_net_of_chapter_7():
    model = net_of_chapter_7()
    assert model.parameters.size == 169_130
    shapes = model.output_shapes((32, 32, 3))
    assert shapes[:7] == [(30, 30, 64), (30, 30, 64), (15, 15, 64), (13, 13, 32), (13, 13, 32), (6, 6, 32), (1152,)]
    table = {line.split("  ")[0]: line.split() for line in model.summary((32, 32, 3)).splitlines()}
    assert table["Conv2D(64, 32, 3)"][-5:] == ["(N,", "13,", "13,", "32)", "18,464"]
    assert table["MaxPool2D(2)"][-1] == "0"
    assert table["total"][-1] == "169,130"


def test_parameters_have_their_names_and_shapes():
    assert {name: view.shape for name, view in small_net().named_parameters().items()} == {
        "conv2d_1.w": (3, 3, 2, 3),
        "conv2d_1.b": (3,),
        "conv2d_2.w": (1, 2, 3, 4),
        "conv2d_2.b": (4,),
        "dense_1.w": (12, 3),
        "dense_1.b": (3,),
    }


def test_the_gradients_of_a_whole_net_are_right():
    assert check_gradients(small_net(), images(1), rng=np.random.default_rng(2)).error < 1e-6


def test_predict_leaves_a_remembered_forward_alone():
    """Masks, windows and strips included: backward gives what it would have given without the prediction."""
    model, dout = small_net(), np.random.default_rng(3).normal(size=(5, 3))
    model.set_training(True)
    model.forward(images())
    dx = model.backward(dout)
    gradients, drawn = model.gradients.copy(), model.layers[6].rng.bit_generator.state
    model.predict(images(9) * 3, batch_size=5)  # batches of 5, as remembered, and of 4
    np.testing.assert_array_equal(model.backward(dout), dx)
    np.testing.assert_array_equal(model.gradients, gradients)
    assert model.layers[6].rng.bit_generator.state == drawn  # nothing was dropped, so nothing was drawn


def test_predict_does_not_depend_on_the_batch_size():
    model = small_net()
    np.testing.assert_allclose(model.predict(images(7), batch_size=3), model.predict(images(7)), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_save_and_load(tmp_path, dtype):
    model, other = small_net(0, dtype), small_net(1, dtype)
    model.save(tmp_path / "net.npz")
    other.load(tmp_path / "net.npz")
    np.testing.assert_array_equal(other.predict(images()), model.predict(images()))
    with np.load(tmp_path / "net.npz") as file:
        np.testing.assert_array_equal(file["conv2d_2.w"], model.layers[3].params["w"])


def test_training_lowers_the_loss():
    """Which quarter of a noisy image is bright? Eight images of each of three, learned by heart."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 0.3, size=(24, 6, 4, 2)), np.arange(24) % 3
    for image, quarter in zip(x, y, strict=True):
        row, column = divmod(int(quarter), 2)
        image[row * 3 : row * 3 + 3, column * 2 : column * 2 + 2] += 1
    model, loss = small_net(dropout=0.1), CategoricalCrossEntropy(from_logits=True)
    losses = fit(model, x, y, loss=loss, optimizer=Adam(0.01), epochs=60, batch_size=8, rng=rng)
    assert losses[0] > 0.9
    assert losses[-1] < 0.2
    np.testing.assert_array_equal(model.predict(x).argmax(axis=1), y)


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        (lambda rng: [Conv2D(3, 8, 3, rng=rng), Conv2D(3, 8, 3, rng=rng)], (1, 9, 9, 3),
         r"^layers 1 and 2 do not fit: Conv2D\(3, 8, 3\) gives \(1, 7, 7, 8\), but Conv2D\(3, 8, 3\) expects images "),
        (lambda rng: [Conv2D(3, 8, 3, rng=rng), Dense(392, 2, rng=rng)], (1, 9, 9, 3),
         r"^layers 1 and 2 do not fit: .* got \(1, 7, 7, 8\); put Flatten\(\) before it$"),
        (lambda rng: [MaxPool2D(3), MaxPool2D(4)], (1, 9, 9, 3),
         r"^layers 1 and 2 do not fit: .* a window of 4 × 4 does not fit an image of 3 × 3 with padding"),
        (lambda rng: [Flatten(), MaxPool2D(2)], (1, 9, 9, 3),
         r"^layers 1 and 2 do not fit: .* MaxPool2D\(2\) expects images of shape \(N, H, W, C\), got \(1, 243\); give"),
        (lambda rng: [Conv2D(3, 8, 3, rng=rng)], (1, 9, 9, 1), r"^Conv2D\(3, 8, 3\), the first layer, does not fit "),
    ],
)  # fmt: skip
def test_names_layers_that_do_not_fit(layers, shape, message):
    with pytest.raises(ValueError, match=message):
        Sequential(layers(np.random.default_rng(0))).predict(np.ones(shape))
