"""Chapter 6: the arrays of the book, filters that learn, two networks counted honestly, a convolution of your own."""

import json
import re
import shlex

import numpy as np
import pytest

from chapters import ch06_convolution as chapter
from chapters.parts import your_convolution
from chapters.tools.chapter import CHAPTERS
from chapters.tools.run import run_alone
from tests.chapters.chapter_helpers import check_films, check_scorecard

LEFT, DIAGONAL = [[2, 3, 2], [0, 0, 0], [0, 0, 0]], [[1, 0, 2], [1, 0, 1], [2, 1, 0]]
EXAMPLE = shlex.split(next(line for line in your_convolution.__doc__.splitlines() if "--kernel" in line))[3:]


@pytest.fixture(scope="module")
def data():
    """The sketches that the chapter should use."""
    return chapter.horses_and_deer("sketches", None, seed=0)


def test_checks_every_film_and_two_next_to_each_other_have_one_size_and_one_clock(drawn):
    check_films(drawn)
    for name in ("padding_and_stride", "max_pooling"):
        one, other = drawn.films[f"ch06_{name}"].scene.scenes
        assert one.frames == other.frames
        assert (one.with_clock, other.with_clock) == (True, False)
    runs = drawn.films["ch06_dense_and_convolution"].scene.runs
    for run, name in zip(runs, ("dense", "convolutional"), strict=True):
        seen, new = (f"{count.correct[-1]} of {count.total}" for count in run.counts)
        assert seen == drawn.headline[f"{name}, correct of those it learned from"]
        assert new == drawn.headline[f"{name}, 400 unseen, correct"]
    assert len({board.size[0] for board in chapter.padding_and_stride()}) == 1, "or the narrower one is stretched"
    assert len({board.size[1] for board in chapter.pooling()}) == 1, "or the lower one is stretched"


def test_uses_the_three_arrays_of_the_book_and_states_every_accuracy_honestly(drawn):
    headline = drawn.headline
    assert headline["3 × 3 filter, stride 1, padding 1"] == LEFT
    assert headline["2 × 2 filter, stride 2"] == DIAGONAL
    assert headline["2 × 2 max pooling of that"] == [[1, 2], [2, 1]]
    assert headline["the same by hand"] == [LEFT, DIAGONAL]
    models = {key.rpartition(",")[0] for key in headline if key.endswith(("accuracy", "correct"))}
    assert len(models) == 6
    for name in models:
        check_scorecard(headline, name, int(name.split()[-2]))


def test_shows_filters_of_every_update_that_change_visibly_and_what_pulls_in_the_first_batch(drawn, data):
    shown, ((_, recording, _), _) = drawn.films["ch06_feature_maps"].scene, drawn.handed["feature_maps"][0]
    assert shown.steps.tolist() == [*range(6), *range(10, 31, 5)], "all of the first epoch, then its ends"
    for w, step in zip(shown.filters, shown.steps.tolist(), strict=True):
        np.testing.assert_array_equal(w, recording.at(step)["conv2d_1.w"])
    assert (np.ptp(shown.filters[[0, -1]], axis=0).max(axis=(0, 1, 2)) > 0.14 * shown.limit).all()
    brightness = shown.maps / shown.maps.max(axis=(0, 1, 2))
    assert (np.abs(brightness[-1] - brightness[0]).max(axis=(0, 1)) > 0.2).sum() >= 6
    pull = drawn.films["ch06_filter_pull"].scene
    np.testing.assert_array_equal(pull.pictures, data.x_train[recording.batch(1)])
    assert (pull.step, pull.letter) == (1, "ABCDEFGH"[chapter.PULLED])


def test_recognises_the_horse_that_is_shown_if_it_recognises_any(data):
    class SaysHorse:
        def __init__(self, rows):
            self.rows = rows

        def predict(self, x):
            return np.isin(np.arange(len(x)), self.rows)[:, None] * 0.9

    deer, *_ = np.flatnonzero(data.y_test == 0)
    first, *_, last = np.flatnonzero(data.y_test == 1)
    for rows, shown in (([deer, last], last), ([deer, first, last], first), ([deer], first)):
        np.testing.assert_array_equal(chapter.shown_horse(SaysHorse(rows), data, "sketches"), data.x_test[shown])
    np.testing.assert_array_equal(chapter.shown_horse(SaysHorse([deer]), data, "cifar10"), data.x_test[data.horse])


def test_trains_dense_networks_to_the_end_and_returns_both_as_they_then_were(monkeypatch, data):
    monkeypatch.setattr(chapter, "CNN_EPOCHS", 2)
    (dense, convolutional), found, gap = chapter.compare(data, np.random.default_rng(0), quick=False)
    assert gap.epochs.tolist() == [0, 1, 2]
    assert found["dense, correct of those it learned from"] == "160 of 160"
    assert found["dense, 400 unseen, accuracy"] == pytest.approx(5 / 8, abs=0.06)
    assert (found["dense, parameters"], found["convolutional, parameters"]) == (67_713, 166_817)
    assert convolutional.named_parameters()["dense_1.w"].size > 166_817 / 2, "most of them stand in a dense layer"
    known = chapter.correct(dense.predict(chapter.red_pixels(data.x_train)), data.y_train)
    assert known == 160, "it is as it was in the end, not as when the film ends"


# --- a convolution of your own ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "kernel", "stride", "padding", "out"), [
    (["--padding", "0"], chapter.ROW, (1, 1), (0, 0), None),
    (["--stride", "2"], chapter.ROW, (2, 2), (0, 0), None),
    (["--kernel", " -1 0 ;0 1;"], [[-1, 0], [0, 1]], (1, 1), (0, 0), None),
    (["--kernel", "-1.0, 0; 0, +1"], [[-1, 0], [0, 1]], (1, 1), (0, 0), None),
    (["--stride", "1 2", "--padding", "1, 2", "--kernel", "-.5"], [[-0.5]], (1, 2), (1, 2), None),
    (EXAMPLE, [[0, 1], [-1, 0]], (2, 2), "same", [[2 - 4, -6], [8, 0]]),
])  # fmt: skip
def test_takes_what_is_given_and_the_book_for_everything_left_out(
    tmp_path, monkeypatch, words, kernel, stride, padding, out
):
    """Rows may begin with a minus sign; a pair is for rows and columns. One is the example of the text."""
    films = {}
    monkeypatch.setattr("chapters.tools.chapter.draw", lambda found, *_: films.update(found))
    monkeypatch.setattr(chapter, "learn", lambda *_, **__: pytest.fail("trained for nothing"))
    run_alone(CHAPTERS[6], [*words, "--out", str(tmp_path)])
    (scene,) = (film.scene for film in films.values())
    assert list(films) == ["ch06_your_convolution"]
    assert (scene.kernel.tolist(), scene.windows.stride) == (kernel, stride)
    assert (scene.image.tolist() == chapter.IMAGE) == (out is None)
    assert padding == "same" or scene.windows.padding == padding
    (written,) = json.loads((tmp_path / "ch06_own" / "ch06.json").read_text("utf-8"))["numbers"].values()
    assert written == scene.out.tolist()
    assert out in (None, written)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--kernel", "1 2; 3"], r"argument --kernel: all rows need the same length, got \[2, 1\] numbers"),
        (["--kernel", "1 x"], "argument --kernel: expected rows of numbers with ; between the rows: .*'x'"),
        (["--image", ""], "image must be rows of numbers"),
        (["--kernel", "1 2 3 4 5 6"], "kernel may have at most 5 rows and columns to be drawn, got 1 × 6"),
        (["--image", "1 2 3 4 5 6 7 8 9"], "image may have at most 8 rows and columns"),
        (["--image", "1000"], "image must hold numbers between -1000 and 1000"),
        (["--image", "1 2; 3 4"], "a window of 3 × 3 does not fit an image of 2 × 2"),
        (["--stride", "1.5"], "stride must be a whole number, got '1.5'"),
        (["--padding", "full"], """padding must be a number, a pair, "valid" or "same", got 'full'"""),
    ],
)
def test_reports_a_wrong_convolution_on_the_command_line(words, message, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run_alone(CHAPTERS[6], [*words, "--out", str(tmp_path / "new")])
    (said,) = (line for line in capsys.readouterr().err.splitlines() if ": error: " in line)
    assert said.startswith("python -m chapters.ch06_convolution: error: ")
    assert re.search(message, said)
    assert not (tmp_path / "new").exists()
