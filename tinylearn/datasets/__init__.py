"""Data that the chapters learn from, and tables that they draw."""

from tinylearn.datasets.celsius import celsius_fahrenheit
from tinylearn.datasets.class_names import CLASS_NAMES
from tinylearn.datasets.gdp import gdp
from tinylearn.datasets.sine import sine
from tinylearn.datasets.table import Table, read_table

__all__ = ["CLASS_NAMES", "Table", "celsius_fahrenheit", "gdp", "read_table", "sine"]
