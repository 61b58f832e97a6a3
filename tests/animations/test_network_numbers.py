"""Numbers and names of a network's diagram: those of the recording, and of the model's summary."""

import numpy as np
import pytest
from network_checks import drawn
from network_helpers import NETS, dense, trained, trained_net

from animations import NetworkDiagram, audit
from animations.audit.texts import drawn_texts


@pytest.mark.parametrize("name", ["xor", "any parameters"])
def test_shows_every_number_and_a_norm_and_scale_after_the_name_of_every_parameter(name):
    model, recording, shape = trained_net(name)
    scene = NetworkDiagram(recording, model, input_shape=shape)
    shown = [block.parameter for row in scene.rows for column in row for block in column.blocks]
    wanted = [f"{name}.{key}" for name, layer in zip(model.layer_names, model.layers, strict=True)
              for key in list(layer.params)[:4]]  # fmt: skip
    assert [parameter.name for parameter in shown] == wanted
    names = {f"{parameter.name}.norm": parameter.key for parameter in shown if len(parameter.key) < 14}
    names |= {"step": "Update", "epoch": "Epoch"}
    audit(scene, recording, names=names, frames=[0, 5]).check()
    gids = {text.get_gid() for text in drawn_texts(scene.page.figure)}
    assert {"loss", *(f"{name}.{kind}" for name in wanted for kind in ("norm", "largest"))} <= gids


@pytest.mark.parametrize("name", NETS)
def test_takes_titles_shapes_and_counts_from_the_summary(name):
    model, recording, shape = trained_net(name)
    scene = NetworkDiagram(recording, model, input_shape=shape)
    drawn(scene)
    columns = [column for row in scene.rows for column in row if column.count not in ("", "from above")]
    lines = model.summary(shape).splitlines()[1:-1]
    for column, line in zip(columns, lines, strict=True):
        assert f" {column.title} " in line
        assert line.endswith(column.count)
        assert f" {column.shape_text} " in line
        labels = [text for text in scene.page.axes.texts if text.get_position()[0] == column.x and not text.get_gid()]
        middle = [text.get_text() for text in labels if text.get_position()[1] < column.top]
        assert middle[:3] == [column.title, column.shape_text, column.count]


def test_writes_few_numbers_out_but_not_many():
    model, recording = trained(dense(8, 3, 4, 7, 7), (8,))
    scene = NetworkDiagram(recording, model)
    gids = {text.get_gid() for text in drawn_texts(drawn(scene).figure)}
    written = {name for name in recording.names if any(str(gid).startswith(f"{name}[") for gid in gids)}
    assert written == {"dense_1.w", "dense_1.b", "dense_2.w", "dense_2.b"}
    assert {f"dense_1.w[{i},{j}]" for i in range(8) for j in range(3)} <= gids


def test_draws_numbers_that_are_not_finite():
    model, recording = trained(dense(2, 3, 1), (2,))
    recording.table = recording.table.copy()
    recording["dense_1.w"][5, [0, 1], 0] = np.inf
    recording["dense_1.w"][6, 0, 1:] = recording["dense_1.w"][6, 1] = np.nan
    recording["dense_1.b"][5, 1] = np.inf
    recording["dense_1.b"][6] = np.nan
    audit(NetworkDiagram(recording, model), recording, checks={"number", "cut off", "touching"}).check()
