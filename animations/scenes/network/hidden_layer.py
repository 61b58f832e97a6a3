"""A hidden layer at work: what some of its neurons have learned to look for, and how strongly each responds.

    picture  →  each neuron: ReLU(x @ w + b), its answer  →  the layers after it  →  the probability of "yes"

S frames, K neurons, H W rows and columns of two pictures that go through the same network.
"""

from __future__ import annotations

import sys

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from animations.data import array, clock, instance, pixels, positions, text, texts
from animations.kit import style
from animations.kit.chain import Predictions
from animations.kit.colours import growing_limits
from animations.kit.labels import with_article
from animations.kit.maps import draw_map, draw_scale
from animations.kit.page import Page, PageScene
from animations.scenes.network.hidden_whys import hidden_why
from animations.why import Why

MOST = 4  # neurons
PICTURE, SIDE, LEFT, FIRST, STEP = 128, 192, 30, 200, 222  # sides of pictures and maps; where they begin; map to map
MIDDLE, BASE, REACH = 326, 104, 118  # of the maps; from there to the bars; the longest bar
ROWS = (("upper", 1, 489), ("lower", -1, 163))  # of each picture: its name, the direction of its bars, its middle


class HiddenLayer(PageScene):
    """Maps of K neurons in a row, with a bar above and below each: its answers to the upper and the lower picture.

    A bar shows how large an answer is, relative to the largest of this neuron in any frame. The colour scale of the
    maps grows with the weights.

    pictures   (2, H, W, 3) in [0, 1]
    learned    (S, H, W, K) what training has added to the weights: blue above zero, red below
    answers    (S, 2, K) after ReLU
    predicted  (S, 2) the probability of the second class
    steps      (S,) the update of each frame
    targets    the true class of each picture, 0 or 1
    classes    the names of the classes 0 and 1
    note       a word about the pictures
    title      the kind of neurons
    ends       what the neurons on the left have in common, and those on the right
    network    the recorded network's pass for both pictures, to explain each number; it needs `neurons`, the numbers of
               the K neurons, and `layer`, whose out is their answers

    gids: "step", "last_step", "scale[-1]", "scale[1]"; of the upper picture and neuron k "upper.answers[k]" and
    "upper.predicted", of the lower one "lower.answers[k]" and "lower.predicted".
    """

    pictures: np.ndarray = pixels(2, "H", "W", 3)
    learned: np.ndarray = array("S", "H", "W", "K")
    answers: np.ndarray = array("S", 2, "K", low=0, hint="; take them after ReLU")
    predicted: np.ndarray = array("S", 2, low=0, high=1)
    steps: np.ndarray = clock("S")
    targets: list[int] = positions("P", 2, kw_only=True)
    classes: tuple[str, ...] = texts(2, kw_only=True)
    note: str = text(default="", kw_only=True)
    title: str = text(kw_only=True)
    ends: tuple[str, ...] = texts(2, kw_only=True)
    network: Predictions | None = instance(Predictions, default=None, kw_only=True)
    layer: str = text(default="relu_1", kw_only=True)
    neurons: list[int] | None = positions("K", sys.maxsize, default=None, kw_only=True)

    size = (1346, 720)

    def prepare(self) -> None:
        if len(self.targets) != 2 or self.lengths["K"] > MOST:
            raise ValueError(
                f"HiddenLayer: expected two targets and 1 to {MOST} neurons, got {self.targets} and {self.lengths['K']}"
            )
        if self.network is not None:
            self._check_network(self.network)
        self.limits = growing_limits(self.learned)
        largest = self.answers.max(axis=(0, 1))
        self.lengths_of_bars = REACH * self.answers / np.where(largest == 0, 1, largest)

    def _check_network(self, network: Predictions) -> None:
        """Raise ValueError unless the last answers and probabilities are those of the network."""
        step, neurons = int(self.steps[-1]), self.neurons or list(range(self.lengths["K"]))
        layers = network.look(step).layers
        seen, said = layers.get(self.layer), layers[network.model.layer_names[-1]].out.ravel()
        fits = seen is not None and seen.out.ndim == 2 and len(seen.out) == 2 and max(neurons) < seen.out.shape[1]
        if seen is None or not fits or not np.allclose(seen.out[:, neurons], self.answers[-1], rtol=1e-4, atol=1e-6):
            raise ValueError(
                f"HiddenLayer: the network does not give these answers after update {step}; give the recording, model "
                f"and x of both pictures that made them, with the layer, now {self.layer!r}, and its neurons"
            )
        if said.shape != (2,) or not np.allclose(said, self.predicted[-1], rtol=1e-4, atol=1e-6):
            raise ValueError(
                f"HiddenLayer: the network must give these probabilities after update {step}, {self.predicted[-1]}, "
                f"but gives {said[:4]}; if its loss takes logits, give a model with Sigmoid() at its end"
            )
        self.neurons = neurons

    def why(self, gid: str, frame: int) -> Why | None:
        return hidden_why(self, gid, frame)

    def draw(self, figure: FigureBase) -> None:
        self.page = page = Page(figure, self.size)
        end = page.clock((LEFT, 684), "Update", "step", self.steps, self.steps[-1], size=style.LARGE)
        page.phase((end + 22, 684))
        page.text(self.title, (1310, 684), size=style.LARGE, ha="right")
        self._draw_legend()
        for neuron in range(self.lengths["K"]):
            self._draw_neuron(neuron, FIRST + STEP * neuron)
        for picture, (_, _, y) in enumerate(ROWS):
            self._draw_picture(picture, y)
            self._draw_probability(picture, y)

    def said(self, picture: int, frame: int) -> str:
        """Return the network's answer to a picture, and whether it is right; one half counts as the second class."""
        p, true = self.predicted[frame, picture], self.targets[picture]
        answer = int(p > 0.5)
        if p == 0.5:
            return f"counts as {self.classes[1]}"
        return f"says {self.classes[answer]} {'✓' if answer == true else '✗'}"

    def describe(self, frame: int) -> str:
        shown = []
        for picture, target in enumerate(self.targets):
            answers = ", ".join(f"{answer:.2f}" for answer in self.answers[frame, picture])
            shown.append(f"shown {with_article(self.classes[target])}, the neurons answer {answers}, "
                         f"and the network {self.said(picture, frame)}")  # fmt: skip
        return f"Update {self.steps[frame]} of {self.steps[-1]}: {'; '.join(shown)}."

    def _draw_legend(self) -> None:
        """Write what the maps and the bars are, and what the colours mean."""
        page = self.page
        right = FIRST + STEP * (self.lengths["K"] - 1) + SIDE
        page.quiet(self.ends[0], (FIRST, 606))
        page.quiet(self.ends[1], (right, 606), ha="right")
        page.text("what training", (LEFT, MIDDLE + 48), color=style.WEIGHT)
        page.text("added to w", (LEFT, MIDDLE + 26), color=style.WEIGHT)
        draw_scale(page, (LEFT, MIDDLE - 8), FIRST - LEFT - 14, self.limits)
        page.quiet("the later layers turn", (right + 20, MIDDLE + 10))
        page.quiet("them into one answer", (right + 20, MIDDLE - 14))

    def _draw_neuron(self, neuron: int, left: int) -> None:
        """Draw the map of a neuron, and its answers above and below it as bars with their numbers."""
        page, x = self.page, left + SIDE / 2
        draw_map(page, (left, MIDDLE - SIDE // 2), SIDE, self.learned[..., neuron], self.limits)
        for picture, (name, sign, _) in enumerate(ROWS):
            base, answers = MIDDLE + sign * BASE, self.answers[:, picture, neuron]
            lengths = sign * self.lengths_of_bars[:, picture, neuron]
            bar = page.axes.add_patch(Rectangle((x - 36, base), 72, 0, color=style.INPUT, linewidth=0, zorder=3))
            number = page.number("{:.2f}", f"{name}.answers[{neuron}]", answers, (x, base), ha="center")
            page.bind(bar, height=lengths)
            page.bind(number, y=base + lengths + sign * 16)
            page.bind(page.line((x - 48, base), (x + 48, base), style.INK, linewidth=1, zorder=4))

    def _draw_picture(self, picture: int, y: int) -> None:
        """Draw a picture, and write what it shows."""
        page = self.page
        axes = page.image((LEFT, y - PICTURE // 2), (PICTURE, PICTURE))
        axes.imshow(self.pictures[picture], interpolation="nearest")
        top = y + ROWS[picture][1] * (PICTURE // 2 + 18)
        name = page.text(with_article(self.classes[self.targets[picture]]), size=style.LARGE, weight="bold")
        page.row((LEFT, top), name, page.quiet(self.note))

    def _draw_probability(self, picture: int, y: int) -> None:
        """Draw the probability as a bar between the two classes, with its number and the answer."""
        page, (no, yes), p, half = self.page, self.classes, self.predicted[:, picture], REACH / 2
        start = FIRST + STEP * (self.lengths["K"] - 1) + SIDE + 16
        page.arrow((start, y), (start + 34, y), style.INK, head=12)
        page.probability((start + 46, y - half), (30, REACH), p)
        page.text(yes, (start + 61, y + half + 17), ha="center")
        page.text(no, (start + 61, y - half - 17), ha="center")
        page.number("{:.3f}", f"{ROWS[picture][0]}.predicted", p, (start + 92, y + 8), ha="left", weight="bold")
        page.quiet("probability", (start + 92, y + 32), size=style.SMALL)
        page.verdict(lambda frame: self.said(picture, frame), (start + 92, y - 24))
