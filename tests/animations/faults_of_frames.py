"""Planted faults of frames: changes that `update` does not return, frames that depend on those before them or differ
from what matplotlib draws, and digits that change and say of no number where it comes from.
"""

from audit_helpers import FRAMES, both, drawn, moves, only, returns
from matplotlib.patches import Circle

from animations.kit.axes import add_label


def remember(kind):
    """A frame that depends on what was drawn before."""
    update = kind.update

    def counting(scene, frame):
        changed = update(scene, frame)
        scene.count = getattr(scene, "count", 0) + 1
        scene.name.set_text("loss" + "!" * (scene.count > FRAMES))
        return [*changed, scene.name]

    kind.update = counting


def line(**settings):
    """A line that moves."""
    return moves(
        lambda scene: scene.axes.plot([0, 3], [2, 2], **settings)[0], lambda line, frame: line.set_ydata([2, frame])
    )


def forgotten(make, move):
    """An artist that moves but is not returned."""
    return both(moves(make, move), forgets("more"))


def forgets(name):
    """Let `update` leave out the artist with that name."""
    return returns(lambda scene, changed: [each for each in changed if each is not getattr(scene, name)])


def patch(scene):
    return scene.axes.add_patch(Circle((1, 1), 0.5, zorder=3))


def dots_in_depth(scene):
    axes = scene.page.figure.add_axes((0, 0, 0.3, 0.3), projection="3d", xticks=[], yticks=[], zticks=[])
    return axes.scatter([0, 1], [0, 1], [0, 1], depthshade=False)


def grow(line, frame):
    """Add a point to the points that the line has already."""
    line.set_data([*line.get_xdata(), frame], [*line.get_ydata(), frame])


FRAME_BY_FRAME = {
    "a number that is not returned": (
        "not returned", "loss", returns(lambda scene, changed: [each for each in changed if each is not scene.loss]),
    ),
    "a number that comes and is not returned": (
        "not returned", "loss",
        returns(lambda scene, changed: (scene.name.set_visible(not scene.loss.get_text() < "1.1"), changed)[1]),
    ),
    "a line that is not returned": ("redraw", "self.line", forgets("line")),
    "a patch that is not returned": (
        "redraw", "self.more", forgotten(patch, lambda patch, frame: patch.set_radius(0.2 + frame / 9)),
    ),
    "dots that are not returned": (
        "redraw", "self.more",
        forgotten(lambda scene: scene.axes.scatter([1], [1]), lambda dots, frame: dots.set_offsets([[2, frame]])),
    ),
    "dots in 3-D axes that are not returned": (
        "redraw", "Axes3D",
        forgotten(dots_in_depth, lambda dots, frame: setattr(dots, "_offsets3d", ([frame], [1], [1]))),
    ),
    "an axis that is not returned": (
        "redraw", "XAxis", moves(lambda scene: scene.line, lambda line, frame: line.axes.set_xlim(0, 3 + frame)),
    ),
    "an axis that changes once": ("redraw", "frame", only(3, lambda scene: scene.axes.set_xlim(0, 4))),
    "a line under another one": ("redraw", "self.other", line(linewidth=9, zorder=1)),
    "a line under a label": (
        "redraw", "PastedText 'above'",
        both(line(linewidth=9, zorder=3), drawn(lambda scene: add_label(scene.axes, 1, 1.9, "above", zorder=4))),
    ),
    "a line that remembers": ("redraw", "self.more", moves(lambda scene: scene.axes.plot([0], [3])[0], grow)),
    "a z-order that changes": (
        "redraw", "self.other", moves(patch, lambda patch, frame: (patch.set_radius(1), patch.set_zorder(3 - frame))),
    ),
    "digits of an axis that change": (
        "no record", "loss 0",
        moves(lambda scene: scene.axes.xaxis.label, lambda label, frame: label.set_text(f"loss {frame}")),
    ),
    "digits of a title that change": (
        "no record", "loss 0",
        moves(lambda scene: scene.axes.title, lambda title, frame: title.set_text(f"loss {frame}")),
    ),
    "a frame that remembers": ("order", "frame", remember),
}  # fmt: skip
