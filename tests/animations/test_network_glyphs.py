"""Lines, rims and pictures of a network's diagram: each shows its recorded number, in colour and thickness."""

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from network_checks import check_lines, drawn, lines_of
from network_helpers import dense, trained, trained_net, trained_xor

from animations import NetworkDiagram, style
from animations.engine.painter import Painter
from animations.kit.colours import NEGATIVE, POSITIVE
from animations.scenes.network.glyphs import RIM, THIN
from animations.scenes.network.states import ParameterStates


@pytest.mark.parametrize(("name", "lines"), [("one neuron", 1), ("xor", 9), ("wide", 8 * 8 + 8 * 9 + 9 * 8)])
def test_draws_the_weights_as_lines(name, lines):
    model, recording, _ = trained_net(name)
    scene = NetworkDiagram(recording, model)
    drawn(scene)
    for frame in (0, 3, 6):
        scene.update(frame)
        assert check_lines(scene, recording, frame) == lines


def test_finds_lines_of_other_weights(monkeypatch):
    model, recording = trained_xor()
    fractions = ParameterStates.fractions
    monkeypatch.setattr(ParameterStates, "fractions", lambda states, *where: -fractions(states, *where))
    scene = NetworkDiagram(recording, model)
    drawn(scene, 5)
    with pytest.raises(AssertionError):
        check_lines(scene, recording, 5)


def test_draws_the_largest_weight_on_top():
    model, recording = trained_xor()
    scene = NetworkDiagram(recording, model)
    drawn(scene, 5)
    for lines, _ in lines_of(scene, POSITIVE, NEGATIVE):
        assert (np.diff(lines.get_linewidth()) >= 0).all()


def test_draws_the_biases_as_rims():
    layers = dense(2, 12, 3)
    layers[1].params["b"][1] = 0.0
    model, recording = trained(layers, (2,), rate=0.01)
    scene = NetworkDiagram(recording, model)
    drawn(scene, 0)
    rims = [nodes for nodes in scene.page.axes.collections if isinstance(nodes, PathCollection)][1:]  # not of the input
    for name, nodes, shown in zip(
        ("dense_1.b", "dense_2.b"), rims, ([0, 1, 2, 3, 8, 9, 10, 11], [0, 1, 2]), strict=True
    ):
        b, largest = recording[name][0][shown], np.abs(recording[name]).max()
        wanted = [style.QUIET if value == 0 else POSITIVE if value > 0 else NEGATIVE for value in b]
        assert [to_hex(color) for color in nodes.get_edgecolor()] == wanted
        fraction = (np.array(nodes.get_linewidth()) - THIN) / (RIM - THIN)
        assert (fraction - 1 / 8 <= np.abs(b) / largest).all()
        assert (np.abs(b) / largest <= fraction + 1e-9).all()


@pytest.mark.parametrize("name", ["xor", "wide", "pictures", "any parameters"])
def test_paints_every_number_of_a_picture_in_its_place_and_colour(name):
    model, recording, shape = trained_net(name)
    scene = NetworkDiagram(recording, model, input_shape=shape)
    painter = Painter(scene)
    pixels = painter.paint(4)[..., :3].astype(int)
    blocks = [block for row in scene.rows for column in row for block in column.blocks]
    for block, picture in zip(blocks, scene.page.axes.images[:-1], strict=True):
        values, (wide, high) = recording.at(4)[block.parameter.name], block.cell
        values = values.reshape(-1, values.shape[-1] if values.ndim else 1)
        rows, columns = (np.linspace(0, length - 1, min(length, most)).round().astype(int)
                         for length, most in zip(values.shape, (64, 128), strict=True))  # fmt: skip
        wanted = values[np.ix_(rows, columns)] / np.abs(recording[block.parameter.name]).max()
        colors = colormaps["RdBu"]((wanted + 1) / 2, bytes=True)[..., :3].astype(int)
        left, top = picture.get_extent()[0], scene.size[1] - picture.get_extent()[3]
        cells = pixels[top + 1 if high > 1 else top :: high, left + 1 if wide > 1 else left :: wide]
        assert np.abs(cells[: len(rows), : len(columns)] - colors).max() <= 4, block.parameter.name
