"""`python -m tinylearn` prints everything that a bug report needs, and notices faults."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import tinylearn
import tinylearn.__main__ as self_check
from tinylearn.__main__ import arithmetic, each, main, of_loss, of_optimizer
from tinylearn.layer_table import LAYERS, Row
from tinylearn.loss_table import LOSSES
from tinylearn.optimizer_table import OPTIMIZERS


def test_the_command():
    run = subprocess.run([sys.executable, "-m", "tinylearn"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.rstrip().endswith("All is well.")
    assert f"numpy {np.__version__}" in run.stdout
    assert "blas: " in run.stdout
    assert f"tinylearn is imported from {Path(tinylearn.__file__).parent}" in run.stdout
    assert all(f"ok    {name}: relative error" in run.stdout for name in [*LAYERS, *LOSSES])
    assert all(f"ok    {name}: three steps take 1 to " in run.stdout for name in OPTIMIZERS)
    assert run.stderr == ""


class Doubled(tinylearn.Tanh):
    def backward(self, dout):
        return 2 * super().backward(dout)


class Whole(tinylearn.Dropout):
    def backward(self, dout):
        return dout


WRONG = {  # a row of the table → what is said about it
    "Doubled": (Row(lambda rng: Doubled(), (5, 3)), r"Doubled\(\): x\[.*"),
    "Misfit": (Row(lambda rng: tinylearn.Dense(2, 3, rng=rng), (5, 4)), r"Dense\(2, 3\) expects .*"),
    "Whole": (Row(lambda rng: Whole(0.4, rng=rng), (5, 3)), r"Whole\(0\.4\): x\[.*, only while training"),
}


def test_names_what_is_wrong_and_ends_with_1(monkeypatch, capsys):
    for name in LAYERS.keys() - {"Dense", "Tanh"}:  # the command above goes through all
        monkeypatch.delitem(LAYERS, name)
    for name, (row, _) in WRONG.items():
        monkeypatch.setitem(LAYERS, name, row)
    assert main() == 1
    lines = capsys.readouterr().out.splitlines()
    said = dict(line.strip().removeprefix("WRONG ").split(": ", 1) for line in lines if "WRONG " in line)
    assert list(said) == list(WRONG)
    for name, (_, words) in WRONG.items():
        assert re.fullmatch(words, said[name]), said[name]
    assert lines[-1] == "WRONG: Doubled, Misfit, Whole. Please report it with all of the above."


def test_notices_a_wrong_loss_and_a_wrong_optimiser(monkeypatch):
    backward, step = tinylearn.MeanSquaredError.backward, tinylearn.Adam.step
    monkeypatch.setattr(tinylearn.MeanSquaredError, "backward", lambda self: 2 * backward(self))
    monkeypatch.setattr(tinylearn.Adam, "step", lambda self, p, g: step(self, p, -g))
    wrong = [asked for asked, well, _ in (*each(LOSSES, of_loss), *each(OPTIMIZERS, of_optimizer)) if not well]
    assert wrong == [name for name in (*LOSSES, *OPTIMIZERS) if name.startswith(("MeanSquaredError", "Adam"))]


@pytest.mark.parametrize(("name", "stand_in", "asked"), [
    ("finfo", lambda dtype: SimpleNamespace(eps=0.5, smallest_normal=1e-38), "1 and the next number are"),
    ("array", lambda value, *_: np.asarray(4.0 if value == 4 else 0.0), "are not taken for 0"),
    ("array", lambda value, *_: np.zeros(1) if isinstance(value, list) else np.asarray(value), "NaN differs"),
    ("ones", lambda *_: np.zeros(3), "float32 stays float32"),
    ("array_equal", lambda *_: False, "a matrix product has the same bits twice"),
    ("abs", lambda *_: np.ones(1), "a float32 matrix product agrees with float64"),
])  # fmt: skip
def test_notices_wrong_arithmetic(monkeypatch, name, stand_in, asked):
    class Broken:
        def __getattr__(self, other):
            return stand_in if other == name else getattr(np, other)

    assert all(well for _, well, _ in arithmetic())
    monkeypatch.setattr(self_check, "np", Broken())
    assert any(asked in question for question, well, _ in arithmetic() if not well)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE")
def test_ends_quietly_when_nobody_reads_on():
    run = subprocess.Popen([sys.executable, "-m", "tinylearn"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.close()
    assert run.stderr.read() == b""
    assert run.wait() == -signal.SIGPIPE
    run.stderr.close()


def test_tells_what_it_can_without_threadpoolctl_and_without_a_repository(monkeypatch, tmp_path):
    monkeypatch.setattr(self_check, "threadpool_info", list)
    monkeypatch.setattr(self_check, "HERE", tmp_path)
    *_, last = self_check.versions()
    assert last.startswith(f"blas: {np.show_config(mode='dicts')['Build Dependencies']['blas']['name']} ")
    assert self_check.commit() == ""
