"""Bad input for boards and pictures, for parts of scenes and scenes put together, and for films in files."""

# ruff: noqa: I001 (a line for each name of the language of the tables would be long)
from functools import partial
from pathlib import Path

import numpy as np

import animations as an
import tinylearn as tl
from animations.kit.axes import add_number, pixel_axes
from animations.scenes.convolution.pulls import patches_of
from tests.animations.small_scenes import Small, Trail
from tests.bad_input.hostile import (
    NO_PATHS, WRONG, array, choice, clock, inside, integer, labels, made, objects, of, one_of, optional, real, sampled,
    word, words,
)  # fmt: skip
from tests.bad_input.library_cases import seeded
from tests.bad_input.scenes import painted, part, recorded_run, run, scene, told
from tests.bad_input.verdict import Subject

EPOCHS = clock(0, 1, 4)

# --- boards: windows that move over one, and a frozen lake ------------------------------------------------------------

BOARD = array(3, 4, low=-9, high=9, nan=WRONG)
scene(an.ConvolutionSteps, image=BOARD, kernel=array(2, 2, low=-9, high=9, nan=WRONG), stride=integer(1, 2),
      padding=integer(0, 1, low=0))  # fmt: skip
scene(an.MaxPoolingSteps, speaks=("MaxPool2D",), image=BOARD, size=integer(2, 1), stride=optional(integer(1, 2)),
      padding=integer(0, low=0))  # fmt: skip
MAP = choice(
    ["SF", "HG"], ("SF", "HG"), wrong=["SFHG", None, [], [""], ["SF", "H"], ["SX", "HG"], [1, 2], ["sf", "hg"]]
)
CHANCES = array(4, 4, low=0, nan=WRONG)
TILES = [[0, 4, 3], [0, -1, 3], [0, 1.5, 3], [0], [], None, "013", [0, 1, 3, 3], [[0, 1, 3]], ["0", "1", "3"]]
scene(an.LakeMoves, rows=MAP, tiles=choice([0, 1, 3], np.array([0, 1, 3]), wrong=TILES), predictions=CHANCES,
      actions=choice([2, 1], wrong=[[2, 4], [2, -1], [2], [], None, "21", [2.5, 1], [2, np.nan]]),
      exact=CHANCES)  # fmt: skip
WAYS = [[[0], [0, 1]], [[0], [0, 1], [0, 4]], [[0], [0, 1], []], [[0], [0, 1], [0.5]], [0, 1, 3], [[0], [0, 1], None]]
scene(an.LakeLearning, rows=MAP, predictions=array(3, 4, 4, low=0, nan=WRONG), wins=array(3, 4, low=0, nan=WRONG),
      ways=choice([[0], [0, 1], [0, 1, 3]], wrong=[None, "013", [], *WAYS]), steps=clock(0, 1, 4),
      phases=words("first", "first", "then"))  # fmt: skip


def player(name="It", ends=(3, 2, 3)):
    return an.LakePlayer(name, ("SF", "HG"), [0, 1, 0], [2, 1, 1], [0, 0, 1], ends, 0.5)


part(an.LakePlayer, ("name", "ways", "tried", "counts", "rate"), name=word("", "It"), rows=MAP,
     tiles=choice([0, 1, 0], np.array([0, 1, 0]), wrong=[*TILES[1:], [0, 1]]),
     actions=choice([2, 1, 1], wrong=[[2, 4, 1], [2, -1, 1], [2, 1], [], None, "211", [2.5, 1, 1]]),
     episodes=clock(0, 0, 1, wrong=[[0, 0, 2], [1, 1, 1], [0, 0, 10**9]]),
     ends=choice([3, 2], [3, 2, 3, 2], wrong=[[3], [], [3, 4], [3, -1], None, "32", [3, 2.5], [[3, 2]]]),
     rate=real(0.5, low=0, high=1),
     policy=choice(None, [2, 1, 0, 0], wrong=[[2, 1, 0], [2, 1, 0, 4], "2100", [], 3]))  # fmt: skip
scene(an.LakeEpisodes, players=objects(player, lambda: player("She"), wrong=[
    (player(), player(ends=(3, 2))), (player(),) * 3, player()]))  # fmt: skip

# --- pictures: what a network sees, answers and counts ----------------------------------------------------------------

PIXELS = np.linspace(0, 1, 2 * 4 * 4 * 3).reshape(2, 4, 4, 3)
SEEN, TWO = array(2, 4, 4, 3, low=0, nan=WRONG), words("cat", "dog")


def class_bars(probabilities, **given):
    """Return bars of rows that add up to 1, where there are any."""
    numbers = isinstance(probabilities, np.ndarray) and probabilities.dtype.kind in "fiub"
    if numbers and probabilities.ndim == 3 and (probabilities > 0.05).all():
        probabilities = probabilities / probabilities.sum(axis=2, keepdims=True)
    return an.ClassBars(probabilities=probabilities, **given)


def pull(x, dout, gradient, **given):
    """Return the scene; where the arrays are such, their gradient is the sum of the pulls."""
    arrays = [x, dout, gradient]
    if all(isinstance(a, np.ndarray) and a.dtype.kind in "fiu" and np.isfinite(a).all() for a in arrays) and (
        [a.shape for a in arrays] == [(2, 12, 12, 3), (2, 12, 12), (3, 3, 3)]
    ):
        gradient = np.einsum("nhw,nhwijc->ijc", dout, patches_of(np.asarray(x, float), (3, 3)))
    return an.FilterPull(x=x, dout=dout, gradient=gradient, **given)


scene(class_bars, "ClassBars", pictures=array(1, 4, 4, 3, low=0, nan=WRONG), names=TWO, steps=EPOCHS, epochs=EPOCHS,
      probabilities=array(3, 1, 2, low=0.1, nan=WRONG),
      targets=choice([0], [1], wrong=[[2], [-1], [0, 1], 0, None, "0", [0.5]]), note=word("", "new"), model=one_of(
          lambda: tl.Sequential([tl.Flatten(), tl.Dense(48, 2, rng=seeded())]), tl.Sequential))  # fmt: skip
scene(an.ImageGrid, images=array(2, 2, 3, 4, 4, 1, low=0, nan=WRONG, floats=None), names=TWO, zoom=integer(1, 3))
scene(an.FeatureMaps, picture=array(6, 6, 3, low=0, nan=WRONG), filters=array(3, 3, 3, 3, 2, nan=WRONG),
      maps=array(3, 4, 4, 2, low=0, nan=WRONG), contributions=array(3, 2, nan=WRONG), biases=array(3, nan=WRONG),
      steps=EPOCHS, answers=TWO, target=integer(0, 1, low=0))  # fmt: skip
FILTER = array(3, 3, 3, nan=WRONG)
scene(pull, "FilterPull", pictures=array(2, 12, 12, 3, low=0, nan=WRONG), x=array(2, 12, 12, 3, nan=WRONG),
      dout=array(2, 12, 12, nan=WRONG), gradient=FILTER, before=FILTER, after=FILTER, step=integer(1, 7),
      letter=word("A", "G"))  # fmt: skip
part(an.PixelStates, ("red", "w", "sums", "predicted"), speaks=("recording", "Recording"), pictures=SEEN,
     recording=recorded_run(16, (1,), 0.1, (tl.Sigmoid(),)), steps=clock(0, 1, 4, wrong=[[0, 9], [7]]),
     layer=choice("dense_1", wrong=["dense_9", None, 3]))  # fmt: skip
HIDDEN = {"targets": [1, 0], "classes": ("deer", "horse"), "title": "hidden", "ends": ("for horses", "for deer")}
scene(lambda **given: an.HiddenLayer(**HIDDEN | given), "HiddenLayer", pictures=SEEN, steps=EPOCHS,
      learned=array(3, 4, 4, 2, nan=WRONG), answers=array(3, 2, 2, low=0, nan=WRONG),
      predicted=array(3, 2, low=0, nan=WRONG), note=word("", "new"))  # fmt: skip
scene(partial(an.HiddenLayer, PIXELS, np.ones((3, 4, 4, 2)), np.ones((3, 2, 2)), np.ones((3, 2)), [0, 1, 4]),
      "HiddenLayer, its words", targets=labels(2, 2), classes=TWO, ends=words("a", "b"))  # fmt: skip


def counts(name="seen", correct=(1, 2, 4), total=4):
    return an.CorrectCounts(name, np.array(correct), total)


ONE, SHORT, NEW = one_of(counts, (1, 2, 3)), counts(correct=[1]), ("new", (0, 4, 2), 9)
ALL_COUNTS = objects(counts, lambda: counts(*NEW), wrong=[[counts()] * 4, [SHORT], [(1, 2, 3)]])
states = partial(an.PixelStates, run(16, (1,), 0.1, (tl.Sigmoid(),))[1])
scene(an.PixelNeuron, states=one_of(lambda: states(PIXELS, [0, 1, 4])), targets=labels(2, 2), counts=ALL_COUNTS,
      names=TWO, answers=TWO, notes=words("", "new"))  # fmt: skip
scene(lambda pictures: an.PixelNeuron(
          states(pictures, [0, 1, 4]), [1, 0], [counts()], answers=("deer", "horse"), names=("horse", "deer"),
          notes=("", "new")), "PixelNeuron, its pictures", speaks=("PixelStates",),
      pictures=SEEN._replace(hostile=SEEN.hostile.filter(  # of another number, its names and targets are wrong as well
          lambda given: not hasattr(given.value, "shape") or given.value.shape[:1] == (2,))))  # fmt: skip
scene(an.AccuracyGap, epochs=EPOCHS, runs=objects(lambda: an.LearningRun("a", counts(), counts(*NEW)), wrong=[
    [counts()], [an.LearningRun("a", SHORT, counts(correct=[2]))]]))  # fmt: skip
scene(lambda **given: an.AccuracyGap([0, 1, 4], [an.LearningRun(**given)]), "LearningRun", name=word("as they are"),
      seen=ONE, new=one_of(counts, SHORT))  # fmt: skip
scene(lambda **given: an.AccuracyGap([0, 1, 4], [an.LearningRun("a", counts(), an.CorrectCounts(**given))]),
      "CorrectCounts", speaks=("AccuracyGap", "LearningRun"), name=word("seen"), total=integer(4, 50),
      correct=array(3, low=0, high=4, whole=True, nan=WRONG))  # fmt: skip
scene(an.AugmentationSteps, picture=array(4, 6, 3, low=0, nan=WRONG), angles=array(3, low=-180, high=180, nan=WRONG),
      mirrored=array(3, low=0, high=1, whole=True, nan=WRONG), shifts=array(3, 2, low=-0.9, high=0.9, nan=WRONG),
      name=word("a truck"), slow=integer(1, 2, 5))  # fmt: skip

# --- parts: numbers, texts, reasons, and scenes that are put together -------------------------------------------------

NO_NUMBERS, NO_TEXT = ["1", None, [1.0], 1j, {}, np.zeros(2)], [None, 3, 1.5, b"w", ["w"], {}]
NO_LIST = [None, 3, "ab", {}, 1.5]
TEXT = choice("the weight", "", wrong=NO_TEXT, also=["nonsense"])


def number_text(form, gid, value):
    number = an.Number(0, 0, form, gid=gid)
    number.set_value(value)
    return [number.get_text(), number.get_gid()]


part(number_text, (), "Number", gid=word("loss"),
     form=choice("{:.2f}", wrong=[None, 3, "{:d}", "{", "{a}", len, [], lambda value: value]),
     value=choice(1.5, 3.5, 3, np.nan, np.inf, True, np.float32(2), wrong=NO_NUMBERS))  # fmt: skip
part(lambda value: list(an.Sum("w", ["a"], [value], 2).terms[0]), (), "Term", speaks=("Sum",), value=choice(
    1.5, 3, 3.5, np.float32(2), np.inf, an.Term(2.0, "w"),
    wrong=[*NO_NUMBERS[1:], an.Term("2", "w"), an.Term(2.0, 3)]))  # fmt: skip
part(lambda words, piece: an.Line(words, 1, piece, 2).sides(), (), "Line", words=TEXT, piece=choice(
    "+", "- 3 *", wrong=["* *", "?", "w", "+ w *", ")", None, [1]], also=[3.5]))  # fmt: skip
part(lambda **given: list(an.Why("w", 3.0, [an.Sum(**given)]).asked()), (), "Sum", words=TEXT,
     labels=choice(["a", "b"], ("a", "b"), wrong=[["a"], [1, 2], *NO_LIST]),
     terms=choice([1, an.Term(2.0, "w")], (1.0, 2.0), wrong=[[1], ["a", "b"], [1, None], *NO_LIST]),
     total=choice(3, 3.0, np.float64(3), wrong=NO_NUMBERS))  # fmt: skip
part(lambda **given: [text for line in an.Code(**given).lines for text in line], (), "Code", title=TEXT, lines=choice(
    [("dx = dout", "1.5")], [], wrong=[["dx"], [("dx",)], [("dx", 1.5)], [("a", "b", "c")], *NO_LIST]))  # fmt: skip
part(lambda **given: an.Why(**given).faults(), (), "Why", says=TEXT,
     value=choice(1.5, np.float32(1.5), np.nan, wrong=NO_NUMBERS),
     parts=choice([], [an.Line("w", 1.5)], (an.Line("only words"),), wrong=[["w"], [1.5], [None], *NO_LIST]),
     )  # fmt: skip


class Written(an.Scene):
    """A scene of one text."""

    size = (400, 100)

    def __init__(self, text):
        self.text = an.PastedText(200, 50, text, zorder=3)

    def draw(self, figure):
        figure.add_axes((0, 0, 1, 1), xlim=(0, 400), ylim=(0, 100)).add_artist(self.text)

    def update(self, frame):
        return [self.text]


part(lambda text: painted(Written(text)), (), "PastedText", text=sampled(
    ["one"], [], *of(["", "$", "two\nlines", "$x^2$", "é → ✓", "a" * 90, None, 3])))  # fmt: skip


def shaped(size, frames, kind=Trail):
    """Return a scene that says of itself what may not be so."""
    made = kind()
    made.size, made.frames = size, frames
    return made


answer = partial(shaped, (40, 30), 1)
NO_SIZES = [None, 3, (80,), (80, 60, 3), (0, 60), (80, -1), (80.5, 60), "ab", (10**6, 60)]
SIZE, FRAMES = choice((80, 60), wrong=[*NO_SIZES, (np.nan, 9)]), integer(1, 6)
for kind in (an.SideBySide, an.Stacked):
    scene(lambda size, frames, kind=kind: kind(shaped(size, frames), Trail()), kind.__name__, size=SIZE, frames=FRAMES)
    part(lambda scenes, kind=kind: told(kind(*scenes) if isinstance(scenes, tuple) else kind(scenes)), (),
         f"{kind.__name__}, its scenes", scenes=choice(
             (Trail(), Trail()), wrong=[(), (Trail,), (Trail(), None), 2 * (Trail(),), (3,)]))  # fmt: skip
scene(lambda size, frames: an.EndingWith(shaped(size, frames), answer()), "EndingWith", size=SIZE, frames=FRAMES)
part(lambda scene, answer: told(an.EndingWith(scene, answer)), (), "EndingWith, its scenes",
     scene=choice(Trail(), wrong=[None, Trail, 3, [Trail()]]),
     answer=choice(answer(), wrong=[None, Trail, Trail(), shaped((800, 600), 1)]))  # fmt: skip

# --- films, pages and pictures in files, and the audit ----------------------------------------------------------------


class Unlike(Small):
    """Without axes that belong to its size."""

    draw, trail = Trail.draw, Trail.trail

    def update(self, frame):
        self.point.set_data([frame], [frame])
        return [self.point]


def film(suffix):
    """A path to write to, in that format; missing folders are made."""
    names = ["a" + suffix, "new/folders/A" + suffix.upper()]
    wrong = ["file.txt/a" + suffix, "n" * 300 + suffix, "", "a", "folder.gif", "a.bmp", suffix]
    good = [*map(inside, names), inside("Ordner mit ö 雪/b c ü" + suffix, Path)]
    return sampled(good, [*map(inside, wrong), *NO_PATHS])


def rendered(path, **given):
    """Render; return what was written: as many bytes, whatever the name."""
    path = an.render(path=path, progress=False, **given)
    return path.suffix, len(path.read_bytes())


NO_SCENES = [Trail, *(shaped(Unlike.size, frames, Unlike) for frames in (0, 1.5, None)),
             *(shaped(size, 6, Unlike) for size in ((0, 9), None, (10**6, 9), (20.5, 20)))]  # fmt: skip
FILM = {"scene": made(Trail, *NO_SCENES), "fps": real(5.0, 50.0, low=0.01, high=50), "colors": integer(255, 32),
        "hold_first": real(0.0, 1.0, high=600), "hold_last": real(2.0, 0.0, high=600)}  # fmt: skip
RENDERED = {
    f"render, {suffix}": Subject(
        rendered, files=lambda folder: (folder / "folder.gif").mkdir(), path=film(suffix), **FILM
    )
    for suffix in (".gif", ".apng", ".html", ".png", ".mp4")
}
MP4 = {"render, .mp4": RENDERED.pop("render, .mp4")}
RENDERED["render, a frame"] = Subject(
    rendered, files=lambda folder: (folder / "folder.gif").mkdir(), path=film(".png"), scene=made(Trail),
    frame=optional(choice(0, 5, -1, -6, np.int64(2), wrong=[6, -7, 1.5, "1", np.nan, [1], 10**20])),
)  # fmt: skip
part(lambda **given: an.Clip(**given).delays(), (), "Clip", **FILM | {"fps": real(5.0, 60.0, low=0.01, high=60)},
     holds=choice({}, {0: 1, -1: 0.5}, wrong=[None, 3, [1], {6: 1}, {-7: 1}, {0: -1}, {"a": 1}, {0.5: 1}, {0: "1"}]),
     motion=choice(1, np.int64(1), wrong=[0, -1, 2, 1.5, None, "1", [1]]),  # Trail does not glide
     loop=integer(0, 3), scale=real(1.0, 2.5, low=0.1, high=10),
     font=choice("", "DejaVu Serif", wrong=[None, 3, "No Such Font", ["DejaVu Serif"]]))  # fmt: skip
part(an.log_spaced_steps, last=integer(9, 200, low=-5), count=integer(2, 9, low=-5))
part(lambda size, frames: str(an.audit(shaped(size, frames, Unlike))), (), "Scene", speaks=("audit",),
     size=choice((80, 60), wrong=NO_SIZES), frames=FRAMES)  # fmt: skip


class Countdown(an.Scene):
    """A number that falls."""

    size, frames = (100, 60), 3

    def draw(self, figure):
        self.number = add_number(pixel_axes(figure, self.size), 60, 30, "{:.1f}", "left", zorder=3)

    def update(self, frame):
        self.number.set_value(2.5 - frame)
        return [self.number]


LEFT = [2.5, 1.5, 0.5]
NO_SOURCES = [3, "text", {"left": "x"}, {"left": [1, 2]}, {"left": None}, {"left": 1j}, [3], {"left": [[1.0]]},
              lambda frame: None, lambda frame: {"left": "x"}]  # fmt: skip
part(lambda **given: str(an.audit(**given)), (), "audit", scene=made(Countdown, *NO_SCENES),
     source=choice(None, {}, {"left": LEFT}, {"left": np.array(LEFT, np.float32)}, [{"left": LEFT}], wrong=NO_SOURCES),
     steps=optional(clock(0, 1, 2)), allowed=choice((), {}, ["2.5"], {"2.5"}, wrong=[None, 3, "2.5", [3]]),
     places=choice(None, lambda frame: {"left": (60, 30)}, wrong=[3, {"left": (60, 30)}, "text"]),
     names=choice(None, {}, {"left": "left"}, wrong=[3, ["left"], {"left": 3}, "left"]),
     frames=choice(None, [0, 2], range(2), [], {}, np.array([1]), wrong=[[3], [-1], [1.5], "012", 3, [None]]),
     checks=choice(["number"], ("number", "order"), also=[{}], wrong=["number", ["nonsense"], None, 3, [3]]),
     )  # fmt: skip
