"""A small scene without faults, and how one is planted in it.

A planted fault is a function of the scene: it changes what `draw` or `update` does.
"""

import numpy as np

from animations import Scene
from animations.kit.axes import add_label, add_number, pixel_axes

FRAMES = 4
W = np.arange(FRAMES * 4).reshape(FRAMES, 2, 2) / 7 - 1
LOSS = 3.0 / (1 + np.arange(FRAMES))
SOURCE = {"loss": LOSS} | {f"w[{i},{j}]": W[:, i, j] for i in (0, 1) for j in (0, 1)}


class Tiny(Scene):
    """A board of four weights, a loss after its name, a curve with axes, and a second line."""

    size, frames = (400, 240), FRAMES

    def draw(self, figure):
        self.page = pixel_axes(figure, self.size)
        self.cells = {
            (i, j): add_number(self.page, 90 + 70 * j, 200 - 40 * i, "{:.2f}", f"w[{i},{j}]", zorder=3)
            for i in (0, 1)
            for j in (0, 1)
        }
        self.name = add_label(self.page, 230, 200, "loss")
        self.loss = add_number(self.page, 360, 200, "{:.3f}", "loss", zorder=3)
        self.axes = figure.add_axes((0.15, 0.2, 0.75, 0.35), xlim=(0, 3), ylim=(0, 4))
        self.axes.locator_params(nbins=1)  # two marks: to look at more would take most of the time
        (self.line,) = self.axes.plot([], [], color="#0068a8", zorder=3)
        (self.other,) = self.axes.plot([0, 3], [1, 1], color="#b83d00")

    def update(self, frame):
        for cell, number in self.cells.items():
            number.set_value(W[(frame, *cell)])
        self.loss.set_value(LOSS[frame])
        self.line.set_data(range(frame + 1), LOSS[: frame + 1])
        return [*self.cells.values(), self.loss, self.line]


def only(frame, change):
    """A fault of one frame: `change(scene)` after its update."""

    def plant(scene):
        update = scene.update

        def update_and_change(now):
            changed = update(now)
            if now == frame:
                change(scene)
            return changed

        scene.update = update_and_change

    return plant


def drawn(change):
    """A fault that is there from the beginning: `change(scene)` after it was drawn."""

    def plant(scene):
        draw = scene.draw
        scene.draw = lambda figure: (draw(figure), change(scene))

    return plant


def returns(choose):
    """`update` returns other artists."""

    def plant(scene):
        update = scene.update
        scene.update = lambda frame: choose(scene, update(frame))

    return plant


def flash(make):
    """An artist that is to be seen in frame 2 alone; `make(scene)` returns it."""

    def plant(scene):
        draw, update = scene.draw, scene.update

        def draw_more(figure):
            draw(figure)
            scene.flash = make(scene)

        def show(frame):
            scene.flash.set_visible(frame == 2)
            return [*update(frame), scene.flash]

        scene.draw, scene.update = draw_more, show

    return plant


def label(x, y, text, **settings):
    """A text more, at x, y."""
    return drawn(lambda scene: add_label(scene.page, x, y, text, **settings))


def planted(plant):
    """Return the scene with a fault."""
    scene = Tiny()
    plant(scene)
    return scene
