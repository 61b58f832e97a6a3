"""Whole trainings."""
