"""Updates in slow motion: every number is the recording's, and the pulls add up to the gradient."""

import numpy as np
import pytest

from animations import style
from animations.engine.painter import Painter
from tests.animations.samples.neurons import TARGET, UPDATES, celsius, slow_motion


def test_takes_gradients_from_the_recording_and_adds_the_pulls_up_to_them():
    scene, recording = slow_motion(), celsius()
    for at, update in enumerate(UPDATES):
        made = recording.gradients(update)
        assert scene.gradients[at].tolist() == [made["dense_1.w"].item(), made["dense_1.b"].item()]
        assert scene.pulls[at].sum() == pytest.approx(made["dense_1.w"].item(), rel=1e-12)


def test_steps_the_dot_along_the_dotted_line_while_numbers_wait():
    scene = slow_motion()
    painter = Painter(scene)
    valley = painter.figure.axes[1]
    dot, dotted = (
        next(line for line in valley.lines if line.get_color() == color and line.get_linestyle() == drawn)
        for color, drawn in ((style.WEIGHT, "None"), (style.ERROR, ":"))
    )
    scene.update(2)
    ends = np.column_stack(dotted.get_data())
    assert dotted.get_visible()
    scene.update(2.5)
    assert np.ravel(dot.get_data()) == pytest.approx(ends.mean(axis=0))
    (number,) = painter.figure.findobj(lambda artist: artist.get_gid() == "next.dense_1.w[0,0]")
    assert not number.get_visible()
    scene.update(3)
    assert np.ravel(dot.get_data()) == pytest.approx(ends[1])
    assert number.get_visible()


def test_says_the_loss_before_a_step_and_marks_where_the_steps_ended():
    scene, recording = slow_motion(), celsius()
    painter = Painter(scene)
    before, now = (
        painter.figure.findobj(lambda artist, gid=gid: artist.get_gid() == gid)[0] for gid in ("loss_before", "loss")
    )
    for frame in range(scene.frames):
        scene.update(frame)
        assert before.get_visible() == scene.stepped(frame)
        if not scene.stepped(frame):
            started = now.get_text()
        else:
            assert before.get_text() == started
    (way,) = (line for line in painter.figure.axes[1].lines if line.get_linestyle() == "-")
    assert way.get_marker() == "o"
    assert set(recording["dense_1.w"][[0, 1, 2, 5, 6], 0, 0]) == set(way.get_xdata())


def test_draws_bars_as_long_as_the_pulls():
    scene = slow_motion()
    painter = Painter(scene)
    bars = sorted(painter.figure.axes[0].patches, key=lambda bar: -bar.get_y())
    scene.update(1)
    assert [bar.get_width() for bar in bars] == [0] * 10
    scene.update(2)
    widths = np.array([bar.get_width() for bar in bars])
    assert widths / np.abs(widths).max() == pytest.approx(scene.pulls[0] / np.abs(scene.pulls[0]).max())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"updates": [0, 1]}, "updates must be 1 or more, because 0 is the start"),
        ({"target": TARGET + 1}, "must be all rows that the neuron learned from"),
        ({"x": np.arange(11.0), "target": np.arange(11.0)}, "room for 10 rows, got 11"),
        ({"layer": "dense_2"}, "dense_2"),
    ],
)
def test_refuses_what_does_not_fit(changed, message):
    with pytest.raises((ValueError, KeyError), match=message):
        slow_motion(**changed)
