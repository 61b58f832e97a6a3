"""Data that the chapters learn from, and tables that they draw."""

from tinylearn.datasets.celsius import celsius_fahrenheit
from tinylearn.datasets.cifar10 import Cifar10, cifar10
from tinylearn.datasets.class_names import CLASS_NAMES
from tinylearn.datasets.gdp import gdp
from tinylearn.datasets.sine import sine
from tinylearn.datasets.sketches import sketches
from tinylearn.datasets.table import Table
from tinylearn.datasets.table_file import read_table

__all__ = ["CLASS_NAMES", "Cifar10", "Table", "celsius_fahrenheit", "cifar10", "gdp", "read_table", "sine", "sketches"]
