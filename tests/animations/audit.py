"""What is asked of every scene: each drawn number equals its source, and no text is cut off or touches another."""

import re
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Text

from animations import Number, PastedText, style
from animations.audit.contrast import contrast
from animations.audit.layout import cut_off, painted_on_edge, touching
from animations.audit.numbers import shows
from animations.audit.places import names_before
from animations.painter import Painter, paint_whole


def visible_texts(figure):
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def check_numbers(figure, frame, values):
    """Compare each text that has a gid with the value of that name, to half a unit of the last digit shown.

    `values`: gid → the value of each frame; or a function frame → (gid → value), where numbers come and go.
    """
    values = {gid: each[frame] for gid, each in values.items()} if isinstance(values, Mapping) else values(frame)
    texts = [text for text in visible_texts(figure) if text.get_gid()]
    drawn = {text.get_gid(): text.get_text() for text in texts}
    assert len(drawn) == len(texts), "a gid is there twice"
    assert all(isinstance(text, Number) for text in texts)
    assert drawn.keys() == values.keys()
    for gid, text in drawn.items():
        assert shows(text, float(values[gid])), f"{gid} shows {text}"


def check_all_numbers(scene, values):
    """Do that for every frame."""
    painter = Painter(scene)
    for frame in range(scene.frames):
        scene.update(frame)
        check_numbers(painter.figure, frame, values)


def nameless_digits(scene, frames):
    """Return the texts with digits that have no gid, of scene artists (axes' own ticks and labels are not these)."""
    painter, found = Painter(scene), set()
    for frame in frames:
        scene.update(frame)
        texts = [text for text in visible_texts(painter.figure) if isinstance(text, PastedText) and not text.get_gid()]
        found |= {text.get_text() for text in texts if re.search(r"\d", text.get_text())}
    return found


def check_layout(scene, frame, monkeypatch):
    """No text is cut off, touches another, or is too faint to read; nothing is painted on the edge."""
    found = boxes(scene, frame, monkeypatch)
    texts, places = [text for text, _ in found], [place for _, place in found]
    assert list(cut_off(texts, places, scene.size)) == [], "cut off"
    assert list(touching(texts, places)) == [], "touch each other"
    assert not painted_on_edge(Painter(scene).paint(frame)[..., :3], np.uint8(255)), "something is painted on the edge"
    return [text.get_text() for text in texts]


def check_ticks(scene):
    """Every tick label that is a number stands at that number; return the labels that are none."""
    painter, names = Painter(scene), []
    painter.paint(0)
    for axes in painter.figure.findobj(Axes):
        for axis in (axes.xaxis, axes.yaxis) if axes.axison else ():
            assert axis.get_offset_text().get_text() == "", "a factor at the end of the axis"
            for place, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True):
                text = label.get_text().replace("−", "-")
                if re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", text):
                    assert abs(float(text) - place) <= 1e-9 * max(abs(place), 1), f"{text} stands at {place}"
                elif text:
                    names.append(text)
    return names


def names_beside(scene):
    """Return gid → the nearest label before that number, on its line; for numbers that have one."""
    painter = Painter(scene)
    painter.paint(0)
    texts = [text for text in visible_texts(painter.figure) if isinstance(text, PastedText)]
    return names_before(texts, [text.get_window_extent() for text in texts])


def faint_texts(scene, frame):
    """Return the colours of texts that cannot be read on paper."""
    painter = Painter(scene)
    painter.paint(frame)
    colours = {to_hex(text.get_color()) for text in visible_texts(painter.figure)}
    return {colour for colour in colours if contrast(colour, style.PAPER) < 4.5}


def boxes(scene, frame, monkeypatch):
    """Return (text, its box in pixels) for all texts that are drawn, those of the axes too."""
    drawn = {}

    def watch(kind):
        draw = kind.draw

        def draw_and_remember(text, renderer):
            drawn[id(text)] = text
            return draw(text, renderer)

        patch.setattr(kind, "draw", draw_and_remember)

    with monkeypatch.context() as patch:
        watch(Text)  # matplotlib asks only those tick labels to draw themselves that lie within the axes
        watch(PastedText)
        paint_whole(scene, frame)
    texts = [text for text in drawn.values() if text.get_visible() and text.get_text().strip()]
    # No single letters, which are drawn in figures of their own.
    texts = [text for text in texts if np.allclose(text.get_figure(root=True).bbox.size, scene.size)]
    return [(text, text.get_window_extent()) for text in texts]


def check_painter(scene_maker, frames):
    """What Painter draws, in any order, equals a redraw of everything."""
    painter = Painter(scene_maker())
    for frame in frames:
        np.testing.assert_array_equal(painter.paint(frame), paint_whole(scene_maker(), frame), f"frame {frame}")
