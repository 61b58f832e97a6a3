"""Chapter 3's animation, 81 frames of 1200×600, rendered to a GIF: ours, the book's way, and matplotlib's animation.

    python tests/benchmarks/rendering.py [--rounds 3]     or     [--profile]: where our own time goes

ours            animations.render
the book's way  a new figure for each frame, savefig to PNG, all read back with imageio, imageio.mimsave
FuncAnimation   one figure, matplotlib's FuncAnimation and PillowWriter

The same scene draws all three, without mathtext; for the other two, pasted text is replaced by matplotlib's own.
Methods take turns, each run in a new process; imports and training are not counted. Medians. Memory is the peak of the
process at its end, above that at the start of rendering.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imageio.v2 as imageio
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.figure import Figure, FigureBase
from matplotlib.text import Text
from PIL import Image

import tinylearn as tl
from animations import LineFit, NeuronDiagram, NeuronStates, PastedText, SideBySide, render, spaced_steps, style
from animations.gif import GifWriter, make_palette
from animations.painter import Painter
from tinylearn.datasets import celsius_fahrenheit
from tinylearn.initializers import ones

FPS, FRAMES, COLORS = 10, 81, 40
ASKED = {"ratio": 8, "kB": 500, "MB": 150}


def chapter_3() -> SideBySide:
    """Train the neuron of chapter 3 and return its scene, as the chapter draws it."""
    x, y = celsius_fahrenheit()
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])
    recorder = tl.Recorder(model)
    tl.fit(model, x, y, loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.0005), epochs=8000, batch_size=len(x),
           callbacks=[recorder])  # fmt: skip
    states, units = NeuronStates(recorder.recording, x, y, spaced_steps(8000, FRAMES)), ("°C", "°F")
    return SideBySide(NeuronDiagram(states, units=units, ask=50), PlainTicks(states, units=units))


class PlainTicks(LineFit):
    """The line's scene with 10³ in plain characters: its axes' mathtext would cost the peers more than us."""

    def draw(self, figure: FigureBase) -> None:
        super().draw(figure)
        digits = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
        for axes in figure.axes:
            if axes.get_yscale() == "log":
                axes.yaxis.set_major_formatter(lambda value, _: "10" + f"{np.log10(value):.0f}".translate(digits))


# --- the three methods ---------------------------------------------------------------------------------------------


def ours(scene: SideBySide, path: Path) -> None:
    render(scene, path, fps=FPS, colors=COLORS, progress=False)


def book(scene: SideBySide, path: Path) -> None:
    """As the book does it: no artist and no pixel of one frame is used for the next."""
    pictures = []
    for frame in range(scene.frames):
        figure = new_figure(scene)
        scene.draw(figure)
        scene.update(frame)
        show_trails(scene, frame)
        pictures.append(path.with_name(f"{frame:03}.png"))
        figure.savefig(pictures[-1])
        plt.close(figure)
    imageio.mimsave(path, [imageio.imread(picture) for picture in pictures], duration=1000 / FPS, loop=0)


def func_animation(scene: SideBySide, path: Path) -> None:
    """As matplotlib's documentation does it: one figure, artists updated."""
    figure = new_figure(scene)
    scene.draw(figure)

    def update(frame: int) -> list:
        show_trails(scene, frame)
        return scene.update(frame)

    FuncAnimation(figure, update, frames=scene.frames).save(path, writer=PillowWriter(fps=FPS))
    plt.close(figure)


def new_figure(scene: SideBySide) -> Figure:
    return plt.figure(figsize=(scene.size[0] / style.DPI, scene.size[1] / style.DPI), dpi=style.DPI)


def show_trails(scene: SideBySide, frame: int) -> None:
    for number in range(scene.frames):
        for artist in scene.trail(number):
            artist.set_visible(number <= frame)


METHODS: dict[str, Callable[[SideBySide, Path], None]] = {
    "ours": ours,
    "the book's way": book,
    "FuncAnimation": func_animation,
}


# --- measuring -----------------------------------------------------------------------------------------------------


def run(method: str, path: Path) -> dict[str, float]:
    """Render once, in this process; return seconds, size, and memory above the start."""
    scene = chapter_3()
    if method != "ours":
        PastedText.draw, PastedText.get_window_extent = Text.draw, Text.get_window_extent
    before = peak_megabytes()
    start = time.perf_counter()
    METHODS[method](scene, path)
    seconds = time.perf_counter() - start
    return {"s": seconds, "kB": path.stat().st_size / 1000, "MB": peak_megabytes() - before}


def run_in_new_process(method: str, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--run", method, "--path", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peak_megabytes() -> float:
    """Return the most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def last_picture(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        image.seek(image.n_frames - 1)
        return np.array(image.convert("RGB")).astype(int)


def compare(rounds: int, folder: Path) -> None:
    """Print each method's medians, and how far the bars are."""
    runs: dict[str, list[dict[str, float]]] = {method: [] for method in METHODS}
    paths = {method: folder / method / "animation.gif" for method in METHODS}
    for path in paths.values():
        path.parent.mkdir()
    for _ in range(rounds):
        for method, path in paths.items():
            runs[method].append(run_in_new_process(method, path))
    for method in METHODS:
        seconds, size, memory = (statistics.median(one[key] for one in runs[method]) for key in ("s", "kB", "MB"))
        pairs = zip(runs[method], runs["ours"], strict=True)
        ratio = statistics.median(theirs["s"] / our["s"] for theirs, our in pairs)
        asked = "" if method == "ours" else f" (asked: {ASKED['ratio']}x)"
        print(f"{method}: {seconds:.2f} s, {ratio:.1f}x ours{asked}, {size:,.0f} kB, {memory:.0f} MB above the start")
        if method != "ours":
            off = np.abs(last_picture(paths[method]) - last_picture(paths["ours"])).mean()
            print(f"    its last picture differs from ours by {off:.2f} of 255 on average")
    print(f"asked of ours: at most {ASKED['kB']} kB and {ASKED['MB']} MB")


def profile() -> None:
    """Print where our time goes: painting, finding the palette, encoding; and the functions that take most."""
    scene, clock = chapter_3(), time.perf_counter
    start = clock()
    painter = Painter(scene)
    made = clock()
    painter.paint(0)
    first = clock()
    palette = make_palette([painter.paint(frame).copy() for frame in (0, FRAMES // 2, FRAMES - 1)], COLORS)
    found = clock()
    painting = encoding = 0.0
    with tempfile.TemporaryFile() as file:
        writer = GifWriter(file, *scene.size, palette)
        for frame in range(FRAMES):
            begin = clock()
            pixels = painter.paint(frame)
            painted = clock()
            writer.add(pixels, 10)
            painting, encoding = painting + painted - begin, encoding + clock() - painted
        writer.close()
    parts = {"making the figure": made - start, "first frame, with background and letters": first - made,
             "three samples and palette": found - first}  # fmt: skip
    print(", ".join(f"{part} {1000 * seconds:.0f} ms" for part, seconds in parts.items()))
    print(f"{FRAMES} frames of {1000 * painting / FRAMES:.1f} ms painting, {1000 * encoding / FRAMES:.1f} ms encoding")
    profiler = cProfile.Profile()
    with tempfile.TemporaryDirectory() as folder:
        profiler.runcall(ours, scene, Path(folder) / "animation.gif")
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="show where our own time goes, instead of comparing")
    parser.add_argument("--run", choices=METHODS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        print(json.dumps(run(arguments.run, arguments.path)))
    elif arguments.profile:
        profile()
    else:
        with tempfile.TemporaryDirectory() as folder:
            compare(arguments.rounds, Path(folder))


if __name__ == "__main__":
    main()
