"""Explanations of convolution, pooling, feature maps and pulls lead back to image and weights."""

import numpy as np
import pytest
from board_helpers import FACTS
from why_checks import check_whys

import tinylearn as tl
from animations import ConvolutionSteps, FeatureMaps, FilterPull, MaxPoolingSteps, SideBySide

SIZE, HALF = 16, np.float32(0.5)

IMAGE = [[1, -2, 0.5, 3], [0, 1 / 3, 2, -1], [4, 0, 0, 12.75]]


def steps(name, prefix=""):
    image, kernel, stride, padding, _ = FACTS[name]
    return ConvolutionSteps(image, kernel, stride=stride, padding=padding, name=prefix)


BOARDS = {
    "padding": lambda: steps("padding"),
    "stride": lambda: steps("stride", "right"),
    "same": lambda: ConvolutionSteps(IMAGE, [[1, -1], [0.25, 2]], padding="same", stride=(2, 1)),
    "one weight": lambda: ConvolutionSteps(IMAGE, [[2]]),
    "pooling": lambda: MaxPoolingSteps(IMAGE, 2, stride=1, name="one"),
    "padded pooling": lambda: MaxPoolingSteps(IMAGE, 3, stride=2, padding=1),
    "pooling one by one": lambda: MaxPoolingSteps(IMAGE, 1),
    "beside each other": lambda: SideBySide(steps("padding", "left"), steps("stride", "right")),
}


@pytest.mark.parametrize("make", BOARDS.values(), ids=BOARDS.keys())
def test_explains_every_number_of_every_board(make):
    scene = make()
    assert check_whys(scene, range(scene.frames)) > 0


def test_leads_from_an_output_to_image_weight_and_padding():
    scene = steps("padding", "row")
    why = scene.why("row.out[0,1]", 27)
    assert why.value == 3
    assert [term.gid for term in why.parts[0].terms][:2] == ["row.out[0,1].product[0,0]", "row.out[0,1].product[0,1]"]
    assert list(scene.why("row.out[0,1].product[0,0]", 27).asked()) == ["row.padding[-1,0]", "row.w[0,0]"]
    assert list(scene.why("row.out[0,1].product[1,2]", 27).asked()) == ["row.x[0,2]", "row.w[1,2]"]
    assert next(scene.why("row.out[0,1]", 6).asked()) == "row.product[0,0]", "those of the place that is shown"


@pytest.mark.parametrize("gid", ["out[0,9]", "x[9,0]", "x[0,0]", "row.padding[0,0]", "row.padding[7,7]", "row.nothing",
                                 "row.out[0,0].product[4,4]"])  # fmt: skip
def test_says_nothing_of_numbers_that_are_not_there(gid):
    assert steps("padding", "row").why(gid, 3) is None


def test_counts_frames_in_places():
    unit, values = steps("padding").moments()
    assert unit == "place"
    assert values[:5] == [0, 1, 1, 1, 2]
    assert (len(values), values[-1]) == (28, 9)


# --- a network that learned, and its filters --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained():
    """A small network of filters, max pooling and one neuron, that learned from noise: (model, recording, pictures)."""
    rng = np.random.default_rng(0)
    layers = [tl.Conv2D(3, 3, 3, padding="same", rng=rng), tl.ReLU(), tl.MaxPool2D(4), tl.Flatten()]
    model = tl.Sequential([*layers, tl.Dense(48, 1, rng=rng), tl.Sigmoid()], dtype=np.float32)
    recorder, pictures = tl.Recorder(model), rng.random((6, SIZE, SIZE, 3), dtype=np.float32)
    tl.fit(model, pictures - HALF, rng.integers(0, 2, (6, 1)), loss=tl.BinaryCrossEntropy(), optimizer=tl.Adam(0.03),
           epochs=3, batch_size=3, rng=rng, callbacks=[recorder])  # fmt: skip
    return model, recorder.recording, pictures


def maps_of(trained, **changed):
    """What the filters see in the first picture, after every update, with everything that explains it."""
    model, recording, pictures = trained
    convolution, relu, pooling, _, neuron, _ = model.layers
    maps, contributions, weights = [], [], []
    for step in recording.steps.tolist():
        recording.restore(model, step)
        maps.append(relu.forward(convolution.forward(pictures[:1] - HALF))[0])
        pooled = pooling.forward(maps[-1][None])[0]
        weights.append(neuron.params["w"].reshape(pooled.shape).copy())
        contributions.append((pooled * weights[-1]).sum(axis=(0, 1)))
    origins = {"x": pictures[0] - HALF, "filter_biases": recording["conv2d_1.b"], "weights": np.array(weights)}
    return FeatureMaps(pictures[0], recording["conv2d_1.w"], np.array(maps), np.array(contributions),
                       recording["dense_1.b"][:, 0], recording.steps, ("deer", "horse"), 1,
                       **origins | changed)  # fmt: skip


def pulls_of(trained, **changed):
    """The third update of the second filter."""
    _, recording, pictures = trained
    told, w = recording.explain(3, "conv2d_1.w[0, 0, 0, 1]"), "conv2d_1.w"
    before, after = (recording.at(step)[w][..., 1] for step in (2, 3))
    return FilterPull(pictures[told.rows], told.inputs, told.dout[..., 1], recording.gradients(3)[w][..., 1], before,
                      after, step=3, letter="B", **changed)  # fmt: skip


GIVEN = {"all but the recording": {}, "only maps and weights": {"x": None, "filter_biases": None}, "only maps": {
    "x": None, "filter_biases": None, "weights": None}}  # fmt: skip


@pytest.mark.parametrize("changed", GIVEN.values(), ids=GIVEN.keys())
def test_explains_every_number_of_feature_maps(trained, changed):
    assert check_whys(maps_of(trained, **changed)) > 0


def test_leads_from_the_answer_back_to_a_pixel(trained):
    scene, gid, seen = maps_of(trained), "predicted", []
    while gid and len(seen) < 12:
        seen.append(gid.split("[")[0])
        why = scene.why(gid, 2)
        assert why.faults() == []
        gid = next(why.asked(), "")
    assert seen == ["predicted", "sum", "contributions", "contribution", "pooled", "map", "map_sum", "product", "x",
                    "pixel"]  # fmt: skip


@pytest.mark.parametrize(("changed", "message"), [
    ({"x": None}, "give x and filter_biases together to explain the maps, got one of them"),
    ({"x": np.zeros((SIZE, SIZE, 3))}, "maps must be those of x, filters and filter_biases"),
    ({"weights": np.ones((7, 4, 4, 3))}, "contributions must be those of maps, max pooling and weights"),
    ({"weights": np.ones((7, 5, 4, 3))}, "must be covered by windows"),
])  # fmt: skip
def test_refuses_what_does_not_explain_the_numbers(trained, changed, message):
    with pytest.raises(ValueError, match=f"FeatureMaps: .*{message}"):
        maps_of(trained, **changed)


@pytest.mark.parametrize("recorded", [False, True])
def test_explains_every_number_of_an_update_of_a_filter(trained, recorded):
    scene = pulls_of(trained, recording=trained[1] if recorded else None)
    assert check_whys(scene, range(scene.frames)) > 0


def test_explains_every_number_of_feature_maps_by_their_recording(trained):
    scene = maps_of(trained, recording=trained[1])
    assert check_whys(scene, [0, scene.frames - 1]) > 0
    for gid, name in (("b", "dense_1.b[0]"), ("weight[1,2,2]", "dense_1.w[20,0]"), ("filter_b[1]", "conv2d_1.b[1]"),
                      ("filter[0,1,2,2]", "conv2d_1.w[0,1,2,2]")):  # fmt: skip
        assert f"gradient.{name}" in list(scene.why(gid, 3).asked()), gid
        assert scene.why(f"gradient.{name}", 3).faults() == []


def test_leads_from_a_filter_by_the_optimiser_and_dout_back_to_the_loss(trained):
    scene = pulls_of(trained, recording=trained[1])
    assert {"gradient", "before", "learning_rate"} <= set(scene.why("after", 10).asked())
    gid, seen = "dout[0]", []
    while gid and len(seen) < 20:
        seen.append(gid.split("[")[0])
        gid = next((each for each in scene.why(gid, 10).asked() if each.startswith(("dx", "dout"))), "")
    assert seen[0] == "dout"
    assert seen[-1] in ("dout.sigmoid_1", "dx.sigmoid_1"), "the loss is next"


def test_refuses_a_recording_of_other_filters(trained):
    for make in (maps_of, pulls_of):
        changed = {"recording": recorded_elsewhere()}
        with pytest.raises(ValueError, match="recording must contain"):
            make(trained, **changed)


def recorded_elsewhere():
    """The recording of a network that shares nothing with the others but its updates."""
    rng = np.random.default_rng(7)
    model = tl.Sequential([tl.Dense(1, 1, rng=rng)])
    recorder = tl.Recorder(model)
    tl.fit(model, np.ones((4, 1)), np.ones((4, 1)), loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.1), epochs=4,
           callbacks=[recorder])  # fmt: skip
    return recorder.recording


def test_leads_from_the_gradient_of_a_filter_back_to_a_pixel_of_the_batch(trained):
    scene = pulls_of(trained)
    gids = list(scene.why("gradient", 10).asked())
    assert gids == ["pull[0]", "pull[1]", "pull[2]", "pull[3]", "pull.places", "pull.pictures"]
    _, seen = scene.why("pull[0]", 10).asked()
    (pixel,) = scene.why(seen, 10).asked()
    n, r, c, k = map(int, pixel.removeprefix("pixel[").removesuffix("]").split(","))
    assert scene.why(pixel, 10).value == pytest.approx(scene.pictures[n, r, c, k])
    assert scene.why(seen, 10).value == pytest.approx(scene.pictures[n, r, c, k] - 0.5, abs=1e-7)
