"""Searches for the lowest place."""
