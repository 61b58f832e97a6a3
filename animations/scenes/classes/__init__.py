"""Classifiers and what they say."""
