"""The table of layers, for tests; it stands in the package, since `python -m tinylearn` checks its gradients too."""

from tinylearn.layer_table import LAYERS, Row, make_input, make_layer

__all__ = ["LAYERS", "Row", "make_input", "make_layer"]
