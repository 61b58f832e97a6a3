"""Anything that can be done with a recorder, in any order: after every step it has what a plain list of copies has."""

import shutil
import tempfile
import threading
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.tinylearn.recording_helpers import assert_agrees, bytes_in
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
        self.path, self.every = self.folder / "run" if in_folder else None, every
        self.budget = None if budget == 12_000 and units == 300 else budget
        names = [select] if isinstance(select, str) else select or ["dense_1.w", "dense_1.b"]
        self.names = ["dense_1.b"] if callable(select) else [*names]
        self.recorder = Recorder(self.model, self.path, every=every, select=select, budget=self.budget)
        if start:
            self.recorder.resumed(start, 2)
        self.true = {start: self.record(2 if start else 0, np.nan, None, np.nan)}  # step → what must be kept of it
        self.before = 0, 0  # steps and epochs of earlier fits
        self.last_of_fits, self.closed = {start}, False

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
        thread = threading.Thread(target=lambda: setattr(self, "seen", self.recorder.recording))
        thread.start()
        thread.join()
        self.check(self.seen)

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

    @invariant()
    def agree(self):
        if hasattr(self, "recorder"):
            self.check(self.recorder.recording)

    def check(self, recording, whole=True):
        assert_agrees(recording, self.true)
        steps = recording.steps.tolist()
        assert steps == sorted(set(steps))
        assert steps[0] == min(self.true)
        if whole:
            kept = self.every if callable(self.every) else lambda step: step % self.every == 0
            wanted = {*filter(kept, self.true)} | self.last_of_fits
            assert {*steps} <= wanted if self.budget else {*steps} == wanted
            assert steps[-1] == self.last or not self.closed
        if self.path is not None and self.budget:
            assert bytes_in(self.path) <= self.budget

    def teardown(self):
        if hasattr(self, "recorder"):
            self.recorder.close()
            for view, true in self.held:
                np.testing.assert_array_equal(view, true)
            shutil.rmtree(self.folder)


TestRecorder = RecorderMachine.TestCase
TestRecorder.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
