"""Pages that compute: each equals its recording, and the Python that one copies gives the numbers on the screen."""

import pytest

from tests.chapters.turns import check_python, given, in_node

TURNS = {  # name → chapter, how far from the recording a state may be, settings of one's own
    "neuron": (3, 1e-13, [{"update": 6}, {"rate": 0.0004, "update": 100}, {"rate": 0.0006, "update": 50},
                          {"y": [-40, -22, 14, 32, 41, 50, 68, 104, 140, -80], "update": 1000}]),
    "curve_walk": (2, 1e-9, [{"step": 3}, {"rate": 0.95, "start": 18.5, "step": 100}, {"rate": 1.1, "step": 60},
                             {"curve": "hollows", "start": 2, "rate": 0.05, "step": 5}]),
    "valley": (2, 1e-9, [{"step": 7}, {"optimizer": "momentum", "rate": 0.03, "step": 50},
                         {"optimizer": "RMSprop", "rate": 0.3, "start": [2.5, -1], "step": 50},
                         {"optimizer": "Adam", "rate": 0.75, "start": [-9, 0], "step": 90}, {"rate": 1.2, "step": 99}]),
}  # fmt: skip


@pytest.fixture(scope="module", params=TURNS)
def found(request, tmp_path_factory):
    chapter, tolerance, settings = TURNS[request.param]
    tmp_path = tmp_path_factory.mktemp(request.param)
    return in_node(request.param, given(chapter, tmp_path)[request.param], tmp_path, settings), tolerance


def test_every_state_equals_the_recording(found):
    result, tolerance = found
    assert result["found"]["states"] > 1
    assert result["found"]["largest"] <= tolerance


def test_copied_python_gives_the_numbers_on_the_screen(found, capsys):
    result, tolerance = found
    for run in result["runs"]:
        check_python(run, max(tolerance, 1e-9))
    assert "=" in capsys.readouterr().out
