"""Bad input for tinylearn: layers, losses, optimisers, metrics; models and training; recordings; data."""

# ruff: noqa: I001 (a line for each name of the language of the tables would be long)
import contextlib

import numpy as np

import tinylearn as tl
from tests.bad_input.hostile import (
    OPEN, WRONG, array, choice, flag, integer, labels, made, never_none, new_folder, new_path, old_path, real, rng,
)  # fmt: skip
from tests.bad_input.verdict import Subject
from tests.tinylearn.cifar10_files import random_batches, write_folder
from tinylearn import datasets, initializers, layer_table, metrics


def seeded():
    return np.random.default_rng(0)


def without(argument, dtype):
    """The same, but for arrays of a dtype about which nothing is promised."""
    return argument._replace(hostile=argument.hostile.filter(lambda given: getattr(given.value, "dtype", 0) != dtype))


# --- layers: their constructors, and for each row of the table of layers, x forward and dout back ---------------------
# So a new layer needs no line here. A layer lets NaN pass, as its arithmetic does; `fit` refuses it.


def there_and_back(name):
    """Send x forward and dout back through the layer of that row of the table, made anew for each call."""
    shape, one = layer_table.LAYERS[name].shape, layer_table.make_layer(name, seeded())

    def call(x, dout):
        layer = layer_table.make_layer(name, seeded())
        out = np.array(layer.forward(x))
        dx = layer.backward(dout)
        return out, dx, {key: np.array(grad) for key, grad in layer.named_gradients().items()}

    dout = array(*one.forward(np.zeros(shape)).shape, floats=None)
    inside = tuple(type(part).__name__ for _, part in one.walk())  # the innermost layer that cannot take it speaks
    return Subject(call, speaks=inside, x=array(*shape), dout=dout)


def normalised_while_training(x):
    layer = tl.BatchNorm(3)
    layer.training = True
    return np.array(layer.forward(x)), dict(layer.state)


def constructed(kind, **arguments):
    return Subject(lambda **given: repr(kind(**given)), **arguments)


pair = choice(2, (2, 1), wrong=[0, -1, 1.5, "2", (1, 2, 3), (2, 0), None, np.nan, [1, [2]]])
weights = choice(initializers.zeros, initializers.glorot_uniform, wrong=[
    lambda shape, rng: np.zeros(99), lambda shape, rng: None, lambda shape, rng: np.full(shape, np.nan)])  # fmt: skip
strides = [0, -1, "1", 0.5, (1, 0)]
pool = {"size": pair, "padding": choice(0, "same", wrong=[-1, 2, 1.5, (0, 9)]),
        "stride": choice(None, 1, (1, 2), wrong=strides)}  # fmt: skip
LAYERS = {
    "Dense": constructed(tl.Dense, n_in=integer(3), n_out=integer(2), rng=rng(), weights=weights, biases=weights),
    "Conv2D": constructed(tl.Conv2D, channels_in=integer(3), channels_out=integer(2), kernel_size=pair, rng=rng(),
        padding=choice(0, 1, (1, 0), "valid", "same", wrong=[-1, (0, -1), 1.5, (1, 2, 3), None, np.nan, b"same"],
                       also=[9]), stride=choice(1, (2, 1), wrong=strides), weights=weights),
    "MaxPool2D": constructed(tl.MaxPool2D, **pool),
    "AveragePool2D": constructed(tl.AveragePool2D, **pool),
    "BatchNorm": constructed(tl.BatchNorm, n_in=integer(3), momentum=real(0.5, high=1), epsilon=real(0.1)),
    "BatchNorm.forward, training": Subject(normalised_while_training, x=array(4, 3)),
    "LayerNorm": constructed(tl.LayerNorm, n_in=integer(3), epsilon=real(0.1)),
    "LeakyReLU": constructed(tl.LeakyReLU, slope=real(0.5, high=1)),
    "Residual": Subject(lambda layer: repr(tl.Residual(layer)), layer=made(tl.ReLU, tl.ReLU, "ReLU")),
    "Dropout": constructed(tl.Dropout, rate=real(0.5, high=1), rng=rng()),
}  # fmt: skip
for name in layer_table.LAYERS:  # "Conv2D, same" → "Conv2D.forward, same"
    kind, *rest = name.split(", ")
    LAYERS[", ".join([f"{kind}.forward", *rest])] = there_and_back(name)

# --- losses, optimisers and metrics -----------------------------------------------------------------------------------


def loss(make, predicted, target):
    def call(predicted, target):
        each = make()
        return each.forward(predicted, target), each.backward()

    return Subject(call, predicted=predicted, target=target)


class OwnOptimizer(tl.Optimizer):
    """What a reader writes: nothing but the rule."""

    remembers = ("v",)

    def step(self, parameters, gradients):
        v = self.state["v"]
        v += gradients
        parameters -= self.learning_rate * v


def steps(make, speaks=(), **settings):
    """Three steps by an optimiser with the settings given."""

    def call(parameters, gradients, **settings):
        optimizer = make(**settings)
        if isinstance(parameters, np.ndarray):
            parameters = parameters.copy()
        for _ in range(3):
            optimizer.step(parameters, gradients)
        return parameters

    arrays = array(3, floats=None)
    return Subject(call, speaks=speaks, parameters=without(arrays, ">f8"), gradients=arrays, learning_rate=real(0.1),
                   **settings)  # fmt: skip


probabilities, yes = array(4, 1, low=0.1, high=0.9, floats=False), array(4, 1, low=0, high=1, whole=True)
rows = array(4, 3, low=0.1, high=0.9, floats=False, distribution=True)
scores, classes = array(4, 3, low=0.1, high=0.9, floats=False), labels(4, 3, empty=WRONG)
some, share, tiny, decay = labels(4, 3, larger=OPEN), real(0.5, high=1), real(1e-7), {"weight_decay": real(0.1)}
SPEAKS = {"speaks": ("classes",)}

NUMBERS = {
    "MeanSquaredError": loss(tl.MeanSquaredError, array(4, 2, floats=False), array(4, 2)),
    "BinaryCrossEntropy": loss(tl.BinaryCrossEntropy, probabilities, yes),
    "BinaryCrossEntropy, from_logits": loss(lambda: tl.BinaryCrossEntropy(True), array(4, 1, floats=False), yes),
    "CategoricalCrossEntropy": loss(tl.CategoricalCrossEntropy, rows, classes),
    "CategoricalCrossEntropy, one-hot": loss(tl.CategoricalCrossEntropy, rows, array(4, one_of=3)),
    "CategoricalCrossEntropy, from_logits": loss(
        lambda: tl.CategoricalCrossEntropy(True), array(4, 3, floats=False), classes),
    "Optimizer": steps(OwnOptimizer, ("OwnOptimizer",)),
    "SGD": steps(tl.SGD, momentum=share, **decay),
    "RMSprop": steps(tl.RMSprop, rho=share, epsilon=tiny, **decay),
    "Adam": steps(tl.Adam, beta_1=share, beta_2=share, epsilon=tiny, **decay),
    "accuracy": Subject(tl.accuracy, predicted=scores, target=classes, **SPEAKS),
    "accuracy, yes or no": Subject(tl.accuracy, predicted=probabilities, target=labels(4, 2, empty=WRONG), **SPEAKS),
    "confusion_matrix": Subject(tl.confusion_matrix, predicted=some, target=some, n_classes=integer(3, 5), **SPEAKS),
    "majority_baseline": Subject(tl.majority_baseline, target=labels(4, 3, empty=WRONG, larger=OPEN), **SPEAKS),
    "metrics.classes": Subject(metrics.classes, values=scores, speaks=("values",)),
    "confidence_interval": Subject(tl.confidence_interval, correct=integer(3, low=0), total=integer(7)),
    "Scorecard": Subject(lambda **given: (str(card := tl.Scorecard(**given)), card.as_dict("a model")),
        predicted=labels(4, 3), target=labels(4, 3), speaks=("classes", "confusion_matrix"),
        names=choice(["a", "b", "c"], ("ä", "", "c d"), wrong=[None, [], 3, [1, 2, 3]])),
}  # fmt: skip

# --- models, `fit`, `race` and the gradient check ---------------------------------------------------------------------

X, Y = np.linspace(-1, 1, 12).reshape(4, 3), np.linspace(-1, 1, 8).reshape(4, 2)


def small_model(dtype=np.float64):
    return tl.Sequential([tl.Dense(3, 4, rng=seeded()), tl.Tanh(), tl.Dense(4, 2, rng=seeded())], dtype)


def train(model, **settings):
    settings = {"loss": tl.MeanSquaredError(), "optimizer": tl.SGD(0.1), "epochs": 2, "rng": seeded()} | settings
    return tl.fit(model, X, Y, **settings)


def saved(path):
    model, back = small_model(), small_model()
    model.save(path)
    back.parameters = np.zeros_like(back.parameters)
    back.load(path)
    return back.parameters


def loaded(path):
    model = small_model()
    before = model.parameters.copy()
    try:
        model.load(path)
    except Exception:
        assert (model.parameters == before).all(), "a file that was refused has changed the model"
        raise
    return model.parameters


def stepped(optimizer):
    optimizer.step(np.zeros(1), np.ones(1))
    return {"one that has stepped": optimizer}


def nothing(update):
    """A callback."""


def checkpointed(path, rng, every):
    return train(small_model(), batch_size=3, rng=rng, callbacks=[tl.Checkpoint(path, rng, every=every)])


def begun(folder):
    """Write the checkpoint of a run in batches of three."""
    checkpointed(folder / "run.npz", seeded(), None)


def evaluated(x, metric):
    evaluate = tl.Evaluate(x, None, metric)
    train(small_model(), callbacks=[evaluate])
    return evaluate.values


model, any_loss = made(small_model, tl.Sequential, tl.Dense), made(tl.MeanSquaredError, tl.MeanSquaredError, len)
optimizer, finite = made(lambda: tl.SGD(0.1), tl.SGD, 0.1), array(4, 3, nan=WRONG)
NO_AUGMENTS = ["flip", 3, [], tl.Augment, lambda x, rng: None, lambda x, rng: x[:1], lambda x, rng: "x"]
DENSE = {"speaks": ("Dense",)}

TRAINING = {
    "Sequential": Subject(lambda layers, dtype: repr(tl.Sequential(layers, dtype)),
        layers=made(lambda: [tl.Dense(3, 2, rng=seeded()), tl.ReLU()],
                    [tl.Dense], [None], tl.ReLU(), [tl.ReLU(), "ReLU"], 2 * [tl.Tanh()]),
        dtype=choice(np.float64, np.float32, "float32", wrong=[int, complex, "float99", object, bool, "U3"])),
    "Sequential.forward": Subject(lambda x: small_model().forward(x), x=array(4, 3), **DENSE),
    "Sequential.forward, float32": Subject(lambda x: small_model(np.float32).forward(x), x=array(4, 3), **DENSE),
    "Sequential.backward": Subject(
        lambda x, dout: ((m := small_model()).forward(x), m.backward(dout), m.gradients.copy()), x=array(4, 3),
        dout=array(4, 2), **DENSE),
    "Sequential.predict": Subject(lambda **given: small_model().predict(**given), x=array(4, 3),
        batch_size=integer(2, 256), **DENSE),
    "Sequential.parameters": Subject(
        lambda values: (setattr(m := small_model(), "parameters", values), m.parameters.copy())[1], values=array(26)),
    "Sequential.summary": Subject(lambda input_shape: small_model().summary(input_shape),
        input_shape=choice(None, (3,), (3, 3), wrong=[3.5, (2,), "3", (0,), (-1,), (3, 2), {}, (None,)], also=[3, [3]]),
        speaks=("Dense", "output_shapes")),
    "Sequential.save": Subject(saved, path=new_path(".npz")),
    "Sequential.load": Subject(loaded, path=old_path("model.npz"),
        files=lambda folder: small_model().save(folder / "model.npz")),
    "fit": Subject(lambda model, x, y, **given: (tl.fit(model, x, y, **given), model.parameters.copy()), model=model,
        x=finite, y=array(4, 2, nan=WRONG), optimizer=optimizer, rng=never_none(rng()), loss=any_loss,
        epochs=integer(1, 2), batch_size=integer(2, 3, 32), shuffle=flag(), workers=integer(1, 2),
        augment=choice(None, lambda x, rng: x + 1, wrong=NO_AUGMENTS), speaks=("Dense", "MeanSquaredError")),
    "fit, classes": Subject(
        lambda x, y: tl.fit(small_model(), x, y, loss=tl.CategoricalCrossEntropy(from_logits=True),
                            optimizer=tl.Adam(0.1), epochs=2, batch_size=3, rng=seeded()),
        x=finite, y=labels(4, 2, empty=WRONG), speaks=("CategoricalCrossEntropy", "Dense")),
    "fit, callbacks": Subject(lambda callbacks: train(small_model(), callbacks=callbacks),
        callbacks=choice((), [nothing], wrong=[None, 3, [3], [None], nothing, [tl.ProgressBar], [tl.Recorder]])),
    "fit, resume": Subject(lambda resume: train(small_model(), batch_size=3, resume=resume),
        resume=never_none(old_path("run.npz")), files=begun, speaks=("load_checkpoint", "checkpoint")),
    "Checkpoint": Subject(checkpointed, path=new_path(".npz"), rng=never_none(rng()),
        every=choice(None, 1, 2, wrong=[0, -1, 1.5, np.nan, "2"]), speaks=("checkpoint", "fit")),
    "Evaluate": Subject(evaluated, x=array(4, 3), speaks=("predict", "Dense"),
        metric=choice(lambda predicted, y: predicted.sum(), wrong=[None, 3, "accuracy", tl.MeanSquaredError])),
    "race": Subject(lambda data, **settings: {name: runner.losses for name, runner in tl.race(
                        lambda rng: small_model(), data, **settings).items()}, speaks=("fit",), loss=any_loss,
        data=choice((X, Y), wrong=[None, X, (X,), (X, Y, Y), (X, Y[:2]), "xy", (None, None)]), epochs=integer(1),
        optimizer=choice({"a": tl.SGD(0.1), "b c": tl.Adam(0.1)}, wrong=[
            None, [tl.SGD(0.1)], {"a": 0.1}, {3: tl.SGD()}, tl.SGD(0.1), stepped(tl.SGD(0.1, 0.5))]),
        seed=choice(0, 7, wrong=[-1, 1.5, "0", (), [None], None])),
    "check_gradients": Subject(lambda **given: tl.check_gradients(rng=seeded(), **given).error < 1e-5, x=finite,
        layer=made(lambda: tl.Dense(3, 2, rng=seeded()), tl.Dense), target=choice(None, wrong=[np.ones((4, 3)), 3]),
        h=real(1e-5), tolerance=real(1e-5), **DENSE),
    "check_gradients, of a loss": Subject(lambda layer, x, target: tl.check_gradients(layer, x, target).error < 1e-5,
        layer=made(tl.MeanSquaredError, tl.MeanSquaredError), x=finite, target=finite,
        speaks=("MeanSquaredError", "numbers")),
    "ProgressBar": Subject(
        lambda total, description: train(small_model(), callbacks=[tl.ProgressBar(total, description)]),
        total=choice(None, 8, wrong=[-1, 1.5, np.nan]), description=choice("training", "ü", "nonsense", wrong=[None])),
}  # fmt: skip

# --- recorders, recordings and checkpoints ----------------------------------------------------------------------------


def recorded(folder=None):
    model = small_model()
    recorder = tl.Recorder(model, None if folder is None else folder / "run")
    train(model, callbacks=[recorder])
    return recorder.recording


def record(path, model, **given):
    recorder = tl.Recorder(model, path, **given)
    train(model, callbacks=[recorder])
    described = recorder.describe() if path is None else ""
    return described, list(recorder.recording.steps), recorder.recording.rows[-1].copy()


def saved_and_loaded(path, model, optimizer, rng, **more):
    tl.save_checkpoint(path, model, optimizer, rng, **more)
    return tl.load_checkpoint(path, model, optimizer, rng)


def autopsied(last):
    model = small_model()
    recorder = tl.Recorder(model)
    with contextlib.suppress(tl.DivergenceError):
        train(model, optimizer=tl.SGD(1e6), epochs=300, callbacks=[recorder])
    return str(recorder.recording.autopsy(last))


a_step = choice(0, 1, 2, wrong=[-1, 3, 1.5, None, "1", np.nan, 10**20, [1, 2]])
an_update = choice(1, 2, wrong=[0, -1, 3, 1.5, None, "1"])
NO_ENTRIES = [
    *(f"dense_1.w[{index}]" for index in ("9, 9", "0.5, 1", "0, 0, 0", "", "None", "0 1")),
    *("", "dense_9.w[0, 0]", "dense_1.w", None, ["dense_1.w[0, 1]"], ("dense_1.w", 0, 1)),
]
CHECKPOINT = {"model": model, "optimizer": optimizer, "rng": rng(), "speaks": ("checkpoint",)}

RECORDINGS = {
    "Recorder": Subject(record, model=model, every=choice(1, 2, lambda step: step == 2, wrong=[0, -1, 1.5, None, [1]]),
        path=new_folder(), select=choice(None, ["dense_1.w"], lambda name: True, also=["dense_1.w"],
                                         wrong=[[], ["nope"], 3, lambda name: False]),
        budget=choice(None, 100_000, "1 MB", wrong=[0, -1, 10, "10 XB", "", "MB", 1.5, np.nan, [], "-1 MB"])),
    "Recording.load": Subject(lambda path: tl.Recording.load(path).rows.copy(), path=old_path("run"), files=recorded,
        speaks=("recording",)),
    "Recording": Subject(lambda name: recorded()[name].copy(), name=choice("dense_1.w", "dense_2.b",
        wrong=["", "dense_1", "dense_9.w", None, 3, "dense_1.w ", ["dense_1.w"]])),
    "Recording.at": Subject(lambda step: recorded().at(step), step=a_step),
    "Recording.batch": Subject(lambda step: recorded().batch(step).copy(), step=a_step),
    "Recording.restore": Subject(lambda model, step: (recorded().restore(model, step), model.parameters.copy())[1],
        step=a_step, model=made(small_model, small_model, tl.Dense(3, 2, rng=seeded()))),
    "Recording.explain": Subject(lambda step, name: str(recorded().explain(step, name)), step=an_update,
        name=choice("dense_1.w[0, 1]", "dense_2.b[1]", wrong=NO_ENTRIES, also=["dense_1.w[-1, 0]", "dense_1.w[0,1]"])),
    "Recording.gradients": Subject(lambda step: recorded().gradients(step), step=an_update),
    "Recording.with_training": Subject(
        lambda **given: str(recorded().with_training(**given).explain(2, "dense_1.w[0, 1]")), model=model,
        x=choice(X, X.tolist(), wrong=[None, X[:1], X[0], "x", X * np.nan, X[:, :2], X + 1e-12]),
        y=choice(Y, wrong=[None, Y[:1], "y", Y[0], Y[:, :1], -Y]), loss=any_loss, optimizer=optimizer,
        augment=choice(None, wrong=[3, "noisy", len, tl.Augment]), speaks=("fit",)),
    "Recording.autopsy": Subject(autopsied, last=integer(1, 5)),
    "save_checkpoint": Subject(saved_and_loaded, path=new_path(".npz"), **CHECKPOINT,
        losses=choice([1.0, 2.0], 3, "nonsense", 3.5, wrong=[[[1], [1, 2]], object(), [None]], also=[[], (), np.nan])),
    "load_checkpoint": Subject(tl.load_checkpoint, path=old_path("run.npz"), **CHECKPOINT,
        files=lambda folder: tl.save_checkpoint(folder / "run.npz", small_model(), tl.SGD(0.1), seeded(), epoch=3)),
}  # fmt: skip

# --- data, augmentation and initializers ------------------------------------------------------------------------------


def described(table):
    return table.times, table.names, table.values


def write_table(folder):
    (folder / "table.csv").write_text("year,a,b\n2000,1,2\n2001,3,4\n", encoding="utf-8")


images = array(2, 4, 3, 2, low=0, floats=False)
mirrored = choice([True, False], wrong=[None, [2, 0], ["a", "b"], [True], 1.5, np.array([0, 1])])
shapes = choice((3, 2), (3, 3, 2, 4), wrong=[None, "3", (), (-1, 2), (1.5, 2), (0, 2)], also=[(3,), 3])
fills = choice("reflect", "nearest", wrong=["wrap", None, "", 0])

DATA = {
    "Augment": Subject(lambda x, rng, **given: tl.Augment(**given)(x, rng), x=images, rng=rng(),
        rotation=real(20.0, high=180), shift=real(0.1, high=1), flip=flag(), fill=fills),
    "affine": Subject(tl.affine, x=images, angles=array(2, high=90), shifts=array(2, 2, low=-0.5, high=0.5),
        mirrored=mirrored, fill=fills),
    "flip": Subject(tl.flip, x=images, mirrored=mirrored),
    "initializers.he_normal": Subject(lambda shape: initializers.he_normal(shape, seeded()), shape=shapes),
    "initializers.glorot_uniform": Subject(lambda shape: initializers.glorot_uniform(shape, seeded()), shape=shapes),
    "initializers.constant": Subject(lambda value: initializers.constant(value)((2, 2), seeded()),
        value=real(0.5, low=-np.inf)),
    "datasets.sine": Subject(datasets.sine, count=integer(2, 10)),
    "datasets.sketches": Subject(datasets.sketches, n=integer(2, 3), rng=rng(),
        classes=choice(None, ["deer", 7], also=["deer"],
                       wrong=[[], ["dragon"], [10], [-1], [1.5], 3.5, [None], ["deer", 4]])),
    "datasets.read_table": Subject(lambda path: described(datasets.read_table(path)), path=old_path("table.csv"),
        files=write_table),
    "datasets.Table": Subject(lambda **given: described(datasets.Table(**given)), values=array(3, 2),
        times=choice([1, 2, 4], np.arange(3),
                     wrong=[None, [1], [2, 1, 3], [0, 1, np.nan], "012", [[0, 1, 2]], [1, 1j, 2]]),
        names=choice(("a", "b"), wrong=[("a",), None, (), ("a", "a"), 3, ("a", 3)], also=[["a", "b"]])),
    "datasets.cifar10": Subject(  # None is the reader's own
        lambda path: datasets.cifar10(path).y_test, path=never_none(old_path("cifar")),
        files=lambda folder: write_folder(folder / "cifar", "binary", random_batches())),
}  # fmt: skip
