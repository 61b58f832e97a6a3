"""Episodes on the frozen lake, of one player or of two next to each other: how often do they reach the goal?

The first episodes are shown move by move. The others are counted: each tile shows how many ended there, and the bar
below shows how many were won, ended in a hole, or ran out of moves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations import checks
from animations.data import anything, text
from animations.kit import style
from animations.kit.page import SPACE, Page, PageScene
from animations.kit.steps import log_spaced_steps
from animations.kit.whys import explained
from animations.scenes.lake.board import ACTIONS, WATER, add_walker, arrow, draw_lake
from animations.scenes.lake.episode_whys import EPISODES
from animations.scenes.lake.player import LakePlayer
from animations.why import Why

MARGIN, GAP, LOW, HIGH, BAR = 40, 60, 130, 152, 22  # pixels: around and between lakes, below, above them; the bar
POLICY = "#98a1ac"  # of its arrows: by day and at night neither loud nor lost
COUNTED = 20  # frames, at most, that only count episodes
PARTS = (("Won", style.TARGET, "G"), ("In a hole", WATER, "H"), ("Out of moves", style.QUIET, "SF"))
SAID = {"G": "at the goal ✓", "H": "in a hole ✗", "S": "out of moves ✗", "F": "out of moves ✗"}


class LakeEpisodes(PageScene):
    """The episodes of one player, or of two: how the first ones went, and where all ended.

    title     the heading
    players   one or two `LakePlayer`, with the same numbers of episodes and of episodes known move by move
    note      a remark below the heading

    The gids: "episode", "episodes"; for the first player "won[0]", "lost[0]", "out[0]", "rate[0]", and "ended_0[5]" for
    the episodes that ended on tile 5, if it is a hole or the goal and one has ended there. `ended` are the frames that
    show the end of an episode.
    """

    title: str = text()
    players: tuple[LakePlayer, ...] = anything(
        lambda caller, name, value: checks.instances(caller, name, value, LakePlayer)
    )
    note: str = text(default="")

    glides = True

    def prepare(self) -> None:
        alike = {(len(player.ways), len(player.ends)) for player in self.players}
        if len(alike) != 1 or len(self.players) > 2:
            raise ValueError(
                "LakeEpisodes: players must be one or two, with equally many episodes, in all and move by move, got "
                f"{len(self.players)}: {[(player.name, len(player.ends), len(player.ways)) for player in self.players]}"
            )
        ((walked, episodes),) = alike
        lasts = [max(len(player.ways[episode]) for player in self.players) for episode in range(walked)]
        left = episodes - walked
        counted = log_spaced_steps(left, min(COUNTED, left + 1))[1:] if left else []
        self.episode = np.array([*np.repeat(np.arange(walked), lasts), *(walked - 1 + np.array(counted, int))])  # (S,)
        self.move = np.array([move for last in lasts for move in range(last)] + [-1] * len(counted))  # -1: counted
        self.frames = len(self.episode)
        self.ended = (np.cumsum(lasts) - 1).tolist()
        self.board = 480 if len(self.players) == 1 else 420
        wide = len(self.players) * (self.board + GAP) - GAP
        self.size = (2 * MARGIN + wide, LOW + self.board + HIGH)

    def draw(self, figure: FigureBase) -> None:
        self.page, top = Page(figure, self.size), self.size[1] - MARGIN
        end = self.page.row((MARGIN, top), self.page.text(self.title, size=style.LARGE, weight="bold"))
        self.page.clock(
            (end + 4 * SPACE, top), "Episode", "episode", self.episode + 1, len(self.players[0].ends), "episodes"
        )
        self.page.quiet(self.note, (MARGIN, top - 30))
        for number, player in enumerate(self.players):
            self._draw_player(number, player, MARGIN + number * (self.board + GAP))

    def describe(self, frame: int) -> str:
        episode, done = self.episode[frame] + 1, [self.done(player)[frame] for player in self.players]
        won = ", ".join(
            f"{player.name}: won {self._count(player, count, 'G')} of {count}, exact win rate {player.rate:.4f}"
            for player, count in zip(self.players, done, strict=True)
        )
        return f"Episode {episode} of {len(self.players[0].ends)}: {won}."

    def why(self, gid: str, frame: int) -> Why | None:
        return explained(gid, EPISODES, self, frame)

    def done(self, player: LakePlayer) -> np.ndarray:
        """Return how many episodes of a player have ended in each frame: (S,)."""
        lasts = np.array([len(way) - 1 for way in player.ways])
        walking = np.minimum(self.episode, len(lasts) - 1)
        return self.episode + ((self.move < 0) | (self.move >= lasts[walking]))

    def _count(self, player: LakePlayer, done: np.ndarray, letters: str) -> np.ndarray:
        """Return how many of the finished episodes ended on tiles with these letters."""
        return player.counts[done][..., [letter in letters for letter in player.rows.letters]].sum(axis=-1)

    def _draw_player(self, number: int, player: LakePlayer, left: float) -> None:
        """Draw a player's lake, the episodes on it, and below it their results."""
        page, rows = self.page, player.rows
        side = self.board / max(len(rows), len(rows[0]))
        middles = draw_lake(page, rows, (left, LOW + self.board), side)
        page.text(player.name, (left, LOW + self.board + 46), weight="bold")
        episode = np.minimum(self.episode, len(player.ways) - 1)
        move = [min(move, len(player.ways[g]) - 1) for g, move in zip(episode, self.move, strict=True)]
        tiles = np.array([player.ways[g][m] for g, m in zip(episode, move, strict=True)])  # (S,)
        tries = np.array([player.tried[g][m] for g, m in zip(episode, move, strict=True)])
        walking = self.move >= 0
        page.show(walking, *add_walker(page, middles, side, tiles, np.where(walking, episode, self.episode), tries))
        self._draw_arrows(player, middles, side, tiles, np.where(walking, tries, -1))
        self._say(player, episode, move, left)
        self._count_ends(number, player, middles, side)
        self._draw_bar(number, player, left)

    def _draw_arrows(
        self, player: LakePlayer, middles: np.ndarray, side: float, tiles: np.ndarray, tries: np.ndarray
    ) -> None:
        """Draw the policy, and in blue the action that is tried."""

        def aim(tile: Any, action: Any) -> np.ndarray:
            return arrow(middles[tile], action, 0.26 * side, 0.22 * side, 0.07 * side)

        known = [
            aim(tile, action) for tile, action in enumerate(player.policy or []) if player.rows.letters[tile] in "SF"
        ]
        self.page.axes.add_collection(PolyCollection(known, color=POLICY, zorder=1.8), autolim=False)
        tried = self.page.axes.add_collection(PolyCollection([], color=style.WEIGHT, zorder=4), autolim=False)
        self.page.bind(tried, verts=lambda frame: [aim(tiles[frame], tries[frame])] if tries[frame] >= 0 else [])

    def _say(self, player: LakePlayer, episodes: np.ndarray, moves: list[int], left: float) -> None:
        """Write what happens: the action, whether the player slides, how the episode ends."""
        said, colors = [], []
        for frame, (episode, move) in enumerate(zip(episodes, moves, strict=True)):
            way, action = player.ways[episode], player.tried[episode][move]
            slides = action >= 0 and player.slides(way[move], action, way[move + 1])
            words = SAID[player.rows.letters[way[move]]] if action < 0 else f"action: {ACTIONS[action]}"
            said.append("" if self.move[frame] < 0 else words + (", but it slides" if slides else ""))
            colors.append(
                style.ERROR if slides or said[-1].endswith("✗") else style.TARGET if action < 0 else style.INK
            )
        self.page.words(said, (left, LOW + self.board + 20), zorder=4)
        self.page.bind(self.page.axes.texts[-1], color=colors)

    def _count_ends(self, number: int, player: LakePlayer, middles: np.ndarray, side: float) -> None:
        """Write on each hole and on the goal how many episodes have ended there."""
        for tile, letter in enumerate(player.rows.letters):
            if letter in "HG":
                (x, y), count = middles[tile], player.counts[self.done(player), tile]
                color, aside = (style.TARGET, 0.16 * side) if letter == "G" else (style.INK, 0)
                made = self.page.number("{:.0f}", f"ended_{number}[{tile}]", count, (x + aside, y - 0.4 * side),
                                        ha="center", size=style.SMALL, color=color, weight="bold")  # fmt: skip
                self.page.show(count > 0, made)

    def _draw_bar(self, number: int, player: LakePlayer, left: float) -> None:
        """Draw a bar of all episodes so far, in three parts, and write the number of each."""
        page, done, ends, row = self.page, self.done(player), np.zeros(self.frames), []
        for (name, color, letters), gid in zip(PARTS, ("won", "lost", "out"), strict=True):
            count = self._count(player, done, letters)  # (S,)
            width = self.board * count / np.maximum(done, 1)
            part = page.axes.add_patch(Rectangle((left, LOW - 18 - BAR), 0, BAR, facecolor=color, zorder=2.6))
            page.bind(part, x=left + ends, width=width)
            ends = ends + width
            made = page.number("{:.0f}", f"{gid}[{number}]", count, color=color, weight="bold")
            row += [page.text(name, color=color), made]
        page.row((left, 62), *row, space=12)
        exact = page.text("Exact win rate", size=style.LARGE)
        rate = page.number("{:.4f}", f"rate[{number}]", player.rate, size=style.LARGE, weight="bold")
        page.row((left, 28), exact, rate)
        page.show(self.move < 0, exact, rate)  # the answer comes when the episodes are counted
