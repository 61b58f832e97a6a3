"""A GIF, read back: frames, times, one palette, and no more memory for more frames."""

import tracemalloc
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import hsv_to_rgb
from matplotlib.patches import Rectangle
from PIL import Image, ImageSequence
from small_scenes import Overlapping, Picture, Small, Trail

from animations import render
from animations.engine.painter import Painter
from animations.formats.gif import Palette


def write(scene, folder, **settings):
    return render(scene, folder / "scene.gif", progress=False, **settings)


def each(path):
    """Yield each frame of a file, as Pillow's image, and how long it stays, in hundredths of a second."""
    with Image.open(path) as image:
        for frame in ImageSequence.Iterator(image):
            yield frame, round(frame.info["duration"] / 10)


def read(path):
    """Return the frames of a file, (F, H, W, 3), and how long each stays, in hundredths of a second."""
    frames, delays = zip(*((np.array(frame.convert("RGB")), delay) for frame, delay in each(path)), strict=True)
    return np.stack(frames), list(delays)


def painted(scene):
    """Return all painted frames, (F, H, W, 3)."""
    painter = Painter(scene)
    return np.stack([painter.paint(frame)[..., :3].copy() for frame in range(scene.frames)])


def blocks(path):
    """Go through a GIF by its specification; yield (kind, bytes) of its header and blocks, up to the trailer."""
    data, at = Path(path).read_bytes(), 13 + 768
    yield "header", data[:at]
    while data[at] != 0x3B:
        start, kind = at, {0x21: "extension", 0x2C: "image"}[data[at]]
        at += 2 if kind == "extension" else 11  # an image: its descriptor and the size of its codes
        while data[at]:
            at += 1 + data[at]
        at += 1
        yield kind, data[start:at]
    assert data[at:] == b";"


class Counter(Small):
    """A small square that moves on with each number; equal numbers make equal pictures."""

    def __init__(self, numbers):
        self.numbers, self.frames = numbers, len(numbers)

    def draw(self, figure):
        self.square = figure.add_artist(Rectangle((0, 0.4), 0.1, 0.1, color="tab:red"))

    def update(self, frame):
        self.square.set_x(self.numbers[frame] / 10)
        return [self.square]


# --- pictures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", [Overlapping, Trail, Picture], ids=lambda scene: scene.__name__)
def test_reads_back_the_painted_frames(tmp_path, scene):
    frames, _ = read(write(scene(), tmp_path))
    error = np.abs(frames.astype(int) - painted(scene()))
    assert len(frames) == scene.frames
    assert error.mean() < 0.5
    assert np.quantile(error, 0.99) <= 8
    assert error.max() <= 64  # somewhere at a soft edge


def test_keeps_the_commonest_colours_exactly(tmp_path):
    frames, expected = read(write(Overlapping(), tmp_path))[0], painted(Overlapping())
    colours, counts = np.unique(expected.reshape(-1, 3), axis=0, return_counts=True)
    commonest = colours[np.argsort(-counts)[:6]]
    for colour in commonest:
        where = (expected == colour).all(axis=-1)
        assert (frames[where] == colour).all()


def test_reads_back_the_painted_animation_of_the_neuron(make, tmp_path):
    painter, numbers, end = Painter(make.both()), [0, 1, 40, 80], 0
    for frame, delay in each(write(make.both(), tmp_path, fps=10, colors=40)):
        end += delay
        while numbers and 10 * numbers[0] < end:  # it is still shown
            shown, expected = np.array(frame.convert("RGB")), painter.paint(numbers.pop(0))[..., :3]
            error = np.abs(shown.astype(int) - expected)
            assert error.mean() < 0.5
            paper = (expected == 255).all(axis=-1)
            assert (shown[paper] == 255).all()
    assert not numbers


def test_keeps_the_colour_of_a_single_frame(tmp_path):
    """The palette comes from a few frames; a colour that none of them has must not turn into another."""

    class Flash(Counter):
        def update(self, frame):
            self.square.set_visible(frame == 3)
            return [self.square]

    frames, _ = read(write(Flash([0] * 10), tmp_path))
    red = painted(Flash([0] * 10))[3, 65, 5]
    assert np.abs(frames[1, 65, 5].astype(int) - red).max() <= 40


def test_equals_the_frames_that_imageio_reads(tmp_path):
    path = write(Trail(), tmp_path)
    again = imageio.imread(path, index=None)
    np.testing.assert_array_equal(again[..., :3], read(path)[0])


def test_makes_one_picture_of_a_scene_with_one_frame(tmp_path):
    frames, delays = read(write(Counter([5]), tmp_path, fps=4, hold_last=1))
    assert (len(frames), delays) == (1, [125])
    assert np.abs(frames.astype(int) - painted(Counter([5]))).max() <= 40


class Hues(Small):
    """A colour for each frame, around the colour circle; or all of a colour map, a few in each frame."""

    frames = 60

    def draw(self, figure):
        self.square = figure.add_artist(Rectangle((0.2, 0.2), 0.6, 0.6))

    def update(self, frame):
        self.square.set_color(hsv_to_rgb([frame / self.frames, 1, 1]))
        return [self.square]


class Turbo(Hues):
    frames = 64

    def draw(self, figure):
        self.image = figure.add_subplot().imshow(np.zeros((4, 4)), cmap="turbo", vmin=0, vmax=255, zorder=3)

    def update(self, frame):
        self.image.set_data(4 * frame + np.arange(4)[:, None] % [4])
        return [self.image]


class Twenty(Small):
    """Twenty series, one after the other."""

    frames = 21

    def draw(self, figure):
        axes, colours = self.axes(figure), colormaps["tab20"].colors
        self.lines = [axes.plot([0, 10], [i / 2, i / 2], color=colours[i], zorder=3)[0] for i in range(20)]

    def update(self, frame):
        for i, line in enumerate(self.lines):
            line.set_visible(i < frame)
        return self.lines


@pytest.mark.parametrize("scene", [Hues, Turbo, Twenty], ids=lambda scene: scene.__name__)
def test_keeps_many_colours_apart_that_come_one_after_the_other(tmp_path, scene):
    frames, delays = read(write(scene(), tmp_path, fps=10, hold_last=0))
    assert len(frames) >= 0.9 * scene.frames
    each_frame = np.repeat(frames, np.array(delays) // 10, axis=0)
    assert np.abs(each_frame.astype(int) - painted(scene())).max() <= 30


# --- times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fps", [0.5, 2.5, 3, 6, 7, 12, 15, 24, 30, 33.3, 50])
@pytest.mark.parametrize("hold_last", [0, 1.25])
def test_lasts_as_long_as_it_should(tmp_path, fps, hold_last):
    _, delays = read(write(Counter(list(range(10))), tmp_path, fps=fps, hold_last=hold_last))
    assert len(delays) == 10
    assert sum(delays) == pytest.approx(100 * (10 / fps + hold_last), abs=1)
    assert max(delays[:-1]) - min(delays[:-1]) <= 1


def test_merges_equal_frames_into_one_that_stays_longer(tmp_path):
    frames, delays = read(write(Counter([0, 0, 0, 1, 2, 2, 0]), tmp_path, fps=10, hold_last=1))
    assert delays == [30, 10, 20, 110]
    np.testing.assert_array_equal(frames[0], frames[3])
    np.testing.assert_array_equal(frames[:3], read(write(Counter([0, 1, 2]), tmp_path))[0])


def test_makes_one_picture_of_a_scene_without_motion(tmp_path):
    frames, delays = read(write(Counter([4] * 7), tmp_path, fps=10, hold_last=0))
    assert (len(frames), delays) == (1, [70])


def test_writes_a_picture_that_stays_for_more_than_eleven_minutes(tmp_path):
    """GIF stores a delay in two bytes: at most 655.35 seconds."""
    _, delays = read(write(Counter([4] * 80), tmp_path, fps=0.1, hold_last=0))
    assert sum(delays) == 80_000


def test_starts_again_for_ever(tmp_path):
    path = write(Trail(), tmp_path)
    with Image.open(path) as image:
        assert image.info["loop"] == 0
    assert [block[3:14] for kind, block in blocks(path) if kind == "extension"].count(b"NETSCAPE2.0") == 1


# --- the file ------------------------------------------------------------------------------------------------------


def test_shares_one_palette_among_all_frames(tmp_path):
    path = write(Picture(), tmp_path)
    descriptors = [block[9] for kind, block in blocks(path) if kind == "image"]
    assert len(descriptors) == Picture.frames
    assert not any(flags & 0x80 for flags in descriptors)  # no table of its own
    (header,) = [block for kind, block in blocks(path) if kind == "header"]
    assert header[:6] == b"GIF89a"
    assert header[10] & 0x80


def test_stores_only_the_rectangle_that_changed(tmp_path):
    path = write(Counter([0, 1, 2]), tmp_path)
    sizes = [(int.from_bytes(block[5:7], "little"), int.from_bytes(block[7:9], "little"))
             for kind, block in blocks(path) if kind == "image"]  # fmt: skip
    assert sizes[0] == Small.size
    assert all(width <= 40 and height <= 20 for width, height in sizes[1:])


@pytest.mark.parametrize("colors", [32, 40, 255])
def test_uses_no_more_colours_than_asked_for(tmp_path, colors):
    frames, _ = read(write(Picture(), tmp_path, colors=colors))
    assert len(np.unique(frames.reshape(-1, 3), axis=0)) <= colors


def test_makes_a_smaller_file_with_fewer_colours_that_still_shows_the_picture(tmp_path):
    many = write(Overlapping(), tmp_path).stat().st_size
    path = write(Overlapping(), tmp_path, colors=32)
    assert path.stat().st_size < many
    assert np.abs(read(path)[0].astype(int) - painted(Overlapping())).mean() < 1


def test_needs_no_more_memory_for_more_frames(tmp_path):
    """Each frame is another picture of noise, so that none can be merged or is small."""
    width, height = 300, 200

    class Noise(Small):
        size = (width, height)

        def __init__(self, frames):
            self.frames = frames

        def draw(self, figure):
            self.image = figure.figimage(np.zeros((height, width)), cmap="gray", vmin=0, vmax=1)

        def update(self, frame):
            self.image.set_data(np.random.default_rng(frame).random((height, width)))
            return [self.image]

    def peak(frames):
        tracemalloc.start()
        try:
            write(Noise(frames), tmp_path)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    write(Noise(3), tmp_path)  # to make everything that is made once
    few, many = peak(10), peak(40)
    assert many - few < 30 * width * height / 2  # not even half a byte of each pixel of the frames more


# --- the palette ---------------------------------------------------------------------------------------------------


def photograph(seed, size=64):
    """Return something like a photograph: smooth colours and noise; (H, W, 4)."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (5, 5, 3)).astype(np.uint8)
    smooth = np.array(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)).astype(int)
    noisy = np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)
    return np.dstack([noisy, np.full((size, size), 255, np.uint8)])


def distance(pixels, palette):
    """Return the average distance of colours from the nearest in a palette."""
    return np.sqrt(((pixels[:, None].astype(int) - palette[None]) ** 2).sum(axis=-1)).min(axis=1).mean()


@pytest.mark.parametrize("colors", [32, 64, 255])
def test_approximates_photographs_by_their_palette(colors):
    """Keeping 15 colours exact may cost the others a little: at 32 a third, at 255 almost nothing."""
    samples = [photograph(seed) for seed in range(3)]
    palette = Palette(samples, colors).colours
    assert 0.7 * colors < len(palette) < colors  # some places are for colours that come up later
    pixels = np.concatenate([sample[..., :3].reshape(-1, 3) for sample in samples])
    octree = Image.fromarray(pixels[None]).quantize(len(palette), method=Image.Quantize.FASTOCTREE).getpalette("RGB")
    grid = np.linspace(0, 255, int(len(palette) ** (1 / 3) + 1e-9))
    cube = np.stack(np.meshgrid(grid, grid, grid), axis=-1).reshape(-1, 3)
    found = distance(pixels, palette)
    assert found < {32: 1.33, 64: 1.05, 255: 1.03}[colors] * distance(pixels, np.reshape(octree, (-1, 3)))
    assert found < 0.8 * distance(pixels, cube)


def test_keeps_the_commonest_colours_of_the_palette_exactly():
    sample = photograph(0)
    panels = [(0, 104, 168), (184, 61, 0), (0, 115, 79), (255, 255, 255), (254, 255, 255)]
    for i, colour in enumerate(panels):
        sample[4 * i : 4 * i + 4, :, :3] = colour
    palette = {tuple(colour) for colour in Palette([sample]).colours.tolist()}
    assert set(panels) <= palette


def test_keeps_a_palette_of_few_colours_exactly():
    sample = np.full((8, 8, 4), 255, np.uint8)
    sample[:2, :, :3] = 12, 34, 56
    palette = {tuple(colour) for colour in Palette([sample]).colours.tolist()}
    assert {(255, 255, 255), (12, 34, 56)} <= palette
    assert len(palette) <= 255
