"""Explains the numbers of a filter's update: all belong to one weight, the framed one.

gradient            the pulls of four places, of the other places, of the other pictures
pull[n,r,c]         dout · x: picture n, the place in row r, column c
pull.picture[n]     all places of picture n
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from animations.kit.chain import Chain
from animations.kit.whys import Table, added, noted, place
from animations.scenes.convolution.pixel_whys import COLOURS, network_input, pixel, under
from animations.scenes.convolution.pulls import patches_of
from animations.why import Line, Sum, Term, Why

DOUT = "handed back by backpropagation: how fast the loss grows with this number of the map"


def _pulls(scene: Any) -> np.ndarray:
    """Return what every place of every picture adds to the gradient of the framed weight: (N, H, W)."""
    i, j, channel = scene.largest
    patches = patches_of(scene.x, scene.gradient.shape[:2])
    return scene.dout.astype(float) * patches[..., i, j, channel]


def _pull(scene: Any, frame: int, n: int, r: int, c: int) -> Why:
    """Explain the pull of one place."""
    i, j, channel = scene.largest
    row, column = under(r, c, i, j, scene.gradient.shape)
    (height, width), dout, pull = scene.x.shape[1:3], float(scene.dout[n, r, c]), float(_pulls(scene)[n, r, c])
    seen = Term(0.0)  # in the padding
    if 0 <= row < height and 0 <= column < width:
        seen = Term(float(scene.x[n, row, column, channel]), f"x[{n},{row},{column},{channel}]")
    line = Line("dout · the input that lay under the framed weight", Term(dout, _dout_gid(scene, n, r, c)), "*", seen,
                "=", pull)  # fmt: skip
    return Why(f"the pull of the place in {place(r, c)}", pull, [line])


def _dout_gid(scene: Any, n: int, r: int, c: int) -> str:
    """Return the gid of a dout: for the four places, the one on the picture."""
    drawn = n == scene.chosen and (r, c) in scene.shown
    return f"dout[{scene.shown.index((r, c))}]" if drawn else f"dout[{n},{r},{c}]"


def _shown_pull(scene: Any, frame: int, k: int) -> Why:
    return _pull(scene, frame, scene.chosen, *scene.shown[k])


def _dout(scene: Any, frame: int, n: int, r: int, c: int) -> Why:
    """Explain a dout: with a recording, back along the chain to the loss."""
    says, value = f"dout of the place in {place(r, c)}", float(scene.dout[n, r, c])
    if scene.recorded is None:
        return noted(says, DOUT, value)
    layer, k = scene.recorded.name.rpartition(".")[0], scene.recorded.filter
    told = scene.recorded.chain.why(f"dout.{layer}[{n},{r},{c},{k}]", scene.step)
    return replace(told, says=says) if told else noted(says, DOUT, value)


def _shown_dout(scene: Any, frame: int, k: int) -> Why:
    return _dout(scene, frame, scene.chosen, *scene.shown[k])


def _places(scene: Any, frame: int) -> Why:
    count = scene.others[0]
    line = Line("the places of this picture that pull, without the four shown", count + len(scene.shown), "-",
                len(scene.shown), "=", count)  # fmt: skip
    return Why("how many other places pull", count, [line])


def _pictures(scene: Any, frame: int) -> Why:
    count = len(scene.x)
    return Why("how many other pictures pull", count - 1, [Line("the batch, less this one", count, "- 1 =", count - 1)])


def _pull_of_places(scene: Any, frame: int) -> Why:
    """Explain the pull of the other places of the picture."""
    total = float(scene.columns[4][scene.largest])
    return Why("the pull of the other places", total, [_added_places(scene, scene.chosen, scene.shown, total)])


def _added_places(scene: Any, n: int, without: list[tuple[int, int]], total: float) -> Sum:
    """Return the sum over the places of picture n, without some."""
    rows = [(place(r, c), pull, f"pull[{n},{r},{c}]")
            for (r, c), pull in np.ndenumerate(_pulls(scene)[n]) if pull and (r, c) not in without]  # fmt: skip
    return added("dout · input of each place", rows, total)


def _pull_of_pictures(scene: Any, frame: int) -> Why:
    """Explain the pull of all other pictures."""
    total = float(scene.columns[5][scene.largest])
    rows = [(f"picture {n + 1}", math.fsum(pulls.flat), f"pull.picture[{n}]")
            for n, pulls in enumerate(_pulls(scene)) if n != scene.chosen]  # fmt: skip
    return Why("the pull of the other pictures", total, [added("the pull of each picture", rows, total)])


def _pull_of_picture(scene: Any, frame: int, n: int) -> Why:
    total = math.fsum(_pulls(scene)[n].flat)
    return Why(f"the pull of picture {n + 1} of the batch", total, [_added_places(scene, n, [], total)])


def _gradient(scene: Any, frame: int) -> Why:
    """Explain the gradient: the first six columns, added up."""
    names = [*(f"place {name}" for name in "abcd"), "other places", "other pictures"]
    gids = [*(f"pull[{k}]" for k in range(4)), "pull.places", "pull.pictures"]
    rows = [(name, float(column[scene.largest]), gid)
            for name, gid, column in zip(names, gids, scene.columns, strict=False)]  # fmt: skip
    total = float(scene.gradient[scene.largest])
    return Why(f"the gradient of {_framed(scene)}", total, [added("all pulls", rows, total)])


def _framed(scene: Any) -> str:
    """Name the framed weight."""
    i, j, channel = scene.largest
    return f"the framed weight of filter {scene.letter}, {COLOURS[channel]}, {place(i, j)}"


def _before(scene: Any, frame: int) -> Why:
    words = "the initial value" if scene.step == 1 else f"what {scene.step - 1} updates have made of it"
    return noted(f"{_framed(scene)}, before update {scene.step}", words, scene.before[scene.largest])


def _change(scene: Any, frame: int) -> Why:
    """Explain the step: the optimiser's, against the gradient."""
    before, after = (float(w[scene.largest]) for w in (scene.before, scene.after))
    gradient = Term(float(scene.gradient[scene.largest]), "gradient")
    lines = [Line("the optimiser steps against the gradient, which is", gradient),
             Line("the weight after its step − the weight before", Term(after, "after"), "-",
                  Term(before, "before"), "=", after - before)]  # fmt: skip
    return Why(f"the step of {_framed(scene)}", after - before, lines)


def _after(scene: Any, frame: int) -> Why:
    """Explain the weight after the update: with a recording, by the optimiser's lines."""
    before, after = (float(w[scene.largest]) for w in (scene.before, scene.after))
    says = f"{_framed(scene)}, after update {scene.step}"
    if scene.recorded is not None:
        gid = f"{scene.recorded.name}[{','.join(str(int(i)) for i in scene.largest)},{scene.recorded.filter}]"
        told = scene.recorded.chain.why(gid, scene.step)
        if told:
            drawn = {f"gradient.{gid}": "gradient", f"before.{gid}": "before"}
            return replace(told.renamed(lambda each: drawn.get(each, each)), says=says)
    line = Line("before + step", Term(before, "before"), "+", Term(after - before), "=", after)
    return Why(says, after, [line])


def _input(scene: Any, frame: int, n: int, r: int, c: int, k: int) -> Why:
    return network_input(scene.x[n], scene.pictures[n], r, c, k, f"pixel[{n},{r},{c},{k}]")


PULLS: Table = {
    "step": lambda scene, frame: noted("the update that is taken apart", "chosen for this picture", scene.step),
    "places": _places,
    "pictures": _pictures,
    "dout[{}]": _shown_dout,
    "dout[{},{},{}]": _dout,
    "pull[{}]": _shown_pull,
    "pull[{},{},{}]": _pull,
    "pull.places": _pull_of_places,
    "pull.pictures": _pull_of_pictures,
    "pull.picture[{}]": _pull_of_picture,
    "gradient": _gradient,
    "before": _before,
    "change": _change,
    "after": _after,
    "x[{},{},{},{}]": _input,
    "pixel[{},{},{},{}]": lambda scene, frame, n, r, c, k: pixel(scene.pictures[n], r, c, k),
}


@dataclass
class RecordedFilter:
    """The name of a filter in a recording, its number there, and the chain that explains that recording."""

    name: str
    filter: int
    chain: Chain


def recorded_filter(scene: Any) -> RecordedFilter | None:
    """Return where the scene's filter is recorded; None without a recording, ValueError if it is not in there."""
    if scene.recording is None:
        return None
    for name, values in scene.recording.at(scene.step).items():
        for k in range(values.shape[-1] if values.shape[:-1] == scene.after.shape else 0):
            if np.array_equal(values[..., k], scene.after):
                earlier = scene.recording[name][scene.recording.index(scene.step) - 1][..., k]
                if scene.step - 1 in scene.recording.steps and not np.array_equal(earlier, scene.before):
                    raise ValueError(
                        f"FilterPull: before must be the filter before update {scene.step}, as in recording, but is not"
                    )
                return RecordedFilter(name, k, Chain(scene.recording))
    raise ValueError(f"FilterPull: recording must contain the filter after update {scene.step}, but does not")
