"""A scene as one drawing: its tracks, replayed, give every picture as if it were drawn alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.artist import Artist

from animations import Number, SideBySide, Stacked
from animations.engine.painter import Painter
from animations.formats.drawing import Drawing, Slot
from animations.formats.svg import left_of
from tests.animations.page_scenes import Everything, Oddities
from tests.animations.small_scenes import ALL, Appearing, Cut, Gliding, HiddenAxes, Overlapping, Picture, Small, Trail


def drawn(scene, pictures=None, motion=1):
    """Return the drawing of some pictures of a scene."""
    painter = Painter(scene)
    drawing = Drawing(painter)
    for picture in range((scene.frames - 1) * motion + 1) if pictures is None else pictures:
        painter.show(picture / motion if picture % motion else picture // motion)
        drawing.take(picture, motion)
    return drawing


def at(slot, picture):
    """Return the attributes of a slot in a picture."""
    values = {name: [value for begins, value in track if begins <= picture][-1] for name, track in slot.tracks.items()}
    return {name: value for name, value in values.items() if value is not None}


def shown(drawing, picture):
    """Return the visible changing parts of a picture, in order: tag and attributes, without names of this drawing."""
    looks, slots = drawing.renderer.looks, (slot for layer in drawing.layers.values() for slot in layer.slots)
    names = {f"var(--c{number})": colour for colour, number in looks.colours.items()}
    names |= {f"var(--{name})": shape for shape, name in (looks.clips | looks.hatches).items()}
    seen = [(slot.tag, {key: names.get(value, value) for key, value in at(slot, picture).items()}) for slot in slots]
    return [(tag, look) for tag, look in seen if look.get("display") != "none"]


@pytest.mark.parametrize("kind", [*ALL, Gliding])
def test_draws_every_picture_as_if_alone(kind):
    film = drawn(kind())
    for frame in (0, 2, 4, 5):
        painter = Painter(kind())
        alone = Drawing(painter)
        painter.show(frame)
        alone.take(0, 1)
        assert shown(film, frame) == shown(alone, 0), f"frame {frame}"


LOOKS = st.lists(st.dictionaries(st.sampled_from(["x", "fill", "text"]), st.sampled_from(["1", "2"])) | st.none(),
                 min_size=1, max_size=12)  # fmt: skip


@given(LOOKS)
def test_keeps_every_look_of_a_slot_and_says_nothing_twice(looks):
    """None means hidden, and the earlier look does not matter."""
    slot = Slot(0, "path")
    for picture, look in enumerate(looks):
        slot.hide(picture) if look is None else slot.set(picture, look)
    for picture, look in enumerate(looks):
        now = at(slot, picture)
        assert now.get("display") == "none" if look is None else now == look
    for track in slot.tracks.values():
        pictures, values = zip(*track, strict=True)
        assert [*pictures] == sorted(set(pictures))
        assert pictures[0] == 0
        assert all(one != other for one, other in pairwise(values))


# --- what changes and what does not ---------------------------------------------------------------------------------


def test_has_slots_for_what_changes_and_trails_that_stay():
    film = drawn(Overlapping())
    assert len(film.slots) == 3
    assert sum(element.tag == "text" for element in film.background[0]) >= 2  # marks of the axes
    film = drawn(Appearing())  # an artist that vanishes keeps its slot
    assert len(film.slots) == Appearing.frames
    assert [len(shown(film, frame)) for frame in range(Appearing.frames)] == [6, 3, 2, 2, 2, 1]
    (slot,) = [slot for slot in drawn(Picture()).slots if slot.tag == "image"]  # whose pixels alone change
    assert [name for name, track in slot.tracks.items() if len(track) > 1] == ["href"]
    assert [(picture, element.tag) for picture, element in drawn(Trail()).trails[0]] == [
        (k, "path") for k in range(1, 6)
    ]
    assert drawn(HiddenAxes()).trails == [[]]


@pytest.mark.parametrize(("interpolation", "cells", "squares"), [
    ("nearest", (40, 40), True), ("auto", (8, 8), True), ("auto", (40, 40), False), ("auto", (40, 8), False),
    ("auto", (8, 40), False), ("bilinear", (8, 8), False),
])  # fmt: skip
def test_draws_large_pixels_as_squares(interpolation, cells, squares):
    class Noise(Small):
        def draw(self, figure):
            noise, look = np.random.default_rng(0).random(cells), {"aspect": "auto", "zorder": 3}
            self.image = self.axes(figure).imshow(noise, interpolation=interpolation, extent=(0, 10, 0, 10), **look)

        def update(self, frame):
            return [self.image]

    (slot,) = drawn(Noise(), [0]).slots
    assert ("squares" in slot.first().get("class", "")) is squares
    assert "map" in slot.first()["class"]  # its colours stand for numbers


def test_notes_the_texts_written_in_a_frame_and_moves_places_between_frames():
    class Two(Small):
        def draw(self, figure):
            figure.add_artist(Number(0.1, 0.1, "{:.0f}", gid="still")).set_value(7)
            self.number = figure.add_artist(Number(0.5, 0.5, "{:.0f}", gid="moving"))
            self.formula = figure.text(0.5, 0.8, "", gid="formula")

        def update(self, frame):
            self.number.set_value(-frame)
            self.number.set_visible(frame != 2)
            self.formula.set_text(f"$x_{frame}$")
            return [self.number, self.formula]

    texts = drawn(Two()).texts
    assert texts[0] == {"still": "7", "moving": "0", "formula": "$x_0$"}
    assert texts[2] == {"still": "7", "formula": "$x_2$"}
    film = drawn(Gliding(), motion=4)
    assert [texts["frame"] for texts in film.texts] == list("012345")
    (square,) = [slot for layer in film.layers.values() for slot in layer.slots if slot.tag == "path"]
    assert len(square.tracks["d"]) == 21


def test_finds_panels_of_groups_in_groups_and_of_a_scene_that_is_cut():
    film = drawn(Stacked(SideBySide(Overlapping(), Trail()), Appearing()))
    assert film.layout == ("column", [("row", [0, 1]), 2])
    assert [panel.box for panel in film.panels] == [(0, 0, 160, 120), (160, 0, 160, 120), (0, 120, 320, 120)]
    assert {layer.panel for layer in film.layers.values()} == {0, 1, 2}
    assert [len(trail) for trail in film.trails] == [0, 5, 0]
    film = drawn(Cut())
    assert film.layout == ("row", [0, 1])
    assert [panel.box for panel in film.panels] == [(0, 0, 80, 120), (80, 0, 80, 120)]
    assert sorted(layer.panel for layer in film.layers.values()) == [0, 0, 1, 1]
    assert [len(trail) for trail in film.trails] == [0, Cut.frames]
    for background, panel in zip(film.background, film.panels, strict=True):  # each element where it begins
        assert background
        assert all(panel.box[0] <= left_of(element) < panel.box[0] + panel.box[2] for element in background)


# --- what draws in a way of its own ----------------------------------------------------------------------------------


class Pixels(Artist):
    """Takes something that only Agg's renderer has."""

    shade = 0

    def draw(self, renderer):
        np.asarray(renderer.buffer_rgba())[10:20, 30:50] = 255 - self.shade


class WithPixels(Overlapping):
    kind, changes = Pixels, True

    def draw(self, figure):
        super().draw(figure)
        self.pixels = figure.add_artist(self.kind())

    def update(self, frame):
        self.pixels.shade = frame
        return [*super().update(frame), self.pixels] if self.changes else []


def test_draws_only_an_artist_of_its_own_kind_as_a_picture_and_lets_others_paint_it_as_before():
    film = drawn(WithPixels())
    (picture,) = [slot for slot in film.slots if slot.tag == "image"]
    look = picture.first()
    assert [look[name] for name in ("x", "y", "width", "height")] == ["300", "100", "200", "100"]
    assert len(picture.tracks["href"]) == WithPixels.frames
    still = type("Still", (WithPixels,), {"changes": False})
    moving, still, plain = ([element.tag for element in each.background[0]]
                            for each in (film, drawn(still()), drawn(Overlapping())))  # fmt: skip
    assert (moving.count("image"), still.count("image"), still.count("text")) == (0, 1, plain.count("text"))
    before = Painter(WithPixels()).paint(0)
    film.painter.show(0)
    np.testing.assert_array_equal(film.painter.paint(0), before)


def test_raises_an_error_for_an_artist_that_cannot_be_drawn():
    class Broken(Artist):
        def draw(self, renderer):
            raise ZeroDivisionError("this artist is broken")

    with pytest.raises(ZeroDivisionError, match="this artist is broken"):
        drawn(type("WithBroken", (WithPixels,), {"kind": Broken})())


@pytest.mark.parametrize(("scene", "pictures"), [(Everything, []), (Oddities, ["AxesImage", "Own"])])
def test_draws_everything_of_matplotlib_as_elements_but_for_a_turned_image(scene, pictures):
    assert sorted(type(artist).__name__ for artist in drawn(scene(), [0]).pictures) == pictures
