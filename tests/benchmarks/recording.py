"""What recording every update costs, and what reading one update back costs.

    python tests/benchmarks/recording.py [--rounds 15] [--folder DIR]

Training with and without a recorder, in one process, interleaved, one BLAS thread, medians of the ratios; chapter 7's
network with two workers. Then 100,000 updates of a 20-64-1 net are recorded into a folder (1.2 GB, removed afterwards),
and the memory is measured.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import tinylearn as tl
from chapters.ch07_ten_classes import network
from tinylearn.datasets import celsius_fahrenheit

KEPT = "conv2d_1.w", "dense_2.b"  # of the CNN, where not all is recorded


def mlp(sizes: tuple[int, ...], dtype: type) -> tl.Sequential:
    """Return a net of dense layers with ReLUs between and a sigmoid at the end."""
    rng = np.random.default_rng(0)
    layers: list[tl.Layer] = []
    for n_in, n_out in itertools.pairwise(sizes):
        layers += [tl.Dense(n_in, n_out, rng=rng), tl.ReLU()]
    return tl.Sequential([*layers[:-1], tl.Sigmoid()], dtype=dtype)


def timed(run: tuple, updates: int, folder: Path | None, select: Any = None, **settings: Any) -> float:
    """Train a run, of model, x and y; return the seconds of an update."""
    model, x, y = run
    start = time.perf_counter()
    callbacks = [] if folder is None else [tl.Recorder(model, folder, select=select)]
    tl.fit(model, x, y, callbacks=callbacks, **settings)
    return (time.perf_counter() - start) / updates


def train_neuron(folder: Path | None) -> float:
    """Train chapter 3's neuron for 60,000 updates; return the seconds of an update."""
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0))])
    settings = {"loss": tl.MeanSquaredError(), "optimizer": tl.SGD(0.0005), "epochs": 60_000}
    return timed((model, *celsius_fahrenheit()), 60_000, folder, **settings)


def train_mlp(folder: Path | None) -> float:
    """Train a 20-128-64-32-16-1 net, 54 kB of parameters, for 6,000 updates; return the seconds of an update."""
    rng = np.random.default_rng(0)
    x, y = rng.random((3200, 20), np.float32), rng.integers(0, 2, (3200, 1))
    settings = {"loss": tl.BinaryCrossEntropy(), "optimizer": tl.Adam(), "epochs": 60, "rng": rng}
    return timed((mlp((20, 128, 64, 32, 16, 1), np.float32), x, y), 6_000, folder, **settings)


@functools.cache
def cnn() -> tuple[tl.Sequential, np.ndarray, np.ndarray]:
    """Return chapter 7's network, 677 kB of parameters, and 2048 pictures of noise for it."""
    rng = np.random.default_rng(0)
    return network(rng), rng.random((2048, 32, 32, 3), np.float32), rng.integers(0, 10, 2048)


def train_cnn(folder: Path | None, select: tuple[str, ...] | None = None) -> float:
    """Train it for 256 updates; return the seconds of an update."""
    return timed(cnn(), 256, folder, select, loss=tl.CategoricalCrossEntropy(from_logits=True), epochs=4, workers=2,
                 optimizer=tl.RMSprop(1e-4), rng=np.random.default_rng(0))  # fmt: skip


def train_cnn_selected(folder: Path | None) -> float:
    """The same, with two of its parameters recorded."""
    return train_cnn(folder, KEPT)


def print_disk_speed(folder: Path) -> None:
    """Print how quickly 500 MB are written to the folder's disk and reach it."""
    block, path = np.ones(2**17).tobytes(), folder / "speed"
    start = time.perf_counter()
    with open(path, "wb") as file:
        for _ in range(500):
            file.write(block)
        written = time.perf_counter() - start
        os.fsync(file.fileno())
    size, whole = 500 * len(block) / 1e6, time.perf_counter() - start
    path.unlink()
    speeds = f"{size / written:,.0f} MB/s, and are on it at {size / whole:,.0f} MB/s"
    print(f"disk: {size:.0f} MB are handed over at {speeds}")


def seconds_to_read(folder: Path) -> float:
    """Return the median of the seconds that one update takes to read, any of them."""
    recording = tl.Recording.load(folder)
    times = []
    for step in np.random.default_rng(0).permutation(len(recording))[:1000]:
        start = time.perf_counter()
        recording.at(int(step))
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def memory_of_long_run(folder: Path) -> None:
    """Record 100,000 updates of a 20-64-1 net and print the peak of memory every 20,000."""
    rng = np.random.default_rng(0)
    x, y = rng.random((3200, 20)), rng.integers(0, 2, (3200, 1))
    model = mlp((20, 64, 1), np.float64)
    recorder = tl.Recorder(model, folder)
    for _ in range(5):
        tl.fit(model, x, y, loss=tl.BinaryCrossEntropy(), optimizer=tl.Adam(), epochs=200, rng=rng,
               callbacks=[recorder])  # fmt: skip
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        print(f"  {len(recorder.recording):,} records, {size:,.0f} MB in the folder, peak memory {peak:,.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--folder", help="where to record (a folder on the disk to be measured)")
    arguments = parser.parse_args()
    with threadpool_limits(1), tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        folder = Path(temporary)
        print_disk_speed(folder)
        for name, train, bar, microseconds in (
            ("CNN, 677 kB", train_cnn, 4, 150),
            (f"CNN, {' and '.join(KEPT)}, 7 kB", train_cnn_selected, 1, 50),
            ("neuron, 16 B", train_neuron, 12, 50),
            ("MLP, 54 kB", train_mlp, 10, 50),
        ):
            train(None)
            ratios = []
            for round_number in range(arguments.rounds):
                path = folder / f"{train.__name__}_{round_number}"
                plain, recorded = train(None), train(path)
                ratios.append(recorded / plain - 1)
                read = seconds_to_read(path)
                for file in path.iterdir():
                    file.unlink()
            low, middle, high = statistics.quantiles(ratios, n=4)
            print(
                f"{name} an update: a step takes {plain * 1e6:.1f} µs, with a recorder {middle:+.1%} "
                f"(quartiles {low:+.1%} {high:+.1%}; asked: at most {bar} %); "
                f"reading one update: {read * 1e6:.0f} µs (asked: at most {microseconds})"
            )
        print("100,000 updates of a 20-64-1 net:")
        memory_of_long_run(folder / "long")


if __name__ == "__main__":
    main()
