"""Interactive pages: one HTML file that plays a scene, frame by frame, backward too, without a network.

A frame is stored as runs: pixels in a row, of one colour, that differ from the frame before. Every 20th frame is whole,
so that any frame is reached from one that is at most 19 before it. The pixels are exactly the painted ones. The player
is `page.html`; what it is given, as JSON:

    milliseconds, texts   of each frame: how long it is shown, and what it shows in words
    groups                of each 20 frames: the numbers of runs, and the runs (see `Packer`), deflated, in base64
    colours               red, green, blue of each colour, in the order in which they come up, deflated, in base64

PNG pictures of what changed would take half as many bytes again, and a browser needs 20 ms and more to jump with them.
Runs are for drawings; of photographs that change all over they make large files.
"""

from __future__ import annotations

import base64
import html
import io
import json
import zlib
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import BinaryIO

import numpy as np

from animations.engine.clip import Reel, Writer
from animations.formats.differences import pack, unpack
from animations.scene import Scene, checked_scene

KEY = 20  # each so many frames a whole one
CONTROLS = 52  # pixels below the picture, for the buttons
NARROWEST = 600  # pixels that these need in one row


def write_page(reel: Reel, file: BinaryIO) -> Writer:
    """Write the player and, into it, frame after frame."""
    head, tail = _player(reel)
    last = reel.scene.frames - 1
    meta = {
        "key": KEY,
        "milliseconds": [10 * hundredths for hundredths in reel.hundredths()],
        "texts": [reel.scene.describe(number) for number in range(last + 1)],
    }
    opened = json.dumps(meta).replace("<", "\\u003c")[:-1]  # no text may end the script element
    file.write(f'{head}{opened}, "groups": [\n'.encode())
    packer = Packer()
    for number in range(last + 1):
        packer.add((yield), whole=number % KEY == 0)
        if number % KEY == KEY - 1 or number == last:
            file.write(f"{',' if number >= KEY else ''}{json.dumps(packer.take_group())}\n".encode())
    file.write(f'], "colours": "{packer.colours()}"}}{tail}'.encode())


class Packer:
    """Packs frames (H, W, 4) uint8 as runs of pixels, numbered row by row from the upper left corner.

    A run is three numbers: how many pixels after the end of the last run it starts, how long it is, and the number of
    its colour. A frame of n runs is written as n low bytes of the first, n middle bytes, n high bytes (most are zero,
    which deflates to nothing), then the same of the second and the third.
    """

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}  # packed colour → its number
        self.before = np.empty(0, np.uint32)
        self.counts: list[int] = []
        self.deflate = zlib.compressobj(9)
        self.deflated = b""

    def add(self, frame: np.ndarray, whole: bool) -> None:
        """Add a frame: all of it, or what differs from the last one."""
        now = pack(frame).ravel()
        pixels = np.arange(now.size) if whole else np.flatnonzero(now != self.before)
        start, length, colour = runs(pixels, now[pixels])
        gap = np.diff(start, prepend=0)
        gap[1:] -= length[:-1]
        for values in (gap, length, self._numbers_of(colour)):
            low_to_high = values.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3]
            self.deflated += self.deflate.compress(low_to_high.T.tobytes())
        self.counts.append(len(start))
        self.before = now

    def take_group(self) -> tuple[list[int], str]:
        """Return the numbers of runs of the frames since the last call, and the runs."""
        group = self.counts, base64.b64encode(self.deflated + self.deflate.flush()).decode()
        self.counts, self.deflate, self.deflated = [], zlib.compressobj(9), b""
        return group

    def colours(self) -> str:
        """Return red, green and blue of all colours so far."""
        return base64.b64encode(zlib.compress(unpack(np.array([*self.numbers], np.uint32)).tobytes(), 9)).decode()

    def _numbers_of(self, colours: np.ndarray) -> np.ndarray:
        """Return the number of each colour; new ones come next, the commonest first: small numbers deflate better."""
        found, inverse, counts = np.unique(colours, return_inverse=True, return_counts=True)
        for colour in found[np.argsort(-counts, kind="stable")].tolist():
            self.numbers.setdefault(colour, len(self.numbers))
        return np.array([self.numbers[colour] for colour in found.tolist()], np.uint32)[inverse]


def runs(pixels: np.ndarray, colours: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return start, length and colour of each run, from the numbers of pixels, in order, and their colours.

    >>> runs(np.array([3, 4, 5, 9]), np.array([7, 7, 8, 8]))
    (array([3, 5, 9]), array([2, 1, 1]), array([7, 8, 8]))
    """
    apart = (np.diff(pixels) != 1) | (colours[1:] != colours[:-1])
    first = np.flatnonzero(np.append(pixels[:1] >= 0, apart))
    return pixels[first], np.diff(first, append=len(pixels)), colours[first]


def embed(scene: Scene) -> str:
    """Return the page of a scene as HTML to put into another page, such as a notebook."""
    file, name = io.BytesIO(), type(scene).__name__
    reel = Reel(checked_scene("embed", scene), title=name)
    reel.write([write_page(reel, file)])
    (width, height), page = scene.size, html.escape(file.getvalue().decode())
    style = (
        f"width: 100%; max-width: {max(width, NARROWEST)}px; border: 0; "
        f"height: calc(min(100cqw, {width}px) * {height / width:.4f} + {CONTROLS + 2}px)"
    )
    frame = f'<iframe srcdoc="{page}" title="{name}" style="{style}"></iframe>'
    return f'<div style="container-type: inline-size">{frame}</div>'


def _player(reel: Reel) -> tuple[str, str]:
    """Return the player for this scene: what comes before its data, and what comes after them."""
    (width, height), last = reel.scene.size, reel.scene.frames - 1
    values = {
        "title": html.escape(Path(reel.title).stem.replace("_", " ")),
        "width": width,
        "height": height,
        "last": last,
        "narrowest": NARROWEST,
        "label_width": len(f"frame {last} / {last}"),
    }
    head, tail = files("animations.formats").joinpath("page.html").read_text(encoding="utf-8").split("$film")
    return Template(head).substitute(values), Template(tail).substitute(values)
