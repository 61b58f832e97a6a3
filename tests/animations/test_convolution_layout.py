"""The boards of convolution and pooling: texts, colours, words; and arrays that are too large for them."""

import numpy as np
import pytest
from audit import check_layout, check_painter, nameless_digits
from board_helpers import FACTS
from matplotlib.colors import to_rgb
from test_style import contrast

from animations import ConvolutionSteps, MaxPoolingSteps, SideBySide, style
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter
from animations.kit.boards import tints


def book():
    left, right = (ConvolutionSteps(image, kernel, stride=stride, padding=padding, name=name)
                   for name, (image, kernel, stride, padding, _) in FACTS.items())  # fmt: skip
    return SideBySide(left, right)


def pooling():
    return MaxPoolingSteps([[1, 0, 2], [1, 0, 1], [2, 1, 0]], stride=1)


def largest():
    rng = np.random.default_rng(0)
    return ConvolutionSteps(rng.normal(0, 300, (8, 8)).clip(-999, 999), rng.normal(0, 300, (5, 5)).clip(-999, 999),
                            padding="same")  # fmt: skip


def smallest():
    return ConvolutionSteps([[-0.5]], [[0.25]], padding=(1, 0))


def pooling_with_padding():
    return MaxPoolingSteps(np.arange(-12, 13).reshape(5, 5) / 4, 3, stride=(1, 2), padding=(1, 0))


@pytest.mark.parametrize(("make", "frames"), [(book, (0, 14, 27)), (pooling, (0, 5, 12)), (largest, (192,)),
                                              (smallest, (0, 9)), (pooling_with_padding, (2, 12))])  # fmt: skip
def test_keeps_every_text_in_place_and_readable(make, frames):
    assert all(len(texts) > 5 for texts in check_layout(make(), *frames))


def test_makes_scenes_next_to_each_other_equally_high():
    heights = {scene.size[1] for scene in book().scenes}
    assert len(heights) == 1, "or the lower one is stretched"


@pytest.mark.parametrize(("color", "text"), [(style.WEIGHT, style.WEIGHT), (style.INPUT, style.INK)])
def test_keeps_every_number_readable_on_its_tint(color, text):
    palest, strongest = tints(np.array([0, -3]), color)
    assert palest == to_rgb(style.PAPER)
    assert contrast(text, strongest) >= 4.5
    assert contrast(strongest, style.PAPER) > 1.1, "and the tint can be seen"


def test_says_where_every_digit_comes_from():
    """Except for the title, which describes the picture."""
    titles = {"3 × 3 filter, stride 1, padding 1", "2 × 2 filter, stride 2, no padding"}
    assert nameless_digits(book(), range(28)) == titles
    assert nameless_digits(pooling_with_padding(), [0]) == {
        "3 × 3 max pooling, stride 1 down, 2 across, padding 1 down, 0 across"
    }


@pytest.mark.parametrize("make", [book, pooling_with_padding])
def test_draws_frames_in_any_order(make):
    check_painter(make, [5, 0, 12])


def test_says_the_phase():
    for scene, work in ((book().scenes[0], "multiply and add"), (pooling(), "compare")):
        figure, phases = Painter(scene).figure, ["start", "cover", work, "write", "cover"]
        for frame, phase in enumerate(phases):
            scene.update(frame)
            assert [text.get_text() for text in drawn_texts(figure) if text.get_text() in phases] == [phase]


def test_draws_padding_unlike_the_image():
    scene = book().scenes[0]
    painter = Painter(scene)
    colors = {}
    for text in painter.figure.findobj(lambda artist: artist.get_gid()):
        colors.setdefault(text.get_gid().split("[")[0], set()).add(text.get_color())
    assert colors["padding.padding"] == {style.QUIET} != colors["padding.x"]
    dashed = [each for each in scene.page.axes.collections if each.get_linestyle()[0][1]]
    assert len(dashed[0].get_paths()) == 16, "25 cells, 9 of them the image"


def test_says_a_frame_in_words():
    left, right = book().scenes
    assert left.describe(0) == ("3 × 3 filter, stride 1, padding 1: nothing is covered yet, and the output is empty.")
    assert right.describe(9).endswith("place 3 of 9: 1 · 1 + 0 · 0 + 0 · 0 + 1 · 1 = 2, for row 1, column 3.")
    assert pooling().describe(5).endswith("place 2 of 4: the largest of 0, 2, 0, 1 is 2, for row 1, column 2.")


@pytest.mark.parametrize(
    ("image", "kernel", "others", "message"),
    [
        (np.ones(4), [[1]], {}, r"image must be rows of numbers, \(rows, columns\), got shape \(4,\)"),
        (np.ones((9, 3)), [[1]], {}, r"image may have at most 8 rows and columns to be drawn, got 9 × 3; take a part"),
        (np.ones((8, 8)), np.ones((6, 2)), {}, r"kernel may have at most 5 rows and columns to be drawn, got 6 × 2"),
        ([[1]], [[1000]], {}, r"kernel must hold numbers between -1000 and 1000 to be drawn"),
        ([[np.nan]], [[1]], {}, r"image must hold numbers between"),
        ([[1]], np.ones((2, 2)), {}, r"ConvolutionSteps: a window of 2 × 2 does not fit an image of 1 × 1"),
        ([[1]], [[1]], {"stride": 0}, r"ConvolutionSteps: stride must be at least 1, got 0"),
        ([[1]], [[1]], {"padding": -1}, r"padding must not be negative, got -1"),
        ([[1]], [[1]], {"padding": "some"}, r'padding must be a number, a pair, "valid" or "same"'),
        ([[1]], [[1]], {"padding": 6}, r"image and padding may have at most 12 rows and columns .* got 13 × 13"),
    ],
)
def test_refuses_boards_that_cannot_be_drawn(image, kernel, others, message):
    with pytest.raises(ValueError, match=message):
        ConvolutionSteps(image, kernel, **others)


def test_refuses_pooling_that_cannot_be_drawn():
    with pytest.raises(ValueError, match="size may have at most 5 rows and columns to be drawn, got 6 × 6"):
        MaxPoolingSteps(np.ones((8, 8)), 6)
    with pytest.raises(ValueError, match="MaxPoolingSteps: a window of 2 × 2 does not fit an image of 1 × 8"):
        MaxPoolingSteps(np.ones((1, 8)))
    with pytest.raises(TypeError, match="image must hold real numbers"):
        MaxPoolingSteps([["a"]])
