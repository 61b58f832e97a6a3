"""A frame depends only on its number: `update` returns everything that it changes, and any frame can be drawn alone.

Digits that change from frame to frame are numbers: their gid says where they come from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.colors import to_hex
from matplotlib.figure import SubFigure
from matplotlib.text import Text

from animations.audit.texts import DIGIT

State = tuple[Any, ...]


def state(text: Text) -> State:
    """Return everything visible about a text."""
    x, y = text.get_transform().transform(text.get_unitless_position())
    return text.get_text(), text.get_gid(), round(float(x), 3), round(float(y), 3), to_hex(text.get_color())


class Clock:
    """The looks of the texts in the frames before."""

    def __init__(self) -> None:
        self.before: dict[int, tuple[Text, State]] = {}
        self.now: dict[int, tuple[Text, State]] = {}
        self.first_seen: dict[int, list[State]] = {}
        self.digits: dict[int, tuple[Text, str]] = {}  # the texts that are not numbers, and what they showed

    def see(self, frame: int, texts: Sequence[Text]) -> None:
        """Go on to `frame`, which shows `texts`."""
        self.before, self.now = self.now, {id(text): (text, state(text)) for text in texts}
        self.first_seen[frame] = [its for _, its in self.now.values()]

    def not_returned(self, changing: Sequence[Artist]) -> Iterator[tuple[str, str]]:
        """Yield (text, message) for each text that changed, appeared or vanished since the last frame but was not
        returned.

        Only returned artists are painted: such a text would stay on the picture as it was.
        """
        if not self.before:
            return
        moved = [both for key, both in self.now.items() if self.before.get(key, (None, None))[1] != both[1]]
        moved += [both for key, both in self.before.items() if key not in self.now]
        if moved:
            axes = [axis for artist in changing for axis in artist.findobj(Axis)]
            ticks = [tick for axis in axes for tick in axis.majorTicks]  # also those that are not needed now
            returned = {id(text) for artist in [*changing, *ticks] for text in artist.findobj(Text)}
            wholes = [cover.get_figure(root=False) for cover in changing if isinstance(cover, SubFigure)]
            covered = {id(text) for whole in wholes if whole for text in whole.findobj(Text)}
            for text, (word, gid, *_) in moved:
                stays = id(text) in self.before and id(text) in self.now
                if id(text) not in returned and (stays or id(text) not in covered):
                    yield gid or word, f"{word!r} changed, but update did not return it: the old one stays"

    def no_record(self, texts: Sequence[Text], names: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield (first text, message) for each text without a gid whose digits have changed, unless in `names`."""
        for text in texts:
            word = text.get_text()
            if text.get_gid() or word in names or not DIGIT.search(word):
                continue
            _, before = self.digits.setdefault(id(text), (text, word))
            if DIGIT.findall(word) != DIGIT.findall(before):
                both = f"{before!r} became {word!r}"
                yield before, f"{both}: changing digits are not a caption; draw a Number with a gid"

    def another_time(self, frame: int, texts: Sequence[Text]) -> bool:
        """Do the texts of this frame differ from the first time?"""
        return sorted(map(repr, self.first_seen[frame])) != sorted(map(repr, map(state, texts)))
