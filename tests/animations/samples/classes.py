"""Small scenes of classifiers: accuracy and its gap, softmax, probabilities of classes, augmentation, sheets."""

import functools

import numpy as np

import tinylearn as tl
from animations import AccuracyGap, AugmentationSteps, ClassBars, CorrectCounts, ImageGrid, LearningRun, SoftmaxBars
from tests.animations.samples.sample import Sample, unpictured

# --- the gap of overfitting ------------------------------------------------------------------------------------------

EPOCHS = [0, 1, 2, 4, 16]
AS_THEY_ARE = [30, 90, 200, 310, 320], [31, 60, 120, 201, 199]
CHANGED = [30, 80, 99, 150, 250], [31, 60, 105, 140, 200]
ALWAYS = CorrectCounts("always deer", np.full(5, 150), 300)


def run(name, seen, new, *always):
    counts = CorrectCounts("training set", np.array(seen), 320), CorrectCounts("test set", np.array(new), 300)
    return LearningRun(name, *counts, *always)


def gap(*always):
    """Two runs; the first may have a line for always giving the same answer."""
    return AccuracyGap(EPOCHS, [run("as they are", *AS_THEY_ARE, *always), run("changed", *CHANGED)])


def by_class(**changed):
    """A run whose correct answers are known class by class."""
    given = {"correct": [3, 5], "total": 9, "of_each": [[1, 0, 2], [1, 3, 1]], "classes": ("cat", "dog", "frog")}
    seen = CorrectCounts("training set", **given | changed)
    return AccuracyGap([0, 1], [LearningRun("dense", seen, CorrectCounts("test set", [1, 2], 4))])


# --- augmentation, sheets, softmax -----------------------------------------------------------------------------------

MIRRORED, ANGLES = [False, True, False, True], [12.25, -3.5, 0.0, 180.0]
SHIFTS = [[0.125, -0.25], [-0.5, 0.0], [0.0, 0.0625], [-0.125, 0.5]]
PICTURE = np.random.default_rng(0).random((8, 16, 3))


def augmentation(**changed):
    given = {"picture": PICTURE, "mirrored": MIRRORED, "angles": ANGLES, "shifts": SHIFTS, "name": "a truck"}
    return AugmentationSteps(**given | changed)


def sheets(frames=4, rows=3, columns=2, h=8, w=6, c=3):
    """Return pictures without a white pixel, to tell them from paper."""
    return np.random.default_rng(0).uniform(0, 0.9, (frames, rows, columns, h, w, c))


def grid(**changed):
    return ImageGrid(sheets(), **{"names": ["cat", "", "dog"], "title": "Pets", "zoom": 5} | changed)


INPUTS = np.array([[2.3, 7.9, -0.8, 5.1], [2.3, 1.1, -0.8, 5.1], [2.3, 9.1, -0.8, 5.1]])
HUGE = np.array([[1, 2, -3], [0.5, 2, -3], [700, -700, 0]])


def softmax(inputs=INPUTS, moving=1):
    return SoftmaxBars(inputs, tl.Softmax().forward(inputs), moving=moving)


# --- probabilities of classes ----------------------------------------------------------------------------------------

NAMES, STEPS = ("cat", "dog", "frog"), [0, 1, 20]
LAYER = ("logits", "features", "weights", "biases")


@functools.cache
def learned():
    """A network of three layers that moves at random: (model, pictures, what its last layer was given and gave)."""
    rng = np.random.default_rng(3)
    dense = tl.Dense(48, 60, rng=rng)
    layers = [tl.Flatten(), dense, tl.ReLU(), tl.Dropout(0.2, rng=rng), tl.Dense(60, 3, rng=rng)]
    model = tl.Sequential(layers, dtype=np.float32)
    model.set_training(False)
    x, found = rng.random((2, 4, 4, 3), dtype=np.float32), {name: [] for name in LAYER}
    for _ in STEPS:
        model.parameters = model.parameters + rng.normal(size=model.parameters.size) / 5
        last, features = model.layers[-1], x
        for layer in model.layers[:-1]:
            features = layer.forward(features)
        now = last.forward(features), features, last.params["w"], last.params["b"]
        for name, value in zip(LAYER, now, strict=True):
            found[name].append(value.copy())
    return model, x, {name: np.array(values) for name, values in found.items()}


def bars(given=LAYER, **changed):
    model, pictures, found = learned()
    shown = np.array([tl.Softmax().forward(logits) for logits in found["logits"]], float)
    known = {name: found[name] for name in given}
    return ClassBars(pictures, shown, NAMES, targets=[1, 2], model=model, steps=STEPS, epochs=[0, 1, 2],
                     note="never seen", **known | changed)  # fmt: skip


def with_rows(rows, names=NAMES, target=1, picture=None, note=""):
    """Return a scene of one picture with the given probabilities, a row for each frame."""
    picture, steps = np.zeros((4, 4, 3)) if picture is None else picture, range(len(rows))
    network = tl.Sequential([tl.Flatten(), tl.Dense(picture.size, 2, rng=np.random.default_rng(0))])
    return ClassBars(picture[None], np.array(rows)[:, None], names, targets=[target], model=network, steps=steps,
                     epochs=steps, note=note)  # fmt: skip


LONG = "a class with a name that goes on and on"
VERDICTS = [[1, 0, 0], [0.2, 0.5, 0.3], [0.2, 0.35, 0.45], [0.4, 0.4, 0.2], [1 / 3] * 3, [0.4, 0.2, 0.4]]
SAMPLES = {
    "gap": Sample(gap, also=(1, 2.25)),
    "gap, always the same": Sample(lambda: gap(ALWAYS)),
    "gap by class": Sample(by_class),
    "augmentation": Sample(augmentation, also=(1, 2.25, 5, 7, 8)),
    "image grid": Sample(grid),
    "image grid, long words": Sample(lambda: grid(names=["W" * 20, "i", "Zebra, grazing"], title=20 * "long ")),
    "image grid without words": Sample(lambda: grid(names=["", "", ""], title="")),
    "softmax": Sample(softmax, also=(1.5,)),
    "softmax of large numbers": Sample(lambda: softmax(HUGE, 0)),
    "softmax of float32": Sample(lambda: softmax(np.array([[1, 2.5]], np.float32))),
    "class bars": Sample(bars),
    "class bars, verdicts": Sample(lambda: with_rows(VERDICTS), pictured=False, also=(1, 2, 3, 4)),
} | unpictured({
    "class bars, logits alone": lambda: bars(["logits"]),
    "class bars, probabilities alone": lambda: bars([]),
    "gap of no epoch": lambda: AccuracyGap([0], [run("one", [3], [4])]),
    "three gaps": lambda: AccuracyGap(EPOCHS, [run(name, *CHANGED) for name in "abc"]),
    "class bars, nearly certain": lambda: with_rows([[p, 1 - p] for p in (0.99951, 0.9994, 1, 0)], ("cat", "dog"), 0),
    "class bars of two": lambda: with_rows([[1.0, 0]], ("no", "yes"), 0, note=LONG),
    "class bars of twelve long names": lambda: with_rows(np.eye(12)[[0]], (LONG,) * 12, 0, note=LONG),
    "class bars of wide names": lambda: with_rows(np.eye(3), (LONG, "WW" * 20, "i"), 0, note=LONG),
    "class bars, wide picture": lambda: with_rows(VERDICTS[:1], picture=np.full((9, 20, 3), 0.5)),
    "class bars, high picture": lambda: with_rows(VERDICTS[:1], picture=np.full((300, 100, 3), 0.5)),
    "softmax far below zero": lambda: softmax(INPUTS - 100),
    "augmentation, grey": lambda: augmentation(picture=PICTURE[..., :1], name="a picture with a name that goes on"),
    "augmentation, high": lambda: augmentation(picture=np.full((40, 9, 3), 0.5)),
})  # fmt: skip
