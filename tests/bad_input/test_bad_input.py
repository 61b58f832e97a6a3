"""Every public function, called with wrong arguments: it gives a correct answer, or an error that helps.

The long campaign, with random cases and a count for each function, is tests/benchmarks/bad_input.py.
"""

import inspect
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tinylearn
from tests.bad_input.cases import ANIMATIONS, CASES, RENDERED
from tests.bad_input.verdict import judge
from tinylearn import datasets

UNASKED = {"datasets.Cifar10": "a named tuple of what datasets.cifar10 returns"}


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name):
    subject = CASES[name]

    examples = 10 if name in ANIMATIONS | RENDERED else 20  # scenes take longer to be made

    @settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def every_case(data):
        case = data.draw(subject.cases())
        with tempfile.TemporaryDirectory() as folder:
            verdict = judge(name, subject, case, Path(folder))
        assert verdict.kind != "fault", f"{name}: {verdict.text}"

    every_case()


def test_every_public_name_has_its_row():
    public = {name for name, value in vars(tinylearn).items() if callable(value) and not name.startswith("_")}
    public |= {f"datasets.{name}" for name, value in vars(datasets).items() if callable(value)}
    asked = {match[0] for name in CASES if (match := re.match(r"(datasets\.)?\w+", name))}
    assert public - asked - UNASKED.keys() == set()


def test_every_argument_of_a_public_function_is_tried():
    for name, function in {**vars(tinylearn), **vars(datasets)}.items():
        for row in (name, f"datasets.{name}"):
            subject = CASES.get(row)
            if not inspect.isfunction(function) or subject is None or row == "fit":
                continue
            known = set(inspect.signature(function).parameters) - {"more", "settings", "download"}
            assert known <= {*subject.arguments} | {"record", "callbacks", "make_model"}, row
