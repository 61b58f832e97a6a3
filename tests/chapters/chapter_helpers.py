"""A quick run of a chapter, and what is asked of every accuracy that one states."""

import numpy as np
import pytest


def quick_run(chapter, folder, formats):
    """Return what a quick run of the chapter returns, the films that it draws, and their folder."""
    films = {}
    with pytest.MonkeyPatch.context() as patch:
        draw = chapter.draw
        patch.setattr(chapter, "draw", lambda found, *others: (films.update(found), draw(found, *others)))
        return chapter.main(folder, quick=True, formats=formats), films, folder


def check_scorecard(headline, name, count):
    """The accuracy of `name` on `count` pictures comes with count, matrix, baseline, interval, and a true verdict."""
    right, total = (int(word) for word in headline[f"{name}, right"].split(" of "))
    matrix = np.array(headline[f"{name}, confusion matrix"])
    assert (matrix.trace(), matrix.sum(), total) == (right, total, count)
    assert headline[f"{name}, accuracy"] == right / total
    assert headline[f"{name}, baseline"] == matrix.sum(axis=1).max() / total
    low, high = headline[f"{name}, 95 % interval"]
    assert low < right / total < high
    assert headline[f"{name}, verdict"].startswith("better than") == (low > headline[f"{name}, baseline"])
