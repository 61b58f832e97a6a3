"""A run that dies again and again, and goes on from whichever checkpoint, is the run that never stopped."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from tests.tinylearn.checkpoint_runs import OPTIMIZERS, Centred, go_on, start, state
from tinylearn import Checkpoint, Evaluate, accuracy

EPOCHS = 3
X, Y = np.random.default_rng(2).random((9, 6, 6, 2)), np.arange(9) % 3


def slow_down(update):
    """A learning rate that falls at every second update."""
    if update.step % 2 == 0:
        update.optimizer.learning_rate *= 0.75


class Dying(Exception):
    """As a kill: nothing of the process is left but its files."""


class CheckpointMachine(RuleBasedStateMachine):
    files = Bundle("files")

    @initialize(
        optimizer=st.sampled_from([*OPTIMIZERS]),
        dtype=st.sampled_from([np.float32, np.float64]),
        shared=st.booleans(),
        batches=st.sampled_from([{}, {"batch_size": 13, "shuffle": False}, {"batch_size": 40},
                                 {"batch_size": 9, "augment": None}, {"batch_size": 99, "augment": None}]),
        last=st.sampled_from([(), (Centred,)]),
    )  # fmt: skip
    def begin(self, optimizer, dtype, shared, batches, last):
        self.made = {"optimizer": optimizer, "dtype": dtype, "shared": shared, "last": last}
        self.batches, self.folder = batches, Path(tempfile.mkdtemp())
        self.true, self.here = {}, self.folder / "run.npz"  # step → all there is to know after it
        self.losses, self.values = self.train(0, self.true.__setitem__)

    def train(self, seed, see, *callbacks, resume=None):
        """Train to the end; call `see(step, all there is to know)` after each update."""
        run, evaluate = start(seed=seed, **self.made), Evaluate(X, Y, accuracy)
        callbacks = [make(run) for make in callbacks]

        def look(update):
            told = update.epoch, update.loss, update.learning_rate, update.batch.tolist(), update.last_of_epoch
            see(update.step, (*told, state(run)))

        losses = go_on(run, EPOCHS, callbacks=[slow_down, evaluate, *callbacks, look], resume=resume, **self.batches)
        return losses, evaluate.values

    @rule(updates=st.integers(1, 7), every=st.sampled_from([1, 2, None]), after=files | st.none(), target=files)
    def train_and_die(self, updates, every, after):
        """From the beginning, or from what an earlier run left; return what this one leaves."""

        def see(step, seen):
            assert seen == self.true[step]
            met.append(step)
            if len(met) == updates:
                raise Dying

        met = []
        self.here.unlink(missing_ok=True)
        if after is not None:
            shutil.copy(after, self.here)
        try:
            keep = lambda run: Checkpoint(self.here, run[2], every=every)  # noqa: E731
            assert self.train(9 if after else 0, see, keep, resume=after) == (self.losses, self.values)
            assert met == [*self.true][len(self.true) - len(met) :]
        except Dying:
            assert met == [*self.true][met[0] - 1 : met[-1]]
            assert after or met[0] == 1
        if not self.here.exists():
            return None
        return shutil.copy(self.here, self.folder / f"{len(list(self.folder.iterdir()))}.npz")

    def teardown(self):
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


TestCheckpoint = CheckpointMachine.TestCase
TestCheckpoint.settings = settings(max_examples=12, stateful_step_count=6, deadline=None)
