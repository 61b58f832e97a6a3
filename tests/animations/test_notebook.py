"""Notebooks: a scene shows itself as a page in a frame, or as a picture where pages do not show."""

import base64
import html
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from animations import Line, Scene, Why, explore
from animations.audit.report import Report
from animations.engine.painter import Painter
from tests.animations.explored import recorded
from tests.animations.page_checks import DATA, film_of
from tests.animations.player_scenes import Page
from tinylearn import Scorecard
from tinylearn.analysis.autopsy import Autopsy
from tinylearn.analysis.explanation import Explanation
from tinylearn.analysis.gradient_check import GradientReport

FRAME = re.compile(r'<iframe srcdoc="([^"]*)".*?</iframe>', re.DOTALL)


class Dots(Scene):
    frames = 4

    def __init__(self, word="a word", size=(640, 320)):
        self.word, self.size = word, size

    def draw(self, figure):
        axes = figure.add_subplot(xlim=(0, 4), ylim=(0, 16), title=self.word)
        (self.dot,) = axes.plot([], [], "o", zorder=3)
        self.number = axes.text(1, 10, "", gid="number", zorder=3)

    def update(self, frame):
        self.dot.set_data([frame], [frame**2])
        self.number.set_text(str(frame**2))
        return [self.dot, self.number]

    def why(self, gid, frame):
        return Why("a square", frame**2, [Line("the frame, times itself", frame, "*", frame, "=", frame**2)])


def check_pixels(base, scene):
    with Image.open(io.BytesIO(base64.b64decode(base))) as picture:
        np.testing.assert_array_equal(np.array(picture), Painter(scene).paint(scene.frames - 1)[..., :3])


def test_has_a_page_a_picture_and_a_text_as_it_is_now():
    scene = Dots()
    before = scene._repr_mimebundle_()
    assert set(before) == {"text/html", "image/png", "text/plain"}
    check_pixels(before["image/png"], Dots())
    page = html.unescape(FRAME.search(before["text/html"])[1])
    assert len(film_of(page)["changes"]["texts"]) == 4
    assert page.count("</body>") == 1
    without = FRAME.sub("", before["text/html"])  # as GitHub and untrusted notebooks show it
    assert "<script" not in without
    check_pixels(re.search(r'src="data:image/png;base64,([^"]*)"', without)[1], Dots())
    assert 'alt="Dots, frame 3 of 3"' in without
    assert scene._repr_mimebundle_() == before
    scene.word, scene.frames = "another", 6
    changed = Dots("another")
    changed.frames = 6
    after = scene._repr_mimebundle_()
    check_pixels(after["image/png"], changed)
    assert after["text/html"] == changed._repr_mimebundle_()["text/html"] != before["text/html"]


def test_shows_notebooks_the_error_of_a_scene_without_draw():
    with pytest.raises(TypeError, match=r"^Scene has no draw method: a scene needs draw and update$"):
        Scene()._repr_mimebundle_()


@pytest.mark.parametrize("kind", [Scorecard, Explanation, Autopsy, GradientReport, Report])
def test_shows_a_result_as_it_is_printed(kind):
    assert kind.__repr__ is not object.__repr__
    assert kind.__str__ is object.__str__, "or repr and str differ"


def test_shows_an_exploration_with_its_options():
    bundle = explore(recorded("dense layers"), steps=[0, 1], explanations=0, fps=2)._repr_mimebundle_()
    data = json.loads(DATA.search(html.unescape(FRAME.search(bundle["text/html"])[1]))[1])
    assert (data["whys"], data["moments"], data["milliseconds"]) == ([], [0, 1], [500, 2500])
    assert bundle["text/plain"].startswith("<Exploration of 33 records, steps 0 to 32, of dense_1.w")


# --- in a browser ----------------------------------------------------------------------------------------------------


def heights(browser):
    """Return the heights of the frames, when they have not changed for five pictures of the screen."""
    return browser.driver.execute_async_script("""
        const done = arguments[0];
        let before = "", same = 0;
        (function look() {
            const now = [...document.querySelectorAll("iframe")].map((frame) => frame.offsetHeight);
            same = String(now) === before ? same + 1 : 0;
            before = String(now);
            if (same < 5) requestAnimationFrame(look); else done(now);
        })();""")


def in_frame(browser, number):
    """Return the page in a frame, which the driver looks at from now on, and the height of its film."""
    browser.driver.switch_to.default_content()
    browser.driver.switch_to.frame(number)
    page = Page(browser)
    page.wait_for("film.tracks !== null && asking.explained.size > 0")
    return page, sum(browser.run(f"return document.querySelector('.{part}').offsetHeight")
                     for part in ("stage", "controls"))  # fmt: skip


def test_makes_a_frame_as_high_as_its_film_and_gives_a_sheet_its_own_room(browser, tmp_path):
    """Three outputs, each in its cell: a small scene, a wide one, and an exploration taller than the screen."""
    scenes = Dots(), Dots(size=(1300, 300)), explore(recorded("dense layers"), steps=[0, 1, 8])
    cells = zip((700, 1000, 800), (scene._repr_mimebundle_()["text/html"] for scene in scenes), strict=True)
    body = "".join(f"<div style='width: {width}px'>{cell}</div>" for width, cell in cells)
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'>{body}", encoding="utf-8")
    screen = {"width": 1100, "height": 900, "screenWidth": 1100, "screenHeight": 1000, "deviceScaleFactor": 1,
              "mobile": False}  # fmt: skip
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.open(path)
    browser.wait_for("document.images.length === 0")  # each page has taken its picture away
    before = heights(browser)
    for number, height in enumerate(before[:2]):
        page, bare = in_frame(browser, number)
        assert 0 <= height - bare <= 3
        assert page.run("const page = document.documentElement; return page.scrollHeight - page.clientHeight") <= 0
    page, bare = in_frame(browser, 2)
    assert bare > before[2] > 800  # but no higher than the screen
    page.show(2, motion=1)
    page.ask("dense_2.w[0,0]")
    assert "0.3" in page.texts(".sheet .told")[0]  # the learning rate
    page.get("asking.close()")
    page, _ = in_frame(browser, 0)
    page.ask("number")
    assert "a square" in page.texts(".sheet")[0]
    browser.driver.switch_to.default_content()
    browser.wait_for(f"Math.abs(document.querySelector('iframe').offsetHeight - {before[0]} - 340) <= 1")
    assert heights(browser)[1:] == before[1:]  # the others stay as they are
    page, _ = in_frame(browser, 0)
    (_, top, _, _), (_, _, _, end) = page.boxes(".sheet", ".stage")
    assert top >= end - 1  # the whole picture can be seen
    page.get("asking.close()")
    browser.driver.switch_to.default_content()
    browser.wait_for(f"document.querySelector('iframe').offsetHeight === {before[0]}")
    assert browser.complaints() == []
