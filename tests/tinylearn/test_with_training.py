"""A loaded recording explains once you pass the parts that it cannot store, and refuses different ones."""

import numpy as np
import pytest

from tests.tinylearn.explain_helpers import X, Y, check, dense, noisy, recorded, small_parts
from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Recording, ReLU, RMSprop, Sequential, fit


def test_takes_parameters_that_were_not_recorded_from_the_model_that_is_told(tmp_path):
    model = dense()
    recorder = Recorder(model, tmp_path / "run", select="dense_1.w")
    parts = {"x": X, "y": Y, "loss": MeanSquaredError(), "optimizer": SGD(0.1)}
    fit(model, **parts, epochs=3, callbacks=[recorder])
    loaded = Recording.load(tmp_path / "run", model=dense(), **parts)
    check(loaded, 3, "dense_1.w[2, 0]")
    with pytest.raises(
        ValueError, match="the model that you passed has other initial values where nothing was recorded"
    ):
        Recording.load(tmp_path / "run", model=model, **parts).explain(3, "dense_1.w[2, 0]")


def other_dtype():
    return Sequential([Dense(3, 1, rng=np.random.default_rng(0))], np.float32)


@pytest.mark.parametrize("by", ["load", "told"])
@pytest.mark.parametrize(
    ("name", "value", "was"),
    [
        ("model", Sequential([Dense(3, 1, rng=np.random.default_rng(0)), ReLU()]), r"Sequential\(\[Dense\(3, 1\)\]\)"),
        ("model", other_dtype(), r"Dense\(3, 1\)\]\) then, .*dtype=np\.float32\) now"),
        ("x", X + 1e-15, r"float64 \(.*\), checksum [0-9a-f]{8} then, float64 \(.*\), checksum [0-9a-f]{8} now"),
        ("x", X[:8], "x and y must have one row per example"),
        ("y", Y[::-1].copy(), r"float64 \(.*\), checksum [0-9a-f]{8} then, float64 \(.*\), checksum [0-9a-f]{8} now"),
        ("loss", small_parts()["loss"], r"MeanSquaredError\(\) then, BinaryCrossEntropy\(.*\) now"),
        ("optimizer", RMSprop(0.1), "RMSprop"),
        ("optimizer", SGD(np.nextafter(0.1, 1)), "learning_rate=0.1, .* then, .*0.10000000000000002"),
        ("augment", None, "<function noisy> then, None now"),
    ],
)
def test_refuses_by_name_what_is_not_that_of_the_run(by, name, value, was, tmp_path):
    recording = recorded(dense(), X, Y, SGD(0.1), augment=noisy, path=tmp_path / "run")
    parts = {"model": dense(), "x": X, "y": Y, "loss": MeanSquaredError(), "optimizer": SGD(0.1), "augment": noisy}
    parts[name] = value
    with pytest.raises(ValueError, match=was) as caught:
        Recording.load(tmp_path / "run", **parts) if by == "load" else recording.with_training(**parts)
    assert name in str(caught.value)
    assert str(caught.value).startswith("with_training: ")
