"""The heading of a recorded network: update, epoch, and the loss of the batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from animations.kit import style
from animations.kit.numbers import three_digits
from animations.kit.page import Page
from animations.scenes.network.layout import LEFT


def draw_heading(page: Page, scene: Any) -> None:
    """Write at the top of a page, in two lines, a scene's `steps`, `epochs`, `losses` (S,), and the last of each."""
    above, below = page.size[1] - 36, page.size[1] - 68
    right = page.clock((LEFT, above), "Update", "step", scene.steps, scene.last, size=style.LARGE)
    phases = ["adjust, repeat" if step else "initialise" for step in scene.steps]
    page.words(phases, (right + 24, above), color=style.QUIET)
    right = page.clock((LEFT, below), "Epoch", "epoch", scene.epochs, scene.last_epoch)
    label, none_yet = page.quiet("loss of the batch, before the update"), page.quiet("none yet")
    loss = page.number(three_digits, "loss", scene.losses, color=style.ERROR)
    for text, shown in ((none_yet, np.isnan(scene.losses)), (loss, ~np.isnan(scene.losses))):
        page.row((right + 24, below), label, text)
        page.show(shown, text)
