"""Chapter 7's training step, images a second, against PyTorch; two threads each; medians.

    python tests/benchmarks/convnet.py [--rounds 7]

tinylearn           fit(…, workers=2), with ReLU behind the max pool
PyTorch             as a learner runs it: default layout, default memory allocation
PyTorch at its best channels last, glibc told to keep freed memory
PyTorch, ReLU last  the same, with ReLU behind the max pool, as tinylearn has it

Batches of 32 and 128, float32, RMSprop; data in random order, epoch by epoch. First, all peers compute the loss and the
gradients of one batch in float64, which must be equal. At the end, the memory that a step takes: the peak of resident
memory above that of the process with net and data, before its first update.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import numpy as np
from chapter7_nets import Net, PyTorch, Tinylearn
from peers import KEEP_MEMORY, Peer, asked_rounds, ratio, serve

PEERS = {
    "tinylearn": Tinylearn,
    "PyTorch": PyTorch,
    "PyTorch at its best": lambda *arguments: PyTorch(*arguments, channels_last=True),
    "PyTorch, ReLU last": lambda *arguments: PyTorch(*arguments, channels_last=True, relu_last=True),
}
ENVIRONMENT = {"PyTorch at its best": KEEP_MEMORY, "PyTorch, ReLU last": KEEP_MEMORY}
ASKED = {
    32: {"PyTorch": 1.8, "PyTorch at its best": 1.0},
    128: {"PyTorch": 2.2, "PyTorch at its best": 1.0},
}
IMAGES = 2048  # of a round


def data(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return `count` images of noise and their labels: a step takes as long as with photographs."""
    rng = np.random.default_rng(2)
    return rng.random((count, 32, 32, 3), np.float32), rng.integers(0, 10, count)


# --- in a process of its own ---------------------------------------------------------------------------------------


class Answers:
    """What a peer's process answers."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.x, self.y = data(IMAGES)

    def __call__(self, question: str, batch_size: int) -> float:
        return getattr(self, question)(batch_size)

    def speed(self, batch_size: int) -> float:
        """Return images a second, from the first update of an epoch to its last."""
        times = self.net.train(self.x, self.y, batch_size)
        return batch_size * (len(times) - 1) / (times[-1] - times[0])

    def memory(self, batch_size: int) -> float:
        """Return the megabytes that the first updates take."""
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
        before = megabytes("VmRSS")
        self.net.train(self.x[: 4 * batch_size], self.y[: 4 * batch_size], batch_size)
        return megabytes("VmHWM") - before


def megabytes(name: str) -> float:
    """Return the process's resident memory: as it is, VmRSS, or its peak, VmHWM."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(name))


# --- in the parent -------------------------------------------------------------------------------------------------


def compare_gradients() -> None:
    """Print how far the peers' losses and gradients are from each other; RuntimeError if they differ."""
    x, y = data(32)
    x = x.astype(np.float64)
    ours = Tinylearn(0, np.float64)
    parameters = list(ours.model.named_parameters().values())
    value, gradients = ours.loss_and_gradients(x, y)
    for name in list(PEERS)[1:]:
        net = PEERS[name](0, np.float64)
        net.load(parameters)
        their_value, their_gradients = net.loss_and_gradients(x, y)
        pairs = zip([np.array(value), *gradients], [np.array(their_value), *their_gradients], strict=True)
        largest = max(np.abs(our - their).max() / np.abs(their).max() for our, their in pairs)
        print(f"equal to {name}: loss and gradients of one batch, largest relative difference {largest:.1e}")
        if not largest < 1e-9:
            raise RuntimeError(f"{name} computes something else: its speed says nothing")


def compare_speed(rounds: int) -> None:
    """Print images a second of each peer, and tinylearn's ratio to each."""
    peers = {name: Peer(__file__, name, ENVIRONMENT.get(name)) for name in PEERS}
    for batch_size, asked in ASKED.items():
        speeds: dict[str, list[float]] = {name: [] for name in PEERS}
        for number in range(rounds + 1):
            for name, peer in peers.items():
                speed = peer.ask("speed", batch_size)
                if number > 0:  # the first round warms up
                    speeds[name].append(speed)
        print(f"batch {batch_size}: images a second, how many times as fast tinylearn is, the least of a round, asked")
        for name, values in speeds.items():
            ours = speeds["tinylearn"]
            least = min(a / b for a, b in zip(ours, values, strict=True))
            bar = f"  asked {asked[name]:.1f}" if name in asked else ""
            print(f"  {name:20} {statistics.median(values):6,.0f}  {ratio(ours, values):5.2f}  {least:5.2f}{bar}")
    for peer in peers.values():
        peer.close()


def compare_memory() -> None:
    """Print the peak of memory of each peer's step, each in a new process."""
    print("memory of a step, peak above the start:")
    for name in PEERS:
        sizes = []
        for batch_size in ASKED:
            with Peer(__file__, name, ENVIRONMENT.get(name)) as peer:
                sizes.append(f"{peer.ask('memory', batch_size):4.0f} MB at batch {batch_size}")
        print(f"  {name:20} {', '.join(sizes)}")


def compare(rounds: int) -> None:
    """Compare what is computed, how quickly, and in how much memory."""
    print("\nChapter 7's net, a whole training step, float32, two threads each")
    compare_gradients()
    compare_speed(rounds)
    compare_memory()


if __name__ == "__main__":
    if "--peer" in sys.argv:
        serve(Answers(PEERS[sys.argv[-1]]()))
    else:
        compare(asked_rounds(__doc__, 7))
