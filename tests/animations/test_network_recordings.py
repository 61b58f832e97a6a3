"""A network's diagram of recordings that are incomplete, or do not belong to the model."""

import pytest
from network_checks import check_lines, check_room, lines_of, texts
from network_helpers import Holder, convolutional, dense, trained, trained_xor

import tinylearn as tl
from animations import NetworkDiagram, audit, style


def test_greys_what_was_not_recorded_and_says_so():
    model, recording = trained(dense(3, 4, 2), (3,), select=["dense_2.w", "dense_1.b"])
    scene = NetworkDiagram(recording, model)
    audit(scene, recording, frames=[3]).check()
    assert texts(scene).count("not recorded") == 2
    assert check_lines(scene, recording, 3) == 8, "only those of dense_2"
    assert sum(len(lines.get_paths()) for lines, _ in lines_of(scene, style.FAINT)) == 12
    check_room(scene)


def test_shows_every_nth_update_and_chosen_steps(tmp_path):
    model, recording = trained(dense(2, 3), (2,), epochs=20, every=5, path=tmp_path / "run")
    assert NetworkDiagram(recording, model).steps.tolist() == [0, 5, 10, 15, 20]
    recording = tl.Recording.load(tmp_path / "run")
    scene = NetworkDiagram(recording, model, steps=[0, 15])
    assert scene.steps.tolist() == [0, 15]
    audit(scene, recording).check()
    with pytest.raises(ValueError, match="step 7 is not in this recording"):
        NetworkDiagram(recording, model, [7])
    model, recording = trained(dense(1, 1), (1,), epochs=300)
    assert len(NetworkDiagram(recording, model).steps) == 61


def test_shows_unknown_outputs_without_an_input_shape():
    model, recording = trained(convolutional(), (9, 8, 2))
    scene = NetworkDiagram(recording, model)
    audit(scene, recording, frames=[6]).check()
    assert texts(scene).count("?") == 1 + len(model.layers)


def emptied(recording):
    return tl.Recording(recording.table[:0], recording.meta, source="memory")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda model, recording: (model, recording), TypeError, "recording must be a Recording, got Seq"),
        (lambda model, recording: (recording, "net"), TypeError, "model must be a Sequential, got 'net'"),
        (lambda model, recording: (recording, tl.Sequential(dense(3, 3))), ValueError,
         r"not of this model: dense_1.w has shape \(2, 3\) in the recording, and has shape \(3, 3\) in the model"),
        (lambda model, recording: (recording, tl.Sequential([Holder({"a": (2, 3)})])), ValueError,
         r"not of this model: dense_1.w has shape \(2, 3\) in the recording, and is not there in the model"),
        (lambda model, recording: (recording, model, []), ValueError, "NetworkDiagram: steps must"),
        (lambda model, recording: (emptied(recording), model), ValueError, "the recording is still empty"),
    ],
)  # fmt: skip
def test_refuses_things_that_do_not_belong_together(change, error, message):
    with pytest.raises(error, match=message):
        NetworkDiagram(*change(*trained_xor()))
