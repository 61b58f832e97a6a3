"""A small scene of every kind: the rows of the table that `test_scenes` tests."""

from importlib import import_module

THEMES = "tables", "descent", "activations", "neurons", "convolution", "classes", "lake", "network", "training"
SAMPLES = {name: each for theme in THEMES for name, each in import_module(f"{__name__}.{theme}").SAMPLES.items()}
