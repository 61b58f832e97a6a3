"""Checkpoints: what comes back, bit for bit; the file; and what is refused, by name, before anything changes.

For runs that `fit` resumes see `test_resume.py`.
"""

import io
import json
import pickle

import numpy as np
import pytest

from tests.tinylearn.checkpoint_runs import Centred, go_on, start, state
from tinylearn import Adam, Dense, Dropout, ReLU, Sequential, Sigmoid, load_checkpoint, save_checkpoint


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.npz"


# --- what comes back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("optimizer", "epochs"), [("Adam", 0), ("Averaged", 0), ("Averaged", 2)])
def test_goes_on_as_if_the_run_had_never_stopped(path, optimizer, epochs):
    """In float32, an np.float64 that came back as Python's float would make other bits."""
    made = {"optimizer": optimizer, "dtype": np.float32, "last": [Centred]}
    whole, stopped, resumed = start(**made), start(**made), start(seed=9, **made)
    losses = go_on(whole, 4)
    if epochs:  # before the first step the optimiser remembers nothing
        go_on(stopped, epochs)
    before = state(stopped)
    save_checkpoint(path, *stopped)
    assert state(stopped) == before
    for run in (stopped, resumed):
        go_on(run, 1)  # whatever happens after it was saved, and to what it comes back into
    load_checkpoint(path, *resumed)
    assert state(resumed) == before
    assert go_on(resumed, 4 - epochs) == losses[epochs:]
    assert state(resumed) == state(whole)


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_brings_back_every_kind_of_generator_and_every_bit_of_a_parameter(path, kind):
    run, other = (start(seed, generator=getattr(np.random, kind)) for seed in (0, 9))
    run[0].parameters[:4] = [np.nan, -0.0, 5e-324, np.inf]
    run[2].random(3, np.float32)  # half of a number of 64 bits is left over
    run[1].learning_rate = 0.05  # which has changed since
    save_checkpoint(path, *run)
    vector = other[0].parameters
    load_checkpoint(path, *other)
    assert other[0].parameters is vector
    assert state(other) == state(run)
    np.testing.assert_array_equal(other[0].named_parameters()["conv2d_1.w"].ravel()[:4], run[0].parameters[:4])
    np.testing.assert_array_equal(other[2].random(9, np.float32), run[2].random(9, np.float32))
    assert {id(layer.rng) for layer in other[0].layers if isinstance(layer, Dropout)} == {id(other[2])}


def test_brings_back_what_was_added(path):
    run, matrix = start(), np.arange(6, dtype=np.int8).reshape(2, 3)
    save_checkpoint(path, *run, epoch=3, best=0.1, done=False, name="Straße 雪", losses=[0.9, 0.5],
                    nothing=[], matrix=matrix, parameters=[1], words=["a", "bc"])  # fmt: skip
    more = load_checkpoint(path, *run)
    plain = {name: more.pop(name) for name in ("epoch", "best", "done", "name")}
    assert repr(plain) == "{'epoch': 3, 'best': 0.1, 'done': False, 'name': 'Straße 雪'}"  # Python's own, not NumPy's
    assert more["matrix"].dtype == np.int8
    told = {name: value.tolist() for name, value in more.items()}
    wanted = {"losses": [0.9, 0.5], "nothing": [], "matrix": [[0, 1, 2], [3, 4, 5]]}
    assert told == wanted | {"parameters": [1], "words": ["a", "bc"]}


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["no suffix", "Läufe 雪.npz"])
def test_writes_exactly_that_file_which_others_can_read(tmp_path, name):
    """Without tinylearn and without pickle."""
    run = start()
    go_on(run, 1)
    for epoch in (1, 2):  # the second replaces the first
        save_checkpoint(str(tmp_path / name), *run, epoch=epoch)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert load_checkpoint(tmp_path / name, *run) == {"epoch": 2}
    with np.load(tmp_path / name, allow_pickle=False) as file:
        assert sorted(file.files) == ["about", "more.epoch", "optimizer.m", "optimizer.v", "parameters", "state"]
        np.testing.assert_array_equal(file["optimizer.m"], run[1].state["m"])
        assert json.loads(file["about"].item())["optimizer"]["t"] == 3


@pytest.mark.parametrize("value", [None, [1, None], [[1], [1, 2]], b"bytes", 1j, 2**70, np.datetime64("2020")], ids=str)
def test_leaves_the_old_file_if_only_a_pickle_could_hold_the_new_one(path, value):
    save_checkpoint(path, *(run := start()), epoch=1)
    with pytest.raises(TypeError, match="save_checkpoint: thing must be a number, a text or an array of these, got "):
        save_checkpoint(path, *run, epoch=2, thing=value)
    assert [each.name for each in path.parent.iterdir()] == ["run.npz"]
    assert load_checkpoint(path, *run) == {"epoch": 1}


# --- refused ----------------------------------------------------------------------------------------------------------


def check_refused(path, run, message):
    before = state(run)
    with pytest.raises(ValueError, match=message) as error:
        load_checkpoint(path, *run)
    assert str(path) in str(error.value)
    assert state(run) == before


def made_of(*layers, n_out=3, optimizer=None):
    """Return a run of a dense layer and others."""
    rng = np.random.default_rng(0)
    return Sequential([Dense(4, n_out, rng=rng), *layers]), optimizer or Adam(), rng


Forgetting = type("Adam", (Adam,), {"remembers": ("m", "v", "velocity")})


@pytest.mark.parametrize(("there", "here", "message"), [
    (made_of(ReLU()), made_of(Sigmoid()), r"layer 2 is Sigmoid\(\) here, ReLU\(\) there"),
    (made_of(), made_of(ReLU()), r"layer 2 is ReLU\(\) here, absent there"),
    (made_of(n_out=3), made_of(n_out=2), r"layer 1 is Dense\(4, 2\) here, Dense\(4, 3\) there"),
    (start(dtype=np.float32), start(), r"conv2d_1.w is float64 \(3, 3, 2, 2\) here, float32 \(3, 3, 2, 2\) there"),
    (made_of(optimizer=Adam(0.01)), made_of(optimizer=Adam(0.02)),
     r"the optimizer is Adam\(learning_rate=0.02, .*\) here, Adam\(learning_rate=0.01, .*\) there"),
    (made_of(), made_of(optimizer=Forgetting()), "what the optimizer remembers is m, v, velocity here, m, v there"),
    (start(generator=np.random.MT19937), start(), "rng is PCG64 here, MT19937 there"),
    (start(), start(shared=False), "dropout_1.rng is PCG64 here, the same as rng there"),
], ids=lambda each: each[:40] if isinstance(each, str) else "")  # fmt: skip
def test_refuses_a_file_of_another_run_with_what_differs(path, there, here, message):
    save_checkpoint(path, *there, epoch=1)
    check_refused(path, here, f"is the checkpoint of another run: {message}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a checkpoint of a run that is one epoch old."""
    run, path = start(), tmp_path_factory.mktemp("saved") / "run.npz"
    go_on(run, 1)
    save_checkpoint(path, *run, epoch=1)
    return path.read_bytes()


def test_refuses_a_file_that_is_cut_off_or_has_a_flipped_bit_or_that_harms_nothing(path, whole):
    """Some hundred of all bits; those of times and of permissions, say, do not matter."""
    run, refused = start(seed=9), 0
    for length in [0, 1, 4, *np.linspace(5, len(whole) - 1, 20).astype(int)]:
        path.write_bytes(whole[:length])
        check_refused(path, run, "is not a file that save_checkpoint wrote")
    path.write_bytes(whole)
    load_checkpoint(path, *run)
    undamaged, untouched, run = state(run), state(start(seed=9)), start(seed=9)
    for bit in np.random.default_rng(0).integers(0, 8 * len(whole), 100):
        content = bytearray(whole)
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        try:
            more = load_checkpoint(path, *run)
        except ValueError:
            refused += 1
            assert state(run) == untouched
        else:
            assert state(run) == undamaged
            assert more == {"epoch": 1}
            run = start(seed=9)
    assert refused > 75


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def test_refuses_what_is_no_checkpoint_or_lacks_something(path, whole):
    arrays, run = dict(np.load(io.BytesIO(whole))), start(seed=9)
    later = np.array(str(arrays["about"]).replace("checkpoint 2", "checkpoint 99"))
    abouts = [np.array(text) for text in ("no JSON", "[]", '{"format": "tinylearn checkpoint 2"}')]
    lacking = [{name: arrays[name] for name in arrays if name != left_out} for left_out in arrays]
    files = [
        b"hello",
        pickle.dumps({"a": 1}),
        *(npz(about=about) for about in abouts),
        *(npz(**one) for one in lacking),
    ]
    for content in files:
        path.write_bytes(content)
        check_refused(path, run, "is not a file that save_checkpoint wrote")
    path.write_bytes(npz(**arrays | {"about": later}))
    check_refused(path, run, "is not a file that save_checkpoint wrote: .*its format is tinylearn checkpoint 99")
    run[0].save(path)
    check_refused(path, run, "is not a file that save_checkpoint wrote")


@pytest.mark.parametrize("call", [save_checkpoint, load_checkpoint])
@pytest.mark.parametrize(("place", "part", "words"), [
    (0, Adam(), r"checkpoint: model must be a Sequential, got Adam\("),
    (1, Adam, r"checkpoint: optimizer must be an Optimizer, got .*write Adam\(…\)"),
    (2, None, "checkpoint: rng must be a NumPy generator, .* got None"),
])  # fmt: skip
def test_refuses_what_is_no_part_of_a_run(path, call, place, part, words):
    run = [*start()]
    run[place] = part
    with pytest.raises(TypeError, match=words):
        call(path, *run)


OTHER = r"Averaged\.self\.other must be an array, a number, a text or None to be kept, got "


@pytest.mark.parametrize(("other", "message"), [
    (lambda model, optimizer: [1, 2], OTHER),
    (lambda model, optimizer: np.array([None]), OTHER),
    (lambda model, optimizer: optimizer.mean[:3], r"optimizer.self.other shares memory with optimizer.self.mean"),
    (lambda model, optimizer: model.parameters[1:], r"self.other shares memory with parameters, but .* a copy"),
], ids=["list", "array of objects", "view", "of the model"])  # fmt: skip
def test_refuses_to_keep_what_would_not_come_back_as_it_was(path, other, message):
    """Arrays that share memory would come back apart: a step that writes into one would leave the other as it is."""
    run = start(optimizer="Averaged")
    go_on(run, 1)
    run[1].other = other(run[0], run[1])
    with pytest.raises(TypeError, match=message):
        save_checkpoint(path, *run)
    assert not path.exists()
