"""Planted faults of colours: too faint, too near to what is under them, or the same to a colour-blind reader."""

from audit_helpers import drawn, flash, only
from matplotlib.colors import LinearSegmentedColormap


def two_ends():
    return LinearSegmentedColormap.from_list("ends", ["#c01000", "#5e6a00"])


COLOURS = {
    "a faint colour in one frame": (
        "contrast", "1.000", only(2, lambda scene: scene.loss.set_color("#c9ced6")),
    ),
    "a faint colour": ("contrast", "loss", drawn(lambda scene: scene.name.set_color("#c9ced6"))),
    "a faint, transparent text": ("contrast", "loss", drawn(lambda scene: scene.name.set_alpha(0.3))),
    "dark on dark": (
        "contrast", "loss", drawn(lambda scene: scene.page.axvspan(200, 300, 0.7, 0.95, color="#202020")),
    ),
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
}  # fmt: skip
