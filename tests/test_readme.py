"""The README's recipe for a layer of your own works word for word. (Its examples run as doctests.)"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

USE = """
import numpy as np
from tinylearn import MeanSquaredError, Recorder, Scale, Sequential, SGD, check_gradients, fit
print(check_gradients(Scale(3), np.random.default_rng(0).normal(size=(4, 3))).error < 1e-8)
model = Sequential([Scale(2)])
recorder = Recorder(model)
x = np.array([[1.0, 2.0], [3.0, 1.0]])
fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=200, callbacks=[recorder])
print(model.named_parameters()["scale_1.factor"].round(6), recorder.recording["scale_1.factor"].shape)
model.save("scale.npz")
model.load("scale.npz")
print(model.summary().splitlines()[1])
"""


def test_a_layer_of_your_own(tmp_path):
    recipe = (ROOT / "README.md").read_text(encoding="utf-8").split("## A layer of your own")[1]
    blocks = re.findall(r"```python\n(.*?)```", recipe, flags=re.DOTALL)
    package = tmp_path / "tinylearn"
    shutil.copytree(ROOT / "tinylearn", package)
    (package / "layers" / "scale.py").write_text(blocks[0], encoding="utf-8")
    with open(package / "layers" / "__init__.py", "a", encoding="utf-8") as exports:
        exports.write(blocks[1])
    answer = subprocess.run([sys.executable, "-c", USE], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert answer.stdout.split("\n")[:2] == ["True", "[2. 2.] (201, 2)"]
    assert answer.stdout.split("\n")[2].split() == ["Scale(2)", "scale_1", "(N,", "2)", "2"]


def test_the_row_of_the_recipe_fits_the_table():
    recipe = (ROOT / "README.md").read_text(encoding="utf-8").split("## A layer of your own")[1]
    row = re.findall(r"```python\n(.*?)```", recipe, flags=re.DOTALL)[2]
    table = (ROOT / "tinylearn" / "layer_table.py").read_text(encoding="utf-8")
    pattern = re.compile(r'^    "[^"]+": Row\(lambda rng: layers\.\w+\(.*\), \(.*\)\),$', flags=re.MULTILINE)
    assert pattern.match(row)
    assert len(pattern.findall(table)) >= 8
