"""Classifiers and their answers."""
