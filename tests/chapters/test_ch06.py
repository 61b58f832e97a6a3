"""Chapter 6: the arrays of the book, filters that learn, two networks counted honestly, a convolution of your own."""

import json
import re

import numpy as np
import pytest

from chapters import __main__ as all_chapters
from chapters import ch06_convolution as chapter
from chapters.parts import your_convolution
from chapters.tools.chapter import CHAPTERS
from chapters.tools.run import run_alone
from tests.chapters.chapter_helpers import check_films, check_scorecard
from tinylearn import Conv2D, ReLU
from tinylearn.layers.loops import convolve

EPOCHS = 6  # of a quick run
LEFT, DIAGONAL = [[2, 3, 2], [0, 0, 0], [0, 0, 0]], [[1, 0, 2], [1, 0, 1], [2, 1, 0]]
FORMATS = ("png",)
pytestmark = pytest.mark.usefixtures("each_sketch_is_drawn_once")


@pytest.fixture(scope="module")
def data(each_sketch_is_drawn_once):
    """The sketches that the chapter should use."""
    return chapter.horses_and_deer("sketches", None, seed=0)


def test_checks_every_frame_of_every_film(drawn):
    check_films(drawn)


def test_uses_the_three_arrays_of_the_book(drawn):
    headline, films = drawn.headline, drawn.films
    left, right = films["ch06_padding_and_stride"].scene.scenes
    pooling, _ = films["ch06_max_pooling"].scene.scenes
    assert headline["3 × 3 filter, stride 1, padding 1"] == left.out.tolist() == LEFT
    assert headline["2 × 2 filter, stride 2"] == right.out.tolist() == pooling.image.tolist() == DIAGONAL
    assert headline["2 × 2 max pooling of that"] == pooling.out.tolist() == [[1, 2], [2, 1]]
    assert headline["the same by hand"] == [LEFT, DIAGONAL]


def test_ends_compared_networks_as_the_headline_says(drawn):
    headline, runs = drawn.headline, drawn.films["ch06_dense_and_convolution"].scene.runs
    for name, run in zip(("dense", "convolutional"), runs, strict=True):
        seen, new = (f"{count.correct[-1]} of {count.total}" for count in run.counts)
        assert (seen, new) == (
            headline[f"{name}, correct of those it learned from"],
            headline[f"{name}, 400 unseen, correct"],
        )


@pytest.mark.parametrize("size", [(3, 3), (1, 2), (4, 2)])
@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 1), (3, 2)])
def test_equals_the_layer_by_hand(size, stride, padding):
    rng = np.random.default_rng(stride)
    image, kernel = rng.normal(size=(5, 7)), rng.normal(size=size)
    layer = Conv2D(1, 1, size, stride, padding, rng=rng)
    layer.params["w"][...] = kernel[:, :, None, None]
    out = chapter.convolve_by_hand(image.tolist(), kernel.tolist(), stride, padding)
    np.testing.assert_allclose(out, layer.forward(image[None, :, :, None])[0, :, :, 0], atol=1e-12)


def test_gives_two_films_next_to_each_other_one_size_and_one_clock(drawn):
    for name in ("padding_and_stride", "max_pooling"):
        one, other = drawn.films[f"ch06_{name}"].scene.scenes
        assert one.frames == other.frames
        assert (one.with_clock, other.with_clock) == (True, False)
    assert len({board.size[0] for board in chapter.padding_and_stride()}) == 1, "or the narrower one is stretched"
    assert len({board.size[1] for board in chapter.pooling()}) == 1, "or the lower one is stretched"


def test_shows_filters_and_maps_of_every_update(drawn):
    shown = drawn.films["ch06_feature_maps"].scene
    ((model, recording, horse), _) = drawn.handed["feature_maps"][0]
    assert shown.steps.tolist() == [*range(6), *range(10, 5 * EPOCHS + 1, 5)], "all of the first epoch, then its ends"
    for frame, step in enumerate(shown.steps.tolist()):
        w, b = (recording.at(step)[f"conv2d_1.{name}"] for name in "wb")
        np.testing.assert_array_equal(shown.filters[frame], w)
        out = np.maximum(convolve(horse[None] - np.float32(0.5), w, b, model.layers[0].windows), np.float32(0))[0]
        np.testing.assert_allclose(shown.maps[frame], out, atol=1e-5)


def test_changes_filters_and_maps_visibly(drawn):
    """Even within the six epochs of a quick run."""
    shown = drawn.films["ch06_feature_maps"].scene
    for k in range(8):
        assert np.abs(shown.filters[-1, ..., k] - shown.filters[0, ..., k]).max() > 0.14 * shown.limit
    brightness = shown.maps / shown.maps.max(axis=(0, 1, 2))
    assert (np.abs(brightness[-1] - brightness[0]).max(axis=(0, 1)) > 0.2).sum() >= 6


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


def test_shows_the_first_batch_as_the_pictures_that_pull(drawn, data):
    shown, ((recording, _), _) = drawn.films["ch06_filter_pull"].scene, drawn.handed["filter_pull"][0]
    np.testing.assert_array_equal(shown.pictures, data.x_train[recording.batch(1)])
    assert (shown.step, shown.letter) == (1, "ABCDEFGH"[chapter.PULLED])
    for step, w in enumerate((shown.before, shown.after)):
        np.testing.assert_array_equal(w, recording.at(step)["conv2d_1.w"][..., chapter.PULLED])


def test_gives_every_accuracy_with_its_count_interval_and_baseline(drawn):
    models = {key.rpartition(",")[0] for key in drawn.headline if key.endswith(("accuracy", "correct"))}
    assert models == {f"{name}, {count} unseen" for name in ("eight filters", "dense", "convolutional")
                      for count in (41, 400)}  # fmt: skip
    for name in models:
        check_scorecard(drawn.headline, name, int(name.split()[-2]))


def test_says_the_facts_of_the_two_networks(monkeypatch, data):
    """It is already so after 15 of the 40 epochs: of 400 unseen pictures six in seven, and five in eight."""
    count = chapter.recorded_counts

    def counted_at_first(recording, model, steps, *sets):
        return [np.resize(correct, len(steps)) for correct in count(recording, model, steps[:1], *sets)]

    monkeypatch.setattr(chapter, "CNN_EPOCHS", 15)
    monkeypatch.setattr(chapter, "recorded_counts", counted_at_first)
    (dense, convolutional), found, _ = chapter.compare(data, np.random.default_rng(0), quick=False)
    assert found["dense, correct of those it learned from"] == "160 of 160"
    assert found["dense, 400 unseen, accuracy"] == pytest.approx(5 / 8, abs=0.06)
    assert found["convolutional, 400 unseen, accuracy"] == pytest.approx(6 / 7, abs=0.06)
    few = [int(found[f"{name}, 41 unseen, correct"].split()[0]) for name in ("dense", "convolutional")]
    assert few[0] < few[1]
    assert (found["dense, parameters"], found["convolutional, parameters"]) == (67_713, 166_817)
    assert convolutional.named_parameters()["dense_1.w"].size > 166_817 / 2, "most of them stand in a dense layer"
    known = chapter.correct(dense.predict(chapter.red_pixels(data.x_train)), data.y_train)
    assert known == 160, "it is as it was in the end, not as when the film ends"


# --- parts -----------------------------------------------------------------------------------------------------------


def test_gives_the_networks_the_shapes_written_next_to_them():
    x, shapes = np.zeros((2, 32, 32, 1), np.float32), []
    for layer in chapter.convolutional_network(np.random.default_rng(0)).layers:
        x = layer.forward(x)
        shapes.append(x.shape[1:])
    assert [shapes[k] for k in (2, 5, 6, 7, -1)] == [(15, 15, 64), (6, 6, 32), (1152,), (128,), (1,)]
    convolution, relu, *_ = chapter.eight_filters(np.random.default_rng(0)).layers
    assert (convolution.params["w"].shape, type(relu)) == ((5, 5, 3, 8), ReLU)
    assert convolution.forward(np.zeros((1, 32, 32, 3), np.float32)).shape == (1, 32, 32, 8)


# --- a convolution of your own ---------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the chapter's command line without drawing; return the scene and the contents of ch06_own/ch06.json."""
    films = {}
    monkeypatch.setattr("chapters.tools.chapter.draw", lambda found, *_: films.update(found))
    monkeypatch.setattr(chapter, "learn", lambda *_, **__: pytest.fail("trained for nothing"))

    def command(*words):
        run_alone(CHAPTERS[6], [*words, "--out", str(tmp_path)])
        assert list(films) == ["ch06_your_convolution"]
        return films["ch06_your_convolution"].scene, json.loads(
            (tmp_path / "ch06_own" / "ch06.json").read_text("utf-8")
        )["numbers"]

    return command


def test_runs_the_example_of_the_text(run):
    words = next(line for line in your_convolution.__doc__.splitlines() if "--kernel" in line).split(maxsplit=3)[3]
    assert words == '--kernel "0 1; -1 0" --stride 2 --padding same --image "1 2 3; 4 5 6; 7 8 9"'
    scene, written = run("--kernel", "0 1; -1 0", "--stride", "2", "--padding", "same", "--image", "1 2 3;4 5 6;7 8 9")
    assert scene.kernel.tolist() == [[0, 1], [-1, 0]]
    assert written == {"2 × 2 filter, stride 2, padding same": [[2 - 4, -6], [8, 0]]}


@pytest.mark.parametrize(("words", "kernel", "stride", "padding"), [
    (["--padding", "0"], chapter.ROW, (1, 1), (0, 0)),
    (["--stride", "2"], chapter.ROW, (2, 2), (0, 0)),
    (["--kernel", "-1,0;0,1"], [[-1, 0], [0, 1]], (1, 1), (0, 0)),
    (["--kernel", " -1 0 ;0 1;"], [[-1, 0], [0, 1]], (1, 1), (0, 0)),
    (["--kernel", "-1.0, 0; 0, +1"], [[-1, 0], [0, 1]], (1, 1), (0, 0)),
    (["--stride", "1 2", "--padding", "1, 2", "--kernel", "-.5"], [[-0.5]], (1, 2), (1, 2)),
])  # fmt: skip
def test_takes_what_is_given_and_the_book_for_everything_left_out(run, words, kernel, stride, padding):
    """Rows may begin with a minus sign; a pair is for rows and columns."""
    scene, _ = run(*words)
    assert (scene.image.tolist(), scene.kernel.tolist()) == (chapter.IMAGE, kernel)
    assert (scene.windows.stride, scene.windows.padding) == (stride, padding)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--kernel", "1 2; 3"], r"argument --kernel: all rows need the same length, got \[2, 1\] numbers"),
        (["--kernel", "1 x"], "argument --kernel: expected rows of numbers with ; between the rows: .*'x'"),
        (["--image", ""], "image must be rows of numbers"),
        (["--kernel", "1 2 3 4 5 6"], "kernel may have at most 5 rows and columns to be drawn, got 1 × 6"),
        (["--image", "1 2 3 4 5 6 7 8 9"], "image may have at most 8 rows and columns"),
        (["--image", "1000"], "image must hold numbers between -1000 and 1000"),
        (["--kernel", "nan"], "kernel must hold numbers between"),
        (["--image", "1 2; 3 4"], "a window of 3 × 3 does not fit an image of 2 × 2"),
        (["--stride", "0"], "stride must be at least 1, got 0"),
        (["--stride", "1.5"], "stride must be a whole number, got '1.5'"),
        (["--stride", "1 2 3"], r"stride must be a number or a pair \(rows, columns\), got \(1, 2, 3\)"),
        (["--padding", "-1"], "padding must not be negative, got -1"),
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


def test_knows_this_chapter_among_all_but_not_its_own_options(monkeypatch, tmp_path, capsys):
    told = []
    monkeypatch.setattr(all_chapters, "run_all", lambda *given, **_: told.append(given))
    monkeypatch.setattr("sys.argv", ["chapters", "6", "--out", str(tmp_path)])
    all_chapters.main()
    ((chapters, arguments),) = told
    assert chapters == {"ch06": CHAPTERS[6]}
    assert not {"kernel", "image", "stride", "padding"} & set(vars(arguments))
    monkeypatch.setattr("sys.argv", ["chapters", "6", "--kernel", "1"])
    with pytest.raises(SystemExit):
        all_chapters.main()
    assert "unrecognized arguments: --kernel" in capsys.readouterr().err
