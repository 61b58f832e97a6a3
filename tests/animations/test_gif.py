"""A GIF, read back: its pictures, its palette, its blocks; and its writer with any frames in any order."""

import io
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Rectangle
from PIL import Image, ImageSequence

from animations import render
from animations.engine.painter import Painter
from animations.formats.gif import FAR, LONGEST, NEAR, Palette, write_gif
from tests.animations.small_scenes import Overlapping, Picture, Small, Trail


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
COLOURS, COLUMNS = st.tuples(LEVELS, LEVELS, LEVELS), st.integers(0, WIDTH - 1)
DELAYS = st.integers(1, 20) | st.sampled_from([LONGEST - 1, LONGEST, LONGEST + 1, 2 * LONGEST, 2 * LONGEST + 7])
CHANGES = (
    st.tuples(st.just("back"), st.integers(1, 5))  # 1: it stays as it is
    | st.tuples(st.just("rectangle"), st.integers(0, HEIGHT - 1), COLUMNS, st.integers(1, HEIGHT),
                st.integers(1, WIDTH), COLOURS)
    | st.tuples(st.just("pixels"), st.lists(st.tuples(COLUMNS, COLOURS), min_size=1, max_size=4))
)  # fmt: skip


def changed(frames, kind, *where):
    """Return the frame that follows others."""
    if kind == "back":
        return frames[-min(where[0], len(frames))]
    frame = frames[-1].copy()
    if kind == "rectangle":
        row, column, height, width, colour = where
        frame[row : row + height, column : column + width, :3] = colour
    for column, colour in where[0] if kind == "pixels" else ():
        frame[column % HEIGHT, column, :3] = colour
    return frame


@settings(max_examples=60)
@given(stripes=st.lists(COLOURS, min_size=1, max_size=WIDTH), changes=st.lists(st.tuples(CHANGES, DELAYS), max_size=15),
       delay=DELAYS, colors=st.sampled_from([32, 40, 255]), loop=st.sampled_from([0, 1, 4]),
       ends=st.sampled_from([True, True, True, False]))  # fmt: skip
def test_writes_any_frames_for_any_times(stripes, changes, delay, colors, loop, ends):
    """The palette is made of the stripes of the first frame; all colours that are painted later appear late."""
    first = np.full((HEIGHT, WIDTH, 4), [*stripes[-1], 255], np.uint8)
    first[:, : len(stripes), :3] = stripes
    frames, times, file = [first], [delay, *(time for _, time in changes)], io.BytesIO()
    for change, _ in changes:
        frames.append(changed(frames, *change))
    clip = SimpleNamespace(scene=SimpleNamespace(frames=1), colors=colors, loop=loop, delays=lambda: times)
    writer = write_gif(clip, SimpleNamespace(paint=lambda frame: first, pixels=first), file, "film.gif")
    for frame in (None, *frames[:-1]):
        writer.send(frame)
    if not ends:  # an error, or Ctrl-C
        writer.close()
        assert not file.getvalue().endswith(b"\0;"), "this looks like a whole film"
        return
    with pytest.raises(StopIteration):
        writer.send(frames[-1])
    shown, delays = read(file)
    with Image.open(file) as film:
        assert film.size == (WIDTH, HEIGHT)
        assert film.info.get("loop") == {0: 0, 1: None, 4: 3}[loop]
    assert sum(delays) == sum(times)
    for before, now, time in zip(shown, shown[1:], delays, strict=False):
        assert time == LONGEST or (before != now).any(), "two equal pictures could be one"
    became = {}  # a colour is always shown as the same one
    for frame, end in zip(frames, np.cumsum(times), strict=True):
        seen = shown[np.searchsorted(np.cumsum(delays), end)].reshape(-1, 3).tolist()
        for pixel, colour in zip(frame[..., :3].reshape(-1, 3).tolist(), seen, strict=True):
            assert became.setdefault(tuple(pixel), colour) == colour
    assert len({*map(tuple, became.values())}) <= colors
    pixels, counts = np.unique(first[..., :3].reshape(-1, 3), axis=0, return_counts=True)
    full = (2 * len(pixels) + len(became)) / colors  # at most: the commonest, those of the octree, late ones
    if full < 1:  # a colour may change by what the palette allows while it has room, and by the grain of its table
        farthest = max(NEAR, FAR * full**2) ** 0.5 + (3 * 3**2) ** 0.5
        for pixel, colour in became.items():
            assert np.linalg.norm(np.subtract(pixel, colour)) <= farthest, f"{pixel} became {colour}"
    if (counts == counts.max()).sum() == 1:
        commonest = pixels[counts.argmax()].tolist()
        assert became[tuple(commonest)] == commonest
