"""A film as a fragment of HTML: the drawing of its first picture; and, packed, all changes and explanations.

`player/player.js` plays it. It reads this from JSON:

    motion, loop     pictures from one frame to the next; how often it plays, 0 for ever
    milliseconds     how long it shows each picture
    unit, moments    what the frames count, and the count of each frame: "update", [0, 1, 2, 4]
    changes          strings; tracks [slot, attribute, pictures, numbers of strings], both as steps from one to the
                     next, which deflate better; texts, each frame in words
    whys             for each `why_group` frames: frame → gid → why, see `whys`

`changes` and each of `whys` are JSON, deflated, in base64.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from animations.engine.clip import Clip
from animations.formats.dark import at_night
from animations.formats.drawing import Drawing, Slot
from animations.formats.fonts import font_rules
from animations.formats.looks import Looks
from animations.formats.paths import UNITS
from animations.formats.svg import Element
from animations.formats.whys import Explanations, pack

LEAST = 12  # pixels of the smallest text, on any screen
SHARED = ("font-family", "font-size", "stroke-width")  # what needs them names them, most often the same in a panel


def fragment(clip: Clip, drawing: Drawing, name: str, whys: Explanations) -> str:
    """Return the film as HTML, for a page that has the player."""
    title, ident = html.escape(name.replace("_", " ")), f"film-{re.sub(r'[^A-Za-z0-9_-]', '-', name)}"
    width, height = clip.scene.size
    markup = _Markup(drawing, ident, clip.scale)
    stage = markup.stage(drawing.layout)
    unit, moments = clip.scene.moments()
    texts = [clip.scene.describe(frame) for frame in range(clip.scene.frames)]
    data = {
        "motion": clip.motion,
        "loop": clip.loop,
        "milliseconds": clip.delays(1000),
        "unit": unit,
        "moments": [moment if isinstance(moment, str) else float(moment) for moment in moments],
        "changes": pack(_changes([*drawing.slots, *markup.trails]) | {"texts": texts}),
        "whys": whys.groups,
        "why_group": whys.group,
        "why_says": whys.says,
    }
    packed = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<section class="film" id="{ident}" style="--width:{width};--height:{height}" aria-label="{title}">\n'
        f"<style>{font_rules(drawing.renderer.letters)}\n{_variables(ident, drawing.renderer.looks)}</style>\n"
        f'<div class="stage">{stage}</div>\n'
        f'<script type="application/json" class="film-data">{packed}</script>\n</section>\n'
    )


def _variables(ident: str, looks: Looks) -> str:
    """Return CSS variables for the colours, by day and by night, and for the clips and hatches of this film."""
    day = ";".join(f"--c{number}:{colour}" for number, colour in enumerate(looks.colours))
    night = ";".join(f"--c{number}:{at_night(colour)}" for number, colour in enumerate(looks.colours))
    named = "".join(f";--{name}:url(#{ident}-{name})" for name in (*looks.clips.values(), *looks.hatches.values()))
    return f"#{ident}{{{day}{named}}}\n@media screen and (prefers-color-scheme:dark){{#{ident}{{{night}}}}}"


def _changes(slots: Iterable[Slot]) -> dict[str, Any]:
    """Return all changes: the strings, and for each attribute of a slot, the picture from which each string holds."""
    strings: dict[str, int] = {}
    tracks = [
        [slot.number, name, _steps(picture for picture, _ in track),
         _steps(-1 if value is None else strings.setdefault(value, len(strings)) for _, value in track)]
        for slot in slots for name, track in slot.tracks.items() if len(track) > 1
    ]  # fmt: skip
    return {"strings": [*strings], "tracks": tracks}


def _steps(numbers: Iterable[int]) -> list[int]:
    """Return the steps from 0 to the first number, and from each to the next.

    >>> _steps([3, 4, 9])
    [3, 1, 5]
    """
    return [number - before for before, number in pairwise([0, *numbers])]


class _Markup:
    """Writes the elements of a drawing; the names of its clips and hatches begin with `ident`.

    A drawing at a `scale` has finer units, but is shown at the size of its scene.
    """

    def __init__(self, drawing: Drawing, ident: str, scale: float) -> None:
        self.drawing, self.ident, self.scale = drawing, ident, scale
        self.trails: list[Slot] = []

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
        elements = self._elements(number)
        shared = _most_common(elements)
        body = "\n".join(_written(element, shared) for element in elements)
        x, y, width, height = self.drawing.panels[number].box
        box = f"{UNITS * x:g} {UNITS * y:g} {UNITS * width:g} {UNITS * height:g}"
        least = min(1, LEAST * UNITS * self.scale / self._smallest(number))  # none is shown larger than it was made
        shape = f"--width:{width / self.scale:g};--height:{height / self.scale:g};--least:{least:.3f}"
        says = self.drawing.painter.scene.describe(0)
        fixed = {"viewBox": box, "role": "img", "aria-label": says, "fill": "none", "stroke-linejoin": "round"}
        defined = self._definitions() if number == 0 else ""
        return (
            f'<div class="panel" style="{shape}"><svg{_as_attributes(fixed | shared)}>{defined}\n{body}\n</svg></div>'
        )

    def _elements(self, number: int) -> list[Element]:
        """Return all elements of a panel as the first picture has them; those of later pictures are hidden."""
        drawing = self.drawing
        trails = [self._trail(*each) for each in drawing.trails[number]]
        slots = [slot for layer in drawing.layers.values() if layer.panel == number for slot in layer.slots]
        return [*drawing.background[number], *map(_first, trails + slots)]

    def _trail(self, picture: int, element: Element) -> Slot:
        """Return a slot for an element that appears with a picture, and stays as it is."""
        slot = Slot(len(self.drawing.slots) + len(self.trails), element.tag)
        slot.set(0, element.attributes | {"text": element.text})
        if picture:
            slot.tracks["display"] = [(0, "none"), (picture, None)]
        self.trails.append(slot)
        return slot

    def _smallest(self, number: int) -> float:
        """Return the size of the smallest text in a panel, in units."""
        drawing = self.drawing
        sizes = [element.attributes.get("font-size") for element in drawing.background[number]]
        for layer in drawing.layers.values():
            if layer.panel == number:
                sizes += [value for slot in layer.slots for _, value in slot.tracks.get("font-size", [])]
        return min((float(size) for size in sizes if size), default=LEAST * UNITS)

    def _definitions(self) -> str:
        """Return the clips and the hatches."""
        looks = self.drawing.renderer.looks
        side = UNITS * int(looks.dpi)
        clips = [f'<clipPath id="{self.ident}-{name}"><path d="{shape}"/></clipPath>'
                 for shape, name in looks.clips.items()]  # fmt: skip
        hatches = [f'<pattern id="{self.ident}-{name}" patternUnits="userSpaceOnUse" width="{side}" height="{side}">'
                   f"{lines}</pattern>" for lines, name in looks.hatches.items()]  # fmt: skip
        return f"<defs>{''.join(clips + hatches)}</defs>" if clips or hatches else ""


def _first(slot: Slot) -> Element:
    """Return a slot as the first picture has it."""
    values = {"data-slot": str(slot.number), **slot.first()}
    return Element(slot.tag, values, values.pop("text", ""))


def _most_common(elements: Iterable[Element]) -> dict[str, str]:
    """Return the most common values of what elements can inherit from their panel."""
    counts = {name: Counter(filter(None, (each.attributes.get(name) for each in elements))) for name in SHARED}
    return {name: count.most_common(1)[0][0] for name, count in counts.items() if count}


def _written(element: Element, shared: Mapping[str, str]) -> str:
    """Return an element as it is written in a panel that shares some attributes."""
    own = {name: value for name, value in element.attributes.items() if shared.get(name) != value}
    tag, text = element.tag, html.escape(element.text, quote=False)
    return f"<{tag}{_as_attributes(own)}>{text}</{tag}>" if text else f"<{tag}{_as_attributes(own)}/>"


def _as_attributes(values: Mapping[str, str]) -> str:
    return "".join(f' {name}="{html.escape(value)}"' for name, value in values.items())
