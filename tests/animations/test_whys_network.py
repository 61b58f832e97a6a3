"""Every number of the network scenes has an explanation, along the chain back to data and loss."""

import numpy as np
import pytest

import tinylearn as tl
from animations import Backpropagation, NetworkDiagram
from animations.why import Code, Line
from tests.animations.samples.network import hidden, learn
from tests.animations.why_checks import check_whys


def test_says_what_a_loaded_recording_does_not_know(tmp_path):
    rng = np.random.default_rng(0)
    model = tl.Sequential([tl.Dense(2, 1, rng=rng)])
    with tl.Recorder(model, tmp_path / "run") as recorder:
        x = rng.normal(size=(4, 2))
        tl.fit(model, x, x[:, :1], loss=tl.MeanSquaredError(), optimizer=tl.SGD(), epochs=3, callbacks=[recorder])
    scene = NetworkDiagram(tl.Recording.load(tmp_path / "run"), model)
    check_whys(scene)
    assert "its origin is unknown" in scene.why("dense_1.w[0,0]", 2).parts[0].words
    assert scene.why("loss", 2).parts[0].words == "as recorded"


def test_runs_the_chain_of_an_update_through_the_picture():
    """From a weight's gradient each number leads to one on the picture, until the target is reached."""
    recording = learn((2, 1), tl.Tanh, (1, 1))
    scene = Backpropagation(recording)
    frame = scene.beats.turn - 1
    gids, reached = ["dense_1.w[0,0].gradient"], set()
    while gids:
        reached.add(gid := gids.pop())
        gids += [asked for asked in scene.why(gid, frame).asked() if asked not in reached]
    assert reached == {
        "dense_1.w[0,0].gradient", "input[0]", "dense_1[0].dout", "tanh_1[0].dout", "tanh_1[0].out", "dense_1[0].out",
        "dense_1.w[0,0]", "dense_1.w[1,0]", "dense_1.b[0]", "input[1]", "dense_2.w[0,0]", "dense_2[0].dout",
        "dense_2[0].out", "dense_2.b[0]", "target[0]",
    }  # fmt: skip


def test_tells_a_node_with_the_new_parameters_after_the_step():
    recording = learn((2, 1), tl.Tanh, (1, 1))
    scene = Backpropagation(recording)
    before, after = (scene.why("loss_now", frame) for frame in (scene.beats.turn - 1, scene.frames - 1))
    assert [before.value, after.value] == pytest.approx(scene.passes.losses, rel=1e-12)
    assert "with the new parameters" in after.says
    line = scene.why("dense_1[0].out", scene.frames - 1).parts[0]
    assert [piece.value for piece in line.pieces if not isinstance(piece, str)][1] == recording.at(1)["dense_1.w"][0, 0]
    step = scene.why("dense_1.w[0,0]", scene.frames - 1)
    assert [*step.asked()] == ["dense_1.w[0,0].before", "learning_rate", "dense_1.w[0,0].gradient"]


def test_leads_from_a_hidden_layer_to_the_pixels_and_the_gradients():
    scene = hidden()
    assert scene.why("upper.answers[1]", 2).value == pytest.approx(scene.answers[2, 0, 1])
    (line,) = scene.why("lower.predicted", 3).parts
    assert isinstance(line, Line)
    assert {*scene.why("lower.predicted", 3).asked()} == {"out.dense_2[1,0]"}
    gradient = scene.why("gradient.dense_1.w[3,0]", 3)
    assert isinstance(gradient.parts[-1], Code)
    assert hidden(network=False).why("gradient.dense_1.w[3,0]", 3) is None
