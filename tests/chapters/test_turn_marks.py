"""What only one page that computes has: the tiles and the rules of the lake, the neurons of the network."""

import json
import subprocess

import numpy as np
import pytest

from chapters.parts.lake import make_lake, open_tiles
from chapters.turns import turn as turns
from tests.browser import Browser
from tests.chapters.turns import given, node, write_page
from tinylearn import SGD, Dense, DivergenceError, MeanSquaredError, Sequential, fit
from tinylearn.initializers import ones


@pytest.fixture
def opened(driver, tmp_path, tmp_path_factory):
    """Return a function that opens the page of a turn with settings, as the end of its address."""

    def opened(name, chapter, settings=""):
        path = tmp_path / "page.html"
        write_page(name, given(chapter, tmp_path_factory)[name], path)
        browser = Browser(driver)
        browser.open(path, f"#turn-{name}:{settings}")
        browser.wait_for(f"window.tinylearnTurns?.{name}?.found && !tinylearnTurns.{name}.going")
        return browser

    return opened


def update_that_fit_refuses():
    x = np.array([-40.0, -30, -10, 0, 5, 10, 20, 40, 60, 100])[:, None]
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0), weights=ones, biases=ones)])
    with pytest.raises(DivergenceError) as stopped:
        fit(model, x, 1.8 * x + 32, loss=MeanSquaredError(), optimizer=SGD(0.0006), epochs=8000, batch_size=10)
    return stopped.value.step


@pytest.mark.parametrize(("name", "chapter", "settings"), [
    ("curve_walk", 2, "rate=1.2&step=2000"), ("valley", 2, "rate=0.591&step=100"),
    ("neuron", 3, "rate=0.0006&update=8000"),
])  # fmt: skip
def test_a_run_that_diverged_is_drawn_to_its_last_step(opened, name, chapter, settings):
    page = opened(name, chapter, settings)
    said = page.run("return document.querySelector('.turn').innerText")
    assert "diverges" in said or "Each leap is longer" in said
    if name == "neuron":
        assert page.run("return tinylearnTurns.neuron.result.last") == update_that_fit_refuses() - 2
    assert page.complaints() == []


def test_a_tile_becomes_a_hole_by_a_click_and_freezes_again_by_a_key_but_not_start_and_flag(opened):
    page = opened("lake", 8)
    tiles = page.driver.find_elements("css selector", ".tile")
    for tile, row in ((0, 0), (15, 3)):
        page.run("arguments[0].dispatchEvent(new MouseEvent('click', { bubbles: true }))", tiles[tile])
        page.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
        assert page.run(f"return tinylearnTurns.lake.settings.rows[{row}]") == ("SFFF", "HFFG")[row // 3]
    tiles[4].click()
    page.wait_for("tinylearnTurns.lake.settings.rows[1] === 'HHFH'")
    page.run("document.querySelectorAll('.tile')[0].focus()")
    for key in ("\ue015", "\ue007"):  # down, Enter
        page.press(key)
    page.wait_for("tinylearnTurns.lake.settings.rows[1] === 'FHFH'")
    assert page.complaints() == []


@pytest.mark.parametrize("slippery", [False, True])
@pytest.mark.parametrize("rows", [["SFFF", "FHFH", "FFFH", "HFFG"], ["FFH", "GSF", "HFF"]])
def test_an_action_leads_where_gymnasium_has_it_with_the_same_chance(rows, slippery, tmp_path):
    program = tmp_path / "rules.js"
    ask = f"console.log(JSON.stringify(outcomes({json.dumps(rows)}, {json.dumps(slippery)})))"
    program.write_text("\n".join([turns.source("core"), turns.source("lake"), ask]), encoding="utf-8")
    ours = json.loads(subprocess.run([node(), program], capture_output=True, text=True, check=True).stdout)
    listed = make_lake(rows, slippery=slippery).unwrapped.P
    for state in open_tiles(rows).tolist():
        for action, outcomes in listed[state].items():
            theirs = {}
            for chance, after, _, _ in outcomes:
                theirs[after] = theirs.get(after, 0) + chance
            assert dict(ours[state][action]) == pytest.approx(theirs, abs=1e-12)


def test_a_dead_neuron_says_so_and_the_curve_without_it_is_the_same(opened):
    page = opened("curve", 4)
    for settings, dead in (("{}", False), ("{ first: 1 }", True)):
        page.run(f"tinylearnTurns.curve.set({settings})")
        page.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
        page.wait_for("!tinylearnTurns.curve.going")
        page.run("document.querySelector('.neuron').focus()")
        paths = page.run(
            "return ['line', 'without'].map((each) => document.querySelector('.' + each).getAttribute('d'))"
        )
        line, without = (path.split("L")[:130] for path in paths)  # from x = -8 to 5
        assert (line == without) == dead
        assert len(without) == 130
        said = page.run("return document.querySelector('.panels [role=status]').textContent")
        assert ("it is dead for good" if dead else "gradient of its weight") in said
    assert page.complaints() == []
