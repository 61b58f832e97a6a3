"""How long the interactive page of chapter 2's three panels takes to jump to a random frame, in headless Chromium.

    python tests/benchmarks/page_seek.py [FILE.html] [--jumps 200]

Needs Chromium and its driver. A jump is timed until its pixels can be read back from the canvas.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from rendering import descent
from selenium import webdriver

from animations import render

JUMPS = """
const [count, done] = arguments;
(async () => {
  await Promise.all(groups.map((_, g) => group(g)));
  const times = [];
  for (let i = 0; i < count; i++) {
    const wanted = Math.floor(Math.random() * (last + 1)), start = performance.now();
    await show(wanted);
    context.getImageData(0, 0, 1, 1);
    times.push(performance.now() - start);
  }
  done(times);
})();
"""


def measure(page: Path, jumps: int) -> list[float]:
    """Return the milliseconds of each jump."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "force-prefers-reduced-motion"):
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        driver.set_script_timeout(120)
        driver.get(page.resolve().as_uri())
        return driver.execute_async_script(JUMPS, jumps)
    finally:
        driver.quit()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", nargs="?", type=Path)
    parser.add_argument("--jumps", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = arguments.page or render(descent(), Path(folder) / "descent.html", progress=False)
        times = sorted(measure(page, arguments.jumps))
    print(f"{page.name}: a random jump takes {statistics.median(times):.1f} ms in the median, "
          f"9 of 10 at most {times[len(times) * 9 // 10]:.1f} ms (asked: 5 ms)")  # fmt: skip


if __name__ == "__main__":
    main()
