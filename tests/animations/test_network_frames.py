"""The frames of a network's diagram: each alone, the first one, its words, and next to another scene."""

from network_checks import drawn, texts
from network_helpers import trained_xor

from animations import NetworkDiagram, SideBySide, audit


def test_shows_a_loss_in_every_frame_but_the_first():
    model, recording = trained_xor()
    scene = NetworkDiagram(recording, model)
    drawn(scene, 3)
    assert "none yet" not in texts(scene)
    scene.update(0)
    assert {"none yet", "initialise"} <= set(texts(scene))


def test_draws_next_to_another_scene():
    model, recording = trained_xor()
    both = SideBySide(NetworkDiagram(recording, model), NetworkDiagram(recording, model))
    audit(both, recording, frames=[0], checks={"nameless", "cut off", "touching", "contrast", "edge"}).check()
