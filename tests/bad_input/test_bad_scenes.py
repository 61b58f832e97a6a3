"""Scenes that were made of bad input and not refused: they are drawn as plain numbers are, without a warning."""

import re
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import animations
from tests.bad_input.cases import CASES, SLOW
from tests.bad_input.verdict import judge


@settings(max_examples=12, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_not_refused_is_drawn(data):
    name = data.draw(st.sampled_from(sorted(SLOW)))
    case = data.draw(SLOW[name].cases())
    with tempfile.TemporaryDirectory() as folder:
        verdict = judge(name, SLOW[name], case, Path(folder))
    assert verdict.kind != "fault", f"{name}: {verdict.text}"


def test_every_public_name_of_animations_has_its_row():
    asked = {re.match(r"\w+", name)[0] for name in CASES | SLOW}
    public = {name for name in animations.__all__ if callable(getattr(animations, name))}  # all but `style`
    assert public - asked == set()
