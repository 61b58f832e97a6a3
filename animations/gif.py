"""GIF files, streamed: one palette for all frames, and of each frame only the pixels that changed.

Pillow compresses the frames and writes their headers; the few bytes around them are written here, because Pillow's own
animation writer holds every frame in memory before it writes the first.

A frame's colours are looked up in a table of 64³ cells (6 bits each of red, green, blue), filled as colours come up.
Index 255 means "as before"; nothing is dithered, since a dithered area would change in every frame.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import BinaryIO

import numpy as np
from PIL import GifImagePlugin, Image

UNCHANGED = 255
EXACT = 15  # so many of the commonest colours stand in the palette exactly


def make_palette(samples: Iterable[np.ndarray], colors: int = 255) -> np.ndarray:
    """Return a palette (colors, 3) uint8 for frames like `samples`, (H, W, 4) uint8 each.

    The commonest 15 colours exactly, the others by octree from all samples.
    """
    pixels = np.concatenate([sample[..., :3].reshape(-1, 3) for sample in samples])
    colours, counts = np.unique(_pack(pixels), return_counts=True)
    common = _unpack(colours[np.argsort(-counts, kind="stable")[:EXACT]])
    octree = Image.fromarray(pixels[None]).quantize(colors - EXACT, method=Image.Quantize.FASTOCTREE)
    found = np.array(octree.getpalette("RGB"), np.uint8).reshape(-1, 3)
    return np.concatenate([common, found])[:colors]


class GifWriter:
    """Writes frames (H, W, 4) uint8 of one size to a binary file, as they come."""

    def __init__(self, file: BinaryIO, width: int, height: int, palette: np.ndarray) -> None:
        self.file, self.palette = file, palette.astype(np.int32)
        self.table = np.full(64**3, UNCHANGED, np.uint8)
        self.table[_cell(_pack(palette))[::-1]] = np.arange(len(palette), dtype=np.uint8)[::-1]  # first of a cell wins
        self.packed: np.ndarray | None = None  # the last frame's colours
        self.shown: np.ndarray | None = None  # their indices
        self.waiting: tuple[np.ndarray, tuple[int, int], int] | None = None  # indices, corner, hundredths of a second
        file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0b11110111, 0, 0))  # a global palette of 256
        file.write(palette.tobytes().ljust(768, b"\0"))
        file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", 0, 0))  # repeat for ever

    def add(self, frame: np.ndarray, hundredths: int) -> None:
        """Show `frame` for so many hundredths of a second; a frame equal to the last only holds that longer."""
        packed = _pack(frame)
        if self.packed is None or self.shown is None:
            self.packed, self.shown = packed, self._indices(packed)
            self._write(self.shown.copy(), (0, 0), hundredths)
            return
        rows, columns = np.nonzero(packed != self.packed)
        new = self._indices(packed[rows, columns])
        differs = new != self.shown[rows, columns]  # a colour may change and keep its index
        rows, columns, new = rows[differs], columns[differs], new[differs]
        self.packed = packed
        if new.size == 0:
            self._hold(hundredths)
            return
        self.shown[rows, columns] = new
        top, left = int(rows[0]), int(columns.min())
        indices = np.full((int(rows[-1]) + 1 - top, int(columns.max()) + 1 - left), UNCHANGED, np.uint8)
        indices[rows - top, columns - left] = new
        self._write(indices, (left, top), hundredths)

    def close(self) -> None:
        """Write the last frame and the end of the file, which stays open."""
        self._flush()
        self.file.write(b";")

    def _indices(self, packed: np.ndarray) -> np.ndarray:
        """Return the palette index of every colour, finding the nearest for cells that come up for the first time."""
        cells = _cell(packed)
        indices = self.table[cells]
        missing = np.unique(cells[indices == UNCHANGED])
        if missing.size:
            centre = np.stack([missing << 2 & 0xFC, missing >> 4 & 0xFC, missing >> 10 & 0xFC], axis=-1) + 2
            distance = ((centre[:, None, :] - self.palette[None]) ** 2).sum(axis=-1)
            self.table[missing] = distance.argmin(axis=1)
            indices = self.table[cells]
        return indices

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
        image = Image.frombuffer("P", indices.shape[::-1], indices, "raw", "P", 0, 1)
        blocks = GifImagePlugin.getdata(image, corner, duration=10 * hundredths, transparency=UNCHANGED, disposal=1)
        self.file.writelines(blocks)
        self.waiting = None


def _pack(pixels: np.ndarray) -> np.ndarray:
    """Return colours as single numbers, red + 256 green + 65536 blue, from (…, 3) or (…, 4) uint8."""
    if pixels.shape[-1] == 4:
        return np.ascontiguousarray(pixels).view("<u4")[..., 0] & np.uint32(0xFFFFFF)
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    return red | green << 8 | blue << 16


def _unpack(packed: np.ndarray) -> np.ndarray:
    return np.stack([packed & 255, packed >> 8 & 255, packed >> 16 & 255], axis=-1).astype(np.uint8)


def _cell(packed: np.ndarray) -> np.ndarray:
    """Return the number of a colour's cell in the table: the upper 6 bits of red, green and blue."""
    return (packed >> 2 & 0x3F) | (packed >> 4 & 0xFC0) | (packed >> 6 & 0x3F000)
