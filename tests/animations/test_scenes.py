"""What holds for every scene, one row for each: it shows its numbers, is readable, explains itself, in any order, and
looks as on its reference picture.
"""

import pickle

import numpy as np
import pytest

import animations
from animations import Scene
from animations.engine.painter import Painter
from animations.engine.settings import using
from animations.groups import Group
from tests.animations import reference
from tests.animations.audit import audited_with_painter
from tests.animations.samples import SAMPLES
from tests.animations.why_checks import check_whys

WITHOUT_NUMBERS = {"image grid", "image grid, long words", "image grid without words"}


@pytest.fixture(scope="module", params=SAMPLES)
def name(request):
    """The name of a sample; all tests of one follow each other."""
    return request.param


@pytest.fixture(scope="module")
def audited(name):
    """The audit's report of the sample, and the painter of its frames, for tests that show them in any order."""
    sample = SAMPLES[name]
    scene, values = sample.make(), sample.values and sample.values()
    asked = sample.frames or (*range(0, scene.frames, 1 if sample.pictured else 3), -1)
    frames = sorted({frame % scene.frames for frame in asked})
    return audited_with_painter(scene, values, allowed=sample.allowed, frames=frames)


@pytest.fixture(scope="module")
def painter(audited):
    return audited[1]


def parts(scene):
    """Yield a scene and those in it."""
    yield scene
    for each in scene.scenes if isinstance(scene, Group) else ():
        yield from parts(each)


def test_has_a_row_for_every_public_scene():
    public = {each for each in vars(animations).values() if isinstance(each, type) and issubclass(each, Scene)}
    drawn = {type(part) for sample in SAMPLES.values() for part in parts(sample.make())}
    assert public - drawn == {Scene, animations.EndingWith}


def test_shows_every_number_readably(name, audited):
    """Its value, its place, a source for every digit; no text is cut off, covered or faint."""
    report = audited[0].check()
    assert report.compared == (report.numbers if SAMPLES[name].values else 0)
    assert (report.numbers == 0) is (name in WITHOUT_NUMBERS)


def test_draws_any_moment_alone_even_in_another_process(name, painter):
    """Two moments, and the painter has painted the first frame; one, by the same painter, if a scene looks like
    another's.
    """
    scene, sent = painter.scene, pickle.loads(pickle.dumps(SAMPLES[name].make()))
    alone, last = (Painter(sent), [scene.frames - 1]) if SAMPLES[name].pictured else (painter, [])
    between = scene.frames // 2 - 0.6 if scene.glides and scene.frames > 1 else scene.frames // 2
    for moment in sorted({max(between, 0), *last}):
        painted = painter.paint(moment).copy()
        np.testing.assert_array_equal(painted, redrawn(alone, moment), f"moment {moment}")


def redrawn(painter, moment):
    """Return the pixels of a moment, all of it drawn anew."""
    changing, painter.returned = painter.changing, set()
    trails = [artist for trail in painter.trails[: int(moment) + 1] for artist in trail]
    with using(painter.settings):
        painter.scene.update(moment)
        for artist in (*changing, *trails):
            artist.set_animated(False)
        painter.draw_background()
    for artist in trails:
        artist.set_animated(True)
    return painter.pixels


def test_looks_and_says_as_before(name, painter):
    assert not reference.faults_of(name, painter), "if this is what you want: python -m tests.animations.reference"


def test_counts_every_frame_and_keeps_digits_and_words_between_two(painter):
    """Only places move: what is written is that of the frame before."""
    scene = painter.scene
    unit, counts = scene.moments()
    assert unit.isalpha()
    assert len(counts) == scene.frames
    assert list(counts) == sorted(counts)
    for frame in {0, scene.frames // 2} - {scene.frames - 1} if scene.glides else ():
        written = []
        for moment in (frame, frame + 0.4):
            scene.update(moment)
            written.append({text.get_gid(): text.get_text() for text in numbers(painter.figure)})
        assert written[0] == written[1]


def numbers(figure):
    """Return the texts with a gid that say something."""
    found = figure.findobj(lambda artist: artist.get_gid() and artist.get_visible() and hasattr(artist, "get_text"))
    return [text for text in found if text.get_text()]


def test_explains_every_number_and_nothing_else(name, painter):
    scene = painter.scene
    if name not in WITHOUT_NUMBERS:
        few = None if SAMPLES[name].pictured else (0, -1)
        assert check_whys(painter, range(scene.frames) if scene.frames < 5 else few) > 0
    for gid in ("nothing", "nothing[0]", "nothing.at[0,0]"):
        assert scene.why(gid, 0) is None
