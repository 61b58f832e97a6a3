"""Slow or faulty scenes: drawing processes import this file, and little else."""

import os
import time

from animations import Scene


class Slow(Scene):
    """A dot that takes its time."""

    size = (120, 100)
    frames = 10

    def __init__(self, seconds=0.0):
        self.seconds = seconds

    def draw(self, figure):
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 10), ylim=(0, 10))
        (self.dot,) = axes.plot([], [], "o", zorder=3)

    def update(self, frame):
        time.sleep(self.seconds / self.frames)
        self.dot.set_data([frame], [frame])
        return [self.dot]


class Broken(Slow):
    """It cannot be drawn."""

    def update(self, frame):
        raise RuntimeError("this film is broken")


class Killed(Slow):
    """The process that draws it dies."""

    def update(self, frame):
        os._exit(1)  # like a process that takes more memory than there is
