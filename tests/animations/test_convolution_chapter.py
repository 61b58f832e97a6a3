"""Chapter 6's films, whole: every number of every frame, calculated here once more, and in its place."""

from pathlib import Path

import numpy as np
import pytest
from audit import check_all_numbers
from board_helpers import FACTS, check_places, convolution_values, pooling_values
from test_convolution_pooling import check_marks

from chapters import ch06_convolution as ch06
from chapters.images import DEER_OR_HORSE
from tinylearn import Scorecard
from tinylearn.layers.loops import convolve

EPOCHS = 6


@pytest.fixture(scope="module")
def made():
    """Return the films of a quick run, and what `feature_maps` was told: model, recording, data."""
    films, told = {}, []
    with pytest.MonkeyPatch.context() as patch:
        feature_maps = ch06.feature_maps
        patch.setattr(ch06, "feature_maps", lambda *given: (told.extend(given), feature_maps(*given))[1])
        patch.setattr(ch06, "draw", lambda found, *_: films.update(found))
        patch.setattr(ch06, "compare", lambda *_: {})
        ch06.main(Path(), quick=True)
    return films, *told


def test_padding_and_stride(made):
    scene = made[0]["ch06_padding_and_stride"].scene
    left, right = (convolution_values(*FACTS[name][:4], prefix) for name, prefix in
                   (("padding", "row."), ("stride", "diagonal.")))  # fmt: skip
    figure = check_all_numbers(scene, lambda frame: left(frame) | right(frame))
    for prefix in ("row.", "diagonal."):
        check_places(scene, figure, prefix)


def test_max_pooling(made):
    scene = made[0]["ch06_max_pooling"].scene
    figure = check_all_numbers(scene, pooling_values(FACTS["stride"][-1], (2, 2), (1, 1), 0))
    check_places(scene, figure)
    check_marks(scene, figure, (2, 2), (1, 1), 0)


def test_feature_maps(made):
    films, model, recording, data = made
    film = films["ch06_feature_maps"].scene
    horse, zero = data.x_test[[data.horse]] - np.float32(0.5), np.float32(0)
    always = max(data.y_test.tolist().count(label) for label in (0, 1))
    values = {"epoch": [], "network.epoch": [], "network.right[0]": [], "network.right[1]": []}
    values |= {f"maps[{k}].max": [] for k in range(8)}
    for epoch in range(EPOCHS + 1):
        w, b = (recording.at(5 * epoch)[f"conv2d_1.{name}"] for name in "wb")
        out = np.maximum(convolve(horse, w, b, model.layers[0].windows), zero)[0]
        np.testing.assert_allclose(film.scenes[0].maps[epoch], out, atol=1e-5)
        np.testing.assert_array_equal(film.scenes[0].filters[epoch], w)
        for k in range(8):
            values[f"maps[{k}].max"].append(out[..., k].max())
        values["epoch"].append(epoch)
        values["network.epoch"].append(epoch)
        recording.restore(model, 5 * epoch)
        for row, (x, y) in enumerate(((data.x_train, data.y_train), (data.x_test, data.y_test))):
            card = Scorecard(model.predict(x - np.float32(0.5)), y, names=DEER_OR_HORSE)
            values[f"network.right[{row}]"].append(card.right)
    limit = np.abs(recording["conv2d_1.w"]).max()
    still = {"last_epoch": EPOCHS, "limit": limit, "-limit": -limit, "network.right[2]": always,
             "network.total[0]": 160, "network.total[1]": 41, "network.total[2]": 41}  # fmt: skip
    check_all_numbers(film, values | {gid: [value] * (EPOCHS + 1) for gid, value in still.items()})


def test_filters_and_maps_change_visibly(made):
    """Even within the six epochs of a quick run."""
    scene = made[0]["ch06_feature_maps"].scene.scenes[0]
    for k in range(8):
        assert np.abs(scene.filter_colors(EPOCHS, k) - scene.filter_colors(0, k)).max() > 0.07
    brightness = np.sqrt(scene.maps / scene.largest.max(axis=0))
    assert (np.abs(brightness[EPOCHS] - brightness[0]).max(axis=(0, 1)) > 0.3).sum() >= 6
