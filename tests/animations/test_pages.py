"""Pages: their parts, and what they show and say in headless Chromium, for a film of each theme and scenes of a user.

`python -m tests.pages` looks at all films of all chapters in this way.
"""

import base64
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties

from animations import Backpropagation, Clip, ConvolutionSteps, EndingWith, Scene, SideBySide, Stacked, Why, render
from animations.formats.dark import at_night
from animations.formats.fonts import faces_of, font_rules, width_of
from animations.formats.html import player
from animations.formats.whys import MOST, explain
from animations.render import write
from animations.scenes.lake.board import HOLE, ICE, WATER
from animations.why import Line as LineOfWhy
from animations.why import Sum, Term
from tests.animations.page_checks import (
    OFF,
    Expected,
    Line,
    Page,
    ask,
    compare,
    film_of,
    wrong_answer,
    wrong_lines,
    wrong_sheet,
)
from tests.animations.page_scenes import Everything, Oddities
from tests.animations.samples import SAMPLES
from tests.animations.samples.network import learn
from tests.animations.small_scenes import Cut, HiddenAxes, LateWithTrail, Overlapping, Trail
from tinylearn import Tanh

SANS = FontProperties(family=["DejaVu Sans"])


def letters_of(rules):
    """Return family → the letters of each font in rules of CSS."""
    found = re.findall(r"font-family:(\w+);src:url\(data:font/woff;base64,([^)]+)\)", rules)
    return {name: set(map(chr, TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap())) for name, font in found}


@settings(max_examples=20)
@given(st.sets(st.sampled_from("aZ09 −–·→αΩé∑Ж½"), min_size=1))
def test_embeds_the_letters_that_are_needed_and_few_others(letters):
    (face,) = faces_of(SANS, "".join(letters))
    assert letters - {" "} <= letters_of(font_rules({face: letters}))[face.name] <= letters | {" "}


def test_takes_a_letter_from_the_second_family_that_has_it():
    font = FontProperties(family=["STIXGeneral", "DejaVu Sans"])
    only = next(letter for letter in "▁▂☃☺♻⚀✂" if len(faces_of(font, "a" + letter)) == 2)
    first, second = faces_of(font, f"a{only}").items()
    assert (first[1], second[1]) == ({"a"}, {only})
    assert letters_of(font_rules(dict([first, second])))[second[0].name] >= {only}
    assert width_of("a" + only, [first[0], second[0]], 10) == pytest.approx(
        width_of("a", [first[0]], 10) + width_of(only, [second[0]], 10)
    )


def test_embeds_bold_and_slanted_as_their_own_faces():
    looks = {}, {"weight": "bold"}, {"style": "oblique"}
    fonts = [FontProperties(family=["DejaVu Sans"], **look) for look in looks]
    assert len({face.name for font in fonts for face in faces_of(font, "a")}) == 3


def lightness(colour):
    red, green, blue = to_rgb(colour)
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


@given(st.integers(0, 0xFFFFFF))
def test_gives_night_colours_that_can_be_shown_and_makes_light_dark(number):
    night = at_night(f"#{number:06x}")
    assert re.fullmatch("#[0-9a-f]{6}", night)
    assert lightness(at_night("#ffffff")) - 0.02 <= lightness(night) <= lightness(at_night("#000000")) + 0.02


@given(st.lists(st.integers(0, 255), min_size=2, max_size=2, unique=True))
def test_reverses_the_order_of_greys(greys):
    dark, light = (f"#{3 * f'{grey:02x}'}" for grey in sorted(greys))
    assert lightness(at_night(dark)) >= lightness(at_night(light))


def test_keeps_a_hole_darker_than_the_ice_and_gives_the_page_the_paper_of_films_at_night():
    assert lightness(at_night(HOLE)) < lightness(at_night(ICE)) < lightness(at_night(WATER))
    assert f"--paper: {at_night('#ffffff')};" in player("css")
    assert len(player("css").encode()) < 13_000  # they are read aloud, and each page has them
    assert len(player("js").encode()) < 57_000


def test_names_what_a_page_has_and_defines_every_colour_by_day_and_by_night(tmp_path):
    path, scene = tmp_path / "a film.html", SideBySide(HiddenAxes(), Trail())
    page = render(scene, path, scale=3, progress=False).read_text(encoding="utf-8")
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 2
    ids = [each.get("id") for drawing in drawings for each in ET.fromstring(drawing).iter() if each.get("id")]
    assert len(ids) == len(set(ids)) > 0
    assert all(name.startswith("film-a-film-") for name in ids)
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)
    changes = film_of(page)["changes"]
    assert {slot for slot, *_ in changes["tracks"]} <= {int(slot) for slot in re.findall(r'data-slot="(\d+)"', page)}
    for _, _, pictures, values in changes["tracks"]:
        assert pictures[0] == 0
        assert len(pictures) == len(values) > 1
        assert all(-1 <= value < len(changes["strings"]) for value in values)
    used = set(re.findall(r"var\((--c\d+)\)", page + json.dumps(changes)))
    day, night = re.findall(r"#film-a-film\{(--c[^}]+)\}", page)
    for values in (day, night):
        assert 0 < len(used) == len(used & {each.partition(":")[0] for each in values.split(";")})
    assert re.findall(r"--width:(\d+);--height:(\d+)", page) == [("320", "120"), ("160", "120"), ("160", "120")]
    assert all(float(least) <= 1 for least in re.findall(r"--least:([\d.]+)", page))


class Deep(Scene):
    """Eight sums of a hundred numbers; each was made from another, and so on: in six steps to a weight."""

    def why(self, gid, frame):
        kind, *places = gid.split(".")
        if kind == "sum":
            values = [(37 * k) % 100 for k in range(100)]
            terms = [Term(value, f"made.{places[0]}.{k}.5") for k, value in enumerate(values)]
            return Why("a sum", sum(values), [Sum("all", [*map(str, range(100))], terms, sum(values))])
        number, k, left = places
        if left == "0":
            return Why("a weight", 1.0, [LineOfWhy("given", 1.0)])
        return Why("a number", 1.0, [LineOfWhy("as before", Term(1.0, f"made.{number}.{k}.{int(left) - 1}"))])


def test_leads_from_every_drawn_number_back_to_a_weight_and_explains_everything_if_it_is_little():
    told = explain(Deep(), 0, {f"sum.{number}": "4950" for number in range(8)})
    assert len(told) == MOST
    largest = next(k for k in range(100) if (37 * k) % 100 == 99)
    assert all(f"made.{number}.{largest}.0" in told for number in range(8))
    assert len(explain(Deep(), 0, {"made.0.0.5": "1", "made.0.0.4": "1"})) == 6


# --- in the browser --------------------------------------------------------------------------------------------------

THEMES = {name: SAMPLES[name].make for name in (
    "race", "moves into a hole", "bar race with gaps")} | {
    "convolution": lambda: ConvolutionSteps([[1, -2, 0.5], [0, 1 / 3, 12]], [[1, -1], [0.25, 2]]),
    "one update": lambda: Backpropagation(learn((1, 2), Tanh, (2, 1), x=(0.5,))),
}  # fmt: skip
OF_USERS = {
    "cut": Cut,
    "everything": Everything,
    "oddities": Oddities,
    "panels": lambda: Stacked(SideBySide(Overlapping(), HiddenAxes()), LateWithTrail()),
    "an answer": lambda: EndingWith(HiddenAxes(), type("Answer", (Overlapping,), {"frames": 1})()),
}


def opened(browser, scene, path, **options):
    """Write a page and open it; return it, and the expected contents."""
    clip = Clip(scene, **options)
    expected = Expected(clip)
    write(clip, [path], progress=False)
    return Page(browser, path, scene.size), expected


@pytest.mark.parametrize("name", THEMES | OF_USERS)
def test_shows_what_matplotlib_paints_and_explains_what_the_scene_explains(browser, tmp_path, name):
    scene = (THEMES | OF_USERS)[name]()
    page, expected = opened(browser, scene, tmp_path / "page.html")
    slow = isinstance(scene, Everything | Oddities)
    for frame in sorted({scene.frames - 1, *([] if slow else [scene.frames // 2 if name in THEMES else 0])}):
        assert compare(page, expected, frame).faults == []
    asked, unexplained, faults = ask(page, scene, scene.frames - 1)
    assert faults == []
    assert not unexplained or name in OF_USERS
    assert (asked > 2) is (name in THEMES)
    assert page.browser.complaints() == []
    assert page.browser.requests() == [page.path.as_uri()]


def test_finds_a_text_out_of_place_missing_or_extra():
    line, moved = Line("1.5", (10, 20, 30, 20, 12), "x"), Line("1.5", (10, 20 + OFF + 0.1, 30, 20, 12), "x")
    assert wrong_lines([line], [line]) == ([], 0)
    assert "expected '1.5' x at [10.0" in wrong_lines([line], [moved])[0][0]
    assert wrong_lines([line], [line._replace(gid="y")])[0][0].endswith("is not there")
    assert "should not be there" in wrong_lines([line], [line, line])[0][0]


def test_sizes_a_page_alike_at_any_scale_and_finds_other_pixels(browser, tmp_path):
    for scale in (0.5, 2):
        page, _ = opened(browser, Overlapping(), tmp_path / "page.html", scale=scale)
        page.show(3)
        assert page.pixels().shape == (120, 160, 3)  # which also asks that the picture has this size
    page, expected = opened(browser, Overlapping(), tmp_path / "page.html")
    backwards = {"update": lambda self, frame: Overlapping.update(self, 5 - frame)}
    expected.clip.scene.__class__ = type("Backwards", (Overlapping,), backwards)
    assert any("the pixels differ" in fault for fault in compare(page, expected, 0).faults)


def test_finds_wrong_answers():
    why = Why("a sum", 3.0, [LineOfWhy("one and two", 1, "+", 2, "=", 3)])
    sheet = {"heading": "a sum: 3", "gid": "sum", "titles": ["3", "1", "2", "3"]}
    assert wrong_answer("sum", "3.0", why, 3.0) == wrong_sheet(sheet, "sum", why) == []
    assert wrong_answer("sum", "3.1", why, None) == ["sum shows 3.1, explained is 3.0"]
    assert wrong_answer("sum", "3.0", why, 3.001) == ["sum is 3.001 by its source, explained is 3.0"]
    assert wrong_answer("sum", "3.0", Why("a sum", 3.0, [LineOfWhy("", 1, "+", 1, "=", 3)]), None)
    for other in ({"heading": "a product: 3"}, {"gid": "t"}, {"titles": ["3", "1", "2"]}):
        assert wrong_sheet(sheet | other, "sum", why)
