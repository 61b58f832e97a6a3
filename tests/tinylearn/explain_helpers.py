"""Runs to explain, and a check that reads an explanation as a reader would: its text must give the recorded bits."""

import re

import numpy as np
import pytest

import tinylearn as tl
from tinylearn import SGD, Adam, BinaryCrossEntropy, Dense, MeanSquaredError, Recorder, ReLU, Sequential, fit

DATA = np.random.default_rng(0).normal(size=(9, 4))
X, Y = DATA[:, :3], DATA[:, 3:]
OPTIMIZERS = {
    "SGD": lambda: SGD(0.001),
    "momentum": lambda: SGD(0.001, momentum=0.9),
    "RMSprop": lambda: tl.RMSprop(0.003),
    "Adam": lambda: Adam(0.003),
    "AdamW": lambda: Adam(0.003, weight_decay=0.5),
}


def compute(text, dtype):
    """Return what a printed expression gives, typed as the text says: each float32 as np.float32(…)."""
    if dtype == np.float32:
        text = re.sub(r"(?<![\w.])\d[\d.]*(e[+-]\d+)?", r"float32(\g<0>)", text)
    value = eval(text, {"float32": np.float32, "sqrt": np.sqrt, "sign": np.sign, "clip": np.clip, "abs": abs})
    if dtype == np.float64 and isinstance(value, int):
        return value  # a count
    assert isinstance(value, np.float32 if dtype == np.float32 else float)
    return dtype(value)


def check_text(explanation, dtype):
    """Read the printed text as a reader would: each line of numbers gives the next, the last one the new value."""
    text = str(explanation)
    assert ("np.float32(…)" in text.split("\n")[1]) == (dtype == np.float32)
    known = {"g": dtype(re.search(r"^  g = (\S+)", text, re.M)[1])}
    constants, update = text.split("p, the parameter", 1)
    for part, kind in ((constants, np.float64), (update, dtype)):
        blocks = re.findall(r"^  (\w+) = ([^\n]+)\n   +=([^\n]+)\n   +=([^\n]+)$", part, re.M)
        assert blocks or part is constants, text
        for name, formula, in_numbers, value in blocks:
            result = compute(in_numbers.strip(), kind)
            assert kind(result).tobytes() == kind(value).tobytes()
            for word, used in known.items():  # a number that was computed above stands where its name does
                if re.search(rf"\b{word}\b", formula) and word != name:
                    assert str(used if part is constants else dtype(used)) in in_numbers
            known[name] = result
    if explanation.old_is_recorded:
        before, after = re.search(r"^recorded: (\S+) before, (\S+) after$", text, re.M).groups()
    else:
        made_again = r"^recorded: (\S+) after; (\S+) before was found by replaying the updates$"
        after, before = re.search(made_again, text, re.M).groups()
    assert dtype(before).tobytes() == explanation.old.tobytes()
    assert known["p"].tobytes() == dtype(after).tobytes() == explanation.new.tobytes()
    printed = re.findall(r"^  x\[(\d+)\]: (?:(.+ \* .+) = )?(\S+)$", text, re.M)
    for (row, product, contribution), expected in zip(printed, explanation.rows[:8], strict=True):
        assert int(row) == expected
        assert (product == "") == (explanation.factors is None)
        assert not product or compute(product, dtype).tobytes() == dtype(contribution).tobytes()


def check(recording, step, name):
    """Explain; compare data and text with the recording, and the gradient with what its rows add. Return it."""
    explanation = recording.explain(step, name)
    name, index, text = explanation.parameter, explanation.index, str(explanation)
    record, rows = recording.index(step), recording.batch(step)
    dtype, loss = recording[name].dtype.type, recording.losses[recording.index(step)]
    told = f"epoch {recording.epochs[record]}, {len(rows)} rows, loss {loss:.6g}"
    assert text.split("\n")[0] == f"update {step} of {name}[{', '.join(map(str, index))}]: {told}"
    assert (explanation.rows.tolist(), explanation.loss) == (rows.tolist(), loss)
    if "learning_rate=" in explanation.optimizer:
        assert f"learning_rate={float(recording.learning_rates[record])!r}" in explanation.optimizer
    if step - 1 in recording.steps:
        assert explanation.old.tobytes() == recording.at(step - 1)[name][index].tobytes()
    assert explanation.new.tobytes() == recording.at(step)[name][index].tobytes()
    size, tolerance = float(np.abs(explanation.contributions).sum()), 1e-5 if dtype == np.float32 else 1e-12
    assert explanation.contributions.sum() == pytest.approx(float(explanation.gradient), abs=tolerance * size + 1e-30)
    assert explanation.contributions.shape == explanation.rows.shape
    check_text(explanation, dtype)
    # From the loss down to the layer: what is handed back last is what the layer gets.
    assert explanation.chain[0][0] == "loss"
    assert explanation.chain[-1][1].tobytes() == explanation.dout.tobytes()
    assert all(len(dout) == len(rows) for _, dout in explanation.chain)
    printed = re.findall(r"^  (?:from the|through) (\S+) +-?\d", text.split("\ng")[0], re.M)
    assert printed == [layer for layer, _ in explanation.chain]
    return explanation


def recorded(model, x, y, optimizer, dtype=np.float64, callbacks=(), path=None, **settings):
    """Return the recording of a run of `fit`; the model may be told as a list of layers."""
    model = Sequential(model, dtype) if isinstance(model, list) else model
    recorder = Recorder(model, path)
    rng = np.random.default_rng(1)
    given = {"loss": MeanSquaredError(), "epochs": 4, "batch_size": 2, "rng": rng} | settings
    fit(model, x, y, optimizer=optimizer, callbacks=[*callbacks, recorder], **given)
    return recorder.recording


def small_parts(dtype=np.float64):
    """Return model, x, y and loss of a small run, made anew."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 3)), rng.random((9, 1)).round()
    layers = [Dense(3, 4, rng=rng), ReLU(), Dense(4, 1, rng=rng), tl.Sigmoid()]
    return {"model": Sequential(layers, dtype), "x": x, "y": y, "loss": BinaryCrossEntropy()}


def dense():
    return Sequential([Dense(3, 1, rng=np.random.default_rng(0))])


def noisy(x, rng):
    return x + rng.normal(size=x.shape)
