"""The GIF writer as a machine: any frames, in any order, each for any time, ended or given up at any moment.

Pillow reads back what was written, and it must be what a plain list of frames and times says.
"""

import io
from types import SimpleNamespace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from PIL import Image, ImageSequence

from animations.formats.gif import FAR, LONGEST, NEAR, write_gif

HEIGHT, WIDTH = 5, 40  # wide enough for a gap between two changes
LEVELS = st.integers(0, 255) | st.sampled_from([0, 1, 3, 4, 128, 255])  # equal, nearly equal, far apart
COLOURS = st.tuples(LEVELS, LEVELS, LEVELS)
COLUMNS = st.integers(0, WIDTH - 1)
DELAYS = st.integers(1, 20) | st.sampled_from([LONGEST - 1, LONGEST, LONGEST + 1, 2 * LONGEST, 2 * LONGEST + 7])


class GifMachine(RuleBasedStateMachine):
    @initialize(stripes=st.lists(COLOURS, min_size=1, max_size=WIDTH), delay=DELAYS,
                colors=st.sampled_from([32, 40, 255]), loop=st.sampled_from([0, 1, 4]),
                ends=st.sampled_from([True, True, True, False]))  # fmt: skip
    def begin(self, stripes, delay, colors, loop, ends):
        """Paint vertical stripes. The palette is made of these; all colours that are painted later appear late."""
        first = np.empty((HEIGHT, WIDTH, 4), np.uint8)
        first[:] = [*stripes[0], 255]
        for column, colour in enumerate(stripes):
            first[:, column, :3] = colour
        self.frames, self.times, self.colors, self.loop = [first], [delay], colors, loop
        self.file = io.BytesIO()
        clip = SimpleNamespace(scene=SimpleNamespace(frames=1), colors=colors, loop=loop, delays=self.delays)
        painter = SimpleNamespace(paint=lambda frame: first, pixels=first)
        self.writer = write_gif(clip, painter, self.file, "film.gif")
        self.ends = ends
        next(self.writer)

    def delays(self):
        """The time of each frame, as long as there is another one: the writer asks for it before it gets the frame."""
        number = 0
        while number < len(self.times):
            yield self.times[number]
            number += 1

    def append(self, frame, delay):
        self.times.append(delay)
        self.writer.send(self.frames[-1])
        self.frames.append(frame)

    @rule(delay=DELAYS)
    def hold(self, delay):
        self.append(self.frames[-1], delay)

    @rule(row=st.integers(0, HEIGHT - 1), column=COLUMNS, height=st.integers(1, HEIGHT), width=st.integers(1, WIDTH),
          colour=COLOURS, delay=DELAYS)  # fmt: skip
    def paint_a_rectangle(self, row, column, height, width, colour, delay):
        frame = self.frames[-1].copy()
        frame[row : row + height, column : column + width, :3] = colour
        self.append(frame, delay)

    @rule(columns=st.lists(COLUMNS, min_size=1, max_size=4), colours=st.lists(COLOURS, min_size=4, max_size=4),
          delay=DELAYS)  # fmt: skip
    def paint_pixels_apart(self, columns, colours, delay):
        frame = self.frames[-1].copy()
        for column, colour in zip(columns, colours, strict=False):
            frame[column % HEIGHT, column, :3] = colour
        self.append(frame, delay)

    @rule(back=st.integers(1, 5), delay=DELAYS)
    def go_back(self, back, delay):
        self.append(self.frames[-min(back, len(self.frames))], delay)

    def teardown(self):
        if not hasattr(self, "writer"):
            return
        if not self.ends:  # an error, or Ctrl-C
            self.writer.close()
            assert not self.file.getvalue().endswith(b"\0;"), "this looks like a whole film"
            return
        try:
            self.writer.send(self.frames[-1])
        except StopIteration:
            self.compare(self.file.getvalue())
        else:
            raise AssertionError("the writer waits for a frame after the last")

    def compare(self, written):
        shown, times = [], []
        with Image.open(io.BytesIO(written)) as film:
            assert film.size == (WIDTH, HEIGHT)
            assert film.info.get("loop") == {0: 0, 1: None, 4: 3}[self.loop]
            for frame in ImageSequence.Iterator(film):
                shown.append(np.array(frame.convert("RGB")).astype(int))
                times.append(round(frame.info["duration"] / 10))
        assert sum(times) == sum(self.times)
        for before, now, time in zip(shown, shown[1:], times, strict=False):
            assert time == LONGEST or (before != now).any(), "two equal pictures could be one"
        ends, became = np.cumsum(times), {}  # a colour is always shown as the same one
        for frame, end in zip(self.frames, np.cumsum(self.times), strict=True):
            seen = shown[np.searchsorted(ends, end)].reshape(-1, 3).tolist()
            for pixel, colour in zip(frame[..., :3].reshape(-1, 3).tolist(), seen, strict=True):
                assert became.setdefault(tuple(pixel), colour) == colour
        assert len({*map(tuple, became.values())}) <= self.colors
        pixels, counts = np.unique(self.frames[0][..., :3].reshape(-1, 3), axis=0, return_counts=True)
        full = (2 * len(pixels) + len(became)) / self.colors  # at most: the commonest, those of the octree, late ones
        if full < 1:  # a colour may change by what the palette allows while it has room, and by the grain of its table
            farthest = max(NEAR, FAR * full**2) ** 0.5 + (3 * 3**2) ** 0.5
            for pixel, colour in became.items():
                assert np.linalg.norm(np.subtract(pixel, colour)) <= farthest, f"{pixel} became {colour}"
        if (counts == counts.max()).sum() == 1:
            commonest = pixels[counts.argmax()].tolist()
            assert became[tuple(commonest)] == commonest


TestGif = GifMachine.TestCase
TestGif.settings = settings(max_examples=40, stateful_step_count=15)
