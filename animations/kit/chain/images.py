"""Layers with windows: what they compute from the patch under a window, and how dout goes back to a pixel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from animations.kit.chain.arithmetic import Index, bars, products
from animations.kit.chain.look import Look
from animations.kit.whys import place
from animations.why import Line, Part, Term
from tinylearn.layers.windows import Windows


def patch(windows: Windows, shape: tuple[int, ...], p: int, q: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (i, j, h, w): each entry of the window at place p, q, and the pixel under it; nothing for padding.

    shape   of the image, (H, W)

    >>> list(patch(Windows((2, 2), (1, 1), (1, 1)), (3, 3), 0, 1))
    [(1, 0, 0, 0), (1, 1, 0, 1)]
    """
    (above, _), (left, _) = windows.pads(*shape)
    for i, j in np.ndindex(*windows.size):
        h, w = p * windows.stride[0] + i - above, q * windows.stride[1] + j - left
        if 0 <= h < shape[0] and 0 <= w < shape[1]:
            yield i, j, h, w


def over(windows: Windows, shape: tuple[int, ...], h: int, w: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (p, q, i, j): each place whose window covers the pixel h, w, and the entry of the window over it.

    >>> list(over(Windows((2, 2), (2, 2), (0, 0)), (4, 4), 1, 2))
    [(0, 1, 1, 0)]
    """
    (above, _), (left, _) = windows.pads(*shape)
    rows, columns = windows.count(*shape)
    for i, j in np.ndindex(*windows.size):
        (p, down), (q, across) = divmod(h + above - i, windows.stride[0]), divmod(w + left - j, windows.stride[1])
        if down == across == 0 and 0 <= p < rows and 0 <= q < columns:
            yield p, q, i, j


# --- forward ----------------------------------------------------------------------------------------------------------


def convolution_out(look: Look, name: str, index: Index) -> list[Part]:
    row, p, q, f = index
    seen = look.layer(name)
    x, w = seen.x, seen.layer.params["w"]
    pairs = [(i, j, h, v, c) for i, j, h, v in patch(seen.layer.windows, x.shape[1:3], p, q) for c in range(x.shape[3])]

    def terms(k: int) -> tuple[str, Term, Term]:
        i, j, h, v, c = pairs[k]
        return look.place_in_x(name, (h, v, c)), look.x(name, (row, h, v, c)), look.parameter(name, "w", (i, j, c, f))

    left = np.array([x[row, h, v, c] for _, _, h, v, c in pairs])
    right = np.array([w[i, j, c, f] for i, j, _, _, c in pairs])
    words, bias = "pixel · weight over the patch, added up, and the bias", ("the bias", look.parameter(name, "b", (f,)))
    return [products(words, left, right, terms, look.out(name, index).value, more=[bias], follow=0)]


def largest_out(look: Look, name: str, index: Index) -> list[Part]:
    row, p, q, c = index
    pixels = [look.x(name, (row, h, w, c)) for _, _, h, w in patch(look.layer(name).layer.windows,
                                                                   look.layer(name).x.shape[1:3], p, q)]  # fmt: skip
    if len(pixels) == 1:
        return [Line("the only pixel under the window", pixels[0])]
    pieces: list[str | Term] = [piece for pixel in pixels for piece in (",", pixel)]
    return [Line("the largest of the patch", "max(", *pieces[1:], ") =", look.out(name, index).value)]


def mean_out(look: Look, name: str, index: Index) -> list[Part]:
    row, p, q, c = index
    seen = look.layer(name)
    size = seen.layer.windows.size[0] * seen.layer.windows.size[1]
    places = [(h, w) for _, _, h, w in patch(seen.layer.windows, seen.x.shape[1:3], p, q)]
    values = np.array([seen.x[row, h, w, c] for h, w in places], float) / size

    def bar(k: int) -> tuple[str, str]:
        return f"{place(*places[k])}: / {size}", look.x(name, (row, *places[k], c)).gid

    return [bars(f"the mean of the patch: each pixel divided by {size}", values, bar, look.out(name, index).value)]


# --- backward ---------------------------------------------------------------------------------------------------------


def convolution_dx(look: Look, name: str, index: Index) -> list[Part]:
    row, h, v, c = index
    seen = look.layer(name)
    w, dout = seen.layer.params["w"], seen.dout
    places = list(over(seen.layer.windows, seen.x.shape[1:3], h, v))
    pairs = [(*place, f) for place in places for f in range(w.shape[3])]
    if not pairs or dout is None:
        return [Line("no window covers this pixel: it does not reach the loss", look.dx(name, index).value)]

    def terms(k: int) -> tuple[str, Term, Term]:
        p, q, i, j, f = pairs[k]
        return f"{place(p, q)}, filter {f}", look.parameter(name, "w", (i, j, c, f)), look.dout(name, (row, p, q, f))

    left = np.array([w[i, j, c, f] for _, _, i, j, f in pairs])
    right = np.array([dout[row, p, q, f] for p, q, _, _, f in pairs])
    words = "weight · dout, over all places and filters that see this pixel"
    return [products(words, left, right, terms, look.dx(name, index).value)]


def largest_dx(look: Look, name: str, index: Index) -> list[Part]:
    row, h, w, c = index
    seen, dx = look.layer(name), look.dx(name, index).value
    windows, shape = seen.layer.windows, seen.x.shape[1:3]
    won = []
    for p, q, _, _ in over(windows, shape, h, w):
        pixels = [(above, left) for _, _, above, left in patch(windows, shape, p, q)]
        values = [seen.x[row, above, left, c] for above, left in pixels]
        if pixels[int(np.argmax(values))] == (h, w):  # in a tie, the first
            won.append(look.dout(name, (row, p, q, c)))
    if not won:
        return [Line("another pixel of its patch is larger: dout goes there, and stops here", dx)]
    if len(won) == 1:
        return [Line("it is the largest of its patch and gets all of dout", won[0])]
    pieces: list[str | Term] = [piece for term in won for piece in ("+", term)]
    return [Line("it is the largest of several patches and gets the dout of each", *pieces[1:], "=", dx)]


def mean_dx(look: Look, name: str, index: Index) -> list[Part]:
    row, h, w, c = index
    seen, dx = look.layer(name), look.dx(name, index).value
    size = seen.layer.windows.size[0] * seen.layer.windows.size[1]
    terms = [look.dout(name, (row, p, q, c)) for p, q, _, _ in over(seen.layer.windows, seen.x.shape[1:3], h, w)]
    if not terms:
        return [Line("no window covers this pixel: it does not reach the loss", dx)]
    pieces: list[str | Term] = [piece for term in terms for piece in ("+", term)]
    return [Line(f"each patch hands its dout to its {size} pixels in equal parts", "(", *pieces[1:],
                 f") / {size} =", dx)]  # fmt: skip


def places_of_weight(look: Look, name: str, index: Index) -> tuple[list[Index], list[Index]]:
    """Return the pixels (h, w, c) and the numbers of dout (p, q, f) that meet at a weight, in every row."""
    i, j, c, f = index
    seen = look.layer(name)
    windows, shape = seen.layer.windows, seen.x.shape[1:3]
    ((above, _), (left, _)), (sh, sw) = windows.pads(*shape), windows.stride
    pairs = [((p * sh + i - above, q * sw + j - left, c), (p, q, f)) for p, q in np.ndindex(*windows.count(*shape))]
    pairs = [(pixel, place) for pixel, place in pairs if 0 <= pixel[0] < shape[0] and 0 <= pixel[1] < shape[1]]
    return [pixel for pixel, _ in pairs], [place for _, place in pairs]
