"""A run that continues from a checkpoint ends with the bits of a run without interruption."""

import numpy as np
import pytest

from tests.tinylearn.checkpoint_runs import EPOCHS, OPTIMIZERS, go_on, start, state
from tinylearn import (
    Dropout,
    load_checkpoint,
    save_checkpoint,
    workers,
)


def two_moments(*seed):
    """Return two epochs by chance, after which a run is stopped."""
    return np.random.default_rng(seed).choice(np.arange(1, EPOCHS), 2, replace=False).tolist()


@pytest.mark.parametrize("shared", [True, False], ids=["one generator", "two generators"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_goes_on_as_if_it_had_never_stopped(tmp_path, optimizer, dtype, shared):
    made = {"optimizer": optimizer, "dtype": dtype, "shared": shared}
    whole = start(**made)
    losses = go_on(whole, EPOCHS)
    for epoch in two_moments(len(optimizer), dtype().nbytes, shared):
        stopped, resumed = start(**made), start(seed=9, **made)
        go_on(stopped, epoch)
        save_checkpoint(tmp_path / "run.npz", *stopped)
        go_on(stopped, 1)  # whatever happens after it was saved
        load_checkpoint(tmp_path / "run.npz", *resumed)
        assert go_on(resumed, EPOCHS - epoch) == losses[epoch:]
        assert state(resumed) == state(whole)


@pytest.mark.parametrize("shared", [True, False], ids=["one generator", "two generators"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_so_does_one_with_two_workers(tmp_path, dtype, shared):
    made = {"dtype": dtype, "shared": shared, "side": 32, "filters": 40}
    whole, stopped, resumed = start(**made), start(**made), start(seed=9, **made)
    assert workers.multiplications(whole[0], (16, 32, 32, 2)) > workers.SMALL  # so that there really are two
    losses = go_on(whole, 3, 2, side=32)
    (epoch,) = np.random.default_rng([dtype().nbytes, shared]).integers(1, 3, 1)
    go_on(stopped, epoch, 2, side=32)
    save_checkpoint(tmp_path / "run.npz", *stopped)
    load_checkpoint(tmp_path / "run.npz", *resumed)
    assert go_on(resumed, 3 - epoch, 2, side=32) == losses[epoch:]
    assert state(resumed) == state(whole)


def test_before_the_first_step_there_is_nothing_to_remember_and_that_comes_back_too(tmp_path):
    whole, resumed = start(), start(seed=9)
    save_checkpoint(tmp_path / "run.npz", *start())
    go_on(resumed, 1)
    load_checkpoint(tmp_path / "run.npz", *resumed)
    assert resumed[1].state == {}
    assert go_on(resumed, 2) == go_on(whole, 2)
    assert state(resumed) == state(whole)


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_every_kind_of_generator_goes_on(tmp_path, kind):
    run, resumed = (start(seed, generator=getattr(np.random, kind)) for seed in (0, 9))
    run[2].random(3, np.float32)  # half of a number of 64 bits is left over
    save_checkpoint(tmp_path / "run.npz", *run)
    load_checkpoint(tmp_path / "run.npz", *resumed)
    assert state(resumed) == state(run)
    np.testing.assert_array_equal(resumed[2].random(9, np.float32), run[2].random(9, np.float32))


def test_layers_and_shuffling_that_shared_a_generator_share_it_afterwards(tmp_path):
    run = start()
    save_checkpoint(tmp_path / "run.npz", *run)
    load_checkpoint(tmp_path / "run.npz", *run)
    assert {id(layer.rng) for layer in run[0].layers if isinstance(layer, Dropout)} == {id(run[2])}


def test_no_bit_of_a_parameter_is_lost_and_views_stay_views(tmp_path):
    run, other = start(), start(seed=9)
    run[0].parameters[:4] = [np.nan, -0.0, 5e-324, np.inf]
    save_checkpoint(tmp_path / "run.npz", *run)
    vector = other[0].parameters
    load_checkpoint(tmp_path / "run.npz", *other)
    assert other[0].parameters is vector
    assert state(other) == state(run)
    np.testing.assert_array_equal(other[0].named_parameters()["conv2d_1.w"].ravel()[:4], run[0].parameters[:4])
