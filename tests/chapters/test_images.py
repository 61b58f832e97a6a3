"""The pictures of chapters 5 to 7: the right ones, in the book's split, from the place that the command line names."""

import os
import shutil

import numpy as np
import pytest

from chapters.parts import images
from chapters.tools.settings import UsageError
from tinylearn.datasets import CLASS_NAMES

DEER, HORSE = CLASS_NAMES.index("deer"), CLASS_NAMES.index("horse")


def write_batch(path, labels, rng):
    """Write a batch in CIFAR-10's binary format; the first byte of a picture is its row."""
    pixels = rng.integers(0, 256, (len(labels), 3072))
    pixels[:, 0] = np.arange(len(labels)) % 256
    np.column_stack([labels, pixels]).astype(np.uint8).tofile(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A shortened copy of CIFAR-10: noise, but with the right numbers of deer and horses, and those that are shown."""
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("data") / "cifar-10-batches-bin"
    folder.mkdir()
    labels = rng.choice([k for k in range(10) if k not in (DEER, HORSE)], 1000)
    places = np.sort(rng.choice(1000, 201, replace=False))
    labels[places] = rng.choice([DEER, HORSE], 201)
    labels[places[[152, 107]]] = HORSE, DEER
    write_batch(folder / "data_batch_1.bin", np.append(labels, [DEER, HORSE]), rng)
    for number in (2, 3, 4, 5):
        write_batch(folder / f"data_batch_{number}.bin", [HORSE, 0], rng)
    write_batch(folder / "test_batch.bin", [HORSE, 0, DEER, 9, HORSE], rng)
    return folder


def test_loads_the_photographs_of_the_book_and_ten_classes(folder):
    found = images.horses_and_deer("cifar10", folder)
    everything = np.fromfile(folder / "data_batch_1.bin", np.uint8).reshape(-1, 3073)[:1000]
    rows = [row for row in everything if row[0] in (DEER, HORSE)]
    order = np.random.RandomState(0).permutation(201)
    for part, x, y in ((order[:41], found.x_test, found.y_test), (order[41:], found.x_train, found.y_train)):
        wanted = np.array([rows[k] for k in part])
        np.testing.assert_array_equal(y, wanted[:, 0] == HORSE)
        pixels = wanted[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        np.testing.assert_array_equal((x * 255).round(), pixels)
    shown = [(found.x_test[row, 0, 0, 0] * 255).round() for row in (found.horse, found.deer)]
    assert shown == [rows[152][1], rows[107][1]]
    assert found.y_test[[found.horse, found.deer]].tolist() == [1, 0]
    assert found.y_more.tolist() == [1, 0, 1]  # further ones are from the test set
    assert (found.x_more[:, 0, 0, 0] * 255).round().tolist() == [0, 2, 4]
    given = {"sketches": (30, 20), "rng": np.random.default_rng(0)}
    drawn, found = images.load("sketches", None, **given), images.load("cifar10", folder, **given)
    assert (len(drawn.x_train), len(drawn.x_test)) == (30, 20)
    assert len(set(drawn.y_train.tolist())) > 5
    assert (found.x_train.shape, found.y_test.tolist()) == ((1010, 32, 32, 3), [HORSE, 0, DEER, 9, HORSE])


def test_draws_the_sketches_of_the_seed_in_the_same_numbers_and_more_and_none_twice():
    found, same, other = (images.horses_and_deer(seed=seed) for seed in (1, 1, 2))
    sets = (found.x_train, found.y_train), (found.x_test, found.y_test), (found.x_more, found.y_more)
    assert [len(x) for x, _ in sets] == [160, 41, 400]
    for x, y in sets:
        assert (x.shape, x.dtype) == ((len(y), 32, 32, 3), np.float32)
        assert set(y.tolist()) == {0, 1}
        assert 0.3 < y.mean() < 0.7
    assert found.y_test[[found.horse, found.deer]].tolist() == [1, 0]
    np.testing.assert_array_equal(found.x_train, same.x_train)
    assert (found.x_train != other.x_train).any()
    assert len({picture.tobytes() for x, _ in sets for picture in x}) == 601


def test_refuses_data_that_are_not_there_or_cannot_be_read(folder, tmp_path):
    (tmp_path / "cifar-10-batches-py").mkdir()
    (tmp_path / "cifar-10-batches-py" / "data_batch_1").write_bytes(b"junk")
    shutil.copytree(folder, tmp_path / "short")
    os.truncate(tmp_path / "short" / "data_batch_1.bin", 500 * 3073)
    rng = np.random.default_rng(0)
    for refused, kind, message in (
        (lambda: images.horses_and_deer("cifar10", tmp_path / "short"), ValueError,
         r"expected 201 deer and horses .* got \d+ among 508; a shortened"),
        (lambda: images.horses_and_deer("mnist"), ValueError, "data must be sketches or cifar10, got 'mnist'"),
        (lambda: images.horses_and_deer("sketches", folder), ValueError,
         r"sketches need no data_dir, got .*batches-bin: choose data cifar10"),
        (lambda: images.load("cifar10", tmp_path / "nowhere", sketches=(30, 20), rng=rng), UsageError, "nowhere"),
        (lambda: images.load("cifar10", tmp_path, sketches=(30, 20), rng=rng), UsageError,
         "data_batch_1: expected a batch of CIFAR-10"),
    ):  # fmt: skip
        with pytest.raises(kind, match=message):
            refused()
