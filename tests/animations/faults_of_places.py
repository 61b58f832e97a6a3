"""Planted faults of places: texts that are cut off, covered or touching, and things on the edge of the page."""

from audit_helpers import drawn, flash, label, only

from animations.kit.axes import add_label

PLACES = {
    "cut off on the left": ("cut off", "outside", label(-20, 100, "outside")),
    "cut off above": ("cut off", "above", label(20, 238, "above")),
    "cut off by its axes": (
        "cut off", "clipped", drawn(lambda scene: add_label(scene.axes, 2.7, 3, "clipped", clip_on=True)),
    ),
    "cut off by its axes, in one frame": (
        "cut off", "clipped",
        flash(lambda scene: add_label(scene.axes, 2.7, 3, "clipped", clip_on=True, zorder=3)),
    ),
    "under a patch": (
        "covered", "loss", drawn(lambda scene: scene.page.axvspan(225, 250, 0.75, 0.95, color="#ffffff", zorder=9)),
    ),
    "half under a patch": (
        "covered", "loss", drawn(lambda scene: scene.page.axvspan(240, 250, 0.75, 0.95, color="#ffffff", zorder=9)),
    ),
    "a number under a patch, in one frame": (
        "covered", "1.000",
        flash(lambda scene: scene.page.axvspan(300, 380, 0.75, 0.95, color="#0068a8", zorder=9)),
    ),
    "under a picture": (
        "covered", "loss",
        drawn(lambda scene: scene.page.imshow([[0]], extent=(220, 260, 180, 220), cmap="Blues", zorder=9)),
    ),
    "in the colour of what is under it": (
        "covered", "loss", drawn(lambda scene: scene.page.axvspan(220, 260, 0.7, 0.95, color=scene.name.get_color())),
    ),
    "two texts on each other, in one frame": (
        "touching", "'loss' and '1.000'", only(2, lambda scene: scene.name.set_x(330)),
    ),
    "two slanted texts on each other": (
        "touching", "'one' and 'other'",
        drawn(lambda scene: [add_label(scene.page, 20 + 8 * k, 200, word, rotation=45)
                             for k, word in enumerate(("one", "other"))]),
    ),
    "two texts on each other": ("touching", "'loss' and 'error'", label(240, 196, "error")),
    "something on the edge": ("edge", "edge", drawn(lambda scene: scene.page.plot([0, 400], [120, 120]))),
    "on the edge in one frame": (
        "edge", "edge", flash(lambda scene: scene.page.plot([0, 400], [120, 120], zorder=3)[0]),
    ),
}  # fmt: skip
