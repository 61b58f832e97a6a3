"""Guess first: a question in front of a film, and beside the guess what the record says.

A chapter asks it with `book.ask(Place(…))`, for a place on a line, or `book.ask(Choose(…))`, for one of some options.
The film right behind it does not play until the guess is answered, and is covered until then: its first picture may
already tell the answer. Where the first picture belongs to the question, ask with `covers=False`.
"""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass, field

from chapters.tools.prose import MARKDOWN
from chapters.turns.fragments import as_json


@dataclass(frozen=True)
class Guess:
    """A question in Markdown, and what to say once it is answered; does it cover the film behind it?"""

    question: str
    says: str
    covers: bool = field(default=True, kw_only=True)

    def fragment(self) -> str:
        """Return the question as HTML. Without scripts its answer can be unfolded."""
        data = {name: value for name, value in asdict(self).items() if name not in ("question", "says")}
        return (
            f'<section class="guess" role="group" aria-label="a guess">\n<p><strong>Guess first.</strong> '
            f"{MARKDOWN.renderInline(self.question)}</p>\n<details><summary>The answer</summary>"
            f'<p><span class="bare">{html.escape(self.answered())}</span> '
            f"{MARKDOWN.renderInline(self.says)}</p></details>\n"
            f'<script type="application/json" class="guess-data">{as_json(data)}</script>\n</section>\n'
        )

    def answered(self) -> str:
        """Return the answer alone."""
        raise NotImplementedError


@dataclass(frozen=True)
class Place(Guess):
    """Where on a line will it be? You drag a mark from `start`; the record is at `answer`.

    `name`, `unit`, `digits` (after the point) and `commas` (a year has none) say how the page writes a number; `low`
    and `high` are the ends of the line.

    >>> Place("Where will $w$ be?", "It leaps.", name="w", low=0, high=4, start=1, answer=2.946).answered()
    'w = 2.95.'
    """

    name: str
    low: float
    high: float
    start: float
    answer: float
    digits: int = 2
    unit: str = ""
    commas: bool = True

    def __post_init__(self) -> None:
        for name in ("start", "answer"):
            if not self.low <= getattr(self, name) <= self.high:
                raise ValueError(
                    f"Place: {name} must lie between low and high, {self.low:g} and {self.high:g}; "
                    f"got {getattr(self, name):g}; move the ends of the line apart"
                )

    def answered(self) -> str:
        """Return the answer alone."""
        return f"{self.name} = {self.answer:.{self.digits}f}{self.unit and ' '}{self.unit}.".replace("-", "−")


@dataclass(frozen=True)
class Choose(Guess):
    """Which of these? `right` is the one that the record has.

    >>> Choose("Which is first?", "It turns.", options=("it turns", "it rises"), right="it turns").answered()
    'It turns.'
    """

    options: tuple[str, ...]
    right: str

    def __post_init__(self) -> None:
        if self.right not in self.options or len(set(self.options)) < max(2, len(self.options)):
            raise ValueError(
                f"Choose: options must be two or more different texts, with right among them; "
                f"got {self.options} and {self.right!r}; write right as it stands in options"
            )

    def answered(self) -> str:
        """Return the answer alone."""
        return f"{self.right[:1].upper()}{self.right[1:]}."
