"""One update of one filter: which places of the pictures pulled on it, and in which direction.

    dout · patch                 the pull of a place: its contribution to the gradient of the filter
    Σ over a picture's places    the contribution of that picture
    Σ over the batch             the gradient of w; the optimiser steps against it

N pictures in the batch, H W rows and columns of each, KH KW of the filter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations.data import array, instance, integer, pixels, text
from animations.kit import style
from animations.kit.axes import add_label
from animations.kit.colours import SIGNED
from animations.kit.filters import HIGH, WIDE, channel_tiles, draw_filter
from animations.kit.images import frame_pixels
from animations.kit.page import Page, PageScene
from animations.kit.whys import explained
from animations.scenes.convolution.pull_whys import PULLS, recorded_filter
from animations.scenes.convolution.pulls import patches_of, strongest_apart
from animations.why import Why
from tinylearn import Recording

NAMES = "abcd"  # of the places that are shown
BEFORE, DOUT, FIRST, OTHERS, PICTURES, GRADIENT, STEP, AFTER = 0, 1, 2, 6, 7, 8, 9, 10  # frames
APPEARS = (2, 3, 4, 5, OTHERS, PICTURES, GRADIENT, BEFORE, STEP, AFTER)  # of each column: its first frame
GIDS = (*(f"pull[{k}]" for k in range(4)), "pull.places", "pull.pictures", "gradient", "before", "change", "after")
HEADS = ("", "", "", "", "places", "pictures", "gradient", "before", "step", "after")  # of the columns
SIGNS = " +++++= +="  # in front of each column
PICTURE, LEFT, APART = 256, 40, 134  # pixels: the sides of the images; the first column; from column to column
IMAGES, PATCHES, TILES = 302, 222, 64  # their lower edges
RIGHT = LEFT + 2 * PICTURE + 48  # of the images: the words, and below them the filter


class FilterPull(PageScene):
    """The picture that pulled most on a filter, its strongest places, and the effect on the filter, in one update.

    pictures   (N, H, W, 3) in [0, 1], the batch; x (N, H, W, 3), the same as the layer saw it
    dout       (N, H, W), of the loss with respect to this filter's maps: as many places as pixels
    gradient   (KH, KW, 3), of the filter; before and after (KH, KW, 3), the filter itself
    step       the update
    letter     the name of the filter
    recording  of the update, to explain dout (back to the loss) and the step (by the optimiser's lines)

    It shows the four places that pulled most, out of those whose patches lie in the picture and do not overlap. The
    weight on which this picture pulls hardest has a frame; its numbers stand below each column. Raises ValueError if
    the pulls do not add up to the gradient, or there are no four such places.

    The gids: `step`; `places` and `pictures`, the numbers of further ones; `dout[k]` of the four places; and for the
    framed weight `pull[k]`, `pull.places`, `pull.pictures`, `gradient`, `before`, `change`, `after`.
    """

    pictures: np.ndarray = pixels("N", "H", "W", 3)
    x: np.ndarray = array("N", "H", "W", 3)
    dout: np.ndarray = array("N", "H", "W")
    gradient: np.ndarray = array("KH", "KW", 3)
    before: np.ndarray = array("KH", "KW", 3)
    after: np.ndarray = array("KH", "KW", 3)
    step: int = integer(kw_only=True)
    letter: str = text(kw_only=True)
    recording: Recording | None = instance(Recording, default=None, kw_only=True)

    size, frames = (1010, 640), AFTER + 1

    def prepare(self) -> None:
        size = self.gradient.shape[:2]
        patches = patches_of(self.x, size)  # (N, H, W, KH, KW, 3)
        added = np.einsum("nhw,nhwijc->nijc", self.dout, patches)  # what each picture adds, (N, KH, KW, 3)
        allowed = 1e-3 * max(np.abs(added).max(), np.abs(self.gradient).max())
        if not np.abs(added.sum(axis=0) - self.gradient).max() <= allowed:
            raise ValueError(
                "FilterPull: dout · patch of all places must add up to gradient; take both from one update"
            )
        self.chosen = int(np.abs(added).sum(axis=(1, 2, 3)).argmax())
        self.patches, dout = patches[self.chosen], self.dout[self.chosen]
        force = np.abs(dout) * np.abs(self.patches).sum(axis=(2, 3, 4))  # (H, W)
        self.shown = strongest_apart(force, size, len(NAMES))
        if len(self.shown) < len(NAMES):
            raise ValueError(
                f"FilterPull: {len(NAMES)} places must pull whose patches lie in the picture and do not overlap, "
                f"got {len(self.shown)}"
            )
        self.others = int((force > 0).sum()) - len(NAMES), len(self.x) - 1  # places, pictures
        pulls = [dout[place] * self.patches[place] for place in self.shown]
        rest = added[self.chosen] - sum(pulls), self.gradient - added[self.chosen]
        self.columns = [*pulls, *rest, self.gradient, self.before, self.after - self.before, self.after]
        self.largest = np.unravel_index(np.abs(added[self.chosen]).argmax(), self.gradient.shape)
        self.recorded = recorded_filter(self)

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        end = page.named((LEFT, 606), "Update", "{:.0f}", "step", self.step, size=style.LARGE)
        page.text(f"which places pulled on filter {self.letter}?", (end + 22, 606), size=style.LARGE)
        self._draw_images()
        for k, column in enumerate(self.columns):
            self._draw_column(k, column)
        for line in range(4):
            said = [self.said(frame)[line] for frame in range(self.frames)]
            page.words(said, (RIGHT, 576 - 24 * line), weight="normal" if line else "bold")
        scales = page.quiet("colours: one scale each for places, sums, filter, step; numbers: of the weight that this "
                            "picture pulls hardest, framed", (LEFT, 18), size=style.SMALL)  # fmt: skip
        page.show(np.arange(self.frames) >= FIRST, scales)

    def describe(self, frame: int) -> str:
        phase, *lines = filter(None, self.said(frame))
        return f"Update {self.step}, filter {self.letter}, {phase}: {' '.join(lines)}"

    def why(self, gid: str, frame: int) -> Why | None:
        told = explained(gid, PULLS, self, frame)
        return told if told or self.recorded is None else self.recorded.chain.why(gid, self.step)

    def moments(self) -> tuple[str, Sequence[float]]:
        return "beat", range(self.frames)

    def said(self, frame: int) -> tuple[str, ...]:
        """Return what training does in a frame, and three lines about that."""
        if FIRST <= frame < OTHERS:
            return ("backpropagate", f"Place {NAMES[frame - FIRST]}: the patch that lay under the filter,",
                    "times dout there, is how this place pulls", "on the filter.")  # fmt: skip
        first = "initialise" if self.step == 1 else "repeat"
        return {
            BEFORE: (first, "A picture of the batch, and the filter before the",
                     "update: its weights for red, green and blue.", ""),
            DOUT: ("backpropagate", "dout, for every place of the filter's map.",
                   "Blue: a larger answer here would raise the loss,", "red: would lower it."),
            OTHERS: ("backpropagate", "All other places of this picture pull, too.", "Their pulls are added up.", ""),
            PICTURES: ("backpropagate", "And so do the places of all other pictures.", "", ""),
            GRADIENT: ("backpropagate", "The sum of all pulls is the gradient of the loss", "for this filter.", ""),
            STEP: ("adjust", "The step goes against it: where the gradient is",
                   "blue, weights get smaller; where it is red,", "larger."),
            AFTER: ("repeat", "The filter after the update. It looks much as",
                    "before: many small steps make a filter.", ""),
        }[frame]  # fmt: skip

    def _draw_images(self) -> None:
        """Draw the picture and its dout, and on both the places that are shown."""
        page, dout, right = self.page, self.dout[self.chosen], LEFT + PICTURE + 24
        limit, corners = np.abs(dout).max(), ((LEFT, IMAGES), (right, IMAGES))
        picture, of_dout = (page.image(corner, (PICTURE, PICTURE)) for corner in corners)
        of_dout.spines[:].set_visible(False)
        picture.imshow(self.pictures[self.chosen], interpolation="nearest")
        page.quiet("the picture that pulled most", (LEFT, IMAGES + PICTURE + 18))
        since = np.arange(self.frames) >= DOUT
        page.show(since, page.quiet("dout", (right, IMAGES + PICTURE + 18)))
        shown = of_dout.imshow(dout, cmap=SIGNED, vmin=-limit, vmax=limit, interpolation="nearest", zorder=3)
        page.show(since, shown)
        for axes in (picture, of_dout):
            for k, place in enumerate(self.shown):
                self._frame_patch(axes, k, place)

    def _frame_patch(self, axes: Axes, k: int, place: tuple[int, int]) -> None:
        """Frame the patch of place k, once it is its turn, and write its name into the frame."""
        (kh, kw, _), (row, column) = self.gradient.shape, place
        left, top = column - (kw - 1) // 2 - 0.5, row - (kh - 1) // 2 - 0.5
        paper = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 1}
        name = add_label(axes, left + 0.4, top + 1.1, NAMES[k], size=style.SMALL, bbox=paper, zorder=5)
        frames = [axes.add_patch(Rectangle((left, top), kw, kh, fill=False, edgecolor=color, linewidth=width, zorder=4,
                                           clip_on=False))
                  for color, width in ((style.PAPER, 4), (style.INK, 2))]  # fmt: skip
        self.page.show(np.arange(self.frames) >= APPEARS[k], *frames, name)

    def _draw_column(self, k: int, w: np.ndarray) -> None:
        """Draw column k: where it comes from, its tiles, the number of the framed weight; in front of it a sign."""
        page, (i, j, channel), (kh, kw, _) = self.page, self.largest, w.shape
        left, low = (LEFT + APART * k, TILES) if k < 7 else (RIGHT + 20 + APART * (k - 7), IMAGES + 22)
        middle = left + WIDE // 2
        tiles = draw_filter(page, (left, low), w, self._scale(k))
        frames = frame_pixels(tiles.axes, [(channel * (kh + 1) + i) * kw + j], channel_tiles(w).shape)
        number = page.number("{:+.5f}" if k < 7 else "{:+.4f}", GIDS[k], w[i, j, channel], (middle, low - 18),
                             ha="center")  # fmt: skip
        sign = page.quiet(SIGNS[k], (left - (APART - WIDE) / 2, low + HIGH / 2), ha="center", size=style.LARGE)
        head = self._draw_place(k, middle) if k < len(NAMES) else self._write_head(k, (middle, low + HIGH + 16))
        page.show(np.arange(self.frames) >= APPEARS[k], tiles, sign, *head)
        page.show(np.arange(self.frames) >= max(APPEARS[k], FIRST), *frames, number)

    def _scale(self, k: int) -> float:
        """Return the largest weight of the columns whose colours have one scale with column k."""
        groups = self.columns[:4], self.columns[4:7], self.columns[7::2], self.columns[8:9]
        return float(np.abs(groups[(0, 0, 0, 0, 1, 1, 1, 2, 3, 2)[k]]).max()) or 1

    def _draw_place(self, k: int, middle: int) -> list[Artist]:
        """Draw the patch of place k with its name, and below it dout."""
        page, place, low, high = self.page, self.shown[k], self.x.min(), self.x.max()
        axes = page.image((middle - WIDE // 2, PATCHES), (WIDE, WIDE))
        axes.spines[:].set_visible(False)
        patch = axes.imshow(
            (self.patches[place] - low) / (high - low), interpolation="nearest", aspect="auto", zorder=3
        )
        dout = page.number(lambda value: f"· {value:+.5f}", f"dout[{k}]", self.dout[self.chosen][place],
                           (middle, PATCHES - 12), ha="center", size=style.SMALL)  # fmt: skip
        return [
            patch,
            dout,
            page.text(NAMES[k], (middle - WIDE / 2 - 8, PATCHES + WIDE / 2), weight="bold", ha="right"),
        ]

    def _write_head(self, k: int, place: tuple[float, float]) -> list[Artist]:
        """Write what a column is, and of how many things it is the sum."""
        page, (x, y) = self.page, place
        name = page.quiet(HEADS[k], place, ha="center")
        if k > 5:
            return [name]
        count = page.number("{:.0f}", HEADS[k], self.others[k - 4], (x - 4, y + 22))
        return [name, count, page.quiet("more", (x + 2, y + 22))]
