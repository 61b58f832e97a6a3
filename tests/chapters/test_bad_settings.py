"""Impossible settings are refused before a chapter begins, in a sentence, and leave nothing in the folder."""

import re

import pytest

from chapters.__main__ import main
from chapters.tools.chapter import CHAPTERS
from chapters.tools.run import run_alone

REFUSED = {
    "negative seed": ({"seed": -1}, ValueError, "seed must be 0 or more, got -1"),
    "seed that is no number": ({"seed": "0"}, TypeError, "seed must be a whole number, got '0'"),
    "a format alone": ({"formats": "gif"}, TypeError, "formats must be a list of texts, got 'gif'; write ['gif']"),
    "unknown format": ({"formats": ("gif", "bmp")}, ValueError, "some of html, gif, mp4, apng, png, got 'bmp'"),
    "no process": ({"processes": 0}, ValueError, "processes must be at least 1, got 0"),
    "half a process": ({"processes": 1.5}, TypeError, "processes must be a whole number, got 1.5"),
    "no pixels": ({"scale": 0}, ValueError, "scale must lie in 0.5 … 4, got 0"),
    "scale in words": ({"scale": "2"}, TypeError, "scale must be a number, got '2'"),
    "quick in words": ({"quick": "yes"}, TypeError, "quick must be True or False, got 'yes'"),
}


@pytest.mark.parametrize("number", CHAPTERS)
@pytest.mark.parametrize(("settings", "kind", "message"), REFUSED.values(), ids=REFUSED)
def test_refuses_settings_that_no_chapter_can_have(tmp_path, number, settings, kind, message):
    with pytest.raises(kind, match=f"^ch{number:02}: .*{re.escape(message)}"):
        CHAPTERS[number].main(tmp_path, **settings)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", CHAPTERS)
def test_refuses_a_file_in_place_of_the_folder(tmp_path, number):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(NotADirectoryError, match=re.escape(f"ch{number:02}: {out} must be a folder to write to")):
            CHAPTERS[number].main(out)
    with pytest.raises(TypeError, match=r"path must be a text or a pathlib\.Path, got None"):
        CHAPTERS[number].main(None)


@pytest.mark.parametrize(("epochs", "kind"), [(0, ValueError), (-1, ValueError), (1.5, TypeError)])
def test_refuses_impossible_epochs(tmp_path, epochs, kind):
    with pytest.raises(kind, match=r"ch07: epochs must be (at least 1|a whole number), got "):
        CHAPTERS[7].main(tmp_path, quick=True, epochs=epochs)


COMMANDS = {
    "unknown chapter": (["3", "9"], "chapter 9 does not exist; choose from 1, 2, 3, 4, 5, 6, 7, 8"),
    "no number": (["first"], "invalid int value: 'first'"),
    "negative seed": (["3", "--seed", "-1"], "argument --seed: must be a whole number, 0 or more, got '-1'"),
    "seed in words": (["3", "--seed", "x"], "argument --seed: must be a whole number, 0 or more, got 'x'"),
    "no process": (["3", "--processes", "0"], "must be a whole number, 1 or more, got '0'"),
    "half a process": (["3", "--processes", "1.5"], "must be a whole number, 1 or more, got '1.5'"),
    "too many pixels": (["3", "--scale", "9"], "must lie in 0.5 … 4, got '9'"),
    "unknown format": (["3", "--format", "bmp"], "invalid choice: 'bmp'"),
    "unknown data": (["5", "--data", "mnist"], "invalid choice: 'mnist'"),
    "missing data": (["5", "--data", "cifar10", "--data-dir", "nowhere"], "there is no file or folder nowhere"),
    "unknown option": (["--nonsense"], "unrecognized arguments: --nonsense"),
}


@pytest.mark.parametrize(("argv", "message"), COMMANDS.values(), ids=COMMANDS)
def test_says_on_the_command_line_what_is_wrong(tmp_path, monkeypatch, capsys, argv, message):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["chapters", *argv])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir()), "a gallery, say"


def test_refuses_a_file_as_the_folder_on_the_command_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match=r"ch03: --out must be a folder to write to, got .*file"):
        run_alone(CHAPTERS[3], ["--out", str(tmp_path / "file"), "--quick"])
