"""One update is short: it passes only a few of our functions between the batch and the parameters."""

import sys
from contextlib import contextmanager
from pathlib import Path

import tinylearn
from tests.tinylearn.training_helpers import neuron
from tinylearn import SGD, MeanSquaredError, Recorder, fit
from tinylearn.datasets import celsius_fahrenheit

HERE = str(Path(tinylearn.__file__).parent)


@contextmanager
def functions_noted():
    """Note file and name of each function of tinylearn that is called meanwhile, in the set that this yields."""
    called = set()

    def note(frame, event, argument):
        if event == "call" and frame.f_code.co_filename.startswith(HERE):
            called.add((frame.f_code.co_filename[len(HERE) :], frame.f_code.co_qualname))

    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)


def test_one_update_passes_at_most_twelve_functions_by_its_parts_and_thirty_in_fit_with_a_recorder():
    (x, y), model, loss, optimizer, seen = celsius_fahrenheit(), neuron(), MeanSquaredError(), SGD(0.0005), set()
    for _ in range(2):  # the first one of a shape is checked in full
        with functions_noted() as called:
            loss.forward(model.forward(x), y)
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
    assert len(called) <= 12, sorted(called)

    def watch(update):
        """From the end of update 150 to the end of update 151, when a run has settled."""
        if update.step == 150:
            called_in_fit.clear()
        if update.step == 151:
            update.stop()
            seen.update(called_in_fit)

    with functions_noted() as called_in_fit:
        fit(model, x, y, loss=loss, optimizer=optimizer, epochs=999, callbacks=[Recorder(model), watch])
    assert len(seen) <= 30, sorted(seen)
    assert ("/layers/fast_dense.py", "Dense.backward") in called & seen
