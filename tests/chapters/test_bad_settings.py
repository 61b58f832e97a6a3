"""Impossible settings are refused before a chapter begins, in a sentence, and leave nothing in the folder."""

import re

import pytest

from chapters.__main__ import main
from chapters.tools.chapter import CHAPTERS
from chapters.tools.run import run_alone

REFUSED = {
    "negative seed": ({"seed": -1}, ValueError, "seed must be 0 or more, got -1"),
    "a format alone": ({"formats": "gif"}, TypeError, "formats must be a list of texts, got 'gif'; write ['gif']"),
    "unknown format": ({"formats": ("gif", "bmp")}, ValueError, "some of html, gif, mp4, apng, png, got 'bmp'"),
    "no process": ({"processes": 0}, ValueError, "processes must be at least 1, got 0"),
    "no pixels": ({"scale": 0}, ValueError, "scale must lie in 0.5 … 4, got 0"),
    "too many pixels": ({"scale": 4.5}, ValueError, "scale must lie in 0.5 … 4, got 4.5"),
    "quick in words": ({"quick": "yes"}, TypeError, "quick must be True or False, got 'yes'"),
}


@pytest.mark.parametrize("number", CHAPTERS)
def test_refuses_settings_that_no_chapter_can_have_and_a_file_in_place_of_the_folder(tmp_path, number):
    for settings, kind, message in REFUSED.values():
        with pytest.raises(kind, match=f"^ch{number:02}: .*{re.escape(message)}"):
            CHAPTERS[number].main(tmp_path, **settings)
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(NotADirectoryError, match=re.escape(f"ch{number:02}: {out} must be a folder to write to")):
            CHAPTERS[number].main(out)


def test_refuses_impossible_epochs(tmp_path):
    for epochs, kind in ((0, ValueError), (1.5, TypeError)):
        with pytest.raises(kind, match=r"ch07: epochs must be (at least 1|a whole number), got "):
            CHAPTERS[7].main(tmp_path, quick=True, epochs=epochs)


@pytest.mark.parametrize(("words", "message"), [
    ("3 9", "chapter 9 does not exist; choose from 1, 2, 3, 4, 5, 6, 7, 8"),
    ("first", "invalid int value: 'first'"),
    ("3 --seed -1", "argument --seed: must be a whole number, 0 or more, got '-1'"),
    ("3 --seed x", "argument --seed: must be a whole number, 0 or more, got 'x'"),
    ("3 --processes 0", "must be a whole number, 1 or more, got '0'"),
    ("3 --scale 9", "must lie in 0.5 … 4, got '9'"),
    ("3 --scale x", "must lie in 0.5 … 4, got 'x'"),
    ("3 --format bmp", "invalid choice: 'bmp'"),
    ("5 --data mnist", "invalid choice: 'mnist'"),
    ("5 --data cifar10 --data-dir nowhere", "there is no file or folder nowhere"),
    ("6 --kernel 1", "unrecognized arguments: --kernel"),
])  # fmt: skip
def test_says_on_the_command_line_what_is_wrong(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["chapters", *words.split()])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir()), "a gallery, say"
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match=r"ch03: --out must be a folder to write to, got .*file"):
        run_alone(CHAPTERS[3], ["--out", str(tmp_path / "file"), "--quick"])
