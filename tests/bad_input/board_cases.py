"""Bad input for boards: windows that move over one, and a frozen lake."""

from __future__ import annotations

import numpy as np

import animations as an
from tests.bad_input.hostile import WRONG, array, choice, integer, real
from tests.bad_input.scene_arguments import Scenes, clock, objects, optional, word, words
from tests.bad_input.verdict import Subject

BOARDS = Scenes()
scene = BOARDS.add

BOARD = array(3, 4, low=-9, high=9, nan=WRONG)
scene("ConvolutionSteps", an.ConvolutionSteps, image=BOARD, kernel=array(2, 2, low=-9, high=9, nan=WRONG),
      stride=integer(1, 2), padding=integer(0, 1, low=0), title=word("", "Edges"), name=word("", "one"))  # fmt: skip
scene("MaxPoolingSteps", an.MaxPoolingSteps, image=BOARD, size=integer(2, 1), stride=optional(integer(1, 2)),
      padding=integer(0, low=0), title=word("", "Largest"), name=word("", "one"),
      speaks=("MaxPool2D",))  # fmt: skip
MAP = choice(
    ["SF", "HG"], ("SF", "HG"), wrong=["SFHG", None, [], [""], ["SF", "H"], ["SX", "HG"], [1, 2], ["sf", "hg"]]
)
CHANCES = array(4, 4, low=0, nan=WRONG)
TILES = [[0, 4, 3], [0, -1, 3], [0, 1.5, 3], [0], [], None, "013", [0, 1, 3, 3], [[0, 1, 3]], ["0", "1", "3"]]
scene("LakeMoves", an.LakeMoves, rows=MAP, tiles=choice([0, 1, 3], np.array([0, 1, 3]), wrong=TILES),
      actions=choice([2, 1], wrong=[[2, 4], [2, -1], [2], [], None, "21", [2.5, 1], [2, np.nan]]),
      predictions=CHANCES, exact=CHANCES)  # fmt: skip
WAYS = [[[0], [0, 1]], [[0], [0, 1], [0, 4]], [[0], [0, 1], []], [[0], [0, 1], [0.5]], [0, 1, 3], [[0], [0, 1], None]]
scene("LakeLearning", an.LakeLearning, rows=MAP, predictions=array(3, 4, 4, low=0, nan=WRONG),
      wins=array(3, 4, low=0, nan=WRONG), ways=choice([[0], [0, 1], [0, 1, 3]], wrong=[None, "013", [], *WAYS]),
      steps=clock(0, 1, 4), phases=words("first", "first", "then"))  # fmt: skip


def player(name: str = "It", ends: tuple[int, ...] = (3, 2, 3)) -> an.LakePlayer:
    return an.LakePlayer(name, ("SF", "HG"), [0, 1, 0], [2, 1, 1], [0, 0, 1], ends, 0.5)


BOARDS.made["LakePlayer"] = Subject(
    lambda **given: [(made := an.LakePlayer(**given)).name, made.ways, made.tried, made.counts, made.rate],
    name=word("", "It"), rows=MAP, tiles=choice([0, 1, 0], np.array([0, 1, 0]), wrong=[*TILES[1:], [0, 1]]),
    actions=choice([2, 1, 1], wrong=[[2, 4, 1], [2, -1, 1], [2, 1], [], None, "211", [2.5, 1, 1]]),
    episodes=clock(0, 0, 1, wrong=[[0, 0, 2], [1, 1, 1], [0, 0, 10**9]]),
    ends=choice([3, 2], [3, 2, 3, 2], wrong=[[3], [], [3, 4], [3, -1], None, "32", [3, 2.5], [[3, 2]]]),
    rate=real(0.5, low=0, high=1),
    policy=choice(None, [2, 1, 0, 0], wrong=[[2, 1, 0], [2, 1, 0, 4], "2100", [], 3]),
)  # fmt: skip
OTHERS = [(player(), player(ends=(3, 2))), (player(),) * 3, player()]
scene("LakeEpisodes", an.LakeEpisodes, title=word("", "Episodes"), note=word("", "It slides."),
      players=objects("LakePlayer(…)", player, lambda: player("She"), wrong=OTHERS))  # fmt: skip
