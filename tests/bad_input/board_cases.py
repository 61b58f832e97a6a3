"""Bad input for boards: windows that move over one, and a frozen lake."""

from __future__ import annotations

import numpy as np

import animations as an
from tests.bad_input.hostile import WRONG, array, choice, whole
from tests.bad_input.scene_arguments import Scenes, clock, optional, word, words

BOARDS = Scenes()
scene = BOARDS.add

BOARD = array(3, 4, low=-9, high=9, nan=WRONG)
scene("ConvolutionSteps", an.ConvolutionSteps, image=BOARD, kernel=array(2, 2, low=-9, high=9, nan=WRONG),
      stride=whole(1, 2), padding=whole(0, 1, low=0), title=word("", "Edges"), name=word("", "one"))  # fmt: skip
scene("MaxPoolingSteps", an.MaxPoolingSteps, image=BOARD, size=whole(2, 1), stride=optional(whole(1, 2)),
      padding=whole(0, low=0), title=word("", "Largest"), name=word("", "one"),
      speaks=("MaxPool2D",))  # fmt: skip
MAP = choice(
    ["SF", "HG"], ("SF", "HG"), wrong=["SFHG", None, [], [""], ["SF", "H"], ["SX", "HG"], [1, 2], ["sf", "hg"]]
)
CHANCES = array(4, 4, low=0, nan=WRONG)
TILES = [[0, 4, 3], [0, -1, 3], [0, 1.5, 3], [0], [], None, "013", [0, 1, 3, 3], [[0, 1, 3]], ["0", "1", "3"]]
scene("LakeMoves", an.LakeMoves, rows=MAP, tiles=choice([0, 1, 3], np.array([0, 1, 3]), wrong=TILES),
      actions=choice([2, 1], wrong=[[2, 4], [2, -1], [2], [], None, "21", [2.5, 1], [2, np.nan]]),
      predictions=CHANCES, exact=CHANCES)  # fmt: skip
scene("LakePolicy", an.LakePolicy, rows=MAP, predictions=array(3, 4, 4, low=0, nan=WRONG), exact=CHANCES,
      epochs=clock(0, 1, 4), phases=words("first", "first", "then"))  # fmt: skip
