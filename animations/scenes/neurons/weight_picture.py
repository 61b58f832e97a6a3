"""The weights of a neuron as a picture of their own: each stands where its pixel is, and its colour says what it does.

The neuron multiplies every pixel with its weight and adds up. So a bright pixel at a blue place (a weight above 0)
speaks for "yes", at a red place (below 0) for "no", and at a white place for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import FigureBase

from animations import checks
from animations.engine.text import Number
from animations.kit import style
from animations.kit.axes import add_label, add_number, pixel_axes
from animations.kit.images import frame_pixels, image_axes
from animations.scene import Scene
from animations.scenes.classes.tally import Tally, add_counts, checked_tallies, in_words
from animations.scenes.neurons.pixel_states import PixelStates, spread_pixels

COLORS = "RdBu"  # red below 0, white at 0, blue above: apart also to the colour-blind
SIDE = 320  # of the picture, in pixels


class WeightPicture(Scene):
    """The clock, the weights of `states` at the end of every epoch in colours of one scale, and how often it is right.

    answers   the names of the classes for which negative and positive weights speak
    tallies   how many answers are right, in the epochs of `states`
    """

    size = (380, 700)

    def __init__(self, states: PixelStates, tallies: Sequence[Tally], *, answers: tuple[str, str]) -> None:
        self.states = checks.instance("WeightPicture", "states", states, PixelStates)
        self.tallies = checked_tallies("WeightPicture", tallies, len(states.epochs))
        self.answers = checks.texts("WeightPicture", "answers", answers, (2,))
        self.limit = float(np.abs(states.w).max()) or 1.0
        self.frames = len(states.epochs)

    def draw(self, figure: FigureBase) -> None:
        self.page = pixel_axes(figure, self.size)
        self.numbers: list[tuple[Number, np.ndarray]] = []  # with the value of each frame
        self._draw_heading()
        self._draw_weights(figure)
        add_label(self.page, 30, 170, "right answers", color=style.QUIET)
        self.numbers += add_counts(self.page, self.tallies, 30, 350, 138, "")

    def update(self, frame: int) -> list[Artist]:
        self.phase.set_text("initialise" if frame == 0 else "adjust, repeat")
        for number, values in self.numbers:
            number.set_value(values[frame])
        self.image.set_data(self._weights(frame))
        return [self.phase, self.image, *self.framed, *(number for number, _ in self.numbers)]

    def describe(self, frame: int) -> str:
        w = self._weights(frame)
        return f"The weights lie between {w.min():.3f} and {w.max():.3f}; right are {in_words(self.tallies, frame)}."

    def _weights(self, frame: int) -> np.ndarray:
        """Return the weights in the shape of the picture, (H, W)."""
        return self.states.w[frame].reshape(self.states.red.shape[1:])

    def _draw_heading(self) -> None:
        add_label(self.page, 30, 672, "Epoch", size=style.LARGE)
        number = add_number(self.page, 190, 672, "{:.0f}", "epoch", size=style.LARGE)
        self.numbers.append((number, self.states.epochs))
        add_label(self.page, 206, 672, "of", size=style.LARGE, color=style.QUIET)
        last = add_number(self.page, 300, 672, "{:.0f}", "last_epoch", size=style.LARGE, color=style.QUIET)
        last.set_value(self.states.last)
        self.phase = add_label(self.page, 30, 638, "", color=style.QUIET)

    def _draw_weights(self, figure: FigureBase) -> None:
        """Draw the picture of the weights, and below it what its colours mean."""
        shape = self.states.red.shape[1:]
        add_label(self.page, 350, 638, "weights w", color=style.WEIGHT, ha="right")
        count = add_number(self.page, 254, 638, "{:.0f}", "weights", color=style.WEIGHT)
        count.set_value(self.states.w.shape[1])
        colors: dict[str, Any] = {"cmap": COLORS, "vmin": -self.limit, "vmax": self.limit}
        axes = image_axes(figure, self.size, (30, 298), (SIDE, SIDE))
        self.image = axes.imshow(self._weights(0), interpolation="nearest", zorder=3, **colors)
        self.framed = frame_pixels(axes, spread_pixels(*shape), shape)  # they lie on what changes
        scale = image_axes(figure, self.size, (30, 268), (SIDE, 14))
        scale.imshow(np.linspace(-self.limit, self.limit, SIDE)[None], aspect="auto", **colors)
        for share, x, ha in ((-1, 30, "left"), (0, 190, "center"), (1, 350, "right")):
            add_number(self.page, x, 250, "{:.3f}", f"scale[{share}]", ha=ha).set_value(share * self.limit)
        for word, x, ha in zip(self.answers, (30, 350), ("left", "right"), strict=True):
            add_label(self.page, x, 228, f"for {word}", ha=ha, color=style.QUIET)
