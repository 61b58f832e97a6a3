"""Explains the numbers of a window that slides over an image: for convolution and for max pooling.

out[p,q], sum        the products of all numbers under the filter, added up
product[i,j]         x · w          of the place that is shown; `out[p,q].product[i,j]` of any other
out[p,q], largest    the largest number under the window
"""

from __future__ import annotations

from typing import Any

import numpy as np

from animations.kit.whys import Table, added, given, largest, noted, place
from animations.why import Line, Term, Why


def of_cell(scene: Any, number: int, i: int, j: int) -> Term:
    """Return the number under cell (i, j) of the window at a place, from the image or its padding."""
    (above, _), (left, _) = scene.windows.pads(*scene.image.shape)
    (row, column), (height, width) = scene.corners[number], scene.image.shape
    r, c = row + i - above, column + j - left
    if 0 <= r < height and 0 <= c < width:
        return Term(float(scene.image[r, c]), scene.gid(f"x[{r},{c}]"))
    return Term(scene.around, scene.gid(f"padding[{r},{c}]"))


def _pixel(scene: Any, frame: int, r: int, c: int) -> Why:
    return given(f"the number in {place(r, c)} of the image", scene.image[r, c])


def _padding(scene: Any, frame: int, r: int, c: int) -> Why | None:
    """Explain a cell outside the image."""
    (height, width), (down, across) = scene.image.shape, scene.windows.pads(*scene.image.shape)
    beside = not (0 <= r < height and 0 <= c < width)
    near = -down[0] <= r < height + down[1] and -across[0] <= c < width + across[1]
    words = "the padding: a border of zeros around the image"
    return noted("a number of the padding", words, scene.around) if beside and near else None


def _place(scene: Any, frame: int) -> Why:
    """Explain the number of the place."""
    number, (_, columns) = int(scene.place[frame]), scene.out.shape
    p, q = divmod(number, columns)
    line = Line("counted row by row: rows above · places in a row, plus those to the left, plus 1",
                p, "*", columns, "+", q, "+ 1 =", number + 1)  # fmt: skip
    return Why("the place of the window", number + 1, [line])


def _places(scene: Any, frame: int) -> Why:
    """Explain how many places there are: from image, padding, window and stride."""
    rows, columns = scene.out.shape
    lines = [
        Line(f"{name}: (image + padding − window) // stride + 1",
             "(", length, "+", sum(pads), "-", size, ") //", stride, "+ 1 =", count)
        for name, length, pads, size, stride, count in zip(
            ("rows", "columns"), scene.image.shape, scene.windows.pads(*scene.image.shape), scene.windows.size,
            scene.windows.stride, scene.out.shape, strict=True)
    ]  # fmt: skip
    product = Line("rows · columns", rows, "*", columns, "=", rows * columns)
    return Why("how many places the window has", rows * columns, [*lines, product])


WINDOWS: Table = {
    "x[{},{}]": _pixel,
    "padding[{±},{±}]": _padding,
    "place": _place,
    "places": _places,
}


# --- convolution ----------------------------------------------------------------------------------------------------


def _weight(scene: Any, frame: int, i: int, j: int) -> Why:
    return given(f"the weight in {place(i, j)} of the filter", scene.kernel[i, j])


def _product(scene: Any, frame: int, i: int, j: int, number: int | None = None) -> Why:
    """Explain a product of one place: by default the one that the frame shows."""
    number = int(scene.place[frame]) if number is None else number
    x, w, product = of_cell(scene, number, i, j), scene.kernel[i, j], float(scene.products[number, i, j])
    line = Line("the number of the image · the weight that lies on it", x, "*",
                Term(float(w), scene.gid(f"w[{i},{j}]")), "=", product)  # fmt: skip
    return Why(f"the product in {place(i, j)} of the filter", product, [line])


def _product_of(scene: Any, frame: int, p: int, q: int, i: int, j: int) -> Why:
    return _product(scene, frame, i, j, _number(scene, p, q))


def _factor_x(scene: Any, frame: int, i: int, j: int) -> Why:
    x = of_cell(scene, int(scene.place[frame]), i, j)
    return Why(f"the number under {place(i, j)} of the filter", x.value, [Line("a number of the image", x)])


def _factor_w(scene: Any, frame: int, i: int, j: int) -> Why:
    w = Term(float(scene.kernel[i, j]), scene.gid(f"w[{i},{j}]"))
    return Why(f"the weight in {place(i, j)} of the filter", w.value, [Line("the same at all places", w)])


def _sum(scene: Any, frame: int) -> Why:
    return _sum_at(scene, frame, int(scene.place[frame]))


def _out(scene: Any, frame: int, p: int, q: int) -> Why:
    return _sum_at(scene, frame, _number(scene, p, q))


def _sum_at(scene: Any, frame: int, number: int) -> Why:
    """Explain a number of the output: the products at a place, added up."""
    (p, q), total = divmod(number, scene.out.shape[1]), float(scene.out.flat[number])
    whose = "" if number == scene.place[frame] else f"out[{p},{q}]."
    rows = [(place(i, j), product, scene.gid(f"{whose}product[{i},{j}]"))
            for (i, j), product in np.ndenumerate(scene.products[number])]  # fmt: skip
    return Why(f"the output in {place(p, q)}", total, [added("the products of image and filter", rows, total)])


def _number(scene: Any, p: int, q: int) -> int:
    """Return the number of the place that writes out[p,q]; IndexError if none does."""
    return int(np.arange(scene.out.size).reshape(scene.out.shape)[p, q])


CONVOLUTION: Table = {
    **WINDOWS,
    "w[{},{}]": _weight,
    "product[{},{}]": _product,
    "product[{},{}].x": _factor_x,
    "product[{},{}].w": _factor_w,
    "out[{},{}].product[{},{}]": _product_of,
    "out[{},{}]": _out,
    "sum": _sum,
}


# --- max pooling ----------------------------------------------------------------------------------------------------


def _largest(scene: Any, frame: int) -> Why:
    return _largest_at(scene, int(scene.place[frame]))


def _pooled(scene: Any, frame: int, p: int, q: int) -> Why:
    return _largest_at(scene, _number(scene, p, q))


def _largest_at(scene: Any, number: int) -> Why:
    """Explain a number of the output: the largest under the window, without the padding."""
    terms = [of_cell(scene, number, i, j) for i, j in np.argwhere(np.isfinite(scene.inputs[number])).tolist()]
    says = f"the output in {place(*divmod(number, scene.out.shape[1]))}"
    return Why(says, float(scene.out.flat[number]), [largest("the largest number under the window", terms)])


POOLING: Table = {**WINDOWS, "out[{},{}]": _pooled, "largest": _largest}
