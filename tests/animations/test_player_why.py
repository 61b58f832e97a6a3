"""Why? in a real browser: ask numbers by mouse, keyboard and program; the sheet says what `why` says."""

from itertools import product

import pytest
from matplotlib.patheffects import withStroke
from player_scenes import MOMENTS, STATES, Numbers, Page, neuron

from animations import Scene, render
from animations.why import Line, Sum, Term, Why
from tests.browser import Browser

MOTION = 4


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    return render(neuron(), tmp_path_factory.mktemp("why") / "neuron.html", fps=10, motion=MOTION, progress=False)


@pytest.fixture
def page(driver, film):
    page = Page(Browser(driver))
    page.resize(1280)
    yield page.open(film)
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def focused(page):
    return page.run("return document.activeElement.dataset.gid ?? document.activeElement.localName")


def ringed(page, kind):
    """Return how many numbers of the picture have a visible ring of this kind."""
    return page.run(
        f"return [...document.querySelectorAll('.ring.{kind}')].filter((each) => each.getBBox().width).length"
    )


def numbers(page, selector):
    """Return the numbers in the sheet, with all their digits."""
    titles = page.run(f"return [...document.querySelectorAll('.sheet {selector} .number')].map((each) => each.title)")
    return [float(title.split(" = ")[-1]) for title in titles]


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


def test_says_on_the_sheet_what_the_scene_says(page):
    scene = Numbers()
    for frame, gid in product((0, 4, 5, len(MOMENTS) - 1), ("w", "loss", "dout[0]", "dout[5]", "gradient.w")):
        page.show(frame)
        why = scene.why(gid, frame)
        if why is None:
            continue
        if gid == "gradient.w" and not scene.why("w", frame).parts[0].pieces[1:]:
            continue  # it leads nowhere
        page.ask(gid)
        assert page.texts(".sheet h2")[0].startswith(f"{why.says}: ")
        assert page.texts(".sheet header code") == [gid]
        assert numbers(page, "h2") == pytest.approx([why.value], rel=1e-8)
        pieces = [part.terms if isinstance(part, Sum) else getattr(part, "pieces", ()) for part in why.parts]
        told = [piece.value for part in pieces for piece in part if isinstance(piece, Term)]
        totals = [part.total for part in why.parts if isinstance(part, Sum)]
        assert numbers(page, ":is(.arithmetic, .term)") == pytest.approx(told, rel=1e-8)
        assert numbers(page, ".total") == pytest.approx(totals, rel=1e-8)


def test_writes_arithmetic_as_by_hand(page):
    page.show(4)
    page.ask("w")
    assert page.texts(".arithmetic") == ["2.0505 − 0.0001 · (−30.485) = 2.0535"]
    page.ask("dout[0]")
    assert page.texts(".arithmetic") == ["2 · (−81.092 − (−40)) / 6 = −13.697"]


def test_ends_bars_at_their_total(page):
    page.show(4)
    page.ask("gradient.w")
    widths = page.run("return [...document.querySelectorAll('.sum i')].map((each) => each.getBoundingClientRect())"
                      ".map(({ left, width }) => [left, width])")  # fmt: skip
    _, _, dout, gradient = STATES[4]
    scale = widths[0][1] / abs(dout[0] * -40)
    assert [width for _, width in widths][-1] == pytest.approx(abs(gradient) * scale, abs=2)
    assert widths[0][0] > widths[4][0]  # to the right of zero what is positive, to the left what is not
    assert page.texts(".sum th")[-1] == "total"
    assert page.texts(".code code") == ["dw = x.T @ dout", "return dout @ w.T"]


def test_asks_back_and_goes_back(page):
    page.show(4)
    page.ask("w")
    for gid in ("gradient.w", "dout[0]"):
        page.run(f"document.querySelector('.sheet [data-of=\"{gid}\"]').click()")
        page.browser.wait_for(f"document.querySelector('.sheet header code').textContent === '{gid}'")
    assert page.texts(".sheet nav button") == ["what all rows say", "the weight after update 8"]
    page.run("document.querySelector('.sheet nav button').click()")
    page.browser.wait_for("document.querySelector('.sheet header code').textContent === 'gradient.w'")
    assert page.texts(".sheet nav button") == ["the weight after update 8"]


def test_lights_up_numbers_that_belong_together(page):
    page.show(4)
    page.ask("gradient.w")
    assert ringed(page, "lit") == 6
    page.ask("w")
    assert [ringed(page, kind) for kind in ("asked", "lit", "pointed")] == [1, 0, 0]
    page.ask("loss")
    page.run("document.querySelector('.sheet [data-of=\"dout[2]\"]').focus()")
    assert [ringed(page, kind) for kind in ("asked", "lit", "pointed")] == [1, 6, 1]
    (left, right), (starts, ends) = page.run(
        "return ['.ring.asked', '[data-gid=loss]'].map((each) => document.querySelector(each))"
        ".map((each) => each.getBoundingClientRect()).map(({ left, right }) => [left, right])"
    )
    assert left < starts < ends < right


def test_follows_the_picture_with_the_sheet(page):
    page.show(4)
    page.ask("dout[0]")
    page.show(7)
    asked = f"the error of row 0: {STATES[7][2][0]:.5g}".replace("-", "−")
    page.browser.wait_for(f"document.querySelector('.sheet h2').textContent === '{asked}'")
    assert numbers(page, "h2") == pytest.approx([STATES[7][2][0]], rel=1e-8)


def test_says_at_which_moment_a_number_is_explained_or_that_none_does(page):
    page.show(3)
    page.ask("w")
    assert page.texts(".sheet h2") == [f"Where does {STATES[3][0]:.3f} come from?"]
    assert page.texts(".sheet .missing") == ["Not explained at update 6. See update 4"]
    page.run("document.querySelector('.sheet .elsewhere').click()")
    page.wait_for(f"film.picture === {2 * MOTION} && asking.told.querySelector('.arithmetic')")
    page.ask("b")
    assert page.texts(".sheet .missing") == ["This picture does not say where this number comes from."]


def test_asks_by_a_click_on_a_number_or_next_to_it(page):
    page.show(4)
    number = page.browser.driver.find_element("css selector", "[data-gid='dout[3]']")
    number.click()
    page.wait_for("asking.told?.querySelector('.arithmetic')")
    assert page.get("asking.trail") == ["dout[3]"]
    page.run("document.querySelector('.sheet button.close').click()")
    assert page.get("asking.sheet") is None
    below = round(number.size["height"] / 2 + 6)
    page.browser.click(number, below)
    page.wait_for("asking.trail[0] === 'dout[3]' && asking.sheet")


class Shapes(Scene):
    """Numbers that are drawn as several shapes, or several lines."""

    size, frames = (500, 320), 3

    def draw(self, figure):
        places = {"fraction": (0.1, 0.8), "lines": (0.1, 0.5), "halo": (0.1, 0.2), "plain": (0.6, 0.5)}
        self.texts = {gid: figure.text(*place, "", gid=gid, fontsize=20) for gid, place in places.items()}
        self.texts["halo"].set_path_effects([withStroke(linewidth=3, foreground="w")])

    def update(self, frame):
        self.texts["fraction"].set_text(rf"$\frac{{1}}{{2}} x^2 = {frame}.5$")
        self.texts["lines"].set_text(f"$x^2$ is\n${frame}.5$ now")
        self.texts["halo"].set_text(f"{frame}.5")
        self.texts["plain"].set_text(f"{frame}.5\nnow")
        return [*self.texts.values()]

    def why(self, gid, frame):
        return Why(f"the {gid}", frame + 0.5, [Line("counted", frame, "+ 0.5 =", frame + 0.5)])


def test_a_number_of_several_shapes_is_one_button(driver, tmp_path):
    page = Page(Browser(driver)).open(render(Shapes(), tmp_path / "shapes.html", progress=False))
    buttons = page.run("return [...document.querySelectorAll('.stage [role=button]')].map((each) => each.dataset.gid)")
    assert sorted(buttons) == ["fraction", "halo", "lines", "plain"]
    for gid in ("lines", "plain"):
        last = page.browser.driver.find_elements("css selector", f"[data-gid={gid}]")[-1]
        page.browser.click(last)
        page.wait_for(f"asking.trail[0] === '{gid}' && asking.told?.querySelector('.arithmetic')")
        assert ringed(page, "asked") == 1
        ring, line = page.run(
            "return [document.querySelector('.ring.asked'), arguments[0]].map((each) => each.getBoundingClientRect())"
            ".map(({ top, bottom }) => [top, bottom])", last)  # fmt: skip
        assert ring[0] < line[0] < line[1] < ring[1] + 1
    assert "$" not in page.run("return document.querySelector('[data-gid=fraction]').ariaLabel")


def test_works_with_the_keyboard_alone(page):
    press = page.browser.press
    press("TAB")
    assert page.get("document.activeElement === film.stage")
    press("ENTER")
    assert focused(page) == "w"
    for key, gid in (("ARROW_DOWN", "loss"), ("TAB", "dout[0]"), ("ARROW_UP", "loss"), ("ARROW_UP", "w")):
        press(key)
        assert focused(page) == gid
    assert ringed(page, "focus") == 1
    for _ in range(4 * MOTION):
        press("ARROW_RIGHT")
    assert page.get("film.frame") == 4
    assert focused(page) == "w"
    press("ENTER")
    page.browser.wait_for("document.activeElement.localName === 'h2'")
    press("TAB")
    press("TAB")
    press("ENTER")
    page.browser.wait_for("document.querySelector('.sheet h2').textContent.startsWith('what all rows say')")
    press("ESCAPE")
    assert focused(page) == "w"
    press("ESCAPE")
    assert page.get("document.activeElement === film.stage")
    press("TAB")
    assert page.run("return document.activeElement.className") == "first"


def test_shows_the_history_of_the_film(page):
    page.ask("w")
    drawn = [f"{state[0]:.3f}" for state in STATES]
    assert page.get("asking.curve.texts") == drawn
    assert page.texts(".history .highest") == [max(drawn, key=float)]
    assert page.texts(".history .lowest") == [min(drawn, key=float)]
    assert page.texts(".history text")[-3:] == ["update 0", "12", "100"]
    assert page.texts(".history figcaption") == ["its history, by update (on a logarithmic scale)"]


MOMENTS_AND_PLACES = [
    ([0, 1, 2, 3, 4], [0, 0.25, 0.5, 0.75, 1], False),
    ([1970, 1980, 2000], [0, 1 / 3, 1], False),  # years, not frames
    ([0, 1, 1, 2], [0, 0.4, 0.6, 0.8], False),  # two frames of one moment share the time until the next
    ([0, 1, 3, 7, 15, 31], [0, 0.2, 0.4, 0.6, 0.8, 1], True),
    (["May", "June", "July"], [0, 0.5, 1], False),
    ([3, 1, 2], [0, 0.5, 1], False),
]


def test_counts_moments_in_the_history(page):
    for moments, places, logarithmic in MOMENTS_AND_PLACES:
        told = page.run("return spread(arguments[0])", moments)
        assert told["places"] == pytest.approx([place / places[-1] for place in places])
        assert told["logarithmic"] is logarithmic


def test_leads_from_the_history_to_its_moments(page):
    page.ask("loss")
    curve = page.browser.driver.find_element("css selector", ".history svg")
    page.browser.click(curve)
    page.wait_for(f"film.picture === {6 * MOTION}")
    page.run("document.querySelector('.history svg').focus()")
    page.browser.press("ARROW_RIGHT")
    page.wait_for(f"film.picture === {7 * MOTION}")
    loss = Numbers().values(7)["loss"]
    page.browser.wait_for(
        "document.querySelector('.history svg').getAttribute('aria-valuetext') === "
        f"'update {MOMENTS[7]} of 100: {loss:.3f}'"
    )
    assert page.run("return document.activeElement.localName") == "svg"
    page.browser.press("END")
    page.wait_for("film.picture === film.last")


@pytest.mark.parametrize("gid", ["w", "dout[5]"])
def test_leaves_the_film_and_the_page_as_they_are_beside_a_sheet(page, gid):
    page.resize(1000, 400)
    page.run(f"document.querySelector('[data-gid=\"{gid}\"]').scrollIntoView({{ block: 'center' }})")
    places = """return [scrollY, ...[...document.querySelectorAll('.stage, .panel > svg')].map((each) => {
      const { left, top, width, height } = each.getBoundingClientRect();
      return [left, top, width, height];
    })]"""
    before = page.run(places)
    page.ask(gid)
    assert page.run(places) == before
    assert page.run("""const [sheet, ring] = ['.sheet', '.ring.asked'].map((each) => document.querySelector(each)
      .getBoundingClientRect()); return sheet.left >= ring.right || sheet.right <= ring.left""")


def test_places_the_sheet_below_on_a_phone_and_leaves_the_controls(page):
    page.resize(360, 700)
    page.ask("dout[5]")
    sheet, controls, number = page.run(
        "return ['.sheet', '.controls', '[data-gid=\"dout[5]\"]'].map((each) => document.querySelector(each))"
        ".map((each) => each.getBoundingClientRect()).map(({ top, bottom, width }) => [top, bottom, width])"
    )
    assert sheet[1] - sheet[0] <= 0.6 * 700 + 1
    assert sheet[2] == 360
    assert controls[1] == 700
    assert number[1] < sheet[0]
    assert page.run("return document.documentElement.scrollWidth") <= 360


def test_opens_one_sheet_on_a_page(driver, film):
    text = film.read_text(encoding="utf-8")
    start, end = text.index("<section"), text.index("</section>") + len("</section>")
    both = film.with_name("both.html")
    both.write_text(text[:end] + text[start:end].replace("film-neuron", "film-other") + text[end:], encoding="utf-8")
    first, second = Page(Browser(driver)).open(both), Page(Browser(driver), film=1)
    first.ask("w")
    second.ask("loss")
    assert first.run("return document.querySelectorAll('.sheet').length") == 1
    assert second.get("film.section.contains(asking.sheet)")


@pytest.mark.parametrize(("gid", "looks"), [
    (None, {1280: "light", 360: "dark"}), ("w", {1280: "dark", 360: "light"}), ("gradient.w", {360: "dark"})
])  # fmt: skip
def test_has_no_serious_fault_of_accessibility(page, gid, looks):
    axe = pytest.importorskip("axe_core_python.selenium", reason="needs axe: pip install -e '.[test]'")
    for width, scheme in looks.items():
        page.resize(width)
        page.prefer(scheme=scheme)
        if gid:
            page.show(4)
            page.ask(gid)
        faults = axe.Axe().run(page.browser.driver)["violations"]
        serious = [fault for fault in faults if fault["impact"] in ("serious", "critical")]
        assert serious == [], f"{gid}: {[(fault['id'], fault['nodes'][0]['html']) for fault in serious]}"
