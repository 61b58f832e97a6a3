"""Small models and runs for the cases of bad input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import tinylearn as tl
from tests.bad_input.hostile import made

X, Y = np.linspace(-1, 1, 12).reshape(4, 3), np.linspace(-1, 1, 8).reshape(4, 2)


def seeded() -> np.random.Generator:
    return np.random.default_rng(0)


def small_model(dtype: Any = np.float64) -> tl.Sequential:
    return tl.Sequential([tl.Dense(3, 4, rng=seeded()), tl.Tanh(), tl.Dense(4, 2, rng=seeded())], dtype)


def train(model: tl.Sequential, **settings: Any) -> list[float]:
    settings = {"loss": tl.MeanSquaredError(), "optimizer": tl.SGD(0.1), "epochs": 2, "rng": seeded()} | settings
    return tl.fit(model, X, Y, **settings)


def recorded(folder: Path | None = None) -> tl.Recording:
    model = small_model()
    recorder = tl.Recorder(model, None if folder is None else folder / "run")
    train(model, callbacks=[recorder])
    return recorder.recording


model = made("a model", small_model, [tl.Sequential, tl.Dense])
any_loss = made("MeanSquaredError()", tl.MeanSquaredError, [tl.MeanSquaredError, len])
optimizer = made("SGD(0.1)", lambda: tl.SGD(0.1), [tl.SGD, 0.1])
