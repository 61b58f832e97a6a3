"""One update is short: it passes only a few of our functions between the batch and the parameters."""

import sys
from pathlib import Path

import tinylearn
from tests.tinylearn.training_helpers import neuron
from tinylearn import SGD, MeanSquaredError, Recorder, fit
from tinylearn.datasets import celsius_fahrenheit

HERE = str(Path(tinylearn.__file__).parent)


def called_in(run):
    """Return file and name of each function of tinylearn that is called between run(begin, end)'s two calls."""
    called, seen = set(), set()

    def note(frame, event, argument):
        if event == "call" and frame.f_code.co_filename.startswith(HERE):
            called.add((frame.f_code.co_filename[len(HERE) :], frame.f_code.co_qualname))

    sys.setprofile(note)
    try:
        run(called.clear, lambda: seen.update(called))
    finally:
        sys.setprofile(None)
    assert ("/layers/fast_dense.py", "Dense.backward") in seen
    return seen


def test_passes_at_most_twelve_functions_by_its_parts_and_thirty_in_fit_with_a_recorder():
    (x, y), loss, optimizer = celsius_fahrenheit(), MeanSquaredError(), SGD(0.0005)

    def by_parts(begin, end):
        model = neuron()
        for about in (lambda: None, begin):  # the first update of a shape is checked in full
            about()
            loss.forward(model.forward(x), y)
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
        end()

    def by_fit(begin, end):  # from the end of update 150 to that of update 151: by then a run has settled
        moments = {150: lambda update: begin(), 151: lambda update: (end(), update.stop())}
        model = neuron()
        callbacks = [Recorder(model), lambda update: moments.get(update.step, lambda update: None)(update)]
        fit(model, x, y, loss=loss, optimizer=optimizer, epochs=999, callbacks=callbacks)

    for run, most in ((by_parts, 12), (by_fit, 30)):
        assert len(called_in(run)) <= most, sorted(called_in(run))
