"""Planted faults of numbers: wrong, missing, unknown or without a gid; or a mark of an axis that lies."""

from audit_helpers import LOSS, W, drawn, only
from matplotlib.text import Text

from animations import Line, Why


def swap(scene):
    one, other = scene.cells[0, 0], scene.cells[1, 1]
    one_text, other_text = one.get_text(), other.get_text()
    one.set_text(other_text)
    other.set_text(one_text)


def keep_old(scene):
    scene.loss.set_text(f"{LOSS[0]:.3f}")


def explains(value, arithmetic):
    """Explain every number by this arithmetic."""
    why = Why("a number", value, [Line("read", *arithmetic)])
    return lambda kind: setattr(kind, "why", lambda self, gid, frame: why if gid == "loss" else None)


NUMBERS = {
    "a wrong digit": ("number", "loss", only(2, lambda scene: scene.loss.set_text("1.001"))),
    "a wrong sign": ("number", "w[0,0]", only(0, lambda scene: scene.cells[0, 0].set_text("1.00"))),
    "a wrong rounding": ("number", "loss", only(3, lambda scene: scene.loss.set_text("0.76"))),
    "swapped numbers": ("number", "w[1,1]", only(1, swap)),
    "a number that does not change": ("number", "loss", only(3, keep_old)),
    "numbers of the frame before": ("number", "w[0,0]", only(2, lambda scene: scene.cells[0, 0].set_value(W[1, 0, 0]))),
    "too few digits": ("number", "loss", only(2, lambda scene: scene.loss.set_text("1.0e1"))),
    "a number cut short": ("number", "w[0,0]", only(1, lambda scene: scene.cells[0, 0].set_text("-0.42"))),
    "a comma for the point": ("number", "loss", only(1, lambda scene: scene.loss.set_text("1,500"))),
    "a number that is no number": ("number", "loss", only(1, lambda scene: scene.loss.set_text("nan"))),
    "a number that is not nearly nothing": ("number", "loss", only(3, lambda scene: scene.loss.set_text("< 0.001"))),
    "an explanation of another number": ("why", "loss", explains(9.0, [9.0])),
    "an explanation with wrong arithmetic": ("why", "loss", explains(3.0, [1, "+", 1, "=", 3])),
    "a missing number": ("number", "w[0,1]", only(1, lambda scene: scene.cells[0, 1].set_visible(False))),
    "a number that nobody knows": ("number", "gain", drawn(lambda scene: scene.loss.set_gid("gain"))),
    "two numbers in one text": ("number", "loss", only(1, lambda scene: scene.loss.set_text("1.500 of 3"))),
    "a gid that is there twice": ("twice", "w[0,0]", drawn(lambda scene: scene.cells[0, 1].set_gid("w[0,0]"))),
    "a missing gid": ("nameless", "3.000", drawn(lambda scene: scene.loss.set_gid(None))),
    "digits in a plain text": (
        "nameless", "b = 7", drawn(lambda scene: scene.page.add_artist(Text(20, 200, "b = 7", fontsize=9))),
    ),
    "a mark that says something else": ("mark", "7", drawn(lambda scene: scene.axes.set_xticks([0, 1], ["0", "7"]))),
    "a factor at the end of an axis": ("mark", "1e6", drawn(lambda scene: scene.axes.set_ylim(0, 4e6))),
}  # fmt: skip
