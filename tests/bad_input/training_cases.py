"""Bad input for models, `fit`, `race` and the gradient check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import tinylearn as tl
from tests.bad_input import hostile
from tests.bad_input.hostile import WRONG, array, choice, fixed, flag, integer, labels, made, never_none, real, rng
from tests.bad_input.small_runs import X, Y, any_loss, model, optimizer, seeded, small_model, train
from tests.bad_input.verdict import Subject


def saved(model: tl.Sequential, path: Any) -> Any:
    model.save(path)
    back = small_model()
    back.parameters = np.zeros_like(back.parameters)
    back.load(path)
    return back.parameters


def loaded(path: Any, model: tl.Sequential) -> Any:
    before = model.parameters.copy()
    try:
        model.load(path)
    except Exception:
        assert (model.parameters == before).all(), "a file that was refused has changed the model"
        raise
    return model.parameters


def fitted(model: Any, x: Any, y: Any, **settings: Any) -> Any:
    return tl.fit(model, x, y, **settings), model.parameters.copy()


def raced(data: Any, **settings: Any) -> Any:
    runners = tl.race(lambda rng: small_model(), data, **settings)
    return {name: runner.losses for name, runner in runners.items()}


def stepped(optimizer: tl.SGD) -> dict[str, tl.SGD]:
    optimizer.step(np.zeros(1), np.ones(1))
    return {"one that has stepped": optimizer}


def nothing(update: tl.Update) -> None:
    """A callback."""


def begun(folder: Path) -> None:
    """Write the checkpoint of a run in batches of three."""
    rng = seeded()
    train(small_model(), batch_size=3, rng=rng, callbacks=[tl.Checkpoint(folder / "run.npz", rng)])


def checkpointed(path: Any, rng: Any, every: Any) -> Any:
    return train(small_model(), batch_size=3, rng=rng, callbacks=[tl.Checkpoint(path, rng, every=every)])


def evaluated(x: Any, metric: Any) -> Any:
    evaluate = tl.Evaluate(x, None, metric)
    train(small_model(), callbacks=[evaluate])
    return evaluate.values


NO_AUGMENTS = ["flip", 3, [], tl.Augment, lambda x, rng: None, lambda x, rng: x[:1], lambda x, rng: "x"]
augments = choice(None, lambda x, rng: x + 1, wrong=NO_AUGMENTS)
settings: dict[str, hostile.Argument] = {
    "loss": any_loss, "epochs": integer(1, 2), "batch_size": integer(2, 3, 32), "shuffle": flag(),
    "workers": integer(1, 2), "augment": augments,
}  # fmt: skip
NOT_FINITE = {"nan": WRONG}

TRAINING = {
    "Sequential": Subject(lambda layers, dtype: repr(tl.Sequential(layers, dtype)),
        layers=made("[Dense(3, 2), ReLU()]", lambda: [tl.Dense(3, 2, rng=seeded()), tl.ReLU()],
                    [None, 3, [], [tl.Dense], [None], tl.ReLU(), [tl.ReLU(), "ReLU"], 2 * [tl.Tanh()]]),
        dtype=choice(np.float64, np.float32, "float32", wrong=[int, complex, "float99", object, bool, "U3"])),
    "Sequential.forward": Subject(lambda x: small_model().forward(x), x=array(4, 3), speaks=("Dense",)),
    "Sequential.forward, float32": Subject(lambda x: small_model(np.float32).forward(x), x=array(4, 3),
        speaks=("Dense",)),
    "Sequential.backward": Subject(
        lambda x, dout: ((m := small_model()).forward(x), m.backward(dout), m.gradients.copy()), x=array(4, 3),
        dout=array(4, 2), speaks=("Dense",)),
    "Sequential.predict": Subject(lambda **given: small_model().predict(**given), x=array(4, 3),
        batch_size=integer(2, 256), speaks=("Dense",)),
    "Sequential.parameters": Subject(
        lambda values: (setattr(m := small_model(), "parameters", values), m.parameters.copy())[1], values=array(26)),
    "Sequential.summary": Subject(lambda input_shape: small_model().summary(input_shape),
        input_shape=choice(None, (3,), (3, 3), wrong=[3.5, (2,), "3", (0,), (-1,), (3, 2), {}, (None,)], also=[3, [3]]),
        speaks=("Dense", "output_shapes")),
    "Sequential.save": Subject(saved, model=fixed("a model", small_model), path=hostile.new_path(".npz")),
    "Sequential.load": Subject(loaded, model=fixed("a model", small_model), path=hostile.old_path("model.npz"),
        files=lambda folder: small_model().save(folder / "model.npz")),
    "fit": Subject(fitted, model=model, x=array(4, 3, **NOT_FINITE), y=array(4, 2, **NOT_FINITE), optimizer=optimizer,
        rng=never_none(rng()), **settings, speaks=("Dense", "MeanSquaredError")),
    "fit, classes": Subject(
        lambda x, y: fitted(small_model(), x, y, loss=tl.CategoricalCrossEntropy(from_logits=True),
                            optimizer=tl.Adam(0.1), epochs=2, batch_size=3, rng=seeded()),
        x=array(4, 3, **NOT_FINITE), y=labels(4, 2, empty=WRONG), speaks=("CategoricalCrossEntropy", "Dense")),
    "fit, callbacks": Subject(lambda callbacks: train(small_model(), callbacks=callbacks),
        callbacks=choice((), [nothing], wrong=[None, 3, [3], [None], nothing, [tl.ProgressBar], [tl.Recorder]])),
    "fit, resume": Subject(lambda resume: train(small_model(), batch_size=3, resume=resume),
        resume=never_none(hostile.old_path("run.npz")), files=begun, speaks=("load_checkpoint", "checkpoint")),
    "Checkpoint": Subject(checkpointed, path=hostile.new_path(".npz"), rng=never_none(rng()),
        every=choice(None, 1, 2, wrong=[0, -1, 1.5, np.nan, "2"]), speaks=("checkpoint", "fit")),
    "Evaluate": Subject(evaluated, x=array(4, 3),
        metric=choice(lambda predicted, y: predicted.sum(), wrong=[None, 3, "accuracy", tl.MeanSquaredError]),
        speaks=("predict", "Dense")),
    "race": Subject(raced, data=choice((X, Y), wrong=[None, X, (X,), (X, Y, Y), (X, Y[:2]), "xy", (None, None)]),
        loss=any_loss,
        optimizer=choice({"a": tl.SGD(0.1), "b c": tl.Adam(0.1)}, wrong=[
            None, [tl.SGD(0.1)], {"a": 0.1}, {3: tl.SGD()}, tl.SGD(0.1), stepped(tl.SGD(0.1, 0.5))]),
        epochs=integer(1), seed=choice(0, 7, wrong=[-1, 1.5, "0", (), [None], None]), speaks=("fit",)),
    "check_gradients": Subject(
        lambda layer, x, rng, **given: tl.check_gradients(layer, x, rng=rng, **given).error < 1e-5,
        layer=made("Dense(3, 2)", lambda: tl.Dense(3, 2, rng=seeded()), [tl.Dense]), x=array(4, 3, **NOT_FINITE),
        target=choice(None, wrong=[np.ones((4, 3)), 3]), rng=fixed("np.random.default_rng(0)", seeded), h=real(1e-5),
        tolerance=real(1e-5), speaks=("Dense",)),
    "check_gradients, of a loss": Subject(lambda layer, x, target: tl.check_gradients(layer, x, target).error < 1e-5,
        layer=made("MeanSquaredError()", tl.MeanSquaredError, [tl.MeanSquaredError]), x=array(4, 3, **NOT_FINITE),
        target=array(4, 3, **NOT_FINITE), speaks=("MeanSquaredError", "numbers")),
    "GradientReport": Subject(lambda: str(tl.GradientReport("x", (0,), 1.0, 1.0, 0.0))),
    "GradientError": Subject(lambda: str(tl.GradientError("text"))),
    "DivergenceError": Subject(lambda: str(tl.DivergenceError(1, "w", 0.1, 2.0))),
    "Update": Subject(lambda: repr(tl.Update(1))),
    "ProgressBar": Subject(
        lambda total, description: train(small_model(), callbacks=[tl.ProgressBar(total, description)]),
        total=choice(None, 8, wrong=[-1, 1.5, np.nan]), description=choice("training", "ü", "nonsense", wrong=[None])),
}  # fmt: skip
