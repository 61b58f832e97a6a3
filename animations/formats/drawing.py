"""A scene as one drawing in SVG: the parts that never change, and the attributes of the others in every picture.

    panel          a part of the page: the whole scene, or each of the scenes next to or above each other, or what lies
                   between the `cuts` of a scene
    slot           an element that changes; the k-th element of an artist always uses the same slot, if possible
    track          an attribute of a slot: its values, and the picture from which each holds

The order is the painter's: background, trails, and on top everything that changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.figure import Figure, FigureBase, SubFigure
from matplotlib.image import AxesImage

from animations.engine.painter import Painter
from animations.engine.settings import using
from animations.formats.svg import Element, SvgRenderer, left_of
from animations.groups import SideBySide, Stacked
from animations.scene import Scene


class Slot:
    """An element that changes: `tracks` hold each attribute's values, and from which picture; None: it is hidden."""

    def __init__(self, number: int, tag: str) -> None:
        self.number, self.tag = number, tag
        self.tracks: dict[str, list[tuple[int, str | None]]] = {}

    def set(self, picture: int, values: dict[str, str]) -> None:
        """Note all its attributes, and its "text", in a picture."""
        for name in {**self.tracks, **values}:
            value, track = values.get(name), self.tracks.setdefault(name, [(0, None)])
            if value != track[-1][1]:
                track[:] = [*track, (picture, value)] if picture > track[-1][0] else [(picture, value)]

    def hide(self, picture: int) -> None:
        """Hide it in a picture; everything else stays as it is."""
        track = self.tracks.setdefault("display", [(0, None)])
        if track[-1][1] != "none":
            track[:] = [*track, (picture, "none")] if picture > track[-1][0] else [(picture, "none")]

    def first(self) -> dict[str, str]:
        """Return its attributes in the first picture."""
        return {name: track[0][1] for name, track in self.tracks.items() if track[0][1] is not None}


class Layer:
    """Everything that one artist draws, picture by picture; the panel is known with its first element."""

    def __init__(self) -> None:
        self.panel = 0
        self.slots: list[Slot] = []


class Panel(NamedTuple):
    """A part of the page: the figure of its scene, and its place in pixels: left, top, width, height."""

    figure: FigureBase
    box: tuple[float, float, float, float]


class Drawing:
    """Takes the pictures of a painter, one after another.

    panels       the parts of the page
    layout       their arrangement: a panel's number, or ("row", [layout, …]), ("column", [layout, …])
    background   for each panel, the elements that never change
    texts        for each frame: gid → its text
    """

    def __init__(self, painter: Painter) -> None:
        self.painter = painter
        self.renderer = SvgRenderer(painter.renderer)
        self.panels: list[Panel] = []
        self.layout = self._lay_out(painter.scene, painter.figure)
        self.texts: list[dict[str, str]] = []
        self.still_texts: dict[str, str] = {}  # in the background
        self.slots: list[Slot] = []
        self.background: list[list[Element]] = [[] for _ in self.panels]
        self.trails: list[list[tuple[int, Element]]] = [[] for _ in self.panels]  # (picture, element)
        self.layers: dict[Artist, Layer] = {}
        self.pictures: set[Artist] = set()  # artists that are drawn as pictures
        self._prepare_images()
        for frame in range(painter.scene.frames):
            painter.show(frame)

    def take(self, picture: int, motion: int) -> None:
        """Take the picture that the figure shows now."""
        with using(self.painter.settings):
            if not picture:
                self._take_background()
            if picture % motion == 0:
                self.texts.append(dict(self.still_texts))
                self._take_trails(picture, picture // motion)
            for artist, layer in self.layers.items():
                shown = all(map(Artist.get_visible, self.painter.holders[artist]))
                elements = self._drawn(artist) if shown else []
                if elements and not layer.slots:
                    layer.panel = self._panel_of(artist, elements[0])
                self._put(layer, picture, elements)
                if picture % motion == 0:
                    self._note_texts(elements)

    def _note_texts(self, elements: Iterable[Element]) -> None:
        """Note the text of each gid in the current frame."""
        for element in elements:
            if gid := element.attributes.get("data-gid"):
                self.texts[-1][gid] = element.attributes.get("data-text", element.text)

    # --- parts of the page -------------------------------------------------------------------------------------------

    def _lay_out(self, scene: Scene, figure: Any) -> Any:
        """Return the arrangement of a scene's panels, and number them."""
        if isinstance(scene, SideBySide | Stacked):
            parts = [self._lay_out(part, panel) for part, panel in zip(scene.scenes, scene.panels, strict=True)]
            return "row" if isinstance(scene, SideBySide) else "column", parts
        x0, y0, x1, y1 = figure.bbox.extents
        self.renderer.looks.panels.add(self.renderer.looks.rectangle(x0, y0, x1, y1))
        edges = [x0, *(x0 + cut * (x1 - x0) / scene.size[0] for cut in scene.cuts), x1]
        first, top = len(self.panels), self.painter.figure.bbox.height - y1
        self.panels += [Panel(figure, (left, top, right - left, y1 - y0)) for left, right in pairwise(edges)]
        return ("row", [*range(first, len(self.panels))]) if scene.cuts else first

    def _panel_of(self, artist: Artist, element: Element) -> int:
        """Return the number of the panel that an element of an artist belongs to: where it begins."""
        figures = [panel.figure for panel in self.panels]
        figure: Any = artist if isinstance(artist, Figure | SubFigure) else artist.get_figure()
        while figure not in figures and figure is not self.painter.figure:
            figure = figure._parent  # of a subfigure
        there = [number for number, each in enumerate(figures) if each is figure] or [0]
        if len(there) == 1:
            return there[0]
        begins = left_of(element)
        return next((each for each in reversed(there) if self.panels[each].box[0] <= begins), there[0])

    # --- artists ---------------------------------------------------------------------------------------------------

    def _prepare_images(self) -> None:
        """Let images of squares keep their own pixels, and mark those whose colours stand for numbers.

        These become dark at night; photographs do not, nor do images in greys, such as the channels of a photograph.
        """
        for image in self.painter.figure.findobj(AxesImage):
            if _shows_squares(image):
                image.set_interpolation("none")  # the pixels stay the same, and a renderer may scale them
            array = image.get_array()
            if array is not None and array.ndim == 2 and not image.get_cmap().is_gray():
                image.set_url("map")

    def _take_background(self) -> None:
        """Take what never changes, and list what does, in drawing order."""
        self.painter.find_changing()
        for figure in dict.fromkeys(panel.figure for panel in self.panels):
            elements = self._drawn(figure)
            for element in elements:
                self.background[self._panel_of(figure, element)].append(element)
            self.texts.append({})
            self._note_texts(elements)
            self.still_texts |= self.texts.pop()
        for artist in self.painter.changing:
            self.layers[artist] = Layer()

    def _take_trails(self, picture: int, frame: int) -> None:
        """Take the artists that appear with a frame and stay."""
        for artist in self.painter.trails[frame]:
            if all(map(Artist.get_visible, self.painter.holders[artist])):
                for element in self._drawn(artist):
                    self.trails[self._panel_of(artist, element)].append((picture, element))

    def _drawn(self, artist: Artist) -> list[Element]:
        """Return the elements that an artist draws; any part that draws in its own way becomes a picture."""
        while True:
            try:
                artist.draw(self.renderer)
                return self.renderer.take()
            except Exception:
                self.renderer.take()
                culprit = self._culprit(artist)
                if culprit in self.pictures:  # it cannot even be painted
                    raise
                self._let_be_painted(culprit)

    def _culprit(self, artist: Artist) -> Artist:
        """Return the innermost part of an artist that cannot be drawn as elements; the artist itself if none fails."""
        for child in artist.get_children():
            try:
                child.draw(self.renderer)
            except Exception:
                return self._culprit(child)
            finally:
                self.renderer.take()
        return artist

    def _let_be_painted(self, artist: Artist) -> None:
        """From now on, draw an artist as a picture in this drawing; others still paint it as before."""
        draw = artist.draw
        self.pictures.add(artist)

        def painted(renderer: Any, *more: Any, **named: Any) -> None:
            if renderer is self.renderer:
                self.renderer.picture_of(draw)
            else:
                draw(renderer, *more, **named)

        artist.draw = painted  # type: ignore[method-assign]

    def _put(self, layer: Layer, picture: int, elements: list[Element]) -> None:
        """Put the elements of an artist into its slots; each into the first free one of its kind."""
        place = 0
        for element in elements:
            free = (k for k in range(place, len(layer.slots)) if layer.slots[k].tag == element.tag)
            found = next(free, None)
            if found is None:
                found = len(layer.slots)
                layer.slots.append(Slot(len(self.slots), element.tag))
                self.slots.append(layer.slots[-1])
                if picture:
                    layer.slots[-1].hide(0)
            for slot in layer.slots[place:found]:
                slot.hide(picture)
            layer.slots[found].set(picture, element.attributes | ({"text": element.text} if element.text else {}))
            place = found + 1
        for slot in layer.slots[place:]:
            slot.hide(picture)


def _shows_squares(image: AxesImage) -> bool:
    """Is each pixel of an image drawn as a rectangle? matplotlib does that if it is at least three times as large."""
    (height, width), box = image.get_size(), image.get_window_extent()
    large = abs(box.width) >= 3 * width and abs(box.height) >= 3 * height
    return image.get_interpolation() == "nearest" or (large and image.get_interpolation() in ("auto", "antialiased"))
