"""A film as a fragment of HTML: the drawing of its first picture; and, packed, all changes and explanations.

`player/player.js` plays it. It reads this from JSON:

    motion, loop     pictures from one frame to the next; how often it plays, 0 for ever
    milliseconds     how long it shows each picture
    unit, moments    what the frames count, and the count of each frame: "update", [0, 1, 2, 4]
    changes          strings; tracks [slot, attribute, pictures, numbers of strings]; trails [slot, picture];
                     texts, each frame in words
    whys             for each `why_group` frames: frame → gid → why, see `whys`

`changes` and each of `whys` are JSON, deflated, in base64.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from animations.engine.clip import Clip
from animations.formats.dark import at_night
from animations.formats.drawing import Drawing, Slot
from animations.formats.fonts import font_rules
from animations.formats.svg import UNITS, Element
from animations.formats.whys import Explanations, pack

LEAST = 12  # pixels of the smallest text, on any screen


def fragment(clip: Clip, drawing: Drawing, name: str, whys: Explanations) -> str:
    """Return the film as HTML, for a page that has the player."""
    title, ident = html.escape(name.replace("_", " ")), f"film-{re.sub(r'[^A-Za-z0-9_-]', '-', name)}"
    width, height = clip.scene.size
    markup = _Markup(drawing, ident, clip.scale)
    stage, trails = markup.stage(drawing.layout), markup.trails
    unit, moments = clip.scene.moments()
    texts = [clip.scene.describe(frame) for frame in range(clip.scene.frames)]
    data = {
        "motion": clip.motion,
        "loop": clip.loop,
        "milliseconds": clip.delays(1000),
        "unit": unit,
        "moments": [moment if isinstance(moment, str) else float(moment) for moment in moments],
        "changes": pack(_changes(drawing.slots, trails, markup) | {"texts": texts}),
        "whys": whys.groups,
        "why_group": whys.group,
        "why_says": whys.says,
    }
    packed = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<section class="film" id="{ident}" style="--width:{width};--height:{height}" aria-label="{title}">\n'
        f"<style>{font_rules(drawing.renderer.letters)}\n{_colours(ident, drawing.renderer.colours)}</style>\n"
        f'<div class="stage">{stage}</div>\n'
        f'<script type="application/json" class="film-data">{packed}</script>\n</section>\n'
    )


def _colours(ident: str, colours: Iterable[str]) -> str:
    """Return CSS variables for the colours, by day and by night."""
    day = ";".join(f"--c{number}:{colour}" for number, colour in enumerate(colours))
    night = ";".join(f"--c{number}:{at_night(colour)}" for number, colour in enumerate(colours))
    return f"#{ident}{{{day}}}\n@media screen and (prefers-color-scheme:dark){{#{ident}{{{night}}}}}"


def _changes(slots: Iterable[Slot], trails: list[tuple[int, int]], markup: _Markup) -> dict[str, Any]:
    """Return all changes: the strings, and for each attribute of a slot, the picture from which each string holds."""
    strings: dict[str, int] = {}
    tracks = [
        [slot.number, name, [picture for picture, _ in track],
         [-1 if value is None else strings.setdefault(markup.named(value), len(strings)) for _, value in track]]
        for slot in slots for name, track in slot.tracks.items() if len(track) > 1
    ]  # fmt: skip
    return {"strings": [*strings], "tracks": tracks, "trails": trails}


class _Markup:
    """Writes the elements of a drawing; the names of its clips and hatches begin with `ident`.

    A drawing at a `scale` has finer units, but is shown at the size of its scene.
    """

    def __init__(self, drawing: Drawing, ident: str, scale: float) -> None:
        self.drawing, self.ident, self.scale = drawing, ident, scale
        self.trails: list[tuple[int, int]] = []  # (slot, picture)

    def named(self, value: str) -> str:
        """Return a value of an attribute; url(#…) in it points to this film's own element."""
        return value.replace("url(#", f"url(#{self.ident}-") if value.startswith("url(#") else value

    def stage(self, layout: Any) -> str:
        """Return a panel, or a row or column of panels."""
        if isinstance(layout, int):
            return self._panel(layout)
        direction, parts = layout
        width, inside = self._width(layout), "".join(map(self.stage, parts))
        return f'<div class="{direction}" style="--width:{width:g}">{inside}</div>'

    def _width(self, layout: Any) -> float:
        """Return the width of a panel, or of a row or column of panels."""
        if isinstance(layout, int):
            return self.drawing.panels[layout].box[2] / self.scale
        direction, parts = layout
        return (sum if direction == "row" else max)(map(self._width, parts))

    def _panel(self, number: int) -> str:
        """Return the first picture of a panel."""
        drawing = self.drawing
        x, y, width, height = drawing.panels[number].box
        body = [self._element(element) for element in drawing.background[number]]
        for picture, element in drawing.trails[number]:
            slot = len(drawing.slots) + len(self.trails)
            self.trails.append((slot, picture))
            hidden = {"display": "none"} if picture else {}
            body.append(self._element(element, {"data-slot": str(slot)} | hidden))
        for layer in drawing.layers.values():
            if layer.panel == number:
                body += [self._slot(slot) for slot in layer.slots]
        box = f"{UNITS * x:g} {UNITS * y:g} {UNITS * width:g} {UNITS * height:g}"
        least = min(1, LEAST * UNITS * self.scale / self._smallest(number))  # none is shown larger than it was made
        shape = f"--width:{width / self.scale:g};--height:{height / self.scale:g};--least:{least:.3f}"
        says = html.escape(self.drawing.painter.scene.describe(0))
        return (
            f'<div class="panel" style="{shape}"><svg viewBox="{box}" role="img" aria-label="{says}" fill="none" '
            f'stroke-linejoin="round">{self._definitions() if number == 0 else ""}\n'
            + "\n".join(body)
            + "\n</svg></div>"
        )

    def _smallest(self, number: int) -> float:
        """Return the size of the smallest text in a panel, in units."""
        drawing = self.drawing
        sizes = [element.attributes.get("font-size") for element in drawing.background[number]]
        for layer in drawing.layers.values():
            if layer.panel == number:
                sizes += [value for slot in layer.slots for _, value in slot.tracks.get("font-size", [])]
        return min((float(size) for size in sizes if size), default=LEAST * UNITS)

    def _slot(self, slot: Slot) -> str:
        values = slot.first()
        return self._element(Element(slot.tag, values, values.pop("text", "")), {"data-slot": str(slot.number)})

    def _element(self, element: Element, more: Mapping[str, str] = {}) -> str:
        attributes = {**more, **element.attributes}
        written = "".join(f' {name}="{html.escape(self.named(value))}"' for name, value in attributes.items())
        text = html.escape(element.text, quote=False)
        return f"<{element.tag}{written}>{text}</{element.tag}>" if text else f"<{element.tag}{written}/>"

    def _definitions(self) -> str:
        """Return the clips and the hatches."""
        renderer, side = self.drawing.renderer, UNITS * int(self.drawing.renderer.dpi)
        clips = [f'<clipPath id="{self.ident}-{name}"><path d="{shape}"/></clipPath>'
                 for shape, name in renderer.clips.items()]  # fmt: skip
        hatches = [f'<pattern id="{self.ident}-{name}" patternUnits="userSpaceOnUse" width="{side}" height="{side}">'
                   f"{lines}</pattern>" for lines, name in renderer.hatches.items()]  # fmt: skip
        return f"<defs>{''.join(clips + hatches)}</defs>" if clips or hatches else ""
