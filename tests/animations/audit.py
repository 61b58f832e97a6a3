"""What is asked of every scene: each drawn number equals its source, and no text is cut off or touches another."""

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Text
from test_style import contrast

from animations import Number, PastedText, style
from animations.painter import Painter, paint_whole

GAP = 2  # pixels that must lie between two texts


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
        (shown,) = re.findall(r"-?\d[\d,]*\.?\d*(?:e[+-]?\d+)?", text)
        number = Decimal(shown.replace(",", ""))
        half_a_unit = 0.5 * 10.0 ** number.as_tuple().exponent
        off = abs(float(number) / (100 if text.endswith("%") else 1) - values[gid])
        assert off <= half_a_unit * (0.01 if text.endswith("%") else 1) * (1 + 1e-9), f"{gid} shows {text}"


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
    width, height = scene.size
    found = boxes(scene, frame, monkeypatch)
    cut = [text.get_text() for text, box in found if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]
    assert cut == [], "cut off"
    touching = [
        (one.get_text(), other.get_text()) for (one, box), (other, its) in combinations(found, 2)
        if box.padded(GAP / 2).overlaps(its)
    ]  # fmt: skip
    assert touching == [], "touch each other"
    pixels = Painter(scene).paint(frame)[..., :3]
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert (edge == 255).all(), "something is painted on the edge"
    return [text.get_text() for text, _ in found]


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
    painter, names = Painter(scene), {}
    painter.paint(0)
    texts = [text for text in visible_texts(painter.figure) if isinstance(text, PastedText)]
    for number in (text for text in texts if text.get_gid()):
        box = number.get_window_extent()
        middle = (box.y0 + box.y1) / 2
        places = [(text.get_window_extent(), text.get_text()) for text in texts if not text.get_gid()]
        before = [(place.x1, word) for place, word in places if place.x1 < box.x0 and place.y0 < middle < place.y1]
        if before:
            names[number.get_gid()] = max(before)[1]
    return names


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
