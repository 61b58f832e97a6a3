"""A painted frame equals a full redraw, pixel for pixel, whatever was painted before it."""

import numpy as np
import pytest

from animations import SideBySide
from animations.engine.painter import Painter, redraw
from tests.animations.small_scenes import ALL, Overlapping, Small, Trail, TwoAxes, redrawn


def differing(painter, wholes, order):
    """Return the frames of `order` that differ from a full redraw."""
    return [frame for frame in order if not np.array_equal(painter.paint(frame), wholes[frame])]


@pytest.mark.parametrize("scene", ALL, ids=lambda scene: scene.__name__)
def test_equals_a_full_redraw_of_each_small_scene_in_any_order(scene):
    wholes = [redrawn(scene, frame) for frame in range(6)]
    for order in ([0, 1, 2, 3, 4, 5], [3, 0, 5, 4, 1, 1, 4, 2, 0]):
        assert differing(Painter(scene()), wholes, order) == []
    assert len({whole.tobytes() for whole in wholes}) == 6, "something moves"


def test_equals_a_full_redraw_of_small_scenes_next_to_each_other():
    def scene():
        return SideBySide(Overlapping(), Trail(), SideBySide(TwoAxes(), Overlapping()))

    kinds = Overlapping, Trail, TwoAxes, Overlapping
    wholes = [np.hstack([redrawn(kind, frame) for kind in kinds]) for frame in range(6)]
    painter = Painter(scene())
    assert differing(painter, wholes, [5, 0, 3, 1, 4, 2]) == []
    np.testing.assert_array_equal(redraw(scene(), 3), wholes[3])
    assert (painter.paint(0).shape, painter.pixels.dtype) == ((120, 640, 4), np.uint8)
    assert (painter.paint(0)[..., 3] == 255).all()


class Bars(Small):
    """It counts how often a text is drawn that never changes."""

    def draw(self, figure):
        self.bars = self.axes(figure).bar([1, 2], [3, 4])
        fixed = figure.text(0, 0, "fixed")
        self.drawn, draw = 0, fixed.draw

        def count(renderer):
            self.drawn += 1
            draw(renderer)

        fixed.draw = count

    def update(self, frame):
        self.bars[0].set_height(frame)
        return self.bars


def test_draws_what_never_changes_once():
    painter = Painter(Bars())
    for frame in range(6):
        painter.paint(frame)
    assert painter.scene.drawn == 1


@pytest.mark.parametrize("method", ["update", "trail"])
@pytest.mark.parametrize(("returned", "said"), [
    (lambda self: [self.bars], r"a list of artists, got .* write \[\*bars\]"),
    (lambda self: [3], "a list of artists, got 3 in it"),
    (lambda self: None, "artists, as a list, got None"),
])  # fmt: skip
def test_refuses_what_is_no_list_of_artists(method, returned, said):
    kind = type("Bars", (Bars,), {method: lambda self, frame: returned(self)})
    with pytest.raises(TypeError, match=f"Bars.{method} must return {said}"):
        Painter(kind()).paint(0)
