"""What docs/extending.md says of a layer for the library works word for word. (Its examples run as doctests.)"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

USE = f"""
import sys, tempfile
from pathlib import Path
import numpy as np
from tinylearn import MeanSquaredError, Recorder, Scale, Sequential, SGD, check_gradients, fit
print(check_gradients(Scale(3), np.random.default_rng(0).normal(size=(4, 3))).error < 1e-8)
model, x = Sequential([Scale(2)]), np.array([[1.0, 2.0], [3.0, 1.0]])
recorder = Recorder(model)
fit(model, x, 2 * x, loss=MeanSquaredError(), optimizer=SGD(0.1), epochs=200, callbacks=[recorder])
print(model.named_parameters()["scale_1.factor"].round(6), recorder.recording["scale_1.factor"].shape)
model.save("scale.npz")
model.load("scale.npz")
print(model.summary().splitlines()[1])

sys.path.insert(1, {str(ROOT)!r})  # where the tests are; tinylearn is the one here
from tests.bad_input.hostile import OPEN, WRONG, Given
from tests.bad_input.library_cases import LAYERS
from tests.bad_input.verdict import judge
x = np.ones((4, 3))
for given in (Given(x.tolist(), x, True), Given("text", WRONG, True), Given(x[:, :2], OPEN, True)):
    with tempfile.TemporaryDirectory() as folder:
        print(judge("Scale.forward", LAYERS["Scale.forward"], {{"x": given, "dout": Given(x)}}, Path(folder)))
"""


def test_a_layer_for_the_library(tmp_path):
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    example = re.search(r">>> class Scale.*?\n\n", page, flags=re.DOTALL)[0]
    scale = "".join(line[4:] for line in example.strip().splitlines(keepends=True))
    export, row = re.findall(r"```python\n(.*?)```", page.split("## Into the library")[1], flags=re.DOTALL)
    package = tmp_path / "tinylearn"
    shutil.copytree(ROOT / "tinylearn", package)
    imports = "import numpy as np\n\nfrom tinylearn.layers.layer import Layer\n\n\n"
    (package / "layers" / "scale.py").write_text(imports + scale, encoding="utf-8")
    with open(package / "layers" / "__init__.py", "a", encoding="utf-8") as exports:
        exports.write(export)
    table = package / "layer_table.py"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("LAYERS = {\n", f"LAYERS = {{\n{row}", 1), encoding="utf-8")
    lines = subprocess.run(
        [sys.executable, "-c", USE], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert lines[:2] == ["True", "[2. 2.] (201, 2)"]
    assert lines[2].split() == ["Scale(n_in=2)", "scale_1", "(N,", "2)", "2"]
    assert lines[3:] == ["right", "refused", "refused"], "its row in the table makes one of bad input"
