"""What the scenes of neurons show is the state after each update, and their pulls and products add up."""

import pickle

import numpy as np
import pytest

from animations import NeuronUpdates, PixelStates, audit, style
from tests.animations.audit import numbers_on, painted
from tests.animations.samples import neurons
from tests.animations.samples.neurons import PICTURES, UPDATES, celsius, of_pictures, pixel_neuron, slow_motion
from tinylearn import SGD, Dense, MeanSquaredError, Recorder, Sequential, fit


def test_takes_gradients_from_the_recording_and_adds_the_pulls_up_to_them():
    scene = slow_motion()
    for at, update in enumerate(UPDATES):
        w, b = (each.item() for each in celsius().gradients(update).values())
        assert scene.gradients[at].tolist() == [w, b]
        assert scene.pulls[at].sum() == pytest.approx(w, rel=1e-12)


@pytest.fixture
def made():
    """States on their own arrays, for tests that spoil them."""
    return neurons.pixel_states()


def test_shows_states_after_the_updates_that_add_up_to_the_sum(made):
    np.testing.assert_allclose(made.plus + made.minus + made.b[:, None], made.sums, atol=1e-12)
    np.testing.assert_allclose(made.products.sum(axis=2) + made.b[:, None], made.sums, atol=1e-12)
    assert (made.plus[1:] > 0).all()
    assert (made.minus[1:] < 0).all()
    found = PixelStates(of_pictures(), PICTURES, [0, 3, 8])
    for row, step in enumerate((0, 3, 8)):
        np.testing.assert_array_equal(found.w[row], of_pictures().at(step)["dense_1.w"][:, 0])
        assert found.b[row] == of_pictures().at(step)["dense_1.b"]
    assert found.last == 8


def test_draws_a_neuron_that_has_learned_nothing(made):
    made.w[:2] = 0
    assert pixel_neuron(made).limits[:2].tolist() == [pixel_neuron(made).limits[2]] * 2, "the first that there is"
    made.w[:] = 0
    assert set(pixel_neuron(made).limits) == {1}


@pytest.mark.parametrize(("total", "target", "said", "colour"), [
    (2.0, 1, "says horse ✓", style.TARGET), (-2.0, 1, "says deer ✗", style.ERROR),
    (2.0, 0, "says horse ✗", style.ERROR), (-2.0, 0, "says deer ✓", style.TARGET),
    (0.0, 0, "counts as horse", style.QUIET),
])  # fmt: skip
def test_gives_the_verdict(made, total, target, said, colour):
    made.sums[4] = total, 3.0
    scene = pixel_neuron(made, targets=(target, 1))
    painted(scene, 4)
    (verdict,) = (text for text in scene.page.axes.texts if text.get_text() == said and text.get_position()[1] > 342)
    assert verdict.get_color() == colour
    assert said in scene.describe(4)


def test_finds_room_for_large_sums(made):
    made.plus[:], made.minus[:], made.sums[:] = 123.456, -234.567, -111.111
    audit(pixel_neuron(made), frames=[8], checks={"cut off", "covered", "touching", "edge"}).check()


def test_writes_small_numbers_with_enough_digits_and_each_update_with_its_own_rate():
    x, recorder = np.array([-0.5, 0.1, 0.9]), Recorder(model := Sequential([Dense(1, 1, rng=np.random.default_rng(0))]))
    slower = lambda update: setattr(update.optimizer, "learning_rate", 0.1 / (1 + update.step))  # noqa: E731
    fit(model, x[:, None], 3 * x[:, None] + x[:, None] ** 2, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=3,
        callbacks=[recorder, slower])  # fmt: skip
    scene = NeuronUpdates(recorder.recording, x, 3 * x + x**2, [1, 2])
    audit(scene, checks={"why", "cut off", "touching"}).check()
    for update, rate in ((0, "0.1"), (1, "0.05")):
        scene.update(3 + 3 * update)
        texts = {gid: number.get_text() for gid, number in numbers_on(scene.page.figure).items()}
        pulls = [float(texts[f"pull[{row}]"].replace("−", "-")) for row in range(3)]
        np.testing.assert_allclose(pulls, scene.pulls[update], atol=0.005)
        assert (texts["rate.w"], texts["rate.b"]) == (rate, rate)


def test_sends_a_scene_to_another_process_without_its_cached_answers():
    scene = neurons.diagram(neurons.states([0, 1, 2]))
    before = len(pickle.dumps(scene))
    assert scene.why("gradient.dense_1.w[0,0]", 2)
    assert len(pickle.dumps(scene)) == before
    assert pickle.loads(pickle.dumps(scene)).why("loss", 1).value == scene.why("loss", 1).value
