"""Animations of chapters 1 to 3, rendered by us, the book's way, and by matplotlib's own animation.

    python tests/benchmarks/rendering.py [neuron descent panel race pie] [--rounds 3]

gif, html, mp4   animations.render
drawing alone    our frames, painted and written nowhere
the book's way   a new figure for each frame, savefig to PNG, all read back with imageio, imageio.mimsave
FuncAnimation    one figure, matplotlib's FuncAnimation and PillowWriter
to_jshtml        the same, as matplotlib's own HTML

The same scene draws all, without mathtext; for the others, pasted text is replaced by matplotlib's own. Methods take
turns, each run in a new process; imports and training are not counted. Medians. Memory is the peak of the process at
its end, above that at the start of rendering.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import imageio.v2 as imageio
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.figure import Figure, FigureBase
from matplotlib.text import Text

import animations as an
import tinylearn as tl
from animations import BarRace, GrowingLines, LineFit, NeuronDiagram, PastedText, Pie, Scene, SideBySide, style
from animations.engine.painter import Painter
from chapters import ch02_gradient_descent as descending
from tinylearn.datasets import celsius_fahrenheit, gdp
from tinylearn.initializers import ones

FPS = 10


# --- the scenes ----------------------------------------------------------------------------------------------------


class PlainTicks(LineFit):
    """The line's scene with 10³ in plain characters: its axes' mathtext would cost the peers more than us."""

    def draw(self, figure: FigureBase) -> None:
        super().draw(figure)
        digits = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
        for axes in figure.axes:
            if axes.get_yscale() == "log":
                axes.yaxis.set_major_formatter(lambda value, _: "10" + f"{np.log10(value):.0f}".translate(digits))


def neuron() -> Scene:
    """The neuron of chapter 3, as the chapter draws it: 81 frames of 1200x600."""
    x, y = celsius_fahrenheit()
    model = tl.Sequential([tl.Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])
    recorder = tl.Recorder(model)
    tl.fit(model, x, y, loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.0005), epochs=8000, batch_size=len(x),
           callbacks=[recorder])  # fmt: skip
    states, units = an.NeuronStates(recorder.recording, x, y, an.log_spaced_steps(8000, 81)), ("°C", "°F")
    return SideBySide(NeuronDiagram(states, units=units, ask=50), PlainTicks(states, units=units))


def descent() -> Scene:
    """Three curve panels with growing paths: 100 frames of 1800x660."""
    walks = {rate: descending.gradient_descent(rate) for rate in descending.RATES}
    later = np.geomspace(58, 2000, 42).round().astype(int).tolist()
    return descending.learning_rates(walks, [*range(58), *later])


def panel() -> Scene:
    """One of these panels as the book shows it, with a frame for each of its steps: 59 frames of 600x600."""
    walk = descending.gradient_descent(0.95)
    return descending.learning_rates({0.95: walk}, list(range(len(walk)))).scenes[1]


def race() -> Scene:
    """The bar race, a frame for each year as in the book: 51 of 1000x600."""
    return BarRace(gdp())


def pie() -> Scene:
    """The pie beside the lines, a frame for each year: 51 frames."""
    return SideBySide(Pie(gdp()), GrowingLines(gdp(), width=900, with_clock=False, source=""))


class Bar(NamedTuple):
    """What is asked of a scene: how many times as fast as the peers, how many kB of GIF, with how many colours."""

    scene: Callable[[], Scene]
    colors: int
    kilobytes: float
    book: float
    func_animation: float | None = None


BARS = {  # kB: a quarter of the files that the book publishes
    "neuron": Bar(neuron, 32, 2700 / 4, 8, 8),
    "descent": Bar(descent, 40, 3 * 737 / 4, 10, 10),
    "panel": Bar(panel, 40, 737 / 4, 5),
    "race": Bar(race, 32, 547 / 3, 5),  # a third of it: the axis grows, so all bars move in each frame
    "pie": Bar(pie, 64, math.inf, 5),
}


# --- the methods ---------------------------------------------------------------------------------------------------


def ours(scene: Scene, path: Path, colors: int) -> None:
    an.render(scene, path, fps=FPS, colors=colors, progress=False)


def drawing(scene: Scene, path: Path, colors: int) -> None:
    painter = Painter(scene)
    for frame in range(scene.frames):
        painter.paint(frame)


def figure_of(scene: Scene) -> Figure:
    figure = plt.figure(figsize=(scene.size[0] / style.DPI, scene.size[1] / style.DPI), dpi=style.DPI)
    scene.draw(figure)
    return figure


def show(scene: Scene, frame: int) -> list:
    for number in range(scene.frames):
        for artist in scene.trail(number):
            artist.set_visible(number <= frame)
    return [*scene.update(frame)]


def book(scene: Scene, path: Path, colors: int) -> None:
    """As the book does it: no artist and no pixel of one frame is used for the next."""
    pictures = []
    for frame in range(scene.frames):
        figure = figure_of(scene)
        show(scene, frame)
        pictures.append(path.with_name(f"{frame:03}.png"))
        figure.savefig(pictures[-1])
        plt.close(figure)
    imageio.mimsave(path, [imageio.imread(picture) for picture in pictures], duration=1000 / FPS, loop=0)


def animation(scene: Scene) -> FuncAnimation:
    """As matplotlib's documentation does it: one figure, artists updated."""
    return FuncAnimation(figure_of(scene), lambda frame: show(scene, frame), frames=scene.frames)


def func_animation(scene: Scene, path: Path, colors: int) -> None:
    animation(scene).save(path, writer=PillowWriter(fps=FPS))


def jshtml(scene: Scene, path: Path, colors: int) -> None:
    matplotlib.rcParams["animation.embed_limit"] = 1000
    path.write_text(animation(scene).to_jshtml(fps=FPS))


METHODS: dict[str, tuple[Callable[[Scene, Path, int], None], str]] = {
    "gif": (ours, ".gif"),
    "html": (ours, ".html"),
    "mp4": (ours, ".mp4"),
    "drawing alone": (drawing, ".none"),
    "the book's way": (book, ".gif"),
    "FuncAnimation": (func_animation, ".gif"),
    "to_jshtml": (jshtml, ".html"),
}
PEERS = ("the book's way", "FuncAnimation", "to_jshtml")


# --- measuring -----------------------------------------------------------------------------------------------------


def run(name: str, method: str) -> dict[str, float]:
    """Render once, in this process; return seconds, size, and memory above the start."""
    bar, (write, suffix) = BARS[name], METHODS[method]
    scene = bar.scene()
    if method in PEERS:
        PastedText.draw, PastedText.get_window_extent = Text.draw, Text.get_window_extent
    with tempfile.TemporaryDirectory() as folder:
        before, start, path = peak_megabytes(), time.perf_counter(), Path(folder, f"film{suffix}")
        write(scene, path, bar.colors)
        seconds = time.perf_counter() - start
        return {"s": seconds, "kB": path.stat().st_size / 1000 if path.exists() else 0, "MB": peak_megabytes() - before}


def peak_megabytes() -> float:
    """Return the most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def run_in_new_process(name: str, method: str) -> dict[str, Any]:
    command = [sys.executable, __file__, name, "--run", method]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(name: str, rounds: int) -> None:
    """Print each method's medians, and how far the bars are."""
    bar = BARS[name]
    turns = [{method: run_in_new_process(name, method) for method in METHODS} for _ in range(rounds)]

    def ratio(slow: str, quick: str, key: str = "s") -> str:
        return f"{statistics.median(each[slow][key] / each[quick][key] for each in turns):.1f}x"

    print(f"\n{name}: {bar.scene.__doc__}")
    for method in METHODS:
        seconds, size, memory = (statistics.median(each[method][key] for each in turns) for key in ("s", "kB", "MB"))
        print(f"  {method:15} {seconds:6.2f} s  {size:8,.0f} kB  {memory:5.0f} MB above the start")
    print(f"  gif: the book's way takes {ratio(PEERS[0], 'gif')} as long (asked: {bar.book}x)")
    if bar.func_animation:
        print(f"  gif: FuncAnimation takes {ratio(PEERS[1], 'gif')} as long (asked: {bar.func_animation}x)")
    print(f"  gif: asked are at most {bar.kilobytes:.0f} kB")
    print(f"  html: to_jshtml takes {ratio('to_jshtml', 'html')} as long (asked: 3x)"
          f" and {ratio('to_jshtml', 'html', 'kB')} the bytes (asked: 8x)")  # fmt: skip
    print(f"  mp4: takes {ratio('mp4', 'drawing alone')} as long as drawing alone (asked: at most 2x)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", nargs="*", choices=[[], *BARS], help="(default: all)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--run", choices=METHODS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for name in arguments.scenes or BARS:
        if arguments.run:
            print(json.dumps(run(name, arguments.run)))
        else:
            compare(name, arguments.rounds)


if __name__ == "__main__":
    main()
