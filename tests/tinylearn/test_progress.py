"""A progress bar if there is a place for one; without a place, work continues silently."""

import io
import os
import subprocess
import sys

import pytest

from tinylearn.progress import Bar, takes_text

PROGRAM = """
import numpy as np
from tinylearn import SGD, Dense, MeanSquaredError, ProgressBar, Sequential, fit
from tinylearn.progress import Bar

x = np.ones((4, 1))
model = Sequential([Dense(1, 1, rng=np.random.default_rng(0))])
fit(model, x, x, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=50, callbacks=[ProgressBar()])
print("done", *Bar(range(3), "pictures"))  # as a film does
"""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a shell, and a device that is always full")
@pytest.mark.parametrize(("stderr", "environment"), [("2>&-", {}), ("2>/dev/full", {}), ("", {"TQDM_DISABLE": "1"})])
def test_works_without_a_place_for_progress_or_where_the_environment_forbids_it(stderr, environment):
    command = ["sh", "-c", f'exec "$@" {stderr}', "sh", sys.executable, "-c", PROGRAM]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=os.environ | environment
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done 0 1 2\n", "")


def test_a_bar_ends_where_stderr_does(monkeypatch):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    with Bar(range(3), "here") as bar:
        bar.fp = Gone()
        bar.sp = bar.status_printer(bar.fp)
        assert list(bar) == [0, 1, 2]
        assert bar.refresh() in (None, False)
        assert bar.disable
    assert "here" in shown.getvalue()
    shown.close()
    assert not takes_text(shown)
