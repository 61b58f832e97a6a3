"""What matplotlib draws, as elements of SVG."""

import base64
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Ellipse, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from PIL import Image

from animations.engine.text import PastedText
from animations.formats.paths import number, path_data
from animations.formats.svg import SvgRenderer, png

SIZE = 100


def axes_of(box=(0, 0, 1, 1), **settings):
    return Figure(figsize=(1, 1), dpi=SIZE).add_axes(box, **settings)


def elements(artist):
    """Return what an artist draws, and its renderer."""
    if artist.get_figure() is None:
        axes_of().get_figure().add_artist(artist)
    renderer = SvgRenderer(FigureCanvasAgg(artist.get_figure()).get_renderer())
    artist.draw(renderer)
    return renderer.take(), renderer


def only(artist):
    """Return the only element that an artist draws."""
    ((element,), _) = elements(artist)
    return element


def pixels(href):
    return np.array(Image.open(io.BytesIO(base64.b64decode(href.partition(",")[2]))).convert("RGBA"))


def replayed(data):
    """Return the points of a path of "m", "l" and "z", in pixels."""
    now = start = np.zeros(2)
    for letter, numbers in re.findall(r"([Mmlz])([^Mmlz]*)", data):
        if letter == "z":
            now = start
        for step in np.array(re.findall(r"-?\d+", numbers), float).reshape(-1, 2):
            now = step if letter == "M" else now + step
            start = now if letter in "Mm" else start
            yield now / 10


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=2, max_size=30))
def test_goes_through_the_vertices_of_a_path_without_adding_up_errors(vertices):
    found, at = np.array([*replayed(path_data(np.array(vertices), None))]), 0
    np.testing.assert_allclose(found[[0, -1]], [vertices[0], vertices[-1]], atol=0.051)
    for vertex in vertices:  # those within a straight line need not be named
        while True:
            start, way = found[at], found[min(at + 1, len(found) - 1)] - found[at]
            along = np.clip(np.dot(vertex - start, way) / (np.sum(way**2) or 1), 0, 1)
            if np.hypot(*(start + along * way - vertex)) <= 0.08:
                break
            at += 1
            assert at < len(found), f"{vertex} is left out of {found.tolist()}"


@given(st.floats(-1e6, 1e6))
def test_places_a_number_to_a_hundredth_of_a_pixel(pixels):
    assert float(number(pixels)) == pytest.approx(10 * pixels, rel=1e-4, abs=0.06)


CIRCLES = [
    Circle((50, 60), 20, transform=None, facecolor="red"),
    Ellipse((50, 60), 51, 33, transform=None, facecolor="red"),
    Circle((50, 60), 3.33, transform=None, facecolor="red"),
    Circle((0.5, 0.4), 0.2, transform=Affine2D().scale(-100, 90).translate(99, 3), linestyle="--", linewidth=3),
]


def test_draws_a_circle_as_two_arcs_where_matplotlib_does_but_a_turned_ellipse_as_curves():
    for patch in CIRCLES:
        pattern = "M{0} {0}a{0} {0} 0 0 [01] 0 ?{0}a".format(r"(-?[\d.]+)")
        x, y, rx, ry, high = map(float, re.match(pattern, only(patch).attributes["d"]).groups())
        (left, low), (right, top) = patch.get_path().get_extents(patch.get_transform()).get_points()
        assert (x, 2 * rx, 2 * ry) == pytest.approx((5 * (left + right), 10 * (right - left), 10 * (top - low)), abs=1)
        assert (y, abs(high)) == pytest.approx((10 * (SIZE - low), 2 * ry), abs=1)
        assert high == -2 * ry  # upwards from its lowest place; exactly, or its arcs would be no halves
    turned = only(Ellipse((50, 50), 40, 20, angle=30, transform=None)).attributes["d"]
    assert ("c" in turned, "a" in turned) == (True, False)


def test_joins_steps_in_one_direction_and_keeps_the_control_points_of_curves():
    assert path_data(np.array([[0, 0], [1, 0], [3, 0], [3, -1], [3, -2], [3, -1.0]]), None) == "M0 0l30 0 0-20 0 10"
    assert path_data(np.array([[5.0, 5.0]]), None) == ""
    outline = Outline([(0, 0), (1, 2), (3, 2), (4, 0), (5, 1), (6, 0), (0, 0)], [1, 4, 4, 4, 3, 3, 79])
    assert path_data(outline.vertices, outline.codes) == "M0 0c10 20 30 20 40 0q10 10 20 0z"


@pytest.mark.parametrize("colours", [3, 256, 257])
def test_keeps_every_pixel_in_png(colours):
    picture = np.random.default_rng(0).integers(256, size=(colours, 1, 4)).astype(np.uint8).repeat(3, axis=1)
    np.testing.assert_array_equal(pixels(png(picture)), picture)
    picture[..., 3] = 255
    np.testing.assert_array_equal(pixels(png(picture)), picture)


BOX, HALO = (0.1, 0.1), [withStroke(linewidth=3, foreground="red")]
LOOKS = [  # an artist → the attributes of each of its elements: some of them, or None for one that is not there
    (Line2D([0.1, 0.9], [0.5, 0.5], color="#ff000080", linewidth=7.2, linestyle=(1, (1, 2))),
     [{"stroke": "#ff0000", "stroke-width": "100", "stroke-opacity": "0.502", "stroke-dasharray": "100 200",
       "stroke-dashoffset": "100", "stroke-linecap": None, "stroke-linejoin": None, "fill": None}]),
    (Rectangle(BOX, 0.5, 0.5, facecolor="red", edgecolor="blue"),
     [{"fill": "#ff0000", "stroke": "#0000ff", "stroke-linejoin": "miter"}]),
    (Rectangle(BOX, 0.5, 0.5, edgecolor="blue", alpha=0.25), [{"fill-opacity": "0.25", "stroke-opacity": "0.25"}]),
    (LineCollection([[(0, 0), (1, 1)], [(0, 1), (1, 0)]], colors=["red", "blue"], linewidths=[1, 2]),
     [{"stroke-width": "13.9", "stroke": "#ff0000"}, {"stroke-width": "27.8", "stroke": "#0000ff"}]),
    (Rectangle(BOX, 0.5, 0.5, hatch="//", facecolor="red", edgecolor="blue"),
     [{"fill": "#ff0000", "stroke": None}, {"fill": "var(--hatch0)", "stroke": "#0000ff"}]),
    (Text(0.5, 0.5, "a < b & “c”", ha="center", gid="x", color="red", alpha=0.5, fontsize=7.2),
     [{"text": "a < b & “c”", "x": "500", "text-anchor": "middle", "font-size": "100", "data-gid": "x",
       "fill-opacity": "0.5", "stroke": None}]),
    (PastedText(0.5, 0.5, "a", color="red", alpha=0.5), [{"fill": "#ff0000", "fill-opacity": "0.5"}]),
    (Text(0.1, 0.5, "one\ntwo"), [{"text": "one"}, {"text": "two"}]),
    (Text(0.1, 0.5, "$x^2$", gid="square"), [{"text": "", "data-text": "$x^2$", "data-gid": "square"}]),
    (Text(0.1, 0.5, "1.5", gid="x", path_effects=HALO), [{"data-gid": None}, {"data-text": "1.5", "data-gid": "x"}]),
    (Rectangle(BOX, 0.5, 0.5, alpha=0), []),
    (Rectangle(BOX, 0.5, 0.5, facecolor="none", edgecolor="none"), []),
    (Rectangle(BOX, 0.5, 0.5, visible=False), []),
    (Text(0.5, 0.5, " "), []),
    (PastedText(0.5, 0.5, " "), []),
]  # fmt: skip


@pytest.mark.parametrize(("artist", "expected"), LOOKS)
def test_draws_an_artist_as_elements_of_this_look(artist, expected):
    found, renderer = elements(artist)
    assert len(found) == len(expected)
    colours = {f"var(--c{number})": colour for colour, number in renderer.looks.colours.items()}
    for element, look in zip(found, expected, strict=True):
        shown = {name: colours.get(value, value) for name, value in element.attributes.items()}
        assert {name: (shown | {"text": element.text}).get(name) for name in look} == look


def test_draws_markers_as_one_shape_and_leaves_out_what_lies_far_outside():
    markers = Line2D([0.2, 0.4, np.nan, 0.8], 4 * [0.5], marker="s", linestyle="")
    assert only(markers).attributes["d"].count("M") == 3
    assert len(only(Line2D([0, 1e9], [0.5, 1e9])).attributes["d"]) < 40


def test_shares_equal_clips():
    axes = axes_of((0.1, 0.1, 0.8, 0.8))
    renderer = SvgRenderer(FigureCanvasAgg(axes.get_figure()).get_renderer())
    *_, round_one = patches = [axes.add_patch(Circle((0.5, 0.5), 2)) for _ in range(4)]
    round_one.set_clip_path(Circle((0.5, 0.5), 0.1, transform=axes.transData))
    for patch in patches:
        patch.draw(renderer)
    assert [each.attributes["clip-path"] for each in renderer.take()] == 3 * ["var(--clip0)"] + ["var(--clip1)"]
    assert next(iter(renderer.looks.clips)) == "M100 100h800v800h-800z"


def test_turns_text_about_its_start_with_its_clip():
    text = axes_of((0.1, 0.1, 0.8, 0.8)).text(0.5, 0.5, "turned", rotation=90, clip_on=True)
    (element,), renderer = elements(text)
    x, y = element.attributes["x"], element.attributes["y"]
    assert element.attributes["transform"] == f"rotate(-90 {x} {y})"
    shapes = {f"var(--{name})": shape for shape, name in renderer.looks.clips.items()}
    start = np.array([float(x), float(y)]) / 10
    shape = np.array([*replayed(shapes[element.attributes["clip-path"]])])
    back = start + (shape - start) @ np.array([[0, -1], [1, 0]])  # turned back about its place
    assert sorted({*np.round(back.ravel())}) == [10, 90]  # the corners of the axes


def test_keeps_the_words_of_pasted_text_on_whole_pixels():
    element = only(PastedText(0.513, 0.518, "Sa\u0303o"))
    assert (element.text, element.attributes["data-text"]) == ("São", "Sa\u0303o")
    assert float(element.attributes["x"]) % 10 == float(element.attributes["y"]) % 10 == 0


# --- images ---------------------------------------------------------------------------------------------------------

CORNERS = np.array([[[255, 0, 0, 255], [0, 255, 0, 255]], [[0, 0, 255, 255], [0, 0, 0, 255]]], np.uint8)


def image(**settings):
    made = axes_of().imshow(CORNERS, aspect="auto", interpolation="none", **settings)
    made.axes.set(xlim=(0, 10), ylim=(0, 10))
    return made


@pytest.mark.parametrize(("origin", "extent", "expected"), [
    ("upper", (2, 8, 3, 7), CORNERS), ("lower", (2, 8, 3, 7), CORNERS[::-1]), ("upper", (8, 2, 3, 7), CORNERS[:, ::-1]),
    ("upper", (2, 8, 7, 3), CORNERS[::-1]),
])  # fmt: skip
def test_draws_an_image_in_its_own_pixels_the_right_way_round(origin, extent, expected):
    look = only(image(origin=origin, extent=extent, alpha=0.5)).attributes
    np.testing.assert_array_equal(pixels(look["href"]), expected)
    assert [look[name] for name in ("x", "y", "width", "height", "opacity")] == ["200", "300", "600", "400", "0.5"]
    assert "squares" in look["class"]


def test_draws_as_shapes_or_images_what_can_be_and_leaves_a_turned_image_to_be_painted():
    turned = image()
    turned.set_transform(turned.axes.transData + Affine2D().rotate_deg(20))
    with pytest.raises(NotImplementedError, match="turned"):
        elements(turned)
    small, large, shaded = (axes_of().pcolormesh(np.eye(size), shading=shading)
                            for size, shading in ((5, "auto"), (30, "auto"), (5, "gouraud")))  # fmt: skip
    assert {element.tag for element in elements(small)[0]} == {"path"}
    assert only(large).tag == only(shaded).tag == "image"
