"""Boards of convolution and pooling, and what the filters of a small network see, and how one of them learns."""

import functools

import numpy as np

import tinylearn as tl
from animations import ConvolutionSteps, FeatureMaps, FilterPull, MaxPoolingSteps, SideBySide
from tests.animations.board_helpers import FACTS
from tests.animations.samples.sample import Sample, unpictured

# --- boards ----------------------------------------------------------------------------------------------------------

IMAGE = [[1, -2, 0.5, 3], [0, 1 / 3, 2, -1], [4, 0, 0, 12.75]]
KERNEL = [[1, -1], [0.25, 2]]


def steps(name, prefix="", **settings):
    image, kernel, stride, padding, _ = FACTS[name]
    return ConvolutionSteps(image, kernel, stride=stride, padding=padding, name=prefix, **settings)


def largest():
    rng = np.random.default_rng(0)
    image, kernel = (rng.normal(0, 300, (side, side)).clip(-999, 999) for side in (8, 5))
    return ConvolutionSteps(image, kernel, padding="same")


# --- a network that learned ------------------------------------------------------------------------------------------

SIZE, HALF = 16, np.float32(0.5)


@functools.cache
def trained():
    """A small network of filters, max pooling and one neuron, that learned from noise: (model, recording, pictures)."""
    rng = np.random.default_rng(0)
    layers = [tl.Conv2D(3, 3, 3, padding="same", rng=rng), tl.ReLU(), tl.MaxPool2D(4), tl.Flatten()]
    model = tl.Sequential([*layers, tl.Dense(48, 1, rng=rng), tl.Sigmoid()], dtype=np.float32)
    recorder, pictures = tl.Recorder(model), rng.random((6, SIZE, SIZE, 3), dtype=np.float32)
    tl.fit(model, pictures - HALF, rng.integers(0, 2, (6, 1)), loss=tl.BinaryCrossEntropy(), optimizer=tl.Adam(0.03),
           epochs=3, batch_size=3, rng=rng, callbacks=[recorder])  # fmt: skip
    return model, recorder.recording, pictures


@functools.cache
def seen():
    """Return what the filters see in the first picture after every update, what each adds, and the weights."""
    model, recording, pictures = trained()
    convolution, relu, pooling, _, neuron, _ = model.layers
    maps, contributions, weights = [], [], []
    for step in recording.steps.tolist():
        recording.restore(model, step)
        maps.append(relu.forward(convolution.forward(pictures[:1] - HALF))[0])
        pooled = pooling.forward(maps[-1][None])[0]
        weights.append(neuron.params["w"].reshape(pooled.shape).copy())
        contributions.append((pooled * weights[-1]).sum(axis=(0, 1)))
    return np.array(maps), np.array(contributions), np.array(weights)


def maps_of(**changed):
    """What the filters see in the first picture, after every update, with everything that explains it."""
    _, recording, pictures = trained()
    maps, contributions, weights = seen()
    origins = {"x": pictures[0] - HALF, "filter_biases": recording["conv2d_1.b"], "weights": weights}
    return FeatureMaps(pictures[0], recording["conv2d_1.w"], maps, contributions, recording["dense_1.b"][:, 0],
                       recording.steps, ("deer", "horse"), 1, **origins | changed)  # fmt: skip


def feature_maps(steps, filters=1, most=0):
    """Return made up maps of some filters, with numbers up to `most`."""
    rng, count = np.random.default_rng(0), len(steps)
    return FeatureMaps(rng.random((32, 32, 3)), rng.normal(0, most / 5, (count, 5, 5, 3, filters)),
                       rng.uniform(0, 10 * most, (count, 32, 32, filters)), rng.uniform(-most, most, (count, filters)),
                       [-most / 11] * count, steps, ("deer", "horse"), 0)  # fmt: skip


def update():
    """The third update of the second filter: the arguments of FilterPull by name."""
    _, recording, pictures = trained()
    told, w = recording.explain(3, "conv2d_1.w[0, 0, 0, 1]"), "conv2d_1.w"
    before, after = (recording.at(step)[w][..., 1] for step in (2, 3))
    return {"pictures": pictures[told.rows], "x": told.inputs, "dout": told.dout[..., 1],
            "gradient": recording.gradients(3)[w][..., 1], "before": before, "after": after, "step": 3,
            "letter": "B"}  # fmt: skip


def pulls(**changed):
    return FilterPull(**update() | changed)


TITLES = "3 × 3 filter, stride 1, padding 1", "2 × 2 filter, stride 2, no padding"
ONE_BY_TWO = "3 × 3 max pooling, stride 1 down, 2 across, padding 1 down, 0 across"
ODD = np.arange(-12, 13).reshape(5, 5) / 4

SAMPLES = {
    "convolution": Sample(
        lambda: SideBySide(steps("padding", "left"), steps("stride", "right")), None, TITLES, 9.4, also=(1, 2, 3, 4)),
    "convolution of large numbers": Sample(largest, allowed=("5 × 5 filter, stride 1, padding same",)),
    "convolution, same": Sample(
        lambda: ConvolutionSteps(IMAGE, KERNEL, padding="same", stride=(2, 1)),
        allowed=("2 × 2 filter, stride 2 down, 1 across, padding same",)),
    "convolution without clock": Sample(lambda: steps("stride", with_clock=False), allowed=TITLES),
    "pooling": Sample(lambda: MaxPoolingSteps(IMAGE, 2, stride=1), None, ("2 × 2 max pooling, stride 1, no padding",),
                      also=(1, 2, 3)),
    "pooling with padding": Sample(
        lambda: MaxPoolingSteps(ODD, 3, stride=(1, 2), padding=(1, 0)), allowed=(ONE_BY_TWO,)),
    "feature maps": Sample(maps_of),
    "pulls of a filter": Sample(pulls, also=(1, 2, 7, 8, 9)),
} | unpictured({
    "feature maps by their recording": lambda: maps_of(recording=trained()[1]),
    "feature maps of zeros": lambda: feature_maps([5, 6]),
    "eight feature maps": lambda: feature_maps([0, 3, 1250], 8, 99),
    "pulls in the first update": lambda: pulls(step=1),
    "pulls of a filter by its recording": lambda: pulls(recording=trained()[1]),
})  # fmt: skip
