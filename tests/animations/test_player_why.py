"""Why? in a real browser: ask numbers by mouse, keyboard and program. What the sheet says is in `test_pages.py`."""

import pytest
from matplotlib.patheffects import withStroke

from animations import Scene, render
from animations.why import Line, Why
from tests.animations.player_scenes import MOMENTS, STATES, Numbers, Page

MOTION = 4


def focused(page):
    return page.run("return document.activeElement.dataset.gid ?? document.activeElement.localName")


def ringed(page, *kinds):
    """Return how many numbers of the picture have a visible ring of each kind."""
    rings = "return [...document.querySelectorAll(arguments[0])].filter((each) => each.getBBox().width).length"
    return [page.run(rings, f".ring.{kind}") for kind in kinds]


def test_lets_you_ask_every_number_with_an_explanation(page):
    asked = page.run("return [...document.querySelectorAll('.stage [role=button]')].map((each) => each.dataset.gid)")
    assert asked == ["w", "loss", *(f"dout[{row}]" for row in range(6))]  # not b
    label = page.run("return document.querySelector('[data-gid=\"dout[1]\"]').getAttribute('aria-label')")
    assert label == "the error of row 1: −7.667, why?"
    page.show(4)
    says = f"the weight after update 8: {STATES[4][0]:.3f}, why?"
    page.browser.wait_for(f"document.querySelector('[data-gid=w]').getAttribute('aria-label') === '{says}'")
    page.show(3)  # where it is not explained
    page.browser.wait_for("!document.querySelector('[data-gid=w]').matches('[role], [aria-label], [tabindex]')")
    page.browser.driver.find_element("css selector", "[data-gid=w]").click()
    page.browser.wait_for("document.querySelector('.sheet .elsewhere') !== null")
    assert page.texts(".sheet h2") == [f"Where does {STATES[3][0]:.3f} come from?"]
    assert page.texts(".sheet .missing") == ["Not explained at update 6. See update 4"]
    page.click(".sheet .elsewhere")
    page.wait_for(f"film.picture === {2 * MOTION} && asking.told.querySelector('.arithmetic')")
    page.ask("b")
    assert page.texts(".sheet .missing") == ["This picture does not say where this number comes from."]


def test_leads_from_a_weight_back_to_a_row_and_follows_the_picture(page):
    def asks(gid):
        page.click(f".sheet [data-of='{gid}']")
        page.browser.wait_for(f"document.querySelector('.sheet header code').textContent === '{gid}'")

    page.show(4)
    page.ask("w")
    assert page.texts(".arithmetic") == ["2.0505 − 0.0001 · (−30.485) = 2.0535"]
    assert ringed(page, "asked", "lit", "pointed") == [1, 0, 0]
    asks("gradient.w")
    bars = page.run("return [...document.querySelectorAll('.sum i')].map((each) => each.getBoundingClientRect())"
                    ".map(({ left, width }) => [left, width])")  # fmt: skip
    _, _, dout, gradient = STATES[4]
    assert bars[-1][1] == pytest.approx(abs(gradient) * bars[0][1] / abs(dout[0] * -40), abs=2)
    assert bars[0][0] > bars[4][0]  # to the right of zero what is positive, to the left what is not
    assert page.texts(".sum th")[-1] == "total"
    assert page.texts(".code code") == ["dw = x.T @ dout", "return dout @ w.T"]
    page.run("document.querySelector('.sheet [data-of=\"dout[2]\"]').focus()")
    assert ringed(page, "asked", "lit", "pointed") == [0, 6, 1]
    asks("dout[0]")
    assert page.texts(".arithmetic") == ["2 · (−81.092 − (−40)) / 6 = −13.697"]
    assert page.texts(".sheet nav button") == ["what all rows say", "the weight after update 8"]
    page.show(7)
    asked = f"the error of row 0: {STATES[7][2][0]:.5g}".replace("-", "−")
    page.browser.wait_for(f"document.querySelector('.sheet h2').textContent === '{asked}'")
    page.click(".sheet nav button")
    page.browser.wait_for("document.querySelector('.sheet header code').textContent === 'gradient.w'")
    assert page.texts(".sheet nav button") == ["the weight after update 14"]


def test_asks_by_a_click_on_a_number_or_next_to_it(page):
    number = page.browser.driver.find_element("css selector", "[data-gid='dout[3]']")
    number.click()
    page.wait_for("asking.told?.querySelector('.arithmetic') && String(asking.trail) === 'dout[3]'")
    page.click(".sheet button.close")
    assert page.get("asking.sheet") is None
    page.browser.click(number, below=round(number.size["height"] / 2 + 6))
    page.wait_for("asking.trail[0] === 'dout[3]' && asking.sheet")
    (left, _, right, _), (starts, _, ends, _) = page.boxes(".ring.asked", "[data-gid='dout[3]']")
    assert left < starts < ends < right


class Shapes(Scene):
    """Numbers that are drawn as several shapes, or several lines."""

    size, frames = (500, 320), 3

    def draw(self, figure):
        places = {"fraction": (0.1, 0.8), "lines": (0.1, 0.5), "halo": (0.1, 0.2), "plain": (0.6, 0.5)}
        self.texts = {gid: figure.text(*place, "", gid=gid, fontsize=20) for gid, place in places.items()}
        self.texts["halo"].set_path_effects([withStroke(linewidth=3, foreground="w")])

    def update(self, frame):
        forms = rf"$\frac{{1}}{{2}} x^2 = {frame}.5$", f"$x^2$ is\n${frame}.5$ now", f"{frame}.5", f"{frame}.5\nnow"
        for text, words in zip(self.texts.values(), forms, strict=True):
            text.set_text(words)
        return [*self.texts.values()]

    def why(self, gid, frame):
        return Why(f"the {gid}", frame + 0.5, [Line("counted", frame, "+ 0.5 =", frame + 0.5)])


def test_makes_a_number_of_several_shapes_one_button(browser, tmp_path):
    page = Page(browser).open(render(Shapes(), tmp_path / "shapes.html", progress=False))
    buttons = page.run("return [...document.querySelectorAll('.stage [role=button]')].map((each) => each.dataset.gid)")
    assert sorted(buttons) == ["fraction", "halo", "lines", "plain"]
    for gid in ("lines", "plain"):
        last = browser.driver.find_elements("css selector", f"[data-gid={gid}]")[-1]
        browser.click(last)
        page.wait_for(f"asking.trail[0] === '{gid}' && asking.told?.querySelector('.arithmetic')")
        assert ringed(page, "asked") == [1]
        edges = "return ['top', 'bottom'].map((side) => arguments[0].getBoundingClientRect()[side])"
        top, bottom = page.run(edges, last)
        ((_, upper, _, lower),) = page.boxes(".ring.asked")
        assert upper < top < bottom < lower + 1
    assert "$" not in page.run("return document.querySelector('[data-gid=fraction]').ariaLabel")


def test_works_with_the_keyboard_alone(page):
    press = page.browser.press
    press("TAB")
    assert page.get("document.activeElement === film.stage")
    for key, gid in (("ENTER", "w"), ("ARROW_DOWN", "loss"), ("TAB", "dout[0]"), ("ARROW_UP", "loss"),
                     ("ARROW_UP", "w")):  # fmt: skip
        press(key)
        assert focused(page) == gid
    assert ringed(page, "focus") == [1]
    for _ in range(4 * MOTION):
        press("ARROW_RIGHT")
    assert page.get("film.frame") == 4
    assert focused(page) == "w"
    press("ENTER")
    page.browser.wait_for("document.activeElement.localName === 'h2'")
    for key in ("TAB", "TAB", "ENTER"):
        press(key)
    page.browser.wait_for("document.querySelector('.sheet h2').textContent.startsWith('what all rows say')")
    press("ESCAPE")
    assert focused(page) == "w"
    press("ESCAPE")
    assert page.get("document.activeElement === film.stage")
    press("TAB")
    assert page.run("return document.activeElement.className") == "first"


def test_shows_the_history_of_a_number_and_leads_to_its_moments(page):
    page.ask("w")
    drawn = [f"{state[0]:.3f}" for state in STATES]
    assert page.get("asking.curve.texts") == drawn
    assert page.texts(".history .highest, .history .lowest") == [max(drawn, key=float), min(drawn, key=float)]
    assert page.texts(".history text")[-3:] == ["update 0", "12", "100"]
    assert page.texts(".history figcaption") == ["its history, by update (on a logarithmic scale)"]
    page.ask("loss")
    page.browser.click(page.browser.driver.find_element("css selector", ".history svg"))
    page.wait_for(f"film.picture === {6 * MOTION}")
    page.run("document.querySelector('.history svg').focus()")
    page.browser.press("ARROW_RIGHT")
    page.wait_for(f"film.picture === {7 * MOTION}")
    says = f"update {MOMENTS[7]} of 100: {Numbers().values(7)['loss']:.3f}"
    page.browser.wait_for(f"document.querySelector('.history svg').getAttribute('aria-valuetext') === '{says}'")
    assert focused(page) == "svg"
    page.browser.press("END")
    page.wait_for("film.picture === film.last")


def test_counts_moments_in_the_history(page):
    for moments, places, logarithmic in (
        ([0, 1, 2, 3, 4], [0, 0.25, 0.5, 0.75, 1], False),
        ([1970, 1980, 2000], [0, 1 / 3, 1], False),  # years, not frames
        ([0, 1, 1, 2], [0, 0.5, 0.75, 1], False),  # two frames of one moment share the time until the next
        ([0, 1, 3, 7, 15, 31], [0, 0.2, 0.4, 0.6, 0.8, 1], True),
        (["May", "June", "July"], [0, 0.5, 1], False),
        ([3, 1, 2], [0, 0.5, 1], False),
    ):
        told = page.run("return spread(arguments[0])", moments)
        assert told == {"places": pytest.approx(places), "logarithmic": logarithmic}


def test_leaves_the_film_and_the_page_as_they_are_beside_a_sheet(page):
    page.resize(1000, 400)
    places = """return [scrollY, ...[...document.querySelectorAll('.stage, .panel > svg')].map((each) => {
      const { left, top, width, height } = each.getBoundingClientRect();
      return [left, top, width, height];
    })]"""
    for gid in ("w", "dout[5]"):
        page.run(f"document.querySelector('[data-gid=\"{gid}\"]').scrollIntoView({{ block: 'center' }})")
        before = page.run(places)
        page.ask(gid)
        assert page.run(places) == before
        (left, _, right, _), (starts, _, ends, _) = page.boxes(".sheet", ".ring.asked")
        assert left >= ends or right <= starts
        page.click(".sheet button.close")


def test_places_the_sheet_below_on_a_phone_and_leaves_the_controls(page):
    page.resize(360, 700)
    page.ask("dout[5]")
    (left, top, right, bottom), controls, number = page.boxes(".sheet", ".controls", "[data-gid='dout[5]']")
    assert bottom - top <= 0.6 * 700 + 1
    assert (right - left, controls[3]) == (360, 700)
    assert number[3] < top
    assert page.run("return document.documentElement.scrollWidth") <= 360


def test_has_no_serious_fault_of_accessibility(page):
    axe = pytest.importorskip("axe_core_python.selenium", reason="needs axe: pip install -e '.[test]'").Axe()
    page.show(4)
    for gid, width, scheme in ((None, 1280, "light"), (None, 360, "dark"), ("w", 1280, "dark"), ("w", 360, "light"),
                               ("gradient.w", 360, "dark")):  # fmt: skip
        page.resize(width)
        page.prefer(scheme=scheme)
        if gid:
            page.ask(gid)
        faults = [
            fault for fault in axe.run(page.browser.driver)["violations"] if fault["impact"] in ("serious", "critical")
        ]
        assert faults == [], f"{gid}: {[(fault['id'], fault['nodes'][0]['html']) for fault in faults]}"
