"""Chapter 7: a killed run continues bit for bit, is not lost by accident, and shows what it has counted."""

import contextlib
import io
import math
import os
import shutil
import signal
import time

import numpy as np
import pytest

from chapters import ch07_ten_classes as chapter
from chapters.parts.images import Images
from chapters.tools.chapter import CHAPTERS
from chapters.tools.run import run_alone, table
from chapters.tools.settings import UsageError
from tests.chapters.chapter_helpers import ChapterUnderTest, check_films, check_scorecard, run_chapter, undrawn
from tests.faults.death import CONTEXT
from tests.tinylearn.cifar10_files import BATCHES, write_folder
from tinylearn import Recorder, Recording, RMSprop, fit
from tinylearn.datasets import CLASS_NAMES

FILMS = ["ch07_truck_and_frog", "ch07_augmentation", "ch07_overfitting"]
FORMATS = ("png",)


def test_checks_every_frame_of_every_film(drawn):
    check_films(drawn)


@pytest.fixture(scope="module")
def few_are_learned_from_once(drawn):
    """The networks that learn from few pictures are those of the quick run; those that try out rates learn nothing."""
    few = {given[0]: run for given, run in drawn.handed["learning_run"]}

    def learn(*given, **settings):
        return fit(*given, **settings) if "callbacks" in settings else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapter, "FEW_EPOCHS", 2)
        patch.setattr(chapter, "learning_run", lambda name, *_: few[name])
        patch.setattr(chapter, "fit", learn)
        yield


@pytest.fixture
def films(monkeypatch, few_are_learned_from_once):
    """The films of a run that draws none."""
    films = {}
    monkeypatch.setattr("chapters.tools.chapter.draw", lambda found, *_: films.update(found))
    return films


@pytest.fixture
def finished(drawn, tmp_path):
    """A folder with the checkpoint of that quick run."""
    shutil.copy(drawn.folder / "ch07_quick.npz", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """A short CIFAR-10 of noise, with a truck and a frog where the book has them."""
    rng = np.random.default_rng(0)
    batches = {}
    for name in BATCHES:
        labels = rng.permutation(np.arange(60) % 10)
        labels[[23, 29]] = CLASS_NAMES.index("truck"), CLASS_NAMES.index("frog")
        batches[name] = labels.tolist(), rng.integers(0, 256, (60, 3072), dtype=np.uint8)
    return write_folder(tmp_path_factory.mktemp("data") / "cifar-10-batches-bin", "binary", batches)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, photographs, few_are_learned_from_once):
    """A quick run on photographs, and its recording: the folder, the films (not drawn), and its output."""
    folder, said = tmp_path_factory.mktemp("photographs"), io.StringIO()
    with contextlib.redirect_stdout(said):
        films, _ = undrawn(chapter, folder, quick=True, data="cifar10", data_dir=photographs, record=folder / "record")
    return folder, films, said.getvalue()


def noise(rng, count):
    return rng.random((count, 32, 32, 3), dtype=np.float32), np.arange(count) % 10


def new_run(tmp_path, **settings):
    """Return a run on 70 pictures of noise."""
    rng = np.random.default_rng(0)
    data = Images(*noise(rng, 70), *noise(rng, 20))
    given = {"shown": [9, 6], "learning_rate": 1e-3, "seed": 3, "checkpoint": tmp_path / "run.npz"} | settings
    return chapter.Run(data, **given)


def arrays(file):
    with np.load(file) as found:
        return {name: found[name] for name in found.files}


def check_same_bits(one, other):
    """Check that two checkpoints hold the same: parameters, optimiser, generators, counts, recorded updates."""
    one, other = arrays(one), arrays(other)
    assert one.keys() == other.keys() >= {"parameters", "optimizer.v", "about", "more.losses"}
    assert sum(name.startswith("more.probabilities of 2 rows") for name in one) == 1
    for name, values in one.items():
        assert (values.dtype, values.tobytes()) == (other[name].dtype, other[name].tobytes()), name


# --- what is learned and shown ---------------------------------------------------------------------------------------


def test_uses_the_network_and_training_of_the_book(tmp_path, monkeypatch):
    told = {}
    monkeypatch.setattr(chapter, "fit", lambda model, x, y, **settings: told.update(settings, model=model, x=x))
    run = new_run(tmp_path)
    run.learn(1)
    assert told["model"].parameters.size == 169_130
    assert told["x"] is run.data.x_train
    assert isinstance(told["optimizer"], RMSprop)
    assert (told["optimizer"].learning_rate, told["batch_size"]) == (1e-3, 32)
    assert repr(told["augment"]) == "Augment(rotation=20, shift=0.1, flip=True, fill='reflect')"
    assert (chapter.EPOCHS["cifar10"], chapter.LEARNING_RATE["cifar10"]) == (125, 1e-4)


def test_changes_nothing_of_the_training_by_estimating(tmp_path):
    results = []
    for estimated in (True, False):
        run = new_run(tmp_path)
        assert not estimated or run.seconds_per_epoch() > 0
        run.learn(2)
        results.append([*run.model.parameters, run.rng.random()])
    assert results[0] == results[1]


def test_shows_in_the_films_what_the_headline_says(drawn):
    headline, films = drawn.headline, drawn.films
    assert list(films) == FILMS
    bars, gap = films["ch07_truck_and_frog"].scene, films["ch07_overfitting"].scene
    assert (bars.steps.tolist(), bars.note) == ([*range(15)], "never seen")
    assert bars.epochs.tolist() == [0] + 7 * [1] + 7 * [2]
    for p, name in enumerate(("truck", "frog")):
        assert CLASS_NAMES[bars.targets[p]] == name
        first, last = bars.probabilities[[0, -1], p, bars.targets[p]]
        assert headline[f"probability of a {name}, for the {name}"] == f"{first:.4f} at first, {last:.4f} in the end"
    assert np.shape(headline["100 unseen, confusion matrix"]) == (10, 10)
    check_scorecard(headline, "100 unseen", 100)
    assert headline["epochs"] == bars.epochs[-1] == 2
    assert [(run.seen.total, run.new.total) for run in gap.runs] == [(200, 100)] * 2
    assert gap.epochs.tolist() == [0, 1, 2]


def test_counts_what_it_has_learned_from(tmp_path):
    run = new_run(tmp_path)
    correct = sum(run.model.predict(run.data.x_train).argmax(axis=1) == run.data.y_train)
    assert chapter.headline(run)["correct of those it learned from"] == f"{correct} of 70"


def test_loads_the_photographs_that_the_book_shows(photographs, recorded):
    _, films, _ = recorded
    rows = np.fromfile(photographs / "test_batch.bin", np.uint8).reshape(60, 3073)
    for picture, row in zip(films["ch07_truck_and_frog"].scene.pictures, (23, 29), strict=True):
        pixels = rows[row, 1:].reshape(3, 32, 32).transpose(1, 2, 0)
        np.testing.assert_array_equal((picture * 255).round(), pixels)


# --- a run that is killed --------------------------------------------------------------------------------------------


def test_ends_with_the_same_bits_after_two_kills(tmp_path, films):
    epochs, file = 4, tmp_path / "ch07_quick.npz"
    words = ["--quick", "--epochs", str(epochs), "--out", str(tmp_path), "--record", str(tmp_path / "record")]
    reached = [0]
    for options, seconds in (([], 0.0), (["--resume"], 0.05)):  # right after a checkpoint, and within an epoch
        before = file.stat().st_ino if file.exists() else None
        process = CONTEXT.Process(target=run_alone, args=(CHAPTERS[7], [*words, *options]))
        process.start()
        while process.is_alive() and (not file.exists() or file.stat().st_ino == before):
            time.sleep(0.005)
        time.sleep(seconds)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        reached.append(int(arrays(file)["more.epoch"]))
    assert 0 < reached[1] < reached[2] < epochs
    run_chapter(chapter, tmp_path, quick=True, epochs=epochs, resume=True, record=tmp_path / "record")
    (tmp_path / "whole").mkdir()
    resumed = films.pop("ch07_truck_and_frog").scene
    run_chapter(chapter, tmp_path / "whole", quick=True, epochs=epochs)
    check_same_bits(file, tmp_path / "whole" / "ch07_quick.npz")
    whole = films["ch07_truck_and_frog"].scene
    assert [path.name for path in sorted((tmp_path / "record").iterdir())] == ["1", "2", "3"]
    assert whole.steps.tolist() == sorted(chapter.film_steps(7, epochs))
    assert {0, *whole.steps[whole.steps >= 7 * reached[2]]} <= {*resumed.steps} <= {*whole.steps, 7 * reached[2]}
    for frame, step in enumerate(resumed.steps):  # some updates before a kill had not been written yet
        if step in whole.steps:
            np.testing.assert_array_equal(resumed.probabilities[frame], whole.probabilities[whole.steps == step][0])


def test_begins_the_film_where_the_run_continues_without_a_folder(finished, films):
    run_chapter(chapter, finished, quick=True, epochs=3, resume=True)
    scene = films["ch07_truck_and_frog"].scene
    later = sorted(step for step in chapter.film_steps(7, 3) if step > 14)
    assert (scene.steps.tolist(), scene.epochs.tolist()) == ([14, *later], [2] + len(later) * [3])


def test_only_draws_when_a_finished_run_is_resumed(finished, drawn, films, capsys):
    file = finished / "ch07_quick.npz"
    os.utime(file, (0, 0))
    assert run_chapter(chapter, finished, quick=True, resume=True, record=finished / "record") == drawn.headline
    assert list(films) == FILMS
    assert films["ch07_truck_and_frog"].scene.steps.tolist() == [14]
    assert capsys.readouterr().out == "2 epochs are done, there is nothing left to learn\n"
    assert file.stat().st_mtime == 0
    assert not (finished / "record").exists()
    assert arrays(file)["more.epoch"] == 2


def test_continues_with_the_counts_of_the_first_run_and_refuses_a_checkpoint_of_another(tmp_path):
    """Even from epoch 0: a network with another start does not count."""
    new_run(tmp_path).learn(1)
    first, again = new_run(tmp_path), new_run(tmp_path, seed=4)
    again.resume()
    assert again.epoch == 1
    assert first.shown.values[0].tobytes() == again.shown.values[0].tobytes()
    assert first.model.parameters.tobytes() != again.model.parameters.tobytes()
    with pytest.raises(ValueError, match=r"another run: the optimizer is RMSprop\(learning_rate=0.01.* here, RMSprop"):
        new_run(tmp_path, learning_rate=0.01).resume()


def test_refuses_a_checkpoint_of_other_pictures(finished, films, photographs):
    folder = finished / "record"
    with pytest.raises(UsageError, match=r"checksum of x and y was .*; pass the same arguments as then: x, y"):
        run_chapter(chapter, finished, quick=True, resume=True, data="cifar10", data_dir=photographs,
                    learning_rate=1e-3, record=folder)  # fmt: skip
    assert not folder.exists()


def test_never_overwrites_hours_of_training(tmp_path, films, photographs, monkeypatch, capsys):
    monkeypatch.setattr(chapter, "estimate_cost", lambda *_: "so many hours")
    settings = {"data": "cifar10", "data_dir": photographs, "epochs": 1}
    run_chapter(chapter, tmp_path, **settings)
    file = tmp_path / "ch07_cifar10.npz"
    before = file.read_bytes()
    for refused in (settings, settings | {"checkpoint": file}, {"quick": True, "checkpoint": file}):
        with pytest.raises(UsageError, match=r"ch07_cifar10.npz would be overwritten: go on from it with --resume"):
            run_chapter(chapter, tmp_path, **refused)
    run_chapter(chapter, tmp_path, quick=True, epochs=1)  # it has its own file
    assert file.read_bytes() == before
    assert capsys.readouterr().out == "so many hours\n"


# --- the command line ------------------------------------------------------------------------------------------------


def test_says_before_a_long_run_how_long_it_takes_and_what_a_recording_would(tmp_path, monkeypatch):
    run = new_run(tmp_path)
    monkeypatch.setattr(run, "updates", math.ceil(50_000 / 32))
    monkeypatch.setattr(run, "seconds_per_epoch", lambda: 33.3)
    recorder = Recorder(run.model, every=chapter.film_steps(run.updates, 125).__contains__)
    first, second, third, *rest = chapter.estimate_cost(run, 125, recorder).splitlines()
    assert first == "195,375 updates, 125 × 70 pictures: about 70 min"
    assert second == "all parameters after each update would take 132 GB;"
    assert third == "what is recorded:"
    assert rest[0].startswith("  169,130 numbers per record (conv2d_1.w, …, dense_2.b): 676,520 bytes")
    assert rest[1] == "  keeps step 0, the updates for whose step `every` returns True, and the last"
    run.shown.values += 124 * [0]
    assert chapter.estimate_cost(run, 125, recorder).startswith("1,563 updates, 1 × 70 pictures: about 1 min")


def test_says_what_is_recorded_and_records_it(recorded, photographs):
    folder, _, said = recorded
    assert "14 updates, 2 × 200 pictures: about 1 min" in said
    assert "169,130 numbers per record (conv2d_1.w, …, dense_2.b)" in said
    recording = Recording.load(folder / "record" / "1")
    assert recording.steps.tolist() == list(range(15))
    np.testing.assert_array_equal(recording.rows[-1], arrays(folder / "ch07_quick.npz")["parameters"])


def test_does_not_continue_a_recording_in_another_run(recorded, photographs, tmp_path):
    folder, *_ = recorded
    with pytest.raises(
        UsageError, match="record holds a recording already; go on from it with --resume, or name another"
    ):
        run_chapter(chapter, tmp_path, quick=True, data="cifar10", data_dir=photographs, record=folder / "record")
    assert [path.name for path in (folder / "record").iterdir()] == ["1"]


def test_says_in_a_sentence_what_is_impossible(tmp_path):
    no_checkpoint = r"^ch07: there is no checkpoint .*ch07_quick.npz to go on from; start without --resume$"
    no_folder = r"^ch07: there is no folder .*nowhere for the checkpoint$"
    for words, message in ((["--resume"], no_checkpoint), (["--checkpoint", "nowhere/run.npz"], no_folder)):
        with pytest.raises(SystemExit, match=message):
            run_alone(ChapterUnderTest(chapter), ["--quick", "--out", str(tmp_path), *words])


@pytest.mark.parametrize("words", [["--epochs", "0"], ["--epochs", "1.5"], ["--learning-rate", "nan"]])
def test_refuses_numbers_that_make_no_sense(tmp_path, capsys, words):
    with pytest.raises(SystemExit):
        run_alone(ChapterUnderTest(chapter), ["--out", str(tmp_path), *words])
    assert f"argument {words[0]}: invalid" in capsys.readouterr().err


def test_prints_a_matrix_row_by_row_and_everything_else_on_a_line():
    headline = {"right": 3, "matrix": [[12, 0], [3, 7]], "interval": [0.1, 0.25], "two": [[[1]], [[2]]], "none": []}
    assert table(headline).splitlines() == [
        "  right     3",
        "  matrix    12   0",
        "             3   7",
        "  interval  [0.1, 0.25]",
        "  two       [[1]]",
        "            [[2]]",
        "  none      []",
    ]
