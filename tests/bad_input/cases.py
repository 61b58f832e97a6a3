"""The whole table of bad input: public name and purpose → how to call it, and with which arguments."""

from tests.bad_input.board_cases import BOARDS
from tests.bad_input.chart_cases import CHARTS
from tests.bad_input.data_cases import DATA
from tests.bad_input.descent_cases import DESCENTS
from tests.bad_input.layer_cases import LAYERS
from tests.bad_input.neuron_cases import NEURONS
from tests.bad_input.number_cases import NUMBERS
from tests.bad_input.part_cases import PARTS
from tests.bad_input.picture_cases import PICTURES
from tests.bad_input.recording_cases import RECORDINGS
from tests.bad_input.render_cases import MP4, RENDERED
from tests.bad_input.run_cases import RUNS
from tests.bad_input.training_cases import TRAINING
from tests.bad_input.verdict import Subject

SCENES = (CHARTS, DESCENTS, NEURONS, PICTURES, BOARDS, RUNS, PARTS)
ANIMATIONS = {name: subject for scenes in SCENES for name, subject in scenes.made.items()}
DRAWN = {name: subject for scenes in SCENES for name, subject in scenes.drawn.items()}
CASES: dict[str, Subject] = {**LAYERS, **NUMBERS, **TRAINING, **RECORDINGS, **DATA, **ANIMATIONS, **RENDERED}
SLOW: dict[str, Subject] = {**DRAWN, **MP4}  # the suite tries a few of these
