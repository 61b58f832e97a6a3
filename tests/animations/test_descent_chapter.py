"""Chapter 2's films, complete: their numbers, calculated again here, and each curve and map."""

from pathlib import Path

import numpy as np
import pytest
from audit import check_all_numbers
from descent_helpers import check_map, check_map_numbers_are_free

from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter
from chapters import ch02_gradient_descent as ch02
from tests.animations.samples.descent import walk
from tests.chapters.chapter_helpers import run_chapter
from tests.chapters.sources import ch02 as sources


@pytest.fixture(scope="module")
def films():
    caught = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chapters.tools.chapter.draw", lambda films, *_: caught.update(films))
        run_chapter(ch02, Path(), quick=False)
    return caught


@pytest.mark.parametrize("name", ["grid_search", "fixed_steps", "learning_rates", "diverging", "two_dimensions"])
def test_shows_every_number(films, name):
    """The sources of the chapter's quick films, for the clocks of the complete ones, in every fifth frame."""
    scene = films[f"ch02_{name}"].scene
    clock = clock_of(scene)
    frames = sorted({*range(0, scene.frames, 5), scene.frames - 1})
    check_all_numbers(scene, getattr(sources, name)(clock)["source"], frames)


def clock_of(scene):
    """Return the clock of a film's first scene that has one."""
    while not hasattr(scene, "clock"):
        scene = scene.scenes[0]
    return scene.clock.tolist()


def panels_of(scene):
    """Return all scenes of a film, without groups."""
    return [panel for each in scene.scenes for panel in panels_of(each)] if hasattr(scene, "scenes") else [scene]


def test_has_one_clock_for_a_film(films):
    for film in films.values():
        clocks = [scene.clock.tolist() for scene in panels_of(film.scene) if hasattr(scene, "clock")]
        assert clocks == [clocks[0]] * len(clocks)
        painter = Painter(film.scene)
        painter.show(0)
        texts = [text.get_text() for text in drawn_texts(painter.figure)]
        assert texts.count("Step") == 1


def test_draws_the_map_of_the_formula_above_it(films):
    map_ = films["ch02_two_dimensions"].scene.scenes[0]
    figure = Painter(map_).figure
    check_map(figure, lambda x, y: (x**2 + 100 * y**2) / 2, bottom=(0, 0))
    check_map_numbers_are_free(figure, map_)


def test_keeps_the_ring_at_the_first_point_off_the_numbers_of_the_axis(films):
    grid = films["ch02_grid_search"].scene.scenes[1]
    figure = Painter(grid).figure
    grid.update(0)
    figure.canvas.draw()
    ring, radius = grid.axes.transData.transform(grid.ring.get_xydata()[0]), grid.ring.get_markersize() / 2 / 72 * 100
    right = max(label.get_window_extent().x1 for label in grid.axes.get_yticklabels())
    assert ring[0] - radius - 3 > right


def test_shows_the_path_of_0_0003(films):
    """Single steps are a tenth of a pixel, but the path is drawn."""
    scene = panels_of(films["ch02_learning_rates"].scene)[3]
    assert scene.descent.rate == 0.0003
    Painter(scene)
    scene.update(scene.frames - 1)
    np.testing.assert_allclose(scene.path.get_xdata(), walk(0.0003), rtol=1e-12)
    assert scene.path.get_visible()
