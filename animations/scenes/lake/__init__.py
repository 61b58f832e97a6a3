"""The frozen lake."""
