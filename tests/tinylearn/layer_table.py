"""The table of layers, for tests. It is in the package, since `python -m tinylearn` checks these gradients, too."""

from tinylearn.layer_table import LAYERS, Row, make_input, make_layer

__all__ = ["LAYERS", "Row", "make_input", "make_layer"]
