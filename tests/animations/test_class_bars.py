"""Pictures, a network, and the probabilities of classes: every number, bar, mark and word of every frame."""

import functools

import numpy as np
import pytest
from audit import (
    check_all_numbers,
    check_layout,
    check_numbers,
    numbers_on,
    painted,
)

from animations import ClassBars, style
from tinylearn import Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sequential
from tinylearn.datasets import CLASS_NAMES

STEPS, EPOCHS = [0, 1, 20, 250, 2_000, 31_250], [0, 1, 1, 1, 8, 125]
TARGETS = {"truck": 9, "frog": 6}  # name → target, picture after picture

rng = np.random.default_rng(8)
PICTURES = rng.random((2, 32, 32, 3), dtype=np.float32)
LOGITS = np.arange(6)[:, None, None] * rng.normal(size=(6, 2, 10))  # 0 in the first frame
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=2, keepdims=True)


@functools.cache
def model(side=32):
    first = [Conv2D(3, 4, 3, rng=rng), MaxPool2D(2), ReLU()]
    return Sequential([*first, Flatten(), Dense(4 * ((side - 2) // 2) ** 2, 10, rng=rng)])


def film():
    return ClassBars(PICTURES, PROBABILITIES, CLASS_NAMES, targets=list(TARGETS.values()), model=model(), steps=STEPS,
                     epochs=EPOCHS, note="never seen")  # fmt: skip


@functools.cache
def painter():
    """Return the painter of a film that has painted frame 0, for all tests that only look at it."""
    return painted(film(), 0)


def bars_of(scene, p=0):
    """Return the bars of a picture, from top to bottom."""
    return [axes for axes in scene.page.figure.axes if axes.axison and axes.patches][p].patches


def with_rows(rows, names=("cat", "dog", "frog"), target=1, picture=None, note=""):
    """Return a scene of one picture with the given probabilities, one row per frame."""
    picture = np.zeros((4, 4, 3)) if picture is None else picture
    network = Sequential([Flatten(), Dense(picture.size, 2, rng=rng)])
    return ClassBars(picture[None], np.array(rows)[:, None], names, targets=[target], model=network,
                     steps=range(len(rows)), epochs=range(len(rows)), note=note)  # fmt: skip


# --- numbers and bars ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "said"), [(0.99951, "> 0.999"), (0.9994, "0.999"), (1, "> 0.999"), (0, "< 0.001")])
def test_shows_nothing_as_certain_or_impossible(value, said):
    scene = with_rows([[value, 1 - value]], ("cat", "dog"))
    assert numbers_on(painted(scene, 0).figure)["picture_0.predicted[0]"].get_text() == said


def test_shows_at_most_0_999_unless_nearly_certain():
    """A text "> 0.999" for 0.99 is found."""
    scene = with_rows([[0.99, 0.01]], ("cat", "dog"))
    figure = painted(scene, 0).figure
    numbers_on(figure)["picture_0.predicted[0]"].set_text("> 0.999")
    values = {f"picture_0.predicted[{k}]": [p] for k, p in enumerate((0.99, 0.01))}
    values |= {gid: [0] for gid in ("step", "epoch", "last_step", "last_epoch")} | {"parameters": [98]}
    with pytest.raises(AssertionError, match=r"picture_0.predicted\[0\] shows > 0.999, its source says 0.99"):
        check_numbers(figure, 0, values)


@pytest.mark.parametrize("p", [0, 1])
def test_places_bar_and_number_in_the_row_of_their_class_as_long_as_its_probability(p):
    scene = painter().scene
    numbers, bars = numbers_on(scene.page.figure), bars_of(scene, p)
    for frame in (*range(6), 3.25):
        scene.update(frame)
        before, fraction = int(frame), frame - int(frame)
        lengths = (1 - fraction) * PROBABILITIES[before, p] + fraction * PROBABILITIES[min(before + 1, 5), p]
        for k, each in enumerate(CLASS_NAMES):
            box, y = bars[k].get_window_extent(), label(scene, each, p).get_position()[1]
            assert (box.y0 + box.y1) / 2 == pytest.approx(y)
            assert numbers[f"picture_{p}.predicted[{k}]"].get_position()[1] == y
            assert (bars[k].get_x(), bars[k].get_width()) == (0, pytest.approx(lengths[k]))
    assert bars[0].axes.get_xlim() == (0, 1)
    heights = [label(scene, each, p).get_position()[1] for each in CLASS_NAMES]
    assert heights == sorted(heights, reverse=True), "from the top down"


def label(scene, name, p):
    """Return the name of a class in the rows of a picture."""
    found = [text for text in scene.page.axes.texts if text.get_text() == name and not text.get_gid()]
    return sorted(found, key=lambda text: -text.get_position()[1])[p]


def test_names_blocks_after_the_layers_and_their_outputs():
    scene = painter().scene
    assert scene.layers.blocks == [
        (["conv2d_1", "maxpool2d_1", "relu_1"], (15, 15, 4)), (["flatten_1", "dense_1"], (10,))]  # fmt: skip
    texts = {text.get_text() for text in scene.page.axes.texts}
    assert {"15 × 15 × 4", "10", "conv2d_1", "flatten_1", "dense_1"} <= texts


# --- the true class, and the answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said", "colour"),
    [
        ([0.2, 0.5, 0.3], "says dog ✓", style.TARGET),
        ([0.2, 0.35, 0.45], "says frog ✗", style.ERROR),
        ([0.4, 0.4, 0.2], "cannot tell", style.QUIET),
        ([1 / 3] * 3, "cannot tell", style.QUIET),
        ([0.4, 0.2, 0.4], "cannot tell", style.QUIET),
    ],
)
def test_gives_the_verdict(row, said, colour):
    scene = with_rows([[1.0, 0, 0], row])
    painted(scene, 1)
    (verdict,) = (text for text in scene.page.axes.texts if text.get_text() == said)
    assert verdict.get_color() == colour
    assert scene.describe(1) == (
        f"Update 1 of 1, epoch 1 of 1: shown a dog, the network {said}, the probability of dog is {row[1]:.3f}."
    )


@pytest.mark.parametrize("p", [0, 1])
def test_paints_the_picture_pixel_by_pixel(p):
    axes = [axes for axes in painter().scene.page.figure.axes if axes.images][p]
    box = axes.get_window_extent()
    left, top = round(box.x0), 768 - round(box.y1)
    pixels = painter().paint(0).astype(int)
    drawn = pixels[top + 3 : top + 192 : 6, left + 3 : left + 192 : 6, :3]  # the middle of each pixel, 6 × 6 large
    assert np.abs(drawn - 255 * PICTURES[p]).max() <= 2


@pytest.mark.parametrize("shape", [(9, 20), (300, 100)])
def test_keeps_the_shape_and_place_of_a_picture_of_any_size(shape):
    scene = with_rows([[0.5, 0.25, 0.25]], picture=np.full((*shape, 3), 0.5))
    check_layout(scene, 0)
    image = next(axes for axes in scene.page.figure.axes if axes.images)
    box = image.get_window_extent()
    assert box.x0 == pytest.approx(30)
    assert max(box.width, box.height) <= 192
    assert box.height / box.width == pytest.approx(shape[0] / shape[1], rel=0.01)


# --- layout ----------------------------------------------------------------------------------------------------------


LONG = "a class with a name that goes on and on"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("no", "yes"), 0),
        (("airplane", "automobile", "bird"), 1),
        ((LONG, "WW" * 20, "i"), 0),
        (tuple("abcdefghijkl"), 11),
        ((LONG,) * 12, 0),
    ],
)
def test_finds_room_for_few_many_and_long_names(names, said):
    rows = np.eye(len(names))[[said]]
    scene = with_rows(rows, names, target=0, note=LONG)
    check_layout(scene, 0)
    assert bars_of(scene)[0].axes.bbox.width > 150, "room for the bars"
    values = {f"picture_0.predicted[{k}]": rows[:, k] for k in range(len(names))} | {"parameters": [98]}
    values |= {gid: [0] for gid in ("step", "last_step", "epoch", "last_epoch")}
    check_all_numbers(with_rows(rows, names, target=0), values)


def test_keeps_the_start_and_the_end_of_a_long_name():
    scene = with_rows(np.eye(2), (LONG, "yes"))
    painted(scene, 0)
    short = [text.get_text() for text in scene.page.axes.texts if "…" in text.get_text()]
    for text, whole in zip(sorted(short), (LONG, f"says {LONG} ✗"), strict=True):
        start, end = text.split("…")
        assert whole.startswith(start)
        assert whole.endswith(end)
        assert abs(len(start) - len(end)) <= 1
    assert scene.said(0, 0) == f"says {LONG} ✗"


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"names": ["cat"]}, "names must be 2 texts, got 1"),
        ({"names": ["cat"], "probabilities": [[[1.0]]]}, "names must be 2 to 12 texts, got 1"),
        ({"names": list("abcdefghijklm"), "probabilities": np.full((1, 1, 13), 1 / 13)}, "2 to 12 texts, got 13"),
        ({"pictures": np.zeros((4, 4, 3))}, r"pictures must have shape \(P, H, W, 3\), got \(4, 4, 3\)"),
        ({"pictures": np.zeros((1, 0, 4, 3))}, r"pictures must have shape \(P, H, W, 3\), got \(1, 0, 4, 3\)"),
        ({"pictures": np.zeros((2, 4, 4, 3))}, r"must have shape \(S, 2, K\), as pictures has 2, got \(1, 1, 2\)"),
        ({"epochs": [0, 1]}, r"epochs must be .* one for each frame, as probabilities has 1, got shape \(2,\)"),
        ({"steps": [0, 1]}, r"steps must be .* one for each frame, as probabilities has 1, got shape \(2,\)"),
        ({"targets": [2]}, "targets must lie in 0 … 1, got 2"),
        ({"targets": [0, 1]}, r"targets must be a list of whole numbers, \(1,\), got shape \(2,\)"),
        ({"probabilities": [[[0.5, 0.6]]]}, r"add up to 1, .* the rows add up to 1\.1"),
        ({"probabilities": [[[-0.5, 1.5]]]}, r"must be 0 or more, got -0\.5 to 1\.5"),
        ({"probabilities": [[[np.nan, 1.0]]]}, "must be finite numbers, got nan"),
        (
            {"pictures": np.full((1, 4, 4, 3), 255)},
            r"pictures must lie in \[0, 1\], got 255 to 255; for bytes: pictures / 255",
        ),
        (
            {"pictures": np.zeros((4, 4, 4, 3)), "probabilities": np.full((1, 4, 2), 0.5), "targets": [0] * 4},
            "expected 1 to 3 pictures, got 4",
        ),
    ],
)
def test_refuses_what_does_not_fit(changed, message):
    network = Sequential([Flatten(), Dense(48, 2, rng=rng)])
    right = {"pictures": np.zeros((1, 4, 4, 3)), "probabilities": [[[0.5, 0.5]]], "names": ["cat", "dog"],
             "targets": [0], "model": network, "steps": [0], "epochs": [0]}  # fmt: skip
    ClassBars(**right)
    with pytest.raises(ValueError, match=f"ClassBars: .*{message}"):
        ClassBars(**right | changed)


def test_refuses_pictures_that_the_network_cannot_take():
    with pytest.raises(ValueError, match=r"Dense\(48, 2\)"):
        ClassBars(np.zeros((1, 5, 4, 3)), [[[0.5, 0.5]]], ["cat", "dog"], targets=[0], steps=[0], epochs=[0],
                  model=Sequential([Flatten(), Dense(48, 2, rng=rng)]))  # fmt: skip
