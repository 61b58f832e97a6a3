"""A run that goes on from a checkpoint ends with the bits of the run that was never stopped; no other file is taken."""

import io
import json
import pickle
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tinylearn import (
    SGD,
    Adam,
    Augment,
    CategoricalCrossEntropy,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    ReLU,
    RMSprop,
    Sequential,
    Sigmoid,
    fit,
    load_checkpoint,
    save_checkpoint,
    workers,
)

OPTIMIZERS = {"SGD": lambda: SGD(0.05, momentum=0.9), "RMSprop": RMSprop, "Adam": Adam}
EPOCHS = 6


def start(seed=0, optimizer="Adam", dtype=np.float64, *, shared=True, generator=np.random.PCG64, side=6, filters=2):
    """Return (model, optimizer, rng) as they are before a run; dropout draws from `rng` if that is `shared`."""
    rng = np.random.Generator(generator(seed))
    dropped = rng if shared else np.random.Generator(generator(seed + 100))
    layers = [Conv2D(2, filters, 3, rng=rng), MaxPool2D(2), ReLU(), Flatten(), Dropout(0.4, rng=dropped),
              Dense(filters * ((side - 2) // 2) ** 2, 3, rng=rng), Dropout(0.1, rng=dropped)]  # fmt: skip
    return Sequential(layers, dtype), OPTIMIZERS[optimizer](), rng


def go_on(run, epochs, n_workers=1, side=6):
    """Train for so many epochs, in batches of 16 of 40 images; return their losses."""
    model, optimizer, rng = run
    data = np.random.default_rng(1)
    x, y = data.random((40, side, side, 2)), data.integers(0, 3, 40)
    augment = Augment(rotation=20, shift=0.1, flip=True)
    return fit(model, x, y, loss=CategoricalCrossEntropy(from_logits=True), optimizer=optimizer, epochs=epochs,
               batch_size=16, augment=augment, rng=rng, workers=n_workers)  # fmt: skip


def state(run):
    """Return all that a run depends on, as what compares bit for bit."""
    model, optimizer, rng = run
    remembered = {name: value.tobytes() if isinstance(value, np.ndarray) else value
                  for name, value in vars(optimizer).items()}  # fmt: skip
    generators = [rng, *(layer.rng for layer in model.layers if isinstance(layer, Dropout))]
    return model.parameters.tobytes(), remembered, [repr(each.bit_generator.state) for each in generators]


def two_moments(*seed):
    """Return two epochs by chance, after which a run is stopped."""
    return np.random.default_rng(seed).choice(np.arange(1, EPOCHS), 2, replace=False).tolist()


# --- the run that goes on ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [True, False], ids=["one generator", "two generators"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_goes_on_as_if_it_had_never_stopped(tmp_path, optimizer, dtype, shared):
    made = {"optimizer": optimizer, "dtype": dtype, "shared": shared}
    whole = start(**made)
    losses = go_on(whole, EPOCHS)
    for epoch in two_moments(len(optimizer), dtype().nbytes, shared):
        stopped, resumed = start(**made), start(seed=9, **made)
        go_on(stopped, epoch)
        save_checkpoint(tmp_path / "run.npz", *stopped)
        go_on(stopped, 1)  # whatever happens after it was saved
        load_checkpoint(tmp_path / "run.npz", *resumed)
        assert go_on(resumed, EPOCHS - epoch) == losses[epoch:]
        assert state(resumed) == state(whole)


@pytest.mark.parametrize("shared", [True, False], ids=["one generator", "two generators"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_so_does_one_with_two_workers(tmp_path, dtype, shared):
    made = {"dtype": dtype, "shared": shared, "side": 32, "filters": 40}
    whole, stopped, resumed = start(**made), start(**made), start(seed=9, **made)
    assert workers.multiplications(whole[0], (16, 32, 32, 2)) > workers.SMALL  # so that there really are two
    losses = go_on(whole, 3, 2, side=32)
    (epoch,) = np.random.default_rng([dtype().nbytes, shared]).integers(1, 3, 1)
    go_on(stopped, epoch, 2, side=32)
    save_checkpoint(tmp_path / "run.npz", *stopped)
    load_checkpoint(tmp_path / "run.npz", *resumed)
    assert go_on(resumed, 3 - epoch, 2, side=32) == losses[epoch:]
    assert state(resumed) == state(whole)


def test_before_the_first_step_there_is_nothing_to_remember_and_that_comes_back_too(tmp_path):
    whole, resumed = start(), start(seed=9)
    save_checkpoint(tmp_path / "run.npz", *start())
    go_on(resumed, 1)
    load_checkpoint(tmp_path / "run.npz", *resumed)
    assert resumed[1].m is None
    assert resumed[1].t == 0
    assert go_on(resumed, 2) == go_on(whole, 2)
    assert state(resumed) == state(whole)


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_every_kind_of_generator_goes_on(tmp_path, kind):
    run, resumed = (start(seed, generator=getattr(np.random, kind)) for seed in (0, 9))
    run[2].random(3, np.float32)  # half of a number of 64 bits is left over
    save_checkpoint(tmp_path / "run.npz", *run)
    load_checkpoint(tmp_path / "run.npz", *resumed)
    assert state(resumed) == state(run)
    np.testing.assert_array_equal(resumed[2].random(9, np.float32), run[2].random(9, np.float32))


def test_layers_and_shuffling_that_shared_a_generator_share_it_afterwards(tmp_path):
    run = start()
    save_checkpoint(tmp_path / "run.npz", *run)
    load_checkpoint(tmp_path / "run.npz", *run)
    assert {id(layer.rng) for layer in run[0].layers if isinstance(layer, Dropout)} == {id(run[2])}


def test_no_bit_of_a_parameter_is_lost_and_views_stay_views(tmp_path):
    run, other = start(), start(seed=9)
    run[0].parameters[:4] = [np.nan, -0.0, 5e-324, np.inf]
    save_checkpoint(tmp_path / "run.npz", *run)
    vector = other[0].parameters
    load_checkpoint(tmp_path / "run.npz", *other)
    assert other[0].parameters is vector
    assert state(other) == state(run)
    np.testing.assert_array_equal(other[0].named_parameters()["conv2d_1.w"].ravel()[:4], run[0].parameters[:4])


# --- the file ----------------------------------------------------------------------------------------------------


def test_what_was_added_comes_back(tmp_path):
    run = start()
    matrix = np.arange(6, dtype=np.int8).reshape(2, 3)
    save_checkpoint(tmp_path / "run.npz", *run, epoch=3, best=0.1, done=False, name="Straße 雪", losses=[0.9, 0.5],
                    nothing=[], matrix=matrix, parameters=[1], words=["a", "bc"])  # fmt: skip
    more = load_checkpoint(tmp_path / "run.npz", *run)
    plain = {name: more[name] for name in ("epoch", "best", "done", "name")}
    assert repr(plain) == "{'epoch': 3, 'best': 0.1, 'done': False, 'name': 'Straße 雪'}"  # Python's own, not NumPy's
    np.testing.assert_array_equal(more["losses"], [0.9, 0.5])
    np.testing.assert_array_equal(more["matrix"], matrix)
    assert more["matrix"].dtype == np.int8
    assert [more[name].tolist() for name in ("nothing", "parameters", "words")] == [[], [1], ["a", "bc"]]
    assert len(more) == 9


@pytest.mark.parametrize("name", ["run.npz", "no suffix", "Läufe 雪.npz", "a.b.c"])
def test_the_file_has_exactly_that_name_and_nothing_is_left_beside_it(tmp_path, name):
    run = start()
    for epoch in (1, 2):  # the second replaces the first
        save_checkpoint(str(tmp_path / name), *run, epoch=epoch)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert load_checkpoint(tmp_path / name, *run) == {"epoch": 2}


def test_the_file_can_be_read_without_tinylearn_and_without_pickle(tmp_path):
    run = start()
    go_on(run, 1)
    save_checkpoint(tmp_path / "run.npz", *run, epoch=1)
    with np.load(tmp_path / "run.npz", allow_pickle=False) as file:
        assert sorted(file.files) == ["about", "more.epoch", "optimizer.m", "optimizer.v", "parameters"]
        np.testing.assert_array_equal(file["optimizer.m"], run[1].m)
        assert json.loads(file["about"].item())["optimizer"]["t"] == 3


def test_saving_changes_nothing(tmp_path):
    run = start()
    go_on(run, 1)
    before = state(run)
    save_checkpoint(tmp_path / "run.npz", *run)
    assert state(run) == before


@pytest.mark.parametrize(
    "value",
    [None, {"a": 1}, object(), [1, None], [[1], [1, 2]], b"bytes", 1j, 2**70, np.datetime64("2020")],
    ids=lambda value: type(value).__name__,
)
def test_what_needs_a_pickle_is_refused_and_the_old_file_stays(tmp_path, value):
    run = start()
    save_checkpoint(tmp_path / "run.npz", *run, epoch=1)
    with pytest.raises(TypeError, match="save_checkpoint: thing must be a number, a text or an array of these, got "):
        save_checkpoint(tmp_path / "run.npz", *run, epoch=2, thing=value)
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]
    assert load_checkpoint(tmp_path / "run.npz", *run) == {"epoch": 1}


def test_a_disk_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    def fails(file, **arrays):
        file.write(b"half of it")
        raise OSError("disk full")

    run = start()
    save_checkpoint(tmp_path / "run.npz", *run, epoch=1)
    monkeypatch.setattr(np, "savez", fails)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(tmp_path / "run.npz", *run, epoch=2)
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]
    assert load_checkpoint(tmp_path / "run.npz", *run) == {"epoch": 1}


def large_run():
    """Return a run whose file takes some milliseconds to write."""
    rng = np.random.default_rng(0)
    return Sequential([Dense(1000, 500, rng=rng)]), SGD(0.1, momentum=0.9), rng


def save_forever(path):
    """Save again and again, all numbers equal to the epoch, until somebody ends this process."""
    model, optimizer, rng = large_run()
    optimizer.v = np.zeros_like(model.parameters)
    epoch = 0
    while True:
        epoch += 1
        model.parameters[:] = optimizer.v[:] = epoch
        save_checkpoint(path, model, optimizer, rng, epoch=epoch)
        if epoch == 1:
            print("ready", flush=True)


@pytest.mark.parametrize("seconds", [0.03, 0.1, 0.2])
def test_a_killed_process_leaves_a_whole_file(tmp_path, seconds):
    program = f"from {__name__} import save_forever; save_forever({str(tmp_path / 'run.npz')!r})"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert process.stdout.readline() == b"ready\n"
    time.sleep(seconds * np.random.default_rng().uniform(0.8, 1.2))
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    model, optimizer, rng = large_run()
    epoch = load_checkpoint(tmp_path / "run.npz", model, optimizer, rng)["epoch"]
    assert (model.parameters == epoch).all()
    assert (optimizer.v == epoch).all()
    assert len(list(tmp_path.iterdir())) <= 2  # the one that it was writing may be left, under another name


# --- files that are refused --------------------------------------------------------------------------------------


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
         r"the optimizer is SGD\(.*momentum=0.5\) here, SGD\(.*momentum=0.0\) there"),
        (start(generator=np.random.MT19937), start(), "rng is PCG64 here, MT19937 there"),
        (start(), start(shared=False), "dropout_1.rng is PCG64 here, the same as rng there"),
        (start(shared=False), start(), "dropout_1.rng is the same as rng here, PCG64 there"),
    ],
    ids=["another layer", "a layer less", "a layer more", "rate", "size", "dtype", "kind of optimiser", "learning rate",
         "momentum", "kind of generator", "shared there", "shared here"],
)  # fmt: skip
def test_a_file_of_another_run_is_refused_with_what_differs(tmp_path, there, here, message):
    save_checkpoint(tmp_path / "run.npz", *there, epoch=1)
    check_refused(tmp_path / "run.npz", here, f"is the checkpoint of another run: {message}")


def test_an_optimizer_that_remembers_other_things_under_its_name_is_refused(tmp_path):
    run, other = start(), start()
    other[1].velocity = 0.0
    save_checkpoint(tmp_path / "run.npz", *other)
    check_refused(tmp_path / "run.npz", run, "what it remembers is .*m, v, t here, .*m, v, t, velocity there")


@pytest.fixture
def saved(tmp_path):
    """A checkpoint of a run that is one epoch old."""
    run = start()
    go_on(run, 1)
    save_checkpoint(tmp_path / "run.npz", *run, epoch=1)
    return tmp_path / "run.npz"


def test_a_file_that_is_cut_off_is_refused(saved):
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
def test_a_file_without_one_of_its_arrays_is_refused(saved, missing):
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


def test_a_file_in_another_format_is_refused(saved, monkeypatch):
    monkeypatch.setattr("tinylearn.checkpoint.FORMAT", "tinylearn checkpoint 2")
    check_refused(saved, start(seed=9), "save_checkpoint wrote: its format is tinylearn checkpoint 1")


def test_a_file_of_model_save_is_refused(tmp_path):
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
    with pytest.raises(
        TypeError, match=r"model must be a tinylearn.Sequential, got Adam\(.*; the order is path, model"
    ):
        call(saved, optimizer, model, rng)
    with pytest.raises(TypeError, match=r"checkpoint: optimizer must be a tinylearn.Optimizer, got <class .*Adam'>"):
        call(saved, model, Adam, rng)
    with pytest.raises(TypeError, match=r"checkpoint: rng must be a NumPy generator, .* got None"):
        call(saved, model, optimizer, None)


@pytest.mark.parametrize("value", [[1, 2], np.array([None])], ids=["list", "array of objects"])
def test_an_optimizer_that_remembers_what_no_file_can_hold_is_refused(tmp_path, value):
    run = start()
    run[1].history = value
    with pytest.raises(TypeError, match=r"Adam\.history must be an array, a number, a text or None to be kept, got "):
        save_checkpoint(tmp_path / "run.npz", *run)
    assert not list(tmp_path.iterdir())
