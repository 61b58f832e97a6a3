"""Numbers of the neuron scenes lead back to data, gradients and initial values."""

import pickle

from animations.why import Code
from tests.animations.samples.neurons import celsius, diagram, slow_motion, states


def test_leads_from_updates_in_slow_motion_to_those_before():
    scene, recording = slow_motion(updates=[1, 2, 5]), celsius()
    gradient = scene.why("gradient.dense_1.w[0,0]", 3)
    assert gradient.value == recording.gradients(1)["dense_1.w"].item()
    assert isinstance(gradient.parts[-1], Code)
    assert "after update 4" in scene.why("dense_1.w[0,0]", 8).says, "before update 5"
    told = scene.why("earlier.gradient.dense_1.w[0,0]", 8)
    assert told.value == recording.gradients(4)["dense_1.w"].item()


def test_sends_a_scene_to_another_process_without_its_cached_answers():
    scene = diagram(states([0, 1, 2]))
    before = len(pickle.dumps(scene))
    assert scene.why("gradient.dense_1.w[0,0]", 2)
    assert len(pickle.dumps(scene)) == before
    assert pickle.loads(pickle.dumps(scene)).why("loss", 1).value == scene.why("loss", 1).value
