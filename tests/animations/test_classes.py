"""Scenes of classifiers: every pixel of pictures in a grid and of augmentation step by step; chapter 7's film of truck
and frog: its pictures and frames, and parts of a run that was continued.
"""

import numpy as np
import pytest

from animations import ImageGrid, SideBySide
from animations.engine.painter import Painter
from animations.scenes.classes.image_grid import GAP, MARGIN
from chapters import ch07_ten_classes as ch07
from chapters.parts import images
from tests.animations.audit import painted
from tests.animations.samples.classes import ANGLES, MIRRORED, PICTURE, SHIFTS, augmentation, by_class, grid, sheets
from tinylearn import Recorder
from tinylearn.augmentation import affine

# --- image grids: every pixel is where it belongs, enlarged and unchanged --------------------------------------------

NAMES = ["cat", "", "dog"]


def picture(pixels, scene, row, column, shift=0):
    """Return the painted pixels of one picture, by its place counted from the lower right corner of the grid."""
    _, rows, columns, h, w, _ = scene.images.shape
    right = scene.left + scene.extent[0] - (columns - 1 - column) * (w + GAP) * scene.zoom + shift
    bottom = scene.size[1] - MARGIN - (rows - 1 - row) * (h + GAP) * scene.zoom
    return pixels[bottom - h * scene.zoom : bottom, right - w * scene.zoom : right, :3]


def enlarged(image, zoom):
    """Return an image (H, W, C) in [0, 1] as bytes of red, green, blue, each pixel a square of zoom × zoom."""
    colours = np.broadcast_to(image, (*image.shape[:2], 3))
    return np.kron((255 * colours).round(), np.ones((zoom, zoom, 1))).astype(np.uint8)


@pytest.mark.parametrize(("zoom", "channels", "title"), [(1, 3, ""), (3, 1, "Pets"), (10, 3, "Pets")])
def test_draws_every_pixel_of_every_picture_in_every_frame(zoom, channels, title):
    data = sheets(c=channels)
    scene = ImageGrid(data, NAMES, title=title, zoom=zoom)
    painter = Painter(scene)
    for frame, sheet in enumerate(data):
        pixels = painter.paint(frame)
        for row, column in np.ndindex(sheet.shape[:2]):
            shown = picture(pixels, scene, row, column)
            np.testing.assert_array_equal(shown, enlarged(sheet[row, column], zoom), f"{frame}: {row}, {column}")


def test_leaves_paper_between_the_pictures_and_keeps_sheets_next_to_each_other_as_exact():
    scene = grid()
    inked = (painted(scene, 0).pixels[..., :3] != 255).any(axis=2)[-MARGIN - scene.extent[1] :, scene.left :]
    assert inked.sum() == scene.zoom**2 * scene.images[0, ..., 0].size
    before, after = sheets(frames=1, columns=1), sheets(columns=4)
    left, right = ImageGrid(before, NAMES, title="before"), ImageGrid(after, [""] * 3, title="after")
    pixels = painted(SideBySide(left, right), 3).pixels
    for row, column in np.ndindex(3, 4):
        np.testing.assert_array_equal(picture(pixels, left, row, 0), enlarged(before[0, row, 0], 3))
        shown = picture(pixels, right, row, column, shift=left.size[0])
        np.testing.assert_array_equal(shown, enlarged(after[3, row, column], 3))


# --- augmentation ----------------------------------------------------------------------------------------------------


def test_equals_one_affine_map_of_all_numbers_and_moves_between_two_steps():
    scene = augmentation()
    wanted = affine(np.repeat(PICTURE[None], 4, axis=0), ANGLES, SHIFTS, MIRRORED)
    np.testing.assert_allclose(scene.shown, wanted, atol=1e-12)
    assert scene.done.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 3, 4]
    painted(scene, 0)
    (image,) = scene.page.axes.images
    half_turned = affine(PICTURE[None], [6.125], [[0, 0]], [False])[0]
    a_quarter_of_the_way = affine(PICTURE[None], [12.25], [[0.125 / 4, -0.25 / 4]], [False])[0]
    moments = {3: wanted[0], 3.9: wanted[0], 7: wanted[1], 8: wanted[2], 8.5: wanted[2], 9: wanted[3]}
    for moment, shown in (moments | {1.5: half_turned, 2.25: a_quarter_of_the_way}).items():
        scene.update(moment)
        np.testing.assert_allclose(image.get_array(), shown, atol=1e-12)


def test_leads_from_correct_answers_to_those_of_a_class():
    (bars,) = by_class().why("run_0.correct[0]", 1).parts
    assert bars.labels == ["cat", "dog", "frog"]
    assert [tuple(term) for term in bars.terms] == [(n, f"run_0.correct[0].of[{k}]") for k, n in enumerate((1, 3, 1))]
    assert by_class().why("run_0.correct[1].of[0]", 1) is None


# --- chapter 7 -------------------------------------------------------------------------------------------------------

TRUCK, FROG, EPOCHS = 9, 6, 3


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a run on a few sketches, and its recording."""
    data = images.load("sketches", None, sketches=(70, 60), rng=np.random.default_rng(0))
    run = ch07.Run(data, ch07.truck_and_frog(data, "sketches"), 1e-3, 0, tmp_path_factory.mktemp("run") / "run.npz")
    recorder = Recorder(run.model, every=ch07.film_steps(run.updates, EPOCHS).__contains__)
    run.learn(EPOCHS, recorder)
    return run, recorder.recording


def test_shows_the_first_truck_and_frog_that_it_never_learns_from_and_leaves_the_network_as_it_is(made):
    (run, recording), before = made, made[0].model.parameters.copy()
    film = ch07.class_bars(run, [recording])
    for shown, number in zip(film.pictures, (TRUCK, FROG), strict=True):
        np.testing.assert_array_equal(shown, run.data.x_test[run.data.y_test.tolist().index(number)])
        assert not (run.data.x_train == shown).all(axis=(1, 2, 3)).any()
    np.testing.assert_array_equal(run.model.parameters, before)


def test_draws_most_frames_in_the_first_epoch_and_some_in_every_other():
    for updates, epochs in ((250, 8), (1563, 125)):
        steps = np.array(sorted(ch07.film_steps(updates, epochs)))
        assert (len(steps), steps[0], steps[-1]) == (60, 0, updates * epochs)
        assert {updates, *steps[:44]} == set(steps[steps <= updates])
        assert (np.diff(steps) > 0).all()


def test_joins_parts_of_a_run_where_it_continued(made):
    """The first part was killed after update 5, and continued from a checkpoint at update 3."""
    run, recording = made
    first, second = (Recorder(run.model) for _ in range(2))
    for step in (1, 2, 3, 4, 5):
        first.record(step, 1, 0.5, [0])
    second.resumed(3, 1)
    second.record(4, 2, 0.5, [0])
    found = ch07.joined([first.recording, second.recording])
    assert [(step, found[step].steps[0]) for step in found] == [(0, 0), (1, 0), (2, 0), (3, 3), (4, 3)]
    assert list(ch07.joined([recording])) == list(range(10))


def test_shows_what_fit_would_give_the_network_for_these_draws(made):
    data = made[0].data
    steps, sheet = ch07.augmented(data, np.random.default_rng(5)).scenes
    truck = data.x_train[data.y_train.tolist().index(TRUCK)]
    np.testing.assert_array_equal(steps.picture, truck)
    given = ch07.AUGMENT(np.repeat(truck[None], 9, axis=0), np.random.default_rng(5)).clip(0, 1)
    np.testing.assert_array_equal(steps.shown, given)
    for frame, done in enumerate([0, 0, 0, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]):
        pictures = sheet.images[frame].reshape(9, 32, 32, 3)
        np.testing.assert_array_equal(pictures[:done], (255 * given[:done]).round())
        assert sheet.known[frame].ravel().tolist() == [1] * done + [0] * (9 - done)
