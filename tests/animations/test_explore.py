"""`explore`: from any recording to a page of its network, losses and numbers, with explanations."""

import json
import re

import numpy as np
import pytest
from matplotlib.text import Text

import tinylearn as tl
from animations import explore
from animations.__main__ import main
from animations.engine.painter import Painter, redraw
from animations.scenes.network.diagram import NetworkDiagram
from animations.scenes.network.numbers import ParameterNumbers
from animations.scenes.network.parameters import RecordedParameters
from animations.scenes.training.loss_curve import LossCurve
from tests.animations.audit import audited_with_painter
from tests.animations.explored import RUNS, recorded, run
from tests.animations.page_checks import DATA
from tests.animations.why_checks import check_whys


def parts_of(explored):
    """Return the scenes of an exploration, by their classes."""
    return {type(scene): scene for scene in explored._places()}


def names_of(recording):
    """Return the names of all numbers of all parameters."""
    return {name + (f"[{','.join(map(str, index))}]" if index else "")
            for name, shape in recording.shapes.items() for index in np.ndindex(*shape)}  # fmt: skip


def texts_of(scene):
    """Return the texts of a drawn scene."""
    return [artist for artist in scene.page.axes.get_children() if isinstance(artist, Text)]


def gids_of(scene):
    Painter(scene)
    return {text.get_gid() for text in texts_of(scene) if text.get_gid()}


def data_of(page):
    return json.loads(DATA.search(page.read_text(encoding="utf-8"))[1])


@pytest.fixture(scope="module", params=[name for name in RUNS if name != "dense layers"])
def name(request):
    return request.param


@pytest.fixture(scope="module")
def audited(name):
    return audited_with_painter(explore(recorded(name)), recorded(name), frames=[0, 8])


def test_explains_every_number(audited):
    assert check_whys(audited[1], [0, -1]) > 100


def test_shows_every_recorded_number_without_touching_another(audited):
    """A list of some numbers of a matrix is not a board; the next test checks their places."""
    assert [str(each) for each in audited[0].findings if "straight line" not in str(each)] == []


def test_draws_a_step_alone(name, audited):
    np.testing.assert_array_equal(audited[1].paint(8), redraw(explore(recorded(name)), 8))


def test_places_a_number_next_to_its_index_below_its_name(name, audited):
    audited[1].show(3)
    scene = parts_of(audited[1].scene)[ParameterNumbers]
    texts = [(*text.get_position(), text.get_text(), text.get_gid()) for text in texts_of(scene)]
    numbers = [(x, y, gid) for x, y, _, gid in texts if gid]
    assert len(numbers) > 10
    for x, y, number in numbers:
        index = max((left, word) for left, high, word, gid in texts if high == y and left < x and not gid)[1]
        above = min((high, word) for _, high, word, _ in texts if high > y and word in recorded(name))[1]
        assert above + index == number


def test_shows_all_numbers_of_a_small_network():
    explored = explore(recorded("dense layers"))
    shown = gids_of(parts_of(explored)[NetworkDiagram]) | gids_of(parts_of(explored)[ParameterNumbers])
    assert names_of(recorded("dense layers")) - shown == set()
    assert parts_of(explored)[ParameterNumbers].is_whole


def test_shows_numbers_of_a_large_one_that_changed_most_or_are_named():
    rng = np.random.default_rng(0)
    model = tl.Sequential([tl.Dense(30, 20, rng=rng), tl.Dense(20, 2, rng=rng)])
    recorder, x = tl.Recorder(model), np.zeros((4, 30))
    x[:, 7] = 1  # only this input moves weights
    tl.fit(model, x, np.ones((4, 2)), loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.1), epochs=9, callbacks=[recorder])
    recording = recorder.recording
    plain, asked = (parts_of(explore(recording, numbers=names))[ParameterNumbers]
                    for names in ((), ["dense_1.w[29, 18]", "dense_2.b"]))  # fmt: skip
    shown = gids_of(plain)
    change = np.ptp(recording["dense_1.w"], axis=0)
    most = np.argsort(-change.ravel(), kind="stable")[:5]
    assert {f"dense_1.w[{place // 20},{place % 20}]" for place in most} <= shown
    assert any(re.fullmatch(r"dense_1\.w\[(?!7,)\d+,\d+\]", gid) for gid in shown)  # and some that did not change
    assert gids_of(asked) - shown >= {"dense_1.w[29,18]", "dense_2.b[0]", "dense_2.b[1]"}


@pytest.mark.parametrize(("numbers", "said"), [
    (["dense_9.w"], "numbers must name recorded numbers, such as 'dense_1.w', got 'dense_9.w'"),
    (["dense_1.w[0]"], r"there is no dense_1.w\[0\]: dense_1.w has shape \(2, 5\)"),
    ([3], "numbers must name recorded numbers"),
    ("dense_1.w", "numbers must be a list of names"),
])  # fmt: skip
def test_refuses_numbers_that_are_not_there(numbers, said):
    with pytest.raises((TypeError, ValueError), match=said):
        explore(recorded("dense layers"), numbers=numbers)


def test_refuses_what_is_no_recording():
    with pytest.raises(TypeError, match="explore: recording must be a Recording, got 'run'"):
        explore("run")
    with pytest.raises(TypeError, match="unknown option 'speed'"):
        explore(recorded("dense layers"), speed=3)


def test_writes_a_page_that_counts_updates_and_explains(tmp_path):
    path = explore(recorded("a convolution"), tmp_path / "page.html", steps=[0, 1, 8], progress=False)
    data = data_of(path)
    assert path == tmp_path / "page.html"
    assert (data["unit"], data["moments"]) == ("update", [0, 1, 8])
    assert len(data["whys"]) == 1
    small = explore(recorded("dense layers"), tmp_path / "small.html", steps=[0, 1, 4, 8, 16, 32], explanations=60_000,
                    progress=False)  # fmt: skip
    assert sum(map(len, data_of(small)["whys"])) <= 60_000
    assert "one frame in" in data_of(small)["why_says"]


def test_shows_the_numbers_of_a_loaded_recording_and_says_how_to_ask_why(tmp_path):
    _, parts = run("a layer of one's own", tmp_path / "run")
    explored = explore(tl.Recording.load(tmp_path / "run"))
    Painter(explored)
    shown = parts_of(explored)
    assert NetworkDiagram not in shown
    words = [text.get_text() for text in texts_of(shown[RecordedParameters])]
    assert any("Recording.load(path, model=…, x=…, y=…, loss=…, optimizer=…)" in text for text in words)
    assert "Recording.load(path, model=…" in explored.why("dense_1.w[0,0]", 2).parts[0].words
    assert names_of(recorded("a layer of one's own")) - set().union(*(
        gids_of(shown[part]) for part in (RecordedParameters, ParameterNumbers))) == set()  # fmt: skip
    assert check_whys(explored) > 50
    told = explore(tl.Recording.load(tmp_path / "run", **parts))
    assert NetworkDiagram in parts_of(told)
    then, now = (each.why("gated_1.dense_1.w[0,1]", 4) for each in (explore(recorded("a layer of one's own")), told))
    assert [line.arithmetic for line in now.parts] == [line.arithmetic for line in then.parts]
    assert "p = p − " in now.parts[-1].words


def test_tells_a_custom_loop_what_to_give():
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0))])
    recorder, loss, sgd = tl.Recorder(model), tl.MeanSquaredError(), tl.SGD(0.1)
    x = np.array([[1.0], [2.0]])
    for step in (1, 2, 3):
        value = loss.forward(model.forward(x), x)
        model.backward(loss.backward())
        sgd.step(model.parameters, model.gradients)
        recorder.record(step=step, epoch=step, loss=value, batch=[0, 1], learning_rate=0.1)
    scene = parts_of(explore(recorder.recording))[RecordedParameters]
    assert "recording.with_training(model=…" in scene._remarks()[0]


def test_refuses_more_layers_than_a_diagram_has_room_for():
    rng = np.random.default_rng(0)
    model = tl.Sequential([layer for _ in range(48) for layer in (tl.Dense(12, 12, rng=rng), tl.Tanh())])
    recorder, x = tl.Recorder(model), rng.normal(size=(2, 12))
    tl.fit(model, x, x, loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.01), epochs=2, callbacks=[recorder])
    explored = explore(recorder.recording)
    shown = parts_of(explored)
    assert len(shown[RecordedParameters].parameters) == 60
    assert shown[RecordedParameters]._remarks() == ["There are other parameters."]


def test_needs_only_one_record_and_shows_a_diverged_training_up_to_its_end():
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0))])
    recorder, x = tl.Recorder(model), np.array([[1.0], [2.0]])
    alone = explore(recorder.recording)
    assert Painter(alone).paint(0).any()
    assert alone.frames == 1
    with pytest.raises(tl.DivergenceError):
        tl.fit(model, x, x, loss=tl.MeanSquaredError(), optimizer=tl.SGD(1e100), epochs=9, callbacks=[recorder])
    explored = explore(recorder.recording)
    painter = Painter(explored)
    for frame in range(explored.frames):
        painter.paint(frame)
    assert np.isfinite(parts_of(explored)[LossCurve].curve[1]).all()


def test_keeps_the_extremes_of_a_long_curve():
    rng = np.random.default_rng(0)
    model = tl.Sequential([tl.Dense(1, 1, rng=rng)])
    recorder, x = tl.Recorder(model), rng.normal(size=(1000, 1))
    tl.fit(model, x, 3 * x, loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.001), epochs=1, batch_size=1,
           callbacks=[recorder])  # fmt: skip
    losses = recorder.recording.losses[1:]
    steps, curve = LossCurve(recorder.recording, [0, 1000]).curve
    assert len(curve) == 800
    assert {losses.min(), losses.max()} <= set(curve)
    assert (np.diff(steps) > 0).all()


# --- as a program, and in a browser ----------------------------------------------------------------------------------


def test_opens_in_the_browser_or_says_where_it_is(monkeypatch, tmp_path, capsys):
    opened = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", lambda url: bool(opened.append(url)))
    path = explore(recorded("dense layers"), steps=[0, 1], explanations=0).open()
    assert opened == [path.as_uri()]
    assert capsys.readouterr().out == f"Open {path} in a browser.\n"
    assert data_of(path)["whys"] == []


def test_makes_a_page_of_a_folder(tmp_path, monkeypatch, capsys):
    recording, _ = run("dense layers", tmp_path / "learned", epochs=1)
    monkeypatch.chdir(tmp_path)
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) is None)
    assert main(["learned/"]) == 0
    assert main(["learned", "--out", "pages/mine.html", "--open"]) == 0
    assert capsys.readouterr().out.split() == ["learned.html", "pages/mine.html"]
    assert opened == [(tmp_path / "pages/mine.html").as_uri()]
    assert data_of(tmp_path / "learned.html")["moments"] == list(recording.steps)


def test_says_in_a_line_what_is_no_recording(tmp_path, capsys):
    assert main([str(tmp_path / "nothing")]) == 1
    assert "is no recording: expected a folder that a Recorder wrote" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--out", "page.gif"])
    assert "--out must end in .html, got page.gif" in capsys.readouterr().err
