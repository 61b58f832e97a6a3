"""A part is described by the call that made it, in full: what was made differently never passes for the same."""

import copy
import pickle
import re

import numpy as np
import pytest

import tinylearn as tl
from tests.tinylearn.training_helpers import small_data
from tinylearn import SGD, Dense, Layer, Recording, Sequential, fit
from tinylearn.identity import described

RNG = np.random.default_rng
WEIGHTS = np.linspace(0.1, 1, 2000)
OTHER = np.append(WEIGHTS[:-1], 7)


class Weighted(tl.MeanSquaredError):
    def __init__(self, weights, *more, **others):
        self.factor = float(np.mean(weights))  # not under its own name


class Scaled(tl.ReLU):
    def __init__(self, factors, rng=None):
        self.mean = float(np.mean(factors))


class Silent:
    def __repr__(self):
        raise ValueError("it is not complete")


@pytest.mark.parametrize("make", [Weighted, Scaled])
@pytest.mark.parametrize(("one", "other"), [
    (1.0, 2.0), ([1, 2], [1, 3]), (WEIGHTS, OTHER), ([*WEIGHTS], [*OTHER]), (WEIGHTS, WEIGHTS.astype(np.float32)),
])  # fmt: skip
def test_tells_two_calls_apart_by_any_argument(make, one, other):
    text = repr(make(one))
    assert text == repr(copy.deepcopy(make(one))) == repr(pickle.loads(pickle.dumps(make(one)))) != repr(make(other))
    assert len(text) < 100


def test_describes_a_call_as_it_is_written_but_without_defaults_generators_and_addresses():
    assert repr(Weighted([1.0], 2, key=3)) == "Weighted(weights=[1.0], 2, key=3)"
    assert repr(Scaled([1.0], rng=RNG(0))) == repr(Scaled([1.0])) == "Scaled(factors=[1.0])"
    assert repr(tl.BinaryCrossEntropy(True)) == "BinaryCrossEntropy(from_logits=True)"
    assert repr(tl.BinaryCrossEntropy(False)) == "BinaryCrossEntropy()"
    assert "Silent object>" in repr(Weighted([1.0], key=Silent()))
    assert described({"b", "a"}) == "set('a', 'b')"
    assert re.fullmatch(r"timedelta64\[s\] \(2,\), checksum \w{8}", described(np.zeros(2, "m8[s]")))  # has no buffer
    assert described((object(), np.float32(1))) == "(<object object>, np.float32(1.0))"


def test_a_recording_explains_only_with_the_same_loss_and_layers(tmp_path):
    (x, y), model = small_data(), Sequential([Dense(3, 1, rng=RNG(0)), Scaled(WEIGHTS)])
    parts = {"x": x, "y": y, "loss": Weighted(WEIGHTS), "optimizer": SGD(0.1)}
    fit(model, **parts, epochs=1, callbacks=[tl.Recorder(model, tmp_path / "run")])
    assert Recording.load(tmp_path / "run", model=model, **parts).explain(1, "dense_1.w[0, 0]").new
    with pytest.raises(ValueError, match="another loss"):
        Recording.load(tmp_path / "run", model=model, **parts | {"loss": Weighted(OTHER)})
    with pytest.raises(ValueError, match="another model"):
        Recording.load(tmp_path / "run", model=Sequential([Dense(3, 1, rng=RNG(0)), Scaled(OTHER)]), **parts)


@pytest.mark.parametrize("make", [tl.Softmax, tl.Flatten, tl.MeanSquaredError, type("Plain", (Layer,), {})])
@pytest.mark.parametrize(("args", "settings", "got"), [((5,), {}, "5"), ((), {"axis": 0}, "axis=0")])
def test_refuses_arguments_that_nothing_takes(make, args, settings, got):
    name = make.__name__
    with pytest.raises(TypeError, match=rf"^{name} takes no arguments, got {got}; write {name}\(\)"):
        make(*args, **settings)


@pytest.mark.parametrize("make", [lambda: Dense(3, 1, RNG(0)), lambda: Dense(3, 1, range_=RNG(0))])
def test_shows_the_call_to_write(make):
    with pytest.raises(TypeError, match=r"^Dense: .*; write Dense\(n_in, n_out, \*, rng, weights=he_normal, bias"):
        make()
