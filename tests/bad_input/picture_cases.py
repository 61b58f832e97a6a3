"""Bad input for pictures: what a network sees, answers and counts."""

from __future__ import annotations

from typing import Any

import numpy as np

import animations as an
import tinylearn as tl
from animations.scenes.convolution.pulls import patches_of
from tests.bad_input.hostile import WRONG, array, choice, integer, labels
from tests.bad_input.scene_arguments import PICTURES as PICTURES_SHOWN
from tests.bad_input.scene_arguments import PIXEL_STATES, PIXELS, Scenes, clock, objects, one_of, pixels, word, words
from tests.bad_input.small_runs import seeded
from tests.bad_input.verdict import Subject

PICTURES = Scenes()
scene = PICTURES.add

EPOCHS = clock(0, 1, 4)
NETWORK = one_of("Sequential(…)", lambda: tl.Sequential([tl.Flatten(), tl.Dense(48, 2, rng=seeded())]), tl.Sequential)
scene("ClassBars",
      lambda probabilities, **given: an.ClassBars(probabilities=normalised(probabilities), **given),
      pictures=array(1, 4, 4, 3, low=0, nan=WRONG), probabilities=array(3, 1, 2, low=0.1, nan=WRONG),
      names=words("cat", "dog"), targets=choice([0], [1], wrong=[[2], [-1], [0, 1], 0, None, "0", [0.5]]),
      model=NETWORK, steps=EPOCHS, epochs=EPOCHS, note=word("", "new"))  # fmt: skip


def normalised(values: Any) -> Any:
    """Return rows that add up to 1, where there are any."""
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiub" or values.ndim != 3:
        return values
    if not (values > 0.05).all():
        return values
    return values / values.sum(axis=2, keepdims=True)


scene("ImageGrid", an.ImageGrid, images=array(2, 2, 3, 4, 4, 1, low=0, nan=WRONG, floats=None),
      names=words("cat", "dog"), title=word("", "Pets"), zoom=integer(1, 3))  # fmt: skip
scene("FeatureMaps", an.FeatureMaps, picture=array(6, 6, 3, low=0, nan=WRONG),
      filters=array(3, 3, 3, 3, 2, nan=WRONG), maps=array(3, 4, 4, 2, low=0, nan=WRONG),
      contributions=array(3, 2, nan=WRONG), biases=array(3, nan=WRONG), steps=EPOCHS, answers=words("deer", "horse"),
      target=integer(0, 1, low=0))  # fmt: skip


def pull(x: Any, dout: Any, gradient: Any, **given: Any) -> an.FilterPull:
    """Return the scene; where the arrays are such, their gradient is the sum of the pulls."""
    arrays, shapes = [x, dout, gradient], [(2, 12, 12, 3), (2, 12, 12), (3, 3, 3)]
    if all(isinstance(a, np.ndarray) and a.dtype.kind in "fiu" and np.isfinite(a).all() for a in arrays) and (
        [a.shape for a in arrays] == shapes
    ):
        gradient = np.einsum("nhw,nhwijc->ijc", dout, patches_of(np.asarray(x, float), (3, 3)))
    return an.FilterPull(x=x, dout=dout, gradient=gradient, **given)


scene("FilterPull", pull, pictures=array(2, 12, 12, 3, low=0, nan=WRONG), x=array(2, 12, 12, 3, nan=WRONG),
      dout=array(2, 12, 12, nan=WRONG), gradient=array(3, 3, 3, nan=WRONG), before=array(3, 3, 3, nan=WRONG),
      after=array(3, 3, 3, nan=WRONG), step=integer(1, 7), letter=word("A", "G"))  # fmt: skip
PICTURES.made["PixelStates"] = Subject(
    lambda **given: [getattr(an.PixelStates(**given), name) for name in ("red", "w", "sums", "predicted")],
    speaks=("recording", "Recording"),
    recording=PIXELS, pictures=array(2, 4, 4, 3, low=0, nan=WRONG), steps=clock(0, 1, 4, wrong=[[0, 9], [7]]),
    layer=choice("dense_1", wrong=["dense_9", None, 3]),
)  # fmt: skip
HIDDEN = {"targets": [1, 0], "classes": ("deer", "horse"), "title": "hidden", "ends": ("for horses", "for deer")}
scene("HiddenLayer", lambda **given: an.HiddenLayer(**HIDDEN | given), pictures=array(2, 4, 4, 3, low=0, nan=WRONG),
      learned=array(3, 4, 4, 2, nan=WRONG), answers=array(3, 2, 2, low=0, nan=WRONG),
      predicted=array(3, 2, low=0, nan=WRONG), steps=EPOCHS, note=word("", "new"))  # fmt: skip
scene("HiddenLayer, its words", lambda **given: an.HiddenLayer(
          PICTURES_SHOWN, np.ones((3, 4, 4, 2)), np.ones((3, 2, 2)), np.ones((3, 2)), [0, 1, 4], **given),
      targets=labels(2, 2), classes=words("deer", "horse"), title=word("hidden"), ends=words("a", "b"))  # fmt: skip


def counts(name: str = "seen", correct: Any = (1, 2, 4), total: Any = 4) -> an.CorrectCounts:
    return an.CorrectCounts(name, np.array(correct), total)


ALL_COUNTS = objects(
    "CorrectCounts(…)",
    counts,
    lambda: counts("new", (0, 4, 2), 9),
    wrong=[[counts()] * 4, [counts(correct=[1])], [(1, 2, 3)]],
)
COUNTS = array(3, low=0, high=4, whole=True, nan=WRONG)
NEURON = {"names": ("horse", "deer"), "answers": ("deer", "horse"), "notes": ("", "new")}
scene("PixelNeuron", an.PixelNeuron, states=PIXEL_STATES, targets=labels(2, 2), counts=ALL_COUNTS,
      names=words("horse", "deer"), answers=words("deer", "horse"), notes=words("", "new"))  # fmt: skip
scene("PixelNeuron, its pictures", lambda pictures: an.PixelNeuron(
          an.PixelStates(pixels()[1], pictures, [0, 1, 4]), [1, 0], [counts()], **NEURON),
      pictures=array(2, 4, 4, 3, low=0, nan=WRONG), speaks=("PixelStates",))  # fmt: skip
RUN = objects("LearningRun(…)", lambda: an.LearningRun("a", counts(), counts("new", (0, 4, 2), 9)),
              wrong=[[counts()], [an.LearningRun("a", counts(correct=[1]), counts(correct=[2]))]])  # fmt: skip
scene("AccuracyGap", an.AccuracyGap, epochs=EPOCHS, runs=RUN)
scene("LearningRun", lambda **given: an.AccuracyGap([0, 1, 4], [an.LearningRun(**given)]), name=word("as they are"),
      seen=one_of("CorrectCounts(…)", counts, (1, 2, 3)),
      new=one_of("CorrectCounts(…)", counts, counts(correct=[1])))  # fmt: skip
scene("AugmentationSteps", an.AugmentationSteps, picture=array(4, 6, 3, low=0, nan=WRONG),
      mirrored=array(3, low=0, high=1, whole=True, nan=WRONG), angles=array(3, low=-180, high=180, nan=WRONG),
      shifts=array(3, 2, low=-0.9, high=0.9, nan=WRONG), name=word("a truck"), slow=integer(1, 2, 5))  # fmt: skip
scene("CorrectCounts",
      lambda **given: an.AccuracyGap([0, 1, 4], [an.LearningRun("a", counts(), an.CorrectCounts(**given))]),
      name=word("seen"), correct=COUNTS, total=integer(4, 50), speaks=("AccuracyGap", "LearningRun"))  # fmt: skip
