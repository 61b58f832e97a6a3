"""A renderer that turns what matplotlib draws into elements of SVG, instead of painting it.

    line, patch, marker, collection, 3-D, mathtext     <path>
    text                                               <text>, in the font that matplotlib found
    image                                              <image>, a PNG: of its own pixels, where they are squares
    Gouraud shading, large meshes                      <image>, painted as always

`paths` writes the shapes themselves, `looks` what they look like.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Affine2D, Transform
from PIL import Image

from animations.formats.fonts import Face, faces_of, width_of
from animations.formats.looks import Looks
from animations.formats.paths import UNITS, circle_data, number, path_data, rounded

PICTURE_SCALE = 2  # for things painted because SVG has no shape for them: enough for high-density screens
MANY = 400  # cells of a mesh; a mesh with more becomes an image


class Element(NamedTuple):
    """One element: its tag, attributes, and text."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


def left_of(element: Element) -> float:
    """Return where an element begins, in pixels: a path at its first point, a text or an image at its place.

    >>> left_of(Element("path", {"d": "M125-40l5 0"}))
    12.5
    """
    attributes = element.attributes
    start = attributes.get("x") or attributes["d"].removeprefix("M").replace("-", " -").split()[0]
    return float(start) / UNITS


class SvgRenderer(RendererBase):
    """Notes elements, for a figure that `agg` would paint. It keeps from frame to frame what belongs to the whole film.

    elements   drawn since the last call of `take`
    looks      the film's colours, clips and hatches
    letters    each face of a font → the letters that it must draw
    """

    def __init__(self, agg: RendererAgg) -> None:
        super().__init__()
        self.agg, self.dpi, self.width, self.height = agg, agg.dpi, agg.width, agg.height
        self.looks = Looks(self.dpi, self.height)
        self.flip = self.looks.flip
        self.elements: list[Element] = []
        self.letters: dict[Face, set[str]] = {}
        self.gid: str | None = None  # of the text that is being drawn
        self.words, self.before = "", 0  # for a text as shapes: its words, and how many elements came before
        self._text2path = _Shapes(self._begin_shape)

    def take(self) -> list[Element]:
        """Return the elements since the last call."""
        taken, self.elements = self.elements, []
        return taken

    # --- questions of matplotlib --------------------------------------------------------------------------------------

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        return self.agg.get_text_width_height_descent(s, prop, ismath)

    def points_to_pixels(self, points: Any) -> Any:
        return points * self.dpi / 72

    def get_image_magnification(self) -> float:
        return PICTURE_SCALE

    def option_image_nocomposite(self) -> bool:
        return True

    def option_scale_image(self) -> bool:
        return True

    # --- shapes ------------------------------------------------------------------------------------------------------

    def draw_path(
        self, gc: GraphicsContextBase, path: Outline, transform: Transform, rgbFace: Any = None, **more: Any
    ) -> None:
        look = self.looks.of(gc, rgbFace)
        if look is None:
            return
        line = gc.get_linewidth() * self.dpi / 72 if "stroke" in look else 0.0
        clip = None if rgbFace is not None or gc.get_hatch() else (-9, -9, self.width + 9, self.height + 9)
        outline = path.cleaned(
            transform + self.flip, remove_nans=True, clip=clip, snap=gc.get_snap(), stroke_width=line, curves=True,
            sketch=gc.get_sketch_params(), simplify=None if clip else False,
        )  # fmt: skip
        circle = None if gc.get_sketch_params() else circle_data(path, transform + self.flip)
        if shape := circle or path_data(outline.vertices, outline.codes):
            if gc.get_hatch():  # on top of the filled shape
                if "fill" in look:
                    fill = {key: value for key, value in look.items() if not key.startswith("stroke")}
                    self.elements.append(Element("path", {"d": shape, **fill}))
                look.pop("fill-opacity", None)
                look["fill"] = self.looks.hatch(gc)
            self.elements.append(Element("path", {"d": shape, **look, **more}))

    def draw_markers(
        self, gc: GraphicsContextBase, marker_path: Outline, marker_trans: Transform, path: Outline, trans: Transform,
        rgbFace: Any = None,
    ) -> None:  # fmt: skip
        """Draw a marker at each vertex of a path, all as one shape."""
        look = self.looks.of(gc, rgbFace)
        if look is None:
            return
        line = gc.get_linewidth() * self.dpi / 72 if "stroke" in look else 0.0
        trans_down = marker_trans + Affine2D().scale(1, -1)
        shape = marker_path.cleaned(trans_down, stroke_width=line, snap=False, curves=True)
        first, rest = rounded(np.asarray(shape.vertices)[:1])[0], path_data(shape.vertices, shape.codes, relative=True)
        rest = circle_data(marker_path, trans_down, relative=True) or rest
        places = _ends(path, trans + self.flip)
        size = np.array([self.width, self.height])
        near = places[((-size < places) & (places < 2 * size)).all(axis=1)]  # nan is not near
        if len(near):
            shapes = "".join(f"M{x} {y}{rest}" for x, y in (rounded(near) + first).tolist())
            self.elements.append(Element("path", {"d": shapes, **look}))

    def draw_quad_mesh(self, gc: GraphicsContextBase, master_transform: Transform, meshWidth: int, meshHeight: int,
                       *more: Any) -> None:  # fmt: skip
        if meshWidth * meshHeight > MANY:
            self._paint("draw_quad_mesh", gc, master_transform, meshWidth, meshHeight, *more)
        else:
            super().draw_quad_mesh(gc, master_transform, meshWidth, meshHeight, *more)

    def draw_gouraud_triangles(self, *more: Any) -> None:
        self._paint("draw_gouraud_triangles", *more)

    # --- text --------------------------------------------------------------------------------------------------------

    def draw_text(
        self, gc: GraphicsContextBase, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False,
        mtext: Text | None = None,
    ) -> None:  # fmt: skip
        """Write a line of text that begins at x, y, counted from the upper left corner."""
        if ismath:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        width = self.agg.get_text_width_height_descent(s, prop, False)[0]
        align = mtext.get_horizontalalignment() if mtext is not None and not angle else "left"
        self._write(gc, s, (x, y), width, prop, align, self.gid, angle)

    def draw_letters(self, text: Text, letters: str, left: float, baseline: float, width: float) -> None:
        """Write a line of a PastedText, whose letters stand without kerning; `baseline` is counted from below."""
        gc = self.new_gc()
        gc.set_foreground(text.get_color())
        if (alpha := text.get_alpha()) is not None:
            gc.set_alpha(alpha)
        if text.get_clip_on():
            gc.set_clip_rectangle(text.get_clip_box())
        place = left, self.height - baseline
        align = text.get_horizontalalignment()
        self._write(gc, letters, place, width, text.get_fontproperties(), align, text.get_gid(), text=text.get_text())

    def open_group(self, s: str, gid: str | None = None) -> None:
        if s == "text":
            self.gid = gid

    def close_group(self, s: str) -> None:
        if s == "text":
            self._name_shape()
            self.gid = None

    def _begin_shape(self, words: str) -> None:
        """Note that the next shapes are a text: mathtext, or a text with an effect."""
        self._name_shape()
        self.words, self.before = words, len(self.elements)

    def _name_shape(self) -> None:
        """Name a text that was drawn as shapes, on its top shape."""
        if self.words and len(self.elements) > self.before:
            self.elements[-1].attributes.update(
                {"data-text": self.words} | ({"data-gid": str(self.gid)} if self.gid else {})
            )
        self.words = ""

    def _write(
        self, gc: GraphicsContextBase, letters: str, place: tuple[float, float], width: float, prop: Any, align: str,
        gid: str | None, angle: float = 0, text: str = "",
    ) -> None:  # fmt: skip
        look = self.looks.fill(gc, gc.get_rgb())
        if not look or not letters.strip():
            return
        (x, y), size = place, prop.get_size_in_points() * self.dpi / 72
        faces = faces_of(prop, letters)
        for face, its in faces.items():
            self.letters.setdefault(face, set()).update(its)
        fraction = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        attributes = {
            "x": number(x + fraction * width),
            "y": number(y),
            "font-family": ",".join(face.name for face in faces),
            "font-size": number(size),
            **look,
            **self.looks.clip(gc),
        }
        if fraction:
            attributes["text-anchor"] = "middle" if fraction == 0.5 else "end"
        if abs(width_of(letters, faces, size) - width) > 0.3 and len(letters) > 1:
            attributes["textLength"] = number(width)
        if angle:
            attributes["transform"] = f"rotate({-angle:g} {number(x)} {number(y)})"  # it turns the clip too
            attributes |= self.looks.clip(gc, Affine2D().rotate_deg_around(x, y, angle))
        if gid:
            attributes["data-gid"] = str(gid)
        if text and text != letters:
            attributes["data-text"] = text
        self.elements.append(Element("text", attributes, letters))

    # --- images ------------------------------------------------------------------------------------------------------

    def draw_image(
        self, gc: GraphicsContextBase, x: float, y: float, im: Any, transform: Transform | None = None
    ) -> None:
        """Draw pixels (H, W, 4), the lowest row first; `transform` maps the unit square to their place."""
        height, width = im.shape[:2]
        if not height or not width:
            return
        attributes = {"preserveAspectRatio": "none"}
        if transform is None:
            corners = np.array([(x, y), (x + width / PICTURE_SCALE, y + height / PICTURE_SCALE)])
        elif np.count_nonzero(abs(transform.get_matrix()[:2, :2]) > 1e-9) > 2:
            raise NotImplementedError("an image that is turned is painted")
        else:
            corners = transform.transform([(0, 0), (1, 1)]) + np.array([x, y])
            attributes["class"] = "squares"
        (to_right, upward), (left, low), (right, high) = corners[1] > corners[0], *np.sort(corners, axis=0)
        attributes |= {
            "href": png(im[:: -1 if upward else 1, :: 1 if to_right else -1]),
            "x": number(left), "y": number(self.height - high),
            "width": number(right - left), "height": number(high - low),
        }  # fmt: skip
        if gc.get_url():
            attributes["class"] = f"{attributes.get('class', '')} {gc.get_url()}".strip()
        attributes |= self.looks.clip(gc)
        if gc.get_alpha() not in (None, 1) and transform is not None:
            attributes["opacity"] = f"{gc.get_alpha():.3g}"
        self.elements.append(Element("image", attributes))

    def picture_of(self, draw: Callable[[RendererAgg], Any]) -> None:
        """Note the picture of something that draws in its own way."""
        self._paint(draw)

    def _paint(self, draw: Any, *arguments: Any) -> None:
        """Let something paint, and note the pixels it leaves, if any."""
        agg = RendererAgg(self.width, self.height, self.dpi)
        (getattr(agg, draw)(*arguments) if isinstance(draw, str) else draw(agg))
        pixels = np.asarray(agg.buffer_rgba())
        rows, columns = np.flatnonzero(pixels[..., 3].any(axis=1)), np.flatnonzero(pixels[..., 3].any(axis=0))
        if rows.size:
            part = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            place = {"x": number(columns[0]), "y": number(rows[0])}
            place |= {"width": number(part.shape[1]), "height": number(part.shape[0])}
            self.elements.append(Element("image", {"href": png(part), **place}))


class _Shapes(TextToPath):
    """The shapes of letters; it reports each text, because a text with effects arrives without its words."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self.tell = tell

    def get_text_path(self, prop: Any, s: str, *more: Any, **named: Any) -> Any:
        self.tell(s)
        return super().get_text_path(prop, s, *more, **named)


def _ends(path: Outline, transform: Transform) -> np.ndarray:
    """Return the vertices of a path (N, 2), without the points that only bend its curves."""
    if path.codes is None:
        return np.asarray(transform.transform(path.vertices))
    return np.reshape([vertices[-2:] for vertices, _ in path.iter_segments(transform, simplify=False)], (-1, 2))


def png(pixels: np.ndarray) -> str:
    """Return pixels (H, W, 4) uint8 as the address of a PNG, with a palette if they have at most 256 colours."""
    file = io.BytesIO()
    colours, numbers = np.unique(np.ascontiguousarray(pixels).view(np.uint32), return_inverse=True)
    if len(colours) <= 256:
        palette = colours.view(np.uint8).reshape(-1, 4)
        picture = Image.fromarray(numbers.reshape(pixels.shape[:2]).astype(np.uint8), "P")
        picture.putpalette(palette[:, :3].tobytes())
        transparency = b"" if (palette[:, 3] == 255).all() else palette[:, 3].tobytes()
        picture.save(file, "png", **({"transparency": transparency} if transparency else {}))
    else:
        kind = "RGB" if (pixels[..., 3] == 255).all() else "RGBA"
        Image.fromarray(np.ascontiguousarray(pixels)).convert(kind).save(file, "png")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
