"""Feature maps: every number, filter and map of every frame is what the recorded weights make of the picture."""

import numpy as np
import pytest
from audit import check_all_numbers, check_layout, check_painter, nameless_digits

import tinylearn as tl
from animations import FeatureMaps
from animations.engine.painter import Painter
from tinylearn.layers.loops import convolve
from tinylearn.layers.windows import Windows

EPOCHS, FILTERS, SIZE = 4, 6, 8
PICTURE = np.random.default_rng(5).random((SIZE, SIZE, 3))
FITTING = {"picture": np.zeros((8, 8, 3)), "filters": np.zeros((2, 3, 3, 3, 4)), "maps": np.zeros((2, 8, 8, 4)),
           "epochs": [0, 1]}  # fmt: skip


@pytest.fixture(scope="module")
def recording():
    """The recording of a network with six filters of 3 × 3, two updates an epoch, that learns from noise."""
    rng = np.random.default_rng(0)
    filters = tl.Conv2D(3, FILTERS, 3, padding="same", rng=rng)
    model = tl.Sequential([filters, tl.ReLU(), tl.Flatten(), tl.Dense(SIZE**2 * FILTERS, 1, rng=rng), tl.Sigmoid()])
    recorder = tl.Recorder(model, every=2)
    x, y = rng.random((8, SIZE, SIZE, 3)), rng.integers(0, 2, (8, 1))
    tl.fit(model, x, y, loss=tl.BinaryCrossEntropy(), optimizer=tl.Adam(0.03), epochs=EPOCHS, batch_size=4, rng=rng,
           callbacks=[recorder])  # fmt: skip
    return recorder.recording


@pytest.fixture
def scene(recording):
    """The scene of that recording, its maps computed by the layers; on arrays of its own, for a test to spoil."""
    layer, maps = tl.Conv2D(3, FILTERS, 3, padding="same", rng=np.random.default_rng(1)), []
    for step in recording.steps.tolist():
        for name in ("w", "b"):
            layer.params[name][...] = recording.at(step)[f"conv2d_1.{name}"]
        maps.append(tl.ReLU().forward(layer.forward(PICTURE[None]))[0])
    return FeatureMaps(PICTURE, recording["conv2d_1.w"], np.array(maps), recording.epochs)


@pytest.fixture(scope="module")
def seen(recording):
    """The same maps (S, H, W, F), in plain loops."""
    return np.array([looped(recording.at(step)) for step in recording.steps.tolist()])


def looped(parameters):
    out = convolve(PICTURE[None], parameters["conv2d_1.w"], parameters["conv2d_1.b"], Windows((3, 3), (1, 1), "same"))
    return np.array([[[max(value, 0) for value in place] for place in row] for row in out[0]])


def numbers(recording, seen):
    """Return gid → the value in each frame."""
    limit = max(abs(float(w)) for w in recording["conv2d_1.w"].ravel())
    values = {"epoch": range(EPOCHS + 1)}
    values |= {gid: [value] * (EPOCHS + 1) for gid, value in
               (("last_epoch", EPOCHS), ("limit", limit), ("-limit", -limit))}  # fmt: skip
    return values | {f"maps[{k}].max": [max(each[..., k].flat) for each in seen] for k in range(FILTERS)}


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_every_number_of_every_frame_is_computed_from_the_recorded_weights(scene, recording, seen):
    check_all_numbers(scene, numbers(recording, seen))


@pytest.mark.parametrize("spoil", [
    lambda maps, filters, epochs: maps[3, ..., 2].__imul__(1.1),
    lambda maps, filters, epochs: filters[1].__imul__(9),
    lambda maps, filters, epochs: epochs[2:].__iadd__(1),
])  # fmt: skip
def test_a_wrong_value_is_noticed(scene, recording, seen, spoil):
    arrays = scene.maps.copy(), scene.filters.copy(), scene.epochs.copy()
    spoil(*arrays)
    wrong = FeatureMaps(PICTURE, arrays[1], arrays[0], arrays[2])
    with pytest.raises(AssertionError, match="shows"):
        check_all_numbers(wrong, numbers(recording, seen))


def test_no_digit_is_without_a_name_but_the_0_of_the_legend(scene):
    assert nameless_digits(scene, range(scene.frames)) == {"grey is a weight of 0", "maps: black is 0, white the"}


# --- pictures --------------------------------------------------------------------------------------------------------


def places(painter):
    """Return for each number `maps[k].max` its name, and the boxes of the images before it and below that one."""
    found = []
    boxes = [axes.bbox for axes in painter.figure.axes if axes.images]
    for k in range(FILTERS):
        (number,) = (text for text in painter.scene.page.axes.texts if text.get_gid() == f"maps[{k}].max")
        x, y = number.get_position()
        before = max((box for box in boxes if box.x1 < x and box.y0 < y < box.y1), key=lambda box: box.x1)
        below = max(
            (box for box in boxes if abs(box.x0 - before.x0) < 1 and box.y1 < before.y0), key=lambda box: box.y1
        )
        name = min((text for text in painter.scene.page.axes.texts if text.get_position()[0] == x and text.get_text() in
                    tuple("ABCDEFGH")), key=lambda text: abs(text.get_position()[1] - y))  # fmt: skip
        found.append((name.get_text(), before, below))
    return found


def middles(pixels, box, shape):
    """Return the colours (rows, columns, 3) in the middle of each square of an image."""
    down = len(pixels) - box.y1 + (np.arange(shape[0]) + 0.5) * box.height / shape[0]
    across = box.x0 + (np.arange(shape[1]) + 0.5) * box.width / shape[1]
    return pixels[np.ix_(down.astype(int), across.astype(int))][..., :3].astype(int)


def check_pictures(scene, recording, seen):
    """Picture, filters and maps are painted pixel by pixel, these two beside their number, in every frame."""
    filters, painter = recording["conv2d_1.w"], Painter(scene)
    limit, largest = np.abs(filters).max(), seen.max(axis=(0, 1, 2))
    for frame in range(scene.frames):
        pixels = painter.paint(frame)
        first = min((axes.bbox for axes in painter.figure.axes if axes.images), key=lambda box: box.x0)
        np.testing.assert_allclose(middles(pixels, first, (SIZE, SIZE)), 255 * PICTURE, atol=1)
        for k, (name, of_filter, of_map) in enumerate(places(painter)):
            assert name == "ABCDEF"[k]
            colours = 255 * (0.5 + filters[frame, ..., k] / (2 * limit))
            np.testing.assert_allclose(middles(pixels, of_filter, (3, 3)), colours, atol=1, err_msg=f"{frame} {name}")
            greys = np.repeat(255 * np.sqrt(seen[frame, ..., k, None] / (largest[k] or 1)), 3, axis=-1)
            np.testing.assert_allclose(middles(pixels, of_map, (SIZE, SIZE)), greys, atol=2, err_msg=f"{frame} {name}")


def test_picture_filters_and_maps_are_painted_pixel_by_pixel(scene, recording, seen):
    check_pictures(scene, recording, seen)


@pytest.mark.parametrize("swapped", [0, 1])
def test_a_filter_or_map_at_the_place_of_another_is_noticed(scene, recording, seen, swapped):
    draw = scene.draw

    def exchange(figure):
        draw(figure)
        one, other = [axes for axes in figure.axes if axes.images][1 + swapped : 4 + swapped : 2]
        boxes = one.get_position(), other.get_position()
        one.set_position(boxes[1])
        other.set_position(boxes[0])

    scene.draw = exchange
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_pictures(scene, recording, seen)


def test_filters_of_zeros_are_grey_and_find_nothing():
    scene = FeatureMaps(PICTURE, np.zeros((2, 3, 3, 3, 1)), np.zeros((2, 8, 8, 1)), [0, 1])
    check_all_numbers(scene, {"epoch": [0, 1], "last_epoch": [1, 1], "limit": [1, 1], "-limit": [-1, -1],
                              "maps[0].max": [0, 0]})  # fmt: skip
    _, grey, black = (axes.images[0].get_array() for axes in Painter(scene).figure.axes if axes.images)
    assert (grey == 0.5).all()
    assert (black == 0).all()


# --- words and layout ------------------------------------------------------------------------------------------------


def full(epochs=(0, 3, 125)):
    """As much as there is room for: eight filters, numbers of six letters."""
    rng = np.random.default_rng(0)
    shape = (len(epochs), 32, 32, 8)
    return FeatureMaps(rng.random((32, 32, 3)), rng.normal(0, 20, (len(epochs), 5, 5, 3, 8)),
                       rng.uniform(0, 999.99, shape), epochs)  # fmt: skip


def test_every_text_has_its_place_and_can_be_read():
    phases = ("initialise", "adjust, repeat", "adjust, repeat")
    for phase, texts in zip(phases, check_layout(full(), 0, 1, 2), strict=True):
        assert {*"ABCDEFGH", "the picture", "up to", phase} <= set(texts)


def test_no_text_reaches_into_a_picture():
    scene = full()
    painter = Painter(scene)
    scene.update(2)
    pictures = [axes.bbox for axes in painter.figure.axes if axes.images]
    assert len(pictures) == 1 + 2 * 8
    for text in scene.page.axes.texts:
        box = text.get_window_extent()
        assert not any(box.overlaps(picture) for picture in pictures), text.get_text()


def test_what_begins_later_is_not_said_to_be_initialised():
    scene = FeatureMaps(**FITTING | {"epochs": [5, 6]})
    assert "adjust, repeat" in check_layout(scene, 0)[0]


def test_frames_in_any_order():
    rng = np.random.default_rng(0)
    arrays = FITTING | {name: rng.random(FITTING[name].shape) for name in ("picture", "filters", "maps")}
    check_painter(lambda: FeatureMaps(**arrays), [1, 0])


def test_a_frame_in_words(scene, seen):
    said = ", ".join(f"{letter} {seen[2, ..., k].max():.2f}" for k, letter in enumerate("ABCDEF"))
    assert scene.describe(2) == f"Epoch 2 of 4: the filters answer the picture with at most {said}."


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
        ({"epochs": [0, 1, 2]}, r"epochs must be a list of .*, one for each frame, as filters has 2, got shape \(3,\)"),
        ({"epochs": []}, "epochs must be a list of whole numbers, one for each frame"),
        (
            {"maps": np.zeros((2, 8, 8, 3))},
            r"maps must have shape \(2, OH, OW, 4\), as filters has .*, got \(2, 8, 8, 3\)",
        ),
        ({"filters": np.zeros((2, 3, 3, 3, 9)), "maps": np.zeros((2, 8, 8, 9))}, "expected 1 to 8 filters, got 9"),
        ({"filters": np.full((2, 3, 3, 3, 4), np.inf)}, "filters must be finite"),
        ({"maps": np.full((2, 8, 8, 4), -0.1)}, r"maps must be 0 or more, got -0.1 .*; take them after ReLU"),
        ({"maps": np.full((2, 8, 8, 4), np.nan)}, "maps must be finite numbers, got nan"),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(wrong, message):
    FeatureMaps(**FITTING)
    with pytest.raises(ValueError, match=f"FeatureMaps: .*{message}"):
        FeatureMaps(**FITTING | wrong)


def test_what_becomes_of_the_arrays_afterwards_does_not_matter():
    arrays = {name: np.array(values) for name, values in FITTING.items()}
    scene = FeatureMaps(**arrays)
    for array in arrays.values():
        array += 7
    assert not any(getattr(scene, name).any() for name in ("picture", "filters", "maps"))
    assert scene.epochs.tolist() == [0, 1]
