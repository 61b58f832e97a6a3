"""A GIF, read back: its pictures, its palette, its blocks. `test_gif_machine.py` tries frames in any order."""

import tracemalloc

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from PIL import Image, ImageSequence
from small_scenes import Overlapping, Picture, Small, Trail

from animations import render
from animations.engine.painter import Painter
from animations.formats.gif import Palette


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


# --- the palette ---------------------------------------------------------------------------------------------------


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
