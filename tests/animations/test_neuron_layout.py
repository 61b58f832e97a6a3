"""On the neuron's pictures no text is cut off and no two texts touch, in the first, a middle and the last frame."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text
from test_style import contrast

from animations import PastedText, style
from animations.painter import Painter, paint_whole

GAP = 2  # pixels that must lie between two texts


@pytest.fixture
def boxes(monkeypatch):
    """Return a function (scene, frame) → (text, its box in pixels) for all texts that are drawn."""
    drawn = []

    def watch(kind):
        draw = kind.draw

        def draw_and_remember(text, renderer):
            drawn.append(text)
            return draw(text, renderer)

        monkeypatch.setattr(kind, "draw", draw_and_remember)

    watch(Text)  # matplotlib asks only those tick labels to draw themselves that lie within the axes
    watch(PastedText)

    def find(scene, frame):
        drawn.clear()
        paint_whole(scene, frame)
        texts = {id(text): text for text in drawn if text.get_visible() and text.get_text().strip()}
        return [(text.get_text(), text.get_window_extent()) for text in texts.values()]

    return find


@pytest.mark.parametrize("frame", [0, 40, 80])
@pytest.mark.parametrize("kind", ["diagram", "line", "both"])
def test_no_text_is_cut_off(make, boxes, kind, frame):
    scene = getattr(make, kind)()
    width, height = scene.size
    outside = [
        text for text, box in boxes(scene, frame)
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]  # fmt: skip
    assert outside == []


@pytest.mark.parametrize("frame", [0, 40, 80])
@pytest.mark.parametrize("kind", ["diagram", "line", "both"])
def test_no_two_texts_touch(make, boxes, kind, frame):
    found = boxes(getattr(make, kind)(), frame)
    touching = [(a, b) for (a, box), (b, other) in combinations(found, 2) if box.padded(GAP / 2).overlaps(other)]
    assert touching == []


def test_the_texts_of_both_scenes_are_checked(make, boxes):
    texts = [text for text, _ in boxes(make.both(), 80)]
    assert {"Update", "8000", "31.970", "squared error", "Σ", "loss, log scale", "−50", "200", "output, °F"} <= set(
        texts
    )
    assert len(texts) > 75


@pytest.mark.parametrize("frame", [0, 40, 80])
def test_nothing_is_painted_on_the_edge_of_the_picture(make, frame):
    pixels = Painter(make.both()).paint(frame)[..., :3]
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert (edge == 255).all()


def test_every_text_can_be_read_on_paper(make):
    painter = Painter(make.both())
    painter.paint(0)
    colours = {to_hex(text.get_color()) for text in painter.figure.findobj(Text) if text.get_text().strip()}
    assert len(colours) >= 5
    assert {colour for colour in colours if contrast(colour, style.PAPER) < 4.5} == set()


def test_digits_keep_their_places_while_a_number_grows(make):
    """A right-aligned number ends at the same pixel, whatever it shows."""
    scene = make.diagram()
    painter = Painter(scene)
    number, _ = next(pair for pair in scene.numbers if pair[0].get_gid() == "predicted[9]")
    ends = set()
    for frame in range(0, 81, 8):
        painter.paint(frame)
        ends.add(number.get_window_extent().x1)
    assert len(ends) == 1
    assert np.isfinite(ends.pop())
