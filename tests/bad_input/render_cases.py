"""Bad input for films, pages and pictures in files, and the audit of a scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import animations as an
from animations.kit.axes import add_number, pixel_axes
from tests.animations.small_scenes import Small, Trail
from tests.bad_input.hostile import NO_PATHS, WRONG, Argument, choice, inside, integer, made, of, real, st
from tests.bad_input.scene_arguments import clock, optional
from tests.bad_input.verdict import Subject


def film(suffix: str) -> Argument:
    """A path to write to, in that format; missing folders are made."""
    good = [
        inside("a" + suffix),
        inside("Ordner mit ö 雪/b c ü" + suffix, Path),
        inside("new/folders/A" + suffix.upper()),
    ]
    wrong = [inside("file.txt/a" + suffix), inside("n" * 300 + suffix), inside(""), inside("a"), inside("folder.gif"),
             inside("a.bmp"), inside(suffix), *NO_PATHS]  # fmt: skip
    return Argument(st.sampled_from(of(good)), st.sampled_from(of(wrong, WRONG)))


class Unlike(Small):
    """A scene that says of itself what is not so."""

    def __init__(self, **changed: Any) -> None:
        self.__dict__.update(changed)

    draw, trail = Trail.draw, Trail.trail

    def update(self, frame: int) -> Any:
        self.point.set_data([frame], [frame])
        return [self.point]


def rendered(path: Any, **given: Any) -> Any:
    """Render; return what was written: as many bytes, whatever the name."""
    path = an.render(path=path, progress=False, **given)
    return path.suffix, len(path.read_bytes())


NO_SCENES = [Trail, *(Unlike(frames=frames) for frames in (0, 1.5, None)),
             *(Unlike(size=size) for size in ((0, 9), None, (10**6, 9), (20.5, 20)))]  # fmt: skip
FILM = {
    "scene": made("Trail()", Trail, NO_SCENES),
    "fps": real(5.0, 50.0, low=0.01, high=50),
    "hold_first": real(0.0, 1.0, high=600),
    "hold_last": real(2.0, 0.0, high=600),
    "colors": integer(255, 32),
}


def folder_with_a_suffix(folder: Path) -> None:
    (folder / "folder.gif").mkdir()


RENDERED = {
    f"render, {suffix}": Subject(rendered, files=folder_with_a_suffix, path=film(suffix), **FILM)
    for suffix in (".gif", ".apng", ".html", ".png")
}
RENDERED["render, a frame"] = Subject(
    rendered, files=folder_with_a_suffix, path=film(".png"), scene=made("Trail()", Trail),
    frame=optional(choice(0, 5, -1, -6, np.int64(2), wrong=[6, -7, 1.5, "1", np.nan, [1], 10**20])),
)  # fmt: skip
MP4 = {"render, .mp4": Subject(rendered, files=folder_with_a_suffix, path=film(".mp4"), **FILM)}
RENDERED["Clip"] = Subject(
    lambda **given: an.Clip(**given).delays(),
    **{**FILM, "fps": real(5.0, 60.0, low=0.01, high=60)},
    holds=choice({}, {0: 1, -1: 0.5}, wrong=[None, 3, [1], {6: 1}, {-7: 1}, {0: -1}, {"a": 1}, {0.5: 1}, {0: "1"}]),
    motion=choice(1, np.int64(1), wrong=[0, -1, 2, 1.5, None, "1", [1]]),  # Trail does not glide
    loop=integer(0, 3),
    scale=real(1.0, 2.5, low=0.1, high=10),
    font=choice("", "DejaVu Serif", wrong=[None, 3, "No Such Font", ["DejaVu Serif"]]),
)
RENDERED["log_spaced_steps"] = Subject(an.log_spaced_steps, last=integer(9, 200, low=-5), count=integer(2, 9, low=-5))
RENDERED["Scene"] = Subject(
    lambda size, frames: str(an.audit(Unlike(size=size, frames=frames))),
    speaks=("audit",),
    size=choice((80, 60), wrong=[None, 3, (80,), (80, 60, 3), (0, 60), (80, -1), (80.5, 60), "ab", (10**6, 60)]),
    frames=integer(1, 6),
)


class Countdown(an.Scene):
    """A number that falls."""

    size, frames = (100, 60), 3

    def draw(self, figure: Any) -> None:
        self.number = add_number(pixel_axes(figure, self.size), 60, 30, "{:.1f}", "left", zorder=3)

    def update(self, frame: int) -> list[Any]:
        self.number.set_value(2.5 - frame)
        return [self.number]


LEFT = [2.5, 1.5, 0.5]
NO_SOURCES = [3, "text", {"left": "x"}, {"left": [1, 2]}, {"left": None}, {"left": 1j}, [3], {"left": [[1.0]]},
              lambda frame: None, lambda frame: {"left": "x"}]  # fmt: skip
RENDERED["audit"] = Subject(
    lambda **given: str(an.audit(**given)),
    scene=made("Countdown()", Countdown, NO_SCENES),
    source=choice(None, {}, {"left": LEFT}, {"left": np.array(LEFT, np.float32)}, [{"left": LEFT}], wrong=NO_SOURCES),
    steps=optional(clock(0, 1, 2)),
    allowed=choice((), {}, ["2.5"], {"2.5"}, wrong=[None, 3, "2.5", [3]]),
    places=choice(None, lambda frame: {"left": (60, 30)}, wrong=[3, {"left": (60, 30)}, "text"]),
    names=choice(None, {}, {"left": "left"}, wrong=[3, ["left"], {"left": 3}, "left"]),
    frames=choice(None, [0, 2], range(2), [], {}, np.array([1]), wrong=[[3], [-1], [1.5], "012", 3, [None]]),
    checks=choice(["number"], ("number", "order"), also=[{}], wrong=["number", ["nonsense"], None, 3, [3]]),
)  # fmt: skip
