"""What scenes refuse, in their own words. That they refuse whatever is no list, no number, not finite or of another
length is in `tests/bad_input`.
"""

import numpy as np
import pytest

import animations as an
import tinylearn as tl
from animations.scenes.descent.walk import Walk
from chapters import ch02_gradient_descent as ch02
from tests.animations.explored import learn
from tests.animations.samples import activations, classes, convolution, descent, lake, network, neurons, tables
from tests.animations.samples.training import made_up
from tinylearn.datasets import Table, sine


def layer(*units):
    return tl.Dense(*units, rng=np.random.default_rng(0))


def dense(*units):
    return tl.Sequential([layer(*units)])


def recorded(model):
    """Return the recording of a model that has learned nothing yet."""
    return tl.Recorder(model).recording


def updates_of(model, optimizer=None, rows=1, loss=None, epochs=2):
    """Return the recording of a model that learns random numbers, an update an epoch."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(rows, 1))
    y = rng.normal(size=model.forward(x).shape)
    return learn(model, x, y, loss or tl.MeanSquaredError(), optimizer or tl.SGD(0.1), epochs=epochs)


def learned(*ends, optimizer=None, loss=None, loaded=False):
    """Return the recording of a neuron, and the rows that it learned from."""
    model, x = tl.Sequential([layer(1, 1), *ends]), np.array([[-1.0], [0.5], [2.0]])
    y = 3 * x + 1
    recording = learn(model, x, y, loss or tl.MeanSquaredError(), optimizer or tl.SGD(0.1), epochs=3)
    return tl.Recording(recording.table, recording.meta, source="a file") if loaded else recording, x, y


def of_two_pictures():
    """Return the recording of a neuron without a sigmoid that looks at two pictures."""
    x = neurons.PICTURES[..., 0].reshape(2, -1)
    return learn(dense(1024, 1), x, [[1], [0]], tl.MeanSquaredError(), tl.SGD(1e-4), epochs=4)


class Absolute(tl.Loss):
    def forward(self, predicted, target):
        self.error = predicted - target
        return np.abs(self.error).mean()

    def backward(self):
        return np.sign(self.error) / self.error.size


class Halved(tl.MeanSquaredError):
    """A loss with other gradients."""

    def backward(self):
        return super().backward() / 2


def count(right, total=2, name="a"):
    return an.CorrectCounts(name, right, total)


def class_bars(rows=((0.5, 0.5),), names=("cat", "dog"), pictures=None, inputs=48):
    count = len(names)
    return an.ClassBars(np.zeros((1, 4, 4, 3)) if pictures is None else pictures, np.array(rows)[:, None], names,
                        targets=[count - 1], steps=range(len(rows)), epochs=range(len(rows)),
                        model=tl.Sequential([tl.Flatten(), layer(inputs, 2)]))  # fmt: skip


def without_values(value):
    series = descent.series()
    series[1].columns["f"][3] = value
    return descent.chart(series)


def feature_maps(**changed):
    given = {"picture": np.zeros((8, 8, 3)), "filters": np.zeros((2, 3, 3, 3, 4)), "maps": np.zeros((2, 8, 8, 4)),
             "contributions": np.zeros((2, 4)), "biases": np.zeros(2), "steps": [0, 1]}  # fmt: skip
    return an.FeatureMaps(**given | changed, answers=("deer", "horse"), target=1)


def pulls(**changed):
    given = convolution.update()
    return convolution.pulls(**{name: change(given.get(name)) for name, change in changed.items()})


def hidden(**changed):
    scene = network.hidden()
    wrong = {"targets": (1, 0), "classes": ("deer", "horse"), "title": "three", "ends": ("horses", "deer"),
             "network": scene.network, "neurons": [0, 1, 2]}  # fmt: skip
    return an.HiddenLayer(scene.pictures, scene.learned, scene.answers, scene.predicted, scene.steps, **wrong | changed)


(X, Y), VALLEY = sine(5), descent.valley()
MAPS, UPDATES, INPUTS = convolution.maps_of, network.Backpropagation, classes.INPUTS
REFUSED = [
    # tables
    (lambda: an.Pie(Table([1, 2], ["Rome", "Oslo"], [[8, 0], [9, -4]], clock="month")),
     "a share cannot be negative, but Oslo is -4 at month 2"),
    (lambda: an.Pie(Table([1, 2], ["A", "B"], [[0, 0], [1, 1]], clock="year")),
     "every row needs a value above 0, otherwise it has no shares; got none at year 1"),
    *((lambda kind=kind: kind(tables.gdp(), top=16), f"{kind.__name__}: top must lie in 1 … 15, got 16")
      for kind in (an.GrowingLines, an.BarRace, an.Bars, an.Pie)),
    # descent
    (lambda: an.Valley(VALLEY.x, VALLEY.y, VALLEY.f, VALLEY.levels, "f", bottom=(0, 4), numbers_at=3),
     r"Valley: bottom must lie on the map, y up to 3\.2, got 4"),
    *((lambda value=value: without_values(value), "f of slow must be finite and above 0, for a log axis")
      for value in (0.0, -1.0, np.nan)),
    (lambda: an.CurveDescent(descent.descent(0.1), descent.curve(), [0, 1], title="", name="n",
                             views=[(0, 20), (20, 0)]), "views must go from a smaller x to a larger"),
    (lambda: an.Descent(descent.recorded(x=[1]), descent.height, descent.slope, 0.1, enough=0),
     "expected a record of every step, 0, 1, …, got <Recording: 1 records"),
    (lambda: Walk(ch02.descend(ch02.Point(**ch02.VALLEY_START), ch02.valley, ch02.valley_slope, tl.SGD(0.01), most=3,
                               enough=-1), tl.SGD(0.02), ch02.valley, ch02.valley_slope),
     "must make the recorded steps"),
    (lambda: descent.enlarged(by=10), "closer must fit on the map, x from -10 to 4, got -6 to 19: choose another"),
    # activations
    (lambda: an.CurveStates(recorded(dense(1, 1)), dense(1, 1), X[::-1], Y, [0]),
     "CurveStates: x, .* must be at least 2 numbers, each above the"),
    (lambda: an.CurveFit(activations.states(), title="", name="line", best_line=0.5, heights=(-1, 1), losses=(0, 1)),
     "CurveFit: losses must be 1e-100 or more, got 0 to 1"),
    (lambda: an.CurveRace({"a": activations.states(), "b": an.CurveStates(*activations.trained()[::-1], activations.X,
                                                                          activations.Y, [0, 2])},
                          title="", best_line=1), "CurveRace: all states must have the same steps, got different ones"),
    # neurons
    (lambda: an.NeuronStates(recorded(dense(2, 1)), np.ones(3), np.ones(3), [0]),
     r"dense_1.w, of one input and one neuron, .* \(1, 1, 1\), got \(1, 2, 1\)"),
    (lambda: neurons.slow_motion(target=neurons.TARGET + 1), "must be all rows that the neuron learned from"),
    (lambda: neurons.slow_motion(x=np.arange(11.0), target=np.arange(11.0)), "room for 10 rows, got 11"),
    (lambda: neurons.slow_motion(layer="dense_2"), "dense_2"),
    (lambda: an.NeuronUpdates(*learned(optimizer=tl.Adam(0.1)), [1]),
     r"NeuronUpdates: each step must be learning rate · gradient, .*: update 1 made dense_1.w\[0,0\]"),
    (lambda: an.NeuronUpdates(*learned(optimizer=tl.SGD(0.1, momentum=0.5)), [1, 2]), "update 2 made"),
    (lambda: an.NeuronUpdates(*learned(loss=Absolute()), [1]), "with the mean squared error"),
    (lambda: an.NeuronStates(*learned(tl.Sigmoid()), [0]),
     r"model, Sequential\(\[Dense\(1, 1\), Sigmoid\(\)\]\), answers .* after update 0, but w · x \+ b is"),
    (lambda: an.NeuronStates(*learned(loss=Absolute()), [0]), r"the loss after update 0 is .* by the recorded loss"),
    (lambda: an.NeuronStates(*learned(loss=Absolute(), loaded=True), [0]), "in the recording, whose batches have"),
    (lambda: an.PixelStates(of_two_pictures(), neurons.PICTURES, [0]),
     r"PixelStates: the recorded model, Sequential\(\[Dense\(1024, 1\)\]\), answers"),
    (lambda: an.PixelStates(recorded(dense(1024, 1)), neurons.PICTURES, [0]), "has no Sigmoid"),
    (lambda: an.CurveStates(learned()[0], tl.Sequential([layer(1, 1), tl.Tanh()]), *learned()[1:], [0]),
     "but what the given model answers is"),
    (lambda: an.PixelStates(neurons.of_pictures(), neurons.PICTURES, [0, 9]),
     r"steps must be recorded steps, 0 to 8, got \[0, 9\]"),
    (lambda: an.PixelStates(neurons.of_pictures(), neurons.PICTURES[:, :4, :4], [0]),
     r"dense_1.w, of one neuron .* \(1, 16, 1\), got \(1, 1024, 1\)"),
    (lambda: an.PixelNeuron(an.PixelStates(neurons.of_pictures(), neurons.PICTURES, range(9)), [1, 1], neurons.counts(),
                            names=["horse", "horse"], answers=neurons.ANSWERS, notes=["", ""]),
     r"expected two pictures with different names, got \('horse', 'horse'\)"),
    # classes
    *((lambda right=right: count(right, 4, "seen"), rf"CorrectCounts: 'seen' must count 0 to 4 correct .*, got {got}")
      for right, got in (([1, 5], r"\[1\. 5\.\]"), ([-1, 4], r"\[-1\.  4\.\]"), ([0.5, 1], r"\[0\.5 1\. \]"))),
    (lambda: classes.by_class(of_each=[[1, 0, 2], [1, 3, 0]]), "of_each of 'training set' must add up to correct"),
    (lambda: classes.by_class(classes=None), "'training set' needs of_each and classes together"),
    (lambda: classes.augmentation(angles=[0, 0, 0, 181]), r"angles must lie in \[-180, 180\]"),
    (lambda: classes.augmentation(picture=np.zeros((8, 16, 2))), "the last axis of picture must be 1 or 3 long"),
    (lambda: an.SoftmaxBars(np.array([[0, 1000.0]]), [[0, 1.0]], moving=0), r"inputs must lie in \[-700, 700\], got"),
    (lambda: an.SoftmaxBars(INPUTS, tl.Softmax().forward(2 * INPUTS), moving=0),
     "probabilities must be those of the inputs"),
    (lambda: class_bars([[1.0]], ["cat"]), "names must be 2 to 12 texts, got 1"),
    (lambda: class_bars([[0.5, 0.6]]), r"add up to 1, .* the rows add up to 1\.1"),
    (lambda: class_bars([[-0.5, 1.5]]), r"must be 0 or more, got -0\.5 to 1\.5"),
    (lambda: class_bars(pictures=np.full((1, 4, 4, 3), 255)), "pictures must lie in .*; for bytes: pictures / 255"),
    (lambda: class_bars(inputs=47), r"Dense\(47, 2\)"),
    (lambda: classes.bars(["logits"], logits=np.ones((3, 2, 3))), "probabilities must be the softmax of logits"),
    (lambda: classes.bars(["logits", "features"]),
     "give features, weights and biases together to explain logits, got some of them"),
    (lambda: classes.bars(["features", "weights", "biases"]), "explain logits; give logits, too"),
    (lambda: classes.bars(["logits", "features", "weights"], biases=np.full((3, 3), 9)),
     "logits must be features · weights"),
    # convolution
    (lambda: an.ConvolutionSteps(np.ones((9, 3)), [[1]]),
     "image may have at most 8 rows and columns to be drawn, got 9 × 3; take a part"),
    (lambda: an.ConvolutionSteps([[1]], [[1000]]), "kernel must hold numbers between -1000 and 1000 to be drawn"),
    (lambda: an.ConvolutionSteps([[1]], np.ones((2, 2))), "a window of 2 × 2 does not fit an image of 1 × 1"),
    (lambda: an.ConvolutionSteps([[1]], [[1]], padding=-1), "padding must not be negative, got -1"),
    (lambda: an.ConvolutionSteps([[1]], [[1]], padding=6),
     "image and padding may have at most 12 rows and columns .* got 13 × 13"),
    (lambda: feature_maps(maps=np.full((2, 8, 8, 4), -0.1)),
     "maps must be 0 or more, got -0.1 .*; take them after ReLU"),
    (lambda: MAPS(x=None), "give x and filter_biases together to explain the maps, got one of them"),
    (lambda: MAPS(x=np.zeros((16, 16, 3))), "maps must be those of x, filters and filter_biases"),
    (lambda: MAPS(weights=np.ones((7, 4, 4, 3))), "contributions must be those of maps, max pooling and weights"),
    (lambda: MAPS(weights=np.ones((7, 5, 4, 3))), "must be covered by windows"),
    (lambda: MAPS(recording=recorded(dense(1, 1))), "recording must contain"),
    (lambda: pulls(gradient=lambda given: given * 1.01), "must add up to gradient; take both from one update"),
    (lambda: pulls(dout=lambda given: 0 * given, gradient=lambda given: 0 * given), "4 places must pull .* got 0"),
    (lambda: pulls(before=lambda given: 2 * given, recording=lambda given: convolution.trained()[1]),
     "before must be the filter before update 3, as in recording"),
    (lambda: convolution.pulls(recording=updates_of(dense(1, 1), epochs=4)), "recording must contain"),
    # the lake
    (lambda: lake.moves(rows=("SFF", "FG")), "rows must be texts of one length with the letters S, F, H, G"),
    (lambda: lake.moves(tiles=lake.TILES[:-1]), "one tile more than actions, got 6 actions and 6 tiles"),
    (lambda: lake.moves(logits=np.ones((16, 4))), "LakeMoves: predictions must be the sigmoid of logits"),
    (lambda: lake.moves(bias=None), "LakeMoves: give features, weights and bias together to explain logits"),
    (lambda: lake.moves(logits=None), "LakeMoves: features, weights and bias explain logits; give logits, too"),
    (lambda: lake.learned(bias=np.full(3, 9)), "LakeLearning: logits must be features · weights"),
    (lambda: lake.learning(rows=("SFFFFFFFFG",)), "rows may have at most 8 rows and columns .*, got 1 × 10"),
    (lambda: lake.learning(rows=("HHHG",) * 4), "rows need a tile S or F, where an episode goes on"),
    (lambda: lake.learning(wins=2 * lake.WINS + 1), "LakeLearning: wins must"),
    *((lambda last=last: lake.learning(ways=[*lake.WAYS[:5], *last]), f"LakeLearning: {message}")
      for last, message in (([], "ways must be 6, one for each record, of tiles 0 to 15, got 5"),
                            ([[0, 16]], "ways must be 6"), ([[]], "ways must be 6"),
                            ([[0, -1]], r"ways\[5\], \[0, -1\], must"))),
    (lambda: lake.player("first", episodes=[0, 0, 2, 2, 2]),
     "episodes must count 0, 1, … up to 9 at most, because ends has 10, got"),
    (lambda: lake.player("first", episodes=[0, 0, 1, 1, 1], ends=[5]), "episodes must count 0, 1, … up to 0 at most"),
    (lambda: lake.player("first", rate=lake.EXACT_100 + 0.01), "LakePlayer: rate must follow from chances"),
    *((lambda players=players: an.LakeEpisodes("", [lake.player(name, **given) for name, given in players]),
       f"LakeEpisodes: players must be one or two, .* got {len(players)}: ")
      for players in ([], 3 * [("first", {})], [("first", {}), ("second", {"ends": 9 * [1]})])),
    # networks
    (lambda: UPDATES(updates_of(dense(1, 1), rows=2)),
     r"Backpropagation: update 1 must have a batch of one row; train with batch_size=1, got \(2, 1\)"),
    (lambda: UPDATES(updates_of(dense(1, 1), tl.Adam(0.1))), "SGD without momentum and weight decay, got Adam"),
    (lambda: UPDATES(updates_of(dense(1, 1), tl.SGD(0.1, momentum=0.5))), "momentum and weight decay, got SGD"),
    (lambda: UPDATES(updates_of(dense(1, 1), loss=Halved())), "MeanSquaredError of one output, got Halved"),
    (lambda: UPDATES(updates_of(dense(1, 2))), r"of one output, got MeanSquaredError\(\) of \(2,\)"),
    (lambda: UPDATES(updates_of(tl.Sequential([layer(1, 4), layer(4, 1)]))),
     r"at most 3 weights in each layer, got \[Dense\(1, 4\)"),
    (lambda: UPDATES(updates_of(tl.Sequential([layer(1, 1) for _ in range(6)]))), "at most 5 layers, got 6"),
    (lambda: UPDATES(updates_of(tl.Sequential([dense(1, 1)]))),
     "must have layers that are Dense, ReLU, LeakyReLU, Sigmoid, Tanh, got"),
    (lambda: UPDATES(network.of_the_chapter(), 2), "step 2 is not in this recording"),
    (lambda: network.hidden(False, learned=np.zeros((4, 4, 4, 5)), answers=np.zeros((4, 2, 5))),
     r"HiddenLayer: expected two targets and 1 to 4 neurons, got \[1, 0\] and 5"),
    (lambda: network.hidden(False, answers=-1 - network.hidden_answers()[1]), "take them after ReLU"),
    (hidden, "the network does not give these answers after update 8; give the recording"),
    (lambda: network.hidden(predicted=0.5 * network.hidden_answers()[2]), "the network must give these probabilities"),
    (lambda: hidden(layer="relu_9"), "with the layer, now 'relu_9'"),
    # trainings
    (lambda: an.Race(dict.fromkeys("abcdefg", made_up([1.0]))), "1 to 6 runners, got 7"),
    (lambda: an.Race({"a": [1, 2]}), r"as race\(…\) returns, got {'a': \[1, 2\]}"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_refuses_what_cannot_be_drawn(make, message):
    with pytest.raises((ValueError, TypeError, KeyError), match=rf"(?s){message}"):
        make()
