"""A painted frame equals a full redraw, pixel for pixel, whatever was painted before it."""

import numpy as np
import pytest
from small_scenes import ALL, Overlapping, Small, Trail, TwoAxes, redrawn

from animations import SideBySide
from animations.engine.painter import Painter, redraw

ORDERS = {
    "forwards": [0, 1, 2, 3, 4, 5],
    "jumping": [3, 0, 5, 4, 1, 1, 4, 2, 0],
}


def differing(painter, wholes, order):
    """Return the frames of `order` that differ from a full redraw."""
    return [frame for frame in order if not np.array_equal(painter.paint(frame), wholes[frame])]


@pytest.mark.parametrize("scene", ALL, ids=lambda scene: scene.__name__)
def test_equals_a_full_redraw_of_each_small_scene_in_any_order(scene):
    wholes = {frame: redrawn(scene, frame) for frame in range(scene.frames)}
    for name, order in ORDERS.items():
        assert differing(Painter(scene()), wholes, order) == [], name
    assert len({whole.tobytes() for whole in wholes.values()}) == scene.frames, "something moves"


def test_equals_a_full_redraw_of_small_scenes_next_to_each_other():
    def scene():
        return SideBySide(Overlapping(), Trail(), SideBySide(TwoAxes(), Overlapping()))

    kinds = Overlapping, Trail, TwoAxes, Overlapping
    wholes = {frame: np.hstack([redrawn(kind, frame) for kind in kinds]) for frame in range(6)}
    assert differing(Painter(scene()), wholes, [5, 0, 3, 1, 4, 2]) == []
    np.testing.assert_array_equal(redraw(scene(), 3), wholes[3])


def test_sizes_a_frame_like_the_scene_and_makes_it_opaque():
    frame = Painter(SideBySide(Overlapping(), Trail())).paint(0)
    assert (frame.shape, frame.dtype) == ((120, 320, 4), np.uint8)
    assert (frame[..., 3] == 255).all()


def test_notices_a_forgotten_artist():
    """The comparison in this file must notice an update that does not return what it changed."""

    class Forgetful(Overlapping):
        def update(self, frame):
            return super().update(frame)[:-1]

    wholes = {frame: redrawn(Overlapping, frame) for frame in range(6)}
    assert differing(Painter(Forgetful()), wholes, range(6)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("method", ["update", "trail"])
def test_requires_artists_as_result(method):
    class Bars(Small):
        def draw(self, figure):
            self.bars = self.axes(figure).bar([1, 2], [3, 4])

        def update(self, frame):
            return []

    kind = type("Bars", (Bars,), {method: lambda self, frame: [self.bars]})
    with pytest.raises(TypeError, match=rf"Bars.{method} must return a list of artists, got .* write \[\*bars\]"):
        Painter(kind()).paint(0)
    kind = type("Bars", (Bars,), {method: lambda self, frame: [3]})
    with pytest.raises(TypeError, match=rf"Bars.{method} must return a list of artists, got 3 in it"):
        Painter(kind()).paint(0)
    kind = type("Bars", (Bars,), {method: lambda self, frame: None})
    with pytest.raises(TypeError, match=rf"Bars.{method} must return artists, as a list, got None"):
        Painter(kind()).paint(0)
    kind = type("Bars", (Bars,), {method: lambda self, frame: self.bars})
    assert Painter(kind()).paint(0).any()


def test_draws_what_never_changes_once():
    class Counting(Small):
        def draw(self, figure):
            (self.point,) = self.axes(figure).plot([0], [0], "o")
            fixed = figure.text(0, 0, "fixed")
            self.drawn, draw = 0, fixed.draw

            def count(renderer):
                self.drawn += 1
                draw(renderer)

            fixed.draw = count

        def update(self, frame):
            self.point.set_data([frame], [frame])
            return [self.point]

    scene = Counting()
    painter = Painter(scene)
    for frame in range(6):
        painter.paint(frame)
    assert scene.drawn == 1
