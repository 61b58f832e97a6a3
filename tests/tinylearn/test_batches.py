"""Batches know their position in the data, can be replayed, and convert only one batch at a time."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from tests.tinylearn.training_helpers import small_data, small_model, train
from tinylearn import identity
from tinylearn.batches import Batches
from tinylearn.identity import blocks, checksum

X = np.arange(10.0)[:, None]


def batches_of(seed=0, size=4, epochs=2, **settings):
    settings = {"dtype": np.dtype(float), "rng": np.random.default_rng(seed)} | settings
    return Batches(X, X, size, epochs, **settings)


def as_bytes(made):
    return [[part.tobytes() for part in batch] for batch in made]


@pytest.mark.parametrize(("settings", "drawn"), [
    ({}, True),
    ({"augment": lambda x, rng: x + rng.normal(size=x.shape)}, True),
    ({"shuffle": False}, False),
    ({"size": 10}, False),
])  # fmt: skip
def test_gives_the_same_batches_again_for_an_equal_generator_also_from_the_middle(settings, drawn):
    whole = as_bytes(batches_of(**settings))
    assert whole == as_bytes(batches_of(**settings))
    assert (whole != as_bytes(batches_of(seed=1, **settings))) == drawn
    first, second = batches_of(**settings), batches_of(seed=1, **settings)
    done = len(whole) // 2 + 1
    for _ in range(done):
        next(iter(first))
    second.step, second.epoch, second.rest = first.step, first.epoch, first.rest
    second.rng.bit_generator.state = first.rng.bit_generator.state
    assert as_bytes(second) == whole[done:]
    assert (second.step, second.epoch) == (len(whole), 2)


def test_knows_step_epoch_and_what_is_still_to_come():
    where, seen = batches_of(), []
    assert (where.step, where.epoch, where.rest.tolist()) == (0, 0, [])
    for rows, x, y in where:
        assert where.last[0] is rows
        seen.extend(rows.tolist())
        place = where.step, where.epoch, len(where.rest), where.last_of_epoch
        assert place == (where.step, 1 + (where.step - 1) // 3, [6, 2, 0][(where.step - 1) % 3], where.step % 3 == 0)
        assert sorted([*seen[10 * (where.epoch - 1) :], *where.rest]) == list(range(10))
        np.testing.assert_array_equal(x[:, 0], rows)
        np.testing.assert_array_equal(y, x)
    assert where.step == 6
    assert seen[:10] != seen[10:]  # each epoch has an order of its own
    assert list(where) == []  # all epochs are done


def test_converts_x_and_targets_but_not_class_numbers_and_protects_the_batch_of_all_rows():
    x, labels = X.astype(np.uint8), np.arange(10, dtype=np.uint8)
    given = {"dtype": np.dtype("f4"), "rng": np.random.default_rng(0), "augment": lambda x, rng: x.astype(float)}
    for y, kind in ((x.astype(bool), "f"), (labels, "u"), (labels.astype(np.int64), "i"), (X, "f")):
        _, x_batch, y_batch = next(iter(Batches(x, y, 4, 1, **given)))
        assert (x_batch.dtype, y_batch.dtype.kind) == (np.float32, kind)
    for array in next(iter(batches_of(size=10))):
        with pytest.raises(ValueError, match="read-only"):
            array += 1
    assert X.flags.writeable


@pytest.mark.parametrize("block", [1, 40, 10**6])
def test_reads_everything_a_block_at_a_time(block, monkeypatch):
    monkeypatch.setattr(identity, "BLOCK", block)
    array = np.arange(60.0).reshape(12, 5)  # a row has 40 bytes
    parts = list(blocks(array))
    np.testing.assert_array_equal(np.concatenate([part for _, part in parts]), array)
    assert [start for start, _ in parts] == (list(range(12)) if block <= 40 else [0])
    assert checksum(array) == checksum(np.asfortranarray(array)) == checksum(np.repeat(array, 2, axis=1)[:, ::2])
    assert checksum(array) not in (checksum(array[::-1]), checksum(array, array))
    assert checksum(np.empty((0, 3)), np.empty((4, 0))) == "00000000"
    x, y = small_data(4)
    x[2, 1] = np.nan
    with pytest.raises(ValueError, match=r"got nan at x\[2, 1\]"):
        train(small_model(), x, y)


MAPPED = """
    import os, sys, tracemalloc
    import numpy as np
    from tinylearn import *

    workers.keep_freed_memory = lambda: None  # it asks for 32 MB, and does not touch them
    os.chdir(sys.argv[1])
    tracemalloc.start()
    for kind in ("uint8", "float32"):
        x, rng = np.lib.format.open_memmap(kind + ".npy", mode="r"), np.random.default_rng(0)
        y = np.zeros((len(x), 1))
        model = Sequential([Flatten(), Dense(3072, 1, rng=rng)], np.float32 if kind == "uint8" else np.float64)
        evaluate = Evaluate(x, y, lambda predicted, y: float(abs(predicted - y).mean()))
        callbacks = [Checkpoint("run.npz", rng, every=3), lambda update: update.step == 3 and update.stop()]
        fit(model, x, y, loss=MeanSquaredError(), optimizer=SGD(1e-12), epochs=1, rng=rng, callbacks=callbacks)
        evaluate.measure(model)
    print(tracemalloc.get_traced_memory()[1])
"""


def test_x_may_be_larger_than_memory(tmp_path):
    """60 MB of bytes, 120 MB of float32 for a float64 model, on a disk that needs none for zeros: in fit, in Evaluate,
    and for the checksum in a checkpoint. (It is counted what is asked for, not what of the file is cached.)"""
    for kind, rows in (("uint8", 20_000), ("float32", 10_000)):
        np.lib.format.open_memmap(tmp_path / f"{kind}.npy", mode="w+", dtype=kind, shape=(rows, 32, 32, 3))
    command = [sys.executable, "-c", textwrap.dedent(MAPPED), tmp_path]
    needed = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert needed < 20e6  # a batch of predict, 256 rows in float64, has 6 MB
