"""Feature maps: every number, filter, map and bar of every frame follows from the recorded weights and the picture."""

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, numbers_on
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from animations import FeatureMaps, style
from animations.engine.painter import Painter
from animations.kit.colours import NEGATIVE, POSITIVE
from tests.animations.samples.convolution import SIZE, maps_of, maps_values, seen, trained

PICTURE = np.random.default_rng(5).random((8, 8, 3))
ANSWERS = {"answers": ("deer", "horse"), "target": 1}
FITTING = {"picture": np.zeros((8, 8, 3)), "filters": np.zeros((2, 3, 3, 3, 4)), "maps": np.zeros((2, 8, 8, 4)),
           "contributions": np.zeros((2, 4)), "biases": np.zeros(2), "steps": [0, 1]} | ANSWERS  # fmt: skip


# --- pictures --------------------------------------------------------------------------------------------------------


def places(painter):
    """Return for each letter its name, and the boxes of the images after it: its filter and its map."""
    boxes, found = [axes.bbox for axes in painter.figure.axes if axes.images], []
    letters = [text for text in painter.scene.page.axes.texts if text.get_text() in tuple("ABCDEFGH")]
    for letter in sorted(letters, key=lambda text: text.get_text()):
        x, y = letter.get_position()
        beside = sorted((box for box in boxes if box.x0 > x and box.y0 < y < box.y1), key=lambda box: box.x0)
        found.append((letter.get_text(), *beside[:2]))
    return found


def middles(pixels, box, shape):
    """Return the colours (rows, columns, 3) in the middle of each square of an image."""
    down = len(pixels) - box.y1 + (np.arange(shape[0]) + 0.5) * box.height / shape[0]
    across = box.x0 + (np.arange(shape[1]) + 0.5) * box.width / shape[1]
    return pixels[np.ix_(down.astype(int), across.astype(int))][..., :3].astype(int)


def tiles(w, limit):
    """Return the colours (11, 3, 3) of a filter (3, 3, 3): red, green, blue below each other, with paper between."""
    colours = np.full((11, 3, 3), 255.0)
    for channel in range(3):
        colours[4 * channel : 4 * channel + 3] = 255 * colormaps["RdBu"](0.5 + w[..., channel] / (2 * limit))[..., :3]
    return colours


def test_paints_picture_filters_and_maps_pixel_by_pixel():
    """Picture, filters and maps are painted pixel by pixel in every frame; filters and maps after their letter."""
    scene, (_, recording, pictures), maps = maps_of(), trained(), seen()[0]
    filters, painter = recording["conv2d_1.w"], Painter(scene)
    limit, largest = np.abs(filters).max(), maps.max(axis=(0, 1, 2))
    for frame in range(scene.frames):
        pixels = painter.paint(frame)
        first = min((axes.bbox for axes in painter.figure.axes if axes.images), key=lambda box: box.x0)
        np.testing.assert_allclose(middles(pixels, first, (SIZE, SIZE)), 255 * pictures[0], atol=1)
        for k, (name, of_filter, of_map) in enumerate(places(painter)):
            assert name == "ABCDEF"[k]
            colours = tiles(filters[frame, ..., k], limit)
            np.testing.assert_allclose(middles(pixels, of_filter, (11, 3)), colours, atol=3, err_msg=f"{frame} {name}")
            greys = np.repeat(255 * maps[frame, ..., k, None] / (largest[k] or 1), 3, axis=-1)
            np.testing.assert_allclose(middles(pixels, of_map, (SIZE, SIZE)), greys, atol=2, err_msg=f"{frame} {name}")


def check_bars(scene, figure, frame, contributions, predicted):
    """Each bar reaches from zero to its number, dashed and to the left below zero; the last one is the answer."""
    scene.update(frame)
    frame_of, bar, *bars = (patch for patch in scene.page.axes.patches if isinstance(patch, Rectangle))
    np.testing.assert_allclose(bar.get_width() / frame_of.get_width(), predicted[frame])
    longest = np.abs(contributions).max()
    for k, (bar, value) in enumerate(zip(bars, contributions[frame], strict=True)):
        number = numbers_on(figure)[f"contributions[{k}]"]
        assert abs(bar.get_x() - number.get_position()[0]) < 10, f"bar {k} stands by another number"
        np.testing.assert_allclose(bar.get_width() / 76, value / longest, rtol=1e-5, err_msg=f"bar {k}")
        assert to_hex(bar.get_edgecolor()) == (POSITIVE if value >= 0 else NEGATIVE)
        assert (to_hex(bar.get_facecolor()) == style.PAPER) == (bar.get_linestyle() == "--") == (value < 0)


def test_draws_every_bar_as_long_as_its_number():
    scene, values = maps_of(), maps_values()
    figure, contributions = Painter(scene).figure, np.array([values[f"contributions[{k}]"] for k in range(3)]).T
    assert (contributions < 0).any()
    for frame in range(scene.frames):
        check_bars(scene, figure, frame, contributions, values["predicted"])
    with pytest.raises(AssertionError, match="bar"):
        check_bars(scene, figure, 2, contributions[:, ::-1], values["predicted"])


def test_draws_filters_of_zeros_white_and_their_maps_empty():
    scene = FeatureMaps(
        PICTURE, np.zeros((2, 3, 3, 3, 1)), np.zeros((2, 8, 8, 1)), [[0]] * 2, [0, 0], [0, 1], **ANSWERS
    )
    check_all_numbers(scene, {"step": [0, 1], "last_step": [1, 1], "contributions[0]": [0, 0], "b": [0, 0],
                              "sum": [0, 0], "predicted": [0.5, 0.5]})  # fmt: skip
    _, white, black = (axes.images[0].get_array() for axes in Painter(scene).figure.axes if axes.images)
    assert (white.compressed() == 0).all()
    assert (black == 0).all()
    assert scene.said(0) == "cannot tell"


# --- words and layout ------------------------------------------------------------------------------------------------


def full(steps=(0, 3, 1250)):
    """The most that there is room for: eight filters, large numbers, long names."""
    rng = np.random.default_rng(0)
    shape = (len(steps), 32, 32, 8)
    return FeatureMaps(rng.random((32, 32, 3)), rng.normal(0, 20, (len(steps), 5, 5, 3, 8)),
                       rng.uniform(0, 999.99, shape), rng.uniform(-99, 99, (len(steps), 8)), [-9] * len(steps),
                       steps, ("deer", "horse"), 0)  # fmt: skip


def test_keeps_every_text_in_place_and_readable():
    phases = ("initialise", "adjust, repeat", "adjust, repeat")
    for phase, texts in zip(phases, check_layout(full(), 0, 1, 2), strict=True):
        assert {*"ABCDEFGH", "a deer", phase} <= set(texts)


def test_keeps_texts_off_the_pictures():
    scene = full()
    painter = Painter(scene)
    scene.update(2)
    pictures = [axes.bbox for axes in painter.figure.axes if axes.images]
    assert len(pictures) == 1 + 2 * 8
    for text in scene.page.axes.texts:
        box = text.get_window_extent()
        assert not any(box.overlaps(picture) for picture in pictures), text.get_text()


def test_does_not_say_initialised_of_a_later_start():
    scene = FeatureMaps(**FITTING | {"steps": [5, 6]})
    assert "adjust, repeat" in check_layout(scene, 0)[0]


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"picture": np.zeros((8, 8))}, r"picture must have shape \(H, W, 3\), got \(8, 8\)"),
        ({"filters": np.zeros((3, 3, 3, 4))}, r"filters must have shape \(S, KH, KW, 3, F\), got \(3, 3, 3, 4\)"),
        ({"maps": np.zeros((8, 8, 4))}, r"maps must have shape \(2, OH, OW, 4\), as filters has .*, got \(8, 8, 4\)"),
        ({"picture": np.zeros((8, 8, 1))}, r"picture must have shape \(H, W, 3\), got \(8, 8, 1\)"),
        ({"filters": np.zeros((2, 3, 3, 1, 4))}, r"filters must have shape \(S, KH, KW, 3, F\), got \(2, 3, 3, 1, 4\)"),
        ({"picture": np.full((8, 8, 3), 255)}, r"picture must lie in \[0, 1\], got 255 to 255; for bytes: picture / 2"),
        ({"picture": np.full((8, 8, 3), np.nan)}, r"picture must be finite numbers, got nan at picture\[0, 0, 0\]"),
        ({"steps": [0, 1, 2]}, r"steps must be a list of .*, one for each frame, as filters has 2, got shape \(3,\)"),
        ({"steps": []}, "steps must be a list of whole numbers, one for each frame"),
        (
            {"maps": np.zeros((2, 8, 8, 3))},
            r"maps must have shape \(2, OH, OW, 4\), as filters has .*, got \(2, 8, 8, 3\)",
        ),
        (
            {"filters": np.zeros((2, 3, 3, 3, 9)), "maps": np.zeros((2, 8, 8, 9)), "contributions": np.zeros((2, 9))},
            "expected 1 to 8 filters, got 9",
        ),
        ({"contributions": np.zeros((2, 3))}, r"contributions must have shape \(2, 4\), as filters has .*"),
        ({"target": 2}, "target"),
        ({"filters": np.full((2, 3, 3, 3, 4), np.inf)}, "filters must be finite"),
        ({"maps": np.full((2, 8, 8, 4), -0.1)}, r"maps must be 0 or more, got -0.1 .*; take them after ReLU"),
        ({"maps": np.full((2, 8, 8, 4), np.nan)}, "maps must be finite numbers, got nan"),
    ],
)
def test_refuses_arrays_that_do_not_belong_together(wrong, message):
    FeatureMaps(**FITTING)
    with pytest.raises(ValueError, match=f"FeatureMaps: .*{message}"):
        FeatureMaps(**FITTING | wrong)


def test_ignores_later_changes_of_the_arrays():
    arrays = {name: np.array(values) for name, values in FITTING.items() if name not in ANSWERS}
    scene = FeatureMaps(**arrays, **ANSWERS)
    for array in arrays.values():
        array += 7
    assert not any(getattr(scene, name).any() for name in ("picture", "filters", "maps"))
    assert scene.steps.tolist() == [0, 1]
