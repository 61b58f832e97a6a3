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


def interrupted(server, path, after=100_000):
    """A first call, whose connection ends after that many bytes."""
    server.breaks_after = after
    with pytest.raises(
        ConnectionError, match=f"{server.url}: .* after {after:,} of 300,000 bytes; call again to continue"
    ):
        download(server.url, path, CHECKSUM)
    server.breaks_after = None


def test_fetches_the_file_once_and_leaves_no_part(server, path, part, capsys):
    download(server.url, path, CHECKSUM)
    assert path.read_bytes() == CONTENT
    assert not part.exists()
    assert server.ranges == [None]
    assert "file.tar.gz" in capsys.readouterr().err  # the bar
    download(server.url, path, CHECKSUM)  # it is there: no request
    assert server.ranges == [None]


def test_goes_on_where_it_was_interrupted(server, path, part):
    interrupted(server, path, after=100_000)
    assert part.read_bytes() == CONTENT[:100_000]
    assert not path.exists()
    server.breaks_after = 50_000
    with pytest.raises(ConnectionError, match="after 150,000 of 300,000 bytes"):
        download(server.url, path, CHECKSUM)
    assert not path.exists()
    server.breaks_after = None
    download(server.url, path, CHECKSUM)
    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=100000-", "bytes=150000-"]
    assert not part.exists()


def test_fetches_all_again_from_a_server_without_ranges(server, path):
    interrupted(server, path)
    server.knows_ranges = False
    download(server.url, path, CHECKSUM)
    assert path.read_bytes() == CONTENT


def test_does_not_believe_the_end_of_a_server_that_tells_no_length(server, path, part):
    server.tells_length = False
    interrupted(server, path)
    download(server.url, path, CHECKSUM)
    assert path.read_bytes() == CONTENT


def test_reads_no_more_than_the_file_has(server, path):
    server.tells_length = False
    server.content = CONTENT + bytes(300_000)
    download(server.url, path, CHECKSUM)
    assert path.read_bytes() == CONTENT


def test_fetches_a_file_that_has_changed_in_between_from_its_start(server, path):
    server.content = bytes(300_000)
    interrupted(server, path)
    server.content = CONTENT
    download(server.url, path, CHECKSUM)
    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=100000-", None]


@pytest.mark.parametrize("left", [CONTENT[:100] + b"x" + CONTENT[101:], CONTENT[:-1] + b"x", CONTENT + b"x", b"x"])
def test_replaces_a_damaged_part(server, path, part, left):
    part.parent.mkdir()
    part.write_bytes(left)
    download(server.url, path, CHECKSUM)
    assert path.read_bytes() == CONTENT


def test_needs_no_server_for_a_part_that_is_all_there(path, part):
    part.parent.mkdir()
    part.write_bytes(CONTENT)
    download("http://127.0.0.1:1/none", path, CHECKSUM)
    assert path.read_bytes() == CONTENT
    assert not part.exists()


def test_refuses_and_deletes_other_content(server, path, part):
    server.content = bytes(300_000)
    other = hashlib.md5(server.content).hexdigest()
    expected = rf"{server.url}: expected 300,000 bytes with md5 {CHECKSUM.hash}, got 300,000 bytes with md5 {other}"
    for tells_length in (True, False):
        server.tells_length = tells_length
        with pytest.raises(ValueError, match=expected):
            download(server.url, path, CHECKSUM)
        assert not path.exists()
        assert not part.exists()


@pytest.mark.parametrize("size", [50, 100_000, 400_000])
def test_refuses_a_file_of_another_size_and_keeps_the_part(server, path, part, size):
    interrupted(server, path)
    server.content = b"<html>" + bytes(size - 6)
    with pytest.raises(ValueError, match=f"{server.url}: expected 300,000 bytes, got {size:,}: it is another file"):
        download(server.url, path, CHECKSUM)
    assert not path.exists()
    assert part.read_bytes() == CONTENT[:100_000]


@pytest.mark.parametrize(("status", "text"), [(404, "Not Found"), (503, "Service Unavailable"), (416, "Range")])
def test_quotes_a_server_that_refuses(server, path, status, text):
    server.status = status
    with pytest.raises(
        ConnectionError, match=rf"{server.url}: .*{status}.*{text}.*; call again .* path of your own copy"
    ):
        download(server.url, path, CHECKSUM)
    assert not path.exists()


def test_says_that_there_is_no_server(path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/file"
    with pytest.raises(ConnectionError, match=f"{url}: .*[Rr]efused.* after 0 of 300,000 bytes; call again"):
        download(url, path, CHECKSUM)


def test_gives_up_a_server_that_falls_silent(path, monkeypatch):
    monkeypatch.setattr("tinylearn.datasets.download.TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        with pytest.raises(ConnectionError, match=f"{url}: .*timed out.* after 0 of 300,000 bytes; call again"):
            download(url, path, CHECKSUM)


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
