"""A frame is a pure function of its number: what `update` changes it returns, and any frame can be drawn alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.colors import to_hex
from matplotlib.text import Text

State = tuple[Any, ...]


def state(text: Text) -> State:
    """Return what can be seen of a text."""
    x, y = text.get_transform().transform(text.get_unitless_position())
    return text.get_text(), text.get_gid(), round(float(x), 3), round(float(y), 3), to_hex(text.get_color())


class Clock:
    """What the texts of the frames before looked like."""

    def __init__(self) -> None:
        self.before: dict[int, tuple[Text, State]] = {}
        self.now: dict[int, tuple[Text, State]] = {}
        self.first_seen: dict[int, list[State]] = {}

    def see(self, frame: int, texts: Sequence[Text]) -> None:
        """Go on to `frame`, which shows `texts`."""
        self.before, self.now = self.now, {id(text): (text, state(text)) for text in texts}
        self.first_seen[frame] = [its for _, its in self.now.values()]

    def not_returned(self, changing: Sequence[Artist]) -> Iterator[tuple[str, str]]:
        """Yield (text, message) of those that changed since the frame before, or came, or went, but were not returned.

        Painted is what was returned: such a text stays on the picture as it was.
        """
        if not self.before:
            return
        moved = [both for key, both in self.now.items() if self.before.get(key, (None, None))[1] != both[1]]
        moved += [both for key, both in self.before.items() if key not in self.now]
        if moved:
            axes = [axis for artist in changing for axis in artist.findobj(Axis)]
            ticks = [tick for axis in axes for tick in axis.majorTicks]  # also those that are not needed now
            returned = {id(text) for artist in [*changing, *ticks] for text in artist.findobj(Text)}
            for text, (word, gid, *_) in moved:
                if id(text) not in returned:
                    yield gid or word, f"{word!r} changed, but update did not return it: painted is the old one"

    def another_time(self, frame: int, texts: Sequence[Text]) -> bool:
        """Are the texts of this frame other ones than the first time?"""
        return sorted(map(repr, self.first_seen[frame])) != sorted(map(repr, map(state, texts)))
