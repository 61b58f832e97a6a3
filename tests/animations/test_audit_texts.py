"""The audit sees the texts that matplotlib draws, no more and no fewer."""

import numpy as np
import pytest
from audit_helpers import Tiny
from matplotlib.text import Text
from small_scenes import ALL

from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter, redraw
from animations.engine.text import PastedText


def texts_that_draw_themselves(scene, frame, monkeypatch):
    """Return the texts that matplotlib draws: it asks only marks that lie within their axis."""
    drawn = {}

    def watch(kind):
        draw = kind.draw

        def draw_and_remember(text, renderer):
            drawn[id(text)] = text
            return draw(text, renderer)

        patch.setattr(kind, "draw", draw_and_remember)

    with monkeypatch.context() as patch:
        watch(Text)
        watch(PastedText)
        redraw(scene, frame)
    texts = [text.get_text() for text in drawn.values() if text.get_visible() and text.get_text().strip()
             and np.allclose(text.get_figure(root=True).bbox.size, scene.size)]  # fmt: skip
    return sorted(texts)  # without single letters, which are drawn once in their own figures


@pytest.mark.parametrize("make", [Tiny, *ALL])
def test_sees_the_texts_that_matplotlib_draws(make, monkeypatch):
    painter = Painter(make())
    painter.paint(2)
    later = {id(artist) for trail in painter.trails[3:] for artist in trail}
    seen = sorted(text.get_text() for text in drawn_texts(painter.figure, later))
    assert seen == texts_that_draw_themselves(make(), 2, monkeypatch)
