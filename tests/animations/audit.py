"""Short forms of `animations.audit` for tests of one scene, and what only tests ask."""

import re
from unittest import mock

from matplotlib.axes import Axes

from animations import audit
from animations.audit import CHECKS, every_frame
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter

LAYOUT = {"cut off", "covered", "touching", "edge", "contrast", "same name", "same colour", "not in legend"}


def check_all_numbers(scene, values, frames=None):
    """Every number of these frames, or of all, is that of `values`: gid → the value of each frame, or frame →
    (gid → value). Return the figure.
    """
    figures = figures_of(scene)
    report = audit(scene, values, frames=frames, checks={"number", "twice"}).check()
    assert report.compared == report.numbers > 0
    return figures[0]


def audited_with_painter(scene, values, **settings):
    """Return the report of all checks but "redraw" and "why", and the painter, which has painted every frame."""
    painters = []

    def painter_of(scene):
        painters.append(Painter(scene))
        return painters[0]

    with mock.patch.object(every_frame, "Painter", painter_of):
        return audit(scene, values, checks=set(CHECKS) - {"redraw", "why"}, **settings), painters[0]


def check_layout(scene, *frames, words_at_ticks=None):
    """No text of these frames is cut off, covered, faint or touches another; nothing is painted on the edge.

    With `words_at_ticks`, every tick label stands at the number that it is, and those that are none are these words.
    Return the texts of each frame.
    """
    frames = [frame % scene.frames for frame in frames]
    figure = audited(scene, frames, LAYOUT if words_at_ticks is None else {*LAYOUT, "mark"})
    texts = []
    for frame in frames:
        scene.update(frame)
        texts.append([text.get_text() for text in drawn_texts(figure)])
        assert words_at_ticks is None or words_at_ticks == words_at_ticks_of(figure)
    return texts


def words_at_ticks_of(figure):
    """Return the tick labels that are not numbers."""
    axes = [axes for axes in figure.findobj(Axes) if axes.axison]
    words = [label.get_text() for each in axes for axis in (each.xaxis, each.yaxis) for label in axis.get_ticklabels()]
    return [word for word in words if word and not re.fullmatch(r"[-−]?[\d.]+(e[+-−]?\d+)?", word)]


def audited(scene, frames, checks):
    """Return the figure of a scene in which these checks found nothing."""
    figures = figures_of(scene)
    audit(scene, frames=frames, checks=checks).check()
    return figures[0]


def figures_of(scene):
    """Return a list that collects the figures of a scene from now on."""
    figures, draw = [], scene.draw
    scene.draw = lambda figure: (figures.append(figure), draw(figure))
    return figures


def numbers_on(figure):
    """Return gid → its number."""
    return {text.get_gid(): text for text in drawn_texts(figure) if text.get_gid()}


def painted(scene, frame):
    """Return a painter that has painted `frame`."""
    painter = Painter(scene)
    painter.paint(frame)
    return painter
