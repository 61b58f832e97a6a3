"""Chapter 7: a killed run continues bit for bit, is not lost by accident, and shows what it has counted."""

import math
import os
import re
import shutil
import time

import numpy as np
import pytest

from chapters import ch07_ten_classes as chapter
from chapters.parts.images import Images
from chapters.tools.chapter import CHAPTERS
from chapters.tools.run import run_alone
from chapters.tools.settings import UsageError
from tests.chapters.chapter_helpers import ChapterUnderTest, check_films, check_scorecard, run_chapter, undrawn
from tests.faults.death import CONTEXT
from tests.tinylearn.cifar10_files import BATCHES, write_folder
from tinylearn import Recorder, Recording, RMSprop, fit
from tinylearn.datasets import CLASS_NAMES

FILMS = ["ch07_truck_and_frog", "ch07_augmentation", "ch07_overfitting"]


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
    """The settings for a short CIFAR-10 of noise, with a truck and a frog where the book has them."""
    rng, batches = np.random.default_rng(0), {}
    for name in BATCHES:
        labels = rng.permutation(np.arange(60) % 10)
        labels[[23, 29]] = CLASS_NAMES.index("truck"), CLASS_NAMES.index("frog")
        batches[name] = labels.tolist(), rng.integers(0, 256, (60, 3072), dtype=np.uint8)
    folder = write_folder(tmp_path_factory.mktemp("data") / "cifar-10-batches-bin", "binary", batches)
    return {"data": "cifar10", "data_dir": folder}


def new_run(tmp_path, **settings):
    """Return a run on 70 pictures of noise."""
    rng = np.random.default_rng(0)
    data = Images(*(part for n in (70, 20) for part in (rng.random((n, 32, 32, 3), np.float32), np.arange(n) % 10)))
    given = {"shown": [9, 6], "learning_rate": 1e-3, "seed": 3, "checkpoint": tmp_path / "run.npz"} | settings
    return chapter.Run(data, **given)


def arrays(file):
    with np.load(file) as found:
        return {name: found[name] for name in found.files}


# --- what is learned and shown ---------------------------------------------------------------------------------------


def test_checks_every_film_and_shows_what_the_headline_says(drawn):
    check_films(drawn)
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
    assert headline["epochs"] == 2
    assert gap.epochs.tolist() == [0, 1, 2]
    recorders = [recorder for _, recorder in drawn.handed["Recorder"][1:]]
    for run, recorder, (given, _) in zip(gap.runs, recorders, drawn.handed["learning_run"], strict=True):
        x, y, *test = given[1]
        for count, (pictures, labels) in ((run.seen, (x, y)), (run.new, test)):
            model = chapter.network(np.random.default_rng(1))
            recorder.recording.restore(model, 14)
            right = model.predict(pictures).argmax(axis=1) == labels
            assert (count.correct[-1], count.total) == (right.sum(), len(labels))
    assert [(run.seen.total, run.new.total) for run in gap.runs] == [(200, 100)] * 2


def test_uses_the_network_and_training_of_the_book_and_counts_what_it_has_learned_from(tmp_path, monkeypatch):
    run, told = new_run(tmp_path), {}
    correct = sum(run.model.predict(run.data.x_train).argmax(axis=1) == run.data.y_train)
    assert chapter.headline(run)["correct of those it learned from"] == f"{correct} of 70"
    monkeypatch.setattr(chapter, "fit", lambda model, x, y, **settings: told.update(settings, model=model, x=x))
    run.learn(1)
    assert told["model"].parameters.size == 169_130
    assert told["x"] is run.data.x_train
    assert isinstance(told["optimizer"], RMSprop)
    assert (told["optimizer"].learning_rate, told["batch_size"]) == (1e-3, 32)
    assert repr(told["augment"]) == "Augment(rotation=20, shift=0.1, flip=True, fill='reflect')"
    assert (chapter.EPOCHS["cifar10"], chapter.LEARNING_RATE["cifar10"]) == (125, 1e-4)


def test_shows_the_photographs_of_the_book_says_what_is_recorded_and_records_it(tmp_path, photographs, capsys, films):
    record = tmp_path / "record"
    films, _ = undrawn(chapter, tmp_path, quick=True, **photographs, record=record)
    said = capsys.readouterr().out
    assert "14 updates, 2 × 200 pictures: about 1 min" in said
    assert "169,130 numbers per record (conv2d_1.w, …, dense_2.b)" in said
    rows = np.fromfile(photographs["data_dir"] / "test_batch.bin", np.uint8).reshape(60, 3073)
    for picture, row in zip(films["ch07_truck_and_frog"].scene.pictures, (23, 29), strict=True):
        pixels = rows[row, 1:].reshape(3, 32, 32).transpose(1, 2, 0)
        np.testing.assert_array_equal((picture * 255).round(), pixels)
    recording = Recording.load(record / "1")
    assert recording.steps.tolist() == list(range(15))
    np.testing.assert_array_equal(recording.rows[-1], arrays(tmp_path / "ch07_quick.npz")["parameters"])
    message = "record holds a recording already; go on from it with --resume, or name another"
    with pytest.raises(UsageError, match=message):
        run_chapter(chapter, tmp_path, quick=True, **photographs, record=record)
    assert [path.name for path in record.iterdir()] == ["1"]


# --- a run that is killed --------------------------------------------------------------------------------------------


def test_ends_with_the_same_bits_after_it_was_killed(tmp_path, films):
    epochs, file, record = 3, tmp_path / "ch07_quick.npz", tmp_path / "record"
    words = ["--quick", "--epochs", str(epochs), "--out", str(tmp_path), "--record", str(record)]
    process = CONTEXT.Process(target=run_alone, args=(CHAPTERS[7], words))
    process.start()
    while process.is_alive() and not file.exists():
        time.sleep(0.005)
    process.kill()
    process.join()
    reached = int(arrays(file)["more.epoch"])
    assert 0 < reached < epochs
    run_chapter(chapter, tmp_path, quick=True, epochs=epochs, resume=True, record=record)
    resumed = films.pop("ch07_truck_and_frog").scene
    (tmp_path / "whole").mkdir()
    run_chapter(chapter, tmp_path / "whole", quick=True, epochs=epochs)
    whole, one, other = films["ch07_truck_and_frog"].scene, arrays(file), arrays(tmp_path / "whole" / "ch07_quick.npz")
    assert one.keys() == other.keys() >= {"parameters", "optimizer.v", "about", "more.losses"}
    assert sum(name.startswith("more.probabilities of 2 rows") for name in one) == 1
    for name, values in one.items():
        assert (values.dtype, values.tobytes()) == (other[name].dtype, other[name].tobytes()), name
    assert [path.name for path in sorted(record.iterdir())] == ["1", "2"]
    assert whole.steps.tolist() == sorted(chapter.film_steps(7, epochs))
    assert {0, *whole.steps[whole.steps >= 7 * reached]} <= {*resumed.steps} <= {*whole.steps, 7 * reached}
    for frame, step in enumerate(resumed.steps):  # some updates before a kill had not been written yet
        if step in whole.steps:
            np.testing.assert_array_equal(resumed.probabilities[frame], whole.probabilities[whole.steps == step][0])


def test_begins_the_film_where_the_run_continues_without_a_folder(finished, films, photographs):
    with pytest.raises(UsageError, match=r"checksum of x and y was .*; pass the same arguments as then: x, y"):
        run_chapter(chapter, finished, quick=True, resume=True, **photographs, learning_rate=1e-3,
                    record=finished / "record")  # fmt: skip
    assert not (finished / "record").exists()
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


def test_continues_with_the_counts_of_the_first_run_and_changes_nothing_by_estimating(tmp_path):
    """Even from epoch 0: a network with another start does not count."""
    learned, first, again = new_run(tmp_path), new_run(tmp_path), new_run(tmp_path, seed=4)
    assert learned.seconds_per_epoch() > 0
    learned.learn(1)
    again.resume()
    assert again.epoch == 1
    assert first.shown.values[0].tobytes() == again.shown.values[0].tobytes()
    assert first.model.parameters.tobytes() != again.model.parameters.tobytes()
    first.learn(1)  # not estimated
    assert first.model.parameters.tobytes() == again.model.parameters.tobytes()
    assert first.rng.random() == learned.rng.random() == again.rng.random()
    with pytest.raises(ValueError, match=r"another run: the optimizer is RMSprop\(learning_rate=0.01.* here, RMSprop"):
        new_run(tmp_path, learning_rate=0.01).resume()


def test_never_overwrites_hours_of_training(tmp_path, films, photographs, monkeypatch, capsys):
    monkeypatch.setattr(chapter, "estimate_cost", lambda *_: "so many hours")
    settings = photographs | {"epochs": 1}
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
    said = chapter.estimate_cost(run, 125, recorder).splitlines()[:5]
    assert [line.partition(", plus 40")[0] for line in said] == [
        "195,375 updates, 125 × 70 pictures: about 70 min",
        "all parameters after each update would take 132 GB;",
        "what is recorded:",
        "  169,130 numbers per record (conv2d_1.w, …, dense_2.b): 676,520 bytes",
        "  keeps step 0, the updates for whose step `every` returns True, and the last",
    ]
    run.shown.values += 124 * [0]
    assert chapter.estimate_cost(run, 125, recorder).startswith("1,563 updates, 1 × 70 pictures: about 1 min")


@pytest.mark.parametrize(("words", "message"), [
    ("--quick --resume", "ch07: there is no checkpoint .*ch07_quick.npz to go on from; start without --resume"),
    ("--quick --checkpoint nowhere/run.npz", "ch07: there is no folder .*nowhere for the checkpoint"),
    ("--epochs 0", "argument --epochs: invalid int above 0 value: '0'"),
    ("--epochs 1.5", "argument --epochs: invalid"), ("--learning-rate nan", "argument --learning-rate: invalid"),
])  # fmt: skip
def test_says_in_a_sentence_what_is_impossible(tmp_path, capsys, words, message):
    with pytest.raises(SystemExit) as refused:
        run_alone(ChapterUnderTest(chapter), ["--out", str(tmp_path), *words.split()])
    assert re.search(message, f"{refused.value} {capsys.readouterr().err}")
