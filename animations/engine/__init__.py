"""Paints frames."""
