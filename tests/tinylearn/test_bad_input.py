"""The table of bad inputs: each row is one mistake and the words that the library answers with.

An answer says who was asked, what was expected and what came, so that the reader need not open the library.
"""

import numpy as np
import pytest

from tinylearn import (
    SGD,
    Adam,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Dense,
    MeanSquaredError,
    Recorder,
    Recording,
    ReLU,
    RMSprop,
    Sequential,
    fit,
)


def dense(n_in=3, n_out=2):
    return Dense(n_in, n_out, rng=np.random.default_rng(0))


def model(n_in=3, n_out=1):
    return Sequential([dense(n_in, n_out)])


def train(x, y, loss=None):
    fit(model(), x, y, loss=loss or MeanSquaredError(), optimizer=SGD(0.1), epochs=1)


def load_file_of_another_model(folder):
    model(n_in=4).save(folder / "model.npz")
    model(n_in=3).load(folder / "model.npz")


def restore_recording_of_another_model(folder):
    Recorder(model(n_in=4), folder / "run").close()
    Recording.load(folder / "run").restore(model(n_in=3), 0)


half = np.array([[0.5], [0.5]])
nan = float("nan")

MISTAKES = {
    "wrong feature count into Dense": (
        lambda folder: dense(3, 2).forward(np.ones((4, 5))),
        ValueError,
        r"^Dense\(3, 2\) expects x of shape \(N, …, 3\), got \(4, 5\)$",
    ),
    "one example without its batch axis into Dense": (
        lambda folder: dense(3, 2).forward(np.ones(3)),
        ValueError,
        r"^Dense\(3, 2\) expects x of shape \(N, …, 3\), got \(3,\)",
    ),
    "an image into Dense": (
        lambda folder: dense(3072, 10).forward(np.ones((4, 32, 32, 3))),
        ValueError,
        r"^Dense\(3072, 10\) expects x of shape \(N, …, 3072\), got \(4, 32, 32, 3\); put Flatten\(\) before it$",
    ),
    "backward before forward, in a layer": (
        lambda folder: dense().backward(np.ones((4, 2))),
        ValueError,
        r"^Dense\(3, 2\): backward was called before forward; call forward\(x\) first",
    ),
    "backward before forward, in a model": (
        lambda folder: Sequential([dense(), ReLU()]).backward(np.ones((4, 2))),
        ValueError,
        r"^Sequential\(\[Dense\(3, 2\), ReLU\(\)\]\): backward was called before forward; call forward\(x\) first",
    ),
    "backward before forward, in a loss": (
        lambda folder: MeanSquaredError().backward(),
        ValueError,
        r"^MeanSquaredError\(\): backward was called before forward; call forward\(predicted, target\) first$",
    ),
    "a target of another shape than the prediction": (
        lambda folder: MeanSquaredError().forward(half, np.ones((2, 3))),
        ValueError,
        r"^MeanSquaredError\(\): target must have the shape of predicted, \(2, 1\), got \(2, 3\)$",
    ),
    "a flat target for a column of predictions, in fit": (
        lambda folder: train(np.ones((4, 3)), np.ones(4)),
        ValueError,
        r"^MeanSquaredError\(\): target must have the shape .*\(4, 1\), got \(4,\); reshape it with target\[:, None\]$",
    ),
    "labels outside the classes": (
        lambda folder: CategoricalCrossEntropy().forward(np.full((2, 3), 1 / 3), np.array([0, 3])),
        ValueError,
        r"^CategoricalCrossEntropy\(\): class numbers must lie in 0 … 2, got 3; count the classes from 0$",
    ),
    "labels counted from 1": (
        lambda folder: CategoricalCrossEntropy(from_logits=True).forward(np.ones((2, 3)), np.array([1, 3])),
        ValueError,
        r"^CategoricalCrossEntropy\(from_logits=True\): class .* 0 … 2, got 3; count the classes from 0$",
    ),
    "one output for several classes, in fit": (
        lambda folder: train(np.ones((4, 3)), np.array([0, 1, 1, 0]), CategoricalCrossEntropy(from_logits=True)),
        ValueError,
        r"^CategoricalCrossEntropy\(from_logits=True\): .* at least 2 classes, got .*\(4, 1\); .*BinaryCrossEntropy$",
    ),
    "labels in a column": (
        lambda folder: CategoricalCrossEntropy().forward(np.full((2, 3), 1 / 3), np.array([[0], [2]])),
        ValueError,
        r"^CategoricalCrossEntropy\(\): target must be .* got \(2, 1\); write target\[:, 0\]$",
    ),
    "labels for another loss": (
        lambda folder: MeanSquaredError().forward(np.ones((2, 3)), np.array([0, 2])),
        ValueError,
        r"^MeanSquaredError\(\): target must .* got \(2,\); for class numbers take CategoricalCrossEntropy$",
    ),
    "labels as words": (
        lambda folder: train(np.ones((2, 3)), np.array(["cat", "dog"])),
        TypeError,
        "^fit: y must hold real numbers, got an array of texts, such as 'cat'; give each text a number first, such as",
    ),
    "numbers as texts": (
        lambda folder: train([["1", "2", "3"]], [[1]]),
        TypeError,
        r"^fit: x must hold real numbers, got \[\['1', '2', '3'\]\]; write np\.array\(x, float\)$",
    ),
    "rows of different lengths": (
        lambda folder: train([[1, 2, 3], [1, 2]], [[1], [1]]),
        TypeError,
        r"^fit: x must hold real numbers, got \[\[1, 2, 3\], \[1, 2\]\]; give all rows the same length$",
    ),
    "labels of yes and no that are neither": (
        lambda folder: BinaryCrossEntropy().forward(half, np.array([[1], [2]])),
        ValueError,
        r"^BinaryCrossEntropy\(\): target must be probabilities in \[0, 1\], got 2.0; 1 is yes, 0 no$",
    ),
    "learning rate 0": (lambda folder: SGD(0), ValueError, r"^SGD: learning_rate must be above 0, got 0.0$"),
    "learning rate below 0": (lambda folder: Adam(-1), ValueError, r"^Adam: learning_rate must be above 0, got -1.0$"),
    "learning rate NaN": (
        lambda folder: RMSprop(nan),
        ValueError,
        r"^RMSprop: learning_rate must be above 0, got nan$",
    ),
    "NaN in the inputs": (
        lambda folder: train(np.array([[1, 2, 3], [4, nan, 6]]), np.ones((2, 1))),
        ValueError,
        r"^fit: x must be finite numbers, got nan at x\[1, 1\]; clean the data before training$",
    ),
    "NaN in the targets": (
        lambda folder: train(np.ones((2, 3)), np.array([[1], [nan]])),
        ValueError,
        r"^fit: y must be finite numbers, got nan at y\[1, 0\]; clean the data before training$",
    ),
    "an unknown parameter name in select": (
        lambda folder: Recorder(model(), select=["dense_1.w", "dense_2.w"]),
        ValueError,
        r"^Recorder: select must name parameters of the model, dense_1\.w, dense_1\.b; got 'dense_2\.w'$",
    ),
    "loading a file of another model": (
        load_file_of_another_model,
        ValueError,
        r"model\.npz does not fit this model: dense_1\.w is float64 \(3, 1\) in the model, float64 \(4, 1\) there$",
    ),
    "restoring a recording of another model": (
        restore_recording_of_another_model,
        ValueError,
        r"run does not fit this model: dense_1\.w is float64 \(3, 1\) in the model, float64 \(4, 1\) there$",
    ),
    "a folder that is no recording": (
        lambda folder: Recording.load(folder),
        FileNotFoundError,
        r"is no recording: it has no meta\.json$",
    ),
    "a folder that is not there": (
        lambda folder: Recording.load(folder / "nowhere"),
        FileNotFoundError,
        r"nowhere is no recording: expected a folder that a Recorder wrote$",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_in_plain_words(mistake, tmp_path):
    make_it, error, message = MISTAKES[mistake]
    with pytest.raises(error, match=message):
        make_it(tmp_path)
