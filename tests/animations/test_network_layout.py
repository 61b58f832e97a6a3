"""The layout of a network's diagram: with any layers, nothing overlaps, and a long network continues in rows."""

import itertools

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from network_checks import check_lines, check_room, drawn
from network_helpers import NETS, Holder, dense, trained, trained_net

import tinylearn as tl
from animations import NetworkDiagram, audit


@pytest.mark.parametrize("name", NETS)
def test_overlaps_nowhere(name):
    model, recording, shape = trained_net(name)
    scene = NetworkDiagram(recording, model, input_shape=shape)
    drawn(scene)
    check_room(scene)


@st.composite
def networks(draw):
    """Return layers and the shape of an example: dense, activations, third-party ones with long names."""
    n_in = units = draw(st.sampled_from([1, 2, 5, 9, 10, 300]))
    layers = []
    for number in range(draw(st.integers(1, 10))):
        kind = draw(st.sampled_from(["dense", "dense", "relu", "third-party"]))
        if kind == "dense":
            n_out = draw(st.sampled_from([1, 2, 3, 8, 9, 10, 50]))
            layers.append(tl.Dense(units, n_out, rng=np.random.default_rng(number)))
            units = n_out
        elif kind == "relu":
            layers.append(tl.ReLU())
        else:
            letters = draw(st.integers(1, 30))
            shapes = draw(st.lists(st.lists(st.integers(1, 9), max_size=4).map(tuple), max_size=6))
            named = {f"{'m' * letters}{number}": shape for number, shape in enumerate(shapes)}
            layers.append(type("W" * letters, (Holder,), {})(named))
    size = draw(st.sampled_from([1e-9, 1.0, 1e6]))
    for value in (value for layer in layers for value in layer.params.values()):
        value *= size
    return layers, (n_in,), size


@settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate])
@given(networks())
def test_finds_room_for_any_network(network):
    layers, shape, size = network
    model, recording = trained(layers, shape, epochs=2, rate=0.1 * size)
    scene = NetworkDiagram(recording, model, input_shape=shape)
    audit(scene, recording, frames=[2]).check()
    check_room(scene)


def test_finds_columns_without_room_between_them(monkeypatch):
    model, recording = trained(dense(*[5] * 6), (5,))
    monkeypatch.setattr("animations.scenes.network.layout.BETWEEN", (-60, -60))
    scene = NetworkDiagram(recording, model)
    assert not audit(scene, recording, frames=[0]).ok
    with pytest.raises(AssertionError):
        check_room(scene)


def test_continues_a_long_network_in_a_second_row_with_its_lines():
    model, recording = trained(dense(*[3] * 10), (3,))
    scene = NetworkDiagram(recording, model)
    drawn(scene)
    assert len(scene.rows) > 1
    for above, below in itertools.pairwise(scene.rows):
        assert (below[0].name, below[0].count) == (above[-1].name, "from above")
    assert check_lines(scene, recording, 0) == 9 * 9
    layers = [column.name for row in scene.rows for column in row if column.count != "from above"]
    assert layers == ["input", *model.layer_names]


def test_refuses_a_network_that_is_far_too_long():
    model, recording = trained(dense(*[2] * 40), (2,), epochs=1)
    message = r"39 layers need \d+ rows, and there is room for 4; draw a Sequential with some"
    with pytest.raises(ValueError, match=message):
        NetworkDiagram(recording, model)
