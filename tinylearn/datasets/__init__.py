"""Data that the chapters learn from."""

from tinylearn.datasets.celsius import celsius_fahrenheit

__all__ = ["celsius_fahrenheit"]
