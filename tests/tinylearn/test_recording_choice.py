"""The recorder keeps the chosen updates and parameters, and describes the choice in words."""

import pytest

from tests.tinylearn.recording_helpers import Witness, assert_agrees, bytes_in, small_model, train
from tinylearn import Recorder

# --- every --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("every", "steps"), [(25, [0, 25, 50, 60]), (30, [0, 30, 60]), (59, [0, 59, 60])])
def test_every_nth_update_and_the_last(place, every, steps):
    model = small_model()
    recorder = Recorder(model, place, every=every)
    train(model, [recorder])
    assert list(recorder.recording.steps) == steps


def test_the_last_update_is_that_of_the_end_although_others_came_between(place):
    model = small_model()
    recorder, witness = Recorder(model, place, every=7), Witness(model)
    train(model, [recorder, witness])
    assert recorder.recording.at(60)["dense_2.b"].tobytes() == model.layers[2].params["b"].tobytes()
    assert_agrees(recorder.recording, witness)


@pytest.mark.parametrize(("every", "error"), [(0, ValueError), (-3, ValueError), (1.5, TypeError), ("all", TypeError)])
def test_refuses_a_wrong_every(every, error):
    with pytest.raises(error, match="Recorder: every must be"):
        Recorder(small_model(), every=every)


# --- select -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("select", "names"),
    [
        ("dense_2.b", ("dense_2.b",)),
        (["dense_2.b", "dense_1.w"], ("dense_1.w", "dense_2.b")),  # the model's order, whatever the list's
        ({"dense_2.w"}, ("dense_2.w",)),
        (lambda name: name.startswith("dense_2"), ("dense_2.w", "dense_2.b")),
        (lambda name: True, ("dense_1.w", "dense_1.b", "dense_2.w", "dense_2.b")),
    ],
)
def test_keeps_only_what_was_selected(place, select, names):
    model = small_model()
    recorder = Recorder(model, place, select=select)
    train(model, [recorder], epochs=2)
    recording = recorder.recording
    assert recording.names == names
    assert list(recording.at(3)) == list(names)
    assert recording.rows.shape[1] == sum(model.named_parameters()[name].size for name in names)


@pytest.mark.parametrize(
    ("select", "message"),
    [
        (["dense_1.w", "dense_3.w"], "dense_1.w, dense_1.b, dense_2.w, dense_2.b; got 'dense_3.w'"),
        ("dense_1", "got 'dense_1'"),
        ([], "none was selected"),
        (lambda name: False, "none was selected"),
    ],
)
def test_refuses_a_selection_that_fits_nothing(tmp_path, select, message):
    with pytest.raises(ValueError, match=f"Recorder: select must name parameters of the model, .*{message}"):
        Recorder(small_model(), tmp_path / "run", select=select)
    assert not (tmp_path / "run").exists()  # no half-made recording is left, the next try can use the folder


# --- in words -----------------------------------------------------------------------------------------------------


def test_describe_says_what_will_be_kept(tmp_path):
    model = small_model()
    with Recorder(model, tmp_path / "run", every=10, budget="2 MB") as recorder:
        text = recorder.describe()
    assert "21 numbers per record (dense_1.w, dense_1.b, dense_2.w, dense_2.b): 168 bytes" in text
    assert "keeps step 0, one update in 10, and the last" in text
    assert "never uses more than 2,000,000 bytes" in text
    assert f"in {tmp_path / 'run'}" in text
    assert "every update" in Recorder(model).describe()
    assert "in memory" in Recorder(model).describe()
    assert "dense_2.b): 8 bytes" in Recorder(model, select="dense_2.b").describe()


def test_describe_is_right_about_the_bytes(tmp_path):
    model = small_model()
    recorder = Recorder(model, tmp_path / "run")
    before = bytes_in(tmp_path / "run")
    train(model, [recorder], epochs=1000, batch_size=10)  # all rows in their order
    grown = bytes_in(tmp_path / "run") - before
    assert "168 bytes, plus 40" in recorder.describe()
    assert grown == pytest.approx(1000 * (168 + 40), rel=0.01)
