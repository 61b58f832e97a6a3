"""Downloads from a server on this machine that behaves like real ones: it breaks off, changes its file, refuses."""

import hashlib
import importlib
import socket
import threading

import numpy as np
import pytest

from tests.tinylearn.cifar10_files import archive_members, random_batches, write_archive
from tests.tinylearn.download_server import CHECKSUM, CONTENT, serving
from tinylearn.datasets import cifar10
from tinylearn.datasets.download import Checksum, download

ZEROS = bytes(300_000)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "file.tar.gz"


@pytest.fixture
def part(path):
    return path.with_name("file.tar.gz.part")


def interrupted(server, path, after=100_000, have=0):
    """A call whose connection ends after that many bytes."""
    server.breaks_after = after
    message = f"{server.url}: .* after {have + after:,} of 300,000 bytes; call again to continue"
    with pytest.raises(ConnectionError, match=message):
        download(server.url, path, CHECKSUM)
    assert not path.exists()
    server.breaks_after = None


def test_fetches_the_file_once_and_goes_on_where_it_was_interrupted(server, path, part, capsys):
    interrupted(server, path, after=100_000)
    assert part.read_bytes() == CONTENT[:100_000]
    interrupted(server, path, after=50_000, have=100_000)
    for _ in range(2):  # then it is there: no request
        download(server.url, path, CHECKSUM)
    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=100000-", "bytes=150000-"]
    assert not part.exists()
    assert "file.tar.gz" in capsys.readouterr().err  # the bar


@pytest.mark.parametrize(("behaviour", "later"), [
    ({}, {"knows_ranges": False}),  # it sends all of it again
    ({"tells_length": False}, {}),  # so its end is not believed
    ({"content": ZEROS}, {"content": CONTENT}),  # the file has changed in between: fetched from its start
    (None, {"tells_length": False, "content": CONTENT + ZEROS}),  # no more is read than the file has
], ids=["no ranges", "no length", "changed", "no end"])  # fmt: skip
def test_gets_the_file_from_whatever_server(server, path, behaviour, later):
    if behaviour is not None:
        vars(server).update(behaviour)
        interrupted(server, path)
    vars(server).update(later)
    download(server.url, path, CHECKSUM)
    assert path.read_bytes() == CONTENT
    assert len(server.ranges) == 1 + (behaviour is not None) + ("content" in (behaviour or ()))


@pytest.mark.parametrize(
    "left", [CONTENT, CONTENT[:-1] + b"x", CONTENT + b"x", b"x"], ids=["all", "another end", "more", "another start"]
)
def test_completes_or_replaces_a_part(server, path, part, left):
    """One that is all there needs no server."""
    part.parent.mkdir()
    part.write_bytes(left)
    download("http://127.0.0.1:1/none" if left == CONTENT else server.url, path, CHECKSUM)
    assert path.read_bytes() == CONTENT
    assert not part.exists()


OTHER = rf"expected {CHECKSUM}, got 300,000 bytes with md5 {hashlib.md5(ZEROS).hexdigest()}"
OWN = r".*; call again .* path of your own copy"


@pytest.mark.parametrize(("behaviour", "error", "words", "keeps"), [
    ({"content": ZEROS}, ValueError, OTHER, 0),
    ({"content": ZEROS, "tells_length": False}, ValueError, OTHER, 0),
    ({"content": bytes(50)}, ValueError, "expected 300,000 bytes, got 50: it is another file", 100_000),
    ({"content": bytes(400_000)}, ValueError, "expected 300,000 bytes, got 400,000: it is another file", 100_000),
    ({"status": 404}, ConnectionError, ".*404.*Not Found" + OWN, 100_000),
    ({"status": 503}, ConnectionError, ".*503.*Service Unavailable" + OWN, 100_000),
    ({"status": 416}, ConnectionError, ".*416.*Range" + OWN, 100_000),
], ids=["other", "of no length", "short", "long", "404", "503", "416"])  # fmt: skip
def test_refuses_what_is_not_the_file_and_keeps_a_part_that_may_be(server, path, part, behaviour, error, words, keeps):
    interrupted(server, path)
    vars(server).update(behaviour)
    with pytest.raises(error, match=f"{server.url}: {words}"):
        download(server.url, path, CHECKSUM)
    assert not path.exists()
    assert (part.read_bytes() if part.exists() else b"") == CONTENT[:keeps]


def test_gives_up_where_no_server_answers(path, monkeypatch):
    """There is none, or it falls silent."""
    monkeypatch.setattr("tinylearn.datasets.download.TIMEOUT", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        for reason in ("[Rr]efused", "timed out"):
            with pytest.raises(ConnectionError, match=f"{url}: .*{reason}.* after 0 of 300,000 bytes; call again"):
                download(url, path, CHECKSUM)
            silent.listen()


def test_waits_for_another_download_of_the_same_file(server, path):
    threads = [threading.Thread(target=download, args=(server.url, path, CHECKSUM)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() == CONTENT
    assert server.ranges == [None]


def test_downloads_cifar10_once_into_the_cache(server, tmp_path, monkeypatch):
    """With a small archive in the place of the official one."""
    archive = write_archive(tmp_path / "small.tar.gz", archive_members("binary", random_batches()))
    server.content = archive.read_bytes()
    with open(archive, "rb") as file:
        checksum = Checksum.of(file, "md5")
    module = importlib.import_module("tinylearn.datasets.cifar10")  # the package has a function of that name
    form = module.BINARY._replace(checksum=checksum)
    monkeypatch.setattr(module, "BINARY", form)
    monkeypatch.setattr(module, "FORMS", (form, module.PYTHON))
    monkeypatch.setattr(module, "URL", server.url + "/")
    monkeypatch.setenv("TINYLEARN_DATA", str(tmp_path / "cache"))
    expected = cifar10(archive)
    for data in (cifar10(download=True), cifar10(download=True), cifar10()):
        for a, b in zip(data, expected, strict=True):
            np.testing.assert_array_equal(a, b)
    assert len(server.ranges) == 1
    assert (tmp_path / "cache" / "cifar-10-binary.tar.gz").read_bytes() == server.content
