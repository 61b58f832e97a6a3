"""Chapter 8: the game, and what the network said after each epoch, beside the exact values."""

import numpy as np

from chapters.lake import MAP, MOVES, greedy, make_lake, open_tiles, play
from chapters.lake_values import exact_values, mean_of_four

HANDED = ("first_lake",)
CAPTIONS = set()
UNPLACED = set()


def films(handed):
    (_, (_, tables)) = handed["first_lake"][0]
    exact = exact_values(make_lake(), mean_of_four, MOVES)
    game = play(make_lake(), greedy(tables[-1]))
    tiles = game.tiles[: min(len(game.actions), 12)]

    def moves(frame):
        tile = tiles[frame // 3]
        found = {"move": frame // 3 + 1, "moves": len(tiles), "tile": tile}
        for action in range(4):
            found |= {f"predicted[{action}]": tables[-1][tile, action], f"exact[{action}]": exact[tile, action]}
        return found

    def policy(frame):
        found = {"epoch": frame, "last_epoch": len(tables) - 1, "pairs": 44}
        pairs = [(tile, action) for tile in open_tiles(MAP) for action in range(4)]
        for tile, action in pairs:
            found |= {f"predicted[{tile},{action}]": tables[frame][tile, action]}
            found |= {f"exact[{tile},{action}]": exact[tile, action]}
        return found | {"error": np.mean([abs(tables[frame] - exact)[pair] for pair in pairs])}

    return {
        "ch08_frozen_lake": {"source": moves, "names": {"move": "Move", "moves": "of", "tile": "from tile"}},
        "ch08_learning_to_win": {
            "source": policy,
            "names": {"epoch": "Epoch", "last_epoch": "of", "error": "Mean error", "pairs": "over"},
        },
    }
