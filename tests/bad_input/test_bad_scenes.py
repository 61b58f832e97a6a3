"""Scenes that accept bad input: they are drawn like scenes of plain numbers, without a warning."""

import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

import animations
from tests.bad_input.cases import CASES, SCENES, SLOW
from tests.bad_input.hostile import Made
from tests.bad_input.verdict import judge

PLACED = {name: subject for scenes in SCENES for name, subject in scenes.placed.items()}


@settings(max_examples=12, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_not_refused_is_drawn(data):
    name = data.draw(st.sampled_from(sorted(SLOW)))
    case = data.draw(SLOW[name].cases())
    with tempfile.TemporaryDirectory() as folder:
        verdict = judge(name, SLOW[name], case, Path(folder))
    assert verdict.kind != "fault", f"{name}: {verdict.text}"


@pytest.mark.parametrize("name", PLACED)
def test_texts_stand_in_the_same_places_at_every_scale(name, tmp_path):
    """But for what letters are rounded to, half a pixel each, in a row of them."""
    subject, once = PLACED[name], settings(max_examples=1, database=None, phases=[Phase.generate])
    good = {key: argument.good for key, argument in subject.arguments.items()}
    found = {key: find(values, lambda _: True, settings=once).value for key, values in good.items()}

    def places(scale):
        given = {key: value.make(tmp_path) if isinstance(value, Made) else value for key, value in found.items()}
        return subject.call(scale=scale, **given)

    small, large = places(1), places(2)
    assert small.keys() == large.keys()
    for text, place in small.items():
        np.testing.assert_allclose(large[text], place, rtol=0, atol=20, err_msg=text)


def test_every_public_name_of_animations_has_its_row():
    asked = {re.match(r"\w+", name)[0] for name in CASES | SLOW}
    public = {name for name, made in vars(animations).items() if name[0] != "_" and callable(made)}
    assert public - asked == set()
