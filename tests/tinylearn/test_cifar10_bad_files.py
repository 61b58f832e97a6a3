"""Files that are not CIFAR-10, or too few, or too many: the error names the file, and says what was expected."""

import gzip
import re
import tarfile

import numpy as np
import pytest

from tests.tinylearn import cifar10_files as made
from tests.tinylearn.cifar10_files import FOLDERS, archive_members, random_batches, write_archive, write_folder
from tinylearn.datasets import cifar10
from tinylearn.datasets.archive import members

both_forms = pytest.mark.parametrize("form", FOLDERS)


def labelled(label):
    """The rows of a batch, the second with another label, in both forms."""
    labels, rows = random_batches()["data_batch_3"]
    return {form: write([labels[0], label, *labels[2:]], rows) for form, write in made.WRITERS.items()}


def pickled(rows, columns):
    """A batch with labels for three rows."""
    return made.python_2_pickle([1, 2, 3], np.zeros((rows, columns), np.uint8))


@pytest.mark.parametrize(("form", "change", "message"), [
    *((form, lambda data, length=length: data[:length], "expected .* got ")
      for form in FOLDERS for length in (0, 100, 3073 * 2 - 1, -1)),
    ("binary", lambda data: labelled(10)["binary"], "expected labels from 0 to 9, got 10 in row 1; .* not CIFAR-100"),
    ("python", lambda data: labelled(10)["python"], "expected .* from 0 to 9 as labels, got 10 in row 1"),
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
    missing = "data_batch_4{0}, test_batch{0} are missing".format(made.SUFFIXES[form].replace(".", r"\."))
    archive = write_archive(tmp_path / "short.tar.gz", archive_members(form, batches))
    for path in (write_folder(tmp_path / "folder", form, batches), archive):
        with pytest.raises(FileNotFoundError, match=missing):
            cifar10(path)


def test_does_not_read_a_file_too_large_for_a_batch_to_its_end(tmp_path):
    file = tmp_path / "data_batch_1"
    with open(file, "wb") as hole:
        hole.truncate(1 << 40)  # a terabyte of zeros, which takes no room
    with pytest.raises(ValueError, match=f"{file}: expected at most 50,000,000 bytes, got more"):
        cifar10(tmp_path)


@pytest.mark.parametrize(("given", "names"), [
    ("cifar-100-python.tar.gz", ["cifar-100-python/meta", "cifar-100-python/test"]),  # an archive of its own name
    ("a.tar", ["cifar-100-binary/fine_label_names.txt", "cifar-100-binary/test.bin"]),  # or another
    ("renamed", ["meta", "test", "train"]),
    ("renamed", ["fine_label_names.txt", "test.bin", "train.bin"]),
    (".", ["cifar-100-binary"]),
])  # fmt: skip
def test_names_cifar_100(tmp_path, given, names):
    path = tmp_path / given
    if ".tar" in given:
        write_archive(path, dict.fromkeys(names, b"data"))
    else:
        path.mkdir(exist_ok=True)
        for name in names:
            (path / name).write_bytes(b"data")
    expected = f"in {path}, found {names}, which is CIFAR-100; call cifar10(download=True) to fetch CIFAR-10"
    with pytest.raises(FileNotFoundError, match=rf"^cifar10: expected .*{re.escape(expected)}"):
        cifar10(path)


def test_names_the_files_that_are_there_instead_or_twice(tmp_path):
    archive = write_archive(tmp_path / "a.tar", {"photos/1.png": b"x", "notes": b"x"})
    with pytest.raises(FileNotFoundError, match=rf"in {archive}, found \['photos/1.png', 'notes'\]; call"):
        cifar10(archive)
    with pytest.raises(FileNotFoundError, match=rf"in {tmp_path}, found \['a.tar'\]; call"):
        cifar10(tmp_path)
    twice = dict.fromkeys(("data_batch_1.bin", "b/data_batch_1.bin"), bytes(3073))
    message = r"a\.tar: expected one data_batch_1\.bin, found 'data_.*' and 'b/data_.*'; leave"
    with pytest.raises(ValueError, match=message):
        cifar10(write_archive(tmp_path / "a.tar", twice))


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


@pytest.mark.parametrize("change", [
    *(lambda data, part=part: data[: int(part * len(data))] for part in (0, 0.3, 0.999)),
    lambda data: b"<html>", lambda data: gzip.compress(b"<html>" * 1000), lambda data: b"\x1f\x8b\x08" + bytes(100),
    lambda data: gzip.compress(announcing(1 << 40) + bytes(10_000)),
], ids=["0", "0.3", "0.999", "a page", "a packed page", "zeros", "a huge size"])  # fmt: skip
def test_refuses_what_is_no_whole_archive(tmp_path, change):
    archive = write_archive(tmp_path / "short.tar.gz", archive_members("binary", random_batches()))
    archive.write_bytes(change(archive.read_bytes()))
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
