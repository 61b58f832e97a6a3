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
BAD_INPUT = f"""
import sys, tempfile
from pathlib import Path
import numpy as np
sys.path.append({str(ROOT)!r})  # where the tests are; tinylearn is the one here
from tests.bad_input.hostile import OPEN, WRONG, Given
from tests.bad_input.layer_cases import LAYERS
from tests.bad_input.verdict import judge
x = np.ones((4, 3))
for given in (Given(x.tolist(), x, True), Given("text", WRONG, True), Given(x[:, :2], OPEN, True)):
    with tempfile.TemporaryDirectory() as folder:
        print(judge("Scale.forward", LAYERS["Scale.forward"], {{"x": given, "dout": Given(x)}}, Path(folder)).kind)
"""


def test_a_layer_of_your_own(tmp_path):
    recipe = (ROOT / "README.md").read_text(encoding="utf-8").split("## A layer of your own")[1]
    blocks = re.findall(r"```python\n(.*?)```", recipe, flags=re.DOTALL)
    package = tmp_path / "tinylearn"
    shutil.copytree(ROOT / "tinylearn", package)
    (package / "layers" / "scale.py").write_text(blocks[0], encoding="utf-8")
    with open(package / "layers" / "__init__.py", "a", encoding="utf-8") as exports:
        exports.write(blocks[1])
    table = package / "layer_table.py"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("LAYERS = {\n", f"LAYERS = {{\n{blocks[2]}", 1), encoding="utf-8")
    code = [sys.executable, "-c", USE + BAD_INPUT]
    lines = subprocess.run(code, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.splitlines()
    assert lines[:2] == ["True", "[2. 2.] (201, 2)"]
    assert lines[2].split() == ["Scale(2)", "scale_1", "(N,", "2)", "2"]
    assert lines[3:] == ["right", "refused", "refused"], "its row in the table makes one of bad input"
