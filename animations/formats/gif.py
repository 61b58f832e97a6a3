"""GIF files, streamed: one palette for all frames, and of each frame only the pixels that changed.

Pillow compresses the frames; the few bytes around them are written here, because Pillow's own animation writer holds
every frame in memory before it writes the first. The format: GIF89a Specification, CompuServe 1990.

A frame's colours are looked up in a table of 64³ cells (6 bits each of red, green, blue), filled as colours come up.
Index 255 means "as before"; nothing is dithered, since a dithered area would change in every frame.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from typing import BinaryIO

import numpy as np
from PIL import Image

from animations.engine.clip import Clip, Taker
from animations.engine.painter import Painter
from animations.formats.differences import Difference, difference, pack, unpack

BITS = 8
UNCHANGED = 255
EXACT = 15  # so many of the commonest colours stand in the palette exactly
LATE = 8  # so many places are kept for colours that come up when the palette is made
FAR = 3 * 16**2  # a colour this far (squared) from all in the palette is worth one of these places
LONGEST = 65_535  # hundredths of a second that a frame can be shown


def make_palette(samples: Iterable[np.ndarray], colors: int = 255) -> np.ndarray:
    """Return a palette (at most colors, 3) uint8 for frames like `samples`, (H, W, 4) uint8 each.

    The commonest 15 colours exactly, the others by octree from all samples.
    """
    pixels = np.concatenate(list(samples))
    colours, counts = np.unique(pack(pixels), return_counts=True)
    common = unpack(colours[np.argsort(-counts, kind="stable")[:EXACT]])
    octree = Image.fromarray(pixels).convert("RGB").quantize(colors - EXACT, method=Image.Quantize.FASTOCTREE)
    found = np.array(octree.getpalette("RGB"), np.uint8).reshape(-1, 3)
    return np.concatenate([common, found])[:colors]


def write_gif(clip: Clip, painter: Painter, file: BinaryIO, name: str) -> Taker:
    """Write every picture, with a palette made from the first, the middle and the last."""
    last = clip.scene.frames - 1
    samples = [painter.paint(number).copy() for number in sorted({0, (last + 1) // 2, last})]
    height, width, _ = painter.pixels.shape
    writer = GifWriter(file, width, height, make_palette(samples, clip.colors - LATE), late=LATE, loop=clip.loop)
    for delay in clip.delays():
        writer.add((yield), delay)
    writer.close()


class GifWriter:
    """Writes frames (H, W, 4) uint8 of one size to a binary file, as they come; the palette at last."""

    def __init__(
        self, file: BinaryIO, width: int, height: int, palette: np.ndarray, late: int = 0, loop: int = 0
    ) -> None:
        """Start with `palette`, to which up to `late` colours may be added that are far from all in it."""
        self.file, self.palette = file, palette.astype(np.int32)
        self.room = min(len(palette) + late, UNCHANGED)
        self.table = np.full(64**3, UNCHANGED, np.uint8)
        self.table[_cell(pack(palette))[::-1]] = np.arange(len(palette), dtype=np.uint8)[::-1]  # first of a cell wins
        self.packed: np.ndarray | None = None  # the last frame's colours
        self.shown: np.ndarray | None = None  # their indices
        self.waiting: tuple[np.ndarray, tuple[int, int], int] | None = None  # indices, corner, hundredths of a second
        file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0b11110111, 0, 0))  # a global palette of 256
        self.palette_at = file.tell()
        file.write(bytes(768))
        if loop != 1:  # after once it is repeated so often, or for ever
            file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", max(loop - 1, 0), 0))

    def add(self, frame: np.ndarray, hundredths: int) -> None:
        """Show `frame` for so many hundredths of a second; a frame equal to the last only holds that longer."""
        packed = pack(frame)
        if self.packed is None or self.shown is None:
            self.packed, self.shown = packed, self._indices(packed)
            self._write(self.shown.copy(), (0, 0), hundredths)
            return
        changed = difference(self.packed, packed)
        indices = self._indices(changed.colours)
        differs = indices != self.shown[changed.rows, changed.columns]  # a colour may change and keep its index
        changed, indices = Difference(*(part[differs] for part in changed)), indices[differs]
        self.packed = packed
        if indices.size == 0:
            self._hold(hundredths)
            return
        self.shown[changed.rows, changed.columns] = indices
        left, top, width, height = changed.box()
        image = np.full((height, width), UNCHANGED, np.uint8)
        image[changed.rows - top, changed.columns - left] = indices
        self._write(image, (left, top), hundredths)

    def close(self) -> None:
        """Write the last frame, the end and the palette; the file stays open."""
        self._flush()
        self.file.write(b";")
        self.file.seek(self.palette_at)
        self.file.write(self.palette.astype(np.uint8).tobytes())
        self.file.seek(0, os.SEEK_END)

    def _indices(self, packed: np.ndarray) -> np.ndarray:
        """Return the palette index of every colour; colours of cells that come up for the first time get theirs."""
        cells = _cell(packed)
        indices = self.table[cells]
        unknown = indices == UNCHANGED
        if unknown.any():
            colours, counts = np.unique(packed[unknown], return_counts=True)
            colours = colours[np.argsort(-counts, kind="stable")]
            colours = colours[np.sort(np.unique(_cell(colours), return_index=True)[1])]  # the commonest of each cell
            for start in range(0, len(colours), 4096):  # so many at once, or a photograph fills the memory
                self._find_places(colours[start : start + 4096])
            indices = self.table[cells]
        return indices

    def _find_places(self, colours: np.ndarray) -> None:
        """Give the cells of `colours`, the commonest first, the nearest index; far ones a new one if there is room."""
        distance = self._nearest(colours)[1]
        for colour in colours[distance > FAR]:
            if len(self.palette) < self.room and self._nearest(colour[None])[1][0] > FAR:
                self.palette = np.concatenate([self.palette, unpack(colour[None])])
        self.table[_cell(colours)] = self._nearest(colours)[0]

    def _nearest(self, colours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the index of the nearest colour in the palette for each of `colours`, and its squared distance."""
        distance = ((unpack(colours).astype(np.int32)[:, None, :] - self.palette[None]) ** 2).sum(axis=-1)
        return distance.argmin(axis=1), distance.min(axis=1)

    def _hold(self, hundredths: int) -> None:
        assert self.waiting is not None
        indices, corner, before = self.waiting
        self.waiting = indices, corner, before + hundredths

    def _write(self, indices: np.ndarray, corner: tuple[int, int], hundredths: int) -> None:
        """Write the frame that waits, and let this one wait: the next may be equal and lengthen it."""
        self._flush()
        self.waiting = indices, corner, hundredths

    def _flush(self) -> None:
        if self.waiting is None:
            return
        indices, corner, hundredths = self.waiting
        while hundredths > LONGEST:
            self._write_image(indices, corner, LONGEST)
            indices, hundredths = np.full((1, 1), UNCHANGED, np.uint8), hundredths - LONGEST
        self._write_image(indices, corner, hundredths)
        self.waiting = None

    def _write_image(self, indices: np.ndarray, corner: tuple[int, int], hundredths: int) -> None:
        height, width = indices.shape
        keep_and_see_through = 0b00000101  # what was drawn stays; UNCHANGED lets it show
        self.file.write(b"\x21\xf9\x04" + struct.pack("<BHBB", keep_and_see_through, hundredths, UNCHANGED, 0))
        self.file.write(b"," + struct.pack("<HHHHBB", *corner, width, height, 0, BITS))
        image = Image.frombuffer("P", (width, height), indices, "raw", "P", 0, 1)
        self.file.write(image.tobytes("gif", "P", BITS, 0) + b"\0")


def _cell(packed: np.ndarray) -> np.ndarray:
    """Return the number of a colour's cell in the table: the upper 6 bits of red, green and blue."""
    return (packed >> 2 & 0x3F) | (packed >> 4 & 0xFC0) | (packed >> 6 & 0x3F000)
