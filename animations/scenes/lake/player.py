"""How somebody played many games on a frozen lake: the first of them move by move, of all where they ended."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from animations.data import Data, clock, positions, real, text
from animations.scenes.lake.board import ACTIONS, Rows, lake


class LakePlayer(Data):
    """G games of one player. The first few are known move by move, N moves in all.

    name      the player's
    rows      the map
    tiles     (N,) the tile before each of these moves
    actions   (N,) the action
    games     (N,) the game that it belongs to: 0, 1, …
    ends      (G,) the tile on which each game ended
    rate      the exact probability of winning
    policy    (T,) the action on each tile, if that is always the same; it is drawn
    """

    name: str = text()
    rows: Rows = lake()
    tiles: list[int] = positions("N", "T")
    actions: list[int] = positions("N", len(ACTIONS))
    games: np.ndarray = clock("N")
    ends: list[int] = positions("G", "T")
    rate: float = real(low=0, high=1)
    policy: list[int] | None = positions("T", len(ACTIONS), default=None)

    def prepare(self) -> None:
        known = int(self.games[-1]) + 1
        if not np.array_equal(np.unique(self.games), np.arange(min(known, len(self.ends)))):
            raise ValueError(
                f"LakePlayer: games must count 0, 1, … up to {len(self.ends) - 1} at most, as ends has "
                f"{len(self.ends)}, got {sorted(set(self.games.tolist()))}"
            )
        starts = np.searchsorted(self.games, np.arange(known + 1))
        parts = [slice(*pair) for pair in pairwise(starts)]
        self.ways = [[*self.tiles[part], end] for part, end in zip(parts, self.ends, strict=False)]
        self.tried = [[*self.actions[part], -1] for part in parts]  # -1: nothing more
        ended = np.array(self.ends)[:, None] == np.arange(len(self.rows.letters))  # (G, T)
        self.counts = np.cumsum(np.vstack([np.zeros_like(ended[:1]), ended]), axis=0)  # (G + 1, T)

    def slides(self, tile: int, action: int, after: int) -> bool:
        """Does a move lead elsewhere than the action wants?"""
        return after != self.rows.beside(tile, action)
