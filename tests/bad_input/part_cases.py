"""Bad input for parts of scenes: numbers, texts, and scenes that are put together."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import animations as an
from tests.animations.small_scenes import Trail
from tests.bad_input.hostile import WRONG, Argument, choice, integer, of
from tests.bad_input.scene_arguments import Scenes, painted, told, word
from tests.bad_input.verdict import Subject

PARTS = Scenes()
scene = PARTS.add


def number_text(form: Any, gid: Any, value: Any) -> list[Any]:
    number = an.Number(0, 0, form, gid=gid)
    number.set_value(value)
    return [number.get_text(), number.get_gid()]


NO_NUMBERS = ["1", None, [1.0], 1j, {}, np.zeros(2)]
PARTS.made["Number"] = Subject(
    number_text,
    form=choice("{:.2f}", wrong=[None, 3, "{:d}", "{", "{a}", len, [], lambda value: value]),
    gid=word("loss"),
    value=choice(1.5, 3.5, 3, np.nan, np.inf, True, np.float32(2), wrong=NO_NUMBERS),
)


NO_TEXT = [None, 3, 1.5, b"w", ["w"], {}]
NO_LIST = [None, 3, "ab", {}, 1.5]
words = choice("the weight", "", wrong=NO_TEXT, also=["nonsense"])
term = choice(
    1.5, 3, 3.5, np.float32(2), np.inf, an.Term(2.0, "w"), wrong=[*NO_NUMBERS[1:], an.Term("2", "w"), an.Term(2.0, 3)]
)
PARTS.made["Term"] = Subject(lambda value: list(an.Sum("w", ["a"], [value], 2).terms[0]), speaks=("Sum",), value=term)
PARTS.made["Line"] = Subject(
    lambda words, piece: an.Line(words, 1, piece, 2).sides(),
    words=words,
    piece=choice("+", "- 3 *", wrong=["* *", "?", "w", "+ w *", ")", None, [1]], also=[3.5]),
)
PARTS.made["Sum"] = Subject(
    lambda words, labels, terms, total: list(an.Why("w", 3.0, [an.Sum(words, labels, terms, total)]).asked()),
    words=words,
    labels=choice(["a", "b"], ("a", "b"), wrong=[["a"], [1, 2], *NO_LIST]),
    terms=choice([1, an.Term(2.0, "w")], (1.0, 2.0), wrong=[[1], ["a", "b"], [1, None], *NO_LIST]),
    total=choice(3, 3.0, np.float64(3), wrong=NO_NUMBERS),
)
PARTS.made["Code"] = Subject(
    lambda title, lines: [text for line in an.Code(title, lines).lines for text in line],
    title=words,
    lines=choice([("dx = dout", "1.5")], [], wrong=[["dx"], [("dx",)], [("dx", 1.5)], [("a", "b", "c")], *NO_LIST]),
)
PARTS.made["Why"] = Subject(
    lambda says, value, parts: an.Why(says, value, parts).faults(),
    says=words,
    value=choice(1.5, np.float32(1.5), np.nan, wrong=NO_NUMBERS),
    parts=choice([], [an.Line("w", 1.5)], (an.Line("only words"),), wrong=[["w"], [1.5], [None], *NO_LIST]),
)


class Written(an.Scene):
    """A scene of one text."""

    size = (400, 100)

    def __init__(self, text: Any) -> None:
        self.text = an.PastedText(200, 50, text, zorder=3)

    def draw(self, figure: Any) -> None:
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 400), ylim=(0, 100))
        axes.add_artist(self.text)

    def update(self, frame: int) -> list[Any]:
        return [self.text]


odd = of(["", "$", "two\nlines", "$x^2$", "é → ✓", "a" * 90, None, 3])
PARTS.drawn["PastedText"] = Subject(
    lambda text: painted(Written(text)),
    text=Argument(word("one").good, st.sampled_from(of(["雪", "\t", "\0"], WRONG) + odd)),
)


def shaped(size: Any, frames: Any) -> an.Scene:
    made = Trail()
    made.size, made.frames = size, frames
    return made


def answer() -> an.Scene:
    return shaped((40, 30), 1)


SIZE = choice(
    (80, 60), wrong=[None, 3, (80,), (80, 60, 3), (0, 60), (80, -1), (80.5, 60), "ab", (10**6, 60), (np.nan, 9)]
)
FRAMES = integer(1, 6)
for kind in (an.SideBySide, an.Stacked):
    scene(kind.__name__, lambda size, frames, kind=kind: kind(shaped(size, frames), Trail()), size=SIZE, frames=FRAMES)
    PARTS.made[f"{kind.__name__}, its scenes"] = Subject(
        lambda scenes, kind=kind: told(kind(*scenes)) if isinstance(scenes, tuple) else told(kind(scenes)),
        scenes=choice((Trail(), Trail()), wrong=[(), (Trail,), (Trail(), None), 2 * (Trail(),), (3,)]),
    )
scene("EndingWith", lambda size, frames: an.EndingWith(shaped(size, frames), answer()), size=SIZE, frames=FRAMES)
PARTS.made["EndingWith, its scenes"] = Subject(
    lambda scene, answer: told(an.EndingWith(scene, answer)),
    scene=choice(Trail(), wrong=[None, Trail, 3, [Trail()]]),
    answer=choice(answer(), wrong=[None, Trail, Trail(), shaped((800, 600), 1)]),
)
