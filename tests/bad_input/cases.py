"""The whole table of bad input: public name and purpose → how to call it, and with which arguments."""

from tests.bad_input import scene_cases  # noqa: F401 (adds its rows)
from tests.bad_input.library_cases import DATA, LAYERS, NUMBERS, RECORDINGS, TRAINING
from tests.bad_input.picture_cases import MP4, RENDERED
from tests.bad_input.scenes import DRAWN, MADE

ANIMATIONS = MADE | RENDERED
CASES = LAYERS | NUMBERS | TRAINING | RECORDINGS | DATA | ANIMATIONS
SLOW = DRAWN | MP4  # the suite tries a few of these
