"""A small scene without faults, and the faults that can be planted in it.

A planted fault is a function of the scene's class: it changes what `draw` or `update` does.
"""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Circle
from matplotlib.text import Text

from animations import Line, Scene, Why
from animations.kit import style
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
        self.cells = {(i, j): self.number(f"w[{i},{j}]", 90 + 70 * j, 200 - 40 * i) for i in (0, 1) for j in (0, 1)}
        self.name = add_label(self.page, 230, 200, "loss")
        self.loss = self.number("loss", 360, 200, "{:.3f}")
        self.axes = figure.add_axes((0.15, 0.2, 0.75, 0.35), xlim=(0, 3), ylim=(0, 4))
        self.axes.locator_params(nbins=1)  # two marks: more would take most of the time
        (self.line,) = self.axes.plot([], [], color="#0068a8", zorder=3)
        (self.other,) = self.axes.plot([0, 3], [1, 1], color="#b83d00")

    def number(self, gid, x, y, form="{:.2f}"):
        return add_number(self.page, x, y, form, gid, zorder=3)

    def update(self, frame):
        for cell, number in self.cells.items():
            number.set_value(W[(frame, *cell)])
        self.loss.set_value(LOSS[frame])
        self.line.set_data(range(frame + 1), LOSS[: frame + 1])
        return [*self.cells.values(), self.loss, self.line]


def planted(plant):
    """Return the scene with a fault."""
    kind = type("Tiny", (Tiny,), {})
    plant(kind)
    return kind()


# --- ways to plant one -----------------------------------------------------------------------------------------------


def drawn(change):
    """From the beginning: `change(scene)` after the scene was drawn."""

    def plant(kind):
        draw = kind.draw
        kind.draw = lambda scene, figure: (draw(scene, figure), change(scene))

    return plant


def returns(choose):
    """`update` returns other artists."""

    def plant(kind):
        update = kind.update
        kind.update = lambda scene, frame: choose(scene, update(scene, frame), frame)

    return plant


def only(frame, change):
    """In one frame: `change(scene)` after its update."""
    return returns(lambda scene, changed, now: (change(scene) if now == frame else None, changed)[1])


def both(*plants):
    return lambda kind: [plant(kind) for plant in plants]


def moves(make, move):
    """One more artist, which `move(artist, frame)` changes; `make(scene)` returns it."""
    return both(
        drawn(lambda scene: setattr(scene, "more", make(scene))),
        returns(lambda scene, changed, frame: (move(scene.more, frame), [*changed, scene.more])[1]),
    )


def flash(make):
    """An artist that is visible in frame 2 only; `make(scene)` returns it."""
    return moves(make, lambda artist, frame: artist.set_visible(frame == 2))


def forgets(name):
    """`update` leaves out the artist with that name."""
    return returns(lambda scene, changed, _: [each for each in changed if each is not getattr(scene, name)])


def forgotten(make, move):
    """An artist that moves but is not returned."""
    return both(moves(make, move), forgets("more"))


def shows(frame, text):
    """The loss is another text in one frame."""
    return only(frame, lambda scene: scene.loss.set_text(text))


def label(x, y, text):
    return drawn(lambda scene: add_label(scene.page, x, y, text))


def vector(*places):
    """Three numbers at `places` that only a scene's source knows: v[0], v[1], v[2]."""
    return drawn(lambda s: [s.number(f"v[{i}]", x, y).set_value(i) for i, (x, y) in enumerate(places)])


def covers(left, right, bottom=0.75, **settings):
    return lambda scene: scene.page.axvspan(left, right, bottom, 0.95, **settings)


def explains(value, *arithmetic):
    """Explain the loss by this arithmetic."""
    why = Why("a number", value, [Line("read", *arithmetic)])
    return lambda kind: setattr(kind, "why", lambda self, gid, frame: why if gid == "loss" else None)


def swap(one, other):
    def change(scene):
        places = scene.cells[one].get_position(), scene.cells[other].get_position()
        scene.cells[one].set_position(places[1])
        scene.cells[other].set_position(places[0])

    return change


def transpose(scene):
    """Move every number, with its gid and value, to the place of another cell."""
    for (i, j), number in scene.cells.items():
        number.set_position((90 + 70 * i, 200 - 40 * j))


def plot(*names, **settings):
    return lambda s: [s.axes.plot([0, 1], [k, k], label=name, **settings) for k, name in enumerate(names)]


def patch(scene):
    return scene.axes.add_patch(Circle((1, 1), 0.5, zorder=3))


def dots_in_depth(scene):
    axes = scene.page.figure.add_axes((0, 0, 0.3, 0.3), projection="3d", xticks=[], yticks=[], zticks=[])
    return axes.scatter([0, 1], [0, 1], [0, 1], depthshade=False)


def line(**settings):
    """A line that moves."""
    return moves(lambda s: s.axes.plot([0, 3], [2, 2], **settings)[0], lambda line, frame: line.set_ydata([2, frame]))


def remember(kind):
    """A frame that depends on what was drawn before."""
    update = kind.update

    def counting(scene, frame):
        changed = update(scene, frame)
        scene.count = getattr(scene, "count", 0) + 1
        scene.name.set_text("loss" + "!" * (scene.count > FRAMES))
        return [*changed, scene.name]

    kind.update = counting


RED, GREEN = "#c01000", "#5e6a00"
CONFUSED = f"{GREEN} and {RED}"
ENDS = LinearSegmentedColormap.from_list("ends", [RED, GREEN])

FAULTS = {  # description → the kind of check that finds it, the thing that it names, how to plant it
    # numbers
    "a wrong digit": ("number", "loss", shows(2, "1.001")),
    "a wrong sign": ("number", "w[0,0]", only(0, lambda s: s.cells[0, 0].set_text("1.00"))),
    "a wrong rounding": ("number", "loss", shows(3, "0.76")),
    "too few digits": ("number", "loss", shows(2, "1.0e1")),
    "a number cut short": ("number", "w[0,0]", only(1, lambda s: s.cells[0, 0].set_text("-0.42"))),
    "a comma for the point": ("number", "loss", shows(1, "1,500")),
    "a number that is no number": ("number", "loss", shows(1, "nan")),
    "a number that is not nearly nothing": ("number", "loss", shows(3, "< 0.001")),
    "two numbers in one text": ("number", "loss", shows(1, "1.500 of 3")),
    "a missing number": ("number", "w[0,1]", only(1, lambda s: s.cells[0, 1].set_visible(False))),
    "a number that nobody knows": ("number", "gain", drawn(lambda s: s.loss.set_gid("gain"))),
    "an explanation of another number": ("why", "loss", explains(9.0, 9.0)),
    "an explanation with wrong arithmetic": ("why", "loss", explains(3.0, 1, "+", 1, "=", 3)),
    "a gid that is there twice": ("twice", "w[0,0]", drawn(lambda s: s.cells[0, 1].set_gid("w[0,0]"))),
    "a missing gid": ("nameless", "3.000", drawn(lambda s: s.loss.set_gid(None))),
    "digits in a plain text": ("nameless", "b = 7", drawn(lambda s: s.page.add_artist(Text(20, 200, "b = 7")))),
    "a mark that says something else": ("mark", "7", drawn(lambda s: s.axes.set_xticks([0, 1], ["0", "7"]))),
    "a factor at the end of an axis": ("mark", "1e6", drawn(lambda s: s.axes.set_ylim(0, 4e6))),
    # boards
    "places of a board swapped": ("board", "w[i,j]", drawn(swap((0, 1), (1, 1)))),
    "a board transposed": ("board", "w[i,j]", drawn(transpose)),
    "a row of numbers in another order": ("board", "v[i]", vector((20, 225), (100, 225), (60, 225))),
    "a column of numbers in another order": ("board", "v[i]", vector((20, 225), (20, 185), (20, 205))),
    "around a circle in another order": ("board", "v[i]", vector((40, 230), (60, 210), (20, 210), (40, 190))),
    "a number out of its row": ("board", "v[i]", vector((20, 225), (60, 185), (10, 225))),
    "a cell out of its line": ("board", "w[i,j]", drawn(lambda s: s.cells[1, 1].set_y(150))),
    # places
    "cut off on the left": ("cut off", "outside", label(-20, 100, "outside")),
    "cut off above": ("cut off", "above", label(20, 238, "above")),
    "cut off by its axes": ("cut off", "cut", drawn(lambda s: add_label(s.axes, 2.9, 3, "cut", clip_on=True))),
    "under a patch": ("covered", "loss", drawn(covers(225, 250, color="w", zorder=9))),
    "half under a patch": ("covered", "loss", drawn(covers(240, 250, color="w", zorder=9))),
    "a number under a patch, in one frame": ("covered", "1.000", flash(covers(300, 380, color="b", zorder=9))),
    "under a picture": ("covered", "loss", drawn(
        lambda s: s.page.imshow([[0]], extent=(220, 260, 180, 220), cmap="Blues", zorder=9))),
    "in the colour of what is under it": ("covered", "loss", drawn(
        lambda s: covers(220, 260, 0.7, color=s.name.get_color())(s))),
    "two texts on each other": ("touching", "'loss' and 'error'", label(240, 196, "error")),
    "two slanted texts on each other": ("touching", "'one' and 'other'", drawn(
        lambda s: [add_label(s.page, 20 + 8 * k, 200, ("one", "other")[k], rotation=45) for k in (0, 1)])),
    "something on the edge": ("edge", "edge", drawn(lambda s: s.page.plot([0, 400], [120, 120]))),
    # colours
    "a faint colour in one frame": ("contrast", "1.000", only(2, lambda s: s.loss.set_color("#c9ced6"))),
    "a faint colour": ("contrast", "loss", drawn(lambda s: s.name.set_color("#c9ced6"))),
    "a faint, transparent text": ("contrast", "loss", drawn(lambda s: s.name.set_alpha(0.3))),
    "dark on dark": ("contrast", "loss", drawn(covers(200, 300, 0.7, color="#202020"))),
    "red and green": ("colour blindness", CONFUSED, drawn(
        lambda s: (s.line.set_color(RED), s.other.set_color(GREEN)))),
    "red and green dots": ("colour blindness", CONFUSED, drawn(
        lambda s: s.axes.scatter([1, 2], [2, 2], color=[RED, GREEN]))),
    "colours nearly far enough apart": ("colour blindness", "#657908 and #b83d00", drawn(
        lambda s: (s.line.set_color("#657908"), s.other.set_color("#b83d00")))),
    "a map from red to green": ("colour blindness", CONFUSED, drawn(
        lambda s: s.axes.imshow([[0, 1]], cmap=ENDS, extent=(1, 2, 1, 2), aspect="auto"))),
    # things
    "two lines of one colour": ("same colour", "'A' and 'B'", drawn(plot(*"AB", color="#0068a8"))),
    "two lines of nearly one colour": ("same colour", "'A' and 'B'", both(
        drawn(plot("A", color="#0068a8")), drawn(plot("B", color="#0169a8")))),
    "more series than colours": ("same colour", "'A' and 'F'", both(
        drawn(lambda s: s.axes.set_prop_cycle(color=style.SERIES)), drawn(plot(*"ABCDEFG")))),
    "wedges of one colour": ("same colour", "'A' and 'B'", drawn(
        lambda s: s.axes.pie([1, 2], labels=["A", "B"], colors=["r"]))),
    "bars of one colour": ("same colour", "'A' and 'B'", drawn(
        lambda s: [s.axes.bar(x, 1, label=x, color="r") for x in "AB"])),
    "dots of one colour": ("same colour", "'A' and 'B'", drawn(
        lambda s: [s.axes.scatter([1], [1], label=name, color="r") for name in "AB"])),
    "lines of axes over each other": ("same colour", "'A' and 'B'", drawn(
        lambda s: [axes.plot([0, 1], [0, 1], "r", label=k) for axes, k in ((s.axes, "A"), (s.axes.twinx(), "B"))])),
    "two lines of one name": ("same name", "A", drawn(plot("A", "A"))),
    "two entries of one name": ("same name", "A", drawn(lambda s: s.axes.legend([s.line, s.other], ["A", "A"]))),
    "two marks of one name": ("same name", "Un …", drawn(lambda s: s.axes.set_xticks([0, 1], ["Un …", "Un …"]))),
    "a name that begins with _": ("not in legend", "_total", both(
        drawn(plot("A", "_total")), drawn(lambda s: s.axes.legend()))),
    # frames
    "a number that is not returned": ("not returned", "loss", forgets("loss")),
    "a number that comes and is not returned": ("not returned", "loss", returns(
        lambda s, changed, _: (s.name.set_visible(not s.loss.get_text() < "1.1"), changed)[1])),
    "a line that is not returned": ("redraw", "self.line", forgets("line")),
    "a patch that is not returned": ("redraw", "self.more", forgotten(
        patch, lambda patch, frame: patch.set_radius(0.2 + frame / 9))),
    "dots that are not returned": ("redraw", "self.more", forgotten(
        lambda s: s.axes.scatter([1], [1]), lambda dots, frame: dots.set_offsets([[2, frame]]))),
    "dots in 3-D axes that are not returned": ("redraw", "Axes3D", forgotten(
        dots_in_depth, lambda dots, frame: setattr(dots, "_offsets3d", ([frame], [1], [1])))),
    "an axis that is not returned": ("redraw", "XAxis", moves(
        lambda s: s.line, lambda line, frame: line.axes.set_xlim(0, 3 + frame))),
    "an axis that changes once": ("redraw", "frame", only(3, lambda s: s.axes.set_xlim(0, 4))),
    "a line under another one": ("redraw", "self.other", line(linewidth=9, zorder=1)),
    "a line under a label": ("redraw", "PastedText 'above'", both(
        line(linewidth=9, zorder=3), drawn(lambda s: add_label(s.axes, 1, 1.9, "above", zorder=4)))),
    "a line that remembers": ("redraw", "self.more", moves(
        lambda s: s.axes.plot([0], [3])[0],
        lambda line, frame: line.set_data([*line.get_xdata(), frame], [*line.get_ydata(), frame]))),
    "a z-order that changes": ("redraw", "self.other", moves(
        patch, lambda patch, frame: (patch.set_radius(1), patch.set_zorder(3 - frame)))),
    "digits of an axis that change": ("no record", "loss 0", moves(
        lambda s: s.axes.xaxis.label, lambda label, frame: label.set_text(f"loss {frame}"))),
    "a frame that remembers": ("order", "frame", remember),
}  # fmt: skip
