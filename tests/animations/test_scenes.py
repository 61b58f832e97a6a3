"""What holds for every scene, one row for each: it shows its numbers, is readable, explains itself, in any order."""

import pickle

import numpy as np
import pytest

import animations
from animations import Scene, audit
from animations.audit import CHECKS
from animations.engine.painter import Painter, redraw
from animations.groups import Group
from tests.animations.samples import SAMPLES
from tests.animations.why_checks import check_whys

WITHOUT_NUMBERS = {"image grid"}


def parts(scene):
    """Yield a scene and those in it."""
    yield scene
    for each in scene.scenes if isinstance(scene, Group) else ():
        yield from parts(each)


def test_has_a_row_for_every_public_scene():
    public = {each for each in vars(animations).values() if isinstance(each, type) and issubclass(each, Scene)}
    drawn = {type(part) for sample in SAMPLES.values() for part in parts(sample.make())}
    assert public - drawn == {Scene, animations.EndingWith}


@pytest.mark.parametrize("name", SAMPLES)
def test_shows_every_number_readably(name):
    """Its value, its place, a source for every digit; no text is cut off, covered or faint."""
    sample = SAMPLES[name]
    scene, values = sample.make(), sample.values and sample.values()
    frames = None if sample.frames is None else sorted({frame % scene.frames for frame in sample.frames})
    checks = set(CHECKS) - {"redraw"}  # the next test redraws
    report = audit(scene, values, allowed=sample.allowed, frames=frames, checks=checks).check()
    assert report.compared == (report.numbers if sample.values else 0)
    assert (report.numbers == 0) is (name in WITHOUT_NUMBERS)


@pytest.mark.parametrize("name", SAMPLES)
def test_draws_any_moment_alone_even_in_another_process(name):
    painter, sent = Painter(SAMPLES[name].make()), pickle.dumps(SAMPLES[name].make())
    for moment in moments(painter.scene):
        np.testing.assert_array_equal(painter.paint(moment), redraw(pickle.loads(sent), moment), f"moment {moment}")


def moments(scene):
    """Return the last frame, a moment before the middle, and the first frame."""
    between = scene.frames // 2 - 0.6 if scene.glides and scene.frames > 1 else scene.frames // 2
    return scene.frames - 1, max(between, 0), 0


@pytest.mark.parametrize("name", SAMPLES)
def test_keeps_digits_and_words_between_two_frames(name):
    """Only places move: what is written is that of the frame before."""
    scene = SAMPLES[name].make()
    figure = Painter(scene).figure
    for frame in {0, scene.frames // 2} - {scene.frames - 1} if scene.glides else ():
        written = []
        for moment in (frame, frame + 0.4):
            scene.update(moment)
            written.append({text.get_gid(): text.get_text() for text in numbers(figure)})
        assert written[0] == written[1]


def numbers(figure):
    """Return the texts with a gid that say something."""
    found = figure.findobj(lambda artist: artist.get_gid() and artist.get_visible() and hasattr(artist, "get_text"))
    return [text for text in found if text.get_text()]


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in WITHOUT_NUMBERS])
def test_explains_every_number_and_nothing_else(name):
    scene = SAMPLES[name].make()
    assert check_whys(scene, range(scene.frames) if scene.frames < 9 else None) > 0
    for gid in ("nothing", "nothing[0]", "nothing.at[0,0]"):
        assert scene.why(gid, 0) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_counts_every_frame(name):
    scene = SAMPLES[name].make()
    Painter(scene)
    unit, counts = scene.moments()
    assert unit.isalpha()
    assert len(counts) == scene.frames
    assert list(counts) == sorted(counts)
