"""Networks as pictures: every line, rim, cell and number is the recorded one, for any layers, and nothing overlaps."""

import copy
import itertools

import numpy as np
import pytest
from audit import check_painter
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib import colormaps
from matplotlib.colors import to_hex
from network_helpers import Holder, convolutional, dense, trained

import tinylearn as tl
from animations import NetworkDiagram, SideBySide, audit, style
from animations.audit.texts import drawn_texts
from animations.network_glyphs import NEGATIVE, POSITIVE, RIM, THICK, THIN
from animations.network_states import ParameterStates
from animations.painter import Painter

EVERYTHING = {
    "w": (2, 3),
    "spread over many letters": (40,),
    "kernel": (3, 2, 2, 5),
    "$x_{1}$": (),
    "e": (1,),
    "f": (2,),
}
NETS = {
    "one neuron": (lambda: dense(1, 1), (1,)),
    "xor": (lambda: dense(2, 3, 1, activation=tl.Sigmoid), (2,)),
    "wide": (lambda: dense(300, 128, 9, 10, activation=tl.ReLU), (300,)),
    "pictures": (convolutional, (9, 8, 2)),
    "any parameters": (lambda: [Holder(EVERYTHING), *dense(4, 2), Holder({"only": (7, 2)})], (4,)),
    "any outputs": (lambda: [Holder({"w": (2, 2)})], (2, 3, 4, 2)),
    "two rows": (lambda: dense(*[5] * 9), (5,)),
}


@pytest.fixture(scope="module", params=NETS)
def net(request):
    """A network's model, recording and input shape."""
    layers, shape = NETS[request.param]
    return *trained(layers(), shape), shape


@pytest.fixture(scope="module")
def xor():
    return trained(NETS["xor"][0](), (2,), epochs=9)


def drawn(scene, frame=0):
    """Return the painter of a scene that has drawn a frame."""
    painter = Painter(scene)
    painter.paint(frame)
    return painter


def texts(painter):
    return [text.get_text() for text in drawn_texts(painter.figure)]


def boxes_of(painter):
    return [(text, text.get_window_extent()) for text in drawn_texts(painter.figure)]


# --- numbers and names -----------------------------------------------------------------------------------------------


def test_every_number_is_right_and_a_norm_and_a_scale_of_every_parameter_stand_after_its_name(net):
    model, recording, shape = net
    scene = NetworkDiagram(recording, model, input_shape=shape)
    shown = [block.parameter for row in scene.rows for column in row for block in column.blocks]
    wanted = [f"{name}.{key}" for name, layer in zip(model.layer_names, model.layers, strict=True)
              for key in list(layer.params)[:4]]  # fmt: skip
    assert [parameter.name for parameter in shown] == wanted
    names = {f"{parameter.name}.norm": parameter.key for parameter in shown if len(parameter.key) < 14}
    names |= {"step": "Update", "epoch": "Epoch"}
    audit(scene, recording, names=names, frames=[0, 5]).check()
    gids = {text.get_gid() for text in drawn_texts(scene.page.figure)}
    assert {"loss", *(f"{name}.{kind}" for name in wanted for kind in ("norm", "largest"))} <= gids


def test_titles_shapes_and_counts_are_those_of_the_summary(net):
    model, recording, shape = net
    scene = NetworkDiagram(recording, model, input_shape=shape)
    drawn(scene)
    columns = [column for row in scene.rows for column in row if column.count not in ("", "from above")]
    lines = model.summary(shape).splitlines()[1:-1]
    for column, line in zip(columns, lines, strict=True):
        assert f" {column.title} " in line
        assert line.endswith(column.count)
        assert f" {column.shape_text} " in line
        labels = [text for text in scene.page.texts if text.get_position()[0] == column.x and not text.get_gid()]
        middle = [text.get_text() for text in labels if text.get_position()[1] < column.top]
        assert middle[:3] == [column.title, column.shape_text, column.count]


def test_few_numbers_are_written_and_many_are_not():
    model, recording = trained(dense(8, 3, 4, 7, 7), (8,))
    scene = NetworkDiagram(recording, model)
    gids = {text.get_gid() for text in drawn_texts(drawn(scene).figure)}
    written = {name for name in recording.names if any(str(gid).startswith(f"{name}[") for gid in gids)}
    assert written == {"dense_1.w", "dense_1.b", "dense_2.w", "dense_2.b"}
    assert {f"dense_1.w[{i},{j}]" for i in range(8) for j in range(3)} <= gids


# --- lines, rims and pictures ----------------------------------------------------------------------------------------


def check_lines(scene, recording, frame):
    """Compare the lines of all dense layers with the recorded weights: which are there, on which way, and how thick."""
    lines = {}
    for collection, sign in ((scene.lines.positive, 1), (scene.lines.negative, -1)):
        assert to_hex(collection.get_edgecolor()[0]) == (POSITIVE if sign > 0 else NEGATIVE)
        segments = np.array(collection.get_segments()).reshape(-1, 4)
        for segment, width in zip(segments, collection.get_linewidth(), strict=False):
            lines[tuple(segment.round(3))] = sign * width
    found = 0
    for before, column in itertools.chain(*(itertools.pairwise(row) for row in scene.rows)):
        if not (column.is_dense and before.units):
            continue
        everything = recording[f"{column.name}.w"]
        w, largest = recording.at(int(scene.steps[frame]))[f"{column.name}.w"], np.abs(everything).max()
        for (i, start), (j, end) in itertools.product(
            zip(before.shown, before.nodes(), strict=True), zip(column.shown, column.nodes(), strict=True)
        ):
            way = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
            ends = *(start + before.radius * way), *(end - column.radius * way)
            width = lines[tuple(np.round(ends, 3))]
            assert np.sign(width) == (1 if w[i, j] >= 0 else -1)
            share = (abs(width) - THIN) / (THICK - THIN)
            assert share - 1 / 8 <= abs(w[i, j]) / largest <= share + 1e-9
            found += 1
    assert found == len(lines)
    return found


@pytest.mark.parametrize(("name", "lines"), [("one neuron", 1), ("xor", 9), ("wide", 8 * 8 + 8 * 9 + 9 * 8)])
def test_lines_are_the_weights(name, lines):
    layers, shape = NETS[name]
    model, recording = trained(layers(), shape)
    scene = NetworkDiagram(recording, model)
    painter = Painter(scene)
    for frame in (0, 3, 6):
        painter.paint(frame)
        assert check_lines(scene, recording, frame) == lines


def test_the_largest_weight_lies_on_top(xor):
    scene = NetworkDiagram(xor[1], xor[0])
    drawn(scene, 5)
    for lines in (scene.lines.positive, scene.lines.negative):
        assert (np.diff(lines.get_linewidth()) >= 0).all()


def test_rims_are_the_biases():
    layers = dense(2, 12, 3)
    layers[1].params["b"][1] = 0.0
    model, recording = trained(layers, (2,), rate=0.01)
    scene = NetworkDiagram(recording, model)
    drawn(scene, 0)
    for name, (nodes, _), shown in (
        ("dense_1.b", scene.rims.nodes[0], [0, 1, 2, 3, 8, 9, 10, 11]), ("dense_2.b", scene.rims.nodes[1], [0, 1, 2])
    ):  # fmt: skip
        b, largest = recording[name][0][shown], np.abs(recording[name]).max()
        wanted = [style.QUIET if value == 0 else POSITIVE if value > 0 else NEGATIVE for value in b]
        assert [to_hex(color) for color in nodes.get_edgecolor()] == wanted
        share = (np.array(nodes.get_linewidth()) - THIN) / (RIM - THIN)
        assert (share - 1 / 8 <= np.abs(b) / largest).all()
        assert (np.abs(b) / largest <= share + 1e-9).all()


@pytest.mark.parametrize("name", ["xor", "wide", "pictures", "any parameters"])
def test_every_number_of_a_picture_is_painted_at_its_place_in_its_colour(name):
    layers, shape = NETS[name]
    model, recording = trained(layers(), shape)
    scene = NetworkDiagram(recording, model, input_shape=shape)
    painter = Painter(scene)
    pixels = painter.paint(4)[..., :3].astype(int)
    for drawn_block in scene.blocks:
        values, (wide, high) = recording.at(4)[drawn_block.parameter.name], drawn_block.block.cell
        values = values.reshape(-1, values.shape[-1] if values.ndim else 1)
        rows, columns = (np.linspace(0, length - 1, min(length, most)).round().astype(int)
                         for length, most in zip(values.shape, (64, 128), strict=True))  # fmt: skip
        wanted = values[np.ix_(rows, columns)] / np.abs(recording[drawn_block.parameter.name]).max()
        colors = colormaps["RdBu"]((wanted + 1) / 2, bytes=True)[..., :3].astype(int)
        left, top = drawn_block.left, scene.size[1] - drawn_block.top + 26
        cells = pixels[top + 1 if high > 1 else top :: high, left + 1 if wide > 1 else left :: wide]
        assert np.abs(cells[: len(rows), : len(columns)] - colors).max() <= 4, drawn_block.parameter.name


def test_pictures_are_as_in_the_array_and_their_colours_have_one_scale(xor):
    scene = NetworkDiagram(xor[1], xor[0], steps=[2, 7])
    drawn(scene, 1)
    np.testing.assert_array_equal(scene.blocks[0].picture.get_array(), xor[1].at(7)["dense_1.w"])
    largest = np.abs(xor[1]["dense_1.w"]).max()  # of all steps, also of those that are not drawn
    assert scene.blocks[0].picture.get_clim() == (-largest, largest)


# --- layout ----------------------------------------------------------------------------------------------------------


def check_room(scene):
    """Columns of a row lie apart, all on the page, and no text lies on a picture but its own numbers."""
    painter = drawn(scene)
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
    pictures = [image.get_window_extent() for image in scene.page.images]
    for text, box in boxes_of(painter):
        on = sum(picture.overlaps(box) for picture in pictures)
        assert on == ("[" in str(text.get_gid()) or text.get_gid() in recorded_scalars(scene)), text
    for one, other in itertools.combinations(pictures, 2):
        assert not one.overlaps(other)


def recorded_scalars(scene):
    return {block.parameter.name for block in scene.blocks if not block.parameter.shape}


def test_nothing_overlaps(net):
    model, recording, shape = net
    check_room(NetworkDiagram(recording, model, input_shape=shape))


@st.composite
def networks(draw):
    """Return layers and the shape of an example: dense, activations, and strangers with names of any length."""
    n_in = units = draw(st.sampled_from([1, 2, 5, 9, 10, 300]))
    layers = []
    for number in range(draw(st.integers(1, 10))):
        kind = draw(st.sampled_from(["dense", "dense", "relu", "stranger"]))
        if kind == "dense":
            n_out = draw(st.sampled_from([1, 2, 3, 8, 9, 10, 50]))
            layers.append(tl.Dense(units, n_out, rng=np.random.default_rng(number)))
            units = n_out
        elif kind == "relu":
            layers.append(tl.ReLU())
        else:
            letters = draw(st.integers(1, 30))
            shapes = draw(st.lists(st.lists(st.integers(1, 9), max_size=4).map(tuple), max_size=6))
            named = {f"{'m' * letters}{number}": shape for number, shape in enumerate(shapes)}
            layers.append(type("W" * letters, (Holder,), {})(named))
    size = draw(st.sampled_from([1e-9, 1.0, 1e6]))
    for value in (value for layer in layers for value in layer.params.values()):
        value *= size
    return layers, (n_in,), size


@settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate])
@given(networks())
def test_any_network_has_room(network):
    layers, shape, size = network
    model, recording = trained(layers, shape, epochs=2, rate=0.1 * size)
    audit(NetworkDiagram(recording, model, input_shape=shape), recording, frames=[2]).check()
    check_room(NetworkDiagram(recording, model, input_shape=shape))


def test_a_long_network_goes_on_in_a_second_row_with_its_lines():
    model, recording = trained(dense(*[3] * 10), (3,))
    scene = NetworkDiagram(recording, model)
    drawn(scene)
    assert len(scene.rows) > 1
    for above, below in itertools.pairwise(scene.rows):
        assert (below[0].name, below[0].count) == (above[-1].name, "from above")
    assert check_lines(scene, recording, 0) == 9 * 9
    layers = [column.name for row in scene.rows for column in row if column.count != "from above"]
    assert layers == ["input", *model.layer_names]


def test_a_network_that_is_far_too_long_is_refused():
    model, recording = trained(dense(*[2] * 40), (2,), epochs=1)
    with pytest.raises(
        ValueError, match=r"39 layers need \d+ rows, and there is room for 4; draw a Sequential of a part"
    ):
        NetworkDiagram(recording, model)


# --- recordings that do not hold everything --------------------------------------------------------------------------


def test_what_was_not_recorded_is_grey_and_says_so():
    model, recording = trained(dense(3, 4, 2), (3,), select=["dense_2.w", "dense_1.b"])
    scene = NetworkDiagram(recording, model)
    audit(scene, recording, frames=[3]).check()
    painter = drawn(NetworkDiagram(recording, model))
    assert texts(painter).count("not recorded") == 2
    assert len(scene.lines.segments) == 8, "only those of dense_2"
    grey = [lines for lines in scene.page.collections if lines.get_edgecolor().size
            and to_hex(lines.get_edgecolor()[0]) == style.FAINT]  # fmt: skip
    assert sum(len(lines.get_paths()) for lines in grey) == 12
    check_room(NetworkDiagram(recording, model))


def test_every_nth_update_and_chosen_steps(tmp_path):
    model, recording = trained(dense(2, 3), (2,), epochs=20, every=5, path=tmp_path / "run")
    assert NetworkDiagram(recording, model).steps.tolist() == [0, 5, 10, 15, 20]
    recording = tl.Recording.load(tmp_path / "run")
    scene = NetworkDiagram(recording, model, steps=[0, 15])
    assert scene.steps.tolist() == [0, 15]
    audit(scene, recording).check()
    with pytest.raises(ValueError, match="step 7 is not in this recording"):
        NetworkDiagram(recording, model, [7])
    assert len(NetworkDiagram(trained(dense(1, 1), (1,), epochs=300)[1], trained(dense(1, 1), (1,))[0]).steps) == 61


def test_without_an_input_shape_outputs_are_unknown():
    model, recording = trained(convolutional(), (9, 8, 2))
    scene = NetworkDiagram(recording, model)
    audit(scene, recording, frames=[6]).check()
    assert texts(drawn(NetworkDiagram(recording, model))).count("?") == 1 + len(model.layers)


def test_numbers_that_are_not_finite_are_drawn():
    model, recording = trained(dense(2, 3, 1), (2,))
    rows = recording.rows.copy()
    rows[5, [0, 7]] = np.inf
    rows[6, 1:9] = np.nan
    recording.rows = rows
    audit(NetworkDiagram(recording, model), recording, checks={"number", "cut off", "touching"}).check()


def emptied(recording):
    empty = copy.copy(recording)
    empty.steps = recording.steps[:0]
    return empty


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda model, recording: (model, recording), TypeError, "expected a Recording, then its model, got Seq"),
        (lambda model, recording: (recording, "net"), TypeError, "expected a Sequential as the model, got 'net'"),
        (lambda model, recording: (recording, tl.Sequential(dense(3, 3))), ValueError,
         r"not of this model: dense_1.w has shape \(2, 3\) in the recording, and has shape \(3, 3\) in the model"),
        (lambda model, recording: (recording, tl.Sequential([Holder({"a": (2, 3)})])), ValueError,
         r"not of this model: dense_1.w has shape \(2, 3\) in the recording, and is not there in the model"),
        (lambda model, recording: (recording, model, []), ValueError, "NetworkDiagram: steps must"),
        (lambda model, recording: (emptied(recording), model), ValueError, "nothing in the recording yet"),
    ],
)  # fmt: skip
def test_what_does_not_belong_together_is_refused(xor, change, error, message):
    with pytest.raises(error, match=message):
        NetworkDiagram(*change(*xor))


# --- frames ----------------------------------------------------------------------------------------------------------


def test_any_frame_alone_and_in_any_order(xor):
    check_painter(lambda: NetworkDiagram(xor[1], xor[0]), [7, 0, 9, 3])


def test_the_first_frame_has_no_loss_and_every_other_has(xor):
    scene = NetworkDiagram(xor[1], xor[0])
    painter = drawn(scene, 3)
    assert "none yet" not in texts(painter)
    painter.paint(0)
    assert "none yet" in texts(painter)
    assert "initialise" in texts(painter)


def test_descriptions_say_the_norms(xor):
    scene = NetworkDiagram(xor[1], xor[0])
    norm = np.linalg.norm(xor[1].at(4)["dense_2.w"])
    assert scene.describe(4).startswith("Update 4 of 9, epoch 4 of 9: the norms of the parameters are dense_1.w ")
    assert f"dense_2.w {norm:.2f}" in scene.describe(4) or f"dense_2.w {norm:.3f}" in scene.describe(4)


def test_beside_another_scene(xor):
    both = SideBySide(NetworkDiagram(xor[1], xor[0]), NetworkDiagram(xor[1], xor[0]))
    audit(both, xor[1], frames=[0], checks={"nameless", "cut off", "touching", "contrast", "edge"}).check()


# --- planted faults --------------------------------------------------------------------------------------------------


def plant(monkeypatch, change):
    """Let `change` spoil every parameter's states before they are drawn."""
    made = ParameterStates.__init__

    def spoiled(states, *given):
        made(states, *given)
        change(states)

    monkeypatch.setattr(ParameterStates, "__init__", spoiled)


FAULTS = {
    "a norm one per cent too large": lambda states: setattr(states, "norms", states.norms * 1.01),
    "a frame late": lambda states: setattr(states, "pictures", np.roll(states.pictures, 1, axis=0)),
    "the scale of the frames, not the recording": lambda states: setattr(states, "largest", states.largest * 0.9),
    "columns in another order": lambda states: setattr(states, "pictures", states.pictures[:, :, ::-1]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_audit_finds_planted_faults(xor, monkeypatch, fault):
    plant(monkeypatch, FAULTS[fault])
    report = audit(NetworkDiagram(xor[1], xor[0]), xor[1], frames=[3])
    assert {finding.kind for finding in report.findings} == {"number"}


def test_lines_of_other_weights_are_found(xor, monkeypatch):
    shares = ParameterStates.shares
    monkeypatch.setattr(ParameterStates, "shares", lambda states, where: -shares(states, where))
    scene = NetworkDiagram(xor[1], xor[0])
    drawn(scene, 5)
    with pytest.raises(AssertionError):
        check_lines(scene, xor[1], 5)


def test_columns_without_room_between_them_are_found(monkeypatch):
    model, recording = trained(dense(*[5] * 6), (5,))
    monkeypatch.setattr("animations.network_layout.BETWEEN", (-60, -60))
    assert not audit(NetworkDiagram(recording, model), recording, frames=[0]).ok
    with pytest.raises(AssertionError):
        check_room(NetworkDiagram(recording, model))
