"""Scenes of a user: everything that matplotlib can draw, in a page."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.patheffects import Normal, SimpleLineShadow, withStroke
from matplotlib.transforms import Affine2D

from animations import Number, PastedText, Scene


class Everything(Scene):
    """Nine axes: three-dimensional, polar, hatched, dashed, half transparent, an image, an arrow, a formula."""

    size, frames = (1200, 1000), 3

    def draw(self, figure):
        figure.suptitle(r"Was ein $\sigma^2$ alles kann: ½ · Größe")
        grid = figure.add_gridspec(3, 3, hspace=0.45, wspace=0.35, left=0.06, right=0.95, bottom=0.06, top=0.9)
        rng = np.random.default_rng(0)
        parts = {self.in_depth: "3d", self.polar: "polar"} | dict.fromkeys(
            (self.image, self.arrows, self.hatches, self.log, self.mesh, self.lines, self.texts))  # fmt: skip
        for cell, (draw, projection) in zip(grid, parts.items(), strict=True):
            draw(figure.add_subplot(cell, projection=projection), rng)

    def in_depth(self, axes, rng):
        side = np.linspace(-2, 2, 15)
        x, y = np.meshgrid(side, side)
        axes.plot_surface(x, y, np.exp(-(x**2) - y**2), cmap="viridis", alpha=0.9)
        axes.set(xlabel="x", ylabel="y", zlabel=r"$e^{-x^2-y^2}$", title="a surface")
        (self.ball,) = axes.plot([0], [0], [1.2], "o", color="tab:red", zorder=9)

    def polar(self, axes, rng):
        self.angle = np.linspace(0, 2 * np.pi, 100)
        (self.rose,) = axes.plot(self.angle, 1 + np.cos(self.angle), color="tab:purple", zorder=4)
        self.rose_area = axes.fill(self.angle, 1 + np.cos(self.angle), color="tab:purple", alpha=0.2, zorder=3.5)[0]
        axes.set(rmax=2, rticks=[0.5, 1, 1.5], title="polar axes")

    def image(self, axes, rng):
        self.noise = rng.random((12, 16))
        self.picture = axes.imshow(self.noise, cmap="magma", origin="lower", vmin=0, vmax=1, zorder=3)
        axes.figure.colorbar(self.picture, ax=axes, shrink=0.8, label="height, m")
        axes.set_title("an image and its colours")

    def arrows(self, axes, rng):
        x, y = np.meshgrid(np.arange(-2.0, 3), np.arange(-2.0, 3))
        self.quiver = axes.quiver(x, y, -y, x, np.hypot(x, y), cmap="cool", scale=40, zorder=3)
        axes.quiverkey(self.quiver, 0.85, 1.06, 4, "4 m/s", labelpos="E")
        self.arrow = axes.add_patch(
            FancyArrowPatch((-2, -2), (1, 1), arrowstyle="-|>", mutation_scale=25, zorder=4,
                            connectionstyle="arc3,rad=0.3", color="tab:orange", linewidth=2)
        )  # fmt: skip
        self.note = axes.annotate("here", (1, 1), (-2, 2), arrowprops={"arrowstyle": "->"}, zorder=5)
        axes.set(xlim=(-3, 3), ylim=(-3, 3), title="arrows")

    def hatches(self, axes, rng):
        look = {"facecolor": "lightblue", "edgecolor": "tab:blue"}
        self.bars = axes.bar(["one", "two", "three"], [3, 1, 2], hatch="//", zorder=3, **look)
        axes.bar(["four"], [2.5], hatch="xx", fill=False, zorder=3, label="no fill")
        axes.bar(["five"], [1.5], hatch="o.", color="#ffcc0080", edgecolor="black", zorder=3, label="half")
        axes.errorbar(["four", "five"], [2.5, 1.5], yerr=[0.3, 0.2], fmt="none", capsize=5, color="black", zorder=4)
        axes.legend(loc="upper right", title="patterns", shadow=True)
        axes.set(ylim=(0, 5), title="hatches")
        axes.tick_params(axis="x", rotation=30)

    def log(self, axes, rng):
        (self.curve,) = axes.loglog([], [], "s--", color="tab:green", markerfacecolor="white", zorder=3, label="loss")
        self.wide = axes
        axes.set(ylim=(1e-3, 10), xlabel="step", title="its limits change")
        axes.grid(which="both", alpha=0.3)
        axes.legend()

    def mesh(self, axes, rng):
        self.cells = axes.pcolormesh(rng.random((6, 8)), cmap="Greens", zorder=3, edgecolors="white", linewidth=0.5)
        side = np.linspace(0, 8, 60)
        x, y = np.meshgrid(side, side * 6 / 8)
        self.heights = axes.contour(x, y, np.sin(x) + np.cos(y), levels=5, colors="black", zorder=4)
        self.labels = axes.clabel(self.heights, fontsize=8, zorder=5)
        axes.set_title("a mesh under lines of height")

    def lines(self, axes, rng):
        places = np.cumsum(rng.normal(size=(5, 30)), axis=1)
        steps = [np.column_stack([range(30), line]) for line in places]
        look = {"colors": ["C0", "C1", "C2", "C3", "C4"], "linestyles": ["-", "--", ":"], "linewidths": [1, 2, 3]}
        self.paths = axes.add_collection(LineCollection(steps, zorder=3, **look))
        self.dots = axes.scatter(np.arange(30), places[0], c=places[1], s=np.linspace(5, 90, 30), marker="^", alpha=0.7,
                                 edgecolors="black", zorder=4)  # fmt: skip
        axes.fill_between(range(30), places[2] - 1, places[2] + 1, color="tab:green", alpha=0.2, where=places[2] > -1)
        axes.axhspan(-1, 1, color="tab:orange", alpha=0.1)
        axes.axvline(10, linestyle="-.", color="grey")
        self.clipped = axes.add_patch(Circle((15, 0), 9, color="tab:red", alpha=0.3, zorder=5))
        axes.stairs([2, 4, 3], [0, 10, 20, 29], baseline=None, color="black", linewidth=2)
        axes.set(xlim=(0, 29), ylim=(-8, 8), title="lines, dots, a circle that is cut off")

    def texts(self, axes, rng):
        axes.set(xticks=[], yticks=[], title="texts")
        box = {"boxstyle": "round", "facecolor": "lightyellow", "edgecolor": "tab:brown"}
        axes.text(0.05, 0.9, "in a box", bbox=box, va="top")
        axes.text(0.95, 0.95, "two lines,\nat the right", ha="right", va="top", linespacing=1.5)
        axes.text(0.3, 0.3, "turned by 30°", rotation=30, color="tab:blue", alpha=0.6)
        axes.text(0.9, 0.05, "upright", rotation=90, fontweight="bold", fontstyle="italic")
        axes.text(0.05, 0.05, r"$\frac{\partial L}{\partial w} = \sum_i x_i$", fontsize=14)
        axes.text(0.5, 0.6, "Serif, 11 pt; <b> & “quotes”", family="serif", ha="center", fontsize=11)
        axes.text(0.7, 0.25, "turned and cut off", rotation=-30, clip_on=True)
        self.formula = axes.text(0.5, 0.45, "", ha="center", zorder=4)
        self.number = axes.add_artist(Number(0.5, 0.75, "{:+.3f}", gid="height", ha="center", zorder=4))
        self.accents = axes.add_artist(PastedText(0.05, 0.7, "", color="tab:red", zorder=4))

    def update(self, frame):
        self.ball.set_data_3d([frame / 4], [0], [1.2 - frame / 8])
        self.rose.set_ydata(1 + np.cos((frame + 1) * self.angle))
        self.rose_area.set_xy(np.column_stack([self.angle, 1 + np.cos((frame + 1) * self.angle)]))
        self.picture.set_data(np.roll(self.noise, frame, axis=1))
        self.quiver.set_UVC(-self.quiver.Y + frame / 3, self.quiver.X)
        self.arrow.set_positions((-2, -2), (1, 1 - frame / 3))
        self.note.xy = (1, 1 - frame / 3)
        for bar, height in zip(self.bars, (3, 1, 2), strict=True):
            bar.set_height(height + frame / 4)
        steps = 10.0 ** np.arange(frame + 2)
        self.curve.set_data(steps, 5 / steps**0.5)
        self.wide.set_xlim(0.5, 10 ** (frame + 2))
        self.cells.set_array(np.random.default_rng(frame).random(48))
        self.paths.set_linewidths([1 + frame / 4, 2, 3])
        self.dots.set_sizes(np.linspace(5, 90 + 20 * frame, 30))
        self.clipped.set_center((15 + 3 * frame, 0))
        self.formula.set_text(rf"$w_{frame} = \sqrt{{{frame}}}$")
        self.number.set_value(-frame / 3)
        self.accents.set_text("Sã" + frame * "o")
        return [self.ball, self.rose, self.rose_area, self.picture, self.quiver, self.arrow, self.note, *self.bars,
                self.curve, self.wide.xaxis, self.cells, self.heights, *self.labels, self.paths, self.dots,
                self.clipped, self.formula, self.number, self.accents]  # fmt: skip


class Own(Artist):
    """An artist that draws in its own way: pixels, for Agg's renderer only."""

    def draw(self, renderer):
        pixels = np.asarray(renderer.buffer_rgba())
        pixels[20:60, 20 + 4 * self.shift : 60 + 4 * self.shift] = (200, 30, 30, 255)


class Oddities(Scene):
    """Rare things: an artist of its own kind, halos, sketched lines, rasters, turned images."""

    size, frames, style = (1000, 700), 3, "dark_background"

    def draw(self, figure):
        figure.add_artist(own := Own())
        own.shift, self.own = 0, own
        figure.text(0.5, 0.97, "below a picture of its own", ha="center", va="top", wrap=True)
        grid = figure.add_gridspec(2, 3, hspace=0.4, left=0.07, right=0.94, bottom=0.08, top=0.85)
        rng = np.random.default_rng(0)
        for cell, draw in zip(grid, (self.images, self.effects, self.flows, self.shading, self.axes), strict=False):
            draw(figure.add_subplot(cell), rng)

    def images(self, axes, rng):
        gradient = np.linspace(0, 1, 12).reshape(3, 4)
        axes.imshow(gradient, extent=(0, 4, 0, 3), interpolation="nearest")
        axes.imshow(gradient, extent=(5, 9, 3, 0), interpolation="nearest")
        axes.imshow(gradient, extent=(4, 0, 4, 7), interpolation="nearest", alpha=0.5)
        axes.imshow(rng.random((3, 4, 3)), extent=(5, 9, 4, 7), interpolation="bilinear")
        turned = axes.imshow(gradient, extent=(0, 4, 0, 3), interpolation="nearest")
        turned.set_transform(Affine2D().rotate_deg(20).translate(5, 8) + axes.transData)
        round_one = axes.imshow(rng.random((9, 9)), extent=(0, 3, 8, 11), interpolation="nearest")
        round_one.set_clip_path(Circle((1.5, 9.5), 1.5, transform=axes.transData))
        masked = np.ma.masked_greater(rng.random((4, 4)), 0.7)
        self.holes = axes.imshow(masked, extent=(9.5, 12, 0, 3), cmap="spring", zorder=3)
        axes.set(xlim=(12.5, -0.5), ylim=(0, 12), aspect="auto", title="images, from right to left")

    def effects(self, axes, rng):
        halo = [withStroke(linewidth=4, foreground="tab:red")]
        axes.text(0.1, 0.8, "a text with a halo", path_effects=halo, fontsize=14)
        self.haloed = axes.text(0.1, 0.6, "", path_effects=halo, gid="haloed", zorder=3)
        (shadowed,) = axes.plot([0, 1], [0, 0.5], linewidth=5)
        shadowed.set_path_effects([SimpleLineShadow(), Normal()])
        (sketched,) = axes.plot([0, 1], [0.5, 0.2], color="yellow")
        sketched.set_sketch_params(2, 60, 2)
        axes.scatter(rng.random(40), rng.random(40) / 3, rasterized=True, zorder=3)
        axes.set(ylim=(0, 1), title="effects")

    def flows(self, axes, rng):
        y, x = np.mgrid[-3:3:20j, -3:3:20j]
        axes.streamplot(x, y, -1 - x**2 + y, 1 + x - y**2, density=0.5, color=y, cmap="autumn")
        axes.barbs([-2, 0, 2], [2, 2, 2], [10, 30, 60], [5, 20, 0], color="white")
        axes.hexbin(rng.normal(size=300), rng.normal(size=300), gridsize=10, alpha=0.4, zorder=0)
        axes.set_title("flows")

    def shading(self, axes, rng):
        self.smooth = axes.pcolormesh(rng.random((6, 6)), shading="gouraud", zorder=3)
        axes.tripcolor([0, 5, 5], [0, 0, -3], [0.0, 0.5, 1.0], shading="gouraud")
        axes.pcolormesh(np.arange(31) / 5, np.linspace(-6, -4, 31), rng.random((30, 30)))
        axes.contourf(np.linspace(0, 5, 9), np.linspace(-4, -3, 9), rng.random((9, 9)), hatches=["//", "..", None])
        axes.set_title("shading")

    def axes(self, axes, rng):
        axes.plot(np.arange(9) * 1e6, rng.random(9) * 1e-5, "D-", markevery=2, drawstyle="steps-mid")
        axes.set_xlabel("a right axis, an inset, powers of ten")
        other = axes.twinx()
        (self.other,) = other.plot([0, 8e6], [0, 1], ":", color="cyan", linewidth=3, zorder=3)
        other.set(yscale="symlog", ylim=(-100, 100))
        inset = axes.inset_axes((0.55, 0.55, 0.4, 0.4), facecolor="#334433")
        inset.plot(rng.random(5), marker=(5, 1), markersize=12, fillstyle="left")
        inset.axis("off")
        axes.indicate_inset((1e6, 2e-6, 2e6, 4e-6), inset)

    def update(self, frame):
        self.own.shift = frame
        self.holes.set_alpha(1 - frame / 10)
        self.haloed.set_text(f"{frame * 1.5:.1f}")
        self.smooth.set_array(np.random.default_rng(frame).random((6, 6)))
        self.other.set_ydata([0, 10.0 ** (frame - 3)])
        return [self.own, self.holes, self.haloed, self.smooth, self.other]
