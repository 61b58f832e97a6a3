"""A small scene of every kind, and what it must show: the rows of the table that `test_scenes` tests."""

from tests.animations.samples import (
    activations,
    classes,
    convolution,
    descent,
    lake,
    network,
    neurons,
    tables,
    training,
)
from tests.animations.samples.sample import Sample as Sample

SAMPLES = {}
for theme in (tables, descent, activations, neurons, convolution, classes, lake, network, training):
    SAMPLES |= theme.SAMPLES
