"""Chapter 2's films, whole: every number of every frame, calculated here once more, and each curve and map."""

from pathlib import Path

import numpy as np
import pytest
from audit import check_all_numbers
from descent_helpers import RATES, check_curve, check_map, check_map_numbers_are_free, panel_values, walk

from animations.engine.painter import Painter
from animations.scenes.descent.curve_panel import CurvePanel
from chapters import ch02_gradient_descent as ch02
from tinylearn import SGD, Adam, RMSprop


@pytest.fixture(scope="module")
def films():
    caught = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ch02, "draw", lambda films, *_: caught.update(films))
        ch02.main(Path(), quick=False)
    return caught


def test_grid_and_fixed_steps(films):
    clock = [*range(0, 2000, 25), 1999]
    grid = np.linspace(0, 20, 2000)

    def values(frame):
        step = clock[frame]
        x, seen = grid[step], (grid[: step + 1] - 10) ** 2
        now = {"grid.setting": 2000, "grid.step": step, "grid.now.x": x, "grid.now.y": (x - 10) ** 2}
        now |= {"grid.best.x": grid[seen.argmin()], "grid.best.y": seen.min()}
        now |= {"grid.last_step": 1999} if step == 1999 else {}
        x = 1.2345 + 0.01 * min(step, 877)
        now |= {"fixed.setting": 0.01, "fixed.step": step}
        now |= {"fixed.x": x, "fixed.y": (x - 10) ** 2, "fixed.slope": 2 * (x - 10)}
        if step < 877:
            now |= {"fixed.update.x": x, "fixed.update.rate": 0.01, "fixed.update.push": -1}
            now |= {"fixed.update.next_x": x + 0.01}
        else:
            now |= {"fixed.last_step": 877, "fixed.enough": 1e-4, "fixed.change": 0.0055**2 - 0.0045**2}
        return now

    check_all_numbers(films["ch02_grid_and_fixed_steps"].scene, values)


def test_learning_rates(films):
    scene = films["ch02_learning_rates"].scene
    panels = [panel_values(rate, scene.scenes[0].clock.tolist()) for rate in RATES]

    def values(frame):
        return {gid: value for panel in panels for gid, value in panel(frame).items()}

    check_all_numbers(scene, values)


def test_diverging(films):
    rates = {"diverges": 1.1, "the bound": 1.0, "too large": 0.95, "moderate": 0.1, "too small": 0.0003}
    ends = {"moderate": 30, "too large": 58}
    panel = panel_values(1.1, range(61), most=60)

    def values(frame):
        now = panel(frame)
        for name, rate in rates.items():
            distance = 8.7655 * abs(1 - 2 * rate) ** min(frame, ends.get(name, 60))
            columns = {"learning rate": rate, "× each step": abs(1 - 2 * rate), "|x − 10|": distance}
            now |= {f"{name}.{column}": value for column, value in columns.items()}
        return now

    check_all_numbers(films["ch02_diverging"].scene, values)


def test_two_dimensions(films):
    optimizers = {
        "SGD": (0.015, SGD(0.015)),
        "momentum": (0.015, SGD(0.015, momentum=0.9)),
        "RMSprop": (0.15, RMSprop(0.15)),
        "Adam": (0.3, Adam(0.3)),
    }
    frames = [{"step": step} for step in range(101)]
    for name, (rate, optimizer) in optimizers.items():
        place = np.array([-9.0, 2.0])
        for now in frames:
            x, y = place.tolist()
            now |= {
                f"{name}.learning rate": rate,
                f"{name}.x": x,
                f"{name}.y": y,
                f"{name}.f": x * x / 2 + 50 * y * y,
            }
            optimizer.step(place, np.array([x, 100 * y]))
    check_all_numbers(films["ch02_two_dimensions"].scene, lambda frame: frames[frame])


def test_the_curve_of_every_panel_is_that_of_the_formula_beside_it(films):
    panels = [scene for film in films.values() for scene in film.scene.scenes if isinstance(scene, CurvePanel)]
    assert len(panels) == 2 + 3 + 1
    for panel in panels:
        Painter(panel)
        assert panel.axes.get_ylabel() == "y = (x − 10)²"
        check_curve(panel)


def test_the_map_is_that_of_the_formula_above_it(films):
    map_ = films["ch02_two_dimensions"].scene.scenes[0]
    figure = Painter(map_).figure
    check_map(figure, lambda x, y: (x**2 + 100 * y**2) / 2, bottom=(0, 0))
    check_map_numbers_are_free(figure, map_)


def test_the_ring_at_the_first_point_keeps_off_the_numbers_of_the_axis(films):
    grid = films["ch02_grid_and_fixed_steps"].scene.scenes[0]
    figure = Painter(grid).figure
    grid.update(0)
    figure.canvas.draw()
    ring, radius = grid.axes.transData.transform(grid.ring.get_xydata()[0]), grid.ring.get_markersize() / 2 / 72 * 100
    right = max(label.get_window_extent().x1 for label in grid.axes.get_yticklabels())
    assert ring[0] - radius - 3 > right


def test_the_path_of_0_0003_is_to_be_seen(films):
    """Its single steps are a tenth of a pixel; the path is drawn all the same."""
    scene = films["ch02_learning_rates"].scene.scenes[2]
    check_all_numbers(scene, panel_values(0.0003, scene.clock.tolist()))  # draws it
    pieces = [piece.get_xy() for frame in range(scene.frames) for piece in scene.trail(frame)]
    assert pieces[0][:, 0].min() == pytest.approx(1.2345, abs=0.1)
    assert pieces[-1][:, 0].max() == pytest.approx(walk(0.0003)[-1], abs=0.2)
