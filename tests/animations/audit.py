"""Short forms of `animations.audit` for tests of one scene, and what only tests ask."""

from unittest import mock

from animations import audit
from animations.audit import CHECKS, every_frame
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter


def check_all_numbers(scene, values, frames=None, also=()):
    """Every number of these frames, or of all, is that of `values`: gid → the value of each frame, or frame →
    (gid → value). Return the figure.
    """
    report, painter = audited_with_painter(scene, values, {*CHECKS} - {"number", "twice", *also}, frames=frames)
    assert report.check().compared == report.numbers > 0
    return painter.figure


def audited_with_painter(scene, values, without=(), **settings):
    """Return the report of all checks but these, "redraw" and "why", and the painter, which has painted the frames."""
    painters = []

    def painter_of(scene):
        painters.append(Painter(scene))
        return painters[0]

    with mock.patch.object(every_frame, "Painter", painter_of):
        return audit(scene, values, checks={*CHECKS} - {"redraw", "why", *without}, **settings), painters[0]


def numbers_on(figure):
    """Return gid → its number."""
    return {text.get_gid(): text for text in drawn_texts(figure) if text.get_gid()}


def painted(scene, frame):
    """Return a painter that has painted `frame`."""
    painter = Painter(scene)
    painter.paint(frame)
    return painter
