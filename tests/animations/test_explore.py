"""`explore`: from any recording to a page of its network, losses and numbers, whose sheet leads back to the data."""

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
from tests.animations.explored import RUNS, learn, recorded, run
from tests.animations.page_checks import DATA
from tests.animations.player_scenes import Page
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


def gids_of(*scenes):
    """Return the names of the numbers that scenes draw."""
    painted = [Painter(scene).scene for scene in scenes]
    return {text.get_gid() for scene in painted for text in texts_of(scene) if text.get_gid()}


def data_of(page):
    return json.loads(DATA.search(page.read_text(encoding="utf-8"))[1])


def learned(layers, x, y, rate=0.01, **settings):
    """Return the recording of a model that learned y from x."""
    return learn(tl.Sequential(layers), x, y, tl.MeanSquaredError(), tl.SGD(rate), **settings)


@pytest.mark.parametrize("name", [name for name in RUNS if name != "dense layers"])
def test_shows_and_explains_every_number_under_its_name_and_index(name):
    report, painter = audited_with_painter(explore(recorded(name)), recorded(name), frames=[0, 8])
    # a list of some numbers of a matrix is not a board; their places are looked at below
    assert [str(each) for each in report.findings if "straight line" not in str(each)] == []
    assert check_whys(painter, [0, -1]) > 100
    np.testing.assert_array_equal(painter.paint(8), redraw(explore(recorded(name)), 8))
    painter.show(3)
    scene = parts_of(painter.scene)[ParameterNumbers]
    texts = [(*text.get_position(), text.get_text(), text.get_gid()) for text in texts_of(scene)]
    numbers = [(x, y, gid) for x, y, _, gid in texts if gid]
    assert len(numbers) > 10
    histories = [line for lines in scene.page.axes.collections for line in lines.get_segments()]
    beside = {(round(line[0, 0]), round((line[:, 1].min() + line[:, 1].max()) / 2)) for line in histories}
    for x, y, number in numbers:
        assert any((x + space, y) in beside for space in range(4, 20)), "its history begins to the right of it"
        index = max((left, word) for left, high, word, gid in texts if high == y and left < x and not gid)[1]
        above = min((high, word) for _, high, word, _ in texts if high > y and word in recorded(name))[1]
        assert above + index == number


def test_shows_all_numbers_of_a_small_network_and_of_a_large_one_those_that_changed_most_or_are_named():
    shown = parts_of(explore(recorded("dense layers")))
    assert names_of(recorded("dense layers")) <= gids_of(shown[NetworkDiagram], shown[ParameterNumbers])
    assert shown[ParameterNumbers].is_whole
    rng, x = np.random.default_rng(0), np.zeros((4, 30))
    x[:, 7] = 1  # only this input moves weights
    recording = learned([tl.Dense(30, 20, rng=rng), tl.Dense(20, 2, rng=rng)], x, np.ones((4, 2)), rate=0.1, epochs=9)
    plain, asked = (gids_of(parts_of(explore(recording, numbers=names))[ParameterNumbers])
                    for names in ((), ["dense_1.w[29, 18]", "dense_2.b"]))  # fmt: skip
    most = np.argsort(-np.ptp(recording["dense_1.w"], axis=0).ravel(), kind="stable")[:5]
    assert {f"dense_1.w[{place // 20},{place % 20}]" for place in most} <= plain
    assert any(re.fullmatch(r"dense_1\.w\[(?!7,)\d+,\d+\]", gid) for gid in plain)  # and some that did not change
    assert asked - plain >= {"dense_1.w[29,18]", "dense_2.b[0]", "dense_2.b[1]"}


@pytest.mark.parametrize(("given", "said"), [
    ({"numbers": ["dense_9.w"]}, "numbers must name recorded numbers, such as 'dense_1.w', got 'dense_9.w'"),
    ({"numbers": ["dense_1.w[0]"]}, r"there is no dense_1.w\[0\]: dense_1.w has shape \(2, 5\)"),
    ({"numbers": [3]}, "numbers must name recorded numbers"),
    ({"numbers": "dense_1.w"}, "numbers must be a list of names"),
    ({"recording": "run"}, "explore: recording must be a Recording, got 'run'"),
    ({"speed": 3}, "unknown option 'speed'"),
])  # fmt: skip
def test_refuses_what_is_no_recording_no_number_of_it_or_no_option(given, said):
    with pytest.raises((TypeError, ValueError), match=said):
        explore(**{"recording": recorded("dense layers")} | given)


def test_shows_the_numbers_of_a_loaded_recording_and_says_how_to_ask_why(tmp_path):
    name = "a layer of one's own"
    _, parts = run(name, tmp_path / "run")
    explored = explore(tl.Recording.load(tmp_path / "run"))
    shown = parts_of(explored)
    assert NetworkDiagram not in shown
    assert names_of(recorded(name)) <= gids_of(shown[RecordedParameters], shown[ParameterNumbers])
    words = [text.get_text() for text in texts_of(shown[RecordedParameters])]
    assert any("Recording.load(path, model=…, x=…, y=…, loss=…, optimizer=…)" in text for text in words)
    assert "Recording.load(path, model=…" in explored.why("dense_1.w[0,0]", 2).parts[0].words
    assert check_whys(explored) > 50
    told = explore(tl.Recording.load(tmp_path / "run", **parts))
    assert NetworkDiagram in parts_of(told)
    then, now = (each.why("gated_1.dense_1.w[0,1]", 4) for each in (explore(recorded(name)), told))
    assert [line.arithmetic for line in now.parts] == [line.arithmetic for line in then.parts]
    assert "p = p − " in now.parts[-1].words


def test_tells_a_custom_loop_what_to_give_and_needs_only_one_record():
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0))])
    recorder, loss, sgd = tl.Recorder(model), tl.MeanSquaredError(), tl.SGD(0.1)
    alone = explore(recorder.recording)
    assert Painter(alone).paint(0).any()
    assert alone.frames == 1
    x = np.array([[1.0], [2.0]])
    for step in (1, 2, 3):
        value = loss.forward(model.forward(x), x)
        model.backward(loss.backward())
        sgd.step(model.parameters, model.gradients)
        recorder.record(step=step, epoch=step, loss=value, batch=[0, 1], learning_rate=0.1)
    scene = parts_of(explore(recorder.recording))[RecordedParameters]
    assert "recording.with_training(model=…" in scene._remarks()[0]


def test_shows_some_parameters_of_more_layers_than_a_diagram_has_room_for():
    rng = np.random.default_rng(0)
    x, layers = rng.normal(size=(2, 12)), [layer for _ in range(48) for layer in (tl.Dense(12, 12, rng=rng), tl.Tanh())]
    scene = parts_of(explore(learned(layers, x, x, epochs=2)))[RecordedParameters]
    assert len(scene.parameters) == 60
    assert scene._remarks() == ["There are other parameters."]


def test_shows_a_diverged_training_up_to_its_end_and_the_extremes_of_a_long_curve():
    rng = np.random.default_rng(0)
    model, x = tl.Sequential([tl.Dense(1, 1, rng=rng)]), rng.normal(size=(1000, 1))
    recorder = tl.Recorder(model)
    with pytest.raises(tl.DivergenceError):
        tl.fit(model, x, x, loss=tl.MeanSquaredError(), optimizer=tl.SGD(1e100), epochs=9, callbacks=[recorder])
    painter = Painter(explore(recorder.recording))
    for frame in range(painter.scene.frames):
        painter.paint(frame)
    assert np.isfinite(parts_of(painter.scene)[LossCurve].curve[1]).all()
    recording = learned([tl.Dense(1, 1, rng=rng)], x, 3 * x, rate=0.001, epochs=1, batch_size=1)
    steps, curve = LossCurve(recording, [0, 1000]).curve
    assert len(curve) == 800
    assert {recording.losses[1:].min(), recording.losses[1:].max()} <= set(curve)
    assert (np.diff(steps) > 0).all()


def test_writes_a_page_that_counts_updates_and_opens_in_the_browser_or_says_where_it_is(monkeypatch, tmp_path, capsys):
    path = explore(recorded("dense layers"), tmp_path / "small.html", steps=[0, 1, 4, 8, 16, 32], explanations=60_000,
                   progress=False)  # fmt: skip
    data = data_of(path)
    assert (path, data["unit"], data["moments"]) == (tmp_path / "small.html", "update", [0, 1, 4, 8, 16, 32])
    assert 0 < sum(map(len, data["whys"])) <= 60_000
    assert "one frame in" in data["why_says"]
    opened = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", lambda url: bool(opened.append(url)))
    path = explore(recorded("dense layers"), steps=[0, 1], explanations=0).open()
    assert opened == [path.as_uri()]
    assert capsys.readouterr().out == f"Open {path} in a browser.\n"
    assert data_of(path)["whys"] == []


def test_makes_a_page_of_a_folder_or_says_in_a_line_what_is_no_recording(tmp_path, monkeypatch, capsys):
    recording, _ = run("dense layers", tmp_path / "learned", epochs=1)
    monkeypatch.chdir(tmp_path)
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) is None)
    assert main(["learned/"]) == 0
    assert main(["learned", "--out", "pages/mine.html", "--open"]) == 0
    assert capsys.readouterr().out.split() == ["learned.html", "pages/mine.html"]
    assert opened == [(tmp_path / "pages/mine.html").as_uri()]
    assert data_of(tmp_path / "learned.html")["moments"] == list(recording.steps)
    assert main(["nothing"]) == 1
    assert "is no recording: expected a folder that a Recorder wrote" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["learned", "--out", "page.gif"])
    assert "--out must end in .html, got page.gif" in capsys.readouterr().err


def test_leads_on_the_sheet_from_every_number_back_to_the_data_and_fits_screens(browser, tmp_path):
    recording, path = recorded("dense layers"), tmp_path / "page.html"
    page = Page(browser).open(explore(recording, path, steps=[0, 1, 8], progress=False))
    page.show(2, motion=1)
    drawn = page.run("return [...document.querySelectorAll('[data-gid]')]"
                     ".filter((each) => each.getClientRects().length).map((each) => each.dataset.gid)")  # fmt: skip
    explained = page.get("[...asking.explained].filter(([, frames]) => frames.includes(2)).map(([gid]) => gid)")
    assert len(drawn) > 40
    assert {*drawn} <= {*explained}
    page.ask("dense_1.w[1,2]")
    new = float(recording.at(8)["dense_1.w"][1, 2])
    assert f"{new:.5g}".replace("-", "−") in page.texts(".sheet .told")[0]
    page.click(".sheet [data-of='gradient.dense_1.w[1,2]']")
    browser.wait_for("document.querySelector('.sheet .sum') !== null")
    told = page.texts(".sheet .told")[0]
    assert all(f"row {row + 1}" in told for row in recording.batch(8))
    assert f"{abs(recording.gradients(8)['dense_1.w'][1, 2]):.3g}"[:4] in told
    page.click(".sheet button.close")
    for width in (1400, 800, 360):
        page.resize(width)
        assert page.run("return document.documentElement.scrollWidth") <= width
        assert page.smallest_text() > 11.9
    assert browser.complaints() == []
    assert browser.requests() == [path.as_uri()]
