"""Planted faults of frames: a change that `update` does not return, and a frame that depends on those before it."""

from audit_helpers import FRAMES, returns


def remember(scene):
    """What this frame shows depends on what was drawn before."""
    update, count = scene.update, []

    def counting(frame):
        changed = update(frame)
        count.append(frame)
        scene.name.set_text("loss" + "!" * (len(count) > FRAMES))
        return [*changed, scene.name]

    scene.update = counting


FRAME_BY_FRAME = {
    "a number that is not returned": (
        "not returned", "loss", returns(lambda scene, changed: [each for each in changed if each is not scene.loss]),
    ),
    "a number that comes and is not returned": (
        "not returned", "loss",
        returns(lambda scene, changed: (scene.name.set_visible(not scene.loss.get_text() < "1.1"), changed)[1]),
    ),
    "a frame that remembers": ("order", "frame", remember),
}  # fmt: skip
