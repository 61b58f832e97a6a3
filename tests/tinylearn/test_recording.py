"""The recorder keeps what happened: compared with a plain list of copies, in memory and in a folder."""

import inspect
import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from tinylearn import SGD, Adam, BinaryCrossEntropy, Dense, Recorder, Recording, ReLU, Sequential, Sigmoid, Update, fit

UPDATES = 60  # of a run of small_training: 20 epochs of 3 batches


def small_model(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return Sequential([Dense(3, 4, rng=rng), ReLU(), Dense(4, 1, rng=rng), Sigmoid()], dtype)


def train(model, callbacks, epochs=20, batch_size=4, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(10, 3))
    y = x[:, :1] > 0
    settings = {"loss": BinaryCrossEntropy(), "optimizer": Adam(0.01), "batch_size": batch_size}
    return fit(model, x, y, epochs=epochs, rng=rng, callbacks=callbacks, **settings)


class Witness:
    """Keeps a copy of everything, the plain way: what the recorder must agree with."""

    def __init__(self, model):
        self.model = model
        self.rows = {0: (0, np.nan, np.zeros(0), model.parameters.copy())}
        self.steps_before = self.epochs_before = 0

    def __call__(self, update):
        step, epoch = self.steps_before + update.step, self.epochs_before + update.epoch
        self.rows[step] = epoch, update.loss, update.batch.copy(), self.model.parameters.copy()

    def close(self):
        self.steps_before, self.epochs_before = max(self.rows), self.rows[max(self.rows)][0]


def assert_agrees(recording, witness, select=lambda name: True):
    """Every record is, bit for bit, what the witness saw after that update."""
    names = list(witness.model.named_parameters())
    sizes = [view.size for view in witness.model.named_parameters().values()]
    for index, step in enumerate(recording.steps):
        epoch, loss, batch, parameters = witness.rows[int(step)]
        assert recording.epochs[index] == epoch
        np.testing.assert_array_equal(recording.losses[index], loss)
        np.testing.assert_array_equal(recording.batch(int(step)), batch)
        pieces = dict(zip(names, np.split(parameters, np.cumsum(sizes)[:-1]), strict=True))
        now = recording.at(int(step))
        assert list(now) == [name for name in names if select(name)]
        for name, values in now.items():
            assert values.tobytes() == pieces[name].tobytes()
            assert recording[name][index].tobytes() == pieces[name].tobytes()


def record_step_0(model, place, **settings):
    """Return a recording of nothing but the start."""
    with Recorder(model, place, **settings) as recorder:
        return recorder.recording


@pytest.fixture(params=["in memory", "in a folder"])
def place(request, tmp_path):
    """Where a recorder writes: every test that takes it runs twice."""
    return None if request.param == "in memory" else tmp_path / "run"


# --- every update ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch_size", [4, 10], ids=["minibatches", "full batch"])
def test_every_update_is_kept(place, dtype, batch_size):
    model = small_model(dtype=dtype)
    recorder, witness = Recorder(model, place), Witness(model)
    train(model, [recorder, witness], batch_size=batch_size)
    recording = recorder.recording
    assert list(recording.steps) == list(range(max(witness.rows) + 1))
    assert_agrees(recording, witness)
    assert recording["dense_1.w"].shape == (len(recording), 3, 4)
    assert recording["dense_1.w"].dtype == dtype
    assert recording.names == tuple(model.named_parameters())


def test_rows_that_a_thread_writes(place):
    """Rows of 4 KiB and more go another way to the disk, and over the edges of its blocks."""
    rng = np.random.default_rng(0)
    model = Sequential([Dense(3, 1009, rng=rng), ReLU(), Dense(1009, 1, rng=rng), Sigmoid()])
    recorder, witness = Recorder(model, place), Witness(model)
    train(model, [recorder, witness], epochs=30)
    assert len(recorder.recording) == 91  # 3.7 MB, of blocks of 1 MiB
    assert_agrees(recorder.recording, witness)


def test_a_row_larger_than_a_block(place):
    model = Sequential([Dense(300, 500, rng=np.random.default_rng(0))])  # 1.2 MB
    recorder, witness = Recorder(model, place), Witness(model)
    for step in range(1, 4):
        model.parameters += 1
        for callback in (recorder, witness):
            callback(Update(step, batch=np.arange(3)))
    recorder.close()
    assert_agrees(recorder.recording, witness)


def test_step_0_is_there_before_training(place):
    model = small_model()
    recording = record_step_0(model, place)
    assert list(recording.steps) == [0]
    assert list(recording.epochs) == [0]
    assert np.isnan(recording.losses[0])
    assert recording.batch(0).shape == (0,)
    np.testing.assert_array_equal(recording.at(0)["dense_1.w"], model.layers[0].params["w"])


def test_a_loop_of_ones_own(place):
    model = small_model()
    witness = Witness(model)
    with Recorder(model, place) as recorder:
        for step in range(1, 6):
            model.parameters -= 0.1
            for callback in (recorder, witness):
                callback(Update(step, epoch=step, loss=1 / step, batch=np.arange(step)))
    assert recorder.recording.closed
    assert len(recorder.recording) == 6
    assert_agrees(recorder.recording, witness)


def test_an_update_of_nothing_but_a_step(place):
    with Recorder(small_model(), place) as recorder:
        recorder(Update(1))
    assert list(recorder.recording.epochs) == [0, 0]
    assert np.isnan(recorder.recording.losses).all()
    assert recorder.recording.batch(1).shape == (0,)


def test_a_batch_that_is_written_over_later_is_kept_as_it_was(place):
    """A loop of one's own may use one array for the row numbers of every batch."""
    batch = np.array([0, 1])
    with Recorder(small_model(), place) as recorder:
        for step in (1, 2, 3):
            recorder(Update(step, batch=batch))
            batch += 2
    assert [list(recorder.recording.batch(step)) for step in (1, 2, 3)] == [[0, 1], [2, 3], [4, 5]]


# --- every combination of what to keep: memory and folder agree ------------------------------------------------------


def powers_of_two(step):
    return step & (step - 1) == 0


@pytest.mark.parametrize("every", [1, 7, powers_of_two, 1000], ids=["each", "each 7th", "a function", "none"])
@pytest.mark.parametrize("select", [None, "dense_1.w", lambda name: name.endswith(".b")], ids=["all", "w", "biases"])
@pytest.mark.parametrize("budget", [None, 7000, 1_000_000], ids=["no budget", "tight", "ample"])
def test_memory_and_folder_agree(tmp_path, every, select, budget):
    model = small_model()
    settings = {"every": every, "select": select, "budget": budget}
    recorders = [Recorder(model, place, **settings) for place in (None, tmp_path / "run")]
    witness = Witness(model)
    train(model, [*recorders, witness])

    in_memory, in_folder = recorders[0].recording, Recording.load(tmp_path / "run")
    assert in_memory.names == in_folder.names
    for column in ("steps", "epochs", "losses"):
        np.testing.assert_array_equal(getattr(in_memory, column), getattr(in_folder, column))
    chosen = {None: lambda name: True, "dense_1.w": lambda name: name == "dense_1.w"}.get(select, select)
    assert_agrees(in_memory, witness, chosen)
    assert_agrees(in_folder, witness, chosen)

    steps = list(in_memory.steps)
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    assert steps[-1] == UPDATES
    wanted = [
        step for step in range(UPDATES + 1) if step == 0 or (every(step) if callable(every) else step % every == 0)
    ]
    if budget != 7000:
        assert steps == sorted({*wanted, UPDATES})
    else:
        assert set(steps) <= {*wanted, UPDATES}


# --- every -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("every", "steps"), [(25, [0, 25, 50, 60]), (30, [0, 30, 60]), (59, [0, 59, 60])])
def test_every_nth_update_and_the_last(place, every, steps):
    model = small_model()
    recorder = Recorder(model, place, every=every)
    train(model, [recorder])
    assert list(recorder.recording.steps) == steps


def test_the_last_update_is_that_of_the_end_although_others_came_between(place):
    model = small_model()
    recorder, witness = Recorder(model, place, every=7), Witness(model)
    train(model, [recorder, witness])
    assert recorder.recording.at(60)["dense_2.b"].tobytes() == model.layers[2].params["b"].tobytes()
    assert_agrees(recorder.recording, witness)


@pytest.mark.parametrize(("every", "error"), [(0, ValueError), (-3, ValueError), (1.5, TypeError), ("all", TypeError)])
def test_an_every_that_is_none_is_refused(every, error):
    with pytest.raises(error, match="Recorder: every must be"):
        Recorder(small_model(), every=every)


# --- select ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("select", "names"),
    [
        ("dense_2.b", ("dense_2.b",)),
        (["dense_2.b", "dense_1.w"], ("dense_1.w", "dense_2.b")),  # the model's order, whatever the list's
        ({"dense_2.w"}, ("dense_2.w",)),
        (lambda name: name.startswith("dense_2"), ("dense_2.w", "dense_2.b")),
        (lambda name: True, ("dense_1.w", "dense_1.b", "dense_2.w", "dense_2.b")),
    ],
)
def test_only_what_was_selected_is_kept(place, select, names):
    model = small_model()
    recorder = Recorder(model, place, select=select)
    train(model, [recorder], epochs=2)
    recording = recorder.recording
    assert recording.names == names
    assert list(recording.at(3)) == list(names)
    assert recording.rows.shape[1] == sum(model.named_parameters()[name].size for name in names)


@pytest.mark.parametrize(
    ("select", "message"),
    [
        (["dense_1.w", "dense_3.w"], "dense_1.w, dense_1.b, dense_2.w, dense_2.b; got 'dense_3.w'"),
        ("dense_1", "got 'dense_1'"),
        ([], "none was selected"),
        (lambda name: False, "none was selected"),
    ],
)
def test_a_selection_that_fits_nothing_is_refused(tmp_path, select, message):
    with pytest.raises(ValueError, match=f"Recorder: select must name parameters of the model, .*{message}"):
        Recorder(small_model(), tmp_path / "run", select=select)
    assert not (tmp_path / "run").exists()  # no half-made recording is left, the next try can use the folder


# --- reading -----------------------------------------------------------------------------------------------------


def test_restore_gives_the_same_bits(place):
    model, other = small_model(0), small_model(1)
    recorder, witness = Recorder(model, place), Witness(model)
    train(model, [recorder, witness])
    for step in (0, 1, 17, 60, 30):
        recorder.recording.restore(other, step)
        assert other.parameters.tobytes() == witness.rows[step][3].tobytes()
    np.testing.assert_array_equal(other.layers[0].params["w"], witness.rows[30][3][:12].reshape(3, 4))


def test_training_on_from_a_restored_step_gives_the_same_run():
    """With SGD, which remembers nothing, the parameters are all that matters."""
    x, y = np.random.default_rng(0).normal(size=(10, 3)), np.ones((10, 1))
    model, again = small_model(), small_model(1)
    settings = {"loss": BinaryCrossEntropy(), "batch_size": 10}
    recorder = Recorder(model)
    fit(model, x, y, epochs=20, optimizer=SGD(0.1), callbacks=[recorder], **settings)
    recorder.recording.restore(again, 12)
    fit(again, x, y, epochs=8, optimizer=SGD(0.1), **settings)
    assert again.parameters.tobytes() == model.parameters.tobytes()


def test_restore_into_another_model_is_refused(place):
    recording = record_step_0(small_model(), place)
    rng = np.random.default_rng(0)
    wider = Sequential([Dense(3, 5, rng=rng), ReLU(), Dense(5, 1, rng=rng)])
    before = wider.parameters.copy()
    with pytest.raises(
        ValueError, match=r"recording in .* does not fit this model: dense_1.w is float64 \(3, 5\) in the"
    ):
        recording.restore(wider, 0)
    np.testing.assert_array_equal(wider.parameters, before)
    with pytest.raises(ValueError, match=r"dense_1.w is float32 \(3, 4\) in the model, float64 \(3, 4\) there"):
        recording.restore(small_model(dtype=np.float32), 0)


def test_a_part_of_the_parameters_cannot_restore_a_whole_model(place):
    recording = record_step_0(small_model(), place, select="dense_1.w")
    with pytest.raises(ValueError, match=r"dense_1\.b is .* in the model, no such parameter there"):
        recording.restore(small_model(), 0)


def test_a_step_that_was_not_kept_is_answered_with_its_neighbours(place):
    model = small_model()
    recorder = Recorder(model, place, every=20)
    train(model, [recorder])
    with pytest.raises(ValueError, match="step 33 is not in this recording of 4 records; the nearest is 20, 40"):
        recorder.recording.at(33)
    with pytest.raises(ValueError, match="step 61 is not in this recording of 4 records; the nearest is 60"):
        recorder.recording.restore(model, 61)
    with pytest.raises(ValueError, match="step -1 is not in this recording"):
        recorder.recording.batch(-1)


def test_an_unknown_name_is_a_key_error(place):
    recording = record_step_0(small_model(), place, select="dense_1.w")
    with pytest.raises(KeyError, match=r"'dense_1\.b' was not recorded, only dense_1\.w"):
        recording["dense_1.b"]


def test_what_at_returns_belongs_to_the_caller(place):
    recording = record_step_0(small_model(), place)
    recording.at(0)["dense_1.w"][:] = 99
    assert 99 not in recording.at(0)["dense_1.w"]


def test_a_recording_cannot_be_written_into(place):
    recording = record_step_0(small_model(), place)
    for values in (recording["dense_1.w"], recording.rows):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0


def test_one_parameter_is_read_without_the_rest(tmp_path):
    """The array lies in the mapped file: nothing is read until it is used."""
    model = small_model()
    train(model, [Recorder(model, tmp_path / "run")])
    recording = Recording.load(tmp_path / "run")
    assert np.shares_memory(recording["dense_1.w"], recording.rows)
    assert not recording.rows.flags.owndata
    base = recording.rows
    while isinstance(base, np.ndarray):
        base = base.base
    assert type(base).__name__ == "mmap"


def test_a_recording_does_not_change_while_training_goes_on(place):
    model = small_model()
    recorder = Recorder(model, place)
    train(model, [recorder], epochs=1)
    then = recorder.recording
    rows = then.rows.copy()
    train(model, [recorder], epochs=5)
    assert len(then) == 4
    np.testing.assert_array_equal(then.rows, rows)
    assert len(recorder.recording) == 19


# --- another fit -------------------------------------------------------------------------------------------------


def test_a_second_and_a_third_fit_go_on_counting(place):
    model = small_model()
    recorder, witness = Recorder(model, place), Witness(model)
    for epochs in (2, 1, 3):
        train(model, [recorder, witness], epochs=epochs)
    recording = recorder.recording
    assert list(recording.steps) == list(range(6 * 3 + 1))
    assert list(recording.epochs) == [0] + [epoch for epoch in range(1, 7) for _ in range(3)]
    assert_agrees(recording, witness)
    assert recording.closed


def test_the_last_update_of_each_fit_stays(place):
    """Also when it is none of the 7th ones: what is in a recording stays in it, since somebody may be reading it."""
    model = small_model()
    recorder, witness = Recorder(model, place, every=7), Witness(model)
    train(model, [recorder, witness], epochs=3)
    held = recorder.recording
    before = held.rows.tobytes(), held.losses.tobytes()
    assert list(held.steps) == [0, 7, 9]
    train(model, [recorder, witness], epochs=4)
    assert list(recorder.recording.steps) == [0, 7, 9, 14, 21]
    assert_agrees(recorder.recording, witness)
    assert (held.rows.tobytes(), held.losses.tobytes()) == before


def test_a_loop_of_ones_own_may_start_again_from_1(place):
    model = small_model()
    witness = Witness(model)
    with Recorder(model, place) as recorder:
        for updates in (5, 20, 3):
            for step in range(1, updates + 1):
                model.parameters += 1
                for callback in (recorder, witness):
                    callback(Update(step, epoch=1, loss=0.5, batch=np.arange(2)))
            witness.close()
    assert list(recorder.recording.steps) == list(range(29))
    assert_agrees(recorder.recording, witness)


def test_steps_that_fall_back_are_refused(place):
    recorder = Recorder(small_model(), place)
    recorder(Update(5))
    with pytest.raises(ValueError, match="steps must grow, or start again from 1, got step 3 after step 5"):
        recorder(Update(3))
    recorder(Update(6))
    recorder.close()
    assert list(recorder.recording.steps) == [0, 5, 6]


def test_closing_twice_is_safe(place):
    model = small_model()
    recorder = Recorder(model, place, every=50)
    train(model, [recorder])  # fit closes it
    recorder.close()
    recorder.close()
    assert list(recorder.recording.steps) == [0, 50, 60]


# --- budget ------------------------------------------------------------------------------------------------------


def bytes_in(folder):
    return sum(path.stat().st_size for path in folder.iterdir())


@pytest.mark.parametrize("batch_size", [3, 10], ids=["minibatches", "full batch"])
@pytest.mark.parametrize("budget", [8_000, 20_000, "0.05 MB"])
def test_the_budget_holds_after_every_update(tmp_path, budget, batch_size):
    model, folder = small_model(), tmp_path / "run"
    recorder, witness, sizes = Recorder(model, folder, budget=budget), Witness(model), []
    train(model, [recorder, witness, lambda update: sizes.append(bytes_in(folder))], epochs=400, batch_size=batch_size)
    sizes.append(bytes_in(folder))
    allowed = 50_000 if budget == "0.05 MB" else budget
    assert max(sizes) <= allowed
    recording = Recording.load(folder)
    assert recording.rows.nbytes > allowed / 10  # the space is used, not left empty
    assert_evenly_spaced(recording, last=max(witness.rows))
    assert_agrees(recording, witness)


def assert_evenly_spaced(recording, last, but=()):
    steps = np.array([step for step in recording.steps if step not in but])
    assert steps[0] == 0
    assert steps[-1] == last
    between = np.diff(steps[:-1])
    assert len(set(between)) == 1
    assert 0 < steps[-1] - steps[-2] <= between[0]  # the last is there although it is out of step


def test_a_budget_of_2_mb_holds(tmp_path):
    """10,000 updates of a 20-64-1 net are 115 MB."""
    rng = np.random.default_rng(0)
    model = Sequential([Dense(20, 64, rng=rng), ReLU(), Dense(64, 1, rng=rng), Sigmoid()])
    folder, sizes = tmp_path / "run", []
    with Recorder(model, folder, budget="2 MB") as recorder:
        for step in range(1, 10_001):
            model.parameters[0] = step
            recorder(Update(step, epoch=1, loss=0.5, batch=np.arange(32)))
            if step % 10 == 0:
                sizes.append(bytes_in(folder))
    assert max(*sizes, bytes_in(folder)) <= 2_000_000
    recording = Recording.load(folder)
    assert_evenly_spaced(recording, last=10_000)
    np.testing.assert_array_equal(recording["dense_1.w"][1:, 0, 0], recording.steps[1:])


def test_a_budget_counts_the_batches_too(tmp_path, monkeypatch):
    """Two parameters, and batches of 500 row numbers, another array each time: 4 kB an update.

    The folder is at its fullest just before files are removed: then half of the records are there twice.
    """
    model, folder, sizes = Sequential([Dense(1, 1, rng=np.random.default_rng(0))]), tmp_path / "run", []
    rng, unlink = np.random.default_rng(0), Path.unlink

    def look_and_unlink(path, **settings):
        sizes.append(bytes_in(folder))
        unlink(path, **settings)

    monkeypatch.setattr(Path, "unlink", look_and_unlink)
    with Recorder(model, folder, budget="50 kB") as recorder:
        for step in range(1, 301):
            recorder(Update(step, batch=rng.permutation(500)))
            sizes.append(bytes_in(folder))
    assert max(*sizes, bytes_in(folder)) <= 50_000
    assert recorder.recording.steps[-1] == 300


def test_a_budget_counts_the_names_of_many_parameters_too(tmp_path):
    """meta.json lists all 120 parameters."""
    model = Sequential([Dense(1, 1, rng=np.random.default_rng(0)) for _ in range(60)])
    folder, sizes = tmp_path / "run", []
    with Recorder(model, folder, budget=30_000) as recorder:
        for step in range(1, 101):
            recorder(Update(step))
            sizes.append(bytes_in(folder))
    assert max(*sizes, bytes_in(folder)) <= 30_000


def test_the_last_update_is_there_whenever_training_ends(place):
    """Also when it was the one that made the records too many."""
    model, missing = Sequential([Dense(1, 1, rng=np.random.default_rng(0))]), []
    for updates in range(1, 300 if place is None else 90):
        where = None if place is None else place / str(updates)
        with Recorder(model, where, budget=7_000 if place is None else 5_000) as recorder:
            for step in range(1, updates + 1):
                recorder(Update(step))
        if recorder.recording.steps[-1] != updates:
            missing.append(updates)
    assert missing == []


def test_a_budget_in_memory_drops_records_too():
    model = small_model()
    recorder, witness = Recorder(model, budget=10_000), Witness(model)
    train(model, [recorder, witness], epochs=200)
    assert recorder.recording.rows.nbytes < 10_000
    assert_evenly_spaced(recorder.recording, last=600)


def test_every_and_budget_together(place):
    model = small_model()
    recorder, witness = Recorder(model, place, every=3, budget=8_000), Witness(model)
    train(model, [recorder, witness], epochs=100)
    assert np.diff(recorder.recording.steps)[0] % 3 == 0
    assert_evenly_spaced(recorder.recording, last=300)
    assert_agrees(recorder.recording, witness)


def test_a_second_fit_under_a_budget_stays_evenly_spaced(place):
    model = small_model()
    recorder, witness = Recorder(model, place, budget=8_000), Witness(model)
    for _ in range(3):
        train(model, [recorder, witness], epochs=33)
    assert_evenly_spaced(recorder.recording, last=297, but={99, 198})
    assert_agrees(recorder.recording, witness)


@pytest.mark.parametrize(
    ("text", "number"),
    [("9000", 9000), ("9000 B", 9000), ("9 kB", 9000), ("0.5mb", 500_000), ("8 KiB", 8192), (10**9,) * 2],
)
def test_budgets_in_words(text, number):
    assert Recorder(small_model(), budget=text).budget == number


@pytest.mark.parametrize(
    ("budget", "error", "message"),
    [
        ("lots", ValueError, "budget must be bytes, such as 2_000_000 or '2 MB', got 'lots'"),
        ("2 apples", ValueError, "budget must be bytes"),
        ("1.2.3 MB", ValueError, "budget must be bytes"),
        (0, ValueError, "budget must be at least 1, got 0"),
        (1.5, TypeError, "budget must be a whole number, got 1.5"),
        (
            "1 kB",
            ValueError,
            r"budget must hold at least six records of 232 bytes .*, got '1 kB'; select fewer parameters",
        ),
    ],
)
def test_budgets_that_are_none_are_refused(tmp_path, budget, error, message):
    with pytest.raises(error, match=f"Recorder: {message}"):
        Recorder(small_model(), tmp_path / "run", budget=budget)
    assert not (tmp_path / "run").exists()


# --- the folder --------------------------------------------------------------------------------------------------


def test_the_files_are_plain_arrays_without_pickle(tmp_path):
    model = small_model()
    train(model, [Recorder(model, tmp_path / "run")])
    arrays = {path.stem: np.load(path, allow_pickle=False) for path in (tmp_path / "run").glob("*.npy")}
    meta = json.loads((tmp_path / "run" / "meta.json").read_text())
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"meta.json", *meta["files"].values()}
    assert set(arrays) == {"parameters", "steps", "epochs", "losses", "batch_rows", "batch_runs"}
    np.testing.assert_array_equal(arrays["steps"], np.arange(UPDATES + 1))
    np.testing.assert_array_equal(arrays["parameters"][-1], model.parameters)


def test_nothing_in_the_recorder_can_pickle():
    import tinylearn.recording.reader
    import tinylearn.recording.storage

    for module in (tinylearn.recording.reader, tinylearn.recording.storage):
        assert "allow_pickle=True" not in inspect.getsource(module)
        assert "import pickle" not in inspect.getsource(module)


def test_a_folder_that_holds_a_recording_is_refused(tmp_path):
    model = small_model()
    train(model, [Recorder(model, tmp_path / "run")])
    with pytest.raises(FileExistsError, match="holds a recording already; delete that folder or choose another"):
        Recorder(model, tmp_path / "run")
    assert len(Recording.load(tmp_path / "run")) == UPDATES + 1  # untouched


def test_folders_on_the_way_are_made(tmp_path):
    path = tmp_path / "Läufe" / "am 1. Mai" / "run"
    Recorder(small_model(), str(path)).close()
    assert len(Recording.load(str(path))) == 1


def test_one_record_can_be_read_while_training_goes_on(tmp_path):
    """Whoever reads meanwhile sees complete records only, and more of them each time."""
    model, lengths = small_model(), []
    witness = Witness(model)

    def look(update):
        recording = Recording.load(tmp_path / "run")
        assert not recording.closed
        assert_agrees(recording, witness)
        lengths.append(len(recording))

    train(model, [Recorder(model, tmp_path / "run"), witness, look])
    assert lengths == sorted(lengths)
    assert lengths[0] >= 1


def test_another_thread_reads_while_training_goes_on(tmp_path):
    model, errors, lengths = small_model(), [], []
    recorder, done = Recorder(model, tmp_path / "run", budget=20_000), threading.Event()

    def read_again_and_again():
        while not done.is_set():
            try:
                recording = Recording.load(tmp_path / "run")
                assert list(recording.steps) == sorted(set(recording.steps))
                assert recording.steps[0] == 0
                assert np.isfinite(recording["dense_1.w"]).all()
                lengths.append(len(recording))
            except Exception as error:
                errors.append(error)

    reader = threading.Thread(target=read_again_and_again)
    reader.start()
    train(model, [recorder], epochs=500)
    done.set()
    reader.join()
    assert errors == []
    assert lengths


def test_closed_says_whether_the_recorder_is_at_work(place):
    model = small_model()
    recorder = Recorder(model, place)
    assert not recorder.recording.closed
    train(model, [recorder])
    assert recorder.recording.closed
    if place is not None:
        assert Recording.load(place).closed


# --- in words ----------------------------------------------------------------------------------------------------


def test_describe_says_what_will_be_kept(tmp_path):
    model = small_model()
    with Recorder(model, tmp_path / "run", every=10, budget="2 MB") as recorder:
        text = recorder.describe()
    assert "21 numbers per record (dense_1.w, dense_1.b, dense_2.w, dense_2.b): 168 bytes" in text
    assert "keeps step 0, one update in 10, and the last" in text
    assert "never uses more than 2,000,000 bytes" in text
    assert f"in {tmp_path / 'run'}" in text
    assert "every update" in Recorder(model).describe()
    assert "in memory" in Recorder(model).describe()
    assert "dense_2.b): 8 bytes" in Recorder(model, select="dense_2.b").describe()


def test_describe_is_right_about_the_bytes(tmp_path):
    model = small_model()
    recorder = Recorder(model, tmp_path / "run")
    before = bytes_in(tmp_path / "run")
    train(model, [recorder], epochs=1000, batch_size=10)  # one batch: its row numbers are kept once
    grown = bytes_in(tmp_path / "run") - before
    assert "168 bytes, plus 24" in recorder.describe()
    assert grown == pytest.approx(1000 * (168 + 24), rel=0.01)


def test_a_recording_says_what_it_holds(place):
    model = small_model()
    recorder = Recorder(model, place)
    assert "not closed" in repr(recorder.recording)
    train(model, [recorder])
    assert "61 records, steps 0 to 60, of dense_1.w, dense_1.b, dense_2.w, dense_2.b, in " in repr(recorder.recording)
    assert "not closed" not in repr(recorder.recording)


# --- whose recording, whose files --------------------------------------------------------------------------------


def test_another_model_is_refused(place):
    """A model that was made anew, in a notebook, say: the recorder would keep the old one, which never changes."""
    model, another = small_model(), small_model()
    with Recorder(model, place) as recorder, pytest.raises(ValueError, match="made for another model"):
        train(another, [recorder])


def test_files_that_are_there_already_stay_as_they_are(tmp_path):
    np.save(tmp_path / "losses.npy", np.arange(3.0))
    with pytest.raises(FileExistsError, match=r"losses\.npy exists already; choose another folder"):
        Recorder(small_model(), tmp_path)
    np.testing.assert_array_equal(np.load(tmp_path / "losses.npy"), [0, 1, 2])
    assert [file.name for file in tmp_path.iterdir()] == ["losses.npy"]


def test_a_loop_that_closes_nothing_loses_nothing(tmp_path):
    program = """
import numpy as np, sys
from tinylearn import Dense, Recorder, Sequential, Update
model = Sequential([Dense(1, int(sys.argv[2]), rng=np.random.default_rng(0))])
recorder = Recorder(model, sys.argv[1])
for step in range(1, 2001):
    model.parameters += 1
    recorder(Update(step))
"""
    for size in (1, 600):  # small rows, and rows that a thread writes
        folder = tmp_path / str(size)
        subprocess.run([sys.executable, "-W", "error", "-c", program, folder, str(size)], check=True, timeout=60)
        assert list(Recording.load(folder).steps) == list(range(2001))


def test_names_in_a_recording(place):
    with Recorder(small_model(), place) as recorder:
        assert "dense_1.w" in recorder.recording
        assert "dense_9.w" not in recorder.recording
