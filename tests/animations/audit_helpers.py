"""A small scene without faults, and how one is planted in it.

A planted fault is a function of the scene's class: it changes what `draw` or `update` does.
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
        self.axes.locator_params(nbins=1)  # two marks: more would take most of the time
        (self.line,) = self.axes.plot([], [], color="#0068a8", zorder=3)
        (self.other,) = self.axes.plot([0, 3], [1, 1], color="#b83d00")

    def update(self, frame):
        for cell, number in self.cells.items():
            number.set_value(W[(frame, *cell)])
        self.loss.set_value(LOSS[frame])
        self.line.set_data(range(frame + 1), LOSS[: frame + 1])
        return [*self.cells.values(), self.loss, self.line]


def only(frame, change):
    """A fault in one frame: `change(scene)` after its update."""

    def plant(kind):
        update = kind.update

        def update_and_change(scene, now):
            changed = update(scene, now)
            if now == frame:
                change(scene)
            return changed

        kind.update = update_and_change

    return plant


def drawn(change):
    """A fault from the beginning: `change(scene)` after the scene was drawn."""

    def plant(kind):
        draw = kind.draw
        kind.draw = lambda scene, figure: (draw(scene, figure), change(scene))

    return plant


def returns(choose):
    """`update` returns other artists."""

    def plant(kind):
        update = kind.update
        kind.update = lambda scene, frame: choose(scene, update(scene, frame))

    return plant


def moves(make, move):
    """One more artist, which `move(artist, frame)` changes; `make(scene)` returns it."""

    def plant(kind):
        draw, update = kind.draw, kind.update

        def draw_more(scene, figure):
            draw(scene, figure)
            scene.more = make(scene)

        def move_more(scene, frame):
            move(scene.more, frame)
            return [*update(scene, frame), scene.more]

        kind.draw, kind.update = draw_more, move_more

    return plant


def flash(make):
    """An artist that is visible in frame 2 only; `make(scene)` returns it."""
    return moves(make, lambda artist, frame: artist.set_visible(frame == 2))


def both(*plants):
    """Several faults in one scene."""
    return lambda kind: [plant(kind) for plant in plants]


def label(x, y, text, **settings):
    """One more text, at x, y."""
    return drawn(lambda scene: add_label(scene.page, x, y, text, **settings))


def planted(plant):
    """Return the scene with a fault."""
    kind = type("Tiny", (Tiny,), {})
    plant(kind)
    return kind()
