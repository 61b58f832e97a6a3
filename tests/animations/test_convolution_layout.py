"""The boards of convolution and pooling: texts, colours, words; and arrays that are too large for them."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from test_style import contrast

from animations import ConvolutionSteps, MaxPoolingSteps, style
from animations.audit.texts import drawn_texts
from animations.engine.painter import Painter
from animations.kit.boards import tints
from tests.animations.samples.convolution import book


def test_makes_scenes_next_to_each_other_equally_high():
    heights = {scene.size[1] for scene in book().scenes}
    assert len(heights) == 1, "or the lower one is stretched"


@pytest.mark.parametrize(("color", "text"), [(style.WEIGHT, style.WEIGHT), (style.INPUT, style.INK)])
def test_keeps_every_number_readable_on_its_tint(color, text):
    palest, strongest = tints(np.array([0, -3]), color)
    assert palest == to_rgb(style.PAPER)
    assert contrast(text, strongest) >= 4.5
    assert contrast(strongest, style.PAPER) > 1.1, "and the tint can be seen"


def test_says_the_phase():
    for scene, work in ((book().scenes[0], "multiply and add"), (MaxPoolingSteps(np.eye(3), stride=1), "compare")):
        figure, phases = Painter(scene).figure, ["start", "cover", work, "write", "cover"]
        for frame, phase in enumerate(phases):
            scene.update(frame)
            assert [text.get_text() for text in drawn_texts(figure) if text.get_text() in phases] == [phase]


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
