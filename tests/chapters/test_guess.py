"""Guesses and data of a page: what is refused, and in which words."""

import numpy as np
import pytest

from chapters.turns import Choose, Place
from chapters.turns.fragments import packed


@pytest.mark.parametrize(("start", "answer", "wrong"), [(-1, 2, "start .* got -1"), (1, 9, "answer .* got 9")])
def test_refuses_a_place_beyond_the_line(start, answer, wrong):
    with pytest.raises(ValueError, match=f"^Place: {wrong}; move the ends of the line apart$"):
        Place("Where?", "", name="w", low=0, high=4, start=start, answer=answer)


@pytest.mark.parametrize(("options", "right"), [(("a", "b"), "c"), (("a", "a"), "a"), (("a",), "a")])
def test_refuses_options_that_are_no_choice(options, right):
    with pytest.raises(ValueError, match=r"^Choose: options must be .* right as it stands in options$"):
        Choose("Which?", "", options=options, right=right)


def test_refuses_an_array_that_a_page_cannot_unpack():
    with pytest.raises(TypeError, match=r"^an array in a page must be one of .*, got int64; convert it with astype$"):
        packed({"rows": [np.arange(3)]})
