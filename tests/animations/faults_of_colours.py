"""Planted faults of colours: too faint, too near to what is under them, or the same to a colour-blind reader;
two things of one colour, of one name, or without a place in the legend.
"""

from audit_helpers import drawn, flash, only
from matplotlib.colors import LinearSegmentedColormap

from animations.kit import style


def plot(scene, *names, **settings):
    for k, name in enumerate(names):
        scene.axes.plot([0, 1], [k, k], label=name, **settings)


def two_ends():
    return LinearSegmentedColormap.from_list("ends", ["#c01000", "#5e6a00"])


COLOURS = {
    "a faint colour in one frame": ("contrast", "1.000", only(2, lambda scene: scene.loss.set_color("#c9ced6"))),
    "a faint colour": ("contrast", "loss", drawn(lambda scene: scene.name.set_color("#c9ced6"))),
    "a faint, transparent text": ("contrast", "loss", drawn(lambda scene: scene.name.set_alpha(0.3))),
    "dark on dark": ("contrast", "loss", drawn(lambda scene: scene.page.axvspan(200, 300, 0.7, 0.95, color="#202020"))),
    "red and green": (
        "colour blindness", "#5e6a00 and #c01000",
        drawn(lambda scene: (scene.line.set_color("#c01000"), scene.other.set_color("#5e6a00"))),
    ),
    "red and green dots": (
        "colour blindness", "#5e6a00 and #c01000",
        drawn(lambda scene: scene.axes.scatter([1, 2], [2, 2], color=["#c01000", "#5e6a00"])),
    ),
    "red and green, in one frame": (
        "colour blindness", "#5e6a00 and #c01000",
        flash(lambda scene: scene.axes.scatter([1, 2], [2, 2], color=["#c01000", "#5e6a00"], zorder=3)),
    ),
    "error and the third of the series, as they were": (
        "colour blindness", "#657908 and #b83d00",
        drawn(lambda scene: (scene.line.set_color("#657908"), scene.other.set_color("#b83d00"))),
    ),
    "a map from red to green": (
        "colour blindness", "#5e6a00 and #c01000",
        drawn(lambda scene: scene.axes.imshow([[0, 1]], cmap=two_ends(), extent=(1, 2, 1, 2), aspect="auto")),
    ),
    "two lines of one colour": (
        "same colour", "'A' and 'B'", drawn(lambda scene: plot(scene, "A", "B", color="#0068a8")),
    ),
    "two lines of nearly one colour": (
        "same colour", "'A' and 'B'",
        drawn(lambda scene: (plot(scene, "A", color="#0068a8"), plot(scene, "B", color="#0169a8"))),
    ),
    "more series than colours": (
        "same colour", "'A' and 'F'",
        drawn(lambda scene: (scene.axes.set_prop_cycle(color=style.SERIES), plot(scene, *"ABCDEFG"),
                             scene.axes.legend())),
    ),
    "wedges of one colour": (
        "same colour", "'A' and 'B'", drawn(lambda scene: scene.axes.pie([1, 2], labels=["A", "B"], colors=["r"])),
    ),
    "bars of one colour": (
        "same colour", "'A' and 'B'", drawn(lambda scene: [scene.axes.bar(x, 1, label=x, color="r") for x in "AB"]),
    ),
    "dots of one colour": (
        "same colour", "'A' and 'B'",
        drawn(lambda scene: [scene.axes.scatter([1], [1], label=name, color="r") for name in "AB"]),
    ),
    "lines of axes over each other": (
        "same colour", "'A' and 'B'",
        drawn(lambda scene: [axes.plot([0, 1], [0, 1], "r", label=name) for axes, name in (
            (scene.axes, "A"), (scene.axes.twinx(), "B"))]),
    ),
    "two lines of one name": ("same name", "A", drawn(lambda scene: plot(scene, "A", "A"))),
    "two entries of one name": (
        "same name", "A", drawn(lambda scene: scene.axes.legend([scene.line, scene.other], ["A", "A"])),
    ),
    "two marks of one name": (
        "same name", "United …", drawn(lambda scene: scene.axes.set_xticks([0, 1], ["United …", "United …"])),
    ),
    "a name that begins with _": (
        "not in legend", "_total", drawn(lambda scene: (plot(scene, "A", "_total"), scene.axes.legend())),
    ),
}  # fmt: skip
