# %% [markdown]
# # Chapter 6. Convolution: a small filter that looks everywhere
#
# Somebody hands you a photograph: is there a horse in it? Do you need to know beforehand where it stands? Of course
# not. You know what a leg looks like, wherever it is.
#
# The networks of chapter 5 cannot do that. Each of their weights belongs to one pixel. What was learned about legs at
# one place says nothing about legs at another. How can a machine learn *once* what a leg looks like, and look for it
# everywhere?
#
# Take only a few weights, three rows of three, say, and lay them on the picture at one place after another. They are
# called a **filter**, and laying it on every place is a **convolution**.

# %% What this chapter uses
import math
from itertools import product
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
    CorrectCounts,
)
from chapters.parts.dense_networks import EPOCHS as DENSE_EPOCHS
from chapters.parts.dense_networks import SEEN, deeper_network, red_pixels
from chapters.parts.images import DEER_OR_HORSE, HorsesAndDeer, horses_and_deer
from chapters.parts.own_filter import own_filter
from chapters.parts.scores import correct, recorded_counts, scores
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
from chapters.turns import Choose, Place

book = begin("ch06")
SMALL_IMAGE = [[1, 1, 1], [0, 0, 0], [0, 0, 0]]
DIAGONAL = [[1, 0], [0, 1]]
BATCH, CNN_EPOCHS, FILTER_EPOCHS = 32, 40, 60
POOL = 4  # rows and columns of the windows behind the eight filters
LETTERS = "ABCDEFGH"  # their names
PULLED = 6  # the filter whose update is taken apart
READ = {0: 2, 1: 4, 2: 4, 3: 0.5, 4: 0.5, 5: 0.5, 6: 2, 7: 2, 8: 3, 9: 3}  # seconds for what its film says
MOVES = (0, 1, 2, 4)  # pixels to the right

# %% [markdown]
# ## One filter, place by place
#
# Wherever the filter lies, it covers a patch of the picture. Multiply each number of the patch by the weight that lies
# on it, and add up the products. Where the patch is bright under the large weights, the sum is large: the filter fits.
# Write it down, and move on. The sums make a picture of their own, which shows where the filter found what it looks
# for: a **feature map**.
#
# In the film two filters work on small images of zeros and ones. The small blue numbers are the filter, on the right is
# the output, the feature map. The upper filter has a row of ones: it looks for a line from left to right, and the image
# has one, along its upper edge. The lower filter has its ones on a diagonal. It goes through six rows and six columns,
# and looks at no number twice.


# %% Draw the film: two filters, place by place
def padding_and_stride() -> list[ConvolutionSteps]:
    """The two convolutions of the book, nine places each."""
    return [ConvolutionSteps(SMALL_IMAGE, ROW, padding=1, name="row"),
            ConvolutionSteps(IMAGE, DIAGONAL, stride=2, name="diagonal", with_clock=False)]  # fmt: skip


boards = padding_and_stride()
left, diagonal = (board.out for board in boards)
book.ask(Place("The upper filter begins with its middle on the upper left pixel. Which number will it write there?",
               "Two of its ones lie on the line, the third hangs over the edge.",
               name="output", low=0, high=3, start=0, answer=float(left[0, 0]), digits=0,
               covers=False))  # fmt: skip
numbers = np.size(IMAGE)
book.ask(Place(f"The lower image has {numbers} numbers. How many places does the filter need there?",
               "At each it covers four numbers, and no number twice.",
               name="places", low=1, high=numbers, start=numbers, answer=diagonal.size, digits=0,
               covers=False))  # fmt: skip
book.film("ch06_padding_and_stride", Clip(Stacked(*boards), **SLOWLY),
          "Two convolutions: above with a border of zeros, below with longer steps.")  # fmt: skip
found_both = int((diagonal == np.trace(DIAGONAL)).sum())

# %% [markdown]
# The upper filter fits best in the middle of the upper row. There all its ones lie on the line, and the sum is
# {left.max():.0f}. Beside it the sum is {left[0, 0]:.0f}, because the filter hangs over the edge.
#
# What lies out there? Zeros: a border of them, the **padding**, was laid around the image. Without it, the filter would
# fit into this image at a single place. With it, there are as many places as pixels.
#
# The lower filter has no padding, but it moves two pixels at a time. This is its **stride**. So no two patches overlap,
# and {diagonal.size} places are enough. At {found_both} of them the filter found both of its ones.
#
# How large is a feature map? If the image has $n$ rows, the filter $k$, the padding $p$ on each side, and the stride is
# $s$, the map has
#
# $$\frac{n + 2 p - k}{s} + 1$$
#
# rows, rounded down. And what stands in row $r$ and column $c$ of the map? With a stride of one, and when $x$ is the
# image with its padding, it is
#
# $$y_{r c} = b + \sum_{i} \sum_{j} w_{i j} \, x_{r + i, \, c + j}$$
#
# You know this formula: it is the sum of a neuron, with its bias $b$ (zero in the film). A filter is a neuron that sees
# one patch after another. As a program:


# %%
def convolve_by_hand(image: Any, kernel: Any, stride: int, padding: int) -> np.ndarray:
    padded, (rows, columns) = np.pad(image, padding), np.shape(kernel)
    height, width = padded.shape
    out = []
    for top in range(0, height - rows + 1, stride):
        line = []
        for left in range(0, width - columns + 1, stride):
            patch = padded[top : top + rows, left : left + columns]
            line.append((patch * kernel).sum())
        out.append(line)
    return np.array(out)


# %%
convolve_by_hand(SMALL_IMAGE, ROW, stride=1, padding=1)


# %% [markdown]
# ## Your turn
#
# Now the filter is yours. Click on pixels, type weights, and point at a number of the output: you see the patch that it
# comes from, and its sum. Take the dot as the image, and any filter: what stands in the output, and which way round?
# Then lay the upright edges on the horse, with a stride of one. Which of its edges vanish? Which padding leaves the map
# as large as the horse?

# %% Let the browser convolve
pictures = horses_and_deer(book.data, book.data_dir, seed=book.seed)
book.your_turn(own_filter(
    list(zip(("row of ones", "diagonal"), boards, strict=True)), pictures.x_test[pictures.horse, :, :, 0],
    f"horses_and_deer({book.data!r}, seed={book.seed}).x_test[{pictures.horse}, :, :, 0].astype(float)",
))  # fmt: skip

# %% [markdown]
# To film a filter of your own, run
#
# ```
# python -m chapters.ch06_convolution --kernel "0 1; -1 0" --stride 2
# ```
#
# ## Keep the largest
#
# For a horse it makes no difference whether a leg stands a pixel further to the left. So we can forget exactly where a
# filter fitted. **Max pooling** does that. A window moves over the feature map, keeps the largest number that it sees,
# and drops the others. It has no weights.
#
# In the film, one window moves by one. The other moves by two, so that its windows lie side by side, as usual.


# %% Draw the film: max pooling
def pooling() -> list[MaxPoolingSteps]:
    """Two images that a convolution made: the book's with stride 1, a larger one with stride 2, four places each."""
    small, large = ConvolutionSteps(IMAGE, DIAGONAL, stride=2).out, ConvolutionSteps(IMAGE, np.eye(3)).out
    return [MaxPoolingSteps(small, 2, stride=1, name="one"),
            MaxPoolingSteps(large, 2, stride=2, name="two", with_clock=False)]  # fmt: skip


pools = pooling()
large, kept = pools[1].image, pools[1].out
book.ask(Place(f"The larger image has {large.size} numbers. How many of them will be left?",
               "One of each window, and the windows do not overlap.",
               name="numbers", low=1, high=large.size, start=large.size, answer=kept.size, digits=0))  # fmt: skip
book.film("ch06_max_pooling", Clip(SideBySide(*pools), **SLOWLY),
          "Max pooling: windows that overlap, and windows side by side.")  # fmt: skip

# %% [markdown]
# Two twos and two threes are left. Move one of the threes to another place in its window, and the result is the same.
# Pooling keeps the fact that a filter matched nearby, and drops exactly where. With {kept.size} numbers in place of
# {large.size}, the next layer has less to do. As a program, it is the loop from above, with `patch.max()` in place of
# the sum of the products.
#
# In tinylearn, a convolution has no loop at all:
#
# ::source tinylearn/layers/convolution.py Conv2D.forward
#
# `im2col` lays out the patches of all pictures as the rows of one large matrix. From there on it is a dense layer: a
# single product of matrices, in which each filter is a column of `w`. (When you write `Conv2D`, a faster variant runs,
# with the same results except for rounding.)


# %% Train the eight filters
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


def learn(model: Sequential, x: np.ndarray, y: np.ndarray, epochs: int, rng: np.random.Generator, *others: Callback,
          learning_rate: float = 0.001) -> None:  # fmt: skip
    """Train the model."""
    updates = math.ceil(len(x) / BATCH)
    fit(model, x, y[:, None], loss=BinaryCrossEntropy(), optimizer=Adam(learning_rate), epochs=epochs,
        batch_size=BATCH, rng=rng, workers=2,
        callbacks=[ProgressBar(epochs * updates, "chapter 6"), *others])  # fmt: skip


rng = np.random.default_rng(book.seed)
filters = eight_filters(rng)
recorder = Recorder(filters)
x, y = centred(pictures.x_train), pictures.y_train
learn(filters, x, y, 6 if book.quick else FILTER_EPOCHS, rng, recorder, learning_rate=0.003)
side, n_more = pictures.x_train.shape[1], len(pictures.x_more)
conv_epochs, dense_epochs = (2, 2) if book.quick else (CNN_EPOCHS, DENSE_EPOCHS)

# %% [markdown]
# ## A filter learns what to look for
#
# A filter is made of weights, and weights can be learned.
#
# Here is a small network. It has eight filters of five by five, each with weights for red, green and blue. Behind them
# come ReLU and max pooling, in windows of four by four. A single neuron reads what is left, and says "horse" or "deer".
# It has {filters.parameters.size:,} parameters, and its filters start as noise.
#
# How does a filter learn? As in chapter 4, the later layers hand back `dout`: how fast the loss would grow with each
# number of the feature map. At row $r$ and column $c$ of picture $n$, the weight $w_{i j}$ met the pixel
# $x_{n, \, r + i, \, c + j}$. So, by the chain rule,
#
# $$\frac{\partial L}{\partial w_{i j}} = \sum_{n, r, c} \text{dout}_{n r c} \, x_{n, \, r + i, \, c + j}$$
#
# In chapter 3, each row of the table pulled on the weight. Now each *place* of each picture pulls on the filter: with
# its patch, times its `dout`.
#
# The film takes the first update of filter {LETTERS[PULLED]} apart. A batch has {BATCH} pictures; you see the one that
# pulled most, and beside it its `dout`.


# %% Draw the film: which places pulled
def filter_pull(recording: Recording, pictures: np.ndarray, step: int, k: int) -> FilterPull:
    """Which places pulled on filter k in an update; what is recorded proves that they add up to its gradient."""
    name, before = "conv2d_1.w", recording.at(step - 1)
    told, gradient = recording.explain(step, f"{name}[0, 0, 0, {k}]"), recording.gradients(step)[name]
    return FilterPull(pictures[told.rows], told.inputs, told.dout[..., k], gradient[..., k], before[name][..., k],
                      recording.at(step)[name][..., k], step=step, letter="ABCDEFGH"[k],
                      recording=recording)  # fmt: skip


pulls = filter_pull(recorder.recording, pictures.x_train, step=1, k=PULLED)
pulling, windows = pulls.others[0] + len(pulls.shown), (side // POOL) ** 2
book.ask(Place(f"The filter lies on {side * side:,} places of a picture. At how many of them is `dout` not zero?",
               "Max pooling lets one number of each window through, or none.",
               name="places", low=0, high=side * side, start=side * side, answer=pulling, digits=0))  # fmt: skip
book.film("ch06_filter_pull", Clip(pulls, fps=1, hold_last=4, holds=READ),
          "One update of one filter: which places pulled on it, and where to.")  # fmt: skip
by_place = [float(column[pulls.largest]) for column in pulls.columns]  # for the framed weight

# %% [markdown]
# At {pulling}. Max pooling is the reason: of each window only the largest number went on to the neuron, so only that
# one mattered to the loss. There are {windows} windows, and where ReLU was off, not even the largest got through.
#
# Now look at the columns a to d. Each is the patch of one place, in red, green and blue, multiplied by a single number.
# You can recognise the patch; where `dout` is negative, its colours are reversed. (The network sees pixels between
# minus a half and a half, so that dark ones count as much as bright ones.)
#
# Follow the framed weight. To the pulls of the four places, the rest of this picture adds {by_place[4]:+.5f}, and the
# other pictures of the batch add {by_place[5]:+.5f}. The sum is the gradient, {by_place[6]:+.5f}, and the step goes
# against it. Why are all colours of the step equally strong? In its first update Adam moves all weights about equally
# far, as in chapter 5.
#
# In the source, the formula is the line that sets `self.grads["w"]`:
#
# ::source tinylearn/layers/convolution.py Conv2D.backward
#
# (The last three lines are for an earlier layer: `col2im` adds up what a pixel gets from all its patches.)
#
# Look at [a filter backward](#turn-filter:view="backward"): `dout` is one at the place that you choose. Whose gradient
# changes when you change the image, and whose when you change the filter?
#
# ## What became of them
#
# Next you see all eight filters while they learn, and their maps of a horse from the test set. Weights above zero are
# blue, weights below zero red. A map is white where the filter fits best. The bar below it is what the map adds to the
# sum of the last neuron: to the right for a horse, to the left for a deer. Which parts of the horse do you expect to
# light up?


# %% Draw the film: what eight filters see in a horse
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


maps = feature_maps(filters, recorder.recording, shown_horse(filters, pictures, book.data))
book.film("ch06_feature_maps", Clip(maps, **book.pace(5), hold_first=4, hold_last=4),
          "Eight filters while they learn, and what they see in a picture of the test set.")  # fmt: skip
says = maps.contributions[-1]
loudest = int(np.abs(says).argmax())
at_first, in_the_end = float(maps.maps[0].max()), float(maps.maps[-1].max())

# %% [markdown]
# At first the brightest spot of any map has the value {at_first:.2f}, in the end {in_the_end:.2f}. Filter
# {LETTERS[loudest]} has the loudest voice: its map adds {says[loudest]:+.2f} to the sum. The sigmoid of the sum is the
# network's answer, a probability of {maps.predicted[-1]:.3f} for a horse.
#
# Look at the three tiles of a filter. If they look alike, the filter answers to bright and dark, whatever the colour;
# if it is blue on one side and red on the other, to an edge. If the tiles differ, it answers to a colour. Now
# the maps: does one light up along the legs, another along the back, or on the ground?
#
# Do not look for a story behind each. The network knows nothing of legs. It knows what made the loss smaller on
# {len(x)} pictures.
#
# ## Is it worth it?
#
# Compare two networks, on the red pixels of the same {len(x)} pictures. The first is built like the dense one of
# chapter 5. The second has two convolutions, each with ReLU and max pooling behind it, and then a hidden layer.


# %% Train both networks, and count the right answers
def red_channel(pictures: np.ndarray) -> np.ndarray:
    """Return the red pixels (N, 32, 32, 1), still beside their neighbours."""
    return pictures[..., :1]


def convolutional_network(rng: np.random.Generator) -> Sequential:
    """Return the network of the book, for pictures of one channel; the numbers behind the layers are output shapes."""
    first = [Conv2D(1, 64, 3, rng=rng), ReLU(), MaxPool2D(2)]  # 15 × 15 × 64
    second = [Conv2D(64, 32, 3, rng=rng), ReLU(), MaxPool2D(2)]  # 6 × 6 × 32
    dense = [Flatten(), Dense(1152, 128, rng=rng), ReLU(), Dropout(0.2, rng=rng)]  # 128
    return Sequential([*first, *second, *dense, Dense(128, 1, rng=rng), Sigmoid()], dtype=np.float32)


def compare(
    data: HorsesAndDeer, rng: np.random.Generator, quick: bool
) -> tuple[list[Sequential], dict[str, Any], AccuracyGap]:
    """Train the dense network and the convolutional one on the same red pixels.

    Return both, how good they are in the end, and a film of how they became so. It counts, beside the training set, the
    further pictures: 41 would be too few to tell the two apart.
    """
    found: dict[str, Any] = {}
    runs, each, last = [], math.ceil(len(data.x_train) / BATCH), 2 if quick else CNN_EPOCHS
    shown = [epoch for epoch in range(last + 1) if epoch < 10 or epoch % 5 == 0]
    models = (("dense", deeper_network(rng), red_pixels, DENSE_EPOCHS),
              ("convolutional", convolutional_network(rng), red_channel, CNN_EPOCHS))  # fmt: skip
    for name, model, view, epochs in models:
        recorder = Recorder(model, every=lambda step: step % each == 0 and step // each in shown)
        learn(model, view(data.x_train), data.y_train, 2 if quick else epochs, rng, recorder)
        trained = model.parameters.copy()
        found |= {f"{name}, parameters": model.parameters.size} | scores(name, model, data, view)
        sets = (view(data.x_train), data.y_train), (view(data.x_more), data.y_more)
        seen, new = recorded_counts(recorder.recording, model, [each * epoch for epoch in shown], *sets)
        model.parameters[...] = trained
        runs.append(LearningRun(f"{name} network", CorrectCounts(SEEN, seen, len(data.y_train)),
                                CorrectCounts("further pictures", new, len(data.y_more))))  # fmt: skip
    return [model for _, model, *_ in models], found, AccuracyGap(shown, runs)


(dense, convolutional), compared, gap = compare(pictures, rng, book.quick)
conv_right, dense_right = (compared[f"{name}, {n_more} unseen, correct"] for name in ("convolutional", "dense"))
conv_low, conv_high = compared[f"convolutional, {n_more} unseen, 95 % interval"]
dense_low, dense_high = compared[f"dense, {n_more} unseen, 95 % interval"]
if conv_low <= dense_high and dense_low <= conv_high:
    verdict = "The intervals overlap, so these pictures leave open which network is better."
else:
    verdict = "The intervals do not overlap: that is more than luck."
behind = convolutional.named_parameters()["dense_1.w"].size
places = (side - 2) ** 2  # of a filter of 3 × 3 without padding

# %% [markdown]
# The solid line counts right answers on the training set, the dashed one those on {n_more} further pictures.

# %% Draw the film: both networks on both sets
gap_of_dense, gap_of_conv = (run.gaps[-1] for run in gap.runs)
book.ask(Choose("Which network will have the larger gap between its two lines?",
                f"In the end it is {gap_of_dense:.1%} for the dense one, {gap_of_conv:.1%} for the other.",
                options=("the dense one", "the convolutional one"),
                right=f"the {'dense' if gap_of_dense > gap_of_conv else 'convolutional'} one"))  # fmt: skip
book.film("ch06_dense_and_convolution", Clip(gap, fps=3, hold_first=2, hold_last=4, motion=3, colors=64),
          "Right answers of the dense network and of the convolutional one, epoch by epoch.")  # fmt: skip

# %% [markdown]
# After {conv_epochs} epochs the gap of the dense network is {gap_of_dense:.1%}, that of the convolutional one
# {gap_of_conv:.1%}. (The dense one learns until epoch {dense_epochs}, to give it every chance.)
#
# In the end the dense network gets {dense_right} further pictures right, with a confidence interval from
# {dense_low:.0%} to {dense_high:.0%}. The convolutional one gets {conv_right}, from {conv_low:.0%} to {conv_high:.0%}.
# {verdict}
#
# Which is the larger one? The convolutional network has {convolutional.parameters.size:,} parameters, the dense one
# {dense.parameters.size:,}. But {behind:,} of the former are weights of the hidden layer *behind* the convolutions. A
# filter itself has few, and they are shared: in the first layer, each filter is laid on {places} places of every
# picture, and what it learns at one of them, it knows at all of them.
#
# ## Where it is wrong to trust it
#
# *A step to the side, again.* Move the pictures of the training set to the right; what leaves on the right comes back
# on the left. How many does each network still get right?


# %%
def still(model: Sequential, view: Any, pixels: int) -> int:
    moved = np.roll(pictures.x_train, pixels, axis=2)  # picture, row, column, colour
    return correct(model.predict(view(moved)), pictures.y_train)


of_dense = {pixels: still(dense, red_pixels, pixels) for pixels in MOVES}
of_conv = {pixels: still(convolutional, red_channel, pixels) for pixels in MOVES}
f"dense          {of_dense}\nconvolutional  {of_conv}"

# %% [markdown]
# The number before each colon says how many pixels the pictures were moved. Unmoved, the convolutional network gets
# {of_conv[0]} right, after one pixel {of_conv[1]}, after four {of_conv[4]}; one
# answer for all gets {np.bincount(y.astype(int)).max()}. A feature map moves along with the picture, and
# pooling forgives a pixel or so. But behind the maps stands a dense layer, and each of its weights still belongs to one
# place. Convolution lets a network learn *what* a leg looks like from all places at once. It does not make the answer
# independent of *where* the leg stands. Chapter 7 has a cure: move the pictures while the network learns.
#
# *Only moved, not turned.* Stand the line from the first film upright, and go over it with the same filter:

# %%
convolve_by_hand(np.transpose(SMALL_IMAGE), ROW, stride=1, padding=1)

# %% [markdown]
# It fits fully nowhere: no three. A leg that is bent, or twice as long, needs other filters, too.
#
# *Only for neighbours.* A filter is small because in pictures, what is near belongs together. If the columns of your
# table are age, income and height, their order means nothing, and neither does a filter that slides over them. In the
# last exercise of chapter 5, the pixels were mixed up, and the neuron did just as well.
#
# ## Exercises
#
# Unfold an answer when you have your own.
#
# ### Exercise 1. How many places?
#
# A picture has {side} rows and {side} columns. Lay a filter of five by five on it, with a padding and a stride of two.
# How large is the feature map? And with a stride of one, which padding makes it as large as the picture?


# %% Answer 1
def side_of_map(n: int, k: int, s: int, p: int) -> int:
    """Return the rows of the feature map: n of the picture, k of the filter, stride s, padding p."""
    return (n + 2 * p - k) // s + 1


for k, s, p in product((1, 2, 3, 5), (1, 2, 3), (0, 1, 2)):
    found = Conv2D(1, 1, k, stride=s, padding=p, rng=rng).forward(np.zeros((1, side, side, 1)))
    assert found.shape[1:3] == (side_of_map(side, k, s, p),) * 2
assert side_of_map(side, 5, 1, 2) == side  # half of what the filter is larger than a pixel
f"{side_of_map(side, 5, 2, 2)} rows and as many columns; with a stride of 1, a padding of 2 keeps all {side}"

# %% [markdown]
# ### Exercise 2. A filter as large as the picture
#
# Give a convolution a single filter, as large as the picture, and no padding. At how many places does it fit? How many
# parameters does it have? You have met this model before: where?

# %% Answer 2
whole, neuron = Conv2D(1, 1, side, rng=rng), Dense(side * side, 1, rng=rng)
neuron.params["w"][...] = whole.params["w"].reshape(-1, 1)  # the same weights, row after row
seen = whole.forward(red_channel(pictures.x_test))  # (N, 1, 1, 1)
assert seen.shape[1:] == (1, 1, 1)
assert np.allclose(seen[:, 0, 0], neuron.forward(red_pixels(pictures.x_test)), atol=1e-4)
f"one place, {side * side + 1:,} parameters: it is the neuron of chapter 5"

# %% [markdown]
# ### Exercise 3. Move the horse
#
# Move the horse of the film four pixels to the right. What happens to its feature maps, and to what max pooling leaves
# of them? Does the network's answer stay the same?

# %% Answer 3
convolution, relu, pool = filters.layers[:3]
horses = centred(np.stack([maps.picture, np.roll(maps.picture, 4, axis=1)]))
of_horse, of_moved = fitted = relu.forward(convolution.forward(horses))  # (2, 32, 32, 8)
assert np.allclose(of_moved[:, 6:-2], of_horse[:, 2:-6], atol=1e-4)  # away from the edges: the same, four pixels on
small_maps = pool.forward(fitted)  # (2, 8, 8, 8)
assert np.allclose(small_maps[1][:, 2:7], small_maps[0][:, 1:6], atol=1e-4)  # one window on
stayed, went = filters.predict(horses)[:, 0]
f"they move along; the probability of a horse was {stayed:.3f}, and is now {went:.3f}"

# %% Keep the numbers of this run
book.numbers({
    "3 × 3 filter, stride 1, padding 1": left.tolist(),
    "2 × 2 filter, stride 2": diagonal.tolist(),
    "the same by hand": [convolve_by_hand(SMALL_IMAGE, ROW, 1, 1).tolist(),
                         convolve_by_hand(IMAGE, DIAGONAL, 2, 0).tolist()],
    "2 × 2 max pooling of that": pools[0].out.tolist(),
    **scores("eight filters", filters, pictures, centred),
    **compared,
})  # fmt: skip
