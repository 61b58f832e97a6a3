"""On the neuron's pictures no text is cut off and no two texts touch, in the first, a middle and the last frame."""

import numpy as np
import pytest
from audit import check_layout

from animations.engine.painter import Painter


@pytest.mark.parametrize(("kind", "least"), [("diagram", 45), ("line", 20), ("both", 75)])
def test_keeps_every_text_in_place_and_readable(make, kind, least):
    *_, last = every = check_layout(getattr(make, kind)(), 0, 40, 80)
    assert all(len(texts) > least for texts in every)
    if kind == "both":
        words = {"Update", "8000", "31.970", "squared error", "Σ", "loss, log scale", "−50", "200", "output, °F"}
        assert words <= set(last)


def test_keeps_digits_in_place_while_a_number_grows(make):
    """A right-aligned number ends at the same pixel, whatever its value."""
    scene = make.diagram()
    (number,) = Painter(scene).figure.findobj(lambda artist: artist.get_gid() == "predicted[9]")
    ends = set()
    for frame in range(0, 81, 8):
        scene.update(frame)
        ends.add(number.get_window_extent().x1)
    assert len(ends) == 1
    assert np.isfinite(ends.pop())
