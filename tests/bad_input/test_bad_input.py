"""Every public function, called with wrong arguments: it gives a correct answer, or an error that helps.

The long campaign, with random cases and a count for each function, is tests/benchmarks/bad_input.py.
"""

import inspect
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st

import animations
import tinylearn
from tests.bad_input.cases import ANIMATIONS, CASES, SLOW
from tests.bad_input.hostile import WRONG, Made
from tests.bad_input.scenes import PLACED
from tests.bad_input.verdict import judge
from tinylearn import datasets

UNASKED = {  # what takes no arguments, or is not made by callers
    *("Layer", "Loss", "Update", "GradientReport", "GradientError", "DivergenceError"),
    *("datasets.Cifar10", "datasets.celsius_fahrenheit", "datasets.gdp"),
}
ALWAYS = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def judged(name, subject, case):
    with tempfile.TemporaryDirectory() as folder:
        judge(name, subject, case, Path(folder))


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name):
    examples = 10 if name in ANIMATIONS else 20  # scenes take longer to be made

    @settings(ALWAYS, max_examples=examples)
    @given(CASES[name].cases())
    def every_case(case):
        judged(name, CASES[name], case)

    every_case()


@settings(ALWAYS, max_examples=12)
@given(st.sampled_from(sorted(SLOW)), st.data())
def test_what_need_not_be_refused_is_drawn_like_a_scene_of_plain_numbers_without_a_warning(name, data):
    case = data.draw(SLOW[name].cases())
    assume(all(given.plain is not WRONG for given in case.values()))
    judged(name, SLOW[name], case)


@pytest.mark.parametrize("name", PLACED)
def test_texts_stand_in_the_same_places_at_every_scale(name, tmp_path):
    """But for what letters are rounded to, half a pixel each, in a row of them."""
    once = settings(max_examples=1, database=None, phases=[Phase.generate])
    arguments = PLACED[name].arguments.items()
    found = {key: find(argument.good, lambda _: True, settings=once).value for key, argument in arguments}

    def places(scale):
        made = {key: value.make(tmp_path) if isinstance(value, Made) else value for key, value in found.items()}
        return PLACED[name].call(scale=scale, **made)

    small, large = places(1), places(2)
    assert small.keys() == large.keys()
    for text, place in small.items():
        np.testing.assert_allclose(large[text], place, rtol=0, atol=20, err_msg=text)


def test_every_public_name_has_its_row():
    public = {name for module in (tinylearn, animations) for name, value in vars(module).items()
              if callable(value) and name[0] != "_"}  # fmt: skip
    public |= {f"datasets.{name}" for name, value in vars(datasets).items() if callable(value)}
    asked = {match[0] for name in CASES | SLOW if (match := re.match(r"(datasets\.)?\w+", name))}
    assert public - asked == UNASKED


def test_every_argument_of_a_public_function_is_tried():
    for name, function in {**vars(tinylearn), **vars(datasets)}.items():
        for row in (name, f"datasets.{name}"):
            if inspect.isfunction(function) and row in CASES and row != "fit":
                known = set(inspect.signature(function).parameters) - {"more", "settings", "download"}
                assert known <= {*CASES[row].arguments} | {"record", "callbacks", "make_model", "rng"}, row
