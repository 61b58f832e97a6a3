"""An explained update: its text, and its errors."""

import copy

import numpy as np
import pytest

from tests.tinylearn.explain_helpers import OPTIMIZERS, check, recorded, small_parts, small_run
from tinylearn import SGD, BatchNorm, Dense, MeanSquaredError, Recorder, ReLU, Sequential, Update, fit


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_step_of_a_run(kind):
    recording, x = small_run(OPTIMIZERS[kind]()), small_parts()["x"]
    for step in recording.steps[1:].tolist():
        explanation = recording.explain(step, "dense_1.w[1, 3]")
        check(recording, explanation, np.float64)
        assert explanation.rows.tolist() == recording.batch(step).tolist()
        assert explanation.loss == recording.losses[step]
        np.testing.assert_array_equal(explanation.inputs, x[explanation.rows])
        np.testing.assert_array_equal(explanation.factors[:, 0], x[explanation.rows, 1])
        np.testing.assert_array_equal(explanation.factors[:, 1], explanation.dout[:, 3])


def test_the_dout_of_the_output_that_is_explained_is_shown_among_many():
    rng = np.random.default_rng(0)
    recording = recorded([Dense(3, 9, rng=rng), ReLU(), Dense(9, 1, rng=rng)], rng.normal(size=(6, 3)),
                         rng.normal(size=(6, 1)), SGD(0.1))  # fmt: skip
    explanation = recording.explain(5, "dense_1.w[2, 7]")
    assert f", … [7]: {explanation.factors[0, 1]!s}, … of 9" in str(explanation)


def test_the_upstream_gradient_is_that_of_the_loss():
    """The last layer is linear and its loss a mean of squares: dout = 2 (predicted - y) / size, by hand."""
    x, y = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[1.0], [5.0]])
    recording = recorded([Dense(2, 1, rng=np.random.default_rng(0))], x, y, SGD(0.1))
    explanation = recording.explain(3, "dense_1.b[0]")
    before = recording.at(2)
    by_hand = (x @ before["dense_1.w"] + before["dense_1.b"] - y)[explanation.rows]
    np.testing.assert_allclose(explanation.dout, by_hand, rtol=1e-12)
    np.testing.assert_allclose(explanation.contributions, by_hand[:, 0], rtol=1e-12)


def test_a_large_batch_is_printed_in_part_and_kept_whole():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)), rng.normal(size=(50, 1))
    explanation = recorded([Dense(3, 1, rng=rng)], x, y, SGD(0.1), batch_size=50).explain(2, "dense_1.w[2, 0]")
    assert explanation.contributions.shape == (50,)
    assert f"  42 more rows: {explanation.contributions[8:].sum()!s}" in str(explanation).split("\n")


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_what_was_trained_is_not_changed(kind):
    parts, optimizer = small_parts(), OPTIMIZERS[kind]()
    model, loss, rng = parts["model"], parts["loss"], np.random.default_rng(1)
    recording = recorded(**parts, optimizer=optimizer, rng=rng)
    model.gradients[...] = 7
    model.forward(parts["x"])
    state = vars(optimizer), model.parameters, model.gradients, vars(loss), model.layers[0].x, rng.bit_generator.state
    before = copy.deepcopy(state)
    recording.explain(5, "dense_2.b[0]")
    np.testing.assert_equal(state, before)
    assert not any(layer.training for layer in model.layers)


@pytest.mark.parametrize("name", ["dense_1.w[-3, -1]", "dense_1.w[0,3]", " dense_1.w[ 0 , 3 ]"])
def test_an_index_counts_from_the_end_too_and_spaces_do_not_matter(name):
    recording = small_run(SGD(0.1))
    explanation = recording.explain(5, name)
    assert str(explanation) == str(recording.explain(5, "dense_1.w[0, 3]"))
    assert (explanation.name, explanation.index) == ("dense_1.w[0, 3]", (0, 3))


# --- what cannot be explained -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run():
    layers = [Dense(3, 4, rng=np.random.default_rng(0)), BatchNorm(4), Dense(4, 1, rng=np.random.default_rng(0))]
    return recorded(**small_parts() | {"model": layers, "loss": MeanSquaredError()}, optimizer=SGD(0.1))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dense_3.w[0, 0]", r"explain: 'dense_3\.w\[0, 0\]' was not recorded, only dense_1\.w, "),
        ("dense_1.w[3, 0]", r"there is no 'dense_1\.w\[3, 0\]': dense_1\.w has shape \(3, 4\)"),
        ("dense_1.w[-4, 0]", r"there is no 'dense_1\.w\[-4, 0\]'"),
        ("dense_1.w[0]", r"there is no 'dense_1\.w\[0\]'"),
        ("dense_1.w[]", r"there is no 'dense_1\.w\[\]'"),
        *((name, r"explain: name must have an index, such as 'dense_1\.w\[0, 0\]', got ")
          for name in ("dense_1.w", "dense_1.w[first]", "dense_1.w[0.5, 0]", "dense_1.w[0 3]", "dense_1.w[1-2]",
                       "dense_1.w[0,, 3]", "[0]", "", f"dense_1.w[{'9' * 5000}, 0]", None, 3, ("dense_1.w", 0, 0))),
        ("batchnorm_1.mean[0]", r"explain: batchnorm_1\.mean is state, not a parameter"),
    ],
    ids=lambda text: str(text)[:30],
)  # fmt: skip
def test_what_is_no_number_of_the_model_is_refused(run, name, message):
    with pytest.raises(ValueError, match=message):
        run.explain(7, name)


@pytest.mark.parametrize("ask", ["explain", "gradients"])
@pytest.mark.parametrize(
    ("step", "error", "message"),
    [
        (0, ValueError, "{}: step must be at least 1, got 0"),
        (10**6, ValueError, "step 1000000 is not in this recording"),
        (1.5, TypeError, "{}: step must be a whole number, got 1.5"),
    ],
)
def test_refuses_an_update_that_does_not_exist(run, ask, step, error, message):
    with pytest.raises(error, match=message.format(ask)):
        run.explain(step, "dense_1.w[0, 0]") if ask == "explain" else run.gradients(step)


@pytest.mark.parametrize(("name", "value"), [("x", 7.0), ("y", 0.5)])
def test_refuses_data_that_were_changed_since(name, value):
    parts = small_parts()
    recording = recorded(**parts, optimizer=SGD(0.1))
    step = next(step for step in recording.steps[1:].tolist() if 0 in recording.batch(step))
    parts[name][0] = value
    with pytest.raises(ValueError, match=rf"update {step}, repeated, has another dense_\d\.\w than the recorded one"):
        recording.explain(step, "dense_1.w[0, 0]")


def test_refuses_a_callback_that_changes_the_model():
    def push(update):
        update.model.parameters[...] += 0.25

    recording = recorded(**small_parts(), optimizer=SGD(0.1), callbacks=[push])
    with pytest.raises(ValueError, match=r"update 3, repeated, has another .* a callback changed the model"):
        recording.explain(3, "dense_1.w[0, 0]")


def test_asks_for_the_model_of_your_own_loop():
    model = Sequential([Dense(3, 1, rng=np.random.default_rng(0))])
    with Recorder(model) as recorder:
        recorder(Update(1, 1, 0.5))
    with pytest.raises(
        ValueError, match=r"does not know how it was made; load it with Recording\.load.*recording\.with_training"
    ):
        recorder.recording.explain(1, "dense_1.w[0, 0]")


def test_the_parameters_may_be_set_between_two_fits():
    """The records do not know of it; the recorder does."""
    x, model = np.random.default_rng(0).normal(size=(9, 3)), Sequential([Dense(3, 1, rng=np.random.default_rng(0))])
    recorder, settings = Recorder(model), {"loss": MeanSquaredError(), "optimizer": SGD(0.1), "epochs": 2}
    fit(model, x, x[:, :1], callbacks=[recorder], **settings)
    model.parameters = np.full(4, 0.5)
    fit(model, x, x[:, :1], callbacks=[recorder], **settings)
    for step in (1, 2, 3, 4):
        explanation = recorder.recording.explain(step, "dense_1.w[0, 0]")
        assert explanation.terms[-1].value == explanation.new == recorder.recording["dense_1.w"][step, 0, 0]
