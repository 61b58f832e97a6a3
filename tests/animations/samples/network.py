"""Networks as diagrams, one update of a small one, and hidden neurons that look at two pictures."""

from functools import cache, partial

import numpy as np

import tinylearn as tl
from animations import Backpropagation, HiddenLayer, NetworkDiagram
from animations.kit.chain import Predictions
from chapters import ch04_activations as chapter
from tests.animations.network_helpers import NETS, dense, trained, trained_net
from tests.animations.samples.sample import Sample, unpictured
from tests.chapters.sources.update_by_hand import update_by_hand


def diagram(name, steps=(0, 2, 6)):
    model, recording, shape = trained_net(name)
    return NetworkDiagram(recording, model, steps, input_shape=shape)


def recording_of(name):
    return trained_net(name)[1]


@cache
def partly():
    return trained(dense(3, 4, 2), (3,), select=["dense_2.w", "dense_1.b"], every=2)


of_the_chapter = cache(chapter.one_update)


@cache
def learn(*layers, x=(0.5, -1.0), optimizer=None):
    """Return the recording of two updates with one row."""
    rng, made = np.random.default_rng(4), []
    for each in layers:
        made.append(tl.Dense(*each, rng=rng) if isinstance(each, tuple) else each())
    model = tl.Sequential(made)
    recorder = tl.Recorder(model)
    tl.fit(model, np.array([x]), np.array([[0.75]]), loss=tl.MeanSquaredError(), optimizer=optimizer or tl.SGD(0.1),
           epochs=2, callbacks=[recorder])  # fmt: skip
    return recorder.recording


def one_update(kind, step=1):
    return Backpropagation(learn((2, 1), kind, (1, 3), kind, (3, 1)), step)


HIDDEN_STEPS, NEURONS = [0, 2, 4, 8], [3, 0, 4]


@cache
def hidden_network():
    """Return model, recording, pictures and inputs of a network with five hidden neurons."""
    rng = np.random.default_rng(0)
    pictures, labels = rng.random((8, 4, 4, 3)), rng.integers(2, size=(8, 1)) * 1.0
    model = tl.Sequential([tl.Dense(16, 5, rng=rng), tl.ReLU(), tl.Dense(5, 1, rng=rng), tl.Sigmoid()])
    recorder, x = tl.Recorder(model), pictures[..., 0].reshape(8, -1)
    tl.fit(model, x, labels, loss=tl.BinaryCrossEntropy(), optimizer=tl.Adam(0.1), epochs=4, batch_size=4, rng=rng,
           callbacks=[recorder])  # fmt: skip
    return model, recorder.recording, pictures[:2], x[:2]


def hidden_answers():
    """Return learned (S, 4, 4, 3), answers (S, 2, 3) and predictions (S, 2), by hand."""
    _, recording, _, x = hidden_network()
    learned, answers, predicted = [], [], []
    for step in HIDDEN_STEPS:
        at = recording.at(step)
        learned.append((at["dense_1.w"] - recording.at(0)["dense_1.w"])[:, NEURONS].reshape(4, 4, 3))
        out = np.maximum(x @ at["dense_1.w"] + at["dense_1.b"], 0)
        answers.append(out[:, NEURONS])
        predicted.append(1 / (1 + np.exp(-(out @ at["dense_2.w"] + at["dense_2.b"])[:, 0])))
    return np.array(learned), np.array(answers), np.array(predicted)


def hidden(network=True, targets=(1, 0), **changed):
    model, recording, pictures, x = hidden_network()
    learned, answers, predicted = hidden_answers()
    given = {"pictures": pictures, "learned": learned, "answers": answers, "predicted": predicted,
             "steps": HIDDEN_STEPS}  # fmt: skip
    if network:
        given |= {"network": Predictions(recording, model, x, ["the horse", "the deer"]), "neurons": NEURONS}
    return HiddenLayer(**given | changed, targets=targets, classes=("deer", "horse"), note="test set",
                       title="three hidden neurons", ends=("answer horses", "answer deer"))  # fmt: skip


VERDICTS = np.repeat([[0.7], [0.2], [0.5], [0.5]], 2, axis=1)
SAMPLES = {f"network, {name}": Sample(partial(diagram, name), partial(recording_of, name)) for name in NETS} | {
    "network, partly recorded": Sample(lambda: NetworkDiagram(*partly()[::-1]), lambda: partly()[1]),
    "one update": Sample(lambda: Backpropagation(of_the_chapter()), lambda: update_by_hand(of_the_chapter()), drawn=6.4,
                         also=(1, 2, 4, 7, 8, 9, 10, 11)),
    "one update, tanh": Sample(lambda: one_update(tl.Tanh), also=(2,)),
    "hidden neurons": Sample(hidden, also=(2,)),
    "hidden neurons, verdicts": Sample(lambda: hidden(False, predicted=VERDICTS), pictured=False, also=(1,)),
} | unpictured({
    "one update, ReLU": lambda: one_update(tl.ReLU),
    "one update, LeakyReLU": lambda: one_update(tl.LeakyReLU, 2),
    "one update, sigmoid": lambda: one_update(tl.Sigmoid, 2),
    "hidden neurons, given": lambda: hidden(network=False),
    "hidden neurons, off": lambda: hidden(False, answers=np.zeros((4, 2, 3)), learned=np.zeros((4, 4, 4, 3))),
})  # fmt: skip
