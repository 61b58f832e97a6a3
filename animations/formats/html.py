"""Interactive pages: one HTML file that plays a scene, frame by frame, backward too, without a network.

A picture is stored as runs: pixels in a row, of one colour, that differ from the one before. Every 20th is whole,
so that any is reached from one that is at most 19 before it. The pixels are exactly the painted ones. The player
is `page.html`; what it is given, as JSON:

    motion, loop   pictures from a frame to the next; how often it plays, 0 for ever
    milliseconds   how long each picture is shown
    texts          what each frame shows, in words
    groups         of each 20 pictures: the numbers of runs, and the runs (see `Packer`), deflated, in base64
    colours        red, green, blue of each colour, in the order in which they come up, deflated, in base64

PNG pictures of what changed would take half as many bytes again, and a browser needs 20 ms and more to jump with them.
Runs are for drawings; of photographs that change all over they make large files.
"""

from __future__ import annotations

import base64
import html
import json
import zlib
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import BinaryIO

import numpy as np

from animations.engine.clip import Clip, Taker
from animations.engine.painter import Painter
from animations.formats.differences import pack, unpack
from animations.scene import Scene

KEY = 20  # one frame in 20 is whole
CONTROLS = 52  # pixels below the picture, for the buttons
NARROWEST = 600  # pixels that these need in one row


def write_page(clip: Clip, painter: Painter, file: BinaryIO, name: str) -> Taker:
    """Write the player and, into it, picture after picture."""
    head, tail = _player(clip, painter, name)
    delays = clip.delays(1000)
    meta = {
        "key": KEY,
        "motion": clip.motion,
        "loop": clip.loop,
        "milliseconds": delays,
        "texts": [clip.scene.describe(frame) for frame in range(clip.scene.frames)],
    }
    opened = json.dumps(meta).replace("<", "\\u003c")[:-1]  # no text may end the script element
    file.write(f'{head}{opened}, "groups": [\n'.encode())
    packer = Packer()
    for number in range(len(delays)):
        packer.add((yield), whole=number % KEY == 0)
        if number % KEY == KEY - 1 or number == len(delays) - 1:
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
        self.deflate = zlib.compressobj()
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
        self.counts, self.deflate, self.deflated = [], zlib.compressobj(), b""
        return group

    def colours(self) -> str:
        """Return red, green and blue of all colours so far."""
        return base64.b64encode(zlib.compress(unpack(np.array([*self.numbers], np.uint32)).tobytes())).decode()

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


def embed(page: str, scene: Scene) -> str:
    """Return a page of a scene as HTML to put into another page, such as a notebook."""
    (width, height), name = scene.size, type(scene).__name__
    style = (
        f"width: 100%; max-width: {max(width, NARROWEST)}px; border: 0; "
        f"height: calc(min(100cqw, {width}px) * {height / width:.4f} + {CONTROLS + 2}px)"
    )
    frame = f'<iframe srcdoc="{html.escape(page)}" title="{name}" style="{style}"></iframe>'
    return f'<div style="container-type: inline-size">{frame}</div>'


def _player(clip: Clip, painter: Painter, name: str) -> tuple[str, str]:
    """Return the player for this clip: what comes before its data, and what comes after them."""
    (width, height), last = clip.scene.size, clip.scene.frames - 1
    values = {
        "title": html.escape(Path(name).stem.replace("_", " ")),
        "width": width,
        "height": height,
        "across": painter.pixels.shape[1],
        "down": painter.pixels.shape[0],
        "last": last * clip.motion,
        "narrowest": NARROWEST,
        "label_width": len(f"frame {last} / {last}"),
    }
    head, tail = files("animations.formats").joinpath("page.html").read_text(encoding="utf-8").split("$film")
    return Template(head).substitute(values), Template(tail).substitute(values)
