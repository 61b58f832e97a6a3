"""`python -m tinylearn` prints everything that a bug report needs, and notices faults."""

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
from tinylearn.__main__ import arithmetic, losses, main, optimizers
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


@pytest.fixture
def two_layers(monkeypatch):
    """A table in which a wrong layer is one of three; the command above goes through all."""
    for name in LAYERS.keys() - {"Dense", "Tanh"}:
        monkeypatch.delitem(LAYERS, name)


def test_a_wrong_backward_is_named_and_the_exit_code_is_1(two_layers, monkeypatch, capsys):
    class Doubled(tinylearn.Tanh):
        def backward(self, dout):
            return 2 * super().backward(dout)

    monkeypatch.setitem(LAYERS, "Doubled", Row(lambda rng: Doubled(), (5, 3)))
    assert main() == 1
    text = capsys.readouterr().out
    assert "WRONG Doubled: Doubled(): x[" in text
    assert text.rstrip().endswith("WRONG: Doubled. Please report it with all of the above.")


def test_names_a_layer_that_cannot_even_run(two_layers, monkeypatch, capsys):
    monkeypatch.setitem(LAYERS, "Misfit", Row(lambda rng: tinylearn.Dense(2, 3, rng=rng), (5, 4)))
    assert main() == 1
    assert "WRONG Misfit: Dense(2, 3) expects" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "stand_in", "asked"),
    [
        ("finfo", lambda dtype: SimpleNamespace(eps=0.5, smallest_normal=1e-38), "1 and the next number are"),
        ("array", lambda value, *_: np.asarray(4.0 if value == 4 else 0.0), "are not taken for 0"),
        ("array", lambda value, *_: np.zeros(1) if isinstance(value, list) else np.asarray(value), "NaN differs"),
        ("ones", lambda *_: np.zeros(3), "float32 stays float32"),
        ("array_equal", lambda *_: False, "a matrix product has the same bits twice"),
        ("abs", lambda *_: np.ones(1), "a float32 matrix product agrees with float64"),
    ],
)
def test_notices_wrong_arithmetic(monkeypatch, name, stand_in, asked):
    class Broken:
        def __getattr__(self, other):
            return stand_in if other == name else getattr(np, other)

    assert all(well for _, well, _ in arithmetic())
    monkeypatch.setattr(self_check, "np", Broken())
    assert any(asked in question for question, well, _ in arithmetic() if not well)


def test_notices_a_fault_in_one_mode(two_layers, monkeypatch, capsys):
    class Whole(tinylearn.Dropout):
        def backward(self, dout):
            return dout

    monkeypatch.setitem(LAYERS, "Whole", Row(lambda rng: Whole(0.4, rng=rng), (5, 3)))
    assert main() == 1
    assert re.search(r"WRONG Whole: Whole\(0\.4\): x\[.*, only while training\n", capsys.readouterr().out)


def test_a_wrong_loss_and_a_wrong_optimiser_are_noticed(monkeypatch):
    backward, step = tinylearn.MeanSquaredError.backward, tinylearn.Adam.step
    monkeypatch.setattr(tinylearn.MeanSquaredError, "backward", lambda self: 2 * backward(self))
    monkeypatch.setattr(tinylearn.Adam, "step", lambda self, p, g: step(self, p, -g))
    wrong = [asked for asked, well, _ in losses() if not well]
    assert wrong == [name for name in LOSSES if name.startswith("MeanSquaredError")]
    assert [asked for asked, well, _ in optimizers() if not well] == [n for n in OPTIMIZERS if n.startswith("Adam")]


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="Windows has no such signal")
def test_ends_quietly_when_nobody_reads_on():
    run = subprocess.Popen([sys.executable, "-m", "tinylearn"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.close()
    assert run.stderr.read() == b""
    assert run.wait() == -signal.SIGPIPE
    run.stderr.close()


def test_names_a_blas_that_is_not_seen_as_numpy_knows_it(monkeypatch):
    monkeypatch.setattr(self_check, "threadpool_info", list)
    *_, last = self_check.versions()
    assert last.startswith(f"blas: {np.show_config(mode='dicts')['Build Dependencies']['blas']['name']} ")


def test_tells_no_commit_outside_a_repository(monkeypatch, tmp_path):
    monkeypatch.setattr(self_check, "HERE", tmp_path)
    assert self_check.commit() == ""
