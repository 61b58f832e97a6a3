"""A scene, and scenes with faults: drawing processes import this file, and little else."""

import os

from animations import Scene


class Dot(Scene):
    """A dot that moves."""

    size = (120, 100)
    frames = 10

    def draw(self, figure):
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 10), ylim=(0, 10))
        (self.dot,) = axes.plot([], [], "o", zorder=3)

    def update(self, frame):
        self.dot.set_data([frame], [frame])
        return [self.dot]


class Broken(Dot):
    """It cannot be drawn."""

    def update(self, frame):
        raise RuntimeError("this film is broken")


class Killed(Dot):
    """The process that draws it dies."""

    def update(self, frame):
        os._exit(1)  # like a process that takes more memory than there is
