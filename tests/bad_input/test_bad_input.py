"""Every public function, given what nobody should give it: a right answer, or a refusal that helps.

The long campaign, with random cases and a count for each function, is tests/benchmarks/bad_input.py.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bad_input.tinylearn_cases import CASES
from tests.bad_input.verdict import judge


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name):
    subject = CASES[name]

    @settings(max_examples=25, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def every_case(data):
        case = data.draw(subject.cases())
        with tempfile.TemporaryDirectory() as folder:
            verdict = judge(name, subject, case, Path(folder))
        assert verdict.kind != "fault", f"{name}: {verdict.text}"

    every_case()
