"""Files that are no checkpoint, are damaged, or belong to another run, are refused, and nothing changes."""

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.tinylearn.checkpoint_runs import go_on, start, state
from tinylearn import (
    SGD,
    Adam,
    Dense,
    Dropout,
    ReLU,
    Sequential,
    Sigmoid,
    load_checkpoint,
    save_checkpoint,
)


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


def dropout(rate):
    return Dropout(rate, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("there", "here", "message"),
    [
        (made_of(ReLU()), made_of(Sigmoid()), r"layer 2 is Sigmoid\(\) here, ReLU\(\) there"),
        (made_of(ReLU()), made_of(), r"layer 2 is absent here, ReLU\(\) there"),
        (made_of(), made_of(ReLU()), r"layer 2 is ReLU\(\) here, absent there"),
        (made_of(dropout(0.4)), made_of(dropout(0.5)), r"layer 2 is Dropout\(0.5\) here, Dropout\(0.4\) there"),
        (made_of(n_out=3), made_of(n_out=2), r"layer 1 is Dense\(4, 2\) here, Dense\(4, 3\) there"),
        (start(dtype=np.float32), start(), r"conv2d_1.w is float64 \(3, 3, 2, 2\) here, float32 \(3, 3, 2, 2\) there"),
        (start(optimizer="RMSprop"), start(), r"the optimizer is Adam\(.*\) here, RMSprop\(.*\) there"),
        (made_of(optimizer=Adam(0.01)), made_of(optimizer=Adam(0.02)),
         r"the optimizer is Adam\(learning_rate=0.02, .*\) here, Adam\(learning_rate=0.01, .*\) there"),
        (made_of(optimizer=SGD(0.1)), made_of(optimizer=SGD(0.1, 0.5)),
         r"the optimizer is SGD\(.*momentum=0.5, .*\) here, SGD\(.*momentum=0.0, .*\) there"),
        (start(generator=np.random.MT19937), start(), "rng is PCG64 here, MT19937 there"),
        (start(), start(shared=False), "dropout_1.rng is PCG64 here, the same as rng there"),
        (start(shared=False), start(), "dropout_1.rng is the same as rng here, PCG64 there"),
    ],
    ids=["another layer", "a layer less", "a layer more", "rate", "size", "dtype", "kind of optimiser", "learning rate",
         "momentum", "kind of generator", "shared there", "shared here"],
)  # fmt: skip
def test_refuses_a_file_of_another_run_with_what_differs(tmp_path, there, here, message):
    save_checkpoint(tmp_path / "run.npz", *there, epoch=1)
    check_refused(tmp_path / "run.npz", here, f"is the checkpoint of another run: {message}")


def test_refuses_an_optimizer_that_remembers_other_things_under_its_name(tmp_path, monkeypatch):
    run, other = start(), start()
    save_checkpoint(tmp_path / "run.npz", *other)
    monkeypatch.setattr(Adam, "remembers", ("m", "v", "velocity"))
    check_refused(tmp_path / "run.npz", run, "what the optimizer remembers is m, v, velocity here, m, v there")


@pytest.fixture
def saved(tmp_path):
    """A checkpoint of a run that is one epoch old."""
    run = start()
    go_on(run, 1)
    save_checkpoint(tmp_path / "run.npz", *run, epoch=1)
    return tmp_path / "run.npz"


def test_refuses_a_file_that_is_cut_off(saved):
    whole, run = saved.read_bytes(), start(seed=9)
    for length in [0, 1, 4, *np.linspace(5, len(whole) - 1, 40).astype(int)]:
        saved.write_bytes(whole[:length])
        check_refused(saved, run, "is not a file that save_checkpoint wrote")


def test_a_flipped_bit_is_refused_or_harms_nothing(saved):
    """Some hundred of all bits; those of times and of permissions, say, do not matter."""
    whole, run, refused = saved.read_bytes(), start(seed=9), 0
    load_checkpoint(saved, *run)
    undamaged, other = state(run), start(seed=9)
    untouched = state(other)
    for bit in np.random.default_rng(0).integers(0, 8 * len(whole), 200):
        content = bytearray(whole)
        content[bit // 8] ^= 1 << bit % 8
        saved.write_bytes(content)
        run = start(seed=9)
        try:
            more = load_checkpoint(saved, *run)
        except ValueError:
            refused += 1
            assert state(run) == untouched
        else:
            assert state(run) == undamaged
            assert more == {"epoch": 1}
    assert refused > 150


@pytest.mark.parametrize("missing", ["parameters", "optimizer.m", "more.epoch", "about"])
def test_refuses_a_file_without_one_of_its_arrays(saved, missing):
    with np.load(saved) as file:
        arrays = {name: file[name] for name in file.files if name != missing}
    np.savez(saved, **arrays)
    check_refused(saved, start(seed=9), "is not a file that save_checkpoint wrote")


def contents():
    """Return name → bytes of files that are no checkpoints."""
    array, objects, zipped = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(array, np.ones(3))
    np.savez(objects, about=np.array([{"format": "tinylearn checkpoint 1"}], dtype=object))
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("about", "text")
    abouts = {}
    for text in ("no JSON", "[]", "7", '{"format": "tinylearn checkpoint 1"}', '{"format": "tinylearn checkpoint 2"}'):
        file = io.BytesIO()
        np.savez(file, about=np.array(text), parameters=np.ones(3))
        abouts[text] = file.getvalue()
    return {"text": b"hello", "npy": array.getvalue(), "pickle": pickle.dumps({"a": 1}), "objects": objects.getvalue(),
            "zip": zipped.getvalue(), **abouts}  # fmt: skip


@pytest.mark.parametrize("content", contents().values(), ids=contents())
def test_what_is_no_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "run.npz").write_bytes(content)
    check_refused(tmp_path / "run.npz", start(), "is not a file that save_checkpoint wrote")


class Trap:
    """Unpickled, it leaves a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_pickle_inside_is_not_opened(saved, tmp_path):
    with np.load(saved) as file:
        arrays = dict(file)
    np.savez(saved, **{**arrays, "parameters": np.array([Trap(tmp_path / "sprung")], dtype=object)})
    check_refused(saved, start(), "is not a file that save_checkpoint wrote: .*allow_pickle=False")
    assert not (tmp_path / "sprung").exists()
    with np.load(saved, allow_pickle=True) as file:  # and it is a trap
        file["parameters"]
    assert (tmp_path / "sprung").exists()


def test_refuses_a_file_in_another_format(saved, monkeypatch):
    monkeypatch.setattr("tinylearn.checkpoint.FORMAT", "tinylearn checkpoint 99")
    check_refused(saved, start(seed=9), "save_checkpoint wrote: its format is tinylearn checkpoint 2")


def test_refuses_a_file_of_model_save(tmp_path):
    run = start()
    run[0].save(tmp_path / "model.npz")
    check_refused(tmp_path / "model.npz", run, "is not a file that save_checkpoint wrote")


def test_a_missing_file_and_a_missing_folder_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.npz"):
        load_checkpoint(tmp_path / "missing.npz", *start())
    with pytest.raises(FileNotFoundError, match="nowhere"):
        save_checkpoint(tmp_path / "nowhere" / "run.npz", *start())


# --- parts that are none -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [save_checkpoint, load_checkpoint])
def test_what_is_no_part_of_a_run_is_refused_by_name(saved, call):
    model, optimizer, rng = start()
    with pytest.raises(TypeError, match=r"checkpoint: model must be a Sequential, got Adam\("):
        call(saved, optimizer, model, rng)
    with pytest.raises(TypeError, match=r"checkpoint: optimizer must be an Optimizer, got .*write Adam\(…\)"):
        call(saved, model, Adam, rng)
    with pytest.raises(TypeError, match=r"checkpoint: rng must be a NumPy generator, .* got None"):
        call(saved, model, optimizer, None)


@pytest.mark.parametrize("value", [[1, 2], np.array([None])], ids=["list", "array of objects"])
def test_refuses_an_optimizer_that_remembers_what_no_file_can_hold(tmp_path, value):
    run = start()
    run[1].state["history"] = value
    with pytest.raises(TypeError, match=r"Adam\.history must be an array, a number, a text or None to be kept, got "):
        save_checkpoint(tmp_path / "run.npz", *run)
    assert not list(tmp_path.iterdir())
