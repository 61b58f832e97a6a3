"""All rows of the table of bad input: public name, and what for, → how it is called, and with what."""

from tests.bad_input.animations_cases import ANIMATIONS, DRAWN
from tests.bad_input.data_cases import DATA
from tests.bad_input.layer_cases import LAYERS
from tests.bad_input.number_cases import NUMBERS
from tests.bad_input.recording_cases import RECORDINGS
from tests.bad_input.render_cases import MP4, RENDERED
from tests.bad_input.training_cases import TRAINING
from tests.bad_input.verdict import Subject

CASES: dict[str, Subject] = {**LAYERS, **NUMBERS, **TRAINING, **RECORDINGS, **DATA, **ANIMATIONS, **RENDERED}
SLOW: dict[str, Subject] = {**DRAWN, **MP4}  # of which the suite tries few
