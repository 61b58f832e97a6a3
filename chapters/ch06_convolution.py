# %% [markdown]
# # Chapter 6. Convolution: a small filter that looks everywhere
#
# A neuron of chapter 5 has a weight for every pixel. Move the horse a little, and it meets other weights: what was
# learned about legs at one place says nothing about legs at another. A filter is smaller, 3 × 3 weights, say, and is
# laid on the picture at one place after the other. At each, every weight is multiplied with the number under it, and
# the sum is written down. The same weights look everywhere; where the picture looks like the filter, the sum is large.
# So what is written down is a picture again, of where the filter found what it looks for: a feature map.
#
# Two things can be chosen. The stride is how far the filter moves from one place to the next; with 2, half as many
# places fit in each direction. And since a 3 × 3 filter cannot stand with its middle on the rim, a border of zeros,
# the padding, may be laid around the picture: with 1, a 3 × 3 filter has as many places as there are pixels.
#
# Max pooling keeps the largest number under each window and forgets the others, and with them where exactly it was. A
# leg that stands a pixel further to the left then often makes no difference any more. With a stride of 2 the windows
# lie beside each other, and a quarter of the numbers is left.
#
# Nobody says what the filters should look for. They start as noise and are adjusted against the gradient, like all
# weights. A small network with eight of them, 5 × 5 in three colours, learns to tell horses from deer. The third film
# takes its first update apart. Every place of every picture pulls on the filter: the patch that lay under it, times
# dout, which backpropagation hands back for this place. The sum of all pulls is the gradient, and the step goes
# against it.
#
# The fourth film shows all eight filters while they learn, in a picture that they do not learn from. Each map
# contributes to the sum of the last neuron, for a horse or for a deer, and so you see what a filter is good for. After
# 60 epochs some answer along legs, some along a back, some to a colour; a few are hard to understand.
#
# Is it worth it? Here are the 160 pictures of chapter 5, their red pixels, and two networks: the dense one of that
# chapter and one with two convolutions. Both know the 160 by heart in the end. Of the 41 that neither has seen the
# second gets more right, but 41 are few. Of 400 more sketches it gets about six in seven right, the dense one five in
# eight; the last film shows both while they learn. The second is not the smaller one: most of its parameters stand in
# a dense layer behind the convolutions.
#
# ```
# python -m chapters.ch06_convolution
# python -m chapters.ch06_convolution --data cifar10 --data-dir PATH
# python -m chapters.ch06_convolution --kernel "0 1; -1 0" --stride 2 --padding same --image "1 2 3; 4 5 6; 7 8 9"
# ```
#
# The last animates a convolution of your own. What is left out: the book's image and filter, stride 1, padding 0.

# %% What this chapter uses
import math
from typing import Any

import numpy as np

from animations import (
    AccuracyGap,
    Clip,
    ConvolutionSteps,
    FeatureMaps,
    FilterPull,
    LearningRun,
    MaxPoolingSteps,
    SideBySide,
    Stacked,
    Tally,
)
from chapters.parts.dense_networks import EPOCHS as DENSE_EPOCHS
from chapters.parts.dense_networks import SEEN, deeper_network, red_pixels
from chapters.parts.images import DEER_OR_HORSE, HorsesAndDeer, horses_and_deer
from chapters.parts.scores import recorded_counts, scores
from chapters.parts.your_convolution import IMAGE, ROW, SLOWLY
from tinylearn import (
    Adam,
    BinaryCrossEntropy,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    ProgressBar,
    Recorder,
    Recording,
    ReLU,
    Sequential,
    Sigmoid,
    fit,
)
from tinylearn.callbacks import Callback
from tinylearn.initializers import he_normal
from chapters.tools.run import begin

book = begin("ch06")

# %% What it works with
SMALL_IMAGE = [[1, 1, 1], [0, 0, 0], [0, 0, 0]]
DIAGONAL = [[1, 0], [0, 1]]
BATCH, CNN_EPOCHS, FILTER_EPOCHS = 32, 40, 60
PULLED = 6  # the filter whose update is taken apart
READ = {0: 2, 1: 4, 2: 4, 3: 0.5, 4: 0.5, 5: 0.5, 6: 2, 7: 2, 8: 3, 9: 3}  # seconds for what its film says


def convolve_by_hand(image: Any, kernel: Any, stride: int, padding: int) -> list[list[Any]]:
    """Convolution, with nothing hidden.

    >>> convolve_by_hand(SMALL_IMAGE, ROW, stride=1, padding=1)
    [[2, 3, 2], [0, 0, 0], [0, 0, 0]]
    """
    height, width, rows, columns = len(image), len(image[0]), len(kernel), len(kernel[0])
    out = []
    for top in range(-padding, height + padding - rows + 1, stride):
        line = []
        for left in range(-padding, width + padding - columns + 1, stride):
            total = 0
            for i in range(rows):
                for j in range(columns):
                    if 0 <= top + i < height and 0 <= left + j < width:  # the padding is 0 and adds nothing
                        total += image[top + i][left + j] * kernel[i][j]
            line.append(total)
        out.append(line)
    return out


# %% Networks
def convolutional_network(rng: np.random.Generator) -> Sequential:
    """Return the network of the book, for pictures of one channel; the numbers behind the layers are output shapes."""
    first = [Conv2D(1, 64, 3, rng=rng), ReLU(), MaxPool2D(2)]  # 15 × 15 × 64
    second = [Conv2D(64, 32, 3, rng=rng), ReLU(), MaxPool2D(2)]  # 6 × 6 × 32
    dense = [Flatten(), Dense(1152, 128, rng=rng), ReLU(), Dropout(0.2, rng=rng)]  # 128
    return Sequential([*first, *second, *dense, Dense(128, 1, rng=rng), Sigmoid()], dtype=np.float32)


def eight_filters(rng: np.random.Generator) -> Sequential:
    """Return a network whose only convolution has eight filters in colour, as many places as pixels."""
    filters = Conv2D(3, 8, 5, padding="same", rng=rng, weights=small)
    return Sequential([filters, ReLU(), MaxPool2D(4), Flatten(), Dense(512, 1, rng=rng), Sigmoid()], dtype=np.float32)


def small(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A third of He's weights: of what one sees in the end, more was learned than was there from the start."""
    return he_normal(shape, rng) / 3


def centred(pictures: np.ndarray) -> np.ndarray:
    """Return pixels from −0.5 to 0.5: bright and dark count alike, and no filter is off for every picture."""
    return pictures - np.float32(0.5)


def red_channel(pictures: np.ndarray) -> np.ndarray:
    """Return the red pixels (N, 32, 32, 1), still beside their neighbours."""
    return pictures[..., :1]


def learn(model: Sequential, x: np.ndarray, y: np.ndarray, epochs: int, rng: np.random.Generator, *others: Callback,
          learning_rate: float = 0.001) -> None:  # fmt: skip
    """Train the model."""
    updates = math.ceil(len(x) / BATCH)
    fit(model, x, y[:, None], loss=BinaryCrossEntropy(), optimizer=Adam(learning_rate), epochs=epochs,
        batch_size=BATCH, rng=rng, workers=2,
        callbacks=[ProgressBar(epochs * updates, "chapter 6"), *others])  # fmt: skip


def compare(data: HorsesAndDeer, rng: np.random.Generator, quick: bool) -> tuple[dict[str, Any], AccuracyGap]:
    """Train the dense network and the convolutional one on the same red pixels; return how good they are, and become.

    The film counts, beside the training set, the further pictures: 41 would be too few to tell the two apart.
    """
    headline: dict[str, Any] = {}
    runs, each, last = [], math.ceil(len(data.x_train) / BATCH), 2 if quick else CNN_EPOCHS
    shown = [epoch for epoch in range(last + 1) if epoch < 10 or epoch % 5 == 0]
    models = (("dense", deeper_network(rng), red_pixels, DENSE_EPOCHS),
              ("convolutional", convolutional_network(rng), red_channel, CNN_EPOCHS))  # fmt: skip
    for name, model, view, epochs in models:
        recorder = Recorder(model, every=lambda step: step % each == 0 and step // each in shown)
        learn(model, view(data.x_train), data.y_train, 2 if quick else epochs, rng, recorder)
        headline |= {f"{name}, parameters": model.parameters.size} | scores(name, model, data, view)
        sets = (view(data.x_train), data.y_train), (view(data.x_more), data.y_more)
        counts = recorded_counts(recorder.recording, model, [each * epoch for epoch in shown], *sets)
        seen, new = counts
        runs.append(LearningRun(f"{name} network", Tally(SEEN, seen, len(data.y_train)),
                                Tally("further pictures", new, len(data.y_more))))  # fmt: skip
    return headline, AccuracyGap(shown, runs)


# %% The pictures
def padding_and_stride() -> list[ConvolutionSteps]:
    """The two convolutions of the book, nine places each."""
    return [ConvolutionSteps(SMALL_IMAGE, ROW, padding=1, name="row"),
            ConvolutionSteps(IMAGE, DIAGONAL, stride=2, name="diagonal", with_clock=False)]  # fmt: skip


def pooling() -> list[MaxPoolingSteps]:
    """Two images that a convolution made: the book's with stride 1, a larger one with stride 2, four places each."""
    small, large = ConvolutionSteps(IMAGE, DIAGONAL, stride=2).out, ConvolutionSteps(IMAGE, np.eye(3)).out
    return [MaxPoolingSteps(small, 2, stride=1, name="one"),
            MaxPoolingSteps(large, 2, stride=2, name="two", with_clock=False)]  # fmt: skip


def shown_horse(model: Sequential, data: HorsesAndDeer, source: str) -> np.ndarray:
    """Return a horse of the test set: of the photographs the book's, of the sketches the first that is recognised."""
    says_horse = model.predict(centred(data.x_test))[:, 0] > 0.5
    return data.x_test[data.horse if source == "cifar10" else np.where(data.y_test == 1, says_horse, -1).argmax()]


def feature_maps(model: Sequential, recording: Recording, horse: np.ndarray) -> FeatureMaps:
    """What the filters see in a horse, and what that contributes: first after each update, then after each epoch."""
    convolution, relu, pooling, _, neuron, _ = model.layers
    each = int(recording.steps[recording.epochs == 1][-1])  # updates of an epoch
    steps = [*range(each), *range(each, int(recording.steps[-1]) + 1, each)]
    maps, contributions = [], []
    for step in steps:
        recording.restore(model, step)
        maps.append(relu.forward(convolution.forward(centred(horse[None])))[0])  # (32, 32, 8)
        pooled = pooling.forward(maps[-1][None])[0]  # (8, 8, 8)
        contributions.append((pooled * neuron.params["w"].reshape(pooled.shape)).sum(axis=(0, 1)))  # (8,)
    at = [recording.index(step) for step in steps]
    weights = recording["dense_1.w"][at].reshape(len(at), *pooled.shape)
    return FeatureMaps(horse, recording["conv2d_1.w"][at], np.array(maps), np.array(contributions),
                       recording["dense_1.b"][at, 0], steps, DEER_OR_HORSE, target=1, x=centred(horse),
                       filter_biases=recording["conv2d_1.b"][at], weights=weights,
                       recording=recording)  # fmt: skip


def filter_pull(recording: Recording, pictures: np.ndarray, step: int, k: int) -> FilterPull:
    """Which places pulled on filter k in an update; what is recorded proves that they add up to its gradient."""
    name, before = "conv2d_1.w", recording.at(step - 1)
    told, gradient = recording.explain(step, f"{name}[0, 0, 0, {k}]"), recording.gradients(step)[name]
    return FilterPull(pictures[told.rows], told.inputs, told.dout[..., k], gradient[..., k], before[name][..., k],
                      recording.at(step)[name][..., k], step=step, letter="ABCDEFGH"[k],
                      recording=recording)  # fmt: skip


# %% All that is learned
pictures = horses_and_deer(book.data, book.data_dir, seed=book.seed)
rng = np.random.default_rng(book.seed)
filters = eight_filters(rng)
recorder = Recorder(filters)
x, y = centred(pictures.x_train), pictures.y_train
learn(filters, x, y, 6 if book.quick else FILTER_EPOCHS, rng, recorder, learning_rate=0.003)

# %% The films
boards, pools = padding_and_stride(), pooling()
left, diagonal = (board.out for board in boards)
book.film("ch06_padding_and_stride", Clip(Stacked(*boards), **SLOWLY))
book.film("ch06_max_pooling", Clip(SideBySide(*pools), **SLOWLY))
pulls = filter_pull(recorder.recording, pictures.x_train, step=1, k=PULLED)
book.film("ch06_filter_pull", Clip(pulls, fps=1, hold_last=4, holds=READ))
maps = feature_maps(filters, recorder.recording, shown_horse(filters, pictures, book.data))
book.film("ch06_feature_maps", Clip(maps, fps=5, hold_first=4, hold_last=4))
compared, gap = compare(pictures, rng, book.quick)
book.film("ch06_dense_and_convolution", Clip(gap, fps=3, hold_first=2, hold_last=4, motion=3, colors=64))

# %% The numbers
book.numbers({
    "3 × 3 filter, stride 1, padding 1": left.tolist(),
    "2 × 2 filter, stride 2": diagonal.tolist(),
    "the same by hand": [convolve_by_hand(SMALL_IMAGE, ROW, 1, 1), convolve_by_hand(IMAGE, DIAGONAL, 2, 0)],
    "2 × 2 max pooling of that": pools[0].out.tolist(),
    **scores("eight filters", filters, pictures, centred),
    **compared,
})  # fmt: skip
