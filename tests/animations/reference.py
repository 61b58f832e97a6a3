"""Reference pictures: one moment of a sample, small, and all that is said and drawn. `test_scenes` compares them.

    python -m tests.animations.reference                 draws those anew that have changed, and names them
    python -m tests.animations.reference "gap by class"  only this one

Look at every picture that it names, and read `git diff`, before you commit. Letters are compared as words at places;
the pixels around them depend on the version of FreeType, and do not count.
"""

import re
import sys
from collections import Counter
from itertools import zip_longest
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex
from matplotlib.spines import Spine
from matplotlib.text import Text
from PIL import Image

from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter
from animations.engine.settings import using
from animations.why import Code, Line
from tests.animations.samples import SAMPLES

FOLDER = Path(__file__).parent / "reference"
WIDTH = 300
AVERAGE, WORST = 0.1, 12  # of 255; see test_checks for what passes and what does not
AWAY, OFF = 4, 2  # pixels of the scene: of a text, and of a shape
AROUND = 8  # pixels of the scene around a text that do not count
MOST = 40  # kinds of numbers that are explained
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def moment_of(sample, scene):
    """Return the moment that is drawn: the middle; on the way to the next frame if the scene glides."""
    middle = scene.frames // 2
    return sample.drawn or middle - (0.6 if scene.glides and middle else 0)


def picture_of(sample, painter):
    """Return the moment (H, 300, 3), as floats from 0 to 255, and where letters are, (H, 300)."""
    moment = moment_of(sample, painter.scene)
    pixels = painter.paint(moment)[..., :3]
    later = {id(artist) for trail in painter.trails[int(moment) + 1 :] for artist in trail}
    letters = np.zeros(pixels.shape[:2], np.float32)
    for text in drawn_texts(painter.figure, later):
        x0, y0, x1, y1 = text.get_window_extent().padded(AROUND).extents.clip(0).astype(int)
        letters[::-1][y0:y1, x0:x1] = 1
    return np.stack([small(pixels[..., c]) for c in range(3)], axis=-1), small(letters) > 0


def small(channel):
    """Return one channel (H, 300), each pixel the mean of a square."""
    size = WIDTH, round(len(channel) * WIDTH / channel.shape[1])
    return np.asarray(Image.fromarray(channel.astype(np.float32)).resize(size, Image.Resampling.BOX))


def difference(one, other, letters):
    """Return by how much two pictures differ, of 255: on average, and in the worst square of 3 × 3 pixels."""
    if one.shape != other.shape:
        return 255.0, 255.0
    off = np.abs(one - other).mean(axis=2) * ~letters
    rows, columns = (length // 3 * 3 for length in off.shape)
    squares = off[:rows, :columns].reshape(rows // 3, 3, columns // 3, 3).mean(axis=(1, 3))
    return float(off.mean()), float(squares.max())


def words_of(sample, painter):
    """Return all that is said: ends and middle of the film in words, what its axes hold, every text of its last frame
    with its place and colour, the shapes and the other words of three moments, and why, for one number of each kind,
    and of each kind that this leads to."""
    scene, last = painter.scene, painter.scene.frames - 1
    painter.paint(last)  # which finds what changes
    texts = drawn_texts(painter.figure)
    said = [f"{scene.size[0]} × {scene.size[1]}, {scene.frames} frames, counted in {scene.moments()[0]}s"]
    wholes = {0, last // 2, last, *map(int, sample.also)}
    said += [f"frame {frame}: {scene.describe(frame)}" for frame in sorted(wholes)]
    parts = [part for axes in painter.figure.findobj(Axes) for part in axes.get_children()]
    kinds = Counter(type(part).__name__ for part in parts if not isinstance(part, Text | Axis | Spine))
    said.append("made of " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    said += ["", *map(line_of, texts)]
    for moment in sorted({0, moment_of(sample, scene), last, *sample.also}):
        painter.show(moment)
        words, shapes = [*map(line_of, drawn_texts(painter.figure))], [*shapes_of(painter, moment)]
        said += ["", f"at {moment:g}, {len(words)} texts and {len(shapes)} shapes, new are:"]
        said += [each for each in (*words, *shapes) if each not in said]
    painter.show(last)
    gids, kinds = [text.get_gid() for text in reversed(texts) if text.get_gid()], set()
    while gids and len(kinds) < MOST:
        why = scene.why(gid := gids.pop(0), last)
        if (kind := re.sub(r"\d+", "#", gid)) not in kinds and why is not None:
            kinds.add(kind)
            said += ["", f"why {gid}: {why.says}, {why.value:.6g}", *map(part_of, why.parts)]
            gids += list(why.asked())
    return "\n".join(said) + "\n"


def line_of(text):
    """Return a text with its gid, where it begins or ends, in pixels, its colour, and whether it is bold."""
    x, y = text.get_transform().transform(text.get_unitless_position())
    bold = " bold" if text.get_weight() == "bold" else ""
    return f"{text.get_gid() or '-'}: {text.get_text()}  @ {x:.0f} {y:.0f}  {to_hex(text.get_color())}{bold}"


class Shapes(RendererBase):
    """Notes what an artist draws without words: the points of each path, its width and colours; dashes and hatches."""

    def __init__(self):
        super().__init__()
        self.points, self.looks, self.kinds = [], [], set()

    def draw_path(self, gc, path, transform, rgbFace=None):
        self.points.append(transform.transform(path.vertices))
        fill = (1, 1, 1, 0) if rgbFace is None else (*rgbFace, 1)[:4]
        self.looks.append((10 * gc.get_linewidth(), *gc.get_rgb(), *fill))
        self.kinds |= ({"dashed"} if gc.get_dashes()[1] else set()) | {gc.get_hatch() or ""}

    def draw_image(self, gc, x, y, picture, transform=None):
        self.points.append(np.array([(x, y), (x + picture.shape[1], y + picture.shape[0])]))
        self.looks.append((0, 0, 0, 0, 0, *picture.mean(axis=(0, 1)) / 255))

    def draw_text(self, *given, **named):
        """Words are noted elsewhere."""

    def __str__(self):
        """Dashes and hatches, the number of points, their box and mean in pixels, ten widths, mean colours in bytes.

        Later points and paths count more, so that their order counts, too.
        """
        points = np.concatenate([*self.points, np.zeros((0, 2))])
        points = points[np.isfinite(points).all(axis=1)]
        if not len(points):
            return "nothing"
        mean, look = (np.average(each, axis=0, weights=range(1, len(each) + 1)) for each in (points, self.looks))
        numbers = len(points), *points.min(axis=0), *points.max(axis=0), *mean, look[0], *(255 * look[1:])
        return f"{' '.join(sorted(self.kinds))} {' '.join(f'{number:.0f}' for number in numbers)}"


def shapes_of(painter, moment):
    """Yield a line for each visible artist without words that changes, or comes at this moment to stay."""
    with using(painter.settings):
        changed = painter.scene.update(moment)
    for artist in (*changed, *painter.trails[int(moment)]):
        if not isinstance(artist, Text) and all(map(Artist.get_visible, (artist, *painter.holders[artist]))):
            shapes = Shapes()
            artist.draw(shapes)
            yield f"drawn {type(artist).__name__}: {shapes}"


def part_of(part):
    """Return the line of a part of an explanation."""
    if isinstance(part, Code):
        return f"    {part.title}: {len(part.lines)} lines"
    if isinstance(part, Line):
        arithmetic = NUMBER.sub(lambda match: f"{float(match[0]):.6g}", part.arithmetic)
        return f"    {part.words}: {arithmetic} ({gids_of(part.pieces)})"
    terms = [f"{label} {term.value:.6g}" for label, term in zip(part.labels, part.terms, strict=True)]
    return f"    {part.words}: {', '.join(terms[:6])} … ({gids_of(part.terms[:2])}): {part.total:.6g}"


def gids_of(terms):
    return " ".join(term.gid for term in terms if not isinstance(term, str) and term.gid)


def same_line(one, other):
    """Whether two lines say the same at the same place, numbers apart from rounding."""
    if one.startswith("drawn "):
        return alike(one, other, 0, OFF)
    (words, _, place), (others, _, there) = (line.partition("  @ ") for line in (one, other))
    (place, _, look), (there, _, other_look) = (each.partition("  ") for each in (place, there))
    return look == other_look and alike(words, others, 2e-5, 1e-9) and alike(place, there, 0, AWAY)


def alike(one, other, rtol, atol):
    if one == other:
        return True
    numbers = [[float(number) for number in NUMBER.findall(text)] for text in (one, other)]
    return NUMBER.split(one) == NUMBER.split(other) and np.allclose(*numbers, rtol=rtol, atol=atol)


def paths_of(name):
    """Return where the words of a sample are kept, and its picture, if there is one."""
    stem = re.sub(r"\W+", "_", name)
    return FOLDER / f"{stem}.txt", FOLDER / f"{stem}.png" if SAMPLES[name].pictured else None


def faults_of(name, painter=None):
    """Return what differs from the reference, in words."""
    sample, paths = SAMPLES[name], paths_of(name)
    painter = painter or Painter(sample.make())
    if not all(path.exists() for path in paths if path):
        return ["there is no reference: python -m tests.animations.reference draws it"]
    faults, lines = [], (paths[0].read_text(encoding="utf-8"), words_of(sample, painter))
    for was, now in zip_longest(*(text.splitlines() for text in lines), fillvalue=""):
        if not same_line(was, now):
            faults.append(f"expected {was!r}, got {now!r}")
    if paths[1]:
        picture, letters = picture_of(sample, painter)
        average, worst = difference(picture, np.asarray(Image.open(paths[1]).convert("RGB"), float), letters)
        if average > AVERAGE or worst > WORST:
            faults.append(f"the picture differs by {average:.2f} of 255 on average (at most {AVERAGE}), and by "
                          f"{worst:.1f} in one place (at most {WORST})")  # fmt: skip
    return faults


def renew(name):
    """Draw the reference of a sample."""
    words, picture = paths_of(name)
    painter = Painter(SAMPLES[name].make())
    FOLDER.mkdir(exist_ok=True)
    words.write_text(words_of(SAMPLES[name], painter), encoding="utf-8")
    if picture:
        Image.fromarray(picture_of(SAMPLES[name], painter)[0].round().astype(np.uint8)).save(picture, optimize=True)


def main(names):
    for name in names or SAMPLES:
        if faults := faults_of(name):
            renew(name)
            print(f"{name}: {faults[0]}", f"and {len(faults) - 1} more" * (len(faults) > 1))
    known = {path for name in SAMPLES for path in paths_of(name)}
    for path in set(FOLDER.iterdir()) - known:
        print(f"{path.name}: no sample has this name; delete it")


if __name__ == "__main__":
    main(sys.argv[1:])
