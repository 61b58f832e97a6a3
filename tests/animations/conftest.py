"""Chapter 3's neuron, trained once, and the scenes that show it."""

from types import SimpleNamespace

import numpy as np
import pytest

import tinylearn as tl
from animations import LineFit, NeuronDiagram, NeuronStates, SideBySide, log_spaced_steps
from tinylearn.datasets import celsius_fahrenheit
from tinylearn.initializers import ones

pytest.register_assert_rewrite("network_checks")  # so that its asserts say what differs

UNITS, ASK, FRAMES = ("°C", "°F"), 50, 81


@pytest.fixture(scope="session")
def recording():
    """The recording of 8000 full-batch updates, from w = b = 1."""
    x, y = celsius_fahrenheit()
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])
    recorder = tl.Recorder(model)
    tl.fit(model, x, y, loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.0005), epochs=8000, batch_size=len(x),
           callbacks=[recorder])  # fmt: skip
    return recorder.recording


@pytest.fixture
def states(recording):
    """The states of 81 frames, on their own arrays, for tests that spoil them."""
    x, y = celsius_fahrenheit()
    return NeuronStates(recording, x.copy(), y.copy(), log_spaced_steps(8000, FRAMES))


@pytest.fixture
def make(states):
    """Functions that make each scene, because a scene belongs to one figure at a time."""

    def diagram():
        return NeuronDiagram(states, units=UNITS, ask=ASK)

    def line():
        return LineFit(states, units=UNITS)

    return SimpleNamespace(diagram=diagram, line=line, both=lambda: SideBySide(diagram(), line()))
