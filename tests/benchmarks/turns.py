"""Measure pages that compute: `python -m tests.benchmarks.turns gallery` after `python -m chapters --format html`.

A line for each turn: how many states of the recording its program makes again, how many bit for bit, the largest
difference, what it weighs; and how long one change takes, from the new setting to the changed picture, while the
first thing that can be dragged is dragged to and fro, in frames of the browser.
"""

import sys
from pathlib import Path

from tests.browser import Browser, chromium

DRAG = """
const [name, done] = arguments, turn = window.tinylearnTurns[name], { section } = turn, took = [], gaps = [];
const mark = section.querySelector(".drag") ?? section.querySelector(".slider input");
section.scrollIntoView();
const { compute, show } = turn;
turn.compute = (settings) => { turn.begun = performance.now(); compute.call(turn, settings); };
turn.show = () => { show.call(turn); took.push(performance.now() - turn.begun); };
let before, count = 0;
const key = (code) => mark.dispatchEvent(new KeyboardEvent("keydown", { key: code, bubbles: true, cancelable: true }));
(function frame(now) {
  if (before) gaps.push(now - before);
  before = now;
  key(["ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"][Math.floor(count / 15) % 4]);
  if (++count < 180) return requestAnimationFrame(frame);
  Object.assign(turn, { compute, show });
  const at = (list, part) => list.sort((a, b) => a - b)[Math.floor(part * (list.length - 1))];
  done([took.length, at(took, 0.5), at(took, 0.95), gaps.filter((gap) => gap > 20).length / gaps.length]);
})();
"""
HEAD = ("page", "turn", "states", "bit for bit", "largest", "kB", "changes", "median ms", "95 % ms", "late frames")


def measure(path: Path) -> list[tuple]:
    """Return a row for each turn of a page."""
    driver = chromium()
    browser, rows = Browser(driver), []
    try:
        browser.open(path)
        names = browser.run("return [...document.querySelectorAll('.turn')].map((each) => each.dataset.turn)")
        for name in names:
            browser.wait_for(f"window.tinylearnTurns?.{name}?.found")
            found = browser.run(f"return tinylearnTurns.{name}.found")
            weight = browser.run(f"return document.querySelector('#turn-{name} .turn-data').textContent.length") / 1000
            count, median, slow, late = driver.execute_async_script(DRAG, name)
            rows.append((path.stem, name, found["states"], found["equal"], f"{found['largest']:.1e}", f"{weight:.0f}",
                         count, f"{median:.1f}", f"{slow:.1f}", f"{late:.0%}"))  # fmt: skip
        assert browser.complaints() == []
    finally:
        driver.quit()
    return rows


if __name__ == "__main__":
    table = [HEAD] + [row for path in sorted(Path(sys.argv[1]).glob("ch0?.html")) for row in measure(path)]
    widths = [max(len(str(row[column])) for row in table) for column in range(len(HEAD))]
    for row in table:
        print("  ".join(f"{value!s:{'<' if column < 2 else '>'}{width}}"
                        for column, (value, width) in enumerate(zip(row, widths, strict=True))))  # fmt: skip
