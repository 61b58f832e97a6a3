"""Bad input for recorders, recordings and checkpoints."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

import tinylearn as tl
from tests.bad_input.hostile import choice, integer, made, new_folder, new_path, old_path, rng
from tests.bad_input.small_runs import X, Y, any_loss, model, optimizer, recorded, seeded, small_model, train
from tests.bad_input.verdict import Subject


def record(path: Any, model: Any, every: Any, select: Any, budget: Any) -> Any:
    recorder = tl.Recorder(model, path, every=every, select=select, budget=budget)
    train(model, callbacks=[recorder])
    described = recorder.describe() if path is None else ""
    return described, list(recorder.recording.steps), recorder.recording.rows[-1].copy()


def checkpointed(path: Any, model: Any, optimizer: Any, rng: Any, **more: Any) -> Any:
    tl.save_checkpoint(path, model, optimizer, rng, **more)
    return tl.load_checkpoint(path, model, optimizer, rng)


def with_training(**parts: Any) -> Any:
    return str(recorded().with_training(**parts).explain(2, "dense_1.w[0, 1]"))


def autopsied(last: Any) -> Any:
    model = small_model()
    recorder = tl.Recorder(model)
    with contextlib.suppress(tl.DivergenceError):
        train(model, optimizer=tl.SGD(1e6), epochs=300, callbacks=[recorder])
    return str(recorder.recording.autopsy(last))


a_step = choice(0, 1, 2, wrong=[-1, 3, 1.5, None, "1", np.nan, 10**20, [1, 2]])
a_name = choice("dense_1.w", "dense_2.b", wrong=["", "dense_1", "dense_9.w", None, 3, "dense_1.w ", ["dense_1.w"]])
NO_ENTRIES = [
    *(f"dense_1.w[{index}]" for index in ("9, 9", "0.5, 1", "0, 0, 0", "", "None", "0 1")),
    *("", "dense_9.w[0, 0]", "dense_1.w", None, ["dense_1.w[0, 1]"], ("dense_1.w", 0, 1)),
]

RECORDINGS = {
    "Recorder": Subject(record, model=model, every=choice(1, 2, lambda step: step == 2, wrong=[0, -1, 1.5, None, [1]]),
        path=new_folder(),
        select=choice(None, ["dense_1.w"], lambda name: True, also=["dense_1.w"],
                      wrong=[[], ["nope"], 3, lambda name: False]),
        budget=choice(None, 100_000, "1 MB", wrong=[0, -1, 10, "10 XB", "", "MB", 1.5, np.nan, [], "-1 MB"])),
    "Recording.load": Subject(lambda path: tl.Recording.load(path).rows.copy(), path=old_path("run"), files=recorded,
        speaks=("recording",)),
    "Recording": Subject(lambda name: recorded()[name].copy(), name=a_name),
    "Recording.at": Subject(lambda step: recorded().at(step), step=a_step),
    "Recording.batch": Subject(lambda step: recorded().batch(step).copy(), step=a_step),
    "Recording.restore": Subject(lambda model, step: (recorded().restore(model, step), model.parameters.copy())[1],
        step=a_step, model=made("a model", small_model, [small_model, tl.Dense(3, 2, rng=seeded())])),
    "Recording.explain": Subject(lambda step, name: str(recorded().explain(step, name)),
        step=choice(1, 2, wrong=[0, -1, 3, 1.5, None, "1"]),
        name=choice("dense_1.w[0, 1]", "dense_2.b[1]", wrong=NO_ENTRIES, also=["dense_1.w[-1, 0]", "dense_1.w[0,1]"])),
    "Recording.gradients": Subject(lambda step: recorded().gradients(step),
        step=choice(1, 2, wrong=[0, -1, 3, 1.5, None, "1"])),
    "Recording.with_training": Subject(with_training, model=model,
        x=choice(X, X.tolist(), wrong=[None, X[:1], X[0], "x", X * np.nan, X[:, :2], X + 1e-12]),
        y=choice(Y, wrong=[None, Y[:1], "y", Y[0], Y[:, :1], -Y]), loss=any_loss, optimizer=optimizer,
        augment=choice(None, wrong=[3, "noisy", len, tl.Augment]), speaks=("fit",)),
    "Recording.autopsy": Subject(autopsied, last=integer(1, 5)),
    "save_checkpoint": Subject(checkpointed, path=new_path(".npz"), model=model, optimizer=optimizer, rng=rng(),
        speaks=("checkpoint",),
        losses=choice([1.0, 2.0], 3, "nonsense", 3.5, wrong=[[[1], [1, 2]], object(), [None]], also=[[], (), np.nan])),
    "load_checkpoint": Subject(lambda **given: tl.load_checkpoint(**given), path=old_path("run.npz"), model=model,
        optimizer=optimizer, rng=rng(), speaks=("checkpoint",),
        files=lambda folder: tl.save_checkpoint(folder / "run.npz", small_model(), tl.SGD(0.1), seeded(), epoch=3)),
}  # fmt: skip
