"""Augmentation, step by step: a picture is mirrored or not, turned, and moved, by random numbers, each time anew.

▒▒▒▒▒▒▒▒▒     drawn at random
▒▒▒▒▒▒▒▒▒     mirrored
▒▒▒▒▒▒▒▒▒     turned left     12.3 °
▒▒▒▒▒▒▒▒▒     moved down      1.4 pixels
              moved right     2.6 pixels
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.text import Text

from animations.data import array, integer, pixels, text
from animations.kit import style
from animations.kit.labels import fit
from animations.kit.page import Page, PageScene
from animations.kit.whys import Table, explained, noted
from animations.why import Line, Why
from tinylearn.augmentation import affine

LEFT, BOTTOM, SIDE = 24, 30, 384  # the picture, in pixels
WORDS, NUMBER = 444, 630  # the words begin, the numbers end
STAGES = 4  # of a picture that is shown slowly: as it is, mirrored, turned, moved


class AugmentationSteps(PageScene):
    """A picture, and its changes each time that it is shown: slowly at first, then all changes in one frame.

    picture    (H, W, C) in [0, 1]
    mirrored   (N,) 1 for each time that it is mirrored, otherwise 0
    angles     (N,) degrees by which it is turned, counter-clockwise
    shifts     (N, 2) how far it moves down and to the right, as fractions of its height and width
    name       what the picture shows
    slow       how many times to show step by step, in four frames each

    `Augment.draw` returns values for mirrored, angles and shifts. `shown` (N, H, W, C) are the resulting pictures;
    `done` (S,) counts the complete ones in each frame. The gids of the numbers: "time", "last_time", "angle", "down",
    "right"; words say the direction.
    "last_time", "angle", "down", "right"; the direction is in words.
    """

    picture: np.ndarray = pixels("H", "W", "C")
    mirrored: np.ndarray = array("N", low=0, high=1)
    angles: np.ndarray = array("N", low=-180, high=180)
    shifts: np.ndarray = array("N", 2, low=-0.999, high=0.999)
    name: str = text(kw_only=True)
    slow: int = integer(default=2, kw_only=True)

    size = (752, 492)
    glides = True

    def prepare(self) -> None:
        count = len(self.angles)
        if self.picture.shape[2] not in (1, 3):
            raise ValueError(
                f"AugmentationSteps: the last axis of picture must be 1 or 3 long, got {self.picture.shape}"
            )
        self.mirrored, slow = self.mirrored == 1, min(self.slow, count)
        stages = [*range(STAGES)] * slow + [STAGES - 1] * (count - slow)
        self.times = np.array([*np.repeat(range(slow), STAGES), *range(slow, count)])  # in each frame
        self.stages, self.frames = np.array(stages), len(stages)
        self.done = self.times + (self.stages == STAGES - 1)
        self.shown = np.stack([self.changed(time, STAGES - 1) for time in range(count)])

    def changed(self, time: int, stage: float) -> np.ndarray:
        """Return the picture (H, W, C) at a stage: 1.0 is mirrored, 1.5 half turned, 3.0 as the network sees it."""
        turned, moved = np.clip([stage - 1, stage - 2], 0, 1)
        mirrored = self.mirrored[time] and stage >= 0.5
        x = affine(self.picture[None], [turned * self.angles[time]], [moved * self.shifts[time]], [bool(mirrored)])
        return x[0].clip(0, 1)  # rounding may miss 0 and 1 by a hair

    def draw(self, figure: FigureBase) -> None:
        page = self.page = Page(figure, self.size)
        end = page.clock((LEFT, 454), "Time", "time", self.times + 1, len(self.angles), size=style.LARGE)
        page.quiet("that it is shown", (end + 8, 454), size=style.LARGE)
        image = page.axes.imshow(np.zeros((*self.picture.shape[:2], 3)), aspect="auto", extent=self._extent(0),
                                 interpolation="nearest", zorder=3)  # fmt: skip
        page.glide(image, data=self._pixels, extent=self._extent)
        fit(page.text(self.name, (WORDS, 388), size=style.LARGE, weight="bold"), self.size[0] - WORDS)
        page.quiet("drawn at random", (WORDS, 336))
        down, right = (self.shifts * self.picture.shape[:2]).T
        self._draw_row(290, 1, np.where(self.mirrored, "mirrored", "not mirrored"))
        for gid, values, y, stage, unit, ways in (
            ("angle", self.angles, 246, 2, "°", ("turned left", "turned right")),
            ("down", down, 202, 3, "pixels", ("moved down", "moved up")),
            ("right", right, 166, 3, "pixels", ("moved right", "moved left")),
        ):
            number = page.number("{:.1f}", gid, np.abs(values)[self.times], (NUMBER, y))
            self._draw_row(y, stage, np.where(values < 0, *ways[::-1]), number, page.text(unit, (NUMBER + 8, y)))

    def describe(self, frame: int) -> str:
        time, (down, right) = self.times[frame], self.shifts[self.times[frame]] * self.picture.shape[:2]
        mirrored = "mirrored" if self.mirrored[time] else "not mirrored"
        return (
            f"Time {time + 1} of {len(self.angles)} that {self.name} is shown: {mirrored}, turned "
            f"{'right' if self.angles[time] < 0 else 'left'} by {abs(self.angles[time]):.1f} degrees, moved "
            f"{'up' if down < 0 else 'down'} by {abs(down):.1f} pixels and {'left' if right < 0 else 'right'} by "
            f"{abs(right):.1f}; now {('unchanged', 'mirrored or not', 'turned', 'complete')[self.stages[frame]]}."
        )

    def why(self, gid: str, frame: int) -> Why | None:
        return explained(gid, WHYS, self, self.times[frame])

    def _draw_row(self, y: float, stage: int, words: np.ndarray, *others: Text) -> None:
        """Write what happens in a stage: in ink while it happens, or when everything is done."""
        made = self.page.words(words[self.times].tolist(), (WORDS, y))
        colors = [style.INK if now in (stage - 1, STAGES - 1) else style.QUIET for now in self.stages]
        weights = ["bold" if now == stage - 1 else "normal" for now in self.stages]
        for each in (made, *others):
            self.page.bind(each, color=colors, weight=weights)

    def _moment(self, moment: float) -> tuple[int, float]:
        """Return how often it was shown, and the stage; a complete picture stays until the next time begins."""
        frame = int(moment)
        stage = self.stages[frame]
        return self.times[frame], stage if stage == STAGES - 1 else stage + moment - frame

    def _pixels(self, moment: float) -> np.ndarray:
        return np.broadcast_to(self.changed(*self._moment(moment)), (*self.picture.shape[:2], 3))

    def _extent(self, moment: float) -> tuple[float, float, float, float]:
        """Return left, right, bottom, top of the picture; while it is mirrored, it turns over like a card."""
        time, stage = self._moment(moment)
        high, wide = SIDE * np.array(self.picture.shape[:2]) / max(self.picture.shape[:2])
        narrow = abs(math.cos(math.pi * min(stage, 1))) if self.mirrored[time] else 1
        x, y = LEFT + SIDE / 2, BOTTOM + SIDE / 2
        return x - narrow * wide / 2, x + narrow * wide / 2, y - high / 2, y + high / 2


# --- where its numbers come from --------------------------------------------------------------------------------------


def _angle(scene: AugmentationSteps, time: int) -> Why:
    """Explain the angle of a picture."""
    angle = float(scene.angles[time])
    words = f"drawn at random; its sign says that the picture is turned {'right' if angle < 0 else 'left'}"
    return Why("the angle, in degrees", abs(angle), [Line(words, "abs(", angle, ") =", abs(angle))])


def _shift(scene: AugmentationSteps, time: int, axis: int, side: str) -> Why:
    """Explain by how many pixels a picture moves."""
    part, length = float(scene.shifts[time, axis]), scene.picture.shape[axis]
    pixels = abs(part * length)
    words = f"drawn at random as a fraction of the {side}, times the pixels of the {side}"
    return Why(f"how far the picture moves along its {side}", pixels, [
        Line(words, "abs(", part, ") *", length, "=", pixels)])  # fmt: skip


WHYS: Table = {
    "time": lambda scene, time: noted("which time the picture is shown", "counted from 1", time + 1),
    "last_time": lambda scene, time: noted("how many times it is shown", "chosen for this picture", len(scene.angles)),
    "angle": _angle,
    "down": lambda scene, time: _shift(scene, time, 0, "height"),
    "right": lambda scene, time: _shift(scene, time, 1, "width"),
}
