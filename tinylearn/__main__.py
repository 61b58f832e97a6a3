"""`python -m tinylearn`: check your installation in a few seconds. Please paste its output into bug reports.

It prints versions, the library for matrix products and its threads, and how floating-point numbers behave here. It
compares the gradients of every layer and loss with central differences, and steps of every optimiser with its formula.
The exit code is 1 if something is wrong.
"""

from __future__ import annotations

import platform
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

from tinylearn.analysis.gradient_check import check_gradients
from tinylearn.layer_table import LAYERS, make_input, make_layer
from tinylearn.loss_table import LOSSES
from tinylearn.optimizer_table import GRADIENTS, OPTIMIZERS

PACKAGES = (
    "tinylearn",
    "numpy",
    "matplotlib",
    "pillow",
    "imageio",
    "imageio-ffmpeg",
    "gymnasium",
    "tqdm",
    "threadpoolctl",
)
HERE = Path(__file__).parent
Result = tuple[str, bool, str]  # the question, whether all is well, the finding


def versions() -> Iterator[str]:
    """Yield a line for Python, each package, and each library that computes with threads of its own."""
    yield f"Python {platform.python_version()} on {platform.platform()}"
    for name in PACKAGES:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            yield f"{name} is not installed"
    yield f"tinylearn is imported from {HERE}{commit()}"
    libraries = threadpool_info()
    if not libraries:
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        yield f"blas: {blas['name']} {blas['version']}, whose threads cannot be counted"
    for library in libraries:
        kernel = library.get("architecture", "")
        yield f"{library['user_api']}: {library['internal_api']} {library['version']} {kernel}, " \
              f"{library['num_threads']} threads"  # fmt: skip


def commit() -> str:
    """Return the commit of the repository, or "" outside one."""
    with suppress(OSError, subprocess.SubprocessError):
        command = ["git", "-C", str(HERE), "log", "-1", "--format=%h of %as", "--", "."]
        found = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
        return f", commit {found}" if found else ""
    return ""


def arithmetic() -> Iterator[Result]:
    """Yield properties that training relies on, and that options of a compiler or a library can break."""
    for dtype, eps in ((np.float32, 2.0**-23), (np.float64, 2.0**-52)):
        name, found = np.dtype(dtype).name, float(np.finfo(dtype).eps)
        yield f"{name}: 1 and the next number are {eps:.3g} apart", found == eps, f"{found:.3g}"
        least = np.array(np.finfo(dtype).smallest_normal) / np.array(4, dtype)
        yield f"{name}: numbers below {np.finfo(dtype).smallest_normal:.3g} are not taken for 0", least > 0, f"{least}"
    nan = np.array([np.nan])
    yield "NaN differs from itself", bool((nan != nan).all()), f"{nan != nan}"
    kept = (np.ones(3, np.float32) * 0.5).dtype
    yield "float32 stays float32 when it meets a Python number", kept == np.float32, str(kept)
    values = np.random.default_rng(0).normal(size=(300, 300)).astype(np.float32)
    yield "a matrix product has the same bits twice", np.array_equal(values @ values, values @ values), "compared"
    off = float(np.abs(values @ values - values.astype(float) @ values.astype(float)).max())
    yield "a float32 matrix product agrees with float64 to 0.001", off < 1e-3, f"largest difference {off:.1e}"


def of_layer(name: str) -> str:
    """Compare backward of a row of the table of layers with central differences."""
    rng = np.random.default_rng(0)
    report = check_gradients(make_layer(name, rng), make_input(name, rng), rng=rng)
    return f"relative error {report.error:.1e}"


def of_loss(name: str) -> str:
    """Compare backward of a row of the table of losses with central differences."""
    rng, row = np.random.default_rng(0), LOSSES[name]
    report = check_gradients(row.make(), row.predicted(rng), row.target(rng), rng=rng)
    return f"relative error {report.error:.1e}"


def of_optimizer(name: str) -> str:
    """Compare three steps of a row of the table of optimisers with its formula."""
    row, p = OPTIMIZERS[name], np.array([1.0])
    optimizer = row.make()
    for gradient in GRADIENTS:
        optimizer.step(p, np.array([gradient]))
    if not abs(p[0] - row.end) < 1e-12:
        raise ValueError(f"three steps take 1 to {p[0]:.6f}, but should take it to {row.end:.6f}")
    return f"three steps take 1 to {p[0]:.6f}"


def each(names: Iterable[str], check: Callable[[str], str]) -> Iterator[Result]:
    """Yield for each name the result of its check, or the error."""
    for name in names:
        try:
            yield name, True, check(name)
        except Exception as error:  # any error at all: go on with the other checks
            yield name, False, str(error) or repr(error)


def main() -> int:
    """Print all of it; return 0 if all is well, 1 if not."""
    for line in versions():
        print(line)
    wrong = []
    parts = {
        "arithmetic": arithmetic(),
        "gradients of every layer": each(LAYERS, of_layer),
        "gradients of every loss": each(LOSSES, of_loss),
        "steps of every optimiser": each(OPTIMIZERS, of_optimizer),
    }
    for title, results in parts.items():
        print(f"\n{title}")
        for asked, well, found in results:
            print(f"  {'ok   ' if well else 'WRONG'} {asked}: {found}")
            if not well:
                wrong.append(asked)
    print(f"\nWRONG: {', '.join(wrong)}. Please report it with all of the above." if wrong else "\nAll is well.")
    return 1 if wrong else 0


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):  # not on Windows
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly if the reader stops, as in `… | head`
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        sys.exit(130)
