"""The audit finds each of many planted faults in a small scene, and nothing in the scene without them."""

import numpy as np
import pytest
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.text import Text
from small_scenes import ALL

import tinylearn as tl
from animations import Scene, audit
from animations.audit import CHECKS, AuditError
from animations.audit.texts import drawn_texts
from animations.drawing import add_label, add_number, pixel_axes
from animations.painter import Painter, paint_whole
from animations.text import PastedText

FRAMES = 4
W = np.arange(FRAMES * 4).reshape(FRAMES, 2, 2) / 7 - 1
LOSS = 3.0 / (1 + np.arange(FRAMES))
SOURCE = {"loss": LOSS} | {f"w[{i},{j}]": W[:, i, j] for i in (0, 1) for j in (0, 1)}


class Tiny(Scene):
    """A board of four weights, a loss after its name, a curve with axes, and a second line."""

    size, frames = (400, 240), FRAMES

    def draw(self, figure):
        self.page = pixel_axes(figure, self.size)
        self.cells = {
            (i, j): add_number(self.page, 90 + 70 * j, 200 - 40 * i, "{:.2f}", f"w[{i},{j}]", zorder=3)
            for i in (0, 1)
            for j in (0, 1)
        }
        self.name = add_label(self.page, 230, 200, "loss")
        self.loss = add_number(self.page, 360, 200, "{:.3f}", "loss", zorder=3)
        self.axes = figure.add_axes((0.15, 0.2, 0.75, 0.35), xlim=(0, 3), ylim=(0, 4))
        (self.line,) = self.axes.plot([], [], color="#0068a8", zorder=3)
        (self.other,) = self.axes.plot([0, 3], [1, 1], color="#b83d00")
        self.labels = []

    def update(self, frame):
        for cell, number in self.cells.items():
            number.set_value(W[(frame, *cell)])
        self.loss.set_value(LOSS[frame])
        self.line.set_data(range(frame + 1), LOSS[: frame + 1])
        return [*self.cells.values(), self.loss, self.line, *self.labels]


def only(frame, change):
    """A fault of one frame: `change(scene)` after its update."""

    def plant(scene):
        update = scene.update

        def update_and_change(now):
            changed = update(now)
            if now == frame:
                change(scene)
            return changed

        scene.update = update_and_change

    return plant


def drawn(change):
    """A fault that is there from the beginning: `change(scene)` after it was drawn."""

    def plant(scene):
        draw = scene.draw
        scene.draw = lambda figure: (draw(figure), change(scene))

    return plant


def returns(choose):
    """`update` returns other artists."""

    def plant(scene):
        update = scene.update
        scene.update = lambda frame: choose(scene, update(frame))

    return plant


def swap(scene):
    one, other = scene.cells[0, 0], scene.cells[1, 1]
    one_text, other_text = one.get_text(), other.get_text()
    one.set_text(other_text)
    other.set_text(one_text)


def swap_places(scene, one=(0, 1), other=(1, 1)):
    one, other = scene.cells[one], scene.cells[other]
    places = one.get_position(), other.get_position()
    one.set_position(places[1])
    other.set_position(places[0])


def transpose(scene):
    """Every number keeps its gid and its value, at the place of another cell."""
    for (i, j), number in scene.cells.items():
        number.set_position((90 + 70 * i, 200 - 40 * j))


def vector(*places):
    """Three numbers that are alone in a scene's source: v[0], v[1], v[2], at `places`."""
    return drawn(lambda scene: [add_number(scene.page, x, y, "{:.1f}", f"v[{i}]", zorder=3).set_value(i)
                                for i, (x, y) in enumerate(places)])  # fmt: skip


def flash(make):
    """An artist that is to be seen in frame 2 alone; `make(scene)` returns it."""

    def plant(scene):
        draw, update = scene.draw, scene.update

        def draw_more(figure):
            draw(figure)
            scene.flash = make(scene)

        def show(frame):
            scene.flash.set_visible(frame == 2)
            return [*update(frame), scene.flash]

        scene.draw, scene.update = draw_more, show

    return plant


def keep_old(scene):
    scene.loss.set_text(f"{LOSS[0]:.3f}")


def remember(scene):
    """What this frame shows depends on what was drawn before."""
    update, count = scene.update, []

    def counting(frame):
        changed = update(frame)
        count.append(frame)
        scene.name.set_text("loss" + "!" * (len(count) > FRAMES))
        return [*changed, scene.name]

    scene.update = counting


def label(x, y, text, **settings):
    return drawn(lambda scene: add_label(scene.page, x, y, text, **settings))


FAULTS = {
    "a wrong digit": ("number", "loss", only(2, lambda scene: scene.loss.set_text("1.001"))),
    "a wrong sign": ("number", "w[0,0]", only(0, lambda scene: scene.cells[0, 0].set_text("1.00"))),
    "a wrong rounding": ("number", "loss", only(3, lambda scene: scene.loss.set_text("0.76"))),
    "swapped numbers": ("number", "w[1,1]", only(1, swap)),
    "a number that does not change": ("number", "loss", only(3, keep_old)),
    "numbers of the frame before": ("number", "w[0,0]", only(2, lambda scene: scene.cells[0, 0].set_value(W[1, 0, 0]))),
    "too few digits": ("number", "loss", only(2, lambda scene: scene.loss.set_text("1.0e1"))),
    "a number cut short": ("number", "w[0,0]", only(1, lambda scene: scene.cells[0, 0].set_text("-0.42"))),
    "a comma for the point": ("number", "loss", only(1, lambda scene: scene.loss.set_text("1,500"))),
    "a number that is no number": ("number", "loss", only(1, lambda scene: scene.loss.set_text("nan"))),
    "a missing number": ("number", "w[0,1]", only(1, lambda scene: scene.cells[0, 1].set_visible(False))),
    "a number that nobody knows": ("number", "gain", drawn(lambda scene: scene.loss.set_gid("gain"))),
    "two numbers in one text": ("number", "loss", only(1, lambda scene: scene.loss.set_text("1.500 of 3"))),
    "a gid that is there twice": ("twice", "w[0,0]", drawn(lambda scene: scene.cells[0, 1].set_gid("w[0,0]"))),
    "a missing gid": ("nameless", "3.000", drawn(lambda scene: scene.loss.set_gid(None))),
    "digits in a plain text": (
        "nameless", "b = 7", drawn(lambda scene: scene.page.add_artist(Text(20, 200, "b = 7", fontsize=9))),
    ),
    "places of a board swapped": ("board", "w[i,j]", drawn(swap_places)),
    "a board transposed": ("board", "w[i,j]", drawn(transpose)),
    "a board with its rows upside down": (
        "board", "w[i,j]",
        drawn(lambda scene: (swap_places(scene, (0, 0), (1, 0)), swap_places(scene, (0, 1), (1, 1)))),
    ),
    "two cells in each other's place, in one frame": ("board", "w[i,j]", only(2, swap_places)),
    "a row of numbers in another order": ("board", "v[i]", vector((20, 225), (100, 225), (60, 225))),
    "a column of numbers in another order": ("board", "v[i]", vector((20, 225), (20, 185), (20, 205))),
    "numbers around a circle in another order": (
        "board", "v[i]", vector((40, 230), (60, 210), (20, 210), (40, 190)),
    ),
    "a number out of its row": ("board", "v[i]", vector((20, 225), (60, 185), (10, 225))),
    "a cell out of its line": ("board", "w[i,j]", drawn(lambda scene: scene.cells[1, 1].set_y(150))),
    "a mark that says something else": ("mark", "7", drawn(lambda scene: scene.axes.set_xticks([0, 1], ["0", "7"]))),
    "a factor at the end of an axis": ("mark", "1e6", drawn(lambda scene: scene.axes.set_ylim(0, 4e6))),
    "cut off on the left": ("cut off", "outside", label(-20, 100, "outside")),
    "cut off above": ("cut off", "above", label(20, 238, "above")),
    "cut off by its axes": (
        "cut off", "clipped", drawn(lambda scene: add_label(scene.axes, 2.9, 3, "clipped", clip_on=True)),
    ),
    "cut off by its axes, in one frame": (
        "cut off", "clipped",
        flash(lambda scene: add_label(scene.axes, 2.9, 3, "clipped", clip_on=True, zorder=3)),
    ),
    "under a patch": (
        "covered", "loss", drawn(lambda scene: scene.page.axvspan(225, 250, 0.75, 0.95, color="#ffffff", zorder=9)),
    ),
    "half under a patch": (
        "covered", "loss", drawn(lambda scene: scene.page.axvspan(240, 250, 0.75, 0.95, color="#ffffff", zorder=9)),
    ),
    "a number under a patch, in one frame": (
        "covered", "1.000",
        flash(lambda scene: scene.page.axvspan(300, 380, 0.75, 0.95, color="#0068a8", zorder=9)),
    ),
    "under a picture": (
        "covered", "loss",
        drawn(lambda scene: scene.page.imshow([[0]], extent=(220, 260, 180, 220), cmap="Blues", zorder=9)),
    ),
    "in the colour of what is under it": (
        "covered", "loss", drawn(lambda scene: scene.page.axvspan(220, 260, 0.7, 0.95, color=scene.name.get_color())),
    ),
    "two texts on each other, in one frame": (
        "touching", "'loss' and '1.000'", only(2, lambda scene: scene.name.set_x(330)),
    ),
    "two slanted texts on each other": (
        "touching", "'one' and 'other'",
        drawn(lambda scene: [add_label(scene.page, 20 + 8 * k, 200, word, rotation=45)
                             for k, word in enumerate(("one", "other"))]),
    ),
    "two texts on each other": ("touching", "'loss' and 'error'", label(240, 196, "error")),
    "something on the edge": ("edge", "edge", drawn(lambda scene: scene.page.plot([0, 400], [120, 120]))),
    "on the edge in one frame": (
        "edge", "edge", flash(lambda scene: scene.page.plot([0, 400], [120, 120], zorder=3)[0]),
    ),
    "a faint colour in one frame": (
        "contrast", "1.000", only(2, lambda scene: scene.loss.set_color("#c9ced6")),
    ),
    "a faint colour": ("contrast", "loss", drawn(lambda scene: scene.name.set_color("#c9ced6"))),
    "a faint, transparent text": ("contrast", "loss", drawn(lambda scene: scene.name.set_alpha(0.3))),
    "dark on dark": (
        "contrast", "loss", drawn(lambda scene: scene.page.axvspan(200, 300, 0.7, 0.95, color="#202020")),
    ),
    "red and green": (
        "colour blindness", "#5e6a00 and #c01000",
        drawn(lambda scene: (scene.line.set_color("#c01000"), scene.other.set_color("#5e6a00"))),
    ),
    "red and green dots": (
        "colour blindness", "#5e6a00 and #c01000",
        drawn(lambda scene: scene.axes.scatter([1, 2], [2, 2], color=["#c01000", "#5e6a00"])),
    ),
    "red and green, in one frame": (
        "colour blindness", "#5e6a00 and #c01000",
        flash(lambda scene: scene.axes.scatter([1, 2], [2, 2], color=["#c01000", "#5e6a00"], zorder=3)),
    ),
    "error and the third of the series, as they were": (
        "colour blindness", "#657908 and #b83d00",
        drawn(lambda scene: (scene.line.set_color("#657908"), scene.other.set_color("#b83d00"))),
    ),
    "a map from red to green": (
        "colour blindness", "#5e6a00 and #c01000",
        drawn(lambda scene: scene.axes.imshow([[0, 1]], cmap=two_ends(), extent=(1, 2, 1, 2), aspect="auto")),
    ),
    "a number that is not returned": (
        "not returned", "loss", returns(lambda scene, changed: [each for each in changed if each is not scene.loss]),
    ),
    "a number that comes and is not returned": (
        "not returned", "loss",
        returns(lambda scene, changed: (scene.name.set_visible(not scene.loss.get_text() < "1.1"), changed)[1]),
    ),
    "a frame that remembers": ("order", "frame", remember),
}  # fmt: skip


def two_ends():
    return LinearSegmentedColormap.from_list("ends", ["#c01000", "#5e6a00"])


def test_nothing_is_found_in_the_scene_without_faults():
    report = audit(Tiny(), SOURCE, names={"loss": "loss"}).check()
    assert (report.ok, report.findings) == (True, [])
    assert (report.frames, report.numbers, report.compared) == (FRAMES, 5 * FRAMES, 5 * FRAMES)


@pytest.mark.parametrize("kind", CHECKS)
def test_a_check_that_is_asked_alone_finds_nothing_either(kind):
    assert audit(Tiny(), SOURCE, names={"loss": "loss"}, checks=[kind]).ok


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault):
    kind, what, plant = FAULTS[fault]
    scene = Tiny()
    plant(scene)
    report = audit(scene, SOURCE, checks=[kind])
    assert (kind, what) in {(finding.kind, finding.what) for finding in report.findings}
    with pytest.raises(AuditError, match=kind):
        report.check()


def planted(plant):
    scene = Tiny()
    plant(scene)
    return scene


class Honest(Scene):
    """What matplotlib offers, used as it should be: slanted labels, an arrow with a text, numbers around a circle."""

    size, frames = (400, 300), 2

    def draw(self, figure):
        axes = figure.add_axes((0.1, 0.3, 0.4, 0.5), xlim=(0, 1), ylim=(0, 1))
        axes.set_xticks(np.linspace(0.1, 0.9, 5), [f"label {letter}" for letter in "abcde"], rotation=45)
        self.note = axes.annotate("", (0.1, 0.1), (0.5, 0.5), arrowprops={"arrowstyle": "->"}, gid="note", zorder=3)
        places = [(0.75 + 0.15 * np.cos(k), 0.5 + 0.2 * np.sin(k)) for k in range(6)]
        self.around = [figure.text(x, y, "", gid=f"v[{k}]", zorder=3) for k, (x, y) in enumerate(places)]

    def update(self, frame):
        for k, text in enumerate([self.note, *self.around]):
            text.set_text(str(frame + k))
        return [self.note, *self.around]


def test_nothing_is_found_in_an_honest_scene():
    values = {"note": [0, 1]} | {f"v[{k}]": [k + 1, k + 2] for k in range(6)}
    assert audit(Honest(), values).check().placed == 12


def test_every_kind_of_check_has_a_planted_fault():
    assert {kind for kind, _, _ in FAULTS.values()} | {"place", "name"} == set(CHECKS)


def test_a_number_off_its_place_or_after_another_name_is_found():
    at = {"loss": (360, 200)}
    assert audit(Tiny(), places=lambda frame: at).ok
    report = audit(Tiny(), places=lambda frame: at | {"w[0,0]": (95, 200)}, names={"loss": "gain"})
    assert [(finding.kind, finding.what) for finding in report.findings] == [("place", "w[0,0]"), ("name", "loss")]


def test_a_finding_says_where_and_how_often():
    scene = Tiny()
    only(2, lambda scene: scene.loss.set_text("1.001"))(scene)
    (finding,) = audit(scene, SOURCE).findings
    assert (finding.frame, finding.kind, finding.what, finding.frames) == (2, "number", "loss", 1)
    assert finding.message == "loss shows 1.001, its source says 1.0"
    assert audit(planted(label(-20, 100, "outside"))).findings[0].frames == FRAMES


# --- sources ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def recording():
    model = tl.Sequential([tl.Dense(2, 2, rng=np.random.default_rng(0))])
    recorder = tl.Recorder(model)
    x = np.random.default_rng(1).random((4, 2))
    tl.fit(model, x, x[:, ::-1], loss=tl.MeanSquaredError(), optimizer=tl.SGD(0.1), epochs=3, batch_size=4,
           callbacks=[recorder])  # fmt: skip
    return recorder.recording


class Recorded(Tiny):
    """The weights of a recording."""

    def __init__(self, recording, name=""):
        self.recording, self.name_before = recording, name

    def draw(self, figure):
        super().draw(figure)
        for (i, j), number in self.cells.items():
            number.set_gid(f"{self.name_before}dense_1.w[{i},{j}]")
        self.loss.set_gid(f"{self.name_before}step")

    def update(self, frame):
        super().update(frame)
        for cell, number in self.cells.items():
            number.set_value(self.recording["dense_1.w"][(frame, *cell)])
        self.loss.set_value(self.recording.steps[frame])
        return [*self.cells.values(), self.loss, self.line]


def test_numbers_are_compared_with_a_recording(recording):
    assert audit(Recorded(recording), recording).check().compared == 5 * FRAMES
    assert audit(Recorded(recording, "left."), {"left": recording}).ok
    late = audit(Recorded(recording), recording, steps=[0, 0, 2, 3])
    assert {(finding.frame, finding.kind) for finding in late.findings} == {(1, "number")}


def test_the_first_source_that_knows_a_number_counts(recording):
    report = audit(Recorded(recording), [{"step": [0, 1, 2, 4]}, recording])
    assert [(finding.frame, finding.what) for finding in report.findings] == [(3, "step")]


def test_what_does_not_fit_is_refused(recording):
    scene = Recorded(recording)
    scene.frames = 3
    with pytest.raises(ValueError, match="has 3 frames and does not say which of the 4 records each shows"):
        audit(scene, recording)
    with pytest.raises(ValueError, match=r"loss must be one number, or one for each of 4 frames, got \(3,\)"):
        audit(Tiny(), {"loss": [1, 2, 3]})
    with pytest.raises(ValueError, match="there is no check colour; there is number, "):
        audit(Tiny(), checks=["colour"])
    with pytest.raises(TypeError, match="a source must be a Recording, a mapping"):
        audit(Tiny(), 3)


# --- texts -----------------------------------------------------------------------------------------------------------


def texts_that_draw_themselves(scene, frame, monkeypatch):
    """Return the texts that are told to draw themselves: matplotlib asks only marks that lie within their axis."""
    drawn = {}

    def watch(kind):
        draw = kind.draw

        def draw_and_remember(text, renderer):
            drawn[id(text)] = text
            return draw(text, renderer)

        patch.setattr(kind, "draw", draw_and_remember)

    with monkeypatch.context() as patch:
        watch(Text)
        watch(PastedText)
        paint_whole(scene, frame)
    texts = [text.get_text() for text in drawn.values() if text.get_visible() and text.get_text().strip()
             and np.allclose(text.get_figure(root=True).bbox.size, scene.size)]  # fmt: skip
    return sorted(texts)  # without single letters, which are drawn once in figures of their own


@pytest.mark.parametrize("make", [Tiny, *ALL])
def test_the_audit_sees_the_texts_that_matplotlib_draws(make, monkeypatch):
    painter = Painter(make())
    painter.paint(2)
    later = {id(artist) for trail in painter.trails[3:] for artist in trail}
    seen = sorted(text.get_text() for text in drawn_texts(painter.figure, later))
    assert seen == texts_that_draw_themselves(make(), 2, monkeypatch)
