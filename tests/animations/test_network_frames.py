"""The frames of a network's diagram: each alone, the first one, its words, and next to another scene."""

import numpy as np
from audit import check_painter
from network_checks import drawn, texts
from network_helpers import trained_xor

from animations import NetworkDiagram, SideBySide, audit


def test_draws_any_frame_alone_and_in_any_order():
    model, recording = trained_xor()
    check_painter(lambda: NetworkDiagram(recording, model), [7, 0, 9, 3])


def test_shows_a_loss_in_every_frame_but_the_first():
    model, recording = trained_xor()
    scene = NetworkDiagram(recording, model)
    drawn(scene, 3)
    assert "none yet" not in texts(scene)
    scene.update(0)
    assert {"none yet", "initialise"} <= set(texts(scene))


def test_says_the_norms_in_descriptions():
    model, recording = trained_xor()
    scene = NetworkDiagram(recording, model)
    norm = np.linalg.norm(recording.at(4)["dense_2.w"])
    assert scene.describe(4).startswith("Update 4 of 9, epoch 4 of 9: the norms of the parameters are dense_1.w ")
    assert f"dense_2.w {norm:.2f}" in scene.describe(4) or f"dense_2.w {norm:.3f}" in scene.describe(4)


def test_draws_next_to_another_scene():
    model, recording = trained_xor()
    both = SideBySide(NetworkDiagram(recording, model), NetworkDiagram(recording, model))
    audit(both, recording, frames=[0], checks={"nameless", "cut off", "touching", "contrast", "edge"}).check()
