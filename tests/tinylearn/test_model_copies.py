"""Copies of a model, deep or pickled, are packed and learn on their own."""

import copy
import pickle

import numpy as np
import pytest

from tests.tinylearn.model_helpers import small_model


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_deep_copy_is_equal_packed_and_independent(dtype):
    model = small_model(dtype=dtype)
    before = model.parameters.copy()
    twin = copy.deepcopy(model)
    np.testing.assert_array_equal(twin.parameters, before)
    assert twin.parameters.dtype == dtype
    twin.parameters[:] = 1
    np.testing.assert_array_equal(twin.layers[0].params["w"], np.ones((3, 4)))  # packed: the views see it
    np.testing.assert_array_equal(model.parameters, before)  # independent
    assert not np.shares_memory(twin.gradients, model.gradients)


def test_a_pickled_model_still_learns():
    model = pickle.loads(pickle.dumps(small_model()))
    np.testing.assert_array_equal(model.parameters, small_model().parameters)
    x = np.ones((2, 3))
    before = model.predict(x)
    model.parameters += 1
    assert not np.allclose(model.predict(x), before)
