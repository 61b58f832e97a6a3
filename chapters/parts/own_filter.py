"""What chapter 6 gives to the place in its page where you change a filter: pictures, filters, and what is to come out.

The page is a program of its own (`chapters/turns/programs/filter.js`). What it computes of the film's convolutions must
be what `Conv2D` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chapters.turns import Turn
from tinylearn import Conv2D

PICTURES = {  # name → what it is called, and its rows; # is a one
    "dot": ("one bright dot", "....... ....... ....... ...#... ....... ....... ......."),
    "edge": ("dark beside bright", "....#### ....#### ....#### ....#### ....#### ....#### ....#### ....####"),
    "box": ("a box", "........ .######. .#....#. .#....#. .#....#. .#....#. .######. ........"),
    "face": ("a face", "..####.. .#....#. #.#..#.# #......# #.#..#.# #..##..# .#....#. ..####.."),
    "empty": ("nothing yet", "........ ........ ........ ........ ........ ........ ........ ........"),
}
FILTERS = {
    "upright edges": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "level edges": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "outlines": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "blur": [[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, 0.0625]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "one pixel to the right": [[0, 0, 0], [1, 0, 0], [0, 0, 0]],
}


def own_filter(filmed: Sequence[tuple[str, Any]], horse: np.ndarray, horse_in_python: str) -> Turn:
    """Return the turn. `filmed`: names and scenes of the chapter's film; `horse` (H, W), and the Python that loads it.

    It starts with the last of `filmed`.
    """
    pictures = [
        {"name": f"film_{name}", "text": f"from the film, {rows} × {columns}", "pixels": np.asarray(scene.image, float)}
        for name, scene in filmed
        for rows, columns in [scene.image.shape]
    ]
    pictures += [{"name": name, "text": text, "pixels": _ones(rows)} for name, (text, rows) in PICTURES.items()]
    pictures.append({"name": "horse", "text": "a horse, its red pixels", "pixels": horse, "python": horse_in_python})
    kernels = [{"text": f"from the film: {name}", "rows": scene.kernel.tolist()} for name, scene in filmed]
    kernels += [{"text": name, "rows": rows} for name, rows in FILTERS.items()]
    checks = [_checked(f"film_{name}", scene) for name, scene in reversed(filmed)]
    return Turn("filter", "Change the image, the filter, its stride and its padding",
                {"pictures": pictures, "kernels": kernels, "checks": checks})  # fmt: skip


def _ones(rows: str) -> np.ndarray:
    """Return a picture that is written as rows of # and dots.

    >>> _ones("#. .#").tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return np.array([[float(each == "#") for each in row] for row in rows.split()])


def _checked(picture: str, scene: Any) -> dict[str, Any]:
    """Return the settings of a convolution, its output, and what flows back if `dout` is 1 at every place."""
    (stride, _), (padding, _) = scene.windows.stride, scene.windows.padding
    layer = Conv2D(1, 1, scene.kernel.shape, stride, padding, rng=np.random.default_rng(0))
    layer.params["w"][:, :, 0, 0] = scene.kernel
    out = layer.forward(np.asarray(scene.image, float)[None, :, :, None])  # (1, OH, OW, 1)
    dx = layer.backward(np.ones_like(out))
    assert dx is not None
    best = [int(place) for place in np.unravel_index(out.argmax(), out.shape)[1:3]]  # where it fits best
    settings = {"picture": picture, "edits": [], "kernel": scene.kernel.tolist(), "stride": stride, "padding": padding,
                "cell": best, "view": "forward", "dout": "cell"}  # fmt: skip
    return {"settings": settings, "out": out.ravel(), "dw": layer.grads["w"].ravel(), "dx": dx.ravel()}
