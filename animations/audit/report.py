"""The findings of an audit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class AuditError(AssertionError):
    """A scene has faults; the text is that of the report."""


class Finding(NamedTuple):
    """One fault: the first frame that shows it, its kind (one of CHECKS), the gid or text, and a sentence."""

    frame: int
    kind: str
    what: str
    message: str
    frames: int = 1  # the number of frames in which `what` has this kind of fault

    def __str__(self) -> str:
        more = f" (and {self.frames - 1} more)" if self.frames > 1 else ""
        return f"frame {self.frame}{more}, {self.kind}: {self.message}"


@dataclass
class Report:
    """How much an audit looked at, and the faults it found.

    frames    the number of frames
    texts     the number of texts in all frames together
    numbers   how many of these have a gid; `compared` of them were compared with their source, and for `placed` the
    place
              is known, too: from an array, from `places`, from their names
    unplaced  gids whose place no frame told captions  texts with digits that are allowed to have no source
    """

    scene: str
    frames: int = 0
    texts: int = 0
    numbers: int = 0
    compared: int = 0
    placed: int = 0
    unplaced: set[str] = field(default_factory=set)
    captions: set[str] = field(default_factory=set)
    _found: dict[tuple[str, str], Finding] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        """The faults, by frame; the same fault of the same thing in many frames counts once."""
        return sorted(self._found.values(), key=lambda finding: finding.frame)

    @property
    def ok(self) -> bool:
        """Was nothing found?"""
        return not self._found

    def add(self, frame: int, kind: str, what: str, message: str) -> None:
        """Remember a fault; if it is known, only count the frame."""
        known = self._found.get((kind, what))
        self._found[kind, what] = (
            known._replace(frames=known.frames + 1) if known else Finding(frame, kind, what, message)
        )

    def check(self) -> Report:
        """Return the report itself; raise AuditError with all findings if there are any."""
        if not self.ok:
            raise AuditError(str(self))
        return self

    def __repr__(self) -> str:  # so that a notebook shows the text
        head = (
            f"{self.scene}: {self.frames} frames, {self.texts} texts, {self.numbers} numbers, "
            f"{self.compared} compared with their source, {self.placed} with their place: "
        )
        return head + (
            "nothing found" if self.ok else "\n".join([f"{len(self._found)} found", *map(str, self.findings)])
        )
