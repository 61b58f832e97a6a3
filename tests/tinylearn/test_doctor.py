"""`python -m tinylearn` says what a report of a bug needs, and notices what is wrong."""

import subprocess
import sys

import numpy as np

import tinylearn
from tinylearn.__main__ import arithmetic, main
from tinylearn.layer_table import LAYERS, Row


def test_the_command():
    run = subprocess.run([sys.executable, "-m", "tinylearn"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.rstrip().endswith("All is well.")
    assert f"numpy {np.__version__}" in run.stdout
    assert "blas: " in run.stdout
    assert all(f"ok    {name}: relative error" in run.stdout for name in LAYERS)
    assert run.stderr == ""


def test_a_wrong_backward_is_named_and_the_exit_code_is_1(monkeypatch, capsys):
    class Doubled(tinylearn.Tanh):
        def backward(self, dout):
            return 2 * super().backward(dout)

    monkeypatch.setitem(LAYERS, "Doubled", Row(lambda rng: Doubled(), (5, 3)))
    assert main() == 1
    text = capsys.readouterr().out
    assert "WRONG Doubled: Doubled(): x[" in text
    assert text.rstrip().endswith("WRONG: Doubled. Please report it with all of the above.")


def test_a_layer_that_cannot_even_run_is_named(monkeypatch, capsys):
    monkeypatch.setitem(LAYERS, "Misfit", Row(lambda rng: tinylearn.Dense(2, 3, rng=rng), (5, 4)))
    assert main() == 1
    assert "WRONG Misfit: Dense(2, 3) expects" in capsys.readouterr().out


def test_wrong_arithmetic_is_noticed(monkeypatch):
    assert all(well for _, well, _ in arithmetic())
    monkeypatch.setattr(np, "array_equal", lambda *_: False)
    assert [asked for asked, well, _ in arithmetic() if not well] == ["a matrix product has the same bits twice"]
