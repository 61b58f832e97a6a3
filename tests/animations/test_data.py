"""Declared arguments: what a class of a few lines accepts, refuses, and shows as its signature."""

import copy
import inspect
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from animations import Scene, data
from animations.kit.correct_counts import CorrectCounts, few_counts


class Points(data.Data):
    x: np.ndarray = data.column("N")
    y: np.ndarray = data.array("N", "K")
    label: str = data.text(default="y", kw_only=True)


class Chart(Scene):
    points: Points = data.instance(Points)
    steps: np.ndarray = data.clock("S")
    names: tuple[str, ...] = data.texts("K", most=3)
    best: int = data.position("K")
    rate: float | None = data.real(low=0, default=None, kw_only=True)

    def prepare(self):
        self.total = self.points.y.sum()


def points(**changed):
    return Points(**{"x": [0, 1], "y": [[1, 2, 3], [4, 5, 6]]} | changed)


def chart(**changed):
    return Chart(**{"points": points(), "steps": [0, 1, 5], "names": ["a", "b", "c"], "best": 1} | changed)


def declared(name, kind=Scene, /, **fields):
    return type(name, (kind,), fields)


def test_keeps_copies_of_the_right_kind_and_prepares_with_all():
    x = np.array([[1.0], [2.0]], np.float32)
    made = points(x=x)
    x[:] = 0
    assert (made.x.tolist(), made.x.dtype, made.y.dtype, made.label) == ([1, 2], np.float32, np.float64, "y")
    for twin in (made, copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert (twin.lengths, twin.y.tolist()) == ({"N": 2, "K": 3}, [[1, 2, 3], [4, 5, 6]])
    drawn = chart()
    assert (drawn.frames, drawn.total, drawn.best, drawn.rate) == (3, 21, 1, None)


def test_allows_an_object_its_own_lengths_and_other_lengths_in_a_thing_that_stands_apart():
    roll = type("Roll", (), {"lengths": (1, 2)})()
    assert declared("Any", roll=data.anything())(roll).roll is roll
    both = declared("Both", data.Data, one=data.instance(Points), other=data.instance(Points, apart=True))
    assert both(points(), points(x=[0, 1, 2], y=[[1]] * 3)).lengths == {"N": 2, "K": 3}


def test_takes_the_number_of_epochs_from_the_counts():
    tallied = declared("Tallied", counts=few_counts())
    one, other = CorrectCounts("a", [1, 2, 3], 5), CorrectCounts("b", [1, 2], 5)
    assert tallied([one]).frames == tallied([one, one]).frames == 3
    with pytest.raises(ValueError, match=r"Tallied: 'b' must have a count for each of 3 epochs, got \(2,\)"):
        tallied([one, other])


def test_takes_the_signature_from_the_declaration_or_an_own_init_which_may_pass_on_arguments():
    class Own(Scene):
        values: np.ndarray = data.array("S")
        note: str = data.text(default="")

        def __init__(self, values):
            super().__init__(values, note="mine")

    @dataclass
    class Plain(Scene):
        n: int = 3

    mixin = type("Mixin", (), {"__init__": lambda self: setattr(self, "mixed", True)})
    assert type("Mixed", (Scene, mixin), {})().mixed
    signatures = {Chart: "(points, steps, names, best, *, rate=None)", Own: "(values)", Plain: "(n: int = 3) -> None",
                  declared("Sub", Own): "(values)", declared("Empty"): "()"}  # fmt: skip
    for kind, signature in signatures.items():
        assert str(inspect.signature(kind)) == signature
    assert (Own([1, 2]).frames, Own([1, 2]).note, Plain(n=5).n, Plain(5).n) == (2, "mine", 5, 5)


@pytest.mark.parametrize("name", ["fields", "lengths", "declared", "prepare", "draw", "update", "trail", "describe"])
def test_refuses_an_argument_named_like_a_part_of_data_or_a_method_of_a_scene(name):
    with pytest.raises(TypeError, match=f"Odd: every scene already has {name}; give the argument another name"):
        declared("Odd", **{name: data.array("K")})


def test_puts_arguments_of_a_subclass_before_inherited_ones_which_it_may_fix():
    class More(Points):
        z: float = data.real()
        label = "mine"

    assert list(inspect.signature(More).parameters) == ["z", "x", "y"]
    for kind in (More, type("Same", (More,), {})):
        made = kind(3, [0], [[1]])
        assert (made.z, made.label) == (3, "mine")


@pytest.mark.parametrize(("make", "message"), [
    (lambda: points(y=[[1, 2, 3]]), r"Points: y must have shape \(2, K\), as x has 2, got \(1, 3\)"),
    (lambda: points(x=[[0, 1]]), r"Points: x must have shape \(N,\), got \(1, 2\)"),
    (lambda: points(x=[0, np.nan]), "Points: x .*a picture needs a number in every place"),
    (lambda: points(label=3), "Points: label must be a text, got 3"),
    (lambda: points(z=3), "Points: got an unexpected keyword argument 'z'"),
    (lambda: Points([1]), "Points: missing a required argument: 'y'"),
    (lambda: declared("Plain")(3), "Plain: too many positional arguments"),
    (lambda: chart(names=["a", "b"]), "Chart: names must be 3 texts, got 2"),
    (lambda: chart(best=3), r"Chart: best must lie in 0 … 2, got 3"),
    (lambda: chart(steps=[5, 1]), "Chart: steps must be from 0 upwards and never go down"),
    (lambda: chart(rate=-1), "Chart: rate must be a number from 0"),
    (lambda: chart(points=[1]), "Chart: points must be a Points"),
    (lambda: declared("Two", steps=data.clock("N"), points=data.instance(Points))([0, 1, 2], points()),
     "Two: points must have 3 of N, as steps has 3, got 2"),
    (lambda: declared("Unlike", best=data.position("K"), names=data.texts("K"))(1, ["a", "b"]),
     "is one of K, but no argument before it has the length K"),
    (lambda: declared("Ranked", order=data.positions("S", "K"))([[0, 1]]),
     "is one of K, but no argument before it has the length K"),
])  # fmt: skip
def test_refuses_what_does_not_fit(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()


@pytest.mark.parametrize(("field", "right", "wrong", "message"), [
    (data.pixels("H", "W"), [[0, 0.5]], [[0, 2]], "for bytes: given / 255"),
    (data.growing("K"), [1, 2], [2, 1], "must be at least 2 numbers, each above the one before"),
    (data.positions("M", 4), [0, 3], [0, 4], "must lie in 0 … 3"),
    (data.positions(2, 4), [0, 3], [0, 3, 1], r"must be a list of whole numbers, \(2,\), got shape \(3,\)"),
    (data.integer(), 2, 0, "given must be"),
    (data.texts(2), ["x", "y"], ["x"], "must be 2 texts"),
    (data.anything(lambda caller, name, value: [value][1 - value]), 1, 2.5, "indices"),
])  # fmt: skip
def test_accepts_right_values_of_every_kind_and_names_wrong_ones(field, right, wrong, message):
    kind = declared("Kind", data.Data, given=field)
    assert np.array_equal(kind(right).given, right)
    with pytest.raises((TypeError, ValueError), match=message):
        kind(wrong)
