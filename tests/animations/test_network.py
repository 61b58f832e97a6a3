"""A network's diagram: with any layers nothing overlaps, and what has room is written; one update of a small one."""

import itertools

import numpy as np
import pytest

import tinylearn as tl
from animations import Backpropagation, NetworkDiagram, audit
from animations.audit import CHECKS
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter
from animations.scenes.network.passes import UpdatePasses
from tests.animations.network_helpers import NETS, Holder, convolutional, dense, trained, trained_net
from tests.animations.samples.network import learn

# --- layout -----------------------------------------------------------------------------------------------------------


def check_room(scene):
    """Check that the columns of a row are apart and on the page, and no text is on a picture but its own numbers."""
    width, _ = scene.size
    for row in scene.rows:
        for before, column in itertools.pairwise(row):
            assert before.x + before.width / 2 + 20 <= column.x - column.width / 2
        assert row[0].x - row[0].width / 2 >= 140, "the words before the rows"
        assert row[-1].x + row[-1].width / 2 <= width - 20
        for column in row:
            assert column.middle + column.glyph_height / 2 < column.top - 66
            assert column.middle - column.glyph_height / 2 > column.blocks_top
            assert column.blocks_top - column.height_of_blocks > 48
    lower = [row[0].top for row in scene.rows[1:]]
    for row, below in zip(scene.rows, lower, strict=False):
        assert min(column.blocks_top - column.height_of_blocks for column in row) > below
    blocks = (block.parameter for row in scene.rows for column in row for block in column.blocks)
    scalars = {parameter.name for parameter in blocks if not parameter.shape}
    pictures = [image.get_window_extent() for image in scene.page.axes.images]
    for text in drawn_texts(scene.page.figure):
        box = text.get_window_extent()
        on = sum(picture.overlaps(box) for picture in pictures)
        assert on == ("[" in str(text.get_gid()) or text.get_gid() in scalars), text
    for one, other in itertools.combinations(pictures, 2):
        assert not one.overlaps(other)


@pytest.mark.parametrize("name", NETS)
def test_finds_room_for_titles_shapes_counts_and_parameters(name):
    model, recording, shape = trained_net(name)
    scene = NetworkDiagram(recording, model, input_shape=shape)
    Painter(scene).show(0)
    check_room(scene)
    columns = [column for row in scene.rows for column in row if column.count != "from above"]
    assert [column.name for column in columns] == ["input", *model.layer_names]
    for column, line in zip(columns[1:], model.summary(shape).splitlines()[1:-1], strict=True):
        labels = [text for text in scene.page.axes.texts if text.get_position()[0] == column.x and not text.get_gid()]
        middle = [text.get_text() for text in labels if text.get_position()[1] < column.top]
        assert middle[:3] == [column.title, column.shape_text, column.count]
        assert f" {column.title} " in line
        assert f" {column.shape_text} " in line
        assert line.endswith(column.count)
    shown = [block.parameter.name for column in columns for block in column.blocks]
    assert shown == [f"{layer}.{key}" for layer, each in zip(model.layer_names, model.layers, strict=True)
                     for key in list(each.params)[:4]]  # fmt: skip
    gids = {text.get_gid() for text in drawn_texts(scene.page.figure)}
    assert {f"{parameter}.{kind}" for parameter in shown for kind in ("norm", "largest")} <= gids


LONG = type("W" * 30, (Holder,), {})
OTHERS = {  # layers, the shape of an example, the size of the numbers
    "long names": (
        lambda: [*dense(9, 10), LONG({f"{30 * 'm'}{k}": (k,) * k for k in range(5)}), *dense(10, 1)],
        (9,),
        1,
    ),
    "nearly nothing": (lambda: dense(300, 50, 8, 1, activation=tl.ReLU), (300,), 1e-9),
    "huge": (lambda: [*dense(2, 9, 3, 50, 10, 2), *[LONG({"m": (9, 9)}) for _ in range(4)]], (2,), 1e6),
}


@pytest.mark.parametrize(("make", "shape", "size"), OTHERS.values(), ids=OTHERS)
def test_finds_room_for_names_and_numbers_of_any_length(make, shape, size):
    for layer in (layers := make()):
        for value in layer.params.values():
            value *= size
    model, recording = trained(layers, shape, epochs=2, rate=0.1 * size)
    scene = NetworkDiagram(recording, model, input_shape=shape)
    audit(scene, recording, frames=[2], checks={*CHECKS} - {"redraw", "covered", "contrast", "edge", "why"}).check()
    check_room(scene)


def test_draws_numbers_that_are_not_finite():
    model, recording = trained(dense(2, 3, 1), (2,))
    recording.table = recording.table.copy()
    recording["dense_1.w"][5, [0, 1], 0] = recording["dense_1.b"][5, 1] = np.inf
    recording["dense_1.w"][6, 0, 1:] = recording["dense_1.w"][6, 1] = recording["dense_1.b"][6] = np.nan
    audit(NetworkDiagram(recording, model), recording, checks={"number", "cut off", "touching"}).check()


def test_shows_every_nth_update_and_chosen_steps_of_a_loaded_recording(tmp_path):
    """It says what it does not know."""
    model, recording = trained(dense(2, 3), (2,), epochs=20, every=5, path=tmp_path / "run")
    assert NetworkDiagram(recording, model).steps.tolist() == [0, 5, 10, 15, 20]
    recording = tl.Recording.load(tmp_path / "run")
    scene = NetworkDiagram(recording, model, steps=[0, 15])
    assert scene.steps.tolist() == [0, 15]
    assert "its origin is unknown" in scene.why("dense_1.w[0,0]", 1).parts[0].words
    assert scene.why("loss", 1).parts[0].words == "as recorded"
    audit(scene, recording, checks=["number", "why"]).check()
    assert len(NetworkDiagram(*trained(dense(1, 1), (1,), epochs=300)[::-1]).steps) == 61


def test_shows_unknown_outputs_without_an_input_shape():
    model, recording = trained(convolutional(), (9, 8, 2))
    scene = NetworkDiagram(recording, model)
    audit(scene, recording, frames=[6]).check()
    assert [text.get_text() for text in drawn_texts(scene.page.figure)].count("?") == 1 + len(model.layers)


NOT_OF_THIS = r"not of this model: dense_1.w has shape \(2, 3\) in the recording, and"


@pytest.mark.parametrize(("change", "message"), [
    (lambda model, recording: (model, recording), "recording must be a Recording, got Seq"),
    (lambda model, recording: (recording, "net"), "model must be a Sequential, got 'net'"),
    (lambda model, recording: (recording, tl.Sequential(dense(3, 3))), rf"{NOT_OF_THIS} has shape \(3, 3\) in the mod"),
    (lambda model, recording: (recording, tl.Sequential([Holder({"a": (2, 3)})])), f"{NOT_OF_THIS} is not there in"),
    (lambda model, recording: (recording, model, []), "NetworkDiagram: steps must"),
    (lambda model, recording: (recording, model, [17]), "step 17 is not in this recording"),
    (lambda model, recording: (tl.Recording(recording.table[:0], recording.meta, source="m"), model), "still empty"),
    (lambda *_: trained(dense(*[2] * 40), (2,), epochs=1)[::-1],
     r"39 layers need \d+ rows, and there is room for 4; draw a Sequential with some"),
])  # fmt: skip
def test_refuses_things_that_do_not_belong_together(change, message):
    with pytest.raises((TypeError, ValueError), match=message):
        NetworkDiagram(*change(*trained_net("xor")[:2]))


# --- one update -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [((1, 3), tl.Tanh, (3, 1)), ((2, 1), tl.ReLU, (1, 2), tl.ReLU, (2, 1)), ((2, 1),)])
def test_takes_the_numbers_of_any_small_network_from_its_recording(layers):
    recording = learn(*layers, x=(0.5, -1.0)[: layers[0][0]])
    for step in (1, 2):
        passes, wanted = UpdatePasses(recording, step), recording.gradients(step)
        assert {name: passes.gradients[name].tobytes() for name in wanted} == {
            name: gradient.tobytes() for name, gradient in wanted.items()
        }
        assert passes.losses[0] == recording.losses[recording.index(step)]
        for number, name in enumerate(passes.names):  # what explain says about backward
            if name.startswith("dense"):
                told = recording.explain(step, f"{name}.w[0,0]")
                np.testing.assert_array_equal(told.dout[0], passes.douts[number])
                np.testing.assert_array_equal(told.inputs[0], passes.outputs[0][number - 1] if number else passes.x)


def test_calls_a_step_too_large():
    scene = Backpropagation(learn((1, 2), tl.Tanh, (2, 1), x=(0.5,), optimizer=tl.SGD(5.0)))
    assert scene.passes.losses[1] > scene.passes.losses[0]
    assert "this step was too large" in scene.describe(scene.frames - 1)


def test_runs_the_chain_of_an_update_through_the_picture_and_tells_of_the_new_parameters_after_the_step():
    """From a weight's gradient each number leads to one on the picture, until the target is reached."""
    recording = learn((2, 1), tl.Tanh, (1, 1))
    scene = Backpropagation(recording)
    turn, last = scene.beats.turn - 1, scene.frames - 1
    gids, reached = ["dense_1.w[0,0].gradient"], set()
    while gids:
        reached.add(gid := gids.pop())
        gids += [asked for asked in scene.why(gid, turn).asked() if asked not in reached]
    assert reached == {
        "dense_1.w[0,0].gradient", "input[0]", "dense_1[0].dout", "tanh_1[0].dout", "tanh_1[0].out", "dense_1[0].out",
        "dense_1.w[0,0]", "dense_1.w[1,0]", "dense_1.b[0]", "input[1]", "dense_2.w[0,0]", "dense_2[0].dout",
        "dense_2[0].out", "dense_2.b[0]", "target[0]",
    }  # fmt: skip
    assert [scene.why("loss_now", at).value for at in (turn, last)] == pytest.approx(scene.passes.losses, rel=1e-12)
    assert "with the new parameters" in scene.why("loss_now", last).says
    (line, *_) = scene.why("dense_1[0].out", last).parts
    assert [piece.value for piece in line.pieces if not isinstance(piece, str)][1] == recording.at(1)["dense_1.w"][0, 0]
    step = scene.why("dense_1.w[0,0]", last)
    assert [*step.asked()] == ["dense_1.w[0,0].before", "learning_rate", "dense_1.w[0,0].gradient"]
