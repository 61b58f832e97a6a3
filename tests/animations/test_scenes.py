"""What holds for every scene, one row for each: it shows its numbers, is readable, explains itself, in any order, and
looks as on its reference picture.
"""

import pickle

import numpy as np
import pytest

import animations
from animations import Scene
from animations.engine.settings import using
from animations.groups import Group
from tests.animations import reference
from tests.animations.audit import audited_with_painter
from tests.animations.samples import SAMPLES
from tests.animations.why_checks import check_whys

OF_PIXELS = {"edge", "contrast", "covered"}  # those of a scene that looks like another's


@pytest.fixture(scope="module", params=SAMPLES)
def name(request):
    """The name of a sample; all tests of one follow each other."""
    return request.param


@pytest.fixture(scope="module")
def audited(name):
    """The audit's report of the sample, as another process gets it, and the painter of its frames."""
    sample = SAMPLES[name]
    scene = pickle.loads(pickle.dumps(sample.make()))
    frames = sorted({0, scene.frames // 2, scene.frames - 1, *map(int, sample.also)})
    without = () if sample.pictured else OF_PIXELS
    return audited_with_painter(
        scene, sample.values and sample.values(), without, allowed=sample.allowed, frames=frames
    )


@pytest.fixture(scope="module")
def painter(audited):
    return audited[1]


def test_shows_every_number_readably_and_explains_each_and_nothing_else(name, audited):
    """Its value, its place, a source for every digit; no text is cut off, covered or faint."""
    report, painter = audited
    report.check()
    assert report.compared == (report.numbers if SAMPLES[name].values else 0)
    assert (report.numbers == 0) is name.startswith("image grid")
    if report.numbers:
        check_whys(painter, (0, -1) if SAMPLES[name].pictured else [-1])
    assert [painter.scene.why(gid, 0) for gid in ("nothing", "nothing[0]", "nothing.at[0,0]")] == [None] * 3


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


def test_looks_and_says_as_before_in_any_order(name, painter):
    """The reference was drawn by a painter that had drawn nothing before; a full redraw shows the same."""
    assert not reference.faults_of(name, painter), "if this is what you want: python -m tests.animations.reference"
    sample = SAMPLES[name]
    if sample.pictured or sample.also:  # others are drawn like one of these
        moment = reference.moment_of(sample, painter.scene)
        painted = painter.paint(moment).copy()
        np.testing.assert_array_equal(painted, redrawn(painter, moment))


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
            texts = painter.figure.findobj(lambda artist: artist.get_gid() and hasattr(artist, "get_text"))
            written.append(
                {text.get_gid(): text.get_text() for text in texts if text.get_visible() and text.get_text()}
            )
        assert written[0] == written[1]


def parts(scene):
    """Yield a scene and those in it."""
    yield scene
    for each in scene.scenes if isinstance(scene, Group) else ():
        yield from parts(each)


def test_has_a_row_for_every_public_scene():
    public = {each for each in vars(animations).values() if isinstance(each, type) and issubclass(each, Scene)}
    drawn = {type(part) for sample in SAMPLES.values() for part in parts(sample.make())}
    assert public - drawn == {Scene, animations.EndingWith}
