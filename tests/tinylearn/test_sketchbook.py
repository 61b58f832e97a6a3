"""The sketchbook: shapes have the correct area, place and angle, and no two pictures are alike."""

import numpy as np
import pytest

from tinylearn.datasets import CLASS_NAMES
from tinylearn.datasets.sketchbook import VIEWS, shapes
from tinylearn.datasets.sketchbook.canvas import SIDE, SIZES, Canvas
from tinylearn.datasets.sketchbook.colours import palette

RED, WHITE = np.array([1.0, 0.0, 0.0]), np.ones(3)
ALL_VIEWS = [view for views in VIEWS.values() for view in views]
CORNERS = [(-0.7, -0.5), (0.5, -0.6), (0.8, 0.2), (-0.1, 0.7)]  # of an area of 1.185


def canvas(n=1, seed=0):
    return Canvas(n, np.random.default_rng(seed))


def area(painted):
    """How much of each picture is covered, (N,), where the whole picture is 2 by 2."""
    return painted.covered.mean(axis=(1, 2)) * 4


def centre(painted):
    """Where the middle of what is covered lies: x (N,) and y (N,), in pixels."""
    weight = painted.covered / painted.covered.sum(axis=(1, 2), keepdims=True)
    middle = np.arange(SIDE) + 0.5
    return (weight.sum(axis=1) * middle).sum(axis=1), (weight.sum(axis=2) * middle).sum(axis=1)


@pytest.mark.parametrize(("shape", "arguments", "settings", "covered"), [
    *(("ellipse", (place, (radius, radius)), {}, np.pi * radius**2)
      for place in ((0, 0), (0.13, -0.27)) for radius in (0.2, 0.5)),
    *(("ellipse", ((0.05, 0.1), (0.7, 0.3)), {"angle": angle}, np.pi * 0.7 * 0.3) for angle in (0, 30, 90, -135)),
    *(("line", ((-0.3, -0.1), end, 0.3), {}, np.hypot(end[0] + 0.3, end[1] + 0.1) * 0.3 + np.pi * 0.15**2)
      for end in ((0.6, 0.0), (0.0, 0.6), (0.4, -0.5))),
    ("line", ((-0.6, 0), (0.6, 0), 0.5), {"end_width": 0.1}, 0.36 + np.pi * (0.25**2 + 0.05**2) / 2),  # a trapezium
    ("polygon", (CORNERS,), {}, 1.185),
    ("polygon", (CORNERS[::-1],), {}, 1.185),  # whichever way its corners go round
])  # fmt: skip
def test_covers_the_area_of_a_shape(shape, arguments, settings, covered):
    painted = canvas()
    getattr(painted, shape)(*arguments, WHITE, **settings)
    assert area(painted) == pytest.approx(covered, rel=0.01 if shape == "polygon" else 0.02)


def test_covers_just_the_pixels_inside_of_a_box_and_lays_paint_over_what_was_there_in_its_share():
    painted = canvas(2)
    painted.box(-0.5, -0.25, 0.75, 1.0, WHITE)  # x right, y up; rows are counted downwards
    expected = np.zeros((SIDE, SIDE))
    expected[:20, 8:28] = 1
    np.testing.assert_allclose(painted.covered[0], expected, atol=1e-4)
    painted.box(-2, -2, 2, 2, RED, only=np.array([0.25, 1.0]))
    np.testing.assert_allclose(painted.pixels[0, :, 5, 10], [1, 0.75, 0.75], atol=1e-4)
    np.testing.assert_allclose(painted.pixels[1, :, 5, 10], RED, atol=1e-4)


def test_measures_angles_counter_clockwise_from_the_right():
    painted = canvas()
    painted.ellipse((0, 0), (0.8, 0.1), WHITE, angle=45)
    assert painted.covered[0, 8, 23] == pytest.approx(1)  # above, to the right
    assert painted.covered[0, 8, 8] == 0
    np.testing.assert_allclose(shapes.along((1, 2), np.array([0, 90, 180]), 3), [[4, 1, -2], [2, 5, 2]], atol=1e-12)


def test_gives_every_picture_the_numbers_that_are_its_own():
    """One call with arrays (N,) paints what N calls with single numbers would."""
    left, width, tall = np.array([-0.8, -0.1, 0.3]), np.array([0.1, 0.3, 0.2]), np.array([0.5, 0.9, 0.2])
    only, colours = np.array([1.0, 0.5, 0.0]), np.eye(3)

    def paint(on, n):
        on.line((left[n], -0.5), (0.2, tall[n]), width[n], colours[n], tall[n], only=only[n])
        on.ellipse((left[n], 0.1), (width[n], tall[n]), colours[n], angle=100 * tall[n], only=only[n])
        on.box(left[n], -0.7, left[n] + width[n], tall[n], colours[n], only=only[n])

    together = canvas(3)
    paint(together, np.arange(3))
    for n in range(3):
        alone = canvas()
        paint(alone, n)
        np.testing.assert_allclose(together.pixels[n], alone.pixels[0], atol=1e-6)
        np.testing.assert_allclose(together.covered[n], alone.covered[0], atol=1e-6)
    assert together.pixels[:2].any(axis=(1, 2, 3)).all()
    assert not together.pixels[2].any()


def test_gives_things_any_size_tilt_and_side_and_shows_them_as_a_whole():
    placed = canvas(500)
    placed.place(tilt=20)
    right = (placed.x[:, 0, 1] - placed.x[:, 0, 0]) * SIDE / 2, (placed.y[:, 0, 1] - placed.y[:, 0, 0]) * SIDE / 2
    sizes, tilts = 1 / np.hypot(*right), np.rad2deg(np.arctan(right[1] / np.abs(right[0])))
    assert SIZES[0] <= sizes.min() < SIZES[0] + 0.02 < SIZES[1] - 0.02 < sizes.max() <= SIZES[1] + 1e-4
    assert 19 < np.abs(tilts).max() <= 20
    assert tilts.min() < -19
    assert tilts.max() > 19
    assert 0.4 < (right[0] > 0).mean() < 0.6
    np.testing.assert_allclose(placed.scale.ravel(), sizes, rtol=1e-4)
    upright = canvas(500)
    upright.place(tilt=0)
    half_a_pixel = 1 / SIDE / SIZES[0]
    for along in (upright.x, upright.y):
        assert (along.min(axis=(1, 2)) <= -1 + half_a_pixel).all()
        assert (along.max(axis=(1, 2)) >= 1 - half_a_pixel).all()


def test_draws_a_placed_thing_as_large_as_its_scale_and_as_sharp_as_any_other():
    """An upright box covers of each pixel just what lies inside; what was painted before is not the thing."""
    placed = canvas(50)
    placed.place(tilt=30)
    placed.ellipse((0.1, 0.2), (0.4, 0.3), WHITE)
    np.testing.assert_allclose(area(placed), np.pi * 0.4 * 0.3 * placed.scale.ravel() ** 2, rtol=0.03)
    placed = canvas(20)
    placed.box(-2, -2, 2, 2, WHITE)
    placed.place(tilt=0)
    assert not placed.covered.any()
    assert placed.pixels.all()
    placed.box(-0.5, -2, 0.5, 2, WHITE)
    from_middle = np.abs(placed.x[:, 0]) * placed.scale[:, 0] * SIDE / 2  # (N, 32), in pixels
    inside = np.clip(0.5 * placed.scale[:, 0] * SIDE / 2 - from_middle + 0.5, 0, 1)
    np.testing.assert_allclose(placed.covered[:, 16], inside, atol=1e-3)


def test_picks_of_three_colours_the_one_that_stands_out_most():
    colours, greys = palette("000000", "808080", "ffffff", "ff0000"), np.linspace(0, 1, 40)[:, None]
    one, other = canvas(40, seed=3), canvas(40, seed=3)
    for painted in (one, other):
        painted.box(-2, -2, 2, 2, greys * WHITE)
    picked = np.stack([other.pick(colours) for _ in range(3)])  # (3, N, 3)
    best = np.abs(picked - greys).sum(axis=2).argmax(axis=0)
    np.testing.assert_array_equal(one.stand_out(colours), picked[best, np.arange(40)])


def test_has_views_of_every_class_and_none_twice():
    assert sorted(VIEWS) == sorted(CLASS_NAMES)
    assert len(set(ALL_VIEWS)) == len(ALL_VIEWS) > len(CLASS_NAMES)


@pytest.mark.parametrize("view", ALL_VIEWS, ids=lambda view: view.__name__)
def test_draws_things_that_differ_in_pose_size_place_and_colour(view):
    painted = canvas(100)
    view(painted)
    sizes, covered = area(painted), painted.covered
    assert sizes.min() > 0.2  # of the 4 that the picture has
    assert sizes.max() < 2.8
    assert sizes.std() > 0.1 * sizes.mean()
    assert min(place.std() for place in centre(painted)) > 0.7  # pixels
    both, either = np.minimum(covered[:50], covered[50:]), np.maximum(covered[:50], covered[50:])
    assert (both.sum(axis=(1, 2)) / either.sum(axis=(1, 2))).mean() < 0.85
    across, up = painted.x[:, 0, 1] - painted.x[:, 0, 0], painted.y[:, 0, 1] - painted.y[:, 0, 0]
    assert np.rad2deg(np.arctan(up / across)).std() > 2
    assert 0.3 < (across > 0).mean() < 0.7
    for fraction in (covered, 1 - covered):  # the thing, and what lies behind it
        colours = (painted.pixels * fraction[:, None]).sum(axis=(2, 3)) / fraction.sum(axis=(1, 2))[:, None]
        assert colours.std(axis=0).min() > 0.05
