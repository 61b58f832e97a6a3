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
from tinylearn.__main__ import arithmetic, main
from tinylearn.layer_table import LAYERS, Row
from tinylearn.loss_table import LOSSES
from tinylearn.optimizer_table import OPTIMIZERS


def test_finds_every_layer_loss_and_optimiser_right(capsys):
    assert main() == 0
    said, errors = capsys.readouterr()
    assert said.rstrip().endswith("All is well.")
    assert f"numpy {np.__version__}" in said
    assert "blas: " in said
    assert f"tinylearn is imported from {Path(tinylearn.__file__).parent}" in said
    assert all(f"ok    {name}: relative error" in said for name in [*LAYERS, *LOSSES])
    assert all(f"ok    {name}: three steps take 1 to " in said for name in OPTIMIZERS)
    assert errors == ""


class Whole(tinylearn.Dropout):
    def backward(self, dout):
        return dout


def test_names_what_is_wrong_and_ends_with_1(monkeypatch, capsys):
    for name in LAYERS.keys() - {"Dense"}:  # the test above goes through all
        monkeypatch.delitem(LAYERS, name)
    monkeypatch.setitem(LAYERS, "Misfit", Row(lambda rng: tinylearn.Dense(2, 3, rng=rng), (5, 4)))
    monkeypatch.setitem(LAYERS, "Whole", Row(lambda rng: Whole(0.4, rng=rng), (5, 3)))
    backward, step = tinylearn.MeanSquaredError.backward, tinylearn.Adam.step
    monkeypatch.setattr(tinylearn.MeanSquaredError, "backward", lambda self: 2 * backward(self))
    monkeypatch.setattr(tinylearn.Adam, "step", lambda self, p, g: step(self, p, -g))
    assert main() == 1
    lines = capsys.readouterr().out.splitlines()
    said = dict(line.strip().removeprefix("WRONG ").split(": ", 1) for line in lines if line.startswith("  WRONG "))
    losses = [name for name in (*LOSSES, *OPTIMIZERS) if name.startswith(("MeanSquaredError", "Adam"))]
    assert list(said) == ["Misfit", "Whole", *losses]
    assert said["Misfit"].startswith("Dense(2, 3) expects ")
    assert re.fullmatch(r"Whole\(0\.4\): x\[.*, only while training", said["Whole"])
    assert lines[-1] == f"WRONG: {', '.join(said)}. Please report it with all of the above."


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
