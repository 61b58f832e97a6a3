"""Many episodes of one player on a frozen lake: the first ones move by move, and the ends of all."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from animations.data import Data, array, clock, positions, real, text
from animations.scenes.lake.board import ACTIONS, Rows, lake


class LakePlayer(Data):
    """E episodes of one player. The first few are known move by move, with N moves in all.

    name       the player's name
    rows       the map
    tiles      (N,) the tile before each of these moves
    actions    (N,) the action
    episodes   (N,) the number of its episode: 0, 1, …
    ends       (E,) the tile where each episode ended
    rate       the exact probability of winning
    policy     (T,) the action on each tile, if it is always the same; it is drawn
    chances    (M, T, T) of moves from tile to tile, after 0, 1, … moves: they explain the rate

    With chances, `values` (M + 1, T) is the probability of winning from each tile with 0, 1, … M moves left. Raises
    ValueError if the rate does not follow from them.
    """

    name: str = text()
    rows: Rows = lake()
    tiles: list[int] = positions("N", "T")
    actions: list[int] = positions("N", len(ACTIONS))
    episodes: np.ndarray = clock("N")
    ends: list[int] = positions("E", "T")
    rate: float = real(low=0, high=1)
    policy: list[int] | None = positions("T", len(ACTIONS), default=None)
    chances: np.ndarray | None = array("M", "T", "T", low=0, high=1, default=None, kw_only=True)

    def prepare(self) -> None:
        known = int(self.episodes[-1]) + 1
        if not np.array_equal(np.unique(self.episodes), np.arange(min(known, len(self.ends)))):
            raise ValueError(
                f"LakePlayer: episodes must count 0, 1, … up to {len(self.ends) - 1} at most, because ends has "
                f"{len(self.ends)}, got {sorted(set(self.episodes.tolist()))}"
            )
        starts = np.searchsorted(self.episodes, np.arange(known + 1))
        parts = [slice(*pair) for pair in pairwise(starts)]
        self.ways = [[*self.tiles[part], end] for part, end in zip(parts, self.ends, strict=False)]
        self.tried = [[*self.actions[part], -1] for part in parts]  # -1: no more actions
        ended = np.array(self.ends)[:, None] == np.arange(len(self.rows.letters))  # (G, T)
        self.counts = np.cumsum(np.vstack([np.zeros_like(ended[:1]), ended]), axis=0)  # (G + 1, T)

        self.starts = [tile for tile, letter in enumerate(self.rows.letters) if letter == "S"]
        self.values = None if self.chances is None else self._values(self.chances)

    def _values(self, chances: np.ndarray) -> np.ndarray:
        """Return the probability of winning from each tile (M + 1, T), by dynamic programming, backwards."""
        open_tiles = np.array([letter in "SF" for letter in self.rows.letters])
        values = [np.array([float(letter == "G") for letter in self.rows.letters])]
        for chance in reversed(chances):
            values.append(np.where(open_tiles, chance @ values[-1], values[0]))
        won = float(values[-1][self.starts].mean()) if self.starts else math.nan
        if not math.isclose(won, self.rate, rel_tol=1e-6, abs_tol=1e-12):
            raise ValueError(f"LakePlayer: rate must follow from chances, which give {won:.6g}, got {self.rate:.6g}")
        return np.stack(values)

    def slides(self, tile: int, action: int, after: int) -> bool:
        """Does a move lead to another tile than the action aims at?"""
        return after != self.rows.beside(tile, action)
