"""CIFAR-10 from archives and folders in both formats: the same arrays, in the order of the files."""

import numpy as np
import pytest

from tests.tinylearn.cifar10_files import FOLDERS, files, random_batches, write_archive, write_folder
from tinylearn.datasets import CLASS_NAMES, cifar10

both_forms = pytest.mark.parametrize("form", FOLDERS)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, so that no test looks at the one of whoever runs it."""
    monkeypatch.setenv("TINYLEARN_DATA", str(tmp_path / "cache"))
    return tmp_path / "cache"


def assert_holds(data, batches):
    """Compare with one slow sum: pixel by pixel, colour by colour."""
    *train, test = batches.values()
    for x, y, parts in ((data.x_train, data.y_train, train), (data.x_test, data.y_test, [test])):
        rows = np.concatenate([rows for _, rows in parts])
        expected = np.empty((len(rows), 32, 32, 3), np.float32)
        for colour in range(3):
            expected[..., colour] = rows[:, 1024 * colour : 1024 * (colour + 1)].reshape(-1, 32, 32) / 255
        np.testing.assert_array_equal(x, expected)
        np.testing.assert_array_equal(y, np.concatenate([labels for labels, _ in parts]))
        assert x.dtype == np.float32
        assert np.issubdtype(y.dtype, np.signedinteger)


def packed(name, member=str, order=list, **others):
    """Return a function that writes an archive; `member` makes the name of each member from that of its file."""

    def write(folder, form, batches):
        named = files(form, batches)
        members = {member(f"{FOLDERS[form]}/{name}"): named[name] for name in order(named)}
        return write_archive(folder / name, members | others)

    return write


LAYOUTS = {
    "a folder": lambda folder, form, batches: write_folder(folder / FOLDERS[form], form, batches),
    "one that holds it": lambda folder, form, batches: write_folder(folder / FOLDERS[form], form, batches).parent,
    "an archive, as text": lambda *given: str(packed("short.tar.gz")(*given)),
    "another order": packed("turned.tgz", "./{}".format, reversed),
    **{f"folders {folders!r}": packed(name, lambda file, folders=folders: folders + file.rpartition("/")[2],
                                      **{"one/more/README": b"hello"})
       for name, folders in (("a.tar", ""), ("a.tar.gz", "one/more/"), ("a.tar", "/absolute/"))},
}  # fmt: skip


@both_forms
@pytest.mark.parametrize("layout", LAYOUTS)
def test_reads_the_same_from_whatever_layout(tmp_path, form, layout):
    assert_holds(cifar10(LAYOUTS[layout](tmp_path, form, random_batches())), random_batches())


def test_gives_values_from_0_to_1_and_colours_red_green_blue_from_the_form_without_pickles(tmp_path):
    batches = random_batches()
    batches["data_batch_1"] = ([6], np.repeat([255, 51, 0], 1024).astype(np.uint8)[None])
    for form in FOLDERS:
        write_folder(tmp_path / FOLDERS[form], form, batches if form == "binary" else random_batches())
    data = cifar10(tmp_path)
    np.testing.assert_array_equal(data.x_train[0], np.broadcast_to(np.float32([1, 0.2, 0]), (32, 32, 3)))
    assert CLASS_NAMES[data.y_train[0]] == "frog"


@pytest.mark.parametrize(("variables", "folder"), [
    ({"TINYLEARN_DATA": "{}/mine", "XDG_CACHE_HOME": "{}/xdg", "HOME": "{}/home"}, "mine"),
    ({"XDG_CACHE_HOME": "{}/xdg", "HOME": "{}/home"}, "xdg/tinylearn"),
    ({"XDG_CACHE_HOME": "", "HOME": "{}/home"}, "home/.cache/tinylearn"),
    ({"TINYLEARN_DATA": "~/mine", "HOME": "{}/home"}, "home/mine"),
    ({"XDG_CACHE_HOME": "~/xdg", "HOME": "{}/home"}, "home/xdg/tinylearn"),
])  # fmt: skip
def test_reads_the_cache_without_a_path(tmp_path, monkeypatch, variables, folder):
    monkeypatch.delenv("TINYLEARN_DATA")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(tmp_path))
    write_folder(tmp_path / folder / FOLDERS["python"], "python", random_batches())
    assert_holds(cifar10(), random_batches())
    assert_holds(cifar10(download=True), random_batches())  # which has nothing to do


def test_says_where_an_empty_cache_is_and_what_to_do(cache, monkeypatch):
    monkeypatch.chdir(cache.parent)
    monkeypatch.setenv("TINYLEARN_DATA", "cache")
    words = r"found none; call cifar10\(download=True\).*cifar10\(path=…\)"
    with pytest.raises(FileNotFoundError, match=f"{cache}, {words}"):
        cifar10()
    for path in (cache.parent, cache.parent / "typo.tar.gz"):
        with pytest.raises(FileNotFoundError, match=f"{path}, {words}"):
            cifar10(path, download=True)
    assert not cache.exists()
