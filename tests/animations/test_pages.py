"""A film of each theme, and scenes of a user, in headless Chromium: every text, the pixels, and what the sheet says.

`python -m tests.pages` looks at all films of all chapters in this way.
"""

import pytest
from page_checks import OFF, Expected, Line, Page, ask, compare, wrong_answer, wrong_lines, wrong_sheet
from page_scenes import Everything, Oddities
from small_scenes import Cut, HiddenAxes, LateWithTrail, Overlapping

from animations import Backpropagation, Clip, ConvolutionSteps, EndingWith, SideBySide, Stacked
from animations.render import write
from animations.why import Line as LineOfWhy
from animations.why import Why
from tests.animations.samples import SAMPLES
from tests.animations.samples.network import learn
from tinylearn import Tanh

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
