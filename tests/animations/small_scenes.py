"""Small scenes, each with one thing that could go wrong when only the changed artists are drawn again.

What changes has a z-order of 3 and more, over the spines (2.5), since what lies over it would have to change too.
"""

import functools

import numpy as np
from matplotlib.patches import Circle, Rectangle
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from animations import Number, PastedText, Scene
from animations.engine.painter import redraw


@functools.cache
def redrawn(kind, frame):
    """Return a frame (H, W, 4) of a new scene of that kind, drawn from scratch; each frame is drawn only once."""
    pixels = redraw(kind(), frame)
    pixels.flags.writeable = False
    return pixels


def plot(axes, ys=(0, 10), linewidth=6, **settings):
    """Return a new line across axes."""
    return axes.plot([0, 10], ys, linewidth=linewidth, **settings)[0]


class Small(Scene):
    size = (160, 120)
    frames = 6

    def axes(self, figure, box=(0.2, 0.2, 0.65, 0.65)):
        axes = figure.add_axes(box, xlim=(0, 10), ylim=(0, 10))
        axes.locator_params(nbins=1)  # two marks: more would take most of the time
        return axes


class Overlapping(Small):
    """Three half-transparent things that change, made in another order than they lie on each other."""

    def draw(self, figure):
        axes = self.axes(figure)
        self.top = axes.add_patch(Rectangle((2, 2), 5, 5, color="tab:red", alpha=0.6, zorder=9))
        self.middle = plot(axes, linewidth=12, color="tab:green", alpha=0.6, zorder=5)
        self.bottom = axes.add_patch(Circle((5, 5), 3, color="tab:blue", alpha=0.6, zorder=3))

    def update(self, frame):
        self.top.set_x(frame)
        self.middle.set_ydata([frame, 10 - frame])
        self.bottom.set_center((8 - frame, 5))
        return [self.middle, self.top, self.bottom]  # in no order at all


class FigureText(Small):
    """Text that belongs to the figure and not to axes, over axes that never change and a line that does."""

    def draw(self, figure):
        self.line = plot(self.axes(figure), (0, 0), linewidth=4, color="tab:blue", zorder=3)
        self.plain = figure.text(0.5, 0.5, "", ha="center", color="tab:red")
        self.pasted = figure.add_artist(PastedText(0.5, 0.4, "", ha="center", color="tab:green"))
        self.number = figure.add_artist(Number(0.02, 0.02, "{:.1f}", gid="frame"))

    def update(self, frame):
        self.line.set_ydata([frame, 10 - frame])
        self.plain.set_text(f"plain {frame}")
        self.pasted.set_text(f"pasted {frame**3}")
        self.number.set_value(-frame / 3)
        return [self.line, self.plain, self.pasted, self.number]


class Trail(Small):
    """A path behind a moving point: later pieces lie over earlier ones; frame 0 has none."""

    def draw(self, figure):
        axes = self.axes(figure)
        places = [((i * 3) % 8, i) for i in range(self.frames)]
        self.path = [axes.plot([x, 9 - x], [y, 9 - y], linewidth=9, zorder=5 + i / 10)[0]
                     for i, (x, y) in enumerate(places)]  # fmt: skip
        (self.point,) = axes.plot([], [], "ko", zorder=8)

    def update(self, frame):
        self.point.set_data([frame], [frame])
        return [self.point]

    def trail(self, frame):
        return self.path[frame : frame + 1] if frame else ()


class TwoAxes(Small):
    """Axes that overlap: all of the upper one lies over all of the lower one, whatever the z-orders inside."""

    def draw(self, figure):
        upper = self.axes(figure, (0.4, 0.4, 0.5, 0.5))
        lower = self.axes(figure, (0.2, 0.2, 0.5, 0.5))
        upper.set_zorder(2)
        upper.set_axis_off()
        self.above = plot(upper, linewidth=8, color="tab:red", zorder=3)
        self.below = plot(lower, (10, 0), linewidth=8, color="tab:blue", zorder=50)

    def update(self, frame):
        self.above.set_ydata([frame, 10])
        self.below.set_ydata([10, frame + 4])
        return [self.below, self.above]


class Cut(Small):
    """Two axes next to each other, between which a narrow page cuts."""

    cuts = (80,)

    def draw(self, figure):
        axes = [self.axes(figure, (left, 0.2, 0.35, 0.6)) for left in (0.1, 0.6)]
        self.lines = [each.plot([0, 10], [0, 10], linewidth=4, zorder=3)[0] for each in axes]
        self.numbers = [each.text(5, 1, "", zorder=4) for each in axes]
        self.path = [axes[1].plot([i, i + 1], [9, 9], linewidth=4, zorder=2.9)[0] for i in range(self.frames)]

    def update(self, frame):
        for line, number in zip(self.lines, self.numbers, strict=True):
            line.set_ydata([frame, 10 - frame])
            number.set_text(f"{frame}")
        return [*self.lines, *self.numbers]

    def trail(self, frame):
        return [self.path[frame]]


class LateWithTrail(Small):
    """An artist that is returned only from frame 3 on, lies under another changing one, and moves back; and a trail:
    the new background needs the trails of all frames so far.
    """

    def draw(self, figure):
        axes = self.axes(figure)
        self.late = axes.add_patch(Rectangle((1, 1), 6, 6, color="tab:orange", zorder=3))
        self.line = plot(axes, color="tab:blue", zorder=4)
        self.path = [axes.plot([i, i + 1], [9, 9], linewidth=7, zorder=2.9)[0] for i in range(self.frames)]

    def update(self, frame):
        self.line.set_ydata([frame, 10 - frame])
        self.late.set_x(1 + max(frame - 2, 0) / 2)
        return [self.line] if frame < 3 else [self.late, self.line]

    def trail(self, frame):
        return [self.path[frame]]


class Appearing(Small):
    """Artists that appear and vanish again."""

    def draw(self, figure):
        axes = self.axes(figure)
        places = [(1.5 * i + 1, 5) for i in range(self.frames)]
        self.spots = [axes.add_patch(Circle(place, 1.2, color="tab:purple", zorder=3)) for place in places]

    def update(self, frame):
        for i, spot in enumerate(self.spots):
            spot.set_visible(i % (frame + 1) == 0)
        return self.spots


class Picture(Small):
    """A picture that changes under a line that does."""

    def draw(self, figure):
        axes = self.axes(figure)
        self.picture = np.random.default_rng(0).random((8, 8, 3))
        self.image = axes.imshow(self.picture, extent=(1, 9, 1, 9), aspect="auto", interpolation="nearest", zorder=3)
        axes.set(xlim=(0, 10), ylim=(0, 10))
        self.line = plot(axes, linewidth=4, color="black", zorder=4)

    def update(self, frame):
        self.image.set_data(np.roll(self.picture, frame, axis=1))
        self.line.set_ydata([frame, 10 - frame])
        return [self.image, self.line]


class InDepth(Small):
    """Dots and a face in 3-D axes, which matplotlib places and sorts again whenever it draws the axes."""

    def draw(self, figure):
        axes = figure.add_axes((0, 0, 1, 1), projection="3d", xlim=(0, 6), ylim=(0, 6), zlim=(0, 6),
                               xticks=[], yticks=[], zticks=[])  # fmt: skip
        self.dots = axes.scatter([0], [0], [0], s=200, depthshade=False)
        self.face = Poly3DCollection([np.eye(3)], color="tab:orange")
        axes.add_collection3d(self.face)

    def update(self, frame):
        self.dots._offsets3d = ([frame], [3], [6 - frame])
        self.face.set_verts([[(1, 6 - frame, 1), (5, 6 - frame, 1), (3, 6 - frame, 5)]])
        return [self.face, self.dots]


class UnderInset(Small):
    """A line that continues under inset axes with a moving dot."""

    def draw(self, figure):
        self.all = self.axes(figure)
        self.line = plot(self.all, color="tab:blue", zorder=3)
        inset = self.all.inset_axes((0.3, 0.3, 0.4, 0.4), xlim=(0, 6), ylim=(0, 6), xticks=[], yticks=[], zorder=5)
        (self.dot,) = inset.plot([0], [0], "o", color="tab:red", zorder=3)

    def update(self, frame):
        self.line.set_ydata([frame, 10])
        self.dot.set_data([frame], [frame])
        return [self.line, self.dot]


class Parts(Small):
    """Texts that matplotlib draws as part of something: a legend, an axis."""

    def draw(self, figure):
        axes = self.axes(figure)
        axes.plot([0, 10], [0, 10], label="at first")
        (self.entry,) = axes.legend(loc="upper left").get_texts()
        self.label = axes.xaxis.label

    def update(self, frame):
        self.entry.set_text("now " + frame * "!")
        self.label.set_text("x" + frame * "!")
        return [self.entry, self.label]


class HiddenAxes(UnderInset):
    """Axes that are visible in some frames only, with everything inside: a changing line, a trail, an inset."""

    def draw(self, figure):
        super().draw(figure)
        never = self.axes(figure)
        never.set_visible(False)
        self.unseen = plot(never, (5, 5), linewidth=9, color="tab:green", zorder=2.7)

    def update(self, frame):
        self.all.set_visible(frame != 4)
        return [self.all, *super().update(frame)]

    def trail(self, frame):
        return [self.unseen] if frame == 2 else []


class Gliding(Small):
    """A square that can be drawn between frames, next to the number of the frame."""

    glides = True

    def draw(self, figure):
        self.square = figure.add_artist(Rectangle((0, 0.5), 0.1, 0.1, color="tab:red"))
        self.number = figure.add_artist(Number(0.5, 0.1, "{:.0f}", gid="frame"))

    def update(self, frame):
        self.square.set_x(frame / 10)
        self.number.set_value(int(frame))
        return [self.square, self.number]


ALL = (Overlapping, FigureText, Trail, TwoAxes, LateWithTrail, Appearing, Picture, InDepth, UnderInset, Parts,
       HiddenAxes)  # fmt: skip
