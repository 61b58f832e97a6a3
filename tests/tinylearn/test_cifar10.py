"""CIFAR-10 from archives and folders in both formats; for anything else the error names the file and says why."""

import gzip
import re
import tarfile

import numpy as np
import pytest

from tests.tinylearn import cifar10_files as made
from tests.tinylearn.cifar10_files import FOLDERS, archive_members, random_batches, write_archive, write_folder
from tinylearn.datasets import CLASS_NAMES, cifar10
from tinylearn.datasets.archive import members

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


def packed(name, folders=None, order=list):
    """Return a function that writes an archive, with its files in these folders, and another file."""

    def write(folder, form, batches):
        named, where = made.files(form, batches), FOLDERS[form] + "/" if folders is None else folders
        return write_archive(
            folder / name, {where + each: named[each] for each in order(named)} | {"a/README": b"hello"}
        )

    return write


LAYOUTS = {
    "a folder": lambda folder, form, batches: write_folder(folder / FOLDERS[form], form, batches),
    "one that holds it": lambda folder, form, batches: write_folder(folder / FOLDERS[form], form, batches).parent,
    "an archive, as text": lambda *given: str(packed("short.tar.gz")(*given)),
    "another order": packed("turned.tgz", "./any/", reversed),
    "no folder": packed("a.tar", ""),
    "other folders": packed("a.tar.gz", "/one/more/"),
}


@both_forms
@pytest.mark.parametrize("layout", LAYOUTS)
def test_reads_the_same_from_whatever_layout(tmp_path, form, layout):
    assert_holds(cifar10(LAYOUTS[layout](tmp_path, form, random_batches())), random_batches())


def test_gives_values_from_0_to_1_and_colours_red_green_blue_from_the_form_without_pickles(tmp_path):
    batches = random_batches() | {"data_batch_1": ([6], np.repeat([255, 51, 0], 1024).astype(np.uint8)[None])}
    for form in FOLDERS:
        write_folder(tmp_path / FOLDERS[form], form, batches if form == "binary" else random_batches())
    data = cifar10(tmp_path)
    np.testing.assert_array_equal(data.x_train[0], np.broadcast_to(np.float32([1, 0.2, 0]), (32, 32, 3)))
    assert CLASS_NAMES[data.y_train[0]] == "frog"


@pytest.mark.parametrize(("variables", "folder"), [
    ({"TINYLEARN_DATA": "~/mine", "XDG_CACHE_HOME": "{}/xdg", "HOME": "{}/home"}, "home/mine"),
    ({"XDG_CACHE_HOME": "~/xdg", "HOME": "{}/home"}, "home/xdg/tinylearn"),
    ({"XDG_CACHE_HOME": "", "HOME": "{}/home"}, "home/.cache/tinylearn"),
])  # fmt: skip
def test_reads_the_cache_without_a_path(tmp_path, monkeypatch, variables, folder):
    monkeypatch.delenv("TINYLEARN_DATA")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(tmp_path))
    write_folder(tmp_path / folder / FOLDERS["python"], "python", random_batches())
    assert_holds(cifar10(), random_batches())
    assert_holds(cifar10(download=True), random_batches())  # which has nothing to do


# --- refused ----------------------------------------------------------------------------------------------------------


def test_says_where_nothing_is_and_what_to_do(cache, monkeypatch):
    monkeypatch.chdir(cache.parent)
    monkeypatch.setenv("TINYLEARN_DATA", "cache")
    words = r"found none; call cifar10\(download=True\).*cifar10\(path=…\)"
    with pytest.raises(FileNotFoundError, match=f"{cache}, {words}"):
        cifar10()
    for path in (cache.parent, cache.parent / "typo.tar.gz"):
        with pytest.raises(FileNotFoundError, match=f"{path}, {words}"):
            cifar10(path, download=True)
    assert not cache.exists()


def labelled(form, label):
    """The bytes of three rows, the second with another label."""
    labels, rows = random_batches()["data_batch_3"]
    return made.WRITERS[form]([labels[0], label, *labels[2:]], rows)


def pickled(rows, columns):
    """A batch with labels for three rows."""
    return made.python_2_pickle([1, 2, 3], np.zeros((rows, columns), np.uint8))


@pytest.mark.parametrize(("form", "change", "message"), [
    *((form, lambda data, length=length: data[:length], "expected .* got ")
      for form in FOLDERS for length in (0, 100, 3073 * 2 - 1, -1)),
    ("binary", lambda data: labelled("binary", 10), "expected labels from 0 to 9, got 10 in row 1; .* not CIFAR-100"),
    ("python", lambda data: labelled("python", 10), "expected .* from 0 to 9 as labels, got 10 in row 1"),
    ("binary", lambda data: bytes(3073 * 10_001), "expected 1 to 10,000 rows .*, got 10,001 rows"),
    ("python", lambda data: pickled(3, 3073), r"expected data of shape \(n, 3072\), uint8, got .*3073"),
    ("python", lambda data: pickled(2, 3072), "expected .* a label for each, got 2 rows and 3 labels"),
])  # fmt: skip
def test_refuses_a_damaged_batch(tmp_path, form, change, message):
    file = write_folder(tmp_path / FOLDERS[form], form, random_batches()) / f"data_batch_3{made.SUFFIXES[form]}"
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(ValueError, match=rf"^{file}: {message}"):
        cifar10(tmp_path)


@both_forms
def test_names_a_missing_batch(tmp_path, form):
    batches = random_batches()
    del batches["data_batch_4"], batches["test_batch"]
    archive = write_archive(tmp_path / "short.tar.gz", archive_members(form, batches))
    for path in (write_folder(tmp_path / "folder", form, batches), archive):
        with pytest.raises(
            FileNotFoundError, match="data_batch_4{0}, test_batch{0} are missing".format(made.SUFFIXES[form])
        ):
            cifar10(path)


def test_does_not_read_a_file_too_large_for_a_batch_to_its_end(tmp_path):
    with open(tmp_path / "data_batch_1", "wb") as hole:
        hole.truncate(1 << 40)  # a terabyte of zeros, which takes no room
    with pytest.raises(ValueError, match="data_batch_1: expected at most 50,000,000 bytes, got more"):
        cifar10(tmp_path)


CIFAR_100 = "which is CIFAR-100; call cifar10(download=True) to fetch CIFAR-10"


@pytest.mark.parametrize(("given", "names", "words"), [
    ("a.tar", ["photos/1.png", "notes"], "; call"),
    ("folder", ["1.png", "2.png"], "; call"),
    ("a.tar", ["cifar-100-binary/fine_label_names.txt", "cifar-100-binary/test.bin"], ", " + CIFAR_100),
    ("renamed", ["meta", "test", "train"], ", " + CIFAR_100),
    ("renamed", ["cifar-100-binary"], ", " + CIFAR_100),
])  # fmt: skip
def test_names_the_files_that_are_there_instead(tmp_path, given, names, words):
    path = tmp_path / given
    if given == "a.tar":
        write_archive(path, dict.fromkeys(names, b"data"))
    else:
        path.mkdir()
        for name in names:
            (path / name).write_bytes(b"data")
    with pytest.raises(
        FileNotFoundError, match=rf"^cifar10: expected .*{re.escape(f'in {path}, found {names}{words}')}"
    ):
        cifar10(path)


def test_refuses_two_files_of_one_name(tmp_path):
    archive = write_archive(tmp_path / "a.tar", dict.fromkeys(("data_batch_1.bin", "b/data_batch_1.bin"), bytes(3073)))
    with pytest.raises(ValueError, match=r"expected one data_batch_1\.bin, found 'data_.*' and 'b/data_.*'; leave"):
        cifar10(archive)


@pytest.mark.parametrize(("form", "expected"), [
    ("binary", "170,052,171 bytes with md5 c32a1d4ab5d03f1284b67883e8d87530"),
    ("python", "170,498,071 bytes with sha256 6d958be074577803d12ecdefd02955f39262c83c"),
])  # fmt: skip
def test_expects_the_official_hash_of_an_archive_with_an_official_name(tmp_path, form, expected):
    archive = write_archive(tmp_path / f"cifar-10-{form}.tar.gz", archive_members(form, random_batches()))
    size = f"{archive.stat().st_size:,}"
    for path in (archive, tmp_path):
        with pytest.raises(ValueError, match=rf"^{archive}: expected {expected}.*, got {size} bytes with .*delete it"):
            cifar10(path)


def announcing(size, kind=tarfile.REGTYPE, name="cifar-10-batches-bin/data_batch_1.bin"):
    """The head of a member of an archive."""
    head = tarfile.TarInfo(name)
    head.type, head.size = kind, size
    return head.tobuf()


def test_refuses_what_is_no_whole_archive(tmp_path):
    archive = write_archive(tmp_path / "short.tar.gz", archive_members("binary", random_batches()))
    whole, page = archive.read_bytes(), b"<html>" * 1000
    cut = [whole[: int(part * len(whole))] for part in (0, 0.3, 0.999)]
    huge = gzip.compress(announcing(1 << 40) + bytes(10_000))
    for content in (*cut, page, gzip.compress(page), b"\x1f\x8b\x08" + bytes(100), huge):
        archive.write_bytes(content)
        with pytest.raises(ValueError, match=rf"^{archive}: expected a whole \.tar\.gz"):
            cifar10(archive)


def test_neither_reads_nor_writes_members_that_lead_elsewhere(tmp_path):
    batches, place = archive_members("python", random_batches()), tmp_path / "place"
    climbing = {f"../../{name}": b"climbed" for name in batches} | {f"{tmp_path}/absolute": b"x", "../up": b"x"}
    del batches["cifar-10-batches-py/data_batch_5"]
    place.mkdir()
    write_archive(place / "a.tar.gz", climbing | batches)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(FileNotFoundError, match="data_batch_5 is missing"):
        cifar10(place / "a.tar.gz")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_follows_no_link_or_device_in_place_of_a_batch(tmp_path, kind):
    batches, secret = archive_members("binary", random_batches()), tmp_path / "secret"
    link = tarfile.TarInfo("cifar-10-batches-bin/data_batch_1.bin")
    link.type, link.linkname = kind, {tarfile.LNKTYPE: "cifar-10-batches-bin/test_batch.bin"}.get(kind, str(secret))
    secret.write_bytes(batches.pop(link.name))
    with pytest.raises(FileNotFoundError, match=r"data_batch_1\.bin is missing"):
        cifar10(write_archive(tmp_path / "a.tar.gz", batches, link))


@pytest.mark.parametrize("name", ["wanted", "other"])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_does_not_unpack_what_unpacks_without_end(tmp_path, name, kind):
    """A member, or the long name of one, of a megabyte of zeros, where ten thousand bytes are allowed."""
    bomb = tmp_path / "bomb.tar.gz"
    bomb.write_bytes(gzip.compress(announcing(1 << 20, kind, name) + bytes(1 << 20)))
    with pytest.raises(ValueError, match=re.escape("bomb.tar.gz") + ".*expected at most 10,000 bytes.*got more"):
        dict(members(bomb, ["wanted"], most=10_000, checksum=None))
