"""Windows that slide over a small image, such as those of a convolution: what they cover, and how to describe them."""

from __future__ import annotations

import numpy as np

from animations.kit.boards import check_room
from animations.kit.numbers import down_and_across
from tinylearn.layers.loops import places
from tinylearn.layers.windows import Windows

LARGEST_IMAGE, LARGEST_WINDOW, LARGEST_BOARD = 8, 5, 12  # rows and columns; the board is the image with its padding


def patches_under(
    caller: str, name: str, windows: Windows, image: np.ndarray, around: float
) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Return the corner of each window in the image (H, W) with its padding, and the numbers under each (P, KH, KW).

    name     of the argument with the windows' size
    around   the numbers in the padding

    ValueError if no window fits into the image, or if they are too large to draw.

    >>> patches_under("Scene", "size", Windows((1, 2), (1, 1), (0, 0)), np.array([[1, 2, 3]]), 0)
    ([(0, 0), (0, 1)], array([[[1, 2]],
    <BLANKLINE>
           [[2, 3]]]))
    """
    check_room(caller, name, windows.size, LARGEST_WINDOW, "take a smaller one")
    try:
        count = windows.count(*image.shape)
    except ValueError as error:
        raise ValueError(f"{caller}: {error}") from None
    board = windows.padded_shape(*image.shape)
    check_room(caller, "image and padding", board, LARGEST_BOARD, "take a smaller image or less padding")
    patches = [patch for *_, patch in places(np.zeros((1, *count)), windows)]
    padded = windows.pad(image[None, :, :, None], around)
    corners = [(rows.start, columns.start) for _, rows, columns in patches]
    return corners, np.array([padded[patch][..., 0] for patch in patches])


def in_words(windows: Windows, what: str) -> str:
    """Describe the windows for a title.

    >>> in_words(Windows((3, 3), (2, 2), (0, 0)), "filter"), in_words(Windows((3, 3), (1, 2), "same"), "filter")
    ('3 × 3 filter, stride 2, no padding', '3 × 3 filter, stride 1 down, 2 across, padding same')
    """
    padding = windows.padding if isinstance(windows.padding, str) else down_and_across(windows.padding)
    padded = "no padding" if padding == "0" else f"padding {padding}"
    return f"{windows.size[0]} × {windows.size[1]} {what}, stride {down_and_across(windows.stride)}, {padded}"
