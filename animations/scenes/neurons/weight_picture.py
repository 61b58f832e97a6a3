"""The weights of a neuron as a picture of their own: each stands where its pixel is, and its colour says what it does.

The neuron multiplies every pixel with its weight and adds up. So a bright pixel at a blue place (a weight above 0)
speaks for "yes", at a red place (below 0) for "no", and at a white place for nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import FigureBase

from animations.data import instance, texts
from animations.kit import style
from animations.kit.colours import SIGNED
from animations.kit.images import frame_pixels, spread_pixels
from animations.kit.page import Page, PageScene
from animations.kit.tallies import Tally, few_tallies, in_words, write_counts
from animations.scenes.neurons.pixel_states import PixelStates

LEFT, SIDE = 30, 320  # of the picture, in pixels
RIGHT = LEFT + SIDE


class WeightPicture(PageScene):
    """The clock, the weights of `states` at the end of every epoch in colours of one scale, and how often it is right.

    answers   the names of the classes for which negative and positive weights speak
    tallies   how many answers are right, in the epochs of `states`
    """

    states: PixelStates = instance(PixelStates)
    tallies: tuple[Tally, ...] = few_tallies("S")
    answers: tuple[str, ...] = texts(2, kw_only=True)

    size = (380, 700)

    def prepare(self) -> None:
        self.limit = float(np.abs(self.states.w).max()) or 1.0

    def draw(self, figure: FigureBase) -> None:
        self.page = Page(figure, self.size)
        self.page.clock((LEFT, 672), "Epoch", "epoch", self.states.epochs, self.states.last, size=style.LARGE)
        self.page.phase((LEFT, 638))
        self._draw_weights()
        self.page.quiet("right answers", (LEFT, 170))
        write_counts(self.page, self.tallies, (LEFT, 138), RIGHT)

    def describe(self, frame: int) -> str:
        w = self._weights(frame)
        return f"The weights lie between {w.min():.3f} and {w.max():.3f}; right are {in_words(self.tallies, frame)}."

    def _weights(self, frame: int) -> np.ndarray:
        """Return the weights in the shape of the picture, (H, W)."""
        return self.states.w[frame].reshape(self.states.shape)

    def _draw_weights(self) -> None:
        """Draw the picture of the weights, and below it what its colours mean."""
        page = self.page
        count = page.number("{:.0f}", "weights", self.states.w.shape[1], color=style.WEIGHT)
        page.row((RIGHT, 638), count, page.text("weights w", color=style.WEIGHT), ha="right")
        colors: dict[str, Any] = {"cmap": SIGNED, "vmin": -self.limit, "vmax": self.limit}
        axes = page.image((LEFT, 298), (SIDE, SIDE))
        page.bind(axes.imshow(self._weights(0), interpolation="nearest", zorder=3, **colors), data=self._weights)
        for framed in frame_pixels(axes, spread_pixels(*self.states.shape), self.states.shape):
            page.bind(framed)  # it lies on what changes
        scale = page.image((LEFT, 268), (SIDE, 14))
        scale.imshow(np.linspace(-self.limit, self.limit, SIDE)[None], aspect="auto", **colors)
        for share, x, ha in ((-1, LEFT, "left"), (0, LEFT + SIDE / 2, "center"), (1, RIGHT, "right")):
            page.number("{:.3f}", f"scale[{share}]", share * self.limit, (x, 250), ha=ha)
        for word, x, ha in zip(self.answers, (LEFT, RIGHT), ("left", "right"), strict=True):
            page.quiet(f"for {word}", (x, 228), ha=ha)
