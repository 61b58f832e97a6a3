"""Animated PNG: every pixel exactly as painted, in a file that browsers show as a picture.

The file is an ordinary PNG of the first frame. After it comes, for each further frame, the rectangle that changed,
transparent where nothing did. PNG specification, third edition, W3C 2025, chapters 5 and 11.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

import numpy as np

from animations.engine.clip import Clip, Taker
from animations.engine.painter import Painter
from animations.formats.differences import difference, pack, unpack

KEEP, OVER = 0, 1  # the frame stays when the next comes; the next is drawn over it
LONGEST = 65_535  # hundredths of a second; longer times are given in whole seconds


def write_apng(clip: Clip, painter: Painter, file: BinaryIO, name: str) -> Taker:
    """Write every picture as it arrives."""
    height, width, _ = painter.pixels.shape
    delays = clip.delays()
    file.write(b"\x89PNG\r\n\x1a\n")
    _write_chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))  # 8 bits; red green blue alpha
    _write_chunk(file, b"acTL", struct.pack(">II", len(delays), clip.loop))
    number, before = 0, np.empty(0, np.uint32)  # the chunks of frames are numbered
    for delay in delays:
        frame = yield
        now = pack(frame)
        left, top, rectangle = _changed_rectangle(before, now) if number else (0, 0, frame)
        size = rectangle.shape[1], rectangle.shape[0], left, top
        time = (delay, 100) if delay <= LONGEST else (delay // 100, 1)
        _write_chunk(file, b"fcTL", struct.pack(">IIIIIHHBB", number, *size, *time, KEEP, OVER))
        data = _deflate(rectangle)
        if number == 0:
            _write_chunk(file, b"IDAT", data)
        else:
            _write_chunk(file, b"fdAT", struct.pack(">I", number + 1) + data)
        number += 2 if number else 1
        before = now
    _write_chunk(file, b"IEND", b"")


def _changed_rectangle(before: np.ndarray, now: np.ndarray) -> tuple[int, int, np.ndarray]:
    """Return left, top and the pixels (H, W, 4) of the rectangle that changed; one transparent pixel if nothing did."""
    changed = difference(before, now)
    if changed is None:
        return 0, 0, np.zeros((1, 1, 4), np.uint8)
    rectangle = np.zeros((changed.height, changed.width, 4), np.uint8)
    rows, columns = changed.rows - changed.top, changed.columns - changed.left
    rectangle[rows, columns, :3] = unpack(changed.colours)
    rectangle[rows, columns, 3] = 255
    return changed.left, changed.top, rectangle


def _deflate(rectangle: np.ndarray) -> bytes:
    """Return the rows, deflated; each begins with a byte that says how it is filtered (not at all)."""
    height, width, _ = rectangle.shape
    rows = np.zeros((height, 1 + 4 * width), np.uint8)
    rows[:, 1:] = rectangle.reshape(height, 4 * width)
    return zlib.compress(rows.tobytes())


def _write_chunk(file: BinaryIO, kind: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
