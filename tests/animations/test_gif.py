"""A GIF, read back: its pictures, its palette, its blocks; and its writer as a machine: any frames, in any order."""

import io
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from matplotlib.patches import Rectangle
from PIL import Image, ImageSequence
from small_scenes import Overlapping, Picture, Small, Trail

from animations import render
from animations.engine.painter import Painter
from animations.formats.gif import FAR, LONGEST, NEAR, Palette, write_gif


def write(scene, folder, **settings):
    return render(scene, folder / "scene.gif", progress=False, **settings)


def read(path):
    """Return the frames of a file, (F, H, W, 3), and how long each stays, in hundredths of a second."""
    with Image.open(path) as film:
        found = [(np.array(frame.convert("RGB")), round(frame.info["duration"] / 10))
                 for frame in ImageSequence.Iterator(film)]  # fmt: skip
    frames, delays = zip(*found, strict=True)
    return np.stack(frames), list(delays)


def painted(scene):
    """Return all painted frames, (F, H, W, 3)."""
    painter = Painter(scene)
    return np.stack([painter.paint(frame)[..., :3].copy() for frame in range(scene.frames)])


@pytest.mark.parametrize("scene", [Overlapping, Trail, Picture], ids=lambda scene: scene.__name__)
def test_reads_back_the_painted_frames_with_the_commonest_colours_exact(tmp_path, scene):
    path, expected = write(scene(), tmp_path), painted(scene())
    frames, size = read(path)[0], path.stat().st_size
    error = np.abs(frames.astype(int) - expected)
    assert len(frames) == scene.frames
    assert error.mean() < 0.5
    assert np.quantile(error, 0.99) <= 8
    assert error.max() <= 64  # somewhere at a soft edge
    colours, counts = np.unique(expected.reshape(-1, 3), axis=0, return_counts=True)
    for colour in colours[np.argsort(-counts)[: 6 if scene is Overlapping else 1]]:
        assert (frames[(expected == colour).all(axis=-1)] == colour).all()
    few = read(write(scene(), tmp_path, colors=32))[0]
    assert len(np.unique(few.reshape(-1, 3), axis=0)) <= 32
    assert np.abs(few.astype(int) - expected).mean() < {Picture: 5}.get(scene, 1)
    assert path.stat().st_size < size


class Turbo(Small):
    """All of a colour map, a few colours in each frame."""

    frames = 64

    def draw(self, figure):
        self.image = figure.add_subplot().imshow(np.zeros((4, 4)), cmap="turbo", vmin=0, vmax=255, zorder=3)

    def update(self, frame):
        self.image.set_data(4 * frame + np.arange(4)[:, None] % [4])
        return [self.image]


def test_keeps_many_colours_apart_that_come_one_after_the_other(tmp_path):
    frames, delays = read(write(Turbo(), tmp_path, fps=10, hold_last=0))
    assert len(frames) >= 0.9 * Turbo.frames
    each_frame = np.repeat(frames, np.array(delays) // 10, axis=0)
    assert np.abs(each_frame.astype(int) - painted(Turbo())).max() <= 30


class Counter(Small):
    """A small square that moves on with each number; equal numbers make equal pictures."""

    def __init__(self, numbers):
        self.numbers, self.frames = numbers, len(numbers)

    def draw(self, figure):
        self.square = figure.add_artist(Rectangle((0, 0.4), 0.1, 0.1, color="tab:red"))

    def update(self, frame):
        self.square.set_x(self.numbers[frame] / 10)
        return [self.square]


def blocks(data):
    """Go through a GIF by its specification; yield (kind, bytes) of its header and blocks, up to the trailer."""
    at = 13 + 768
    yield "header", data[:at]
    while data[at] != 0x3B:
        start, kind = at, {0x21: "extension", 0x2C: "image"}[data[at]]
        at += 2 if kind == "extension" else 11  # an image: its descriptor and the size of its codes
        while data[at]:
            at += 1 + data[at]
        at += 1
        yield kind, data[start:at]
    assert data[at:] == b";"


def test_stores_one_palette_and_of_each_frame_the_rectangle_that_changed_for_its_time(tmp_path):
    path = write(Counter([0, 0, 0, 1, 2, 2]), tmp_path, fps=7, hold_first=1, holds={4: 0.5}, hold_last=2)
    assert read(path)[1] == [143, 14, 279]  # equal ones together: 600 / 7 + 100 + 50 + 200
    found = list(blocks(path.read_bytes()))
    header, *images = [block for kind, block in found if kind != "extension"]
    assert header[:6] == b"GIF89a"
    assert header[10] & 0x80
    assert not any(image[9] & 0x80 for image in images)  # no table of its own
    first, *others = [(int.from_bytes(image[5:7], "little"), int.from_bytes(image[7:9], "little")) for image in images]
    assert first == Small.size
    assert len(others) == 2
    assert all(width <= 40 and height <= 20 for width, height in others)
    assert [block[3:14] for kind, block in found if kind == "extension"].count(b"NETSCAPE2.0") == 1


class Noise(Small):
    """Each frame is another picture of noise, so that none can be merged or is small."""

    size = (200, 150)

    def __init__(self, frames):
        self.frames = frames

    def draw(self, figure):
        self.image = figure.figimage(np.zeros((150, 200)), cmap="gray", vmin=0, vmax=1)

    def update(self, frame):
        self.image.set_data(np.random.default_rng(frame).random((150, 200)))
        return [self.image]


def test_needs_no_more_memory_for_more_frames(tmp_path):
    def peak(frames):
        tracemalloc.start()
        try:
            write(Noise(frames), tmp_path)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    write(Noise(3), tmp_path)  # to make everything that is made once
    few, many = peak(5), peak(25)
    assert many - few < 20 * 200 * 150 / 2  # not even half a byte of each pixel of the frames more


# --- the palette -----------------------------------------------------------------------------------------------------


def photograph(seed, size=64):
    """Return something like a photograph: smooth colours and noise; (H, W, 4)."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (5, 5, 3)).astype(np.uint8)
    smooth = np.array(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)).astype(int)
    noisy = np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)
    return np.dstack([noisy, np.full((size, size), 255, np.uint8)])


@pytest.mark.parametrize(("colors", "worse"), [(32, 1.33), (64, 1.05), (255, 1.03)])
def test_approximates_photographs_by_their_palette(colors, worse):
    """Keeping 15 colours exact may cost the others a little: at 32 a third, at 255 almost nothing."""
    samples = [photograph(seed) for seed in range(3)]
    palette = Palette(samples, colors).colours
    assert 0.7 * colors < len(palette) < colors  # some places are for colours that come up later
    pixels = np.concatenate([sample[..., :3].reshape(-1, 3) for sample in samples])
    octree = Image.fromarray(pixels[None]).quantize(len(palette), method=Image.Quantize.FASTOCTREE).getpalette("RGB")
    grid = np.linspace(0, 255, int(len(palette) ** (1 / 3) + 1e-9))
    found, by_octree, by_cube = (
        np.sqrt(((pixels[:, None].astype(int) - colours[None]) ** 2).sum(axis=-1)).min(axis=1).mean()
        for colours in (palette, np.reshape(octree, (-1, 3)), np.stack(np.meshgrid(*[grid] * 3), -1).reshape(-1, 3))
    )
    assert found < worse * by_octree
    assert found < 0.8 * by_cube


@pytest.mark.parametrize("paper", [None, (255, 255, 255)])
def test_keeps_the_commonest_colours_of_the_palette_exactly(paper):
    sample, panels = photograph(0), [(0, 104, 168), (184, 61, 0), (0, 115, 79), (255, 255, 255), (254, 255, 255)]
    sample[..., :3] = sample[..., :3] if paper is None else paper
    for i, colour in enumerate(panels):
        sample[4 * i : 4 * i + 4, :, :3] = colour
    palette = {tuple(colour) for colour in Palette([sample]).colours.tolist()}
    assert set(panels) <= palette
    assert len(palette) <= 255


# --- any frames, in any order, each for any time, ended or given up at any moment ------------------------------------

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
