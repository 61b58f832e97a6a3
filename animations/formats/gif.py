"""GIF files, written frame by frame: one palette for all frames, and in each frame only the pixels that changed.

Pillow compresses the frames; this module writes the few bytes around them, because Pillow's own animation writer keeps
all frames in memory until it writes the first. The format: GIF89a Specification, CompuServe 1990.

The last index, 255 or less, means "as before". Nothing is dithered, because a dithered area would change in every
frame.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from PIL import Image

from animations.engine.clip import Clip, Taker
from animations.engine.painter import Painter
from animations.formats.differences import Difference, difference, pack, unpack

UNCHANGED = 255  # the file has the last index of its palette instead
GAP = 12  # pixels; so few unchanged ones between two changed are written out: whole patterns compress better, by 5 %
EXACT = 15  # this many of the commonest colours are in the palette exactly
LATE = 8  # at least this many places are kept for colours that appear later
NEAR, FAR = 3 * 4**2, 3 * 16**2  # squared distances: see `Palette`
LONGEST = 65_535  # hundredths of a second, the longest time of a frame


def write_gif(clip: Clip, painter: Painter, file: BinaryIO, name: str) -> Taker:
    """Write every picture as it arrives. The palette comes from the first, the middle and the last picture.

    A picture equal to the one before only makes that one stay longer.
    """
    last = clip.scene.frames - 1
    palette = Palette([painter.paint(frame).copy() for frame in sorted({0, (last + 1) // 2, last})], clip.colors)
    height, width, _ = painter.pixels.shape
    bits = clip.colors.bit_length()  # of an index: colours, and one that means "as before"
    file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0b11110000 | bits - 1, 0, 0))  # a global palette
    palette_at = file.tell()
    file.write(bytes(3 * 2**bits))
    if clip.loop != 1:  # how often it plays again, or for ever
        file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", max(clip.loop - 1, 0), 0))
    delays = iter(clip.delays())
    before = pack((yield))
    image = palette.indices(before)
    shown, corner, delay = image, (0, 0), next(delays)
    for longer in delays:
        now = pack((yield))
        changed, before = difference(before, now), now
        if changed is not None:
            after = shown.copy()
            after[changed.rows, changed.columns] = palette.indices(changed.colours)
            changed = difference(shown, after)  # a colour may change and keep its index
        if changed is None:
            delay += longer
            continue
        _write_image(file, image, corner, delay, bits)
        image, corner, delay, shown = _changed_part(after, changed), changed[:2], longer, after
    _write_image(file, image, corner, delay, bits)
    file.write(b";")
    file.seek(palette_at)
    file.write(palette.colours.astype(np.uint8).tobytes())
    file.seek(0, os.SEEK_END)


class Palette:
    """At most `colors` colours (N, 3), and for every colour that appears the nearest of them.

    From samples, (H, W, 4) uint8 each, it takes the 15 commonest colours exactly, and the others by octree. A colour
    that appears later gets its own place if it differs enough from all others. While many places are free, a visible
    difference (not NEAR) is enough; the fewer are left, the larger it must be, up to a clearly different colour (FAR).

    To find the nearest colour, it uses a table of 64³ cells, 6 bits each of red, green, blue, filled as colours appear.
    """

    def __init__(self, samples: Sequence[np.ndarray], colors: int = 255) -> None:
        self.room = colors
        pixels = np.concatenate(samples)
        colours, counts = np.unique(pack(pixels), return_counts=True)
        common = unpack(colours[np.argsort(-counts, kind="stable")[:EXACT]])
        octree = Image.fromarray(pixels).convert("RGB")
        octree = octree.quantize(colors - EXACT - max(LATE, colors // 8), method=Image.Quantize.FASTOCTREE)
        found, in_use = np.array(octree.getpalette("RGB"), np.uint8).reshape(-1, 3), np.unique(np.asarray(octree))
        self.colours = np.concatenate([common, found[in_use]]).astype(np.int32)
        self.table = np.full(64**3, UNCHANGED, np.uint8)
        self.table[_cell(pack(self.colours))[::-1]] = np.arange(len(self.colours), dtype=np.uint8)[::-1]  # first wins

    def indices(self, packed: np.ndarray) -> np.ndarray:
        """Return the index of every packed colour; colours of cells that are new get theirs now."""
        cells = _cell(packed)
        unknown = self.table[cells] == UNCHANGED
        if unknown.any():
            found, counts = np.unique(packed[unknown], return_counts=True)
            found = found[np.argsort(-counts, kind="stable")]
            found = found[np.sort(np.unique(_cell(found), return_index=True)[1])]  # the commonest of each cell
            for part in np.array_split(found, 1 + len(found) // 4096):  # a whole photograph would fill the memory
                colours = unpack(part).astype(np.int32)
                distances = ((colours[:, None, :] - self.colours[None]) ** 2).sum(axis=-1)
                nearest, distance = distances.argmin(axis=1), distances.min(axis=1)
                for number in np.flatnonzero(distance > NEAR):
                    full = len(self.colours) / self.room
                    if full < 1 and distance[number] > max(NEAR, FAR * full**2):
                        others = ((colours - colours[number]) ** 2).sum(axis=1)
                        nearest[others < distance] = len(self.colours)
                        distance = np.minimum(distance, others)
                        self.colours = np.concatenate([self.colours, colours[number][None]])
                self.table[_cell(part)] = nearest
        return self.table[cells]


def _changed_part(shown: np.ndarray, changed: Difference) -> np.ndarray:
    """Return the rectangle around what changed: the new pixels and the short gaps between them; the rest is UNCHANGED.

    >>> new = np.arange(40, dtype=np.uint8)[None]
    >>> changed = difference(np.where(np.isin(new, (1, 3, 19)), 99, new), new)
    >>> _changed_part(new, changed).tolist()[0][:6]
    [1, 2, 3, 255, 255, 255]
    """
    left, top, width, height = changed[:4]
    part = shown[top : top + height, left : left + width].flatten()
    places = (changed.rows - top) * width + changed.columns - left
    ends = np.flatnonzero(np.diff(places) > GAP)
    steps = np.zeros(len(part) + 1, np.int8)
    steps[places[[0, *ends + 1]]], steps[places[[*ends, -1]] + 1] = 1, -1
    part[np.cumsum(steps[:-1], dtype=np.int8) == 0] = UNCHANGED
    return part.reshape(height, width)


def _write_image(file: BinaryIO, indices: np.ndarray, corner: tuple[int, int], delay: int, bits: int) -> None:
    """Write an image that stays for `delay` hundredths of a second."""
    unchanged = 2**bits - 1
    while True:
        height, width = indices.shape
        keep_and_see_through = 0b00000101  # the old picture stays; UNCHANGED lets it show through
        time = min(delay, LONGEST)
        file.write(b"\x21\xf9\x04" + struct.pack("<BHBB", keep_and_see_through, time, unchanged, 0))
        file.write(b"," + struct.pack("<HHHHBB", *corner, width, height, 0, bits))
        image = Image.frombuffer("P", (width, height), np.minimum(indices, unchanged), "raw", "P", 0, 1)
        file.write(image.tobytes("gif", "P", bits, 0) + b"\0")
        indices, delay = np.full((1, 1), UNCHANGED, np.uint8), delay - time
        if delay == 0:
            return


def _cell(packed: np.ndarray) -> np.ndarray:
    """Return the number of a colour's cell in the table: the upper 6 bits of red, green and blue."""
    return (packed >> 2 & 0x3F) | (packed >> 4 & 0xFC0) | (packed >> 6 & 0x3F000)
