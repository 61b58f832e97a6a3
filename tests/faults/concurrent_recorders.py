"""Two processes record into one folder at the same moment: one succeeds, the other gets an error."""

import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.death import PATIENCE, Life
from tests.faults.job import Job, Verdict
from tests.faults.recordings import assert_start_of_the_undisturbed_run, flush_every_record, refusal_of
from tests.tinylearn import interrupted_run
from tinylearn import Recorder, Recording

KIND = "under a budget"  # whose file is replaced


@dataclass
class ConcurrentRecorder(Job):
    """Records into `run`, from a moment on; says ("begin", 1) if it may, ("done", 0) if it is refused by name."""

    run: Path
    moment: float
    name = "recorder"

    def work(self, folder, tell):
        flush_every_record()
        model = interrupted_run.make_model(KIND)
        while time.time() < self.moment:
            pass
        try:
            recorder = Recorder(model, self.run, budget="9 kB")
        except FileExistsError as error:
            if str(self.run) not in str(error):
                raise
            return tell("done", 0)
        tell("begin", 1)
        interrupted_run.train(model, 10**9, [recorder])


def record_at_the_same_time(folder, rng):
    """Let two recorders start on one folder, kill the one that records; return the verdict on its recording."""
    verdict, now = Verdict(), time.time() + 0.1
    late = rng.choice([0, 0.001, 0.02]) * rng.random()
    lives = [
        Life(ConcurrentRecorder(folder / "run", moment), folder / name)
        for moment, name in ((now, "a"), (now + late, "b"))
    ]
    deadline = time.monotonic() + PATIENCE
    while not all(life.heard for life in lives):
        for life in lives:
            life.listen(0.01)
            if not life.heard and (time.monotonic() > deadline or not (life.process.is_alive() or life.open)):
                raise RuntimeError(f"a recorder says nothing:\n{life.errors.read_text()}")
    for life in lives:
        life.listen(0.1 * rng.random())
        life.kill()
        life.death()
    said = sorted(life.heard[0][1] for life in lives)
    verdict.half += [] if said == ["begin", "done"] else [f"two that record together: {said}"]
    recording = Recording.load(folder / "run")
    assert_start_of_the_undisturbed_run(recording, KIND)
    verdict.kept = len(recording)
    problem = refusal_of(folder / "run")
    verdict.lost += [problem] if problem else []
    return verdict
