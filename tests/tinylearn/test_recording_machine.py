"""Any calls of a recorder, in any order, agree with a plain list of copies, and so does every view of its records."""

import shutil
import tempfile
import threading
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tinylearn import Dense, Recorder, Recording, Sequential, Update

BATCHES = st.one_of(
    st.none(),
    st.integers(1, 5).map(np.arange),  # all rows in their order are not listed
    st.lists(st.integers(0, 9), min_size=1, max_size=9).map(np.array),
)


def power_of_two(step):
    return step & (step - 1) == 0


class RecorderMachine(RuleBasedStateMachine):
    @initialize(
        in_folder=st.booleans(),
        units=st.sampled_from([1, 300]),  # rows of 16 bytes, and of 4.8 kB
        every=st.sampled_from([1, 3, power_of_two]),
        select=st.sampled_from([None, "dense_1.b", {"dense_1.b"}, ["dense_1.w"], lambda name: name.endswith(".b")]),
        budget=st.sampled_from([None, 12_000, 80_000]),
        start=st.sampled_from([0, 7]),
    )
    def begin(self, in_folder, units, every, select, budget, start):
        self.folder, self.held = Path(tempfile.mkdtemp()), []
        self.model = Sequential([Dense(1, units, rng=np.random.default_rng(0))])
        budget = None if budget == 12_000 and units == 300 else budget
        self.path, self.every, self.budget = self.folder / "run" if in_folder else None, every, budget
        names = [select] if isinstance(select, str) else select or ["dense_1.w", "dense_1.b"]
        self.names = ["dense_1.b"] if callable(select) else [*names]
        self.recorder = Recorder(self.model, self.path, every=every, select=select, budget=budget)
        if start:
            self.recorder.resumed(start, 2)
        self.true = {start: self.record(2 if start else 0, np.nan, None, np.nan)}  # step → what must be kept of it
        self.before = 0, 0  # steps and epochs of earlier fits
        self.last_of_fits, self.closed = set(), False

    def record(self, epoch, loss, batch, rate):
        kept = {name: self.model.named_parameters()[name].copy() for name in self.names}
        return epoch, loss, rate, [] if batch is None else batch.tolist(), kept

    @property
    def last(self):
        return max(self.true)

    @rule(batch=BATCHES, loss=st.floats(0, 1), updates=st.integers(1, 4))
    def update(self, batch, loss, updates):
        for _ in range(updates):
            self.model.parameters += 1
            steps, epochs = self.before
            step, epoch = self.last + 1 - steps, self.true[self.last][0] + 1 - epochs
            self.recorder(Update(step, epoch, loss, batch, learning_rate=loss / 2))
            self.true[self.last + 1] = self.record(epoch + epochs, loss, batch, loss / 2)
        self.closed = False

    @rule()
    def close(self):
        self.recorder.close()
        self.closed = True
        self.last_of_fits.add(self.last)

    @precondition(lambda self: self.last > 7)
    @rule(batch=BATCHES)
    def begin_another_fit(self, batch):
        self.close()
        self.before = self.last, self.true[self.last][0]
        self.update(batch, 0.5, 1)

    @rule()
    def look_in_a_thread(self):
        seen = []
        thread = threading.Thread(target=lambda: seen.append(self.recorder.recording))
        thread.start()
        thread.join()
        self.check(seen[0])

    @rule(which=st.slices(20), steps=st.lists(st.integers(0, 30)))
    def hold_a_view(self, which, steps):
        """What is read once stays as it is, whatever is recorded later, and whichever records are dropped."""
        recording = self.recorder.recording
        known = recording.steps.tolist()
        for name in self.names:
            true = np.array([self.true[step][-1][name] for step in known])
            self.held += [(recording[name][which], true[which])]
            self.held += [(recording.at(step)[name], true[known.index(step)]) for step in {*steps} & {*known}]
        self.held += [(recording.losses[which], np.array([self.true[step][1] for step in known])[which])]

    @precondition(lambda self: self.path is not None)
    @rule()
    def kill(self):
        """What a kill would leave now is what is in the files now."""
        left = Path(shutil.copytree(self.path, self.folder / "left"))
        recording = Recording.load(left)
        shutil.rmtree(left)
        self.check(recording, whole=self.closed)

    @precondition(lambda self: self.path is not None)
    @rule()
    def become_thinner_or_wider(self):
        """Rewrite, as a budget or a larger batch does; readers see no difference."""
        if not self.closed:
            self.recorder._store.rewrite(batch=self.recorder._store.listed + 1)

    @invariant()
    def agree(self):
        if hasattr(self, "recorder"):
            self.check(self.recorder.recording)

    def check(self, recording, whole=True):
        steps = recording.steps.tolist()
        assert steps == sorted(set(steps))
        first, *_ = self.true
        assert steps[0] == first
        for index, step in enumerate(steps):
            epoch, loss, rate, batch, parameters = self.true[step]
            assert recording.epochs[index] == epoch
            np.testing.assert_array_equal(
                (recording.losses[index], recording.learning_rates[index]), (loss, rate), err_msg=str(step)
            )
            assert recording.batch(step).tolist() == batch
            assert recording.rows[index].tobytes() == b"".join(values.tobytes() for values in parameters.values())
        if whole:
            kept = self.every if callable(self.every) else lambda step: step % self.every == 0
            wanted = {*filter(kept, self.true)} | self.last_of_fits | {first}
            assert {*steps} <= wanted if self.budget else {*steps} == wanted
            assert recording.names == (*self.names,)
        if self.closed and whole:
            assert steps[-1] == self.last
        if self.path is not None and self.budget:
            assert sum(file.stat().st_size for file in self.path.iterdir()) <= self.budget

    def teardown(self):
        if hasattr(self, "recorder"):
            self.recorder.close()
            for view, true in self.held:
                np.testing.assert_array_equal(view, true)
            shutil.rmtree(self.folder)


TestRecorder = RecorderMachine.TestCase
TestRecorder.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
