"""A scene as one drawing: its tracks, replayed, give every picture as if it were drawn alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.artist import Artist
from page_scenes import Everything, Oddities
from small_scenes import ALL, Appearing, Cut, Gliding, HiddenAxes, Overlapping, Picture, Small, Trail

from animations import Number, SideBySide, Stacked
from animations.engine.painter import Painter
from animations.formats.drawing import Drawing, Slot
from animations.formats.svg import left_of


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
    """Return the visible changing parts of a picture, in order: tag and attributes."""
    slots = (slot for layer in drawing.layers.values() for slot in layer.slots)
    seen = [(slot.tag, at(slot, picture)) for slot in slots]
    return [(tag, look) for tag, look in seen if look.get("display") != "none"]


def resolved(seen, drawing):
    """Return the same with colours, clips and hatches in place of their names in this drawing."""
    renderer = drawing.renderer
    names = {f"var(--c{number})": colour for colour, number in renderer.looks.colours.items()}
    names |= {f"var(--{name})": shape for shape, name in (renderer.looks.clips | renderer.looks.hatches).items()}
    return [(tag, {key: names.get(value, value) for key, value in look.items()}) for tag, look in seen]


@pytest.mark.parametrize("kind", [*ALL, Gliding])
def test_draws_every_picture_as_if_alone(kind):
    film = drawn(kind())
    for frame in (0, 2, 4, 5):
        painter = Painter(kind())
        alone = Drawing(painter)
        painter.show(frame)
        alone.take(0, 1)
        assert resolved(shown(film, frame), film) == resolved(shown(alone, 0), alone), f"frame {frame}"


def test_keeps_texts_and_moves_places_between_frames():
    film = drawn(Gliding(), motion=4)
    assert len(film.texts) == Gliding.frames
    assert [texts["frame"] for texts in film.texts] == list("012345")
    (square,) = [slot for layer in film.layers.values() for slot in layer.slots if slot.tag == "path"]
    assert len(square.tracks["d"]) == 21


# --- slots ----------------------------------------------------------------------------------------------------------

LOOKS = st.lists(st.dictionaries(st.sampled_from(["x", "fill", "text"]), st.sampled_from(["1", "2"])) | st.none(),
                 min_size=1, max_size=12)  # fmt: skip


@given(LOOKS)
def test_keeps_every_look_of_a_slot(looks):
    """None means hidden, and the earlier look does not matter."""
    slot = Slot(0, "path")
    for picture, look in enumerate(looks):
        slot.hide(picture) if look is None else slot.set(picture, look)
    for picture, look in enumerate(looks):
        now = at(slot, picture)
        assert now.get("display") == "none" if look is None else now == look
    for track in slot.tracks.values():  # nothing is said twice
        pictures, values = zip(*track, strict=True)
        assert [*pictures] == sorted(set(pictures))
        assert pictures[0] == 0
        assert all(one != other for one, other in pairwise(values))


# --- what changes and what does not ---------------------------------------------------------------------------------


def test_draws_what_never_changes_as_background_without_a_slot():
    film = drawn(Overlapping())
    assert len(film.slots) == 3
    assert sum(element.tag == "text" for element in film.background[0]) >= 2  # marks of the axes


def test_keeps_the_slot_of_an_artist_that_appears_and_vanishes():
    film = drawn(Appearing())
    assert len(film.slots) == Appearing.frames
    assert [len(shown(film, frame)) for frame in range(Appearing.frames)] == [6, 3, 2, 2, 2, 1]


def test_shows_trails_with_their_picture():
    film = drawn(Trail(), motion=1)
    assert [picture for picture, _ in film.trails[0]] == [1, 2, 3, 4, 5]
    assert {element.tag for _, element in film.trails[0]} == {"path"}
    assert drawn(HiddenAxes()).trails == [[]]


def test_changes_only_the_pixels_of_an_image_that_changes():
    film = drawn(Picture())
    (slot,) = [slot for slot in film.slots if slot.tag == "image"]
    assert [name for name, track in slot.tracks.items() if len(track) > 1] == ["href"]


LARGE = [("nearest", 40, True), ("auto", 8, True), ("auto", 40, False), ("bilinear", 8, False)]


@pytest.mark.parametrize(("interpolation", "cells", "squares"), LARGE)
def test_draws_large_pixels_as_squares(interpolation, cells, squares):
    class Noise(Small):
        def draw(self, figure):
            noise = np.random.default_rng(0).random((cells, cells))
            self.image = self.axes(figure).imshow(
                noise, interpolation=interpolation, extent=(0, 10, 0, 10), aspect="auto", zorder=3
            )

        def update(self, frame):
            return [self.image]

    (slot,) = drawn(Noise(), [0]).slots
    assert ("squares" in slot.first().get("class", "")) is squares
    assert "map" in slot.first()["class"]  # its colours stand for numbers


def test_notes_the_texts_written_in_a_frame():
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


def test_finds_panels_of_groups_in_groups():
    film = drawn(Stacked(SideBySide(Overlapping(), Trail()), Appearing()))
    assert film.layout == ("column", [("row", [0, 1]), 2])
    assert [panel.box for panel in film.panels] == [(0, 0, 160, 120), (160, 0, 160, 120), (0, 120, 320, 120)]
    assert {layer.panel for layer in film.layers.values()} == {0, 1, 2}
    assert [len(trail) for trail in film.trails] == [0, 5, 0]


def test_cuts_a_scene_into_panels_and_puts_each_element_where_it_begins():
    film = drawn(Cut())
    assert film.layout == ("row", [0, 1])
    assert [panel.box for panel in film.panels] == [(0, 0, 80, 120), (80, 0, 80, 120)]
    assert sorted(layer.panel for layer in film.layers.values()) == [0, 0, 1, 1]
    assert [len(trail) for trail in film.trails] == [0, Cut.frames]
    for number, (left, _, width, _) in enumerate(panel.box for panel in film.panels):
        assert film.background[number]
        assert all(left <= left_of(element) < left + width for element in film.background[number])


# --- what draws in a way of its own ----------------------------------------------------------------------------------


class Pixels(Artist):
    """Takes something that only Agg's renderer has."""

    def draw(self, renderer):
        np.asarray(renderer.buffer_rgba())[10:20, 30:50] = 255 - self.shade


class WithPixels(Overlapping):
    def draw(self, figure):
        super().draw(figure)
        self.pixels = figure.add_artist(Pixels())

    def update(self, frame):
        self.pixels.shade = frame
        return [*super().update(frame), self.pixels]


def test_draws_only_an_artist_of_its_own_kind_as_a_picture():
    film = drawn(WithPixels())
    (picture,) = [slot for slot in film.slots if slot.tag == "image"]
    look = picture.first()
    assert [look[name] for name in ("x", "y", "width", "height")] == ["300", "100", "200", "100"]
    assert len(picture.tracks["href"]) == WithPixels.frames
    assert [element.tag for element in film.background[0] if element.tag == "image"] == []


def test_leaves_axes_as_they_are_if_nothing_changes():
    class Still(Overlapping):
        def draw(self, figure):
            super().draw(figure)
            pixels = self.top.axes.add_artist(Pixels())
            pixels.shade = 0

    tags = [element.tag for element in drawn(Still()).background[0]]
    assert tags.count("image") == 1
    assert tags.count("text") == [each.tag for each in drawn(Overlapping()).background[0]].count("text")


def test_lets_others_paint_it_as_before():
    painter = Painter(WithPixels())
    before = painter.paint(0).copy()
    drawing = Drawing(painter)
    painter.show(0)
    drawing.take(0, 1)
    np.testing.assert_array_equal(painter.paint(0), before)


def test_raises_an_error_for_an_artist_that_cannot_be_drawn():
    class Broken(Artist):
        def draw(self, renderer):
            raise ZeroDivisionError("this artist is broken")

    class WithBroken(Overlapping):
        def draw(self, figure):
            super().draw(figure)
            figure.add_artist(Broken())

    with pytest.raises(ZeroDivisionError, match="this artist is broken"):
        drawn(WithBroken())


@pytest.mark.parametrize(("scene", "pictures"), [(Everything, []), (Oddities, ["AxesImage", "Own"])])
def test_draws_everything_of_matplotlib_as_elements(scene, pictures):
    """Except for a turned image."""
    assert sorted(type(artist).__name__ for artist in drawn(scene(), [0]).pictures) == pictures
