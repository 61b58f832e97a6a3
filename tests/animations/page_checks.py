"""What a page must show, told by matplotlib: where each text stands, which pixels are painted; and what is asked of it.

A text stands right if both ends of its base line, and its size, are those that matplotlib sets: then all sides of its
box are. Mathtext is drawn as shapes; there the box of the ink counts.
"""

import base64
import copy
import io
import json
import math
import re
import zlib
from collections import namedtuple
from typing import NamedTuple
from unittest import mock

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.patheffects import Normal
from matplotlib.text import Text
from PIL import Image

from animations.audit.numbers import shows
from animations.engine.painter import redraw
from animations.engine.text import PastedText
from animations.formats.whys import as_json
from animations.why import Line as LineOfWhy
from animations.why import Sum

OFF, DIFFERENCE = 1.5, 4  # pixels that a text may be off; average difference of pixels, out of 255
DATA = re.compile(r'<script type="application/json" class="film-data">(.*?)</script>', re.DOTALL)


class Line(NamedTuple):
    """A line of text: its words, and what is compared, in pixels from the upper left corner.

    x0, y0, x1, y1, size   the ends of its base line, and the height of its letters; of shapes: its box, and 0
    """

    words: str
    places: tuple[float, ...]
    gid: str = ""

    def away(self, other):
        """Return the largest distance between two lines."""
        return max(abs(one - two) for one, two in zip(self.places, other.places, strict=True))

    def __str__(self):
        return f"{self.words!r} {self.gid} at {[round(float(place), 1) for place in self.places]}"


class Expected:
    """The pictures of a clip, each drawn from scratch: painted pixels, texts, and their places."""

    def __init__(self, clip):
        self.clip = copy.deepcopy(clip)  # as it was before it was drawn

    def frame(self, frame):
        """Return the pixels (H, W, 3) and the lines of a frame."""
        lines, seen = [], set()

        def watched(draw):
            def draw_and_note(text, renderer, *more, **named):
                if text not in seen and text.get_visible():
                    seen.add(text)
                    lines.extend(lines_of(text, renderer))
                draw(text, renderer, *more, **named)

            return draw_and_note

        plain, pasted = (mock.patch.object(kind, "draw", watched(kind.draw)) for kind in (Text, PastedText))
        with plain, pasted:
            pixels = redraw(copy.deepcopy(self.clip.scene), frame, self.clip.scale, self.clip.font)
        return pixels[..., :3], lines


def lines_of(text, renderer):
    """Return the lines of a text; none for a text without a place."""
    gid, size = text.get_gid() or "", text.get_fontsize() * renderer.dpi / 72
    if isinstance(text, PastedText) and text._letters().strip():
        x0, below, x1, _ = text.get_window_extent(renderer).extents
        base = renderer.height - below - text._glyphs().descent
        return [Line(text.get_text(), (x0, base, x1, base, size), gid)]
    text._renderer = renderer  # which wraps it
    _, info, _ = text._get_layout(renderer)
    start = text.get_transform().transform(text.get_unitless_position())
    lines, angle = [], math.radians(text.get_rotation())
    for words, (width, *_), place in info:
        if words.strip() and (text._preprocess_math(words)[1] or text.get_path_effects()):
            lines.append(Line(words, ink_of(text, renderer), gid))
        elif words.strip():
            x, y = start[0] + place[0], renderer.height - start[1] - place[1]
            ends = x, y, x + width * math.cos(angle), y - width * math.sin(angle)
            lines.append(Line(words, (*ends, size), gid))
    return [line for line in lines if np.isfinite(line.places).all()]


def ink_of(text, renderer):
    """Return the box of a text's pixels, without frame and halo, and 0."""
    alone = RendererAgg(renderer.width, renderer.height, renderer.dpi)
    effects = [Normal()] if text.get_path_effects() else []  # then its letters are shapes
    with mock.patch.multiple(text, _bbox_patch=None, _path_effects=effects):
        Text.draw(text, alone)
    alpha = np.asarray(alone.buffer_rgba())[..., 3] > 60
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    return (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1, 0) if rows.size else (math.nan,) * 5


# --- what the page says ----------------------------------------------------------------------------------------------

LINES = r"""
const stage = document.querySelector(".stage"), corner = stage.getBoundingClientRect(), found = [];
const from_corner = ([x, y]) => [x - corner.x, y - corner.y];
for (const element of stage.querySelectorAll("svg *")) {
  if (!element.checkVisibility({ visibilityProperty: true }) || !element.getClientRects().length) continue;
  const { gid, text } = element.dataset, line = { words: text ?? element.textContent, gid: gid ?? "" };
  if (element.localName === "text") {
    const matrix = element.getScreenCTM(), ends = [
      element.getStartPositionOfChar(0), element.getEndPositionOfChar(element.getNumberOfChars() - 1)];
    const places = ends.map((end) => end.matrixTransform(matrix)).flatMap(({ x, y }) => from_corner([x, y]));
    const size = parseFloat(getComputedStyle(element).fontSize) * Math.hypot(matrix.a, matrix.b);
    found.push({ ...line, places: [...places, size] });
  } else if (text !== undefined) {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    found.push({ ...line, places: [...from_corner([left, top]), ...from_corner([right, bottom]), 0] });
  }
}
return found;
"""
SHOW = """
const [picture, done] = arguments;
window.tinylearnFilms.players[0].film.show(picture).then(() => document.fonts.ready)
  .then(() => requestAnimationFrame(() => requestAnimationFrame(done)));
"""
SHEETS = """
const [gids, done] = arguments;
(async () => {
  const found = {};
  for (const gid of gids) {
    await window.tinylearnFilms.ask(0, gid);
    const sheet = document.querySelector(".sheet");
    found[gid] = {
      heading: sheet.querySelector("h2").textContent, gid: sheet.querySelector("header code").textContent,
      titles: [...sheet.querySelectorAll(".number")].map(({ title }) => title),
    };
  }
  return found;
})().then(done, (error) => done({ error: `${error.stack}` }));
"""
SEEK = """
const film = window.tinylearnFilms.players[0].film;
return arguments[0].map((picture) => {
  const start = performance.now();
  film.show(picture);
  film.stage.getBoundingClientRect();  // lays out what has changed
  return performance.now() - start;
});
"""


class Page:
    """A film's page in the browser, its picture at its own size."""

    def __init__(self, browser, path, size):
        self.browser, self.path, self.size = browser, path, size
        self.film = film_of(path.read_text(encoding="utf-8"))
        screen = {"width": size[0] + 40, "height": size[1] + 300, "deviceScaleFactor": 1, "mobile": False}
        browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        browser.open(path)

    def show(self, frame):
        self.browser.driver.execute_async_script(SHOW, frame * self.film["motion"])

    def lines(self):
        """Return the visible lines of text."""
        return [Line(**line) for line in self.browser.run(LINES)]

    def pixels(self):
        """Return the visible pixels (H, W, 3)."""
        box = self.browser.run("return document.querySelector('.stage').getBoundingClientRect().toJSON()")
        shown = round(box["width"]), round(box["height"])
        assert shown == tuple(self.size), f"the picture is shown as {shown}, not at its own size, {self.size}"
        clip = {"x": box["x"], "y": box["y"], "width": self.size[0], "height": self.size[1], "scale": 1}
        taken = self.browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip})
        return np.array(Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB"))


def seek_times(page, count=40):
    """Return how many milliseconds it takes to go to each of some pictures, at random."""
    places = np.random.default_rng(0).integers(len(page.film["milliseconds"]), size=count)
    return page.browser.run(SEEK, places.tolist())


def film_of(page):
    """Return the data of a page's first film, `changes` and `whys` unpacked, with the size of `whys` in bytes."""
    film = json.loads(DATA.search(page)[1])
    changes = unpack(film["changes"])
    changes["tracks"] = [
        [slot, name, np.cumsum(pictures).tolist(), np.cumsum(values).tolist()]  # they stand there as steps
        for slot, name, pictures, values in changes["tracks"]
    ]
    return film | {
        "changes": changes,
        "whys": {int(frame): whys for group in film["whys"] for frame, whys in unpack(group).items()},
        "why_bytes": sum(len(group) + 3 for group in film["whys"]),
    }


def unpack(packed):
    return json.loads(zlib.decompress(base64.b64decode(packed)))


Compared = namedtuple("Compared", "faults lines off difference")  # lines: how many; off: of the worst, in pixels


def compare(page, expected, frame):
    """Compare a frame of a page with matplotlib's picture."""
    pixels, lines = expected.frame(frame)
    page.show(frame)
    faults, off = wrong_lines(lines, page.lines())
    difference = float(np.abs(page.pixels().astype(int) - pixels).mean())
    if difference >= DIFFERENCE:
        faults.append(f"the pixels differ by {difference:.2f} of 255 on average")
    return Compared(faults, len(lines), off, difference)


def wrong_lines(expected, shown):
    """Return what is wrong with the lines of a page, in words, and by how many pixels the worst is off.

    Each that is expected must be there, and no other.
    """
    faults, left, worst = [], list(shown), 0.0
    for line in expected:
        same = [each for each in left if each.words == line.words and each.gid == line.gid]
        nearest = min(same, key=line.away, default=None)
        if nearest is None:
            faults.append(f"{line} is not there")
            continue
        left.remove(nearest)
        worst = max(worst, line.away(nearest))
        if line.away(nearest) > OFF:
            faults.append(f"{nearest}, expected {line}")
    return faults + [f"{line} should not be there" for line in left], worst


def ask(page, scene, frame, sources=None):
    """Ask every number of a frame; return how many were asked, which are not explained, and what is wrong.

    The sheet is that of the nearest frame that the page explains, if it does not explain all of them. `sources`: a
    function (gid, frame) → what a number is, with all digits, or None.
    """
    frame = min(page.film["whys"], key=lambda each: abs(each - frame), default=frame)
    page.show(frame)
    told = page.film["whys"].get(frame, {})
    shown = {line.gid: line.words for line in page.lines() if line.gid}
    whys = {gid: scene.why(gid, frame) for gid in shown}
    asked = [gid for gid, why in whys.items() if why is not None]
    sheets, faults = page.browser.driver.execute_async_script(SHEETS, asked) if page.film["whys"] else {}, []
    assert "error" not in sheets, sheets
    page.browser.press("ESCAPE")  # closes the sheet
    for gid in asked:
        why = whys[gid]
        faults += wrong_answer(gid, shown[gid], why, sources(gid, frame) if sources else None)
        if sheets:
            faults += wrong_sheet(sheets[gid], gid, why)
        if sheets and told.get(gid) != json.loads(json.dumps(as_json(why))):
            faults.append(f"{gid}: the page says another thing than the scene")
    return len(asked), sorted(shown.keys() - asked), faults


def wrong_answer(gid, words, why, source):
    """Return what is wrong with an explanation: its arithmetic, or a number other than shown, or than its source."""
    faults = [f"{gid}: {fault}" for fault in why.faults()]
    if not shows(words, why.value):
        faults.append(f"{gid} shows {words}, explained is {why.value!r}")
    same = source is None or source == why.value or (math.isnan(source) and math.isnan(why.value))
    if not same and not math.isclose(source, why.value, rel_tol=1e-5, abs_tol=1e-9):
        faults.append(f"{gid} is {source!r} by its source, explained is {why.value!r}")
    return faults


def wrong_sheet(sheet, gid, why):
    """Return what is wrong with a sheet: it must say what the number is, name it, and have all its numbers."""
    faults = []
    if not sheet["heading"].startswith(f"{why.says}: "):
        faults.append(f"{gid}: the sheet's heading is {sheet['heading']!r}, expected {why.says!r}")
    if sheet["gid"] != gid:
        faults.append(f"{gid}: the sheet names it {sheet['gid']!r}")
    expected = [why.value]
    for part in why.parts:
        if isinstance(part, LineOfWhy):
            expected += [piece.value for piece in part.pieces if not isinstance(piece, str)]
        elif isinstance(part, Sum):
            expected += [*(term.value for term in part.terms), part.total]
    shown = [float(title.rpartition(" = ")[2].replace("Infinity", "inf")) for title in sheet["titles"]]
    if len(shown) != len(expected) or not np.allclose(shown, expected, rtol=1e-8, atol=0, equal_nan=True):
        faults.append(f"{gid}: the sheet has the numbers {shown[:8]}, expected {expected[:8]}")
    return faults
